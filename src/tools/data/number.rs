//! Decimal numbers that are exact: 38 digits, up to 38 of them after the point.
//!
//! Nothing is ever rounded but a mean, and that to 15 digits, which every double holds. Pure.

use std::cmp::Ordering;
use std::fmt;

use serde_json::{Number, Value};

/// The most digits after the point.
const SCALE_MAX: u32 = 38;
/// The digits that a mean is rounded to.
const MEAN_DIGITS: u32 = 15;

/// `digits` divided by ten to the power of `scale`; without zeros at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self { digits: 0, scale: 0 };

    /// A whole number.
    pub fn whole(number: i128) -> Self {
        Self {
            digits: number,
            scale: 0,
        }
    }

    /// Reads a number as JSON writes it; `None` where it is none, or has more digits than are kept.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (is_negative, plain) = match mantissa.strip_prefix('-') {
            Some(plain) => (true, plain),
            None => (false, mantissa),
        };
        let (whole, fraction) = match plain.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (plain, ""),
        };
        let is_whole = whole == "0" || (!whole.is_empty() && !whole.starts_with('0'));
        let mut bytes = whole.bytes().chain(fraction.bytes());
        if !is_whole || !bytes.all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut digits: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        }
        if is_negative {
            digits = -digits;
        }
        let scale = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
        Self::of(digits, scale)
    }

    /// `digits` divided by ten to the power of `scale`, which may be below zero.
    fn of(mut digits: i128, mut scale: i64) -> Option<Self> {
        if digits == 0 {
            return Some(Self::ZERO);
        }
        while scale > 0 && digits % 10 == 0 {
            digits /= 10;
            scale -= 1;
        }
        while scale < 0 {
            digits = digits.checked_mul(10)?;
            scale += 1;
        }
        let scale = u32::try_from(scale).ok().filter(|scale| *scale <= SCALE_MAX)?;
        Some(Self { digits, scale })
    }

    /// Whether it has no fraction.
    pub fn is_whole(self) -> bool {
        self.scale == 0
    }

    /// Both with as many digits after the point.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let raised = |one: Self| one.digits.checked_mul(10_i128.checked_pow(scale - one.scale)?);
        Some((raised(self)?, raised(other)?, scale))
    }

    /// The sum, where it has no more digits than are kept.
    pub fn plus(self, other: Self) -> Option<Self> {
        let (one, another, scale) = self.aligned(other)?;
        Self::of(one.checked_add(another)?, scale.into())
    }

    /// A `count`-th of it: exact where that has at most 15 digits, else rounded to 15, half to even.
    pub fn shared(self, count: u64) -> Option<Self> {
        let count = i128::from(count);
        if count == 0 {
            return None;
        }
        let (mut digits, mut scale) = (self.digits, i64::from(self.scale));
        // One digit more than the last that counts, and whether anything comes after it.
        let least = 10_u128.pow(MEAN_DIGITS);
        while (digits / count).unsigned_abs() < least && scale < i64::from(SCALE_MAX) {
            match digits.checked_mul(10) {
                Some(more) => digits = more,
                None => break,
            }
            scale += 1;
        }
        let (mut quotient, mut is_more) = (digits / count, digits % count != 0);
        let mut last = 0;
        while quotient.unsigned_abs() >= least {
            is_more |= last != 0;
            last = (quotient % 10).abs();
            quotient /= 10;
            scale -= 1;
        }
        let is_up = last > 5 || (last == 5 && (is_more || quotient % 2 != 0));
        if is_up {
            quotient += if self.digits < 0 { -1 } else { 1 };
        }
        Self::of(quotient, scale)
    }

    /// The number for JSON; `None` where JSON's numbers would change it.
    pub fn json(self) -> Option<Value> {
        if self.is_whole() {
            let signed = i64::try_from(self.digits).map(Number::from);
            let number = signed.or_else(|_| u64::try_from(self.digits).map(Number::from));
            return number.ok().map(Value::Number);
        }
        let float: f64 = self.to_string().parse().ok()?;
        // The shortest text of a double means that double: where it is this number, nothing is lost.
        (Self::parse(&format!("{float:e}")) == Some(self)).then(|| Number::from_f64(float).map(Value::Number))?
    }
}

/// Whether a number of JSON, as it is written, is the same one where it is kept as 64 bits: a whole number, or one of the
/// texts by which programs write the doubles that they have, the shortest and that of 17 digits.
pub(super) fn is_kept(text: &str) -> bool {
    if text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok() {
        return true;
    }
    let Ok(float) = text.parse::<f64>() else { return false };
    let is_written = |as_written: String| significant(text).is_some_and(|it| Some(it) == significant(&as_written));
    float.is_finite() && (is_written(format!("{float:e}")) || is_written(format!("{float:.16e}")))
}

/// The digits of a number without zeros around them, and what power of ten the first one stands for.
fn significant(text: &str) -> Option<(String, i64)> {
    let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let power: i64 = power.parse().ok()?;
    let mantissa = mantissa.trim_start_matches('-');
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{part}");
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    let digits = digits.trim_matches('0').to_owned();
    if digits.is_empty() {
        return Some((digits, 0));
    }
    let first = i64::try_from(whole.len()).ok()? - 1 - i64::try_from(zeros).ok()?;
    Some((digits, first.checked_add(power)?))
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.aligned(*other) {
            Some((one, another, _)) => one.cmp(&another),
            // The one with fewer digits after the point is too large to have as many as the other, so it is farther from zero.
            None if self.scale < other.scale => self.digits.cmp(&0),
            None => 0.cmp(&other.digits),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return write!(f, "{}", self.digits);
        }
        let scale = usize::try_from(self.scale).unwrap_or(0);
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let sign = if self.digits < 0 { "-" } else { "" };
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, shown) in [
            ("0", "0"),
            ("-0", "0"),
            ("12", "12"),
            ("1.50", "1.5"),
            ("-0.001", "-0.001"),
            ("1e3", "1000"),
            ("1.5E-3", "0.0015"),
            ("6.02e23", "602000000000000000000000"),
            (
                "170141183460469231731687303715884105727",
                "170141183460469231731687303715884105727",
            ),
        ] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), shown, "{text}");
        }
        for text in [
            "", "-", "007", "+1", "1.", ".5", "1e", "1e400", "1e-40", "0x1", "1_0", " 1", "1 ", "NaN", "--1", "1.2.3",
            "9e38", "١",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_json_would_change_is_no_number_of_json() {
        for text in ["0.1", "1.5", "123456789.123456", "-0.3", "1e-7"] {
            let json = Decimal::parse(text).unwrap().json().unwrap();
            assert_eq!(Decimal::parse(&json.to_string()), Decimal::parse(text), "{text}");
        }
        assert_eq!(
            Decimal::parse("18446744073709551615").unwrap().json().unwrap(),
            u64::MAX
        );
        assert_eq!(Decimal::parse("18446744073709551616").unwrap().json(), None);
        assert_eq!(Decimal::parse("12345678901234567.89").unwrap().json(), None);
    }

    #[test]
    fn a_number_is_kept_where_a_program_that_has_it_as_a_double_reads_it_again() {
        for text in [
            "0",
            "-0",
            "-9223372036854775808",
            "18446744073709551615",
            "0.1",
            "0.10000000000000001",
            "1.50000000000000000000000",
            "1e23",
            "100000000000000000000000",
            "1.2345678901234568e30",
            "-6.02e-50",
            "1e300",
            "0e0",
            "0.0",
            "-0.00",
            "0.10000000000000001",
            "1.50e+3",
        ] {
            assert!(is_kept(text), "{text}");
        }
        for text in [
            "18446744073709551616",
            "12345678901234567890123",
            "-9223372036854775809",
            "0.1234567890123456789",
            "12345678901234.567",
            "98765432109876.543",
            "9007199254740993.0",
            "1e400",
            "1e-400",
        ] {
            assert!(!is_kept(text), "{text}");
        }
    }

    #[test]
    fn means_are_rounded_to_fifteen_digits_and_only_where_they_must() {
        let mean = |text: &str, count| Decimal::parse(text).unwrap().shared(count).unwrap().to_string();
        assert_eq!(mean("1", 3), "0.333333333333333");
        assert_eq!(mean("2", 3), "0.666666666666667");
        assert_eq!(mean("-2", 3), "-0.666666666666667");
        assert_eq!(mean("1", 8), "0.125");
        assert_eq!(mean("0", 7), "0");
        assert_eq!(mean("1000000000000005", 10), "100000000000000");
        assert_eq!(mean("1000000000000015", 10), "100000000000002");
        assert_eq!(mean("10000000000000015", 10), "1000000000000000");
        assert_eq!(Decimal::ZERO.shared(0), None);
    }

    #[test]
    fn numbers_of_very_different_length_are_ordered() {
        let number = |text: &str| Decimal::parse(text).unwrap();
        let long = number("1.50000000000000000000000000000000000001");
        assert!(number("1.8") > long && long < number("9e37") && number("-1.8") < long && number("1.2") < long);
        assert!(number("-9e37") < number("-0.00000000000000000000000000000000000001"));
        assert_eq!(number("1.0").cmp(&number("1")), Ordering::Equal);
    }
}

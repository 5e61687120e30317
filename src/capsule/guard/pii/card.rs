//! Payment cards: layout, issuer range (ISO/IEC 7812) and check digit.

use super::{digits, ends};

/// How the digits are grouped on cards.
const LAYOUTS: &[&[usize]] = &[&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]];

/// The end of a card number that begins at `at`.
pub(super) fn read(bytes: &[u8], at: usize) -> Option<usize> {
    let run = digits(bytes, at, 20);
    if (13..=19).contains(&run) {
        let end = at + run;
        return (ends(bytes, end) && is_card(bytes.get(at..end)?)).then_some(end);
    }
    if run != 4 {
        return None;
    }
    LAYOUTS.iter().find_map(|layout| {
        let (number, end) = grouped(bytes, at, layout)?;
        (ends(bytes, end) && is_card(&number)).then_some(end)
    })
}

fn grouped(bytes: &[u8], at: usize, layout: &[usize]) -> Option<(Vec<u8>, usize)> {
    let separator = *bytes.get(at + 4).filter(|byte| matches!(byte, b' ' | b'-'))?;
    let mut number = Vec::with_capacity(19);
    let mut end = at;
    for (index, length) in layout.iter().enumerate() {
        if index > 0 {
            if bytes.get(end) != Some(&separator) {
                return None;
            }
            end += 1;
        }
        if digits(bytes, end, length + 1) != *length {
            return None;
        }
        number.extend_from_slice(bytes.get(end..end + length)?);
        end += length;
    }
    Some((number, end))
}

fn is_card(number: &[u8]) -> bool {
    let prefix = |length: usize| {
        let digits = number.iter().take(length);
        digits.fold(0_u32, |value, digit| value * 10 + u32::from(digit - b'0'))
    };
    let length = number.len();
    let is_issued = match (prefix(1), prefix(2), prefix(3), prefix(4)) {
        // Visa
        (4, ..) => matches!(length, 13 | 16 | 19),
        // Mastercard
        (_, 51..=55, ..) | (.., 2221..=2720) => length == 16,
        // Mir
        (.., 2200..=2204) => (16..=19).contains(&length),
        // American Express
        (_, 34 | 37, ..) => length == 15,
        // Diners Club
        (_, 36 | 38 | 39, ..) | (_, _, 300..=305, _) => length == 14,
        // JCB, Discover, UnionPay
        (.., 3528..=3589) | (.., 6011) | (_, _, 644..=649, _) | (_, 62 | 65, ..) => (16..=19).contains(&length),
        _ => false,
    };
    is_issued && luhn(number)
}

/// ISO/IEC 7812-1, annex B.
fn luhn(number: &[u8]) -> bool {
    let sum: u32 = number
        .iter()
        .rev()
        .enumerate()
        .map(|(index, digit)| match (index % 2, u32::from(digit - b'0')) {
            (0, digit) => digit,
            (_, digit) => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

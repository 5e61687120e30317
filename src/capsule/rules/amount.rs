//! Amounts: money, time and what all steps may spend together.

use serde_json::Value;

use super::super::budget::Limit;
use super::super::document::WrittenBudget;
use super::super::problem::{Code, Problem};
use super::super::step::Step;
use super::super::violation::short;
use super::Checker;

impl Checker<'_> {
    /// Reads a budget; what is malformed was reported by its shape, or is here.
    pub(super) fn limit(&mut self, pointer: &str, written: &WrittenBudget) -> Limit {
        let micro_usd = written.usd.as_ref().and_then(|usd| {
            let micro = micro_usd(usd);
            if micro.is_none() {
                let message = format!("`{}` is not an amount of dollars", short(usd));
                let help = "at most six decimals, such as `1.50`";
                self.error(Code::C002, self.span(&format!("{pointer}/usd")), message, help);
            }
            micro
        });
        Limit {
            tokens: written.tokens,
            micro_usd,
            wall_ms: written.wall.as_deref().and_then(milliseconds),
            tool_calls: written.tool_calls,
            steps: written.steps,
        }
    }

    /// Reads a time that must not be none, at `pointer`; its form was checked.
    pub(super) fn time(&mut self, pointer: &str, written: Option<&String>) -> Option<u64> {
        let written = written?;
        let read = milliseconds(written);
        if read == Some(0) {
            let message = format!("`{written}` is no time at all");
            self.error(Code::C002, self.span(pointer), message, "such as `90s`, `5m` or `2h`");
        }
        read.filter(|time| *time > 0)
    }

    /// Warns where all steps together may spend more than the capsule.
    pub(super) fn spending(&mut self, limit: Limit, steps: &[Step]) {
        type Unit = (&'static str, fn(&Limit) -> Option<u64>);
        const UNITS: [Unit; 5] = [
            ("tokens", |limit| limit.tokens),
            ("usd", |limit| limit.micro_usd),
            ("wall", |limit| limit.wall_ms),
            ("tool_calls", |limit| limit.tool_calls),
            ("steps", |limit| limit.steps),
        ];
        for (unit, of) in UNITS {
            let Some(most) = of(&limit) else { continue };
            let sum = steps
                .iter()
                .filter_map(|step| of(&step.limit))
                .fold(0_u64, u64::saturating_add);
            if sum > most {
                let span = self.span(&format!("/policies/budget/{unit}"));
                let shown = |amount: u64| in_unit(unit, amount);
                self.problems.push(
                    Problem::warning(
                        Code::C031,
                        span,
                        format!(
                            "the steps may spend {} together, the capsule {}",
                            shown(sum),
                            shown(most)
                        ),
                    )
                    .with_help("the capsule's budget stops the run first"),
                );
            }
        }
    }
}

fn in_unit(unit: &str, amount: u64) -> String {
    match unit {
        "usd" => format!("${}.{:06}", amount / 1_000_000, amount % 1_000_000),
        "wall" => format!("{amount} ms"),
        other => format!("{amount} {}", other.replace('_', " ")),
    }
}

/// Reads dollars exactly, by their digits: 1.5 is 1,500,000; `None` for what is no amount of at most six decimals.
pub fn micro_usd(written: &Value) -> Option<u64> {
    let text = match written {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || part.len() > 6 || !(part.is_empty() || digits(part)) || text.ends_with('.') {
        return None;
    }
    let micro = format!("{part:0<6}").parse::<u64>().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000)?.checked_add(micro)
}

/// Reads `90s`, `30m`, `2h`; `None` for what is no time.
pub fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn money_and_time_are_read_exactly() {
        for (written, micro) in [
            (json!(1.5), Some(1_500_000)),
            (json!("1.50"), Some(1_500_000)),
            (json!(0.1), Some(100_000)),
            (json!(3), Some(3_000_000)),
            (json!("0.000001"), Some(1)),
            (json!("0.0000001"), None),
            (json!(1e-7), None),
            (json!(-1), None),
            (json!("1."), None),
            (json!(".5"), None),
            (json!("99999999999999999999"), None),
        ] {
            assert_eq!(micro_usd(&written), micro, "{written}");
        }
        for (written, ms) in [
            ("90s", Some(90_000)),
            ("30m", Some(1_800_000)),
            ("2h", Some(7_200_000)),
            ("1d", Some(86_400_000)),
            ("5ms", Some(5)),
            ("5", None),
            ("m", None),
            ("999999999d", Some(86_399_999_913_600_000)),
        ] {
            assert_eq!(milliseconds(written), ms, "{written}");
        }
    }
}

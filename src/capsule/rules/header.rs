//! Version, inputs, outputs, tools and budgets.

use serde_json::{Map, Value};

use super::super::budget::Limit;
use super::super::document::WrittenBudget;
use super::super::node::{escape, segments};
use super::super::problem::{Code, MAX_PROBLEMS, Problem, one_of};
use super::super::step::Step;
use super::super::violation::{expected, short};
use super::Checker;

impl Checker<'_> {
    /// Checks everything above the steps; gives the run's limit.
    pub(super) fn header(&mut self) -> Limit {
        let version = &self.document.version;
        if !version.is_empty() && semver::Version::parse(version).is_err() {
            let message = format!("`{version}` is not a semantic version");
            self.error(
                Code::C002,
                self.span("/version"),
                message,
                "three numbers, such as `1.2.0`",
            );
        }
        self.schema("/inputs", &self.inputs.clone());
        self.schema("/outputs", &Value::Object(self.document.outputs.clone()));
        self.defaults();
        self.tools();
        self.limit("/policies/budget", &self.document.policies.budget)
    }

    /// Checks that a schema in the document is one; parts that templates fill in are left out.
    pub(super) fn schema(&mut self, pointer: &str, schema: &Value) {
        let constant = without_templates(schema);
        if let Err(error) = jsonschema::validator_for(&constant) {
            let at = format!("{pointer}{}", error.instance_path());
            let message = format!("not a JSON Schema: expected {}", expected(&error));
            self.error(
                Code::C002,
                self.span(&at),
                message,
                "see https://json-schema.org/draft/2020-12",
            );
        }
        let root = pointer == "/inputs" || pointer == "/outputs";
        if root && schema.get("type").is_some_and(|name| name != "object") {
            let at = format!("{pointer}/type");
            let message = format!("`{}` describes an object", &pointer[1..]);
            self.error(Code::C002, self.span(&at), message, "write `type: object`");
        }
    }

    /// A default must be a value that would be taken.
    fn defaults(&mut self) {
        let properties = self.inputs.get("properties").and_then(Value::as_object);
        let defaults: Map<String, Value> = properties
            .into_iter()
            .flatten()
            .filter_map(|(name, schema)| Some((name.clone(), schema.get("default")?.clone())))
            .collect();
        let mut schema = self.inputs.clone();
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("required");
        }
        // A schema that does not compile is reported as such.
        let Ok(validator) = jsonschema::validator_for(&schema) else {
            return;
        };
        let defaults = Value::Object(defaults);
        for error in validator.iter_errors(&defaults).take(MAX_PROBLEMS) {
            let path = error.instance_path().to_string();
            let Some(name) = segments(&path).next() else { continue };
            let at = format!("/inputs/properties/{}/default", escape(&name));
            let given = short(error.instance());
            let message = format!("the default of `{name}` has `{given}`; expected {}", expected(&error));
            self.error(Code::C002, self.span(&at), message, "a default must fit its own schema");
        }
    }

    fn tools(&mut self) {
        for (index, used) in self.document.tools.iter().enumerate() {
            if used.adapter.is_empty() {
                continue;
            }
            let at = format!("/tools/{index}");
            let requirement = semver::VersionReq::parse(&used.version);
            if requirement.is_err() {
                let message = format!("`{}` is not a version requirement", used.version);
                self.error(
                    Code::C002,
                    self.span(&format!("{at}/version")),
                    message,
                    "such as `\"^1\"` or `\">=1.2, <2\"`",
                );
            }
            let Some(tool) = self
                .catalogue
                .tool(&used.adapter)
                .or((used.adapter == "model").then_some(self.model))
            else {
                let known = self.catalogue.tools.iter().map(|tool| tool.name.as_str());
                let help = one_of(&used.adapter, known);
                let message = format!("there is no tool `{}`", used.adapter);
                self.error(Code::C020, self.span(&format!("{at}/adapter")), message, help);
                continue;
            };
            let met = match (&requirement, semver::Version::parse(&tool.version)) {
                (Ok(requirement), Ok(version)) => requirement.matches(&version),
                // The first is reported above; a catalogue's own version is not the author's mistake.
                (Err(_), _) | (_, Err(_)) => true,
            };
            if !met {
                let message = format!(
                    "`{}` is here in version {}, not `{}`",
                    tool.name, tool.version, used.version
                );
                let help = "change the requirement, after checking the steps against that version";
                self.error(Code::C020, self.span(&format!("{at}/version")), message, help);
            }
            for (number, action) in used.actions.iter().enumerate() {
                if action.is_empty() || tool.action(action).is_some() {
                    continue;
                }
                let help = one_of(action, tool.actions.iter().map(|action| action.name.as_str()));
                let message = format!("`{}` has no action `{action}`", tool.name);
                self.error(Code::C020, self.span(&format!("{at}/actions/{number}")), message, help);
            }
        }
    }

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

/// Reads dollars exactly, by their digits: 1.5 is 1,500,000.
fn micro_usd(written: &Value) -> Option<u64> {
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

/// Reads `90s`, `30m`, `2h`; the shape was checked.
fn milliseconds(text: &str) -> Option<u64> {
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

/// The parts of a schema that are known before a run.
fn without_templates(schema: &Value) -> Value {
    let is_template = |value: &Value| value.as_str().is_some_and(super::super::syntax::is_template);
    match schema {
        Value::Object(map) => map
            .iter()
            .filter(|(_, value)| !is_template(value))
            .map(|(key, value)| (key.clone(), without_templates(value)))
            .collect(),
        Value::Array(items) => items
            .iter()
            .filter(|item| !is_template(item))
            .map(without_templates)
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
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

//! What of a model's answer may be believed: a yes or no, or one of a list of texts.
//!
//! After the rule of declassification and endorsement in information-flow control: what passes is bounded by what
//! somebody trusted wrote down, whatever an untrusted text makes of the choice among it.

use serde_json::Value;

use super::super::problem::Code;
use super::super::tool_spec::ActionSpec;
use super::Checker;

impl Checker<'_> {
    /// The parts of the answer that the step endorses: JSON pointers with `*` for the items of lists.
    pub(super) fn endorse(&mut self, index: usize, action: Option<&ActionSpec>) -> Vec<String> {
        let (step, pointer) = (&*self.steps[index].step, self.steps[index].pointer.clone());
        if step.endorse.is_empty() {
            return Vec::new();
        }
        let place = format!("{pointer}/endorse");
        let is_bounded = step.choices.is_some() || step.output_schema.is_some();
        if step.action.as_deref() != Some("model.call") || !is_bounded {
            let message = "`endorse` is for a `model.call` with `choices` or an `output_schema`";
            let help = "what a tool says is believed as far as the tool vouches for it";
            self.error(Code::C024, self.root.key_span_at(&place), message, help);
            return Vec::new();
        }
        let schema = self.unit_output(index, action);
        for (index, at) in step.endorse.iter().enumerate() {
            let span = self.span(&format!("{place}/{index}"));
            let Some(part) = part(&schema, at) else {
                let message = format!("the answer has no part `{at}`");
                let help = "a JSON pointer into what `output_schema` describes, such as `/urgent`, where it says `type: object` or \
                            `type: array`; \"\" for all of it";
                self.error(Code::C024, span, message, help);
                continue;
            };
            // A template that gives the choices is looked at when it was rendered.
            let is_rendered = at.is_empty() && matches!(step.choices, Some(Value::String(_)));
            if !is_rendered && !is_closed(part) {
                let message = format!("`{at}` may be anything that a text made the model say");
                let help = "only `type: boolean`, or an `enum` of texts, can be endorsed";
                self.error(Code::C024, span, message, help);
            }
        }
        step.endorse.clone()
    }
}

/// The part of `schema` that describes what `at` points to.
fn part<'s>(schema: &'s Value, at: &str) -> Option<&'s Value> {
    let mut names = at.split('/');
    if names.next() != Some("") {
        return None;
    }
    // Only where the schema says what there is: untyped, a member may as well be a field, and the other way round.
    let is_only = |schema: &Value, name: &str| schema.get("type") == Some(&Value::from(name));
    names.try_fold(schema, |schema, name| match name {
        "*" if is_only(schema, "array") && schema.get("prefixItems").is_none() => schema.get("items"),
        "*" => None,
        name if is_only(schema, "object") => {
            let name = name.replace("~1", "/").replace("~0", "~");
            schema.get("properties")?.get(name)
        }
        _ => None,
    })
}

/// Whether only values that stand in the schema fit it, and none of them is a number.
fn is_closed(schema: &Value) -> bool {
    let is_member = |value: &Value| value.is_string() || value.is_boolean();
    let listed = schema.get("enum").and_then(Value::as_array);
    listed.is_some_and(|members| !members.is_empty() && members.iter().all(is_member))
        || schema.get("const").is_some_and(is_member)
        || schema.get("type") == Some(&Value::from("boolean"))
}

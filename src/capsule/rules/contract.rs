//! Values with templates in them against a JSON Schema: what is constant is checked exactly, a
//! template by the types it may give.

use std::rc::Rc;

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value;

use super::super::flow::{Found, in_words, may_fit, types_of, walk};
use super::super::node::{escape, segments};
use super::super::problem::{Code, MAX_PROBLEMS};
use super::super::syntax::Outcome;
use super::super::violation::{expected, short};
use super::Checker;
use super::texts::Surroundings;

/// A schema and what it describes.
pub(super) struct Contract<'s> {
    pub schema: &'s Value,
    pub validator: Rc<Validator>,
    /// Whose it is: `git.log`, `the outputs`.
    pub owner: String,
    /// The rule that it stands for.
    pub code: Code,
}

impl Checker<'_> {
    /// Adds a problem for each part of `value`, which stands at `pointer`, that cannot fit.
    pub(super) fn fits(
        &mut self,
        at: &Surroundings,
        pointer: &str,
        value: &Value,
        contract: &Contract<'_>,
        leaves: &[(String, Outcome)],
    ) {
        for error in contract.validator.iter_errors(value).take(MAX_PROBLEMS) {
            self.violation(pointer, contract, leaves, &error);
        }
        for (below, outcome) in leaves {
            let path: Vec<String> = segments(below).collect();
            let Found::Schema(schema) = walk(contract.schema, path.iter().map(String::as_str)) else {
                continue;
            };
            let (Some(wanted), Some(given)) = (types_of(schema), self.types_of(at, outcome)) else {
                continue;
            };
            let given: Vec<&str> = given.iter().map(String::as_str).collect();
            if !may_fit(&given, &wanted) {
                let name = path.join(".");
                let message = format!(
                    "`{name}` of {} takes {}, the template gives {}",
                    contract.owner,
                    in_words(&wanted),
                    in_words(&given)
                );
                let help = "a value that is one whole `{{ … }}` keeps its type; `| string`, `| tojson` and `| join` make texts";
                self.error(contract.code, self.span(&format!("{pointer}{below}")), message, help);
            }
        }
    }

    fn violation(
        &mut self,
        pointer: &str,
        contract: &Contract<'_>,
        leaves: &[(String, Outcome)],
        error: &ValidationError<'_>,
    ) {
        let below = error.instance_path().to_string();
        let at = format!("{pointer}{below}");
        let owner = &contract.owner;
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let path: Vec<String> = segments(&below).collect();
                let known: Vec<&str> = match walk(contract.schema, path.iter().map(String::as_str)) {
                    Found::Schema(schema) => {
                        let properties = schema.get("properties").and_then(Value::as_object);
                        properties.into_iter().flatten().map(|(key, _)| key.as_str()).collect()
                    }
                    Found::Unknown | Found::Absent(_) => vec![],
                };
                for key in unexpected.iter().take(MAX_PROBLEMS) {
                    let span = self.root.key_span_at(&format!("{at}/{}", escape(key)));
                    let message = format!("{owner} takes no `{key}`");
                    self.unknown(contract.code, span, message, key, known.iter().copied());
                }
            }
            ValidationErrorKind::Required { property } => {
                let message = format!("{owner} needs `{}`", short(property));
                let span = match self.root.at(&at) {
                    Some(node) => node.span.clone(),
                    None => self.span(pointer),
                };
                let help = format!("add it under `{}`", at.rsplit('/').next().unwrap_or_default());
                self.error(contract.code, span, message, help);
            }
            kind => {
                let is_type = matches!(kind, ValidationErrorKind::Type { .. });
                let unknown = leaves.iter().any(|(leaf, _)| {
                    *leaf == below
                        || (!is_type
                            && leaf
                                .strip_prefix(below.as_str())
                                .is_some_and(|rest| rest.starts_with('/')))
                });
                if unknown {
                    return;
                }
                let name = segments(&below).collect::<Vec<_>>().join(".");
                let part = if name.is_empty() {
                    owner.clone()
                } else {
                    format!("`{name}` of {owner}")
                };
                let message = format!("{part} is `{}`", short(error.instance()));
                self.error(
                    contract.code,
                    self.span(&at),
                    message,
                    format!("expected {}", expected(error)),
                );
            }
        }
    }
}

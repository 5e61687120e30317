//! Values with templates in them against a JSON Schema: what is constant is checked exactly, a
//! template by the types it may give.

use std::ops::Range;
use std::rc::Rc;

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::Value;

use super::super::flow::{Found, in_words, may_fit, types_of, walk};
use super::super::node::{escape, segments};
use super::super::problem::{Code, MAX_PROBLEMS};
use super::super::syntax::Outcome;
use super::super::violation::{Narrowed, among, expected, narrowed, short};
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
                let around = around(contract.schema, error);
                let properties = around.and_then(|schema| schema["properties"].as_object());
                let known: Vec<&str> = properties.into_iter().flatten().map(|(key, _)| key.as_str()).collect();
                for key in unexpected.iter().take(MAX_PROBLEMS) {
                    let span = self.root.key_span_at(&format!("{at}/{}", escape(key)));
                    let message = format!("{owner} takes no `{key}`");
                    self.unknown(contract.code, span, message, key, known.iter().copied());
                }
            }
            ValidationErrorKind::Required { property } => {
                let message = format!("{owner} needs `{}`", short(property));
                let place = match named(&below) {
                    Some(place) => place,
                    None => at.rsplit('/').next().unwrap_or_default().to_owned(),
                };
                self.error(
                    contract.code,
                    self.held(pointer, &at),
                    message,
                    format!("add it under `{place}`"),
                );
            }
            ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
                self.no_form(pointer, contract, leaves, error);
            }
            kind => {
                let is_type = matches!(kind, ValidationErrorKind::Type { .. });
                if holds_template(leaves, &below, is_type) {
                    return;
                }
                let expected = match kind {
                    ValidationErrorKind::Enum { options } => {
                        let options: Vec<String> = options.as_array().into_iter().flatten().map(short).collect();
                        among(error.instance().as_str(), &options)
                    }
                    _ => expected(error),
                };
                self.unfit(pointer, contract, &below, error.instance(), &expected);
            }
        }
    }

    /// Adds what is wrong with a value that has none of the forms that it may have.
    fn no_form(
        &mut self,
        pointer: &str,
        contract: &Contract<'_>,
        leaves: &[(String, Outcome)],
        error: &ValidationError<'_>,
    ) {
        let below = error.instance_path().as_str();
        let wanted = match narrowed(error, |at| holds_template(leaves, at, true)) {
            Some(Narrowed::Within(errors)) => {
                for error in errors.iter().take(MAX_PROBLEMS) {
                    self.violation(pointer, contract, leaves, error);
                }
                return;
            }
            Some(Narrowed::Constant { at, options }) => {
                let given = at.strip_prefix(below).and_then(|rest| error.instance().pointer(rest));
                let given = given.unwrap_or(&Value::Null);
                return self.unfit(pointer, contract, &at, given, &among(given.as_str(), &options));
            }
            Some(Narrowed::Missing(missing)) => {
                let ValidationErrorKind::Required { property } = missing.kind() else {
                    return;
                };
                let options = constants(contract.schema, error, property.as_str().unwrap_or_default());
                if options.is_empty() {
                    return self.violation(pointer, contract, leaves, missing);
                }
                let message = match named(below) {
                    Some(name) => format!("`{name}` of {} needs `{}`", contract.owner, short(property)),
                    None => format!("{} needs `{}`", contract.owner, short(property)),
                };
                let span = self.held(pointer, &format!("{pointer}{below}"));
                return self.error(contract.code, span, message, format!("it is {}", among(None, &options)));
            }
            Some(Narrowed::Types(types)) => types,
            Some(Narrowed::Open) => return,
            Some(Narrowed::Unclear) | None if holds_template(leaves, below, false) => return,
            Some(Narrowed::Unclear) | None => expected(error),
        };
        self.unfit(pointer, contract, below, error.instance(), &wanted);
    }

    fn unfit(&mut self, pointer: &str, contract: &Contract<'_>, below: &str, given: &Value, expected: &str) {
        let part = match named(below) {
            Some(name) => format!("`{name}` of {}", contract.owner),
            None => contract.owner.clone(),
        };
        let message = format!("{part} is `{}`", short(given));
        let span = self.span(&format!("{pointer}{below}"));
        self.error(contract.code, span, message, format!("expected {expected}"));
    }

    /// The bytes of what stands at `at`, else of the whole at `pointer`.
    fn held(&self, pointer: &str, at: &str) -> Range<usize> {
        match self.root.at(at) {
            Some(node) => node.span.clone(),
            None => self.span(pointer),
        }
    }
}

/// A pointer as people write the way to a value: `stages.0`; `None` for the whole.
fn named(below: &str) -> Option<String> {
    let way: Vec<String> = segments(below).collect();
    (!way.is_empty()).then(|| way.join("."))
}

/// Whether a template stands at a pointer; unless `only_there`, also below it.
fn holds_template(leaves: &[(String, Outcome)], at: &str, only_there: bool) -> bool {
    leaves.iter().any(|(leaf, _)| {
        let rest = leaf.strip_prefix(at);
        rest.is_some_and(|rest| rest.is_empty() || (!only_there && rest.starts_with('/')))
    })
}

/// The part of a schema whose keyword refused.
fn around<'s>(schema: &'s Value, error: &ValidationError<'_>) -> Option<&'s Value> {
    let (parent, _) = error.schema_path().as_str().rsplit_once('/')?;
    schema.pointer(parent)
}

/// The constants of a key by which the forms of a value are told apart.
fn constants(schema: &Value, error: &ValidationError<'_>, key: &str) -> Vec<String> {
    let forms = schema.pointer(error.schema_path().as_str()).and_then(Value::as_array);
    let forms = forms.into_iter().flatten();
    forms
        .filter_map(|form| form["properties"][key].get("const").map(short))
        .collect()
}

//! Renders templates: values in, values out, with the labels of exactly what was read.
//!
//! A text that is one whole `{{ … }}` keeps the type of its value; any other text with templates is
//! a text. What is undefined is an error. Fuelled and bounded; no IO, no clock, no randomness.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::expression;
use super::functions::{ENVIRONMENT, MAX_TEXT};
use super::node::escape;
use super::scope::{Log, parts, to_json, untouched};
use super::syntax::{admit, is_template, plain_path, whole};
use super::violation::type_name;

pub use super::scope::{Beside, Scope};
use crate::label::{Confidentiality, Integrity, Label, Labelled};

/// Why a template gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It uses a value that is not there.
    #[error("`{expression}` is undefined{}", Place(at))]
    Undefined {
        /// The expression.
        expression: String,
        /// JSON pointer of the text in what was rendered.
        at: String,
    },
    /// It takes more instructions than it may.
    #[error("`{expression}` takes too long to evaluate{}", Place(at))]
    OutOfFuel {
        /// The text.
        expression: String,
        /// JSON pointer of the text in what was rendered.
        at: String,
    },
    /// Its text is longer than a text may be.
    #[error("`{expression}` gives more than {limit} bytes{}", Place(at))]
    TooLong {
        /// The text.
        expression: String,
        /// The most bytes.
        limit: usize,
        /// JSON pointer of the text in what was rendered.
        at: String,
    },
    /// A `foreach` over something else than a list.
    #[error("`{expression}` gives {found}, not a list")]
    NotAList {
        /// The expression.
        expression: String,
        /// What it gives: `a text`.
        found: &'static str,
    },
    /// It cannot be evaluated: a malformed text, a filter on a wrong type.
    #[error("`{expression}` cannot be evaluated{}: {reason}", Place(at))]
    Invalid {
        /// The expression or the text.
        expression: String,
        /// What the language says.
        reason: String,
        /// JSON pointer of the text in what was rendered.
        at: String,
    },
}

struct Place<'a>(&'a str);

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, " in `{}`", self.0)
    }
}

/// The label of what the capsule's author wrote.
pub fn capsule_label() -> Label {
    Label::from_source(Integrity::Trusted, Confidentiality::Public, "capsule")
}

/// Renders every text in `template`.
///
/// The result's label is the capsule's; parts that read something else are named in its `fields`.
///
/// # Errors
/// The first text that gives no value.
pub fn render(template: &Value, scope: &Scope) -> Result<Labelled, TemplateError> {
    let mut rendered = Labelled::new(Value::Null, capsule_label());
    let mut pointer = String::new();
    rendered.value = walk(template, scope, &mut pointer, &mut rendered)?;
    // A template that is one text has no parts: its label is that of the whole.
    if let Some(label) = rendered.fields.remove("") {
        rendered.label = label;
    }
    Ok(rendered)
}

/// Evaluates a bare expression to its truth, and the join of what it read.
///
/// # Errors
/// It cannot be evaluated, or uses an undefined value.
pub fn condition(expression: &str, scope: &Scope) -> Result<(bool, Label), TemplateError> {
    let log = Log::default();
    let value = evaluate(expression, scope, &log).map_err(|failure| failure.at(expression, "", scope))?;
    if value.is_undefined() {
        return Err(Failure::Undefined.at(expression, "", scope));
    }
    let truth = value.is_true();
    Ok((truth, log.label().unwrap_or_else(capsule_label)))
}

/// Evaluates a bare expression to its value, whose parts keep their own labels.
///
/// # Errors
/// It cannot be evaluated, or uses an undefined value.
pub fn value(expression: &str, scope: &Scope) -> Result<Labelled, TemplateError> {
    value_of(expression, scope).map_err(|failure| failure.at(expression, "", scope))
}

/// Evaluates a bare expression to a list whose items keep their own labels.
///
/// What chose the items (a filter's condition) is joined into each of them.
///
/// # Errors
/// It cannot be evaluated, uses an undefined value, or does not give a list.
pub fn items(expression: &str, scope: &Scope) -> Result<Vec<Labelled>, TemplateError> {
    let whole = value(expression, scope)?;
    parts(whole).map_err(|value| TemplateError::NotAList {
        expression: expression.to_owned(),
        found: type_name(&value),
    })
}

fn walk(template: &Value, scope: &Scope, pointer: &mut String, out: &mut Labelled) -> Result<Value, TemplateError> {
    let depth = pointer.len();
    Ok(match template {
        Value::Null | Value::Bool(_) | Value::Number(_) => template.clone(),
        Value::String(text) if !is_template(text) => template.clone(),
        Value::String(text) => {
            let part = text_of(text, scope).map_err(|failure| failure.at(text, pointer, scope))?;
            for (at, label) in part.fields {
                out.fields.insert(format!("{pointer}{at}"), label);
            }
            if part.label != out.label {
                out.fields.insert(pointer.clone(), part.label);
            }
            part.value
        }
        Value::Array(items) => {
            let mut list = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                // Writing to a String cannot fail.
                let _ = write!(pointer, "/{index}");
                list.push(walk(item, scope, pointer, out)?);
                pointer.truncate(depth);
            }
            Value::Array(list)
        }
        Value::Object(entries) => {
            let mut map = Map::with_capacity(entries.len());
            for (key, item) in entries {
                let _ = write!(pointer, "/{}", escape(key));
                map.insert(key.clone(), walk(item, scope, pointer, out)?);
                pointer.truncate(depth);
            }
            Value::Object(map)
        }
    })
}

fn text_of(text: &str, scope: &Scope) -> Result<Labelled, Failure> {
    if let Some(expression) = whole(text) {
        return value_of(expression, scope);
    }
    admit(text, false)?;
    let log = Log::default();
    let template = ENVIRONMENT.template_from_str(text)?;
    let mut written = Bounded(Vec::new());
    template.render_captured_to(scope.watched(&log), &mut written)?;
    let value = String::from_utf8_lossy(&written.0).into_owned();
    let label = log
        .label()
        .map_or_else(capsule_label, |label| label.joined(&capsule_label()));
    Ok(Labelled::new(Value::String(value), label))
}

fn value_of(expression: &str, scope: &Scope) -> Result<Labelled, Failure> {
    if let Some(path) = plain_path(expression)
        && let Some(found) = scope.at_path(&path)
    {
        return Ok(found);
    }
    let log = Log::default();
    let value = evaluate(expression, scope, &log)?;
    if value.is_undefined() {
        return Err(Failure::Undefined);
    }
    if let Some(mut found) = untouched(&value) {
        join_all(&mut found, log.label());
        return Ok(found);
    }
    let listed = listed(&value, &log);
    if let Some(found) = listed {
        return found;
    }
    let value = to_json(&value)?;
    Ok(Labelled::new(value, log.label().unwrap_or_else(capsule_label)))
}

/// A list whose items are containers of the scope: each keeps its own labels.
fn listed(value: &minijinja::Value, log: &Log) -> Option<Result<Labelled, Failure>> {
    if !matches!(
        value.kind(),
        minijinja::value::ValueKind::Seq | minijinja::value::ValueKind::Iterable
    ) {
        return None;
    }
    let items: Vec<minijinja::Value> = value.try_iter().ok()?.collect();
    let parts: Vec<Labelled> = items.iter().map(untouched).collect::<Option<_>>()?;
    let mut whole = Labelled::new(Value::Null, log.label().unwrap_or_else(capsule_label));
    let mut list = Vec::with_capacity(parts.len());
    for (index, mut part) in parts.into_iter().enumerate() {
        join_all(&mut part, log.label());
        for (at, label) in part.fields {
            whole.fields.insert(format!("/{index}{at}"), label);
        }
        whole.fields.insert(format!("/{index}"), part.label);
        list.push(part.value);
    }
    whole.value = Value::Array(list);
    Some(Ok(whole))
}

fn join_all(labelled: &mut Labelled, read: Option<Label>) {
    let Some(read) = read else { return };
    labelled.label.join(&read);
    labelled.fields.values_mut().for_each(|label| label.join(&read));
}

fn evaluate(expression: &str, scope: &Scope, log: &Log) -> Result<minijinja::Value, Failure> {
    admit(expression, true)?;
    let compiled = ENVIRONMENT.compile_expression(expression)?;
    Ok(compiled.eval(scope.watched(log))?)
}

/// A failure that does not yet know its place.
enum Failure {
    Undefined,
    Malformed(String),
    Language(minijinja::Error),
}

impl From<minijinja::Error> for Failure {
    fn from(error: minijinja::Error) -> Self {
        match error.kind() {
            minijinja::ErrorKind::UndefinedError => Self::Undefined,
            _ => Self::Language(error),
        }
    }
}

impl From<(std::ops::Range<usize>, String)> for Failure {
    fn from((_, reason): (std::ops::Range<usize>, String)) -> Self {
        Self::Malformed(reason)
    }
}

impl Failure {
    fn at(self, text: &str, pointer: &str, scope: &Scope) -> TemplateError {
        use minijinja::ErrorKind;
        let (expression, at) = (text.to_owned(), pointer.to_owned());
        let error = match self {
            Self::Undefined => {
                return TemplateError::Undefined {
                    expression: first_undefined(text, scope).unwrap_or(expression),
                    at,
                };
            }
            Self::Malformed(reason) => return TemplateError::Invalid { expression, reason, at },
            Self::Language(error) => error,
        };
        match error.kind() {
            ErrorKind::OutOfFuel => TemplateError::OutOfFuel { expression, at },
            ErrorKind::WriteFailure => TemplateError::TooLong {
                expression,
                limit: MAX_TEXT,
                at,
            },
            kind => TemplateError::Invalid {
                expression,
                reason: reason(&error, kind),
                at,
            },
        }
    }
}

/// What the language says. Arithmetic that fails would print its operands: data has no place in a message.
fn reason(error: &minijinja::Error, kind: minijinja::ErrorKind) -> String {
    match error.detail() {
        Some(detail) if !detail.starts_with("unable to calculate") => detail.to_owned(),
        Some(_) => "arithmetic has no result for these values".to_owned(),
        None => kind.to_string(),
    }
}

/// The first value that `text` names and `scope` does not have.
fn first_undefined(text: &str, scope: &Scope) -> Option<String> {
    let analysis = match (is_template(text), whole(text)) {
        (true, None) => expression::template(text, &[]),
        (_, inner) => {
            let inner = inner.unwrap_or(text);
            let read = missing(expression::expression(inner, &[], false), scope)?;
            return inner.get(read).map(str::to_owned);
        }
    };
    text.get(missing(analysis, scope)?).map(str::to_owned)
}

fn missing(analysis: expression::Analysis, scope: &Scope) -> Option<std::ops::Range<usize>> {
    analysis
        .reads
        .into_iter()
        .find(|read| !read.guarded && !scope.has(&read.path))
        .map(|read| read.span)
}

/// A writer that refuses to hold more than [`MAX_TEXT`].
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len().saturating_add(bytes.len()) > MAX_TEXT {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;

//! Questions to people, with their place in the journal.

use serde_json::Value;

use super::SightError;
use super::workspace::Directory;
use crate::capsule::Catalogue;
use crate::engine::fact::question::REJECT;
use crate::engine::fact::{About, FactError, Judged, Requested, Resolved, RunFact};
use crate::engine::recall::recall;
use crate::engine::start;
use crate::journal::{ApprovalRow, Event, Reader, Stream};
use crate::label::Labelled;

/// A question with its place in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What lists know of it.
    pub row: ApprovalRow,
    /// All of it.
    pub requested: Requested,
    /// The judgement that asks, when it is about an action.
    pub judged: Option<Judged>,
    /// What the call in doubt was given, where [`Self::looked_up`] has found it.
    pub given: Option<Labelled>,
}

impl Asked {
    /// Where what is asked about works, where that is not the run's workspace.
    pub fn directory(&self) -> Option<Directory> {
        self.judged.as_ref().and_then(Directory::of)
    }

    /// The arguments of what is asked about: of an action, or of a call in doubt.
    pub fn args(&self) -> Option<&Labelled> {
        match &self.requested.about {
            About::Action { args, .. } => Some(args),
            About::Gate { .. }
            | About::Doubt { .. }
            | About::Elicited { .. }
            | About::Inputs
            | About::Outputs { .. } => self.given.as_ref(),
        }
    }

    /// The same with what its call was given, where it is about one in doubt and that can be told. It can be decided
    /// without, so that what cannot be read here is no error.
    #[must_use]
    pub fn looked_up(self, reader: &Reader, catalogue: &Catalogue) -> Self {
        let given = given(reader, catalogue, &self).ok().flatten();
        Self { given, ..self }
    }

    /// What becomes of it when nobody answers in time.
    pub fn lapse(&self) -> String {
        let then = self.requested.on_expire.as_deref().unwrap_or(REJECT);
        format!("then `{then}` counts")
    }
}

/// The whole question that `row` stands for.
///
/// # Errors
/// Its event cannot be read.
pub fn read(reader: &Reader, row: ApprovalRow) -> Result<Asked, SightError> {
    let event = reader.event(row.seq)?;
    let fact = event.as_ref().map(RunFact::recorded).transpose()?;
    match fact {
        Some(RunFact::Requested(requested)) => Ok(Asked {
            judged: judged(reader, &row, &requested)?,
            row,
            requested: *requested,
            given: None,
        }),
        Some(_) | None => Err(FactError::Shredded { seq: row.seq }.into()),
    }
}

/// The judgement that `requested` follows from: the last one of its unit before it.
fn judged(reader: &Reader, row: &ApprovalRow, requested: &Requested) -> Result<Option<Judged>, SightError> {
    let (Some(unit), About::Action { digest, .. }) = (&requested.unit, &requested.about) else {
        return Ok(None);
    };
    let stream = Stream::Run(row.run.clone());
    // It is nearly always recorded together with the question; only then is little read.
    let mut before = row.run_seq;
    let mut most = 8;
    while before > 1 {
        let after = before.saturating_sub(most + 1);
        let count = usize::try_from(before - 1 - after).unwrap_or(usize::MAX);
        for event in reader.events(&stream, after, count)?.iter().rev() {
            if let RunFact::Judged(judged) = RunFact::recorded(event)?
                && judged.unit == *unit
                && judged.verdict.action_digest() == *digest
            {
                return Ok(Some(*judged));
            }
        }
        before = after + 1;
        most *= 8;
    }
    Ok(None)
}

/// What the call in doubt was given. That is not recorded, only the digest of its action is: it is rendered again from
/// what the run knew when it asked, and told where it gives that very action.
fn given(reader: &Reader, catalogue: &Catalogue, asked: &Asked) -> Result<Option<Labelled>, SightError> {
    let (Some(unit), About::Doubt { attempt, .. }) = (&asked.requested.unit, &asked.requested.about) else {
        return Ok(None);
    };
    let row = &asked.row;
    let until = usize::try_from(row.run_seq).unwrap_or(usize::MAX);
    let events = reader.events(&Stream::Run(row.run.clone()), 0, until)?;
    let begun = |event: &Event| match RunFact::recorded(event) {
        Ok(RunFact::StepStarted(started)) if started.unit == *unit && started.attempt == *attempt => {
            Some(started.action_digest)
        }
        Ok(_) | Err(_) => None,
    };
    let Some(digest) = events.iter().rev().find_map(begun) else {
        return Ok(None);
    };
    let run = start::replay(&events, catalogue, &row.run)?;
    let recalled = recall(&run, unit, catalogue).ok();
    let recalled = recalled.filter(|recalled| recalled.action.digest() == digest);
    Ok(recalled.map(|recalled| recalled.args))
}

/// How it was decided, when it was.
///
/// # Errors
/// The run cannot be read.
pub fn resolved(reader: &Reader, row: &ApprovalRow) -> Result<Option<Resolved>, SightError> {
    if row.resolved_at.is_none() {
        return Ok(None);
    }
    for event in reader.events(&Stream::Run(row.run.clone()), row.run_seq, usize::MAX)? {
        if let RunFact::Resolved(resolved) = RunFact::recorded(&event)?
            && resolved.id == row.id
        {
            return Ok(Some(*resolved));
        }
    }
    Ok(None)
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it must be, in a word.
    pub kind: String,
    /// What it is for, and within which bounds it has to be; may be empty.
    pub about: String,
    /// Whether the form is not complete without it.
    pub required: bool,
    /// The only values that it takes, as they are typed; none when it takes others.
    pub choices: Vec<String>,
    /// What counts when nothing is given: for inputs without a word, in an answer once somebody has taken it over.
    pub default: Option<Value>,
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}", self.name, self.kind)?;
        if self.required {
            f.write_str(", required")?;
        }
        match self.default.as_ref().map(plain) {
            None => f.write_str(")")?,
            Some(nothing) if nothing.is_empty() => f.write_str(", default \"\")")?,
            Some(default) => write!(f, ", default {default})")?,
        }
        if self.about.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", self.about)
        }
    }
}

/// The fields of a form, in its order.
pub fn fields(form: Option<&Value>) -> Vec<Field> {
    let Some(form) = form else { return Vec::new() };
    let required = |name: &str| {
        let names = form["required"].as_array().into_iter().flatten();
        names.filter_map(Value::as_str).any(|required| required == name)
    };
    let properties = form["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, schema)| Field {
            name: name.clone(),
            kind: kind(schema),
            about: about(schema),
            required: required(name),
            choices: choices(schema),
            default: schema.get("default").cloned(),
        })
        .collect()
}

/// What a value is for, and its bounds.
fn about(schema: &Value) -> String {
    let described = schema["description"].as_str().map(str::to_owned);
    let parts: Vec<String> = described
        .filter(|text| !text.is_empty())
        .into_iter()
        .chain(bounds(schema))
        .collect();
    parts.join("; ")
}

/// The bounds of a value in words: `1 to 5`, `at least 2 characters`.
fn bounds(schema: &Value) -> Vec<String> {
    /// The most characters of a pattern that are said.
    const MOST: usize = 80;
    let mut said = Vec::new();
    for (least, most, what) in [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
    ] {
        match (&schema[least], &schema[most]) {
            (Value::Number(least), Value::Number(most)) => said.push(format!("{least} to {most}{what}")),
            (Value::Number(least), _) => said.push(format!("at least {least}{what}")),
            (_, Value::Number(most)) => said.push(format!("at most {most}{what}")),
            (_, _) => {}
        }
    }
    for (name, word) in [("exclusiveMinimum", "more than"), ("exclusiveMaximum", "less than")] {
        if let Value::Number(bound) = &schema[name] {
            said.push(format!("{word} {bound}"));
        }
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        let cut = if pattern.chars().nth(MOST).is_some() { "…" } else { "" };
        let pattern: String = pattern.chars().take(MOST).collect();
        said.push(format!("matches `{pattern}{cut}`"));
    }
    if let Some(format) = schema["format"].as_str() {
        said.push(format!("format `{format}`"));
    }
    said
}

/// What a value must be, in a word.
fn kind(schema: &Value) -> String {
    match (&schema["enum"], &schema["type"]) {
        (Value::Array(values), _) => {
            let values: Vec<String> = values.iter().map(plain).collect();
            format!("one of {}", values.join(", "))
        }
        (_, Value::Array(types)) => {
            let types: Vec<&str> = types.iter().filter_map(Value::as_str).collect();
            types.join(" or ")
        }
        (_, one) => one.as_str().unwrap_or("any value").to_owned(),
    }
}

fn choices(schema: &Value) -> Vec<String> {
    match (&schema["enum"], schema["type"].as_str()) {
        (Value::Array(values), _) => values.iter().map(plain).collect(),
        (_, Some("boolean")) => ["true", "false"].map(str::to_owned).to_vec(),
        _ => Vec::new(),
    }
}

/// A value as somebody types it: a text without its quotes, anything else as JSON.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_field_says_its_bounds() {
        for (schema, says) in [
            (
                json!({"type": "integer", "minimum": 1, "maximum": 5}),
                "a (integer): 1 to 5",
            ),
            (
                json!({"type": "number", "exclusiveMinimum": 0.5}),
                "a (number): more than 0.5",
            ),
            (
                json!({"type": "string", "minLength": 2, "description": "who"}),
                "a (string): who; at least 2 characters",
            ),
            (
                json!({"type": "string", "maxLength": 9, "pattern": "^x", "format": "email"}),
                "a (string): at most 9 characters; matches `^x`; format `email`",
            ),
            (
                json!({"type": "array", "maxItems": 3, "default": []}),
                "a (array, default []): at most 3 items",
            ),
            (json!({"type": "boolean"}), "a (boolean)"),
        ] {
            let said = fields(Some(&json!({"properties": {"a": schema}})));
            assert_eq!(said[0].to_string(), says);
        }
        let long = json!({"properties": {"a": {"pattern": "x".repeat(500)}}});
        assert!(fields(Some(&long))[0].about.chars().count() < 100);
    }

    #[test]
    fn a_field_says_what_it_must_be_and_what_it_begins_with() {
        let form = json!({"type": "object", "required": ["count"], "properties": {
            "count": {"type": "integer", "default": 3, "description": "how many"},
            "name": {"type": "string", "default": ""},
            "with": {"type": "array", "default": ["milk"]},
            "sure": {"type": "boolean"},
        }});
        let mut said: Vec<String> = fields(Some(&form)).iter().map(ToString::to_string).collect();
        said.sort();
        assert_eq!(
            said,
            [
                "count (integer, required, default 3): how many",
                "name (string, default \"\")",
                "sure (boolean)",
                "with (array, default [\"milk\"])",
            ]
        );
    }
}

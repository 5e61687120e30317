//! Questions to people, with their place in the journal.

use serde_json::Value;

use super::SightError;
use crate::engine::fact::{FactError, Requested, Resolved, RunFact};
use crate::journal::{ApprovalRow, Reader, Stream};

/// A question with its place in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// What lists know of it.
    pub row: ApprovalRow,
    /// All of it.
    pub requested: Requested,
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
            row,
            requested: *requested,
        }),
        Some(_) | None => Err(FactError::Shredded { seq: row.seq }.into()),
    }
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
    /// What it is for; may be empty.
    pub about: String,
    /// Whether the form is not complete without it.
    pub required: bool,
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}", self.name, self.kind)?;
        f.write_str(if self.required { ", required)" } else { ")" })?;
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
            kind: match &schema["enum"] {
                Value::Array(values) => {
                    let values: Vec<String> = values.iter().map(plain).collect();
                    format!("one of {}", values.join(", "))
                }
                _ => schema["type"].as_str().unwrap_or("any value").to_owned(),
            },
            about: schema["description"].as_str().unwrap_or_default().to_owned(),
            required: required(name),
        })
        .collect()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

//! Examples of what texts are: JSONL, one object a line.

use std::collections::BTreeMap;

use serde_json::Value;

/// The most examples.
pub const MOST_EXAMPLES: usize = 200_000;
/// The most labels.
pub const MOST_LABELS: usize = 256;

/// What the fields of an example are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// The text.
    pub text: String,
    /// What it is.
    pub label: String,
    /// What it belongs to, if anything: examples of one group are never on both sides of a measurement.
    pub group: Option<String>,
}

/// A text and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The text.
    pub text: String,
    /// What it is.
    pub label: String,
    /// What it belongs to.
    pub group: Option<String>,
}

/// Examples that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExamplesError {
    /// A line is no JSON object.
    #[error("line {line} is no JSON object: {why}")]
    NotJson {
        /// Which, from 1.
        line: usize,
        /// What the parser said.
        why: String,
    },
    /// A line lacks a field.
    #[error("line {line} has no text in the field `{field}`")]
    Missing {
        /// Which, from 1.
        line: usize,
        /// The field.
        field: String,
    },
    /// A text or a label says nothing.
    #[error("the field `{field}` of line {line} is empty")]
    Empty {
        /// Which, from 1.
        line: usize,
        /// The field.
        field: String,
    },
    /// There are none.
    #[error("there is no example")]
    None,
    /// There are too many.
    #[error("there are more than {most} {what}")]
    Many {
        /// How many there may be.
        most: usize,
        /// Of what.
        what: &'static str,
    },
}

/// Reads examples; lines of white space are left out.
///
/// # Errors
/// A line cannot be used, or there is none.
pub fn read(text: &str, fields: &Fields) -> Result<Vec<Example>, ExamplesError> {
    let mut examples = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_number = at + 1;
        let not_json = |why: String| ExamplesError::NotJson { line: line_number, why };
        let value: Value = serde_json::from_str(line).map_err(|error| not_json(error.to_string()))?;
        if !value.is_object() {
            return Err(not_json("it is another JSON value".to_owned()));
        }
        let field = |name: &str| match value.get(name).and_then(Value::as_str) {
            None => Err(ExamplesError::Missing {
                line: line_number,
                field: name.to_owned(),
            }),
            Some(text) if text.trim().is_empty() => Err(ExamplesError::Empty {
                line: line_number,
                field: name.to_owned(),
            }),
            Some(text) => Ok(text.to_owned()),
        };
        if examples.len() == MOST_EXAMPLES {
            return Err(ExamplesError::Many {
                most: MOST_EXAMPLES,
                what: "examples",
            });
        }
        examples.push(Example {
            text: field(&fields.text)?,
            label: field(&fields.label)?,
            group: fields.group.as_deref().map(field).transpose()?,
        });
    }
    if examples.is_empty() {
        return Err(ExamplesError::None);
    }
    Ok(examples)
}

/// How many examples each label has, by label.
pub fn classes(examples: &[Example]) -> BTreeMap<String, u64> {
    let mut classes = BTreeMap::new();
    for example in examples {
        *classes.entry(example.label.clone()).or_default() += 1;
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_example_is_told_with_its_line() {
        let fields = Fields {
            text: "text".to_owned(),
            label: "label".to_owned(),
            group: Some("project".to_owned()),
        };
        let good = r#"{"text": "a", "label": "b", "project": "c", "more": 1}"#;
        assert_eq!(read(&format!("{good}\n\n"), &fields).unwrap().len(), 1);
        for (line, said) in [
            ("nonsense", "line 2 is no JSON object"),
            ("[1]", "line 2 is no JSON object"),
            (
                r#"{"label": "b", "project": "c"}"#,
                "line 2 has no text in the field `text`",
            ),
            (
                r#"{"text": 3, "label": "b", "project": "c"}"#,
                "line 2 has no text in the field `text`",
            ),
            (
                r#"{"text": " ", "label": "b", "project": "c"}"#,
                "the field `text` of line 2 is empty",
            ),
            (
                r#"{"text": "a", "label": "", "project": "c"}"#,
                "the field `label` of line 2 is empty",
            ),
            (
                r#"{"text": "a", "label": "b"}"#,
                "line 2 has no text in the field `project`",
            ),
        ] {
            let error = read(&format!("{good}\n{line}\n"), &fields).unwrap_err().to_string();
            assert!(error.starts_with(said), "{line}: {error}");
        }
        assert_eq!(read("\n", &fields), Err(ExamplesError::None));
    }
}

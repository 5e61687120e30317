//! The inputs of a run: texts from a command line become values of their schema's types.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Capsule;
use super::flow::{Found, types_of, walk};
use super::node::segments;
use super::problem::one_of;
use super::violation::{expected, short};

/// Inputs as somebody gives them.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Texts by name, each read as the type that the input's schema asks for.
    Text(BTreeMap<String, String>),
    /// A JSON object.
    Json(Value),
}

/// An input that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputProblem {
    /// There is no such input.
    #[error("there is no input `{input}`; {help}")]
    Unknown {
        /// Its name.
        input: String,
        /// The nearest name, or all of them.
        help: String,
    },
    /// A required one was not given.
    #[error("the input `{input}` is missing; expected {expected}")]
    Missing {
        /// Its name.
        input: String,
        /// What it should be.
        expected: String,
    },
    /// It does not fit its schema.
    #[error("the input `{input}` is `{given}`; expected {expected}")]
    Unfit {
        /// Its name, and the way to the part that does not fit: `langs.0`.
        input: String,
        /// What was given, shortened.
        given: String,
        /// What it should be.
        expected: String,
    },
    /// The inputs as a whole are not an object.
    #[error("the inputs are {given}; expected a mapping of names to values")]
    NotAnObject {
        /// What was given: `a list`.
        given: &'static str,
    },
}

impl Capsule {
    /// Makes the inputs of a run: reads texts, adds defaults, checks against the schema.
    ///
    /// # Errors
    /// Every input that cannot be taken.
    pub fn inputs(&self, given: Given) -> Result<Value, Vec<InputProblem>> {
        let schema = self.inputs_schema();
        let mut values = match given {
            Given::Text(texts) => typed(schema, texts),
            Given::Json(Value::Object(map)) => map,
            Given::Json(other) => {
                let given = super::violation::type_name(&other);
                return Err(vec![InputProblem::NotAnObject { given }]);
            }
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut problems = unknown(schema, &mut values);
        for (name, property) in properties.into_iter().flatten() {
            if let (false, Some(default)) = (values.contains_key(name), property.get("default")) {
                values.insert(name.clone(), default.clone());
            }
        }
        let values = Value::Object(values);
        // A checked capsule has a schema that compiles; if it did not, nothing would be taken.
        let Ok(validator) = jsonschema::validator_for(schema) else {
            return Err(problems);
        };
        problems.extend(validator.iter_errors(&values).map(|error| problem(schema, &error)));
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }
}

/// Reads a text of JSON or YAML, within the limits of a capsule's.
///
/// # Errors
/// What is wrong with it first.
pub fn read_value(text: &str) -> Result<Value, String> {
    let (root, problems) = super::node::parse(text).map_err(|problem| problem.message)?;
    match problems.into_iter().next() {
        Some(problem) => Err(problem.message),
        None => Ok(root.to_json()),
    }
}

/// Reads each text as the type that `schema`, of an object, asks for; one that cannot be it stays a text.
pub fn typed(schema: &Value, texts: BTreeMap<String, String>) -> Map<String, Value> {
    let read = |(name, text): (String, String)| {
        let value = read(schema, &name, text);
        (name, value)
    };
    texts.into_iter().map(read).collect()
}

/// Takes inputs away that the schema does not name, unless it allows others.
fn unknown(schema: &Value, values: &mut Map<String, Value>) -> Vec<InputProblem> {
    let mut problems = Vec::new();
    values.retain(|name, _| match walk(schema, [name.as_str()]) {
        Found::Absent(known) => {
            problems.push(InputProblem::Unknown {
                input: name.clone(),
                help: one_of(name, known),
            });
            false
        }
        Found::Schema(_) | Found::Unknown => true,
    });
    problems
}

/// Reads a text as the first type of its schema that it can be; a text that cannot stays a text.
fn read(schema: &Value, name: &str, text: String) -> Value {
    let types = match walk(schema, [name]) {
        Found::Schema(schema) => types_of(schema),
        Found::Unknown | Found::Absent(_) => None,
    };
    let Some(types) = types else { return Value::String(text) };
    let parsed = serde_json::from_str::<Value>(&text).ok();
    let fits = |name: &&str| match (*name, &parsed) {
        ("integer", Some(Value::Number(number))) => number.is_i64() || number.is_u64(),
        ("number", Some(Value::Number(_)))
        | ("boolean", Some(Value::Bool(_)))
        | ("array", Some(Value::Array(_)))
        | ("object", Some(Value::Object(_)))
        | ("null", Some(Value::Null)) => true,
        _ => false,
    };
    match parsed.as_ref().filter(|_| types.iter().any(fits)) {
        Some(value) => value.clone(),
        None => Value::String(text),
    }
}

fn problem(schema: &Value, error: &jsonschema::ValidationError<'_>) -> InputProblem {
    let pointer = error.instance_path().to_string();
    let path: Vec<String> = segments(&pointer).collect();
    if let (jsonschema::error::ValidationErrorKind::Required { property }, true) = (error.kind(), path.is_empty()) {
        let input = property.as_str().unwrap_or_default().to_owned();
        let expected = match walk(schema, [input.as_str()]) {
            Found::Schema(schema) => types_of(schema).map(|types| super::flow::in_words(&types)),
            Found::Unknown | Found::Absent(_) => None,
        };
        return InputProblem::Missing {
            input,
            expected: expected.unwrap_or_else(|| "a value".to_owned()),
        };
    }
    InputProblem::Unfit {
        input: path.join("."),
        given: short(error.instance()),
        expected: expected(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Catalogue;
    use super::*;
    use serde_json::json;

    fn capsule() -> Capsule {
        let text = r#"
schema: somagent.dev/capsule/v1
capsule_id: x
version: 1.0.0
inputs:
  type: object
  required: [repo, n]
  properties:
    repo: {type: string, pattern: "^[a-z]+$"}
    n: {type: integer, minimum: 1}
    ratio: {type: number, default: 0.5}
    dry: {type: boolean, default: false}
    langs: {type: array, items: {type: string, enum: [en, de]}, default: [en]}
    note: {type: [string, "null"]}
    free: {}
execution: {steps: [{name: a, action: model.call, params: {prompt: hi}}]}
"#;
        Capsule::parse(text, &Catalogue::default()).unwrap()
    }

    fn text(pairs: &[(&str, &str)]) -> Given {
        Given::Text(
            pairs
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn texts_become_values_of_their_types_and_defaults_are_added() {
        let given = text(&[
            ("repo", "true"),
            ("n", "3"),
            ("dry", "true"),
            ("langs", "[\"de\"]"),
            ("note", "null"),
            ("free", "1"),
        ]);
        assert_eq!(
            capsule().inputs(given).unwrap(),
            json!({"repo": "true", "n": 3, "ratio": 0.5, "dry": true, "langs": ["de"], "note": null, "free": "1"})
        );
        let given = Given::Json(json!({"repo": "a", "n": 1}));
        assert_eq!(
            capsule().inputs(given).unwrap(),
            json!({"repo": "a", "n": 1, "ratio": 0.5, "dry": false, "langs": ["en"]})
        );
    }

    #[test]
    fn every_input_that_cannot_be_taken_is_named() {
        let given = text(&[
            ("rep", "a"),
            ("n", "0"),
            ("dry", "yes"),
            ("langs", "[\"fr\"]"),
            ("ratio", "x"),
        ]);
        let mut found: Vec<String> = capsule()
            .inputs(given)
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect();
        found.sort();
        assert_eq!(
            found,
            [
                "the input `dry` is `yes`; expected a boolean",
                "the input `langs.0` is `fr`; expected one of `en`, `de`",
                "the input `n` is `0`; expected at least 1",
                "the input `ratio` is `x`; expected a number",
                "the input `repo` is missing; expected a text",
                "there is no input `rep`; did you mean `repo`?",
            ]
        );
        assert!(matches!(
            capsule().inputs(Given::Json(json!([]))).unwrap_err()[..],
            [InputProblem::NotAnObject { given: "a list" }]
        ));
    }
}

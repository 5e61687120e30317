//! A JSON Schema of a stranger, made harmless before anything is checked with it.
//!
//! References are written out, so that no schema refers to itself, to a file or to the network, and none multiplies
//! when it is used. A pattern is matched in linear time or not at all. Where something is taken out, the schema asks for
//! less than it did and says so; what is too large or no schema is refused. Never fetches anything.

use jsonschema::{PatternOptions, Validator};
use regex::RegexBuilder;
use serde_json::{Map, Value};

use super::shape::shown;

/// The longest schema that is read, in bytes of JSON.
const BYTES: usize = 256 << 10;
/// The most values of a schema once its references are written out.
const VALUES: usize = 20_000;
/// The deepest nesting of a schema.
const DEPTH: usize = 64;
/// The most memory of a pattern, in bytes.
const PATTERN: usize = 256 << 10;

/// Keywords whose value is a schema.
const ONE: [&str; 12] = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords whose value is a list of schemas.
const LIST: [&str; 5] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
/// Keywords whose value is schemas by name.
const NAMED: [&str; 4] = ["dependencies", "dependentSchemas", "patternProperties", "properties"];
/// The dialects that are understood.
const DIALECTS: [&str; 5] = [
    "json-schema.org/draft/2020-12/schema",
    "json-schema.org/draft/2019-09/schema",
    "json-schema.org/draft-07/schema",
    "json-schema.org/draft-06/schema",
    "json-schema.org/draft-04/schema",
];

/// Why a schema is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// It is neither an object nor a truth value.
    #[error("it is no schema")]
    None,
    /// It is too long.
    #[error("it is {bytes} bytes long, and {limit} are read")]
    TooLong {
        /// How long it is.
        bytes: usize,
        /// What is read.
        limit: usize,
    },
    /// It is too large once its references are written out, or nested too deeply.
    #[error("with its references written out it has more than {VALUES} values or {DEPTH} levels")]
    TooLarge,
    /// It refers to something outside it, or to nothing.
    #[error("it refers to `{reference}`, which is not within it")]
    Reference {
        /// The reference, escaped and cut.
        reference: String,
    },
    /// It is written in a dialect that is not understood.
    #[error("it is written in `{dialect}`, which is not understood")]
    Dialect {
        /// Its `$schema`, escaped and cut.
        dialect: String,
    },
    /// It is not a valid schema.
    #[error("it is no valid schema: {why}")]
    Invalid {
        /// What is wrong, escaped and cut.
        why: String,
    },
}

/// A schema that can be checked with.
#[derive(Debug, Clone)]
pub struct Schema {
    value: Value,
    validator: Validator,
    loosened: Vec<String>,
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// It is too large, refers to what is not within it, or is none.
    pub fn of(schema: &Value) -> Result<Self, SchemaError> {
        let bytes = schema.to_string().len();
        if bytes > BYTES {
            return Err(SchemaError::TooLong { bytes, limit: BYTES });
        }
        if let Some(dialect) = schema.get("$schema") {
            let dialect = dialect.as_str().unwrap_or_default();
            let plain = dialect
                .split_once("://")
                .map_or(dialect, |(_, rest)| rest)
                .trim_end_matches('#');
            if !DIALECTS.contains(&plain) {
                return Err(SchemaError::Dialect {
                    dialect: shown(dialect, 200),
                });
            }
        }
        let mut writing = Writing {
            root: schema,
            open: Vec::new(),
            values: 0,
            loosened: Vec::new(),
        };
        let value = writing.schema(schema, 0, "")?;
        let options = jsonschema::options().with_pattern_options(PatternOptions::regex().size_limit(PATTERN));
        let validator = options.build(&value).map_err(|error| SchemaError::Invalid {
            why: shown(&error.to_string(), 200),
        })?;
        Ok(Self {
            value,
            validator,
            loosened: writing.loosened,
        })
    }

    /// The schema as it is used: self-contained.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Where it asks for less than it did, and why.
    pub fn loosened(&self) -> &[String] {
        &self.loosened
    }

    /// Checks that `value` conforms.
    ///
    /// # Errors
    /// It does not; the first three places where, escaped and cut.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        let errors: Vec<String> = self
            .validator
            .iter_errors(value)
            .take(3)
            .map(|error| {
                let place = error.instance_path().to_string();
                let place = if place.is_empty() { "/".to_owned() } else { place };
                shown(&format!("at `{place}`: {}", error.masked()), 200)
            })
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors.join("; "))
        }
    }
}

/// A schema that is being written out.
struct Writing<'a> {
    root: &'a Value,
    /// The references within which the writer is.
    open: Vec<&'a str>,
    values: usize,
    loosened: Vec<String>,
}

impl<'a> Writing<'a> {
    fn schema(&mut self, schema: &'a Value, depth: usize, place: &str) -> Result<Value, SchemaError> {
        self.count(1)?;
        if depth > DEPTH {
            return Err(SchemaError::TooLarge);
        }
        let members = match schema {
            Value::Bool(_) => return Ok(schema.clone()),
            Value::Object(members) => members,
            _ => return Err(SchemaError::None),
        };
        let mut written = Map::new();
        let mut drops_patterns = false;
        for (keyword, value) in members {
            let keyword = keyword.as_str();
            let below = || format!("{place}/{keyword}");
            let value = match (keyword, value) {
                ("$ref", Value::String(reference)) => {
                    let target = self.reference(reference, depth, place)?;
                    written.insert("$ref".to_owned(), target);
                    continue;
                }
                ("$ref" | "$dynamicRef" | "$recursiveRef", other) => {
                    return Err(outside(other.as_str().unwrap_or("a reference that is no text")));
                }
                ("$id" | "id", Value::String(_)) if depth == 0 => continue,
                ("$id" | "$anchor" | "$dynamicAnchor", Value::String(id)) => return Err(outside(id)),
                ("$defs" | "definitions" | "$comment" | "$vocabulary", _) => continue,
                ("pattern", Value::String(pattern)) if !is_linear(pattern) => {
                    self.loosen(place, "its pattern cannot be matched in linear time");
                    continue;
                }
                (keyword, Value::Object(named)) if NAMED.contains(&keyword) => {
                    let mut all = Map::new();
                    for (name, one) in named {
                        if keyword == "patternProperties" && !is_linear(name) {
                            self.loosen(place, "a pattern of its names cannot be matched in linear time");
                            drops_patterns = true;
                            continue;
                        }
                        // `dependencies` may also list names.
                        let one = match one {
                            Value::Array(_) => self.copy(one)?,
                            one => self.schema(one, depth + 1, &format!("{}/{name}", below()))?,
                        };
                        all.insert(name.clone(), one);
                    }
                    Value::Object(all)
                }
                (keyword, Value::Array(list)) if LIST.contains(&keyword) => {
                    let mut all = Vec::new();
                    for one in list {
                        all.push(self.schema(one, depth + 1, &below())?);
                    }
                    Value::Array(all)
                }
                (keyword, one @ (Value::Object(_) | Value::Bool(_))) if ONE.contains(&keyword) => {
                    self.schema(one, depth + 1, &below())?
                }
                (_, value) => self.copy(value)?,
            };
            written.insert(keyword.to_owned(), value);
        }
        if drops_patterns {
            written.remove("additionalProperties");
            written.remove("unevaluatedProperties");
        }
        Ok(joined(written))
    }

    /// What a reference stands for; anything, where that is what it is within.
    fn reference(&mut self, reference: &'a str, depth: usize, place: &str) -> Result<Value, SchemaError> {
        if self.open.contains(&reference) {
            self.loosen(place, "it refers to itself");
            return Ok(Value::Bool(true));
        }
        let pointer = reference.strip_prefix('#').ok_or_else(|| outside(reference))?;
        let target = self
            .root
            .pointer(&unescaped(pointer))
            .ok_or_else(|| outside(reference))?;
        self.open.push(reference);
        let written = self.schema(target, depth + 1, place);
        self.open.pop();
        written
    }

    fn copy(&mut self, value: &Value) -> Result<Value, SchemaError> {
        self.count(1 + commas(value))?;
        Ok(value.clone())
    }

    fn count(&mut self, values: usize) -> Result<(), SchemaError> {
        self.values += values;
        if self.values > VALUES {
            Err(SchemaError::TooLarge)
        } else {
            Ok(())
        }
    }

    fn loosen(&mut self, place: &str, why: &str) {
        let place = if place.is_empty() { "/" } else { place };
        let note = shown(&format!("{place}: {why}"), 200);
        if self.loosened.len() < 20 && !self.loosened.contains(&note) {
            self.loosened.push(note);
        }
    }
}

/// A schema whose reference is written out beside its other keywords.
fn joined(mut written: Map<String, Value>) -> Value {
    let Some(target) = written.remove("$ref") else {
        return Value::Object(written);
    };
    if written.is_empty() {
        return target;
    }
    match written.get_mut("allOf") {
        Some(Value::Array(all)) => all.push(target),
        Some(_) | None => {
            written.insert("allOf".to_owned(), Value::Array(vec![target]));
        }
    }
    Value::Object(written)
}

fn outside(reference: &str) -> SchemaError {
    SchemaError::Reference {
        reference: shown(reference, 200),
    }
}

/// A JSON pointer out of a fragment of a URI.
fn unescaped(fragment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = fragment.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match (byte, code.and_then(|code| u8::from_str_radix(code, 16).ok())) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            (byte, _) => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_linear(pattern: &str) -> bool {
    RegexBuilder::new(pattern).size_limit(PATTERN).build().is_ok()
}

fn commas(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(|one| 1 + commas(one)).sum(),
        Value::Object(members) => members.values().map(|one| 1 + commas(one)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_written_out_and_checked_with() {
        let schema = Schema::of(&json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://example.com/x",
            "type": "object",
            "properties": {"a": {"$ref": "#/$defs/n", "description": "first"}, "$ref": {"type": "string"}},
            "$defs": {"n": {"type": "integer", "minimum": 1, "default": {"$ref": "not a reference"}}},
        }))
        .unwrap();
        assert!(!schema.value().to_string().contains("#/$defs"), "{}", schema.value());
        assert_eq!(schema.check(&json!({"a": 1, "$ref": "x"})), Ok(()));
        let wrong = schema.check(&json!({"a": 0})).unwrap_err();
        assert!(wrong.starts_with("at `/a`: "), "{wrong}");
        assert!(schema.loosened().is_empty());
    }

    #[test]
    fn a_schema_that_refers_to_itself_is_cut_there() {
        let schema = json!({"type": "object", "properties": {"next": {"$ref": "#"}, "n": {"type": "integer"}}});
        let schema = Schema::of(&schema).unwrap();
        assert_eq!(
            schema.loosened(),
            ["/properties/next/properties/next: it refers to itself"]
        );
        assert!(schema.check(&json!({"next": {"n": "x"}})).is_err());
        assert_eq!(schema.check(&json!({"next": {"next": {"n": "x"}}})), Ok(()));
        let loops = Schema::of(&json!({"allOf": [{"$ref": "#"}]})).unwrap();
        assert_eq!(loops.check(&json!(1)), Ok(()));
    }

    #[test]
    fn a_schema_that_multiplies_is_refused() {
        let mut defs = Map::new();
        for n in 0..30 {
            let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
            defs.insert(format!("d{n}"), json!({"allOf": [next, next]}));
        }
        defs.insert("d30".to_owned(), json!(true));
        let schema = json!({"$ref": "#/$defs/d0", "$defs": defs});
        assert_eq!(Schema::of(&schema).unwrap_err(), SchemaError::TooLarge);
    }

    #[test]
    fn what_is_outside_too_large_or_no_schema_is_refused() {
        let mut deep = json!({});
        for _ in 0..100 {
            deep = json!({"items": deep});
        }
        for (schema, says) in [
            (
                json!({"$ref": "https://example.com/s.json"}),
                "refers to `https://example.com/s.json`",
            ),
            (json!({"$ref": "file:///etc/passwd"}), "refers to `file:///etc/passwd`"),
            (json!({"$ref": "#/$defs/none"}), "refers to `#/$defs/none`"),
            (json!({"$dynamicRef": "#x"}), "refers to `#x`"),
            (json!({"items": {"$id": "http://other/"}}), "refers to `http://other/`"),
            (
                json!({"$schema": "https://example.com/mine"}),
                "written in `https://example.com/mine`",
            ),
            (json!({"type": "nonsense"}), "no valid schema"),
            (json!({"properties": 3}), "no valid schema"),
            (json!([]), "no schema"),
            (json!({"properties": {"a": 3}}), "no schema"),
            (json!({"enum": vec!["x"; 200_000]}), "bytes long"),
            (
                json!({"enum": (0..25_000).collect::<Vec<_>>()}),
                "more than 20000 values",
            ),
            (deep, "64 levels"),
        ] {
            let error = Schema::of(&schema).unwrap_err().to_string();
            assert!(error.contains(says), "{says}: {error}");
        }
    }

    #[test]
    fn a_pattern_is_linear_or_left_out() {
        let schema = json!({"type": "string", "pattern": "^(?!a)b(?=c)"});
        let schema = Schema::of(&schema).unwrap();
        assert_eq!(schema.loosened(), ["/: its pattern cannot be matched in linear time"]);
        assert_eq!(schema.check(&json!("a")), Ok(()));
        let evil = Schema::of(&json!({"pattern": "^(a+)+$"})).unwrap();
        assert!(evil.check(&json!("a".repeat(50_000) + "b")).is_err());
        let names = json!({"patternProperties": {"^(?!x)": {"type": "integer"}}, "additionalProperties": false});
        assert_eq!(Schema::of(&names).unwrap().check(&json!({"y": "any"})), Ok(()));
    }
}

//! What a JSON Schema says about the value at a path: its schema, nothing, or that there is no such value.
//!
//! Follows the simple keywords (`properties`, `items`, `type`, local `$ref`); where others decide,
//! it says that it does not know.

use serde_json::Value;

/// What is known about a value.
#[derive(Debug, PartialEq)]
pub(super) enum Found<'a> {
    /// This schema describes it.
    Schema(&'a Value),
    /// Nothing is known.
    Unknown,
    /// There is no such field; these are there.
    Absent(Vec<&'a str>),
}

/// Walks `path` from `schema`.
///
/// An object that lists `properties` and says nothing about others is taken to have no others.
pub(super) fn walk<'a, 'p>(schema: &'a Value, path: impl IntoIterator<Item = &'p str>) -> Found<'a> {
    let mut at = schema;
    for segment in path {
        let Some(here) = resolve(schema, at) else {
            return Found::Unknown;
        };
        if ["anyOf", "oneOf", "allOf", "if", "patternProperties", "not"]
            .iter()
            .any(|key| here.get(key).is_some())
        {
            return Found::Unknown;
        }
        let types = types_of(here);
        if let Some(properties) = here.get("properties").and_then(Value::as_object) {
            match properties.get(segment) {
                Some(inner) => at = inner,
                None => match here.get("additionalProperties") {
                    None | Some(Value::Bool(false)) => {
                        return Found::Absent(properties.keys().map(String::as_str).collect());
                    }
                    Some(inner) => at = inner,
                },
            }
        } else if segment.bytes().all(|byte| byte.is_ascii_digit()) {
            match here.get("items") {
                Some(items) if here.get("prefixItems").is_none() => at = items,
                _ => return Found::Unknown,
            }
        } else if types.as_ref().is_some_and(|types| !types.contains(&"object")) {
            return Found::Absent(vec![]);
        } else {
            match here.get("additionalProperties") {
                Some(inner @ Value::Object(_)) => at = inner,
                _ => return Found::Unknown,
            }
        }
    }
    match resolve(schema, at) {
        Some(found) => Found::Schema(found),
        None => Found::Unknown,
    }
}

/// Follows local references, a few deep.
fn resolve<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    let mut at = schema;
    for _ in 0..16 {
        match at.get("$ref").and_then(Value::as_str) {
            None => return at.is_object().then_some(at),
            Some(reference) => at = root.pointer(reference.strip_prefix('#')?)?,
        }
    }
    None
}

/// The JSON types that a schema allows; `None` when it does not say.
pub(super) fn types_of(schema: &Value) -> Option<Vec<&str>> {
    match schema.get("type") {
        Some(Value::String(name)) => Some(vec![name]),
        Some(Value::Array(names)) => names.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// Whether a value of one of `given` may be one of `wanted`.
pub(super) fn may_fit(given: &[&str], wanted: &[&str]) -> bool {
    let number = |name: &str| matches!(name, "integer" | "number");
    given.iter().any(|given| {
        wanted
            .iter()
            .any(|wanted| given == wanted || (number(given) && number(wanted)))
    })
}

/// The types in words: `a text or nothing`.
pub(super) fn in_words(types: &[&str]) -> String {
    let words: Vec<&str> = types
        .iter()
        .map(|name| match *name {
            "string" => "a text",
            "integer" => "a whole number",
            "number" => "a number",
            "boolean" => "a boolean",
            "array" => "a list",
            "object" => "a mapping",
            "null" => "nothing",
            other => other,
        })
        .collect();
    words.join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_is_followed_as_far_as_the_schema_speaks() {
        let schema = json!({
            "type": "object", "$defs": {"commit": {"type": "object", "properties": {"sha": {"type": "string"}}}},
            "properties": {
                "commits": {"type": "array", "items": {"$ref": "#/$defs/commit"}},
                "free": {"type": "object"}, "open": {"type": "object", "properties": {}, "additionalProperties": true},
                "map": {"type": "object", "additionalProperties": {"type": "integer"}},
                "either": {"anyOf": [{"type": "object"}, {"type": "string"}]}, "loop": {"$ref": "#/properties/loop"},
            },
        });
        let at = |path: &str| walk(&schema, path.split('.'));
        assert_eq!(at("commits.0.sha"), Found::Schema(&json!({"type": "string"})));
        assert_eq!(at("commits.0.nope"), Found::Absent(vec!["sha"]));
        assert_eq!(at("commits.sha"), Found::Absent(vec![]));
        assert_eq!(at("commits.0.sha.x"), Found::Absent(vec![]));
        assert_eq!(at("map.x"), Found::Schema(&json!({"type": "integer"})));
        for unknown in ["free.x", "open.x", "either.x", "loop.x"] {
            assert_eq!(at(unknown), Found::Unknown, "{unknown}");
        }
        assert!(may_fit(&["integer"], &["number"]) && !may_fit(&["array"], &["string", "null"]));
    }
}

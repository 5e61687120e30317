//! `text.join`: puts two lists of objects together by a key.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::ToolError;
use super::super::contract::{Objects, arguments, bad_argument, json, objects};
use super::field::id_of;
use super::label::id;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// The items that are returned, each with what `right` knows about it.
    #[serde(rename = "left")]
    _left: Objects,
    /// What is added; its keys win over those of `left`.
    #[serde(rename = "right")]
    _right: Objects,
    /// The key that both have.
    #[serde(default = "id")]
    on: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Joined {
    /// The items of `left`, in their order.
    items: Vec<Map<String, Value>>,
    /// How many found a partner.
    matched: u64,
    /// How many of `left` found none.
    unmatched: u64,
}

/// Joins.
pub(super) fn run(args: &Value) -> Result<Value, ToolError> {
    let params: Params = arguments(args)?;
    let mut partners = HashMap::new();
    for (at, item) in objects(args, "right")?.iter().enumerate() {
        let key = id_of(item, &params.on, at)?;
        if let Some(key) = partners.insert(key.clone(), item).map(|_| key) {
            return Err(bad_argument(
                format!("`right` has two items with `{}` `{}`", params.on, key.escape_debug()),
                "give each key once",
            ));
        }
    }
    let mut items = Vec::new();
    let mut matched = 0;
    for (at, item) in objects(args, "left")?.iter().enumerate() {
        let mut whole = item.as_object().cloned().unwrap_or_default();
        if let Some(Value::Object(more)) = partners.get(&id_of(item, &params.on, at)?) {
            matched += 1;
            whole.extend(
                more.iter()
                    .filter(|(key, _)| **key != params.on)
                    .map(|(key, value)| (key.clone(), value.clone())),
            );
        }
        items.push(whole);
    }
    Ok(json(&Joined {
        unmatched: items.len() as u64 - matched,
        matched,
        items,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn items_are_joined_by_their_key() {
        let output = run(&json!({
            "left": [{"id": "a", "x": 1}, {"id": "b"}], "right": [{"id": "a", "type": "fix"}, {"id": "c"}],
        }))
        .unwrap();
        assert_eq!(
            output,
            json!({"items": [{"id": "a", "x": 1, "type": "fix"}, {"id": "b"}], "matched": 1, "unmatched": 1})
        );
    }

    #[test]
    fn a_key_twice_on_the_right_and_a_missing_key_are_errors() {
        let error = run(&json!({"left": [], "right": [{"id": "a"}, {"id": "a"}]})).unwrap_err();
        assert_eq!(error.to_string(), "`right` has two items with `id` `a`");
        assert!(run(&json!({"left": [{"x": 1}], "right": []})).is_err());
        assert!(run(&json!({"left": ["x"], "right": []})).is_err());
    }
}

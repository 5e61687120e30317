//! `text.label`: gives items values by a table of rules.
//!
//! What a conventional commit or a risk is stands in the rules, which are data of the capsule; here
//! is only how a rule matches. Regular expressions run in linear time (crate `regex`).

use std::borrow::Cow;
use std::collections::BTreeSet;

use regex::{Regex, RegexBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::ToolError;
use super::super::contract::{Objects, arguments, bad_argument, json, objects};
use super::field::{Field, Sum, id_of};

/// The most that one compiled expression may take.
const PATTERN_BYTES: usize = 1024 * 1024;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// The items.
    #[serde(rename = "items")]
    _items: Objects,
    /// The key that tells items apart.
    #[serde(default = "id")]
    id: String,
    /// The rules, in order.
    #[schemars(length(max = 500))]
    rules: Vec<Rule>,
    /// Sets of which an item gets the value of the first rule that matches, or null; other sets get every value.
    #[serde(default)]
    first: Vec<String>,
}

pub(super) fn id() -> String {
    "id".to_owned()
}

/// A rule: exactly one of `pattern`, `at_least` and `equals`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// The set, which becomes a key of the labelled item: `type`, `flags`.
    set: String,
    /// The value it gives.
    value: String,
    /// The field it looks at: `subject`, `files[].path`, `added + deleted`.
    field: String,
    /// A regular expression that one of the texts must match somewhere.
    #[serde(default)]
    pattern: Option<String>,
    /// What the numbers must sum to, at least.
    #[serde(default)]
    at_least: Option<f64>,
    /// What one of the values must be.
    #[serde(default)]
    equals: Option<Value>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Labels {
    /// For each item, in order: its id, and under the name of each set a value or a list of values.
    items: Vec<Map<String, Value>>,
}

struct Compiled<'a> {
    rule: &'a Rule,
    field: Field,
    test: Test<'a>,
}

enum Test<'a> {
    Matches(Regex),
    AtLeast(Sum),
    Equals(&'a Value),
}

impl<'a> Compiled<'a> {
    fn new(rule: &'a Rule, at: usize, id: &str) -> Result<Self, ToolError> {
        let wrong = |message: String| bad_argument(format!("rule {at}: {message}"), "correct the rule");
        if rule.set == id {
            return Err(wrong(format!("a set cannot be called `{id}`, which is the id")));
        }
        let test = match (&rule.pattern, rule.at_least, &rule.equals) {
            (Some(pattern), None, None) => RegexBuilder::new(pattern)
                .size_limit(PATTERN_BYTES)
                .build()
                .map(Test::Matches)
                .map_err(|error| wrong(error.to_string()))?,
            (None, Some(least), None) => {
                let mut sum = Sum::default();
                sum.add(&Value::from(least));
                Test::AtLeast(sum)
            }
            (None, None, Some(value)) => Test::Equals(value),
            _ => {
                return Err(wrong(
                    "give exactly one of `pattern`, `at_least` and `equals`".to_owned(),
                ));
            }
        };
        Ok(Self {
            rule,
            field: Field::parse(&rule.field).map_err(|error| wrong(error.to_string()))?,
            test,
        })
    }

    fn matches(&self, item: &Value) -> bool {
        match &self.test {
            Test::Matches(pattern) => self.field.texts(item).iter().any(|text| pattern.is_match(text)),
            Test::AtLeast(least) => self.field.sum(item).order(least).is_ge(),
            Test::Equals(value) => self.field.values(item).contains(value),
        }
    }
}

/// Labels the items.
pub(super) fn run(args: &Value) -> Result<Value, ToolError> {
    let params: Params = arguments(args)?;
    let rules: Vec<Compiled> = params
        .rules
        .iter()
        .enumerate()
        .map(|(at, rule)| Compiled::new(rule, at, &params.id))
        .collect::<Result<_, _>>()?;
    let sets: BTreeSet<&str> = params.rules.iter().map(|rule| rule.set.as_str()).collect();
    let single = |set: &str| params.first.iter().any(|name| name == set);
    let mut labelled = Vec::new();
    for (at, item) in objects(args, "items")?.iter().enumerate() {
        let mut labels = Map::new();
        labels.insert(
            params.id.clone(),
            Value::String(id_of(item, &params.id, at).map(Cow::into_owned)?),
        );
        for set in &sets {
            let empty = if single(set) {
                Value::Null
            } else {
                Value::Array(Vec::new())
            };
            labels.insert((*set).to_owned(), empty);
        }
        for compiled in &rules {
            let value = Value::String(compiled.rule.value.clone());
            match labels.get_mut(&compiled.rule.set) {
                Some(Value::Array(values)) if !values.contains(&value) && compiled.matches(item) => values.push(value),
                Some(place @ Value::Null) if compiled.matches(item) => *place = value,
                Some(_) | None => {}
            }
        }
        labelled.push(labels);
    }
    Ok(json(&Labels { items: labelled }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_give_types_and_flags() {
        let output = run(&json!({
            "items": [
                {"id": "a", "subject": "fix(db)!: keep rows", "files": [{"path": "db/migrations/1.sql", "status": "deleted", "added": 0, "deleted": 700}]},
                {"id": "b", "subject": "Поправил опечатку", "files": []},
            ],
            "first": ["type"],
            "rules": [
                {"set": "type", "value": "fix", "field": "subject", "pattern": "^fix(\\(.*\\))?!?:"},
                {"set": "type", "value": "other", "field": "subject", "pattern": ""},
                {"set": "flags", "value": "deletion", "field": "files[].status", "equals": "deleted"},
                {"set": "flags", "value": "migration", "field": "files[].path", "pattern": "(^|/)migrations/"},
                {"set": "flags", "value": "migration", "field": "files[].path", "pattern": "sql$"},
                {"set": "flags", "value": "big", "field": "files[].added + files[].deleted", "at_least": 700},
            ],
        }))
        .unwrap();
        assert_eq!(
            output,
            json!({"items": [
                {"id": "a", "flags": ["deletion", "migration", "big"], "type": "fix"},
                {"id": "b", "flags": [], "type": "other"},
            ]})
        );
    }

    #[test]
    fn a_wrong_rule_is_named_by_its_index() {
        let fine = json!({"set": "s", "value": "v", "field": "f", "pattern": "x"});
        for wrong in [
            json!({"set": "s", "value": "v", "field": "f", "pattern": "("}),
            json!({"set": "s", "value": "v", "field": "f"}),
            json!({"set": "s", "value": "v", "field": "f", "pattern": "x", "equals": 1}),
            json!({"set": "s", "value": "v", "field": "", "pattern": "x"}),
            json!({"set": "id", "value": "v", "field": "f", "pattern": "x"}),
            json!({"set": "s", "value": "v", "field": "f", "pattern": "(a{1000}){1000}"}),
        ] {
            let error = run(&json!({"items": [], "rules": [fine, wrong]})).unwrap_err();
            assert!(error.to_string().starts_with("rule 1: "), "{error}");
        }
    }
}

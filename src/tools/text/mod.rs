//! The tool `text`: exact computation on arguments, so that a model need not count, group or judge.
//!
//! Every action is a pure function of its arguments: no file, no clock, no randomness. What is
//! specific to a task, such as kinds of commits or risks, comes in as data.

mod areas;
mod count;
mod escape;
mod field;
mod ground;
mod join;
mod label;
mod markdown;
mod pieces;
pub(super) mod plain;
mod quotes;
mod rank;
mod words;

use serde_json::Value;

use super::contract::{no_such_action, pure};
use super::{Call, Calling, Output, Tool, ToolError};
use crate::capsule::tool_spec::ToolSpec;

/// The tool.
#[derive(Debug)]
pub struct Text {
    spec: ToolSpec,
}

impl Text {
    /// The tool.
    pub fn new() -> Self {
        let actions = vec![
            pure::<label::Params, label::Labels>("label", "Labels items by a table of rules.", &[]),
            pure::<areas::Params, areas::Areas>(
                "areas",
                "Groups items by the directory where most of their paths lie.",
                &["/count", "/placed", "/without_count"],
            ),
            pure::<count::CountParams, count::Counts>(
                "count",
                "Counts how often each value of a field occurs.",
                &["/total", "/missing"],
            ),
            pure::<count::GroupParams, count::Groups>("group", "Groups items by the values of a field.", &[]),
            pure::<rank::RankParams, rank::Ranked>(
                "rank",
                "Picks the items that count most, without near-duplicates.",
                &["/count", "/total", "/duplicates"],
            ),
            pure::<rank::SimilarParams, rank::Similar>(
                "similar",
                "Says how similar two texts are, and puts similar items together.",
                &["/similarity"],
            ),
            pure::<quotes::Params, quotes::Quotes>(
                "quotes",
                "Collects the sentences of items that a summary may quote, and the schema of such a summary.",
                &["/count"],
            ),
            pure::<join::Params, join::Joined>(
                "join",
                "Puts two lists of objects together by a key.",
                &["/matched", "/unmatched"],
            ),
            pure::<markdown::TableParams, markdown::Table>("table", "Makes a Markdown table.", &["/rows"]),
            pure::<markdown::MarkdownParams, markdown::Document>(
                "markdown",
                "Makes a Markdown document from a template; inserted values are escaped.",
                &[],
            ),
            pure::<ground::Params, ground::Grounded>(
                "ground",
                "Drops lines that say what the evidence they cite does not.",
                &["/kept_count", "/dropped_count"],
            ),
        ];
        Self {
            spec: ToolSpec {
                name: "text".to_owned(),
                version: "1.0.0".to_owned(),
                summary: "Counts, groups, ranks, checks and writes, exactly and without a model.".to_owned(),
                actions,
            },
        }
    }

    fn run(&self, verb: &str, args: &Value) -> Result<Value, ToolError> {
        match verb {
            "label" => label::run(args),
            "areas" => areas::run(args),
            "count" => count::count(args),
            "group" => count::group(args),
            "rank" => rank::rank(args),
            "similar" => rank::similar(args),
            "quotes" => quotes::run(args),
            "join" => join::run(args),
            "table" => markdown::table(args),
            "markdown" => markdown::markdown(args),
            "ground" => ground::run(args),
            other => Err(no_such_action(&self.spec, other)),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::new()
    }
}

impl Tool for Text {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        Box::pin(async move {
            Ok(Output {
                value: self.run(call.verb, call.args)?,
                artifacts: Vec::new(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::contract::tests::assert_conforms;
    use super::*;
    use serde_json::json;

    fn calls() -> Vec<(&'static str, Value)> {
        let items = json!([
            {"id": "a", "subject": "fix x", "added": 3, "files": [{"path": "src/x"}]},
            {"id": "b", "subject": "y", "files": []},
        ]);
        let rules = json!([{"set": "type", "value": "fix", "field": "subject", "pattern": "^fix"}]);
        let lines = json!([{"text": "fix x", "cites": ["a"]}, {"text": "z", "cites": ["b"]}]);
        vec![
            ("label", json!({"items": items, "rules": rules, "first": ["type"]})),
            ("areas", json!({"items": items, "max": 3, "keep": ["subject"]})),
            ("count", json!({"items": items, "by": "subject", "weight": "added"})),
            ("group", json!({"items": items, "by": "subject"})),
            (
                "rank",
                json!({"items": items, "by": ["added"], "top": 2, "text": "subject", "threshold": 0.5}),
            ),
            ("similar", json!({"items": items, "a": "x", "b": "x"})),
            (
                "join",
                json!({"left": items, "right": [{"id": "a", "more": 1}], "on": "id"}),
            ),
            ("table", json!({"columns": [{"field": "subject"}], "rows": items})),
            (
                "markdown",
                json!({"template": "{{ a | cut(3) | code }}", "data": {"a": "b"}}),
            ),
            ("quotes", json!({"items": items, "about": "src", "most": 2})),
            (
                "ground",
                json!({"lines": lines, "answers": [{"lines": lines}], "items": items, "fields": ["subject"]}),
            ),
        ]
    }

    #[test]
    fn every_action_gives_what_its_schema_promises() {
        let text = Text::new();
        assert_eq!(calls().len(), text.spec.actions.len());
        for (verb, args) in calls() {
            let params = &text.spec.action(verb).unwrap().params;
            assert!(jsonschema::is_valid(params, &args), "{verb}");
            assert_conforms(&text.spec, verb, &text.run(verb, &args).unwrap());
        }
    }

    /// Calls `each` with every variant of `value` in which one part is replaced by `odd`.
    fn replaced(value: &Value, odd: &Value, each: &mut dyn FnMut(Value)) {
        each(odd.clone());
        match value {
            Value::Object(map) => {
                for (key, inner) in map {
                    let put = |part: Value| {
                        let mut whole = map.clone();
                        whole.insert(key.clone(), part);
                        Value::Object(whole)
                    };
                    replaced(inner, odd, &mut |part| each(put(part)));
                }
            }
            Value::Array(list) => {
                for (at, inner) in list.iter().enumerate() {
                    let put = |part: Value| {
                        let mut whole = list.clone();
                        whole[at] = part;
                        Value::Array(whole)
                    };
                    replaced(inner, odd, &mut |part| each(put(part)));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn odd_arguments_are_errors_or_fine_and_never_a_panic() {
        let text = Text::new();
        let odds = [
            json!(null),
            json!(-1),
            json!(1e300),
            json!(0),
            json!(""),
            json!("\0[]+.é"),
            json!([]),
            json!({}),
            json!([[1]]),
        ];
        let mut tried = 0;
        for (verb, args) in calls() {
            for odd in &odds {
                replaced(&args, odd, &mut |args| {
                    tried += 1;
                    if let Ok(value) = text.run(verb, &args) {
                        assert_conforms(&text.spec, verb, &value);
                    }
                });
            }
        }
        assert!(tried > 1_000);
    }
}

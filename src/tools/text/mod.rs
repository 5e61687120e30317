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

use super::contract::pure;
use super::pure::{Computes, Pure};
use crate::capsule::tool_spec::ActionSpec;

/// The tool.
pub(super) fn tool() -> Pure {
    let actions: Vec<(ActionSpec, Computes)> = vec![
        (
            pure::<label::Params, label::Labels>("label", "Labels items by a table of rules.", &[]),
            label::run,
        ),
        (
            pure::<areas::Params, areas::Areas>(
                "areas",
                "Groups items by the directory where most of their paths lie.",
                &["/count", "/placed", "/without_count"],
            ),
            areas::run,
        ),
        (
            pure::<count::CountParams, count::Counts>(
                "count",
                "Counts how often each value of a field occurs.",
                &["/total", "/missing"],
            ),
            count::count,
        ),
        (
            pure::<count::GroupParams, count::Groups>("group", "Groups items by the values of a field.", &[]),
            count::group,
        ),
        (
            pure::<rank::RankParams, rank::Ranked>(
                "rank",
                "Picks the items that count most, without near-duplicates.",
                &["/count", "/total", "/duplicates"],
            ),
            rank::rank,
        ),
        (
            pure::<rank::SimilarParams, rank::Similar>(
                "similar",
                "Says how similar two texts are, and puts similar items together.",
                &["/similarity"],
            ),
            rank::similar,
        ),
        (
            pure::<quotes::Params, quotes::Quotes>(
                "quotes",
                "Collects the sentences of items that a summary may quote, and the schema of such a summary.",
                &["/count"],
            ),
            quotes::run,
        ),
        (
            pure::<join::Params, join::Joined>(
                "join",
                "Puts two lists of objects together by a key.",
                &["/matched", "/unmatched"],
            ),
            join::run,
        ),
        (
            pure::<markdown::TableParams, markdown::Table>("table", "Makes a Markdown table.", &["/rows"]),
            markdown::table,
        ),
        (
            pure::<markdown::MarkdownParams, markdown::Document>(
                "markdown",
                "Makes a Markdown document from a template; inserted values are escaped.",
                &[],
            ),
            markdown::markdown,
        ),
        (
            pure::<ground::Params, ground::Grounded>(
                "ground",
                "Drops lines that say what the evidence they cite does not.",
                &["/kept_count", "/dropped_count"],
            ),
            ground::run,
        ),
    ];
    let summary = "Counts, groups, ranks, checks and writes, exactly and without a model.";
    Pure::new("text", summary, actions)
}

#[cfg(test)]
mod tests {
    use super::super::pure::tests::{assert_promises_hold, odd_arguments_tried};
    use super::*;
    use serde_json::{Value, json};

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
        assert_promises_hold(&tool(), &calls());
    }

    #[test]
    fn odd_arguments_are_errors_or_fine_and_never_a_panic() {
        assert!(odd_arguments_tried(&tool(), &calls()) > 1_000);
    }
}

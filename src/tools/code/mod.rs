//! The tool `code`: exact work on source text, so that a model has to choose only.
//!
//! It knows no grammar of a language: it looks at lines, and leaves out strings and comments as most languages write them.

mod called;
mod mutations;
mod places;

use super::contract::pure;
use super::pure::{Computes, Pure};
use crate::capsule::tool_spec::ActionSpec;

/// The tool.
pub(super) fn tool() -> Pure {
    let actions: Vec<(ActionSpec, Computes)> = vec![
        (
            pure::<places::Params, places::Places>(
                "places",
                "Finds the places in files that the output of a program names: tracebacks, panics, errors of compilers.",
                &["/count"],
            ),
            places::run,
        ),
        (
            pure::<called::Params, called::Called>(
                "called",
                "Says what lines call, with a pattern that finds where that is defined.",
                &["/count"],
            ),
            called::run,
        ),
        (
            pure::<mutations::Params, mutations::Mutations>(
                "mutations",
                "Makes small changes of single lines, each as a diff and a diff that takes it back.",
                &["/count", "/truncated"],
            ),
            mutations::run,
        ),
    ];
    let summary = "Finds places in source text and changes single lines of it.";
    Pure::new("code", summary, actions)
}

#[cfg(test)]
mod tests {
    use super::super::pure::tests::{assert_promises_hold, odd_arguments_tried};
    use super::*;
    use serde_json::{Value, json};

    fn calls() -> Vec<(&'static str, Value)> {
        let content = "def f(a):\n    return g(a + 1) or 'text'\n";
        vec![
            (
                "places",
                json!({"text": "File \"/w/a.py\", line 2\nb.rs:3:1", "root": "/w", "ends": [".py"]}),
            ),
            ("called", json!({"content": content, "lines": [2]})),
            (
                "mutations",
                json!({"path": "a.py", "content": content, "lines": [2], "around": 1, "own": [{"line": 1, "after": "x"}]}),
            ),
        ]
    }

    #[test]
    fn every_action_gives_what_its_schema_promises() {
        assert_promises_hold(&tool(), &calls());
    }

    #[test]
    fn odd_arguments_are_errors_or_fine_and_never_a_panic() {
        assert!(odd_arguments_tried(&tool(), &calls()) > 150);
    }
}

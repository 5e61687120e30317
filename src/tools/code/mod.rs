//! The tool `code`: exact work on source text, so that a model has to choose only.
//!
//! Every action is a pure function of its arguments. It knows no grammar of a language: it looks at lines, and leaves
//! out strings and comments as most languages write them.

mod called;
mod mutations;
mod places;

use serde_json::Value;

use super::contract::{no_such_action, pure};
use super::{Call, Calling, Output, Tool, ToolError};
use crate::capsule::tool_spec::ToolSpec;

/// The tool.
#[derive(Debug)]
pub struct Code {
    spec: ToolSpec,
}

impl Code {
    /// The tool.
    pub fn new() -> Self {
        let actions = vec![
            pure::<places::Params, places::Places>(
                "places",
                "Finds the places in files that the output of a program names: tracebacks, panics, errors of compilers.",
                &["/count"],
            ),
            pure::<called::Params, called::Called>(
                "called",
                "Says what lines call, with a pattern that finds where that is defined.",
                &["/count"],
            ),
            pure::<mutations::Params, mutations::Mutations>(
                "mutations",
                "Makes small changes of single lines, each as a diff and a diff that takes it back.",
                &["/count", "/truncated"],
            ),
        ];
        Self {
            spec: ToolSpec {
                name: "code".to_owned(),
                version: "1.0.0".to_owned(),
                summary: "Finds places in source text and changes single lines of it.".to_owned(),
                actions,
            },
        }
    }

    fn run(&self, verb: &str, args: &Value) -> Result<Value, ToolError> {
        match verb {
            "places" => places::run(args),
            "called" => called::run(args),
            "mutations" => mutations::run(args),
            other => Err(no_such_action(&self.spec, other)),
        }
    }
}

impl Default for Code {
    fn default() -> Self {
        Self::new()
    }
}

impl Tool for Code {
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

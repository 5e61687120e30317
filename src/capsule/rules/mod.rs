//! The rules of the format beyond its shape: names, order, tools, templates, contracts, money.
//!
//! Every rule adds its problems and goes on, so that one pass finds all of them.

mod contract;
mod header;
mod order;
mod steps;
mod texts;

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::budget::Limit;
use super::catalogue::Catalogue;
use super::document::Document;
use super::graph::{Graph, Pairs};
use super::node::Node;
use super::problem::{Code, MAX_PROBLEMS, Problem};
use super::step::Step;
use super::tool_spec::ToolSpec;

/// What the rules make of a document.
pub(super) struct Checked {
    /// In the order of the text.
    pub steps: Vec<Step>,
    pub graph: Graph,
    pub limit: Limit,
    pub inputs: Value,
    pub outputs: Value,
    pub problems: Vec<Problem>,
}

/// Checks `document`, which was read from `root`, the tree of `source`.
pub(super) fn check(source: &str, root: &Node, document: &Document, catalogue: &Catalogue) -> Checked {
    let model = super::catalogue::model_spec();
    let steps = &document.execution.steps;
    let mut checker = Checker {
        source,
        root,
        document,
        catalogue,
        model: &model,
        names: HashMap::with_capacity(steps.len()),
        graph: Graph::of(&[]),
        ran: Pairs::of(steps.len()),
        inputs: object_schema(&document.inputs),
        outputs: Vec::with_capacity(steps.len()),
        validators: HashMap::new(),
        problems: Vec::new(),
    };
    let limit = checker.header();
    checker.order();
    let steps = checker.steps();
    let outputs = checker.results();
    checker.spending(limit, &steps);
    Checked {
        steps,
        graph: checker.graph,
        limit,
        inputs: checker.inputs,
        outputs,
        problems: checker.problems,
    }
}

/// A schema of an object; nothing written means an object without keys.
fn object_schema(written: &serde_json::Map<String, Value>) -> Value {
    if written.is_empty() {
        return json!({"type": "object", "properties": {}, "additionalProperties": false});
    }
    let mut schema = written.clone();
    schema.entry("type").or_insert_with(|| "object".into());
    Value::Object(schema)
}

struct Checker<'a> {
    source: &'a str,
    root: &'a Node,
    document: &'a Document,
    catalogue: &'a Catalogue,
    model: &'a ToolSpec,
    /// The first step of each name.
    names: HashMap<&'a str, usize>,
    graph: Graph,
    /// Which steps certainly ran when a step runs, because of its `when`.
    ran: Pairs,
    inputs: Value,
    /// What each step gives to templates, as a schema.
    outputs: Vec<Value>,
    /// Compiled schemas of actions, by `tool.action`.
    validators: HashMap<String, Option<Rc<Validator>>>,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    /// Whether more problems would only repeat what was said.
    fn full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    fn error(&mut self, code: Code, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        if self.full() {
            return;
        }
        self.problems.push(Problem::error(code, span, message).with_help(help));
    }

    fn span(&self, pointer: &str) -> Range<usize> {
        self.root.span_at(pointer)
    }
}

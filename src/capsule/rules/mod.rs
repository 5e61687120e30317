//! The rules of the format beyond its shape: names, order, tools, templates, contracts, money.
//!
//! Every rule adds its problems and goes on, so that one pass finds all of them.

mod action;
mod amount;
mod child;
mod contract;
mod effect;
mod endorse;
mod gate;
mod header;
mod order;
mod policies;
mod secret;
mod steps;
mod texts;
mod trigger;
mod workspace;

pub use amount::{micro_usd, milliseconds};

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::budget::Limit;
use super::catalogue::Catalogue;
use super::document::{Document, WrittenStep};
use super::graph::{Graph, Pairs};
use super::mend;
use super::node::Node;
use super::policies::Policies;
use super::problem::{Code, MAX_PROBLEMS, Problem, one_of};
use super::step::{Stage, Step};
use super::tool_spec::ToolSpec;
use super::trigger::Trigger;

/// What the rules make of a document.
pub(super) struct Checked {
    /// Hooks before, the steps, hooks after: each in the order of the text.
    pub steps: Vec<Step>,
    pub graph: Graph,
    pub limit: Limit,
    pub policies: Policies,
    pub persona: Option<String>,
    pub triggers: Vec<Trigger>,
    pub inputs: Value,
    pub outputs: Value,
    pub problems: Vec<Problem>,
}

/// Checks `document`, which was read from `root`, the tree of `source`.
pub(super) fn check(source: &str, root: &Node, document: &Document, catalogue: &Catalogue) -> Checked {
    let model = super::catalogue::model_spec();
    let steps = placed(document);
    let mut checker = Checker {
        source,
        root,
        document,
        catalogue,
        model: &model,
        steps: &steps,
        names: HashMap::with_capacity(steps.len()),
        needs: Vec::with_capacity(steps.len()),
        graph: Graph::of(&[]),
        ran: Pairs::of(steps.len()),
        inputs: object_schema(&document.inputs),
        outputs: Vec::with_capacity(steps.len()),
        validators: HashMap::new(),
        secrets: document.secrets.iter().map(String::as_str).collect(),
        chains: HashMap::new(),
        problems: Vec::new(),
    };
    let limit = checker.header();
    let persona = checker.persona();
    let policies = checker.policies();
    checker.order();
    let steps = checker.steps();
    let outputs = checker.results();
    let triggers = checker.triggers();
    checker.spending(limit, &steps);
    Checked {
        steps,
        graph: checker.graph,
        limit,
        policies,
        persona,
        triggers,
        inputs: checker.inputs,
        outputs,
        problems: checker.problems,
    }
}

/// A step and where it is written.
struct Placed<'a> {
    /// JSON pointer: `/execution/steps/3`, `/hooks/pre/0`.
    pointer: String,
    stage: Stage,
    step: Cow<'a, WrittenStep>,
}

/// Every step of a document: hooks before, the steps, hooks after.
fn placed(document: &Document) -> Vec<Placed<'_>> {
    let hooks = |stage, key, hooks: &[super::document::WrittenHook]| -> Vec<Placed<'static>> {
        let one = |(index, hook): (usize, &super::document::WrittenHook)| Placed {
            pointer: format!("/hooks/{key}/{index}"),
            stage,
            step: Cow::Owned(hook.step()),
        };
        hooks.iter().enumerate().map(one).collect()
    };
    let mut steps: Vec<Placed<'_>> = hooks(Stage::Before, "pre", &document.hooks.pre);
    steps.extend(document.execution.steps.iter().enumerate().map(|(index, step)| Placed {
        pointer: format!("/execution/steps/{index}"),
        stage: Stage::Main,
        step: Cow::Borrowed(step),
    }));
    steps.extend(hooks(Stage::After, "post", &document.hooks.post));
    steps
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
    steps: &'a [Placed<'a>],
    /// The first step of each name.
    names: HashMap<&'a str, usize>,
    /// What each step needs, with what its place implies.
    needs: Vec<Vec<usize>>,
    graph: Graph,
    /// Which steps certainly ran when a step runs, because of its `when`.
    ran: Pairs,
    inputs: Value,
    /// What each step gives to templates, as a schema.
    outputs: Vec<Value>,
    /// Compiled schemas of actions and of inputs of capsules, by name.
    validators: HashMap<String, Option<Rc<Validator>>>,
    /// The secrets that are declared.
    secrets: HashSet<&'a str>,
    /// What is wrong with the capsules below a capsule, by its name.
    chains: HashMap<&'a str, Option<String>>,
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

    /// Adds a problem with the name `given`, which is not among `known`.
    fn unknown<'n>(
        &mut self,
        code: Code,
        span: Range<usize>,
        message: impl Into<String>,
        given: &str,
        known: impl IntoIterator<Item = &'n str>,
    ) {
        if self.full() {
            return;
        }
        let known: Vec<&str> = known.into_iter().collect();
        let mend = mend::rename(self.source, &span, given, known.iter().copied());
        let problem = Problem::error(code, span, message).with_help(one_of(given, known));
        self.problems.push(problem.with_mend(mend));
    }

    fn span(&self, pointer: &str) -> Range<usize> {
        self.root.span_at(pointer)
    }
}

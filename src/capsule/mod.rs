//! What a task is.
//!
//! A text becomes a [`Capsule`] by one way, [`Capsule::parse`], against a [`Catalogue`]: whoever
//! holds one holds a valid, acyclic graph of steps whose templates name only what will be there.
//! Reads no file and no clock.
//!
//! ```text
//! text ─► node (YAML, bytes, limits) ─► shape (keys, types) ─► rules (names, order, contracts) ─► Capsule
//!                                                                         template (run time) ◄─┘
//! ```

pub mod budget;
mod catalogue;
mod document;
mod explain;
mod expression;
mod flow;
mod functions;
mod graph;
pub mod guard;
pub mod host;
mod inputs;
pub mod layout;
pub mod lock;
mod mend;
pub mod migrate;
mod node;
pub mod policies;
mod problem;
mod report;
mod rules;
mod scope;
mod shape;
pub mod starter;
pub mod step;
mod syntax;
pub mod template;
pub mod tool_spec;
pub mod trigger;
mod version0;
mod violation;

use std::collections::BTreeMap;

use serde_json::Value;

pub use catalogue::{Callable, Catalogue, Unusable, child_spec, model_spec};
pub use document::{SCHEMA, schema_json};
pub use inputs::{Given, InputProblem, read_value, typed};
pub use mend::{Mend, apply};
pub use node::MAX_BYTES;
pub use policies::Policies;
pub use problem::{Code, Problem, Severity, did_you_mean};
pub use report::{Look, lines, report};
pub use rules::{micro_usd, milliseconds};
pub use step::{
    Artifact, Ask, Cache, Call, Child, Foreach, Gate, Jitter, KeepWorkspace, OnItemError, OnUncertain, OwnWorkspace,
    Reconcile, Retry, RetryOn, Separate, Stage, Step, Work, Workspace, stays_inside,
};

use crate::digest::Digest;
use budget::Limit;
use graph::Graph;
use trigger::Trigger;

/// A valid task. Its fields are private: it comes from [`Capsule::parse`] alone.
#[derive(Debug, Clone)]
pub struct Capsule {
    name: String,
    version: String,
    description: String,
    tags: BTreeMap<String, String>,
    digest: Digest,
    text: String,
    inputs: Value,
    outputs: Value,
    outputs_from: Value,
    limit: Limit,
    policies: Policies,
    persona: Option<String>,
    secrets: Vec<String>,
    knowledge: Vec<String>,
    triggers: Vec<Trigger>,
    /// In the order of `graph`.
    steps: Vec<Step>,
    graph: Graph,
    /// The tools that it lists.
    tools: Vec<String>,
    warnings: Vec<Problem>,
}

impl Capsule {
    /// Whether a step asks a language model, whatever becomes of its answer, or lends one to whoever it calls.
    pub fn asks_a_model(&self) -> bool {
        let lends = |step: &Step| {
            let work = match &step.work {
                Work::Tool(call) => Some(call),
                Work::Model(_) | Work::Gate(_) | Work::Capsule(_) => None,
            };
            let looks = step.reconcile.as_ref().map(|reconcile| &reconcile.call);
            let mut calls = work.into_iter().chain(&step.compensate).chain(looks);
            calls.any(|call| call.infers)
        };
        self.asks().any(|ask| ask.head.is_none()) || self.steps().iter().any(lends)
    }

    /// The tools that it lists: its steps use no others.
    pub fn tools(&self) -> impl Iterator<Item = &str> {
        self.tools.iter().map(String::as_str)
    }

    /// The heads that steps ask.
    pub fn heads(&self) -> impl Iterator<Item = &str> {
        self.asks()
            .filter_map(|ask| ask.head.as_ref())
            .map(|choice| choice.head.as_str())
    }

    /// The questions to models.
    pub fn asks(&self) -> impl Iterator<Item = &Ask> {
        self.steps().iter().filter_map(|step| match &step.work {
            Work::Model(ask) => Some(ask),
            Work::Tool(_) | Work::Gate(_) | Work::Capsule(_) => None,
        })
    }

    /// Reads and checks a capsule.
    ///
    /// # Errors
    /// Every problem of the text, by position; warnings are among them. Without an error the
    /// warnings are in [`Capsule::warnings`].
    pub fn parse(text: &str, catalogue: &Catalogue) -> Result<Self, Vec<Problem>> {
        let (root, mut problems) = node::parse(text).map_err(|problem| vec![problem])?;
        let root = if version0::is_version0(&root) {
            version0::upgraded(root, catalogue)
        } else {
            root
        };
        let Some(document) = shape::read(text, &root, &mut problems) else {
            return Err(in_order(problems));
        };
        let checked = rules::check(text, &root, &document, catalogue);
        problems.extend(checked.problems);
        let problems = in_order(problems);
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(problems);
        }
        let mut steps: Vec<Option<Step>> = checked.steps.into_iter().map(Some).collect();
        Ok(Self {
            name: document.capsule_id,
            version: document.version,
            description: document.description,
            tags: document.tags,
            digest: Digest::of(text.as_bytes()),
            text: text.to_owned(),
            inputs: checked.inputs,
            outputs: checked.outputs,
            outputs_from: Value::Object(document.outputs_from),
            limit: checked.limit,
            policies: checked.policies,
            persona: checked.persona,
            secrets: document.secrets,
            knowledge: document.knowledge.into_iter().map(|known| known.node_id).collect(),
            triggers: checked.triggers,
            steps: checked
                .graph
                .order
                .iter()
                .filter_map(|index| steps[*index].take())
                .collect(),
            graph: checked.graph,
            tools: document.tools.into_iter().map(|used| used.adapter).collect(),
            warnings: problems,
        })
    }

    /// Its `capsule_id`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its own semantic version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// One or two sentences; may be empty.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Free tags.
    pub fn tags(&self) -> &BTreeMap<String, String> {
        &self.tags
    }

    /// SHA3-512 of the text's bytes: what a run pins.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The text it was parsed from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// JSON Schema of the inputs: of an object.
    pub fn inputs_schema(&self) -> &Value {
        &self.inputs
    }

    /// JSON Schema of the outputs: of an object.
    pub fn outputs_schema(&self) -> &Value {
        &self.outputs
    }

    /// Templates that make the outputs after the last step: an object.
    pub fn outputs_from(&self) -> &Value {
        &self.outputs_from
    }

    /// What a run may spend.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// What holds for a run as a whole.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Who speaks, by name and major version: `release-writer@3`.
    pub fn persona(&self) -> Option<&str> {
        self.persona.as_deref()
    }

    /// The names of all secrets that steps and triggers may use.
    pub fn secrets(&self) -> &[String] {
        &self.secrets
    }

    /// What is known beforehand, to be read: store and path, such as `kb://style/release-notes`.
    pub fn knowledge(&self) -> &[String] {
        &self.knowledge
    }

    /// What starts a run besides a person.
    pub fn triggers(&self) -> &[Trigger] {
        &self.triggers
    }

    /// Every step after all that it needs; otherwise in the order of the text.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The step called `name`.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// The step for which the directory is made that `step` works in, and what is said of it; `None` where it works in
    /// the run's workspace.
    pub fn workspace_of<'a>(&'a self, step: &'a Step) -> Option<(&'a Step, &'a OwnWorkspace)> {
        let owner = match step.workspace.as_ref()? {
            Workspace::Own(_) => step,
            Workspace::Of(of) => self.step(of)?,
        };
        Some((owner, owner.own_workspace()?))
    }

    /// Every step that comes before `name`, directly or not, in order; none for an unknown name.
    pub fn transitive_needs<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Step> + use<'a> {
        let at = self.steps.iter().position(|step| step.name == name);
        self.steps.iter().enumerate().filter_map(move |(other, step)| {
            let (at, other) = (self.graph.order[at?], self.graph.order[other]);
            self.graph.is_before(other, at).then_some(step)
        })
    }

    /// Findings that do not keep it from running, by position.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }
}

fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end, problem.code));
    problems.dedup();
    problems
}

#[cfg(test)]
mod tests;

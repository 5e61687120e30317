//! A checked step: what runs, when, and for what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::budget::Limit;
use super::tool_spec::EffectClass;

/// One step of a capsule. It is found only in a [`super::Capsule`], which proves it valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Unique in the capsule, hooks included; templates say `steps.NAME`.
    pub name: String,
    /// When in a run it has its place.
    pub stage: Stage,
    /// Steps that come directly before it, by name; those that `mode: sequence` implies and the
    /// hooks before the first steps are included.
    pub needs: Vec<String>,
    /// A bare expression; the step is skipped when it is false.
    pub when: Option<String>,
    /// Runs the step for each item of a list.
    pub foreach: Option<Foreach>,
    /// What runs.
    pub work: Work,
    /// What a repetition would do.
    pub effect: EffectClass,
    /// What the step may spend, all items together.
    pub limit: Limit,
    /// JSON Schema of one output, whose texts may be templates: what a model must answer, or what is
    /// asserted of a tool.
    pub output_schema: Option<Value>,
    /// Files that the step leaves.
    pub artifacts: Vec<Artifact>,
    /// What happens after a failed attempt.
    pub retry: Retry,
    /// The most milliseconds of one attempt.
    pub timeout_ms: Option<u64>,
    /// Where an earlier output may be taken from.
    pub cache: Option<Cache>,
    /// Where it works, in place of the run's workspace.
    pub workspace: Option<Workspace>,
    /// What undoes a completed unit when the run fails or is cancelled; its templates also see `output`.
    pub compensate: Option<Call>,
    /// How to find out whether an interrupted effect happened.
    pub reconcile: Option<Reconcile>,
    /// What becomes of an effect that nobody knows about.
    pub on_uncertain: OnUncertain,
    /// Names of the secrets that the action gets.
    pub secrets: Vec<String>,
}

impl Step {
    /// The directory that is made for it, where one is.
    pub fn own_workspace(&self) -> Option<&OwnWorkspace> {
        match self.workspace.as_ref()? {
            Workspace::Own(own) => Some(own),
            Workspace::Of(_) => None,
        }
    }
}

/// When in a run a step has its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Before every step that needs nothing, one after another: `hooks.pre`.
    Before,
    /// In the order of `needs`.
    Main,
    /// When all else is over, however it ended, one after another: `hooks.post`.
    After,
}

/// The list that a step runs for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreach {
    /// A bare expression that gives a list.
    pub items: String,
    /// The item's name in templates.
    pub name: String,
    /// The most items; a longer list fails the step.
    pub max_items: u32,
    /// How many items may be in flight; at least 1.
    pub max_parallel: u32,
    /// What the failure of one item means.
    pub on_item_error: OnItemError,
}

/// What the failure of one item of a `foreach` means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnItemError {
    /// The step fails.
    #[default]
    FailFast,
    /// The others go on; `steps.NAME.output` has the outputs of the items that completed, in order,
    /// and `steps.NAME.errors` an object `{item, kind, message}` for each that did not.
    Collect,
}

/// What a step runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Asks a model.
    Model(Ask),
    /// Calls a tool.
    Tool(Call),
    /// Asks a person.
    Gate(Gate),
    /// Runs another capsule.
    Capsule(Child),
}

/// A question to a person; the step's output is `{decision, by, reason, form}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// A text, as a template.
    pub prompt: String,
    /// Bare expressions whose values are shown beside it.
    pub show: Vec<String>,
    /// What can be answered; empty means `approve` and `reject`, and then a rejection fails the step.
    pub choices: Vec<String>,
    /// Who may answer: `role:NAME` or `user:NAME`; empty means anybody.
    pub assignees: Vec<String>,
    /// JSON Schema of what is answered besides the choice: of an object.
    pub form: Option<Value>,
    /// Milliseconds after which nobody need answer any more.
    pub expires_ms: Option<u64>,
    /// The choice that counts then.
    pub on_expire: Option<String>,
}

/// Another capsule, run as a step: its outputs are the step's output.
#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    /// Its `capsule_id`.
    pub capsule: String,
    /// A semantic version requirement; `*` when none is written.
    pub version: String,
    /// An object of inputs, as templates.
    pub inputs: Value,
}

/// What happens after a failed attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// How many attempts there are at most; at least 1.
    pub max_attempts: u32,
    /// The longest wait before the second attempt, in milliseconds.
    pub initial_ms: u64,
    /// What that grows by with each attempt; at least 1.
    pub factor: f64,
    /// What it never exceeds.
    pub max_ms: u64,
    /// How the wait is drawn from it.
    pub jitter: Jitter,
    /// The kinds of failure that are worth another attempt.
    pub on: Vec<RetryOn>,
}

impl Default for Retry {
    /// One attempt.
    fn default() -> Self {
        Self {
            max_attempts: 1,
            initial_ms: 1_000,
            factor: 2.0,
            max_ms: 30_000,
            jitter: Jitter::Full,
            on: vec![RetryOn::Timeout, RetryOn::RateLimited, RetryOn::Unavailable],
        }
    }
}

/// How a wait is drawn from its upper bound.
///
/// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Jitter {
    /// Anything from 0 to the bound, so that many clients do not come back together.
    #[default]
    Full,
    /// The bound itself.
    None,
}

/// A kind of failure that another attempt may mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryOn {
    /// The attempt took longer than its `timeout`.
    Timeout,
    /// The other side asked to come back later.
    RateLimited,
    /// The other side could not be reached, or said that it cannot answer now.
    Unavailable,
    /// The tool or the world said no.
    Tool,
    /// The model could not answer.
    Model,
    /// The output did not match its schema.
    Schema,
}

/// Where an earlier output may be taken from: the same step of the same capsule, with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    /// Bare expressions; empty means the rendered arguments.
    pub key: Vec<String>,
    /// How many milliseconds an output serves; `None` means for ever.
    pub ttl_ms: Option<u64>,
}

/// Where a step works, in place of the run's workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workspace {
    /// In a directory that is made for it: one for each item.
    Own(OwnWorkspace),
    /// In the one that was made for another step, which comes before it.
    Of(String),
}

/// A directory that is made for a step, anew at each attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnWorkspace {
    /// What is in it at first.
    pub kind: Separate,
    /// Of a worktree: the branch, tag or commit that is checked out; `HEAD` where it is not said.
    pub reference: Option<String>,
    /// Whether it stays when nobody needs it any more.
    pub keep: KeepWorkspace,
}

/// What is in a directory that is made for a step, at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separate {
    /// Nothing.
    Scratch,
    /// The files of a commit of the repository that the run's workspace lies in.
    Worktree,
}

/// Whether a directory that was made for a step stays when nobody needs it any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeepWorkspace {
    /// It goes.
    #[default]
    Never,
    /// It stays when the step failed, or one that works in it.
    OnFailure,
    /// It stays.
    Always,
}

/// How to find out whether an interrupted effect happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconcile {
    /// An action without effect.
    pub call: Call,
    /// A bare expression over `output`, the action's: true means that the effect happened, and then
    /// that output is the step's.
    pub found_when: String,
}

/// What becomes of an effect that nobody knows about, after `reconcile` could not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnUncertain {
    /// It runs again: a second effect is acceptable.
    Retry,
    /// A person is asked.
    #[default]
    Review,
    /// The step fails.
    Fail,
}

/// A question to a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// An object of `prompt` and perhaps `system`, `about` and `turns`, as templates.
    pub params: Value,
    /// A list of texts, or a template that gives one: the answer is one of them.
    pub choices: Option<Value>,
    /// A head whose labels are chosen among, in place of a language model.
    pub head: Option<HeadChoice>,
    /// Below this confidence another model is asked, when there is one; above 0, at most 1.
    pub escalate_below: Option<f64>,
    /// A list of functions, or a template that gives one: the answer is a call of one of them.
    pub functions: Option<Value>,
    /// How the model answers.
    pub manner: Manner,
    /// Parts of the answer that count as trusted, as the members they are chosen among are: JSON pointers.
    pub endorse: Vec<String>,
}

/// A choice that a head makes: of what the question is about, or else of its prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadChoice {
    /// A head that is here when the run begins: its name, or name and version as `kind@3`.
    pub head: String,
    /// The output when the head stands by no label; without it the step fails then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abstain: Option<String>,
}

/// How a model answers; what is absent is as the engine has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Manner {
    /// The most tokens of the answer.
    pub max_output_tokens: Option<u32>,
    /// 0 takes the likeliest token every time.
    pub temperature: Option<f64>,
    /// Only the likeliest tokens that together have this share are drawn.
    pub top_p: Option<f64>,
    /// Tokens less likely than this share of the likeliest are not drawn.
    pub min_p: Option<f64>,
    /// How much less likely what was written lately becomes; 1 changes nothing.
    pub repetition_penalty: Option<f64>,
    /// Texts that end the answer.
    pub stop: Vec<String>,
    /// Whether choices are judged against what they are without content.
    pub calibrate: bool,
    /// What becomes of material that does not fit.
    pub overflow: Overflow,
}

/// What becomes of material that does not fit into a model's context: `about` and `turns`, never anything else.
///
/// Turns go first, the oldest before the others; then the material is cut, and says where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    /// The question is refused.
    #[default]
    Refuse,
    /// The beginning stays.
    KeepStart,
    /// The end stays.
    KeepEnd,
    /// Beginning and end stay.
    KeepEnds,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The tool's name: `git`.
    pub tool: String,
    /// The action's name within the tool: `log`.
    pub action: String,
    /// An object of arguments, as templates.
    pub params: Value,
    /// Whether a model is asked on the way: one that its arguments lend to whoever is called.
    pub infers: bool,
}

/// A file that a step leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its name within the capsule.
    pub name: String,
    /// A relative path, which may be a template; check what it gives with [`stays_inside`].
    pub path: String,
    /// IANA media type.
    pub media_type: String,
}

impl Step {
    /// `model.call`, `capsule.run`, `gate`, or tool and action: `git.log`.
    pub fn action(&self) -> String {
        match &self.work {
            Work::Model(_) => "model.call".to_owned(),
            Work::Tool(call) => call.name(),
            Work::Gate(_) => "gate".to_owned(),
            Work::Capsule(_) => "capsule.run".to_owned(),
        }
    }

    /// Whether it is known how sure it is of its answer: a question to a model with choices, asked once.
    pub fn chooses(&self) -> bool {
        match &self.work {
            Work::Model(ask) => (ask.choices.is_some() || ask.head.is_some()) && self.foreach.is_none(),
            Work::Tool(_) | Work::Gate(_) | Work::Capsule(_) => false,
        }
    }

    /// The arguments, as templates: an object; null for a gate.
    pub fn params(&self) -> &Value {
        match &self.work {
            Work::Model(ask) => &ask.params,
            Work::Tool(call) => &call.params,
            Work::Gate(_) => &Value::Null,
            Work::Capsule(child) => &child.inputs,
        }
    }
}

impl Call {
    /// Tool and action: `git.log`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.tool, self.action)
    }
}

/// Whether a path is relative and never climbs: no root, no `..`, no drive, no back slash, no NUL.
pub fn stays_inside(path: &str) -> bool {
    !path.is_empty()
        && !path.starts_with('/')
        && !path.contains(['\\', '\0', ':'])
        && path.split('/').all(|part| part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_climbs_or_has_a_root_does_not_stay_inside() {
        for path in ["", "/a", "../a", "a/../../b", "a/..", "C:\\x", "c:x", "a\\..\\b", "a\0"] {
            assert!(!stays_inside(path), "{path}");
        }
        for path in ["a", "a/b.md", "./a", "a..b/c", "..a"] {
            assert!(stays_inside(path), "{path}");
        }
    }
}

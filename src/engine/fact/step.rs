//! Facts of steps. The bodies are a stored form: fields are added with defaults, never renamed.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::fault::Fault;
use super::unit::Unit;
use crate::capsule::budget::{Limit, Spend};
use crate::capsule::guard::Finding;
use crate::capsule::tool_spec::EffectClass;
use crate::digest::Digest;
use crate::label::{Label, Labelled};
use crate::policy::Verdict;
use crate::tools::Artifact;

/// `step.expanded`: the items of a `foreach`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expanded {
    /// The step.
    pub step: String,
    /// Its items, in order.
    pub items: Vec<Arc<Labelled>>,
    /// The label of what decided about them (`when`, `foreach`).
    pub label: Label,
}

/// `step.skipped`: its condition was false.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The step.
    pub step: String,
    /// The label of what decided it.
    pub label: Label,
}

/// A run that a unit begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildRun {
    /// Its id.
    pub run: String,
    /// Its budget: what its capsule says, and at most what the unit may spend.
    pub limit: Limit,
}

/// `step.judged`: a verdict about one rendered action, with all that decides what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// The unit.
    pub unit: Unit,
    /// Counts the beginnings of the unit, from 1.
    pub attempt: u32,
    /// Tool and action.
    pub action: String,
    /// The label of what decided that it is attempted (`when`, `foreach`).
    pub label: Label,
    /// The verdict, with the situation it saw.
    pub verdict: Verdict,
    /// What a repetition would do.
    pub effect: EffectClass,
    /// An upper bound of what it can spend, wall time apart.
    pub estimate: Spend,
    /// Why a person is asked although policy allows it: in records made before verdicts held what a capsule demands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
    /// The run that it would begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<ChildRun>,
}

/// A stored [`Judged`] without its verdict, which only [`Verdict::recorded`] can read.
#[derive(Deserialize)]
pub(super) struct JudgedFrame {
    pub unit: Unit,
    pub attempt: u32,
    pub action: String,
    pub label: Label,
    #[serde(default = "unknown_effect")]
    pub effect: EffectClass,
    #[serde(default)]
    pub estimate: Spend,
    #[serde(default)]
    pub review: Option<String>,
    #[serde(default)]
    pub child: Option<ChildRun>,
}

/// Verdicts that were recorded before the effect was: the strictest reading.
fn unknown_effect() -> EffectClass {
    EffectClass::External
}

/// `step.started`: the intent, durable before the effect begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepStarted {
    /// The unit.
    pub unit: Unit,
    /// Counts the beginnings of the unit, from 1.
    pub attempt: u32,
    /// Tool and action.
    pub action: String,
    /// The digest of the rendered action.
    pub action_digest: Digest,
    /// What a repetition would do.
    pub effect: EffectClass,
    /// The idempotency key: `som1:{run}:{step}:{item}`, and the generation when there is one.
    pub key: String,
    /// Held from the budget until it settles.
    pub reserved: Spend,
    /// The owner's epoch.
    pub epoch: u64,
    /// The run that it begins or goes on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<ChildRun>,
    /// The number, in this run, of the event that approves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<u64>,
}

/// What a model call used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The model's name.
    pub model: String,
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Milliseconds of reading.
    pub prefill_ms: u64,
    /// Milliseconds of writing.
    pub decode_ms: u64,
    /// How sure the model was of its choice, from 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Tokens of what it was about, and of earlier turns, that did not fit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
    /// Whether the bound on tokens ended the answer before the model did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// Who was asked first and not sure enough; what that took is counted above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated_from: Option<Escalated>,
}

/// An answer that another one stands in place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalated {
    /// Who gave it.
    pub model: String,
    /// How sure it was.
    pub confidence: Confidence,
}

/// A probability in millionths: what is recorded is whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(u32);

impl Confidence {
    /// The nearest to a probability.
    pub fn of(probability: f64) -> Self {
        Self((probability.clamp(0.0, 1.0) * 1e6).round() as u32)
    }

    /// As a probability.
    pub fn probability(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How a unit ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// With an output.
    Completed {
        /// The output with its labels.
        output: Arc<Labelled>,
        /// The artifacts it left.
        artifacts: Vec<Artifact>,
    },
    /// With a fault.
    Failed {
        /// Why.
        fault: Fault,
    },
}

/// `output.endorsed`: parts of what a model answered are believed, because they are bounded by what the capsule says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Endorsement {
    /// The unit.
    pub unit: Unit,
    /// The attempt that gave the answer.
    pub attempt: u32,
    /// The parts, by JSON pointer, with the labels that they have now.
    pub parts: BTreeMap<String, Label>,
}

/// How an output stands to the cache.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cached {
    /// What the output is found under.
    pub key: Digest,
    /// Until when it may serve, in milliseconds since 1970 UTC; absent means for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// The event that it was taken from, by its number in the store; absent when it is fresh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hit: Option<u64>,
}

/// `step.settled`: the effect is over, or never began because it was refused or not needed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// The unit.
    pub unit: Unit,
    /// The attempt that ended.
    pub attempt: u32,
    /// How.
    pub outcome: Outcome,
    /// What it really spent.
    pub spent: Spend,
    /// What a model used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The owner's epoch.
    pub epoch: u64,
    /// When it is attempted again, in milliseconds since 1970 UTC: a failure with this is not the last word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<i64>,
    /// How the output stands to the cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<Cached>,
    /// Of a reconciliation: whether the effect happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<bool>,
}

/// What becomes of an effect that nobody knows about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Its `reconcile` action looks.
    Reconcile,
    /// A person is asked.
    #[default]
    Ask,
    /// It runs again.
    Retry,
    /// It fails.
    Fail,
    /// Nothing: the run is being cancelled.
    Leave,
}

/// `step.in_doubt`: nobody knows whether the effect of an `external` step happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InDoubt {
    /// The unit.
    pub unit: Unit,
    /// The attempt that was interrupted.
    pub attempt: u32,
    /// Its idempotency key.
    pub key: String,
    /// What becomes of it.
    #[serde(default)]
    pub then: Then,
    /// Why nobody knows, in words; absent when its owner died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What it spent; absent means all that was held for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<Spend>,
    /// What a model used that it had been lent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// When it runs again, in milliseconds since 1970 UTC, if that is what becomes of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<i64>,
}

impl InDoubt {
    /// Whether it has to be settled before the unit can begin again: not where that unit runs again anyway.
    pub fn is_open(&self) -> bool {
        match self.then {
            Then::Reconcile | Then::Ask | Then::Fail | Then::Leave => true,
            Then::Retry => false,
        }
    }
}

/// `step.reset`: finished steps are done again, under keys of a new generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reset {
    /// The steps: those asked for, and those that need them.
    pub steps: Vec<String>,
    /// Those that somebody named; none when all that failed were meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// Who said so.
    pub by: String,
}

/// `step.adopted`: the step is over because it was in the run that this one is forked from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adopted {
    /// The step.
    pub step: String,
    /// Its output and errors; absent when it was skipped.
    pub output: Option<Arc<Labelled>>,
    /// The failures that its `foreach` collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<Arc<Labelled>>,
    /// How sure a model was of its choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Arc<Labelled>>,
    /// The label of what decided that it ran, or that it did not.
    pub why: Label,
}

/// `guardrail.tripped`: a check found something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tripped {
    /// The unit whose question to a model it was found in; absent for the inputs and outputs of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    /// What was found, and where; never the text itself.
    pub findings: Vec<Finding>,
}

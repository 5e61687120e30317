//! What may be asked of a run.

use std::sync::Arc;

use super::fact::question::Answer;
use super::fact::{Adopted, Cached, ChildRun, Fault, Outcome, Shown, Started, Tripped, Unit, Usage};
use crate::capsule::Capsule;
use crate::capsule::budget::{Limit, Spend};
use crate::capsule::guard::Finding;
use crate::capsule::tool_spec::EffectClass;
use crate::digest::Digest;
use crate::label::{Label, Labelled};
use crate::policy::Verdict;
use crate::tools::{Artifact, OpenForm};

/// A request to a run.
#[derive(Debug, Clone)]
pub enum Command {
    /// Begin a run and own it.
    Start {
        /// What is recorded about it.
        started: Box<Started>,
        /// The checked capsule of `started.document`.
        capsule: Arc<Capsule>,
        /// The owner's process id.
        pid: u32,
        /// What its guardrails found in the inputs.
        findings: Vec<Finding>,
        /// Steps that are over already, in an order in which each comes after what it needs.
        adopted: Vec<Adopted>,
    },
    /// Own a run that nobody owns.
    Lease {
        /// The owner's process id.
        pid: u32,
        /// When the owner before was last seen alive.
        last_beat: Option<i64>,
    },
    /// Say which runs are before it among those that it excludes.
    Admit {
        /// How many of them are not over.
        ahead: usize,
    },
    /// Say what shall become of a unit that is ready.
    Judge {
        /// The unit.
        unit: Unit,
        /// What the edge found when it rendered and judged the unit.
        ruling: Ruling,
    },
    /// Say how an effect ended.
    Settle {
        /// The unit.
        unit: Unit,
        /// The attempt that ended.
        attempt: u32,
        /// How.
        outcome: Outcome,
        /// What whoever was called had asked for and not got.
        form: Option<Box<OpenForm>>,
        /// What it spent.
        spent: Spend,
        /// What a model used.
        usage: Option<Usage>,
        /// Under what the output may serve again.
        cache: Option<Cached>,
        /// Of a reconciliation: whether the effect happened.
        found: Option<bool>,
    },
    /// Answer a question.
    Answer(Answer),
    /// Do what time has brought about.
    Due,
    /// Begin nothing new.
    Pause {
        /// Who asks.
        by: String,
        /// Why, in their words.
        reason: Option<String>,
    },
    /// Go on after a pause.
    Resume {
        /// Who asks.
        by: String,
    },
    /// End it, undoing what can be undone.
    Cancel {
        /// Who asks.
        by: String,
        /// Why, in their words.
        reason: Option<String>,
        /// Milliseconds that effects in flight get to end by themselves.
        grace_ms: u64,
    },
    /// Change the bounds of its budget.
    Raise {
        /// Of one step; `None` for the whole run.
        step: Option<String>,
        /// The new bounds.
        limit: Limit,
        /// Who asks.
        by: String,
    },
    /// Do finished steps again, with all that needs them.
    Retry {
        /// The steps; empty means those that failed.
        steps: Vec<String>,
        /// Who asks.
        by: String,
    },
    /// Finish: the outputs are rendered.
    Conclude {
        /// The declared outputs, or why they cannot be made.
        outputs: Result<Labelled, Fault>,
        /// What the guardrails found in them.
        findings: Vec<Finding>,
    },
}

/// What the edge found out about a unit: the impure part of deciding, as data.
#[derive(Debug, Clone)]
pub enum Ruling {
    /// Its condition is false.
    Skip {
        /// The label of what decided it.
        label: Label,
    },
    /// It is a `foreach` over these items.
    Expand {
        /// The items, in order.
        items: Vec<Arc<Labelled>>,
        /// The label of what decided about them.
        label: Label,
    },
    /// It cannot be attempted.
    Refuse {
        /// Why.
        fault: Fault,
    },
    /// It is a question to a person.
    Ask {
        /// The label of what decided that it is asked.
        label: Label,
        /// The question.
        prompt: String,
        /// What is shown beside it.
        shown: Vec<Shown>,
    },
    /// It was rendered and judged.
    Act(Box<Act>),
}

/// A rendered and judged action.
#[derive(Debug, Clone)]
pub struct Act {
    /// The label of what decided that it is attempted.
    pub label: Label,
    /// Tool and action.
    pub action: String,
    /// The digest of the rendered action.
    pub action_digest: Digest,
    /// Its arguments, for whoever is asked about it.
    pub args: Arc<Labelled>,
    /// What a repetition would do.
    pub effect: EffectClass,
    /// The judgement.
    pub verdict: Box<Verdict>,
    /// Why a person is asked although policy allows it: in records made before verdicts held what a capsule demands.
    pub review: Option<String>,
    /// An upper bound of what it can spend, wall time apart.
    pub estimate: Spend,
    /// The run that it would begin, with the budget that its capsule says.
    pub child: Option<ChildRun>,
    /// What the guardrails found in it.
    pub findings: Vec<Finding>,
    /// An earlier output that serves.
    pub cached: Option<Hit>,
}

/// An earlier output that serves.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Where it was found.
    pub cached: Cached,
    /// The output, with its labels.
    pub output: Arc<Labelled>,
    /// The artifacts that were left with it.
    pub artifacts: Vec<Artifact>,
}

/// What is recorded of findings, when there are any.
pub(super) fn tripped(unit: Option<&Unit>, findings: &[Finding]) -> Option<Tripped> {
    (!findings.is_empty()).then(|| Tripped {
        unit: unit.cloned(),
        findings: findings.to_vec(),
    })
}

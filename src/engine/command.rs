//! What may be asked of a run. Every command carries the time it is given at.

use std::sync::Arc;

use super::fact::{Fault, Outcome, Started, Unit, Usage};
use crate::capsule::Capsule;
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::EffectClass;
use crate::digest::Digest;
use crate::label::{Label, Labelled};
use crate::policy::Verdict;

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
    },
    /// Own a run that nobody owns.
    Lease {
        /// The owner's process id.
        pid: u32,
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
        /// What it spent.
        spent: Spend,
        /// What a model used.
        usage: Option<Usage>,
    },
    /// Finish: the outputs are rendered.
    Conclude {
        /// The declared outputs, or why they cannot be made.
        outputs: Result<Labelled, Fault>,
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
    /// It was rendered and judged.
    Act {
        /// The label of what decided that it is attempted.
        label: Label,
        /// Tool and action.
        action: String,
        /// The digest of the rendered action.
        action_digest: Digest,
        /// What a repetition would do.
        effect: EffectClass,
        /// The judgement.
        verdict: Box<Verdict>,
        /// An upper bound of what it can spend.
        estimate: Spend,
    },
}

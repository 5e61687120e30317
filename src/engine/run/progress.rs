//! How far units and steps are.

use std::sync::Arc;

use crate::capsule::budget::Spend;
use crate::capsule::template::Beside;
use crate::capsule::tool_spec::EffectClass;
use crate::digest::Digest;
use crate::label::{Label, Labelled};

use super::super::fact::{ChildRun, Fault, Requested};

/// An effect that was begun and has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The owner that began it.
    pub epoch: u64,
    /// Its idempotency key.
    pub key: String,
    /// What a repetition would do.
    pub effect: EffectClass,
    /// Held from the budget.
    pub reserved: Spend,
    /// When it began, in milliseconds since 1970 UTC.
    pub at: i64,
}

/// An action that somebody approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approved {
    /// Of exactly this action.
    pub digest: Digest,
    /// The number of the event that says so.
    pub run_seq: u64,
}

/// How far one unit is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// How often it was begun.
    pub attempt: u32,
    /// How many attempts failed.
    pub tried: u32,
    /// How often it was asked to be done again after it had ended.
    pub generation: u32,
    /// The effect in flight, or one that the last owner left behind.
    pub open: Option<Open>,
    /// The label of what decided that it is attempted.
    pub why: Option<Label>,
    /// When it is attempted again.
    pub due: Option<i64>,
    /// The question that it waits for.
    pub question: Option<String>,
    /// What was approved of it.
    pub approved: Option<Approved>,
    /// The run that it began.
    pub child: Option<ChildRun>,
}

impl Progress {
    /// A unit that nobody has begun.
    pub(super) fn of_generation(generation: u32) -> Self {
        Self {
            generation,
            ..Self::default()
        }
    }
}

/// How far one item of a `foreach` is.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemState {
    /// Not over.
    Open(Box<Progress>),
    /// It has an output.
    Completed(Arc<Labelled>),
    /// It failed.
    Failed(Fault),
}

/// A `foreach` whose items are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Fan {
    /// All items.
    pub items: Vec<Arc<Labelled>>,
    /// The label of what decided about them.
    pub label: Label,
    /// How far each is.
    pub states: Vec<ItemState>,
    /// The first that was never begun.
    pub fresh: usize,
    /// How many are not over.
    pub left: usize,
}

impl Fan {
    pub(super) fn new(items: Vec<Arc<Labelled>>, label: Label, generation: u32) -> Self {
        let states = items
            .iter()
            .map(|_| ItemState::Open(Box::new(Progress::of_generation(generation))));
        Self {
            states: states.collect(),
            fresh: 0,
            left: items.len(),
            items,
            label,
        }
    }

    /// The items that failed.
    pub(super) fn failed(&self) -> impl Iterator<Item = (usize, &Fault)> {
        self.states.iter().enumerate().filter_map(|(at, state)| match state {
            ItemState::Failed(fault) => Some((at, fault)),
            ItemState::Open(_) | ItemState::Completed(_) => None,
        })
    }

    /// The items that completed.
    pub(super) fn completed(&self) -> impl Iterator<Item = &Arc<Labelled>> {
        self.states.iter().filter_map(|state| match state {
            ItemState::Completed(output) => Some(output),
            ItemState::Open(_) | ItemState::Failed(_) => None,
        })
    }

    /// The items that failed are open again, and of the others those for which `is_again` holds.
    pub(super) fn reopen(&mut self, generation: u32, is_again: impl Fn(usize) -> bool) {
        for (at, state) in self.states.iter_mut().enumerate() {
            let is_over = match state {
                ItemState::Failed(_) => true,
                ItemState::Completed(_) if is_again(at) => true,
                ItemState::Open(_) if is_again(at) => false,
                ItemState::Completed(_) | ItemState::Open(_) => continue,
            };
            *state = ItemState::Open(Box::new(Progress::of_generation(generation)));
            self.left += usize::from(is_over);
            self.fresh = self.fresh.min(at);
        }
    }
}

/// How far a step is.
#[derive(Debug, Clone, PartialEq)]
pub enum StepState {
    /// Not over; a `foreach` that is not expanded is here too.
    Waiting(Box<Progress>),
    /// A `foreach`.
    Fanned(Fan),
    /// Its condition was false.
    Skipped {
        /// The label of what decided it.
        label: Label,
    },
    /// It has an output.
    Completed {
        /// The output; of a `foreach`, the list of its items' outputs.
        output: Arc<Labelled>,
        /// What else it left for templates.
        beside: Beside,
        /// The label of what decided that it ran.
        why: Label,
    },
    /// It failed.
    Failed {
        /// Why.
        fault: Fault,
        /// The items of a `foreach`.
        fan: Option<Box<Fan>>,
    },
}

impl StepState {
    /// Whether nothing more comes of it.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Waiting(_) | Self::Fanned(_) => false,
            Self::Skipped { .. } | Self::Completed { .. } | Self::Failed { .. } => true,
        }
    }
}

/// A question that nobody has answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The question.
    pub requested: Requested,
    /// The number of its event in the run.
    pub run_seq: u64,
    /// When it was asked, in milliseconds since 1970 UTC.
    pub at: i64,
}

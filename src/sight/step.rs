//! How the steps of a run stand.

use std::fmt;

use crate::engine::fact::Unit;
use crate::engine::run::{Fan, ItemState, Run, StepState};

/// How far the items of a `foreach` are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Items {
    /// All of them.
    pub total: usize,
    /// Those with an output.
    pub completed: usize,
    /// Those without.
    pub failed: usize,
    /// Those whose effect is going on.
    pub in_flight: usize,
}

impl Items {
    /// The items of `step`.
    pub fn of(run: &Run, step: &str, fan: &Fan) -> Self {
        let count = |is: fn(&ItemState) -> bool| fan.states.iter().filter(|state| is(state)).count();
        let flying = (0..fan.states.len()).filter(|item| run.is_flying(&Unit::item(step, *item)));
        Self {
            total: fan.states.len(),
            completed: count(|state| matches!(state, ItemState::Completed(_))),
            failed: count(|state| matches!(state, ItemState::Failed(_))),
            in_flight: flying.count(),
        }
    }
}

impl fmt::Display for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} items", self.completed + self.failed, self.total)?;
        for (count, what) in [(self.failed, "failed"), (self.in_flight, "in flight")] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Its turn has not come.
    Waiting,
    /// Its effect is going on, or was when its owner ended.
    Started,
    /// Somebody is asked.
    Asks,
    /// Nobody knows whether its effect happened.
    InDoubt,
    /// It failed and is tried again.
    Delayed,
    /// A `foreach` that is not over.
    Going(Items),
    /// Its condition was false.
    Skipped,
    /// It has an output.
    Completed,
    /// It has none, and will have none; with its items, when it is a `foreach`.
    Failed(Option<Items>),
}

impl Sign {
    /// How `step` stands; `None` when the run has no such step.
    pub fn of(run: &Run, step: &str) -> Option<Self> {
        let unit = Unit::step(step);
        Some(match run.steps().get(step)? {
            StepState::Waiting(progress) if progress.question.is_some() => Self::Asks,
            // One that runs again says how far that is, unless the run ended before.
            StepState::Waiting(_)
                if run
                    .doubts()
                    .get(&unit)
                    .is_some_and(|doubt| doubt.is_open() || run.is_halted()) =>
            {
                Self::InDoubt
            }
            StepState::Waiting(progress) if progress.due.is_some() => Self::Delayed,
            StepState::Waiting(progress) if progress.open.is_some() => Self::Started,
            StepState::Waiting(_) => Self::Waiting,
            StepState::Fanned(fan) => Self::Going(Items::of(run, step, fan)),
            StepState::Skipped { .. } => Self::Skipped,
            StepState::Completed { .. } => Self::Completed,
            StepState::Failed { fan, .. } => Self::Failed(fan.as_ref().map(|fan| Items::of(run, step, fan))),
        })
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting => f.write_str("waiting"),
            Self::Started => f.write_str("started"),
            Self::Asks => f.write_str("asks"),
            Self::InDoubt => f.write_str("in doubt"),
            Self::Delayed => f.write_str("waits to try again"),
            Self::Going(items) => items.fmt(f),
            Self::Skipped => f.write_str("skipped"),
            Self::Completed => f.write_str("completed"),
            Self::Failed(None) => f.write_str("failed"),
            Self::Failed(Some(items)) => write!(f, "failed, {items}"),
        }
    }
}

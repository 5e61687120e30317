//! A run: the fold of its facts, and what it wants next.
//!
//! Pure: no IO, no clock, no randomness. `apply` never fails, because facts already happened.
//!
//! ```text
//!  facts ──apply──► Run ──effects(now)──► Admit │ Judge(unit) │ Perform(unit) │ Delay │ Bound │ Conclude
//! ```
//!
//! A run goes through phases: its steps; when it fails or is cancelled, undoing what completed, the
//! last first; the hooks after it; its conclusion.

mod again;
mod apply;
mod money;
mod progress;
mod wants;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fact::{
    Cancelling, ChildRun, Finished, InDoubt, Part, Paused, Requested, Slot, Started, Unit, UnitFault, Usage,
};
use super::frontier::Frontier;
use crate::capsule::budget::{Budget, Limit};
use crate::capsule::policies::OnExhausted;
use crate::capsule::template::Scope;
use crate::capsule::{Capsule, Stage, Step};
use crate::digest::Digest;
use crate::label::{Label, Labelled};
use crate::policy::Subject;
use crate::tools::Artifact;

pub use money::Short;
pub use progress::{Approved, Fan, ItemState, Open, Pending, Progress, StepState};
pub use wants::{Effect, Phase};

/// How often in a row owners may die before a run is paused.
pub const MOST_CRASHES: u32 = 10;

/// The state of one run.
#[derive(Debug, Clone)]
pub struct Run {
    started: Arc<Started>,
    capsule: Arc<Capsule>,
    clock: Clock,
    epoch: u64,
    /// Owners that died in a row without a unit having ended.
    crashes: u32,
    steps: BTreeMap<String, StepState>,
    frontier: Frontier,
    /// Units that were begun and are not over, of every part.
    active: BTreeSet<Unit>,
    /// How far the parts besides the main one are.
    followups: BTreeMap<Unit, Progress>,
    generations: BTreeMap<String, u32>,
    scope: Scope,
    purse: Purse,
    asking: Asking,
    doubts: BTreeMap<Unit, InDoubt>,
    undoing: Undoing,
    left: Left,
    halt: Halt,
    admitted: bool,
    finished: Option<Arc<Finished>>,
}

/// When things happened.
#[derive(Debug, Clone, Copy)]
struct Clock {
    started_at: i64,
    at: i64,
    run_seq: u64,
}

/// What may be spent and was.
#[derive(Debug, Clone)]
struct Purse {
    budget: Budget,
    steps: BTreeMap<String, Budget>,
}

/// Questions and what they lead to.
#[derive(Debug, Clone, Default)]
struct Asking {
    open: BTreeMap<String, Pending>,
    /// Outputs that somebody let pass.
    outputs: Option<Digest>,
    /// What nobody had said about the inputs when the run ended.
    inputs: Option<Requested>,
    /// What rules do not ask about again.
    remembered: BTreeSet<Subject>,
    /// The forms that people filled in because whoever a unit called had asked for them, in order.
    forms: BTreeMap<Unit, Vec<Labelled>>,
}

/// What can be undone and was.
#[derive(Debug, Clone, Default)]
struct Undoing {
    /// Units with a compensation, in the order in which they completed.
    done: Vec<(Unit, Arc<Labelled>)>,
    /// Those of them whose compensation is over, and whether it completed.
    undone: BTreeMap<Unit, bool>,
}

/// What a run leaves behind.
#[derive(Debug, Clone, Default)]
struct Left {
    usage: Vec<(Unit, Usage)>,
    artifacts: Vec<Artifact>,
}

/// Why nothing new begins.
#[derive(Debug, Clone, Default)]
struct Halt {
    failure: Option<UnitFault>,
    /// When effects in flight are cut short.
    cut_at: Option<i64>,
    paused: Option<Paused>,
    cancelling: Option<Cancelling>,
}

impl Run {
    /// The run that a `run.started` begins. `capsule` is the checked form of its document.
    pub fn begin(started: Started, capsule: Arc<Capsule>, run_seq: u64, at: i64) -> Self {
        let steps = capsule
            .steps()
            .iter()
            .map(|step| (step.name.clone(), StepState::Waiting(Box::default())))
            .collect();
        let budgets = capsule
            .steps()
            .iter()
            .filter(|step| step.limit != Limit::default())
            .map(|step| (step.name.clone(), Budget::new(step.limit)))
            .collect();
        Self {
            purse: Purse {
                budget: Budget::new(started.limit),
                steps: budgets,
            },
            frontier: Frontier::new(&capsule),
            scope: Scope::new(&started.inputs),
            admitted: started.slot.is_none(),
            started: Arc::new(started),
            capsule,
            clock: Clock {
                started_at: at,
                at,
                run_seq,
            },
            epoch: 0,
            crashes: 0,
            steps,
            active: BTreeSet::new(),
            followups: BTreeMap::new(),
            generations: BTreeMap::new(),
            asking: Asking::default(),
            doubts: BTreeMap::new(),
            undoing: Undoing::default(),
            left: Left::default(),
            halt: Halt::default(),
            finished: None,
        }
    }

    /// What began it.
    pub fn started(&self) -> &Started {
        &self.started
    }

    /// The checked capsule.
    pub fn capsule(&self) -> &Arc<Capsule> {
        &self.capsule
    }

    /// The step of `unit`.
    pub fn step_of(&self, unit: &Unit) -> Option<&Step> {
        self.capsule.step(&unit.step)
    }

    /// The states of the steps, by name.
    pub fn steps(&self) -> &BTreeMap<String, StepState> {
        &self.steps
    }

    /// Everything that templates may read now.
    pub fn scope(&self) -> Scope {
        let mut scope = self.scope.clone();
        let status = match (&self.halt.failure, &self.halt.cancelling) {
            (_, Some(_)) => "cancelled",
            (Some(_), None) => "failed",
            (None, None) if self.phase() == Phase::Main => "running",
            (None, None) => "succeeded",
        };
        scope.set_run(&self.started.run, self.purse.budget.spent, status);
        // What comes last may name any step, those too that never came to their end.
        if self.phase() == Phase::After {
            let over = |state: &StepState| matches!(state, StepState::Completed { .. } | StepState::Skipped { .. });
            for (step, _) in self.steps.iter().filter(|(_, state)| !over(state)) {
                scope.skip(step, Label::constant());
            }
        }
        scope
    }

    /// The number of its last event.
    pub fn run_seq(&self) -> u64 {
        self.clock.run_seq
    }

    /// The present owner's epoch.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// How often in a row its owners died without getting anything done.
    pub fn crashes(&self) -> u32 {
        self.crashes
    }

    /// When it began and when the last thing happened, in milliseconds since 1970 UTC.
    pub fn times(&self) -> (i64, i64) {
        (self.clock.started_at, self.clock.at)
    }

    /// The budget.
    pub fn budget(&self) -> &Budget {
        &self.purse.budget
    }

    /// What happens when the budget does not allow the next unit: a step of another run does as that one.
    pub fn on_exhausted(&self) -> OnExhausted {
        let own = self.capsule.policies().on_budget_exhausted;
        self.started.on_exhausted.unwrap_or(own)
    }

    /// The budget of one step, when it has one.
    pub fn step_budget(&self, step: &str) -> Option<&Budget> {
        self.purse.steps.get(step)
    }

    /// What models used, unit by unit.
    pub fn usage(&self) -> &[(Unit, Usage)] {
        &self.left.usage
    }

    /// The units whose last answer the bound on tokens ended, in the order in which they first answered.
    pub fn cut(&self) -> Vec<Unit> {
        let mut last: Vec<(&Unit, bool)> = Vec::new();
        for (unit, usage) in self.usage() {
            match last.iter_mut().find(|(known, _)| *known == unit) {
                Some((_, cut)) => *cut = usage.cut,
                None => last.push((unit, usage.cut)),
            }
        }
        last.into_iter()
            .filter(|(_, cut)| *cut)
            .map(|(unit, _)| unit.clone())
            .collect()
    }

    /// What it left behind so far.
    pub fn artifacts(&self) -> &[Artifact] {
        &self.left.artifacts
    }

    /// The first failure.
    pub fn failure(&self) -> Option<&UnitFault> {
        self.halt.failure.as_ref()
    }

    /// When effects in flight are cut short, in milliseconds since 1970 UTC.
    pub fn cut_at(&self) -> Option<i64> {
        self.halt.cut_at
    }

    /// Why it pauses.
    pub fn paused(&self) -> Option<&Paused> {
        self.halt.paused.as_ref()
    }

    /// Who cancels it.
    pub fn cancelling(&self) -> Option<&Cancelling> {
        self.halt.cancelling.as_ref()
    }

    /// The place that it still waits for.
    pub fn queued(&self) -> Option<&Slot> {
        self.started.slot.as_ref().filter(|_| !self.admitted)
    }

    /// Units of which nobody knows whether their effect happened. One that runs again is among them until it has begun: a
    /// run that ends before that names it.
    pub fn doubts(&self) -> &BTreeMap<Unit, InDoubt> {
        &self.doubts
    }

    /// Questions that nobody has answered, by id.
    pub fn questions(&self) -> &BTreeMap<String, Pending> {
        &self.asking.open
    }

    /// What somebody said that rules need not ask about again in this run.
    pub fn remembered(&self) -> &BTreeSet<Subject> {
        &self.asking.remembered
    }

    /// The forms that the unit takes along, because whoever it called before had asked for them, in order.
    pub fn forms(&self, unit: &Unit) -> &[Labelled] {
        self.asking.forms.get(unit).map_or(&[], Vec::as_slice)
    }

    /// The question about the inputs that nobody had answered when the run ended.
    pub fn inputs_unanswered(&self) -> Option<&Requested> {
        self.asking.inputs.as_ref()
    }

    /// The outputs that somebody let pass although a guardrail found something.
    pub fn outputs_approved(&self) -> Option<Digest> {
        self.asking.outputs
    }

    /// The output of a completed unit that can be undone.
    pub fn undo_output(&self, unit: &Unit) -> Option<&Arc<Labelled>> {
        let mut done = self.undoing.done.iter().rev();
        done.find(|(done, _)| *done == *unit).map(|(_, output)| output)
    }

    /// Units that could not be undone.
    pub fn not_undone(&self) -> impl Iterator<Item = &Unit> {
        let failed = |unit: &&Unit| !self.undoing.undone.get(*unit).copied().unwrap_or(false);
        self.undoing.done.iter().map(|(unit, _)| unit).filter(failed)
    }

    /// Units that were undone.
    pub fn undone(&self) -> impl Iterator<Item = &Unit> {
        self.undoing.undone.keys()
    }

    /// Whether something completed that can be undone and is not.
    pub fn has_to_undo(&self) -> bool {
        self.next_undo().is_some()
    }

    /// How often the step was asked to be done again.
    pub fn generation(&self, step: &str) -> u32 {
        self.generations.get(step).copied().unwrap_or(0)
    }

    /// Steps that need one of `steps`, directly or not, with `steps` themselves, in the capsule's order.
    pub fn downstream<'a>(&self, steps: impl Iterator<Item = &'a str>) -> Vec<&Step> {
        let found = self.frontier.downstream(steps);
        found
            .into_iter()
            .filter_map(|at| self.capsule.steps().get(at))
            .collect()
    }

    /// How it ended.
    pub fn finished(&self) -> Option<&Arc<Finished>> {
        self.finished.as_ref()
    }

    /// How far the unit is, unless it is over.
    pub fn progress(&self, unit: &Unit) -> Option<&Progress> {
        if unit.part != Part::Main {
            return self.followups.get(unit);
        }
        match (self.steps.get(&unit.step)?, unit.item) {
            (StepState::Waiting(progress), None) => Some(progress),
            (StepState::Fanned(fan), Some(item)) => item_progress(fan, item),
            (StepState::Failed { fan: Some(fan), .. }, Some(item)) => item_progress(fan, item),
            (
                StepState::Waiting(_)
                | StepState::Fanned(_)
                | StepState::Skipped { .. }
                | StepState::Completed { .. }
                | StepState::Failed { .. },
                _,
            ) => None,
        }
    }

    /// The units that have begun a run which is not over, as far as this one knows.
    pub fn begun_others(&self) -> impl Iterator<Item = (&Unit, &ChildRun)> {
        self.active.iter().filter_map(|unit| {
            let progress = self.progress(unit).filter(|progress| progress.open.is_some())?;
            Some((unit, progress.child.as_ref()?))
        })
    }

    /// Whether something of the step has begun and it is not over.
    pub fn is_begun(&self, step: &str) -> bool {
        match self.steps.get(step) {
            Some(StepState::Waiting(_)) => self.active.iter().any(|unit| unit.step == step),
            Some(StepState::Fanned(_)) => true,
            Some(StepState::Skipped { .. } | StepState::Completed { .. } | StepState::Failed { .. }) | None => false,
        }
    }

    /// Whether the unit may begin at all: of a run that ends, what undoes it and its last hooks still do.
    pub fn can_begin(&self, unit: &Unit) -> bool {
        !self.is_halted() || unit.part == Part::Compensate || self.is_last(&unit.step)
    }

    /// Whether the step is a hook that comes when all else is over.
    pub fn is_last(&self, step: &str) -> bool {
        self.capsule.step(step).is_some_and(|step| step.stage == Stage::After)
    }
}

fn item_progress(fan: &Fan, item: usize) -> Option<&Progress> {
    match fan.states.get(item)? {
        ItemState::Open(progress) => Some(progress),
        ItemState::Completed(_) | ItemState::Failed(_) => None,
    }
}

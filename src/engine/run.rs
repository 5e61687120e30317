//! A run: the fold of its facts, and what it wants next.
//!
//! Pure: no IO, no clock, no randomness. `apply` never fails, because facts already happened.
//!
//! ```text
//!  facts ──apply──► Run ──effects──► Judge(unit) │ Perform(unit) │ Conclude
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::fact::{
    Expanded, Fault, Finished, Judged, Outcome, RunFact, Settled, Started, StepStarted, Unit, UnitFault, Usage,
};
use super::frontier::Frontier;
use crate::capsule::budget::{Budget, Limit, Spend};
use crate::capsule::template::Scope;
use crate::capsule::tool_spec::EffectClass;
use crate::capsule::{Capsule, Step};
use crate::label::{Label, Labelled};
use crate::tools::Artifact;

/// How many effects of one run may be in flight.
pub const MAX_IN_FLIGHT: usize = 4;

/// What a run wants to happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Render the unit's action and judge it.
    Judge(Unit),
    /// Perform the unit, whose intent is recorded.
    Perform(Unit),
    /// Render the outputs and finish.
    Conclude,
}

/// An effect in flight.
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
}

/// How far one unit is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// How often it was begun.
    pub attempt: u32,
    /// The effect in flight.
    pub open: Option<Open>,
    /// The label of what decided that it is attempted.
    pub why: Option<Label>,
}

/// How far a step is.
#[derive(Debug, Clone, PartialEq)]
pub enum StepState {
    /// Not over; a `foreach` that is not expanded is here too.
    Waiting(Progress),
    /// A `foreach`, one item after another.
    Fanned {
        /// All items.
        items: Vec<Arc<Labelled>>,
        /// The label of what decided about them.
        label: Label,
        /// Outputs of the items that completed, in order.
        outputs: Vec<Arc<Labelled>>,
        /// The item after those.
        current: Progress,
    },
    /// Its condition was false.
    Skipped {
        /// The label of what decided it.
        label: Label,
    },
    /// It has an output.
    Completed {
        /// The output; of a `foreach`, the list of its items' outputs.
        output: Arc<Labelled>,
        /// The label of what decided that it ran.
        why: Label,
    },
    /// It failed.
    Failed {
        /// Why.
        fault: Fault,
    },
}

/// The state of one run.
#[derive(Debug, Clone)]
pub struct Run {
    started: Arc<Started>,
    capsule: Arc<Capsule>,
    started_at: i64,
    at: i64,
    run_seq: u64,
    epoch: u64,
    steps: BTreeMap<String, StepState>,
    frontier: Frontier,
    scope: Scope,
    budget: Budget,
    step_budgets: BTreeMap<String, Budget>,
    usage: Vec<(Unit, Usage)>,
    artifacts: Vec<Artifact>,
    failure: Option<UnitFault>,
    doubts: Vec<Unit>,
    finished: Option<Arc<Finished>>,
}

impl Run {
    /// The run that a `run.started` begins. `capsule` is the checked form of its document.
    pub fn begin(started: Started, capsule: Arc<Capsule>, run_seq: u64, at: i64) -> Self {
        let steps = capsule
            .steps()
            .iter()
            .map(|step| (step.name.clone(), StepState::Waiting(Progress::default())))
            .collect();
        let step_budgets = capsule
            .steps()
            .iter()
            .filter(|step| step.limit != Limit::default())
            .map(|step| (step.name.clone(), Budget::new(step.limit)))
            .collect();
        Self {
            budget: Budget::new(started.limit),
            frontier: Frontier::new(&capsule),
            scope: Scope::new(&started.inputs),
            started: Arc::new(started),
            capsule,
            started_at: at,
            at,
            run_seq,
            epoch: 0,
            steps,
            step_budgets,
            usage: Vec::new(),
            artifacts: Vec::new(),
            failure: None,
            doubts: Vec::new(),
            finished: None,
        }
    }

    /// Takes in a fact that was recorded as number `run_seq` of the stream at `at`.
    pub fn apply(&mut self, fact: &RunFact, run_seq: u64, at: i64) {
        self.run_seq = run_seq;
        self.at = at;
        match fact {
            RunFact::Started(_) => {}
            RunFact::Leased(leased) => self.hand_over(leased.epoch),
            RunFact::Expanded(expanded) => self.expand(expanded),
            RunFact::Skipped(skipped) => self.skip(&skipped.step, &skipped.label),
            RunFact::Judged(judged) => self.judged(judged),
            RunFact::StepStarted(started) => self.open(started),
            RunFact::Settled(settled) => self.settle(settled),
            RunFact::InDoubt(doubt) => self.doubts.push(doubt.unit.clone()),
            RunFact::Finished(finished) => self.finished = Some(Arc::new((**finished).clone())),
        }
    }

    /// Attempts that the last owner did not see the end of count as fully spent: nobody knows what
    /// they used, and a crash loop must not be free.
    fn hand_over(&mut self, epoch: u64) {
        self.epoch = epoch;
        self.frontier.abandon();
        for (step, state) in &mut self.steps {
            let open = match state {
                StepState::Waiting(progress) | StepState::Fanned { current: progress, .. } => progress.open.as_mut(),
                StepState::Skipped { .. } | StepState::Completed { .. } | StepState::Failed { .. } => None,
            };
            let Some(open) = open else { continue };
            let cut = std::mem::take(&mut open.reserved);
            self.budget.settle(cut, cut);
            if let Some(budget) = self.step_budgets.get_mut(step) {
                budget.settle(cut, cut);
            }
        }
    }

    fn skip(&mut self, step: &str, label: &Label) {
        let state = StepState::Skipped { label: label.clone() };
        self.steps.insert(step.to_owned(), state);
        self.scope.skip(step, label.clone());
        self.frontier.finish(step);
    }

    fn expand(&mut self, expanded: &Expanded) {
        let state = StepState::Fanned {
            items: expanded.items.clone(),
            label: expanded.label.clone(),
            outputs: Vec::with_capacity(expanded.items.len()),
            current: Progress::default(),
        };
        self.steps.insert(expanded.step.clone(), state);
        self.close_fan(&expanded.step);
    }

    fn judged(&mut self, judged: &Judged) {
        if let Some(progress) = self.progress_mut(&judged.unit) {
            progress.why = Some(judged.label.clone());
        }
    }

    fn open(&mut self, started: &StepStarted) {
        let Some(progress) = self.progress_mut(&started.unit) else {
            return;
        };
        progress.attempt = started.attempt;
        progress.open = Some(Open {
            epoch: started.epoch,
            key: started.key.clone(),
            effect: started.effect,
            reserved: started.reserved,
        });
        self.frontier.begin(&started.unit.step);
        self.budget.reserve(started.reserved);
        if let Some(budget) = self.step_budgets.get_mut(&started.unit.step) {
            budget.reserve(started.reserved);
        }
    }

    fn settle(&mut self, settled: &Settled) {
        let Some(progress) = self.progress_mut(&settled.unit) else {
            return;
        };
        progress.attempt = settled.attempt;
        let reserved = progress.open.take().map(|open| open.reserved).unwrap_or_default();
        self.frontier.land(&settled.unit.step);
        self.settle_budget(&settled.unit.step, reserved, settled.spent);
        if let Some(usage) = &settled.usage {
            self.usage.push((settled.unit.clone(), usage.clone()));
        }
        match &settled.outcome {
            Outcome::Completed { output, artifacts } => {
                self.artifacts.extend(artifacts.iter().cloned());
                self.complete(&settled.unit, output);
            }
            Outcome::Failed { fault } => {
                self.frontier.fail(&settled.unit.step);
                self.steps
                    .insert(settled.unit.step.clone(), StepState::Failed { fault: fault.clone() });
                self.failure.get_or_insert_with(|| UnitFault {
                    unit: Some(settled.unit.clone()),
                    fault: fault.clone(),
                });
            }
        }
    }

    fn complete(&mut self, unit: &Unit, output: &Arc<Labelled>) {
        match self.steps.get_mut(&unit.step) {
            Some(StepState::Fanned { outputs, current, .. }) => {
                outputs.push(Arc::clone(output));
                *current = Progress::default();
                self.close_fan(&unit.step);
            }
            Some(StepState::Waiting(progress)) => {
                let why = progress.why.take().unwrap_or_else(Label::constant);
                self.finish(&unit.step, Arc::clone(output), why);
            }
            Some(StepState::Skipped { .. } | StepState::Completed { .. } | StepState::Failed { .. }) | None => {}
        }
    }

    /// Turns a `foreach` whose items all completed into a completed step.
    fn close_fan(&mut self, step: &str) {
        let Some(StepState::Fanned {
            items, label, outputs, ..
        }) = self.steps.get(step)
        else {
            return;
        };
        if outputs.len() < items.len() {
            return;
        }
        let mut whole = Labelled::new(Value::Null, label.clone());
        for (index, output) in outputs.iter().enumerate() {
            whole
                .fields
                .insert(format!("/{index}"), output.label.clone().joined(label));
            for (pointer, field) in &output.fields {
                whole
                    .fields
                    .insert(format!("/{index}{pointer}"), field.clone().joined(label));
            }
        }
        whole.value = Value::Array(outputs.iter().map(|output| output.value.clone()).collect());
        let why = label.clone();
        self.finish(step, Arc::new(whole), why);
    }

    fn finish(&mut self, step: &str, output: Arc<Labelled>, why: Label) {
        self.scope.finish(step, Arc::clone(&output), why.clone());
        self.frontier.finish(step);
        self.steps.insert(step.to_owned(), StepState::Completed { output, why });
    }

    fn settle_budget(&mut self, step: &str, reserved: Spend, spent: Spend) {
        self.budget.settle(reserved, spent);
        if let Some(budget) = self.step_budgets.get_mut(step) {
            budget.settle(reserved, spent);
        }
    }

    fn progress_mut(&mut self, unit: &Unit) -> Option<&mut Progress> {
        match (self.steps.get_mut(&unit.step)?, unit.item) {
            (StepState::Waiting(progress), None) => Some(progress),
            (StepState::Fanned { outputs, current, .. }, Some(item)) if outputs.len() == item => Some(current),
            (
                StepState::Waiting(_)
                | StepState::Fanned { .. }
                | StepState::Skipped { .. }
                | StepState::Completed { .. }
                | StepState::Failed { .. },
                _,
            ) => None,
        }
    }

    /// What the run wants next. The order follows the capsule; units in flight come as `Perform`,
    /// and whoever drives leaves out those it already performs.
    pub fn effects(&self) -> Vec<Effect> {
        if self.finished.is_some() {
            return Vec::new();
        }
        let flying = self.frontier.flying();
        let room = MAX_IN_FLIGHT.saturating_sub(flying.len());
        let performing = flying.filter_map(|at| self.unit_at(at)).map(Effect::Perform);
        if self.failure.is_some() {
            return if room == MAX_IN_FLIGHT {
                vec![Effect::Conclude]
            } else {
                performing.collect()
            };
        }
        if !self.doubts.is_empty() {
            return performing.collect();
        }
        if self.frontier.is_done() {
            return vec![Effect::Conclude];
        }
        let waiting = self.frontier.waiting().filter_map(|at| self.unit_at(at));
        waiting.map(Effect::Judge).take(room).chain(performing).collect()
    }

    /// The next unit of the step at `position` in the capsule.
    fn unit_at(&self, position: usize) -> Option<Unit> {
        let step = self.capsule.steps().get(position)?;
        self.next_unit(&step.name).map(|(unit, _)| unit)
    }

    /// The next unit of `step` and how far it is, unless the step is over.
    pub fn next_unit(&self, step: &str) -> Option<(Unit, &Progress)> {
        match self.steps.get(step)? {
            StepState::Waiting(progress) => Some((Unit::step(step), progress)),
            StepState::Fanned { outputs, current, .. } => Some((Unit::item(step, outputs.len()), current)),
            StepState::Skipped { .. } | StepState::Completed { .. } | StepState::Failed { .. } => None,
        }
    }

    /// How far the unit is, when it is the next of its step.
    pub fn progress(&self, unit: &Unit) -> Option<&Progress> {
        self.next_unit(&unit.step)
            .and_then(|(next, progress)| (next == *unit).then_some(progress))
    }

    /// Says whether `amount` more fits the run's budget and the step's.
    ///
    /// # Errors
    /// The first unit of measure that does not fit.
    pub fn check_budget(&self, step: &str, amount: Spend) -> Result<(), crate::capsule::budget::Exhausted> {
        self.budget.check(amount)?;
        self.step_budgets
            .get(step)
            .map_or(Ok(()), |budget| budget.check(amount))
    }

    /// Milliseconds of wall time that the run or the step has left; `None` is unlimited.
    pub fn wall_left(&self, step: &str) -> Option<u64> {
        let left = |budget: &Budget| Some(budget.limit.wall_ms?.saturating_sub(budget.spent.wall_ms));
        let of_step = self.step_budgets.get(step).and_then(left);
        left(&self.budget).into_iter().chain(of_step).min()
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
        scope.set_run(&self.started.run, self.budget.spent);
        scope
    }

    /// The number of its last event.
    pub fn run_seq(&self) -> u64 {
        self.run_seq
    }

    /// The present owner's epoch.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// When it began and when the last thing happened, in milliseconds since 1970 UTC.
    pub fn times(&self) -> (i64, i64) {
        (self.started_at, self.at)
    }

    /// The budget.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// What models used, unit by unit.
    pub fn usage(&self) -> &[(Unit, Usage)] {
        &self.usage
    }

    /// What it left behind so far.
    pub fn artifacts(&self) -> &[Artifact] {
        &self.artifacts
    }

    /// The first failure.
    pub fn failure(&self) -> Option<&UnitFault> {
        self.failure.as_ref()
    }

    /// Units whose effect is unknown.
    pub fn doubts(&self) -> &[Unit] {
        &self.doubts
    }

    /// How it ended.
    pub fn finished(&self) -> Option<&Arc<Finished>> {
        self.finished.as_ref()
    }
}

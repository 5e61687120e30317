//! The end of a run, and doing again what is over.

use std::sync::Arc;

use super::super::fact::question::About;
use super::super::fact::{Finished, InDoubt, Part, Reset, Then, Unit};
use super::{Halt, ItemState, Progress, Run, StepState};

impl Run {
    /// Nobody is asked any more. Whoever reopens the run asks anew.
    pub(super) fn finish_all(&mut self, finished: &Finished) {
        let open = std::mem::take(&mut self.asking.open);
        for pending in open.into_values() {
            if let Some(unit) = &pending.requested.unit
                && let Some(progress) = self.progress_mut(unit)
            {
                progress.question = None;
            }
            if pending.requested.about == About::Inputs {
                self.asking.inputs = Some(pending.requested);
            }
        }
        self.finished = Some(Arc::new(finished.clone()));
    }

    /// Steps are done again: what they gave is forgotten, and so is what ended the run.
    pub(super) fn reset(&mut self, reset: &Reset) {
        for step in &reset.steps {
            let generation = self.generation(step) + 1;
            self.generations.insert(step.clone(), generation);
            let is_fed_anew = self.capsule.step(step).is_some_and(|step| {
                let mut needs = step.needs.iter();
                needs.any(|need| reset.steps.contains(need))
            });
            let is_asked = reset.asked.contains(step);
            let state = self.steps.remove(step);
            let state = self.reset_state(step, state, generation, is_asked, is_fed_anew);
            self.steps.insert(step.clone(), state);
            self.scope.forget(step);
            self.forget_forms(step, generation);
        }
        let is_reset = |unit: &Unit| reset.steps.contains(&unit.step);
        let undoing = &mut self.undoing;
        undoing
            .done
            .retain(|(unit, _)| !(is_reset(unit) || undoing.undone.contains_key(unit)));
        undoing.undone.clear();
        self.doubts
            .retain(|unit, _| unit.part == Part::Main && !reset.asked.contains(&unit.step));
        self.halt = Halt::default();
        let over = self
            .steps
            .iter()
            .filter(|(_, state)| matches!(state, StepState::Completed { .. } | StepState::Skipped { .. }))
            .map(|(step, _)| step.as_str());
        self.frontier = self.frontier.again(over);
    }

    /// Forms that were filled in for a unit that is begun anew: it may ask for others.
    fn forget_forms(&mut self, step: &str, generation: u32) {
        let mut forms = std::mem::take(&mut self.asking.forms);
        forms.retain(|unit, _| {
            let is_completed = || match (self.steps.get(step), unit.item) {
                (Some(StepState::Fanned(fan)), Some(item)) => {
                    matches!(fan.states.get(item), Some(ItemState::Completed(_)))
                }
                (_, _) => false,
            };
            let goes_on = |progress: &Progress| progress.generation < generation;
            unit.step != *step || self.progress(unit).map_or_else(is_completed, goes_on)
        });
        self.asking.forms = forms;
    }

    /// How far a step is that is done again.
    ///
    /// What was never over goes on under its old key, and items that completed stay, unless what they were
    /// made from is made anew. What may have happened already is settled first, as it was begun.
    fn reset_state(
        &mut self,
        step: &str,
        state: Option<StepState>,
        generation: u32,
        is_asked: bool,
        is_fed_anew: bool,
    ) -> StepState {
        let in_doubt = |unit: &Unit| self.doubts.get(unit).is_some_and(InDoubt::is_open);
        let mut doubts = self.doubts.iter();
        let is_doubtful = !is_asked && doubts.any(|(unit, doubt)| unit.step == *step && doubt.is_open());
        let is_item_again = |item| {
            let unit = Unit::item(step, item);
            self.undoing.undone.contains_key(&unit) || is_asked && in_doubt(&unit)
        };
        match state {
            Some(StepState::Failed { fan: Some(mut fan), .. }) if is_doubtful || !is_fed_anew => {
                fan.reopen(generation, is_item_again);
                StepState::Fanned(*fan)
            }
            Some(StepState::Fanned(mut fan)) if is_doubtful || !is_fed_anew => {
                fan.reopen(generation, is_item_again);
                StepState::Fanned(fan)
            }
            Some(StepState::Waiting(mut progress)) if is_doubtful && is_fed_anew => {
                progress.generation = generation;
                progress.why = None;
                StepState::Waiting(progress)
            }
            Some(StepState::Waiting(progress)) if !(is_fed_anew || is_asked && in_doubt(&Unit::step(step))) => {
                StepState::Waiting(progress)
            }
            Some(
                StepState::Waiting(_)
                | StepState::Fanned(_)
                | StepState::Skipped { .. }
                | StepState::Completed { .. }
                | StepState::Failed { .. },
            )
            | None => {
                self.active.retain(|unit| unit.step != *step);
                self.followups.retain(|unit, _| unit.step != *step);
                StepState::Waiting(Box::new(Progress::of_generation(generation)))
            }
        }
    }

    /// Doubts that the run was left with when it ended, and that nobody has said more about.
    pub fn left_doubts(&self) -> impl Iterator<Item = (&Unit, &InDoubt)> {
        let is_left = |then| matches!(then, Then::Leave | Then::Ask | Then::Reconcile);
        let doubts = self.doubts.iter();
        doubts.filter(move |(unit, doubt)| unit.part == Part::Main && is_left(doubt.then))
    }
}

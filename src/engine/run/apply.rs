//! Taking in facts.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::fact::question::{self, About};
use super::super::fact::{
    Adopted, Cancelling, Confidence, Expanded, Fault, InDoubt, Judged, Leased, Outcome, Part, Raised, Requested,
    Resolved, RunFact, Settled, Skipped, StepStarted, Then, Unit, UnitFault,
};
use super::{Approved, Fan, ItemState, Open, Pending, Progress, Run, StepState};
use crate::capsule::budget::{Budget, Spend};
use crate::capsule::template::Beside;
use crate::capsule::{OnItemError, Step};
use crate::label::{Label, Labelled};

/// How much later than its last sign of life an owner may have died, in milliseconds.
const BEAT_MS: u64 = 1_000;

impl Run {
    /// Takes in a fact that was recorded as number `run_seq` of the stream at `at`.
    pub fn apply(&mut self, fact: &RunFact, run_seq: u64, at: i64) {
        self.clock.run_seq = run_seq;
        self.clock.at = at;
        match fact {
            RunFact::Started(_) | RunFact::Endorsed(_) | RunFact::Tripped(_) => {}
            RunFact::Leased(leased) => self.hand_over(leased),
            RunFact::Admitted(_) => self.admitted = true,
            RunFact::Paused(paused) => self.halt.paused = Some(paused.clone()),
            RunFact::Resumed(_) => {
                self.halt.paused = None;
                self.crashes = 0;
            }
            RunFact::Cancelling(cancelling) => self.cancel(cancelling, at),
            RunFact::Failing(failing) => {
                self.halt.failure.get_or_insert_with(|| failing.fault.clone());
                // What else is in flight goes on when one unit ends the run.
                if failing.fault.unit.is_none() {
                    self.halt.cut_at = Some(at);
                }
            }
            RunFact::Reopened(_) => {
                self.finished = None;
                // Others may have taken its place meanwhile.
                self.admitted = self.started.slot.is_none();
            }
            RunFact::Raised(raised) => self.raise(raised),
            RunFact::Expanded(expanded) => self.expand(expanded),
            RunFact::Skipped(skipped) => self.skip(skipped),
            RunFact::Judged(judged) => self.judged(judged),
            RunFact::StepStarted(started) => self.open(started, at),
            RunFact::Settled(settled) => self.settle(settled),
            RunFact::InDoubt(doubt) => self.doubt(doubt),
            RunFact::Reset(reset) => self.reset(reset),
            RunFact::Adopted(adopted) => self.adopt(adopted),
            RunFact::Requested(requested) => self.ask(requested, run_seq, at),
            RunFact::Resolved(resolved) => self.answer(resolved, run_seq),
            RunFact::Finished(finished) => self.finish_all(finished),
        }
    }

    /// Attempts that the last owner did not see the end of count as fully spent: nobody knows what
    /// they used, and a crash loop must not be free. A run that a unit began keeps its own account.
    fn hand_over(&mut self, leased: &Leased) {
        let before = std::mem::replace(&mut self.epoch, leased.epoch);
        let active: Vec<Unit> = self.active.iter().cloned().collect();
        let mut interrupted = false;
        for unit in active {
            let Some(progress) = self.progress_mut(&unit) else {
                continue;
            };
            if progress.child.is_some() {
                continue;
            }
            let Some(open) = progress.open.as_mut().filter(|open| open.epoch == before) else {
                continue;
            };
            interrupted = true;
            let held = std::mem::take(&mut open.reserved);
            let lived = leased.last_beat.map(|beat| {
                u64::try_from(beat.saturating_sub(open.at))
                    .unwrap_or(0)
                    .saturating_add(BEAT_MS)
            });
            let wall_ms = match (lived, held.wall_ms) {
                (None, bound) => bound,
                (Some(lived), 0) => lived,
                (Some(lived), bound) => lived.min(bound),
            };
            self.pay(&unit, held, Spend { wall_ms, ..held });
        }
        if interrupted && leased.last_beat.is_some() {
            self.crashes += 1;
        }
    }

    fn cancel(&mut self, cancelling: &Cancelling, at: i64) {
        let grace = i64::try_from(cancelling.grace_ms).unwrap_or(i64::MAX);
        self.halt.cut_at = Some(at.saturating_add(grace));
        self.halt.cancelling = Some(cancelling.clone());
    }

    fn raise(&mut self, raised: &Raised) {
        match &raised.step {
            None => self.purse.budget.limit = raised.limit,
            Some(step) => {
                let budget = self.purse.steps.entry(step.clone());
                budget.or_insert_with(|| Budget::new(raised.limit)).limit = raised.limit;
            }
        }
    }

    fn skip(&mut self, skipped: &Skipped) {
        self.active.remove(&Unit::step(&skipped.step));
        let label = skipped.label.clone();
        self.scope.skip(&skipped.step, label.clone());
        self.frontier.finish(&skipped.step);
        self.steps.insert(skipped.step.clone(), StepState::Skipped { label });
    }

    fn expand(&mut self, expanded: &Expanded) {
        self.active.remove(&Unit::step(&expanded.step));
        let fan = Fan::new(
            expanded.items.clone(),
            expanded.label.clone(),
            self.generation(&expanded.step),
        );
        self.steps.insert(expanded.step.clone(), StepState::Fanned(fan));
        self.close_fan(&expanded.step);
    }

    fn judged(&mut self, judged: &Judged) {
        self.activate(&judged.unit);
        if let Some(progress) = self.progress_mut(&judged.unit) {
            progress.why = Some(judged.label.clone());
        }
    }

    fn open(&mut self, started: &StepStarted, at: i64) {
        self.activate(&started.unit);
        let Some(progress) = self.progress_mut(&started.unit) else {
            return;
        };
        progress.attempt = started.attempt;
        progress.due = None;
        progress.child.clone_from(&started.child);
        let before = progress.open.replace(Open {
            epoch: started.epoch,
            key: started.key.clone(),
            effect: started.effect,
            reserved: started.reserved,
            at,
        });
        // What an attempt before it did is a matter of this one now.
        self.doubts.remove(&started.unit);
        // A run that goes on has its slice held already.
        let held = before.map(|open| open.reserved).unwrap_or_default();
        self.pay(&started.unit, held, Spend::default());
        self.reserve(&started.unit, started.reserved);
    }

    /// A unit is begun: it is looked at by itself from now on.
    fn activate(&mut self, unit: &Unit) {
        if !self.active.insert(unit.clone()) {
            return;
        }
        if unit.part != Part::Main {
            let generation = self.generation(&unit.step);
            let progress = self.followups.entry(unit.clone());
            progress.or_insert_with(|| Progress::of_generation(generation));
        }
        if let (Some(StepState::Fanned(fan)), Some(item)) = (self.steps.get_mut(&unit.step), unit.item)
            && fan.fresh == item
        {
            fan.fresh += 1;
        }
    }

    fn settle(&mut self, settled: &Settled) {
        let unit = &settled.unit;
        // What undoes a unit, or looks after it, may be over before it began.
        if unit.part != Part::Main {
            self.activate(unit);
        }
        let Some(progress) = self.progress_mut(unit) else {
            return;
        };
        progress.attempt = settled.attempt;
        progress.tried += 1;
        let reserved = progress.open.take().map(|open| open.reserved).unwrap_or_default();
        progress.child = None;
        progress.due = settled.retry_at;
        let why = progress.why.clone().unwrap_or_else(Label::constant);
        self.pay(unit, reserved, settled.spent);
        if let Some(usage) = &settled.usage {
            self.left.usage.push((unit.clone(), usage.clone()));
        }
        self.crashes = 0;
        if settled.retry_at.is_some() {
            self.activate(unit);
            return;
        }
        self.active.remove(unit);
        // One that was to run again and was refused before it began has settled nothing of what it did before.
        if self.doubts.get(unit).is_some_and(InDoubt::is_open) {
            self.doubts.remove(unit);
        }
        // The run of a unit may end while somebody is asked about it.
        self.asking
            .open
            .retain(|_, pending| pending.requested.unit.as_ref() != Some(unit));
        match unit.part {
            Part::Main => self.settle_main(settled, why),
            Part::Reconcile => {
                self.followups.remove(unit);
                if settled.found == Some(false) {
                    self.doubts.remove(&unit.part(Part::Main));
                }
            }
            Part::Compensate => {
                self.followups.remove(unit);
                self.doubts.remove(unit);
                let completed = matches!(settled.outcome, Outcome::Completed { .. });
                self.undoing.undone.insert(unit.part(Part::Main), completed);
            }
        }
    }

    fn settle_main(&mut self, settled: &Settled, why: Label) {
        let unit = &settled.unit;
        match &settled.outcome {
            Outcome::Completed { output, artifacts } => {
                // A step that is done again leaves the same file again.
                let is_new = |kept: &crate::tools::Artifact| artifacts.iter().all(|new| new.path != kept.path);
                self.left.artifacts.retain(is_new);
                self.left.artifacts.extend(artifacts.iter().cloned());
                if self.step_of(unit).is_some_and(|step| step.compensate.is_some()) {
                    self.undoing.done.push((unit.clone(), Arc::clone(output)));
                    self.undoing.undone.remove(unit);
                }
                let sure = settled.usage.as_ref().and_then(|usage| usage.confidence);
                let beside = Beside {
                    errors: None,
                    confidence: self.confidence(&unit.step, output, sure),
                };
                self.complete(unit, output, beside, why);
            }
            Outcome::Failed { fault } => self.fail(unit, fault),
        }
    }

    /// How sure a model was, for a step that chooses. However far its choice is endorsed, this is a number that what it
    /// read has a say in.
    fn confidence(&self, step: &str, output: &Labelled, sure: Option<Confidence>) -> Option<Arc<Labelled>> {
        let chooses = self.capsule.step(step).is_some_and(Step::chooses);
        let label = Label {
            integrity: crate::label::Integrity::Untrusted,
            ..output.joined_label()
        };
        let value = sure.map_or(Value::Null, |sure| json!(sure.probability()));
        chooses.then(|| Arc::new(Labelled::new(value, label)))
    }

    fn complete(&mut self, unit: &Unit, output: &Arc<Labelled>, beside: Beside, why: Label) {
        match (self.steps.get_mut(&unit.step), unit.item) {
            (Some(StepState::Fanned(fan)), Some(item)) => {
                set_item(fan, item, ItemState::Completed(Arc::clone(output)));
                self.close_fan(&unit.step);
            }
            (Some(StepState::Failed { fan: Some(fan), .. }), Some(item)) => {
                set_item(fan, item, ItemState::Completed(Arc::clone(output)));
            }
            (Some(StepState::Waiting(_)), None) => self.finish(&unit.step, Arc::clone(output), beside, why),
            (
                Some(
                    StepState::Waiting(_)
                    | StepState::Fanned(_)
                    | StepState::Skipped { .. }
                    | StepState::Completed { .. }
                    | StepState::Failed { .. },
                )
                | None,
                _,
            ) => {}
        }
    }

    fn fail(&mut self, unit: &Unit, fault: &Fault) {
        let foreach = self.step_of(unit).and_then(|step| step.foreach.as_ref());
        let collects = foreach.is_some_and(|foreach| foreach.on_item_error == OnItemError::Collect);
        let failed = |fan| StepState::Failed {
            fault: fault.clone(),
            fan,
        };
        match (self.steps.remove(&unit.step), unit.item) {
            (Some(StepState::Fanned(mut fan)), Some(item)) => {
                set_item(&mut fan, item, ItemState::Failed(fault.clone()));
                if collects && !fault.kind.stops_all() {
                    self.steps.insert(unit.step.clone(), StepState::Fanned(fan));
                    self.close_fan(&unit.step);
                    return;
                }
                self.steps.insert(unit.step.clone(), failed(Some(Box::new(fan))));
            }
            (
                Some(StepState::Failed {
                    fault: first,
                    fan: Some(mut fan),
                }),
                Some(item),
            ) => {
                set_item(&mut fan, item, ItemState::Failed(fault.clone()));
                let state = StepState::Failed {
                    fault: first,
                    fan: Some(fan),
                };
                self.steps.insert(unit.step.clone(), state);
                return;
            }
            (_, _) => {
                self.steps.insert(unit.step.clone(), failed(None));
            }
        }
        self.frontier.fail(&unit.step);
        if !self.is_last(&unit.step) {
            self.halt.failure.get_or_insert_with(|| UnitFault {
                unit: Some(unit.clone()),
                fault: fault.clone(),
            });
        }
    }

    /// Turns a `foreach` whose items are all over into a completed step.
    fn close_fan(&mut self, step: &str) {
        let Some(StepState::Fanned(fan)) = self.steps.get(step) else {
            return;
        };
        if fan.left > 0 {
            return;
        }
        let label = fan.label.clone();
        let mut whole = Labelled::new(Value::Null, label.clone());
        let mut values = Vec::with_capacity(fan.states.len());
        for (index, output) in fan.completed().enumerate() {
            whole
                .fields
                .insert(format!("/{index}"), output.label.clone().joined(&label));
            for (pointer, field) in &output.fields {
                whole
                    .fields
                    .insert(format!("/{index}{pointer}"), field.clone().joined(&label));
            }
            values.push(output.value.clone());
        }
        whole.value = Value::Array(values);
        let errors: Vec<Value> = fan
            .failed()
            .map(|(item, fault)| json!({"item": item, "kind": fault.kind, "message": fault.message}))
            .collect();
        let collects = self
            .capsule
            .step(step)
            .and_then(|step| step.foreach.as_ref())
            .is_some_and(|foreach| foreach.on_item_error == OnItemError::Collect);
        // A message may quote whatever the item was about.
        let mut of_errors = label.clone();
        fan.items.iter().for_each(|item| of_errors.join(&item.joined_label()));
        if !errors.is_empty() {
            of_errors.integrity = crate::label::Integrity::Untrusted;
        }
        let beside = Beside {
            errors: collects.then(|| Arc::new(Labelled::new(Value::Array(errors), of_errors))),
            confidence: None,
        };
        self.finish(step, Arc::new(whole), beside, label);
    }

    fn finish(&mut self, step: &str, output: Arc<Labelled>, beside: Beside, why: Label) {
        self.scope.finish(step, Arc::clone(&output), &beside, why.clone());
        self.frontier.finish(step);
        let state = StepState::Completed { output, beside, why };
        self.steps.insert(step.to_owned(), state);
    }

    fn adopt(&mut self, adopted: &Adopted) {
        let why = adopted.why.clone();
        match &adopted.output {
            Some(output) => {
                let beside = Beside {
                    errors: adopted.errors.clone(),
                    confidence: adopted
                        .confidence
                        .clone()
                        .or_else(|| self.confidence(&adopted.step, output, None)),
                };
                self.finish(&adopted.step, Arc::clone(output), beside, why);
            }
            None => self.skip(&Skipped {
                step: adopted.step.clone(),
                label: why,
            }),
        }
    }

    fn doubt(&mut self, doubt: &InDoubt) {
        self.activate(&doubt.unit);
        let Some(progress) = self.progress_mut(&doubt.unit) else {
            return;
        };
        progress.attempt = doubt.attempt;
        progress.due = doubt.retry_at;
        if let Some(open) = progress.open.take() {
            // One that its owner did not live to tell of is no failure of its own.
            progress.tried += u32::from(doubt.message.is_some());
            self.pay(&doubt.unit, open.reserved, doubt.spent.unwrap_or(open.reserved));
        }
        if let Some(usage) = &doubt.usage {
            self.left.usage.push((doubt.unit.clone(), usage.clone()));
        }
        if doubt.then == Then::Reconcile {
            self.activate(&doubt.unit.part(Part::Reconcile));
        }
        self.doubts.insert(doubt.unit.clone(), doubt.clone());
    }

    /// Somebody has said that the unit runs again; nothing is known of its effect before it does.
    fn retry_doubt(&mut self, unit: &Unit) {
        if let Some(doubt) = self.doubts.get_mut(unit) {
            doubt.then = Then::Retry;
        }
    }

    fn ask(&mut self, requested: &Requested, run_seq: u64, at: i64) {
        if requested.about == About::Inputs {
            self.asking.inputs = None;
        }
        if let Some(unit) = &requested.unit {
            self.activate(unit);
            if let Some(progress) = self.progress_mut(unit) {
                progress.question = Some(requested.id.clone());
                // It is attempted again when somebody has answered, and nobody knows when that is.
                if matches!(requested.about, About::Elicited { .. }) {
                    progress.due = None;
                }
                if requested.label.is_some() {
                    progress.why.clone_from(&requested.label);
                }
            }
        }
        let pending = Pending {
            requested: requested.clone(),
            run_seq,
            at,
        };
        self.asking.open.insert(requested.id.clone(), pending);
    }

    fn answer(&mut self, resolved: &Resolved, run_seq: u64) {
        let Some(pending) = self.asking.open.remove(&resolved.id) else {
            return;
        };
        let yes = resolved.choice == question::APPROVE;
        self.asking.remembered.extend(resolved.remembered.iter().cloned());
        match (&pending.requested.about, &pending.requested.unit) {
            (About::Outputs { digest }, _) if yes => self.asking.outputs = Some(*digest),
            (About::Outputs { .. } | About::Inputs, _) => {}
            (About::Action { digest, .. }, Some(unit)) => {
                if let Some(progress) = self.progress_mut(unit) {
                    progress.question = None;
                    progress.approved = yes.then_some(Approved {
                        digest: *digest,
                        run_seq,
                    });
                }
            }
            (About::Elicited { .. }, Some(unit)) => self.take_form(unit, resolved),
            (About::Gate { .. } | About::Doubt { .. }, Some(unit)) => {
                if let Some(progress) = self.progress_mut(unit) {
                    progress.question = None;
                }
                if resolved.choice == question::RETRY {
                    self.retry_doubt(unit);
                }
            }
            (About::Action { .. } | About::Gate { .. } | About::Doubt { .. } | About::Elicited { .. }, None) => {}
        }
    }

    /// The form that a server had asked for: its call is made again with it, whatever was spent on trying before.
    fn take_form(&mut self, unit: &Unit, resolved: &Resolved) {
        let is_given = resolved.choice == question::APPROVE;
        // A run that ends makes no call again, so that nothing is known of this one either.
        if is_given && !self.is_halted() {
            self.retry_doubt(unit);
        }
        let Some(progress) = self.progress_mut(unit) else {
            return;
        };
        progress.question = None;
        if !is_given {
            return;
        }
        let form = question::filled(&resolved.form);
        let mut label = resolved.label();
        label.join(progress.why.as_ref().unwrap_or(&Label::constant()));
        progress.due = None;
        progress.tried = progress.tried.saturating_sub(1);
        self.asking
            .forms
            .entry(unit.clone())
            .or_default()
            .push(Labelled::new(form, label));
    }

    pub(super) fn progress_mut(&mut self, unit: &Unit) -> Option<&mut Progress> {
        if unit.part != Part::Main {
            return self.followups.get_mut(unit);
        }
        let fan = match (self.steps.get_mut(&unit.step)?, unit.item) {
            (StepState::Waiting(progress), None) => return Some(progress),
            (StepState::Fanned(fan), Some(_)) => fan,
            (StepState::Failed { fan: Some(fan), .. }, Some(_)) => fan,
            (
                StepState::Waiting(_)
                | StepState::Fanned(_)
                | StepState::Skipped { .. }
                | StepState::Completed { .. }
                | StepState::Failed { .. },
                _,
            ) => return None,
        };
        match fan.states.get_mut(unit.item?)? {
            ItemState::Open(progress) => Some(progress),
            ItemState::Completed(_) | ItemState::Failed(_) => None,
        }
    }
}

fn set_item(fan: &mut Fan, item: usize, state: ItemState) {
    if let Some(place) = fan.states.get_mut(item) {
        if matches!(place, ItemState::Open(_)) {
            fan.left -= 1;
        }
        *place = state;
    }
}

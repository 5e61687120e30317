//! What must hold for every record, checked fact by fact without the code that made it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::fact::question::{self, About};
use super::super::super::fact::{Finished, Outcome, Part, Reset, RunFact, Settled, StepStarted, Then, Unit, Why};
use super::super::super::run::Run;
use crate::capsule::budget::{Budget, Limit, Spend};
use crate::capsule::tool_spec::EffectClass;
use crate::capsule::{Capsule, OnItemError, Stage};
use crate::policy::Decision;

/// A promise that was broken, and how.
pub(super) type Broken = (&'static str, String);

/// An intent without an end.
#[derive(Debug, Clone)]
struct Open {
    attempt: u32,
    epoch: u64,
    effect: EffectClass,
    reserved: Spend,
    is_child: bool,
}

/// How far a `foreach` is.
#[derive(Debug, Default)]
struct Fan {
    left: BTreeSet<usize>,
}

/// What the facts so far say.
#[derive(Default)]
pub(super) struct Audit {
    epoch: u64,
    over: BTreeSet<String>,
    fans: BTreeMap<String, Fan>,
    completed: BTreeSet<Unit>,
    failed: BTreeSet<Unit>,
    /// Units that were done and are to be done again.
    renewed: BTreeSet<Unit>,
    open: BTreeMap<Unit, Open>,
    keys: BTreeMap<Unit, String>,
    used_keys: BTreeSet<String>,
    doubts: BTreeMap<Unit, Then>,
    judged: BTreeMap<Unit, Decision>,
    asked: BTreeMap<String, (Option<Unit>, About)>,
    /// Units whose calls failed for want of a form that nobody has given, or refused, yet.
    wanting: BTreeSet<Unit>,
    /// How many forms were given for a unit since it was begun anew.
    forms: BTreeMap<Unit, usize>,
    decided: BTreeSet<String>,
    approvals: BTreeMap<u64, crate::digest::Digest>,
    /// Units that can be undone, in the order of their completion, and whether somebody began to.
    undoable: Vec<(Unit, bool)>,
    paused: bool,
    finished: bool,
    purse: Budget,
    steps: BTreeMap<String, Budget>,
}

impl Audit {
    pub(super) fn new(capsule: &Capsule, limit: Limit) -> Self {
        let steps = capsule.steps().iter().filter(|step| step.limit != Limit::default());
        Self {
            purse: Budget::new(limit),
            steps: steps.map(|step| (step.name.clone(), Budget::new(step.limit))).collect(),
            ..Self::default()
        }
    }

    /// Whether the attempt is begun on the record and not over.
    pub(super) fn has_intent(&self, unit: &Unit, attempt: u32) -> bool {
        !self.finished && self.open.get(unit).is_some_and(|open| open.attempt == attempt)
    }

    /// Takes in what became durable. `run` is the run before it.
    pub(super) fn take(&mut self, run: Option<&Run>, fact: &RunFact, run_seq: u64) -> Result<(), Broken> {
        if self.finished && !matches!(fact, RunFact::Reopened(_)) {
            return Err(("finished once", format!("`{}` after the end", fact.kind())));
        }
        let capsule = run.map(|run| run.capsule().clone());
        let Some((run, capsule)) = run.zip(capsule) else {
            return Ok(());
        };
        match fact {
            RunFact::Started(_) => return Err(("started once", "a second start".to_owned())),
            RunFact::Leased(leased) => {
                if leased.epoch != self.epoch + 1 {
                    return Err(("epochs count owners", format!("{} after {}", leased.epoch, self.epoch)));
                }
                self.epoch = leased.epoch;
                self.hand_over();
            }
            RunFact::Paused(paused) => {
                self.paused = true;
                if let Why::Crashes { .. } = paused.why
                    && run.crashes() < super::super::super::run::MOST_CRASHES
                {
                    return Err(("paused for crashes", format!("after {}", run.crashes())));
                }
            }
            RunFact::Resumed(_) => self.paused = false,
            RunFact::Raised(raised) => self.raise(raised.step.as_deref(), raised.limit),
            RunFact::Reopened(_) => {
                if !self.finished {
                    return Err(("reopened what was over", String::new()));
                }
                self.finished = false;
            }
            RunFact::Reset(reset) => self.reset(&capsule, reset),
            RunFact::Adopted(adopted) => {
                self.over.insert(adopted.step.clone());
            }
            RunFact::Skipped(skipped) => {
                self.over.insert(skipped.step.clone());
            }
            RunFact::Expanded(expanded) => {
                let fan = Fan {
                    left: (0..expanded.items.len()).collect(),
                };
                if fan.left.is_empty() {
                    self.over.insert(expanded.step.clone());
                }
                self.fans.insert(expanded.step.clone(), fan);
            }
            RunFact::Judged(judged) => {
                self.judged.insert(judged.unit.clone(), judged.verdict.decision());
            }
            RunFact::StepStarted(started) => self.start(run, &capsule, started)?,
            RunFact::Settled(settled) => self.settle(&capsule, settled)?,
            RunFact::InDoubt(doubt) => {
                if let Some(open) = self.open.remove(&doubt.unit) {
                    self.pay(
                        &doubt.unit,
                        &capsule,
                        open.reserved,
                        doubt.spent.unwrap_or(open.reserved),
                    );
                }
                self.doubts.insert(doubt.unit.clone(), doubt.then);
            }
            RunFact::Requested(requested) => {
                if let (About::Elicited { in_doubt, .. }, Some(unit)) = (&requested.about, &requested.unit) {
                    self.wants_form(run, unit, *in_doubt)?;
                }
                let about = (requested.unit.clone(), requested.about.clone());
                if self.decided.contains(&requested.id) || self.asked.insert(requested.id.clone(), about).is_some() {
                    return Err(("questions have their own ids", requested.id.clone()));
                }
            }
            RunFact::Resolved(resolved) => {
                let Some((unit, about)) = self.asked.remove(&resolved.id) else {
                    return Err(("each question is decided once", resolved.id.clone()));
                };
                self.decided.insert(resolved.id.clone());
                if let (About::Action { digest, .. }, question::APPROVE, false) =
                    (&about, resolved.choice.as_str(), resolved.expired)
                {
                    self.approvals.insert(run_seq, *digest);
                }
                match (&about, unit, resolved.choice.as_str()) {
                    (About::Doubt { .. }, Some(unit), question::RETRY) => {
                        self.doubts.insert(unit, Then::Retry);
                    }
                    (About::Elicited { in_doubt, .. }, Some(unit), question::APPROVE) => {
                        if resolved.form["name"] != "Ada" {
                            return Err(("a form is filled in as it must be", resolved.form.to_string()));
                        }
                        self.wanting.remove(&unit);
                        *self.forms.entry(unit.clone()).or_insert(0) += 1;
                        if *in_doubt && !run.is_halted() {
                            self.doubts.insert(unit, Then::Retry);
                        }
                    }
                    // Whether it failed or is asked about is said besides.
                    (About::Elicited { .. }, Some(unit), question::REJECT) => {
                        self.wanting.remove(&unit);
                    }
                    (_, _, _) => {}
                }
            }
            RunFact::Finished(finished) => self.end(finished)?,
            RunFact::Admitted(_) | RunFact::Cancelling(_) | RunFact::Failing(_) => {}
            RunFact::Endorsed(_) | RunFact::Tripped(_) => {}
        }
        self.within_limits()
    }

    fn end(&mut self, finished: &Finished) -> Result<(), Broken> {
        self.asked.clear();
        self.wanting.clear();
        let flying = self.open.iter().find(|(_, open)| open.epoch == self.epoch);
        if let Some((unit, _)) = flying {
            return Err(("nothing is in flight at the end", unit.to_string()));
        }
        let mut doubts = self.doubts.keys();
        if let Some(unit) = doubts.find(|unit| !finished.doubts.contains(unit)) {
            return Err(("a doubt is settled or named at the end", unit.to_string()));
        }
        self.finished = true;
        Ok(())
    }

    /// Somebody is asked for a form that a call wanted.
    fn wants_form(&mut self, run: &Run, unit: &Unit, in_doubt: bool) -> Result<(), Broken> {
        let broken = |promise| Err((promise, unit.to_string()));
        if self.open.contains_key(unit) || unit.part != Part::Main {
            return broken("a form is asked for when its call is over");
        }
        if run.is_halted() {
            return broken("nobody is asked for what a run that ends does not use");
        }
        if self.forms.get(unit).is_some_and(|forms| *forms >= 8) {
            return broken("forms are not asked for without end");
        }
        if in_doubt != self.doubts.contains_key(unit) {
            return broken("what may have happened stays in doubt until somebody answers");
        }
        self.wanting.insert(unit.clone());
        Ok(())
    }

    /// What was begun by the owner before is fully spent, unless it is a run with an account of its own.
    fn hand_over(&mut self) {
        let before = self.epoch - 1;
        let left: Vec<Unit> = self.open.keys().cloned().collect();
        for unit in left {
            let Some(open) = self
                .open
                .get_mut(&unit)
                .filter(|open| open.epoch == before && !open.is_child)
            else {
                continue;
            };
            // How much of its time it used is a matter of the core: the auditor is content with none.
            let held = std::mem::take(&mut open.reserved);
            let spent = Spend { wall_ms: 0, ..held };
            self.settle_budgets(&unit, held, spent);
        }
    }

    fn start(&mut self, run: &Run, capsule: &Capsule, started: &StepStarted) -> Result<(), Broken> {
        let unit = &started.unit;
        let place = || format!("{unit} attempt {}", started.attempt);
        let Some(step) = capsule.step(&unit.step) else {
            return Err(("only steps run", place()));
        };
        if started.epoch != self.epoch {
            return Err(("owners act in their own name", place()));
        }
        if self.completed.contains(unit) {
            return Err(("a completed unit never runs again", place()));
        }
        if self.wanting.contains(unit) {
            return Err(("what a call wanted is answered before it is made again", place()));
        }
        let given = self.forms.get(unit).copied().unwrap_or(0);
        if unit.part == Part::Main && run.forms(unit).len() != given {
            return Err((
                "a form that was given is taken along",
                format!("{} of {given} by {}", run.forms(unit).len(), place()),
            ));
        }
        if let Some(need) = step.needs.iter().find(|need| !self.over.contains(*need))
            && unit.part == Part::Main
            && step.stage != Stage::After
        {
            return Err(("needs are durable first", format!("{unit} before {need}")));
        }
        if self.paused && !run.is_halted() {
            return Err(("nothing begins in a pause", place()));
        }
        if run.is_halted() && unit.part == Part::Main && step.stage != Stage::After {
            return Err(("nothing begins when a run ends", place()));
        }
        self.start_once(started)?;
        self.start_within(capsule, unit)?;
        if unit.part == Part::Compensate {
            self.undo(run, unit)?;
        }
        match (self.judged.get(unit), started.approval) {
            (None | Some(Decision::Deny), _) => return Err(("only what is allowed begins", place())),
            (Some(Decision::Ask), None) => return Err(("what needs a word has it", place())),
            (Some(_), Some(seq)) if self.approvals.get(&seq) != Some(&started.action_digest) => {
                return Err(("an approval is for one action", place()));
            }
            (Some(_), _) => {}
        }
        if !is_exempt(capsule, unit) {
            let held = self.open.get(unit).map(|open| open.reserved).unwrap_or_default();
            self.settle_budgets(unit, held, Spend::default());
            self.purse.reserve(started.reserved);
            if let Some(budget) = self.steps.get_mut(&unit.step) {
                budget.reserve(started.reserved);
            }
        }
        let open = Open {
            attempt: started.attempt,
            epoch: started.epoch,
            effect: started.effect,
            reserved: if is_exempt(capsule, unit) {
                Spend::default()
            } else {
                started.reserved
            },
            is_child: started.child.is_some(),
        };
        self.open.insert(unit.clone(), open);
        Ok(())
    }

    /// Keys, and repetitions of what must not be repeated.
    fn start_once(&mut self, started: &StepStarted) -> Result<(), Broken> {
        let unit = &started.unit;
        let place = || format!("{unit} attempt {} as {}", started.attempt, started.key);
        match self.keys.get(unit).filter(|_| unit.part != Part::Reconcile) {
            Some(key) if !self.renewed.contains(unit) && *key != started.key => {
                return Err(("the same key for the same generation", place()));
            }
            Some(_) if self.renewed.contains(unit) && self.used_keys.contains(&started.key) => {
                return Err(("a new key for a new generation", place()));
            }
            Some(_) | None => {}
        }
        self.renewed.remove(unit);
        self.keys.insert(unit.clone(), started.key.clone());
        self.used_keys.insert(started.key.clone());
        if let Some(open) = self.open.get(unit) {
            if open.epoch == self.epoch {
                return Err(("one attempt at a time", place()));
            }
            if open.effect == EffectClass::External && !open.is_child {
                return Err(("external is never repeated blindly", place()));
            }
        }
        match self.doubts.get(unit) {
            Some(Then::Ask | Then::Reconcile | Then::Fail | Then::Leave) if unit.part != Part::Reconcile => {
                Err(("external is never repeated blindly", place()))
            }
            Some(_) | None => {
                self.doubts.remove(unit);
                Ok(())
            }
        }
    }

    /// How many may be in flight.
    fn start_within(&self, capsule: &Capsule, unit: &Unit) -> Result<(), Broken> {
        let flying = || self.open.iter().filter(|(_, open)| open.epoch == self.epoch);
        if flying().count() >= capsule.policies().max_parallel as usize {
            return Err(("no more than max_parallel in flight", unit.to_string()));
        }
        let foreach = capsule.step(&unit.step).and_then(|step| step.foreach.as_ref());
        if let (Some(foreach), Part::Main) = (foreach, unit.part) {
            let same = flying().filter(|(other, _)| other.step == unit.step && other.part == Part::Main);
            if same.count() >= foreach.max_parallel as usize {
                return Err(("no more items than max_parallel in flight", unit.to_string()));
            }
        }
        Ok(())
    }

    /// The last that completed is undone first, when nothing else is in flight.
    fn undo(&mut self, run: &Run, unit: &Unit) -> Result<(), Broken> {
        if !run.is_halted() {
            return Err(("only a run that ends is undone", unit.to_string()));
        }
        let main = unit.part(Part::Main);
        let last = self.undoable.iter().rposition(|(_, is_over)| !is_over);
        if last.map(|at| &self.undoable[at].0) != Some(&main) {
            return Err(("undone in reverse", format!("{unit} of {:?}", self.undoable)));
        }
        let is_after = |unit: &Unit| run.step_of(unit).is_some_and(|step| step.stage == Stage::After);
        let mut flying = self
            .open
            .iter()
            .filter(|(other, open)| open.epoch == self.epoch && !is_after(other));
        match flying.next() {
            Some((other, _)) => Err(("undone when all has landed", format!("{unit} beside {other}"))),
            None => Ok(()),
        }
    }

    fn settle(&mut self, capsule: &Capsule, settled: &Settled) -> Result<(), Broken> {
        let unit = &settled.unit;
        if settled.epoch != self.epoch {
            return Err((
                "owners act in their own name",
                format!("{unit} settled by {}", settled.epoch),
            ));
        }
        if self.completed.contains(unit) {
            return Err(("what is completed stays so", unit.to_string()));
        }
        if let Some(open) = self.open.remove(unit) {
            self.pay(unit, capsule, open.reserved, settled.spent);
        }
        if settled.retry_at.is_some() {
            return Ok(());
        }
        self.wanting.remove(unit);
        match (&settled.outcome, unit.part) {
            (_, Part::Reconcile) => {}
            (Outcome::Completed { .. }, _) => {
                self.completed.insert(unit.clone());
            }
            (Outcome::Failed { .. }, _) => {
                self.failed.insert(unit.clone());
            }
        }
        match unit.part {
            Part::Main => {
                // One that was to run again and did not begin has settled nothing of what it did before.
                if self.doubts.get(unit) != Some(&Then::Retry) {
                    self.doubts.remove(unit);
                }
                self.settle_main(capsule, settled);
            }
            Part::Reconcile => {
                // It did not happen.
                if settled.found == Some(false) {
                    self.doubts.remove(&unit.part(Part::Main));
                }
            }
            Part::Compensate => {
                self.doubts.remove(unit);
                let main = unit.part(Part::Main);
                let mut undoable = self.undoable.iter_mut().rev();
                if let Some((_, is_over)) = undoable.find(|(one, is_over)| *one == main && !is_over) {
                    *is_over = true;
                }
            }
        }
        Ok(())
    }

    fn settle_main(&mut self, capsule: &Capsule, settled: &Settled) {
        let unit = &settled.unit;
        let Some(step) = capsule.step(&unit.step) else { return };
        let collects = step
            .foreach
            .as_ref()
            .is_some_and(|foreach| foreach.on_item_error == OnItemError::Collect);
        let counts = match &settled.outcome {
            Outcome::Completed { .. } => {
                if step.compensate.is_some() {
                    self.undoable.push((unit.clone(), false));
                }
                true
            }
            Outcome::Failed { fault } => collects && unit.item.is_some() && !fault.kind.stops_all(),
        };
        let is_over = match unit.item {
            None => counts,
            Some(item) => {
                let fan = self.fans.entry(unit.step.clone()).or_default();
                counts && fan.left.remove(&item) && fan.left.is_empty()
            }
        };
        if is_over {
            self.over.insert(unit.step.clone());
        }
    }

    fn reset(&mut self, capsule: &Capsule, reset: &Reset) {
        for step in &reset.steps {
            let was_over = self.over.remove(step);
            if was_over {
                self.fans.remove(step);
            }
            let is_asked = reset.asked.contains(step);
            let unsettled = |then: &Then| matches!(then, Then::Ask | Then::Reconcile | Then::Leave | Then::Fail);
            let mut doubts = self.doubts.iter();
            let is_doubtful =
                doubts.any(|(unit, then)| unit.step == *step && unit.part == Part::Main && unsettled(then));
            let needs = capsule.step(step).map_or(&[][..], |step| &step.needs);
            let is_fed_anew = needs.iter().any(|need| reset.steps.contains(need));
            let is_fresh = is_fed_anew && (is_asked || !is_doubtful);
            if is_fresh {
                self.fans.remove(step);
            }
            let units: Vec<Unit> = self
                .keys
                .keys()
                .chain(&self.completed)
                .chain(&self.failed)
                .cloned()
                .collect();
            for unit in units.into_iter().filter(|unit| unit.step == *step) {
                let main = unit.part(Part::Main);
                let is_undone = self.undoable.iter().any(|(one, is_over)| *one == main && *is_over);
                let is_again = was_over || is_undone || is_fresh || unit.item.is_none();
                let is_given_up = is_asked && self.doubts.get(&main).is_some_and(unsettled);
                let was_completed = is_again && self.completed.remove(&unit);
                let was_failed = self.failed.remove(&unit);
                if (was_completed || was_failed)
                    && unit.part == Part::Main
                    && let (Some(item), Some(fan)) = (unit.item, self.fans.get_mut(step))
                {
                    fan.left.insert(item);
                }
                let is_renewed = was_failed || is_fed_anew && unit.item.is_none();
                if was_completed || is_renewed || is_given_up || is_fresh {
                    self.renewed.insert(unit.clone());
                }
                if is_given_up || is_fresh {
                    self.doubts.remove(&unit);
                    self.open.remove(&unit);
                }
            }
            // Whoever names a step takes its doubts upon themselves, those too that were to run again.
            if is_asked {
                self.doubts.retain(|unit, _| unit.step != *step);
            }
            // Under its old key it goes on with what was given, under a new one it may ask for something else.
            let renewed = &self.renewed;
            self.forms
                .retain(|unit, _| unit.step != *step || !renewed.contains(unit));
        }
        self.undoable
            .retain(|(unit, is_over)| !is_over && !reset.steps.contains(&unit.step));
        self.paused = false;
    }

    fn raise(&mut self, step: Option<&str>, limit: Limit) {
        match step {
            None => self.purse.limit = limit,
            Some(step) => {
                let budget = self.steps.entry(step.to_owned());
                budget.or_insert_with(|| Budget::new(limit)).limit = limit;
            }
        }
    }

    fn pay(&mut self, unit: &Unit, capsule: &Capsule, held: Spend, spent: Spend) {
        if !is_exempt(capsule, unit) {
            self.settle_budgets(unit, held, spent);
        }
    }

    fn settle_budgets(&mut self, unit: &Unit, held: Spend, spent: Spend) {
        self.purse.settle(held, spent);
        if let Some(budget) = self.steps.get_mut(&unit.step) {
            budget.settle(held, spent);
        }
    }

    fn within_limits(&self) -> Result<(), Broken> {
        for (step, budget) in std::iter::once(("the run", &self.purse))
            .chain(self.steps.iter().map(|(step, budget)| (step.as_str(), budget)))
        {
            let used = budget.reserved.plus(budget.spent);
            let limit = budget.limit;
            let rows = [
                (limit.tokens, used.tokens),
                (limit.wall_ms, used.wall_ms),
                (limit.tool_calls, used.tool_calls),
                (limit.steps, used.steps),
            ];
            if rows
                .iter()
                .any(|(limit, used)| limit.is_some_and(|limit| *used > limit))
            {
                return Err((
                    "spent and reserved stay within the limit",
                    format!("{step}: {budget:?}"),
                ));
            }
        }
        Ok(())
    }
}

/// Whether no budget holds the unit back.
pub(super) fn is_exempt(capsule: &Capsule, unit: &Unit) -> bool {
    unit.part != Part::Main || capsule.step(&unit.step).is_some_and(|step| step.stage == Stage::After)
}

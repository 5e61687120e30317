//! What a run wants next.

use super::super::fact::{InDoubt, Part, Then, Unit};
use super::{ItemState, Progress, Run, StepState};

/// What a run wants to happen next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Find out whether its turn has come among the runs that exclude each other.
    Admit,
    /// Render the unit's action and judge it.
    Judge(Unit),
    /// Perform the unit, whose intent is recorded.
    Perform(Unit),
    /// Come back at this time: something is tried again then.
    Delay(i64),
    /// At this time something ends whether anybody waits or not: a question, the run.
    Bound(i64),
    /// Render the outputs and finish.
    Conclude,
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// At its steps.
    Main,
    /// It failed or is cancelled: what is in flight ends, and what completed is undone.
    Unwinding,
    /// At the hooks that come last.
    After,
    /// Only its conclusion is left.
    Over,
}

/// How a unit stands.
enum Standing {
    Flying,
    Blocked,
    Delayed(i64),
    Ready,
}

impl Run {
    /// Where the run is.
    pub fn phase(&self) -> Phase {
        let halted = self.is_halted();
        let steps_over = self.frontier.is_done() && self.active.iter().all(|unit| self.is_last(&unit.step));
        if !halted && !steps_over {
            return Phase::Main;
        }
        // Nothing of it happened, so there is nothing to end.
        if halted && self.queued().is_some() && !self.has_to_undo() {
            return Phase::Over;
        }
        if halted && (self.is_landing() || self.has_to_undo()) {
            return Phase::Unwinding;
        }
        if self.next_last().is_some() {
            return Phase::After;
        }
        Phase::Over
    }

    /// Whether the run fails or is cancelled.
    pub fn is_halted(&self) -> bool {
        self.halt.failure.is_some() || self.halt.cancelling.is_some()
    }

    /// Effects of the main part that are in flight, or in a doubt that has to be settled first.
    fn is_landing(&self) -> bool {
        let waits_for_doubt = self.halt.cancelling.is_none() && self.doubts.values().any(InDoubt::is_open);
        let mut active = self.active.iter().filter(|unit| !self.is_last(&unit.step));
        waits_for_doubt
            || active.any(|unit| unit.part != Part::Compensate && (self.is_flying(unit) || self.has_run(unit)))
    }

    /// Whether the unit has begun a run that is not over: it ends before anything is undone here, whoever drove it.
    pub fn has_run(&self, unit: &Unit) -> bool {
        let progress = self.progress(unit);
        progress.is_some_and(|progress| progress.open.is_some() && progress.child.is_some())
    }

    /// What the run wants next. The order follows the capsule; units in flight come as `Perform`,
    /// and whoever drives leaves out those it already performs. When the run is halted, the run of a unit that
    /// nobody drives is to be ended.
    ///
    /// Nothing but `Bound` and nothing in flight means that the run waits for somebody.
    pub fn effects(&self, now: i64) -> Vec<Effect> {
        if self.finished.is_some() {
            return Vec::new();
        }
        let phase = self.phase();
        let mut wants = Vec::new();
        if self.is_stopped() {
            // Only what is in flight goes on.
        } else if self.queued().is_some() && !self.is_halted() && phase != Phase::Over {
            wants.push(Effect::Admit);
        } else {
            match phase {
                Phase::Main => self.main_wants(now, &mut wants),
                Phase::Unwinding => self.unwinding_wants(now, &mut wants),
                Phase::After => self.last_wants(now, &mut wants),
                Phase::Over => wants.push(Effect::Conclude),
            }
        }
        let halted = self.is_halted();
        let flying = self
            .active
            .iter()
            .filter(|unit| self.is_flying(unit) || (halted && self.has_run(unit)));
        wants.extend(flying.cloned().map(Effect::Perform));
        wants.extend(self.bounds().min().map(Effect::Bound));
        wants
    }

    /// Whether nothing new may begin: somebody paused the run, or decides about all of it.
    fn is_stopped(&self) -> bool {
        let paused = self.halt.paused.is_some() && !self.is_halted();
        let asked = self
            .asking
            .open
            .values()
            .any(|pending| pending.requested.unit.is_none());
        paused || (asked && !self.is_halted())
    }

    fn bounds(&self) -> impl Iterator<Item = i64> {
        let questions = self
            .asking
            .open
            .values()
            .filter_map(|pending| pending.requested.expires_at);
        let deadline = self.started.deadline_at.filter(|_| !self.is_halted());
        questions.filter(|_| !self.is_halted()).chain(deadline)
    }

    fn main_wants(&self, now: i64, wants: &mut Vec<Effect>) {
        let mut room = self.room();
        for unit in &self.active {
            // Of a run that was reopened, what it is made from may have to be made anew first.
            if unit.part != Part::Main || self.frontier.is_ready(&unit.step) {
                self.want(unit, now, &mut room, wants);
            }
        }
        for position in self.frontier.waiting() {
            let Some(step) = self.capsule.steps().get(position) else {
                continue;
            };
            match self.steps.get(&step.name) {
                Some(StepState::Waiting(_)) => {
                    let unit = Unit::step(&step.name);
                    if room > 0 && !self.active.contains(&unit) {
                        wants.push(Effect::Judge(unit));
                        room -= 1;
                    }
                }
                Some(StepState::Fanned(_)) => {
                    if room > 0
                        && let Some(unit) = self.fresh_item(&step.name)
                    {
                        wants.push(Effect::Judge(unit));
                        room -= 1;
                    }
                }
                Some(StepState::Skipped { .. } | StepState::Completed { .. } | StepState::Failed { .. }) | None => {}
            }
        }
    }

    /// How many more may be in flight.
    fn room(&self) -> usize {
        let flying = self.active.iter().filter(|unit| self.is_flying(unit)).count();
        (self.capsule.policies().max_parallel as usize).saturating_sub(flying)
    }

    /// Adds what one begun unit wants.
    fn want(&self, unit: &Unit, now: i64, room: &mut usize, wants: &mut Vec<Effect>) {
        match self.standing(unit, now) {
            Standing::Flying | Standing::Blocked => {}
            Standing::Delayed(due) => wants.push(Effect::Delay(due)),
            Standing::Ready if *room > 0 && self.has_room_for(unit) => {
                wants.push(Effect::Judge(unit.clone()));
                *room -= 1;
            }
            Standing::Ready => {}
        }
    }

    /// The next item that was never begun, when one more may be in flight.
    fn fresh_item(&self, step: &str) -> Option<Unit> {
        let Some(StepState::Fanned(fan)) = self.steps.get(step) else {
            return None;
        };
        let is_fresh = |at: &usize| {
            matches!(fan.states.get(*at), Some(ItemState::Open(_))) && !self.active.contains(&Unit::item(step, *at))
        };
        let unit = (fan.fresh..fan.states.len())
            .find(is_fresh)
            .map(|at| Unit::item(step, at))?;
        self.has_room_for(&unit).then_some(unit)
    }

    /// Whether the unit's `foreach` allows one more in flight.
    fn has_room_for(&self, unit: &Unit) -> bool {
        let foreach = self.step_of(unit).and_then(|step| step.foreach.as_ref());
        let (Some(foreach), Some(_), Part::Main) = (foreach, unit.item, unit.part) else {
            return true;
        };
        let first = Unit::item(&unit.step, 0);
        let of_step = self.active.range(first..).take_while(|other| other.step == unit.step);
        let flying = of_step.filter(|other| other.part == Part::Main && self.is_flying(other));
        flying.count() < foreach.max_parallel as usize
    }

    fn unwinding_wants(&self, now: i64, wants: &mut Vec<Effect>) {
        let mut room = self.room();
        let looking = self.active.iter().filter(|unit| unit.part == Part::Reconcile);
        if self.halt.cancelling.is_none() {
            looking.for_each(|unit| self.want(unit, now, &mut room, wants));
        }
        // One at a time: what somebody says to have happened after all may be next while another is undone.
        let mut undoing = self.active.iter().filter(|unit| unit.part == Part::Compensate);
        if self.is_landing() || undoing.any(|unit| self.is_flying(unit)) {
            return;
        }
        if let Some(unit) = self.next_undo() {
            self.want(&unit, now, &mut room, wants);
        }
    }

    /// The next unit to be undone: the last that completed of those that are not.
    pub(super) fn next_undo(&self) -> Option<Unit> {
        let mut done = self.undoing.done.iter().rev().map(|(unit, _)| unit);
        done.find(|unit| !self.undoing.undone.contains_key(*unit))
            .map(|unit| unit.part(Part::Compensate))
    }

    fn last_wants(&self, now: i64, wants: &mut Vec<Effect>) {
        let mut room = 1;
        let looking = |unit: &&Unit| unit.part == Part::Reconcile && self.is_last(&unit.step);
        for unit in self.active.iter().filter(looking) {
            self.want(unit, now, &mut room, wants);
        }
        if let Some(unit) = self.next_last() {
            self.want(&unit, now, &mut room, wants);
        }
    }

    /// The hook whose turn it is when all else is over. Whoever cancels does not wait for one in doubt: the end names it.
    fn next_last(&self) -> Option<Unit> {
        let is_cancelled = self.halt.cancelling.is_some();
        let is_left = |unit: &Unit| {
            let doubt = self.doubts.get(unit).filter(|_| is_cancelled);
            doubt.is_some_and(|doubt| matches!(doubt.then, Then::Leave | Then::Ask))
        };
        let last = self.frontier.last().filter_map(|at| self.capsule.steps().get(at));
        last.filter(|step| self.steps.get(&step.name).is_some_and(|state| !state.is_over()))
            .map(|step| Unit::step(&step.name))
            .find(|unit| !is_left(unit))
    }

    /// Whether the unit's effect is in flight in the hands of the present owner.
    pub fn is_flying(&self, unit: &Unit) -> bool {
        let open = self.progress(unit).and_then(|progress| progress.open.as_ref());
        open.is_some_and(|open| open.epoch == self.epoch)
    }

    fn standing(&self, unit: &Unit, now: i64) -> Standing {
        let nothing = Progress::default();
        let progress = self.progress(unit).unwrap_or(&nothing);
        if progress.open.as_ref().is_some_and(|open| open.epoch == self.epoch) {
            return Standing::Flying;
        }
        let in_doubt = unit.part == Part::Main && self.doubts.get(unit).is_some_and(InDoubt::is_open);
        if in_doubt || progress.question.is_some() {
            return Standing::Blocked;
        }
        match progress.due {
            Some(due) if due > now => Standing::Delayed(due),
            Some(_) | None => Standing::Ready,
        }
    }

    /// How many units could begin now, so that each gets its share of what is left.
    pub(super) fn ready_units(&self, now: i64) -> usize {
        let effects = self.effects(now).into_iter();
        let ready = effects.filter_map(|effect| match effect {
            Effect::Judge(unit) => Some(self.could_begin(&unit)),
            Effect::Admit | Effect::Perform(_) | Effect::Delay(_) | Effect::Bound(_) | Effect::Conclude => None,
        });
        ready.sum()
    }

    /// How many could begin for one that is judged: of a `foreach`, only its next item is.
    fn could_begin(&self, unit: &Unit) -> usize {
        let (Some(StepState::Fanned(fan)), Some(_), false) =
            (self.steps.get(&unit.step), unit.item, self.active.contains(unit))
        else {
            return 1;
        };
        let first = Unit::item(&unit.step, 0);
        let of_step = self.active.range(first..).take_while(|other| other.step == unit.step);
        let begun: Vec<&Unit> = of_step.filter(|other| other.part == Part::Main).collect();
        let flying = |units: &mut dyn Iterator<Item = &Unit>| units.filter(|unit| self.is_flying(unit)).count();
        let most = self.step_of(unit).and_then(|step| step.foreach.as_ref());
        let most = most.map_or(1, |foreach| foreach.max_parallel as usize);
        let most = most.saturating_sub(flying(&mut begun.iter().copied()));
        fan.left.saturating_sub(begun.len()).min(most).min(self.room()).max(1)
    }
}

//! A process that drives the run: what `drive` does, with everything that can go wrong in between.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::super::command::Command;
use super::super::super::fact::{Cached, ChildRun, Finished, Part, RunFact, StepStarted, Unit};
use super::super::super::run::{Effect, Run};
use super::audit::is_exempt;
use super::bug::Bug;
use super::chance::Kind;
use super::coverage::Point;
use super::edge::{conclusion, ruling};
use super::schedule::{Ended, Schedule};
use super::store::Refused;
use super::world::{Flying, Landed};
use crate::capsule::policies::OnConflict;
use crate::digest::Digest;

/// How often a command is decided anew because others were faster.
const TRIES: usize = 20;

/// What one process knows.
pub(super) struct Owner {
    /// As which owner; absent before its lease is durable.
    pub(super) epoch: Option<u64>,
    pub(super) run: Option<Run>,
    pub(super) flying: Vec<Flying>,
    skipped: BTreeSet<Unit>,
    ending: BTreeSet<String>,
    pub(super) first: Option<Command>,
}

impl Owner {
    pub(super) fn new(run: Option<Run>, first: Command) -> Self {
        Self {
            epoch: None,
            run,
            flying: Vec::new(),
            skipped: BTreeSet::new(),
            ending: BTreeSet::new(),
            first: Some(first),
        }
    }
}

/// What came of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Something was done.
    Done,
    /// Nothing can be done before time passes, something lands or somebody acts.
    Idle,
    /// The process is gone.
    Dead,
}

/// How a submission ended.
enum Submitted {
    Recorded,
    Nothing,
    Dead,
}

impl Schedule<'_> {
    /// One turn of `owner`: what landed, what is due, or what the run wants.
    pub(super) fn turn(&mut self, owner: &mut Owner) -> Result<Turn, Ended> {
        self.world.pass(&mut owner.flying, self.now);
        if let Some(first) = owner.first.take() {
            let follow = !self.chance.one_in(Kind::Turn, 6);
            return Ok(turn(self.submit(owner, Some(first), follow)?));
        }
        // What others recorded is seen sooner or later.
        if self.chance.one_in(Kind::Turn, 2) && !self.look(owner) {
            return Ok(self.die(owner));
        }
        if let Some(landed) = self.landed(owner) {
            owner.skipped.clear();
            return self.report(owner, landed);
        }
        let Some(run) = &owner.run else { return Ok(Turn::Dead) };
        let effects = run.effects(self.now);
        if effects
            .iter()
            .any(|effect| matches!(effect, Effect::Bound(at) if *at <= self.now))
        {
            return Ok(turn(self.submit(owner, Some(Command::Due), true)?));
        }
        Ok(match self.submit(owner, None, true)? {
            Submitted::Nothing => Turn::Idle,
            other => turn(other),
        })
    }

    /// Reports an end, and perhaps reports it again.
    fn report(&mut self, owner: &mut Owner, landed: Landed) -> Result<Turn, Ended> {
        let run = owner.run.as_ref();
        let is_kept = run
            .and_then(|run| run.step_of(&landed.unit))
            .is_some_and(|step| step.cache.is_some() && landed.unit.part == Part::Main);
        let command = Command::Settle {
            unit: landed.unit,
            attempt: landed.attempt,
            outcome: landed.outcome,
            form: landed.form,
            spent: landed.spent,
            usage: landed.usage,
            cache: is_kept.then(|| Cached {
                key: Digest::of(b"kept"),
                expires_at: Some(self.now + 3_600_000),
                hit: None,
            }),
            found: landed.found,
        };
        if self.dies(Point::AfterEffect, &["step.settled"]) {
            return Ok(self.die(owner));
        }
        let follow = !self.chance.one_in(Kind::Turn, 6);
        let submitted = turn(self.submit(owner, Some(command.clone()), follow)?);
        if let (Turn::Done, Some(run)) = (submitted, &owner.run)
            && let Ok(facts) = self.decide(Some(run), &command)
            && !facts.is_empty()
        {
            return Err(Ended::Broken("an end is taken once", format!("{facts:?}")));
        }
        Ok(submitted)
    }

    /// The next attempt whose time has come, or that is cut short because the run ends.
    fn landed(&mut self, owner: &mut Owner) -> Option<Landed> {
        let now = self.now;
        let run = owner.run.as_ref()?;
        if run.is_halted() {
            let ending: Vec<(Unit, u32, ChildRun)> = run
                .begun_others()
                .map(|(unit, child)| {
                    let attempt = run.progress(unit).map_or(0, |progress| progress.attempt);
                    (unit.clone(), attempt, child.clone())
                })
                .collect();
            for (unit, attempt, child) in ending {
                if owner.ending.insert(child.run.clone()) {
                    owner.flying.retain(|one| one.unit != unit);
                    let (outcome, spent) = self.world.end_inner(&child.run);
                    return Some(Landed {
                        unit,
                        attempt,
                        outcome,
                        form: None,
                        spent,
                        usage: None,
                        found: None,
                    });
                }
            }
        }
        let is_cut = |one: &Flying| {
            let is_main = one.unit.part != Part::Compensate && one.child.is_none();
            is_main && !is_exempt(run.capsule(), &one.unit) && run.cut_at().is_some_and(|at| at <= now)
        };
        if let Some(at) = owner.flying.iter().position(|one| one.ends <= now) {
            let one = owner.flying.remove(at);
            return Some(self.world.land(&mut self.chance, one, now));
        }
        let at = owner.flying.iter().position(is_cut)?;
        let one = owner.flying.remove(at);
        Some(self.world.cut(&mut self.chance, one, now))
    }

    /// Decides `first` and what follows at once, makes it durable, and begins the effects.
    fn submit(&mut self, owner: &mut Owner, first: Option<Command>, follow: bool) -> Result<Submitted, Ended> {
        for _ in 0..TRIES {
            let expected = owner.run.as_ref().map_or(0, Run::run_seq);
            let mut facts = Vec::new();
            // Somebody else may have brought the run to its end.
            if first.is_some() && owner.run.as_ref().is_some_and(|run| run.finished().is_some()) {
                self.die(owner);
                return Ok(Submitted::Dead);
            }
            if let Some(first) = &first {
                self.take(owner, first, expected, &mut facts)?;
            }
            let most = 1 + self.chance.below(Kind::Turn, 12);
            let mut followed = 0;
            while follow && followed < most {
                let Some(command) = self.follow(owner, facts.is_empty())? else {
                    break;
                };
                let before = facts.len();
                self.take(owner, &command, expected, &mut facts)?;
                if let (Command::Judge { unit, .. }, true) = (&command, facts.len() == before) {
                    owner.skipped.insert(unit.clone());
                }
                followed += 1;
            }
            if facts.is_empty() {
                return Ok(Submitted::Nothing);
            }
            let kinds: Vec<&str> = facts.iter().map(RunFact::kind).collect();
            if self.dies(Point::BeforeAppend, &kinds) {
                self.die(owner);
                return Ok(Submitted::Dead);
            }
            if self.bug == Bug::EffectBeforeIntent {
                self.begin(owner, &facts)?;
            }
            // Somebody else is faster now and then.
            if self.chance.fault(Kind::People, 12) {
                self.people()?;
            }
            match self.store.write(expected, &facts, self.now) {
                Ok(()) => {}
                Err(Refused::Conflict | Refused::Fenced) => {
                    self.note(|| format!("conflict at {expected}"));
                    // What was decided on an old state is dropped.
                    owner.run = self.load();
                    if !is_owner(owner) {
                        self.die(owner);
                        return Ok(Submitted::Dead);
                    }
                    owner.skipped.clear();
                    if first.is_none() {
                        return Ok(Submitted::Recorded);
                    }
                    continue;
                }
            }
            if !self.make_durable(owner, &kinds)? {
                return Ok(Submitted::Dead);
            }
            owner.epoch = owner.run.as_ref().map(Run::epoch);
            if self.bug != Bug::EffectBeforeIntent {
                self.begin(owner, &facts)?;
            }
            self.compare(owner)?;
            if self.dies(
                Point::DuringEffect,
                if owner.flying.is_empty() {
                    &[]
                } else {
                    &["step.started"]
                },
            ) {
                self.die(owner);
                return Ok(Submitted::Dead);
            }
            return Ok(Submitted::Recorded);
        }
        Err(Ended::Broken("others cannot be faster for ever", String::new()))
    }

    /// From written to acknowledged; false when the process does not live to learn of it.
    fn make_durable(&mut self, owner: &mut Owner, kinds: &[&str]) -> Result<bool, Ended> {
        if self.dies(Point::Unsynced, kinds) {
            self.store.lose();
            self.die(owner);
            return Ok(false);
        }
        // A slow disk: time passes, and effects go on.
        if self.chance.fault(Kind::Disk, 10) {
            self.now += i64::try_from(self.chance.below(Kind::Disk, 5_000)).unwrap();
            self.world.pass(&mut owner.flying, self.now);
        }
        self.sync()?;
        if self.dies(Point::Unacknowledged, kinds) {
            self.die(owner);
            return Ok(false);
        }
        self.store.acknowledge();
        if kinds.contains(&"step.settled") && self.dies(Point::AfterSettle, kinds) {
            self.die(owner);
            return Ok(false);
        }
        if self.dies(Point::BeforeEffect, kinds) {
            self.die(owner);
            return Ok(false);
        }
        Ok(true)
    }

    fn take(
        &mut self,
        owner: &mut Owner,
        command: &Command,
        expected: u64,
        facts: &mut Vec<RunFact>,
    ) -> Result<(), Ended> {
        let decided = match self.decide(owner.run.as_ref(), command) {
            Ok(decided) => decided,
            Err(error) => return Err(Ended::Broken("commands fit", format!("{command:?}: {error}"))),
        };
        for fact in decided {
            let run_seq = expected + facts.len() as u64 + 1;
            match (&mut owner.run, &fact, command) {
                (Some(run), fact, _) => self.bug.apply(run, fact, run_seq, self.now),
                (run @ None, RunFact::Started(started), Command::Start { capsule, .. }) => {
                    *run = Some(Run::begin((**started).clone(), Arc::clone(capsule), run_seq, self.now));
                }
                (None, _, _) => return Err(Ended::Broken("a start comes first", String::new())),
            }
            self.note(|| format!("  {} {}", fact.kind(), about(&fact)));
            facts.push(fact);
        }
        Ok(())
    }

    /// What follows from what the run wants.
    fn follow(&mut self, owner: &Owner, is_first: bool) -> Result<Option<Command>, Ended> {
        let Some(run) = &owner.run else { return Ok(None) };
        for effect in run.effects(self.now) {
            match effect {
                Effect::Perform(_) | Effect::Delay(_) | Effect::Bound(_) => {}
                Effect::Judge(unit) if owner.skipped.contains(&unit) => {}
                Effect::Judge(unit) => {
                    let ruling = ruling(self.plan, &mut self.chance, run, &unit);
                    return Ok(Some(Command::Judge { unit, ruling }));
                }
                Effect::Admit if !is_first => return Ok(None),
                Effect::Admit => return Ok(self.admit(run)),
                Effect::Conclude => {
                    let (outputs, findings) = conclusion(&mut self.chance);
                    return Ok(Some(Command::Conclude { outputs, findings }));
                }
            }
        }
        Ok(None)
    }

    fn admit(&mut self, run: &Run) -> Option<Command> {
        let slot = run.queued()?;
        let is_taken = self.ahead >= slot.limit as usize;
        if is_taken && slot.on_conflict != OnConflict::Reject {
            return None;
        }
        Some(Command::Admit { ahead: self.ahead })
    }

    /// Begins the effects whose intents are among `facts`.
    fn begin(&mut self, owner: &mut Owner, facts: &[RunFact]) -> Result<(), Ended> {
        for fact in facts {
            let RunFact::StepStarted(started) = fact else { continue };
            self.begin_one(owner, started)?;
        }
        Ok(())
    }

    fn begin_one(&mut self, owner: &mut Owner, started: &StepStarted) -> Result<(), Ended> {
        if !self.audit.has_intent(&started.unit, started.attempt) {
            let place = format!("{} attempt {}", started.unit, started.attempt);
            return Err(Ended::Broken("an effect has a durable intent", place));
        }
        let is_free = is_exempt(&self.plan.capsule, &started.unit);
        let mut flying = self.world.begin(&mut self.chance, started, is_free, self.now);
        if started.unit.part == Part::Reconcile {
            // It looks for the effect that its doubt is about.
            let doubt = owner
                .run
                .as_ref()
                .and_then(|run| run.doubts().get(&started.unit.part(Part::Main)));
            if let Some(doubt) = doubt {
                flying.key.clone_from(&doubt.key);
            }
        }
        owner.flying.push(flying);
        Ok(())
    }

    /// Takes in what others recorded; false when one of them owns the run now.
    fn look(&mut self, owner: &mut Owner) -> bool {
        let Some(run) = &mut owner.run else { return true };
        let seen = usize::try_from(run.run_seq()).unwrap();
        for recorded in &self.store.durable()[seen..] {
            self.bug.apply(run, &recorded.fact, recorded.run_seq, recorded.at);
            owner.skipped.clear();
        }
        is_owner(owner)
    }

    /// Records the end of one attempt that is over, and nothing that follows from it; false when there is none.
    pub(super) fn record_one(&mut self, owner: &mut Owner) -> Result<bool, Ended> {
        let Some(at) = owner.flying.iter().position(|one| one.ends <= self.now) else {
            return Ok(false);
        };
        let one = owner.flying.remove(at);
        let landed = self.world.land(&mut self.chance, one, self.now);
        let command = Command::Settle {
            unit: landed.unit,
            attempt: landed.attempt,
            outcome: landed.outcome,
            form: landed.form,
            spent: landed.spent,
            usage: landed.usage,
            cache: None,
            found: landed.found,
        };
        Ok(!matches!(self.submit(owner, Some(command), false)?, Submitted::Dead))
    }

    /// The process ends; what it had sent may still arrive.
    pub(super) fn die(&mut self, owner: &mut Owner) -> Turn {
        self.note(|| "the owner is gone".to_owned());
        let flying = std::mem::take(&mut owner.flying);
        self.world.abandon(&mut self.chance, flying);
        Turn::Dead
    }
}

/// An owner that finds a newer epoch than its own has lost the run.
fn is_owner(owner: &Owner) -> bool {
    owner.epoch.is_none() || owner.epoch == owner.run.as_ref().map(Run::epoch)
}

fn turn(submitted: Submitted) -> Turn {
    match submitted {
        Submitted::Recorded | Submitted::Nothing => Turn::Done,
        Submitted::Dead => Turn::Dead,
    }
}

/// What a fact is about, for the trace.
pub(super) fn about(fact: &RunFact) -> String {
    match fact {
        RunFact::Leased(leased) => format!("epoch {}", leased.epoch),
        RunFact::Judged(judged) => format!("{} {:?}", judged.unit, judged.verdict.decision()),
        RunFact::StepStarted(started) => format!(
            "{} attempt {} {} holds {:?}",
            started.unit, started.attempt, started.key, started.reserved
        ),
        RunFact::Settled(settled) => format!(
            "{} attempt {} {:?} again at {:?}",
            settled.unit, settled.attempt, settled.outcome, settled.retry_at
        ),
        RunFact::InDoubt(doubt) => format!("{} {:?}", doubt.unit, doubt.then),
        RunFact::Requested(requested) => format!("{} {:?}", requested.id, requested.unit),
        RunFact::Resolved(resolved) => format!("{} {}", resolved.id, resolved.choice),
        RunFact::Reset(reset) => format!("{:?} asked {:?}", reset.steps, reset.asked),
        RunFact::Skipped(skipped) => skipped.step.clone(),
        RunFact::Expanded(expanded) => format!("{} to {}", expanded.step, expanded.items.len()),
        RunFact::Finished(finished) => end(finished),
        RunFact::Paused(paused) => format!("{:?}", paused.why),
        RunFact::Failing(failing) => format!("{:?}", failing.fault),
        _ => String::new(),
    }
}

fn end(finished: &Finished) -> String {
    format!("{:?} {:?}", finished.status, finished.fault)
}

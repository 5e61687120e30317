//! One schedule: a capsule, a seed, and everybody who takes part, one move after another.

use std::sync::Arc;

use super::super::super::command::Command;
use super::super::super::decide::{CommandError, decide};
use super::super::super::fact::{Fault, FaultKind, Outcome, RunFact, Settled, Unit};
use super::super::super::replay::follow;
use super::super::super::run::{Effect, Run};
use super::super::table::started;
use super::audit::{Audit, is_exempt};
use super::bug::Bug;
use super::chance::{Chance, Kind};
use super::coverage::{Coverage, Point};
use super::edge::finding;
use super::owner::{Owner, Turn};
use super::plan::Plan;
use super::store::Store;
use super::world::World;
use crate::capsule::budget::Spend;
use crate::capsule::policies::OnFail;
use crate::capsule::tool_spec::EffectClass;

/// After so many quiet moves a run is over, or it never will be.
const QUIET_MOVES: u32 = 3_000;

/// What makes a schedule: enough to play it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) seed: u64,
    /// Kinds of faults that are left out.
    pub(super) without: u16,
    /// How many moves may go wrong.
    pub(super) moves: u32,
    /// How many steps the capsule has at most.
    pub(super) steps: u64,
}

/// Why a schedule did not come to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// A promise was broken, and how.
    Broken(&'static str, String),
}

/// Everything that takes part.
pub(super) struct Schedule<'a> {
    pub(super) plan: &'a Plan,
    pub(super) chance: Chance,
    pub(super) bug: Bug,
    pub(super) now: i64,
    pub(super) store: Store,
    pub(super) audit: Audit,
    /// The fold of what is durable.
    pub(super) shadow: Option<Run>,
    pub(super) world: World,
    pub(super) coverage: Coverage,
    /// How many runs are before this one.
    pub(super) ahead: usize,
    /// How often a person may still do finished steps again.
    pub(super) retries: u32,
    last_beat: Option<i64>,
    trace: Option<Vec<String>>,
}

/// Plays a schedule; with `is_told`, says what happens.
pub(super) fn play(
    plan: &Plan,
    parameters: Parameters,
    bug: Bug,
    is_told: bool,
) -> (Result<(), Ended>, Coverage, Vec<String>) {
    let started = started(&plan.capsule);
    let mut schedule = Schedule {
        plan,
        chance: Chance::new(parameters.seed, parameters.without),
        bug,
        now: 1_000_000,
        store: Store::default(),
        audit: Audit::new(&plan.capsule, started.limit),
        shadow: None,
        world: World::default(),
        coverage: Coverage::default(),
        ahead: 0,
        retries: 2,
        last_beat: None,
        trace: is_told.then(Vec::new),
    };
    let ended = schedule.run(parameters.moves);
    if let Err(Ended::Broken(promise, how)) = &ended {
        schedule.note(|| format!("BROKEN: {promise}: {how}"));
    }
    schedule.coverage.schedules = 1;
    (ended, schedule.coverage, schedule.trace.unwrap_or_default())
}

impl Schedule<'_> {
    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>10} {}", self.now, what()));
        }
    }

    fn run(&mut self, moves: u32) -> Result<(), Ended> {
        let mut owner = Some(self.starter());
        let mut slow: Option<Owner> = None;
        for _ in 0..moves {
            self.one_move(&mut owner, &mut slow)?;
            if self.is_over() {
                break;
            }
        }
        self.chance.calm();
        self.note(|| "from now on nothing goes wrong".to_owned());
        self.ahead = 0;
        for _ in 0..QUIET_MOVES {
            if self.is_over() {
                return self.conclude();
            }
            self.one_move(&mut owner, &mut slow)?;
        }
        let run = self.shadow.as_ref();
        let wants = run.map(|run| (run.phase(), run.effects(self.now)));
        Err(Ended::Broken("a run comes to an end", format!("{wants:?}")))
    }

    fn is_over(&self) -> bool {
        let finished = self.shadow.as_ref().is_some_and(|run| run.finished().is_some());
        finished && (self.retries == 0 || self.chance.is_calm())
    }

    /// The process that begins the run.
    fn starter(&mut self) -> Owner {
        let mut started = started(&self.plan.capsule);
        let policies = self.plan.capsule.policies();
        started.deadline_at = policies
            .deadline_ms
            .map(|after| self.now + i64::try_from(after).unwrap());
        started.slot = policies
            .concurrency
            .as_ref()
            .map(|concurrency| super::super::super::fact::Slot {
                key: concurrency.key.clone(),
                limit: concurrency.limit,
                on_conflict: concurrency.on_conflict,
            });
        if started.slot.is_some() {
            self.ahead = usize::try_from(self.chance.below(Kind::Edge, 3)).unwrap();
        }
        let findings = if self.chance.fault(Kind::World, 30) {
            vec![finding(
                self.chance
                    .pick(Kind::Edge, &[OnFail::Block, OnFail::Review, OnFail::Warn]),
            )]
        } else {
            Vec::new()
        };
        let command = Command::Start {
            started: Box::new(started),
            capsule: Arc::clone(&self.plan.capsule),
            pid: 1,
            findings,
            adopted: self.plan.adopted.clone(),
        };
        Owner::new(None, command)
    }

    fn one_move(&mut self, owner: &mut Option<Owner>, slow: &mut Option<Owner>) -> Result<(), Ended> {
        // A process that lost the run and does not know it yet.
        if let Some(lost) = slow
            && self.chance.one_in(Kind::Turn, 3)
            && self.turn(lost)? == Turn::Dead
        {
            *slow = None;
        }
        if self.chance.fault(Kind::People, 14) || (self.chance.is_calm() && self.chance.one_in(Kind::Turn, 3)) {
            self.people()?;
        }
        if self.chance.fault(Kind::Clock, 60) {
            let jump = i64::try_from(self.chance.below(Kind::Clock, 40_000)).unwrap() - 20_000;
            self.now += jump;
            self.note(|| format!("the clock jumps by {jump}"));
        }
        let Some(driving) = owner else {
            return self.take_over(owner);
        };
        if self.chance.fault(Kind::Lease, 60) && slow.is_none() && self.shadow.is_some() {
            self.note(|| "the lease is lost".to_owned());
            self.last_beat = Some(self.now);
            *slow = owner.take();
            return self.take_over(owner);
        }
        if self.chance.fault(Kind::Lease, 60) {
            return self.stop(owner);
        }
        let turn = self.turn(driving)?;
        if driving.run.as_ref().is_some_and(|run| run.finished().is_some()) {
            // Its process goes: what others do to the run later is for the next one.
            self.die(driving);
            *owner = None;
            return Ok(());
        }
        match turn {
            Turn::Done => {
                self.now += i64::try_from(self.chance.below(Kind::Turn, 30)).unwrap();
                self.last_beat = Some(self.now);
            }
            Turn::Dead => {
                *owner = None;
                self.now += i64::try_from(self.chance.below(Kind::Turn, 900)).unwrap();
            }
            Turn::Idle => self.wait(owner)?,
        }
        Ok(())
    }

    /// Nothing can be done now: time passes, or the run is let go until somebody acts.
    fn wait(&mut self, owner: &mut Option<Owner>) -> Result<(), Ended> {
        let Some(driving) = owner else { return Ok(()) };
        let Some(run) = &driving.run else { return Ok(()) };
        let effects = run.effects(self.now);
        let times = effects.iter().filter_map(|effect| match effect {
            Effect::Delay(at) | Effect::Bound(at) => Some(*at),
            Effect::Admit | Effect::Judge(_) | Effect::Perform(_) | Effect::Conclude => None,
        });
        let lands = driving.flying.iter().map(|one| one.ends).filter(|at| *at != i64::MAX);
        let cut = run.cut_at().filter(|_| !driving.flying.is_empty());
        let next = times.chain(lands).chain(cut).filter(|at| *at > self.now).min();
        if effects.contains(&Effect::Admit) {
            self.ahead = self.ahead.saturating_sub(1);
            return Ok(());
        }
        let is_inner_waiting = driving.flying.iter().any(|one| one.ends == i64::MAX);
        let is_waiting = !run.questions().is_empty() || run.paused().is_some() || is_inner_waiting;
        if next.is_none() && !is_waiting {
            return Err(Ended::Broken(
                "a run goes on or waits for somebody",
                format!("{:?} {effects:?}", run.phase()),
            ));
        }
        match next {
            Some(at) if !is_waiting || self.chance.one_in(Kind::Turn, 3) || !driving.flying.is_empty() => {
                self.now = at;
            }
            Some(_) | None if driving.flying.iter().all(|one| one.ends == i64::MAX) => {
                // Parked: the process goes, and somebody does something.
                self.note(|| "parked".to_owned());
                self.last_beat = None;
                *owner = None;
                self.people()?;
                self.now += 100;
            }
            Some(_) | None => self.now += 50,
        }
        Ok(())
    }

    /// Somebody owns the run from now on.
    fn take_over(&mut self, owner: &mut Option<Owner>) -> Result<(), Ended> {
        match &self.shadow {
            // The first process died before it had begun the run.
            None => *owner = Some(self.starter()),
            Some(run) if run.finished().is_some() => {
                self.people()?;
            }
            Some(_) => {
                let lease = Command::Lease {
                    pid: 2,
                    last_beat: self.last_beat.take(),
                };
                *owner = Some(Owner::new(self.load(), lease));
            }
        }
        Ok(())
    }

    /// The owner is asked to stop: what is over is recorded, what is not is cut short, and the run is let go.
    fn stop(&mut self, owner: &mut Option<Owner>) -> Result<(), Ended> {
        self.note(|| "the owner is asked to stop".to_owned());
        if let Some(driving) = owner.as_mut().filter(|driving| driving.first.is_none()) {
            while self.record_one(driving)? {}
            self.die(driving);
            self.last_beat = None;
        }
        *owner = None;
        Ok(())
    }

    /// What follows from `command`, or what a core with the bug would say.
    pub(super) fn decide(&self, run: Option<&Run>, command: &Command) -> Result<Vec<RunFact>, CommandError> {
        let facts = decide(run, command, self.now)?;
        let (Some(run), Command::Lease { .. }) = (run, command) else {
            return Ok(facts);
        };
        Ok(match self.bug {
            Bug::None | Bug::EffectBeforeIntent | Bug::FormForgotten => facts,
            Bug::BlindRepeat => facts
                .into_iter()
                .filter(|fact| matches!(fact, RunFact::Leased(_) | RunFact::Paused(_)))
                .collect(),
            Bug::ReservationForgotten => self.forgotten(run).into_iter().chain(facts).collect(),
        })
    }

    /// Attempts that are given back as if nothing had been spent.
    fn forgotten(&self, run: &Run) -> Vec<RunFact> {
        let flying = run.effects(self.now).into_iter().filter_map(|effect| match effect {
            Effect::Perform(unit) => Some(unit),
            Effect::Admit | Effect::Judge(_) | Effect::Delay(_) | Effect::Bound(_) | Effect::Conclude => None,
        });
        let given_back = flying.filter_map(|unit| {
            let progress = run.progress(&unit)?;
            let open = progress
                .open
                .as_ref()
                .filter(|open| open.effect != EffectClass::External)?;
            (progress.child.is_none() && !is_exempt(run.capsule(), &unit)).then(|| {
                RunFact::Settled(Box::new(Settled {
                    unit: unit.clone(),
                    attempt: progress.attempt,
                    outcome: Outcome::Failed {
                        fault: Fault::new(FaultKind::Unavailable, "it was cut short"),
                    },
                    spent: Spend::default(),
                    usage: None,
                    epoch: open.epoch,
                    retry_at: Some(self.now),
                    cache: None,
                    found: None,
                }))
            })
        });
        given_back.collect()
    }

    /// Whether the process dies here, while it handles facts of these kinds.
    pub(super) fn dies(&mut self, point: Point, kinds: &[&str]) -> bool {
        if kinds.is_empty() || !self.chance.fault(Kind::Crash, 40) {
            return false;
        }
        self.coverage.crash(point, kinds);
        self.note(|| format!("dies {point:?} {kinds:?}"));
        true
    }

    /// What was written becomes durable: everybody sees it, and it is audited.
    pub(super) fn sync(&mut self) -> Result<(), Ended> {
        let before = self.store.sync();
        for at in before..self.store.durable().len() {
            let recorded = self.store.durable()[at].clone();
            self.coverage.record(recorded.fact.kind());
            self.coverage.form(self.shadow.as_ref(), &recorded.fact);
            let broken = |(promise, how): super::audit::Broken| Ended::Broken(promise, how);
            self.audit
                .take(self.shadow.as_ref(), &recorded.fact, recorded.run_seq)
                .map_err(broken)?;
            match (&mut self.shadow, &recorded.fact) {
                (Some(run), fact) => self.bug.apply(run, fact, recorded.run_seq, recorded.at),
                (shadow @ None, RunFact::Started(started)) => {
                    let capsule = Arc::clone(&self.plan.capsule);
                    *shadow = Some(Run::begin((**started).clone(), capsule, recorded.run_seq, recorded.at));
                }
                (None, _) => return Err(Ended::Broken("a start comes first", String::new())),
            }
        }
        self.account()
    }

    /// What was really used is on the account.
    fn account(&self) -> Result<(), Ended> {
        let Some(run) = &self.shadow else { return Ok(()) };
        let budget = run.budget();
        let held = budget.reserved.plus(budget.spent);
        let used = self.world.consumed;
        // Of what has no bound, a run of a step is accounted for at its end.
        let rows = [
            (budget.limit.tokens, used.tokens, held.tokens),
            (budget.limit.tool_calls, used.tool_calls, held.tool_calls),
            (budget.limit.steps, used.steps, held.steps),
        ];
        if rows.iter().any(|(limit, used, held)| limit.is_some() && used > held) {
            return Err(Ended::Broken(
                "what was used is accounted for",
                format!("used {used:?}, known {held:?}"),
            ));
        }
        Ok(())
    }

    /// The run as a process that comes anew reads it.
    pub(super) fn load(&self) -> Option<Run> {
        let (first, rest) = self.store.durable().split_first()?;
        let RunFact::Started(started) = &first.fact else {
            return None;
        };
        let mut run = Run::begin(
            (**started).clone(),
            Arc::clone(&self.plan.capsule),
            first.run_seq,
            first.at,
        );
        for recorded in rest {
            self.bug.apply(&mut run, &recorded.fact, recorded.run_seq, recorded.at);
        }
        Some(run)
    }

    /// The live state is that of the record.
    pub(super) fn compare(&self, owner: &Owner) -> Result<(), Ended> {
        if !self.store.has_all() {
            return Err(Ended::Broken("what was acknowledged is there", String::new()));
        }
        match (&owner.run, &self.shadow) {
            (Some(live), Some(shadow)) if live.run_seq() == shadow.run_seq() => self.same(live, shadow),
            (Some(_) | None, _) => Ok(()),
        }
    }

    fn same(&self, one: &Run, other: &Run) -> Result<(), Ended> {
        let is_same = one.phase() == other.phase()
            && one.steps() == other.steps()
            && one.budget() == other.budget()
            && one.questions() == other.questions()
            && one.doubts() == other.doubts()
            && one.failure() == other.failure()
            && one.paused() == other.paused()
            && one.epoch() == other.epoch()
            && one.crashes() == other.crashes()
            && one.finished() == other.finished()
            && one.effects(self.now) == other.effects(self.now);
        if is_same {
            return Ok(());
        }
        let how = format!("{:?} and {:?}", one.effects(self.now), other.effects(self.now));
        Err(Ended::Broken("live and replayed are the same", how))
    }

    /// What must hold when all is over.
    fn conclude(&mut self) -> Result<(), Ended> {
        let (Some(shadow), Some(read)) = (&self.shadow, self.load()) else {
            return Ok(());
        };
        self.same(&read, shadow)?;
        let forms = |run: &Run| {
            let steps = run.steps().keys();
            let units = steps
                .flat_map(|step| std::iter::once(Unit::step(step)).chain((0..4).map(move |at| Unit::item(step, at))));
            units.map(|unit| run.forms(&unit).to_vec()).collect::<Vec<_>>()
        };
        if forms(&read) != forms(shadow) {
            return Err(Ended::Broken("forms that were given are read again", String::new()));
        }
        if let Some(finished) = shadow.finished() {
            let end = format!("{:?}", finished.status);
            *self.coverage.ends.entry(end).or_insert(0) += 1;
        }
        if self.bug != Bug::None {
            return Ok(());
        }
        let durable = self.store.durable();
        match follow(durable, &self.plan.capsule) {
            Ok(replayed) if replayed.facts == durable.len() => Ok(()),
            Ok(replayed) => Err(Ended::Broken("what is recorded follows again", format!("{replayed:?}"))),
            Err(error) => Err(Ended::Broken(
                "what is recorded follows again",
                format!("{error} {error:?}"),
            )),
        }
    }
}

//! One run, opened: its state, every attempt, and what was recorded, kept up to date.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::question::Asked;
use super::workspace::Directory;
use super::{SightError, status, tree};
use crate::capsule::Catalogue;
use crate::capsule::budget::Spend;
use crate::engine::fact::{
    FactError, Fault, Judged, Outcome, Requested, Resolved, RunFact, Settled, StepStarted, Unit,
};
use crate::engine::recall::{Recalled, recall};
use crate::engine::run::Run;
use crate::engine::start;
use crate::journal::{CANCELLING, Event, QUEUED, RUNNING, Reader, RunRow, Stream};

/// One beginning of a unit.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Counts from 1, in each generation anew.
    pub number: u32,
    /// What the law said; absent for an attempt that was never judged.
    pub judged: Option<Judged>,
    /// The intent, and when it was recorded; absent when nothing was begun.
    pub started: Option<(i64, StepStarted)>,
    /// The end, and when it was recorded; absent while it goes on.
    pub settled: Option<(i64, Settled)>,
}

impl Attempt {
    /// Milliseconds that it took, or has taken until `now`; `None` when nothing was begun.
    pub fn took(&self, now: i64) -> Option<u64> {
        let (began, _) = self.started.as_ref()?;
        let ended = self.settled.as_ref().map_or(now, |(at, _)| *at);
        Some(u64::try_from(ended.saturating_sub(*began)).unwrap_or(0))
    }

    /// What it spent, when it is over.
    pub fn spent(&self) -> Option<Spend> {
        self.settled.as_ref().map(|(_, settled)| settled.spent)
    }

    /// How it ended, when it did.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.settled.as_ref().map(|(_, settled)| &settled.outcome)
    }
}

/// A question that the run itself asked.
#[derive(Debug, Clone)]
pub struct Decision {
    /// When it was asked, in milliseconds since 1970 UTC.
    pub at: i64,
    /// The question.
    pub requested: Requested,
    /// The answer, and when it was given; absent while nobody has answered.
    pub resolved: Option<(i64, Resolved)>,
}

/// An event of the run, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Position in the store.
    pub seq: u64,
    /// When it was recorded, in milliseconds since 1970 UTC.
    pub at: i64,
    /// Dotted lower case.
    pub kind: &'static str,
    /// Who did it.
    pub actor: String,
    /// What it is about.
    pub unit: Option<Unit>,
    /// The step that it is about, also when it is about all its items.
    pub step: Option<String>,
    /// The hash, in hexadecimal digits.
    pub hash: String,
}

/// A run with all that is recorded of it.
///
/// It is copied with each refresh, because somebody may still be drawing the one before: what only grows is shared.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What lists know of it.
    pub row: RunRow,
    /// As [`status::of`] says.
    pub status: String,
    /// Its state.
    pub run: Run,
    /// Every beginning of each unit, in order.
    pub attempts: BTreeMap<Unit, Vec<Arc<Attempt>>>,
    /// Every question of its own, in order.
    pub decisions: Vec<Arc<Decision>>,
    /// What was recorded, in order.
    pub entries: Vec<Arc<Entry>>,
    /// Open questions of it and of the runs of its steps.
    pub questions: Vec<Asked>,
    /// Runs of its steps, with how they stand.
    pub children: Vec<(RunRow, String)>,
    /// What its steps are checked against.
    catalogue: Arc<Catalogue>,
}

impl Opened {
    /// Reads the run `id`.
    ///
    /// # Errors
    /// There is no such run, or its record cannot be read.
    pub fn load(reader: &Reader, catalogue: &Arc<Catalogue>, id: &str, locks: &Path) -> Result<Self, SightError> {
        // Read before the events: a run may be further than its row says, never the other way round.
        let Some(row) = reader.run(id)? else {
            return Err(SightError::Start(start::StartError::NoSuchRun { run: id.to_owned() }));
        };
        let events = reader.events(&Stream::Run(id.to_owned()), 0, usize::MAX)?;
        // The first one begins the run; the rest is taken in as what comes later is.
        let (first, rest) = events.split_at(events.len().min(1));
        let run = start::replay(first, catalogue, id)?;
        let mut opened = Self {
            status: row.status.clone(),
            row,
            run,
            attempts: BTreeMap::new(),
            decisions: Vec::new(),
            entries: Vec::new(),
            questions: Vec::new(),
            children: Vec::new(),
            catalogue: Arc::clone(catalogue),
        };
        for event in first {
            opened.note(event, RunFact::recorded(event)?);
        }
        opened.take_in(rest)?;
        opened.look_around(reader, locks)?;
        Ok(opened)
    }

    /// Takes in what was recorded since.
    ///
    /// # Errors
    /// The record cannot be read.
    pub fn refresh(&mut self, reader: &Reader, locks: &Path) -> Result<(), SightError> {
        let stream = Stream::Run(self.row.id.clone());
        self.take_in(&reader.events(&stream, self.run.run_seq(), usize::MAX)?)?;
        if let Some(row) = reader.run(&self.row.id)? {
            self.row = row;
        }
        self.look_around(reader, locks)
    }

    fn take_in(&mut self, events: &[Event]) -> Result<(), FactError> {
        for event in events {
            let fact = RunFact::recorded(event)?;
            self.run.apply(&fact, event.run_seq(), event.at());
            self.note(event, fact);
        }
        Ok(())
    }

    fn look_around(&mut self, reader: &Reader, locks: &Path) -> Result<(), SightError> {
        self.status = status::of(&self.row, reader, locks)?;
        self.questions = tree::questions(reader, &self.row.id)?;
        let with_status = |row: RunRow| -> Result<(RunRow, String), SightError> {
            let status = status::of(&row, reader, locks)?;
            Ok((row, status))
        };
        let children = reader.children(&self.row.id)?.into_iter().map(with_status);
        self.children = children.collect::<Result<_, _>>()?;
        Ok(())
    }

    fn note(&mut self, event: &Event, fact: RunFact) {
        let step = self.step_of(&fact);
        self.entries.push(Arc::new(Entry {
            seq: event.seq(),
            at: event.at(),
            kind: fact.kind(),
            actor: event.header().actor.clone(),
            unit: fact.unit().cloned(),
            step,
            hash: event.hash().to_string(),
        }));
        match fact {
            RunFact::Judged(judged) => {
                let attempt = self.attempt(&judged.unit, judged.attempt);
                attempt.judged = Some(*judged);
            }
            RunFact::StepStarted(started) => {
                let attempt = self.attempt(&started.unit, started.attempt);
                attempt.started = Some((event.at(), *started));
            }
            RunFact::Settled(settled) => {
                let attempt = self.attempt(&settled.unit, settled.attempt);
                attempt.settled = Some((event.at(), *settled));
            }
            RunFact::Requested(requested) => self.decisions.push(Arc::new(Decision {
                at: event.at(),
                requested: *requested,
                resolved: None,
            })),
            RunFact::Resolved(resolved) => {
                let mut asked = self.decisions.iter_mut().rev();
                if let Some(decision) = asked.find(|decision| decision.requested.id == resolved.id) {
                    Arc::make_mut(decision).resolved = Some((event.at(), *resolved));
                }
            }
            _ => {}
        }
    }

    /// The step that `fact` is about, when it is about one.
    fn step_of(&self, fact: &RunFact) -> Option<String> {
        match fact {
            RunFact::Expanded(body) => Some(body.step.clone()),
            RunFact::Skipped(body) => Some(body.step.clone()),
            RunFact::Adopted(body) => Some(body.step.clone()),
            RunFact::Raised(body) => body.step.clone(),
            RunFact::Resolved(body) => {
                let mut asked = self.decisions.iter().rev();
                let decision = asked.find(|decision| decision.requested.id == body.id)?;
                decision.requested.unit.as_ref().map(|unit| unit.step.clone())
            }
            fact => fact.unit().map(|unit| unit.step.clone()),
        }
    }

    /// The attempts of all units of a step, the units in order.
    pub fn of_step<'a>(&'a self, step: &str) -> impl Iterator<Item = (&'a Unit, &'a Vec<Arc<Attempt>>)> {
        let first = Unit::step(step);
        let rest = self.attempts.range(first..);
        let step = step.to_owned();
        rest.take_while(move |(unit, _)| unit.step == step)
    }

    /// The directory that each unit of a step worked in last, where that was not the run's workspace.
    pub fn directories(&self, step: &str) -> impl Iterator<Item = Directory> {
        let last = self.of_step(step).filter_map(|(_, attempts)| {
            let mut newest = attempts.iter().rev();
            newest.find_map(|attempt| attempt.judged.as_ref())
        });
        last.filter_map(Directory::of)
    }

    /// What `unit` was given, or would be given now.
    ///
    /// # Errors
    /// As for [`recall()`].
    pub fn given(&self, unit: &Unit) -> Result<Recalled, Fault> {
        recall(&self.run, unit, &self.catalogue)
    }

    /// The moment up to which it has gone on: `now` while somebody drives it, else that of its last event.
    pub fn until(&self, now: i64) -> i64 {
        match self.status.as_str() {
            RUNNING | QUEUED | CANCELLING if self.row.finished_at.is_none() => now,
            _ => self.run.times().1,
        }
    }

    /// The attempt that goes on under this number, or a new one.
    fn attempt(&mut self, unit: &Unit, number: u32) -> &mut Attempt {
        let attempts = self.attempts.entry(unit.clone()).or_default();
        let goes_on = attempts
            .last()
            .is_some_and(|last| last.number == number && last.settled.is_none());
        if !goes_on {
            attempts.push(Arc::new(Attempt {
                number,
                judged: None,
                started: None,
                settled: None,
            }));
        }
        let last = attempts.len() - 1;
        Arc::make_mut(&mut attempts[last])
    }
}

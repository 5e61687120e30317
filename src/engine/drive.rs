//! Driving: the loop between the pure core and the world.
//!
//! ```text
//!  command ─► decide ─► facts ─► journal.append ─► events ─► grant ─► tool │ model ─► settle ─┐
//!     ▲                                                                                       │
//!     └───────────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! One submission folds what follows at once (settle, judge the next, start it) into one append.
//! An effect begins only after its intent is committed, with a grant made from the stored verdict.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

use super::command::Command;
use super::decide::{CommandError, decide};
use super::fact::{FactError, Finished, RunFact, Unit};
use super::perform::{Performed, perform};
use super::prepare::{self, Prepared};
use super::run::{Effect, Run};
use super::{Engine, now_ms};
use crate::journal::{AppendError, Event, Lease, Stream};
use crate::policy::{Grant, Refused, Verdict};

/// After so many facts a submission ends; whatever follows comes with the next one.
const FACTS_IN_ONE_APPEND: usize = 1_000;

/// What an observer of a run sees, in order.
#[derive(Debug, Clone)]
pub enum Notice {
    /// Something was recorded.
    Event(Box<Event>),
    /// A model wrote some text; never recorded.
    Delta {
        /// The unit.
        unit: Unit,
        /// The text.
        text: String,
    },
}

/// How driving ended.
#[derive(Debug, Clone)]
pub enum End {
    /// The run is over.
    Finished(Arc<Finished>),
    /// Nobody knows whether the effects of these units happened; somebody has to decide.
    InDoubt(Vec<Unit>),
    /// It was asked to stop; the run can be resumed.
    Stopped,
}

/// Why driving cannot go on. The run itself is as the journal says.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The journal refused or failed.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// A command did not fit: a bug.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A recorded verdict gave no grant: a bug, or a damaged record.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A stored event cannot be read.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// A fact cannot be written as JSON.
    #[error("the fact cannot be recorded: {0}")]
    Unrecordable(#[from] serde_json::Error),
    /// An effect's task ended without a result: a bug.
    #[error("the task of an effect ended abnormally: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// A request to stop, shared between the terminal and the loop.
#[derive(Debug, Clone)]
pub struct Stop(tokio::sync::watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(tokio::sync::watch::Sender::new(false))
    }
}

impl Stop {
    /// Asks.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    async fn asked(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting ends only by being asked.
        let _ = receiver.wait_for(|asked| *asked).await;
    }
}

/// A run that this process owns.
pub struct Owned {
    pub(super) run: Option<Run>,
    pub(super) id: String,
    /// Held until the run is let go; the system frees it when the process dies.
    pub(super) _lease: Lease,
    pub(super) trace: String,
}

impl Owned {
    /// The run's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The run; absent before it is started.
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }
}

/// An intent that is recorded, and the right to carry it out.
pub(super) struct Granted {
    pub(super) prepared: Prepared,
    pub(super) attempt: u32,
    pub(super) grant: Grant,
    pub(super) key: String,
}

/// What one append will record, as it is put together.
struct Batch {
    /// The number of events that the run has before it.
    expected: u64,
    now: i64,
    facts: Vec<RunFact>,
    /// What is needed to carry out the intents among the facts.
    prepared: HashMap<Unit, Prepared>,
}

/// What came of an append.
pub(super) struct Submitted {
    pub(super) granted: Vec<Granted>,
    /// More follows at once, in an append of its own.
    more: bool,
}

/// What follows from the state of a run alone.
enum Next {
    Command(Box<Command>),
    /// Something does, once what happened so far is durable.
    Later,
    /// Nothing, until an effect is over.
    Nothing,
}

impl Engine {
    /// Begins or takes over with `first`, then drives the run until it is over, in doubt or stopped.
    ///
    /// # Errors
    /// The journal failed, or a stored event cannot be used; the run can be resumed later.
    pub async fn drive(
        self: &Arc<Self>,
        owned: &mut Owned,
        first: Command,
        notices: &UnboundedSender<Notice>,
        stop: &Stop,
    ) -> Result<End, DriveError> {
        let mut flying: JoinSet<Performed> = JoinSet::new();
        let mut command = Some(first);
        loop {
            let Submitted { granted, more } = self.submit(owned, command.take(), notices).await?;
            let Some(run) = &owned.run else {
                return Err(CommandError::NotStarted.into());
            };
            for Granted {
                prepared,
                attempt,
                grant,
                key,
            } in granted
            {
                let left = run.wall_left(&prepared.unit.step);
                let (engine, notices) = (Arc::clone(self), notices.clone());
                flying.spawn(async move { perform(&engine, prepared, attempt, &grant, &key, left, &notices).await });
            }
            if let Some(finished) = run.finished() {
                return Ok(End::Finished(Arc::clone(finished)));
            }
            let performed = tokio::select! {
                biased;
                () = stop.asked() => {
                    self.land(owned, flying, notices).await?;
                    return Ok(End::Stopped);
                }
                () = std::future::ready(()), if more => continue,
                performed = flying.join_next() => performed,
            };
            match performed {
                Some(performed) => command = Some(performed?.settle()),
                None if !run.doubts().is_empty() => return Ok(End::InDoubt(run.doubts().to_vec())),
                None => return Err(CommandError::NotConcluded.into()),
            }
        }
    }

    /// Cuts short what is in flight, and records the ends of effects that were over already: what
    /// happened must not happen again, or come into doubt, because somebody stopped the run.
    pub(super) async fn land(
        &self,
        owned: &mut Owned,
        mut flying: JoinSet<Performed>,
        notices: &UnboundedSender<Notice>,
    ) -> Result<(), DriveError> {
        flying.abort_all();
        let mut batch = Batch::new(owned);
        while let Some(ended) = flying.join_next().await {
            match ended {
                Ok(performed) => batch.take(owned, &performed.settle())?,
                Err(error) if error.is_cancelled() => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.commit(owned, batch, notices).await?;
        Ok(())
    }

    /// Submits `first` and everything that follows at once, as one append.
    pub(super) async fn submit(
        &self,
        owned: &mut Owned,
        first: Option<Command>,
        notices: &UnboundedSender<Notice>,
    ) -> Result<Submitted, DriveError> {
        let mut batch = Batch::new(owned);
        let mut more = false;
        if let Some(first) = first {
            batch.take(owned, &first)?;
        }
        while let Some(run) = &owned.run {
            match self.follow(run, &mut batch).await {
                Next::Command(command) => batch.take(owned, &command)?,
                Next::Later => {
                    more = true;
                    break;
                }
                Next::Nothing => break,
            }
        }
        let granted = self.commit(owned, batch, notices).await?;
        Ok(Submitted { granted, more })
    }

    /// Makes a batch durable; only then anything comes of it.
    async fn commit(
        &self,
        owned: &Owned,
        batch: Batch,
        notices: &UnboundedSender<Notice>,
    ) -> Result<Vec<Granted>, DriveError> {
        if batch.facts.is_empty() {
            return Ok(Vec::new());
        }
        let stored = batch
            .facts
            .iter()
            .map(RunFact::to_fact)
            .collect::<Result<Vec<_>, _>>()?;
        let stream = Stream::Run(owned.id.clone());
        let stamp = self.stamp(batch.now, Some(&owned.trace));
        let events = self.journal.append(&stream, batch.expected, &stamp, stored).await?;
        grants(batch.facts, events, batch.prepared, notices)
    }

    /// What follows from what the run wants, without anything having happened.
    async fn follow(&self, run: &Run, batch: &mut Batch) -> Next {
        for effect in run.effects() {
            match effect {
                Effect::Perform(_) => {}
                // An append takes a bounded number of facts.
                Effect::Conclude | Effect::Judge(_) if batch.facts.len() >= FACTS_IN_ONE_APPEND => return Next::Later,
                Effect::Conclude => {
                    let outputs = prepare::outputs(run);
                    return Next::Command(Box::new(Command::Conclude { outputs }));
                }
                Effect::Judge(unit) => {
                    // Loading a model takes its time: what happened is made durable first.
                    if !batch.facts.is_empty() && self.must_load_a_model(run, &unit) {
                        return Next::Later;
                    }
                    let (ruling, ready) = self.prepare(run, &unit).await;
                    if let Some(ready) = ready {
                        batch.prepared.insert(unit.clone(), ready);
                    }
                    return Next::Command(Box::new(Command::Judge { unit, ruling }));
                }
            }
        }
        Next::Nothing
    }
}

impl Batch {
    fn new(owned: &Owned) -> Self {
        Self {
            expected: owned.run.as_ref().map_or(0, Run::run_seq),
            now: now_ms(),
            facts: Vec::new(),
            prepared: HashMap::new(),
        }
    }

    /// Decides `command` and applies what follows.
    fn take(&mut self, owned: &mut Owned, command: &Command) -> Result<(), DriveError> {
        for fact in decide(owned.run.as_ref(), command)? {
            let run_seq = self.expected + self.facts.len() as u64 + 1;
            match (&mut owned.run, &fact, command) {
                (Some(run), fact, _) => run.apply(fact, run_seq, self.now),
                (empty @ None, RunFact::Started(started), Command::Start { capsule, .. }) => {
                    *empty = Some(Run::begin((**started).clone(), Arc::clone(capsule), run_seq, self.now));
                }
                (None, _, _) => return Err(CommandError::NotStarted.into()),
            }
            self.facts.push(fact);
        }
        Ok(())
    }
}

/// Pairs every recorded intent with a grant made from the verdict as it is stored.
fn grants(
    facts: Vec<RunFact>,
    events: Vec<Event>,
    mut prepared: HashMap<Unit, Prepared>,
    notices: &UnboundedSender<Notice>,
) -> Result<Vec<Granted>, DriveError> {
    let mut verdicts = HashMap::new();
    let mut granted = Vec::new();
    for (event, fact) in events.into_iter().zip(facts) {
        match fact {
            RunFact::Judged(judged) => {
                verdicts.insert(judged.unit, Verdict::recorded(&event)?);
            }
            RunFact::StepStarted(started) => {
                if let (Some(verdict), Some(prepared)) =
                    (verdicts.remove(&started.unit), prepared.remove(&started.unit))
                {
                    granted.push(Granted {
                        prepared,
                        attempt: started.attempt,
                        grant: verdict.grant(None)?,
                        key: started.key,
                    });
                }
            }
            RunFact::Started(_)
            | RunFact::Leased(_)
            | RunFact::Expanded(_)
            | RunFact::Skipped(_)
            | RunFact::Settled(_)
            | RunFact::InDoubt(_)
            | RunFact::Finished(_) => {}
        }
        // Nobody listening is no reason to stop working.
        let _ = notices.send(Notice::Event(Box::new(event)));
    }
    Ok(granted)
}

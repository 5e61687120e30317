//! Submitting: from a command to what is durable, and to the effects that may begin.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::super::command::Command;
use super::super::decide::decide;
use super::super::fact::{ChildRun, RunFact, Unit};
use super::super::perform::Terms;
use super::super::prepare::{self, Prepared};
use super::super::run::{Effect, Run};
use super::super::start::load;
use super::super::workspace::makes_some;
use super::super::{Engine, now_ms};
use super::flight::Granted;
use super::{CommandError, DriveError, LOOK, Notice, Owned, Stop};
use crate::capsule::policies::OnConflict;
use crate::journal::{AppendError, Event, Stream};
use crate::policy::{Approval, Verdict};

/// After so many facts a submission ends; whatever follows comes with the next one.
const FACTS_IN_ONE_APPEND: usize = 1_000;

/// How often a command is decided anew because others were faster.
const TRIES: usize = 100;

/// How long a run that makes place for another may take to end what is in flight, in milliseconds.
const REPLACED_GRACE_MS: u64 = 5_000;

/// What came of an append.
pub(in crate::engine) struct Submitted {
    pub(in crate::engine) granted: Vec<Granted>,
    /// More follows at once, in an append of its own.
    pub(super) more: bool,
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

/// What follows from the state of a run alone.
enum Next {
    Command(Box<Command>),
    /// Something does, once what happened so far is durable.
    Later,
    /// Nothing, until an effect is over.
    Nothing,
}

/// An intent as it was recorded.
struct Intent {
    unit: Unit,
    attempt: u32,
    key: String,
    child: Option<ChildRun>,
    approval: Option<u64>,
}

impl Engine {
    /// Submits `first`, and with `follow` everything that follows at once, as one append.
    ///
    /// Units in `skipped` are left alone: what they need is held by others in flight.
    pub(in crate::engine) async fn submit(
        self: &Arc<Self>,
        owned: &mut Owned,
        first: Option<Command>,
        follow: bool,
        skipped: &mut HashSet<Unit>,
        notices: &UnboundedSender<Notice>,
    ) -> Result<Submitted, DriveError> {
        for _ in 0..TRIES {
            let mut batch = Batch::new(owned);
            let mut more = false;
            if let Some(first) = &first {
                batch.take(owned, first)?;
            }
            while let Some(run) = owned.run.as_ref().filter(|_| follow) {
                match self.follow(run, &mut batch, skipped, notices).await? {
                    Next::Command(command) => {
                        let before = batch.facts.len();
                        batch.take(owned, &command)?;
                        if let (Command::Judge { unit, .. }, true) = (&*command, batch.facts.len() == before) {
                            batch.prepared.remove(unit);
                            skipped.insert(unit.clone());
                        }
                    }
                    Next::Later => {
                        more = true;
                        break;
                    }
                    Next::Nothing => break,
                }
            }
            match self.commit(owned, batch, notices).await {
                Ok(granted) => return Ok(Submitted { granted, more }),
                Err(DriveError::Append(AppendError::Conflict { .. })) if owned.run().is_some() => {
                    self.read_again(owned, notices).await?;
                    skipped.clear();
                }
                Err(error) => return Err(error),
            }
        }
        Err(DriveError::Standstill)
    }

    /// Records the end of an effect, and nothing that follows from it.
    pub(super) async fn record(
        self: &Arc<Self>,
        owned: &mut Owned,
        settle: Command,
        notices: &UnboundedSender<Notice>,
    ) -> Result<(), DriveError> {
        self.submit(owned, Some(settle), false, &mut HashSet::new(), notices)
            .await?;
        Ok(())
    }

    /// Takes in what others recorded; says whether there was anything.
    pub(super) async fn look(&self, owned: &mut Owned, notices: &UnboundedSender<Notice>) -> Result<bool, DriveError> {
        let (stream, after) = (Stream::Run(owned.id.clone()), owned.committed);
        let events = self
            .reading(move |reader| reader.events(&stream, after, usize::MAX))
            .await?;
        let Some(run) = owned.run.as_mut().filter(|_| !events.is_empty()) else {
            return Ok(false);
        };
        for event in &events {
            run.apply(&RunFact::recorded(event)?, event.run_seq(), event.at());
        }
        owned.committed = run.run_seq();
        tell(events, notices);
        still_ours(owned)?;
        Ok(true)
    }

    /// Drops what was decided on an old state, and reads the run again.
    async fn read_again(&self, owned: &mut Owned, notices: &UnboundedSender<Notice>) -> Result<(), DriveError> {
        let id = owned.id.clone();
        let catalogue = self.catalogue.clone();
        let seen = owned.committed;
        let (run, events) = self
            .reading(move |reader| {
                let events = reader.events(&Stream::Run(id.clone()), seen, usize::MAX)?;
                Ok((load(reader, &catalogue, &id), events))
            })
            .await?;
        let run = run?;
        owned.committed = run.run_seq();
        owned.run = Some(run);
        tell(events, notices);
        still_ours(owned)
    }

    /// Makes a batch durable; only then anything comes of it.
    async fn commit(
        &self,
        owned: &mut Owned,
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
        self.failpoint.before_commit(&batch.facts);
        let events = self.journal.append(&stream, batch.expected, &stamp, stored).await?;
        self.failpoint.after_commit(&batch.facts);
        for fact in &batch.facts {
            if let RunFact::Leased(leased) = fact {
                owned.epoch = leased.epoch;
            }
        }
        owned.committed = batch.expected + events.len() as u64;
        self.grants(&owned.id, batch.facts, events, batch.prepared, notices)
            .await
    }

    /// What follows from what the run wants, without anything having happened.
    async fn follow(
        self: &Arc<Self>,
        run: &Run,
        batch: &mut Batch,
        skipped: &HashSet<Unit>,
        notices: &UnboundedSender<Notice>,
    ) -> Result<Next, DriveError> {
        for effect in run.effects(batch.now) {
            match effect {
                Effect::Perform(_) | Effect::Delay(_) | Effect::Bound(_) => {}
                Effect::Judge(unit) if skipped.contains(&unit) => {}
                // An append takes a bounded number of facts.
                Effect::Conclude | Effect::Judge(_) | Effect::Admit if batch.facts.len() >= FACTS_IN_ONE_APPEND => {
                    return Ok(Next::Later);
                }
                Effect::Admit => {
                    // Its place among the others is known once its beginning is durable.
                    if !batch.facts.is_empty() {
                        return Ok(Next::Later);
                    }
                    return self.turn(run, notices).await;
                }
                Effect::Conclude => {
                    if makes_some(run) {
                        // A directory of a step goes when it is durable that the step is over.
                        if !batch.facts.is_empty() {
                            return Ok(Next::Later);
                        }
                        self.vacate(run).await;
                    }
                    let (outputs, findings) = prepare::outputs(run);
                    return Ok(Next::Command(Box::new(Command::Conclude { outputs, findings })));
                }
                Effect::Judge(unit) => {
                    // Loading a model takes its time: what happened is made durable first.
                    if !batch.facts.is_empty() && self.must_load_a_model(run, &unit) {
                        return Ok(Next::Later);
                    }
                    match self.look_at_law(LOOK).await {
                        Ok(()) => {}
                        // What happened is made durable before the run halts.
                        Err(_) if !batch.facts.is_empty() => return Ok(Next::Later),
                        Err(error) => return Err(error.into()),
                    }
                    let (ruling, ready) = self.prepare(run, &unit, batch.now).await;
                    if let Some(ready) = ready {
                        batch.prepared.insert(unit.clone(), ready);
                    }
                    return Ok(Next::Command(Box::new(Command::Judge { unit, ruling })));
                }
            }
        }
        Ok(Next::Nothing)
    }

    /// Whether the run's turn has come among those that it excludes.
    async fn turn(self: &Arc<Self>, run: &Run, notices: &UnboundedSender<Notice>) -> Result<Next, DriveError> {
        let Some(slot) = run.queued() else {
            return Ok(Next::Nothing);
        };
        let id = run.started().run.clone();
        let ahead = self.reading(move |reader| reader.ahead(&id)).await?;
        let taken = ahead.len() >= slot.limit as usize;
        if taken && slot.on_conflict == OnConflict::Replace {
            for other in &ahead {
                let command = Command::Cancel {
                    by: format!("run:{}", run.started().run),
                    reason: Some("another run takes its place".to_owned()),
                    grace_ms: REPLACED_GRACE_MS,
                };
                // It may be over by now, or somebody else cancels it.
                let _ = self.tell(other, command).await;
                self.end_abandoned(other, notices).await;
            }
        }
        if taken && slot.on_conflict != OnConflict::Reject {
            return Ok(Next::Nothing);
        }
        Ok(Next::Command(Box::new(Command::Admit { ahead: ahead.len() })))
    }

    /// Drives a run that was cancelled to its end, when nobody owns it.
    async fn end_abandoned(self: &Arc<Self>, run: &str, notices: &UnboundedSender<Notice>) {
        if let Ok((mut owned, command)) = self.take_over_elsewhere(run).await
            && owned.run().is_some_and(|run| run.finished().is_none())
        {
            // Whatever keeps it from ending is in its own record; ours goes on waiting.
            let _ = self
                .drive_boxed(&mut owned, vec![command], notices, &Stop::default())
                .await;
        }
    }

    /// Pairs every recorded intent with a grant made from the verdict as it is stored.
    async fn grants(
        &self,
        run: &str,
        facts: Vec<RunFact>,
        events: Vec<Event>,
        mut prepared: HashMap<Unit, Prepared>,
        notices: &UnboundedSender<Notice>,
    ) -> Result<Vec<Granted>, DriveError> {
        let mut verdicts = HashMap::new();
        let mut intents = Vec::new();
        for (event, fact) in events.iter().zip(facts) {
            if let RunFact::Judged(judged) = fact {
                verdicts.insert(judged.unit, Verdict::recorded(event)?);
            } else if let RunFact::StepStarted(started) = fact {
                intents.push(Intent {
                    unit: started.unit,
                    attempt: started.attempt,
                    key: started.key,
                    child: started.child,
                    approval: started.approval,
                });
            }
        }
        tell(events, notices);
        let mut granted = Vec::with_capacity(intents.len());
        for intent in intents {
            let (Some(verdict), Some(prepared)) = (verdicts.remove(&intent.unit), prepared.remove(&intent.unit)) else {
                continue;
            };
            let approval = match intent.approval {
                None => None,
                Some(run_seq) => self.approval(run, run_seq).await?,
            };
            granted.push(Granted {
                prepared,
                terms: Terms {
                    attempt: intent.attempt,
                    grant: verdict.grant(approval.as_ref())?,
                    key: intent.key,
                    wall_ms: None,
                    child: intent.child,
                },
            });
        }
        Ok(granted)
    }

    /// The approval that event number `run_seq` of the run records.
    async fn approval(&self, run: &str, run_seq: u64) -> Result<Option<Approval>, DriveError> {
        let stream = Stream::Run(run.to_owned());
        let events = self
            .reading(move |reader| reader.events(&stream, run_seq.saturating_sub(1), 1))
            .await?;
        Ok(events.first().map(Approval::recorded).transpose()?)
    }
}

/// What was read may say that somebody else owns the run by now: then nothing more is decided here, because
/// it would be recorded in that owner's name.
fn still_ours(owned: &Owned) -> Result<(), DriveError> {
    let newest = owned.run.as_ref().map_or(0, Run::epoch);
    if owned.epoch == 0 || newest == owned.epoch {
        return Ok(());
    }
    let epoch = owned.epoch;
    Err(AppendError::Fenced { epoch, newest }.into())
}

/// Shows events to whoever listens; nobody listening is no reason to stop working.
fn tell(events: Vec<Event>, notices: &UnboundedSender<Notice>) {
    for event in events {
        let _ = notices.send(Notice::Event(Box::new(event)));
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
        for fact in decide(owned.run.as_ref(), command, self.now)? {
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

//! Driving: the loop between the pure core and the world.
//!
//! ```text
//!  command ─► decide ─► facts ─► journal.append ─► events ─► grant ─► tool │ model │ run ─► settle ─┐
//!     ▲                                                                                             │
//!     └─────────────────────────── what others recorded, and the time ◄─────────────────────────────┘
//! ```
//!
//! One submission folds what follows at once (settle, judge the next, start it) into one append.
//! An effect begins only after its intent is committed, with a grant made from the stored verdict.
//! Others may append to the same run (answers, a pause, a cancellation): then what was decided on the
//! old state is dropped, the record is read again, and the command is decided anew.

mod children;
pub(super) mod flight;
mod submit;

use std::collections::{BTreeSet, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::command::Command;
use super::decide::CommandError;
use super::fact::{FactError, Finished, InDoubt, Unit};
use super::mode::DeclareError;
use super::run::{Effect, Run};
use super::start::StartError;
use super::workspace::{Assigned, place, stays};
use super::{Engine, OpenError, now_ms};
use crate::journal::{AppendError, Event, Lease, ReadError};
use crate::policy::Refused;
use flight::{Flight, Landed};

pub(super) use submit::Submitted;

/// How often others' facts are looked for, and a run that waits for its turn looks again.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// How often an owner says that it lives.
const BEAT: Duration = Duration::from_millis(500);

/// How long effects that nobody may simply repeat may take to end when the run is stopped.
pub const GRACE: Duration = Duration::from_secs(3);

/// How long runs of steps may take to come to a stop; longer than the effects in them.
const LANDING: Duration = Duration::from_secs(5);

/// What an observer of a run sees, in order.
#[derive(Debug, Clone)]
pub enum Notice {
    /// Something was recorded; of this run or of one that a step of it runs.
    Event(Box<Event>),
    /// A model wrote some text; never recorded.
    Delta {
        /// The run.
        run: String,
        /// The unit.
        unit: Unit,
        /// The text.
        text: String,
    },
    /// The run was asked to stop, and waits for effects to end, for as long as [`GRACE`]; never recorded.
    Landing {
        /// How many.
        effects: usize,
    },
}

/// How driving ended.
#[derive(Debug, Clone)]
pub enum End {
    /// The run is over.
    Finished(Arc<Finished>),
    /// Nothing goes on until somebody answers, raises a budget, or lets it go on.
    Parked,
    /// It was asked to stop; the run can be resumed.
    Stopped,
}

/// Why driving cannot go on. The run itself is as the journal says.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The journal refused or failed.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The journal cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The record of the run cannot be used.
    #[error(transparent)]
    Record(#[from] StartError),
    /// A command did not fit.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A recorded verdict gave no grant: a bug, or a damaged record.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A stored event cannot be read.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// Nobody knows the mode.
    #[error(transparent)]
    Mode(#[from] DeclareError),
    /// The constitution does not hold any more.
    #[error(transparent)]
    Law(#[from] OpenError),
    /// A fact cannot be written as JSON.
    #[error("the fact cannot be recorded: {0}")]
    Unrecordable(#[from] serde_json::Error),
    /// An effect's task ended without a result: a bug.
    #[error("the task of an effect ended abnormally: {0}")]
    Task(#[from] tokio::task::JoinError),
    /// The run wants nothing and waits for nobody: a bug.
    #[error("the run has come to a standstill")]
    Standstill,
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

    /// Whether somebody asked.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until somebody asks.
    pub async fn asked(&self) {
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
    pub(super) lease: Lease,
    pub(super) trace: String,
    /// The number of the last event that is durable and known here.
    pub(super) committed: u64,
    /// The epoch that was recorded for this owner; 0 before that.
    pub(super) epoch: u64,
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

    /// What [`Engine::drive`] begins with when it goes on with a run that it has parked.
    ///
    /// Runs that units have begun are let go when they wait for somebody: they are taken up again under a
    /// new epoch.
    pub fn again(&self) -> Vec<Command> {
        let lease = self.run.as_ref().filter(|run| run.begun_others().next().is_some());
        let lease = lease.map(|_| Command::Lease {
            pid: std::process::id(),
            last_beat: None,
        });
        lease.into_iter().collect()
    }
}

/// What woke the loop.
enum Woken {
    Stop,
    Landed(Landed),
    /// Others may have recorded something, or a time has come.
    Look,
}

/// What the loop keeps besides the run.
struct Watch {
    /// Units whose reservation has to wait for one in flight, and turns that have not come.
    skipped: HashSet<Unit>,
    waits_for_turn: bool,
    last_beat: std::time::Instant,
    /// Which runs of units were told to follow this one.
    told: children::Told,
    /// Units for which a directory was made that may be there.
    entered: BTreeSet<Unit>,
}

impl Engine {
    /// Begins or takes over with `first`, then drives the run until it is over, parked or stopped.
    ///
    /// A run that is parked can be driven again, by [`Owned::again`]; what others recorded meanwhile is seen.
    ///
    /// # Errors
    /// The journal failed, or a stored event cannot be used; the run can be resumed later.
    pub async fn drive(
        self: &Arc<Self>,
        owned: &mut Owned,
        first: Vec<Command>,
        notices: &UnboundedSender<Notice>,
        stop: &Stop,
    ) -> Result<End, DriveError> {
        let _speaking = self.voices.begin(&owned.id);
        let mut flight = Flight::default();
        let ended = self.drive_with(owned, first, &mut flight, notices, stop).await;
        flight.left().await;
        match ended {
            Ok(End::Stopped) => {
                self.land(owned, flight, notices).await?;
                Ok(End::Stopped)
            }
            // What was begun under it is recorded; nothing else begins.
            Err(DriveError::Law(error)) => {
                // The runs of its steps come to a stop with it; one that is a step itself leaves that to the run above.
                if owned.run().is_none_or(|run| run.started().parent.is_none()) {
                    stop.ask();
                }
                self.land(owned, flight, notices).await?;
                Err(error.into())
            }
            ended => ended,
        }
    }

    /// The same, for a run that is a step of another: a future of a named type ends the circle.
    pub(super) fn drive_boxed<'a>(
        self: &'a Arc<Self>,
        owned: &'a mut Owned,
        first: Vec<Command>,
        notices: &'a UnboundedSender<Notice>,
        stop: &'a Stop,
    ) -> Pin<Box<dyn Future<Output = Result<End, DriveError>> + Send + 'a>> {
        Box::pin(self.drive(owned, first, notices, stop))
    }

    async fn drive_with(
        self: &Arc<Self>,
        owned: &mut Owned,
        first: Vec<Command>,
        flight: &mut Flight,
        notices: &UnboundedSender<Notice>,
        stop: &Stop,
    ) -> Result<End, DriveError> {
        self.look_at_law(Duration::ZERO).await?;
        self.look_at_mode(Duration::ZERO).await?;
        self.look(owned, notices).await?;
        let mut commands = first.into_iter();
        let mut command = commands.next();
        let mut watch = Watch {
            skipped: HashSet::new(),
            waits_for_turn: false,
            last_beat: std::time::Instant::now(),
            told: children::Told::default(),
            entered: BTreeSet::new(),
        };
        // Whoever drove it before may have left some.
        if let Some(run) = &owned.run {
            watch.entered = self.entered(run).await;
        }
        loop {
            // Who was asked to stop finishes what was said, and begins nothing.
            let follow = commands.len() == 0 && !stop.is_asked();
            let Submitted { granted, more } = self
                .submit(owned, command.take(), follow, &mut watch.skipped, notices)
                .await?;
            let Some(run) = &owned.run else {
                return Err(CommandError::NotStarted.into());
            };
            for granted in granted {
                if granted.prepared.assigned.as_ref().is_some_and(Assigned::is_own) {
                    watch.entered.insert(granted.prepared.unit.clone());
                }
                flight.begin(self, run, granted, notices, stop);
            }
            // What is over is recorded by now.
            watch.entered.retain(|unit| {
                let stays = stays(run, unit, false);
                if !stays && let Some(place) = place(run, unit) {
                    flight.leave(self, place);
                }
                stays
            });
            if let Some(next) = commands.next() {
                command = Some(next);
                continue;
            }
            if let Some(finished) = run.finished() {
                return Ok(End::Finished(Arc::clone(finished)));
            }
            if stop.is_asked() {
                return Ok(End::Stopped);
            }
            if more {
                continue;
            }
            self.lead_children(run, flight, &mut watch.told, notices, stop).await?;
            let now = now_ms();
            let effects = run.effects(now);
            if effects
                .iter()
                .any(|effect| matches!(effect, Effect::Bound(at) if *at <= now))
            {
                command = Some(Command::Due);
                continue;
            }
            // What has to wait for a time may have become due since it was looked at.
            let is_due = |effect: &Effect| match effect {
                Effect::Judge(unit) => !watch.skipped.contains(unit),
                Effect::Conclude => true,
                Effect::Admit | Effect::Perform(_) | Effect::Delay(_) | Effect::Bound(_) => false,
            };
            if effects.iter().any(is_due) {
                continue;
            }
            watch.waits_for_turn = effects.contains(&Effect::Admit);
            let waits = watch.waits_for_turn || effects.iter().any(|effect| matches!(effect, Effect::Delay(_)));
            if !flight.is_flying() && !waits {
                return parked(run, &effects);
            }
            match self.wake(run, &effects, flight, &mut watch, stop, now).await {
                Woken::Stop => return Ok(End::Stopped),
                Woken::Landed(landed) => {
                    watch.skipped.clear();
                    command = flight.landed(landed)?;
                }
                Woken::Look => {
                    if watch.last_beat.elapsed() >= BEAT {
                        watch.last_beat = std::time::Instant::now();
                        // Whoever comes after us only learns less.
                        let _ = owned.lease.beat();
                    }
                    if self.look(owned, notices).await? {
                        watch.skipped.clear();
                    }
                    let cut = owned.run.as_ref().and_then(Run::cut_at);
                    if cut.is_some_and(|at| at <= now_ms()) {
                        flight.cut();
                    }
                }
            }
        }
    }

    /// Waits until something happens.
    async fn wake(
        &self,
        run: &Run,
        effects: &[Effect],
        flight: &mut Flight,
        watch: &mut Watch,
        stop: &Stop,
        now: i64,
    ) -> Woken {
        let times = effects.iter().filter_map(|effect| match effect {
            Effect::Delay(at) | Effect::Bound(at) => Some(*at),
            Effect::Admit | Effect::Judge(_) | Effect::Perform(_) | Effect::Conclude => None,
        });
        let until = times
            .chain(run.cut_at().filter(|at| *at > now))
            .min()
            .map_or(LOOK, |at| {
                let left = u64::try_from(at.saturating_sub(now)).unwrap_or(0);
                Duration::from_millis(left).min(LOOK)
            });
        // A time that has come but brings nothing about must not make the loop spin.
        let until = until.max(Duration::from_millis(1));
        if watch.waits_for_turn {
            watch.skipped.clear();
        }
        tokio::select! {
            biased;
            () = stop.asked() => Woken::Stop,
            landed = flight.next(), if flight.is_flying() => Woken::Landed(landed),
            () = tokio::time::sleep(until) => Woken::Look,
        }
    }
}

/// What it means that nothing is in flight and nothing can begin.
fn parked(run: &Run, effects: &[Effect]) -> Result<End, DriveError> {
    let waits_for_somebody = !run.questions().is_empty()
        || run.paused().is_some()
        || run.doubts().values().any(InDoubt::is_open)
        || effects.iter().any(|effect| matches!(effect, Effect::Perform(_)));
    if waits_for_somebody {
        Ok(End::Parked)
    } else {
        Err(DriveError::Standstill)
    }
}

//! Effects in flight: begun, landed, or cut short.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use super::super::command::Command;
use super::super::fact::Unit;
use super::super::perform::{Ending, Performance, Performed, Terms, Used, end, perform};
use super::super::prepare::Prepared;
use super::super::run::{Effect, Run};
use super::super::{Engine, now_ms};
use super::{DriveError, Notice, Owned, Stop};
use crate::capsule::tool_spec::EffectClass;
use crate::tools::workspace::Place;

/// What takes no longer than this to come to a stop is not worth a word.
const NOTICEABLE: Duration = Duration::from_millis(100);

/// An intent that is recorded, and the right to carry it out.
pub(in crate::engine) struct Granted {
    pub(in crate::engine) prepared: Prepared,
    pub(in crate::engine) terms: Terms,
}

/// Effects in flight.
#[derive(Default)]
pub(in crate::engine) struct Flight {
    tasks: JoinSet<Performance>,
    flown: HashMap<Id, Flown>,
    /// Directories of steps that are taken away.
    leaving: JoinSet<()>,
}

struct Flown {
    unit: Unit,
    attempt: u32,
    /// What it leaves behind when it is cut short.
    effect: EffectClass,
    is_run: bool,
    /// Whether it belongs to what a halted run gives up; what undoes and what comes last does not.
    is_cut: bool,
    began: Instant,
    /// What a model used that it lends.
    used: Arc<Used>,
    abort: AbortHandle,
}

/// A task that ended.
pub(super) type Landed = Result<(Id, Performance), JoinError>;

impl Flight {
    pub(super) fn is_flying(&self) -> bool {
        !self.tasks.is_empty()
    }

    pub(in crate::engine) fn begin(
        &mut self,
        engine: &Arc<Engine>,
        run: &Run,
        granted: Granted,
        notices: &UnboundedSender<Notice>,
        stop: &Stop,
    ) {
        let Granted { prepared, mut terms } = granted;
        let unit = prepared.unit.clone();
        let open = run.progress(&unit).and_then(|progress| progress.open.as_ref());
        let is_bounded = run.budget().limit.wall_ms.is_some()
            || run
                .step_budget(&unit.step)
                .is_some_and(|budget| budget.limit.wall_ms.is_some());
        terms.wall_ms = open
            .map(|open| open.reserved.wall_ms)
            .filter(|held| is_bounded && *held > 0);
        let flown = (terms.attempt, prepared.action.effect(), terms.child.is_some());
        let (engine, notices, stop) = (Arc::clone(engine), notices.clone(), stop.clone());
        let used = Arc::new(Used::default());
        let counted = Arc::clone(&used);
        let abort = self
            .tasks
            .spawn(async move { perform(&engine, prepared, terms, &counted, &notices, &stop).await });
        let is_cut = !run.is_halted();
        let (attempt, effect, is_run) = flown;
        let flown = Flown {
            unit,
            attempt,
            effect,
            is_run,
            is_cut,
            began: Instant::now(),
            used,
            abort: abort.clone(),
        };
        self.flown.insert(abort.id(), flown);
    }

    /// Begins to end the run of a unit that will not be used any more.
    pub(super) fn end(&mut self, engine: &Arc<Engine>, ending: Ending, notices: &UnboundedSender<Notice>, stop: &Stop) {
        let (unit, attempt) = (ending.unit.clone(), ending.attempt);
        let (engine, notices, stop) = (Arc::clone(engine), notices.clone(), stop.clone());
        let abort = self
            .tasks
            .spawn(async move { end(&engine, ending, &notices, &stop).await });
        let flown = Flown {
            unit,
            attempt,
            effect: EffectClass::None,
            is_run: true,
            is_cut: false,
            began: Instant::now(),
            used: Arc::default(),
            abort: abort.clone(),
        };
        self.flown.insert(abort.id(), flown);
    }

    /// Begins to take away a directory that was made for a step.
    pub(super) fn leave(&mut self, engine: &Arc<Engine>, place: Place) {
        self.leaving.spawn(Arc::clone(engine).leave(place));
    }

    /// Waits until those directories are gone.
    pub(super) async fn left(&mut self) {
        while self.leaving.join_next().await.is_some() {}
    }

    /// Whether `unit` is in flight.
    pub(super) fn has(&self, unit: &Unit) -> bool {
        self.flown.values().any(|flown| flown.unit == *unit)
    }

    /// The next that ends; call it only while something flies.
    pub(super) async fn next(&mut self) -> Landed {
        match self.tasks.join_next_with_id().await {
            Some(landed) => landed,
            None => std::future::pending().await,
        }
    }

    /// The command that reports a landing; none when the run of a step waits for somebody.
    pub(super) fn landed(&mut self, landed: Landed) -> Result<Option<Command>, DriveError> {
        match landed {
            Ok((id, performance)) => {
                self.flown.remove(&id);
                match performance {
                    Performance::Over(performed) => Ok(Some(performed.settle())),
                    Performance::Waits => Ok(None),
                    Performance::Broken(error) => Err(*error),
                }
            }
            Err(error) if error.is_cancelled() => Ok(self.flown.remove(&error.id()).map(|flown| {
                let wall_ms = u64::try_from(flown.began.elapsed().as_millis()).unwrap_or(u64::MAX);
                let uncertain = flown.effect != EffectClass::None;
                Performed::cut(flown.unit, flown.attempt, uncertain, wall_ms, flown.used.usage()).settle()
            })),
            Err(error) => Err(error.into()),
        }
    }

    /// Cuts short what was in flight when the run was halted.
    ///
    /// Runs of steps were told to end, and cut short what is theirs by themselves.
    pub(super) fn cut(&mut self) {
        let given_up = self.flown.values().filter(|flown| flown.is_cut && !flown.is_run);
        given_up.for_each(|flown| flown.abort.abort());
    }

    fn cut_all(&mut self) {
        self.flown.values().for_each(|flown| flown.abort.abort());
    }

    /// The same, but for the runs of units.
    fn cut_effects(&mut self) {
        let effects = self.flown.values().filter(|flown| !flown.is_run);
        effects.for_each(|flown| flown.abort.abort());
    }

    /// The same, but for effects that are worth waiting for.
    fn cut_repeatable(&mut self) {
        let repeatable = self
            .flown
            .values()
            .filter(|flown| !flown.is_run && !flown.leaves_doubt());
        repeatable.for_each(|flown| flown.abort.abort());
    }

    /// How many effects are in flight that are worth waiting for.
    fn doubtful(&self) -> usize {
        let effects = self.flown.values().filter(|flown| !flown.is_run);
        effects.filter(|flown| flown.leaves_doubt()).count()
    }
}

impl Flown {
    /// Whether cutting it short leaves something open that a repetition cannot be trusted to close.
    fn leaves_doubt(&self) -> bool {
        match self.effect {
            EffectClass::Keyed | EffectClass::External => true,
            EffectClass::None | EffectClass::Idempotent => false,
        }
    }
}

impl Engine {
    /// Lets effects land that nobody may simply repeat, cuts short what else is in flight, and records the ends
    /// of what was over: what happened must not happen again, or come into doubt, because somebody stopped the
    /// run. The runs of steps were asked to stop too, and do the same.
    pub(in crate::engine) async fn land(
        self: &Arc<Self>,
        owned: &mut Owned,
        mut flight: Flight,
        notices: &UnboundedSender<Notice>,
    ) -> Result<(), DriveError> {
        let began = tokio::time::Instant::now();
        flight.cut_repeatable();
        self.land_until(owned, &mut flight, Some(began + NOTICEABLE), notices)
            .await?;
        let effects = flight.doubtful();
        if effects > 0 {
            // Nobody listening is no reason to wait less.
            let _ = notices.send(Notice::Landing { effects });
        }
        self.land_until(owned, &mut flight, Some(began + super::GRACE), notices)
            .await?;
        flight.cut_effects();
        self.land_until(owned, &mut flight, Some(began + super::LANDING), notices)
            .await?;
        flight.cut_all();
        self.land_until(owned, &mut flight, None, notices).await?;
        let cut = |run: &Run, unit: &Unit| run.progress(unit).is_some_and(|progress| progress.child.is_none());
        let was_cut = owned.run.as_ref().is_some_and(|run| {
            let mut effects = run.effects(now_ms()).into_iter();
            effects.any(|effect| matches!(effect, Effect::Perform(unit) if cut(run, &unit)))
        });
        if was_cut {
            // The next owner charges what was cut short for as long as it lived. Not knowing, it charges all that was
            // held, so this must not stop us.
            let _ = owned.lease.leave_beat();
        }
        Ok(())
    }

    /// Records what lands, until nothing is in flight or the time has come.
    async fn land_until(
        self: &Arc<Self>,
        owned: &mut Owned,
        flight: &mut Flight,
        until: Option<tokio::time::Instant>,
        notices: &UnboundedSender<Notice>,
    ) -> Result<(), DriveError> {
        while flight.is_flying() {
            let beat = tokio::time::Instant::now() + super::BEAT;
            let next = until.map_or(beat, |until| until.min(beat));
            match tokio::time::timeout_at(next, flight.next()).await {
                Ok(Ok((id, performance))) => {
                    flight.flown.remove(&id);
                    match performance {
                        Performance::Over(performed) => self.record(owned, performed.settle(), notices).await?,
                        Performance::Waits | Performance::Broken(_) => {}
                    }
                }
                Ok(Err(error)) if error.is_cancelled() => {
                    flight.flown.remove(&error.id());
                }
                Ok(Err(error)) => return Err(error.into()),
                Err(_) if until == Some(next) => return Ok(()),
                Err(_) => {
                    // Whoever comes after us only learns less.
                    let _ = owned.lease.beat();
                }
            }
        }
        Ok(())
    }
}

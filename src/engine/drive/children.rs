//! Runs that units have begun follow the run above them: when it is cancelled, fails or pauses.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::super::command::Command;
use super::super::decide::CommandError;
use super::super::fact::{ChildRun, Unit, Why};
use super::super::perform::Ending;
use super::super::run::Run;
use super::super::start::StartError;
use super::super::tell::TellError;
use super::super::{Engine, now_ms};
use super::flight::Flight;
use super::{DriveError, Notice, Stop};

/// What runs of units were told, so that each is told once.
#[derive(Debug, Default)]
pub(super) struct Told {
    cancelled: HashSet<String>,
    paused: HashSet<String>,
    ended: HashSet<String>,
}

impl Engine {
    /// Tells the runs of units what becomes of this one, and ends those that nobody drives and nobody
    /// will use.
    pub(super) async fn lead_children(
        self: &Arc<Self>,
        run: &Run,
        flight: &mut Flight,
        told: &mut Told,
        notices: &UnboundedSender<Notice>,
        stop: &Stop,
    ) -> Result<(), DriveError> {
        let parent = &run.started().run;
        let pauses = match run.paused().map(|paused| &paused.why) {
            Some(Why::Asked { by, reason }) => Some((by, reason)),
            Some(Why::Budget { .. } | Why::Crashes { .. }) | None => None,
        };
        if pauses.is_none() {
            told.paused.clear();
        }
        for (unit, child) in run.begun_others() {
            if !flight.has(unit) {
                if run.is_halted() && told.ended.insert(child.run.clone()) {
                    flight.end(self, ending(run, unit, child), notices, stop);
                }
                continue;
            }
            if let Some(cancel) = cancellation(run).filter(|_| !told.cancelled.contains(&child.run)) {
                if self.tell_child(&child.run, cancel).await? {
                    told.cancelled.insert(child.run.clone());
                }
            } else if let Some((_, reason)) = pauses.filter(|_| !told.paused.contains(&child.run)) {
                let command = Command::Pause {
                    by: format!("run:{parent}"),
                    reason: reason.clone(),
                };
                if self.tell_child(&child.run, command).await? {
                    told.paused.insert(child.run.clone());
                }
            }
        }
        Ok(())
    }

    /// Says whether the run knows; one that has not begun yet has to be told later, one that is over needs not.
    async fn tell_child(&self, run: &str, command: Command) -> Result<bool, DriveError> {
        match self.tell(run, command).await {
            Ok(_) | Err(TellError::Command(CommandError::Finished)) => Ok(true),
            Err(TellError::Run(StartError::NoSuchRun { .. })) => Ok(false),
            Err(TellError::Append(error)) => Err(error.into()),
            Err(TellError::Run(error)) => Err(error.into()),
            Err(TellError::Command(error)) => Err(error.into()),
            Err(TellError::Unrecordable(error)) => Err(error.into()),
            Err(TellError::Mode(error)) => Err(error.into()),
            Err(TellError::Crowded) => Err(DriveError::Standstill),
        }
    }
}

/// What the runs of units in flight are told when this one ends before they do.
fn cancellation(run: &Run) -> Option<Command> {
    let by = format!("run:{}", run.started().run);
    if let Some(cancelling) = run.cancelling() {
        return Some(Command::Cancel {
            by,
            reason: cancelling.reason.clone(),
            grace_ms: cancelling.grace_ms,
        });
    }
    let is_cut = run.is_halted() && run.cut_at().is_some_and(|at| at <= now_ms());
    is_cut.then(|| Command::Cancel {
        by,
        reason: Some("the run above it ends".to_owned()),
        grace_ms: 0,
    })
}

fn ending(run: &Run, unit: &Unit, child: &ChildRun) -> Ending {
    let progress = run.progress(unit);
    let cancelling = run.cancelling();
    Ending {
        unit: unit.clone(),
        attempt: progress.map_or(0, |progress| progress.attempt),
        run: child.run.clone(),
        implicit: progress
            .and_then(|progress| progress.why.clone())
            .unwrap_or_else(crate::label::Label::constant),
        by: format!("run:{}", run.started().run),
        reason: match cancelling {
            Some(cancelling) => cancelling.reason.clone(),
            None => Some("the run above it has failed".to_owned()),
        },
    }
}

//! Runs that are steps of another: begun or gone on with, never begun twice.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::super::Engine;
use super::super::command::Command;
use super::super::drive::{DriveError, End, Notice, Owned, Stop};
use super::super::fact::{ChildRun, Fault, FaultKind, Finished, Outcome, Parent, Status, Unit, Why};
use super::super::failpoint::Point;
use super::super::prepare::{ChildJob, Prepared, Promised};
use super::super::start::{Above, Job, StartError};
use super::{Given, Performance, Performed, check};
use crate::capsule::budget::Spend;
use crate::journal::LeaseError;
use crate::label::{Label, Labelled};

/// Drives the run of a step until it is over, waits for somebody, or is stopped.
pub(super) async fn carry_on(
    engine: &Arc<Engine>,
    prepared: &Prepared,
    job: &ChildJob,
    child: &ChildRun,
    attempt: u32,
    notices: &UnboundedSender<Notice>,
    stop: &Stop,
) -> Performance {
    let over = |outcome, spent| {
        Performance::Over(Box::new(Performed {
            unit: prepared.unit.clone(),
            attempt,
            outcome,
            form: None,
            spent,
            usage: None,
            cache: None,
            found: None,
        }))
    };
    match drive(engine, prepared, job, child, notices, stop).await {
        Ok(End::Finished(finished)) => {
            engine.failpoint.pass(Point::BetweenChildAndParent);
            let spent = finished.spent;
            over(
                outcome(&prepared.implicit, &prepared.promised, &child.run, &finished),
                spent,
            )
        }
        Ok(End::Parked | End::Stopped) => Performance::Waits,
        // Another process goes on with it: its end will be found in the journal.
        Err(Broken::Start(StartError::Lease(LeaseError::Busy { .. }))) => Performance::Waits,
        Err(Broken::Start(error)) => {
            let fault = Fault::new(FaultKind::Storage, format!("run {}: {error}", child.run));
            over(Outcome::Failed { fault }, Spend::default())
        }
        Err(Broken::Drive(error)) => Performance::Broken(Box::new(error)),
    }
}

/// The run of a unit that will not be used any more.
pub(in crate::engine) struct Ending {
    pub(in crate::engine) unit: Unit,
    pub(in crate::engine) attempt: u32,
    /// The run.
    pub(in crate::engine) run: String,
    /// The label of what decided that the unit was attempted.
    pub(in crate::engine) implicit: Label,
    /// Who ends it, and why.
    pub(in crate::engine) by: String,
    pub(in crate::engine) reason: Option<String>,
}

/// Cancels a run that nobody drives and drives it to its end, so that it undoes what it did.
pub(in crate::engine) async fn end(
    engine: &Arc<Engine>,
    ending: Ending,
    notices: &UnboundedSender<Notice>,
    stop: &Stop,
) -> Performance {
    let Ending {
        unit,
        attempt,
        run,
        implicit,
        by,
        reason,
    } = ending;
    let over = |outcome, spent| {
        Performance::Over(Box::new(Performed {
            unit: unit.clone(),
            attempt,
            outcome,
            form: None,
            spent,
            usage: None,
            cache: None,
            found: None,
        }))
    };
    let nothing = || {
        let fault = Fault::new(FaultKind::Cancelled, "it was cancelled before it began");
        over(Outcome::Failed { fault }, Spend::default())
    };
    let taken = match engine.take_over_elsewhere(&run).await {
        Err(StartError::NoSuchRun { .. }) => return nothing(),
        // Another process goes on with it.
        Err(StartError::Lease(LeaseError::Busy { .. })) => return Performance::Waits,
        Err(error) => return Performance::Broken(Box::new(error.into())),
        Ok(taken) => taken,
    };
    let (mut owned, lease) = taken;
    let finished = owned.run().and_then(|run| run.finished().cloned());
    let ended = match finished {
        Some(finished) => Ok(End::Finished(finished)),
        None => {
            let cancel = Command::Cancel {
                by,
                reason,
                grace_ms: 0,
            };
            engine.drive_boxed(&mut owned, vec![lease, cancel], notices, stop).await
        }
    };
    match ended {
        Ok(End::Finished(finished)) => {
            let spent = finished.spent;
            over(outcome(&implicit, &Promised::default(), &run, &finished), spent)
        }
        Ok(End::Parked | End::Stopped) => Performance::Waits,
        Err(error) => Performance::Broken(Box::new(error)),
    }
}

/// Why a run does not go on.
enum Broken {
    Start(StartError),
    Drive(DriveError),
}

async fn drive(
    engine: &Arc<Engine>,
    prepared: &Prepared,
    job: &ChildJob,
    child: &ChildRun,
    notices: &UnboundedSender<Notice>,
    stop: &Stop,
) -> Result<End, Broken> {
    let (mut owned, command) = take(engine, prepared, job, child).await.map_err(Broken::Start)?;
    if let Some(finished) = owned.run().and_then(|run| run.finished()) {
        return Ok(End::Finished(Arc::clone(finished)));
    }
    // What the step may spend can have grown since the run began.
    let raise = owned.run().is_some_and(|run| run.budget().limit != child.limit);
    let by = format!("run:{}", job.parent);
    let mut commands = vec![command];
    if raise {
        commands.push(Command::Raise {
            step: None,
            limit: child.limit,
            by: by.clone(),
        });
    }
    // It paused because the run above it did.
    let paused = owned.run().and_then(|run| run.paused()).map(|paused| &paused.why);
    if matches!(paused, Some(Why::Asked { by: asked, .. }) if *asked == by) {
        commands.push(Command::Resume { by });
    }
    engine
        .drive_boxed(&mut owned, commands, notices, stop)
        .await
        .map_err(Broken::Drive)
}

/// Begins the run, or takes it over when it was begun before.
async fn take(
    engine: &Arc<Engine>,
    prepared: &Prepared,
    job: &ChildJob,
    child: &ChildRun,
) -> Result<(Owned, Command), StartError> {
    let id = child.run.clone();
    if engine.reading(move |reader| reader.run(&id)).await?.is_some() {
        return engine.take_over_elsewhere(&child.run).await;
    }
    engine.failpoint.pass(Point::BetweenParentAndChild);
    let begun = Job {
        capsule: Arc::clone(&job.capsule),
        inputs: job.inputs.clone(),
        workspace: job.workspace.clone(),
        seed: prepared.seed,
        idempotency_key: None,
        limit: child.limit,
        children: job.children.clone(),
        deadline_ms: None,
        forked: None,
    };
    let parent = Parent {
        run: job.parent.clone(),
        unit: prepared.unit.clone(),
    };
    let above = Above {
        parent,
        on_exhausted: job.on_exhausted,
        by: job.by.clone(),
    };
    engine.begin_as(child.run.clone(), begun, Some(above))
}

fn outcome(implicit: &Label, promised: &Promised, run: &str, finished: &Finished) -> Outcome {
    match (&finished.status, &finished.outputs) {
        (Status::Succeeded, Some(outputs)) => {
            let mut output: Labelled = outputs.clone();
            output.label.join(implicit);
            output
                .fields
                .values_mut()
                .for_each(|label: &mut Label| label.join(implicit));
            let given = Given {
                output,
                artifacts: finished.artifacts.clone(),
                usage: None,
            };
            check(promised, given).unwrap_or_else(|fault| Outcome::Failed { fault })
        }
        (Status::Succeeded | Status::Failed | Status::Denied | Status::Cancelled, _) => {
            let fault = finished.fault.as_ref().map_or_else(
                || Fault::new(FaultKind::Cancelled, "it was cancelled"),
                |failure| failure.fault.clone(),
            );
            let place = finished
                .fault
                .as_ref()
                .and_then(|failure| failure.unit.as_ref())
                .map_or_else(String::new, |unit| format!("step `{unit}`: "));
            Outcome::Failed {
                fault: Fault {
                    message: format!("run {run}: {place}{}", fault.message),
                    uncertain: false,
                    ..fault
                },
            }
        }
    }
}

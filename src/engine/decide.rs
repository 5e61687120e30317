//! Deciding: which facts follow from a command.
//!
//! Pure: no IO, no clock, no randomness, no policy. A verdict, the time and everything random are
//! inputs, so the same command on the same run always gives the same facts.

use super::command::{Command, Ruling};
use super::fact::{
    Expanded, Fault, FaultKind, Finished, InDoubt, Judged, Leased, Outcome, RunFact, Settled, Skipped, Status,
    StepStarted, Unit, UnitFault,
};
use super::run::{Effect, Progress, Run};
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::EffectClass;
use crate::exit::Exit;
use crate::label::Labelled;
use crate::policy::{Decision, Refused};

/// A command that does not fit the run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// A second start.
    #[error("the run was already started")]
    AlreadyStarted,
    /// Anything but a start, and there is no run.
    #[error("there is no such run")]
    NotStarted,
    /// The run is over.
    #[error("the run is finished")]
    Finished,
    /// The unit is not waiting for that.
    #[error("`{unit}` is not waiting for this")]
    NotReady {
        /// The unit.
        unit: Unit,
    },
    /// Steps are still to be done.
    #[error("the run still has steps to do")]
    NotConcluded,
}

/// Says which facts follow from `command`.
///
/// Nothing follows from settling an attempt that is no longer open: somebody else already did.
///
/// # Errors
/// The command does not fit the state of the run.
pub fn decide(run: Option<&Run>, command: &Command) -> Result<Vec<RunFact>, CommandError> {
    let (run, command) = match (run, command) {
        (None, Command::Start { started, pid, .. }) => {
            return Ok(vec![
                RunFact::Started(started.clone()),
                RunFact::Leased(Leased { epoch: 1, pid: *pid }),
            ]);
        }
        (Some(_), Command::Start { .. }) => return Err(CommandError::AlreadyStarted),
        (None, _) => return Err(CommandError::NotStarted),
        (Some(run), command) => (run, command),
    };
    if run.finished().is_some() {
        return Err(CommandError::Finished);
    }
    match command {
        Command::Start { .. } => Err(CommandError::AlreadyStarted),
        Command::Lease { pid } => Ok(lease(run, *pid)),
        Command::Judge { unit, ruling } => judge(run, unit, ruling),
        Command::Settle {
            unit,
            attempt,
            outcome,
            spent,
            usage,
        } => {
            let open = run
                .progress(unit)
                .is_some_and(|progress| progress.attempt == *attempt && progress.open.is_some());
            if !open {
                return Ok(Vec::new());
            }
            Ok(vec![RunFact::Settled(Box::new(Settled {
                unit: unit.clone(),
                attempt: *attempt,
                outcome: outcome.clone(),
                spent: *spent,
                usage: usage.clone(),
                epoch: run.epoch(),
            }))])
        }
        Command::Conclude { outputs } => conclude(run, outputs),
    }
}

/// The new owner learns at once which effects of the old one nobody can know about.
fn lease(run: &Run, pid: u32) -> Vec<RunFact> {
    let mut facts = vec![RunFact::Leased(Leased {
        epoch: run.epoch() + 1,
        pid,
    })];
    let open = run
        .capsule()
        .steps()
        .iter()
        .filter_map(|step| run.next_unit(&step.name))
        .filter_map(|(unit, progress)| Some((unit, progress.attempt, progress.open.as_ref()?)));
    for (unit, attempt, open) in open {
        if open.effect == EffectClass::External && !run.doubts().contains(&unit) {
            facts.push(RunFact::InDoubt(InDoubt {
                unit,
                attempt,
                key: open.key.clone(),
            }));
        }
    }
    facts
}

fn judge(run: &Run, unit: &Unit, ruling: &Ruling) -> Result<Vec<RunFact>, CommandError> {
    if !run.effects().contains(&Effect::Judge(unit.clone())) {
        return Err(CommandError::NotReady { unit: unit.clone() });
    }
    // Conditions and lists are those of a whole step; its items come after both.
    match ruling {
        Ruling::Skip { .. } | Ruling::Expand { .. } if unit.item.is_some() => {
            return Err(CommandError::NotReady { unit: unit.clone() });
        }
        Ruling::Skip { .. } | Ruling::Expand { .. } | Ruling::Refuse { .. } | Ruling::Act { .. } => {}
    }
    let attempt = run.progress(unit).map_or(0, |progress: &Progress| progress.attempt) + 1;
    let refuse = |fault: Fault| {
        RunFact::Settled(Box::new(Settled {
            unit: unit.clone(),
            attempt,
            outcome: Outcome::Failed { fault },
            spent: Spend::default(),
            usage: None,
            epoch: run.epoch(),
        }))
    };
    Ok(match ruling {
        Ruling::Skip { label } => vec![RunFact::Skipped(Skipped {
            step: unit.step.clone(),
            label: label.clone(),
        })],
        Ruling::Expand { items, label } => vec![RunFact::Expanded(Expanded {
            step: unit.step.clone(),
            items: items.clone(),
            label: label.clone(),
        })],
        Ruling::Refuse { fault } => vec![refuse(fault.clone())],
        Ruling::Act {
            label,
            action,
            action_digest,
            effect,
            verdict,
            estimate,
        } => {
            let judged = RunFact::Judged(Box::new(Judged {
                unit: unit.clone(),
                attempt,
                action: action.clone(),
                label: label.clone(),
                verdict: (**verdict).clone(),
            }));
            let follows = match verdict.decision() {
                Decision::Ask | Decision::Deny => refuse(denial(verdict.because().to_vec())),
                Decision::Allow => match run.check_budget(&unit.step, *estimate) {
                    Err(exhausted) => refuse(
                        Fault::new(FaultKind::Budget, exhausted.to_string())
                            .hint("raise the budget in the capsule, or give the run less to do"),
                    ),
                    Ok(()) => RunFact::StepStarted(Box::new(StepStarted {
                        unit: unit.clone(),
                        attempt,
                        action: action.clone(),
                        action_digest: *action_digest,
                        effect: *effect,
                        key: key(&run.started().run, unit),
                        reserved: *estimate,
                        epoch: run.epoch(),
                    })),
                },
            };
            vec![judged, follows]
        }
    })
}

/// The idempotency key of a unit: the same for every attempt.
fn key(run: &str, unit: &Unit) -> String {
    let item = unit.item.map_or_else(String::new, |item| item.to_string());
    format!("som1:{run}:{}:{item}", unit.step)
}

fn denial(because: Vec<crate::policy::Reason>) -> Fault {
    Fault::new(FaultKind::Denied, Refused::Denied { because }.to_string())
        .hint("the constitution decides what may happen; `somagent doctor` says where it lies")
}

fn conclude(run: &Run, outputs: &Result<Labelled, Fault>) -> Result<Vec<RunFact>, CommandError> {
    if run.effects() != [Effect::Conclude] {
        return Err(CommandError::NotConcluded);
    }
    let (failure, outputs) = match (run.failure(), outputs) {
        (Some(failure), _) => (Some(failure.clone()), None),
        (None, Ok(outputs)) => (None, Some(outputs.clone())),
        (None, Err(fault)) => (
            Some(UnitFault {
                unit: None,
                fault: fault.clone(),
            }),
            None,
        ),
    };
    let kind = failure.as_ref().map(|failure| failure.fault.kind);
    Ok(vec![RunFact::Finished(Box::new(Finished {
        status: match kind {
            None => Status::Succeeded,
            Some(FaultKind::Denied) => Status::Denied,
            Some(
                FaultKind::Template
                | FaultKind::Budget
                | FaultKind::Tool
                | FaultKind::Model
                | FaultKind::Schema
                | FaultKind::Storage
                | FaultKind::Artifact,
            ) => Status::Failed,
        },
        exit_code: kind.map_or(Exit::Succeeded, FaultKind::exit).code(),
        outputs,
        artifacts: run.artifacts().to_vec(),
        spent: run.budget().spent,
        fault: failure,
    }))])
}

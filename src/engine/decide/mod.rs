//! Deciding: from the state of a run and a command to the facts that follow.
//!
//! Pure: no IO, no clock, no randomness. The impure part of a decision (rendering, judging, what a
//! guardrail found, the time) arrives in the command.

mod again;
mod answer;
mod doubt;
mod elicited;
mod judge;
mod settle;

use super::command::{Command, tripped};
use super::fact::question::{About, Requested};
use super::fact::{
    Admitted, Cancelling, Failing, Fault, FaultKind, Finished, Leased, Paused, Raised, Resumed, RunFact, Status, Unit,
    UnitFault, Why,
};
use super::run::{Effect, MOST_CRASHES, Run};
use crate::capsule::budget::Limit;
use crate::capsule::guard::Finding;
use crate::capsule::policies::{OnConflict, OnFail};
use crate::capsule::tool_spec::EffectClass;
use crate::digest::Digest;
use crate::exit::Exit;
use crate::label::Labelled;
use crate::policy::{Decision, Demand};

use doubt::doubt;

pub use answer::AnswerError;
pub(super) use answer::check_contract;

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
    /// The answer does not hold.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The capsule has no such step.
    #[error("the run has no step `{step}`")]
    NoSuchStep {
        /// As asked for.
        step: String,
    },
    /// The step is not over, so that it cannot be done again.
    #[error("`{step}` is not over")]
    NotOver {
        /// The step.
        step: String,
    },
    /// No step failed.
    #[error("no step of the run has failed")]
    NothingFailed,
    /// The run undoes what it did, or is at the hooks that come last.
    #[error("the run comes to its end; what it did can be done again when it is over")]
    Ending,
    /// The run does not pause.
    #[error("the run does not pause")]
    NotPaused,
    /// More was used already.
    #[error("the new budget is below what the run has used and holds already: {used} {unit}")]
    BelowUse {
        /// The unit of measure.
        unit: &'static str,
        /// What was used and is held.
        used: u64,
    },
    /// The budget of a run that another one began is a part of that one's.
    #[error("the run is a step of run `{parent}`, whose budget it shares")]
    PartOf {
        /// The other run.
        parent: String,
    },
}

/// Says which facts follow from `command`, given at `now` (milliseconds since 1970 UTC).
///
/// Nothing follows from settling an attempt that is no longer open: somebody else already did. Nothing
/// follows from judging a unit whose reservation only others in flight are in the way of.
///
/// # Errors
/// The command does not fit the state of the run.
pub fn decide(run: Option<&Run>, command: &Command, now: i64) -> Result<Vec<RunFact>, CommandError> {
    let (run, command) = match (run, command) {
        (None, Command::Start { .. }) => return Ok(start(command)),
        (Some(_), Command::Start { .. }) => return Err(CommandError::AlreadyStarted),
        (None, _) => return Err(CommandError::NotStarted),
        (Some(run), command) => (run, command),
    };
    if let Command::Retry { steps, by } = command {
        return again::retry(run, steps, by);
    }
    if run.finished().is_some() {
        return Err(CommandError::Finished);
    }
    match command {
        Command::Start { .. } | Command::Retry { .. } => Err(CommandError::AlreadyStarted),
        Command::Lease { pid, last_beat } => Ok(lease(run, *pid, *last_beat)),
        Command::Admit { ahead } => Ok(admit(run, *ahead)),
        Command::Judge { unit, ruling } => judge::judge(run, unit, ruling, now),
        Command::Settle { .. } => Ok(settle::settle(run, command, now)),
        Command::Answer(given) => answer::answer(run, given, now),
        Command::Due => Ok(due(run, now)),
        Command::Pause { by, reason } => Ok(pause(run, by, reason.as_ref())),
        Command::Resume { by } => match run.paused() {
            Some(_) => Ok(vec![RunFact::Resumed(Resumed { by: by.clone() })]),
            None => Err(CommandError::NotPaused),
        },
        Command::Cancel { by, reason, grace_ms } => Ok(cancel(run, by, reason.as_ref(), *grace_ms)),
        Command::Raise { step, limit, by } => raise(run, step.as_ref(), *limit, by),
        Command::Conclude { outputs, findings } => conclude(run, outputs, findings),
    }
}

fn start(command: &Command) -> Vec<RunFact> {
    let Command::Start {
        started,
        pid,
        findings,
        adopted,
        ..
    } = command
    else {
        return Vec::new();
    };
    let mut facts = vec![
        RunFact::Started(started.clone()),
        RunFact::Leased(Leased {
            epoch: 1,
            pid: *pid,
            last_beat: None,
        }),
    ];
    facts.extend(adopted.iter().cloned().map(RunFact::Adopted));
    facts.extend(tripped(None, findings).map(RunFact::Tripped));
    match strictest(findings) {
        Some(OnFail::Block) => facts.push(failing(guarded("inputs", findings))),
        Some(OnFail::Review) => facts.push(RunFact::Requested(Box::new(Requested {
            id: question_id(&started.run, "inputs"),
            unit: None,
            about: About::Inputs,
            prompt: format!("Go on although {}?", guarded("inputs", findings).message),
            shown: Vec::new(),
            choices: yes_or_no(),
            assignees: Vec::new(),
            form: None,
            expires_at: None,
            on_expire: None,
            label: None,
        }))),
        Some(OnFail::Warn) | None => {}
    }
    facts
}

fn yes_or_no() -> Vec<String> {
    vec![
        super::fact::question::APPROVE.to_owned(),
        super::fact::question::REJECT.to_owned(),
    ]
}

/// The id of a question of a run: 64 bits of a digest, so that people can type it.
fn question_id(run: &str, about: &str) -> String {
    let digest = Digest::of(format!("{run}/question/{about}").as_bytes()).to_string();
    digest.get(..16).unwrap_or(&digest).to_owned()
}

/// The id of a question about a unit.
fn unit_question(run: &Run, unit: &Unit, attempt: u32, about: &str) -> String {
    let generation = run.progress(unit).map_or(0, |progress| progress.generation);
    // What was asked and never answered may be asked again.
    let place = format!("{unit}/{generation}/{attempt}/{about}/{}", run.run_seq());
    question_id(&run.started().run, &place)
}

/// What the most serious of the findings means.
fn strictest(findings: &[Finding]) -> Option<OnFail> {
    let rank = |on_fail: &OnFail| match on_fail {
        OnFail::Block => 2,
        OnFail::Review => 1,
        OnFail::Warn => 0,
    };
    findings.iter().map(|finding| finding.on_fail).max_by_key(rank)
}

/// What guardrails demand because of what they found in the question to a model.
pub(super) fn objection(findings: &[Finding]) -> Option<Demand> {
    let decision = match strictest(findings)? {
        OnFail::Block => Decision::Deny,
        OnFail::Review => Decision::Ask,
        OnFail::Warn => return None,
    };
    Some(Demand {
        decision,
        because: guarded("question", findings).message,
    })
}

/// The fault of findings in `what`.
fn guarded(what: &str, findings: &[Finding]) -> Fault {
    let mut found: Vec<String> = findings
        .iter()
        .filter(|finding| finding.on_fail != OnFail::Warn)
        .map(|finding| {
            let place = if finding.at.is_empty() { "" } else { " at " };
            format!("`{}` found {}{place}{}", finding.check, finding.what, finding.at)
        })
        .collect();
    found.dedup();
    let more = found.len().saturating_sub(3);
    found.truncate(3);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let message = format!("the guardrail {}{more} in the {what}", found.join(", "));
    Fault::new(FaultKind::Guardrail, message).hint("`guardrails` of the capsule says what is looked for")
}

fn failing(fault: Fault) -> RunFact {
    RunFact::Failing(Failing {
        fault: UnitFault { unit: None, fault },
        ahead: None,
    })
}

/// The new owner learns at once which effects of the old one nobody can know about.
fn lease(run: &Run, pid: u32, last_beat: Option<i64>) -> Vec<RunFact> {
    let epoch = run.epoch() + 1;
    let mut facts = vec![RunFact::Leased(Leased { epoch, pid, last_beat })];
    let interrupted = run
        .effects(run.times().1)
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Perform(unit) => Some(unit),
            Effect::Admit | Effect::Judge(_) | Effect::Delay(_) | Effect::Bound(_) | Effect::Conclude => None,
        });
    // A run that a unit began has its own record, and goes on from there.
    let is_effect = |unit: &Unit| run.progress(unit).is_some_and(|progress| progress.child.is_none());
    let interrupted: Vec<Unit> = interrupted.filter(is_effect).collect();
    for unit in &interrupted {
        let Some(progress) = run.progress(unit) else { continue };
        let Some(open) = &progress.open else { continue };
        if open.effect == EffectClass::External {
            facts.extend(doubt(run, unit, progress.attempt, open, None, epoch));
        }
    }
    // An owner that gave the run back did not die.
    let died = last_beat.is_some() && !interrupted.is_empty();
    if died && run.crashes() + 1 >= MOST_CRASHES && run.paused().is_none() {
        facts.push(RunFact::Paused(Paused {
            why: Why::Crashes {
                times: run.crashes() + 1,
            },
        }));
    }
    facts
}

fn admit(run: &Run, ahead: usize) -> Vec<RunFact> {
    let Some(slot) = run.queued() else { return Vec::new() };
    if ahead < slot.limit as usize {
        return vec![RunFact::Admitted(Admitted {})];
    }
    match slot.on_conflict {
        OnConflict::Queue | OnConflict::Replace => Vec::new(),
        OnConflict::Reject => {
            let message = format!("{ahead} other runs hold `{}`, and {} may", slot.key, slot.limit);
            let fault = Fault::new(FaultKind::Busy, message)
                .hint("wait until they are over, or say `on_conflict: queue` or `replace` in the capsule");
            vec![RunFact::Failing(Failing {
                fault: UnitFault { unit: None, fault },
                ahead: Some(ahead),
            })]
        }
    }
}

/// Bounds that time has reached.
fn due(run: &Run, now: i64) -> Vec<RunFact> {
    if let Some(deadline) = run.started().deadline_at
        && deadline <= now
        && !run.is_halted()
    {
        let fault = Fault::new(FaultKind::Deadline, "the run was not over at its deadline");
        return vec![failing(
            fault.hint("raise `deadline` in the capsule, or give the run less to do"),
        )];
    }
    answer::expired(run, now)
}

fn pause(run: &Run, by: &str, reason: Option<&String>) -> Vec<RunFact> {
    if run.paused().is_some() {
        return Vec::new();
    }
    vec![RunFact::Paused(Paused {
        why: Why::Asked {
            by: by.to_owned(),
            reason: reason.cloned(),
        },
    })]
}

fn cancel(run: &Run, by: &str, reason: Option<&String>, grace_ms: u64) -> Vec<RunFact> {
    if run.cancelling().is_some() {
        return Vec::new();
    }
    vec![RunFact::Cancelling(Cancelling {
        by: by.to_owned(),
        reason: reason.cloned(),
        grace_ms,
    })]
}

fn raise(run: &Run, step: Option<&String>, limit: Limit, by: &str) -> Result<Vec<RunFact>, CommandError> {
    if let Some(parent) = &run.started().parent
        && *by != format!("run:{}", parent.run)
    {
        let parent = parent.run.clone();
        return Err(CommandError::PartOf { parent });
    }
    let used = match step {
        None => run.budget().reserved.plus(run.budget().spent),
        Some(name) if run.capsule().step(name).is_none() => {
            return Err(CommandError::NoSuchStep { step: name.clone() });
        }
        Some(name) => run
            .step_budget(name)
            .map(|budget| budget.reserved.plus(budget.spent))
            .unwrap_or_default(),
    };
    let rows = [
        ("tokens", limit.tokens, used.tokens),
        ("micro_usd", limit.micro_usd, used.micro_usd),
        ("wall_ms", limit.wall_ms, used.wall_ms),
        ("tool_calls", limit.tool_calls, used.tool_calls),
        ("steps", limit.steps, used.steps),
    ];
    for (unit, limit, used) in rows {
        if limit.is_some_and(|limit| limit < used) {
            return Err(CommandError::BelowUse { unit, used });
        }
    }
    let mut facts = vec![RunFact::Raised(Raised {
        step: step.cloned(),
        limit,
        by: by.to_owned(),
    })];
    if matches!(run.paused(), Some(paused) if matches!(paused.why, Why::Budget { .. })) {
        facts.push(RunFact::Resumed(Resumed { by: by.to_owned() }));
    }
    Ok(facts)
}

fn conclude(run: &Run, outputs: &Result<Labelled, Fault>, findings: &[Finding]) -> Result<Vec<RunFact>, CommandError> {
    if !run.effects(run.times().1).contains(&Effect::Conclude) {
        return Err(CommandError::NotConcluded);
    }
    if run.is_halted() {
        return Ok(vec![finish(run, run.failure().cloned(), None)]);
    }
    let refused = |fault: Fault| {
        // What completed is undone first, when it can be.
        if run.has_to_undo() {
            return failing(fault);
        }
        finish(run, Some(UnitFault { unit: None, fault }), None)
    };
    let outputs = match outputs {
        Ok(outputs) => outputs,
        Err(fault) => return Ok(vec![refused(fault.clone())]),
    };
    let digest = Digest::of_json(&outputs.value);
    if run.outputs_approved() == Some(digest) {
        return Ok(vec![finish(run, None, Some(outputs.clone()))]);
    }
    let mut facts: Vec<RunFact> = tripped(None, findings).map(RunFact::Tripped).into_iter().collect();
    facts.push(match strictest(findings) {
        Some(OnFail::Block) => refused(guarded("outputs", findings)),
        Some(OnFail::Review) => RunFact::Requested(Box::new(Requested {
            id: question_id(&run.started().run, &format!("outputs/{digest}/{}", run.run_seq())),
            unit: None,
            about: About::Outputs { digest },
            prompt: format!("Give these outputs although {}?", guarded("outputs", findings).message),
            shown: vec![super::fact::Shown {
                name: "outputs".to_owned(),
                value: std::sync::Arc::new(outputs.clone()),
            }],
            choices: yes_or_no(),
            assignees: Vec::new(),
            form: None,
            expires_at: None,
            on_expire: None,
            label: None,
        })),
        Some(OnFail::Warn) | None => finish(run, None, Some(outputs.clone())),
    });
    Ok(facts)
}

fn finish(run: &Run, failure: Option<UnitFault>, outputs: Option<Labelled>) -> RunFact {
    let kind = failure.as_ref().map(|failure| failure.fault.kind);
    let (status, exit) = match (run.cancelling(), kind) {
        (Some(_), _) => (Status::Cancelled, Exit::Cancelled),
        (None, None) => (Status::Succeeded, Exit::Succeeded),
        (None, Some(kind @ (FaultKind::Denied | FaultKind::Rejected))) => (Status::Denied, kind.exit()),
        (None, Some(kind)) => (Status::Failed, kind.exit()),
    };
    let undoes = run.is_halted();
    RunFact::Finished(Box::new(Finished {
        status,
        exit_code: exit.code(),
        outputs,
        artifacts: run.artifacts().to_vec(),
        spent: run.budget().spent,
        fault: failure,
        doubts: run.doubts().keys().cloned().collect(),
        cut: run.cut(),
        not_undone: if undoes {
            run.not_undone().cloned().collect()
        } else {
            Vec::new()
        },
    }))
}

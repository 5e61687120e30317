//! From facts to the command that they followed from.

use std::sync::Arc;

use serde_json::Value;

use super::super::command::{Act, Command, Hit, Ruling};
use super::super::fact::{
    About, Adopted, Answer, Fault, FaultKind, Finished, InDoubt, Judged, Outcome, Requested, Resolved, RunFact,
    Settled, Tripped, Unit, UnitFault, Why,
};
use super::super::run::Run;
use super::Recorded;
use crate::capsule::Capsule;
use crate::capsule::guard::Finding;
use crate::capsule::policies::OnFail;
use crate::label::{Label, Labelled};
use crate::tools::OpenForm;

/// The start that `head` is the first fact of.
pub(super) fn start(head: &Recorded, rest: &[Recorded], capsule: &Arc<Capsule>) -> Option<Command> {
    let (RunFact::Started(started), Some(RunFact::Leased(leased))) =
        (&head.fact, rest.first().map(|second| &second.fact))
    else {
        return None;
    };
    let adopted: Vec<Adopted> = rest[1..]
        .iter()
        .map_while(|recorded| match &recorded.fact {
            RunFact::Adopted(adopted) => Some(adopted.clone()),
            _ => None,
        })
        .collect();
    // What follows from one command is recorded at one time.
    let after = rest
        .iter()
        .skip(1 + adopted.len())
        .take_while(|next| next.at == head.at);
    let mut after = after.map(|next| &next.fact);
    let findings = match (after.next(), after.next()) {
        (Some(RunFact::Tripped(tripped)), then) if tripped.unit.is_none() && !is_of_outputs(tripped, then) => {
            tripped.findings.clone()
        }
        (Some(_) | None, _) => Vec::new(),
    };
    Some(Command::Start {
        started: started.clone(),
        capsule: Arc::clone(capsule),
        pid: leased.pid,
        findings,
        adopted,
    })
}

/// Whether it is the outputs in which something was found and not the inputs: all steps of the run may have been
/// adopted. Nothing follows from a warning, so it can be taken for either.
fn is_of_outputs(tripped: &Tripped, then: Option<&RunFact>) -> bool {
    let has = |on_fail: OnFail| tripped.findings.iter().any(|finding| finding.on_fail == on_fail);
    match then {
        Some(RunFact::Requested(requested)) => has(OnFail::Review) && matches!(requested.about, About::Outputs { .. }),
        Some(RunFact::Finished(_)) => has(OnFail::Block),
        Some(_) | None => false,
    }
}

/// The command that `head` is the first fact of; `None` when no command begins with it.
pub(super) fn command(run: &Run, head: &Recorded, rest: &[Recorded]) -> Option<Command> {
    let next = rest.first().map(|next| &next.fact);
    Some(match &head.fact {
        RunFact::Leased(leased) => Command::Lease {
            pid: leased.pid,
            last_beat: leased.last_beat,
        },
        RunFact::Admitted(_) => Command::Admit { ahead: 0 },
        RunFact::Paused(paused) => match &paused.why {
            Why::Asked { by, reason } => Command::Pause {
                by: by.clone(),
                reason: reason.clone(),
            },
            Why::Budget { .. } | Why::Crashes { .. } => return None,
        },
        RunFact::Resumed(resumed) => Command::Resume { by: resumed.by.clone() },
        RunFact::Cancelling(cancelling) => Command::Cancel {
            by: cancelling.by.clone(),
            reason: cancelling.reason.clone(),
            grace_ms: cancelling.grace_ms,
        },
        RunFact::Failing(failing) => {
            let UnitFault { unit, fault } = &failing.fault;
            match (failing.ahead, unit, fault.kind) {
                (Some(ahead), ..) => Command::Admit { ahead },
                (None, Some(unit), _) => Command::Judge {
                    unit: unit.clone(),
                    ruling: Ruling::Refuse { fault: fault.clone() },
                },
                (None, None, FaultKind::Deadline) => Command::Due,
                (None, None, _) => refused_outputs(fault),
            }
        }
        RunFact::Reopened(_) => match next {
            Some(RunFact::Reset(reset)) => Command::Retry {
                steps: reset.asked.clone(),
                by: reset.by.clone(),
            },
            Some(_) | None => return None,
        },
        RunFact::Reset(reset) => Command::Retry {
            steps: reset.asked.clone(),
            by: reset.by.clone(),
        },
        RunFact::Raised(raised) => Command::Raise {
            step: raised.step.clone(),
            limit: raised.limit,
            by: raised.by.clone(),
        },
        RunFact::Skipped(skipped) => Command::Judge {
            unit: Unit::step(&skipped.step),
            ruling: Ruling::Skip {
                label: skipped.label.clone(),
            },
        },
        RunFact::Expanded(expanded) => Command::Judge {
            unit: Unit::step(&expanded.step),
            ruling: Ruling::Expand {
                items: expanded.items.clone(),
                label: expanded.label.clone(),
            },
        },
        RunFact::Judged(judged) => act(judged, rest),
        RunFact::Settled(settled) => settle(run, settled, next),
        RunFact::InDoubt(doubt) => lost(doubt, next)?,
        RunFact::Requested(requested) => asked(requested)?,
        RunFact::Resolved(resolved) => answered(resolved),
        RunFact::Tripped(tripped) if tripped.unit.is_none() => conclude_with(tripped, next),
        RunFact::Finished(finished) => conclude(finished),
        RunFact::Started(_)
        | RunFact::StepStarted(_)
        | RunFact::Adopted(_)
        | RunFact::Endorsed(_)
        | RunFact::Tripped(_) => return None,
    })
}

fn act(judged: &Judged, rest: &[Recorded]) -> Command {
    let mut rest = rest.iter().map(|next| &next.fact).peekable();
    let findings = match rest.peek() {
        Some(RunFact::Tripped(tripped)) if tripped.unit.as_ref() == Some(&judged.unit) => {
            let findings = tripped.findings.clone();
            rest.next();
            findings
        }
        Some(_) | None => Vec::new(),
    };
    let mut args = None;
    let mut cached = None;
    match rest.next() {
        Some(RunFact::Requested(requested)) => {
            if let About::Action { args: shown, .. } = &requested.about {
                args = Some(Arc::clone(shown));
            }
        }
        Some(RunFact::Settled(settled)) => cached = hit(settled),
        Some(_) | None => {}
    }
    Command::Judge {
        unit: judged.unit.clone(),
        ruling: Ruling::Act(Box::new(Act {
            label: judged.label.clone(),
            action: judged.action.clone(),
            action_digest: judged.verdict.action_digest(),
            args: args.unwrap_or_else(|| Arc::new(nothing())),
            effect: judged.effect,
            verdict: Box::new(judged.verdict.clone()),
            review: judged.review.clone(),
            estimate: judged.estimate,
            child: judged.child.clone(),
            findings,
            cached,
        })),
    }
}

fn hit(settled: &Settled) -> Option<Hit> {
    let cached = settled.cache.clone().filter(|cached| cached.hit.is_some())?;
    match &settled.outcome {
        Outcome::Completed { output, artifacts } => Some(Hit {
            cached,
            output: Arc::clone(output),
            artifacts: artifacts.clone(),
        }),
        Outcome::Failed { .. } => None,
    }
}

/// An attempt that ended, or a unit that was not attempted.
fn settle(run: &Run, settled: &Settled, next: Option<&RunFact>) -> Command {
    let progress = run.progress(&settled.unit);
    let is_open = progress.is_some_and(|progress| progress.open.is_some() && progress.attempt == settled.attempt);
    match &settled.outcome {
        Outcome::Failed { fault } if !is_open => Command::Judge {
            unit: settled.unit.clone(),
            ruling: Ruling::Refuse { fault: fault.clone() },
        },
        outcome => Command::Settle {
            unit: settled.unit.clone(),
            attempt: settled.attempt,
            outcome: outcome.clone(),
            form: open_form(&settled.unit, settled.attempt, next).map(|(form, _)| form),
            spent: settled.spent,
            usage: settled.usage.clone(),
            cache: settled.cache.clone(),
            found: settled.found,
        },
    }
}

/// An attempt that could not say whether its effect happened. Of its fault, the message is what counts, unless the
/// question that follows holds all of it.
fn lost(doubt: &InDoubt, next: Option<&RunFact>) -> Option<Command> {
    let (form, fault) = match open_form(&doubt.unit, doubt.attempt, next) {
        Some((form, fault)) => (Some(form), fault.clone()),
        None => {
            let message = doubt.message.clone()?;
            (None, Fault::new(FaultKind::Uncertain, message).uncertain(true))
        }
    };
    Some(Command::Settle {
        unit: doubt.unit.clone(),
        attempt: doubt.attempt,
        outcome: Outcome::Failed { fault },
        form,
        spent: doubt.spent.unwrap_or_default(),
        usage: doubt.usage.clone(),
        cache: None,
        found: None,
    })
}

/// The form that an attempt was ended for, as the question that follows its end says, with the fault it had.
fn open_form<'a>(unit: &Unit, attempt: u32, next: Option<&'a RunFact>) -> Option<(Box<OpenForm>, &'a Fault)> {
    let Some(RunFact::Requested(requested)) = next else {
        return None;
    };
    let About::Elicited {
        attempt: of,
        message,
        answered,
        fault,
        ..
    } = &requested.about
    else {
        return None;
    };
    let form = OpenForm {
        message: message.clone(),
        schema: requested.form.clone()?,
        answered: *answered,
    };
    (requested.unit.as_ref() == Some(unit) && *of == attempt).then(|| (Box::new(form), fault))
}

/// The question of a gate; all others come with something before them.
fn asked(requested: &Requested) -> Option<Command> {
    let (About::Gate { .. }, Some(unit)) = (&requested.about, &requested.unit) else {
        return None;
    };
    Some(Command::Judge {
        unit: unit.clone(),
        ruling: Ruling::Ask {
            label: requested.label.clone().unwrap_or_else(Label::constant),
            prompt: requested.prompt.clone(),
            shown: requested.shown.clone(),
        },
    })
}

fn answered(resolved: &Resolved) -> Command {
    if resolved.expired {
        return Command::Due;
    }
    Command::Answer(Answer {
        id: resolved.id.clone(),
        choice: resolved.choice.clone(),
        form: resolved.form.clone(),
        by: resolved.by.clone(),
        reason: resolved.reason.clone(),
        mode: resolved.mode.clone(),
        remember: !resolved.remembered.is_empty(),
    })
}

/// A conclusion in which guardrails found something.
fn conclude_with(tripped: &Tripped, next: Option<&RunFact>) -> Command {
    let findings = tripped.findings.clone();
    match next {
        Some(RunFact::Finished(finished)) => outputs_of(finished.outputs.clone(), findings),
        Some(RunFact::Requested(requested)) => {
            let shown = requested.shown.first().map(|shown| (*shown.value).clone());
            outputs_of(shown, findings)
        }
        Some(_) | None => outputs_of(None, findings),
    }
}

/// Outputs, or a value that nobody can have approved when they were not let pass.
fn outputs_of(outputs: Option<Labelled>, findings: Vec<Finding>) -> Command {
    Command::Conclude {
        outputs: Ok(outputs.unwrap_or_else(nothing)),
        findings,
    }
}

fn conclude(finished: &Finished) -> Command {
    match (&finished.outputs, &finished.fault) {
        (None, Some(failure)) if failure.unit.is_none() => refused_outputs(&failure.fault),
        (outputs, _) => outputs_of(outputs.clone(), Vec::new()),
    }
}

fn refused_outputs(fault: &Fault) -> Command {
    Command::Conclude {
        outputs: Err(fault.clone()),
        findings: Vec::new(),
    }
}

fn nothing() -> Labelled {
    Labelled::new(Value::Null, Label::constant())
}

//! Answers to questions: given by people, or by the clock.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::fact::question::{self, About, Answer, Resolved};
use super::super::fact::{Failing, Fault, FaultKind, Outcome, Part, RunFact, Settled, Unit, UnitFault};
use super::super::run::{Pending, Run};
use super::judge::refuse;
use super::{CommandError, elicited};
use crate::capsule::budget::Spend;
use crate::capsule::{Catalogue, Work};
use crate::label::Labelled;
use crate::policy::mode::{OwnRequests, ReasonFor};
use crate::policy::{InForce, Subject};

/// Who decides when nobody did in time.
const CLOCK: &str = "clock";

/// An answer that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// It was decided before, or there never was such a question.
    #[error("the question `{id}` is not open")]
    NotOpen {
        /// The question.
        id: String,
    },
    /// Nobody may answer any more.
    #[error("the question `{id}` has expired")]
    Expired {
        /// The question.
        id: String,
    },
    /// The run ends, so that the unit would not be done again.
    #[error("the run comes to its end and does not do `{unit}` again: `happened` or `fail` can be answered")]
    NotAgain {
        /// The unit.
        unit: Unit,
    },
    /// It is none of the choices.
    #[error("`{choice}` is not one of {}", .choices.join(", "))]
    NoSuchChoice {
        /// As given.
        choice: String,
        /// What can be answered.
        choices: Vec<String>,
    },
    /// The form is not filled in as it must be.
    #[error("the answer does not fit its form {}: {why}", if .place.is_empty() { "at its top".to_owned() } else { format!("at `{place}`") })]
    Form {
        /// A JSON pointer into the form.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// Nobody agrees to what they asked for themselves.
    #[error("in the mode `{mode}` nobody agrees to their own request, and {}", began(.by.as_ref()))]
    OwnRequest {
        /// The mode.
        mode: InForce,
        /// Who began the run, when that was recorded.
        by: Option<String>,
    },
    /// There is nothing that could be remembered.
    #[error("no rule asks here, so nothing can be remembered: {}", if *.is_yes { "what asks is asked each time" } else { "only an approval is remembered" })]
    NothingToRemember {
        /// Whether it is an approval.
        is_yes: bool,
    },
    /// It says nothing about why.
    #[error("in the mode `{mode}` the answer `{choice}` needs a reason")]
    NoReason {
        /// The mode.
        mode: InForce,
        /// As given.
        choice: String,
    },
}

fn began(by: Option<&String>) -> String {
    match by {
        Some(by) => format!("`{by}` began this run"),
        None => "nobody recorded who began this run".to_owned(),
    }
}

pub(super) fn answer(run: &Run, given: &Answer, now: i64) -> Result<Vec<RunFact>, CommandError> {
    let id = given.id.clone();
    let Some(pending) = run.questions().get(&given.id) else {
        return Err(AnswerError::NotOpen { id }.into());
    };
    let requested = &pending.requested;
    if requested.expires_at.is_some_and(|expires| expires <= now) {
        return Err(AnswerError::Expired { id }.into());
    }
    if !requested.choices.contains(&given.choice) {
        return Err(AnswerError::NoSuchChoice {
            choice: given.choice.clone(),
            choices: requested.choices.clone(),
        }
        .into());
    }
    if let (About::Doubt { .. }, Some(unit), question::RETRY) =
        (&requested.about, &requested.unit, given.choice.as_str())
        && !run.can_begin(unit)
    {
        return Err(AnswerError::NotAgain { unit: unit.clone() }.into());
    }
    check_mode(run, pending, given)?;
    check_form(run, pending, given)?;
    let remembered = if given.remember {
        to_remember(pending, &given.choice)?
    } else {
        Vec::new()
    };
    Ok(resolve(
        run,
        pending,
        Resolved {
            id,
            choice: given.choice.clone(),
            by: given.by.clone(),
            reason: given.reason.clone(),
            form: given.form.clone(),
            expired: false,
            digest: None,
            mode: given.mode.clone(),
            remembered,
        },
    ))
}

/// What rules asked about it, which is what an approval of it can answer for the rest of the run.
fn to_remember(pending: &Pending, choice: &str) -> Result<Vec<Subject>, AnswerError> {
    let is_yes = choice == question::APPROVE;
    match &pending.requested.about {
        About::Action { subjects, .. } if is_yes && !subjects.is_empty() => Ok(subjects.clone()),
        About::Action { .. }
        | About::Gate { .. }
        | About::Doubt { .. }
        | About::Elicited { .. }
        | About::Inputs
        | About::Outputs { .. } => Err(AnswerError::NothingToRemember { is_yes }),
    }
}

/// Whether the deployment mode lets them say that, and so little about it.
fn check_mode(run: &Run, pending: &Pending, given: &Answer) -> Result<(), AnswerError> {
    let terms = given.mode.terms();
    // To let an effect happen again is to agree to it; to give it up is not.
    let agrees = match (&pending.requested.about, given.choice.as_str()) {
        (_, question::REJECT) | (About::Doubt { .. }, question::FAIL) => false,
        (
            About::Gate { .. }
            | About::Action { .. }
            | About::Doubt { .. }
            | About::Elicited { .. }
            | About::Inputs
            | About::Outputs { .. },
            _,
        ) => true,
    };
    let by = &run.started().by;
    let is_own = by.as_ref().is_none_or(|by| *by == given.by);
    if agrees && is_own && terms.own_requests == OwnRequests::Refused {
        return Err(AnswerError::OwnRequest {
            mode: given.mode.clone(),
            by: by.clone(),
        });
    }
    let needs_reason = match terms.reason {
        ReasonFor::Nothing => false,
        ReasonFor::Agreeing => agrees,
        ReasonFor::Deciding => true,
    };
    let says_why = given.reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
    if needs_reason && !says_why {
        return Err(AnswerError::NoReason {
            mode: given.mode.clone(),
            choice: given.choice.clone(),
        });
    }
    Ok(())
}

/// A form is asked of whoever agrees; a refusal needs none.
fn check_form(run: &Run, pending: &Pending, given: &Answer) -> Result<(), AnswerError> {
    let wrong = |place: String, why: String| AnswerError::Form { place, why };
    let empty = given.form.as_object().is_none_or(serde_json::Map::is_empty);
    let Some(form) = &pending.requested.form else {
        return if empty {
            Ok(())
        } else {
            Err(wrong(String::new(), "the question has no form".to_owned()))
        };
    };
    if given.choice == question::REJECT && empty {
        return Ok(());
    }
    let filled = question::filled(&given.form);
    first_violation(form, &filled).map_or(Ok(()), |(place, why)| Err(wrong(place, why)))?;
    // What is said to have happened must be what the step promises to those after it; what undoes it promises nothing.
    let is_doubt = matches!(pending.requested.about, About::Doubt { .. });
    let unit = pending.requested.unit.as_ref();
    let unit = unit.filter(|unit| unit.part == Part::Main);
    let schema = unit.and_then(|unit| run.step_of(unit)?.output_schema.as_ref());
    if let (true, question::HAPPENED, Some(schema)) = (is_doubt, given.choice.as_str(), schema) {
        let output = given.form.get("output").unwrap_or(&Value::Null);
        if let Some((place, why)) = first_violation(schema, output) {
            return Err(wrong(format!("/output{place}"), why));
        }
    }
    Ok(())
}

/// Whether what is said to have happened is what the action of the unit gives: whatever comes after it reads that, and
/// the answer cannot be taken back. Who says no more than that it happened says nothing that could be wrong.
///
/// A run holds the contracts of attached servers only. So this is no part of deciding: whoever takes an answer does it,
/// with all contracts in `catalogue`.
///
/// # Errors
/// The first place that does not fit.
pub(in crate::engine) fn check_contract(run: &Run, given: &Answer, catalogue: &Catalogue) -> Result<(), AnswerError> {
    let requested = run.questions().get(&given.id).map(|pending| &pending.requested);
    let unit = requested
        .filter(|requested| matches!(requested.about, About::Doubt { .. }) && given.choice == question::HAPPENED)
        .and_then(|requested| requested.unit.as_ref());
    let output = given.form.get("output").filter(|output| !output.is_null());
    let (Some(unit), Some(output)) = (unit, output) else {
        return Ok(());
    };
    let step = run.step_of(unit);
    let call = step.and_then(|step| match (unit.part, &step.work) {
        (Part::Main, Work::Tool(call)) => Some(call),
        (Part::Compensate, _) => step.compensate.as_ref(),
        (Part::Reconcile, _) => step.reconcile.as_ref().map(|reconcile| &reconcile.call),
        (Part::Main, Work::Model(_) | Work::Capsule(_) | Work::Gate(_)) => None,
    });
    let Some(call) = call else { return Ok(()) };
    let tool = run.started().tool(&call.tool, catalogue);
    let Some(spec) = tool.and_then(|tool| tool.action(&call.action)) else {
        return Ok(());
    };
    first_violation(&spec.output, output).map_or(Ok(()), |(place, why)| {
        Err(AnswerError::Form {
            place: format!("/output{place}"),
            why: format!("{why}, says the contract of `{}`", call.name()),
        })
    })
}

fn first_violation(schema: &Value, value: &Value) -> Option<(String, String)> {
    // A schema that does not compile was refused with its capsule, unless templates fill it in.
    let validator = jsonschema::validator_for(schema).ok()?;
    let error = validator.iter_errors(value).next()?;
    Some((error.instance_path().to_string(), error.to_string()))
}

/// Questions that nobody answered in time.
pub(super) fn expired(run: &Run, now: i64) -> Vec<RunFact> {
    if run.is_halted() {
        return Vec::new();
    }
    let expired = run
        .questions()
        .values()
        .filter(|pending| pending.requested.expires_at.is_some_and(|expires| expires <= now));
    expired
        .flat_map(|pending| {
            let requested = &pending.requested;
            let resolved = Resolved {
                id: requested.id.clone(),
                choice: requested
                    .on_expire
                    .clone()
                    .unwrap_or_else(|| question::REJECT.to_owned()),
                by: CLOCK.to_owned(),
                reason: Some("nobody answered in time".to_owned()),
                form: Value::Null,
                expired: true,
                digest: None,
                mode: InForce::default(),
                remembered: Vec::new(),
            };
            resolve(run, pending, resolved)
        })
        .collect()
}

/// What follows from a decision.
fn resolve(run: &Run, pending: &Pending, mut resolved: Resolved) -> Vec<RunFact> {
    let requested = &pending.requested;
    let choice = resolved.choice.clone();
    let rejected = || {
        let reason = resolved
            .reason
            .as_ref()
            .map_or_else(String::new, |reason| format!(": {reason}"));
        let kind = if resolved.expired {
            FaultKind::Deadline
        } else {
            FaultKind::Rejected
        };
        Fault::new(kind, format!("{} said no{reason}", resolved.by))
    };
    let follows = match (&requested.about, &requested.unit) {
        (About::Gate { own_choices }, Some(unit)) => {
            let nobody = resolved.expired && requested.on_expire.is_none();
            let refused = nobody || choice == question::REJECT && !own_choices;
            let outcome = if refused {
                Outcome::Failed { fault: rejected() }
            } else {
                completed(run, unit, decision(&resolved), &resolved)
            };
            vec![settled(run, unit, 1, outcome)]
        }
        (About::Action { .. }, Some(unit)) if choice == question::REJECT => refuse(run, unit, rejected()),
        (About::Doubt { attempt, .. }, Some(unit)) => match choice.as_str() {
            question::HAPPENED => {
                let output = resolved.form.get("output").cloned().unwrap_or(Value::Null);
                vec![settled(run, unit, *attempt, completed(run, unit, output, &resolved))]
            }
            question::FAIL => {
                let message = format!("{} decided that it failed", resolved.by);
                let fault = Fault::new(FaultKind::Uncertain, message).uncertain(true);
                vec![settled(run, unit, *attempt, Outcome::Failed { fault })]
            }
            _ => Vec::new(),
        },
        (About::Elicited { in_doubt: true, .. }, Some(unit)) if choice == question::REJECT || run.is_halted() => {
            // Its call is not made again, so that what it did is asked as it is of every doubt.
            elicited::left_in_doubt(run, unit).into_iter().collect()
        }
        (
            About::Elicited {
                attempt,
                fault,
                in_doubt: false,
                ..
            },
            Some(unit),
        ) if choice == question::REJECT => {
            // The attempt is over; the next one ends before it begins, as one that is refused.
            let fault = elicited::unanswered(fault, &rejected());
            vec![settled(run, unit, *attempt + 1, Outcome::Failed { fault })]
        }
        (About::Inputs | About::Outputs { .. }, _) if choice == question::REJECT => vec![RunFact::Failing(Failing {
            fault: UnitFault {
                unit: None,
                fault: rejected(),
            },
            ahead: None,
        })],
        (
            About::Action { .. }
            | About::Gate { .. }
            | About::Doubt { .. }
            | About::Elicited { .. }
            | About::Inputs
            | About::Outputs { .. },
            _,
        ) => Vec::new(),
    };
    if let (About::Action { digest, .. }, true) = (&requested.about, choice == question::APPROVE) {
        resolved.digest = Some(*digest);
    }
    std::iter::once(RunFact::Resolved(Box::new(resolved)))
        .chain(follows)
        .collect()
}

/// What a gate gives to the steps after it.
fn decision(resolved: &Resolved) -> Value {
    json!({
        "decision": resolved.choice, "by": resolved.by, "reason": resolved.reason, "form": resolved.form,
    })
}

/// An output that a person gave. That it was asked for says something about what decided so.
fn completed(run: &Run, unit: &Unit, value: Value, resolved: &Resolved) -> Outcome {
    let mut label = resolved.label();
    if let Some(why) = run.progress(unit).and_then(|progress| progress.why.as_ref()) {
        label.join(why);
    }
    Outcome::Completed {
        output: Arc::new(Labelled::new(value, label)),
        artifacts: Vec::new(),
    }
}

fn settled(run: &Run, unit: &Unit, attempt: u32, outcome: Outcome) -> RunFact {
    RunFact::Settled(Box::new(Settled {
        unit: unit.clone(),
        attempt,
        outcome,
        spent: Spend::default(),
        usage: None,
        epoch: run.epoch(),
        retry_at: None,
        cache: None,
        found: None,
    }))
}

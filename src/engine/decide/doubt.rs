//! What follows when nobody knows whether an effect happened.

use serde_json::json;

use super::super::fact::question::{self, About, CALL_SAID, Requested};
use super::super::fact::{Fault, FaultKind, InDoubt, Outcome, Part, RunFact, Settled, Then, Unit, Usage};
use super::super::run::{Open, Run};
use super::{elicited, unit_question};
use crate::capsule::OnUncertain;
use crate::capsule::budget::Spend;
use crate::tools::OpenForm;

/// The most characters of what a call said that stand in a question; the rest is recorded beside it.
const MOST_SAID: usize = 1_000;

/// What an attempt said of itself that cannot say whether its effect happened.
pub(super) struct Told<'a> {
    pub(super) fault: &'a Fault,
    /// What whoever was called had asked for and not got.
    pub(super) form: Option<&'a OpenForm>,
    pub(super) spent: Spend,
    pub(super) usage: Option<&'a Usage>,
    /// When it may run again; absent when it did so often enough.
    pub(super) retry_at: Option<i64>,
}

/// The doubt itself, and what is done about it.
pub(super) fn doubt(
    run: &Run,
    unit: &Unit,
    attempt: u32,
    open: &Open,
    told: Option<Told<'_>>,
    epoch: u64,
) -> Vec<RunFact> {
    let then = if run.cancelling().is_some() {
        // What undoes is over then: it is named among what could not be undone.
        if unit.part == Part::Compensate {
            Then::Fail
        } else {
            Then::Leave
        }
    } else if looks(run, unit) {
        Then::Reconcile
    } else {
        match (otherwise(run, unit), &told) {
            // Whoever never gets a reply must not go on for ever.
            (Then::Retry, Some(told)) if told.retry_at.is_none() => Then::Fail,
            (then, _) => then,
        }
    };
    let in_doubt = InDoubt {
        unit: unit.clone(),
        attempt,
        key: open.key.clone(),
        then,
        message: told.as_ref().map(|told| told.fault.message.clone()),
        spent: told.as_ref().map(|told| told.spent),
        usage: told.as_ref().and_then(|told| told.usage.cloned()),
        retry_at: told
            .as_ref()
            .and_then(|told| told.retry_at.filter(|_| then == Then::Retry)),
    };
    // Where a person decides anyway, the form that was asked for is part of the same decision.
    let form = told.filter(|_| then == Then::Ask);
    let form = form.and_then(|told| elicited::question(run, unit, attempt, told.fault, told.form?, true));
    let follows = form.or_else(|| after_doubt(run, &in_doubt, epoch));
    std::iter::once(RunFact::InDoubt(in_doubt)).chain(follows).collect()
}

/// What has to be said besides a doubt: the question, or the failure.
pub(super) fn after_doubt(run: &Run, doubt: &InDoubt, epoch: u64) -> Option<RunFact> {
    match doubt.then {
        Then::Reconcile | Then::Retry | Then::Leave => None,
        Then::Ask => Some(RunFact::Requested(Box::new(Requested {
            id: unit_question(run, &doubt.unit, doubt.attempt, "doubt"),
            unit: Some(doubt.unit.clone()),
            about: About::Doubt {
                attempt: doubt.attempt,
                key: doubt.key.clone(),
                message: doubt.message.clone(),
            },
            prompt: prompt(run, doubt),
            shown: Vec::new(),
            choices: [question::HAPPENED, question::RETRY, question::FAIL]
                .map(str::to_owned)
                .to_vec(),
            assignees: Vec::new(),
            form: Some(json!({"type": "object", "additionalProperties": false, "properties": {
                "output": {"description": "what the step gives to the steps after it, when it happened"},
            }})),
            expires_at: None,
            on_expire: None,
            label: None,
        }))),
        Then::Fail => {
            let because = doubt
                .message
                .as_ref()
                .map_or_else(String::new, |message| format!(": {message}"));
            let message = format!("nobody knows whether its effect happened{because}");
            let fault = Fault::new(FaultKind::Uncertain, message)
                .hint("look at the other side; `runs retry` does it again under a new key");
            Some(RunFact::Settled(Box::new(Settled {
                unit: doubt.unit.clone(),
                attempt: doubt.attempt,
                outcome: Outcome::Failed {
                    fault: fault.uncertain(true),
                },
                spent: Spend::default(),
                usage: None,
                epoch,
                retry_at: None,
                cache: None,
                found: None,
            })))
        }
    }
}

/// The question itself. What the call said comes last, on the same line: nothing after it can be taken for that, nor
/// that for what is said here.
fn prompt(run: &Run, doubt: &InDoubt) -> String {
    let unit = &doubt.unit;
    let action = action(run, unit);
    let Some(message) = &doubt.message else {
        return format!(
            "Did `{unit}` ({action}) happen? It was interrupted, and its effect cannot be repeated safely."
        );
    };
    format!(
        "Did `{unit}` ({action}) happen? Its call failed, nobody here can say whether its effect happened all the same, \
         and it cannot be repeated safely. {CALL_SAID}{}",
        on_a_line(message)
    )
}

/// What the unit calls.
fn action(run: &Run, unit: &Unit) -> String {
    let Some(step) = run.step_of(unit) else {
        return String::new();
    };
    match (unit.part, &step.compensate, &step.reconcile) {
        (Part::Compensate, Some(call), _) => call.name(),
        (Part::Reconcile, _, Some(reconcile)) => reconcile.call.name(),
        (Part::Main | Part::Reconcile | Part::Compensate, _, _) => step.action(),
    }
}

/// The beginning of a message, as one line.
fn on_a_line(message: &str) -> String {
    let mut line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(MOST_SAID) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

/// Whether an action of the step can find out whether the unit's effect happened.
pub(super) fn looks(run: &Run, unit: &Unit) -> bool {
    let step = run.step_of(unit).filter(|_| unit.part == Part::Main);
    step.is_some_and(|step| step.reconcile.is_some())
}

/// What the capsule says about an effect that nobody can find out about.
pub(super) fn otherwise(run: &Run, unit: &Unit) -> Then {
    // What undoes has no better answer than a person's.
    match (unit.part, run.step_of(unit).map(|step| step.on_uncertain)) {
        (Part::Main, Some(OnUncertain::Retry)) => Then::Retry,
        (Part::Main, Some(OnUncertain::Fail)) => Then::Fail,
        (Part::Main | Part::Reconcile | Part::Compensate, _) => Then::Ask,
    }
}

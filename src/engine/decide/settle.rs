//! What follows when an effect is over.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::command::Command;
use super::super::fact::{Endorsement, Fault, FaultKind, InDoubt, Outcome, Part, RunFact, Settled, Then, Unit};
use super::super::run::{Open, Run};
use super::doubt::{Told, after_doubt, doubt, otherwise};
use super::elicited;
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::EffectClass;
use crate::capsule::{Jitter, Retry, Stage, Work};
use crate::digest::Digest;
use crate::label::{Label, places};

pub(super) fn settle(run: &Run, command: &Command, now: i64) -> Vec<RunFact> {
    let Command::Settle {
        unit,
        attempt,
        outcome,
        form,
        spent,
        usage,
        cache,
        found,
    } = command
    else {
        return Vec::new();
    };
    let Some(progress) = run.progress(unit) else {
        return Vec::new();
    };
    // A run that a unit began ends whoever owns this one; anything else came to its end with its owner.
    let is_ours = |open: &&Open| open.epoch == run.epoch() || progress.child.is_some();
    let open = progress.open.as_ref().filter(|_| progress.attempt == *attempt);
    let Some(open) = open.filter(is_ours) else {
        return Vec::new();
    };
    let fault = match outcome {
        Outcome::Completed { .. } => None,
        Outcome::Failed { fault } => Some(fault),
    };
    if let Some(fault) = fault
        && fault.uncertain
        && open.effect == EffectClass::External
        && progress.child.is_none()
    {
        let told = Told {
            fault,
            form: form.as_deref(),
            spent: *spent,
            usage: usage.as_ref(),
            retry_at: (progress.tried + 1 < most_doubts(run, unit))
                .then(|| after(run, unit, progress.tried, *attempt, now)),
        };
        return doubt(run, unit, *attempt, open, Some(told), run.epoch());
    }
    let wanting = fault.zip(form.as_deref());
    let asked = wanting.and_then(|(fault, form)| elicited::question(run, unit, *attempt, fault, form, false));
    let retry_at = match &asked {
        // It is attempted again when somebody has answered, however often it was tried.
        Some(_) => Some(now),
        None => fault.and_then(|fault| retry_at(run, unit, progress.tried, *attempt, fault, now)),
    };
    let settled = Settled {
        unit: unit.clone(),
        attempt: *attempt,
        outcome: outcome.clone(),
        spent: *spent,
        usage: usage.clone(),
        epoch: run.epoch(),
        retry_at,
        cache: cache.clone(),
        found: *found,
    };
    let again = settled.retry_at.is_some();
    let mut facts = vec![RunFact::Settled(Box::new(settled))];
    facts.extend(endorsed(run, unit, *attempt, outcome));
    facts.extend(asked);
    if !again {
        facts.extend(looked(run, unit, outcome, *found));
    }
    facts
}

/// What is recorded of an answer of which the step endorses something.
pub(super) fn endorsed(run: &Run, unit: &Unit, attempt: u32, outcome: &Outcome) -> Option<RunFact> {
    let (Some(Work::Model(ask)), Outcome::Completed { output, .. }, Part::Main) =
        (run.step_of(unit).map(|step| &step.work), outcome, unit.part)
    else {
        return None;
    };
    let parts = ask.endorse.iter().flat_map(|at| places(&output.value, at));
    let parts: BTreeMap<String, Label> = parts
        .map(|(at, _)| (at.clone(), output.label_at(&at).clone()))
        .collect();
    (!parts.is_empty()).then(|| {
        RunFact::Endorsed(Endorsement {
            unit: unit.clone(),
            attempt,
            parts,
        })
    })
}

/// What a finished reconciliation means for the effect it looked for; nothing for any other unit.
pub(super) fn looked(run: &Run, unit: &Unit, outcome: &Outcome, found: Option<bool>) -> Vec<RunFact> {
    if unit.part != Part::Reconcile {
        return Vec::new();
    }
    let main = unit.part(Part::Main);
    let Some(doubt) = run.doubts().get(&main) else {
        return Vec::new();
    };
    match (outcome, found) {
        (Outcome::Completed { output, .. }, Some(true)) => vec![RunFact::Settled(Box::new(Settled {
            unit: main,
            attempt: doubt.attempt,
            outcome: Outcome::Completed {
                output: Arc::clone(output),
                artifacts: Vec::new(),
            },
            spent: Spend::default(),
            usage: None,
            epoch: run.epoch(),
            retry_at: None,
            cache: None,
            found: None,
        }))],
        (Outcome::Completed { .. }, Some(false)) => {
            let tried = run.progress(&main).map_or(0, |progress| progress.tried);
            match &doubt.message {
                Some(message) if tried >= most_doubts(run, &main) => vec![gave_up(run, main, doubt.attempt, message)],
                Some(_) | None => Vec::new(),
            }
        }
        (Outcome::Completed { .. }, None) | (Outcome::Failed { .. }, _) => {
            let then = if run.cancelling().is_some() {
                Then::Leave
            } else {
                otherwise(run, &main)
            };
            let doubt = InDoubt {
                then,
                spent: Some(Spend::default()),
                usage: None,
                ..doubt.clone()
            };
            let follows = after_doubt(run, &doubt, run.epoch());
            std::iter::once(RunFact::InDoubt(doubt)).chain(follows).collect()
        }
    }
}

/// How many attempts may end without anybody knowing how: as many as may fail, and one that follows another.
fn most_doubts(run: &Run, unit: &Unit) -> u32 {
    run.step_of(unit).map_or(1, |step| step.retry.max_attempts).max(2)
}

/// The end of a unit whose attempts all came to nothing, although none of them could say so.
fn gave_up(run: &Run, unit: Unit, attempt: u32, message: &str) -> RunFact {
    let fault = Fault::new(
        FaultKind::Tool,
        format!("it did not happen, however often it was tried: {message}"),
    );
    RunFact::Settled(Box::new(Settled {
        unit,
        attempt,
        outcome: Outcome::Failed { fault },
        spent: Spend::default(),
        usage: None,
        epoch: run.epoch(),
        retry_at: None,
        cache: None,
        found: None,
    }))
}

/// When a failed attempt is followed by another; `None` when it is the last word.
fn retry_at(run: &Run, unit: &Unit, tried: u32, attempt: u32, fault: &Fault, now: i64) -> Option<i64> {
    let step = run.step_of(unit)?;
    let class = fault.kind.retry_class()?;
    let tried = tried + 1;
    // A run that ends does not try again what it will not use; what undoes and what comes last is used.
    let is_of_use = match unit.part {
        Part::Main => !run.is_halted() || step.stage == Stage::After,
        Part::Reconcile => run.cancelling().is_none() || step.stage == Stage::After,
        Part::Compensate => true,
    };
    if tried >= step.retry.max_attempts || !step.retry.on.contains(&class) || !is_of_use {
        return None;
    }
    let asked = now.saturating_add(i64::try_from(fault.retry_after_ms.unwrap_or(0)).unwrap_or(i64::MAX));
    Some(after(run, unit, tried - 1, attempt, now).max(asked))
}

/// When a unit of which `tried` attempts had failed is attempted again after one more.
fn after(run: &Run, unit: &Unit, tried: u32, attempt: u32, now: i64) -> i64 {
    let wait = run.step_of(unit).map_or(0, |step| {
        backoff(&step.retry, tried + 1, &run.started().run, unit, attempt)
    });
    now.saturating_add(i64::try_from(wait).unwrap_or(i64::MAX))
}

/// Milliseconds to wait after `tried` failed attempts.
///
/// The jitter is a digest of run, unit and attempt: as spread as a random number over runs and units,
/// and the same whenever the decision is made again.
fn backoff(retry: &Retry, tried: u32, run: &str, unit: &Unit, attempt: u32) -> u64 {
    let exponent = i32::try_from(tried.saturating_sub(1)).unwrap_or(i32::MAX);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds below 2^53 are exact")]
    let bound = (retry.initial_ms as f64 * retry.factor.powi(exponent)).min(retry.max_ms as f64);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and max_ms, and a cast of a float saturates"
    )]
    let bound = bound as u64;
    match retry.jitter {
        Jitter::None => bound,
        Jitter::Full => {
            let digest = Digest::of(format!("{run}/backoff/{unit}/{attempt}").as_bytes());
            // The remainder favours small waits by less than one in 2^32.
            digest.leading_u64() % bound.saturating_add(1)
        }
    }
}

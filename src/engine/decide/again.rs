//! Doing finished steps again.

use std::collections::BTreeSet;

use super::super::fact::{InDoubt, Reopened, Requested, Reset, RunFact, Then};
use super::super::run::{Phase, Run, StepState};
use super::doubt::{after_doubt, looks, otherwise};
use super::{CommandError, question_id};
use crate::capsule::Stage;
use crate::capsule::budget::Spend;

/// The facts of doing `steps` again, with all that needs them.
///
/// Of a run that is over, what failed and what was undone has to be done again too, and the hooks that
/// come last. A step that completed and is not named stays, unless it needs one of those.
///
/// # Errors
/// The run comes to its end just now; a step is unknown, not over, or needed by one that is begun; or
/// nothing failed and none is named.
pub(super) fn retry(run: &Run, steps: &[String], by: &str) -> Result<Vec<RunFact>, CommandError> {
    if let Some(step) = steps.iter().find(|step| !run.steps().contains_key(*step)) {
        return Err(CommandError::NoSuchStep { step: step.clone() });
    }
    let again = if run.finished().is_some() {
        of_ended(run, steps)?
    } else {
        of_going(run, steps)?
    };
    let order = run.capsule().steps().iter().map(|step| step.name.as_str());
    let reset = Reset {
        steps: order.filter(|step| again.contains(step)).map(str::to_owned).collect(),
        asked: steps.to_vec(),
        by: by.to_owned(),
    };
    if run.finished().is_none() {
        return Ok(vec![RunFact::Reset(reset)]);
    }
    let mut facts = vec![RunFact::Reopened(Reopened { by: by.to_owned() }), RunFact::Reset(reset)];
    facts.extend(run.inputs_unanswered().map(|requested| {
        let id = question_id(&run.started().run, &format!("inputs/{}", run.run_seq()));
        RunFact::Requested(Box::new(Requested {
            id,
            ..requested.clone()
        }))
    }));
    facts.extend(left_doubts(run, steps));
    Ok(facts)
}

/// What is done again of a run that is over.
fn of_ended<'a>(run: &'a Run, steps: &'a [String]) -> Result<BTreeSet<&'a str>, CommandError> {
    let failed = run
        .steps()
        .iter()
        .filter(|(_, state)| matches!(state, StepState::Failed { .. }))
        .map(|(name, _)| name.as_str());
    let undone = run.undone().map(|unit| unit.step.as_str());
    let roots: BTreeSet<&str> = failed.chain(undone).chain(steps.iter().map(String::as_str)).collect();
    if roots.is_empty() && run.cancelling().is_none() {
        return Err(CommandError::NothingFailed);
    }
    let last = run.capsule().steps().iter().filter(|step| step.stage == Stage::After);
    let all = run.downstream(roots.into_iter()).into_iter().chain(last);
    Ok(all.map(|step| step.name.as_str()).collect())
}

/// What is done again of a run that goes on: nothing of it may be in the making.
fn of_going<'a>(run: &'a Run, steps: &'a [String]) -> Result<BTreeSet<&'a str>, CommandError> {
    if run.phase() != Phase::Main {
        return Err(CommandError::Ending);
    }
    if steps.is_empty() {
        return Err(CommandError::NothingFailed);
    }
    let is_over = |step: &str| run.steps().get(step).is_some_and(StepState::is_over);
    let all = run.downstream(steps.iter().map(String::as_str));
    let all = all.into_iter().map(|step| step.name.as_str());
    let (over, open): (BTreeSet<&str>, BTreeSet<&str>) = all.partition(|step| is_over(step));
    let named = |step: &str| steps.iter().any(|named| named == step);
    if let Some(step) = open.into_iter().find(|step| named(step) || run.is_begun(step)) {
        return Err(CommandError::NotOver { step: step.to_owned() });
    }
    Ok(over)
}

/// Doubts that the run was left with, looked after now: the effects may have happened.
///
/// Whoever names the step takes that upon themselves.
fn left_doubts(run: &Run, asked: &[String]) -> Vec<RunFact> {
    let left = run.left_doubts().filter(|(unit, _)| !asked.contains(&unit.step));
    left.flat_map(|(unit, doubt)| {
        let then = if looks(run, unit) {
            Then::Reconcile
        } else {
            otherwise(run, unit)
        };
        let again = InDoubt {
            then,
            spent: Some(Spend::default()),
            usage: None,
            retry_at: None,
            ..doubt.clone()
        };
        let follows = after_doubt(run, &again, run.epoch());
        std::iter::once(RunFact::InDoubt(again)).chain(follows)
    })
    .collect()
}

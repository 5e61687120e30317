//! A form that an attached server asked for in the middle of a call: somebody is asked, and the call is made again.

use super::super::fact::question::{About, OWN_WORDS, Requested};
use super::super::fact::{Fault, InDoubt, Part, RunFact, Then, Unit};
use super::super::run::Run;
use super::doubt::after_doubt;
use super::{unit_question, yes_or_no};
use crate::capsule::Step;
use crate::tools::OpenForm;

/// The most forms that people fill in for one unit: a server that always wants another one is not served for ever.
const MOST: usize = 8;

/// The question that a failed attempt leads to, whose call had asked for `form`, where that call can be made again.
///
/// `in_doubt` where its effect may have happened and a person decides about that.
pub(super) fn question(
    run: &Run,
    unit: &Unit,
    attempt: u32,
    fault: &Fault,
    form: &OpenForm,
    in_doubt: bool,
) -> Option<RunFact> {
    // What looks after a unit or undoes it is not what the capsule wanted a person for; a run that ends begins nothing.
    if unit.part != Part::Main || run.is_halted() || run.forms(unit).len() >= MOST {
        return None;
    }
    let action = run.step_of(unit).map_or_else(String::new, Step::action);
    let server = action.split_once('.').map_or(action.as_str(), |(server, _)| server);
    let again = if in_doubt {
        "`approve` makes the call again with the form, so that what it did before it failed, which nobody here knows, may \
         happen twice; `reject` has you asked whether it happened"
    } else {
        "`approve` makes the call again with the form; `reject` fails the step"
    };
    // The words of somebody else come last: nothing after them can be taken for theirs, nor theirs for what is said here.
    let prompt = format!(
        "The MCP server `{server}` asks for a form during `{unit}` ({action}): {again}. {OWN_WORDS}{}",
        form.message
    );
    Some(RunFact::Requested(Box::new(Requested {
        id: unit_question(run, unit, attempt, "elicited"),
        unit: Some(unit.clone()),
        about: About::Elicited {
            attempt,
            call: action,
            message: form.message.clone(),
            answered: form.answered,
            fault: fault.clone(),
            in_doubt,
        },
        prompt,
        shown: Vec::new(),
        choices: yes_or_no(),
        assignees: Vec::new(),
        form: Some(form.schema.clone()),
        expires_at: None,
        on_expire: None,
        // The server says what is asked, not whether the step happens: that was decided before it was called.
        label: None,
    })))
}

/// What is asked of an effect in doubt whose call is not made again with the form.
pub(super) fn left_in_doubt(run: &Run, unit: &Unit) -> Option<RunFact> {
    let doubt = run.doubts().get(unit)?;
    // Whoever cancels a run does not wait for an answer: the doubt is named at its end.
    let then = match run.cancelling() {
        Some(_) => Then::Leave,
        None => Then::Ask,
    };
    let doubt = InDoubt { then, ..doubt.clone() };
    after_doubt(run, &doubt, run.epoch())
}

/// The fault of an attempt whose server gets no form: the one it had, and who said no.
pub(super) fn unanswered(fault: &Fault, rejected: &Fault) -> Fault {
    Fault {
        message: format!(
            "{}; asked for what the server wanted, {}",
            fault.message, rejected.message
        ),
        ..fault.clone()
    }
}

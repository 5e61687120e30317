//! What the step is given: its arguments, rendered, leaf by leaf with where they come from.

use std::cell::RefCell;
use std::rc::Rc;

use ratatui::text::Line;

use super::super::super::values;
use super::words::field;
use super::{Rows, View};
use crate::capsule::Work;
use crate::engine::fact::{Fault, Outcome, Unit};
use crate::engine::recall::Recalled;
use crate::sight::opened::{Attempt, Opened};
use crate::sight::text::cut;

#[derive(Debug)]
struct Given {
    unit: Unit,
    /// The run's last event then: after another one, something else may be due.
    seq: u64,
    recalled: Rc<Result<Recalled, Fault>>,
}

/// What was rendered last, so that it is not rendered anew for each picture.
#[derive(Debug, Default)]
pub struct Kept(RefCell<Option<Given>>);

impl Kept {
    fn of(&self, opened: &Opened, unit: &Unit) -> Rc<Result<Recalled, Fault>> {
        let seq = opened.run.run_seq();
        let mut kept = self.0.borrow_mut();
        if let Some(given) = &*kept
            && given.seq == seq
            && given.unit == *unit
        {
            return Rc::clone(&given.recalled);
        }
        let recalled = Rc::new(opened.given(unit));
        *kept = Some(Given {
            unit: unit.clone(),
            seq,
            recalled: Rc::clone(&recalled),
        });
        recalled
    }
}

/// The rows of the input.
pub fn rows(view: &View, width: usize) -> Rows<'static> {
    let theme = view.theme;
    if let Work::Gate(_) = view.step.work {
        return asked(view, width);
    }
    let (unit, attempt) = unit(view.opened, &view.step.name);
    let intent = attempt.and_then(|attempt| Some(attempt.started.as_ref()?.1.action_digest));
    let recalled = view.app.run.given().of(view.opened, &unit);
    let recalled = match &*recalled {
        Ok(recalled) => recalled,
        Err(fault) => {
            let text = format!("What it is given is not known yet.\n{}", fault.message);
            return Rows::said(&text, theme.dim);
        }
    };
    let (says, style) = match intent {
        None => (format!("{unit} would be given this now"), theme.dim),
        Some(digest) if digest == recalled.action.digest() => (
            format!("{unit} was given this: its intent {} says so", digest.short()),
            theme.dim,
        ),
        Some(_) => (
            format!("{unit} was given something else; this it would be given now"),
            theme.warn,
        ),
    };
    let mut lines = vec![Line::styled(cut(&says, width), style), Line::default()];
    lines.extend(values::labelled(&recalled.args, theme, width));
    Rows::of(lines, 0)
}

/// What a gate shows to whoever answers.
fn asked(view: &View, width: usize) -> Rows<'static> {
    let theme = view.theme;
    let is_meant = |unit: &Unit| unit.step == view.step.name;
    let mut asked = view.opened.decisions.iter().rev();
    let Some(asked) = asked.find(|asked| asked.requested.unit.as_ref().is_some_and(is_meant)) else {
        return Rows::said("It has asked nothing yet.", theme.dim);
    };
    let prompt = ratatui::text::Span::styled(asked.requested.prompt.clone(), theme.strong);
    let mut lines = field("asks", vec![prompt], width, theme);
    for shown in &asked.requested.shown {
        lines.push(Line::default());
        lines.push(Line::styled(cut(&shown.name, width), theme.accent));
        lines.extend(values::labelled(&shown.value, theme, width));
    }
    Rows::of(lines, 0)
}

/// The whole input as an editor shows it.
pub fn whole(opened: &Opened, step: &str) -> Option<String> {
    let (unit, _) = unit(opened, step);
    let recalled = opened.given(&unit).ok()?;
    Some(format!("{:#}\n", recalled.args.value))
}

/// The unit of `step` that matters: one that goes on, else one that failed, else the newest.
fn unit<'a>(opened: &'a Opened, step: &str) -> (Unit, Option<&'a Attempt>) {
    let rank = |attempt: &Attempt| match attempt.outcome() {
        None => 2,
        Some(Outcome::Failed { .. }) => 1,
        Some(Outcome::Completed { .. }) => 0,
    };
    let newest = opened.of_step(step).filter_map(|(unit, attempts)| {
        let attempt = attempts.iter().rev().find(|attempt| attempt.started.is_some())?;
        let began = attempt.started.as_ref().map(|(at, _)| *at);
        Some(((rank(attempt), began), (unit.clone(), &**attempt)))
    });
    let newest = newest.max_by_key(|(key, _)| *key);
    newest.map_or_else(
        || (Unit::step(step), None),
        |(_, (unit, attempt))| (unit, Some(attempt)),
    )
}

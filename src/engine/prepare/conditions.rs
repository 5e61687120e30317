//! Whether a unit happens at all: `when`, `foreach`, and the variable of an item.

use std::sync::Arc;

use super::super::command::Ruling;
use super::super::fact::{Fault, FaultKind, Part, Unit};
use super::super::run::{Fan, Run, StepState};
use super::{check_depth, template_fault};
use crate::capsule::Step;
use crate::capsule::template::{self, Scope};
use crate::label::Label;

/// How a unit is to be ruled before its action is rendered.
pub(super) enum Gate {
    /// The unit is an action to render, under this implicit label.
    Pass(Label),
    /// The unit is ruled already.
    Ruled(Ruling),
}

/// Evaluates `when` and `foreach` of a step that was never begun; those of an item were evaluated with its step.
pub(super) fn gate(run: &Run, step: &Step, unit: &Unit, scope: &Scope) -> Result<Gate, Fault> {
    let foreach = step.foreach.as_ref();
    if unit.item.is_some() {
        let fan = fan(run, unit);
        return Ok(Gate::Pass(fan.map_or_else(Label::constant, |fan| fan.label.clone())));
    }
    if unit.part != Part::Main {
        let why = run
            .progress(&unit.part(Part::Main))
            .and_then(|progress| progress.why.clone());
        return Ok(Gate::Pass(why.unwrap_or_else(Label::constant)));
    }
    // An interrupted attempt was decided when it began: what the run has spent since must not unmake it.
    if let Some(why) = run.progress(unit).and_then(|progress| progress.why.clone()) {
        return Ok(Gate::Pass(why));
    }
    let mut implicit = Label::constant();
    if let Some(when) = &step.when {
        let (holds, label) = template::condition(when, scope).map_err(template_fault)?;
        implicit.join(&label);
        if !holds {
            return Ok(Gate::Ruled(Ruling::Skip { label: implicit }));
        }
    }
    let Some(foreach) = foreach else {
        return Ok(Gate::Pass(implicit));
    };
    let items = template::items(&foreach.items, scope).map_err(template_fault)?;
    for item in &items {
        check_depth(&item.value, "an item of `foreach`")?;
        implicit.join(&item.label);
    }
    if items.len() > foreach.max_items as usize {
        return Err(Fault::new(
            FaultKind::Template,
            format!(
                "`foreach` has {} items and `max_items` allows {}",
                items.len(),
                foreach.max_items
            ),
        )
        .hint("narrow the items before the loop, or raise `max_items` in the capsule"));
    }
    Ok(Gate::Ruled(Ruling::Expand {
        items: items.into_iter().map(Arc::new).collect(),
        label: implicit,
    }))
}

/// What `unit` may read; the items of a step that is over are worked out again.
pub(in crate::engine) fn scope_of(run: &Run, step: &Step, unit: &Unit) -> Result<Scope, Fault> {
    let scope = run.scope();
    let (Some(foreach), Some(item)) = (&step.foreach, unit.item) else {
        return Ok(scope);
    };
    let value = match fan(run, unit) {
        Some(fan) => fan.items.get(item).map(|value| (**value).clone()),
        None => template::items(&foreach.items, &scope)
            .map_err(template_fault)?
            .into_iter()
            .nth(item),
    };
    Ok(match value {
        Some(value) => scope.with_item(&foreach.name, value, item),
        None => scope,
    })
}

/// The items of the unit's `foreach`, while they are kept.
fn fan<'a>(run: &'a Run, unit: &Unit) -> Option<&'a Fan> {
    match run.steps().get(&unit.step)? {
        StepState::Fanned(fan) => Some(fan),
        StepState::Failed { fan, .. } => fan.as_deref(),
        StepState::Waiting(_) | StepState::Skipped { .. } | StepState::Completed { .. } => None,
    }
}

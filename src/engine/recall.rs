//! Recalling: what a unit was given, rendered again from the record.
//!
//! Arguments are not recorded with each intent, only the digest of the action. They follow from the inputs
//! and the outputs that its run recorded; the digest says whether they are the ones that it ran with.

use super::contract;
use super::fact::{Fault, FaultKind, Part, Unit};
use super::prepare::{ModelArgs, child_bound, output_schema, scope_of, take_along, template_fault, undoing};
use super::run::Run;
use crate::capsule::template::{self, Scope};
use crate::capsule::tool_spec::{EffectClass, ToolSpec};
use crate::capsule::{Call, Catalogue, Work, child_spec, model_spec};
use crate::label::Labelled;
use crate::policy::Action;

/// What a unit was given, or would be given now.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalled {
    /// The arguments, leaf by leaf with their labels, and whatever else the action depends on.
    pub args: Labelled,
    /// The action with them: that of the intent when its digest is the same.
    pub action: Action,
}

/// Renders the action of `unit` from what `run` knows; `catalogue` has the contracts of its tools.
///
/// # Errors
/// Something that it needs is not there yet, or no longer; or the unit is a gate, which has no action.
pub fn recall(run: &Run, unit: &Unit, catalogue: &Catalogue) -> Result<Recalled, Fault> {
    let Some(step) = run.step_of(unit) else {
        let message = format!("the capsule has no step `{}`", unit.step);
        return Err(Fault::new(FaultKind::Template, message));
    };
    let scope = scope_of(run, step, unit)?;
    match (unit.part, &step.work, &step.compensate, &step.reconcile) {
        (Part::Main, Work::Tool(call), _, _) => of_tool(run, unit, call, Some(step.effect), &scope, catalogue),
        (Part::Main, Work::Model(ask), _, _) => {
            let schema = output_schema(step, &scope)?;
            let asked = ModelArgs::render(run, unit, ask, &scope, schema.as_ref())?;
            let bound = asked.bound(&asked.ask()?);
            let mut recalled = of(&model_spec(), "call", step.effect, bound)?;
            recalled.action = recalled.action.endorsing(&ask.endorse);
            Ok(recalled)
        }
        (Part::Main, Work::Capsule(child), _, _) => {
            let bound = child_bound(run, child, &scope, catalogue)?.bound;
            of(&child_spec(), "run", step.effect, bound)
        }
        (Part::Compensate, _, Some(call), _) => of_tool(run, unit, call, None, &undoing(run, unit, &scope), catalogue),
        (Part::Reconcile, _, _, Some(reconcile)) => {
            of_tool(run, unit, &reconcile.call, Some(EffectClass::None), &scope, catalogue)
        }
        (Part::Main, Work::Gate(_), _, _) | (Part::Compensate | Part::Reconcile, _, _, _) => {
            Err(contract::missing(&step.action()))
        }
    }
}

/// The call of a tool, with this effect or the one that the tool is known for.
fn of_tool(
    run: &Run,
    unit: &Unit,
    call: &Call,
    effect: Option<EffectClass>,
    scope: &Scope,
    catalogue: &Catalogue,
) -> Result<Recalled, Fault> {
    let spec = run.started().tool(&call.tool, catalogue);
    let spec = spec.ok_or_else(|| contract::missing(&call.name()))?;
    let usual = spec.action(&call.action).map(|action| action.effect);
    let effect = effect.or(usual).ok_or_else(|| contract::missing(&call.name()))?;
    let mut args = template::render(&call.params, scope).map_err(template_fault)?;
    take_along(&mut args, run.forms(unit));
    of(spec, &call.action, effect, args)
}

fn of(spec: &ToolSpec, verb: &str, effect: EffectClass, args: Labelled) -> Result<Recalled, Fault> {
    let name = format!("{}.{verb}", spec.name);
    let action = spec.action(verb).ok_or_else(|| contract::missing(&name))?;
    let action = Action::new(spec, action, effect, args.clone())
        .map_err(|error| Fault::new(FaultKind::Template, error.to_string()))?;
    Ok(Recalled { args, action })
}

//! Guardrails at the edge: what those of a capsule find, and which of them look at what a call lends a model for.

use std::sync::Arc;

use serde_json::Value;

use super::super::fact::{Fault, FaultKind};
use super::super::run::Run;
use super::Doing;
use crate::capsule::guard::{Checks, Finding};
use crate::capsule::policies::Guard;
use crate::policy::Action;

/// What `guards` find in `value`.
///
/// # Errors
/// A guard that does not compile, which the capsule's rules let through: a bug.
pub(in crate::engine) fn scan(guards: &[Guard], value: &Value) -> Result<Vec<Finding>, Fault> {
    if guards.is_empty() {
        return Ok(Vec::new());
    }
    Ok(compiled(guards)?.scan(value))
}

fn compiled(guards: &[Guard]) -> Result<Checks, Fault> {
    Checks::compile(guards).map_err(|error| Fault::new(FaultKind::Guardrail, error.to_string()))
}

/// What looks at the questions to a model that an action lends, as at those of steps that ask one themselves.
pub(super) fn of_lent(run: &Run, doing: &Doing, action: &Action) -> Result<Option<Arc<Checks>>, Fault> {
    let guards = &run.capsule().policies().guard_input;
    let is_lent = matches!(doing, Doing::Tool(_, contract) if contract.spec().infers(action.args()));
    let guards = (is_lent && !guards.is_empty()).then_some(guards);
    guards.map(|guards| Ok(Arc::new(compiled(guards)?))).transpose()
}

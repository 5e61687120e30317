//! Contracts of actions, worked out once: hashing and compiling one costs more than most steps do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::Value;

use super::fact::{Fault, FaultKind};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, ToolSpec};
use crate::digest::Digest;
use crate::label::Labelled;
use crate::policy::Action;

/// The contract of one action of one tool.
pub(super) struct Contract {
    tool: String,
    pinned: Digest,
    spec: ActionSpec,
    params: Validator,
}

impl Contract {
    /// What the tool says of the action.
    pub(super) fn spec(&self) -> &ActionSpec {
        &self.spec
    }

    /// Checks arguments that are rendered.
    ///
    /// # Errors
    /// The first that does not fit.
    pub(super) fn check(&self, args: &Value) -> Result<(), Fault> {
        let Some(error) = self.params.iter_errors(args).next() else {
            return Ok(());
        };
        let message = format!(
            "the parameters of `{}.{}` do not fit at `{}`: {error}",
            self.tool,
            self.spec.name,
            error.instance_path()
        );
        Err(Fault::new(FaultKind::Template, message))
    }

    /// The action with these arguments.
    ///
    /// # Errors
    /// An argument that says what is touched is no text.
    pub(super) fn action(&self, effect: EffectClass, args: Labelled) -> Result<Action, Fault> {
        Action::pinned(&self.tool, self.pinned, &self.spec, effect, args)
            .map_err(|error| Fault::new(FaultKind::Template, error.to_string()))
    }
}

/// The contracts that were needed so far.
#[derive(Default)]
pub(super) struct Contracts(Mutex<HashMap<String, Arc<Contract>>>);

impl Contracts {
    /// The contract of the action `verb` of `tool`, whose contracts never change while the engine lives.
    ///
    /// # Errors
    /// There is no such action, or its schema is not valid.
    pub(super) fn of(&self, tool: &ToolSpec, verb: &str) -> Result<Arc<Contract>, Fault> {
        let name = format!("{}.{verb}", tool.name);
        // No code panics while it holds the lock; a poisoned map would still be a whole one.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(contract) = known.get(&name) {
            return Ok(Arc::clone(contract));
        }
        let spec = tool.action(verb).ok_or_else(|| missing(&name))?;
        let params = jsonschema::validator_for(&spec.params).map_err(|error| {
            Fault::new(
                FaultKind::Tool,
                format!("the contract of `{name}` is not valid: {error}"),
            )
        })?;
        let contract = Arc::new(Contract {
            tool: tool.name.clone(),
            pinned: tool.digest(),
            spec: spec.clone(),
            params,
        });
        known.insert(name, Arc::clone(&contract));
        Ok(contract)
    }
}

/// The fault of a step whose tool has no such action.
pub(super) fn missing(name: &str) -> Fault {
    Fault::new(FaultKind::Tool, format!("there is no tool action `{name}`"))
}

//! Outputs that serve again.
//!
//! Only an action without effect may be left out because its output is known. It is judged all the
//! same, and the output comes with the labels it had.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::Engine;
use super::super::command::Hit;
use super::super::fact::{Cached, Fault, FaultKind, Outcome, RunFact, Unit};
use super::super::run::Run;
use super::template_fault;
use crate::capsule::template::{self, Scope};
use crate::capsule::tool_spec::EffectClass;
use crate::capsule::{Step, Work};
use crate::digest::Digest;
use crate::label::Label;
use crate::policy::Action;

/// Where an output is looked for, and kept.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Keep {
    /// The key.
    key: Digest,
    ttl_ms: Option<u64>,
}

impl Keep {
    /// What is recorded of an output that is fresh at `now`.
    pub(in crate::engine) fn fresh(&self, now: i64) -> Cached {
        let expires_at = self
            .ttl_ms
            .map(|ttl| now.saturating_add(i64::try_from(ttl).unwrap_or(i64::MAX)));
        Cached {
            key: self.key,
            expires_at,
            hit: None,
        }
    }
}

/// Where the output of `unit` is looked for; `None` when its step keeps nothing.
///
/// The key binds the capsule's name, the step, the action's contract, and what the step names, or its
/// rendered arguments when it names nothing.
pub(super) fn keep(
    run: &Run,
    step: &Step,
    unit: &Unit,
    action: &Action,
    scope: &Scope,
    _now: i64,
) -> Result<Option<Keep>, Fault> {
    let Some(cache) = step.cache.as_ref().filter(|_| action.effect() == EffectClass::None) else {
        return Ok(None);
    };
    let named = cache
        .key
        .iter()
        .map(|expression| template::value(expression, scope).map(|value| value.value))
        .collect::<Result<Vec<Value>, _>>()
        .map_err(template_fault)?;
    let bound = if named.is_empty() {
        json!(action.digest().to_string())
    } else {
        Value::Array(named)
    };
    let mut key = json!({
        "v": 1, "capsule": run.started().capsule.name, "step": unit.step, "action": action.name(),
        "spec": action.spec().to_string(), "workspace": run.started().workspace, "key": bound,
    });
    // What is believed of an answer is bounded by what exactly was asked, whatever else the key leaves out.
    if let Work::Model(ask) = &step.work
        && !ask.endorse.is_empty()
    {
        key["endorse"] = json!(action.digest().to_string());
    }
    Ok(Some(Keep {
        key: Digest::of_json(&key),
        ttl_ms: cache.ttl_ms,
    }))
}

impl Engine {
    /// The output that is kept under `keep`, when there is one that serves.
    pub(super) async fn cached(&self, keep: &Keep, now: i64, implicit: &Label) -> Result<Option<Hit>, Fault> {
        let key = keep.key;
        let found = self
            .reading(move |reader| match reader.cached(&key.to_string(), now)? {
                Some(seq) => Ok(reader.event(seq)?),
                None => Ok(None),
            })
            .await
            .map_err(|error| Fault::new(FaultKind::Storage, format!("the cache cannot be read: {error}")))?;
        // An event that cannot be used any more is no hit; the step is simply done again.
        let Some(event) = found else { return Ok(None) };
        let Ok(RunFact::Settled(settled)) = RunFact::recorded(&event) else {
            return Ok(None);
        };
        let Outcome::Completed { output, artifacts } = settled.outcome else {
            return Ok(None);
        };
        let mut output = (*output).clone();
        output.label.join(implicit);
        output.fields.values_mut().for_each(|label| label.join(implicit));
        Ok(Some(Hit {
            cached: Cached {
                key,
                expires_at: settled.cache.and_then(|cached| cached.expires_at),
                hit: Some(event.seq()),
            },
            output: Arc::new(output),
            artifacts,
        }))
    }
}

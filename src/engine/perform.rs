//! Performing: one granted effect, from call to outcome.
//!
//! Never journals and never decides; whatever happens becomes an [`Outcome`].

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::Engine;
use super::command::Command;
use super::drive::Notice;
use super::fact::{Fault, FaultKind, Outcome, Unit, Usage};
use super::prepare::{Doing, Prepared, check_depth};
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::{ActionSpec, OutputTrust};
use crate::label::{Confidentiality, Integrity, Label, Labelled};
use crate::models::{Answer, Ask, AskError, OnDevice};
use crate::policy::{Action, Grant};
use crate::tools::{Artifact, Key, Tool, ToolError};

/// An effect that is over.
pub(super) struct Performed {
    pub(super) unit: Unit,
    attempt: u32,
    outcome: Outcome,
    spent: Spend,
    usage: Option<Usage>,
}

impl Performed {
    /// The command that reports it.
    pub(super) fn settle(self) -> Command {
        Command::Settle {
            unit: self.unit,
            attempt: self.attempt,
            outcome: self.outcome,
            spent: self.spent,
            usage: self.usage,
        }
    }
}

/// What an effect gave, before its label and form are checked.
struct Given {
    output: Labelled,
    artifacts: Vec<Artifact>,
    usage: Option<Usage>,
}

/// Carries out `prepared` within `wall_left` milliseconds.
pub(super) async fn perform(
    engine: &Arc<Engine>,
    prepared: Prepared,
    attempt: u32,
    grant: &Grant,
    key: &str,
    wall_left: Option<u64>,
    notices: &UnboundedSender<Notice>,
) -> Performed {
    let began = Instant::now();
    let doing = carry_out(engine, &prepared, grant, key, notices);
    let given = match wall_left {
        None => doing.await,
        Some(left) => tokio::time::timeout(Duration::from_millis(left), doing)
            .await
            .unwrap_or_else(|_| Err(Fault::new(FaultKind::Budget, "the budget of wall time is used up"))),
    };
    let mut spent = Spend {
        wall_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        steps: 1,
        tool_calls: u64::from(matches!(prepared.doing, Doing::Tool(..))),
        ..Spend::default()
    };
    let (usage, checked) = match given {
        Err(fault) => (None, Err(fault)),
        Ok(given) => (given.usage.clone(), check(&prepared, given)),
    };
    if let Some(usage) = &usage {
        spent.tokens = usage.prompt_tokens.saturating_add(usage.output_tokens);
    }
    Performed {
        unit: prepared.unit,
        attempt,
        outcome: checked.unwrap_or_else(|fault| Outcome::Failed { fault }),
        spent,
        usage,
    }
}

async fn carry_out(
    engine: &Arc<Engine>,
    prepared: &Prepared,
    grant: &Grant,
    key: &str,
    notices: &UnboundedSender<Notice>,
) -> Result<Given, Fault> {
    match &prepared.doing {
        Doing::Tool(tool, contract) => {
            let key = Key::parse(key).map_err(|error| Fault::new(FaultKind::Tool, error.to_string()))?;
            call(tool.as_ref(), contract.spec(), prepared, grant, &key).await
        }
        Doing::Model(model, ask) => answer(engine, model, ask, prepared, grant, notices).await,
    }
}

async fn call(
    tool: &dyn Tool,
    spec: &ActionSpec,
    prepared: &Prepared,
    grant: &Grant,
    key: &Key,
) -> Result<Given, Fault> {
    let output = tool.call(&prepared.action, grant, key).await.map_err(tool_fault)?;
    let label = output_label(&prepared.action, spec.trust).joined(&prepared.implicit);
    let fields = match spec.trust {
        OutputTrust::Arguments => BTreeMap::new(),
        OutputTrust::World => spec
            .field_trust
            .iter()
            .map(|(pointer, integrity)| {
                let source = format!("tool:{}", prepared.action.name());
                let field = Label::from_source(*integrity, Confidentiality::Private, source)
                    .joined(prepared.action.label())
                    .joined(&prepared.implicit);
                (pointer.clone(), field)
            })
            .collect(),
    };
    Ok(Given {
        output: Labelled {
            value: output.value,
            label,
            fields,
        },
        artifacts: output.artifacts,
        usage: None,
    })
}

/// Sets the flag when the future that holds it is dropped, so that a blocking thread stops too.
struct HaltOnDrop(Arc<AtomicBool>);

impl Drop for HaltOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn answer(
    engine: &Arc<Engine>,
    model: &Arc<OnDevice>,
    ask: &Ask,
    prepared: &Prepared,
    grant: &Grant,
    notices: &UnboundedSender<Notice>,
) -> Result<Given, Fault> {
    let halt = HaltOnDrop(Arc::default());
    let (model, ask, action, grant) = (Arc::clone(model), ask.clone(), prepared.action.clone(), grant.clone());
    let (unit, notices, halted) = (prepared.unit.clone(), notices.clone(), Arc::clone(&halt.0));
    // One answer at a time: two would share the same cores and each take twice as long.
    let turn = engine.model_turn().await;
    let answered = tokio::task::spawn_blocking(move || {
        let mut on_delta = |text: &str| {
            let _ = notices.send(Notice::Delta {
                unit: unit.clone(),
                text: text.to_owned(),
            });
        };
        model.answer(&ask, &action, &grant, &mut on_delta, &halted)
    })
    .await;
    drop(turn);
    let answer: Answer = answered
        .map_err(|error| {
            Fault::new(
                FaultKind::Model,
                format!("the model's thread ended abnormally: {error}"),
            )
        })?
        .map_err(model_fault)?;
    let source = format!("model:{}", engine.model_name());
    let label = Label::from_source(Integrity::Untrusted, Confidentiality::Public, source)
        .joined(prepared.action.label())
        .joined(&prepared.implicit);
    Ok(Given {
        output: Labelled::new(answer.value, label),
        artifacts: Vec::new(),
        usage: Some(Usage {
            model: engine.model_name().to_owned(),
            prompt_tokens: answer.prompt_tokens,
            output_tokens: answer.output_tokens,
            prefill_ms: answer.prefill_ms,
            decode_ms: answer.decode_ms,
        }),
    })
}

/// Checks form and artifacts, which the step declares.
fn check(prepared: &Prepared, given: Given) -> Result<Outcome, Fault> {
    check_depth(&given.output.value, "the output")?;
    if let Some(schema) = &prepared.output_schema {
        let validator = jsonschema::validator_for(schema)
            .map_err(|error| Fault::new(FaultKind::Schema, format!("the output schema is not valid: {error}")))?;
        if let Some(error) = validator.iter_errors(&given.output.value).next() {
            let place = error.instance_path().to_string();
            return Err(Fault::new(
                FaultKind::Schema,
                format!("the output fails its schema at `{place}`: {error}"),
            ));
        }
    }
    for declared in &prepared.artifacts {
        if !given.artifacts.iter().any(|artifact| artifact.name == *declared) {
            return Err(Fault::new(
                FaultKind::Artifact,
                format!("the step declares the artifact `{declared}` and did not write it"),
            ));
        }
    }
    Ok(Outcome::Completed {
        output: Arc::new(given.output),
        artifacts: given.artifacts,
    })
}

fn output_label(action: &Action, trust: OutputTrust) -> Label {
    match trust {
        OutputTrust::Arguments => action.label().clone(),
        OutputTrust::World => {
            let source = format!("tool:{}", action.name());
            Label::from_source(Integrity::Untrusted, Confidentiality::Private, source).joined(action.label())
        }
    }
}

fn tool_fault(error: ToolError) -> Fault {
    let message = error.to_string();
    match error {
        ToolError::Refused(_) => Fault::new(FaultKind::Denied, message),
        ToolError::BadArgument { hint, .. } | ToolError::Failed { hint, .. } => {
            Fault::new(FaultKind::Tool, message).hint(hint)
        }
        ToolError::Unavailable { hint, .. } | ToolError::RateLimited { hint, .. } => {
            Fault::new(FaultKind::Tool, message).hint(hint)
        }
        ToolError::Uncertain(after) => tool_fault(*after),
        ToolError::Storage { .. } => Fault::new(FaultKind::Storage, message),
    }
}

fn model_fault(error: AskError) -> Fault {
    Fault::new(FaultKind::Model, error.to_string())
}

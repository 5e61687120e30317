//! Preparing: rendering a unit's action and having it judged, at the edge.
//!
//! What it finds goes into the core as a [`Ruling`]; what is needed to carry the action out stays
//! here as [`Prepared`] and is used only once the intent is recorded.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::Engine;
use super::command::Ruling;
use super::contract::{self, Contract};
use super::fact::{Fault, FaultKind, Unit};
use super::run::{Run, StepState};
use crate::capsule::budget::Spend;
use crate::capsule::template::{self, Scope, TemplateError};
use crate::capsule::{Step, Work, stays_inside};
use crate::journal::{DEEPEST_BODY, is_within};
use crate::label::{Label, Labelled};
use crate::models::{Ask, Constraint, OnDevice};
use crate::policy::{Action, Situation};
use crate::tools::Tool;

/// The most tokens of an answer when the capsule does not say.
pub(super) const MAX_OUTPUT_TOKENS: u32 = 512;

/// Most levels of a value that a step gives: the bodies of events have a few of their own around it.
pub(super) const DEEPEST_VALUE: usize = DEEPEST_BODY - 4;

/// An action that is rendered and waits for its intent to be recorded.
pub(super) struct Prepared {
    pub(super) unit: Unit,
    pub(super) action: Action,
    pub(super) doing: Doing,
    /// What the output must look like.
    pub(super) output_schema: Option<Value>,
    /// Names of artifacts that the step declares.
    pub(super) artifacts: Vec<String>,
    /// The label of `when` and `foreach`: what the step reveals by happening at all.
    pub(super) implicit: Label,
}

/// Who carries it out.
pub(super) enum Doing {
    /// A tool.
    Tool(Arc<dyn Tool>, Arc<Contract>),
    /// The on-device model.
    Model(Arc<OnDevice>, Ask),
}

/// How a unit is to be ruled before its action is rendered.
enum Gate {
    /// The unit is an action to render, under this implicit label.
    Pass(Label),
    /// The unit is ruled already.
    Ruled(Ruling),
}

impl Engine {
    /// Renders `unit` and judges it.
    pub(super) async fn prepare(&self, run: &Run, unit: &Unit) -> (Ruling, Option<Prepared>) {
        match self.render_and_judge(run, unit).await {
            Ok((ruling, prepared)) => (ruling, prepared),
            Err(fault) => (Ruling::Refuse { fault }, None),
        }
    }

    async fn render_and_judge(&self, run: &Run, unit: &Unit) -> Result<(Ruling, Option<Prepared>), Fault> {
        let Some(step) = run.step_of(unit) else {
            return Err(Fault::new(
                FaultKind::Template,
                format!("the capsule has no step `{}`", unit.step),
            ));
        };
        let mut scope = run.scope();
        let implicit = match gate(run, step, unit, &mut scope)? {
            Gate::Ruled(ruling) => return Ok((ruling, None)),
            Gate::Pass(implicit) => implicit,
        };
        let args = template::render(step.params(), &scope).map_err(template_fault)?;
        let output_schema = step
            .output_schema
            .as_ref()
            .map(|schema| template::render(schema, &scope))
            .transpose()
            .map_err(template_fault)?;
        let artifacts = declared_artifacts(step, &scope)?;
        let (action, doing) = match &step.work {
            Work::Tool(call) => self.tool_action(step, &call.tool, &call.action, args)?,
            Work::Model(ask) => {
                let choices = ask
                    .choices
                    .as_ref()
                    .map(|choices| template::render(choices, &scope))
                    .transpose()
                    .map_err(template_fault)?;
                let asked = ModelArgs {
                    args,
                    choices,
                    schema: output_schema.clone(),
                    max_output_tokens: ask.max_output_tokens.unwrap_or(MAX_OUTPUT_TOKENS),
                    temperature: ask.temperature.unwrap_or(0.0) as f32,
                    seed: unit_seed(run.started().seed, unit),
                };
                self.model_action(step, asked).await?
            }
            Work::Gate(_) | Work::Capsule(_) => return Err(contract::missing(&step.action())),
        };
        let verdict = self.law.judge(&action, &self.situation(run));
        let estimate = estimate(&doing)?;
        let ruling = Ruling::Act {
            label: implicit.clone(),
            action: action.name().to_owned(),
            action_digest: action.digest(),
            effect: action.effect(),
            verdict: Box::new(verdict),
            estimate,
        };
        let prepared = Prepared {
            unit: unit.clone(),
            action,
            doing,
            output_schema: output_schema.map(|schema| schema.value),
            artifacts,
            implicit,
        };
        Ok((ruling, Some(prepared)))
    }

    fn tool_action(&self, step: &Step, tool_name: &str, verb: &str, args: Labelled) -> Result<(Action, Doing), Fault> {
        let tool = self
            .toolbox
            .get(tool_name)
            .ok_or_else(|| contract::missing(&format!("{tool_name}.{verb}")))?;
        let contract = self.contracts.of(tool.spec(), verb)?;
        contract.check(&args.value)?;
        let action = contract.action(step.effect, args)?;
        Ok((action, Doing::Tool(Arc::clone(tool), contract)))
    }

    async fn model_action(&self, step: &Step, asked: ModelArgs) -> Result<(Action, Doing), Fault> {
        let contract = self.contracts.of(&self.model_spec, "call")?;
        contract.check(&asked.args.value)?;
        let ask = asked.ask()?;
        let action = contract.action(step.effect, asked.bound(&ask))?;
        let model = self.model().await?;
        Ok((action, Doing::Model(model, ask)))
    }

    fn situation(&self, run: &Run) -> Situation {
        let started = run.started();
        Situation {
            workspace: started.workspace.clone(),
            run: started.run.clone(),
            capsule: started.capsule.digest,
            tenant: "local".to_owned(),
            actor: self.actor.clone(),
            offline: started.offline,
            hosts: run.capsule().policies().hosts.clone(),
        }
    }
}

/// What a model step asks, rendered.
struct ModelArgs {
    args: Labelled,
    choices: Option<Labelled>,
    schema: Option<Labelled>,
    max_output_tokens: u32,
    temperature: f32,
    seed: u64,
}

impl ModelArgs {
    fn ask(&self) -> Result<Ask, Fault> {
        let text = |name: &str| self.args.value.get(name).and_then(Value::as_str).map(str::to_owned);
        let constraint = match (&self.choices, &self.schema) {
            (Some(choices), _) => Constraint::Choices(texts(&choices.value)?),
            (None, Some(schema)) => Constraint::Schema(schema.value.clone()),
            (None, None) => Constraint::Free,
        };
        Ok(Ask {
            prompt: text("prompt").unwrap_or_default(),
            system: text("system"),
            constraint,
            max_output_tokens: self.max_output_tokens,
            temperature: self.temperature,
            seed: self.seed,
        })
    }

    /// The arguments with everything else that decides the answer, so that the grant binds it all.
    fn bound(&self, ask: &Ask) -> Labelled {
        let mut bound = self.args.clone();
        let mut object = match bound.value.take() {
            Value::Object(object) => object,
            _ => Map::new(),
        };
        for (name, part) in [("choices", &self.choices), ("output_schema", &self.schema)] {
            if let Some(part) = part {
                bound.label.join(&part.joined_label());
                object.insert(name.to_owned(), part.value.clone());
            }
        }
        object.insert("max_output_tokens".to_owned(), json!(ask.max_output_tokens));
        object.insert("temperature".to_owned(), json!(ask.temperature));
        object.insert("seed".to_owned(), json!(ask.seed.to_string()));
        bound.value = Value::Object(object);
        bound
    }
}

fn texts(choices: &Value) -> Result<Vec<String>, Fault> {
    let list = choices.as_array().map(|list| {
        list.iter()
            .map(|choice| choice.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
    });
    match list.flatten() {
        Some(list) if !list.is_empty() => Ok(list),
        Some(_) | None => Err(Fault::new(
            FaultKind::Template,
            "`choices` must be a list of at least one text",
        )),
    }
}

/// Evaluates `when` and `foreach` of a step that was never begun; an item only needs its variable.
fn gate(run: &Run, step: &Step, unit: &Unit, scope: &mut Scope) -> Result<Gate, Fault> {
    let foreach = step.foreach.as_ref();
    if let (Some(item), Some(StepState::Fanned { items, label, .. })) = (unit.item, run.steps().get(&unit.step)) {
        if let (Some(foreach), Some(value)) = (foreach, items.get(item)) {
            *scope = scope.with_item(&foreach.name, (**value).clone(), item);
        }
        return Ok(Gate::Pass(label.clone()));
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

/// The declared outputs of a run whose steps are over.
pub(super) fn outputs(run: &Run) -> Result<Labelled, Fault> {
    let capsule = run.capsule();
    let outputs = template::render(capsule.outputs_from(), &run.scope()).map_err(template_fault)?;
    check_depth(&outputs.value, "the value of the outputs")?;
    let schema = jsonschema::validator_for(capsule.outputs_schema()).map_err(|error| {
        Fault::new(
            FaultKind::Schema,
            format!("the schema of the outputs is not valid: {error}"),
        )
    })?;
    let wrong = schema.iter_errors(&outputs.value).next().map(|error| {
        let message = format!("the outputs fail their schema at `{}`: {error}", error.instance_path());
        Fault::new(FaultKind::Schema, message)
    });
    wrong.map_or(Ok(outputs), Err)
}

/// Says whether an event can hold `value`: one that cannot would stop its run for ever.
///
/// # Errors
/// It is nested too deeply.
pub(super) fn check_depth(value: &Value, what: &str) -> Result<(), Fault> {
    if is_within(value, DEEPEST_VALUE) {
        return Ok(());
    }
    let message = format!("{what} is nested deeper than {DEEPEST_VALUE} levels");
    Err(Fault::new(FaultKind::Schema, message))
}

fn declared_artifacts(step: &Step, scope: &Scope) -> Result<Vec<String>, Fault> {
    step.artifacts
        .iter()
        .map(|artifact| {
            let path = template::render(&json!(artifact.path), scope).map_err(template_fault)?;
            match path.value.as_str() {
                Some(path) if stays_inside(path) => Ok(path.to_owned()),
                Some(_) | None => Err(Fault::new(
                    FaultKind::Artifact,
                    format!("the artifact path `{}` leaves the run's directory", path.value),
                )),
            }
        })
        .collect()
}

/// An upper bound of what it can spend: exact prompt tokens and the most it may write.
fn estimate(doing: &Doing) -> Result<Spend, Fault> {
    // One millisecond, so that nothing starts when no wall time is left.
    let step = Spend {
        steps: 1,
        wall_ms: 1,
        ..Spend::default()
    };
    Ok(match doing {
        Doing::Tool(..) => Spend { tool_calls: 1, ..step },
        Doing::Model(model, ask) => {
            let tokens = model
                .count(ask)
                .map_err(|error| Fault::new(FaultKind::Model, error.to_string()))?;
            Spend { tokens, ..step }
        }
    })
}

/// A seed of its own for each unit, the same in every attempt.
fn unit_seed(seed: u64, unit: &Unit) -> u64 {
    let digest = crate::digest::Digest::of(format!("{seed}/{unit}").as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest.as_bytes()[..8]);
    u64::from_le_bytes(bytes)
}

fn template_fault(error: TemplateError) -> Fault {
    Fault::new(FaultKind::Template, error.to_string())
}

//! Questions to models: what is asked, with everything that decides the answer.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::Engine;
use super::super::fact::{Fault, FaultKind, Unit};
use super::super::run::Run;
use super::{Doing, MAX_OUTPUT_TOKENS, Rendered, scan, template_fault};
use crate::capsule::budget::Spend;
use crate::capsule::template::{self, Scope};
use crate::capsule::{Step, step};
use crate::label::{Integrity, Label, Labelled};
use crate::models::{Ask, Constraint};

impl Engine {
    pub(super) async fn model_action(
        &self,
        run: &Run,
        step: &Step,
        unit: &Unit,
        ask: &step::Ask,
        scope: &Scope,
        schema: Option<&Labelled>,
    ) -> Result<Rendered, Fault> {
        let asked = ModelArgs::render(run, unit, ask, scope, schema)?;
        let contract = self.contracts.of(&self.model_spec, "call")?;
        contract.check(&asked.args.value)?;
        let findings = scan(&run.capsule().policies().guard_input, &asked.args.value)?;
        let ask = asked.ask()?;
        let shown = Arc::new(asked.args.clone());
        let endorse = asked.endorsed()?;
        let action = contract
            .action(step.effect, asked.bound(&ask))?
            .endorsing(&asked.endorse);
        let model = self.model().await?;
        let tokens = model
            .count(&ask)
            .map_err(|error| Fault::new(FaultKind::Model, error.to_string()))?;
        Ok(Rendered {
            action,
            doing: Doing::Model(model, ask, endorse),
            args: shown,
            estimate: Spend {
                tokens,
                steps: 1,
                ..Spend::default()
            },
            child: None,
            findings,
        })
    }
}

/// What a model step asks, rendered.
pub(in crate::engine) struct ModelArgs {
    args: Labelled,
    choices: Option<Labelled>,
    schema: Option<Labelled>,
    max_output_tokens: u32,
    temperature: f32,
    seed: u64,
    pub(in crate::engine) endorse: Vec<String>,
}

/// A part of an answer that is believed as far as what it is chosen among.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine) struct Endorsed {
    /// A JSON pointer into the answer, with `*` for the items of lists.
    pub(in crate::engine) at: String,
    /// How far what it is chosen among may be believed.
    pub(in crate::engine) integrity: Integrity,
}

impl ModelArgs {
    pub(in crate::engine) fn render(
        run: &Run,
        unit: &Unit,
        ask: &step::Ask,
        scope: &Scope,
        schema: Option<&Labelled>,
    ) -> Result<Self, Fault> {
        let choices = ask.choices.as_ref().map(|choices| template::render(choices, scope));
        Ok(Self {
            args: template::render(&ask.params, scope).map_err(template_fault)?,
            choices: choices.transpose().map_err(template_fault)?,
            schema: schema.cloned(),
            max_output_tokens: ask.max_output_tokens.unwrap_or(MAX_OUTPUT_TOKENS),
            temperature: ask.temperature.unwrap_or(0.0) as f32,
            seed: unit_seed(run.started().seed, unit),
            endorse: ask.endorse.clone(),
        })
    }

    pub(in crate::engine) fn ask(&self) -> Result<Ask, Fault> {
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

    /// What of the answer is endorsed, and how far.
    ///
    /// # Errors
    /// The members that it is chosen among come from somebody untrusted.
    fn endorsed(&self) -> Result<Vec<Endorsed>, Fault> {
        let endorsed = self.endorse.iter().map(|at| {
            let members = match (&self.choices, &self.schema) {
                (Some(choices), _) => choices.joined_label(),
                (None, Some(schema)) => schema.label_below(&described(at)),
                (None, None) => Label::constant(),
            };
            if members.integrity == Integrity::Untrusted {
                let sources: Vec<&str> = members.sources.iter().map(String::as_str).collect();
                let message = format!(
                    "`{at}` of the answer cannot be endorsed: what it is chosen among comes from {}",
                    sources.join(", ")
                );
                return Err(Fault::new(FaultKind::Template, message)
                    .hint("write what can be chosen into the capsule, or leave `endorse` out"));
            }
            Ok(Endorsed {
                at: at.clone(),
                integrity: members.integrity,
            })
        });
        endorsed.collect()
    }

    /// The arguments with everything else that decides the answer, so that the grant binds it all.
    pub(in crate::engine) fn bound(&self, ask: &Ask) -> Labelled {
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
        if !self.endorse.is_empty() {
            object.insert("endorse".to_owned(), json!(self.endorse));
        }
        bound.value = Value::Object(object);
        bound
    }
}

/// Where a schema describes the part of a value at `at`.
fn described(at: &str) -> String {
    let names = at.split('/').skip(1);
    let places = names.map(|name| match name {
        "*" => "/items".to_owned(),
        name => format!("/properties/{name}"),
    });
    places.collect()
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

/// A seed of its own for each unit, the same in every attempt.
pub(super) fn unit_seed(seed: u64, unit: &Unit) -> u64 {
    let digest = crate::digest::Digest::of(format!("{seed}/{unit}").as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest.as_bytes()[..8]);
    u64::from_le_bytes(bytes)
}

//! Questions to models: what is asked, with everything that decides the answer.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::fact::{Fault, FaultKind, HeadPin, ModelPin, Unit};
use super::super::run::Run;
use super::super::{Engine, Ready};
use super::{Doing, MAX_OUTPUT_TOKENS, Rendered, scan, template_fault};
use crate::capsule::budget::Spend;
use crate::capsule::template::{self, Scope};
use crate::capsule::{Step, step};
use crate::label::{Integrity, Label, Labelled};
use crate::models::ask::{Function, Role, Sampling, Turn};
use crate::models::{Ask, AskError, Constraint, Head, head};

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
        let findings = scan(&run.capsule().policies().guard_input, &asked.written())?;
        let ask = asked.ask()?;
        let shown = Arc::new(asked.args.clone());
        let endorse = asked.endorsed()?;
        let action = contract
            .action(step.effect, asked.bound(&ask))?
            .endorsing(&asked.endorse);
        let (first, tokens) = match &asked.head {
            Some((choice, pin)) => {
                let (head, readers) = self.head(pin).await?;
                let text = head::asked(&asked.args.value).unwrap_or_default().to_owned();
                if text.trim().is_empty() {
                    return Err(Fault::new(FaultKind::Template, "there is no text to classify")
                        .hint("what is classified is `about`, or else `prompt`"));
                }
                let tokens = head
                    .most_tokens(&text, readers.get())
                    .map_err(|error| Fault::new(FaultKind::Model, error.to_string()))?;
                let abstain = choice.abstain.clone();
                (
                    First::Head(Box::new(Classified {
                        head,
                        readers,
                        text,
                        abstain,
                    })),
                    tokens,
                )
            }
            None => {
                let ready = self.model.ready().await?;
                let tokens = count(&ready, &ask)?;
                (First::Model(ready), tokens)
            }
        };
        let further = match (&asked.escalate, &self.escalate) {
            (Some((below, _)), Some(slot)) => Some((*below, slot.ready().await?)),
            _ => None,
        };
        let more = further.as_ref().map_or(Ok(0), |(_, ready)| count(ready, &ask))?;
        Ok(Rendered {
            action,
            doing: Doing::Model(Box::new(Question {
                first,
                further,
                ask,
                endorse,
            })),
            args: shown,
            estimate: Spend {
                tokens: tokens.saturating_add(more),
                steps: 1,
                ..Spend::default()
            },
            child: None,
            findings,
        })
    }
}

/// The most tokens that answering takes.
fn count(ready: &Ready, ask: &Ask) -> Result<u64, Fault> {
    ready.model.count(ask).map_err(|error| model_fault(&error))
}

/// Why there is no answer, with what would change it.
pub(in crate::engine) fn model_fault(error: &AskError) -> Fault {
    let fault = Fault::new(FaultKind::Model, error.to_string());
    match error.hint() {
        Some(hint) => fault.hint(hint),
        None => fault,
    }
}

/// A question that is ready to be asked.
pub(in crate::engine) struct Question {
    pub(in crate::engine) first: First,
    /// Who is asked when the first is less sure than this.
    pub(in crate::engine) further: Option<(f64, Ready)>,
    pub(in crate::engine) ask: Ask,
    pub(in crate::engine) endorse: Vec<Endorsed>,
}

/// Who is asked first.
pub(in crate::engine) enum First {
    /// A language model.
    Model(Ready),
    /// A head.
    Head(Box<Classified>),
}

/// A text for a head.
pub(in crate::engine) struct Classified {
    pub(in crate::engine) head: Head,
    pub(in crate::engine) readers: head::OwnedReaders,
    pub(in crate::engine) text: String,
    /// The output where the head stands by no label.
    pub(in crate::engine) abstain: Option<String>,
}

/// What a model step asks, rendered.
pub(in crate::engine) struct ModelArgs {
    args: Labelled,
    choices: Option<Labelled>,
    head: Option<(step::HeadChoice, HeadPin)>,
    /// Below which confidence who is asked.
    escalate: Option<(f64, ModelPin)>,
    schema: Option<Labelled>,
    functions: Option<Labelled>,
    manner: step::Manner,
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
        let rendered = |part: Option<&Value>| {
            let rendered = part.map(|part| template::render(part, scope));
            rendered.transpose().map_err(template_fault)
        };
        let started = run.started();
        let head = ask.head.as_ref().map(|choice| {
            let pin = started.heads.iter().find(|pin| pin.name == choice.head);
            let message = || format!("the run began without the head `{}`", choice.head);
            let pin = pin.ok_or_else(|| Fault::new(FaultKind::Template, message()))?;
            Ok((choice.clone(), pin.clone()))
        });
        Ok(Self {
            head: head.transpose()?,
            escalate: ask.escalate_below.zip(started.escalate.clone()),
            args: template::render(&ask.params, scope).map_err(template_fault)?,
            choices: rendered(ask.choices.as_ref())?,
            schema: schema.cloned(),
            functions: rendered(ask.functions.as_ref())?,
            manner: ask.manner.clone(),
            seed: unit_seed(run.started().seed, unit),
            endorse: ask.endorse.clone(),
        })
    }

    pub(in crate::engine) fn ask(&self) -> Result<Ask, Fault> {
        let text = |name: &str| self.args.value.get(name).and_then(Value::as_str).map(str::to_owned);
        let choices = match (&self.choices, &self.head) {
            (Some(choices), _) => Some(texts(&choices.value)?),
            (None, Some((_, pin))) => Some(pin.labels.clone()),
            (None, None) => None,
        };
        let constraint = match (choices, &self.schema, &self.functions) {
            (Some(texts), ..) => Constraint::Choices {
                texts,
                calibrated: self.manner.calibrate,
            },
            (None, Some(schema), _) => match pattern(&schema.value) {
                Some(pattern) => Constraint::Pattern(pattern.to_owned()),
                None => Constraint::Schema(schema.value.clone()),
            },
            (None, None, Some(functions)) => Constraint::Call(read_functions(&functions.value)?),
            (None, None, None) => Constraint::Free,
        };
        let usual = Sampling::default();
        let number = |given: Option<f64>, usual: f32| given.map_or(usual, |given| given as f32);
        Ok(Ask {
            system: text("system"),
            turns: turns(self.args.value.get("turns"))?,
            prompt: text("prompt").unwrap_or_default(),
            about: text("about"),
            overflow: self.manner.overflow,
            constraint,
            max_output_tokens: self.manner.max_output_tokens.unwrap_or(MAX_OUTPUT_TOKENS),
            sampling: Sampling {
                temperature: number(self.manner.temperature, usual.temperature),
                top_p: number(self.manner.top_p, usual.top_p),
                min_p: number(self.manner.min_p, usual.min_p),
                repetition_penalty: number(self.manner.repetition_penalty, usual.repetition_penalty),
                seed: self.seed,
            },
            stop: self.manner.stop.clone(),
        })
    }

    /// All that the model reads and that somebody wrote.
    fn written(&self) -> Value {
        let mut written = self.args.value.clone();
        if let (Some(written), Some(functions)) = (written.as_object_mut(), &self.functions) {
            written.insert("functions".to_owned(), functions.value.clone());
        }
        written
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
        let parts = [
            ("choices", &self.choices),
            ("output_schema", &self.schema),
            ("functions", &self.functions),
        ];
        for (name, part) in parts {
            if let Some(part) = part {
                bound.label.join(&part.joined_label());
                object.insert(name.to_owned(), part.value.clone());
            }
        }
        if let Some((choice, pin)) = &self.head {
            let head =
                json!({"name": pin.title, "digest": pin.digest, "labels": pin.labels, "abstain": choice.abstain});
            object.insert("head".to_owned(), head);
        }
        if let Some((below, pin)) = &self.escalate {
            let escalate = json!({"below": below, "model": pin.name, "sha256": pin.sha256});
            object.insert("escalate".to_owned(), escalate);
        }
        object.insert("max_output_tokens".to_owned(), json!(ask.max_output_tokens));
        object.insert("temperature".to_owned(), json!(ask.sampling.temperature));
        object.insert("seed".to_owned(), json!(ask.sampling.seed.to_string()));
        // What is as it ever was is not said.
        for (name, value) in [
            ("top_p", self.manner.top_p.map(Value::from)),
            ("min_p", self.manner.min_p.map(Value::from)),
            ("repetition_penalty", self.manner.repetition_penalty.map(Value::from)),
            ("stop", (!ask.stop.is_empty()).then(|| json!(ask.stop))),
            ("calibrate", self.manner.calibrate.then_some(Value::Bool(true))),
            (
                "overflow",
                (ask.overflow != step::Overflow::Refuse).then(|| json!(ask.overflow)),
            ),
        ] {
            object.extend(value.map(|value| (name.to_owned(), value)));
        }
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

/// The pattern of a schema that asks for nothing but a text which matches it from beginning to end: such a text is
/// written as it is, not as JSON.
fn pattern(schema: &Value) -> Option<&str> {
    let schema = schema.as_object()?;
    let is_plain = schema.len() == 2 && schema.get("type") == Some(&Value::from("string"));
    let pattern = schema.get("pattern").and_then(Value::as_str).filter(|_| is_plain)?;
    let inner = pattern.strip_prefix('^')?.strip_suffix('$')?;
    is_one_pattern(inner).then_some(inner)
}

/// Whether `^` before and `$` after `pattern` would bind all of it: no alternative outside of a group, no anchor within,
/// nothing left open.
fn is_one_pattern(pattern: &str) -> bool {
    let (mut depth, mut in_class, mut is_escaped) = (0u32, false, false);
    for sign in pattern.chars() {
        match sign {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            ']' if in_class => in_class = false,
            _ if in_class => {}
            '[' => in_class = true,
            '(' => depth += 1,
            ')' if depth == 0 => return false,
            ')' => depth -= 1,
            '^' | '$' => return false,
            '|' if depth == 0 => return false,
            _ => {}
        }
    }
    depth == 0 && !in_class && !is_escaped
}

/// What was said before.
fn turns(said: Option<&Value>) -> Result<Vec<Turn>, Fault> {
    let said = said.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let turn = |turn: &Value| {
        let role = match turn.get("role").and_then(Value::as_str)? {
            "user" => Role::User,
            "assistant" => Role::Model,
            _ => return None,
        };
        let text = turn.get("text").and_then(Value::as_str)?.to_owned();
        Some(Turn { role, text })
    };
    let turns: Option<Vec<Turn>> = said.iter().map(turn).collect();
    turns.ok_or_else(|| {
        Fault::new(
            FaultKind::Template,
            "`turns` must be a list of `role` (user, assistant) and `text`",
        )
    })
}

fn read_functions(functions: &Value) -> Result<Vec<Function>, Fault> {
    let function = |function: &Value| {
        Some(Function {
            name: function.get("name")?.as_str()?.to_owned(),
            description: function
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            parameters: function.get("parameters").filter(|schema| schema.is_object())?.clone(),
        })
    };
    let list = functions
        .as_array()
        .map(|list| list.iter().map(function).collect::<Option<Vec<_>>>());
    match list.flatten() {
        Some(list) if !list.is_empty() => Ok(list),
        Some(_) | None => Err(Fault::new(
            FaultKind::Template,
            "`functions` must be a list of at least one `name` with `parameters`, a JSON Schema",
        )),
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

/// A seed of its own for each unit, the same in every attempt.
pub(super) fn unit_seed(seed: u64, unit: &Unit) -> u64 {
    crate::digest::Digest::of(format!("{seed}/{unit}").as_bytes()).leading_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_that_is_one_pattern_is_told_from_others() {
        let of = |text: &str| pattern(&json!({"type": "string", "pattern": text})).map(str::to_owned);
        assert_eq!(of("^[a-z]+$").as_deref(), Some("[a-z]+"));
        assert_eq!(of("^(a|b)[|$]\\$$").as_deref(), Some("(a|b)[|$]\\$"));
        for other in ["[a-z]+", "^a|b$", "^a\\$", "^(a$|b)$", "^(a)|(b)$", "^a)(b$"] {
            assert_eq!(of(other), None, "{other}");
        }
        assert_eq!(
            pattern(&json!({"type": "string", "pattern": "^a$", "maxLength": 3})),
            None
        );
        assert_eq!(pattern(&json!({"pattern": "^a$"})), None);
    }
}

//! A question to a model as the capsule of one step that asks it, and its run.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::manner::Manner;
use super::super::one_step::{OneStep, literal, literals};
use super::super::output::Output;
use super::super::watch::Telling;
use super::super::{Context, capsules};
use crate::capsule::{Capsule, Severity};
use crate::engine::Engine;
use crate::exit::Exit;

/// How a model is to answer, whatever it is asked.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Answering {
    /// What the model is told of its task before everything else
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,
    /// The most tokens of the answer
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_output_tokens: Option<u32>,
    /// 0 takes the likeliest word each time, 1 draws from what the model thinks likely
    #[arg(long, value_name = "T", allow_negative_numbers = true, value_parser = temperature)]
    pub temperature: Option<f64>,
    /// Only the likeliest words that together have this share are drawn
    #[arg(long, value_name = "P", allow_negative_numbers = true, value_parser = nucleus)]
    pub top_p: Option<f64>,
    /// Words less likely than this share of the likeliest are not drawn
    #[arg(long, value_name = "P", allow_negative_numbers = true, value_parser = share)]
    pub min_p: Option<f64>,
    /// Above 1, what was written lately becomes less likely
    #[arg(long, value_name = "R", allow_negative_numbers = true, value_parser = penalty)]
    pub repetition_penalty: Option<f64>,
    /// A text that ends the answer before it; may be given more than once
    #[arg(long, value_name = "TEXT")]
    pub stop: Vec<String>,
    /// Seed of what is drawn, so that an answer can be repeated
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// What becomes of material that does not fit into the model's context
    #[arg(long, value_enum)]
    pub overflow: Option<Overflow>,
}

/// A number of `range`.
fn number(text: &str, range: std::ops::RangeInclusive<f64>) -> Result<f64, String> {
    let expected = || format!("expected a number from {} to {}", range.start(), range.end());
    let number: f64 = text.parse().map_err(|_| expected())?;
    range.contains(&number).then_some(number).ok_or_else(expected)
}

fn temperature(text: &str) -> Result<f64, String> {
    number(text, 0.0..=2.0)
}

fn nucleus(text: &str) -> Result<f64, String> {
    number(text, 0.01..=1.0)
}

fn share(text: &str) -> Result<f64, String> {
    number(text, 0.0..=1.0)
}

fn penalty(text: &str) -> Result<f64, String> {
    number(text, 0.5..=4.0)
}

/// What becomes of material that does not fit: files, standard input, earlier turns. The question is never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Overflow {
    /// The question is refused.
    Refuse,
    /// The beginning stays.
    KeepStart,
    /// The end stays.
    KeepEnd,
    /// Beginning and end stay.
    KeepEnds,
}

impl Overflow {
    fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::KeepStart => "keep_start",
            Self::KeepEnd => "keep_end",
            Self::KeepEnds => "keep_ends",
        }
    }
}

impl Answering {
    /// As capsules write it.
    fn written(&self) -> Value {
        let mut written = Map::new();
        for (name, value) in [
            ("max_output_tokens", self.max_output_tokens.map(Value::from)),
            ("temperature", self.temperature.map(Value::from)),
            ("top_p", self.top_p.map(Value::from)),
            ("min_p", self.min_p.map(Value::from)),
            ("repetition_penalty", self.repetition_penalty.map(Value::from)),
            ("stop", (!self.stop.is_empty()).then(|| json!(self.stop))),
            ("overflow", self.overflow.map(|overflow| Value::from(overflow.name()))),
        ] {
            written.extend(value.map(|value| (name.to_owned(), value)));
        }
        Value::Object(written)
    }
}

/// What an answer must look like.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Any text.
    Text,
    /// One of these; judged against what they are without content, when that is wanted.
    Choices {
        /// The texts.
        texts: Vec<String>,
        /// Whether they are calibrated.
        calibrate: bool,
    },
    /// JSON under this JSON Schema.
    Schema(Value),
    /// A call of one of these functions.
    Functions(Value),
}

/// A question.
pub struct Question<'a> {
    /// The capsule's name: which command asks.
    pub name: &'a str,
    /// What is asked.
    pub question: String,
    /// What it is about.
    pub about: Option<String>,
    /// What was said before: `role` and `text` each.
    pub turns: Vec<Value>,
    /// What the answer must look like.
    pub form: Form,
    /// Below which confidence another model is asked.
    pub escalate_below: Option<f64>,
    /// How it is answered.
    pub answering: &'a Answering,
}

impl Question<'_> {
    /// Asks it, and tells the answer; gives the run and how it ended.
    ///
    /// # Errors
    /// Anything that keeps the run from ending well.
    pub async fn ask(
        &self,
        engine: &Arc<Engine>,
        manner: &Manner,
        context: &Context,
        output: &mut Output,
    ) -> Result<(String, Exit), Failure> {
        let document = self.document();
        sound(self.name, &document.to_string(), context)?;
        let step = OneStep {
            name: self.name,
            document,
            inputs: Value::Object(self.inputs()),
            seed: self.answering.seed,
            telling: Telling::Answer,
        };
        step.run(engine, manner, context, output).await
    }

    /// What was given stands in the inputs, so that the record says what was asked.
    fn inputs(&self) -> Map<String, Value> {
        let mut inputs = Map::from_iter([("question".to_owned(), json!(self.question))]);
        inputs.extend(self.about.as_ref().map(|about| ("about".to_owned(), json!(about))));
        if !self.turns.is_empty() {
            inputs.insert("turns".to_owned(), json!(self.turns));
        }
        inputs
    }

    /// The capsule of one step.
    fn document(&self) -> Value {
        let mut params = json!({"prompt": "{{ inputs.question }}"});
        let mut properties = json!({"question": {"type": "string"}});
        if self.about.is_some() {
            params["about"] = json!("{{ inputs.about }}");
            properties["about"] = json!({"type": "string"});
        }
        if !self.turns.is_empty() {
            params["turns"] = json!("{{ inputs.turns }}");
            properties["turns"] = json!({"type": "array", "items": {
                "type": "object", "required": ["role", "text"], "additionalProperties": false,
                "properties": {"role": {"enum": ["user", "assistant"]}, "text": {"type": "string"}},
            }});
        }
        if let Some(system) = &self.answering.system {
            params["system"] = json!(literal(system));
        }
        let mut step = json!({
            "name": "answer", "action": "model.call", "params": params, "model": self.answering.written(),
        });
        if let Some(below) = self.escalate_below {
            step["escalate_below"] = json!(below);
        }
        let mut answer = json!({"type": "string"});
        match &self.form {
            Form::Text => {}
            Form::Choices { texts, calibrate } => {
                let choices = texts.iter().map(|choice| literal(choice.trim()));
                step["choices"] = json!(choices.collect::<Vec<String>>());
                if *calibrate {
                    step["model"]["calibrate"] = json!(true);
                }
            }
            Form::Schema(schema) => {
                // The step holds the answer to it. Here its references would mean other places.
                answer = json!({});
                step["output_schema"] = literals(schema);
            }
            Form::Functions(functions) => {
                answer = json!({"type": "object"});
                step["functions"] = literals(functions);
            }
        }
        let required: Vec<String> = properties
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .cloned()
            .collect();
        json!({
            "schema": "somagent.dev/capsule/v1", "capsule_id": self.name, "version": "1.0.0",
            "description": "One question to a model.",
            "inputs": {
                "type": "object", "required": required, "properties": properties, "additionalProperties": false,
            },
            "outputs": {"type": "object", "required": ["answer"], "properties": {"answer": answer}},
            "outputs_from": {"answer": "{{ steps.answer.output }}"},
            "execution": {"mode": "sequence", "steps": [step]},
        })
    }
}

/// What is still wrong with the capsule of a question, told by the flag that it comes from: nobody wrote the capsule.
fn sound(name: &str, text: &str, context: &Context) -> Result<(), Failure> {
    let Err(problems) = Capsule::parse(text, &capsules::catalogue(context)) else {
        return Ok(());
    };
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let told = errors.map(|problem| match flag(text, problem.span.start) {
        Some(flag) => format!("`{flag}`: {}", problem.message),
        None => problem.message.clone(),
    });
    let told: Vec<String> = told.collect();
    Err(Failure::new(Exit::Usage, "bad_question", told.join("; "))
        .hint(format!("`somagent {name} --help` says what each flag takes")))
}

/// The flag that gave what stands at `at` of a question's capsule.
fn flag(text: &str, at: usize) -> Option<&'static str> {
    let before = text.get(..at)?;
    let flags = [
        ("\"choices\":", "--choices"),
        ("\"functions\":", "--functions"),
        ("\"output_schema\":", "--schema"),
        ("\"stop\":", "--stop"),
        ("\"system\":", "--system"),
    ];
    let found = flags.iter().filter_map(|(key, flag)| Some((before.rfind(key)?, *flag)));
    found.max().map(|(_, flag)| flag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_capsule_comes_from_a_flag() {
        let text = r#"{"a": 1, "output_schema":{"type": 3}, "model":{"stop":[""]}}"#;
        assert_eq!(flag(text, text.find('3').unwrap()), Some("--schema"));
        assert_eq!(flag(text, text.find("[\"").unwrap()), Some("--stop"));
        assert_eq!(flag(text, 5), None);
    }

    #[test]
    fn a_schema_stands_where_its_references_mean_what_they_say() {
        let answering = Answering::default();
        let schema = json!({"$defs": {"n": {"type": "boolean"}}, "anyOf": [
            {"$ref": "#/$defs/n"}, {"type": "array", "items": {"$ref": "#"}},
        ]});
        let question = Question {
            name: "ask",
            question: "x".to_owned(),
            about: None,
            turns: Vec::new(),
            form: Form::Schema(schema.clone()),
            escalate_below: None,
            answering: &answering,
        };
        let document = question.document();
        assert_eq!(document["execution"]["steps"][0]["output_schema"], schema);
        let outputs = jsonschema::validator_for(&document["outputs"]).unwrap();
        assert!(outputs.is_valid(&json!({"answer": [true, [false]]})));
        assert!(!outputs.is_valid(&json!({})));
    }
}

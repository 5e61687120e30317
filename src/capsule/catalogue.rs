//! What a capsule is checked against: the tools that exist, as pure data.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::tool_spec::{ActionSpec, EffectClass, OutputTrust, Sink, ToolSpec, Touch};
use super::{Capsule, Work};
use crate::digest::Digest;

/// A snapshot of the tools that a capsule may name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalogue {
    /// One contract per name; `model` ([`model_spec`]) is always known and need not be among them.
    pub tools: Vec<Arc<ToolSpec>>,
    /// The capsules that `capsule.run` may name.
    pub capsules: Vec<Callable>,
    /// The personas that there are, by name and major version: `release-writer@3`.
    pub personas: Vec<String>,
    /// The stores that `knowledge` may name, by what stands before `://`.
    pub knowledge: Vec<String>,
    /// The tools that somebody attached and that have no actions as they stand.
    pub unusable: Vec<Unusable>,
}

/// A tool that is attached and that nobody can use as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// What it would be called.
    pub name: String,
    /// Why not, as a sentence.
    pub why: String,
    /// What would change that.
    pub remedy: String,
}

/// A capsule that others may run, with its text: a run keeps what it began with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Callable {
    /// Its `capsule_id`.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// The digest of its text.
    pub digest: Digest,
    /// Its text.
    pub document: String,
    /// JSON Schema of its inputs.
    pub inputs: Value,
    /// JSON Schema of its outputs.
    pub outputs: Value,
    /// The names of the capsules that it runs itself.
    pub calls: Vec<String>,
    /// Whether one of its own steps asks a language model.
    pub asks_a_model: bool,
    /// The heads that its own steps ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<String>,
    /// The tools that it lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<String>,
}

impl Callable {
    /// What others need to know of `capsule`.
    pub fn of(capsule: &Capsule) -> Self {
        let calls = capsule.steps().iter().filter_map(|step| match &step.work {
            Work::Capsule(child) => Some(child.capsule.clone()),
            Work::Model(_) | Work::Tool(_) | Work::Gate(_) => None,
        });
        Self {
            name: capsule.name().to_owned(),
            version: capsule.version().to_owned(),
            digest: capsule.digest(),
            document: capsule.text().to_owned(),
            inputs: capsule.inputs_schema().clone(),
            outputs: capsule.outputs_schema().clone(),
            calls: calls.collect(),
            asks_a_model: capsule.asks_a_model(),
            heads: capsule.heads().map(str::to_owned).collect(),
            tools: capsule.tools().map(str::to_owned).collect(),
        }
    }
}

impl Catalogue {
    /// The tool called `name`.
    pub fn tool(&self, name: &str) -> Option<&ToolSpec> {
        self.tools.iter().find(|tool| tool.name == name).map(AsRef::as_ref)
    }

    /// The tool called `name`, where it is attached and cannot be used.
    pub fn unusable(&self, name: &str) -> Option<&Unusable> {
        self.unusable.iter().find(|tool| tool.name == name)
    }

    /// The capsule called `name`.
    pub fn capsule(&self, name: &str) -> Option<&Callable> {
        self.capsules.iter().find(|capsule| capsule.name == name)
    }
}

/// The contract of `capsule.run`: running another capsule touches nothing by itself; each of its steps is judged.
pub fn child_spec() -> ToolSpec {
    ToolSpec {
        name: "capsule".to_owned(),
        version: "1.0.0".to_owned(),
        summary: "Runs another capsule.".to_owned(),
        actions: vec![ActionSpec {
            name: "run".to_owned(),
            summary: "Runs a capsule as a step; its outputs are the step's output.".to_owned(),
            params: json!({
                "type": "object",
                "required": ["capsule"],
                "properties": {
                    "capsule": {"type": "string", "description": "its name, and perhaps a version: `name@^1`"},
                    "inputs": {"type": "object", "description": "its inputs"},
                },
            }),
            output: json!({"type": "object"}),
            effect: EffectClass::None,
            weakest: EffectClass::None,
            sinks: Vec::new(),
            always: Vec::new(),
            trust: OutputTrust::Arguments,
            field_trust: BTreeMap::new(),
            side_effect: None,
            egress: None,
            confidentiality: None,
            readers: None,
        }],
    }
}

/// The contract of `model.call`: the one action that every capsule may use without listing it.
pub fn model_spec() -> ToolSpec {
    ToolSpec {
        name: "model".to_owned(),
        version: "1.1.0".to_owned(),
        summary: "Asks an on-device model.".to_owned(),
        actions: vec![ActionSpec {
            name: "call".to_owned(),
            summary: "Answers a prompt with a text, one of the choices, a call of a function, or JSON of a schema."
                .to_owned(),
            params: json!({
                "type": "object",
                "required": ["prompt"],
                "additionalProperties": false,
                "properties": {
                    "prompt": {"type": "string", "description": "what is asked"},
                    "system": {"type": "string", "description": "how to answer, before the prompt"},
                    "about": {"type": "string", "description": "what the question is about; `overflow` may cut it"},
                    "turns": {
                        "type": "array", "description": "what was said before, the oldest first; `overflow` may drop it",
                        "items": {
                            "type": "object", "required": ["role", "text"], "additionalProperties": false,
                            "properties": {"role": {"enum": ["user", "assistant"]}, "text": {"type": "string"}},
                        },
                    },
                },
            }),
            output: json!({"description": "a text, the chosen text, a call (`name`, `arguments`), or what `output_schema` says"}),
            effect: EffectClass::None,
            weakest: EffectClass::None,
            sinks: vec![Sink {
                param: "prompt".to_owned(),
                touch: Touch::Infer,
                default: None,
            }],
            always: Vec::new(),
            trust: OutputTrust::Arguments,
            field_trust: BTreeMap::new(),
            side_effect: None,
            egress: None,
            confidentiality: None,
            readers: None,
        }],
    }
}

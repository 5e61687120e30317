//! What a capsule is checked against: the tools that exist, as pure data.

use std::collections::BTreeMap;

use serde_json::json;

use super::tool_spec::{ActionSpec, EffectClass, OutputTrust, Sink, ToolSpec, Touch};

/// A snapshot of the tools that a capsule may name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Catalogue {
    /// One contract per name; `model` ([`model_spec`]) is always known and need not be among them.
    pub tools: Vec<ToolSpec>,
}

impl Catalogue {
    /// The tool called `name`.
    pub fn tool(&self, name: &str) -> Option<&ToolSpec> {
        self.tools.iter().find(|tool| tool.name == name)
    }
}

/// The contract of `model.call`: the one action that every capsule may use without listing it.
pub fn model_spec() -> ToolSpec {
    ToolSpec {
        name: "model".to_owned(),
        version: "1.0.0".to_owned(),
        summary: "Asks an on-device model.".to_owned(),
        actions: vec![ActionSpec {
            name: "call".to_owned(),
            summary: "Answers a prompt with a text, one of the choices, or JSON of a schema.".to_owned(),
            params: json!({
                "type": "object",
                "required": ["prompt"],
                "additionalProperties": false,
                "properties": {
                    "prompt": {"type": "string", "description": "what is asked"},
                    "system": {"type": "string", "description": "how to answer, before the prompt"},
                },
            }),
            output: json!({"description": "a text, the chosen text, or what `output_schema` says"}),
            effect: EffectClass::None,
            sinks: vec![Sink {
                param: "prompt".to_owned(),
                touch: Touch::Infer,
                default: None,
            }],
            trust: OutputTrust::Arguments,
            field_trust: BTreeMap::new(),
        }],
    }
}

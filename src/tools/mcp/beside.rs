//! What a server has beside its tools, and the actions that read it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::config::Loosened;
use super::contract::{Reach, strictest};
use super::described::Hints;
use crate::capsule::tool_spec::{ActionSpec, OutputTrust, Sink, Touch};

/// What a server may have beside its tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    /// Texts and data at addresses.
    Resource,
    /// Prompts that it writes.
    Prompt,
}

impl Beside {
    /// The name of the action that reads one.
    pub fn action(self) -> &'static str {
        match self {
            Self::Resource => "read_resource",
            Self::Prompt => "get_prompt",
        }
    }
}

/// The action that reads what a server has beside its tools: as strict as its tools are.
pub fn reading(server: &str, what: Beside, reach: Reach, loosened: &BTreeMap<String, Loosened>) -> ActionSpec {
    let strict = strictest(reach, Hints::default(), loosened.get(what.action()));
    let items = json!({"type": "object", "properties": {"type": {"type": "string"}}, "required": ["type"]});
    let text = json!({"type": "string", "minLength": 1, "maxLength": 8_192});
    let (summary, properties, required, output, sinks) = match what {
        Beside::Resource => (
            format!("Reads what is at an address of the MCP server `{server}`."),
            json!({"uri": text}),
            "uri",
            json!({"content": {"type": "array", "items": items}, "truncated": {"type": "boolean"}}),
            vec![("uri", Touch::RemoteUrl)],
        ),
        Beside::Prompt => (
            format!("Has the MCP server `{server}` write one of its prompts."),
            json!({"name": text, "arguments": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}}}),
            "name",
            json!({
                "description": {"type": ["string", "null"]}, "truncated": {"type": "boolean"},
                "messages": {"type": "array", "items": {
                    "type": "object", "properties": {"role": {"enum": ["user", "assistant"]}, "content": items},
                    "required": ["role", "content"], "additionalProperties": false,
                }},
            }),
            vec![("name", Touch::Id), ("/arguments/*", Touch::Id)],
        ),
    };
    let every: Vec<&String> = output.as_object().into_iter().flat_map(Map::keys).collect();
    let output = json!({"type": "object", "properties": output, "required": every, "additionalProperties": false});
    let sink = |(param, touch): (&str, Touch)| Sink {
        param: param.to_owned(),
        touch,
        default: None,
    };
    ActionSpec {
        name: what.action().to_owned(),
        summary,
        params: json!({
            "type": "object", "properties": properties, "required": [required], "additionalProperties": false,
        }),
        output,
        effect: strict.effect,
        weakest: strict.effect,
        sinks: sinks.into_iter().map(sink).collect(),
        always: Vec::new(),
        trust: OutputTrust::World,
        field_trust: BTreeMap::new(),
        side_effect: Some(strict.side_effect),
        egress: Some(strict.egress),
        confidentiality: None,
        readers: None,
    }
}

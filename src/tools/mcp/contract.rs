//! From what a server says of its tools to what an action may do.
//!
//! What holds is what the server can reach, which the sandbox enforces, and what the user wrote. What the server says
//! of itself can only add to that: a hint makes an action stricter, never looser, and its words are in no summary.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::config::Loosened;
use super::described::{Described, Hints, Undescribed};
use super::schema::{Schema, SchemaError};
use super::shape::shown;
use super::sinks::sinks;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, SideEffect, ToolSpec};

/// The longest name of a tool, as the protocol has it.
const NAME: usize = 128;

/// The deepest schema of an action: a run records it within its first event.
const DEEPEST: usize = 80;

/// What a server can reach, whatever it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Whether it can send anything off this machine, or is not on it.
    pub network: bool,
    /// Whether it can change anything that outlives it.
    pub writes: bool,
}

/// The actions of a server.
#[derive(Debug, Clone)]
pub struct Mapped {
    /// The contract; its actions are in the order of `calls`.
    pub spec: ToolSpec,
    /// What each action calls.
    pub calls: Vec<Call>,
    /// The tools that are no actions, and why.
    pub refused: Vec<RefusedTool>,
}

/// What an action calls.
#[derive(Debug, Clone)]
pub struct Call {
    /// The action's name.
    pub action: String,
    /// The server's name of the tool.
    pub tool: String,
    /// The server's words about it, for people, and for a model as data.
    pub description: Option<String>,
    /// What it is to return.
    pub output: Option<Schema>,
    /// Where its schemas ask for less than they did.
    pub loosened: Vec<String>,
}

/// A tool that is no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tool `{name}` is not used: {why}")]
pub struct RefusedTool {
    /// Its name, escaped and cut.
    pub name: String,
    /// Why.
    pub why: Refusal,
}

/// Why a tool is no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its name has characters that no action has, or is too long.
    #[error("a name is up to {NAME} of the characters A-Z a-z 0-9 _ - . and /")]
    Name,
    /// Another tool has the same name, or one that is written like it.
    #[error("it shares its name with `{0}`")]
    Duplicate(String),
    /// Its arguments cannot be checked.
    #[error("the schema of its arguments: {0}")]
    Input(SchemaError),
    /// Its arguments are no object.
    #[error("its arguments are no object")]
    NoObject,
    /// What it returns cannot be checked.
    #[error("the schema of what it returns: {0}")]
    Output(SchemaError),
    /// Its schemas are nested so deeply that no run could record them.
    #[error("its schemas are nested deeper than {DEEPEST} levels")]
    Deep,
    /// The entry is no description.
    #[error("{0}")]
    Undescribed(&'static str),
}

/// The contract of the server that is called `server` here.
pub fn contracts(
    server: &str,
    version: &str,
    tools: Vec<Described>,
    undescribed: Vec<Undescribed>,
    reach: Reach,
    loosened: &BTreeMap<String, Loosened>,
) -> Mapped {
    let mut by_action: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for tool in &tools {
        by_action
            .entry(action_name(&tool.name))
            .or_default()
            .push(tool.name.clone());
    }
    let refused = undescribed.into_iter().map(|wrong| RefusedTool {
        name: wrong.name,
        why: Refusal::Undescribed(wrong.why),
    });
    let mut mapped = Mapped {
        spec: ToolSpec {
            name: server.to_owned(),
            version: version.to_owned(),
            summary: format!("The tools of the MCP server `{server}`."),
            actions: Vec::new(),
        },
        calls: Vec::new(),
        refused: refused.collect(),
    };
    for tool in tools {
        let name = shown(&tool.name, 80);
        let sharing = by_action
            .get(&action_name(&tool.name))
            .map(Vec::as_slice)
            .unwrap_or_default();
        match action(server, &tool, sharing, reach, loosened.get(&tool.name)) {
            Ok((action, call)) => {
                mapped.spec.actions.push(action);
                mapped.calls.push(call);
            }
            Err(why) => mapped.refused.push(RefusedTool { name, why }),
        }
    }
    mapped
}

fn action(
    server: &str,
    tool: &Described,
    sharing: &[String],
    reach: Reach,
    loosened: Option<&Loosened>,
) -> Result<(ActionSpec, Call), Refusal> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.' | '/');
    if tool.name.len() > NAME || !tool.name.chars().all(allowed) {
        return Err(Refusal::Name);
    }
    // Which of two a server would call is its own affair, so neither is.
    if sharing.len() > 1 {
        let other = sharing.iter().find(|name| **name != tool.name).unwrap_or(&tool.name);
        return Err(Refusal::Duplicate(other.clone()));
    }
    let input = Schema::of(&tool.input).map_err(Refusal::Input)?;
    let params = closed(input.value()).ok_or(Refusal::NoObject)?;
    let output = tool
        .output
        .as_ref()
        .map(Schema::of)
        .transpose()
        .map_err(Refusal::Output)?;
    let returned = output_schema(output.as_ref());
    if depth(&params).max(depth(&returned)) > DEEPEST {
        return Err(Refusal::Deep);
    }
    let strict = strictest(reach, tool.hints, loosened);
    let name = action_name(&tool.name);
    let mut notes = input.loosened().to_vec();
    notes.extend(
        output
            .iter()
            .flat_map(|output| output.loosened())
            .map(|note| format!("output {note}")),
    );
    let spec = ActionSpec {
        summary: format!("Calls `{name}` of the MCP server `{server}`."),
        output: returned,
        sinks: sinks(&params),
        name: name.clone(),
        params,
        effect: strict.effect,
        weakest: strict.effect,
        always: Vec::new(),
        trust: OutputTrust::World,
        field_trust: BTreeMap::new(),
        side_effect: Some(strict.side_effect),
        egress: Some(strict.egress),
        confidentiality: None,
        readers: None,
    };
    let call = Call {
        action: name,
        tool: tool.name.clone(),
        description: tool.description.clone(),
        output,
        loosened: notes,
    };
    Ok((spec, call))
}

/// The name after the dot: what has a meaning in front of it is written as `_`.
fn action_name(name: &str) -> String {
    name.replace(['.', '/'], "_")
}

pub(super) struct Strict {
    pub(super) effect: EffectClass,
    pub(super) side_effect: SideEffect,
    pub(super) egress: bool,
}

/// What can happen, unless the user knows better, and all that the server says beside.
pub(super) fn strictest(reach: Reach, hints: Hints, loosened: Option<&Loosened>) -> Strict {
    let harmless = !reach.network && !reach.writes;
    let known = loosened.cloned().unwrap_or_default();
    let possible = if harmless {
        EffectClass::None
    } else {
        EffectClass::External
    };
    let mut strict = Strict {
        effect: known.effect.unwrap_or(possible),
        side_effect: known.side_effect.unwrap_or(match known.effect {
            Some(EffectClass::None) => SideEffect::None,
            Some(_) => SideEffect::Irreversible,
            None if harmless => SideEffect::None,
            None => SideEffect::Irreversible,
        }),
        egress: known.egress.unwrap_or(reach.network),
    };
    // A server that says that it does more than was thought is believed.
    if hints.read_only == Some(false) {
        strict.effect = strict.effect.max(EffectClass::Idempotent);
        strict.side_effect = strict.side_effect.max(SideEffect::Reversible);
    }
    if hints.destructive == Some(true) && hints.read_only != Some(true) {
        strict.side_effect = SideEffect::Irreversible;
        strict.effect = strict.effect.max(EffectClass::Idempotent);
    }
    if hints.idempotent == Some(false) && strict.effect > EffectClass::None {
        strict.effect = EffectClass::External;
    }
    if hints.open_world == Some(true) && reach.network {
        strict.egress = true;
    }
    strict
}

/// The schema of an object that takes no arguments but its own; `None` when it is of something else.
fn closed(schema: &Value) -> Option<Value> {
    let mut schema = schema.as_object()?.clone();
    match schema.get("type") {
        None => {
            schema.insert("type".to_owned(), json!("object"));
        }
        Some(kind) if kind == "object" => {}
        Some(_) => return None,
    }
    let is_composed = ["allOf", "anyOf", "oneOf", "if", "dependentSchemas", "patternProperties"];
    let keyword = if is_composed.iter().any(|keyword| schema.contains_key(*keyword)) {
        "unevaluatedProperties"
    } else {
        "additionalProperties"
    };
    let is_said = ["additionalProperties", "unevaluatedProperties"]
        .iter()
        .any(|keyword| schema.contains_key(*keyword));
    if !is_said {
        schema.insert(keyword.to_owned(), json!(false));
    }
    Some(Value::Object(schema))
}

/// The schema of what a call returns.
fn output_schema(structured: Option<&Schema>) -> Value {
    let mut schema = json!({
        "type": "object",
        "properties": {
            "content": {"type": "array", "items": {"type": "object", "properties": {
                "type": {"enum": ["text", "image", "audio", "resource", "link", "unknown"]},
            }, "required": ["type"]}},
            "is_error": {"type": "boolean"},
            "truncated": {"type": "boolean"},
            "structured": true,
        },
        "required": ["content", "is_error", "truncated"],
        "additionalProperties": false,
    });
    // What a tool returns with an error follows no schema of its own.
    if let Some(structured) = structured {
        schema["if"] = json!({"properties": {"is_error": {"const": false}}});
        schema["then"] = json!({"properties": {"structured": structured.value()}});
    }
    schema
}

/// How deep a value is nested.
fn depth(value: &Value) -> usize {
    let below = match value {
        Value::Array(items) => items.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return 0,
    };
    below.unwrap_or(0) + 1
}

#[cfg(test)]
#[path = "contract_tests.rs"]
mod tests;

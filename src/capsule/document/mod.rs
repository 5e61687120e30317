//! The shape of a capsule's text, version 1: what serde reads and what editors are given as JSON Schema.
//!
//! A key that is not here is refused, so nothing is read and ignored. Meaning is checked elsewhere.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};

mod policies;
mod step;
mod trigger;

pub(super) use policies::{WrittenBudget, WrittenGuard, WrittenGuardrails, WrittenPolicies};
pub(super) use step::{WrittenGate, WrittenHook, WrittenModel, WrittenRetry, WrittenStep, WrittenWorkspace};
pub(super) use trigger::{WrittenFile, WrittenSchedule, WrittenTrigger, WrittenWebhook};

/// The value of `schema` in every capsule of this version.
pub const SCHEMA: &str = "somagent.dev/capsule/v1";

/// A capsule: intent, inputs, tools, budget, steps, outputs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "somagent capsule, version 1")]
pub(super) struct Document {
    /// The version of the format.
    #[schemars(schema_with = "schema_name")]
    #[expect(dead_code, reason = "checked before the document is read")]
    pub schema: String,
    /// The capsule's name: lower-case letters, digits, `_` and `-`, beginning with a letter.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_-]{0,63}$"))]
    pub capsule_id: String,
    /// The capsule's own semantic version, such as `1.2.0`.
    pub version: String,
    /// One or two sentences for people.
    #[serde(default)]
    pub description: String,
    /// Free tags; they mean nothing to somagent.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// JSON Schema of the inputs: an object.
    #[serde(default)]
    pub inputs: Map<String, Value>,
    /// JSON Schema of the outputs: an object.
    #[serde(default)]
    pub outputs: Map<String, Value>,
    /// Templates that make the outputs from the steps.
    #[serde(default)]
    pub outputs_from: Map<String, Value>,
    /// Who speaks: a persona and its major version, such as `personas/release-writer@3`.
    #[schemars(with = "String", regex(pattern = r"^(personas/)?[a-z][a-z0-9_-]{0,63}@[0-9]{1,9}$"))]
    #[serde(default)]
    pub persona_shot: Option<String>,
    /// Names of secrets, in capital letters. Values are found when a tool is called, and stand in no file.
    #[schemars(inner(regex(pattern = r"^[A-Z][A-Z0-9_]{0,63}$")))]
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Tools and the actions that steps may use.
    #[serde(default)]
    pub tools: Vec<ToolUse>,
    /// What is known beforehand: nodes of memory and files.
    #[serde(default)]
    pub knowledge: Vec<WrittenKnowledge>,
    /// Rules for the whole run.
    #[serde(default)]
    pub policies: WrittenPolicies,
    /// Deterministic checks of texts.
    #[serde(default)]
    pub guardrails: WrittenGuardrails,
    /// What starts a run besides a person.
    #[serde(default)]
    pub triggers: Vec<WrittenTrigger>,
    /// What holds for every step that does not say otherwise.
    #[serde(default)]
    pub defaults: WrittenDefaults,
    /// Steps before all others and after them.
    #[serde(default)]
    pub hooks: WrittenHooks,
    /// What is done.
    pub execution: Execution,
}

/// A tool and the actions of it that steps may use.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToolUse {
    /// The tool's name: `git`.
    pub adapter: String,
    /// A semantic version requirement in quotes, such as `"^1"`.
    pub version: String,
    /// The names of actions: `log`.
    pub actions: Vec<String>,
    /// Hosts that the tool may reach, as far as the constitution allows: `api.example.com`, `*.example.com:8443`.
    #[serde(default)]
    pub hosts: Vec<String>,
}

/// Something that is known beforehand.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenKnowledge {
    /// Store and path, such as `kb://style/release-notes`.
    // A class that is counted is unrolled: up to a thousand of it took megabytes of every command that reads a capsule.
    #[schemars(length(max = 1_000), regex(pattern = r"^[a-z][a-z0-9+.-]*://[^\s\x00-\x1f]+$"))]
    pub node_id: String,
    /// What the run may do with it.
    #[serde(default)]
    #[expect(dead_code, reason = "there is one mode; the key is read so that others can follow")]
    pub mode: KnowledgeMode,
}

/// What a run may do with something that is known.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum KnowledgeMode {
    /// It is read.
    #[default]
    Read,
}

/// What holds for every step that does not say otherwise.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenDefaults {
    /// The most time of one attempt of a step that is no gate.
    #[schemars(schema_with = "duration")]
    #[serde(default)]
    pub timeout: Option<String>,
    /// What happens after a failed attempt; `timeout` in `on` does not count for `external` steps.
    #[serde(default)]
    pub retry: WrittenRetry,
    /// How models answer.
    #[serde(default)]
    pub model: WrittenModel,
}

/// Steps before all others and after them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenHooks {
    /// Before every other step, one after another.
    #[serde(default)]
    pub pre: Vec<WrittenHook>,
    /// When all else is over, however it ended, one after another; templates may use `run.status`.
    #[serde(default)]
    pub post: Vec<WrittenHook>,
}

/// The steps and how they follow each other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Execution {
    /// `sequence`: each step needs the one before it. `dag`: only what `needs` says.
    #[serde(default)]
    pub mode: Mode,
    /// At most 2,000.
    #[schemars(length(min = 1))]
    pub steps: Vec<WrittenStep>,
}

/// How steps follow each other.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    #[default]
    Sequence,
    Dag,
}

/// The form of a time: what [`super::rules`] reads as milliseconds.
fn duration(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": r"^[0-9]{1,9}(ms|s|m|h|d)$"})
}

fn schema_name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"const": SCHEMA})
}

/// The published JSON Schema of a capsule file.
pub fn schema_json() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    if let Some(map) = schema.as_object_mut() {
        map.insert("$id".to_owned(), format!("https://{SCHEMA}.schema.json").into());
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_that_of_the_types() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/capsule.v1.schema.json");
        let current = serde_json::to_string_pretty(&schema_json()).unwrap() + "\n";
        if std::env::var_os("SOMAGENT_BLESS").is_some_and(|value| value == "1") {
            std::fs::write(path, &current).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            published, current,
            "the types changed: run this test with SOMAGENT_BLESS=1"
        );
    }
}

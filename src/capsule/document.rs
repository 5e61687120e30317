//! The shape of a capsule's text, version 1: what serde reads and what editors are given as JSON Schema.
//!
//! A key that is not here is refused, so nothing is read and ignored. Meaning is checked elsewhere.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::tool_spec::EffectClass;

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
    /// Tools and the actions that steps may use.
    #[serde(default)]
    pub tools: Vec<ToolUse>,
    /// Rules for the whole run.
    #[serde(default)]
    pub policies: Policies,
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
}

/// Rules for the whole run.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Policies {
    /// What the run may spend.
    #[serde(default)]
    pub budget: WrittenBudget,
}

/// Upper bounds; a missing one is no bound.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenBudget {
    /// Model tokens, prompt and output together.
    #[schemars(with = "u64")]
    #[serde(default)]
    pub tokens: Option<u64>,
    /// US dollars with at most six decimals, such as `1.50`.
    #[schemars(schema_with = "dollars")]
    #[serde(default)]
    pub usd: Option<Value>,
    /// A time: a whole number and `ms`, `s`, `m`, `h` or `d`, such as `90s`.
    #[schemars(with = "String", regex(pattern = r"^[0-9]{1,9}(ms|s|m|h|d)$"))]
    #[serde(default)]
    pub wall: Option<String>,
    /// Calls of tools.
    #[schemars(with = "u64")]
    #[serde(default)]
    pub tool_calls: Option<u64>,
    /// Steps, each item of a `foreach` counted.
    #[schemars(with = "u64")]
    #[serde(default)]
    pub steps: Option<u64>,
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

/// One step.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenStep {
    /// The step's name: letters, digits and `_`, not beginning with a digit.
    #[schemars(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]{0,63}$"))]
    pub name: String,
    /// Steps that come before this one.
    #[serde(default)]
    pub needs: Vec<String>,
    /// A bare expression; the step is skipped when it is false.
    #[schemars(with = "String")]
    #[serde(default)]
    pub when: Option<String>,
    /// Runs the step for each item of a list, one after another.
    #[schemars(with = "WrittenForeach")]
    #[serde(default)]
    pub foreach: Option<WrittenForeach>,
    /// What runs: `model.call`, or a tool and its action such as `git.log`.
    pub action: String,
    /// Arguments; texts may be templates.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// For `model.call`: a list of texts, or one template that gives such a list.
    #[schemars(schema_with = "choices")]
    #[serde(default)]
    pub choices: Option<Value>,
    /// JSON Schema of the output; texts in it may be templates.
    #[schemars(with = "Map<String, Value>")]
    #[serde(default)]
    pub output_schema: Option<Map<String, Value>>,
    /// For `model.call`: how the model answers.
    #[schemars(with = "WrittenModel")]
    #[serde(default)]
    pub model: Option<WrittenModel>,
    /// What a repetition would do; it may be stricter than the tool says, never weaker.
    #[schemars(with = "EffectClass")]
    #[serde(default)]
    pub effect: Option<EffectClass>,
    /// What the step may spend, all items together.
    #[serde(default)]
    pub budget: WrittenBudget,
    /// Files that the step leaves.
    #[serde(default)]
    pub artifacts: Vec<WrittenArtifact>,
}

/// The list that a step runs for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenForeach {
    /// A bare expression that gives a list.
    pub items: String,
    /// The name of the item in templates: letters, digits and `_`, not beginning with a digit.
    #[schemars(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]{0,63}$"))]
    #[serde(rename = "as")]
    pub name: String,
    /// The most items; a longer list fails the step.
    #[schemars(with = "u32", range(min = 1))]
    #[serde(default)]
    pub max_items: Option<u32>,
}

/// How a model answers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenModel {
    /// The most tokens of the answer.
    #[schemars(with = "u32", range(min = 1))]
    #[serde(default)]
    pub max_output_tokens: Option<u32>,
    /// 0 takes the likeliest token every time; at most 2.
    #[schemars(with = "f64", range(min = 0, max = 2))]
    #[serde(default)]
    pub temperature: Option<f64>,
}

/// A file that a step leaves.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenArtifact {
    /// Its name within the capsule.
    pub name: String,
    /// A relative path, which may be a template.
    pub path: String,
    /// IANA media type.
    #[serde(default = "plain_text")]
    pub media_type: String,
}

fn plain_text() -> String {
    "text/plain".to_owned()
}

fn schema_name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"const": SCHEMA})
}

fn dollars(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["number", "string"], "minimum": 0, "pattern": r"^[0-9]{1,9}(\.[0-9]{1,6})?$"})
}

fn choices(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["array", "string"], "items": {"type": "string"}, "minItems": 1, "uniqueItems": true})
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

//! Rules for the whole run, as they are written.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use super::super::policies::{OnConflict, OnExhausted, OnFail, Redact};
use super::duration;

/// Rules for the whole run.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenPolicies {
    /// What the run may spend.
    #[serde(default)]
    pub budget: WrittenBudget,
    /// What happens when the budget does not allow the next step: `fail` unless written.
    #[serde(default)]
    pub on_budget_exhausted: OnExhausted,
    /// Whether a person is asked before each `external` effect that no gate stands before.
    #[serde(default)]
    pub requires_review: bool,
    /// How many steps, and items of them, may be in flight: 4 unless written.
    #[schemars(with = "u32", range(min = 1, max = 1000))]
    #[serde(default)]
    pub max_parallel: Option<u32>,
    /// Which other runs it waits for.
    #[schemars(with = "WrittenConcurrency")]
    #[serde(default)]
    pub concurrency: Option<WrittenConcurrency>,
    /// The time after its start at which the run must be over, waiting included.
    #[schemars(schema_with = "duration")]
    #[serde(default)]
    pub deadline: Option<String>,
    /// What becomes of data.
    #[serde(default)]
    pub data: WrittenData,
}

/// Upper bounds; a missing one is no bound.
#[derive(Debug, Default, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenBudget {
    /// Model tokens, prompt and output together.
    #[schemars(with = "u64")]
    #[serde(default)]
    pub tokens: Option<u64>,
    /// US dollars with at most six decimals, such as `1.50`.
    #[schemars(schema_with = "dollars")]
    #[serde(default)]
    pub usd: Option<Value>,
    /// A time: a whole number and `ms`, `s`, `m`, `h` or `d`, such as `90s`.
    #[schemars(schema_with = "duration")]
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

/// Runs that exclude each other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenConcurrency {
    /// A template over the inputs: runs with the same text exclude each other, whatever their capsule.
    pub key: String,
    /// How many of them may go on at the same time: 1 unless written.
    #[schemars(with = "u32", range(min = 1, max = 1000))]
    #[serde(default)]
    pub limit: Option<u32>,
    /// What a run does that finds its place taken: `queue` unless written.
    #[serde(default)]
    pub on_conflict: OnConflict,
}

/// What becomes of data.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenData {
    /// What is taken out of outputs before they are recorded.
    #[serde(default)]
    pub redact: Vec<Redact>,
    /// How much of inputs and outputs the journal keeps.
    #[serde(default)]
    #[expect(dead_code, reason = "there is one way; the key is read so that others can follow")]
    pub journal_payloads: Payloads,
}

/// How much of inputs and outputs the journal keeps.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Payloads {
    /// All of them, after `redact`.
    #[default]
    Full,
}

/// Deterministic checks of texts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenGuardrails {
    /// Checks of the inputs, and of what models are asked.
    #[serde(default)]
    pub input: Vec<WrittenGuard>,
    /// Checks of the outputs.
    #[serde(default)]
    pub output: Vec<WrittenGuard>,
}

/// A deterministic check; the keys besides these are what the check needs to know.
#[derive(Debug, Deserialize, JsonSchema)]
pub(in super::super) struct WrittenGuard {
    /// Its name: `max_length`, `regex`, `secret_scan`, `pii_scan` or `prompt_injection_scan`.
    #[serde(rename = "use")]
    pub check: String,
    /// What a finding means: `block` unless written.
    #[serde(default)]
    pub on_fail: OnFail,
    #[serde(flatten)]
    pub with: BTreeMap<String, Value>,
}

fn dollars(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": ["number", "string"], "minimum": 0, "pattern": r"^[0-9]{1,9}(\.[0-9]{1,6})?$"})
}

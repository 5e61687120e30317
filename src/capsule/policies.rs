//! What a capsule says about a run as a whole: how it is bounded, guarded and kept apart from others.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::host::HostPattern;

/// Rules for a whole run, besides its budget.
#[derive(Debug, Clone, PartialEq)]
pub struct Policies {
    /// What happens when the budget does not allow the next step.
    pub on_budget_exhausted: OnExhausted,
    /// Whether a person is asked before each `external` effect that no gate stands before.
    pub requires_review: bool,
    /// How many effects may be in flight; at least 1.
    pub max_parallel: u32,
    /// Milliseconds after its start at which the run must be over, waiting included.
    pub deadline_ms: Option<u64>,
    /// Which other runs it waits for.
    pub concurrency: Option<Concurrency>,
    /// Hosts that steps may reach, as far as the constitution allows.
    pub hosts: Vec<HostPattern>,
    /// What is taken out of outputs before anything sees them.
    pub redact: Vec<Redact>,
    /// Checks of the inputs, and of what models are asked.
    pub guard_input: Vec<Guard>,
    /// Checks of the outputs.
    pub guard_output: Vec<Guard>,
}

/// How many effects of a run may be in flight when the capsule does not say.
pub const MAX_PARALLEL: u32 = 4;

impl Default for Policies {
    fn default() -> Self {
        Self {
            on_budget_exhausted: OnExhausted::default(),
            requires_review: false,
            max_parallel: MAX_PARALLEL,
            deadline_ms: None,
            concurrency: None,
            hosts: Vec::new(),
            redact: Vec::new(),
            guard_input: Vec::new(),
            guard_output: Vec::new(),
        }
    }
}

/// What happens when the budget does not allow the next step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnExhausted {
    /// The run pauses until its budget is raised.
    Pause,
    /// The run fails.
    #[default]
    Fail,
}

/// Runs that exclude each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concurrency {
    /// A template over the inputs: runs with the same text exclude each other, whatever their capsule.
    pub key: String,
    /// How many of them may go on at the same time; at least 1.
    pub limit: u32,
    /// What the next one does.
    pub on_conflict: OnConflict,
}

/// What a run does that finds its place taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// It waits until the earlier ones are over.
    #[default]
    Queue,
    /// It ends at once.
    Reject,
    /// It cancels the earlier ones, and waits until they are over.
    Replace,
}

/// Something that is taken out of outputs before they are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Redact {
    /// The values of secrets that the run was given.
    Secrets,
    /// Addresses of electronic mail.
    Email,
}

/// A deterministic check of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// The name of the check: `max_length`, `regex`, `secret_scan`, `pii_scan`, `prompt_injection_scan`.
    pub check: String,
    /// What the check needs to know: `{chars: 2000}`, `{pattern: "…", must: match|not_match}`.
    pub with: BTreeMap<String, Value>,
    /// What a finding means.
    pub on_fail: OnFail,
}

/// What a finding of a [`Guard`] means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnFail {
    /// The step, or the run, fails.
    #[default]
    Block,
    /// A person is asked.
    Review,
    /// It is recorded.
    Warn,
}

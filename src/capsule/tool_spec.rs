//! What a tool can do, as pure data: its actions, their parameters, effects and sinks.
//!
//! Policy computes what an action touches from this and the arguments, without asking the tool.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::Digest;
use crate::label::Integrity;

/// What a repetition of an action would do to the world outside the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectClass {
    /// Changes nothing: it may always run again.
    None,
    /// Running it twice leaves what running it once leaves.
    Idempotent,
    /// The other side drops a repetition that carries the same key.
    Keyed,
    /// A repetition is a second effect; an interrupted one is in doubt.
    External,
}

impl EffectClass {
    const fn none() -> Self {
        Self::None
    }
}

/// One way an argument reaches something outside the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// The argument is a path that is read.
    ReadPath,
    /// The argument is a path that is written.
    WritePath,
    /// The argument names an artifact of the run that is written.
    WriteArtifact,
    /// The argument is a prompt for an on-device model.
    Infer,
    /// The argument is the URL that is reached.
    Url,
}

/// A parameter through which an action touches something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sink {
    /// The name of the parameter.
    pub param: String,
    /// What it touches.
    pub touch: Touch,
    /// The value that counts when the argument is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

/// Where the label of an output comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputTrust {
    /// Read from the world: untrusted unless [`ActionSpec::field_trust`] says otherwise.
    World,
    /// A pure function of the arguments: it carries their join.
    Arguments,
}

/// One action of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionSpec {
    /// The name after the dot: `log` in `git.log`.
    pub name: String,
    /// One sentence for people and models.
    pub summary: String,
    /// JSON Schema of the parameters: an object, `additionalProperties: false`.
    pub params: Value,
    /// JSON Schema of the output.
    pub output: Value,
    /// The effect of a repetition, unless a capsule knows better.
    pub effect: EffectClass,
    /// The weakest effect that a capsule may declare instead: what the tool itself is sure of.
    #[serde(default = "EffectClass::none")]
    pub weakest: EffectClass,
    /// The parameters that reach outside; an action without any only computes.
    pub sinks: Vec<Sink>,
    /// Where the output's label comes from.
    pub trust: OutputTrust,
    /// JSON pointers into the output whose integrity is better than the rest.
    pub field_trust: BTreeMap<String, Integrity>,
}

/// A tool: a name and its actions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolSpec {
    /// The name before the dot: `git` in `git.log`.
    pub name: String,
    /// Semantic version of the tool's contract.
    pub version: String,
    /// One sentence for people.
    pub summary: String,
    /// What it can do.
    pub actions: Vec<ActionSpec>,
}

impl ToolSpec {
    /// The action called `name` (without the tool's name).
    pub fn action(&self, name: &str) -> Option<&ActionSpec> {
        self.actions.iter().find(|action| action.name == name)
    }

    /// The digest that pins the contract.
    ///
    /// Serialising a tree of strings and JSON values cannot fail, so the fallback is never taken.
    pub fn digest(&self) -> Digest {
        Digest::of_json(&serde_json::to_value(self).unwrap_or(Value::Null))
    }
}

//! Facts of a run as a whole. The bodies are a stored form: fields are added with defaults, never renamed.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::UnitFault;
use super::unit::Unit;
use crate::capsule::budget::{Limit, Spend};
use crate::capsule::policies::{OnConflict, OnExhausted};
use crate::capsule::tool_spec::ToolSpec;
use crate::capsule::{Callable, Catalogue};
use crate::digest::Digest;
use crate::label::Labelled;
use crate::tools::Artifact;

/// Which capsule a run runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapsuleName {
    /// Its id.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of its text.
    pub digest: Digest,
}

/// The model that a run is pinned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelPin {
    /// Its name in the catalogue.
    pub name: String,
    /// SHA-256 of its file, lower-case hex.
    pub sha256: String,
}

/// A head that a run is pinned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadPin {
    /// As the capsule calls it.
    pub name: String,
    /// `NAME@VERSION`.
    pub title: String,
    /// SHA3-512 of all that it says.
    pub digest: Digest,
    /// What it tells apart.
    pub labels: Vec<String>,
    /// The language model that it asks, too, if it was trained with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<ModelPin>,
}

/// The step that a run is a part of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The run of that step.
    pub run: String,
    /// The step, or the item of it.
    pub unit: Unit,
}

/// Which other runs a run waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Runs with the same text exclude each other.
    pub key: String,
    /// How many of them may go on at the same time.
    pub limit: u32,
    /// What the next one does.
    pub on_conflict: OnConflict,
}

/// The run whose outcomes a run begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forked {
    /// The other run.
    pub run: String,
    /// The step that is not taken over, nor what needs it.
    pub at: String,
}

/// `run.started`: everything that a run needs to go on anywhere, at any later time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// The run's id.
    pub run: String,
    /// The capsule's identity.
    pub capsule: CapsuleName,
    /// The capsule's text, so that a later edit cannot change this run.
    pub document: String,
    /// The checked inputs.
    pub inputs: Value,
    /// The canonical directory the run works on.
    pub workspace: PathBuf,
    /// Seed of everything random.
    pub seed: u64,
    /// The key under which a repetition of the command finds this run.
    pub idempotency_key: Option<String>,
    /// The budget.
    pub limit: Limit,
    /// The model, when a step needs one.
    pub model: Option<ModelPin>,
    /// Whether every socket is refused.
    pub offline: bool,
    /// The capsules that its steps run, and those that these run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Callable>,
    /// The step that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// Which other runs it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Slot>,
    /// When it must be over, in milliseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_at: Option<i64>,
    /// The run whose outcomes it begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked: Option<Forked>,
    /// What the run above it does when the budget is exhausted, which is its own budget too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_exhausted: Option<OnExhausted>,
    /// Who began it, or the run that it is a part of; absent when it began before that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The heads that its own steps ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heads: Vec<HeadPin>,
    /// The model that is asked when another one is not sure enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate: Option<ModelPin>,
    /// The contracts of the attached servers that it may call: a build has none of them, and they change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolSpec>,
}

impl Started {
    /// What the run's capsule is checked against: what is here, with the contracts and capsules that it began with.
    pub fn catalogue(&self, here: &Catalogue) -> Catalogue {
        let of_others = |tool: &&Arc<ToolSpec>| !self.tools.iter().any(|pinned| pinned.name == tool.name);
        let pinned = self.tools.iter().cloned().map(Arc::new);
        Catalogue {
            tools: here.tools.iter().filter(of_others).cloned().chain(pinned).collect(),
            capsules: self.children.clone(),
            personas: here.personas.clone(),
            knowledge: here.knowledge.clone(),
            unusable: here.unusable.clone(),
        }
    }

    /// The contract of the tool `name` for this run.
    pub fn tool<'a>(&'a self, name: &str, here: &'a Catalogue) -> Option<&'a ToolSpec> {
        let pinned = self.tools.iter().find(|tool| tool.name == name);
        pinned.or_else(|| here.tool(name))
    }
}

/// `run.leased`: somebody owns the run from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leased {
    /// Counts owners, from 1.
    pub epoch: u64,
    /// The owner's process id.
    pub pid: u32,
    /// When the owner before was last seen alive, in milliseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_beat: Option<i64>,
}

/// `run.admitted`: its turn has come among the runs that exclude each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {}

/// Why a run pauses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Why {
    /// Somebody asked.
    Asked {
        /// Who.
        by: String,
        /// Why, in their words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The budget does not allow the next unit.
    Budget {
        /// The unit.
        unit: Unit,
        /// What is exhausted, in words.
        message: String,
    },
    /// Its owners died too often without getting anything done.
    Crashes {
        /// How often in a row.
        times: u32,
    },
}

/// `run.paused`: nothing new begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// Why.
    pub why: Why,
}

/// `run.resumed`: a pause is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumed {
    /// Who said so.
    pub by: String,
}

/// `run.cancelling`: it is to end, undoing what can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelling {
    /// Who said so.
    pub by: String,
    /// Why, in their words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Milliseconds that effects in flight get to end by themselves.
    pub grace_ms: u64,
}

/// `run.failing`: it cannot succeed any more, for a reason that no unit has, or that the run of a unit is ended for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// Why.
    pub fault: UnitFault,
    /// How many other runs have the place that it wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<usize>,
}

/// `run.reopened`: a finished run goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopened {
    /// Who said so.
    pub by: String,
}

/// `budget.raised`: the bounds are others from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// Of one step; absent for the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The new bounds.
    pub limit: Limit,
    /// Who said so.
    pub by: String,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every step completed or was skipped.
    Succeeded,
    /// A step failed.
    Failed,
    /// Policy or a person denied an action.
    Denied,
    /// Somebody cancelled it.
    Cancelled,
}

/// `run.finished`: the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// How.
    pub status: Status,
    /// The code the command ends with.
    pub exit_code: u8,
    /// The declared outputs.
    pub outputs: Option<Labelled>,
    /// Everything the run left behind.
    pub artifacts: Vec<Artifact>,
    /// What it spent.
    pub spent: Spend,
    /// Why it failed, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<UnitFault>,
    /// Units of which nobody knows whether their effect happened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Unit>,
    /// Units whose answers the bound on tokens ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<Unit>,
    /// Units that could not be undone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_undone: Vec<Unit>,
}

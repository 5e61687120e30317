//! What can go wrong with a unit, and what a run ends with because of it.

use serde::{Deserialize, Serialize};

use super::unit::Unit;
use crate::capsule::RetryOn;
use crate::exit::Exit;

/// What kind of thing went wrong with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A template or an expression could not be rendered.
    Template,
    /// Policy denied the action.
    Denied,
    /// A person said no.
    Rejected,
    /// The reservation did not fit the budget, or the time ran out.
    Budget,
    /// An attempt took longer than its `timeout`.
    Timeout,
    /// The run was not over at its deadline.
    Deadline,
    /// The other side asked to come back later.
    RateLimited,
    /// The other side could not be reached, or said that it cannot answer now.
    Unavailable,
    /// The tool or the world said no.
    Tool,
    /// The model could not answer.
    Model,
    /// The output does not match its schema.
    Schema,
    /// A place to write is full, read-only or damaged.
    Storage,
    /// A declared artifact was not left behind.
    Artifact,
    /// A guardrail found something.
    Guardrail,
    /// Nobody knows whether the effect happened.
    Uncertain,
    /// Another run has the place.
    Busy,
    /// A secret is not to be had.
    Secret,
    /// The sandbox does not hold here.
    Sandbox,
    /// Somebody cancelled the run.
    Cancelled,
}

impl FaultKind {
    /// The code that a run ending with this fault ends with.
    pub fn exit(self) -> Exit {
        match self {
            Self::Template | Self::Tool | Self::Model | Self::Artifact | Self::Guardrail | Self::Uncertain => {
                Exit::Failed
            }
            Self::Denied | Self::Rejected => Exit::Denied,
            Self::Budget => Exit::OverBudget,
            Self::Timeout | Self::Deadline => Exit::Deadline,
            Self::RateLimited | Self::Unavailable => Exit::Unavailable,
            Self::Schema => Exit::OutputInvalid,
            Self::Storage => Exit::Storage,
            Self::Busy => Exit::Busy,
            Self::Secret => Exit::Unauthenticated,
            Self::Sandbox => Exit::SandboxTooWeak,
            Self::Cancelled => Exit::Cancelled,
        }
    }

    /// What a capsule calls it in `retry.on`; `None` for what no repetition mends.
    pub fn retry_class(self) -> Option<RetryOn> {
        match self {
            Self::Timeout => Some(RetryOn::Timeout),
            Self::RateLimited => Some(RetryOn::RateLimited),
            Self::Unavailable => Some(RetryOn::Unavailable),
            Self::Tool => Some(RetryOn::Tool),
            Self::Model => Some(RetryOn::Model),
            Self::Schema => Some(RetryOn::Schema),
            Self::Template
            | Self::Denied
            | Self::Rejected
            | Self::Budget
            | Self::Deadline
            | Self::Storage
            | Self::Artifact
            | Self::Guardrail
            | Self::Uncertain
            | Self::Busy
            | Self::Secret
            | Self::Sandbox
            | Self::Cancelled => None,
        }
    }

    /// Whether it concerns more than the item of a `foreach` that had it, so that it is never collected.
    pub fn stops_all(self) -> bool {
        matches!(
            self,
            Self::Budget | Self::Deadline | Self::Storage | Self::Busy | Self::Secret | Self::Sandbox | Self::Cancelled
        )
    }
}

/// Why a unit failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The kind.
    pub kind: FaultKind,
    /// What happened.
    pub message: String,
    /// What would change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether the effect may have happened all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncertain: bool,
    /// How many milliseconds the other side asked to be left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Fault {
    /// A fault without a hint, after which nothing happened.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
            uncertain: false,
            retry_after_ms: None,
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, where the effect may have happened.
    #[must_use]
    pub fn uncertain(mut self, uncertain: bool) -> Self {
        self.uncertain = uncertain;
        self
    }
}

/// A fault and the unit that had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitFault {
    /// The unit; absent when it was the run as a whole.
    pub unit: Option<Unit>,
    /// The fault.
    pub fault: Fault,
}

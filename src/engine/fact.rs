//! What can happen to a run, as it is recorded.
//!
//! Each variant is one kind of event with one versioned body. The bodies are a stored form: fields
//! are added with defaults, never renamed.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::capsule::budget::{Limit, Spend};
use crate::capsule::tool_spec::EffectClass;
use crate::digest::Digest;
use crate::exit::Exit;
use crate::journal::{Body, Event, Fact};
use crate::label::{Label, Labelled};
use crate::policy::Verdict;
use crate::policy::verdict::JUDGED;
use crate::tools::Artifact;

/// One unit of work: a step, or one item of a `foreach` step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unit {
    /// The step.
    pub step: String,
    /// The item, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<usize>,
}

impl Unit {
    /// The whole step.
    pub fn step(step: impl Into<String>) -> Self {
        Self {
            step: step.into(),
            item: None,
        }
    }

    /// One item of it.
    pub fn item(step: impl Into<String>, item: usize) -> Self {
        Self {
            step: step.into(),
            item: Some(item),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.item {
            None => f.write_str(&self.step),
            Some(item) => write!(f, "{}[{item}]", self.step),
        }
    }
}

/// What kind of thing went wrong with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// A template or an expression could not be rendered.
    Template,
    /// Policy denied the action.
    Denied,
    /// The reservation did not fit the budget, or the time ran out.
    Budget,
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
}

impl FaultKind {
    /// The code that a run ending with this fault ends with.
    pub fn exit(self) -> Exit {
        match self {
            Self::Template | Self::Tool | Self::Model | Self::Artifact => Exit::Failed,
            Self::Denied => Exit::Denied,
            Self::Budget => Exit::OverBudget,
            Self::Schema => Exit::OutputInvalid,
            Self::Storage => Exit::Storage,
        }
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
}

impl Fault {
    /// A fault without a hint.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

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
}

/// `run.leased`: somebody owns the run from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leased {
    /// Counts owners, from 1.
    pub epoch: u64,
    /// The owner's process id.
    pub pid: u32,
}

/// `step.expanded`: the items of a `foreach`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expanded {
    /// The step.
    pub step: String,
    /// Its items, in order.
    pub items: Vec<Arc<Labelled>>,
    /// The label of what decided about them (`when`, `foreach`).
    pub label: Label,
}

/// `step.skipped`: its condition was false.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The step.
    pub step: String,
    /// The label of what decided it.
    pub label: Label,
}

/// `step.judged`: a verdict about one rendered action.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// The unit.
    pub unit: Unit,
    /// Counts the beginnings of the unit, from 1.
    pub attempt: u32,
    /// Tool and action.
    pub action: String,
    /// The label of what decided that it is attempted (`when`, `foreach`).
    pub label: Label,
    /// The verdict, with the situation it saw.
    pub verdict: Verdict,
}

/// A stored [`Judged`] without its verdict, which only [`Verdict::recorded`] can read.
#[derive(Deserialize)]
struct JudgedFrame {
    unit: Unit,
    attempt: u32,
    action: String,
    label: Label,
}

/// `step.started`: the intent, durable before the effect begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepStarted {
    /// The unit.
    pub unit: Unit,
    /// Counts the beginnings of the unit, from 1.
    pub attempt: u32,
    /// Tool and action.
    pub action: String,
    /// The digest of the rendered action.
    pub action_digest: Digest,
    /// What a repetition would do.
    pub effect: EffectClass,
    /// The idempotency key: `som1:{run}:{step}:{item}`.
    pub key: String,
    /// Held from the budget until it settles.
    pub reserved: Spend,
    /// The owner's epoch.
    pub epoch: u64,
}

/// What a model call used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The model's name.
    pub model: String,
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Milliseconds of reading.
    pub prefill_ms: u64,
    /// Milliseconds of writing.
    pub decode_ms: u64,
}

/// How a unit ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// With an output.
    Completed {
        /// The output with its labels.
        output: Arc<Labelled>,
        /// The artifacts it left.
        artifacts: Vec<Artifact>,
    },
    /// With a fault.
    Failed {
        /// Why.
        fault: Fault,
    },
}

/// `step.settled`: the effect is over, or never began because it was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// The unit.
    pub unit: Unit,
    /// The attempt that ended.
    pub attempt: u32,
    /// How.
    pub outcome: Outcome,
    /// What it really spent.
    pub spent: Spend,
    /// What a model used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The owner's epoch.
    pub epoch: u64,
}

/// `step.in_doubt`: the effect of an interrupted `external` step is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InDoubt {
    /// The unit.
    pub unit: Unit,
    /// The attempt that was interrupted.
    pub attempt: u32,
    /// Its idempotency key.
    pub key: String,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every step completed or was skipped.
    Succeeded,
    /// A step failed.
    Failed,
    /// Policy denied an action.
    Denied,
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
}

/// A fault and the unit that had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitFault {
    /// The unit; absent when the outputs of the run could not be made.
    pub unit: Option<Unit>,
    /// The fault.
    pub fault: Fault,
}

/// Something that happened to a run.
#[derive(Debug, Clone, PartialEq)]
pub enum RunFact {
    /// `run.started`
    Started(Box<Started>),
    /// `run.leased`
    Leased(Leased),
    /// `step.expanded`
    Expanded(Expanded),
    /// `step.skipped`
    Skipped(Skipped),
    /// `step.judged`
    Judged(Box<Judged>),
    /// `step.started`
    StepStarted(Box<StepStarted>),
    /// `step.settled`
    Settled(Box<Settled>),
    /// `step.in_doubt`
    InDoubt(InDoubt),
    /// `run.finished`
    Finished(Box<Finished>),
}

/// An event that is no fact of a run, or one that this version cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactError {
    /// The kind or its version is unknown.
    #[error("event {seq} is a `{kind}` of version {v}, which this version of somagent does not know")]
    Unknown {
        /// Its position in the store.
        seq: u64,
        /// Its kind.
        kind: String,
        /// Its version.
        v: u32,
    },
    /// The body is gone.
    #[error("the body of event {seq} was shredded")]
    Shredded {
        /// Its position in the store.
        seq: u64,
    },
    /// The body has another form.
    #[error("event {seq} (`{kind}`) has an unexpected body: {why}")]
    Malformed {
        /// Its position in the store.
        seq: u64,
        /// Its kind.
        kind: String,
        /// What the reader says.
        why: String,
    },
}

/// The version of every body in this file.
const BODY_VERSION: u32 = 1;

impl RunFact {
    /// The kind of its event.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Started(_) => "run.started",
            Self::Leased(_) => "run.leased",
            Self::Expanded(_) => "step.expanded",
            Self::Skipped(_) => "step.skipped",
            Self::Judged(_) => JUDGED,
            Self::StepStarted(_) => "step.started",
            Self::Settled(_) => "step.settled",
            Self::InDoubt(_) => "step.in_doubt",
            Self::Finished(_) => "run.finished",
        }
    }

    /// The form the journal takes.
    ///
    /// # Errors
    /// A value that JSON cannot hold, such as a path that is not Unicode.
    pub fn to_fact(&self) -> Result<Fact, serde_json::Error> {
        let (body, epoch) = match self {
            Self::Started(body) => (serde_json::to_value(body)?, None),
            Self::Leased(body) => (serde_json::to_value(body)?, None),
            Self::Expanded(body) => (serde_json::to_value(body)?, None),
            Self::Skipped(body) => (serde_json::to_value(body)?, None),
            Self::Judged(body) => (serde_json::to_value(body)?, None),
            Self::StepStarted(body) => (serde_json::to_value(body)?, Some(body.epoch)),
            Self::Settled(body) => (serde_json::to_value(body)?, Some(body.epoch)),
            Self::InDoubt(body) => (serde_json::to_value(body)?, None),
            Self::Finished(body) => (serde_json::to_value(body)?, None),
        };
        Ok(Fact {
            kind: self.kind().to_owned(),
            v: BODY_VERSION,
            body,
            epoch,
        })
    }

    /// Reads a stored event.
    ///
    /// # Errors
    /// The kind, its version or the form of its body is not known, or the body is gone.
    pub fn recorded(event: &Event) -> Result<Self, FactError> {
        if event.header().v != BODY_VERSION {
            return Err(unknown(event));
        }
        let Body::Present(value) = event.body() else {
            return Err(FactError::Shredded { seq: event.seq() });
        };
        Ok(match event.kind() {
            "run.started" => Self::Started(read(event, value)?),
            "run.leased" => Self::Leased(read(event, value)?),
            "step.expanded" => Self::Expanded(read(event, value)?),
            "step.skipped" => Self::Skipped(read(event, value)?),
            JUDGED => {
                let frame: JudgedFrame = read(event, value)?;
                Self::Judged(Box::new(Judged {
                    unit: frame.unit,
                    attempt: frame.attempt,
                    action: frame.action,
                    label: frame.label,
                    verdict: Verdict::recorded(event).map_err(|error| malformed(event, &error))?,
                }))
            }
            "step.started" => Self::StepStarted(read(event, value)?),
            "step.settled" => Self::Settled(read(event, value)?),
            "step.in_doubt" => Self::InDoubt(read(event, value)?),
            "run.finished" => Self::Finished(read(event, value)?),
            _ => return Err(unknown(event)),
        })
    }
}

fn unknown(event: &Event) -> FactError {
    FactError::Unknown {
        seq: event.seq(),
        kind: event.kind().to_owned(),
        v: event.header().v,
    }
}

fn read<T: DeserializeOwned>(event: &Event, value: &Value) -> Result<T, FactError> {
    T::deserialize(value).map_err(|error| malformed(event, &error))
}

fn malformed(event: &Event, why: &dyn fmt::Display) -> FactError {
    FactError::Malformed {
        seq: event.seq(),
        kind: event.kind().to_owned(),
        why: why.to_string(),
    }
}

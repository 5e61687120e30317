//! What can happen to a run, as it is recorded.
//!
//! Each variant is one kind of event with one versioned body. The bodies are a stored form: fields
//! are added with defaults, never renamed.

mod fault;
pub mod question;
mod run;
mod step;
mod unit;

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

pub use fault::{Fault, FaultKind, UnitFault};
pub use question::{About, Answer, Requested, Resolved, Shown};
pub use run::{
    Admitted, Cancelling, CapsuleName, Failing, Finished, Forked, HeadPin, Leased, ModelPin, Parent, Paused, Raised,
    Reopened, Resumed, Slot, Started, Status, Why,
};
pub use step::{
    Adopted, Cached, ChildRun, Confidence, Endorsement, Escalated, Expanded, InDoubt, Judged, Outcome, Reset, Settled,
    Skipped, StepStarted, Then, Tripped, Usage,
};
pub use unit::{Part, Unit};

use crate::journal::{Body, Event, Fact};
use crate::policy::Verdict;
use crate::policy::verdict::JUDGED;
use step::JudgedFrame;

/// Something that happened to a run.
#[derive(Debug, Clone, PartialEq)]
pub enum RunFact {
    /// `run.started`
    Started(Box<Started>),
    /// `run.leased`
    Leased(Leased),
    /// `run.admitted`
    Admitted(Admitted),
    /// `run.paused`
    Paused(Paused),
    /// `run.resumed`
    Resumed(Resumed),
    /// `run.cancelling`
    Cancelling(Cancelling),
    /// `run.failing`
    Failing(Failing),
    /// `run.reopened`
    Reopened(Reopened),
    /// `budget.raised`
    Raised(Raised),
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
    /// `step.reset`
    Reset(Reset),
    /// `step.adopted`
    Adopted(Adopted),
    /// `approval.requested`
    Requested(Box<Requested>),
    /// `approval.resolved`
    Resolved(Box<Resolved>),
    /// `output.endorsed`
    Endorsed(Endorsement),
    /// `guardrail.tripped`
    Tripped(Tripped),
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
    /// The unit that it is about; `None` when it is about a step as a whole, or the run.
    pub fn unit(&self) -> Option<&Unit> {
        match self {
            Self::Judged(body) => Some(&body.unit),
            Self::StepStarted(body) => Some(&body.unit),
            Self::Settled(body) => Some(&body.unit),
            Self::InDoubt(body) => Some(&body.unit),
            Self::Endorsed(body) => Some(&body.unit),
            Self::Requested(body) => body.unit.as_ref(),
            Self::Tripped(body) => body.unit.as_ref(),
            Self::Started(_)
            | Self::Leased(_)
            | Self::Admitted(_)
            | Self::Paused(_)
            | Self::Resumed(_)
            | Self::Cancelling(_)
            | Self::Failing(_)
            | Self::Reopened(_)
            | Self::Raised(_)
            | Self::Expanded(_)
            | Self::Skipped(_)
            | Self::Reset(_)
            | Self::Adopted(_)
            | Self::Resolved(_)
            | Self::Finished(_) => None,
        }
    }

    /// The kind of its event.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Started(_) => "run.started",
            Self::Leased(_) => "run.leased",
            Self::Admitted(_) => "run.admitted",
            Self::Paused(_) => "run.paused",
            Self::Resumed(_) => "run.resumed",
            Self::Cancelling(_) => "run.cancelling",
            Self::Failing(_) => "run.failing",
            Self::Reopened(_) => "run.reopened",
            Self::Raised(_) => "budget.raised",
            Self::Expanded(_) => "step.expanded",
            Self::Skipped(_) => "step.skipped",
            Self::Judged(_) => JUDGED,
            Self::StepStarted(_) => "step.started",
            Self::Settled(_) => "step.settled",
            Self::InDoubt(_) => "step.in_doubt",
            Self::Reset(_) => "step.reset",
            Self::Adopted(_) => "step.adopted",
            Self::Requested(_) => "approval.requested",
            Self::Resolved(_) => "approval.resolved",
            Self::Endorsed(_) => "output.endorsed",
            Self::Tripped(_) => "guardrail.tripped",
            Self::Finished(_) => "run.finished",
        }
    }

    /// The form the journal takes.
    ///
    /// # Errors
    /// A value that JSON cannot hold, such as a path that is not Unicode.
    pub fn to_fact(&self) -> Result<Fact, serde_json::Error> {
        let body = match self {
            Self::Started(body) => serde_json::to_value(body)?,
            Self::Leased(body) => serde_json::to_value(body)?,
            Self::Admitted(body) => serde_json::to_value(body)?,
            Self::Paused(body) => serde_json::to_value(body)?,
            Self::Resumed(body) => serde_json::to_value(body)?,
            Self::Cancelling(body) => serde_json::to_value(body)?,
            Self::Failing(body) => serde_json::to_value(body)?,
            Self::Reopened(body) => serde_json::to_value(body)?,
            Self::Raised(body) => serde_json::to_value(body)?,
            Self::Expanded(body) => serde_json::to_value(body)?,
            Self::Skipped(body) => serde_json::to_value(body)?,
            Self::Judged(body) => serde_json::to_value(body)?,
            Self::StepStarted(body) => serde_json::to_value(body)?,
            Self::Settled(body) => serde_json::to_value(body)?,
            Self::InDoubt(body) => serde_json::to_value(body)?,
            Self::Reset(body) => serde_json::to_value(body)?,
            Self::Adopted(body) => serde_json::to_value(body)?,
            Self::Requested(body) => serde_json::to_value(body)?,
            Self::Resolved(body) => serde_json::to_value(body)?,
            Self::Endorsed(body) => serde_json::to_value(body)?,
            Self::Tripped(body) => serde_json::to_value(body)?,
            Self::Finished(body) => serde_json::to_value(body)?,
        };
        Ok(Fact {
            kind: self.kind().to_owned(),
            v: BODY_VERSION,
            body,
            epoch: self.epoch(),
        })
    }

    /// The owner that it comes from; `None` when anybody may record it.
    fn epoch(&self) -> Option<u64> {
        match self {
            Self::StepStarted(body) => Some(body.epoch),
            Self::Settled(body) => Some(body.epoch),
            Self::Started(_)
            | Self::Leased(_)
            | Self::Admitted(_)
            | Self::Paused(_)
            | Self::Resumed(_)
            | Self::Cancelling(_)
            | Self::Failing(_)
            | Self::Reopened(_)
            | Self::Raised(_)
            | Self::Expanded(_)
            | Self::Skipped(_)
            | Self::Judged(_)
            | Self::InDoubt(_)
            | Self::Reset(_)
            | Self::Adopted(_)
            | Self::Requested(_)
            | Self::Resolved(_)
            | Self::Endorsed(_)
            | Self::Tripped(_)
            | Self::Finished(_) => None,
        }
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
            "run.admitted" => Self::Admitted(read(event, value)?),
            "run.paused" => Self::Paused(read(event, value)?),
            "run.resumed" => Self::Resumed(read(event, value)?),
            "run.cancelling" => Self::Cancelling(read(event, value)?),
            "run.failing" => Self::Failing(read(event, value)?),
            "run.reopened" => Self::Reopened(read(event, value)?),
            "budget.raised" => Self::Raised(read(event, value)?),
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
                    effect: frame.effect,
                    estimate: frame.estimate,
                    review: frame.review,
                    child: frame.child,
                }))
            }
            "step.started" => Self::StepStarted(read(event, value)?),
            "step.settled" => Self::Settled(read(event, value)?),
            "step.in_doubt" => Self::InDoubt(read(event, value)?),
            "step.reset" => Self::Reset(read(event, value)?),
            "step.adopted" => Self::Adopted(read(event, value)?),
            "approval.requested" => Self::Requested(read(event, value)?),
            "approval.resolved" => Self::Resolved(read(event, value)?),
            "output.endorsed" => Self::Endorsed(read(event, value)?),
            "guardrail.tripped" => Self::Tripped(read(event, value)?),
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

/// The body of an event as the type that its kind says.
pub(super) fn read<T: DeserializeOwned>(event: &Event, value: &Value) -> Result<T, FactError> {
    T::deserialize(value).map_err(|error| malformed(event, &error))
}

fn malformed(event: &Event, why: &dyn fmt::Display) -> FactError {
    FactError::Malformed {
        seq: event.seq(),
        kind: event.kind().to_owned(),
        why: why.to_string(),
    }
}

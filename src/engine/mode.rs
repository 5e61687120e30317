//! The deployment mode of a store, decided as purely as a run is: recorded, and elevated for a time.
//!
//! Its stream is empty at first; then the store is where every store begins, at `developer`. What variables ask for
//! is never recorded: they are joined to what is, so that they can only tighten.

mod look;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::fact::{FactError, read};
use crate::journal::{Body, Event, Fact, ReadError, Reader, Stream};
use crate::policy::InForce;
use crate::policy::mode::{Confirmed, Setting, Terms};

pub use look::DeclareError;
pub(super) use look::Known;

/// The stream of deployment modes and elevations.
pub fn stream() -> Stream {
    Stream::House("mode".to_owned())
}

/// A request about the mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModeCommand {
    /// Record another mode.
    Set {
        /// The mode.
        to: Setting,
        /// Who asks.
        by: String,
        /// Why, in their words.
        reason: String,
        /// How they made sure that they mean it.
        confirmed: Confirmed,
    },
    /// Let a looser mode be in force for a time.
    Elevate {
        /// The mode.
        to: Setting,
        /// For how many milliseconds.
        for_ms: u64,
        /// Who asks.
        by: String,
        /// Why, in their words.
        reason: String,
        /// What variables ask for meanwhile.
        asked: InForce,
    },
    /// End an elevation.
    End,
    /// Record that the time of an elevation is over.
    Expire,
}

/// `mode.changed`: the store is another kind of place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The mode before.
    pub from: Setting,
    /// The mode from now on.
    pub to: Setting,
    /// Who said so.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
}

/// `elevation.began`: a looser mode is in force for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    /// The mode.
    pub to: Setting,
    /// Until when, in milliseconds since 1970 UTC.
    pub until: i64,
    /// Who said so.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
}

/// `elevation.ended`: the recorded mode is in force again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Why.
    pub why: Why,
}

/// Why an elevation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its time was over.
    Expired,
    /// Somebody ended it, or recorded another mode.
    Ended,
}

/// Something that happened to the mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModeFact {
    /// `mode.changed`
    Changed(Changed),
    /// `elevation.began`
    Began(Began),
    /// `elevation.ended`
    Ended(Ended),
}

/// A request that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModeError {
    /// Nobody says why.
    #[error("a reason is needed, for the record")]
    NoReason,
    /// It loosens the mode, and nobody made sure that it is meant.
    #[error("`{to}` is looser than the recorded mode `{from}`, and nobody confirmed that it is meant")]
    NotConfirmed {
        /// The recorded mode.
        from: Setting,
        /// As asked for.
        to: Setting,
        /// What is missing.
        needs: Confirmed,
    },
    /// There is nothing to elevate to.
    #[error("`{to}` is looser than the recorded mode `{from}` in nothing")]
    NotLooser {
        /// The recorded mode.
        from: Setting,
        /// As asked for.
        to: Setting,
    },
    /// It is for no time at all.
    #[error("an elevation for no time is none")]
    NoTime,
    /// It is for longer than the mode allows.
    #[error("the mode `{mode}` allows an elevation for {} minutes at most", .most_ms / 60_000)]
    TooLong {
        /// The mode, without an elevation.
        mode: InForce,
        /// The most, in milliseconds.
        most_ms: u64,
    },
    /// There is one already.
    #[error("the mode is elevated to `{to}` already")]
    Elevated {
        /// To what.
        to: Setting,
    },
    /// There is none.
    #[error("the mode is not elevated")]
    NotElevated,
}

/// What the record says about the mode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Posture {
    changed: Option<At<Changed>>,
    /// The last one that nobody has recorded the end of.
    elevation: Option<At<Began>>,
    run_seq: u64,
}

/// Something with the time at which it was recorded, in milliseconds since 1970 UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// When.
    pub at: i64,
    /// What.
    pub what: T,
}

impl Posture {
    /// What the events of the stream make.
    ///
    /// # Errors
    /// An event that this version does not know: going on without it could loosen a rule.
    pub fn replay(events: &[Event]) -> Result<Self, FactError> {
        let mut posture = Self::default();
        events.iter().try_for_each(|event| posture.take(event))?;
        Ok(posture)
    }

    /// What `reader` finds.
    ///
    /// # Errors
    /// The stream cannot be read, or not by this version.
    pub fn read(reader: &Reader) -> Result<Self, PostureError> {
        Ok(Self::replay(&reader.events(&stream(), 0, usize::MAX)?)?)
    }

    fn take(&mut self, event: &Event) -> Result<(), FactError> {
        self.apply(ModeFact::recorded(event)?, event.run_seq(), event.at());
        Ok(())
    }

    /// Takes in what happened.
    pub fn apply(&mut self, fact: ModeFact, run_seq: u64, at: i64) {
        match fact {
            ModeFact::Changed(what) => self.changed = Some(At { at, what }),
            ModeFact::Began(what) => self.elevation = Some(At { at, what }),
            ModeFact::Ended(_) => self.elevation = None,
        }
        self.run_seq = run_seq;
    }

    /// The number of the last event.
    pub fn run_seq(&self) -> u64 {
        self.run_seq
    }

    /// The last change of the recorded mode; none where the store is as it began.
    pub fn changed(&self) -> Option<&At<Changed>> {
        self.changed.as_ref()
    }

    /// The recorded mode.
    pub fn recorded(&self) -> Setting {
        self.changed.as_ref().map(|changed| changed.what.to).unwrap_or_default()
    }

    /// The elevation that holds at `now`.
    pub fn elevation(&self, now: i64) -> Option<&At<Began>> {
        // A clock that was turned back lengthens nothing.
        let holds = |elevation: &&At<Began>| (elevation.at..elevation.what.until).contains(&now);
        self.elevation.as_ref().filter(holds)
    }

    /// Whether an elevation is over whose end nobody has recorded.
    pub fn has_lapsed(&self, now: i64) -> bool {
        self.elevation.is_some() && self.elevation(now).is_none()
    }

    /// The recorded mode, or what it is elevated to at `now`.
    pub fn setting(&self, now: i64) -> Setting {
        self.elevation(now)
            .map_or(self.recorded(), |elevation| elevation.what.to)
    }

    /// What is in force at `now` where variables ask for `asked`.
    pub fn in_force(&self, now: i64, asked: &InForce) -> InForce {
        InForce::from(self.setting(now).mode).joined(asked)
    }
}

/// Why nobody knows the mode.
#[derive(Debug, thiserror::Error)]
pub enum PostureError {
    /// The journal cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A stored event cannot be used.
    #[error(transparent)]
    Fact(#[from] FactError),
}

/// Says which facts follow from `command`, given at `now` (milliseconds since 1970 UTC).
///
/// # Errors
/// The command does not fit what is recorded, or what the mode allows.
pub fn decide(posture: &Posture, command: &ModeCommand, now: i64) -> Result<Vec<ModeFact>, ModeError> {
    let mut facts = Vec::new();
    if posture.has_lapsed(now) {
        facts.push(ended(Why::Expired));
    }
    let from = posture.recorded();
    match command {
        ModeCommand::Set {
            to,
            by,
            reason,
            confirmed,
        } => {
            let reason = reason_of(reason)?;
            if *to == from {
                return Ok(facts);
            }
            let needs = terms(from).loosening;
            if terms(*to).is_looser_than(terms(from)) && *confirmed < needs {
                return Err(ModeError::NotConfirmed { from, to: *to, needs });
            }
            // It was about the mode that was recorded then.
            facts.extend(posture.elevation(now).map(|_| ended(Why::Ended)));
            facts.push(ModeFact::Changed(Changed {
                from,
                to: *to,
                by: by.clone(),
                reason,
            }));
        }
        ModeCommand::Elevate {
            to,
            for_ms,
            by,
            reason,
            asked,
        } => {
            let reason = reason_of(reason)?;
            if let Some(elevation) = posture.elevation(now) {
                return Err(ModeError::Elevated { to: elevation.what.to });
            }
            if !terms(*to).is_looser_than(terms(from)) {
                return Err(ModeError::NotLooser { from, to: *to });
            }
            let mode = InForce::from(from.mode).joined(asked);
            let most_ms = mode.terms().elevation_ms;
            if *for_ms == 0 {
                return Err(ModeError::NoTime);
            }
            if *for_ms > most_ms {
                return Err(ModeError::TooLong { mode, most_ms });
            }
            facts.push(ModeFact::Began(Began {
                to: *to,
                until: now.saturating_add(i64::try_from(*for_ms).unwrap_or(i64::MAX)),
                by: by.clone(),
                reason,
            }));
        }
        ModeCommand::End if posture.elevation(now).is_some() => facts.push(ended(Why::Ended)),
        ModeCommand::End if facts.is_empty() => return Err(ModeError::NotElevated),
        ModeCommand::End | ModeCommand::Expire => {}
    }
    Ok(facts)
}

fn terms(setting: Setting) -> Terms {
    setting.mode.terms()
}

fn ended(why: Why) -> ModeFact {
    ModeFact::Ended(Ended { why })
}

fn reason_of(text: &str) -> Result<String, ModeError> {
    let reason = text.trim();
    if reason.is_empty() {
        return Err(ModeError::NoReason);
    }
    Ok(reason.to_owned())
}

impl ModeFact {
    /// The form the journal takes.
    ///
    /// # Errors
    /// None of these bodies has a value that JSON cannot hold.
    pub fn to_fact(&self) -> Result<Fact, serde_json::Error> {
        let (kind, body) = match self {
            Self::Changed(body) => ("mode.changed", serde_json::to_value(body)?),
            Self::Began(body) => ("elevation.began", serde_json::to_value(body)?),
            Self::Ended(body) => ("elevation.ended", serde_json::to_value(body)?),
        };
        Ok(Fact {
            kind: kind.to_owned(),
            v: 1,
            body,
            epoch: None,
        })
    }

    /// Reads a stored event.
    ///
    /// # Errors
    /// The kind, its version or the form of its body is not known, or the body is gone.
    pub fn recorded(event: &Event) -> Result<Self, FactError> {
        let Body::Present(body) = event.body() else {
            return Err(FactError::Shredded { seq: event.seq() });
        };
        Ok(match (event.kind(), event.header().v) {
            ("mode.changed", 1) => Self::Changed(read(event, body)?),
            ("elevation.began", 1) => Self::Began(read(event, body)?),
            ("elevation.ended", 1) => Self::Ended(read(event, body)?),
            (kind, v) => {
                return Err(FactError::Unknown {
                    seq: event.seq(),
                    kind: kind.to_owned(),
                    v,
                });
            }
        })
    }
}

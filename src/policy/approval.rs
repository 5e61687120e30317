//! Approvals: what a person said about exactly one action.
//!
//! Read from a stored event and made in no other way. An approval never overrides a denial, and
//! one that nobody gave in time is none.

use serde::Deserialize;

use super::verdict::Refused;
use crate::digest::Digest;
use crate::journal::event::{Body, Event};

/// The kind of the event that records what a person answered.
pub const RESOLVED: &str = "approval.resolved";

/// The answer that approves.
const APPROVE: &str = "approve";

/// A person's yes to one action: the same tool, effect and arguments, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    id: String,
    by: String,
    digest: Digest,
}

/// The fields of the event's body that make an approval.
#[derive(Deserialize)]
struct Resolved {
    id: String,
    choice: String,
    by: String,
    expired: bool,
    digest: Option<Digest>,
}

impl Approval {
    /// The approval that a stored event records.
    ///
    /// # Errors
    /// The event is of another kind or form, its body is gone, the answer was another one, nobody
    /// answered in time, or it was about no action.
    pub fn recorded(event: &Event) -> Result<Self, Refused> {
        let none = Refused::NoApproval { seq: event.seq() };
        match event.body() {
            Body::Present(body) if event.kind() == RESOLVED => match Resolved::deserialize(body) {
                Ok(Resolved {
                    id,
                    choice,
                    by,
                    expired: false,
                    digest: Some(digest),
                }) if choice == APPROVE => Ok(Self { id, by, digest }),
                Ok(_) | Err(_) => Err(none),
            },
            Body::Present(_) | Body::Shredded => Err(none),
        }
    }

    /// Its id, as the record names it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who gave it.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The action it is for, by digest.
    pub fn action_digest(&self) -> Digest {
        self.digest
    }
}

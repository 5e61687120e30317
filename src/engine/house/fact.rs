//! What the journal records of the house: its kinds, their bodies, and how they are read back.

use serde::{Deserialize, Serialize};

use super::keys::{KeysActivated, KeysProposed, KeysSigned};
use crate::digest::Digest;
use crate::engine::fact::{FactError, read};
use crate::journal::{Body, Event, Fact};
use crate::policy::constitution::Signed;

/// `store.founded`: whose signatures count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founded {
    /// The trusted keys, `ed25519:…`.
    pub keys: Vec<String>,
    /// How many of them must sign.
    pub threshold: u32,
}

/// `constitution.activated`: which text is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activated {
    /// Its version.
    pub version: u64,
    /// The digest of its text.
    pub digest: Digest,
    /// The text, so that the record explains itself.
    pub text: String,
    /// Who signed it, so that its files can be made from the record; empty when one installation founded for itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Signed>,
    /// Who put it in force; absent at the founding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// `constitution.proposed`: a text that may be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// Its version.
    pub version: u64,
    /// The digest of its text.
    pub digest: Digest,
    /// The text.
    pub text: String,
    /// Who proposed it.
    pub by: String,
}

/// `constitution.signed`: a trusted key stands for the proposed text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endorsed {
    /// The digest of the text.
    pub digest: Digest,
    /// The key, `ed25519:…`.
    pub key: String,
    /// The base64 of the signature.
    pub signature: String,
    /// Who brought it.
    pub by: String,
}

/// Something that happened to the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HouseFact {
    /// `store.founded`
    Founded(Founded),
    /// `constitution.activated`
    Activated(Activated),
    /// `constitution.proposed`
    Proposed(Proposed),
    /// `constitution.signed`
    Endorsed(Endorsed),
    /// `keys.proposed`
    KeysProposed(KeysProposed),
    /// `keys.signed`
    KeysSigned(KeysSigned),
    /// `keys.activated`
    KeysActivated(KeysActivated),
}

impl HouseFact {
    /// The form the journal takes.
    ///
    /// # Errors
    /// None of these bodies has a value that JSON cannot hold.
    pub fn to_fact(&self) -> Result<Fact, serde_json::Error> {
        let (kind, body) = match self {
            Self::Founded(body) => ("store.founded", serde_json::to_value(body)?),
            Self::Activated(body) => ("constitution.activated", serde_json::to_value(body)?),
            Self::Proposed(body) => ("constitution.proposed", serde_json::to_value(body)?),
            Self::Endorsed(body) => ("constitution.signed", serde_json::to_value(body)?),
            Self::KeysProposed(body) => ("keys.proposed", serde_json::to_value(body)?),
            Self::KeysSigned(body) => ("keys.signed", serde_json::to_value(body)?),
            Self::KeysActivated(body) => ("keys.activated", serde_json::to_value(body)?),
        };
        Ok(Fact {
            kind: kind.to_owned(),
            v: 1,
            body,
            epoch: None,
        })
    }

    /// What a stored event says.
    ///
    /// # Errors
    /// Its body is gone or of another form, or it is of a kind that this version does not know.
    pub fn recorded(event: &Event) -> Result<Self, FactError> {
        let Body::Present(body) = event.body() else {
            return Err(FactError::Shredded { seq: event.seq() });
        };
        Ok(match (event.kind(), event.header().v) {
            ("store.founded", 1) => HouseFact::Founded(read(event, body)?),
            ("constitution.activated", 1) => HouseFact::Activated(read(event, body)?),
            ("constitution.proposed", 1) => HouseFact::Proposed(read(event, body)?),
            ("constitution.signed", 1) => HouseFact::Endorsed(read(event, body)?),
            ("keys.proposed", 1) => HouseFact::KeysProposed(read(event, body)?),
            ("keys.signed", 1) => HouseFact::KeysSigned(read(event, body)?),
            ("keys.activated", 1) => HouseFact::KeysActivated(read(event, body)?),
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

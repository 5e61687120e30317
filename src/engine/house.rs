//! The house: what holds for the whole store, decided as purely as a run is.
//!
//! Its stream begins a store: the keys that are trusted and the constitution they signed.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fact::FactError;
use crate::digest::Digest;
use crate::journal::{Body, Event, Fact, Stream};

/// The stream of keys and constitutions.
pub fn stream() -> Stream {
    Stream::House("constitution".to_owned())
}

/// A request to the house.
#[derive(Debug, Clone)]
pub enum HouseCommand {
    /// Begin a store.
    Found {
        /// The keys whose signatures count, `ed25519:…`.
        keys: Vec<String>,
        /// How many of them must sign.
        threshold: u32,
        /// The version of the constitution that they signed.
        version: u64,
        /// The digest of its text.
        digest: Digest,
        /// Its text.
        text: String,
    },
}

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
}

/// The state of the house.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct House {
    /// Whose signatures count.
    pub founded: Option<Founded>,
    /// What is in force.
    pub active: Option<Activated>,
    /// The number of its last event.
    pub run_seq: u64,
}

/// A command that does not fit the house.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HouseError {
    /// A second founding.
    #[error("the store was already founded")]
    AlreadyFounded,
}

/// Something that happened to the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HouseFact {
    /// `store.founded`
    Founded(Founded),
    /// `constitution.activated`
    Activated(Activated),
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
        };
        Ok(Fact {
            kind: kind.to_owned(),
            v: 1,
            body,
            epoch: None,
        })
    }
}

/// Says which facts follow from `command`.
///
/// # Errors
/// The store is already founded.
pub fn decide(house: &House, command: &HouseCommand) -> Result<Vec<HouseFact>, HouseError> {
    match command {
        HouseCommand::Found {
            keys,
            threshold,
            version,
            digest,
            text,
        } => {
            if house.run_seq > 0 {
                return Err(HouseError::AlreadyFounded);
            }
            Ok(vec![
                HouseFact::Founded(Founded {
                    keys: keys.clone(),
                    threshold: *threshold,
                }),
                HouseFact::Activated(Activated {
                    version: *version,
                    digest: *digest,
                    text: text.clone(),
                }),
            ])
        }
    }
}

impl House {
    /// The house that the events of its stream make.
    ///
    /// # Errors
    /// An event that this version does not know: going on without it could loosen a rule.
    pub fn replay(events: &[Event]) -> Result<Self, FactError> {
        let mut house = Self::default();
        for event in events {
            let Body::Present(body) = event.body() else {
                return Err(FactError::Shredded { seq: event.seq() });
            };
            match (event.kind(), event.header().v) {
                ("store.founded", 1) => house.founded = Some(read(event, body)?),
                ("constitution.activated", 1) => house.active = Some(read(event, body)?),
                (kind, v) => {
                    return Err(FactError::Unknown {
                        seq: event.seq(),
                        kind: kind.to_owned(),
                        v,
                    });
                }
            }
            house.run_seq = event.run_seq();
        }
        Ok(house)
    }
}

fn read<T: serde::de::DeserializeOwned>(event: &Event, body: &Value) -> Result<T, FactError> {
    T::deserialize(body).map_err(|error| FactError::Malformed {
        seq: event.seq(),
        kind: event.kind().to_owned(),
        why: error.to_string(),
    })
}

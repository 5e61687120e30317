//! The event: what the journal stores and hands out.
//!
//! An [`Event`] can be made only by this module, when it is appended or read; holding one proves
//! that it is in the store. The hashed entry is a header (RFC 8785 JSON) that carries the digest of
//! the body, so a body may be encrypted or shredded without breaking the chain.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::Digest;

/// A sequence of events with its own numbering.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stream {
    /// One run, by its id.
    Run(String),
    /// A house stream: `constitution`, and others as they come.
    House(String),
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(id) => write!(f, "run/{id}"),
            Self::House(name) => write!(f, "house/{name}"),
        }
    }
}

impl Stream {
    /// Reads the stored form, `run/ID` or `house/NAME`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('/')? {
            ("run", id) => Some(Self::Run(id.to_owned())),
            ("house", name) => Some(Self::House(name.to_owned())),
            _ => None,
        }
    }
}

/// Whether `text` can be the id of a run: 1 to 128 of `A-Z a-z 0-9 . _ -`, not beginning with a full stop.
///
/// So an id is also a file name and never a path.
pub(super) fn is_run_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=128).contains(&text.len()) && !text.starts_with('.') && text.bytes().all(plain)
}

/// Something to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Dotted lower case: `step.settled`.
    pub kind: String,
    /// Version of the body's form.
    pub v: u32,
    /// The body, already redacted.
    pub body: Value,
    /// The owner's epoch, on facts about effects; the append is fenced when it is not the newest.
    pub epoch: Option<u64>,
}

/// What the edge knows about an append and the facts do not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Who caused it: `user:NAME`, `engine`.
    pub actor: String,
    /// Trace id (W3C Trace Context, 32 hex digits).
    pub trace: Option<String>,
    /// The constitution in force.
    pub constitution: Option<Digest>,
}

/// The header of an event: exactly the hashed entry.
///
/// Fields are declared in the order of their names, so that serialising them gives RFC 8785 JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Who caused it.
    pub actor: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// SHA3-512 of the body as stored.
    pub body_digest: Digest,
    /// The key that encrypts the body, or null.
    pub body_key: Option<String>,
    /// Bytes of the body as stored.
    pub body_size: u64,
    /// The constitution in force, or null before there is one.
    pub constitution: Option<Digest>,
    /// Dotted lower case.
    pub kind: String,
    /// The hash of the event before it in the store.
    pub prev: Digest,
    /// Position in its stream, from 1.
    pub run_seq: u64,
    /// Position in the store, from 1.
    pub seq: u64,
    /// `run/ID` or `house/NAME`.
    pub stream: String,
    /// The tenant; `local` for now.
    pub tenant: String,
    /// Trace id, or null.
    pub trace: Option<String>,
    /// Version of the body's form.
    pub v: u32,
}

impl Header {
    /// The bytes that are hashed and stored: RFC 8785 JSON.
    pub(super) fn entry(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }
}

/// The body of a stored event.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// The body as it was recorded.
    Present(Value),
    /// The bytes are gone; the header still proves that they were there.
    Shredded,
}

/// A stored event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    header: Header,
    body: Body,
    hash: Digest,
}

impl Event {
    pub(super) fn new(header: Header, body: Body, hash: Digest) -> Self {
        Self { header, body, hash }
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Position in the store, from 1.
    pub fn seq(&self) -> u64 {
        self.header.seq
    }

    /// Position in its stream, from 1.
    pub fn run_seq(&self) -> u64 {
        self.header.run_seq
    }

    /// Dotted lower case: `step.settled`.
    pub fn kind(&self) -> &str {
        &self.header.kind
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub fn at(&self) -> i64 {
        self.header.at
    }

    /// The body.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// SHA3-512 over the header's bytes.
    pub fn hash(&self) -> Digest {
        self.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::canonical;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_entry_is_the_canonical_form_of_its_header(
            actor in ".*", kind in ".*", trace in proptest::option::of("[0-9a-f]{32}"),
            at in -(1i64 << 53)..(1 << 53), seq in 0u64..1 << 53, constitution in any::<bool>(),
        ) {
            let header = Header {
                actor, at, body_digest: Digest::of(b"body"), body_key: None, body_size: seq / 2,
                constitution: constitution.then_some(Digest::ZERO), kind, prev: Digest::ZERO, run_seq: seq / 3, seq,
                stream: "run/1".into(), tenant: "local".into(), trace, v: 1,
            };
            let entry = header.entry().unwrap();
            prop_assert_eq!(&entry, &canonical(&serde_json::to_value(&header).unwrap()));
            prop_assert_eq!(serde_json::from_slice::<Header>(&entry).unwrap(), header);
        }
    }

    #[test]
    fn an_entry_keeps_its_bytes() {
        // Bytes once signed stay: a change here breaks every log that exists.
        let header = Header {
            actor: "user:ann".into(),
            at: 1_763_720_000_000,
            body_digest: Digest::ZERO,
            body_key: None,
            body_size: 2,
            constitution: None,
            kind: "run.started".into(),
            prev: Digest::ZERO,
            run_seq: 1,
            seq: 1,
            stream: "run/1".into(),
            tenant: "local".into(),
            trace: None,
            v: 1,
        };
        let zero = "0".repeat(128);
        assert_eq!(
            String::from_utf8(header.entry().unwrap()).unwrap(),
            format!(
                r#"{{"actor":"user:ann","at":1763720000000,"body_digest":"{zero}","body_key":null,"body_size":2,"constitution":null,"kind":"run.started","prev":"{zero}","run_seq":1,"seq":1,"stream":"run/1","tenant":"local","trace":null,"v":1}}"#
            )
        );
    }

    #[test]
    fn an_entry_with_an_unknown_field_is_not_a_header() {
        assert!(serde_json::from_str::<Header>(r#"{"more":1}"#).is_err());
    }

    #[test]
    fn run_ids_are_plain_names() {
        for id in ["019a9f6e-6f1c-7000-8000-000000000000", "a", "A_b.c"] {
            assert!(is_run_id(id), "{id}");
        }
        for id in ["", ".", "..", "a/b", "a b", "\u{e9}", &"a".repeat(129)] {
            assert!(!is_run_id(id), "{id}");
        }
    }
}

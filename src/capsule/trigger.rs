//! What starts a run besides a person: a time, a request, a file.
//!
//! Says what is wanted; watching clocks, sockets and directories is another's work.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What starts a run besides a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// A time of day, again and again.
    Schedule(Schedule),
    /// A request over HTTP.
    Webhook(Webhook),
    /// A file that changes.
    File(FileChange),
}

/// A time of day, again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Minute, hour, day of the month, month, day of the week; a sixth field in front means seconds.
    pub cron: String,
    /// A name of the IANA time zone database.
    pub zone: String,
    /// What becomes of times that passed unserved.
    pub misfire: Misfire,
    /// The most milliseconds that a start is put off by chance.
    pub jitter_ms: u64,
}

/// What becomes of times of a [`Schedule`] that passed while nobody could serve them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Misfire {
    /// One run makes up for all of them.
    #[default]
    RunOnce,
    /// Nothing: the next time counts.
    Skip,
}

/// A request over HTTP whose body is signed with HMAC-SHA-256 (RFC 2104).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The path of the address: `/hooks/release`.
    pub path: String,
    /// The name of the secret that requests are signed with.
    pub secret: String,
    /// A bare expression over `event`, the same for a request that is sent again.
    pub dedupe_key: String,
    /// Inputs, each a bare expression over `event`.
    pub map: BTreeMap<String, String>,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// A relative path in which `*` stands for any part of a name.
    pub glob: String,
    /// What happened to it.
    pub event: Change,
    /// Milliseconds for which it must be quiet before a run starts.
    pub debounce_ms: u64,
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is there and was not.
    #[default]
    Created,
    /// Its content or its time changed.
    Modified,
    /// It was there and is not.
    Removed,
}

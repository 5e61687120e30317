//! What starts a run besides a person, as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::trigger::{Change, Misfire};
use super::duration;

/// One of `schedule`, `webhook` and `file`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenTrigger {
    /// A time of day, again and again.
    #[schemars(with = "WrittenSchedule")]
    #[serde(default)]
    pub schedule: Option<WrittenSchedule>,
    /// A request over HTTP.
    #[schemars(with = "WrittenWebhook")]
    #[serde(default)]
    pub webhook: Option<WrittenWebhook>,
    /// A file that changes.
    #[schemars(with = "WrittenFile")]
    #[serde(default)]
    pub file: Option<WrittenFile>,
}

/// A time of day, again and again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenSchedule {
    /// Minute, hour, day of the month, month, day of the week: `0 9 * * MON-FRI`.
    pub cron: String,
    /// A time zone of the IANA database, such as `Europe/Berlin`: `UTC` unless written.
    #[serde(default = "utc")]
    pub tz: String,
    /// What becomes of times that passed unserved: `run_once` unless written.
    #[serde(default)]
    pub misfire: Misfire,
    /// The longest time that a start is put off by chance, so that many do not come together.
    #[schemars(schema_with = "duration")]
    #[serde(default)]
    pub jitter: Option<String>,
}

/// A request over HTTP.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenWebhook {
    /// The path of the address, such as `/hooks/release`.
    #[schemars(length(max = 1_000), regex(pattern = r"^(/[A-Za-z0-9._~-]+)+$"))]
    pub path: String,
    /// How a request proves where it comes from: `hmac_sha256`.
    #[schemars(with = "WebhookAuth")]
    #[serde(default)]
    pub auth: Option<WebhookAuth>,
    /// The name of the declared secret that requests are signed with.
    #[schemars(with = "String")]
    #[serde(default)]
    pub secret: Option<String>,
    /// A bare expression over `event` that is the same for a request that is sent again.
    #[schemars(with = "String")]
    #[serde(default)]
    pub dedupe_key: Option<String>,
    /// Inputs, each a bare expression over `event`.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
}

/// How a request proves where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum WebhookAuth {
    /// HMAC with SHA-256 of its body (RFC 2104).
    HmacSha256,
}

/// A file that changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct WrittenFile {
    /// A relative path in which `*` stands for any part of a name.
    pub glob: String,
    /// What happened to it: `created` unless written.
    #[serde(default)]
    pub event: Change,
    /// How long it must be quiet before a run starts.
    #[schemars(schema_with = "duration")]
    #[serde(default)]
    pub debounce: Option<String>,
}

fn utc() -> String {
    "UTC".to_owned()
}

//! What somebody approved of a server: its tools, as it described them then.
//!
//! The contracts of its actions are made of this, so that a capsule is checked and a run goes on without asking the
//! server; what the server says later is compared with it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::mcp::{Beside, Connection, Described, Pin, Pinned, ServerConfig};
use super::contract::Offer;
use crate::digest::Digest;
use crate::journal::durable;

/// The largest file that is read, in bytes: a list of tools may be 16 MiB.
const LARGEST: u64 = 64 << 20;

/// What somebody approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approved {
    /// What the server calls itself.
    pub server: String,
    /// Its version, as it writes it.
    pub version: String,
    /// The version of the protocol that was spoken.
    pub protocol: String,
    /// The digest of its entry: another program under the same name is not approved.
    pub entry: Digest,
    /// Who approved it.
    pub by: String,
    /// When, in milliseconds since 1970 (UTC).
    pub at_ms: i64,
    /// The tools, as entries of a list of tools.
    pub tools: Vec<Value>,
    /// What it has beside tools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Beside>,
}

/// Why what was approved is not known.
#[derive(Debug, thiserror::Error)]
pub enum ApprovedError {
    /// The file cannot be read or written.
    #[error("`{}`: {source}", path.display())]
    File {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not what was written.
    #[error("`{}` is damaged: {source}", path.display())]
    Damaged {
        /// Where.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
}

impl Approved {
    /// What `connection` describes, which `by` approves now.
    pub fn of(connection: &Connection, config: &ServerConfig, tools: &[Described], by: &str, at_ms: i64) -> Self {
        let identity = connection.identity();
        Self {
            server: identity.name,
            version: identity.version,
            protocol: connection.version().to_owned(),
            entry: entry_digest(config),
            by: by.to_owned(),
            at_ms,
            tools: tools
                .iter()
                .filter(|tool| config.tools.allows(&tool.name))
                .map(Described::entry)
                .collect(),
            beside: connection.beside(),
        }
    }

    /// What was approved of the server `name`; `None` where nothing was.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn read(directory: &Path, name: &str) -> Result<Option<Self>, ApprovedError> {
        let path = place(directory, name);
        let file = |source| ApprovedError::File {
            path: path.clone(),
            source,
        };
        let text = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(file(error)),
            Ok(found) if found.len() > LARGEST => return Err(file(io::ErrorKind::FileTooLarge.into())),
            Ok(_) => fs::read(&path).map_err(file)?,
        };
        let read = serde_json::from_slice(&text);
        read.map(Some).map_err(|source| ApprovedError::Damaged { path, source })
    }

    /// Keeps it, in place of what was approved before.
    ///
    /// # Errors
    /// It cannot be written; what was there is still there.
    pub fn keep(&self, directory: &Path, name: &str) -> Result<(), ApprovedError> {
        let path = place(directory, name);
        let written = || {
            durable::create_directory(directory)?;
            durable::replace(&path, &serde_json::to_vec(self)?)
        };
        written().map_err(|source| ApprovedError::File {
            path: path.clone(),
            source,
        })
    }

    /// Forgets what was approved of the server `name`; says whether there was anything.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn forget(directory: &Path, name: &str) -> Result<bool, ApprovedError> {
        let path = place(directory, name);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(source) => Err(ApprovedError::File { path, source }),
        }
    }

    /// The offer that was approved.
    pub fn offer(&self) -> Offer {
        let mut offer = Offer {
            beside: self.beside.clone(),
            ..Offer::default()
        };
        for (index, tool) in self.tools.iter().enumerate() {
            match Described::of(tool.clone(), index) {
                Ok(tool) => offer.described.push(tool),
                Err(wrong) => offer.undescribed.push(wrong),
            }
        }
        offer
    }

    /// The digests of what is said of each tool.
    pub fn pinned(&self) -> Pinned {
        pinned(&self.offer().described)
    }
}

/// The digests of what these tools say.
pub(super) fn pinned(described: &[Described]) -> Pinned {
    let pins = described.iter().map(|tool| (tool.name.clone(), Pin::of(tool)));
    pins.collect()
}

/// The digest of what decides what a server is and what it may do; how long it may take and which of its tools are used
/// does not.
pub(super) fn entry_digest(config: &ServerConfig) -> Digest {
    let decides = ServerConfig {
        enabled: true,
        timeout_ms: None,
        protocol: None,
        tools: Default::default(),
        known: Default::default(),
        ..config.clone()
    };
    Digest::of_json(&serde_json::to_value(decides).unwrap_or_default())
}

fn place(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.json"))
}

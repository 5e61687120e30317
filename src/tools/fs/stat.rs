//! What lies at a path of the workspace, and the digest of a file: what an edit expects, and what a look after an
//! interrupted one compares.

use std::io::Read as _;

use rustix::fs::FileType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha3::{Digest as _, Sha3_512};

use super::super::ToolError;
use super::super::aside::Stop;
use super::super::beneath::Directory;
use super::super::contract::failed;
use super::{Kind, inside, shown};
use crate::digest::Digest;
use crate::policy::Situation;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Stated {
    /// The path, relative to the workspace.
    path: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Stat {
    /// The path, relative to the workspace.
    path: String,
    /// Whether something is there.
    exists: bool,
    /// What it is, a link not followed; null where nothing is there.
    kind: Option<Kind>,
    /// Size in bytes.
    size: u64,
    /// Permissions in octal, such as `644`; null where nothing is there.
    mode: Option<String>,
    /// When it was last changed, in milliseconds since 1970; null where nothing is there.
    modified_ms: Option<i64>,
    /// SHA3-512 of a regular file, in hexadecimal; null for anything else.
    digest: Option<String>,
}

/// Looks at a path.
///
/// # Errors
/// It leads out of the workspace, or a file cannot be read.
pub(super) fn stat(params: &Stated, situation: &Situation, stop: &Stop) -> Result<Stat, ToolError> {
    let relative = inside(situation, &params.path)?;
    let directory = Directory::open(&situation.workspace)?;
    let Some(found) = directory.look(&relative)? else {
        return Ok(Stat {
            path: shown(&relative),
            exists: false,
            kind: None,
            size: 0,
            mode: None,
            modified_ms: None,
            digest: None,
        });
    };
    let kind = Kind::of(FileType::from_raw_mode(found.st_mode));
    let mut size = u64::try_from(found.st_size).unwrap_or(0);
    let mut digest = None;
    if kind == Kind::File {
        let (mut file, _) = directory.file(&relative)?;
        let mut hash = Sha3_512::new();
        let mut piece = vec![0; 1 << 20];
        size = 0;
        loop {
            stop.check()?;
            let read = file
                .read(&mut piece)
                .map_err(|error| failed(format!("cannot read `{}`: {error}", params.path), "check the file"))?;
            if read == 0 {
                break;
            }
            size += read as u64;
            hash.update(&piece[..read]);
        }
        digest = Digest::from_bytes(&hash.finalize()).map(|digest| digest.to_string());
    }
    let whole_ms = found.st_mtime.saturating_mul(1_000);
    Ok(Stat {
        path: shown(&relative),
        exists: true,
        kind: Some(kind),
        size,
        mode: Some(format!("{:o}", found.st_mode & 0o7777)),
        modified_ms: Some(whole_ms + i64::try_from(found.st_mtime_nsec / 1_000_000).unwrap_or(0)),
        digest,
    })
}

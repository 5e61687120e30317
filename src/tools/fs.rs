//! The tool `fs`: reads, lists and writes files inside the workspace.
//!
//! Never leaves the workspace (see [`super::beneath`]), never writes into `.git` or `.somagent`,
//! never reads a FIFO or a device. Everything it returns is bounded.

use std::collections::BinaryHeap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use rustix::fs::FileType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::beneath::Directory;
use super::contract::{action, arguments, bad_argument, counted, failed, json, no_such_action, sink};
use super::{Call, Calling, Output, Tool, ToolError};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, ToolSpec, Touch};
use crate::digest::Digest;
use crate::policy::Situation;

/// Directories of the workspace that no action writes into.
const PROTECTED: [&str; 2] = [".git", ".somagent"];

/// The most bytes that one read returns.
const READ_MAX: u64 = 4 * 1024 * 1024;

/// The tool.
#[derive(Debug)]
pub struct FileSystem {
    spec: ToolSpec,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReadFile {
    /// Path of the file, relative to the workspace.
    path: String,
    /// The most bytes to return.
    #[serde(default = "read_bytes")]
    #[schemars(range(min = 1, max = 4_194_304))]
    max_bytes: u64,
}

fn read_bytes() -> u64 {
    65_536
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Contents {
    /// The path, relative to the workspace.
    path: String,
    /// The text; bytes that are not UTF-8 are replaced. Empty when binary.
    text: String,
    /// Size of the file in bytes.
    size: u64,
    /// Whether the file is longer than what was read.
    truncated: bool,
    /// Whether bytes were replaced.
    lossy: bool,
    /// Whether it holds a NUL byte, so that it is not a text.
    binary: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct List {
    /// Path of the directory, relative to the workspace.
    #[serde(default = "here")]
    path: String,
    /// The most entries to return.
    #[serde(default = "list_entries")]
    #[schemars(range(min = 1, max = 10_000))]
    limit: usize,
}

fn here() -> String {
    ".".to_owned()
}

fn list_entries() -> usize {
    1_000
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Listing {
    /// The path, relative to the workspace.
    path: String,
    /// The first entries by name.
    entries: Vec<Entry>,
    /// How many entries there are.
    total: u64,
    /// Whether there are more than listed.
    truncated: bool,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Entry {
    /// The name within the directory.
    name: String,
    /// What it is; links are not followed.
    kind: Kind,
    /// Size in bytes.
    size: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    File,
    Directory,
    Symlink,
    Other,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Write {
    /// Path of the file, relative to the workspace; missing directories are made.
    path: String,
    /// The whole new content.
    #[schemars(length(max = 16_777_216))]
    text: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Written {
    /// The path, relative to the workspace.
    path: String,
    /// Size in bytes.
    size: u64,
    /// SHA3-512 of the content, in hexadecimal.
    digest: String,
}

impl FileSystem {
    /// The tool.
    pub fn new() -> Self {
        let write = ActionSpec {
            effect: EffectClass::Idempotent,
            weakest: EffectClass::Idempotent,
            sinks: vec![sink("path", Touch::WritePath, None)],
            field_trust: counted(&["/size", "/digest"]),
            ..action::<Write, Written>("write", "Writes a file of the workspace, whole or not at all.")
        };
        let read = ActionSpec {
            sinks: vec![sink("path", Touch::ReadPath, None)],
            field_trust: counted(&["/size", "/truncated", "/lossy", "/binary"]),
            ..action::<ReadFile, Contents>("read", "Reads the beginning of a file of the workspace as text.")
        };
        let list = ActionSpec {
            sinks: vec![sink("path", Touch::ReadPath, Some("."))],
            field_trust: counted(&["/total", "/truncated"]),
            ..action::<List, Listing>("list", "Lists a directory of the workspace.")
        };
        Self {
            spec: ToolSpec {
                name: "fs".to_owned(),
                version: "1.0.0".to_owned(),
                summary: "Reads, lists and writes files inside the workspace.".to_owned(),
                actions: vec![read, list, write],
            },
        }
    }

    fn run(&self, verb: &str, args: &Value, situation: &Situation) -> Result<Value, ToolError> {
        match verb {
            "read" => read(&arguments(args)?, situation).map(|output| json(&output)),
            "list" => list(&arguments(args)?, situation).map(|output| json(&output)),
            "write" => write(&arguments(args)?, situation).map(|output| json(&output)),
            other => Err(no_such_action(&self.spec, other)),
        }
    }
}

impl Default for FileSystem {
    fn default() -> Self {
        Self::new()
    }
}

impl Tool for FileSystem {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        Box::pin(async move {
            Ok(Output {
                value: self.run(call.verb, call.args, call.situation)?,
                artifacts: Vec::new(),
            })
        })
    }
}

/// `path` relative to the workspace, as the judgement saw it.
///
/// # Errors
/// It lies outside.
pub(super) fn inside(situation: &Situation, path: &str) -> Result<PathBuf, ToolError> {
    if path.contains('\0') {
        return Err(bad_argument("a path holds a NUL character", "remove it"));
    }
    situation.within_workspace(path).ok_or_else(|| {
        failed(
            format!("`{path}` lies outside the workspace"),
            format!("paths are relative to `{}`", situation.workspace.display()),
        )
    })
}

fn read(params: &ReadFile, situation: &Situation) -> Result<Contents, ToolError> {
    let relative = inside(situation, &params.path)?;
    let (file, stat) = Directory::open(&situation.workspace)?.file(&relative)?;
    let limit = params.max_bytes.clamp(1, READ_MAX);
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(format!("cannot read `{}`: {error}", params.path), "check the file"))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let truncated = bytes.len() > limit;
    bytes.truncate(limit);
    if truncated {
        bytes.truncate(whole_characters(&bytes));
    }
    let binary = bytes.contains(&0);
    let text = if binary {
        "".into()
    } else {
        String::from_utf8_lossy(&bytes)
    };
    Ok(Contents {
        path: shown(&relative),
        lossy: matches!(text, std::borrow::Cow::Owned(_)),
        text: text.into_owned(),
        size: u64::try_from(stat.st_size).unwrap_or(0),
        truncated,
        binary,
    })
}

/// The length of `bytes` without a character that the cut left incomplete at the end.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(4);
    let start = (tail..bytes.len())
        .rev()
        .find(|&at| bytes[at] & 0b1100_0000 != 0b1000_0000);
    match start.map(|at| (at, std::str::from_utf8(&bytes[at..]))) {
        Some((at, Err(error))) if error.error_len().is_none() => at,
        Some(_) | None => bytes.len(),
    }
}

fn list(params: &List, situation: &Situation) -> Result<Listing, ToolError> {
    let relative = inside(situation, &params.path)?;
    let mut total = 0;
    let mut smallest = BinaryHeap::new();
    Directory::open(&situation.workspace)?.entries(&relative, |name, file_type, size| {
        total += 1;
        smallest.push(Entry {
            name: name.to_string_lossy().into_owned(),
            kind: match file_type {
                FileType::RegularFile => Kind::File,
                FileType::Directory => Kind::Directory,
                FileType::Symlink => Kind::Symlink,
                _ => Kind::Other,
            },
            size,
        });
        // A directory of a million entries costs time here, not memory.
        if smallest.len() > params.limit {
            smallest.pop();
        }
    })?;
    Ok(Listing {
        path: shown(&relative),
        entries: smallest.into_sorted_vec(),
        total,
        truncated: total > u64::try_from(params.limit).unwrap_or(u64::MAX),
    })
}

fn write(params: &Write, situation: &Situation) -> Result<Written, ToolError> {
    let relative = inside(situation, &params.path)?;
    if let Some(part) = protected(&relative) {
        return Err(failed(
            format!("`{part}` in the workspace is never written by a tool"),
            "write beside it",
        ));
    }
    let bytes = params.text.as_bytes();
    Directory::open(&situation.workspace)?.write(&relative, bytes)?;
    Ok(Written {
        path: shown(&relative),
        size: bytes.len() as u64,
        digest: Digest::of(bytes).to_string(),
    })
}

/// The part of `path` that is protected, in any case: some file systems do not tell `.GIT` from `.git`.
fn protected(path: &Path) -> Option<&'static str> {
    path.components().find_map(|part| match part {
        Component::Normal(name) => PROTECTED.into_iter().find(|entry| name.eq_ignore_ascii_case(entry)),
        _ => None,
    })
}

fn shown(relative: &Path) -> String {
    if relative.as_os_str().is_empty() {
        here()
    } else {
        relative.to_string_lossy().into_owned()
    }
}

#[cfg(test)]
#[path = "fs_tests.rs"]
mod tests;

//! The tool `fs`: reads, lists, searches, writes and edits files inside the workspace.
//!
//! Never leaves the workspace (see [`super::beneath`]), never writes into `.git` or `.somagent`,
//! never reads a FIFO or a device. Everything it returns is bounded.

mod edit;
mod glob;
mod patch;
mod place;
mod read;
mod replace;
mod search;
mod splice;
mod stat;
mod walk;

use std::collections::BinaryHeap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::fs::FileType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use glob::Patterns;
pub(super) use walk::{Passed, Walked, walk};

use super::aside::{self, Stop};
use super::beneath::Directory;
use super::contract::{action, arguments, bad_argument, counted, failed, json, shared, sink};
use super::{Call, Calling, Tool, ToolError};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, ToolSpec, Touch};
use crate::digest::Digest;
use crate::policy::Situation;

/// Directories of the workspace that no action writes into.
const PROTECTED: [&str; 2] = [".git", ".somagent"];

/// The tool.
#[derive(Debug)]
pub struct FileSystem {
    spec: Arc<ToolSpec>,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    File,
    Directory,
    Symlink,
    Other,
}

impl Kind {
    fn of(file_type: FileType) -> Self {
        match file_type {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Symlink,
            _ => Self::Other,
        }
    }
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
            ..action::<read::ReadFile, read::Contents>(
                "read",
                "Reads a file of the workspace, or some lines of it, as text.",
            )
        };
        let list = ActionSpec {
            sinks: vec![sink("path", Touch::ReadPath, Some("."))],
            field_trust: counted(&["/total", "/truncated"]),
            ..action::<List, Listing>("list", "Lists a directory of the workspace.")
        };
        let stat = ActionSpec {
            sinks: vec![sink("path", Touch::ReadPath, None)],
            field_trust: counted(&["/exists", "/size", "/modified_ms", "/digest"]),
            ..action::<stat::Stated, stat::Stat>("stat", "Says what a path of the workspace is, with its digest.")
        };
        let glob = ActionSpec {
            sinks: vec![sink("path", Touch::ReadPath, Some("."))],
            field_trust: counted(&["/truncated", "/entries/*/size"]),
            ..action::<glob::Glob, glob::Globbed>("glob", "Finds files of the workspace by patterns.")
        };
        let search = ActionSpec {
            sinks: vec![sink("path", Touch::ReadPath, Some("."))],
            field_trust: counted(&[
                "/count",
                "/files",
                "/files_with_match",
                "/binary",
                "/unreadable",
                "/truncated",
                "/matches/*/line",
                "/matches/*/column",
            ]),
            ..action::<search::Search, search::Searched>("search", "Finds lines in files of the workspace.")
        };
        let edit = ActionSpec {
            // The second time, what it replaced is not there any more.
            effect: EffectClass::External,
            weakest: EffectClass::External,
            sinks: vec![sink("/files/*/path", Touch::WritePath, None)],
            field_trust: counted(&[
                "/truncated",
                "/lossy",
                "/files/*/change",
                "/files/*/before",
                "/files/*/after",
                "/files/*/size",
                "/files/*/added",
                "/files/*/removed",
            ]),
            ..action::<edit::Edit, edit::Edited>(
                "edit",
                "Edits files of the workspace by a diff or by exact replacements, all of them or none.",
            )
        };
        Self {
            spec: shared("fs", || ToolSpec {
                name: "fs".to_owned(),
                version: "1.1.0".to_owned(),
                summary: "Reads, lists, searches, writes and edits files inside the workspace.".to_owned(),
                actions: vec![read, list, write, stat, glob, search, edit],
            }),
        }
    }
}

/// Does what `verb` says; `None` where it is none of ours.
fn run(verb: &str, args: &Value, situation: &Situation, stop: &Stop) -> Result<Option<Value>, ToolError> {
    // A call that was given up before its turn came writes nothing.
    stop.check()?;
    Ok(Some(match verb {
        "read" => json(&read::read(&arguments(args)?, situation)?),
        "list" => json(&list(&arguments(args)?, situation)?),
        "write" => json(&write(&arguments(args)?, situation)?),
        "stat" => json(&stat::stat(&arguments(args)?, situation, stop)?),
        "glob" => json(&glob::glob(&arguments(args)?, situation, stop)?),
        "search" => json(&search::search(&arguments(args)?, situation, stop)?),
        "edit" => json(&edit::edit(&arguments(args)?, situation)?),
        _ => return Ok(None),
    }))
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
        aside::perform(&self.spec, call, run)
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

fn list(params: &List, situation: &Situation) -> Result<Listing, ToolError> {
    let relative = inside(situation, &params.path)?;
    let mut total = 0;
    let mut smallest = BinaryHeap::new();
    Directory::open(&situation.workspace)?.entries(&relative, |name, file_type, size| {
        total += 1;
        smallest.push(Entry {
            name: name.to_string_lossy().into_owned(),
            kind: Kind::of(file_type),
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
    writable(&relative)?;
    let bytes = params.text.as_bytes();
    Directory::open(&situation.workspace)?.write(&relative, bytes)?;
    Ok(Written {
        path: shown(&relative),
        size: bytes.len() as u64,
        digest: Digest::of(bytes).to_string(),
    })
}

/// Says whether `path`, relative to the workspace, may be written at all.
///
/// # Errors
/// A part of it is protected.
pub(super) fn writable(path: &Path) -> Result<(), ToolError> {
    match protected(path) {
        Some(part) => Err(failed(
            format!("`{part}` in the workspace is never written by a tool"),
            "write beside it",
        )),
        None => Ok(()),
    }
}

/// The part of `path` that is protected, in any case: some file systems do not tell `.GIT` from `.git`.
pub(super) fn protected(path: &Path) -> Option<&'static str> {
    path.components().find_map(|part| match part {
        Component::Normal(name) => PROTECTED.into_iter().find(|entry| name.eq_ignore_ascii_case(entry)),
        _ => None,
    })
}

/// `path`, relative to the workspace, for people.
pub(super) fn shown(relative: &Path) -> String {
    if relative.as_os_str().is_empty() {
        here()
    } else {
        relative.to_string_lossy().into_owned()
    }
}

#[cfg(test)]
pub(super) mod tests;

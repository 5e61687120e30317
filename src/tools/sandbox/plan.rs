//! What one confined program gets, as data: made by whoever starts it, carried out inside.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::limits::Limits;

/// Everything that the process inside needs to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Plan {
    /// The program and its arguments; a name without `/` is looked for in the `PATH` of `env`.
    pub(super) argv: Vec<String>,
    /// Its whole environment.
    pub(super) env: BTreeMap<String, String>,
    /// Where it starts.
    pub(super) directory: PathBuf,
    /// What it sees, in the order in which it is laid down: an outer one before what lies in it.
    pub(super) trees: Vec<Tree>,
    /// Links of the root: `bin` → `usr/bin`.
    pub(super) links: Vec<(PathBuf, PathBuf)>,
    /// Directories among what it sees whose contents it does not.
    pub(super) hidden: Vec<PathBuf>,
    /// Its home: empty, writable and gone afterwards.
    pub(super) home: PathBuf,
    /// Whose ids it has.
    pub(super) ids: Ids,
    /// What it may take.
    pub(super) limits: Limits,
    /// The `cgroup.procs` files of the groups that it joins.
    pub(super) groups: Vec<PathBuf>,
    /// Files that say how much processor time the groups took, in nanoseconds or as `cpu.stat`.
    pub(super) usage: Option<PathBuf>,
    /// The port of loopback on which its requests to the world are heard.
    pub(super) port: Option<u16>,
}

/// A file or directory that is seen inside where it lies outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tree {
    /// Where it lies: absolute, without links.
    pub(super) path: PathBuf,
    /// Whether it may be written.
    pub(super) write: bool,
    /// Whether it is seen as the program's own where the program has other ids than its owner.
    pub(super) mapped: bool,
    /// Names directly in it that stay as they are, though it may be written.
    pub(super) protected: Vec<String>,
}

/// The ids of the process inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ids {
    /// What the process sees as its own user and group.
    pub(super) inside: (u32, u32),
    /// What the system outside sees.
    pub(super) outside: (u32, u32),
    /// Whose files the workspace holds, when those are not `outside`: they are mapped.
    pub(super) owner: Option<(u32, u32)>,
}

/// What comes back from inside, one message each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "snake_case")]
pub(super) enum Report {
    /// All layers stand, and the program has begun. With a descriptor of the first process inside, and the listener
    /// where one was asked for.
    Ready {
        /// The version of Landlock's interface that holds.
        landlock: i32,
    },
    /// A layer could not be set up: nothing was run.
    Refused {
        /// Which one.
        layer: String,
        /// What the system said.
        why: String,
    },
    /// The program could not be begun: no such file, not executable.
    NotBegun {
        /// What the system said.
        why: String,
    },
    /// The program ended.
    Ended {
        /// Its exit code.
        code: Option<i32>,
        /// The signal that ended it.
        signal: Option<i32>,
        /// Processor time of it and everything that it waited for, in milliseconds.
        cpu_ms: u64,
        /// The largest resident size of one of its processes, in KiB.
        resident_kib: u64,
    },
    /// It took more processor time than it may.
    OutOfTime,
}

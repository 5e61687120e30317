//! Directories that were made for steps: where they are, or were.

use std::path::PathBuf;

use serde::Serialize;

use crate::capsule::Separate;
use crate::engine::fact::{Judged, Unit};

/// The directory that a unit works in, where it is not the run's workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Directory {
    /// The item, from 0, of a step with `foreach`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<usize>,
    /// What was in it at first.
    pub kind: Separate,
    /// Where it is, or was.
    pub path: PathBuf,
    /// Whether it is there; absent where nobody has looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub there: Option<bool>,
}

impl Directory {
    /// The directory that `judged` was judged to work in; `None` where that is the run's workspace.
    pub fn of(judged: &Judged) -> Option<Self> {
        let Unit { item, .. } = judged.unit;
        let situation = judged.verdict.situation();
        Some(Self {
            item,
            kind: situation.separate?,
            path: situation.workspace.clone(),
            there: None,
        })
    }

    /// The same, after a look at the disk.
    #[must_use]
    pub fn looked_for(mut self) -> Self {
        self.there = Some(self.path.symlink_metadata().is_ok_and(|meta| meta.is_dir()));
        self
    }
}

impl std::fmt::Display for Directory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(item) = self.item {
            write!(f, "[{item}] ")?;
        }
        let kind = match self.kind {
            Separate::Scratch => "scratch",
            Separate::Worktree => "worktree",
        };
        match self.there {
            Some(true) | None => write!(f, "{kind} {}", self.path.display()),
            Some(false) => write!(f, "{kind}, gone"),
        }
    }
}

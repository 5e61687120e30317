//! Which paths of the workspace fit patterns.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::ToolError;
use super::super::aside::Stop;
use super::super::beneath::Directory;
use super::super::contract::bad_argument;
use super::walk::{Passed, Walked, walk};
use super::{Kind, here, inside, shown};
use crate::policy::Situation;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Glob {
    /// Path of the directory, relative to the workspace.
    #[serde(default = "here")]
    path: String,
    /// Patterns such as `*.rs`, `src/**/mod.rs`, `*.{yml,yaml}`: one without a slash is about names, one with a slash
    /// about paths below `path`; one after `!` takes out what the others found.
    #[schemars(length(min = 1, max = 100))]
    patterns: Vec<String>,
    /// Whether what `.gitignore` leaves out counts as well.
    #[serde(default)]
    ignored: bool,
    /// Whether names that begin with a dot count as well.
    #[serde(default)]
    hidden: bool,
    /// What is looked for.
    #[serde(default = "files")]
    #[schemars(length(min = 1, max = 4))]
    kinds: Vec<Kind>,
    /// The most entries to return.
    #[serde(default = "entries")]
    #[schemars(range(min = 1, max = 10_000))]
    limit: usize,
}

fn files() -> Vec<Kind> {
    vec![Kind::File]
}

fn entries() -> usize {
    1_000
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Globbed {
    /// The path, relative to the workspace.
    path: String,
    /// What was found, in the order of their paths, part by part.
    entries: Vec<Entry>,
    /// Whether there are more.
    truncated: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Entry {
    /// The path, relative to the workspace.
    path: String,
    /// What it is; links are not followed.
    kind: Kind,
    /// Size in bytes.
    size: u64,
}

/// Patterns, and patterns that take out.
#[derive(Debug)]
pub(in crate::tools) struct Patterns {
    wanted: Option<GlobSet>,
    /// The wanted ones as they were written.
    written: Vec<String>,
    unwanted: GlobSet,
}

impl Patterns {
    /// Reads patterns; where none is wanted, everything is.
    ///
    /// # Errors
    /// One is broken.
    pub fn parse(patterns: &[String]) -> Result<Self, ToolError> {
        let (mut wanted, mut unwanted) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        let mut all = Vec::new();
        for written in patterns {
            let wrong = |why: &dyn std::fmt::Display| {
                bad_argument(
                    format!("`{}` is not a pattern: {why}", written.escape_debug()),
                    "write it such as `*.rs`, `src/**/*.rs` or `!target/**`",
                )
            };
            let (set, pattern) = match written.strip_prefix('!') {
                Some(pattern) => (&mut unwanted, pattern),
                None => {
                    all.push(written.clone());
                    (&mut wanted, written.as_str())
                }
            };
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            if pattern.is_empty() {
                return Err(wrong(&"it is empty"));
            }
            let whole = match (pattern.strip_prefix('/'), pattern.contains('/')) {
                (Some(anchored), _) => anchored.to_owned(),
                (None, true) => pattern.to_owned(),
                (None, false) => format!("**/{pattern}"),
            };
            let glob = GlobBuilder::new(&whole).literal_separator(true).build();
            set.add(glob.map_err(|error| wrong(error.kind()))?);
        }
        let built = |set: GlobSetBuilder| {
            set.build()
                .map_err(|error| bad_argument(format!("the patterns are too much: {error}"), "give fewer of them"))
        };
        Ok(Self {
            wanted: if all.is_empty() { None } else { Some(built(wanted)?) },
            written: all,
            unwanted: built(unwanted)?,
        })
    }

    /// Whether `path`, relative to where the patterns hold, fits.
    pub fn fit(&self, path: &Path) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.is_match(path)) && !self.unwanted.is_match(path)
    }

    /// Puts those that are wanted and find `path` among `found`, by their numbers.
    pub fn found(&self, path: &Path, found: &mut BTreeSet<usize>) {
        if let Some(wanted) = self.wanted.as_ref().filter(|_| found.len() < self.written.len()) {
            found.extend(wanted.matches(path));
        }
    }

    /// The first that is wanted and not among `found`, as it was written.
    pub fn missed(&self, found: &BTreeSet<usize>) -> Option<&str> {
        let mut written = self.written.iter().enumerate();
        written
            .find(|(number, _)| !found.contains(number))
            .map(|(_, written)| written.as_str())
    }
}

/// Looks for paths.
///
/// # Errors
/// A pattern is broken, or `path` is no directory of the workspace.
pub(super) fn glob(params: &Glob, situation: &Situation, stop: &Stop) -> Result<Globbed, ToolError> {
    let from = inside(situation, &params.path)?;
    let patterns = Patterns::parse(&params.patterns)?;
    let directory = Directory::open(&situation.workspace)?;
    let passed = Passed {
        ignored: !params.ignored,
        hidden: !params.hidden,
    };
    let mut entries = Vec::new();
    let walked = walk(&directory, &from, passed, stop, &mut |found| {
        let kind = Kind::of(found.file_type);
        let below = found.path.strip_prefix(&from).unwrap_or(found.path);
        if !params.kinds.contains(&kind) || !patterns.fit(below) {
            return Ok(ControlFlow::Continue(()));
        }
        if entries.len() == params.limit {
            return Ok(ControlFlow::Break(()));
        }
        entries.push(Entry {
            path: shown(found.path),
            kind,
            size: found.size,
        });
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Globbed {
        path: shown(&from),
        entries,
        truncated: walked == Walked::Cut,
    })
}

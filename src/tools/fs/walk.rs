//! The files below a directory of the workspace, in one order, without those that `.gitignore` leaves out.
//!
//! Each directory is opened beneath the workspace by its own path and through no link, whenever it was put there, nor
//! is the first one a link.
//! Rules are those of `.gitignore` in each directory and of `.git/info/exclude`; what a user has set elsewhere is not
//! looked at, because then a result would depend on the machine. `.git` and `.somagent` are entered only where the walk
//! begins in them.

use std::ffi::OsStr;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustix::fs::FileType;
use rustix::io::Errno;

use super::super::ToolError;
use super::super::aside::Stop;
use super::super::beneath::{BeneathError, Directory};
use super::PROTECTED;

/// The most entries that one walk looks at.
pub(super) const ENTRIES_MAX: u64 = 500_000;
/// The deepest directory that is entered.
const DEPTH_MAX: usize = 200;
/// The most bytes of rules in one directory.
const RULES_MAX: u64 = 1024 * 1024;

/// What a walk passes over.
#[derive(Debug, Clone, Copy)]
pub(in crate::tools) struct Passed {
    /// What `.gitignore` names.
    pub ignored: bool,
    /// Names that begin with a dot.
    pub hidden: bool,
}

/// Something that a walk comes by.
#[derive(Debug)]
pub(in crate::tools) struct Found<'a> {
    /// Relative to the workspace.
    pub path: &'a Path,
    /// What it is; links are not followed.
    pub file_type: FileType,
    /// In bytes.
    pub size: u64,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tools) enum Walked {
    /// Everything was seen.
    Whole,
    /// There is more: too much, too deep, not to be read, or enough for whoever asked.
    Cut,
}

/// Calls `each` for everything below `from`, each directory before what is in it, names in the order of their bytes.
///
/// # Errors
/// `from` leads away or through a link, or is no directory, the call is given up, or `each` says so.
pub(in crate::tools) fn walk(
    workspace: &Directory,
    from: &Path,
    passed: Passed,
    stop: &Stop,
    each: &mut dyn FnMut(Found<'_>) -> Result<ControlFlow<()>, ToolError>,
) -> Result<Walked, ToolError> {
    let mut walk = Walk {
        workspace,
        passed,
        stop,
        each,
        left: ENTRIES_MAX,
        rules: Vec::new(),
        is_cut: false,
    };
    if passed.ignored {
        walk.add_rules(Path::new(""), Path::new(".git/info/exclude"));
        let above: Vec<&Path> = from.ancestors().skip(1).collect();
        for directory in above.into_iter().rev() {
            walk.add_rules(directory, &directory.join(".gitignore"));
        }
    }
    let _ = walk.directory(from, 0, true)?;
    Ok(if walk.is_cut { Walked::Cut } else { Walked::Whole })
}

struct Walk<'a> {
    workspace: &'a Directory,
    passed: Passed,
    stop: &'a Stop,
    each: &'a mut dyn FnMut(Found<'_>) -> Result<ControlFlow<()>, ToolError>,
    left: u64,
    /// The deepest last; each with the directory that it holds for.
    rules: Vec<(PathBuf, Gitignore)>,
    is_cut: bool,
}

impl Walk<'_> {
    fn directory(&mut self, path: &Path, depth: usize, is_first: bool) -> Result<ControlFlow<()>, ToolError> {
        self.stop.check()?;
        let mut entries = Vec::new();
        let mut is_full = false;
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let listed = self.workspace.entries(path, |name, file_type, size| {
            if entries.len() < left {
                entries.push((name.to_os_string(), file_type, size));
            } else {
                is_full = true;
            }
        });
        match listed {
            Ok(()) => {}
            // A directory that went or became a link meanwhile has nothing in it.
            Err(
                BeneathError::System {
                    errno: Errno::NOENT | Errno::NOTDIR,
                    ..
                }
                | BeneathError::Escapes { .. }
                | BeneathError::Link { .. },
            ) if !is_first => return Ok(ControlFlow::Continue(())),
            // What is in one that cannot be read is missing in the result, which has to say so.
            Err(BeneathError::System { .. }) if !is_first => {
                self.is_cut = true;
                return Ok(ControlFlow::Continue(()));
            }
            Err(error) => return Err(error.into()),
        }
        if is_full {
            // Which entries were left out would be chance.
            self.is_cut = true;
            return Ok(ControlFlow::Break(()));
        }
        self.left -= entries.len() as u64;
        entries.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let rules = self.rules.len();
        if self.passed.ignored {
            self.add_rules(path, &path.join(".gitignore"));
        }
        for (name, file_type, size) in entries {
            let inner = path.join(&name);
            let is_directory = file_type == FileType::Directory;
            if self.passes(&name, &inner, is_directory) {
                continue;
            }
            let found = Found {
                path: &inner,
                file_type,
                size,
            };
            if (self.each)(found)?.is_break() {
                self.is_cut = true;
                return Ok(ControlFlow::Break(()));
            }
            if is_directory && depth >= DEPTH_MAX {
                self.is_cut = true;
            } else if is_directory && self.directory(&inner, depth + 1, false)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        self.rules.truncate(rules);
        Ok(ControlFlow::Continue(()))
    }

    fn passes(&self, name: &OsStr, path: &Path, is_directory: bool) -> bool {
        if PROTECTED.iter().any(|entry| name.eq_ignore_ascii_case(entry)) {
            return true;
        }
        if self.passed.hidden && name.as_encoded_bytes().starts_with(b".") {
            return true;
        }
        // The deepest rule that says something decides; what is in a directory that is left out is not reached.
        let said = self.rules.iter().rev().find_map(|(at, rules)| {
            let below = path.strip_prefix(at).ok()?;
            match rules.matched(below, is_directory) {
                ignore::Match::None => None,
                ignore::Match::Ignore(_) => Some(true),
                ignore::Match::Whitelist(_) => Some(false),
            }
        });
        said.unwrap_or(false)
    }

    /// Rules that are not there, or cannot be read, leave nothing out; a line that is no pattern is passed over, as git does.
    fn add_rules(&mut self, at: &Path, path: &Path) {
        let Ok((file, _)) = self.workspace.file(path) else {
            return;
        };
        let mut bytes = Vec::new();
        if file.take(RULES_MAX).read_to_end(&mut bytes).is_err() {
            return;
        }
        let mut builder = GitignoreBuilder::new("");
        for line in String::from_utf8_lossy(&bytes).lines() {
            let _ = builder.add_line(None, line);
        }
        if let Ok(rules) = builder.build() {
            self.rules.push((at.to_path_buf(), rules));
        }
    }
}

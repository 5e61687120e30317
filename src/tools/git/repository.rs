//! A repository that lies inside the workspace, its parts, and the revisions named in it.
//!
//! Every other git command gets full object ids that were resolved here, never the text of a user.
//! Never opens a repository whose data lies outside the workspace, nor another one than the directory that was named:
//! that is what was judged, and git would read all of what it finds above.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::super::ToolError;
use super::super::beneath::{BeneathError, Directory};
use super::super::contract::{bad_argument, failed};
use super::super::fs::shown;
use super::checkout::top_above;
use super::process::{Ended, Program};
use super::view::linked_at;

/// More than any id, path or count that git prints in one line.
const LINE_MAX: usize = 64 * 1024;

/// A repository beneath the workspace.
#[derive(Debug)]
pub(super) struct Repository {
    program: Program,
    directory: PathBuf,
    shown: String,
    git_dir: PathBuf,
    common: PathBuf,
    top: Option<PathBuf>,
}

/// Commits to look at, as object ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Range {
    /// There is no commit yet.
    Empty,
    /// A commit and what it descends from.
    Reachable(String),
    /// What `to` has and `from` has not.
    Between {
        /// Excluded, with its ancestors.
        from: String,
        /// Included.
        to: String,
    },
    /// What either has and not both.
    Symmetric {
        /// One side.
        from: String,
        /// The other.
        to: String,
    },
}

impl Range {
    /// The argument that git understands; `None` when there is nothing to walk.
    pub fn argument(&self) -> Option<String> {
        match self {
            Self::Empty => None,
            Self::Reachable(id) => Some(id.clone()),
            Self::Between { from, to } => Some(format!("{from}..{to}")),
            Self::Symmetric { from, to } => Some(format!("{from}...{to}")),
        }
    }
}

impl Repository {
    /// Opens the repository at `relative`, a path beneath `workspace` (which is canonical): the top of a worktree, or a
    /// bare one.
    ///
    /// # Errors
    /// There is none, it is another directory's, git refuses it, or parts of it lie outside the workspace.
    pub async fn open(program: Program, workspace: &Path, relative: &Path) -> Result<Self, ToolError> {
        let shown = shown(relative);
        let directory = match Directory::open(workspace)?.below(relative) {
            Ok(Some(_)) => workspace.join(relative).components().collect::<PathBuf>(),
            Ok(None) => {
                return Err(failed(
                    format!("cannot open `{shown}`: nothing is there"),
                    "give a directory of the workspace",
                ));
            }
            Err(BeneathError::System {
                errno: Errno::NOTDIR, ..
            }) => {
                return Err(failed(
                    format!("`{shown}` is not a directory"),
                    "give a directory of the workspace",
                ));
            }
            Err(error) => return Err(error.into()),
        };
        let mut repository = Self {
            program,
            directory,
            shown,
            git_dir: PathBuf::new(),
            common: PathBuf::new(),
            top: None,
        };
        let (line, ended) = repository.line(&["rev-parse", "--absolute-git-dir"]).await?;
        if !ended.ok {
            return Err(refusal(&repository.shown, workspace, &ended.complaint));
        }
        repository.git_dir = path_of(&line);
        repository.confine(workspace).await?;
        repository.own().await?;
        Ok(repository)
    }

    async fn confine(&mut self, workspace: &Path) -> Result<(), ToolError> {
        let beneath = |path: &Path| path.canonicalize().is_ok_and(|path| path.starts_with(workspace));
        if !beneath(&self.git_dir) {
            let why = format!(
                "its data is in `{}`, because it is a linked worktree or a submodule",
                self.git_dir.display()
            );
            return Err(elsewhere(&self.shown, &why));
        }
        let common = match std::fs::read(self.git_dir.join("commondir")) {
            Ok(bytes) => {
                let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
                // Git takes every end of a line away: with more of them it means another place than is looked at here.
                if line.iter().any(u8::is_ascii_control) {
                    return Err(elsewhere(&self.shown, "its file `commondir` has control characters"));
                }
                self.git_dir.join(path_of(line))
            }
            Err(_) => self.git_dir.clone(),
        };
        if !beneath(&common) || !beneath(&common.join("objects")) {
            let why = format!("its data is in `{}`, because it is a linked worktree", common.display());
            return Err(elsewhere(&self.shown, &why));
        }
        for place in alternates(common.join("objects"), workspace) {
            if !place.real.as_deref().is_some_and(|real| real.starts_with(workspace)) {
                let why = format!("it borrows objects from `{}`", place.written);
                return Err(elsewhere(&self.shown, &why));
            }
        }
        // A bare repository has no top level, and then there is nothing to check.
        let (top, ended) = self.line(&["rev-parse", "--show-toplevel"]).await?;
        if ended.ok && !beneath(&path_of(&top)) {
            return Err(elsewhere(&self.shown, "its `core.worktree` is elsewhere"));
        }
        let real = |path: PathBuf| path.canonicalize().unwrap_or(path);
        self.top = ended.ok.then(|| real(path_of(&top)));
        self.git_dir = real(std::mem::take(&mut self.git_dir));
        self.common = real(common);
        Ok(())
    }

    /// Says whether what git reads and writes there is the directory's own, which was named and judged.
    async fn own(&self) -> Result<(), ToolError> {
        match &self.top {
            Some(top) if *top == self.directory => {
                let file = top.join(".git");
                let is_linked = self.is_linked(&file);
                if self.git_dir != file && !is_linked && !self.is_submodule(top).await? {
                    let data = self.named(&self.git_dir);
                    let why = match linked_at(&self.git_dir).is_some_and(|named| named == file) {
                        true => format!("its data is in `{data}`, which does not make it a worktree of any"),
                        false => format!("its data is in `{data}`, which does not name it"),
                    };
                    return Err(self.unnamed(&why));
                }
                self.own_data(is_linked)
            }
            Some(top) => {
                let top = self.named(top);
                Err(failed(
                    format!("`{}` lies in the repository `{top}` and is not its top", self.shown),
                    format!("all of a repository is read and judged: give `{top}`"),
                ))
            }
            None => {
                let (bare, _) = self.line(&["rev-parse", "--is-bare-repository"]).await?;
                if bare != b"true" {
                    return Err(self.not_here("it is the data of one with a worktree"));
                }
                match self.directory == self.git_dir {
                    true => self.own_data(false),
                    false => Err(self.not_here(&format!("its data is in `{}`", self.named(&self.git_dir)))),
                }
            }
        }
    }

    /// Whether it is the linked worktree with this file `.git`: its data says so, and lies where its repository keeps that
    /// of worktrees. Anybody can write data that names a repository; only who may write there makes it known to it.
    pub fn is_linked(&self, file: &Path) -> bool {
        self.git_dir.parent() == Some(self.common.join("worktrees").as_path())
            && linked_at(&self.git_dir).is_some_and(|named| named == file)
    }

    /// Whether its data says that its worktree is at `top`.
    async fn is_submodule(&self, top: &Path) -> Result<bool, ToolError> {
        let (mut named, mut ended) = self.line(&["config", "--local", "--get", "core.worktree"]).await?;
        if !ended.ok {
            // `git sparse-checkout` moves it there.
            (named, ended) = self.line(&["config", "--worktree", "--get", "core.worktree"]).await?;
        }
        let place = self.git_dir.join(path_of(&named)).canonicalize();
        Ok(ended.ok && place.is_ok_and(|place| place == top))
    }

    /// Says whether all its objects are its own: those of another repository hold what was not judged.
    fn own_data(&self, is_linked: bool) -> Result<(), ToolError> {
        if self.common != self.git_dir && !is_linked {
            let why = format!("its data is in part in `{}`", self.named(&self.common));
            return Err(self.not_here(&why));
        }
        let is_own = |place: &Path| place.starts_with(&self.common) || place.starts_with(&self.directory);
        let objects = self.common.join("objects");
        let listed = |place: PathBuf| std::fs::read_dir(place).into_iter().flatten().flatten();
        let inner = listed(objects.clone()).chain(listed(objects.join("pack")));
        let links = inner.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()));
        let places = links.map(|entry| entry.path()).chain([objects.clone()]);
        // One that leads nowhere is not read; what is written is looked at with what is written.
        let led = places.filter_map(|place| place.canonicalize().ok());
        match led
            .chain(
                alternates(objects, self.program.workspace())
                    .into_iter()
                    .filter_map(|place| place.real),
            )
            .find(|place| !is_own(place))
        {
            Some(place) => {
                let why = format!("its data is in part in `{}`", self.named(&place));
                Err(self.not_here(&why))
            }
            None => Ok(()),
        }
    }

    fn not_here(&self, why: &str) -> ToolError {
        failed(
            format!("`{}` is not the directory of a whole repository: {why}", self.shown),
            "give the top directory of a worktree, or a bare repository",
        )
    }

    /// As [`Repository::not_here`], for a worktree that its data does not name. Data that is a whole repository's and of no
    /// other worktree may have been put aside with `git init --separate-git-dir`, which writes no name into it.
    fn unnamed(&self, why: &str) -> ToolError {
        let is_aside = self.common == self.git_dir && !self.git_dir.ends_with(".git");
        match self.not_here(why) {
            ToolError::Failed { message, .. } if is_aside => failed(
                message,
                format!(
                    "run `git -C {} config core.worktree {}` if it belongs there",
                    self.shown,
                    self.directory.display()
                ),
            ),
            error => error,
        }
    }

    /// A place for people: relative to the workspace, where it lies in it.
    fn named(&self, place: &Path) -> String {
        match place.strip_prefix(self.program.workspace()) {
            Ok(relative) => shown(relative),
            Err(_) => place.display().to_string(),
        }
    }

    /// The name of its directory.
    pub fn name(&self) -> String {
        let named = match self.git_dir.file_name() {
            Some(name) if name == ".git" => self.git_dir.parent().and_then(Path::file_name),
            name => name,
        };
        let name = named
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        name.strip_suffix(".git").map(str::to_owned).unwrap_or(name)
    }

    /// As the user wrote it.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What runs git.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The directory that it was opened at, without links.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where git keeps what belongs to this worktree alone.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Where git keeps what all its worktrees share.
    pub fn common(&self) -> &Path {
        &self.common
    }

    /// The top of the worktree; `None` where it is bare.
    pub fn top(&self) -> Option<&Path> {
        self.top.as_deref()
    }

    /// Whether `name` may name a branch.
    ///
    /// # Errors
    /// It may not, or git cannot be run.
    pub async fn check_branch(&self, name: &str) -> Result<(), ToolError> {
        let is_named = !name.is_empty() && !name.chars().any(char::is_control) && name != "HEAD";
        if is_named {
            let (line, ended) = self.line(&["check-ref-format", "--branch", name]).await?;
            // What stands for another branch, as `@{-1}` does, comes out as that one.
            if ended.ok && line == name.as_bytes() {
                return Ok(());
            }
        }
        Err(bad_argument(
            format!("`{}` cannot name a branch", name.escape_debug()),
            "give a name such as `topic/parser`: no spaces, no `..`, no `-` at its start",
        ))
    }

    /// The id that the full reference `name` has; `None` where there is no such reference.
    ///
    /// # Errors
    /// Git cannot be run.
    pub async fn reference(&self, name: &str) -> Result<Option<String>, ToolError> {
        let (line, ended) = self.line(&["show-ref", "--verify", "--hash", name]).await?;
        Ok(ended.ok.then(|| String::from_utf8_lossy(&line).into_owned()))
    }

    /// The branch that is checked out; `None` when the head is detached.
    ///
    /// # Errors
    /// Git cannot be run.
    pub async fn branch(&self) -> Result<Option<String>, ToolError> {
        let (line, ended) = self.line(&["symbolic-ref", "--short", "--quiet", "HEAD"]).await?;
        Ok(ended.ok.then(|| String::from_utf8_lossy(&line).into_owned()))
    }

    /// Whether its history was cut when it was cloned.
    ///
    /// # Errors
    /// Git cannot be run.
    pub async fn shallow(&self) -> Result<bool, ToolError> {
        let (line, _) = self.line(&["rev-parse", "--is-shallow-repository"]).await?;
        Ok(line == b"true")
    }

    /// The id of the commit that is checked out; `None` before the first commit.
    ///
    /// # Errors
    /// The head names something that is not there.
    pub async fn head(&self) -> Result<Option<String>, ToolError> {
        let (_, ended) = self.line(&["rev-parse", "--verify", "--quiet", "HEAD"]).await?;
        if ended.ok {
            self.commit("HEAD").await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// The id of the commit that `revision` names.
    ///
    /// # Errors
    /// It names none.
    pub async fn commit(&self, revision: &str) -> Result<String, ToolError> {
        let unknown = |complaint: &str| {
            let detail = complaint.strip_prefix("fatal: ").unwrap_or(complaint);
            let detail = if detail.is_empty() || detail == "Needed a single revision" {
                String::new()
            } else {
                format!(": {detail}")
            };
            failed(
                format!("`{revision}` names no commit in `{}`{detail}", self.shown),
                "give a branch, a tag or a commit id; in a shallow clone older commits are absent",
            )
        };
        if revision.is_empty() || revision.len() > 1_024 || revision.chars().any(char::is_control) {
            return Err(unknown(""));
        }
        let peeled = format!("{revision}^{{commit}}");
        let args = ["rev-parse", "--verify", "--end-of-options", &peeled];
        let (line, ended) = self.line(&args).await?;
        let id = String::from_utf8_lossy(&line).into_owned();
        let is_id = matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if ended.ok && is_id {
            Ok(id)
        } else {
            Err(unknown(&ended.complaint))
        }
    }

    /// Reads `A..B`, `A...B`, `A`, or nothing, which is the head; an end left out is the head.
    ///
    /// # Errors
    /// An end names no commit.
    pub async fn range(&self, text: &str) -> Result<Range, ToolError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(self.head().await?.map_or(Range::Empty, Range::Reachable));
        }
        let (from, to, symmetric) = match (text.split_once("..."), text.split_once("..")) {
            (Some((from, to)), _) => (from, to, true),
            (None, Some((from, to))) => (from, to, false),
            (None, None) => return self.commit(text).await.map(Range::Reachable),
        };
        let from = self.commit(if from.is_empty() { "HEAD" } else { from }).await?;
        let to = self.commit(if to.is_empty() { "HEAD" } else { to }).await?;
        Ok(if symmetric {
            Range::Symmetric { from, to }
        } else {
            Range::Between { from, to }
        })
    }

    /// The best common ancestor of two commits.
    ///
    /// # Errors
    /// They have none.
    pub async fn merge_base(&self, one: &str, other: &str) -> Result<String, ToolError> {
        let (line, ended) = self.line(&["merge-base", one, other]).await?;
        if ended.ok {
            Ok(String::from_utf8_lossy(&line).into_owned())
        } else {
            Err(bad_argument(
                format!("the two ends of the range have no common ancestor in `{}`", self.shown),
                "use `A..B`, or fetch the history that is missing",
            ))
        }
    }

    /// How many commits are in `range`.
    ///
    /// # Errors
    /// The history is damaged.
    pub async fn count(&self, range: &Range) -> Result<u64, ToolError> {
        let Some(argument) = range.argument() else {
            return Ok(0);
        };
        let (line, ended) = self.line(&["rev-list", "--count", &argument, "--"]).await?;
        let count = std::str::from_utf8(&line).ok().and_then(|text| text.parse().ok());
        match count {
            Some(count) if ended.ok => Ok(count),
            Some(_) | None => Err(self.damaged(&ended)),
        }
    }

    /// Streams the output of a git command; see [`Program::stream`].
    ///
    /// # Errors
    /// Git cannot be run, or it fails.
    pub async fn stream(&self, args: &[&str], consume: impl FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), ToolError> {
        let ended = self.program.stream(&self.directory, args, consume).await?;
        if ended.ok { Ok(()) } else { Err(self.damaged(&ended)) }
    }

    /// At most `limit` bytes of the output of a git command, and whether there was more.
    ///
    /// # Errors
    /// Git cannot be run, or it fails.
    pub async fn output(&self, args: &[&str], limit: usize) -> Result<(Vec<u8>, bool), ToolError> {
        let (bytes, more, ended) = self.program.output(&self.directory, args, limit).await?;
        if ended.ok {
            Ok((bytes, more))
        } else {
            Err(self.damaged(&ended))
        }
    }

    /// One line of output without its end; a path may itself hold line ends.
    ///
    /// # Errors
    /// Git cannot be run.
    pub async fn line(&self, args: &[&str]) -> Result<(Vec<u8>, Ended), ToolError> {
        let (mut bytes, _, ended) = self.program.output(&self.directory, args, LINE_MAX).await?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        Ok((bytes, ended))
    }

    fn damaged(&self, ended: &Ended) -> ToolError {
        failed(
            format!("git failed in `{}`: {}", self.shown, ended.complaint),
            "run `git fsck` there; in a partial clone fetch the missing objects first",
        )
    }
}

/// Where a repository borrows objects.
struct Alternate {
    /// Without links; `None` where nothing is there.
    real: Option<PathBuf>,
    /// As it is written.
    written: String,
}

/// The stores that a store of objects borrows from, and those that these borrow from, where they lie in `workspace`. They
/// may name each other, in circles.
fn alternates(objects: PathBuf, workspace: &Path) -> Vec<Alternate> {
    let (mut found, mut stores, mut seen) = (Vec::new(), vec![objects], HashSet::new());
    while let Some(store) = stores.pop() {
        if !seen.insert(store.clone()) {
            continue;
        }
        let text = std::fs::read(store.join("info/alternates")).unwrap_or_default();
        for line in text.split(|byte| *byte == b'\n') {
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let real = store.join(path_of(line)).canonicalize().ok();
            stores.extend(real.clone().filter(|real| real.starts_with(workspace)));
            found.push(Alternate {
                real,
                written: String::from_utf8_lossy(line).into_owned(),
            });
        }
    }
    found
}

/// The path that these bytes are.
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

fn elsewhere(shown: &str, why: &str) -> ToolError {
    failed(
        format!("the repository `{shown}` lies outside the workspace: {why}"),
        "run in the main working tree, or make a full clone inside the workspace",
    )
}

/// The top of the repository that begins above `workspace`; of a directory that was made for a step, whoever runs it
/// cannot say.
fn above(workspace: &Path) -> Option<&Path> {
    let is_of_step = workspace.components().any(|part| part.as_os_str() == ".somagent");
    workspace.parent().filter(|_| !is_of_step).and_then(top_above)
}

/// What it means that git found no repository.
pub(super) fn refusal(shown: &str, workspace: &Path, complaint: &str) -> ToolError {
    if complaint.contains("dubious ownership") {
        return failed(
            format!("the repository `{shown}` belongs to another user, and git refuses it"),
            "run as its owner, or make a clone of your own; `safe.directory` is not read here",
        );
    }
    let is_none = complaint.contains("not a git repository");
    if let Some(top) = above(workspace).filter(|_| is_none) {
        return failed(
            format!(
                "the repository of `{shown}` begins above the workspace, at `{}`",
                top.display()
            ),
            format!(
                "run with `-C {}`: all of a repository is read, so all of it lies in the workspace",
                top.display()
            ),
        );
    }
    if is_none {
        return failed(
            format!("`{shown}` is not a git repository"),
            format!(
                "give a repository inside the workspace `{}`, or run `git init` there",
                workspace.display()
            ),
        );
    }
    let complaint = complaint.strip_prefix("fatal: ").unwrap_or(complaint);
    failed(format!("git refuses `{shown}`: {complaint}"), "repair the repository")
}

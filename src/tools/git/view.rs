//! A repository as git sees it when it writes: with its data, and without its settings.
//!
//! ```text
//! repository ─ objects, branches, index, worktree ─► git ◄─ settings that were copied ─ a directory of this call alone
//! ```
//!
//! Git reads the settings of a repository from its common directory. Here that is one of our own (`GIT_COMMON_DIR`),
//! which holds what [`Settings`] copied and leads to the rest, so there is no filter, hook or program that a
//! repository could name, not even while somebody changes its settings. Never follows a link out of the workspace.

use std::ffi::OsString;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tokio::process::Command;

use super::super::ToolError;
use super::super::aside::aside;
use super::super::beneath::Directory;
use super::super::contract::failed;
use super::process::{Ended, Person, Program, collected, finished};
use super::repository::{Repository, path_of};
use super::settings::Settings;

/// What our common directory takes from that of the repository: all that git looks for there, but for the settings
/// and the hooks. Branches are not among them, for git finds those without it.
const SHARED: [&str; 4] = ["info", "objects", "shallow", "worktrees"];

/// The most bytes of a list of paths.
const LIST_MAX: usize = 256 * 1024 * 1024;

/// Which list of staged content a command works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Index {
    /// The one of the worktree.
    Own,
    /// What that one shall become.
    Next,
    /// What is to be committed.
    Committed,
}

/// A repository without its settings.
#[derive(Debug, Clone)]
pub(super) struct View {
    program: Program,
    person: Person,
    shown: String,
    git_dir: PathBuf,
    common: PathBuf,
    directory: PathBuf,
    environment: Vec<(&'static str, OsString)>,
    settings: Settings,
    private: Arc<Private>,
}

/// A directory of one call, which goes with it.
#[derive(Debug)]
struct Private {
    path: PathBuf,
}

impl Private {
    /// Makes it outside the workspace, where no program in a sandbox can reach it.
    fn make(workspace: &Path) -> std::io::Result<Self> {
        let places = [std::env::temp_dir(), PathBuf::from("/tmp"), PathBuf::from("/var/tmp")];
        let mut places = places.iter().filter_map(|place| place.canonicalize().ok());
        let place = places.find(|place| !place.starts_with(workspace)).ok_or_else(|| {
            let why = "there is none outside the workspace; set TMPDIR";
            std::io::Error::new(std::io::ErrorKind::NotFound, why)
        })?;
        let path = place.join(format!("somagent-git-{}", uuid::Uuid::now_v7().simple()));
        DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self { path })
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        // What cannot be removed lies among what is temporary, under a name that says whose it is.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

impl View {
    /// Sees `repository` with what `person` has set; `branch` is the one that is going to be written.
    ///
    /// # Errors
    /// What is to be written lies outside the workspace, or its format is not known.
    pub async fn open(repository: &Repository, person: &Person, branch: Option<&str>) -> Result<Self, ToolError> {
        let settings = Settings::read(repository, person).await?;
        confine(repository, branch)?;
        let text = settings.text(repository.shown(), repository.top().is_none())?;
        let storage = |error: std::io::Error| ToolError::Storage {
            message: format!("cannot make a temporary directory: {error}"),
        };
        let private = Private::make(repository.program().workspace()).map_err(storage)?;
        let at = |name: &str| private.path.join(name);
        std::fs::create_dir(at("refs")).map_err(storage)?;
        std::fs::write(at("config"), text).map_err(storage)?;
        for name in SHARED {
            symlink(repository.common().join(name), at(name)).map_err(storage)?;
        }
        let mut environment: Vec<(&'static str, OsString)> = vec![
            ("GIT_DIR", repository.git_dir().into()),
            ("GIT_COMMON_DIR", private.path.clone().into()),
            ("GIT_OBJECT_DIRECTORY", repository.common().join("objects").into()),
        ];
        if let Some(top) = repository.top() {
            environment.push(("GIT_WORK_TREE", top.into()));
        }
        for role in ["author", "committer"] {
            if let Some(identity) = settings.identity(role) {
                environment.extend(named(role, &identity.name, &identity.email));
            }
        }
        Ok(Self {
            program: repository.program().clone(),
            person: person.clone(),
            shown: repository.shown().to_owned(),
            git_dir: repository.git_dir().to_path_buf(),
            common: repository.common().to_path_buf(),
            directory: repository.top().unwrap_or(repository.directory()).to_path_buf(),
            environment,
            settings,
            private: Arc::new(private),
        })
    }

    /// What is set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The same from the side of the main worktree, which knows of all the others.
    #[must_use]
    pub fn of_all(&self) -> Self {
        let mut view = self.clone();
        view.environment.push(("GIT_DIR", self.common.clone().into()));
        view
    }

    /// The same, where `role` (`author` or `committer`) is somebody else.
    #[must_use]
    pub fn with(mut self, role: &str, name: &str, email: &str) -> Self {
        self.environment.extend(named(role, name, email));
        self
    }

    /// Lays a copy of the worktree's index beside it, as [`Index::Next`]; without one, there is none.
    ///
    /// # Errors
    /// It cannot be read, or the copy not written.
    pub async fn copy_index(&self) -> Result<(), ToolError> {
        let (from, to) = (self.git_dir.clone(), self.path(Index::Next));
        aside(move |_| {
            let (directory, name) = (Directory::open(&from)?, Path::new("index"));
            if directory.look(name)?.is_none() {
                return Ok(());
            }
            let (mut file, _) = directory.file(name)?;
            // Git tells by the time of the index which files may have changed just after it was written.
            let copied = File::create(&to).and_then(|mut copy| {
                std::io::copy(&mut file, &mut copy)?;
                copy.set_modified(file.metadata()?.modified()?)
            });
            copied.map_err(|error| ToolError::Storage {
                message: format!("cannot copy the index: {error}"),
            })
        })
        .await
    }

    fn path(&self, index: Index) -> PathBuf {
        match index {
            Index::Own => self.git_dir.join("index"),
            Index::Next => self.private.path.join("next"),
            Index::Committed => self.private.path.join("committed"),
        }
    }

    /// A command that reads `input`, which lies in a file: whoever gives up on it cuts nothing off.
    fn command(&self, index: Index, args: &[&str], input: &[u8]) -> Result<Command, ToolError> {
        let mut environment = self.environment.clone();
        environment.push(("GIT_INDEX_FILE", self.path(index).into()));
        let mut command = self.program.seeing(&self.directory, &self.person, &environment, args);
        if !input.is_empty() {
            let file = self.private.path.join("input");
            let opened = std::fs::write(&file, input).and_then(|()| File::open(&file));
            let opened = opened.map_err(|error| ToolError::Storage {
                message: format!("cannot write a temporary file: {error}"),
            })?;
            command.stdin(Stdio::from(opened));
        }
        Ok(command)
    }

    /// Runs a command that changes nothing but what is private or unseen, and returns what it says and how it ended.
    ///
    /// # Errors
    /// It cannot be run, or says more than is ever listed.
    pub async fn attempt(&self, index: Index, args: &[&str], input: &[u8]) -> Result<(Vec<u8>, Ended), ToolError> {
        let (bytes, more, ended) = collected(self.command(index, args, input)?, LIST_MAX).await?;
        if more {
            return Err(failed(
                format!("`{}` has more files than can be listed", self.shown),
                "name fewer of them",
            ));
        }
        Ok((bytes, ended))
    }

    /// As [`View::attempt`], where it has to succeed.
    ///
    /// # Errors
    /// As [`View::attempt`]; also when git fails.
    pub async fn output(&self, index: Index, args: &[&str], input: &[u8]) -> Result<Vec<u8>, ToolError> {
        let (bytes, ended) = self.attempt(index, args, input).await?;
        if ended.ok { Ok(bytes) } else { Err(self.failure(&ended)) }
    }

    /// As [`View::output`], for an id.
    ///
    /// # Errors
    /// As [`View::output`].
    pub async fn id(&self, index: Index, args: &[&str], input: &[u8]) -> Result<String, ToolError> {
        let line = self.output(index, args, input).await?;
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    /// Runs a command that changes the repository, to its end; see [`finished`].
    ///
    /// # Errors
    /// As [`finished`]; a failure of git itself is in [`Ended`].
    pub async fn change(&self, index: Index, args: &[&str], input: &[u8]) -> Result<Ended, ToolError> {
        finished(self.command(index, args, input)?, self.private.clone()).await
    }

    /// What it means that git failed.
    pub fn failure(&self, ended: &Ended) -> ToolError {
        let hint = if ended.complaint.contains(".lock") {
            "another git works there, or one was stopped in the middle: wait, or remove the lock that it names"
        } else {
            "look at what git says, and at `git status` and `git fsck` there"
        };
        failed(format!("git failed in `{}`: {}", self.shown, ended.complaint), hint)
    }

    /// Of `paths`, each closed by a NUL, those that a filter would change on their way, with the filter's name.
    ///
    /// # Errors
    /// As [`View::output`].
    pub async fn filtered(&self, index: Index, paths: &[u8]) -> Result<Vec<(String, String)>, ToolError> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let answers = self
            .output(index, &["check-attr", "-z", "--stdin", "filter"], paths)
            .await?;
        let mut tokens = answers.split(|byte| *byte == 0);
        let mut found = Vec::new();
        while let (Some(path), Some(_), Some(value)) = (tokens.next(), tokens.next(), tokens.next()) {
            if !matches!(value, b"unspecified" | b"unset") {
                let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                found.push((text(path), text(value)));
            }
        }
        Ok(found)
    }
}

/// The variables that say who `role` is.
fn named(role: &str, name: &str, email: &str) -> [(&'static str, OsString); 2] {
    let variables = match role {
        "author" => ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"],
        _ => ["GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"],
    };
    [(variables[0], name.into()), (variables[1], email.into())]
}

/// The file `.git` that a linked worktree's data says it belongs to.
pub(super) fn linked_at(git_dir: &Path) -> Option<PathBuf> {
    let line = small(git_dir, Path::new("gitdir")).ok()??;
    let path = path_of(line.strip_suffix(b"\n").unwrap_or(&line));
    // Newer versions may write it relative to the data.
    let parent = git_dir.join(path.parent()?).canonicalize().ok()?;
    Some(parent.join(path.file_name()?))
}

/// A small regular file in `directory`; `None` where there is none.
pub(super) fn small(directory: &Path, name: &Path) -> Result<Option<Vec<u8>>, ToolError> {
    use std::io::Read as _;
    let directory = Directory::open(directory)?;
    if directory.look(name)?.is_none() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let (file, _) = directory.file(name)?;
    file.take(64 * 1024).read_to_end(&mut bytes).map_err(|error| {
        failed(
            format!("cannot read `{}`: {error}", name.display()),
            "check its permissions",
        )
    })?;
    Ok(Some(bytes))
}

/// Says whether what git writes stays in the workspace, where parts of the repository are links.
fn confine(repository: &Repository, branch: Option<&str>) -> Result<(), ToolError> {
    let (common, git_dir) = (repository.common(), repository.git_dir());
    let mut places: Vec<PathBuf> = ["index", "logs", "logs/HEAD"].map(|name| git_dir.join(name)).into();
    places.extend(["logs", "packed-refs", "reftable"].map(|name| common.join(name)));
    places.extend(SHARED.map(|name| common.join(name)));
    for kind in ["refs/heads", "logs/refs/heads"] {
        let place = common.join(kind).join(branch.unwrap_or_default());
        let parts = place.ancestors().take_while(|part| *part != common);
        places.extend(parts.map(Path::to_path_buf));
    }
    let entries = std::fs::read_dir(common.join("objects")).into_iter().flatten();
    places.extend(entries.flatten().map(|entry| entry.path()));
    let leads_out = |place: &Path| {
        let is_link = place.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
        let is_inside = |real: PathBuf| real.starts_with(repository.program().workspace());
        is_link && !place.canonicalize().is_ok_and(is_inside)
    };
    match places.iter().find(|place| leads_out(place)) {
        Some(place) => Err(failed(
            format!("`{}` leads out of the workspace", place.display()),
            "git would write there: put a directory or a file of the workspace in its place",
        )),
        None => Ok(()),
    }
}

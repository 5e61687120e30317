//! Where a worktree lies, or is going to.

use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::super::ToolError;
use super::super::beneath::Directory;
use super::super::contract::{bad_argument, failed};
use super::super::fs::{inside, shown, writable};
use super::process::Ended;
use super::repository::{Repository, path_of};
use super::view::{linked_at, small};
use crate::policy::Situation;

/// A place in the workspace for a linked worktree of a repository.
#[derive(Debug)]
pub(super) struct Spot<'a> {
    repository: &'a Repository,
    workspace: &'a Path,
    place: PathBuf,
    target: PathBuf,
    path: String,
}

impl<'a> Spot<'a> {
    /// The place that `path`, relative to the workspace, names.
    ///
    /// # Errors
    /// No worktree may lie there: it leads out, through a link, or into data of a repository.
    pub fn at(situation: &'a Situation, repository: &'a Repository, path: &str) -> Result<Self, ToolError> {
        let place = inside(situation, path)?;
        writable(&place)?;
        Self::below(&situation.workspace, repository, place)
    }

    /// The place that lies at `place` below `workspace`.
    ///
    /// # Errors
    /// As [`Spot::at`].
    pub fn below(workspace: &'a Path, repository: &'a Repository, place: PathBuf) -> Result<Self, ToolError> {
        let target = workspace.join(&place);
        let text = target.to_str().filter(|text| !text.chars().any(char::is_control));
        let Some(text) = text.filter(|_| !place.as_os_str().is_empty()) else {
            return Err(bad_argument(
                format!(
                    "`{}` cannot be the path of a worktree",
                    place.to_string_lossy().escape_debug()
                ),
                "give a directory inside the workspace, such as `worktrees/parser`",
            ));
        };
        let is_link = |part: &&Path| workspace.join(part).is_symlink();
        if let Some(link) = place.ancestors().skip(1).find(is_link) {
            return Err(failed(
                format!("`{}` leads through the symbolic link `{}`", shown(&place), shown(link)),
                "give the path that it leads to",
            ));
        }
        if target.starts_with(repository.common()) {
            return Err(failed(
                format!("`{}` lies in the data of the repository", shown(&place)),
                "give a path beside it",
            ));
        }
        Ok(Self {
            repository,
            workspace,
            path: text.to_owned(),
            place,
            target,
        })
    }

    /// Relative to the workspace, for people.
    pub fn shown(&self) -> String {
        shown(&self.place)
    }

    /// Absolute, as git takes it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether anything is there, be it a link that leads nowhere.
    pub fn is_taken(&self) -> bool {
        self.target.symlink_metadata().is_ok()
    }

    /// Makes the directories above it that are missing, through no link: git itself would follow one.
    ///
    /// # Errors
    /// A part of the path is no directory, or the system refuses.
    pub fn prepare(&self) -> Result<(), ToolError> {
        Directory::open(self.workspace)?.make(self.place.parent().unwrap_or(Path::new("")))?;
        // The view of the repository leads there, so it has to be there.
        Directory::open(self.repository.common())?.make(Path::new("worktrees"))?;
        Ok(())
    }

    /// What is there, where it is a linked worktree of the repository.
    pub async fn linked(&self) -> Option<Repository> {
        if self.target.is_symlink() || !self.target.is_dir() {
            return None;
        }
        let program = self.repository.program().clone();
        let there = Repository::open(program, self.workspace, &self.place).await.ok()?;
        let is_ours = there.common() == self.repository.common()
            && there.git_dir() != there.common()
            && there.top() == Some(self.target.as_path())
            && there.is_linked(&self.target.join(".git"));
        is_ours.then_some(there)
    }

    /// The worktree of the repository that is there, its branch and its commit, where it has both.
    ///
    /// # Errors
    /// Something else is there.
    pub async fn found(&self) -> Result<(Repository, Option<String>, Option<String>), ToolError> {
        let there = self.linked().await.ok_or_else(|| {
            failed(
                format!(
                    "`{}` is there, and no worktree that was added to `{}`",
                    self.shown(),
                    self.repository.shown()
                ),
                "`git worktree list` shows what was added, after the main worktree",
            )
        })?;
        let (branch, commit) = (there.branch().await?, there.head().await?);
        Ok((there, branch, commit))
    }

    /// Makes the worktree's file `.git` lead to its data where it leads nowhere, because whoever made it was stopped.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn mend(&self) -> Result<(), ToolError> {
        let is_file = |path: &Path| path.symlink_metadata().is_ok_and(|meta| meta.is_file());
        if self.target.is_symlink() || !is_file(&self.target.join(".git")) {
            return Ok(());
        }
        let says = small(&self.target, Path::new(".git"))?.unwrap_or_default();
        let says = says.strip_prefix(b"gitdir: ").unwrap_or(&says);
        let leads_to = self.target.join(path_of(says.strip_suffix(b"\n").unwrap_or(says)));
        // One that leads through the place of a call that was stopped leads nowhere when that is cleaned up.
        let is_whole = plain(&leads_to).starts_with(self.repository.common().join("worktrees")) && leads_to.exists();
        if is_whole { Ok(()) } else { self.point() }
    }

    /// Writes into the worktree's file `.git` where its data is.
    ///
    /// Before 2.48 git writes there through which place it saw the repository, and that one is gone when it is done.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn point(&self) -> Result<(), ToolError> {
        let file = self.target.join(".git");
        let entries = std::fs::read_dir(self.repository.common().join("worktrees"));
        let mut data = entries.into_iter().flatten().flatten().map(|entry| entry.path());
        let Some(data) = data.find(|data| linked_at(data).is_some_and(|named| named == file)) else {
            return Ok(());
        };
        let line = [b"gitdir: ", data.as_os_str().as_bytes(), b"\n"].concat();
        Directory::open(self.workspace)?.write(&self.place.join(".git"), &line)?;
        Ok(())
    }

    /// Has git remove what it knows of a worktree there, with its directory. It asks for no changes and runs nothing.
    ///
    /// # Errors
    /// Git cannot be run.
    pub async fn remove(&self) -> Result<Ended, ToolError> {
        self.removed(&["worktree", "remove", "--force", "--", &self.path]).await
    }

    /// As [`Spot::remove`], be it locked, as it is while git makes it: for a worktree that nobody else can mean.
    ///
    /// # Errors
    /// Git cannot be run.
    pub async fn remove_locked(&self) -> Result<Ended, ToolError> {
        let args = ["worktree", "remove", "--force", "--force", "--", &self.path];
        self.removed(&args).await
    }

    async fn removed(&self, args: &[&str]) -> Result<Ended, ToolError> {
        let program = self.repository.program();
        program.change(self.repository.directory(), args).await
    }
}

/// A path without `.` and `..`, as it is written: no link is looked at.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(part),
        }
    }
    plain
}

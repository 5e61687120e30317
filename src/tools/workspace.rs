//! Directories that are made for steps, each anew at every attempt.
//!
//! ```text
//! workspace of the run/.somagent/work/RUN/.gitignore        so that git shows nothing of it
//!                                        /STEP[-ITEM]       empty, or a worktree on no branch
//! ```
//!
//! Tools write nothing below `.somagent`, and programs in the sandbox see it read-only, so a directory is reached by
//! the step alone that works in it. Never goes through a link, and touches nothing but those names; what it made above
//! them goes when it is empty.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::io::Errno;

use super::ToolError;
use super::aside::aside;
use super::beneath::{BeneathError, Directory, is_temporary};
use super::contract::failed;
use super::git::checkout::{check_out, forget, top_above};
use super::sandbox::{MARK, OPEN, TRIES, TRY, is_mark};
use crate::capsule::{OwnWorkspace, Separate};
use crate::policy::OF_STEPS;

/// The parts of [`OF_STEPS`], where they lie below the workspace of a run.
const OWN: &str = ".somagent";
const WORK: &str = "work";

/// The rights of a directory.
const PLAIN: u32 = 0o755;

/// By this file git takes no notice of what a run has there.
const IGNORE: &str = ".gitignore";

/// How often the directories above are made anew because another run took them away, being empty.
const RACES: usize = 64;

/// How often what is still being filled is removed: a program that was cut short ends in its own time.
const ROUNDS: u32 = 200;

/// How long one of these rounds waits.
const ROUND: Duration = Duration::from_millis(50);

/// A directory that is made for a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    root: PathBuf,
    run: String,
    name: String,
    own: OwnWorkspace,
    /// Of a worktree: the top of the repository that the workspace lies in.
    top: Option<PathBuf>,
}

impl Place {
    /// The directory `name` of the run `run`, which works on `root`.
    pub fn new(root: &Path, run: &str, name: String, own: &OwnWorkspace) -> Self {
        Self {
            root: root.to_path_buf(),
            run: run.to_owned(),
            name,
            own: own.clone(),
            top: match own.kind {
                Separate::Scratch => None,
                Separate::Worktree => top_above(root).map(Path::to_path_buf),
            },
        }
    }

    /// What is in it at first.
    pub fn kind(&self) -> Separate {
        self.own.kind
    }

    /// The whole of it.
    pub fn directory(&self) -> PathBuf {
        self.root.join(self.relative())
    }

    /// Where a step works in it: of a worktree, where the run works in the repository.
    ///
    /// # Errors
    /// It is to be a worktree, and there is no repository.
    pub fn workspace(&self) -> Result<PathBuf, ToolError> {
        match self.own.kind {
            Separate::Scratch => Ok(self.directory()),
            // The path is compared as a text, so it ends as those of others do.
            Separate::Worktree => Ok(self.directory().join(self.part()?).components().collect()),
        }
    }

    /// Makes it anew; whatever was there goes.
    ///
    /// # Errors
    /// Something else lies above it, there is no such commit, or the system refuses.
    pub async fn make(&self) -> Result<(), ToolError> {
        self.remove().await?;
        let place = self.clone();
        aside(move |_| place.lay().map_err(not_ours)).await?;
        if self.own.kind == Separate::Worktree {
            let top = self.top()?;
            check_out(top, self.below(top)?, self.own.reference.as_deref()).await?;
            if !self.is_there().await? {
                let reference = self.own.reference.as_deref().unwrap_or("HEAD");
                return Err(failed(
                    format!(
                        "`{}`, where the run works, is no directory of `{reference}`",
                        self.part()?.display()
                    ),
                    "name a commit that has it, or run at the top of the repository",
                ));
            }
        }
        Ok(())
    }

    /// Says whether it was made and is there.
    ///
    /// # Errors
    /// Something else lies there, or the system refuses.
    pub async fn is_there(&self) -> Result<bool, ToolError> {
        let mut relative = self.relative();
        if self.own.kind == Separate::Worktree {
            relative.push(self.part()?);
        }
        let root = self.root.clone();
        aside(move |_| {
            let found = Directory::open(&root).and_then(|root| root.below(&relative));
            Ok(found.map_err(not_ours)?.is_some())
        })
        .await
    }

    /// Takes it away with all that is in it; of a worktree, also what the repository knows of it.
    ///
    /// # Errors
    /// Something else lies above it, git refuses, or the system does.
    pub async fn remove(&self) -> Result<(), ToolError> {
        let place = self.clone();
        let clear = aside(move |_| place.clear().map_err(not_ours));
        let Some(top) = &self.top else { return clear.await };
        // First what the repository knows: a process that is killed in between finds the directory again, not the entry.
        // Git leaves alone what is no whole worktree, and then forgets it when its files are gone.
        let known = forget(top, self.below(top)?).await;
        clear.await?;
        match known {
            Ok(()) => Ok(()),
            Err(_) => forget(top, self.below(top)?).await,
        }
    }

    fn relative(&self) -> PathBuf {
        of_run(&self.run).join(&self.name)
    }

    fn top(&self) -> Result<&Path, ToolError> {
        self.top.as_deref().ok_or_else(|| {
            failed(
                format!("`{}` lies in no git repository", self.root.display()),
                "run `git init` there and make a commit, or write `workspace: scratch`",
            )
        })
    }

    /// Where the run works, below the top of the repository.
    fn part(&self) -> Result<&Path, ToolError> {
        let part = self.root.strip_prefix(self.top()?);
        Ok(part.unwrap_or(Path::new("")))
    }

    /// It, below the top of the repository.
    fn below(&self, top: &Path) -> Result<PathBuf, ToolError> {
        let directory = self.directory();
        let below = directory.strip_prefix(top).map(Path::to_path_buf);
        below.map_err(|error| failed(format!("`{}`: {error}", directory.display()), "run in the repository"))
    }

    /// Makes what is above it, and it where it is empty at first.
    fn lay(&self) -> Result<(), BeneathError> {
        for _ in 0..RACES {
            match self.lay_once() {
                Err(BeneathError::System {
                    errno: Errno::NOENT, ..
                }) if self.root.is_dir() => {}
                done => return done,
            }
        }
        self.lay_once()
    }

    fn lay_once(&self) -> Result<(), BeneathError> {
        // As the sandbox makes one, so that it is never taken away under a program.
        let own = Directory::open(&self.root)?.with(OWN, MARK)?;
        own.refuse_others(OWN)?;
        let work = match own.below(Path::new(WORK))? {
            Some(work) => work,
            None => opened(&own, || own.with(WORK, PLAIN))?,
        };
        let run = work.with(&self.run, PLAIN)?;
        if run.look(Path::new(IGNORE))?.is_none() {
            run.write(Path::new(IGNORE), b"*\n")?;
        }
        match self.own.kind {
            Separate::Scratch => run.make(Path::new(&self.name)).map(drop),
            Separate::Worktree => Ok(()),
        }
    }

    /// Removes it and what is in it.
    fn clear(&self) -> Result<(), BeneathError> {
        let Some(run) = Directory::open(&self.root)?.below(&of_run(&self.run))? else {
            return Ok(());
        };
        for _ in 0..ROUNDS {
            match run.remove(&self.name) {
                Err(BeneathError::System {
                    errno: Errno::NOTEMPTY | Errno::EXIST,
                    ..
                }) => std::thread::sleep(ROUND),
                done => return done,
            }
        }
        run.remove(&self.name)
    }
}

/// The names of what was made for steps of the run `run`, which works on `root`, and is there.
pub fn made(root: &Path, run: &str) -> Vec<String> {
    let mut names = Vec::new();
    let listed = Directory::open(root).and_then(|root| match root.below(&of_run(run))? {
        Some(run) => run.entries(Path::new(""), |name, _, _| {
            names.extend(name.to_str().filter(|name| *name != IGNORE).map(str::to_owned));
        }),
        None => Ok(()),
    });
    // What cannot be listed is not ours: a link, or somebody else's.
    match listed {
        Ok(()) => names,
        Err(_) => Vec::new(),
    }
}

/// Takes away what is above the directories of a run where nothing is in it any more.
///
/// # Errors
/// Something else lies there, or the system refuses.
pub fn close(root: &Path, run: &str) -> Result<(), ToolError> {
    let is_ours = |name: &str| name == IGNORE || is_temporary(name);
    let closing = || {
        let root = Directory::open(root)?;
        let (Some(own), Some(above), Some(inner)) = (
            root.below(Path::new(OWN))?,
            root.below(Path::new(OF_STEPS))?,
            root.below(&of_run(run))?,
        ) else {
            return Ok(());
        };
        let is_marked = is_marked(&own)?;
        let (mut ours, mut is_used) = (Vec::new(), false);
        inner.entries(Path::new(""), |name, _, _| match name.to_str() {
            Some(name) if is_ours(name) => ours.push(name.to_owned()),
            Some(_) | None => is_used = true,
        })?;
        if is_used {
            // Whoever has what is kept can remove it as any other directory.
            let mut others = 0;
            own.entries(Path::new(""), |name, _, _| others += usize::from(name != WORK))?;
            return if is_marked && others == 0 {
                own.set_mode(PLAIN)
            } else {
                Ok(())
            };
        }
        ours.iter().try_for_each(|name| inner.remove(name))?;
        // Others may be at work beside it, and then what is above stays. Over a program it is left to the sandbox.
        if above.remove_empty(run)? && opened(&own, || own.remove_empty(WORK))? && is_marked {
            take_away(&root, &own)?;
        }
        Ok(())
    };
    closing().map_err(not_ours)
}

/// Takes `own` away, which was in `root`, where it is empty and nobody holds it for longer than a moment, as who tries to
/// take it away at the same time and finds that it is not empty.
fn take_away(root: &Directory, own: &Directory) -> Result<(), BeneathError> {
    let mut tries = 1;
    while !own.is_free() {
        if tries == TRIES {
            return Ok(());
        }
        tries += 1;
        std::thread::sleep(TRY);
    }
    // Where it is gone, another one may be there by now, which is not the one that is locked.
    let taken = match root.holds(OWN, own) {
        Ok(true) => root.remove_empty(OWN).map(drop),
        other => other.map(drop),
    };
    own.let_go();
    taken
}

/// Does `change` in `own`, which is writable for that time only where it is ours.
fn opened<T>(own: &Directory, change: impl Fn() -> Result<T, BeneathError>) -> Result<T, BeneathError> {
    if !is_marked(own)? {
        return change();
    }
    let mut tries = 0;
    loop {
        own.set_mode(OPEN)?;
        let changed = change();
        own.set_mode(MARK)?;
        match changed {
            // Another run was done with it at that moment.
            Err(BeneathError::System {
                errno: Errno::ACCESS, ..
            }) if tries < RACES => tries += 1,
            done => return done,
        }
    }
}

/// Whether `.somagent` was made by a run, or by the sandbox, and by nobody else.
fn is_marked(own: &Directory) -> Result<bool, BeneathError> {
    Ok(is_mark(own.mode()?))
}

/// Where the directories of a run lie, below its workspace.
fn of_run(run: &str) -> PathBuf {
    Path::new(OF_STEPS).join(run)
}

/// What it means that the place cannot be used.
fn not_ours(error: BeneathError) -> ToolError {
    match error {
        BeneathError::Escapes { .. }
        | BeneathError::Link { .. }
        | BeneathError::NotAFile { .. }
        | BeneathError::System {
            errno: Errno::NOTDIR | Errno::EXIST,
            ..
        } => failed(
            format!("there is no place for the directory of a step: {error}"),
            format!(
                "`{OWN}` in the workspace and `{WORK}` in it have to be plain directories: move away what is there"
            ),
        ),
        BeneathError::System {
            errno: Errno::ROFS | Errno::ACCESS | Errno::PERM | Errno::NOSPC | Errno::DQUOT,
            ..
        } => failed(
            format!("the directory of a step cannot be made or taken away: {error}"),
            format!(
                "it is made in `{OWN}` below the workspace, which has to be writable, somagent's user's own, and not full"
            ),
        ),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests;

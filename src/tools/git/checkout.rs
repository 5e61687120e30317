//! A worktree on no branch, that is made for a step and goes with it.
//!
//! As `git.worktree` makes one: without the settings of the repository, so no hook, filter or program of it runs. It lies
//! where no tool may write otherwise, in a place that only its caller names.

use std::path::{Path, PathBuf};

use super::super::ToolError;
use super::super::contract::failed;
use super::process::{Person, Program};
use super::repository::Repository;
use super::spot::Spot;
use super::view::{Index, View};
use super::worktree::filled;

/// Git makes and removes the directory of all worktrees with the first and the last: one at a time here.
static ADDING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The top of the repository that `directory` lies in: the nearest with a `.git` that is more than the empty directory
/// which the sandbox puts up where a program must make none.
pub fn top_above(directory: &Path) -> Option<&Path> {
    let has_data = |top: &&Path| {
        let data = top.join(".git");
        let found = data.symlink_metadata();
        found.is_ok_and(|found| !found.is_dir() || data.join("HEAD").symlink_metadata().is_ok())
    };
    directory.ancestors().find(has_data)
}

/// Checks out `reference` at `place`, which lies below `top` where nothing is; what is above it is there.
///
/// # Errors
/// The repository has no such commit, or none at all, or is one that is not written; nothing stays then.
pub async fn check_out(top: &Path, place: PathBuf, reference: Option<&str>) -> Result<(), ToolError> {
    let person = Person::here();
    let repository = opened(top).await?;
    let commit = match reference {
        Some(reference) => repository.commit(reference).await?,
        None => repository.head().await?.ok_or_else(|| {
            failed(
                format!("the repository at `{}` has no commit yet", top.display()),
                "make its first commit, or write `workspace: scratch`",
            )
        })?,
    };
    let spot = Spot::below(top, &repository, place)?;
    let view = View::open(&repository, &person, None).await?;
    let args = [
        "worktree",
        "add",
        "--quiet",
        "--no-checkout",
        "--detach",
        "--",
        spot.path(),
        &commit,
    ];
    let ended = {
        let _turn = ADDING.lock().await;
        spot.prepare()?;
        view.of_all().change(Index::Own, &args, b"").await?
    };
    if !ended.ok {
        return Err(view.failure(&ended));
    }
    filled(&spot, &commit, &person).await?;
    Ok(())
}

/// Has the repository at `top` forget the worktree at `place`, whose files are gone; it may know of none.
///
/// # Errors
/// Git cannot be run, or refuses.
pub async fn forget(top: &Path, place: PathBuf) -> Result<(), ToolError> {
    let repository = opened(top).await?;
    let spot = Spot::below(top, &repository, place)?;
    let ended = {
        let _turn = ADDING.lock().await;
        spot.remove_locked().await?
    };
    if ended.ok || ended.complaint.contains("is not a working tree") {
        return Ok(());
    }
    Err(failed(
        format!(
            "git does not forget the worktree `{}`: {}",
            spot.shown(),
            ended.complaint
        ),
        "`git worktree prune` forgets those whose files are gone",
    ))
}

async fn opened(top: &Path) -> Result<Repository, ToolError> {
    let program = Program::find(std::env::var_os("PATH").as_deref(), top)?;
    Repository::open(program, top, Path::new("")).await
}

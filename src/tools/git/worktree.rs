//! `git.worktree` and `git.unworktree`: a second directory with a branch of its own, and its end.
//!
//! Never touches the main worktree or a directory that is no worktree of the repository, and never removes a branch
//! that was there before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{action, bad_argument, counted, failed, json, sink};
use super::branch;
use super::changes::Tokens;
use super::process::{Ended, Person};
use super::repository::{Repository, path_of};
use super::spot::Spot;
use super::staged::base;
use super::view::{Index, View};
use super::{head, here, open_to_write};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, SideEffect, Touch};
use crate::policy::Situation;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Worktree {
    /// Top directory of a worktree, or a bare repository, relative to the workspace.
    #[serde(default = "here")]
    repo: String,
    /// Where the new one lies, relative to the workspace: nothing is there yet.
    #[schemars(length(min = 1, max = 1_000))]
    path: String,
    /// The branch that is checked out in it; it is made where it is not there.
    #[schemars(length(min = 1, max = 200))]
    branch: String,
    /// Where the branch begins: a branch, a tag or a commit id.
    #[serde(default = "head")]
    from: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct WorktreeOutput {
    /// The path, relative to the workspace.
    path: String,
    /// The branch that is checked out.
    branch: String,
    /// Id of the commit that it is at.
    commit: String,
    /// Whether it was made; it was there, with this branch, otherwise.
    created: bool,
    /// Files that a filter, such as that of Git LFS, would have made otherwise: no filter is run, so they are as the
    /// repository stores them. 0 where the worktree was there.
    unfiltered: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unworktree {
    /// Top directory of another worktree, or the bare repository, relative to the workspace.
    #[serde(default = "here")]
    repo: String,
    /// The worktree, relative to the workspace.
    #[schemars(length(min = 1, max = 1_000))]
    path: String,
    /// Whether it goes with changes that are nowhere else.
    #[serde(default)]
    force: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct UnworktreeOutput {
    /// The path, relative to the workspace.
    path: String,
    /// Whether it was removed; it was not there otherwise.
    removed: bool,
}

/// The contract of `git.worktree`.
pub(super) fn spec() -> ActionSpec {
    ActionSpec {
        effect: EffectClass::Idempotent,
        weakest: EffectClass::Idempotent,
        sinks: vec![
            // What is checked out is a copy of what the repository holds.
            sink("repo", Touch::ReadPath, Some(".")),
            sink("repo", Touch::WritePath, Some(".")),
            sink("path", Touch::WritePath, None),
            sink("branch", Touch::Id, None),
            sink("from", Touch::Id, Some("HEAD")),
        ],
        side_effect: Some(SideEffect::Reversible),
        field_trust: counted(&["/created", "/unfiltered"]),
        ..action::<Worktree, WorktreeOutput>("worktree", "Adds a worktree with a branch of its own.")
    }
}

/// The contract of `git.unworktree`.
pub(super) fn spec_of_removal() -> ActionSpec {
    ActionSpec {
        effect: EffectClass::Idempotent,
        weakest: EffectClass::Idempotent,
        sinks: vec![
            sink("repo", Touch::WritePath, Some(".")),
            sink("path", Touch::WritePath, None),
        ],
        side_effect: Some(SideEffect::Irreversible),
        field_trust: counted(&["/removed"]),
        ..action::<Unworktree, UnworktreeOutput>("unworktree", "Removes a worktree; its branch stays.")
    }
}

/// Adds a worktree.
///
/// # Errors
/// Something else is at its path, its branch is elsewhere or in use, or git cannot make it.
pub(super) async fn worktree(params: Worktree, situation: &Situation, person: &Person) -> Result<Value, ToolError> {
    let repository = open_to_write(situation, &params.repo).await?;
    let spot = Spot::at(situation, &repository, &params.path)?;
    repository.check_branch(&params.branch).await?;
    let (commit, made) = if spot.is_taken() {
        again(&spot, &params.branch, person).await?
    } else {
        let commit = repository.commit(&params.from).await?;
        let unfiltered = add(&repository, &spot, &params, &commit, person).await?;
        (commit, Some(unfiltered))
    };
    Ok(json(&WorktreeOutput {
        path: spot.shown(),
        branch: params.branch,
        commit,
        created: made.is_some(),
        unfiltered: made.unwrap_or(0),
    }))
}

/// The commit of a worktree that is there with `branch`, checked out now where whoever made it was stopped before.
async fn again(spot: &Spot<'_>, branch: &str, person: &Person) -> Result<(String, Option<u64>), ToolError> {
    spot.mend()?;
    let on = match spot.found().await? {
        (there, Some(name), Some(commit)) if name == branch => {
            let (has_index, is_begun) = (there.git_dir().join("index").exists(), is_begun(&there));
            let made = match (has_index, is_begun || is_empty(&there)) {
                (true, _) => None,
                (false, true) => Some(fill(&there, &commit, person).await?),
                // Somebody's work may lie there, whatever became of the index.
                (false, false) => {
                    return Err(failed(
                        format!("`{}` is a worktree with files and without an index", spot.shown()),
                        "look at it; `git reset` there makes the index anew",
                    ));
                }
            };
            return Ok((commit, made));
        }
        (_, Some(name), _) => format!("on `{name}`"),
        (_, None, _) => "on no branch".to_owned(),
    };
    Err(failed(
        format!("`{}` is a worktree already, {on}", spot.shown()),
        "give another path, or that branch",
    ))
}

/// Makes the branch where it is not there, and the worktree; neither stays where that fails.
async fn add(
    repository: &Repository,
    spot: &Spot<'_>,
    params: &Worktree,
    commit: &str,
    person: &Person,
) -> Result<u64, ToolError> {
    unused(repository, &params.branch).await?;
    let view = View::open(repository, person, Some(&params.branch)).await?;
    let is_new = branch::make(repository, &view, &params.branch, commit, &params.from).await?;
    let added = async {
        spot.prepare()?;
        let args = [
            "worktree",
            "add",
            "--quiet",
            "--no-checkout",
            "--",
            spot.path(),
            &params.branch,
        ];
        let ended = view.of_all().change(Index::Own, &args, b"").await?;
        if !ended.ok {
            return Err(view.failure(&ended));
        }
        filled(spot, commit, person).await
    };
    let added = added.await;
    if added.is_err() && is_new {
        let reference = format!("refs/heads/{}", params.branch);
        // Somebody who moved it meanwhile keeps it. The first error says what went wrong.
        let _ = view
            .change(Index::Own, &["update-ref", "--no-deref", "-d", &reference, commit], b"")
            .await;
    }
    added
}

/// Checks out a worktree that was just added, or has it removed.
pub(super) async fn filled(spot: &Spot<'_>, commit: &str, person: &Person) -> Result<u64, ToolError> {
    let filling = async {
        spot.point()?;
        let (there, ..) = spot.found().await?;
        fill(&there, commit, person).await
    };
    let filled = filling.await;
    if filled.is_err() {
        // What cannot be removed is found by the next call. The first error says what went wrong.
        let _ = spot.remove().await;
    }
    filled
}

/// The file by which a worktree that is being filled is known as ours.
const BEGUN: &str = "somagent-begun";

fn is_begun(there: &Repository) -> bool {
    there
        .git_dir()
        .join(BEGUN)
        .symlink_metadata()
        .is_ok_and(|meta| meta.is_file())
}

/// Whether nothing but its file `.git` is in a worktree.
fn is_empty(there: &Repository) -> bool {
    let entries = std::fs::read_dir(there.directory()).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name() != ".git").count() == 0
}

/// Checks a worktree out that is empty, or was begun with; until that is done, its data says that it is ours.
async fn fill(there: &Repository, commit: &str, person: &Person) -> Result<u64, ToolError> {
    let mark = there.git_dir().join(BEGUN);
    let marked = std::fs::write(&mark, b"");
    marked.map_err(|error| ToolError::Storage {
        message: format!("cannot write `{}`: {error}", mark.display()),
    })?;
    let unfiltered = check_out(there, commit, person).await?;
    // Where it stays, the worktree is checked out once more by the next call only if its index is gone as well.
    let _ = std::fs::remove_file(&mark);
    Ok(unfiltered)
}

/// Says whether no worktree has the branch checked out: two of them would move it under each other.
async fn unused(repository: &Repository, branch: &str) -> Result<(), ToolError> {
    let reference = format!("refs/heads/{branch}");
    let args = ["for-each-ref", "--format=%(worktreepath)", &reference];
    let (line, _) = repository.line(&args).await?;
    if line.is_empty() {
        return Ok(());
    }
    Err(failed(
        format!(
            "the branch `{branch}` is checked out at `{}`",
            String::from_utf8_lossy(&line).escape_debug()
        ),
        "choose another branch, or remove that worktree",
    ))
}

/// Fills a worktree that has no index yet; says how many files a filter would have made otherwise.
async fn check_out(there: &Repository, commit: &str, person: &Person) -> Result<u64, ToolError> {
    let view = View::open(there, person, None).await?;
    let ended = view
        .change(Index::Own, &["read-tree", "--reset", "-u", commit], b"")
        .await?;
    if !ended.ok {
        return Err(view.failure(&ended));
    }
    let files = view.output(Index::Own, &["ls-files", "-z"], b"").await?;
    Ok(view.filtered(Index::Own, &files).await?.len() as u64)
}

/// Removes a worktree.
///
/// # Errors
/// It has changes, or is none of this repository's.
pub(super) async fn unworktree(params: Unworktree, situation: &Situation, person: &Person) -> Result<Value, ToolError> {
    let repository = open_to_write(situation, &params.repo).await?;
    // Only what lies in the workspace is written.
    View::open(&repository, person, None).await?;
    let spot = Spot::at(situation, &repository, &params.path)?;
    let output = |removed| {
        json(&UnworktreeOutput {
            path: spot.shown(),
            removed,
        })
    };
    if !spot.is_taken() {
        // Git may still know of it; where it does not, it is gone already.
        let ended = spot.remove().await?;
        let is_gone = ended.complaint.contains("is not a working tree");
        return match ended.ok || is_gone {
            true => Ok(output(ended.ok)),
            false => Err(kept(&spot, &ended)),
        };
    }
    spot.mend()?;
    let (there, branch, _) = spot.found().await?;
    if there.directory() == repository.directory() {
        return Err(bad_argument(
            format!("`{}` is removed from another worktree only", spot.shown()),
            "give the main worktree as `repo`",
        ));
    }
    if !params.force {
        clean(&spot, &there, branch.as_deref(), person).await?;
    }
    let ended = spot.remove().await?;
    if ended.ok {
        Ok(output(true))
    } else {
        Err(kept(&spot, &ended))
    }
}

fn kept(spot: &Spot<'_>, ended: &Ended) -> ToolError {
    failed(
        format!("git does not remove `{}`: {}", spot.shown(), ended.complaint),
        "look at `git worktree list`; one that is locked needs `git worktree unlock` first",
    )
}

/// Says whether nothing is lost with a worktree: it is as its commit, and its commit is on a branch.
///
/// As `git worktree remove` does, except that no program looks on.
async fn clean(spot: &Spot<'_>, there: &Repository, branch: Option<&str>, person: &Person) -> Result<(), ToolError> {
    let lost = |what: &str| {
        failed(
            format!("`{}` {what}", spot.shown()),
            "commit it there, or remove the worktree with `force`",
        )
    };
    if branch.is_none() {
        return Err(lost("is on no branch, so its commits may be nowhere else"));
    }
    let has_modules =
        std::fs::read_dir(there.git_dir().join("modules")).is_ok_and(|mut entries| entries.next().is_some());
    if has_modules {
        return Err(lost("holds the data of submodules, with what may be nowhere else"));
    }
    let base = base(there).await?;
    let view = View::open(there, person, None).await?;
    view.copy_index().await?;
    // What was touched and is as before counts as before; what is otherwise makes this fail, and shows below.
    view.attempt(Index::Next, &["update-index", "-q", "--refresh"], b"")
        .await?;
    let staged = [
        "diff-index",
        "--cached",
        "--name-only",
        "-z",
        "--ignore-submodules=none",
        &base,
        "--",
    ];
    let changed = ["diff-files", "--name-only", "-z", "--ignore-submodules=dirty", "--"];
    let others = ["ls-files", "-z", "--others", "--exclude-standard"];
    for (args, what) in [
        (&staged[..], "staged"),
        (&changed[..], "changed"),
        (&others[..], "untracked"),
    ] {
        let found = view.output(Index::Next, args, b"").await?;
        if let Some(path) = found.split(|byte| *byte == 0).next().filter(|path| !path.is_empty()) {
            return Err(lost(&format!(
                "has what is nowhere else: `{}` is {what}",
                String::from_utf8_lossy(path).escape_debug()
            )));
        }
    }
    let listed = view.output(Index::Next, &["ls-files", "-z", "--stage"], b"").await?;
    let (mut tokens, mut filled) = (Tokens::default(), None);
    tokens.feed(&listed, |entry| {
        let path = entry
            .iter()
            .position(|byte| *byte == b'\t')
            .map(|tab| path_of(&entry[tab + 1..]));
        let module =
            path.filter(|path| entry.starts_with(b"160000 ") && there.directory().join(path).join(".git").exists());
        filled = filled.take().or(module);
    });
    match filled {
        Some(module) => Err(lost(&format!(
            "holds the submodule `{}`, with what may be nowhere else",
            module.display()
        ))),
        None => Ok(()),
    }
}

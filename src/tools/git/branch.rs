//! `git.branch`: a branch that is new. One that is there is never moved.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{action, counted, failed, json, sink};
use super::process::Person;
use super::repository::Repository;
use super::view::{Index, View};
use super::{head, here, open_to_write};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, SideEffect, Touch};
use crate::policy::Situation;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Branch {
    /// Top directory of a worktree, or a bare repository, relative to the workspace.
    #[serde(default = "here")]
    repo: String,
    /// The branch, without `refs/heads/`.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// Where it begins: a branch, a tag or a commit id.
    #[serde(default = "head")]
    from: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct BranchOutput {
    /// The branch.
    name: String,
    /// Id of the commit that it is at.
    commit: String,
    /// Whether it was made; it was there, at this very commit, otherwise.
    created: bool,
}

/// The contract.
pub(super) fn spec() -> ActionSpec {
    ActionSpec {
        effect: EffectClass::Idempotent,
        weakest: EffectClass::Idempotent,
        sinks: vec![
            sink("repo", Touch::WritePath, Some(".")),
            sink("name", Touch::Id, None),
            sink("from", Touch::Id, Some("HEAD")),
        ],
        side_effect: Some(SideEffect::Reversible),
        field_trust: counted(&["/created"]),
        ..action::<Branch, BranchOutput>("branch", "Makes a branch; one that is there is never moved.")
    }
}

/// Makes a branch.
///
/// # Errors
/// It is there at another commit, or git cannot make it.
pub(super) async fn branch(params: Branch, situation: &Situation, person: &Person) -> Result<Value, ToolError> {
    let repository = open_to_write(situation, &params.repo).await?;
    repository.check_branch(&params.name).await?;
    let commit = repository.commit(&params.from).await?;
    let view = View::open(&repository, person, Some(&params.name)).await?;
    let created = make(&repository, &view, &params.name, &commit, &params.from).await?;
    Ok(json(&BranchOutput {
        name: params.name,
        commit,
        created,
    }))
}

/// Makes the branch `name` at `commit`, which `from` named; `false` where it is there, exactly so.
///
/// # Errors
/// It is there at another commit, or git cannot make it.
pub(super) async fn make(
    repository: &Repository,
    view: &View,
    name: &str,
    commit: &str,
    from: &str,
) -> Result<bool, ToolError> {
    let reference = format!("refs/heads/{name}");
    if let Some(at) = repository.reference(&reference).await? {
        return same(name, &at, commit);
    }
    let (note, nothing) = (format!("branch: Created from {from}"), "0".repeat(commit.len()));
    let args = ["update-ref", "--no-deref", "-m", &note, &reference, commit, &nothing];
    let ended = view.change(Index::Own, &args, b"").await?;
    if ended.ok {
        return Ok(true);
    }
    // Somebody may have been faster.
    match repository.reference(&reference).await? {
        Some(at) => same(name, &at, commit),
        None => Err(view.failure(&ended)),
    }
}

fn same(name: &str, at: &str, commit: &str) -> Result<bool, ToolError> {
    if at == commit {
        return Ok(false);
    }
    Err(failed(
        format!("the branch `{name}` is there already, at {at}, not at {commit}"),
        "choose another name, or begin at that commit; no branch is moved here",
    ))
}

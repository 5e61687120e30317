//! `git.diff`: what changed between two commits.

use std::collections::HashSet;
use std::ops::ControlFlow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{bad_argument, json};
use super::changes::{Change, Changes, Tokens};
use super::repository::{Range, Repository};
use super::{DIFF_MAX, PATCH, diff_bytes, files_listed, head, here, open};
use crate::policy::Situation;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Diff {
    /// Directory of the repository, relative to the workspace.
    #[serde(default = "here")]
    repo: String,
    /// `A..B`, or `A...B` for what B changed since both parted.
    #[serde(default)]
    range: String,
    /// Where to start, instead of a range.
    #[serde(default)]
    from: String,
    /// Where to end, with `from`.
    #[serde(default = "head")]
    to: String,
    /// Only these files and directories, relative to `repo`, literally; empty means all.
    #[serde(default)]
    #[schemars(length(max = 1_000))]
    paths: Vec<String>,
    /// The most files listed.
    #[serde(default = "files_listed")]
    #[schemars(range(max = 10_000))]
    files_max: usize,
    /// The most bytes of diff.
    #[serde(default = "diff_bytes")]
    #[schemars(range(min = 1, max = 1_048_576))]
    max_bytes: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct DiffOutput {
    /// Name of the repository's directory.
    repository: String,
    /// Id of the commit it starts from.
    from: String,
    /// Id of the commit it ends at.
    to: String,
    /// The first changed files, at most `files_max`.
    files: Vec<Change>,
    /// How many files changed.
    files_total: u64,
    /// Lines added.
    added: u64,
    /// Lines deleted.
    deleted: u64,
    /// Unified diff, cut at `max_bytes`.
    diff: String,
    /// Whether the diff was cut.
    truncated: bool,
}

/// Compares two commits.
///
/// # Errors
/// They are not given, or cannot be read.
pub(super) async fn diff(params: Diff, situation: &Situation) -> Result<Value, ToolError> {
    let repository = open(situation, &params.repo).await?;
    let (from, to) = ends(&repository, &params).await?;
    for path in &params.paths {
        if path.is_empty() || path.starts_with('/') || path.contains('\0') {
            return Err(bad_argument(
                format!(
                    "`{}` is not a path within `{}`",
                    path.escape_debug(),
                    repository.shown()
                ),
                "give paths relative to the repository",
            ));
        }
    }
    let paths = params.paths.iter().map(String::as_str);
    let mut args = vec![
        "diff-tree",
        "-r",
        "-z",
        "--raw",
        "--numstat",
        "--no-abbrev",
        "--find-renames",
    ];
    args.extend(["--no-ext-diff", "--no-textconv", &from, &to, "--"]);
    args.extend(paths.clone());
    let (mut tokens, mut changes) = (Tokens::default(), Changes::default());
    let mut seen = HashSet::new();
    repository
        .stream(&args, |piece| {
            tokens.feed(piece, |token| changes.take(token, params.files_max, &mut seen));
            ControlFlow::Continue(())
        })
        .await?;
    let mut args = PATCH.to_vec();
    args.extend([from.as_str(), &to, "--"]);
    args.extend(paths);
    let (diff, truncated) = repository.output(&args, params.max_bytes.min(DIFF_MAX)).await?;
    Ok(json(&DiffOutput {
        repository: repository.name(),
        files: changes.files,
        files_total: changes.total,
        added: changes.added,
        deleted: changes.deleted,
        diff: String::from_utf8_lossy(&diff).into_owned(),
        truncated,
        from,
        to,
    }))
}

/// The two commits that a diff compares.
async fn ends(repository: &Repository, params: &Diff) -> Result<(String, String), ToolError> {
    let both = bad_argument(
        "a diff needs two ends",
        "give `range` as `A..B` or `A...B`, or give `from` and `to`",
    );
    match (params.range.is_empty(), params.from.is_empty()) {
        (true, false) => {
            let from = repository.commit(&params.from).await?;
            Ok((from, repository.commit(&params.to).await?))
        }
        (false, true) => match repository.range(&params.range).await? {
            Range::Between { from, to } => Ok((from, to)),
            Range::Symmetric { from, to } => Ok((repository.merge_base(&from, &to).await?, to)),
            Range::Empty | Range::Reachable(_) => Err(both),
        },
        (true, true) | (false, false) => Err(both),
    }
}

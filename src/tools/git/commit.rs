//! `git.commit`: the present content of some paths, as a commit on the branch that is checked out.
//!
//! ```text
//! objects (nobody sees them) → index of the worktree → branch, where it is still at the commit before this one
//! ```
//!
//! What else is staged stays so. Where the branch moved meanwhile, the paths stay staged and nothing is committed.
//! Never amends, signs, merges, or runs a hook.

use std::collections::HashSet;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{action, bad_argument, counted, failed, json, sink};
use super::super::fs::{inside, protected, shown};
use super::changes::{Change, Changes, Tokens};
use super::content::content;
use super::process::Person;
use super::repository::Repository;
use super::settings::Identity;
use super::staged::base;
use super::view::{Index, View};
use super::{files_listed, here, open_to_write};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, SideEffect, Touch};
use crate::policy::Situation;

/// The most bytes of all paths together: they are arguments of git.
const PATHS_MAX: usize = 512 * 1024;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Commit {
    /// Top directory of a worktree, relative to the workspace.
    #[serde(default = "here")]
    repo: String,
    /// Files and directories of that worktree, relative to the workspace, literally. What is new there and not left
    /// out by `.gitignore` is taken as well, what is gone there goes.
    #[schemars(length(min = 1, max = 1_000))]
    paths: Vec<String>,
    /// The message: a line that says what changes, an empty line, and why.
    #[schemars(length(min = 1, max = 20_000))]
    message: String,
    /// Who wrote it; else who `author` and `user` name in the settings of the repository and the person.
    #[serde(default)]
    author: Option<Author>,
    /// Whether there is a commit even where nothing changed.
    #[serde(default)]
    allow_empty: bool,
    /// The most files listed.
    #[serde(default = "files_listed")]
    #[schemars(range(max = 10_000))]
    files_max: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Author {
    /// The name.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// The address.
    #[schemars(length(min = 1, max = 200))]
    email: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Committed {
    /// Id of the commit.
    commit: String,
    /// Id of the one that it follows; null for the first.
    parent: Option<String>,
    /// Id of its tree.
    tree: String,
    /// The branch that it is on.
    branch: String,
    /// The first changed files, at most `files_max`.
    files: Vec<Change>,
    /// How many files changed.
    files_total: u64,
    /// Whether more files changed than are listed.
    files_truncated: bool,
    /// Lines added.
    added: u64,
    /// Lines deleted.
    deleted: u64,
}

/// The contract.
pub(super) fn spec() -> ActionSpec {
    ActionSpec {
        // The second time it finds nothing to commit, or what somebody changed meanwhile.
        effect: EffectClass::External,
        weakest: EffectClass::External,
        sinks: vec![
            sink("repo", Touch::WritePath, Some(".")),
            sink("/paths/*", Touch::ReadPath, None),
        ],
        // Nothing is lost with a commit: the branch can be set back, and the files are as they were.
        side_effect: Some(SideEffect::Reversible),
        field_trust: counted(&[
            "/commit",
            "/tree",
            "/files_total",
            "/files_truncated",
            "/added",
            "/deleted",
        ]),
        ..action::<Commit, Committed>(
            "commit",
            "Commits the present content of some paths; what else is staged stays staged.",
        )
    }
}

/// Commits.
///
/// # Errors
/// There is nothing to commit, something that is never committed here, or the branch moved meanwhile.
pub(super) async fn commit(params: Commit, situation: &Situation, person: &Person) -> Result<Value, ToolError> {
    let repository = open_to_write(situation, &params.repo).await?;
    let prepared = prepare(&repository, &params, situation, person).await?;
    publish(&repository, &prepared).await?;
    Ok(json(&prepared.output))
}

/// A commit that no branch leads to yet.
#[derive(Debug)]
pub(super) struct Prepared {
    view: View,
    reference: String,
    subject: String,
    staged: Vec<u8>,
    output: Committed,
}

/// Writes the commit, which nobody sees yet.
pub(super) async fn prepare(
    repository: &Repository,
    params: &Commit,
    situation: &Situation,
    person: &Person,
) -> Result<Prepared, ToolError> {
    let message = message(&params.message)?;
    let branch = branch(repository).await?;
    settled(repository).await?;
    let view = View::open(repository, person, Some(&branch)).await?;
    if let Some(key) = view.settings().unread_patterns() {
        return Err(failed(
            format!(
                "`{key}` of `{}` names a file that is not read here, so what it leaves out or filters is not known",
                repository.shown()
            ),
            "commit with git itself, or put the patterns into `.gitignore` or `.gitattributes`",
        ));
    }
    let view = signed(view, params.author.as_ref(), repository.shown())?;
    let paths = paths(repository, &params.paths, situation)?;
    let reference = format!("refs/heads/{branch}");
    let parent = repository.reference(&reference).await?;
    let base = match &parent {
        Some(parent) => parent.clone(),
        None => base(repository).await?,
    };
    let content = content(&view, parent.as_deref(), &base, &paths).await?;
    if content.is_same && !params.allow_empty {
        return Err(failed(
            "there is nothing to commit: these paths are as the last commit has them",
            "look at `git.staged` and `git.diff`, or set `allow_empty`",
        ));
    }
    let mut args = vec!["commit-tree", &content.tree];
    if let Some(parent) = &parent {
        args.extend(["-p", parent]);
    }
    args.extend(["-F", "-"]);
    let commit = view.id(Index::Own, &args, message.as_bytes()).await?;
    let changes = changes(&view, &base, &content.tree, params.files_max).await?;
    let listed = changes.files.len() as u64;
    Ok(Prepared {
        view,
        reference,
        subject: message.lines().next().unwrap_or_default().to_owned(),
        staged: content.staged,
        output: Committed {
            commit,
            parent,
            tree: content.tree,
            branch,
            files: changes.files,
            files_total: changes.total,
            files_truncated: listed < changes.total,
            added: changes.added,
            deleted: changes.deleted,
        },
    })
}

/// Brings the index to what is committed, and the branch to the commit.
///
/// The index goes first: were it last, and git stopped in between, the commit after this one would take it back.
///
/// # Errors
/// The branch is not where it was any more, or git cannot write there.
pub(super) async fn publish(repository: &Repository, prepared: &Prepared) -> Result<(), ToolError> {
    let Prepared {
        view,
        reference,
        output,
        ..
    } = prepared;
    let on = branch(repository).await?;
    if on != output.branch {
        return Err(failed(
            format!(
                "`{on}` was checked out while this was about to be committed on `{}`",
                output.branch
            ),
            "commit again; nothing was changed",
        ));
    }
    if !prepared.staged.is_empty() {
        let args = ["update-index", "-z", "--index-info"];
        let ended = view.change(Index::Own, &args, &prepared.staged).await?;
        if !ended.ok {
            return Err(view.failure(&ended));
        }
        // So that nobody has to read the files again to see that they are as committed. It fails where others are not.
        view.change(Index::Own, &["update-index", "-q", "--refresh"], b"")
            .await?;
    }
    let kind = if output.parent.is_some() {
        "commit"
    } else {
        "commit (initial)"
    };
    let note = format!("{kind}: {}", prepared.subject);
    let nothing = "0".repeat(output.commit.len());
    let before = output.parent.as_deref().unwrap_or(&nothing);
    let args = [
        "update-ref",
        "--no-deref",
        "-m",
        &note,
        reference,
        &output.commit,
        before,
    ];
    let ended = view.change(Index::Own, &args, b"").await;
    let ended = ended.map_err(|error| ToolError::Uncertain(Box::new(error)))?;
    if ended.ok {
        return Ok(());
    }
    let now = repository.reference(reference).await?;
    if now.as_ref() == Some(&output.commit) {
        return Ok(());
    }
    if now == output.parent {
        return Err(view.failure(&ended));
    }
    Err(failed(
        format!(
            "the branch `{}` moved to {} while this was about to follow {}: nothing is committed",
            output.branch,
            now.as_deref().unwrap_or("nothing"),
            before
        ),
        "look at what came, and commit again; the paths are staged",
    ))
}

/// The message as git keeps it: no empty lines around it, one line end.
fn message(text: &str) -> Result<String, ToolError> {
    let message = text.trim_end().trim_start_matches(['\n', '\r']);
    if message.trim().is_empty() || message.contains('\0') {
        return Err(bad_argument(
            "a message needs words, and no NUL character",
            "say in a line what changes",
        ));
    }
    Ok(format!("{message}\n"))
}

/// The branch that is checked out.
async fn branch(repository: &Repository) -> Result<String, ToolError> {
    if repository.top().is_none() {
        return Err(failed(
            format!("`{}` is bare: it has no files to commit", repository.shown()),
            "give a worktree",
        ));
    }
    let (line, ended) = repository.line(&["symbolic-ref", "--quiet", "HEAD"]).await?;
    let name = String::from_utf8_lossy(&line).into_owned();
    match name.strip_prefix("refs/heads/") {
        Some(branch) if ended.ok => Ok(branch.to_owned()),
        Some(_) | None => Err(failed(
            format!(
                "no branch is checked out in `{}`: a commit there would be lost",
                repository.shown()
            ),
            "make a worktree with a branch, or check one out",
        )),
    }
}

/// Says whether nothing is in progress that a commit would be a part of.
async fn settled(repository: &Repository) -> Result<(), ToolError> {
    let mut under_way = None;
    for (name, what) in [
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
    ] {
        let (_, ended) = repository.line(&["rev-parse", "--verify", "--quiet", name]).await?;
        under_way = under_way.or(ended.ok.then_some(what));
    }
    for (name, what) in [
        ("rebase-merge", "rebase"),
        ("rebase-apply/applying", "am"),
        ("rebase-apply", "rebase"),
        ("sequencer", "cherry-pick or revert"),
    ] {
        under_way = under_way.or(repository.git_dir().join(name).exists().then_some(what));
    }
    match under_way {
        Some(what) => Err(failed(
            format!("a {what} is in progress in `{}`", repository.shown()),
            format!(
                "end it, or give it up with `git {} --abort`",
                what.split(' ').next().unwrap_or(what)
            ),
        )),
        None => Ok(()),
    }
}

/// The view with the names that the commit carries.
fn signed(view: View, author: Option<&Author>, shown: &str) -> Result<View, ToolError> {
    let given = author.map(|author| Identity {
        name: author.name.trim().to_owned(),
        email: author.email.trim().to_owned(),
    });
    let is_name = |text: &str| !text.is_empty() && !text.contains(['<', '>']) && !text.chars().any(char::is_control);
    if let Some(given) = given
        .as_ref()
        .filter(|given| !is_name(&given.name) || !is_name(&given.email))
    {
        return Err(bad_argument(
            format!(
                "`{} <{}>` names no author",
                given.name.escape_debug(),
                given.email.escape_debug()
            ),
            "give a name and an address, without `<`, `>` and control characters",
        ));
    }
    let written = given.clone().or_else(|| view.settings().identity("author"));
    let committed = view.settings().identity("committer").or(given);
    let (Some(author), Some(committer)) = (written, committed) else {
        return Err(failed(
            format!("nobody is named as the author of a commit in `{shown}`"),
            "give `author`, or set `git config user.name` and `git config user.email`",
        ));
    };
    let view = view.with("author", &author.name, &author.email);
    Ok(view.with("committer", &committer.name, &committer.email))
}

/// The paths relative to the worktree's top.
fn paths(repository: &Repository, paths: &[String], situation: &Situation) -> Result<Vec<String>, ToolError> {
    let top = repository.top().unwrap_or(repository.directory());
    let mut found = Vec::with_capacity(paths.len());
    for path in paths {
        let relative = inside(situation, path)?;
        let within = situation.workspace.join(&relative);
        let within = within.strip_prefix(top).ok().and_then(Path::to_str);
        let Some(within) = within else {
            return Err(failed(
                format!("`{path}` lies outside `{}`", repository.shown()),
                "paths are relative to the workspace, and lie in the worktree that is committed",
            ));
        };
        if let Some(part) = protected(&relative) {
            return Err(failed(
                format!("`{part}` in the workspace is never committed by a tool"),
                "name the paths beside it",
            ));
        }
        foreign(top, Path::new(within), repository)?;
        found.push(if within.is_empty() { here() } else { within.to_owned() });
    }
    if found.iter().map(String::len).sum::<usize>() > PATHS_MAX {
        return Err(bad_argument(
            format!("the paths are longer than {PATHS_MAX} bytes together"),
            "name their directory",
        ));
    }
    Ok(found)
}

/// Says whether `path` lies in the worktree itself: not behind a link, nor in a repository of its own.
fn foreign(top: &Path, path: &Path, repository: &Repository) -> Result<(), ToolError> {
    for part in path.ancestors().filter(|part| !part.as_os_str().is_empty()) {
        let place = top.join(part);
        if part != path && place.is_symlink() {
            return Err(failed(
                format!("`{}` leads through the symbolic link `{}`", shown(path), shown(part)),
                "give the path that it leads to, where that lies in the worktree",
            ));
        }
        if !place.is_symlink() && place.join(".git").symlink_metadata().is_ok() {
            return Err(failed(
                format!(
                    "`{}` in `{}` is a repository or a worktree of its own",
                    shown(part),
                    repository.shown()
                ),
                "give it as `repo`, or name the paths beside it",
            ));
        }
    }
    Ok(())
}

/// What differs between two trees.
async fn changes(view: &View, from: &str, to: &str, files_max: usize) -> Result<Changes, ToolError> {
    let mut args = vec![
        "diff-tree",
        "-r",
        "-z",
        "--raw",
        "--numstat",
        "--no-abbrev",
        "--find-renames",
    ];
    args.extend(["--no-ext-diff", "--no-textconv", from, to, "--"]);
    let listed = view.output(Index::Own, &args, b"").await?;
    let (mut tokens, mut changes, mut seen) = (Tokens::default(), Changes::default(), HashSet::new());
    tokens.feed(&listed, |token| changes.take(token, files_max, &mut seen));
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_keeps_its_lines_and_loses_what_is_around_them() {
        let kept = |text: &str| message(text).unwrap();
        assert_eq!(
            kept("\n\n  fix: x\n\nWhy.\n# no comment\n\n\n"),
            "  fix: x\n\nWhy.\n# no comment\n"
        );
        assert_eq!(kept("одно"), "одно\n");
        for empty in ["", " \n\t", "\0", "a\0b"] {
            assert!(message(empty).is_err(), "{empty:?}");
        }
    }
}

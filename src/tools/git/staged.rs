//! `git.staged`: what the next commit would change, and the names that a message about it may use.

use std::collections::{BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::json;
use super::changes::{Change, Changes, Tokens};
use super::repository::Repository;
use super::{DIFF_MAX, diff_bytes, files_listed, here, open};
use crate::policy::Situation;

/// Names of one kind that are listed.
const NAMES: usize = 40;
/// Bytes of the diff that names are taken from.
const READ: usize = 4 * DIFF_MAX;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Staged {
    /// Directory of the repository, relative to the workspace.
    #[serde(default = "here")]
    repo: String,
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
pub(super) struct StagedOutput {
    /// Name of the repository's directory.
    repository: String,
    /// Branch that is checked out; null when the head is detached.
    branch: Option<String>,
    /// Whether nothing is staged.
    empty: bool,
    /// The first changed files, at most `files_max`.
    files: Vec<Change>,
    /// How many files changed.
    files_total: u64,
    /// Lines added.
    added: u64,
    /// Lines deleted.
    deleted: u64,
    /// The deepest directory that all listed files lie in; empty for the repository's own.
    directory: String,
    /// What the changed lines define: functions, types, modules; the first 40 of each kind.
    names: Names,
    /// Unified diff, cut at `max_bytes`.
    diff: String,
    /// Whether the diff was cut.
    truncated: bool,
}

/// Names of what a diff defines.
#[derive(Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Names {
    /// Defined by added lines only.
    added: Vec<String>,
    /// Defined by deleted lines only.
    deleted: Vec<String>,
    /// Defined by both, or named by git as what surrounds a change.
    changed: Vec<String>,
}

/// Lists what is staged.
pub(super) async fn staged(params: Staged, situation: &Situation) -> Result<Value, ToolError> {
    let repository = open(situation, &params.repo).await?;
    let base = base(&repository).await?;
    let args = [
        "diff-index",
        "--cached",
        "-r",
        "-z",
        "--raw",
        "--numstat",
        "--no-abbrev",
        "--find-renames",
        "--no-ext-diff",
        "--no-textconv",
        &base,
        "--",
    ];
    let (mut tokens, mut changes) = (Tokens::default(), Changes::default());
    let mut seen = HashSet::new();
    repository
        .stream(&args, |piece| {
            tokens.feed(piece, |token| changes.take(token, params.files_max, &mut seen));
            ControlFlow::Continue(())
        })
        .await?;
    let patch = [
        "diff-index",
        "--cached",
        "-p",
        "-r",
        "--find-renames",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--submodule=short",
        &base,
        "--",
    ];
    let (bytes, cut) = repository.output(&patch, READ).await?;
    let diff = String::from_utf8_lossy(&bytes).into_owned();
    let most = params.max_bytes.min(DIFF_MAX);
    let truncated = cut || diff.len() > most;
    Ok(json(&StagedOutput {
        repository: repository.name(),
        branch: repository.branch().await?,
        empty: changes.total == 0,
        directory: common(changes.files.iter().map(|file| file.path.as_str())),
        names: names(&diff),
        files: changes.files,
        files_total: changes.total,
        added: changes.added,
        deleted: changes.deleted,
        diff: diff[..diff.floor_char_boundary(most)].to_owned(),
        truncated,
    }))
}

/// What the index is compared with: the head, or nothing at all before the first commit.
///
/// # Errors
/// Git cannot be run.
pub(super) async fn base(repository: &Repository) -> Result<String, ToolError> {
    if let Some(head) = repository.head().await? {
        return Ok(head);
    }
    let (id, _) = repository
        .output(&["hash-object", "-t", "tree", "/dev/null"], 128)
        .await?;
    Ok(String::from_utf8_lossy(&id).trim().to_owned())
}

/// The deepest directory of all `paths`.
fn common<'a>(mut paths: impl Iterator<Item = &'a str>) -> String {
    let folders = |path: &'a str| -> Vec<&'a str> {
        let parts: Vec<&str> = path.split('/').collect();
        parts[..parts.len() - 1].to_vec()
    };
    let Some(first) = paths.next() else {
        return String::new();
    };
    let mut shared = folders(first);
    for path in paths {
        let same = shared.iter().zip(folders(path)).take_while(|(a, b)| **a == *b).count();
        shared.truncate(same);
    }
    shared.join("/")
}

/// A definition in most languages with braces, in Python, and in shells: what it defines is the last group.
static DEFINITION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let before = r"(?:(?:pub(?:\([a-z: ]+\))?|export|default|public|private|protected|internal|static|final|abstract|async|unsafe|extern|inline|override|open|sealed|data|const) +)*";
    let kinds = r"(?:fn|struct|enum|trait|union|mod|macro_rules!|type|class|interface|record|object|def|func|function|module|namespace|protocol|extension|impl)";
    Regex::new(&format!(
        r"^\s*{before}{kinds}\s+(?:\([^)]*\)\s*)?([A-Za-z_][A-Za-z0-9_]*)"
    ))
    .ok()
});

fn defined(line: &str) -> Option<&str> {
    let found = DEFINITION.as_ref()?.captures(line)?;
    found.get(1).map(|name| name.as_str())
}

/// What the lines of a diff define.
fn names(diff: &str) -> Names {
    let (mut added, mut deleted, mut around) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut order = Vec::new();
    for line in diff.lines() {
        let (into, text) = match line.as_bytes().first() {
            Some(b'+') if !line.starts_with("+++") => (&mut added, &line[1..]),
            Some(b'-') if !line.starts_with("---") => (&mut deleted, &line[1..]),
            Some(b'@') => (&mut around, line.splitn(3, "@@").nth(2).unwrap_or_default()),
            _ => continue,
        };
        if let Some(name) = defined(text)
            && into.insert(name)
        {
            order.push(name);
        }
    }
    let mut seen = HashSet::new();
    order.retain(|name| seen.insert(*name));
    let listed = |wanted: &dyn Fn(&str) -> bool| -> Vec<String> {
        let fitting = order.iter().filter(|name| wanted(name));
        fitting.take(NAMES).map(|name| (*name).to_owned()).collect()
    };
    let is_changed = |name: &str| added.contains(name) == deleted.contains(name);
    Names {
        added: listed(&|name| added.contains(name) && !deleted.contains(name)),
        deleted: listed(&|name| deleted.contains(name) && !added.contains(name)),
        changed: listed(&is_changed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_lines_define_and_git_says_surrounds_them() {
        let diff = "--- a/x.rs\n+++ b/x.rs\n@@ -1,3 +1,4 @@ impl Engine {\n+pub(crate) async fn drive(&self) {}\n-fn steer() {}\n\
                    -struct Old;\n+struct Old { a: u8 }\n+++ not a file\n@@ -9 +9 @@ class Tree(Base):\n+    def grow(self):\n\
                    +func (s *Server) Serve() {\n+let fnord = 1;\n@@ -1 +1 @@\n";
        let names = names(diff);
        assert_eq!(names.added, ["drive", "grow", "Serve"]);
        assert_eq!(names.deleted, ["steer"]);
        assert_eq!(names.changed, ["Engine", "Old", "Tree"]);
    }

    #[test]
    fn the_directory_is_the_deepest_that_all_share() {
        let of = |paths: &[&str]| common(paths.iter().copied());
        assert_eq!(of(&["src/cli/a.rs", "src/cli/b/c.rs"]), "src/cli");
        assert_eq!(of(&["src/a.rs"]), "src");
        assert_eq!(of(&["a.rs", "src/a.rs"]), "");
        assert_eq!(of(&[]), "");
    }
}

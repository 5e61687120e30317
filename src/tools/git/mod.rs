//! The tool `git`: what happened in a repository of the workspace, and the steps with which a change is prepared in it.
//!
//! ```text
//! reading  arguments → Repository (inside the workspace, revisions as ids) → one git child → streamed parser
//! writing  arguments → Repository → View (its data without its settings) → git children, one after the other
//! ```
//!
//! Five actions read. `branch`, `worktree`, `unworktree` and `commit` write: a branch that is new, a commit on
//! the branch that is checked out, a worktree beside the others. Nothing is ever merged, rewritten or sent: no
//! action touches the network or runs what a repository names, be it a hook, a filter, an editor or a program
//! that signs. Every output is bounded.

mod branch;
mod changes;
pub(super) mod checkout;
mod commit;
mod content;
mod diff;
mod history;
mod process;
mod repository;
mod settings;
mod spot;
mod staged;
mod view;
mod worktree;

use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contract::{action, arguments, bad_argument, counted, json, no_such_action, shared, sink};
use super::fs::{inside, writable};
use super::{Call, Calling, Checking, Health, Output, Tool, ToolError};
use crate::capsule::tool_spec::{ActionSpec, ToolSpec, Touch};
use crate::policy::Situation;

use history::{Commit, Extent, Totals, walk};
use process::{Person, Program};
use repository::{Range, Repository};

/// The tool.
#[derive(Debug)]
pub struct Git {
    spec: Arc<ToolSpec>,
    person: Person,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Log {
    /// Directory of the repository, relative to the workspace.
    #[serde(default = "here")]
    repo: String,
    /// `A..B`, `A...B` or `A`; empty means everything that the head reaches.
    #[serde(default)]
    range: String,
    /// The most commits, newest first; 0 means all.
    #[serde(default)]
    limit: u64,
    /// The most files listed for each commit.
    #[serde(default = "files_listed")]
    #[schemars(range(max = 10_000))]
    files_max: usize,
    /// The most characters of each message body.
    #[serde(default = "body_characters")]
    #[schemars(range(max = 20_000))]
    body_max: usize,
}

fn here() -> String {
    ".".to_owned()
}

fn files_listed() -> usize {
    200
}

fn body_characters() -> usize {
    2_000
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct LogOutput {
    /// Name of the repository's directory.
    repository: String,
    /// Id of the commit that is checked out; null before the first.
    head: Option<String>,
    /// Branch that is checked out; null when the head is detached.
    branch: Option<String>,
    /// The range as given.
    range: String,
    /// Whether the repository has no commit yet.
    empty: bool,
    /// Whether its history was cut when it was cloned.
    shallow: bool,
    /// How many commits the range has.
    total: u64,
    /// Whether it has more commits than are listed.
    truncated: bool,
    /// Sums over the listed commits.
    totals: Totals,
    /// The commits, newest first.
    commits: Vec<Commit>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Stat {
    /// Directory of the repository, relative to the workspace.
    #[serde(default = "here")]
    repo: String,
    /// `A..B`, `A...B` or `A`; empty means everything that the head reaches.
    #[serde(default)]
    range: String,
    /// The most commits, newest first; 0 means all.
    #[serde(default)]
    limit: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct StatOutput {
    /// Name of the repository's directory.
    repository: String,
    /// The range as given.
    range: String,
    /// Whether the repository has no commit yet.
    empty: bool,
    /// How many commits the range has.
    total: u64,
    /// Whether it has more commits than were summed.
    truncated: bool,
    /// The sums.
    totals: Totals,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Show {
    /// Directory of the repository, relative to the workspace.
    #[serde(default = "here")]
    repo: String,
    /// A branch, a tag or a commit id.
    #[serde(default = "head")]
    rev: String,
    /// The most bytes of diff.
    #[serde(default = "diff_bytes")]
    #[schemars(range(min = 1, max = 1_048_576))]
    max_bytes: usize,
}

fn head() -> String {
    "HEAD".to_owned()
}

fn diff_bytes() -> usize {
    65_536
}

/// The most bytes of a diff.
const DIFF_MAX: usize = 1_048_576;

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ShowOutput {
    /// Name of the repository's directory.
    repository: String,
    /// The commit; a merge lists what it changed against its first parent.
    commit: Commit,
    /// Unified diff against the first parent, cut at `max_bytes`.
    diff: String,
    /// Whether the diff was cut.
    truncated: bool,
}

impl Git {
    /// The tool; the binary is looked up at each call.
    pub fn new() -> Self {
        let sinks = vec![sink("repo", Touch::ReadPath, Some("."))];
        let sums = [
            "/empty",
            "/total",
            "/truncated",
            "/totals/commits",
            "/totals/merges",
            "/totals/files",
            "/totals/added",
            "/totals/deleted",
            "/totals/authors_total",
        ];
        let log = ActionSpec {
            sinks: sinks.clone(),
            field_trust: counted(&[&sums[..], &["/shallow"]].concat()),
            ..action::<Log, LogOutput>("log", "Lists the commits of a range with the files they changed.")
        };
        let stat = ActionSpec {
            sinks: sinks.clone(),
            field_trust: counted(&sums),
            ..action::<Stat, StatOutput>("stat", "Sums up the commits of a range.")
        };
        let show = ActionSpec {
            sinks: sinks.clone(),
            field_trust: counted(&["/truncated"]),
            ..action::<Show, ShowOutput>("show", "Shows one commit with its diff.")
        };
        let staged = ActionSpec {
            sinks: sinks.clone(),
            field_trust: counted(&["/empty", "/files_total", "/added", "/deleted", "/truncated"]),
            ..action::<staged::Staged, staged::StagedOutput>(
                "staged",
                "Shows what is staged for the next commit, and what its lines define.",
            )
        };
        let diff = ActionSpec {
            sinks,
            field_trust: counted(&["/files_total", "/added", "/deleted", "/truncated"]),
            ..action::<diff::Diff, diff::DiffOutput>("diff", "Shows what changed between two commits.")
        };
        Self {
            spec: shared("git", || ToolSpec {
                name: "git".to_owned(),
                version: "1.3.0".to_owned(),
                summary: "Reads git repositories of the workspace, and prepares changes: worktrees, branches, commits."
                    .to_owned(),
                actions: vec![
                    log,
                    show,
                    diff,
                    stat,
                    staged,
                    branch::spec(),
                    worktree::spec(),
                    worktree::spec_of_removal(),
                    commit::spec(),
                ],
            }),
            person: Person::here(),
        }
    }

    async fn run(&self, verb: &str, args: &Value, situation: &Situation) -> Result<Value, ToolError> {
        match verb {
            "log" => log(arguments(args)?, situation).await,
            "stat" => stat(arguments(args)?, situation).await,
            "show" => show(arguments(args)?, situation).await,
            "diff" => diff::diff(arguments(args)?, situation).await,
            "staged" => staged::staged(arguments(args)?, situation).await,
            "branch" => branch::branch(arguments(args)?, situation, &self.person).await,
            "worktree" => worktree::worktree(arguments(args)?, situation, &self.person).await,
            "unworktree" => worktree::unworktree(arguments(args)?, situation, &self.person).await,
            "commit" => commit::commit(arguments(args)?, situation, &self.person).await,
            other => Err(no_such_action(&self.spec, other)),
        }
    }
}

impl Default for Git {
    fn default() -> Self {
        Self::new()
    }
}

impl Tool for Git {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        Box::pin(async move {
            Ok(Output {
                value: self.run(call.verb, call.args, call.situation).await?,
                artifacts: Vec::new(),
            })
        })
    }

    fn health(&self) -> Checking<'_> {
        let found = Program::find(std::env::var_os("PATH").as_deref(), Path::new("/nonexistent"));
        let health = match found {
            Ok(program) => Health::ready(format!("git is {}", program.file().display())),
            Err(ToolError::Failed { message, hint }) => Health::not_ready(message, hint),
            Err(error) => Health::not_ready(error.to_string(), ""),
        };
        Box::pin(std::future::ready(health))
    }
}

async fn open(situation: &Situation, repo: &str) -> Result<Repository, ToolError> {
    let relative = inside(situation, repo)?;
    let path = std::env::var_os("PATH");
    let program = Program::find(path.as_deref(), &situation.workspace)?;
    Repository::open(program, &situation.workspace, &relative).await
}

/// Opens a repository that is about to be written.
async fn open_to_write(situation: &Situation, repo: &str) -> Result<Repository, ToolError> {
    writable(&inside(situation, repo)?)?;
    open(situation, repo).await
}

async fn log(params: Log, situation: &Situation) -> Result<Value, ToolError> {
    let repository = open(situation, &params.repo).await?;
    let head = repository.head().await?;
    let range = repository.range(&params.range).await?;
    let total = repository.count(&range).await?;
    let extent = Extent {
        commits: params.limit,
        files: params.files_max,
        body: params.body_max,
        merges: false,
    };
    // Each commit becomes JSON at once: holding both forms of all of them would double the memory.
    let mut commits = Vec::new();
    let totals = walk(&repository, &range, extent, |commit| commits.push(json(&commit))).await?;
    let mut output = json(&LogOutput {
        repository: repository.name(),
        branch: repository.branch().await?,
        range: params.range,
        empty: head.is_none(),
        head,
        shallow: repository.shallow().await?,
        total,
        truncated: totals.commits < total,
        totals,
        commits: Vec::new(),
    });
    output["commits"] = Value::Array(commits);
    Ok(output)
}

async fn stat(params: Stat, situation: &Situation) -> Result<Value, ToolError> {
    let repository = open(situation, &params.repo).await?;
    let range = repository.range(&params.range).await?;
    let total = repository.count(&range).await?;
    let extent = Extent {
        commits: params.limit,
        files: 0,
        body: 0,
        merges: false,
    };
    let totals = walk(&repository, &range, extent, |_| ()).await?;
    Ok(json(&StatOutput {
        repository: repository.name(),
        range: params.range,
        empty: repository.head().await?.is_none(),
        total,
        truncated: totals.commits < total,
        totals,
    }))
}

/// What every textual diff is asked for: plumbing, which reads no display settings, and no programs.
const PATCH: [&str; 8] = [
    "diff-tree",
    "-p",
    "-r",
    "--find-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--submodule=short",
];

async fn show(params: Show, situation: &Situation) -> Result<Value, ToolError> {
    let repository = open(situation, &params.repo).await?;
    let id = repository.commit(&params.rev).await?;
    let extent = Extent {
        commits: 1,
        files: files_listed(),
        body: body_characters(),
        merges: true,
    };
    let mut found = None;
    walk(&repository, &Range::Reachable(id.clone()), extent, |commit| {
        found = Some(commit)
    })
    .await?;
    let commit = found.ok_or_else(|| bad_argument(format!("`{}` shows nothing", params.rev), "give a commit"))?;
    let mut args = PATCH.to_vec();
    args.extend(["--root", "--no-commit-id", "--diff-merges=first-parent", &id, "--"]);
    let (diff, truncated) = repository.output(&args, params.max_bytes.min(DIFF_MAX)).await?;
    Ok(json(&ShowOutput {
        repository: repository.name(),
        commit,
        diff: String::from_utf8_lossy(&diff).into_owned(),
        truncated,
    }))
}

#[cfg(test)]
mod tests;

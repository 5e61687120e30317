//! `somagent policy test`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use crate::exit::Exit;
use crate::policy::rego::{Rego, TestOutcome};
use crate::sight::amount::counted;

/// What the files of tests are called.
const TESTS: &str = "_test.rego";

/// Run the tests of policies in Rego, as OPA runs them
///
/// Takes modules (`*.rego`) and their tests (`*_test.rego`), or directories of both. A rule called `test_…` passes when
/// it is true: false, undefined and errors fail it; one called `todo_test_…` is not run. Each test has the limits of a
/// judgement. Ends with 3 when one fails.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and directories
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A file cannot be read, the modules are no policy, or there are no tests.
pub fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let mut texts = Vec::new();
    for path in &args.paths {
        collect(path, &mut texts)?;
    }
    let (tests, modules): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(name, _)| name.ends_with(TESTS));
    let rego = Rego::parse(&modules).map_err(|error| {
        Failure::new(Exit::Usage, "policy_malformed", error.to_string()).hint("correct the module at that place")
    })?;
    let outcomes = rego.test(&tests);
    if outcomes.is_empty() {
        return Err(Failure::new(
            Exit::Usage,
            "no_tests",
            "there is no rule called `test_…` in a `*_test.rego`",
        )
        .hint("give the files of the tests, too"));
    }
    let failed = outcomes.iter().filter(|outcome| outcome.failed()).count();
    match output.format() {
        Format::Table => {
            outcomes.iter().try_for_each(|outcome| output.text(&shown(outcome)))?;
            output.line(&format!("{}, {failed} failed", counted(outcomes.len(), "test")))?;
        }
        Format::Json | Format::Jsonl => {
            output.values(outcomes.iter().map(|outcome| json!(outcome)).collect())?;
        }
    }
    Ok(if failed == 0 { Exit::Succeeded } else { Exit::Failed })
}

fn collect(path: &Path, texts: &mut Vec<(String, String)>) -> Result<(), Failure> {
    let unreadable = |reason: std::io::Error| {
        let message = format!("cannot read `{}`: {reason}", path.display());
        Failure::new(Exit::NotFound, "unreadable", message).hint("give `*.rego` files, or directories of them")
    };
    if path.is_dir() {
        let entries = fs::read_dir(path).map_err(unreadable)?;
        let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        inside.sort();
        let modules = inside
            .iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "rego"));
        return modules.into_iter().try_for_each(|path| collect(path, texts));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    texts.push((name, fs::read_to_string(path).map_err(unreadable)?));
    Ok(())
}

fn shown(outcome: &TestOutcome) -> String {
    let sign = match (outcome.ran, outcome.passed) {
        (false, _) => "todo",
        (true, true) => "ok",
        (true, false) => "FAIL",
    };
    let (name, file) = (harmless(&outcome.name), harmless(&outcome.file));
    let detail = match outcome.detail.as_str() {
        "" => String::new(),
        detail => format!("  {}", harmless(detail)),
    };
    format!("{sign:<5}{name}  {file}{detail}\n")
}

//! `llama-bench` of llama.cpp, asked to measure the same file.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::super::super::failure::Failure;
use super::{Plan, Rates};
use crate::exit::Exit;

/// Runs `program` once on the model at `path`.
///
/// # Errors
/// It cannot be started, fails, or says something else than `llama-bench -o json` does.
pub(super) fn measure(program: &Path, path: &Path, plan: &Plan) -> Result<Rates, Failure> {
    let failed = |exit: Exit, why: String| {
        Failure::new(exit, "peer_failed", format!("`{}`: {why}", program.display()))
            .hint("give --peer the path of `llama-bench`, which llama.cpp is built with")
    };
    let ended = Command::new(program)
        .arg("-m")
        .arg(path)
        .args(["-p", &plan.prompt.to_string(), "-n", &plan.output.to_string()])
        .args(["-t", &plan.threads.to_string(), "-r", "1", "-o", "json"])
        .stdin(Stdio::null())
        .output();
    let ended = ended.map_err(|error| match error.kind() {
        ErrorKind::NotFound => failed(Exit::NotFound, "there is no such program".to_owned()),
        _ => failed(Exit::Usage, error.to_string()),
    })?;
    if !ended.status.success() {
        let text = String::from_utf8_lossy(&ended.stderr).into_owned();
        let last = text.lines().rev().find(|line| !line.trim().is_empty());
        let why = last.map_or_else(|| ended.status.to_string(), str::to_owned);
        return Err(failed(Exit::Failed, why));
    }
    rates(&ended.stdout).ok_or_else(|| failed(Exit::Failed, "it printed no measurement as JSON".to_owned()))
}

/// The two tests that were asked for: one only reads, one only writes.
fn rates(json: &[u8]) -> Option<Rates> {
    let tests: Vec<Value> = serde_json::from_slice(json).ok()?;
    let of = |one: &str, other: &str| {
        let found = tests.iter().find(|test| test[other] == 0 && test[one] != 0);
        found?["avg_ts"].as_f64().filter(|rate| *rate > 0.0)
    };
    Some(Rates {
        prefill: of("n_prompt", "n_gen")?,
        decode: of("n_gen", "n_prompt")?,
    })
}

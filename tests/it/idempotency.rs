//! A key finds the run that it began, and no other job.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::command_line::somagent;

const CAPSULE: &str = "\
schema: somagent.dev/capsule/v1
capsule_id: listed
version: 1.0.0
tools: [{adapter: fs, version: \"^1\", actions: [list]}]
execution:
  steps: [{name: files, action: fs.list, params: {path: \".\"}}]
";

fn run(home: &Path, directory: &Path, more: &[&str]) -> Output {
    let args = ["-o", "json", "run", "../listed.yaml", "--idempotency-key", "k"];
    somagent(home, &[&args, more].concat())
        .current_dir(directory)
        .output()
        .unwrap()
}

#[test]
fn a_key_finds_its_run_and_refuses_another_directory_or_seed() {
    let scratch = tempfile::tempdir().unwrap();
    let home = scratch.path().join("home");
    fs::write(scratch.path().join("listed.yaml"), CAPSULE).unwrap();
    let directories = ["one", "two"].map(|name| scratch.path().join(name));
    for directory in &directories {
        fs::create_dir(directory).unwrap();
    }
    let id = |output: &Output| {
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["run"].clone()
    };
    let first = id(&run(&home, &directories[0], &[]));
    assert_eq!(id(&run(&home, &directories[0], &[])), first);
    for (directory, more, part) in [
        (&directories[1], &[][..], "directory"),
        (&directories[0], &["--seed", "1"], "seed"),
    ] {
        let refused = run(&home, directory, more);
        assert_eq!(refused.status.code(), Some(2));
        let failure: Value = serde_json::from_slice(&refused.stderr).unwrap();
        assert_eq!(failure["error"]["kind"], "key_of_another_job");
        assert!(
            failure["error"]["message"].as_str().unwrap().contains(part),
            "{failure}"
        );
    }
}

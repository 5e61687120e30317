//! The starter capsules, tested by the files beside them, with the real model; and what must hold
//! of every digest, whatever the repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::digest_text::Digest;
use crate::homes::{Ended, Home};
use crate::repositories::{git, import, long_history};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    schema: String,
    capsule: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// A stream in `fixtures/` that the working directory is made from.
    repository: Option<String>,
    /// Files that are staged in it.
    #[serde(default)]
    staged: BTreeMap<String, String>,
    /// A recorded log of `tests/data/logs` that lies in it.
    log: Option<String>,
    #[serde(default)]
    inputs: BTreeMap<String, Value>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    status: String,
    exit_code: i32,
    /// What holds at a JSON pointer into the outputs.
    #[serde(default)]
    outputs: BTreeMap<String, Held>,
    #[serde(default)]
    steps: Steps,
    #[serde(default)]
    spent: Spent,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    equals: Option<Value>,
    at_least: Option<f64>,
    at_most: Option<f64>,
    #[serde(default)]
    contains: Vec<String>,
    matches: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    #[serde(default)]
    ran: Vec<String>,
    #[serde(default)]
    skipped: Vec<String>,
    #[serde(default)]
    failed: Vec<String>,
    /// The decision about each action of a step.
    #[serde(default)]
    verdicts: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spent {
    #[serde(default)]
    at_most: BTreeMap<String, u64>,
}

fn capsules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("capsules")
}

#[test]
fn every_case_beside_a_capsule_holds() {
    let mut suites = 0;
    for entry in fs::read_dir(capsules()).unwrap().flatten() {
        let path = entry.path();
        if !path.to_string_lossy().ends_with(".test.yaml") {
            continue;
        }
        let suite: Suite = serde_saphyr::from_str(&fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(suite.schema, "somagent.dev/capsule-test/v1", "{}", path.display());
        for case in &suite.cases {
            check(&suite.capsule, case);
        }
        suites += 1;
    }
    assert!(suites > 0);
}

fn check(capsule: &str, case: &Case) {
    let home = Home::fresh();
    if let Some(repository) = &case.repository {
        fs::remove_dir_all(home.work()).unwrap();
        import(
            &home.work(),
            &capsules().join(format!("fixtures/{repository}.fast-export")),
        );
    }
    for (path, text) in &case.staged {
        let file = home.work().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        git(&home.work(), &["add", path]);
    }
    if let Some(log) = &case.log {
        let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/logs");
        fs::copy(logs.join(log), home.work().join(log)).unwrap();
    }
    let given: Vec<String> = case
        .inputs
        .iter()
        .map(|(key, value)| match value {
            Value::String(text) => format!("{key}={text}"),
            other => format!("{key}={other}"),
        })
        .collect();
    let mut args = vec!["run", capsule, "-o", "json", "--offline"];
    args.extend(given.iter().flat_map(|given| ["-p", given.as_str()]));
    let ended = Ended::of(&mut home.command_with_model(&args));
    let told = |what: &str| format!("{}: {what}: {ended:?}", case.name);
    let result = ended.json();
    let expect = &case.expect;
    assert_eq!(ended.code, Some(expect.exit_code), "{}", told("exit code"));
    assert_eq!(result["exit_code"], expect.exit_code, "{}", told("exit code"));
    assert_eq!(result["status"], expect.status.as_str(), "{}", told("status"));
    for (pointer, held) in &expect.outputs {
        let value = result["outputs"]
            .pointer(pointer)
            .unwrap_or_else(|| panic!("{}", told(pointer)));
        held.check(value, &told(pointer));
    }
    check_steps(&home, result["run"].as_str().unwrap(), &expect.steps, &case.name);
    for (unit, most) in &expect.spent.at_most {
        let spent = result["usage"][unit]
            .as_u64()
            .unwrap_or_else(|| panic!("{}", told(unit)));
        assert!(spent <= *most, "{}: {spent} {unit}", case.name);
    }
    home.verifies();
    if capsule == "repo_digest" && expect.exit_code == 0 {
        let range = case.inputs.get("range").and_then(Value::as_str).unwrap_or_default();
        Digest::read(&result["outputs"]).check(&home.work(), range, 50);
    }
}

impl Held {
    fn check(&self, value: &Value, told: &str) {
        if let Some(equals) = &self.equals {
            assert_eq!(value, equals, "{told}");
        }
        let number = || value.as_f64().unwrap_or_else(|| panic!("no number: {told}"));
        assert!(self.at_least.is_none_or(|least| number() >= least), "{told}");
        assert!(self.at_most.is_none_or(|most| number() <= most), "{told}");
        let text = || value.as_str().unwrap_or_else(|| panic!("no text: {told}"));
        for part in &self.contains {
            assert!(text().contains(part), "`{part}` is missing in\n{}\n{told}", text());
        }
        if let Some(pattern) = &self.matches {
            let pattern = regex::Regex::new(pattern).unwrap();
            assert!(
                pattern.is_match(text()),
                "`{pattern}` does not match\n{}\n{told}",
                text()
            );
        }
    }
}

fn check_steps(home: &Home, run: &str, expect: &Steps, name: &str) {
    let shown = home.run(&["runs", "show", run, "-o", "json"]).json();
    let states: BTreeMap<&str, &str> = shown["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (step["step"].as_str().unwrap(), step["state"].as_str().unwrap()))
        .collect();
    for (steps, state) in [
        (&expect.ran, "completed"),
        (&expect.skipped, "skipped"),
        (&expect.failed, "failed"),
    ] {
        for step in steps {
            assert_eq!(states.get(step.as_str()), Some(&state), "{name}: {step}");
        }
    }
    let logged = home.run(&["runs", "logs", run, "-o", "jsonl"]);
    let mut decisions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in logged.out.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if line["type"] == "tool.requested" {
            let step = line["data"]["step"].as_str().unwrap().to_owned();
            decisions
                .entry(step)
                .or_default()
                .push(line["data"]["decision"].as_str().unwrap().to_owned());
        }
    }
    for (step, decision) in &expect.verdicts {
        let found = decisions
            .get(step)
            .unwrap_or_else(|| panic!("{name}: `{step}` was not judged"));
        assert!(found.iter().all(|found| found == decision), "{name}: {step}: {found:?}");
    }
}

/// The history that this very text belongs to.
#[test]
fn a_digest_of_this_project_holds() {
    let checkout = env!("CARGO_MANIFEST_DIR");
    let home = Home::fresh();
    let clone = home.work().join("clone");
    // The checkout may be a linked worktree, whose history lies outside of it.
    git(&home.work(), &["clone", "--quiet", "--no-local", checkout, "clone"]);
    let args = [
        "run",
        "repo_digest",
        "-o",
        "json",
        "--offline",
        "-p",
        "path=clone",
        "-p",
        "commits=8",
    ];
    let ended = Ended::of(&mut home.command_with_model(&args));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    Digest::read(&ended.json()["outputs"]).check(&clone, "", 8);
}

/// The part of the digest that a long history makes long: everything but the model.
#[test]
fn a_hundred_thousand_commits_are_read() {
    let capsule = up_to_quotes();
    let home = Home::founded();
    long_history(&home.work(), 100_000);
    let ended = home.run_capsule(&capsule, &["-o", "json", "-p", "range=HEAD~99999..HEAD"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let outputs = ended.json()["outputs"].clone();
    assert_eq!(
        (outputs["commits"].as_u64(), outputs["areas"].as_u64()),
        (Some(99_999), Some(7))
    );
    home.verifies();
}

/// `repo_digest` up to the step that chooses what a model may quote.
fn up_to_quotes() -> String {
    let text = fs::read_to_string(capsules().join("repo_digest.yaml")).unwrap();
    let (head, _) = text.split_once("    - name: quotes\n").unwrap();
    let (before, rest) = head.split_once("outputs:\n").unwrap();
    let (_, after) = rest.split_once("tools:\n").unwrap();
    let outputs = "outputs: {type: object, properties: {commits: {type: integer}, areas: {type: integer}}}\n\
                   outputs_from: {commits: \"{{ steps.log.output.totals.commits }}\", areas: \"{{ steps.areas.output.count }}\"}\n";
    format!("{before}{outputs}tools:\n{after}")
}

//! The recipe for builds, run as a build runs it, and what build servers read.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::control::READS;
use crate::gates::{gated, question};
use crate::workbench::Workbench;

/// Reads JUnit as `{name: [result, message]}` with the suite's counts.
const READER: &str = r"
import json, sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
suite = root[0]
cases = {case.get('name'): [child.tag for child in case] for case in suite.iter('testcase')}
properties = {p.get('name'): p.get('value') for p in suite.iter('property')}
json.dump({'tests': suite.get('tests'), 'failures': suite.get('failures'), 'errors': suite.get('errors'), 'skipped': suite.get('skipped'), 'cases': cases, 'properties': properties}, sys.stdout)
";

fn junit(file: &Path) -> Value {
    let read = Command::new("python3").args(["-c", READER]).arg(file).output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    serde_json::from_slice(&read.stdout).unwrap()
}

/// Runs the recipe in the bench's directory as the `forge` would.
fn recipe(bench: &Workbench, forge: &str, args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new("sh");
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/ci/run.sh"))
        .args(args)
        .env("SOMAGENT", env!("CARGO_BIN_EXE_somagent"))
        .env("SOMAGENT_HOME", bench.home())
        .env("SOMAGENT_OUT", bench.path("out"))
        .env("SOMAGENT_KEY", "build/1")
        .env("CI", "true")
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITLAB_CI")
        .env(forge, "true")
        .current_dir(bench.path("."));
    let ended = command.output().unwrap();
    let text = [ended.stdout, ended.stderr].concat();
    (ended.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn the_recipe_parks_a_build_and_a_repeated_one_goes_on() {
    let bench = Workbench::new();
    let capsule = bench.capsule(&gated("2d"));
    let (code, said) = recipe(&bench, "GITHUB_ACTIONS", &[&capsule]);
    assert_eq!(code, Some(5), "{said}");
    let id = question(&bench);
    assert!(said.contains("somebody has to decide") && said.contains(&id), "{said}");
    let line = gated("2d")
        .lines()
        .position(|line| line.contains("name: review"))
        .unwrap()
        + 1;
    let remark = format!("::warning file=capsule.yaml,line={line},title=waits for an approval::{id}: Publish note?");
    assert!(said.lines().any(|line| line == remark), "{remark}\n{said}");
    let report = junit(&bench.path("out/junit.xml"));
    assert_eq!(
        report["cases"],
        json!({"draft": [], "review": ["skipped"], "publish": ["skipped"]})
    );
    assert_eq!(report["properties"]["exit_code"], "5");

    bench.succeed(&["approvals", "approve", &id]);
    let (code, said) = recipe(&bench, "GITHUB_ACTIONS", &[&capsule]);
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("::warning") && !said.contains("::error"), "{said}");
    assert_eq!(
        junit(&bench.path("out/junit.xml"))["cases"],
        json!({"draft": [], "review": [], "publish": []})
    );
    let result: Value = serde_json::from_str(&fs::read_to_string(bench.path("out/result.json")).unwrap()).unwrap();
    assert_eq!(result["status"], "succeeded");
    assert_eq!(bench.runs().len(), 1);
    let bundle = fs::read_to_string(bench.path("out/bundle.jsonl")).unwrap();
    assert!(bundle.lines().last().unwrap().contains("run.finished"), "{bundle}");
}

#[test]
fn a_build_that_fails_says_where() {
    let bench = Workbench::new();
    let capsule = bench.capsule(READS);
    let (code, said) = recipe(&bench, "GITLAB_CI", &[&capsule]);
    assert_eq!(code, Some(3), "{said}");
    let report = junit(&bench.path("out/junit.xml"));
    assert_eq!(
        (&report["tests"], &report["failures"], &report["skipped"]),
        (&json!("3"), &json!("1"), &json!("1")),
        "{report}"
    );
    let quality = fs::read_to_string(bench.path("out/gl-code-quality-report.json")).unwrap();
    let quality: Value = serde_json::from_str(&quality).unwrap();
    let line = READS.lines().position(|line| line.contains("name: read,")).unwrap() + 1;
    assert_eq!(
        quality[0]["location"],
        json!({"path": "capsule.yaml", "lines": {"begin": line}})
    );
    assert_eq!(quality[0]["check_name"], "step read");

    // What is no capsule has no run to report.
    let (code, said) = recipe(&bench, "GITLAB_CI", &["no_such_capsule"]);
    assert_eq!(code, Some(14), "{said}");
}

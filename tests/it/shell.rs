//! Programs as steps of a run: judged, confined, recorded, and gone when the run is.

use std::fs;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::constitution::{change, file, founded};
use crate::gates::question;
use crate::workbench::{Workbench, eventually};

/// The constitution that a store begins with, under which programs start without being asked about.
pub fn permissive(bench: &Workbench) {
    let text = bench.succeed(&["constitution", "show", "developer", "--text"]).out;
    let text = text.replace("\nversion: 1\n", "\nversion: 2\n");
    let (asks, allows) = (
        "    decision: ask\n    access: write\n",
        "    decision: allow\n    access: write\n",
    );
    assert!(text.contains(asks));
    let text = text.replace(asks, allows);
    let programs = "    article: A11\n    decision: ask\n";
    assert!(text.contains(programs));
    let text = text.replace(programs, "    article: A11\n    decision: allow\n");
    change(bench, &file(bench, "v2.yaml", &text));
}

/// A capsule of one step that calls `action` with `params`.
fn capsule(bench: &Workbench, action: &str, params: &Value, more: &str) -> String {
    bench.capsule(&format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: starts_programs
version: 1.0.0
description: Starts a program.
inputs: {{type: object, additionalProperties: false, properties: {{path: {{type: string, default: "."}}}}}}
outputs: {{type: object, properties: {{ran: {{type: object}}}}}}
outputs_from: {{ran: "{{{{ steps.call.output }}}}"}}
tools: [{{adapter: shell, version: "^1", actions: [inspect, run, script]}}]
execution:
  mode: sequence
  steps:
    - name: call
      action: {action}
      params: {params}
{more}"#
    ))
}

fn output(bench: &Workbench, action: &str, params: &Value) -> Value {
    let repository = bench.path("project");
    fs::create_dir_all(&repository).unwrap();
    let capsule = capsule(bench, action, params, "");
    let path = format!("path={}", repository.display());
    let ended = bench.succeed(&["run", &capsule, "-p", &path, "-o", "json"]);
    ended.json()["outputs"]["ran"].clone()
}

#[test]
fn nothing_starts_before_somebody_has_seen_the_command() {
    let bench = founded();
    fs::create_dir(bench.path("project")).unwrap();
    let capsule = capsule(&bench, "shell.run", &json!({"argv": ["touch", "made"]}), "");
    let path = format!("path={}", bench.path("project").display());
    let ended = bench.run(&["run", &capsule, "-p", &path]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(
        ended.err.contains("A11 asks a person before") && ended.err.contains("A5 asks"),
        "{}",
        ended.err
    );
    assert!(!bench.path("project/made").exists());
    bench.succeed(&["approvals", "approve", &question(&bench), "--reason", "I looked at it"]);
    bench.succeed(&["runs", "resume", &bench.newest()]);
    assert!(bench.path("project/made").exists());
}

#[test]
fn a_program_is_run_and_what_held_is_recorded() {
    let bench = founded();
    permissive(&bench);
    let ran = output(
        &bench,
        "shell.run",
        &json!({"argv": ["sh", "-c", "cat > made; echo out; echo err >&2"], "stdin": "given", "env": {"A": "b"}}),
    );
    assert_eq!(
        (&ran["exit_code"], &ran["stdout"], &ran["stderr"]),
        (&json!(0), &json!("out\n"), &json!("err\n"))
    );
    assert_eq!(ran["sandbox"]["tier"], "L3");
    assert!(ran["sandbox"]["landlock"].as_i64().unwrap() >= 2);
    assert_eq!(fs::read_to_string(bench.path("project/made")).unwrap(), "given");
    let ran = output(
        &bench,
        "shell.inspect",
        &json!({"argv": ["sh", "-c", "touch made2 || cat made"]}),
    );
    assert_eq!(ran["stdout"], "given");
    let ran = output(
        &bench,
        "shell.script",
        &json!({"script": "for i in 1 2; do echo $i; done"}),
    );
    assert_eq!(ran["stdout"], "1\n2\n");
    let ran = output(
        &bench,
        "shell.inspect",
        &json!({"argv": ["sh", "-c", "exit 9"], "expect": [9]}),
    );
    assert_eq!((&ran["ok"], &ran["exit_code"]), (&json!(true), &json!(9)));
}

#[test]
fn a_program_that_fails_fails_its_step() {
    let bench = founded();
    permissive(&bench);
    fs::create_dir_all(bench.path("project/real")).unwrap();
    std::os::unix::fs::symlink("real", bench.path("project/link")).unwrap();
    let path = format!("path={}", bench.path("project").display());
    for (action, params, part) in [
        (
            "shell.run",
            json!({"argv": ["sh", "-c", "echo why >&2; exit 3"]}),
            "ended with 3",
        ),
        (
            "shell.inspect",
            json!({"argv": ["no-such-program"]}),
            "there is no program `no-such-program`",
        ),
        (
            "shell.inspect",
            json!({"argv": ["sleep", "30"], "limits": {"timeout_ms": 5_000}}),
            "its deadline",
        ),
        (
            "shell.inspect",
            json!({"argv": ["true"], "cwd": "../.."}),
            "lies outside the workspace",
        ),
        (
            "shell.run",
            json!({"argv": ["true"], "cwd": "link"}),
            "`link` is a link to `real`",
        ),
        (
            "shell.inspect",
            json!({"argv": ["true"], "cwd": "missing"}),
            "there is no directory `missing`",
        ),
        (
            "shell.run",
            json!({"argv": ["true"], "env": {"A=B": "c"}}),
            "no name of a variable",
        ),
        (
            "shell.run",
            json!({"argv": ["true"], "secrets": {"T": {"variable": "NOT_SET_HERE", "server": "https://a.example"}}, "reach": ["https://b.example"]}),
            "a.example",
        ),
    ] {
        let capsule = capsule(&bench, action, &params, "");
        let ended = bench.run(&["run", &capsule, "-p", &path]);
        assert_ne!(ended.code, Some(0), "{params}");
        let said = format!("{}{}", ended.out, ended.err);
        assert!(said.contains(part), "{params}: {said}");
    }
}

/// The owner dies by SIGKILL in the middle of a program: the program dies with it, and the run says that nobody knows.
#[test]
fn a_killed_run_leaves_no_process_and_an_honest_state() {
    let bench = founded();
    permissive(&bench);
    fs::create_dir(bench.path("project")).unwrap();
    let params = json!({"argv": ["sh", "-c", "echo begun > begun; exec sleep 300"], "limits": {"timeout_ms": 290_000}});
    let capsule = capsule(&bench, "shell.run", &params, "      on_uncertain: review\n");
    let path = format!("path={}", bench.path("project").display());
    let live = bench.start(&["run", &capsule, "-p", &path]);
    eventually("the program did not begin", || bench.path("project/begun").exists());
    let inside = || {
        let entries = fs::read_dir("/proc").unwrap().flatten();
        let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
        lines.filter(|line| line.starts_with(b"sleep\x00300\x00")).count()
    };
    eventually("the program did not become what it was to be", || inside() >= 1);
    let before = inside();
    live.signal(Signal::KILL);
    live.end();
    eventually("a program outlived its run", || inside() < before);
    let ended = bench.run(&["runs", "resume", &bench.newest()]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let waiting = bench.questions();
    assert_eq!(waiting[0]["step"], "call", "{waiting:?}");
    let events = bench.events();
    assert!(events.iter().any(|event| event["header"]["kind"] == "step.in_doubt"));
    bench.succeed(&["audit", "verify"]);
}

#[test]
fn tools_are_listed_shown_explained_and_tried() {
    let bench = founded();
    let listed = bench.succeed(&["tool", "list", "-o", "json"]).json();
    let names: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"shell.run") && names.contains(&"git.log"), "{names:?}");
    let shown = bench.succeed(&["tool", "show", "shell.run"]).out;
    assert!(
        shown.contains("argv") && shown.contains("array of string") && shown.contains("in doubt"),
        "{shown}"
    );
    let wrong = bench.run(&["tool", "show", "shel.run"]);
    assert_eq!(wrong.code, Some(14));
    assert!(wrong.err.contains("did you mean `shell.run`?"), "{}", wrong.err);
    let wrong = bench.run(&["tool", "show", "git.logg"]);
    assert!(wrong.err.contains("did you mean `git.log`?"), "{}", wrong.err);
    let explained = bench.succeed(&["tool", "explain", "text.count", "--args", r#"{"items": [], "by": "a"}"#]);
    assert!(
        explained.out.contains("only computes") && explained.out.contains("allowed"),
        "{}",
        explained.out
    );
    let tried = bench.succeed(&[
        "tool",
        "test",
        "text.count",
        "--args",
        r#"{"items": [{"a": "x"}]}"#,
        "-p",
        "by=a",
        "-o",
        "json",
    ]);
    assert_eq!(tried.json()["status"], "succeeded", "{}", tried.out);
    let health = bench.succeed(&["tool", "health", "shell", "-o", "json"]).json();
    assert_eq!(
        (&health[0]["tool"], &health[0]["ready"]),
        (&json!("shell"), &json!(true)),
        "{health}"
    );
}

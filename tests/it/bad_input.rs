//! Mistakes of people: the right code, a message, a hint, and nothing done or lost.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use crate::homes::{Home, LOOK, capsule_of};

#[test]
fn a_capsule_that_is_not_there() {
    let home = Home::fresh();
    home.run(&["run", "repo_digst"])
        .refused(14, &["`repo_digst`", "did you mean `repo_digest`?"]);
    home.run(&["run", "no/such.yaml"])
        .refused(14, &["`no/such.yaml`", "capsule list"]);
    let work = home.work();
    home.run(&["run", work.to_str().unwrap()])
        .refused(14, &["is a directory", "-p path=DIR"]);
    home.run(&["run", "."]).refused(14, &["`.` is a directory"]);
    assert!(!home.root().exists(), "a mistake sets nothing up");
}

#[test]
fn inputs_that_do_not_fit() {
    let home = Home::fresh();
    let run = |args: &[&str]| home.run_capsule(LOOK, args);
    run(&["-p", "limit=abc"]).refused(2, &["`limit` is `abc`", "whole number", "capsule show"]);
    run(&["-p", "limit=0"]).refused(2, &["`limit`"]);
    run(&["-p", "nope=1"]).refused(2, &["no input `nope`", "`path`, `limit`"]);
    run(&["-p", "limit=1", "-p", "limit=2"]).refused(2, &["`limit` is given twice"]);
    run(&["-p", "limit"]).refused(2, &["'limit'", "expected KEY=VALUE"]);
    run(&["-p", "=1"]).refused(2, &["expected KEY=VALUE"]);
    let needs = LOOK.replace(
        "  properties:\n    path",
        "  required: [limit]\n  properties:\n    path",
    );
    let needs = needs.replace(", default: 10", "");
    home.run_capsule(&needs, &[]).refused(2, &["`limit`"]);
    assert!(!home.root().exists(), "a mistake sets nothing up");
}

#[test]
fn places_that_are_none() {
    let home = Home::fresh();
    home.run_capsule(LOOK, &["-p", "path=/no/such"])
        .refused(14, &["`/no/such`", "-p path=DIR"]);
    home.run_capsule(LOOK, &["-p", "path=note.txt"])
        .refused(14, &["`note.txt`", "not a directory"]);
    home.run(&["-C", "/no/such", "version"]).refused(14, &["`/no/such`"]);
    // A directory that is no repository: the tool says no, and the run is on record.
    let log = capsule_of("    - {name: log, action: git.log, params: {repo: \".\"}}\n")
        .replace("adapter: fs", "adapter: git")
        .replace("[list, read, write]", "[log]");
    home.run_capsule(&log, &["-q"])
        .refused(3, &["step `log`", "not", "repository", "hint: "]);
    assert_eq!(home.runs(), 1);
    home.verifies();
}

#[test]
fn a_capsule_on_standard_input() {
    let home = Home::founded();
    let good = home.feed(&["run", "-", "-o", "json"], LOOK.as_bytes());
    assert_eq!(
        (good.code, &good.json()["outputs"]["total"]),
        (Some(0), &json!(1)),
        "{good:?}"
    );
    let misspelt = LOOK.replace("mode: sequence", "mod: sequence");
    home.feed(&["run", "-"], misspelt.as_bytes())
        .refused(10, &["`mod`", "did you mean `mode`?", "[-:"]);
    home.feed(&["run", "-"], b"").refused(10, &["a capsule is a mapping"]);
    home.feed(&["run", "-"], b"\xff\xfe\0")
        .refused(10, &["byte 0 is not UTF-8", "UTF-8 text of at most 1 MiB"]);
    let large = "#".repeat((1 << 20) + 1);
    let refused = home.feed(&["run", "-"], large.as_bytes());
    refused.refused(10, &["more than 1048576 bytes", "at most 1 MiB"]);
    assert!(refused.err.len() < 1000, "what is too large is not shown");
    home.run_capsule(&large, &[]).refused(10, &["more than 1048576 bytes"]);
    assert_eq!(home.runs(), 1);
}

#[test]
fn an_invalid_capsule_is_drawn_where_it_is_wrong() {
    let home = Home::fresh();
    let wrong = LOOK
        .replace("fs.list", "fs.lits")
        .replace("mode: sequence", "mod: sequence");
    let line = 1 + wrong[..wrong.find("fs.lits").unwrap()].matches('\n').count();
    let drawn = [
        "the capsule has 2 errors".to_owned(),
        "C001".to_owned(),
        "C020".to_owned(),
        format!("capsule.yaml:{line}:15]"),
        "action: fs.lits".to_owned(),
        "did you mean `list`?".to_owned(),
        "capsule explain CODE".to_owned(),
    ];
    let drawn: Vec<&str> = drawn.iter().map(String::as_str).collect();
    home.run_capsule(&wrong, &[]).refused(10, &drawn);
    let ended = home.run_capsule(&wrong, &["-o", "json"]);
    assert_eq!(ended.code, Some(10));
    let result = ended.json();
    assert_eq!(
        (&result["status"], &result["exit_code"]),
        (&json!("failed"), &json!(10))
    );
    assert!(
        result["error"]["message"]
            .as_str()
            .unwrap()
            .contains("did you mean `list`?"),
        "{result}"
    );
    let file = home.file("capsule.yaml", &wrong);
    assert_eq!(home.run(&["capsule", "lint", &file]).code, Some(10));
    assert!(!home.root().exists(), "a mistake sets nothing up");
}

#[test]
fn errors_and_warnings_are_counted_apart() {
    let home = Home::fresh();
    let warned = capsule_of("    - {name: list, action: fs.list, params: {path: \".\"}, effect: external}\n");
    let file = home.file("warned.yaml", &warned);
    let linted = home.run(&["capsule", "lint", &file]);
    assert_eq!(linted.code, Some(0), "{linted:?}");
    assert!(linted.err.ends_with("1 warning\n"), "{linted:?}");
    let wrong = home.file("wrong.yaml", &warned.replace("tool_calls: 10", "tool_call: 10"));
    let linted = home.run(&["capsule", "lint", &wrong]);
    assert_eq!(linted.code, Some(10), "{linted:?}");
    assert!(linted.err.ends_with("1 error, 1 warning\n"), "{linted:?}");
    home.run(&["run", &wrong])
        .refused(10, &["the capsule has 1 error, 1 warning\n"]);
    let fine = home.file("fine.yaml", &warned.replace(", effect: external", ""));
    let linted = home.run(&["capsule", "lint", &fine]);
    assert_eq!((linted.code, linted.err.as_str()), (Some(0), "no problems\n"));
}

fn denied(step: &str, parts: &[&str]) -> Home {
    let home = Home::founded();
    fs::write(home.work().parent().unwrap().join("outside.txt"), "secret").unwrap();
    symlink("../outside.txt", home.work().join("link.txt")).unwrap();
    let ended = home.run_capsule(&capsule_of(step), &["-o", "json"]);
    let result = ended.json();
    assert!(ended.code == Some(6) || ended.code == Some(3), "{ended:?}");
    let expected = if ended.code == Some(6) { "denied" } else { "failed" };
    assert_eq!(result["status"], expected, "{result}");
    for part in parts {
        assert!(
            result["error"]["message"].as_str().unwrap().contains(part),
            "`{part}`: {result}"
        );
    }
    assert!(!ended.out.contains("secret"), "{ended:?}");
    home.verifies();
    home
}

#[test]
fn writing_into_the_workspace_is_asked_about_and_nothing_is_written() {
    let home = Home::founded();
    let capsule = capsule_of("    - {name: write, action: fs.write, params: {path: new.txt, text: x}}\n");
    let waits = home.run_capsule(&capsule, &["--approval", "park"]);
    assert_eq!(waits.code, Some(5), "{waits:?}");
    assert!(
        waits.err.contains("A5 asks a person before writing `new.txt`"),
        "{waits:?}"
    );
    let refused = home.run_capsule(&capsule, &["--approval", "deny"]);
    assert_ne!(refused.code, Some(0), "{refused:?}");
    assert!(!home.work().join("new.txt").exists());
    home.verifies();
}

#[test]
fn reading_outside_of_the_workspace_is_refused() {
    let read = |path: &str| format!("    - {{name: read, action: fs.read, params: {{path: {path}}}}}\n");
    denied(&read("/etc/passwd"), &["`/etc/passwd`", "outside the workspace"]);
    denied(&read("../outside.txt"), &["`../outside.txt`", "outside the workspace"]);
    denied(&read("sub/../../outside.txt"), &["outside the workspace"]);
    denied(&read("link.txt"), &["`link.txt`"]);
}

#[test]
fn a_budget_that_is_too_small_ends_with_7() {
    let home = Home::founded();
    let step = |name: &str| format!("    - {{name: {name}, action: fs.list, params: {{path: \".\"}}}}\n");
    let capsule = capsule_of(&(step("one") + &step("two"))).replace("tool_calls: 10", "tool_calls: 1");
    let ended = home.run_capsule(&capsule, &["-o", "json"]);
    assert_eq!(ended.code, Some(7), "{ended:?}");
    let result = ended.json();
    assert_eq!(
        (&result["error"]["kind"], &result["error"]["step"]),
        (&json!("budget"), &json!("two"))
    );
    assert_eq!(result["usage"]["tool_calls"], 1);
    home.verifies();
}

#[test]
fn an_output_that_fails_its_schema_ends_with_13() {
    let home = Home::founded();
    let step = "    - name: list\n      action: fs.list\n      params: {path: \".\"}\n      output_schema: {type: object, required: [nope]}\n";
    let ended = home.run_capsule(&capsule_of(step), &["-o", "json"]);
    assert_eq!(ended.code, Some(13), "{ended:?}");
    assert_eq!(ended.json()["error"]["kind"], "schema");
    home.verifies();
}

#[test]
fn a_run_that_is_not_there_or_not_the_only_one() {
    let home = Home::fresh();
    for verb in ["show", "logs", "resume"] {
        home.run(&["runs", verb, "0000"])
            .refused(14, &["nothing has run here yet"]);
    }
    for _ in 0..2 {
        assert_eq!(home.run_capsule(LOOK, &[]).code, Some(0));
    }
    for verb in ["show", "logs", "resume"] {
        home.run(&["runs", verb, "0000"])
            .refused(14, &["no run `0000`", "runs list"]);
        home.run(&["runs", verb, "0"])
            .refused(2, &["`0` fits several runs", "more of the id"]);
    }
}

//! The starter capsules on real repositories, logs and issues, with the real models.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::workbench::{Workbench, pull_model};

fn git(directory: &Path, args: &[&str]) {
    let done = Command::new("git")
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(args)
        .current_dir(directory)
        .env_remove("GIT_DIR")
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[test]
fn a_commit_message_has_the_type_that_rules_or_a_head_give() {
    pull_model();
    let bench = Workbench::new();
    let repo = bench.path("project");
    fs::create_dir_all(repo.join("src/parser")).unwrap();
    git(&repo, &["init", "-q", "-b", "main"]);
    let drafted = || {
        let run = bench
            .succeed(&["run", "commit_message", "-p", "path=project", "-o", "json"])
            .json();
        run["outputs"].clone()
    };
    let nothing = drafted();
    assert_eq!(
        (&nothing["message"], &nothing["decided_by"]),
        (&json!(""), &json!("nothing"))
    );
    fs::write(repo.join("README.md"), "# A project\n\nIt parses.\n").unwrap();
    git(&repo, &["add", "."]);
    let docs = drafted();
    assert_eq!((&docs["type"], &docs["decided_by"]), (&json!("docs"), &json!("rules")));
    let message = docs["message"].as_str().unwrap();
    let form = regex_lite(message, "docs: ");
    assert!(form, "{message}");
    git(&repo, &["commit", "-q", "-m", "docs"]);
    fs::write(
        repo.join("src/parser/mod.rs"),
        "pub fn parse_header(bytes: &[u8]) -> usize {\n    bytes.len()\n}\n",
    )
    .unwrap();
    git(&repo, &["add", "."]);
    let code = drafted();
    assert_eq!(
        (&code["scope"], &code["decided_by"], &code["files"]),
        (&json!("parser"), &json!("head"), &json!(1))
    );
    let kind = code["type"].as_str().unwrap();
    assert!(
        ["feat", "fix", "docs", "refactor", "test", "chore"].contains(&kind),
        "{kind}"
    );
    let message = code["message"].as_str().unwrap();
    assert!(regex_lite(message, &format!("{kind}(parser): ")), "{message}");
    // The repository is read and nothing else.
    let status = Command::new("git")
        .args(["status", "--porcelain"])
        .current_dir(&repo)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(status.stdout).unwrap(), "A  src/parser/mod.rs\n");
}

/// Whether a message is `beginning` and a subject of 10 to 60 characters in one line.
fn regex_lite(message: &str, beginning: &str) -> bool {
    let subject = message.strip_prefix(beginning);
    subject.is_some_and(|subject| (10..=60).contains(&subject.chars().count()) && !subject.contains('\n'))
}

#[test]
fn a_log_is_told_by_severity_in_groups() {
    pull_model();
    let bench = Workbench::new();
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/logs");
    fs::copy(logs.join("postgresql.log"), bench.path("postgresql.log")).unwrap();
    let run = bench
        .succeed(&[
            "run",
            "log_triage",
            "-p",
            "file=postgresql.log",
            "-p",
            "unsure=5",
            "-o",
            "json",
        ])
        .json();
    let outputs = &run["outputs"];
    let text = fs::read_to_string(logs.join("postgresql.log")).unwrap();
    assert_eq!(outputs["lines"], text.lines().count());
    // The levels are those that the lines name: counted here by what PostgreSQL writes.
    let named = |words: &[&str]| {
        let mut lines = text
            .lines()
            .filter(|line| !line.starts_with(['\t', ' ']) && !line.is_empty());
        lines
            .by_ref()
            .filter(|line| words.iter().any(|word| line.contains(&format!("{word}:  "))))
            .count()
    };
    assert_eq!(outputs["errors"], named(&["ERROR", "FATAL", "PANIC"]));
    assert_eq!(outputs["warnings"], named(&["WARNING"]));
    let markdown = outputs["markdown"].as_str().unwrap();
    assert!(
        markdown.contains("# What `postgresql.log` says") && markdown.contains("## Errors"),
        "{markdown}"
    );
    let id = run["run"].as_str().unwrap();
    assert_eq!(bench.artifact(id, "triage.md").trim_end(), markdown.trim_end());
}

#[test]
fn a_log_that_begins_with_blank_lines_is_told_and_so_is_one_without_any_other() {
    pull_model();
    let bench = Workbench::new();
    fs::write(
        bench.path("history.log"),
        "\n  \nStart-Date: 2026-01-02  03:04:05\nCommandline: apt upgrade\n",
    )
    .unwrap();
    let triage = |more: &[&str]| {
        bench
            .succeed(&[&["run", "log_triage", "-o", "json"], more].concat())
            .json()
    };
    let run = triage(&["-p", "file=history.log"]);
    let outputs = &run["outputs"];
    assert_eq!(
        (&outputs["lines"], &outputs["groups"], &outputs["judged"]),
        (&json!(4), &json!(2), &json!(2))
    );
    let markdown = outputs["markdown"].as_str().unwrap();
    assert!(
        markdown.contains("4 lines, 62 bytes, 2 groups; 2 lines are blank."),
        "{markdown}"
    );
    fs::write(bench.path("one.log"), "ERROR: lost\n").unwrap();
    let run = triage(&["-p", "file=one.log"]);
    let markdown = run["outputs"]["markdown"].as_str().unwrap();
    assert!(markdown.contains("1 line, 12 bytes, 1 group."), "{markdown}");
    let refused = bench.run(&["run", "log_triage", "-p", "file=."]);
    assert!(
        refused.err.contains("cannot read `.`: it is a directory, not a file"),
        "{refused:?}"
    );
    for text in ["\n\n\n", "   ", ""] {
        fs::write(bench.path("blank.log"), text).unwrap();
        let run = triage(&["-p", "file=blank.log"]);
        let outputs = &run["outputs"];
        assert_eq!((&outputs["groups"], &outputs["judged"]), (&json!(0), &json!(0)));
        let markdown = outputs["markdown"].as_str().unwrap();
        assert!(
            markdown.contains("There is nothing to see in any line of it."),
            "{markdown}"
        );
    }
}

#[test]
fn groups_that_nobody_judged_are_told() {
    pull_model();
    let bench = Workbench::new();
    fs::write(
        bench.path("plain.log"),
        "apples came\nbread was late\ncorn is gone\ndates are here\n",
    )
    .unwrap();
    for (unsure, groups, unjudged, told) in [
        (
            "1",
            "60",
            3,
            "3 groups that name no level were not judged; `unsure` raises how many are.",
        ),
        (
            "3",
            "60",
            1,
            "1 group that names no level was not judged; `unsure` raises how many are.",
        ),
        ("9", "2", 2, "`unsure` raises how many are, together with `groups`."),
        ("4", "60", 0, "Severities that lines name themselves are theirs"),
    ] {
        let (unsure, groups) = (format!("unsure={unsure}"), format!("groups={groups}"));
        let file = ["run", "log_triage", "-o", "json", "-p", "file=plain.log"];
        let run = bench
            .succeed(&[&file[..], &["-p", &unsure, "-p", &groups]].concat())
            .json();
        let outputs = &run["outputs"];
        assert_eq!(
            (&outputs["judged"], &outputs["unjudged"]),
            (&json!(4 - unjudged), &json!(unjudged))
        );
        let markdown = outputs["markdown"].as_str().unwrap();
        assert!(markdown.contains(told), "{markdown}");
        assert_eq!(markdown.contains("not judged"), unjudged > 0, "{markdown}");
        assert!(!markdown.contains("There may be more groups"), "{markdown}");
    }
}

#[test]
fn issues_are_taken_as_github_gives_them_and_one_without_a_title_is_named() {
    pull_model();
    let bench = Workbench::new();
    let classify = |issues: &serde_json::Value| {
        fs::write(bench.path("issues.json"), json!({"issues": issues}).to_string()).unwrap();
        bench.run(&["run", "issue_classifier", "-o", "json", "--params-file", "issues.json"])
    };
    let body = format!("{} core dumped", "long ".repeat(13_104));
    assert!((65_000..=65_536).contains(&body.len()));
    let run = classify(&json!([{"title": "It stops", "body": body}, {"title": "Add dark mode", "body": null}]));
    let outputs = &run.json()["outputs"];
    assert_eq!(outputs["priorities"], json!(["high", "normal"]));
    let refused = classify(&json!([{"title": "Add dark mode"}, {"title": "  "}]));
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("issues.1.title"), "{refused:?}");
}

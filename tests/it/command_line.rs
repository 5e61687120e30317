//! The command as a person and a script meet it: streams, exit codes, forms.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::terminal::Terminal;

/// The command in a home of its own and an environment without surprises.
pub fn somagent(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_somagent"));
    command.args(args).stdin(Stdio::null()).env("SOMAGENT_HOME", home);
    for variable in [
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "SOMAGENT_MODELS",
        "SOMAGENT_MODE",
        "SOMAGENT_DEPLOYMENT_MODE",
    ] {
        command.env_remove(variable);
    }
    command
}

fn outcome(args: &[&str]) -> (Option<i32>, String, String) {
    let scratch = tempfile::tempdir().unwrap();
    let Output { status, stdout, stderr } = somagent(scratch.path(), args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn without_a_command_and_a_terminal_help_goes_to_stderr() {
    let (code, out, err) = outcome(&[]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("Usage: somagent"), "{err}");
}

#[test]
fn without_a_command_where_nobody_may_be_asked_there_is_an_overview() {
    let scratch = tempfile::tempdir().unwrap();
    let mut shown = Command::new("script")
        .args([
            "--quiet",
            "--return",
            "--command",
            concat!(env!("CARGO_BIN_EXE_somagent"), " --no-input"),
            "/dev/null",
        ])
        .stdin(Stdio::null())
        .env("SOMAGENT_HOME", scratch.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = String::new();
    shown.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(shown.wait().unwrap().success());
    assert!(text.contains("somagent doctor"), "{text}");
}

#[test]
fn mistakes_in_the_command_line_end_with_2() {
    for args in [
        &["no-such-command"][..],
        &["version", "--no-such-flag"],
        &["version", "-o", "xml"],
        &["completion"],
    ] {
        let (code, out, err) = outcome(args);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}");
        assert!(err.starts_with("error: "), "{err}");
    }
}

#[test]
fn help_and_version_are_data() {
    for args in [
        &["--help"][..],
        &["-h"],
        &["help", "doctor"],
        &["doctor", "--help"],
        &["--version"],
    ] {
        let (code, out, err) = outcome(args);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{args:?}");
        assert!(out.contains("somagent"), "{out}");
    }
    let (_, out, _) = outcome(&["version", "-o", "json"]);
    let version: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn doctor_speaks_to_people_and_to_scripts() {
    let (code, out, err) = outcome(&["doctor"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("constitution") && out.contains("hint: "), "{out}");
    assert!(!out.contains('\u{1b}'), "{out}");

    let (_, out, _) = outcome(&["-o", "json", "doctor"]);
    let whole: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&whole["v"], &whole["status"]), (&json!(1), &json!("warn")));
    let (_, out, _) = outcome(&["doctor", "-o", "jsonl"]);
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), whole["checks"].as_array().unwrap().len());
    assert!(lines.iter().all(|line| line["check"]["name"].is_string()), "{out}");
}

#[test]
fn doctor_fails_when_a_check_does() {
    let scratch = tempfile::tempdir().unwrap();
    fs::create_dir_all(scratch.path().join("data/keys/signing.pem")).unwrap();
    let ended = somagent(scratch.path(), &["doctor", "-q"]).output().unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let out = String::from_utf8(ended.stdout).unwrap();
    assert!(out.contains("is not a regular file"), "{out}");
    assert!(!out.contains("ok  "), "{out}");
}

#[test]
fn the_network_can_be_cut_off_where_that_is_expected() {
    let (_, out, _) = outcome(&["doctor", "-o", "jsonl"]);
    let found = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .find(|line| line["check"]["name"] == "network namespaces")
        .unwrap();
    let status = &found["check"]["status"];
    if std::env::var_os("SOMAGENT_EXPECT_NETNS").is_some_and(|value| value == "1") {
        assert_eq!(status, "ok", "{found}");
    } else {
        assert!(status == "ok" || found["check"]["hint"].is_string(), "{found}");
    }
}

#[test]
fn colour_is_used_only_when_wanted() {
    let scratch = tempfile::tempdir().unwrap();
    let coloured = |args: &[&str], variable: Option<(&str, &str)>| {
        let mut command = somagent(scratch.path(), args);
        command.envs(variable);
        command.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(!coloured(&["doctor"], None));
    assert!(coloured(&["doctor", "--color", "always"], None));
    assert!(coloured(&["doctor"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&["doctor", "--color=never"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(coloured(&["--color=always", "--help"], None));
    assert!(!coloured(&["--color=never", "--help"], Some(("CLICOLOR_FORCE", "1"))));
}

#[test]
fn a_reader_that_goes_away_ends_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    for args in [&["completion", "bash"][..], &["man"], &["doctor"], &["--help"]] {
        let mut child = somagent(scratch.path(), args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{args:?}");
        assert!(
            ended.stderr.is_empty(),
            "{args:?}: {}",
            String::from_utf8_lossy(&ended.stderr)
        );
    }
}

#[test]
fn output_that_cannot_be_written_ends_with_16() {
    let scratch = tempfile::tempdir().unwrap();
    let full = fs::File::create("/dev/full").unwrap();
    let ended = somagent(scratch.path(), &["version"]).stdout(full).output().unwrap();
    assert_eq!(ended.status.code(), Some(16));
    assert!(ended.stderr.starts_with(b"error: cannot write to standard output"));
}

#[test]
fn a_picture_in_pixels_goes_anywhere_but_to_a_terminal() {
    let scratch = tempfile::tempdir().unwrap();
    let picture = ["capsule", "graph", "repo_digest", "--format", "png"];
    let mut terminal = Terminal::start(&somagent(scratch.path(), &picture), 24, 80);
    terminal.sees("`--output-file FILE`");
    assert_eq!(terminal.end().exit_code(), 2);

    let piped = somagent(scratch.path(), &picture).output().unwrap();
    assert!(piped.stdout.starts_with(b"\x89PNG\r\n\x1a\n"), "{piped:?}");
    let file = scratch.path().join("graph.png");
    let mut written = somagent(scratch.path(), &picture);
    written.arg("--output-file").arg(&file);
    let written = written.output().unwrap();
    assert!(written.status.success() && written.stdout.is_empty(), "{written:?}");
    assert!(fs::read(&file).unwrap() == piped.stdout);

    let (code, _, err) = outcome(&[&picture[..], &["--output-file", "/no/such/place/graph.png"]].concat());
    assert_eq!(code, Some(16));
    assert!(err.contains("/no/such/place/graph.png"), "{err}");
}

#[test]
fn failures_have_a_kind_and_a_hint_for_scripts() {
    let (code, out, err) = outcome(&["-C", "/no/such/directory", "version", "-o", "json"]);
    assert_eq!((code, out.as_str()), (Some(14), ""));
    let failure: Value = serde_json::from_str(&err).unwrap();
    assert_eq!(failure["exit_code"], 14);
    assert_eq!(failure["error"]["kind"], "directory_not_found");
    assert!(failure["error"]["hint"].is_string());

    let mut relative = somagent(Path::new("relative"), &["doctor"]);
    let ended = relative.output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("hint: set SOMAGENT_HOME"));
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let scratch = tempfile::tempdir().unwrap();
    let pages = scratch.path().join("man1");
    let ended = somagent(scratch.path(), &["man", "--dir", pages.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(ended.status.success());
    for command in somagent::cli::command().get_subcommands() {
        let page = pages.join(format!("somagent-{}.1", command.get_name()));
        assert!(page.is_file(), "{}", page.display());
    }
}

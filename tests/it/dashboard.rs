//! The dashboard as a person meets it, in a real terminal.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use rustix::process::Signal;

use crate::terminal::Terminal;
use crate::workbench::{Workbench, eventually};

/// A capsule that asks twice and reads in between.
const ASKS: &str = r#"
schema: somagent.dev/capsule/v1
capsule_id: asks
version: 1.0.0
description: Looks, asks, and keeps a list.
inputs:
  type: object
  required: [title]
  properties:
    title: {type: string, description: Title of the list}
tools:
  - {adapter: fs, version: "^1", actions: [list]}
  - {adapter: artifact, version: "^1", actions: [put]}
execution:
  mode: dag
  steps:
    - {name: files, action: fs.list, params: {path: .}}
    - {name: first, needs: [files], gate: {prompt: "Publish {{ inputs.title }}?"}}
    - {name: keep, needs: [first], action: artifact.put, params: {name: list.md, content: "{{ inputs.title }}"}}
    - {name: second, needs: [keep], gate: {prompt: "Tell everybody?"}}
"#;

fn founded() -> Workbench {
    let bench = Workbench::new();
    bench.succeed(&["init", "-q"]);
    bench
}

#[test]
fn it_opens_shows_the_keys_follows_the_size_and_gives_the_terminal_back() {
    let bench = founded();
    let mut terminal = Terminal::start(&bench.command(&[]), 24, 80);
    terminal.sees("1 Overview");
    terminal.sees("signing key");
    assert!(terminal.is_taken());
    terminal.press("?");
    terminal.sees("command palette");
    terminal.press("\x1b");
    terminal.until("the help is gone", |text| !text.contains("command palette"));
    terminal.resize(12, 40);
    terminal.until("narrow tabs", |text| text.contains("1 all"));
    terminal.resize(40, 120);
    terminal.sees("newest in the journal");
    terminal.press("q");
    assert!(terminal.end().success());
    eventually("the terminal is not given back", || !terminal.is_taken());
}

#[test]
fn a_script_that_forgot_its_command_gets_no_dashboard() {
    let bench = founded();
    let ended = bench.run(&[]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
}

#[test]
fn without_a_store_it_says_what_to_do() {
    let bench = Workbench::new();
    let mut terminal = Terminal::start(&bench.command(&[]), 24, 80);
    terminal.sees("There is no store yet");
    terminal.press("4");
    terminal.sees("repo_digest");
    terminal.press("q");
    assert!(terminal.end().success());
}

#[test]
fn a_signal_ends_it_properly() {
    let bench = founded();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut terminal = Terminal::start(&bench.command(&[]), 24, 80);
        terminal.sees("1 Overview");
        terminal.signal(signal);
        assert!(terminal.end().success(), "{signal:?}");
        eventually("the terminal is not given back", || !terminal.is_taken());
    }
}

#[test]
fn stopped_it_gives_the_terminal_back_and_continued_it_takes_it_again() {
    let bench = founded();
    let mut terminal = Terminal::start(&bench.command(&[]), 24, 80);
    terminal.sees("signing key");
    for stop in ["key", "signal"] {
        match stop {
            "key" => terminal.press("\x1a"),
            _ => terminal.signal(Signal::TSTP),
        }
        eventually("it is not stopped", || terminal.state() == "T");
        eventually("the terminal is not given back", || !terminal.is_taken());
        terminal.signal(Signal::CONT);
        eventually("it is not continued", || terminal.is_taken());
        terminal.sees("signing key");
    }
    terminal.press("q");
    assert!(terminal.end().success());
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let bench = founded();
    let mut terminal = Terminal::start(&bench.command(&[]), 24, 80);
    terminal.sees("signing key");
    // What it asked at its start is answered sooner or later; then there is nothing to draw.
    eventually("it never comes to rest", || {
        let before = terminal.bytes();
        std::thread::sleep(Duration::from_secs(3));
        terminal.bytes() == before
    });
    terminal.press("q");
    assert!(terminal.end().success());
}

#[test]
fn a_run_of_another_process_is_seen_and_what_a_tool_says_steers_nothing() {
    let bench = founded();
    let mut terminal = Terminal::start(&bench.command(&[]), 30, 110);
    terminal.sees("Nothing has run yet");
    let file = bench.capsule(ASKS);
    let ended = bench.run(&["run", &file, "-p", "title=\u{1b}[31mred\u{7}", "--no-input"]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    terminal.sees("waiting");
    terminal.press("3");
    // The emulator shows no U+FFFD, which stands where the control characters were.
    terminal.sees("Publish [31mred?");
    terminal.press("q");
    assert!(terminal.end().success());
}

#[test]
fn a_damaged_store_is_a_message() {
    let bench = founded();
    std::fs::write(bench.home().join("data/somagent.db"), "not a database").unwrap();
    let mut terminal = Terminal::start(&bench.command(&[]), 24, 80);
    terminal.sees("The store cannot be read");
    terminal.press("q");
    assert!(terminal.end().success());
}

/// Waits long enough for keys to count on a question that has just come into view.
fn read_it() {
    std::thread::sleep(Duration::from_millis(1_500));
}

#[test]
fn a_day_start_watch_decide_read_quit() {
    let bench = founded();
    let capsules = bench.home().join("data/capsules");
    std::fs::create_dir_all(&capsules).unwrap();
    std::fs::write(capsules.join("asks.yaml"), ASKS).unwrap();
    let editor = bench.path("editor");
    std::fs::write(&editor, "#!/bin/sh\ncp \"$1\" shown\n").unwrap();
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = bench.command(&[]);
    command.env("VISUAL", &editor);
    let mut terminal = Terminal::start(&command, 40, 120);
    terminal.sees("Nothing has run yet");

    terminal.press("4");
    terminal.sees("Looks, asks, and keeps a list.");
    terminal.press("n");
    terminal.sees("Title of the list");
    read_it();
    terminal.press("weekly");
    terminal.sees("title=weekly");
    terminal.press("\r");
    // On its own screen, where the run says what it waits for.
    terminal.sees("first asks: Publish weekly?");

    terminal.press("3");
    terminal.sees("a gate of the capsule");
    read_it();
    terminal.press("a");
    terminal.sees("Tell everybody?");
    read_it();
    terminal.press("n");
    terminal.sees("why, for the record");
    read_it();
    terminal.press("not yet\r");
    // The form stays until its command line is over, and takes keys as long.
    terminal.until("the end of the queue", |text| {
        text.contains("Nobody is asked anything") && !text.contains("why, for the record")
    });

    terminal.press("2");
    terminal.sees("denied");
    terminal.press("\r");
    terminal.sees("files");
    terminal.press("]]]");
    terminal.sees("It failed and gave nothing.");
    terminal.press("k");
    terminal.sees("\"digest\"");
    terminal.press("o");
    let shown = || std::fs::read_to_string(bench.path("shown")).unwrap_or_default();
    terminal.until("the list in the editor", |_| shown() == "weekly");
    terminal.sees("keep");
    terminal.press("q");
    assert!(terminal.end().success());

    let runs = bench.runs();
    assert_eq!(runs.len(), 1, "{runs:?}");
    assert_eq!(runs[0]["status"], "denied");
    let answers: Vec<String> = bench
        .events()
        .iter()
        .filter(|event| event["header"]["kind"] == "approval.resolved")
        .map(|event| format!("{} {}", event["body"]["choice"], event["body"]["reason"]))
        .collect();
    assert_eq!(answers, [r#""approve" null"#, r#""reject" "not yet""#]);
    assert_eq!(bench.artifact(runs[0]["run"].as_str().unwrap(), "list.md"), "weekly");
}

#[test]
fn it_ends_when_its_terminal_goes() {
    let bench = founded();
    let terminal = Terminal::start(&bench.command(&[]), 24, 80);
    terminal.sees("signing key");
    let process = terminal.hang_up();
    eventually("it goes on without a terminal", || !process.exists());
}

#[test]
fn the_first_run_of_all_is_opened_as_soon_as_there_is_a_store() {
    let bench = Workbench::new();
    let capsules = bench.home().join("data/capsules");
    std::fs::create_dir_all(&capsules).unwrap();
    std::fs::write(capsules.join("asks.yaml"), ASKS).unwrap();
    let mut terminal = Terminal::start(&bench.command(&[]), 40, 120);
    terminal.sees("There is no store yet");
    terminal.press("4");
    terminal.sees("Looks, asks, and keeps a list.");
    terminal.press("n");
    terminal.sees("Title of the list");
    read_it();
    terminal.press("weekly\r");
    terminal.sees("first asks: Publish weekly?");
    terminal.press("q");
    assert!(terminal.end().success());
}

#[test]
fn doctor_measures_it_over_a_store_that_real_runs_fill() {
    let bench = founded();
    let measured = bench.succeed(&["doctor", "--bench", "--events", "700", "-o", "json"]);
    let measured = measured.json();
    let value = |name: &str| {
        let checks = measured["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["name"] == name);
        check.unwrap_or_else(|| panic!("{name}: {measured}"))["measured"].clone()
    };
    for name in ["long log", "first picture", "memory at rest", "key to picture"] {
        assert!(value(name)["value"].as_f64().unwrap() > 0.0, "{name}: {measured}");
    }
    assert_eq!(value("bytes at rest")["value"], 0.0, "{measured}");
    let left = std::fs::read_dir(bench.home().join("cache")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name == "bench"), "{left:?}");
}

/// A capsule that runs another, which waits for somebody.
const OUTER: &str = r#"
schema: somagent.dev/capsule/v1
capsule_id: outer
version: 1.0.0
description: Runs another.
inputs: {type: object}
tools:
  - {adapter: fs, version: "^1", actions: [list]}
execution:
  mode: dag
  steps:
    - {name: look, action: fs.list, params: {path: .}}
    - {name: within, needs: [look], action: capsule.run, params: {capsule: "asks@^1", inputs: {title: weekly}}}
"#;

#[test]
fn the_run_of_a_step_is_entered_and_left() {
    let bench = founded();
    std::fs::write(bench.path("asks.yaml"), ASKS).unwrap();
    let outer = bench.capsule(OUTER);
    assert_eq!(bench.run(&["run", &outer, "--no-input"]).code, Some(5));
    let mut terminal = Terminal::start(&bench.command(&[]), 40, 120);
    terminal.press("2");
    terminal.sees("outer");
    // The newest is the run of the step; the one above it began before.
    terminal.press("G\r");
    terminal.sees("look");
    terminal.press("G");
    terminal.sees("runs the capsule asks");
    terminal.press("\r");
    terminal.sees("second");
    terminal.press("\x1b");
    terminal.until("the run above", |text| {
        text.contains("within") && !text.contains("second")
    });
    terminal.press("q");
    assert!(terminal.end().success());
}

#[test]
fn a_run_on_a_terminal_draws_its_steps_in_place_and_leaves_them() {
    let bench = founded();
    std::fs::write(bench.path("asks.yaml"), ASKS).unwrap();
    let mut terminal = Terminal::start(&bench.command(&["run", "asks.yaml", "-p", "title=weekly"]), 24, 80);
    terminal.sees("Publish weekly?");
    terminal.press("approve\n");
    terminal.sees("Tell everybody?");
    terminal.press("approve\n");
    terminal.sees("4 of 4 steps");
    assert!(terminal.end().success());
    eventually("the terminal is not given back", || !terminal.is_taken());
    let text = terminal.text();
    assert_eq!(text.matches("✓ keep").count(), 1, "{text}");
}

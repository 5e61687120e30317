//! The dashboard and a run for people who listen instead of looking.

use crate::terminal::Terminal;
use crate::workbench::{Workbench, eventually};

/// A capsule that looks, asks, and keeps what it was given.
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
    kind: {type: string, enum: [short, long], default: short}
tools:
  - {adapter: artifact, version: "^1", actions: [put]}
execution:
  mode: dag
  steps:
    - {name: sure, gate: {prompt: "Publish {{ inputs.title }}?"}}
    - {name: keep, needs: [sure], action: artifact.put, params: {name: list.md, content: "{{ inputs.title }} {{ inputs.kind }}"}}
"#;

fn founded() -> Workbench {
    let bench = Workbench::new();
    bench.succeed(&["init", "-q"]);
    let capsules = bench.home().join("data/capsules");
    std::fs::create_dir_all(&capsules).unwrap();
    std::fs::write(capsules.join("asks.yaml"), ASKS).unwrap();
    bench
}

/// Everything that was written is lines: no escape sequence, and no line drawn over another.
fn is_flat(terminal: &Terminal) {
    let written = terminal.written();
    let lines = written.replace("\r\n", "\n");
    let control = lines.chars().find(|letter| letter.is_control() && *letter != '\n');
    assert_eq!(control, None, "{written:?}");
    let drawn = lines.chars().find(|letter| ('\u{2500}'..='\u{259f}').contains(letter));
    assert_eq!(drawn, None, "{written}");
}

#[test]
fn a_day_start_decide_read_quit_in_lines() {
    let bench = founded();
    let mut terminal = Terminal::start(&bench.command(&["--screen-reader"]), 24, 80);
    terminal.hears(0, "help says how it works");
    terminal.hears(0, "Nothing has run yet");
    terminal.hears(0, "checks; `somagent doctor` names them");
    terminal.says("4", "asks 1.0.0: Looks, asks, and keeps a list. (asks.yaml)");
    terminal.says("asks", "capsule asks (look)");
    terminal.says("n", "title (string, required): Title of the list");
    terminal.says("", "Not yet: `title` is required");
    terminal.says("weekly", "2: long");
    terminal.says("2", "It will run: somagent run asks -p title=weekly -p kind=long");
    terminal.says("no", "neither yes nor back nor esc");
    terminal.says("yes", "Question of sure: Publish weekly?");
    terminal.says("3", "Approvals, 1 row");
    terminal.says("a", "It will run: somagent approvals approve");
    terminal.says("yes", "Run of asks: succeeded.");
    terminal.says("2", "> asks: succeeded, steps over: 2");
    terminal.says("enter", "completed: keep");
    terminal.says("G", "> completed: keep");
    terminal.says("]", "Timeline of keep");
    terminal.says("]", "Input of keep");
    terminal.says("]", "Output of keep");
    terminal.says("", "list.md");
    eventually("it never comes to rest", || {
        let before = terminal.bytes();
        std::thread::sleep(std::time::Duration::from_secs(2));
        terminal.bytes() == before
    });
    terminal.press("quit\n");
    assert!(terminal.end().success());
    is_flat(&terminal);

    let runs = bench.runs();
    assert_eq!(runs[0]["status"], "succeeded", "{runs:?}");
    assert_eq!(
        bench.artifact(runs[0]["run"].as_str().unwrap(), "list.md"),
        "weekly long"
    );
}

#[test]
fn the_end_of_the_input_and_an_interrupt_end_it() {
    let bench = founded();
    for key in ["\x04", "\x03"] {
        let mut command = bench.command(&[]);
        command.env("SOMAGENT_SCREEN_READER", "1");
        let mut terminal = Terminal::start(&command, 24, 80);
        terminal.hears(0, "somagent> ");
        terminal.press(key);
        assert!(terminal.end().success(), "{key:?}");
        terminal.hears(0, "The dashboard is closed.");
    }
}

#[test]
fn a_run_on_a_terminal_is_told_in_plain_lines() {
    let bench = founded();
    let args = [
        "--screen-reader",
        "run",
        "asks",
        "-p",
        "title=weekly",
        "--approval",
        "park",
    ];
    let mut terminal = Terminal::start(&bench.command(&args), 24, 80);
    assert_eq!(terminal.end().exit_code(), 5);
    terminal.hears(0, "approvals");
    is_flat(&terminal);
}

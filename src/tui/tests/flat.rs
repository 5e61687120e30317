//! The conversation without a terminal: lines in, lines and command lines out.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use serde_json::json;

use super::*;
use crate::tui::act::Topic;
use crate::tui::edge::Face as _;
use crate::tui::flat::Lines;

/// What was written so far.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Somebody who listens.
struct Listener {
    app: App,
    face: Lines<Written>,
    written: Written,
}

impl Listener {
    /// Somebody who has heard what is there first.
    fn new() -> Self {
        let written = Written::default();
        let mut listener = Self {
            app: App::spoken(NOW),
            face: Lines::new(written.clone()),
            written,
        };
        assert!(listener.hears().contains("help says how it works"));
        listener
    }

    /// What the doctor says comes in.
    fn lights(&mut self) {
        let checks = json!({"checks": [{"name": "journal", "status": "ok", "detail": "whole"},
            {"name": "disk", "status": "warn", "detail": "nearly full"},
            {"name": "mode", "status": "ok", "detail": "production, recorded by user:ann"}]});
        self.app.update(Msg::Answered(Topic::Doctor, Ok(checks)));
    }

    /// What is said now, without the prompt.
    fn hears(&mut self) -> String {
        self.face.show(&mut self.app).unwrap();
        let bytes = std::mem::take(&mut *self.written.0.borrow_mut());
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains('\u{1b}'), "{text:?}");
        text.replace("somagent> ", "").trim().to_owned()
    }

    /// What a line is answered, and what it wants done.
    fn says(&mut self, line: &str) -> (String, Vec<String>) {
        let acts = self.app.update(Msg::Line(format!("{line}\n")));
        (self.hears(), lines(&acts))
    }

    /// What a line is answered that wants nothing done.
    fn asks(&mut self, line: &str) -> String {
        let (said, done) = self.says(line);
        assert_eq!(done, [""; 0], "{line}: {said}");
        said
    }
}

fn with_questions() -> Listener {
    let mut listener = Listener::new();
    listener.lights();
    approvals::see(
        &mut listener.app,
        "waiting",
        vec![approvals::gate(1), approvals::about_action(2, "tell", "/home/u/x")],
    );
    listener.hears();
    listener
}

#[test]
fn a_screen_is_said_whole_and_then_only_what_changes() {
    let mut listener = with_questions();
    insta::assert_snapshot!(listener.asks("2"), @"
    Runs, 2 rows
    > ship: waiting, part of another, steps over: 1, 1 asked, since 09:28:20, run 00000002
    ship: waiting, steps over: 1, 1 asked, since 09:28:20, run 00000001
    ");
    insta::assert_snapshot!(listener.asks("j"), @"> ship: waiting, steps over: 1, 1 asked, since 09:28:20, run 00000001");
    insta::assert_snapshot!(listener.asks("down"), @"Nothing is other than before.");
    insta::assert_snapshot!(listener.asks("Z"), @"That key does nothing here; ? says every key.");
    insta::assert_snapshot!(listener.asks(""), @"
    Runs, 2 rows
    ship: waiting, part of another, steps over: 1, 1 asked, since 09:28:20, run 00000002
    > ship: waiting, steps over: 1, 1 asked, since 09:28:20, run 00000001
    ");
    insta::assert_snapshot!(listener.asks("/nothing like it"), @"
    Runs with `nothing like it`
    No run is like that. Esc in the filter shows all of them.
    ");
    insta::assert_snapshot!(listener.asks("/"), @"Which words? An empty line keeps all runs, esc too.");
    assert!(listener.asks("").starts_with("Runs, 2 rows"));
}

#[test]
fn a_question_is_decided_by_a_whole_yes_only() {
    let mut listener = with_questions();
    insta::assert_snapshot!(listener.asks("3"), @"
    Approvals, 2 rows
    > sure of ship: Is the directory right?, since 09:28:30
    tell of ship: May `tell` do `tool.act`?, since 09:28:30
    ");
    insta::assert_snapshot!(listener.asks("a"), @"
    Sure?
    It will run: somagent approvals approve 0000000000000001
    It will run: somagent runs resume 0190b0a0-0000-7000-8000-000000000001
    yes does it, anything else does not.
    ");
    assert!(listener.asks("").contains("It will run: somagent approvals approve"));
    insta::assert_snapshot!(listener.asks("y"), @"
    Nothing was done.
    Back in Approvals, 2 rows
    ");
    listener.asks("a");
    let (_, done) = listener.says("yes");
    assert_eq!(
        done,
        [
            "somagent approvals approve 0000000000000001",
            "somagent runs resume 0190b0a0-0000-7000-8000-000000000001",
        ]
    );
    insta::assert_snapshot!(listener.asks("tab"), @"
    Question 0000000000000001
    Is the directory right?
    kind: a gate of the capsule
    choices: approve · reject
    step: sure
    run: ship 0190b0a0-0000-7000-8000-000000000002
    works in: /home/u/project
    asked: 09:28:30, 2026-11-21T09:28:30.000Z
    ");
}

#[test]
fn a_run_is_started_field_by_field() {
    let mut listener = Listener::new();
    let app = &mut listener.app;
    app.update(Msg::Answered(Topic::Capsules, Ok(capsules::list())));
    let (said, done) = listener.says("4");
    assert_eq!(done, ["asks somagent capsule list"]);
    insta::assert_snapshot!(said, @"
    Capsules, 2 rows
    > repo_digest 1.0.0: What changed in a repository. (built in)
    ship 1.2.0: Reads and asks. (ship.yaml)
    ");
    let (said, done) = listener.says("ship");
    assert_eq!(
        (said.as_str(), done),
        (
            "capsule ship (look)\n> ship 1.2.0: Reads and asks. (ship.yaml)",
            vec!["asks somagent capsule show ship".to_owned()]
        )
    );
    listener
        .app
        .update(Msg::Answered(Topic::Capsule("ship".to_owned()), Ok(capsules::spec())));
    insta::assert_snapshot!(listener.asks("start a run"), @"
    start ship: field 1 of 5, path
    Reads and asks.
    An empty line takes what is there, esc leaves, shift-tab goes back, ctrl-e opens the editor, = before a text takes it as it is.
    path (string): Directory that is read
    Now: .
    ");
    insta::assert_snapshot!(listener.asks(""), @"
    start ship: field 2 of 5, channel
    channel (string, required): Where it is told
    ");
    insta::assert_snapshot!(listener.asks(""), @"Not yet: `channel` is required");
    insta::assert_snapshot!(listener.asks("=esc"), @"
    start ship: field 3 of 5, limit
    limit (integer)
    Now: 20
    ");
    insta::assert_snapshot!(listener.asks("7"), @"
    start ship: field 4 of 5, kind
    kind (a number chooses)
    1: short
    2: long
    Now: short
    ");
    insta::assert_snapshot!(listener.asks("3"), @"Not yet: `3` is none of short, long");
    insta::assert_snapshot!(listener.asks("lo"), @"
    start ship: field 5 of 5, loud
    loud (a number chooses)
    1: true
    2: false
    Now: false
    ");
    insta::assert_snapshot!(listener.asks("true"), @"
    start ship: all is said
    It will run: somagent run ship -p channel=esc -p limit=7 -p kind=long -p loud=true
    yes does it, back goes to the fields, esc leaves, forecast says what it would do.
    ");
    insta::assert_snapshot!(listener.asks("perhaps"), @"Not yet: `perhaps` is neither yes nor back nor esc");
    let (said, done) = listener.says("yes");
    assert_eq!(
        done,
        ["somagent run ship -p channel=esc -p limit=7 -p kind=long -p loud=true"]
    );
    insta::assert_snapshot!(said, @"
    start ship: sent
    waiting for it to begin …
    ");
}

#[test]
fn words_are_looked_for_among_everything() {
    let mut listener = with_questions();
    insta::assert_snapshot!(listener.asks("run ship"), @"
    2 are like `run ship`; a number chooses.
    1: run ship 0190b0a0-0000-7000-8000-000000000002 (waiting)
    2: run ship 0190b0a0-0000-7000-8000-000000000001 (waiting)
    ");
    assert!(listener.asks("9").contains("There is no number 9"));
    insta::assert_snapshot!(listener.asks("qqqq"), @"Nothing is like `qqqq`. help says how this works.");
    assert!(listener.asks("Runs").starts_with("Runs, 2 rows"));
    let (_, done) = listener.says("quit");
    assert_eq!(done, ["Quit"]);
}

#[test]
fn what_happens_by_itself_is_said_once() {
    let mut listener = with_questions();
    assert_eq!(listener.hears(), "");
    listener.app.update(Msg::Tick(NOW + 60_000));
    assert_eq!(listener.hears(), "");
    approvals::see(
        &mut listener.app,
        "failed",
        vec![approvals::gate(1), approvals::gate(3)],
    );
    insta::assert_snapshot!(listener.hears(), @"
    Run of ship: failed.
    Question of sure: Is the directory right? 3 goes to the questions.
    ");
    assert_eq!(listener.hears(), "");
    approvals::see(&mut listener.app, "failed", Vec::new());
    insta::assert_snapshot!(listener.hears(), @"No question is open.");
    listener.app.toast("copied\u{1b}[2J", true);
    insta::assert_snapshot!(listener.hears(), @"Not done: copied�[2J");
}

#[test]
fn the_lights_are_said_when_they_are_known() {
    let mut listener = Listener::new();
    approvals::see(&mut listener.app, "waiting", Vec::new());
    listener.hears();
    listener.lights();
    insta::assert_snapshot!(listener.hears(), @"
    warning: disk, nearly full
    ok: mode, production, recorded by user:ann
    ok: 1 of 3 checks; `somagent doctor` names them
    ");
}

#[test]
fn every_key_of_a_screen_has_a_line() {
    let mut listener = with_questions();
    listener.asks("3");
    let said = listener.asks("?");
    assert!(said.starts_with("a: approve once\n"), "{said}");
    assert!(
        said.contains("\nj or down: down\n") && !said.contains("colours"),
        "{said}"
    );
}

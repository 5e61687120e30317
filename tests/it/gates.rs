//! Questions to people: asked by one process, answered by another, decided once.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::ledger::Ledger;
use crate::workbench::{Workbench, eventually};

/// A gate between two artifacts.
pub const GATED: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: gated
version: 1.0.0
description: Asks before it publishes.
inputs:
  type: object
  additionalProperties: false
  properties: {name: {type: string, default: note}}
outputs:
  type: object
  properties: {decision: {type: string}, form: {}, by: {type: string}}
outputs_from:
  decision: "{{ steps.review.output.decision }}"
  form: "{{ steps.review.output.form }}"
  by: "{{ steps.review.output.by }}"
tools: [{adapter: artifact, version: "^1", actions: [put]}]
execution:
  mode: sequence
  steps:
    - {name: draft, action: artifact.put, params: {name: draft.txt, content: "{{ inputs.name }}"}}
    - name: review
      gate:
        prompt: "Publish {{ inputs.name }}?"
        show: [steps.draft.output.size]
        choices: [approve, later, reject]
        assignees: ["role:editor"]
        form: {type: object, additionalProperties: false, properties: {stars: {type: integer}, note: {type: string}}}
        expires: EXPIRES
        on_expire: later
    - {name: publish, action: artifact.put, params: {name: out.txt, content: "{{ inputs.name }}"}}
"#;

pub fn gated(expires: &str) -> String {
    GATED.replace("EXPIRES", expires)
}

/// One request with an effect to the service on `port`, reviewed before it is sent.
fn reviewed(port: u16) -> String {
    format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: reviewed
version: 1.0.0
description: Sends once somebody has seen what.
inputs: {{type: object, additionalProperties: false, properties: {{}}}}
outputs: {{type: object, properties: {{}}}}
outputs_from: {{}}
tools: [{{adapter: http, version: "^1", actions: [request], hosts: ["127.0.0.1:{port}"]}}]
policies: {{requires_review: true}}
execution:
  steps:
    - name: send
      action: http.request
      effect: external
      on_uncertain: review
      params: {{method: POST, url: "http://127.0.0.1:{port}/effects", json: {{ref: "order 7"}}}}
"#
    )
}

/// The id of the only open question.
pub fn question(bench: &Workbench) -> String {
    let open = bench.questions();
    assert_eq!(open.len(), 1, "{open:?}");
    open[0]["id"].as_str().unwrap().to_owned()
}

/// Runs a capsule that parks, and gives the run's id.
pub fn park(bench: &Workbench, capsule: &str) -> String {
    let parked = bench.run(&["run", capsule, "-o", "json"]);
    assert_eq!(parked.code, Some(5), "{parked:?}");
    let parked = parked.json();
    assert_eq!(
        (&parked["status"], &parked["error"]["kind"]),
        (&json!("parked"), &json!("parked"))
    );
    parked["run"].as_str().unwrap().to_owned()
}

#[test]
fn a_parked_run_is_decided_by_another_process_once_and_goes_on() {
    let bench = Workbench::new();
    let capsule = bench.capsule(&gated("2d"));
    let parked = bench.run(&["run", &capsule, "-o", "jsonl"]);
    assert_eq!(parked.code, Some(5), "{parked:?}");
    let finish = parked.finish();
    let run = finish["run"].as_str().unwrap();
    let id = question(&bench);
    assert_eq!(finish["approvals"][0]["id"], id.as_str());
    assert_eq!(finish["usage"]["tool_calls"], 1);
    let hint = finish["error"]["hint"].as_str().unwrap();
    let decides = format!("`somagent approvals answer {id} --choice approve|later|reject` decides");
    assert!(
        hint.contains(&decides) && hint.contains(&format!("runs resume {run}")),
        "{hint}"
    );
    assert!(!hint.contains("approvals approve"), "{hint}");
    assert_eq!(bench.runs()[0]["status"], "waiting");

    let shown = bench.succeed(&["approvals", "show", &id[..6], "-o", "json"]).json();
    assert_eq!(shown["shown"], json!({"steps.draft.output.size": 4}));
    assert_eq!(
        (&shown["status"], &shown["prompt"], &shown["assignees"]),
        (&json!("open"), &json!("Publish note?"), &json!(["role:editor"]))
    );
    assert_eq!(
        (&shown["on_expire"], &shown["decision"]),
        (&json!("later"), &Value::Null)
    );

    // An answer that does not fit decides nothing.
    for (args, says) in [
        (
            &["answer", &id, "--choice", "maybe"][..],
            "is not one of approve, later, reject",
        ),
        (&["answer", &id, "--choice", "approve", "-p", "stars=many"], "/stars"),
        (&["answer", &id, "--choice", "approve", "-p", "more=1"], "more"),
        (&["approve", &id[..3]], "too short"),
    ] {
        let refused = bench.run(&[&["approvals"], args].concat());
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.err.contains(says), "{refused:?}");
    }
    assert_eq!(bench.run(&["approvals", "show", "ffffffffffffffff"]).code, Some(14));

    let answered = bench.succeed(&[
        "approvals",
        "answer",
        &id,
        "--choice",
        "approve",
        "-p",
        "stars=5",
        "--reason",
        "well done",
        "-o",
        "json",
    ]);
    let resume = format!("somagent runs resume {run}");
    assert_eq!(answered.json()["resume"], resume.as_str());
    let again = bench.run(&["approvals", "deny", &id]);
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(
        again.err.contains("was decided before: `approve` by user:"),
        "{again:?}"
    );

    let finish = bench.succeed(&["runs", "resume", run, "-o", "jsonl"]).finish();
    assert_eq!(finish["outputs"]["decision"], "approve");
    assert_eq!(finish["outputs"]["form"], json!({"stars": 5}));
    assert_eq!(bench.artifact(run, "out.txt"), "note");
    let shown = bench.succeed(&["approvals", "show", &id, "-o", "json"]).json();
    assert_eq!(
        (&shown["status"], &shown["decision"]["reason"]),
        (&json!("answered"), &json!("well done"))
    );
    assert_eq!(bench.questions(), [Value::Null; 0]);
    assert_eq!(
        bench
            .succeed(&["approvals", "list", "--all", "--run", run, "-o", "jsonl"])
            .json()["choice"],
        "approve"
    );
    bench.events();
}

#[test]
fn an_action_is_approved_exactly_as_it_was_shown() {
    let bench = Workbench::new();
    let ledger = Ledger::start(&bench.path("log"), &[]);
    let capsule = bench.capsule(&reviewed(ledger.port));
    let run = park(&bench, &capsule);
    let id = question(&bench);
    let shown = bench.succeed(&["approvals", "show", &id, "-o", "json"]).json();
    let about = &shown["about"];
    assert_eq!(
        (&about["kind"], &about["action"]),
        (&json!("action"), &json!("http.request"))
    );
    assert_eq!(about["args"]["json"], json!({"ref": "order 7"}));
    assert_eq!(about["digest"].as_str().unwrap().len(), 128);
    let text = bench.succeed(&["approvals", "show", &id]).out;
    assert!(text.contains("order 7") && text.contains("wants a review"), "{text}");
    assert_eq!(ledger.effects().len(), 0);

    bench.succeed(&["approvals", "approve", &id]);
    assert_eq!(ledger.effects().len(), 0);
    bench.succeed(&["runs", "resume", &run]);
    assert_eq!(ledger.effects().len(), 1);

    let denied = park(&bench, &capsule);
    bench.succeed(&["approvals", "deny", &question(&bench), "--reason", "not today"]);
    let ended = bench.run(&["runs", "resume", &denied, "-o", "json"]);
    assert_eq!((ended.code, &ended.json()["status"]), (Some(6), &json!("denied")));
    assert!(
        ended.json()["error"]["message"].as_str().unwrap().contains("not today"),
        "{ended:?}"
    );
    // The whole of it in one command.
    let ended = bench.run(&["run", &capsule, "--approval", "deny", "-o", "jsonl"]);
    assert_eq!((ended.code, &ended.finish()["status"]), (Some(6), &json!("denied")));
    assert!(ended.out.contains("\"by\":\"approval:deny\""), "{ended:?}");
    assert_eq!(ledger.effects().len(), 1);
}

#[test]
fn a_question_that_nobody_answers_in_time_answers_itself_when_the_run_goes_on() {
    let bench = Workbench::new();
    let run = park(&bench, &bench.capsule(&gated("5s")));
    let status = || bench.questions()[0]["status"].clone();
    eventually("the question did not expire", || status() == "expired");
    let late = bench.run(&["approvals", "approve", &question(&bench)]);
    assert_eq!(late.code, Some(2), "{late:?}");
    assert!(late.err.contains("has expired"), "{late:?}");
    let ended = bench.succeed(&["runs", "resume", &run, "-o", "json"]).json();
    assert_eq!(
        (&ended["outputs"]["decision"], &ended["outputs"]["by"]),
        (&json!("later"), &json!("clock"))
    );
}

#[test]
fn an_answer_reaches_a_run_that_another_process_drives() {
    let bench = Workbench::new();
    let go = bench.path("go");
    let ledger = Ledger::slow(&bench.path("log"), &go);
    let port = ledger.port;
    let capsule = bench.capsule(&format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: beside
version: 1.0.0
description: Asks while something else goes on.
inputs: {{type: object, additionalProperties: false, properties: {{}}}}
outputs: {{type: object, properties: {{decision: {{type: string}}}}}}
outputs_from: {{decision: "{{{{ steps.review.output.decision }}}}"}}
tools: [{{adapter: http, version: "^1", actions: [request], hosts: ["127.0.0.1:{port}"]}}]
execution:
  mode: dag
  steps:
    - name: send
      action: http.request
      effect: keyed
      params: {{method: POST, url: "http://127.0.0.1:{port}/effects", json: {{}}}}
    - {{name: review, gate: {{prompt: "Really?"}}}}
"#
    ));
    let mut live = bench.start(&["run", &capsule, "-o", "jsonl"]);
    live.until("approval.requested");
    let answered = bench
        .succeed(&["approvals", "approve", &question(&bench), "-o", "json"])
        .json();
    assert_eq!((&answered["owned"], &answered["resume"]), (&json!(true), &Value::Null));
    fs::write(go, "").unwrap();
    let ended = live.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.finish()["outputs"]["decision"], "approve");
    let at = |kind: &str| ended.out.find(kind).unwrap();
    assert!(at("approval.resolved") < at("step.completed"), "{ended:?}");
}

#[test]
fn a_doubt_is_never_denied_and_somebody_may_say_what_happened() {
    let bench = Workbench::new();
    let options = ["--mode", "slow", "--delay-ms", "60000", "--slow-where", "after"];
    let mut ledger = Ledger::start(&bench.path("log"), &options);
    let text = reviewed(ledger.port).replace("policies: {requires_review: true}\n", "");
    let capsule = bench.capsule(&text);
    let mut live = bench.start(&["run", &capsule, "-o", "jsonl"]);
    live.until("step.started");
    eventually("the effect did not happen", || ledger.effects().len() == 1);
    live.signal(Signal::KILL);
    live.end();
    ledger.kill();
    let run = bench.newest();
    let parked = bench.run(&["runs", "resume", &run, "--approval", "deny", "-o", "json"]);
    assert_eq!(parked.code, Some(5), "{parked:?}");
    let asked = &parked.json()["approvals"][0];
    assert_eq!(
        (&asked["about"]["kind"], &asked["choices"]),
        (&json!("doubt"), &json!(["happened", "retry", "fail"]))
    );
    let hint = parked.json()["error"]["hint"].clone();
    assert!(
        hint.as_str().unwrap().contains("--choice happened|retry|fail`"),
        "{hint}"
    );
    let shown = bench.succeed(&["runs", "show", &run, "-o", "json"]).json();
    assert_eq!(shown["doubts"][0]["key"], format!("som1:{run}:send:").as_str());
    let id = asked["id"].as_str().unwrap();
    // What the call was given is told, although only its digest is recorded.
    let question = bench.succeed(&["approvals", "show", id, "-o", "json"]).json();
    assert_eq!(question["about"]["args"]["method"], "POST", "{question}");
    assert_eq!(question["about"]["message"], Value::Null, "{question}");
    assert!(
        question["prompt"].as_str().unwrap().contains("It was interrupted"),
        "{question}"
    );
    let question = bench.succeed(&["approvals", "show", id]).out;
    assert!(
        question.contains("\narguments:\n") && question.contains("\"POST\""),
        "{question}"
    );
    // What does not hold is refused before anything is recorded.
    for (wrong, says) in [
        (r#"output={"status":201"#, "line 1 column"),
        (r#"output={"status":"201"}"#, "`/output"),
        ("output=sent", "`/output`"),
    ] {
        let refused = bench.run(&["approvals", "answer", id, "--choice", "happened", "-p", wrong]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.err.contains(says), "{wrong}: {refused:?}");
    }
    let output = r#"output={"status":201,"url":"x","headers":{},"bytes":0}"#;
    bench.succeed(&["approvals", "answer", id, "--choice", "happened", "-p", output]);
    bench.succeed(&["runs", "resume", &run]);
    let shown = bench.succeed(&["runs", "show", &run, "-o", "json"]).json();
    assert_eq!(shown["steps"][0]["output"]["value"]["status"], 201);
    bench.succeed(&["runs", "replay", &run]);
    assert_eq!(ledger.effects().len(), 1);
}

/// Runs the command on a terminal of its own, typing `keys`.
fn on_a_terminal(bench: &Workbench, line: &str, keys: &str) -> (Option<i32>, String) {
    let program = env!("CARGO_BIN_EXE_somagent");
    let mut command = Command::new("script");
    command
        .args([
            "--quiet",
            "--return",
            "--command",
            &format!("{program} {line}"),
            "/dev/null",
        ])
        .env("SOMAGENT_HOME", bench.home())
        .env_remove("CI")
        .current_dir(Path::new("/"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
}

#[test]
fn on_a_terminal_the_question_is_asked_with_its_form() {
    let bench = Workbench::new();
    let capsule = bench.capsule(&gated("2d"));
    let (code, shown) = on_a_terminal(&bench, &format!("run {capsule}"), "nonsense\nappr\n4\n\n");
    assert_eq!(code, Some(0), "{shown}");
    for text in [
        "Publish note?",
        "steps.draft.output.size:",
        "`nonsense` is not one of them",
        "stars (integer)",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let run = bench.newest();
    let shown = bench.succeed(&["runs", "show", &run, "-o", "json"]).json();
    assert_eq!(shown["result"]["outputs"]["form"], json!({"stars": 4}));
    // An empty line decides nothing, and so does a run in CI or one that must not ask.
    let (code, shown) = on_a_terminal(&bench, &format!("run {capsule}"), "\n");
    assert_eq!(code, Some(5), "{shown}");
    let (code, shown) = on_a_terminal(&bench, &format!("run {capsule} --no-input"), "approve\n");
    assert_eq!(code, Some(5), "{shown}");
}

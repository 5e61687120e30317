//! Runs under the hands of others: paused, cancelled, waited for, done again, forked, compared, exported.

use std::fs;

use serde_json::{Value, json};

use crate::gates::{gated, park, question};
use crate::ledger::Ledger;
use crate::workbench::{Workbench, eventually};

/// Sends something that can be taken back, then asks.
fn undoable(port: u16) -> String {
    format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: undoable
version: 1.0.0
description: Sends, and takes it back.
inputs: {{type: object, additionalProperties: false, properties: {{}}}}
outputs: {{type: object, properties: {{}}}}
outputs_from: {{}}
tools: [{{adapter: http, version: "^1", actions: [request], hosts: ["127.0.0.1:{port}"]}}]
execution:
  mode: sequence
  steps:
    - name: send
      action: http.request
      effect: keyed
      params: {{method: POST, url: "http://127.0.0.1:{port}/effects", json: {{ref: sent}}}}
      compensate:
        action: http.request
        params: {{method: POST, url: "http://127.0.0.1:{port}/effects", json: {{ref: "back {{{{ output.json.ref }}}}"}}}}
    - {{name: review, gate: {{prompt: "Keep it?"}}}}
"#
    )
}

/// Two steps, of which the first takes its time.
fn slow(port: u16) -> String {
    undoable(port).replace("    - {name: review, gate: {prompt: \"Keep it?\"}}\n", "")
        + &format!(
            "    - {{name: more, action: http.request, effect: keyed, params: {{method: POST, url: \"http://127.0.0.1:{port}/effects\", json: {{ref: more}}}}}}\n"
        )
}

/// A service that has performed an effect when it waits, and answers nothing until [`answers`].
fn slow_ledger(bench: &Workbench) -> Ledger {
    Ledger::slow(&bench.path("log"), &bench.path("go"))
}

/// Lets the service answer from now on.
fn answers(bench: &Workbench) {
    fs::write(bench.path("go"), "").unwrap();
}

fn refs(ledger: &Ledger) -> Vec<Value> {
    let read = |entry: &Value| serde_json::from_str::<Value>(entry["body"].as_str().unwrap()).unwrap()["ref"].clone();
    ledger.effects().iter().map(read).collect()
}

#[test]
fn cancelling_a_parked_run_undoes_what_it_did() {
    let bench = Workbench::new();
    let ledger = Ledger::start(&bench.path("log"), &[]);
    let run = park(&bench, &bench.capsule(&undoable(ledger.port)));
    assert_eq!(refs(&ledger), ["sent"]);
    let ended = bench.succeed(&["runs", "cancel", &run, "--reason", "enough", "-o", "jsonl"]);
    let last: Value = serde_json::from_str(ended.out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["type"], &last["data"]["status"]),
        (&json!("run.finished"), &json!("cancelled"))
    );
    assert_eq!(refs(&ledger), ["sent", "back sent"]);
    let shown = bench.succeed(&["runs", "show", &run, "-o", "json"]).json();
    assert_eq!(
        (&shown["status"], &shown["steps"][0]["undone"]),
        (&json!("cancelled"), &json!(true))
    );
    assert_eq!(shown["cancelling"]["reason"], "enough");
    // Its question is void, and whoever waits for the run gets its code.
    let late = bench.run(&[
        "approvals",
        "approve",
        bench.succeed(&["approvals", "list", "--all", "-o", "json"]).json()[0]["id"]
            .as_str()
            .unwrap(),
    ]);
    assert_eq!(late.code, Some(2), "{late:?}");
    assert!(late.err.contains("is void"), "{late:?}");
    assert_eq!(bench.run(&["runs", "wait", &run]).code, Some(17));
    assert_eq!(bench.run(&["runs", "cancel", &run]).code, Some(2));
    // The record is what the core gives for the same inputs.
    bench.succeed(&["runs", "replay", &run]);
    bench.events();
}

#[test]
fn cancelling_a_run_that_another_process_drives_ends_that_one_with_17() {
    let bench = Workbench::new();
    let ledger = slow_ledger(&bench);
    let mut live = bench.start(&["run", &bench.capsule(&slow(ledger.port)), "-o", "jsonl"]);
    live.until("step.started");
    let run = bench.newest();
    let cancel = bench.start(&["runs", "cancel", &run, "--grace", "60s", "-o", "json"]);
    eventually("the run is not cancelled", || {
        let shown = bench.succeed(&["runs", "show", &run, "-o", "json"]).json();
        !shown["cancelling"].is_null()
    });
    answers(&bench);
    let cancelled = cancel.end();
    assert_eq!(cancelled.code, Some(0), "{cancelled:?}");
    assert_eq!(cancelled.json()["status"], "cancelled");
    let ended = live.end();
    assert_eq!((ended.code, &ended.finish()["status"]), (Some(17), &json!("cancelled")));
    // What was in flight had time to end, so it was undone; nothing new began.
    assert_eq!(refs(&ledger), ["sent", "back sent"]);
}

#[test]
fn a_run_says_why_it_did_not_undo_a_step() {
    let bench = Workbench::new();
    let ledger = Ledger::start(&bench.path("log"), &[]);
    let capsule = undoable(ledger.port).replace("back {{ output.json.ref }}", "back {{ output.json.no_such }}");
    let run = park(&bench, &bench.capsule(&capsule));
    bench.succeed(&["runs", "cancel", &run]);
    let shown = bench.succeed(&["runs", "show", &run, "-o", "json"]).json();
    let step = &shown["steps"][0];
    assert_eq!(
        (&step["undone"], &step["not_undone"][0]["step"]),
        (&json!(false), &json!("send")),
        "{shown}"
    );
    let message = step["not_undone"][0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("no_such"), "{message}");
    let table = bench.succeed(&["runs", "show", &run]).out;
    let row = table.lines().find(|line| line.starts_with("send "));
    assert!(
        row.is_some_and(|row| row.contains(&format!("not undone: {message}"))),
        "{table}"
    );
}

/// Sends something of which nobody knows afterwards whether it was sent.
fn external(port: u16) -> String {
    undoable(port).replace("effect: keyed", "effect: external")
}

/// What stands after these words at the beginning of a line.
fn line_of<'a>(text: &'a str, words: &str) -> &'a str {
    let line = text.lines().find_map(|line| line.strip_prefix(words));
    line.unwrap_or_else(|| panic!("no line begins with `{words}`: {text}"))
}

#[test]
fn whoever_cancels_a_run_that_another_process_drives_is_told_what_it_leaves_in_doubt() {
    let bench = Workbench::new();
    let ledger = slow_ledger(&bench);
    let mut live = bench.start(&["run", &bench.capsule(&external(ledger.port)), "-o", "jsonl"]);
    live.until("step.started");
    eventually("the effect did not happen", || ledger.effects().len() == 1);
    let run = bench.newest();
    let cancelled = bench.succeed(&["runs", "cancel", &run, "--grace", "0s"]);
    line_of(&cancelled.err, "cancelled  ");
    let message = bench.succeed(&["runs", "show", &run, "-o", "json"]).json()["doubts"][0]["message"].clone();
    let why = line_of(&cancelled.err, "in doubt  `send`: nobody knows whether it happened: ");
    assert_eq!(json!(why), message);
    let ended = live.end();
    assert_eq!(ended.code, Some(17), "{ended:?}");
    assert_eq!(ended.finish()["doubts"], json!(["send"]));
    // Whoever waits for it hears the same.
    let waited = bench.run(&["runs", "wait", &run]);
    assert_eq!(waited.code, Some(17), "{waited:?}");
    line_of(&waited.err, "in doubt  `send`: ");
    answers(&bench);
}

#[test]
fn whoever_cancels_a_parked_run_is_told_what_it_leaves_in_doubt() {
    let bench = Workbench::new();
    // The answer is larger than the step takes.
    let ledger = Ledger::start(&bench.path("log"), &[]);
    let capsule = external(ledger.port).replace("json: {ref: sent}}", "json: {ref: sent}, max_bytes: 1}");
    let run = park(&bench, &bench.capsule(&capsule));
    let prompt = bench.questions()[0]["prompt"].as_str().unwrap().to_owned();
    let shown = bench.succeed(&["runs", "show", &run]).out;
    let why = line_of(&shown, "in doubt ");
    assert!(why.contains("nobody knows whether it happened: "), "{shown}");
    let cancelled = bench.succeed(&["runs", "cancel", &run]);
    line_of(&cancelled.err, "cancelled  ");
    let why = line_of(&cancelled.err, "in doubt  `send`: nobody knows whether it happened: ");
    assert!(
        prompt.ends_with(&format!("What its call said: {why}")),
        "{prompt}: {why}"
    );
    let again = bench.run(&["runs", "resume", &run, "-o", "json"]);
    assert_eq!(again.json()["doubts"], json!(["send"]), "{again:?}");
    bench.succeed(&["runs", "replay", &run]);
}

#[test]
fn a_pause_lets_what_is_in_flight_end_and_begins_nothing_new() {
    let bench = Workbench::new();
    let ledger = slow_ledger(&bench);
    let mut live = bench.start(&["run", &bench.capsule(&slow(ledger.port)), "-o", "jsonl"]);
    live.until("step.started");
    let run = bench.newest();
    let paused = bench
        .succeed(&["runs", "pause", &run, "--reason", "lunch", "-o", "json"])
        .json();
    assert_eq!((&paused["owned"], &paused["status"]), (&json!(true), &json!("paused")));
    answers(&bench);
    let ended = live.end();
    assert_eq!(ended.code, Some(5), "{ended:?}");
    assert!(ended.finish()["error"]["message"].as_str().unwrap().contains("lunch"));
    assert_eq!(refs(&ledger), ["sent"]);
    assert_eq!(bench.runs()[0]["status"], "paused");
    assert_eq!(
        bench
            .succeed(&["runs", "list", "--status", "paused", "-o", "jsonl"])
            .json()["run"],
        run.as_str()
    );
    // Pausing twice is one pause.
    bench.succeed(&["runs", "pause", &run]);
    assert_eq!(
        bench.succeed(&["runs", "resume", &run, "-o", "json"]).json()["status"],
        "succeeded"
    );
    assert_eq!(refs(&ledger), ["sent", "more"]);
}

#[test]
fn a_run_is_waited_for_and_watched_from_other_processes() {
    let bench = Workbench::new();
    let ledger = slow_ledger(&bench);
    let mut live = bench.start(&["run", &bench.capsule(&slow(ledger.port)), "-o", "jsonl"]);
    live.until("step.started");
    let run = bench.newest();
    let watching = bench.start(&["runs", "watch", &run, "-o", "jsonl"]);
    let early = bench.run(&["runs", "wait", &run, "--timeout", "1ms", "-o", "json"]);
    assert_eq!(
        (early.code, &early.json()["error"]["kind"]),
        (Some(8), &json!("wait_timed_out"))
    );
    answers(&bench);
    let waited = bench.succeed(&["runs", "wait", &run, "-o", "json"]).json();
    assert_eq!(waited["status"], "succeeded");
    let (ended, watched) = (live.end(), watching.end());
    assert_eq!((ended.code, watched.code), (Some(0), Some(0)), "{watched:?}");
    // Whoever comes later sees the same lines.
    assert_eq!(ended.out, watched.out);
    assert_eq!(ended.out, bench.succeed(&["runs", "logs", &run, "-o", "jsonl"]).out);
}

#[test]
fn a_parked_run_is_not_waited_for() {
    let bench = Workbench::new();
    let run = park(&bench, &bench.capsule(&gated("2d")));
    let id = question(&bench);
    for command in ["wait", "watch"] {
        let ended = bench.run(&["runs", command, &run, "-o", "jsonl"]);
        assert_eq!(ended.code, Some(5), "{ended:?}");
        assert_eq!(ended.finish()["approvals"][0]["id"], id.as_str());
    }
    assert_eq!(bench.run(&["runs", "wait", "no-such-run"]).code, Some(14));
}

/// Reads a file that may be missing.
pub const READS: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: reads
version: 1.0.0
description: Reads a file and keeps it.
inputs:
  type: object
  additionalProperties: false
  properties: {path: {type: string, default: "."}, to: {type: string, default: kept.txt}}
outputs: {type: object, properties: {text: {type: string}}}
outputs_from: {text: "{{ steps.read.output.text }}"}
tools:
  - {adapter: fs, version: "^1", actions: [read]}
  - {adapter: artifact, version: "^1", actions: [put]}
execution:
  mode: sequence
  steps:
    - {name: first, action: artifact.put, params: {name: first.txt, content: "1"}}
    - {name: read, action: fs.read, params: {path: data.txt}}
    - {name: keep, action: artifact.put, params: {name: "{{ inputs.to }}", content: "{{ steps.read.output.text }}"}}
"#;

#[test]
fn failed_steps_are_done_again_under_new_keys_and_a_fork_takes_the_rest_over() {
    let bench = Workbench::new();
    let capsule = bench.capsule(READS);
    let failed = bench.run(&["run", &capsule, "-o", "json"]);
    assert_eq!(failed.code, Some(3), "{failed:?}");
    let run = failed.json()["run"].as_str().unwrap().to_owned();
    fs::write(bench.path("data.txt"), "now it is here").unwrap();
    let again = bench.succeed(&["runs", "retry", &run, "-o", "jsonl"]);
    assert_eq!(again.finish()["outputs"]["text"], "now it is here");
    assert!(
        again.out.contains(&format!("\"key\":\"som1:{run}:read::1\"")),
        "{again:?}"
    );
    assert!(!again.out.contains(":first:"), "{again:?}");
    // Nothing failed any more; a step that is named is done again all the same.
    assert_eq!(bench.run(&["runs", "retry", &run]).code, Some(2));
    assert_eq!(bench.run(&["runs", "retry", &run, "nothing"]).code, Some(14));
    bench.succeed(&["runs", "retry", &run, "keep"]);
    let logs = bench.succeed(&["runs", "logs", &run, "-o", "jsonl"]);
    assert_eq!(logs.out.matches("\"type\":\"run.ended\"").count(), 2, "{logs:?}");
    logs.finish();
    let replayed = bench.succeed(&["runs", "replay", &run, "-o", "json"]).json();
    assert_eq!(
        replayed["facts"],
        bench.succeed(&["runs", "export", &run]).out.lines().count() - 1
    );

    fs::write(bench.path("data.txt"), "and now another").unwrap();
    let forked = bench
        .succeed(&["runs", "fork", &run, "--at", "keep", "-p", "to=other.txt", "-o", "json"])
        .json();
    let fork = forked["run"].as_str().unwrap();
    assert_eq!(bench.artifact(fork, "other.txt"), "now it is here");
    assert_eq!(
        (&forked["usage"]["steps"], forked["artifacts"].as_array().unwrap().len()),
        (&json!(1), 1)
    );
    let shown = bench.succeed(&["runs", "show", fork, "-o", "json"]).json();
    assert_eq!(shown["forked"], json!({"run": run, "at": "keep"}));
    assert_eq!(bench.run(&["runs", "fork", &run, "--at", "nothing"]).code, Some(14));

    let diff = bench.succeed(&["runs", "diff", &run, fork, "-o", "json"]).json();
    let what: Vec<&str> = diff["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["what"].as_str().unwrap())
        .collect();
    assert!(
        what.contains(&"input to") && what.contains(&"step first status"),
        "{what:?}"
    );
    assert!(
        !what.contains(&"step read output") && !what.contains(&"capsule"),
        "{what:?}"
    );
    assert_eq!(bench.run(&["runs", "diff", &run, fork, "--exit-code"]).code, Some(20));
    assert_eq!(bench.run(&["runs", "diff", &run, &run, "--exit-code"]).code, Some(0));
}

/// Checks a bundle as a stranger would: with nothing but SHA3-512 and JSON.
const STRANGER: &str = r"
import hashlib, json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
header, events = lines[0], lines[1:]
assert header['type'] == 'somagent.run' and header['events'] == len(events) and header['checkpoint'].startswith('somagent/' + header['store'])
of_run = {}
for event in events:
    assert hashlib.sha3_512(event['entry'].encode()).hexdigest() == event['hash']
    entry = json.loads(event['entry'])
    assert hashlib.sha3_512(event['body'].encode()).hexdigest() == entry['body_digest']
    of_run.setdefault(event['run'], []).append((entry['run_seq'], entry['kind']))
for kinds in of_run.values():
    assert [n for n, _ in kinds] == list(range(1, len(kinds) + 1)) and kinds[0][1] == 'run.started'
print(len(of_run), of_run[header['run']][-1][1])
";

#[test]
fn an_exported_run_verifies_without_somagent() {
    let bench = Workbench::new();
    let run = park(&bench, &bench.capsule(&gated("2d")));
    bench.succeed(&["approvals", "approve", &question(&bench)]);
    bench.succeed(&["runs", "resume", &run]);
    let file = bench.path("bundle.jsonl");
    bench.succeed(&["runs", "export", &run, "--out", file.to_str().unwrap()]);
    let read = std::process::Command::new("python3")
        .args(["-c", STRANGER])
        .arg(&file)
        .output()
        .unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    assert_eq!(String::from_utf8_lossy(&read.stdout).trim(), "1 run.finished");
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        bench.succeed(&["runs", "export", &run]).out
    );
}

#[test]
fn a_step_that_is_tried_again_says_in_how_long() {
    let bench = Workbench::new();
    let ledger = Ledger::start(&bench.path("log"), &["--fail", "1"]);
    let retry = "effect: keyed\n      retry: {max_attempts: 2, backoff: {initial: 100ms}, on: [unavailable]}";
    let ended = bench.run(&[
        "run",
        &bench.capsule(&undoable(ledger.port).replace("effect: keyed", retry)),
    ]);
    assert_eq!(ended.code, Some(9), "{ended:?}");
    let events = bench.events();
    let settled = events.iter().find(|event| event["body"]["retry_at"].is_i64()).unwrap();
    let wait = settled["body"]["retry_at"].as_i64().unwrap() - settled["header"]["at"].as_i64().unwrap();
    assert!((0..=100).contains(&wait), "{settled}");
    let told = if wait > 0 { "in 0.1 s" } else { "at once" };
    assert!(
        ended.err.contains(&format!("send             again {told}: ")),
        "{ended:?}"
    );
}

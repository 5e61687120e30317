//! Processes that end while a run undoes what it did, at every named failpoint that undoing passes.
//!
//! Three steps complete, the last one fails in a run of its own that undoes as well. What undoes by a request is
//! external, as its tool is: a person is asked after each interruption. What undoes by writing is simply repeated.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::effects::{Record, check_record};
use crate::kills::{Keys, Killed, Passed, Story, interrupted_in, reference, survive};
use crate::workbench::Workbench;

/// Keyed, idempotent and external effects that are undone, because what comes last fails.
const UNDONE: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: undone
version: 1.0.0
description: Effects that are undone.
inputs:
  type: object
  additionalProperties: false
  required: [port, tag]
  properties: {port: {type: integer}, tag: {type: string}}
tools:
  - {adapter: http, version: "^1", actions: [request], hosts: ["127.0.0.1:*"]}
  - {adapter: artifact, version: "^1", actions: [put]}
policies:
  budget: {tool_calls: 300, steps: 300, wall: 10m}
defaults:
  timeout: 30s
  retry: {max_attempts: 20, backoff: {initial: 1ms, factor: 1, max: 1ms}, on: [timeout, unavailable]}
execution:
  mode: sequence
  steps:
    - name: paid
      action: http.request
      effect: keyed
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.tag }}/paid"}}
      compensate:
        action: http.request
        params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ output.json.ref }}.compensate"}}
    - name: noted
      action: artifact.put
      params: {name: noted.txt, content: "{{ inputs.tag }}"}
      compensate: {action: artifact.put, params: {name: withdrawn.txt, content: "{{ inputs.tag }}"}}
    - name: booked
      action: http.request
      effect: external
      on_uncertain: review
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.tag }}/booked"}}
      compensate:
        action: http.request
        params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.tag }}/booked.compensate"}}
    - name: below
      action: capsule.run
      params: {capsule: breaks_off, inputs: {port: "{{ inputs.port }}", ref: "{{ inputs.tag }}/sent"}}
"#;

/// What the last step runs.
const BREAKS_OFF: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: breaks_off
version: 1.0.0
description: One keyed effect that is undone.
inputs:
  type: object
  additionalProperties: false
  required: [port, ref]
  properties: {port: {type: integer}, ref: {type: string}}
tools: [{adapter: http, version: "^1", actions: [request], hosts: ["127.0.0.1:*"]}]
defaults:
  timeout: 30s
  retry: {max_attempts: 20, backoff: {initial: 1ms, factor: 1, max: 1ms}, on: [timeout, unavailable]}
execution:
  mode: sequence
  steps:
    - name: sent
      action: http.request
      effect: keyed
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.ref }}"}}
      compensate:
        action: http.request
        params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.ref }}.compensate"}}
    - name: breaks
      action: http.request
      effect: none
      params: {url: "http://127.0.0.1:{{ inputs.port }}/nothing/is/here"}
"#;

/// In the order in which a run begins them.
const COMPENSATIONS: [&str; 3] = ["booked.compensate", "noted.compensate", "paid.compensate"];

/// Effects that are undone, killed while they are.
const UNDOING: Story = Story {
    capsule: UNDONE,
    below: ("breaks_off", BREAKS_OFF),
    code: 3,
    status: "failed",
    // A failed request leaves a doubt and no retry.
    skipped: &[
        "after_retry_commit",
        "before_start",
        "after_start",
        "between_parent_and_child",
        "between_child_and_parent",
        "after_finish",
    ],
    interrupted: &[
        "booked.compensate",
        "noted.compensate",
        "paid.compensate",
        "sent.compensate",
    ],
    hits: kills_while_undoing,
    check: check_undone,
};

/// The run and the one that its last step began.
fn family(events: &[Value], run: &str) -> Vec<String> {
    let is_child = |event: &&Value| event["body"]["parent"]["run"] == run;
    let children = events.iter().filter(is_child);
    let ids = children.map(|event| event["header"]["stream"].as_str().unwrap().trim_start_matches("run/"));
    std::iter::once(run).chain(ids).map(str::to_owned).collect()
}

fn of<'a>(events: &'a [Value], run: &str) -> impl Iterator<Item = &'a Value> {
    let stream = format!("run/{run}");
    events
        .iter()
        .filter(move |event| event["header"]["stream"] == stream.as_str())
}

fn kind(event: &Value) -> &str {
    event["header"]["kind"].as_str().unwrap()
}

/// How often a process was killed after the step that fails had failed.
///
/// A run that is taken over was left by a process that was killed, unless it was answered since it was taken over
/// before. An answer is killed wherever that is the point.
fn kills_while_undoing(bench: &Workbench, killed: &Killed) -> usize {
    let events = bench.events();
    let mut kills = 0;
    for run in family(&events, &killed.run) {
        let (mut is_undoing, mut is_answered, mut asked) = (false, false, BTreeSet::new());
        for event in of(&events, &run) {
            let body = &event["body"];
            match kind(event) {
                "step.settled" => {
                    let failed = body["outcome"]["status"] == "failed" && body["retry_at"].is_null();
                    is_undoing |= failed;
                }
                "run.leased" => {
                    kills += usize::from(is_undoing && !is_answered);
                    is_answered = false;
                }
                "approval.requested" if body["unit"]["part"] == "compensate" => {
                    asked.insert(body["id"].as_str());
                }
                "approval.resolved" => {
                    is_answered = true;
                    let is_killed = killed.point.ends_with("_answer") && asked.contains(&body["id"].as_str());
                    kills += usize::from(is_killed);
                }
                _ => {}
            }
        }
    }
    kills
}

/// Whatever was done is undone once, the last first.
fn check_undone(passed: &Passed, record: &Record) -> BTreeSet<String> {
    let Killed { tag, run, .. } = passed.killed;
    assert_eq!(record.failed, BTreeSet::from(["below".to_owned()]), "{tag}");
    let [_, child] = &family(passed.events, run)[..] else {
        panic!("{tag}: not one run was begun below it");
    };
    let below = check_record(passed.events, child);
    assert_eq!(below.failed, BTreeSet::from(["breaks".to_owned()]), "{tag}");
    for unit in ["paid", "booked", "sent"] {
        let undone = format!("{unit}.compensate");
        let (of_effect, of_undoing) = (
            passed.ledger.count(&reference(tag, unit)),
            passed.ledger.count(&reference(tag, &undone)),
        );
        assert!(of_effect >= 1, "{tag}: the effect of `{unit}` is lost");
        // A person looks at the service before anything is done again, and `booked` is asked about like that too.
        let may_repeat = passed.keys == Keys::Ignored && unit != "booked";
        assert!(
            of_effect == 1 || may_repeat,
            "{tag}: `{unit}` happened {of_effect} times"
        );
        assert_eq!(of_undoing, 1, "{tag}: `{undone}`");
    }
    assert_eq!(passed.bench.artifact(run, "withdrawn.txt"), *tag);
    let mut begun: Vec<String> = Vec::new();
    for event in of(passed.events, run).filter(|event| kind(event) == "step.started") {
        let unit = &event["body"]["unit"];
        let name = format!("{}.compensate", unit["step"].as_str().unwrap());
        if unit["part"] == "compensate" && !begun.contains(&name) {
            begun.push(name);
        }
    }
    assert_eq!(begun, COMPENSATIONS, "{tag}");
    for run in [run, child] {
        let finished = of(passed.events, run)
            .find(|event| kind(event) == "run.finished")
            .unwrap();
        let not_undone = finished["body"]["not_undone"].as_array();
        assert!(not_undone.is_none_or(Vec::is_empty), "{tag}: {finished}");
    }
    interrupted_in(&below)
}

#[test]
fn undoing_is_killed_against_a_service_that_honours_keys() {
    survive(UNDOING, &["--mode", "dedup", "--fail", "0.2"], Keys::Honoured);
}

#[test]
fn undoing_is_killed_against_a_service_that_ignores_keys() {
    survive(UNDOING, &["--mode", "none", "--fail", "0.2"], Keys::Ignored);
}

#[test]
fn undoing_is_killed_against_a_service_that_loses_answers() {
    survive(
        UNDOING,
        &["--mode", "lost", "--lose", "0.3", "--fail", "0.2"],
        Keys::Honoured,
    );
}

//! Runs that are steps of others: found by name, asked through, raised, cancelled.

use std::fs;

use serde_json::{Value, json};

use crate::gates::{park, question};
use crate::ledger::Ledger;
use crate::workbench::Workbench;

const PARENT: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: parent
version: 1.0.0
description: Runs another.
inputs: {type: object, additionalProperties: false, properties: {}}
outputs: {type: object, properties: {said: {type: string}}}
outputs_from: {said: "{{ steps.kid.output.said }}"}
tools: [{adapter: artifact, version: "^1", actions: [put]}]
policies: {budget: {tool_calls: 2}}
execution:
  mode: sequence
  steps:
    - {name: kid, action: capsule.run, params: {capsule: "asker@^1", inputs: {name: ann}}}
    - {name: after, action: artifact.put, params: {name: after.txt, content: "{{ steps.kid.output.said }}"}}
"#;

/// Sends something that can be taken back, and asks.
fn asker(port: u16) -> String {
    format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: asker
version: 1.4.0
description: Asks.
inputs: {{type: object, additionalProperties: false, required: [name], properties: {{name: {{type: string}}}}}}
outputs: {{type: object, required: [said], properties: {{said: {{type: string}}}}}}
outputs_from: {{said: "{{{{ steps.ask.output.decision }}}}"}}
tools: [{{adapter: http, version: "^1", actions: [request], hosts: ["127.0.0.1:{port}"]}}]
execution:
  mode: sequence
  steps:
    - name: send
      action: http.request
      effect: keyed
      params: {{method: POST, url: "http://127.0.0.1:{port}/effects", json: {{ref: "{{{{ inputs.name }}}}"}}}}
      compensate: {{action: http.request, params: {{method: POST, url: "http://127.0.0.1:{port}/effects", json: {{ref: back}}}}}}
    - {{name: ask, gate: {{prompt: "May {{{{ inputs.name }}}}?"}}}}
"#
    )
}

/// The two capsules in files beside each other.
fn family(bench: &Workbench, port: u16) -> String {
    fs::write(bench.path("asker.yaml"), asker(port)).unwrap();
    bench.capsule(PARENT)
}

#[test]
fn the_question_of_a_child_parks_the_run_above_it_and_goes_on_through_it() {
    let bench = Workbench::new();
    let ledger = Ledger::start(&bench.path("log"), &[]);
    let capsule = family(&bench, ledger.port);
    bench.succeed(&["capsule", "lint", &capsule]);
    let parked = bench.run(&["run", &capsule, "-o", "jsonl"]);
    assert_eq!(parked.code, Some(5), "{parked:?}");
    let run = parked.finish()["run"].as_str().unwrap().to_owned();
    let listed = bench.succeed(&["runs", "list", "--parent", &run, "-o", "jsonl"]).json();
    let child = listed["run"].as_str().unwrap();
    assert_eq!(
        (&listed["parent"]["step"], &listed["status"]),
        (&json!("kid"), &json!("waiting"))
    );
    assert_eq!(bench.runs().last().unwrap()["status"], "waiting");
    let lines: Vec<Value> = parked
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let asked = lines.iter().find(|line| line["type"] == "approval.requested").unwrap();
    assert_eq!(asked["run"], child);

    // The budget of the child is a part of the one above it.
    let refused = bench.run(&["budget", "set", child, "tool_calls=9"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains(&run), "{refused:?}");

    let answered = bench
        .succeed(&["approvals", "approve", &question(&bench), "-o", "json"])
        .json();
    assert_eq!(answered["resume"], format!("somagent runs resume {run}").as_str());
    let ended = bench.succeed(&["runs", "resume", &run, "-o", "jsonl"]);
    let finish = ended.finish();
    assert_eq!(
        (&finish["outputs"]["said"], &finish["usage"]["tool_calls"]),
        (&json!("approve"), &json!(2))
    );
    let of_child = ended.out.lines().find(|line| line.contains("child.finished")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(of_child).unwrap()["run"], child);
    let last = bench
        .events()
        .into_iter()
        .rfind(|event| event["header"]["stream"] == format!("run/{run}").as_str());
    assert_eq!(last.unwrap()["hash"], finish["audit_head"]);
    assert_eq!(ledger.effects().len(), 1);
    let shown = bench.succeed(&["runs", "show", child, "-o", "json"]).json();
    assert_eq!(shown["parent"], json!({"run": run, "step": "kid"}));
    bench.succeed(&["runs", "replay", &run]);
    let bundle = bench.succeed(&["runs", "export", &run]).out;
    assert_eq!(
        serde_json::from_str::<Value>(bundle.lines().next().unwrap()).unwrap()["runs"],
        json!([run, child])
    );
}

#[test]
fn cancelling_a_run_cancels_and_undoes_the_one_that_waits_below_it() {
    let bench = Workbench::new();
    let ledger = Ledger::start(&bench.path("log"), &[]);
    let run = park(&bench, &family(&bench, ledger.port));
    bench.succeed(&["runs", "cancel", &run]);
    let statuses: Vec<Value> = bench.runs().iter().map(|run| run["status"].clone()).collect();
    assert_eq!(statuses, ["cancelled", "cancelled"]);
    assert_eq!(ledger.effects().len(), 2);
    assert_eq!(bench.questions(), [Value::Null; 0]);
    bench.events();
}

#[test]
fn refusing_for_everybody_refuses_for_children_too() {
    let bench = Workbench::new();
    let ledger = Ledger::start(&bench.path("log"), &[]);
    let capsule = family(&bench, ledger.port);
    let ended = bench.run(&["run", &capsule, "--approval", "deny", "-o", "jsonl"]);
    assert_eq!((ended.code, &ended.finish()["status"]), (Some(6), &json!("denied")));
    // The child took back what it had sent.
    assert_eq!(ledger.effects().len(), 2);
}

#[test]
fn capsules_that_run_each_other_in_a_circle_or_are_not_there_do_not_run() {
    let bench = Workbench::new();
    let circle = PARENT
        .replace("capsule_id: parent", "capsule_id: asker")
        .replace("asker@^1", "capsule")
        .replace(", inputs: {name: ann}", "");
    fs::write(bench.path("asker.yaml"), circle).unwrap();
    let capsule = bench.capsule(
        &PARENT
            .replace("capsule_id: parent", "capsule_id: capsule")
            .replace(", inputs: {name: ann}", ""),
    );
    for command in [
        &["capsule", "lint", &capsule][..],
        &["run", &capsule],
        &["capsule", "show", &capsule],
    ] {
        let refused = bench.run(command);
        assert_eq!(refused.code, Some(10), "{refused:?}");
        assert!((refused.out + &refused.err).contains("C050"), "{command:?}");
    }
    fs::remove_file(bench.path("asker.yaml")).unwrap();
    let refused = bench.run(&["run", &capsule]);
    assert!(
        refused.code == Some(10) && refused.err.contains("there is no capsule `asker`"),
        "{refused:?}"
    );
    // One that is there and not valid is told in its own file.
    fs::write(
        bench.path("asker.yaml"),
        asker(1).replace("artifact.put", "x").replace("gate:", "gaet:"),
    )
    .unwrap();
    let refused = bench.run(&["run", &bench.capsule(PARENT)]);
    assert!(
        refused.code == Some(10) && refused.err.contains("asker.yaml"),
        "{refused:?}"
    );
}

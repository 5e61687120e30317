//! What a run may spend, and when it must be over.

use serde_json::json;

use crate::gates::{gated, park};
use crate::workbench::{Workbench, eventually};

/// Three steps with a budget for two.
const SPENDS: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: spends
version: 1.0.0
description: Three calls.
inputs: {type: object, additionalProperties: false, properties: {}}
outputs: {type: object, properties: {}}
outputs_from: {}
tools: [{adapter: artifact, version: "^1", actions: [put]}]
policies: {budget: {tool_calls: 2}, on_budget_exhausted: PAUSES}
execution:
  mode: sequence
  steps:
    - {name: a, action: artifact.put, params: {name: a.txt, content: a}}
    - {name: b, action: artifact.put, params: {name: b.txt, content: b}}
    - {name: c, action: artifact.put, params: {name: c.txt, content: c}}
"#;

#[test]
fn a_run_pauses_for_its_budget_and_goes_on_when_it_is_raised() {
    let bench = Workbench::new();
    let run = park(&bench, &bench.capsule(&SPENDS.replace("PAUSES", "pause")));
    assert_eq!(bench.runs()[0]["status"], "paused");
    let budget = bench.succeed(&["budget", "show", &run, "-o", "json"]).json();
    assert_eq!(
        (
            &budget["budget"]["limit"]["tool_calls"],
            &budget["budget"]["spent"]["tool_calls"]
        ),
        (&json!(2), &json!(2))
    );
    // Nothing is gained by going on without more.
    assert_eq!(bench.run(&["runs", "resume", &run]).code, Some(5));
    for (args, code) in [
        (&["tool_calls=1"][..], 2),
        (&["tool_calls=x"], 2),
        (&["calls=1"], 2),
        (&[], 2),
        (&["tool_calls=3", "--step", "nothing"], 14),
    ] {
        let refused = bench.run(&[&["budget", "set", &run], args].concat());
        assert_eq!(refused.code, Some(code), "{refused:?}");
    }
    let raised = bench
        .succeed(&["budget", "set", &run, "tool_calls=3", "wall=5m", "--park", "-o", "json"])
        .json();
    assert_eq!(raised["resume"], format!("somagent runs resume {run}").as_str());
    assert_eq!(
        (&raised["limit"]["tool_calls"], &raised["limit"]["wall_ms"]),
        (&json!(3), &json!(300_000))
    );
    assert_eq!(
        bench.succeed(&["runs", "resume", &run, "-o", "json"]).json()["usage"]["tool_calls"],
        3
    );
}

#[test]
fn raising_the_budget_of_a_paused_run_drives_it_on() {
    let bench = Workbench::new();
    let run = park(&bench, &bench.capsule(&SPENDS.replace("PAUSES", "pause")));
    let finish = bench
        .succeed(&["budget", "set", &run, "tool_calls=unlimited", "-o", "jsonl"])
        .finish();
    assert_eq!(
        (&finish["status"], &finish["usage"]["tool_calls"]),
        (&json!("succeeded"), &json!(3))
    );
    assert_eq!(bench.run(&["budget", "set", &run, "tool_calls=9"]).code, Some(2));
    bench.succeed(&["runs", "replay", &run]);
}

#[test]
fn a_budget_that_does_not_pause_fails_the_run_with_7() {
    let bench = Workbench::new();
    let ended = bench.run(&["run", &bench.capsule(&SPENDS.replace("PAUSES", "fail")), "-o", "json"]);
    assert_eq!(
        (ended.code, &ended.json()["error"]["kind"]),
        (Some(7), &json!("budget"))
    );
    let run = ended.json()["run"].as_str().unwrap().to_owned();
    assert_eq!(bench.run(&["runs", "wait", &run]).code, Some(7));
}

#[test]
fn a_run_that_was_not_over_in_time_fails_with_8_however_late_somebody_looks() {
    let bench = Workbench::new();
    let capsule = bench.capsule(&gated("2d"));
    let parked = bench.run(&["run", &capsule, "--timeout", "5s", "-o", "json"]);
    assert_eq!(parked.code, Some(5), "{parked:?}");
    let run = parked.json()["run"].as_str().unwrap().to_owned();
    let mut ended = None;
    eventually("the deadline did not come", || {
        let resumed = bench.run(&["runs", "resume", &run, "-o", "json"]);
        let is_over = resumed.code != Some(5);
        ended = Some(resumed);
        is_over
    });
    let ended = ended.unwrap();
    assert_eq!(
        (ended.code, &ended.json()["error"]["kind"]),
        (Some(8), &json!("deadline"))
    );
    assert_eq!(bench.run(&["run", &capsule, "--timeout", "soon"]).code, Some(2));
}

#[test]
fn inputs_come_from_a_file_and_single_ones_win() {
    let bench = Workbench::new();
    let capsule = bench.capsule(&gated("2d"));
    let file = bench.path("inputs.yaml");
    std::fs::write(&file, "name: from the file\n").unwrap();
    let file = file.to_str().unwrap();
    let ask = |args: &[&str]| {
        let run = bench.run(&[&["run", &capsule, "-o", "json"], args].concat());
        assert_eq!(run.code, Some(5), "{run:?}");
        let run = run.json()["run"].as_str().unwrap().to_owned();
        let id = bench
            .succeed(&["approvals", "list", "--run", &run, "-o", "jsonl"])
            .json();
        id["prompt"].as_str().unwrap().to_owned()
    };
    assert_eq!(ask(&["--params-file", file]), "Publish from the file?");
    assert_eq!(ask(&["--params-file", file, "-p", "name=me"]), "Publish me?");
    std::fs::write(file, "[1, 2]").unwrap();
    assert_eq!(bench.run(&["run", &capsule, "--params-file", file]).code, Some(2));
    std::fs::write(file, "a: b: c").unwrap();
    assert_eq!(bench.run(&["run", &capsule, "--params-file", file]).code, Some(2));
    assert_eq!(
        bench.run(&["run", &capsule, "--params-file", "no-such-file"]).code,
        Some(14)
    );
    assert_eq!(bench.questions().len(), 2);
}

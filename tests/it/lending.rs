//! Models lent to servers: one that people use, which samples, and some that ask for more than they are lent.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::attached::{add, bench, hostile, in_project, node, processes};
use crate::constitution::{change, file};
use crate::workbench::{Ended, Live, Workbench, eventually, pull_model};

/// A capsule that calls `server.action` in a step with what `more` says, and a budget of `tokens`.
fn calling(bench: &Workbench, server: &str, action: &str, params: &Value, more: &str, tokens: u64) -> String {
    bench.capsule(&format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: lends_a_model
version: 1.0.0
description: Calls a server that asks for a model.
inputs: {{type: object, additionalProperties: false, properties: {{}}}}
outputs: {{type: object, properties: {{said: {{type: object}}}}}}
outputs_from: {{said: "{{{{ steps.call.output }}}}"}}
tools: [{{adapter: {server}, version: "*", actions: [{action}]}}]
policies: {{budget: {{tokens: {tokens}}}}}
execution:
  mode: sequence
  steps:
    - name: call
      action: {server}.{action}
      params: {params}
{more}
"#
    ))
}

/// Calls the server of these tests that behaves as `mode` says, and lends it what `loan` says.
fn lent(bench: &Workbench, mode: &str, loan: &Value) -> Ended {
    let params = match loan {
        Value::Null => json!({}),
        loan => json!({"sampling": loan}),
    };
    let capsule = calling(bench, mode, "act", &params, "", 1_000_000);
    in_project(bench, &["run", &capsule, "-o", "json"])
}

fn said(ended: &Ended) -> Value {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.json()["outputs"]["said"].clone()
}

/// What the server wrote of the answers that it got.
fn heard(said: &Value) -> Vec<String> {
    serde_json::from_str(said["content"][0]["text"].as_str().unwrap()).unwrap()
}

/// The body of the last event of `kind`.
fn last(bench: &Workbench, kind: &str) -> Value {
    let events = bench.events();
    let found = events.iter().rev().find(|event| event["header"]["kind"] == kind);
    found.map(|event| event["body"].clone()).unwrap_or_default()
}

fn count(bench: &Workbench, kind: &str) -> usize {
    let events = bench.events();
    events.iter().filter(|event| event["header"]["kind"] == kind).count()
}

const SAMPLES: &str = "trigger-sampling-request";

/// The real server that samples.
fn everything(bench: &Workbench) {
    let [program, script] = node("@modelcontextprotocol/server-everything");
    let added = add(bench, "everything", &[], &[&program, &script, "stdio"]);
    let tools = added["tools"].as_array().unwrap();
    let samples = tools.iter().find(|tool| tool["tool"] == SAMPLES);
    assert_eq!(samples.unwrap()["may_be_lent_a_model"], true, "{added}");
}

#[test]
fn a_server_is_lent_the_model_of_the_run_and_all_of_it_is_counted() {
    pull_model();
    let bench = bench();
    everything(&bench);
    let loan = json!({"times": 1, "max_output_tokens": 8});
    let params = json!({"prompt": "Say hello.", "maxTokens": 100, "sampling": loan});
    let capsule = calling(&bench, "everything", SAMPLES, &params, "", 4_000);
    let call = || said(&in_project(&bench, &["run", &capsule, "--seed", "7", "-o", "json"]));
    let first = call();
    let sampled = &first["sampled"][0];
    assert_eq!(sampled["model"], "smollm2-135m-instruct", "{first}");
    assert!(sampled["prompt"].as_str().unwrap().contains("Say hello."), "{first}");
    let answer = sampled["answer"].as_str().unwrap();
    let result = first["content"][0]["text"].as_str().unwrap();
    assert!(result.contains(&json!(answer).to_string()), "{first}");
    let tokens = |name: &str| sampled[name].as_u64().unwrap();
    assert!(
        (1..=8).contains(&tokens("output_tokens")) && tokens("prompt_tokens") > 5,
        "{first}"
    );

    let started = last(&bench, "run.started");
    assert_eq!(started["model"]["name"], "smollm2-135m-instruct", "{started}");
    let judged = last(&bench, "step.judged");
    assert_eq!(judged["estimate"]["tokens"], 2_048 + 8, "{judged}");
    assert!(judged["verdict"].to_string().contains("ask-local-models"), "{judged}");
    let settled = last(&bench, "step.settled");
    let used = tokens("prompt_tokens") + tokens("output_tokens");
    assert_eq!(settled["spent"]["tokens"], used, "{settled}");
    assert_eq!(
        (&settled["usage"]["prompt_tokens"], &settled["usage"]["output_tokens"]),
        (&sampled["prompt_tokens"], &sampled["output_tokens"])
    );
    // The same seed, the same question: the same answer.
    assert_eq!(call()["sampled"], first["sampled"]);
    let run = bench.newest();
    bench.succeed(&["runs", "replay", &run]);
}

#[test]
fn a_server_that_is_lent_nothing_gets_none_and_the_step_says_how() {
    let bench = bench();
    everything(&bench);
    let capsule = calling(&bench, "everything", SAMPLES, &json!({"prompt": "Say hello."}), "", 100);
    let ended = in_project(&bench, &["run", &capsule]);
    // It says that it failed, and by its own words it changes things: whether it did is for somebody to find out.
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let doubt = last(&bench, "step.in_doubt")["message"].as_str().unwrap().to_owned();
    for says in [
        "(it had asked for a model and got none)",
        "sampling: {times: 1, max_output_tokens: 256}",
    ] {
        assert!(doubt.contains(says), "{doubt}");
    }
    assert_eq!(last(&bench, "run.started")["model"], Value::Null);
    // One that goes on without is told in the output.
    hostile(&bench, "samples", "samples", &[]);
    let said = said(&lent(&bench, "samples", &Value::Null));
    assert!(
        heard(&said)
            .iter()
            .all(|answer| answer.starts_with("error -1: no model is lent"))
    );
    let refused = |told: &Value| told["refused"].as_str().unwrap().contains("sampling: {times: 1");
    assert!(said["sampled"].as_array().unwrap().iter().all(refused), "{said}");
}

#[test]
fn a_constitution_that_lets_no_model_be_asked_lets_none_be_lent() {
    pull_model();
    let bench = bench();
    hostile(&bench, "samples", "samples", &[]);
    let text = bench.succeed(&["constitution", "show", "developer", "--text"]).out;
    let allowed = "    decision: allow\n    access: infer";
    let denies = text.replace(allowed, "    decision: deny\n    access: infer");
    assert_ne!(denies, text);
    change(&bench, &file(&bench, "denies.yaml", &denies));
    let ended = lent(&bench, "samples", &json!({"times": 1, "max_output_tokens": 8}));
    assert_eq!(ended.code, Some(6), "{ended:?}");
    assert_eq!(count(&bench, "step.started"), 0);
    // The same call without the model is one that it allows.
    said(&lent(&bench, "samples", &Value::Null));
}

#[test]
fn a_budget_that_is_too_small_refuses_before_the_server_is_called() {
    pull_model();
    let bench = bench();
    hostile(&bench, "samples", "samples", &[]);
    let loan = json!({"times": 3, "max_output_tokens": 8, "max_prompt_tokens": 100});
    for (tokens, code, started) in [(3 * 108 - 1, 7, 0), (3 * 108, 0, 1)] {
        let capsule = calling(&bench, "samples", "act", &json!({"sampling": loan}), "", tokens);
        let ended = in_project(&bench, &["run", &capsule]);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert_eq!(count(&bench, "step.started"), started);
    }
}

#[test]
fn who_asks_more_often_than_it_is_lent_is_refused_and_nothing_else_suffers() {
    pull_model();
    let bench = bench();
    for (mode, asked) in [("samples", 3), ("samples-together", 4)] {
        hostile(&bench, mode, mode, &[]);
        let said = said(&lent(&bench, mode, &json!({"times": 2, "max_output_tokens": 4})));
        let refusals = heard(&said)
            .iter()
            .filter(|answer| answer.starts_with("error -1: the step lends a model for 2 questions"))
            .count();
        assert_eq!(refusals, asked - 2, "{said}");
        let told = said["sampled"].as_array().unwrap();
        let answered = told.iter().filter(|told| told["answer"].is_string());
        let tokens = answered
            .clone()
            .map(|told| told["prompt_tokens"].as_u64().unwrap() + told["output_tokens"].as_u64().unwrap());
        assert_eq!((told.len(), answered.clone().count()), (asked, 2), "{said}");
        assert_eq!(last(&bench, "step.settled")["spent"]["tokens"], tokens.sum::<u64>());
    }
}

#[test]
fn what_cannot_be_asked_is_an_error_of_its_server() {
    pull_model();
    let bench = bench();
    hostile(&bench, "odd", "samples-oddly", &[]);
    let said = said(&lent(&bench, "odd", &json!({"times": 4, "max_output_tokens": 8})));
    let heard = heard(&said);
    for (answer, says) in heard.iter().zip([
        "content of type `image`",
        "a model is lent without tools",
        "the model's context has",
        "the step lends a model for 2048",
    ]) {
        assert!(
            answer.starts_with("error -32602: ") && answer.contains(says),
            "{answer}"
        );
    }
    assert_eq!(heard.len(), 4);
    // Nothing was asked of the model, and what was sent fills no record.
    assert_eq!(last(&bench, "step.settled")["usage"], Value::Null);
    assert!(said["sampled"].to_string().len() < 4_000, "{said}");
}

#[test]
fn a_server_that_sends_too_much_or_leaves_costs_its_step() {
    pull_model();
    let bench = bench();
    for mode in ["samples-hugely", "samples-and-leaves"] {
        hostile(&bench, mode, mode, &[]);
        let ended = lent(&bench, mode, &json!({"times": 1, "max_output_tokens": 4_000}));
        assert!(matches!(ended.code, Some(3 | 9)), "{mode}: {ended:?}");
        bench.succeed(&["audit", "verify"]);
    }
}

#[test]
fn a_question_that_is_given_up_keeps_no_model_busy_and_counts() {
    pull_model();
    let bench = bench();
    hostile(&bench, "forgets", "samples-and-forgets", &[]);
    let said = said(&lent(
        &bench,
        "forgets",
        &json!({"times": 3, "max_output_tokens": 4_000}),
    ));
    let told = said["sampled"].as_array().unwrap();
    assert_eq!(told.len(), 3, "{said}");
    assert_eq!(told[1]["refused"], "nobody waited for the answer", "{said}");
    // The next question is answered, and by what the model says.
    assert_eq!(said["content"][0]["text"], told[2]["answer"], "{said}");
    let written = [0, 2].map(|question: usize| told[question]["output_tokens"].as_u64().unwrap());
    assert!(written.iter().all(|tokens| (1..=8).contains(tokens)), "{said}");
    let settled = last(&bench, "step.settled");
    let written = written.iter().sum::<u64>();
    assert_eq!(settled["usage"]["output_tokens"], 4_000 + written, "{settled}");
}

#[test]
fn who_asks_while_its_tools_are_looked_at_is_lent_nothing_and_nothing_hangs() {
    pull_model();
    let bench = bench();
    hostile(&bench, "listing", "samples-listing", &[]);
    let said = said(&lent(&bench, "listing", &json!({"times": 1, "max_output_tokens": 4})));
    assert_eq!(said["content"][0]["text"], "done", "{said}");
    // No call asked, so no call is told of it.
    assert_eq!(said.get("sampled"), None, "{said}");
    assert_eq!(last(&bench, "step.settled")["usage"], Value::Null);
}

#[test]
fn guardrails_look_at_what_a_lent_model_is_asked() {
    pull_model();
    let bench = bench();
    hostile(&bench, "samples", "samples", &[]);
    let params = json!({"sampling": {"times": 3, "max_output_tokens": 4}});
    let plain = fs::read_to_string(calling(&bench, "samples", "act", &params, "", 1_000_000)).unwrap();
    for on_fail in ["block", "review", "warn"] {
        let guard = format!("{{use: regex, pattern: hello, must: not_match, on_fail: {on_fail}}}");
        let text = plain.replace("execution:", &format!("guardrails: {{input: [{guard}]}}\nexecution:"));
        let said = said(&in_project(&bench, &["run", &bench.capsule(&text), "-o", "json"]));
        let told = said["sampled"].as_array().unwrap();
        assert_eq!(told.len(), 3, "{said}");
        if on_fail == "warn" {
            let warned = |told: &Value| told["answer"].is_string() && told["warned"] == json!(["regex"]);
            assert!(told.iter().all(warned), "{said}");
            continue;
        }
        let is_held_back = |answer: &String| answer.starts_with("error -1: the guardrail `regex` found");
        assert!(heard(&said).iter().all(is_held_back), "{said}");
        let refused = |told: &Value| told["refused"].as_str().is_some_and(|why| why.contains("`regex`"));
        assert!(told.iter().all(refused), "{said}");
        assert_eq!(last(&bench, "step.settled")["usage"], Value::Null);
    }
}

#[test]
fn what_cannot_be_read_is_refused_and_told_like_any_other_question() {
    pull_model();
    let bench = bench();
    hostile(&bench, "malformed", "samples-malformed", &[]);
    let said = said(&lent(&bench, "malformed", &json!({"times": 3, "max_output_tokens": 4})));
    let heard = heard(&said);
    let told = said["sampled"].as_array().unwrap();
    assert_eq!((heard.len(), told.len()), (11, 11), "{said}");
    for (answer, told) in heard.iter().zip(told).take(8) {
        assert!(answer.starts_with("error -32602: "), "{answer}");
        assert!(answer.contains(told["refused"].as_str().unwrap()), "{told}");
    }
    for (answer, told) in heard.iter().zip(told).skip(8) {
        assert_eq!(told["answer"], json!(answer), "{told}");
    }
    hostile(&bench, "newest", "samples-newest-malformed", &[]);
    let ended = lent(&bench, "newest", &json!({"times": 1, "max_output_tokens": 4}));
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.out.contains("the request cannot be read"), "{ended:?}");
}

#[test]
fn questions_at_once_have_the_same_answers_whichever_comes_first() {
    pull_model();
    let bench = bench();
    hostile(&bench, "various", "samples-variously", &[]);
    let params = json!({"sampling": {"times": 4, "max_output_tokens": 8}});
    let capsule = calling(&bench, "various", "act", &params, "", 1_000_000);
    let answers = || {
        let said = said(&in_project(&bench, &["run", &capsule, "--seed", "7", "-o", "json"]));
        let told = said["sampled"].as_array().unwrap().iter();
        let told = told.map(|told| (told["asked"].to_string(), told["answer"].to_string()));
        told.collect::<BTreeMap<_, _>>()
    };
    let first = answers();
    assert_eq!(first.len(), 4, "{first:?}");
    for _ in 0..3 {
        assert_eq!(answers(), first);
    }
}

#[test]
fn the_newest_protocol_asks_in_results() {
    pull_model();
    let bench = bench();
    hostile(&bench, "newest", "samples-newest", &[]);
    let said = said(&lent(&bench, "newest", &json!({"times": 1, "max_output_tokens": 8})));
    assert_eq!(said["content"][0]["text"], said["sampled"][0]["answer"], "{said}");
    let ended = lent(&bench, "newest", &Value::Null);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(ended.out.contains("no model is lent"), "{ended:?}");
}

#[test]
fn a_dry_run_counts_a_loan_beside_what_is_not_known_yet() {
    pull_model();
    let bench = bench();
    hostile(&bench, "samples", "samples", &[]);
    let loan = json!({"times": 3, "max_output_tokens": 8});
    let later = json!({"answers": ["{{ steps.call.output }}"], "sampling": loan});
    let more = format!("    - {{name: later, action: samples.act, params: {later}}}");
    let capsule = calling(&bench, "samples", "act", &json!({}), &more, 1_000_000);
    let plan = in_project(&bench, &["run", &capsule, "--dry-run", "-o", "json"]);
    assert_eq!(plan.code, Some(0), "{plan:?}");
    let steps = plan.json()["steps"].clone();
    let tokens = [0, 1].map(|step: usize| steps[step]["output_tokens"].clone());
    assert_eq!(tokens, [json!(0), json!(24)], "{steps}");
}

#[test]
fn a_reading_beside_a_call_is_lent_nothing_of_it() {
    pull_model();
    let bench = bench();
    hostile(&bench, "reading", "samples-reading", &[]);
    let capsule = bench.capsule(
        r#"schema: somagent.dev/capsule/v1
capsule_id: reads_beside
version: 1.0.0
description: Reads what a server has while it is lent a model.
inputs: {type: object, additionalProperties: false, properties: {}}
outputs: {type: object, properties: {call: {type: object}, read: {type: object}}}
outputs_from: {call: "{{ steps.call.output }}", read: "{{ steps.read.output }}"}
tools: [{adapter: reading, version: "*", actions: [act, read_resource]}]
execution:
  mode: dag
  steps:
    - {name: call, action: reading.act, params: {sampling: {times: 2, max_output_tokens: 4}}}
    - {name: read, action: reading.read_resource, params: {uri: "test://one"}}
"#,
    );
    let ended = in_project(&bench, &["run", &capsule, "-o", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let outputs = &ended.json()["outputs"];
    let read = outputs["read"]["content"].to_string();
    assert!(read.contains("error -1: no model is lent"), "{outputs}");
    let told = outputs["call"]["sampled"].as_array().unwrap();
    assert_eq!((told.len(), &told[0]["prompt"]), (1, &json!("Call?")), "{outputs}");
    assert!(told[0]["answer"].is_string(), "{outputs}");
}

#[test]
fn an_answer_that_takes_too_long_is_given_up_and_counted() {
    pull_model();
    let bench = bench();
    hostile(&bench, "long", "samples-at-length", &[]);
    let params = json!({"sampling": {"times": 2, "max_output_tokens": 4_000}});
    let in_time = |time: &str| {
        let capsule = calling(
            &bench,
            "long",
            "act",
            &params,
            &format!("      timeout: {time}"),
            100_000,
        );
        let ended = in_project(&bench, &["run", &capsule]);
        assert!(ended.code.is_some_and(|code| code != 0), "{ended:?}");
        last(&bench, "step.settled")
    };
    // A busy machine takes some of it to start the server and to load the model.
    let mut settled = in_time("8s");
    for more in ["16s", "32s"] {
        if settled["usage"]["output_tokens"].as_u64() < Some(4_000) {
            settled = in_time(more);
        }
    }
    assert_eq!(settled["outcome"]["fault"]["kind"], "timeout", "{settled}");
    counted_at_length(&settled);
}

/// A short question is counted as it was answered, and one that was given up as if it had had all that it was lent.
fn counted_at_length(settled: &Value) {
    let tokens = |name: &str| settled["usage"][name].as_u64().unwrap();
    let (prompt, output) = (tokens("prompt_tokens"), tokens("output_tokens"));
    assert!((4_001..=4_008).contains(&output), "{settled}");
    assert_eq!(settled["spent"]["tokens"], prompt + output, "{settled}");
}

/// A run whose server has the model write for long; the model writes.
fn at_length(bench: &Workbench) -> Live {
    hostile(bench, "long", "samples-at-length", &[]);
    let params = json!({"sampling": {"times": 2, "max_output_tokens": 4_000}});
    // The server may only read, and shows how far it is by who reads this.
    let met = bench.path("described/met");
    rustix::fs::mkfifoat(rustix::fs::CWD, &met, Mode::from_raw_mode(0o644)).unwrap();
    let capsule = calling(bench, "long", "act", &params, "", 100_000);
    let mut command = bench.command(&["run", &capsule, "-o", "jsonl"]);
    command.current_dir(bench.path("project"));
    let mut live = Live::new(command);
    live.until("\"step.started\"");
    eventually("the server does not ask", || {
        let mut options = fs::OpenOptions::new();
        options.write(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed());
        options.open(&met).is_ok()
    });
    // It has asked, and the model is idle.
    std::thread::sleep(Duration::from_secs(2));
    live
}

/// Waits until no server is there that sees what is in the store of `bench`.
fn no_server(bench: &Workbench) {
    let described = bench.path("described").to_str().unwrap().to_owned();
    eventually("the end of the server", || processes(&described).is_empty());
}

#[test]
fn a_signal_ends_a_run_whose_model_is_lent() {
    pull_model();
    let bench = bench();
    let live = at_length(&bench);
    live.signal(Signal::INT);
    let ended = live.end();
    assert_eq!((ended.code, ended.signal), (Some(130), None), "{ended:?}");
    assert_eq!(ended.finish()["status"], "parked");
    no_server(&bench);
}

#[test]
fn a_run_that_is_cancelled_gives_its_model_back_and_counts_it() {
    pull_model();
    let bench = bench();
    let live = at_length(&bench);
    let run = bench.newest();
    bench.succeed(&["runs", "cancel", &run, "--grace", "1s"]);
    let ended = live.end();
    assert_eq!(ended.code, Some(17), "{ended:?}");
    let settled = last(&bench, "step.settled");
    counted_at_length(&settled);
    bench.succeed(&["runs", "replay", &run]);
    no_server(&bench);
}

//! Forms that servers ask for in the middle of a call: put before a person, durably, and taken along.

use std::fs;

use serde_json::{Value, json};

use crate::attached::{add, bench, hostile, in_project, node};
use crate::gates::question;
use crate::workbench::{Ended, Workbench, killed};

/// A capsule that calls `server.action` with `params` in a step with what `more` says.
fn calling(name: &str, server: &str, action: &str, params: &Value, more: &str) -> String {
    format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: {name}
version: 1.0.0
description: Calls a server that asks for forms.
inputs: {{type: object, additionalProperties: false, properties: {{}}}}
outputs: {{type: object, properties: {{said: {{}}}}}}
outputs_from: {{said: "{{{{ steps.call.output }}}}"}}
tools: [{{adapter: {server}, version: "*", actions: [{action}]}}]
execution:
  mode: sequence
  steps:
    - name: call
      action: {server}.{action}
      params: {params}
{more}
"#
    )
}

/// A bench with the server that behaves as `mode` says, under that name.
fn serving(mode: &str) -> Workbench {
    let bench = bench();
    hostile(&bench, mode, mode, &[]);
    bench
}

/// A capsule that calls that server and says nothing of forms.
fn asking(bench: &Workbench, mode: &str) -> String {
    asking_with(bench, mode, &json!({}), "")
}

fn asking_with(bench: &Workbench, mode: &str, params: &Value, more: &str) -> String {
    bench.capsule(&calling("asks_for_forms", mode, "act", params, more))
}

/// Runs a capsule until it waits for somebody; the run, and what it asks.
fn parked(bench: &Workbench, capsule: &str) -> (String, Value) {
    let ended = in_project(bench, &["run", capsule, "-o", "json"]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    (ended.json()["run"].as_str().unwrap().to_owned(), asked(bench))
}

/// The same, of a capsule that calls a server which behaves as `mode` says.
fn waiting(mode: &str) -> (Workbench, String, Value) {
    let bench = serving(mode);
    let (run, shown) = parked(&bench, &asking(&bench, mode));
    (bench, run, shown)
}

/// A run that ends with `code`, and nobody is asked anything.
fn ends_unasked(bench: &Workbench, capsule: &str, code: i32) -> Ended {
    let ended = in_project(bench, &["run", capsule, "-o", "json"]);
    assert_eq!(ended.code, Some(code), "{ended:?}");
    assert_eq!(bench.questions(), [Value::Null; 0], "{ended:?}");
    ended
}

/// The only open question.
fn asked(bench: &Workbench) -> Value {
    let id = question(bench);
    bench.succeed(&["approvals", "show", &id, "-o", "json"]).json()
}

/// Answers the only open question; what is filled in as `key=value`.
fn answer(bench: &Workbench, choice: &str, form: &[&str]) -> Ended {
    let id = question(bench);
    let mut args = vec!["approvals", "answer", &id, "--choice", choice];
    form.iter().for_each(|field| args.extend(["-p", field]));
    bench.run(&args)
}

fn filled(bench: &Workbench, form: &[&str]) {
    let answered = answer(bench, "approve", form);
    assert_eq!(answered.code, Some(0), "{answered:?}");
}

fn resume(bench: &Workbench, run: &str) -> Ended {
    in_project(bench, &["runs", "resume", run, "-o", "json"])
}

/// What the server was given, of a run that succeeded.
fn given(ended: &Ended) -> Value {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let said = ended.json()["outputs"]["said"]["content"][0]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    serde_json::from_str(&said).unwrap()
}

/// The record of a run holds, and follows again.
fn holds(bench: &Workbench, run: &str) {
    bench.succeed(&["runs", "replay", run]);
    bench.succeed(&["audit", "verify"]);
}

#[test]
fn a_form_waits_for_somebody_and_the_call_is_made_again_with_it() {
    let (bench, run, shown) = waiting("form");
    let about = &shown["about"];
    assert_eq!(
        (&about["kind"], &about["action"], &about["message"], &about["in_doubt"]),
        (
            &json!("elicited"),
            &json!("form.act"),
            &json!("Who is it for?"),
            &json!(false)
        ),
        "{shown}"
    );
    assert_eq!(
        shown["form"]["properties"]["name"],
        json!({"type": "string", "minLength": 2}),
        "{shown}"
    );
    assert_eq!(shown["choices"], json!(["approve", "reject"]));
    assert!(
        shown["prompt"].as_str().unwrap().ends_with("own words: Who is it for?"),
        "{shown}"
    );
    let text = bench.succeed(&["approvals", "show", shown["id"].as_str().unwrap()]).out;
    assert!(
        text.contains("name (string, required): at least 2 characters") && text.contains("no form: cancel"),
        "{text}"
    );
    let listed = bench.questions();
    assert_eq!(listed[0]["kind"], "elicited", "{listed:?}");

    for (form, says) in [
        (&["name=A"][..], "/name"),
        (&[], "name"),
        (&["name=Ada", "more=1"], "more"),
    ] {
        let refused = answer(&bench, "approve", form);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.err.contains(says), "{refused:?}");
    }
    filled(&bench, &["name=Ada"]);
    assert_eq!(given(&resume(&bench, &run)), json!([{"name": "Ada"}]));
    holds(&bench, &run);
    bench.succeed(&["runs", "show", &run]);
    // What each call was given is found again from the record, with its form and without.
    let again = bench.succeed(&["policy", "replay", &run, "-o", "json"]).json();
    let again = again.as_array().unwrap();
    assert_eq!(again.len(), 2, "{again:?}");
    for judgement in again {
        assert_eq!(
            (&judgement["not_asked"], &judgement["differs"]),
            (&Value::Null, &json!(false)),
            "{judgement}"
        );
    }
}

#[test]
fn a_form_that_is_refused_ends_the_step() {
    let (bench, run, _) = waiting("form");
    assert_eq!(answer(&bench, "reject", &[]).code, Some(0));
    let ended = resume(&bench, &run);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(
        ended.out.contains("no form: cancel") && ended.out.contains("said no"),
        "{ended:?}"
    );
    holds(&bench, &run);
    // Nobody is asked where the answer is known to be no.
    let ended = in_project(&bench, &["run", &asking(&bench, "form"), "--approval", "deny"]);
    assert_eq!(ended.code, Some(3), "{ended:?}");
}

#[test]
fn forms_are_asked_for_one_after_another_after_those_that_the_capsule_brings() {
    let (bench, run, first) = waiting("forms");
    assert_eq!(first["about"]["answered"], 0, "{first}");
    filled(&bench, &["name=Ada"]);
    assert_eq!(resume(&bench, &run).code, Some(5));
    let second = asked(&bench);
    assert_eq!(
        (&second["about"]["answered"], &second["about"]["message"]),
        (&json!(1), &json!("How much of it?"))
    );
    filled(&bench, &["size=small", "count=3"]);
    let both = json!([{"name": "Ada"}, {"size": "small", "count": 3}]);
    assert_eq!(given(&resume(&bench, &run)), both);
    holds(&bench, &run);

    let capsule = asking_with(&bench, "forms", &json!({"answers": [{"name": "Ada"}]}), "");
    let (run, second) = parked(&bench, &capsule);
    assert_eq!(second["about"]["message"], "How much of it?", "{second}");
    filled(&bench, &["size=small", "count=3"]);
    assert_eq!(given(&resume(&bench, &run)), both);
    holds(&bench, &run);
    // One that does not fit is no reason to ask somebody for the next.
    let capsule = asking_with(&bench, "forms", &json!({"answers": [{"name": 1}]}), "");
    let ended = ends_unasked(&bench, &capsule, 3);
    assert!(ended.out.contains("does not fit"), "{ended:?}");
}

#[test]
fn a_call_that_may_have_done_something_is_in_doubt_and_each_is_judged() {
    let bench = bench();
    fs::create_dir(bench.path("kept")).unwrap();
    hostile(
        &bench,
        "form",
        "form",
        &["--write", bench.path("kept").to_str().unwrap()],
    );
    // A person is asked before each external effect.
    let capsule = asking_with(&bench, "form", &json!({}), "policies: {requires_review: true}");
    let (run, review) = parked(&bench, &capsule);
    assert_eq!(review["about"]["kind"], "action", "{review}");
    filled(&bench, &[]);
    assert_eq!(resume(&bench, &run).code, Some(5));
    let form = asked(&bench);
    assert_eq!(
        (&form["about"]["kind"], &form["about"]["in_doubt"]),
        (&json!("elicited"), &json!(true)),
        "{form}"
    );
    assert!(form["prompt"].as_str().unwrap().contains("may happen twice"), "{form}");
    filled(&bench, &["name=Ada"]);
    // What was approved were the arguments before.
    assert_eq!(resume(&bench, &run).code, Some(5));
    let review = asked(&bench);
    assert_eq!(
        (&review["about"]["kind"], &review["about"]["args"]["answers"]),
        (&json!("action"), &json!([{"name": "Ada"}])),
        "{review}"
    );
    filled(&bench, &[]);
    assert_eq!(given(&resume(&bench, &run)), json!([{"name": "Ada"}]));
    holds(&bench, &run);

    // No to everything leaves a doubt open.
    let ended = in_project(&bench, &["run", &asking(&bench, "form"), "--approval", "deny"]);
    assert_eq!(ended.code, Some(5), "{ended:?}");
    let form = asked(&bench);
    assert_eq!(form["about"]["in_doubt"], true, "{form}");
    assert!(
        !form["prompt"].as_str().unwrap().contains("`reject` fails the step"),
        "{form}"
    );
    let run = form["run"].as_str().unwrap().to_owned();
    // Whoever gives no form can still say that it happened.
    assert_eq!(answer(&bench, "reject", &[]).code, Some(0));
    let doubt = asked(&bench);
    assert_eq!(
        (&doubt["about"]["kind"], &doubt["choices"]),
        (&json!("doubt"), &json!(["happened", "retry", "fail"])),
        "{doubt}"
    );
    // It says what the call said.
    let message = doubt["about"]["message"].as_str().unwrap_or_else(|| panic!("{doubt}"));
    let prompt = doubt["prompt"].as_str().unwrap();
    assert!(
        prompt.contains("What its call said: ") && !prompt.contains("interrupted"),
        "{prompt}"
    );
    let shown = bench.succeed(&["approvals", "show", doubt["id"].as_str().unwrap()]).out;
    let row = shown.lines().find(|line| line.starts_with("failed "));
    assert!(row.is_some_and(|row| row.contains(message)), "{shown}");
    let shown = bench.succeed(&["runs", "show", &run]).out;
    let row = shown.lines().find(|line| line.starts_with("in doubt "));
    assert!(row.is_some_and(|row| row.contains(message)), "{shown}");
    // What is said to have happened is what the contract says that such a call gives.
    let refused = answer(&bench, "happened", &[r#"output={"content": []}"#]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.err.contains("`/output`") && refused.err.contains("is_error"),
        "{refused:?}"
    );
    let output = r#"output={"content": [{"type": "text", "text": "[]"}], "is_error": false, "truncated": false}"#;
    assert_eq!(answer(&bench, "happened", &[output]).code, Some(0));
    assert_eq!(given(&resume(&bench, &run)), json!([]));
    holds(&bench, &run);
    // Where the capsule decides about a doubt, nobody is asked.
    let capsule = asking_with(&bench, "form", &json!({}), "      on_uncertain: fail");
    ends_unasked(&bench, &capsule, 3);
}

#[test]
fn an_error_of_the_protocol_is_an_answer_and_the_end_of_a_server_is_none() {
    let (bench, run, _) = waiting("form-refuses");
    filled(&bench, &["name=Ada"]);
    assert_eq!(given(&resume(&bench, &run)), json!([{"name": "Ada"}]));
    let bench = serving("form-leaves");
    ends_unasked(&bench, &asking(&bench, "form-leaves"), 9);
}

#[test]
fn what_is_no_form_is_asked_of_nobody() {
    for mode in ["form-deep", "form-hidden", "form-many"] {
        let bench = serving(mode);
        let ended = ends_unasked(&bench, &asking(&bench, mode), 3);
        // One that cannot be read as a form of the protocol is refused before anybody sees it.
        let is_told = ended.out.contains("it asked: Who?") || ended.err.contains("it asked: Who?");
        assert_eq!(is_told, mode != "form-deep", "{mode}: {ended:?}");
        bench.succeed(&["audit", "verify"]);
    }
}

#[test]
fn the_words_of_a_server_come_last_and_steer_nothing() {
    let (bench, _, shown) = waiting("form-evil");
    let prompt = shown["prompt"].as_str().unwrap();
    assert!(prompt.chars().count() < 1_500, "{prompt}");
    assert!(!prompt.contains(['\u{1b}', '\u{7}', '\u{202e}', '\n']), "{prompt}");
    let (ours, theirs) = prompt.split_once("In the server's own words: ").unwrap();
    assert!(ours.contains("`reject` fails the step"), "{prompt}");
    assert!(
        theirs.starts_with("`approve` is safe.") && theirs.ends_with('…'),
        "{prompt}"
    );
    let text = bench.succeed(&["approvals", "show", shown["id"].as_str().unwrap()]).out;
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
}

#[test]
fn a_server_that_asks_without_end_is_not_served_without_end() {
    let (bench, run, _) = waiting("form-endless");
    let mut codes = Vec::new();
    for number in 1..=8 {
        filled(&bench, &[&format!("name=Ada {number}")]);
        codes.push(resume(&bench, &run).code);
    }
    let waits = [Some(5); 7].into_iter().chain([Some(3)]);
    assert_eq!(codes, waits.collect::<Vec<_>>());
    holds(&bench, &run);
}

#[test]
fn a_process_that_dies_in_between_loses_nothing() {
    let bench = serving("form");
    let killed_at = |point: &str, args: &[&str]| {
        let mut command = bench.command(args);
        command.current_dir(bench.path("project"));
        killed(command, point);
    };
    killed_at("after_question", &["run", &asking(&bench, "form")]);
    let run = bench.newest();
    assert_eq!(resume(&bench, &run).code, Some(5));
    let id = question(&bench);
    let answering = ["approvals", "answer", &id, "--choice", "approve", "-p", "name=Ada"];
    killed_at("after_answer", &answering);
    killed_at("after_intent_commit", &["runs", "resume", &run]);
    killed_at("after_effect", &["runs", "resume", &run]);
    assert_eq!(given(&resume(&bench, &run)), json!([{"name": "Ada"}]));
    holds(&bench, &run);
}

#[test]
fn a_run_that_is_cancelled_while_it_waits_asks_nobody_any_more() {
    let (bench, run, shown) = waiting("form");
    assert_eq!(bench.run(&["runs", "cancel", &run]).code, Some(0));
    let ended = resume(&bench, &run);
    assert_eq!(ended.code, Some(17), "{ended:?}");
    assert_eq!(bench.questions(), [Value::Null; 0]);
    let id = shown["id"].as_str().unwrap();
    let late = bench.run(&["approvals", "answer", id, "--choice", "approve", "-p", "name=Ada"]);
    assert_eq!(late.code, Some(2), "{late:?}");
    bench.succeed(&["runs", "replay", &run]);
}

#[test]
fn a_run_waits_for_the_form_of_one_that_it_began() {
    let bench = serving("form");
    let own = bench.home().join("data/capsules");
    fs::create_dir_all(&own).unwrap();
    fs::write(
        own.join("inner_asks.yaml"),
        calling("inner_asks", "form", "act", &json!({}), ""),
    )
    .unwrap();
    let outer = bench.capsule(
        r#"schema: somagent.dev/capsule/v1
capsule_id: outer
version: 1.0.0
description: Runs one that asks.
inputs: {type: object, additionalProperties: false, properties: {}}
outputs: {type: object, properties: {said: {}}}
outputs_from: {said: "{{ steps.call.output.said }}"}
execution:
  steps:
    - {name: call, action: capsule.run, params: {capsule: "inner_asks@^1", inputs: {}}}
"#,
    );
    let (run, shown) = parked(&bench, &outer);
    assert_eq!(shown["about"]["kind"], "elicited", "{shown}");
    assert_ne!(shown["run"], run.as_str());
    filled(&bench, &["name=Ada"]);
    assert_eq!(given(&resume(&bench, &run)), json!([{"name": "Ada"}]));
    holds(&bench, &run);
}

#[test]
fn a_call_that_goes_well_without_its_form_is_done() {
    let bench = bench();
    let everything = node("@modelcontextprotocol/server-everything");
    add(&bench, "everything", &[], &[&everything[0], &everything[1], "stdio"]);
    let ask = "trigger-elicitation-request";
    let capsule = bench.capsule(&calling("asks_everything", "everything", ask, &json!({}), ""));
    // It says that nobody answered, and calls that a success: there is nothing to make again.
    let ended = ends_unasked(&bench, &capsule, 0);
    assert!(ended.out.contains("cancel"), "{ended:?}");
}

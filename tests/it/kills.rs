//! Processes that end at every named failpoint, against a service whose effects count.
//!
//! Each run does one effect of every kind, one after another. It is killed at one point in every step that
//! passes it and resumed each time; a person answers what is asked after looking into the service's log.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use somagent::engine::failpoint::POINTS;

use crate::effects::{Record, answer_doubt, check_record};
use crate::ledger::Ledger;
use crate::workbench::{Chance, Ended, Workbench};

/// One mode at a time: what is killed shares the processors with nobody but one other.
static ALONE: Mutex<()> = Mutex::new(());

/// One effect of every kind.
const EVERY_KIND: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: every_kind
version: 1.0.0
description: One effect of every kind.
inputs:
  type: object
  additionalProperties: false
  required: [port, tag]
  properties: {port: {type: integer}, tag: {type: string}}
tools: [{adapter: http, version: "^1", actions: [request], hosts: ["127.0.0.1:*"]}]
policies:
  budget: {tool_calls: 300, steps: 300, wall: 10m}
defaults:
  timeout: 30s
  retry: {max_attempts: 20, backoff: {initial: 1ms, factor: 1, max: 1ms}, on: [timeout, unavailable]}
execution:
  mode: sequence
  steps:
    - name: idempotent
      action: http.request
      effect: idempotent
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.tag }}/idempotent"}}
    - name: keyed
      action: http.request
      effect: keyed
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.tag }}/keyed"}}
    - name: asked
      action: http.request
      effect: external
      on_uncertain: review
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.tag }}/asked"}}
    - name: found
      action: http.request
      effect: external
      reconcile:
        action: http.request
        params: {url: "http://127.0.0.1:{{ inputs.port }}/effects/by-ref/{{ inputs.tag }}%2Ffound", expect: [200, 404]}
        found_when: "output.status == 200"
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.tag }}/found"}}
    - name: again
      action: http.request
      effect: external
      on_uncertain: retry
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.tag }}/again"}}
    - name: given_up
      foreach: {items: "[1]", as: n, max_items: 1, on_item_error: collect}
      action: http.request
      effect: external
      on_uncertain: fail
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.tag }}/given_up"}}
    - name: allowed
      gate: {prompt: "Go on with {{ inputs.tag }}?"}
    - name: child
      action: capsule.run
      params: {capsule: one_effect, inputs: {port: "{{ inputs.port }}", ref: "{{ inputs.tag }}/child"}}
"#;

/// What the last step runs.
const ONE_EFFECT: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: one_effect
version: 1.0.0
description: One keyed effect.
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
  steps:
    - name: effect
      action: http.request
      effect: keyed
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: "{{ inputs.ref }}"}}
"#;

/// What the service promises, as far as it matters for how often an effect may happen.
#[derive(Clone, Copy, PartialEq)]
pub enum Keys {
    Honoured,
    Ignored,
}

/// What happened at one point.
pub struct Killed {
    pub point: &'static str,
    /// What the run calls its effects.
    pub tag: String,
    pub run: String,
    pub kills: usize,
}

/// A capsule and how it ends, however often it is killed.
#[derive(Clone, Copy)]
pub struct Story {
    pub capsule: &'static str,
    /// The name and text of the one that it runs.
    pub below: (&'static str, &'static str),
    /// The exit code of a run.
    pub code: i32,
    pub status: &'static str,
    /// Points at which nothing that it is about can be killed.
    pub skipped: &'static [&'static str],
    /// The units that all kills together have to interrupt.
    pub interrupted: &'static [&'static str],
    /// How many of the kills hit what it is about.
    pub hits: fn(&Workbench, &Killed) -> usize,
    /// What has to hold of each run in the end, besides what holds of all; returns what was interrupted below it.
    pub check: fn(&Passed, &Record) -> BTreeSet<String>,
}

/// A run that came to its end, with all that is known of it.
pub struct Passed<'a> {
    pub bench: &'a Workbench,
    pub ledger: &'a Ledger,
    pub events: &'a [Value],
    pub killed: &'a Killed,
    pub keys: Keys,
}

/// Every kind of effect, killed anywhere.
const KINDS: Story = Story {
    capsule: EVERY_KIND,
    below: ("one_effect", ONE_EFFECT),
    code: 0,
    status: "succeeded",
    skipped: &[],
    interrupted: &["idempotent", "keyed", "asked", "found", "again", "given_up[0]", "child"],
    hits: |_, killed| killed.kills,
    check: check_kinds,
};

/// A run on its way to its end.
struct Passage<'a> {
    bench: &'a Workbench,
    ledger: &'a Ledger,
    point: &'static str,
    tag: &'a str,
    kills: usize,
}

impl Passage<'_> {
    /// Runs a command that is killed at the point in at most `passing` passings.
    fn attempt(&mut self, args: &[&str], passing: u64) -> Ended {
        let mut command = self.bench.command(args);
        command.env("SOMAGENT_KILL_AT", format!("{}:{passing}", self.point));
        let ended = Ended::new(command.output().unwrap());
        assert!(
            ended.signal.is_none_or(|signal| signal == 9),
            "{}: {ended:?}",
            self.point
        );
        self.kills += usize::from(ended.signal.is_some());
        // Whoever looks now sees all that the dead process has asked for.
        self.ledger.settle();
        ended
    }

    /// Answers every open question, by a process that may be killed as well.
    fn answer(&mut self, run: &str) {
        for question in self.bench.questions() {
            let id = question["id"].as_str().unwrap();
            let choice = match question["kind"].as_str().unwrap() {
                "gate" => "approve",
                "doubt" => answer_doubt(self.ledger, &reference(self.tag, question["step"].as_str().unwrap())),
                other => panic!("nobody asks about `{other}` here: {question}"),
            };
            let args = ["approvals", "answer", id, "--choice", choice];
            if self.attempt(&args, 1).code.is_none() {
                // Killed before the answer was recorded it counts for nothing, after that it is the answer.
                let again = self.bench.run(&args);
                let expected = if self.point.starts_with("before") { 0 } else { 2 };
                assert_eq!(again.code, Some(expected), "{run} {}: {again:?}", self.point);
            }
        }
    }
}

/// What the service knows the effect of a unit as.
pub fn reference(tag: &str, unit: &str) -> String {
    let unit = unit.trim_end_matches(".reconcile").split('[').next().unwrap();
    format!("{tag}/{unit}")
}

/// Takes a run that calls its effects `tag` to its end.
fn pass(
    story: &Story,
    bench: &Workbench,
    ledger: &Ledger,
    point: &'static str,
    tag: String,
    chance: &Mutex<Chance>,
) -> Killed {
    let (capsule, port) = (bench.path("capsule.yaml"), format!("port={}", ledger.port));
    let (capsule, input) = (capsule.to_str().unwrap().to_owned(), format!("tag={tag}"));
    let begin = [
        "run",
        &capsule,
        "-p",
        &port,
        "-p",
        &input,
        "--idempotency-key",
        &tag,
        "-q",
        "--no-input",
    ];
    let mut passage = Passage {
        bench,
        ledger,
        point,
        tag: &tag,
        kills: 0,
    };
    let (mut next, mut interrupted) = (1, false);
    for _ in 0..80 {
        // The same key goes on with the run, or begins it when it is not recorded.
        let ended = passage.attempt(&begin, next);
        let run = bench
            .runs()
            .into_iter()
            .find(|row| row["idempotency_key"] == tag.as_str())
            .map(|row| row["run"].as_str().unwrap().to_owned());
        match (ended.code, run) {
            (Some(code), Some(run)) if code == story.code => {
                let kills = passage.kills;
                return Killed { point, tag, run, kills };
            }
            (Some(5), Some(run)) => passage.answer(&run),
            (None, _) => {}
            (_, _) => panic!("{tag}: {ended:?}"),
        }
        // A step that was interrupted passes the point once more, at once or when somebody has answered; with what
        // looks after it, or with the step that has begun its run, twice; with both that and what was lost with its
        // end, three times: every third time that is left behind. Waiting is passed as often as an effect waits: any
        // time will do.
        let again = ended.signal.is_some() || interrupted;
        next = match point {
            "during_effect" => 1 + chance.lock().unwrap().below(6),
            _ if again && passage.kills.is_multiple_of(3) => 3 + chance.lock().unwrap().below(2),
            _ => 1 + u64::from(again),
        };
        interrupted = ended.signal.is_some();
    }
    panic!("{tag}: the run does not end");
}

/// Kills `story` at every point that it does not skip, against a service with these options.
pub fn survive(story: Story, options: &[&str], keys: Keys) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let chance = Mutex::new(Chance::new("kills"));
    let points = POINTS.map(|(point, _)| point);
    let points: Vec<_> = points
        .into_iter()
        // Those lie in no run.
        .filter(|point| !matches!(*point, "before_enact" | "after_enact"))
        .filter(|point| !story.skipped.contains(point))
        .collect();
    let (turn, hit, interrupted) = (
        AtomicUsize::new(0),
        Mutex::new(BTreeMap::new()),
        Mutex::new(BTreeSet::new()),
    );
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (chance, turn, hit, interrupted, points) = (&chance, &turn, &hit, &interrupted, &points);
            scope.spawn(move || {
                let bench = Workbench::new();
                bench.succeed(&["init", "--yes", "--no-model", "-q"]);
                bench.capsule(story.capsule);
                let own = bench.home().join("data/capsules");
                fs::create_dir_all(&own).unwrap();
                let (name, text) = story.below;
                fs::write(own.join(format!("{name}.yaml")), text).unwrap();
                let seed = format!("{worker}");
                let ledger = Ledger::start(&bench.path("log"), &[options, &["--seed", &seed]].concat());
                let mut passed = Vec::new();
                while let Some(point) = points.get(turn.fetch_add(1, Ordering::SeqCst)) {
                    // Whether an effect fails is the service's choice: what follows a failure comes sooner or later.
                    for turn in 1..=30 {
                        let killed = pass(&story, &bench, &ledger, point, format!("{point}-{turn}"), chance);
                        let hits = (story.hits)(&bench, &killed);
                        *hit.lock().unwrap().entry(*point).or_default() += hits;
                        passed.push(killed);
                        if hits > 0 {
                            break;
                        }
                    }
                }
                interrupted
                    .lock()
                    .unwrap()
                    .extend(check(&story, &bench, &ledger, &passed, keys));
            });
        }
    });
    let hit: BTreeMap<&str, usize> = hit.into_inner().unwrap();
    eprintln!("kills at each point: {hit:?}");
    assert_eq!(hit.len(), points.len());
    let missed: Vec<_> = hit.iter().filter(|(_, kills)| **kills == 0).collect();
    assert!(missed.is_empty(), "nothing was killed at {missed:?}");
    let interrupted = interrupted.into_inner().unwrap();
    for unit in story.interrupted {
        assert!(
            interrupted.contains(*unit),
            "`{unit}` was never interrupted: {interrupted:?}"
        );
    }
}

/// What has to hold of every run, whenever it was interrupted; returns the units that were.
fn check(story: &Story, bench: &Workbench, ledger: &Ledger, passed: &[Killed], keys: Keys) -> BTreeSet<String> {
    let events = &bench.events()[..];
    let mut interrupted = BTreeSet::new();
    for killed in passed {
        let Killed { tag, run, .. } = killed;
        let record = check_record(events, run);
        assert_eq!(record.status, story.status, "{tag}");
        let shown = bench.succeed(&["runs", "show", run, "-o", "json"]).json();
        check_budget(&shown["budget"], tag);
        interrupted.extend(interrupted_in(&record));
        let passed = Passed {
            bench,
            ledger,
            events,
            killed,
            keys,
        };
        interrupted.extend((story.check)(&passed, &record));
    }
    interrupted
}

/// The units of a run that did not come to their end at once.
pub fn interrupted_in(record: &Record) -> BTreeSet<String> {
    let doubted = record.doubted.keys().cloned();
    let repeated = record.begun.iter().filter(|(_, times)| **times > 1);
    doubted.chain(repeated.map(|(unit, _)| unit.clone())).collect()
}

/// What has to hold of each kind of effect.
fn check_kinds(passed: &Passed, record: &Record) -> BTreeSet<String> {
    let (ledger, tag, keys) = (passed.ledger, &passed.killed.tag, passed.keys);
    for (step, begun) in &record.begun {
        let (step, main) = step.split_once('.').unwrap_or((step, ""));
        if !main.is_empty() {
            continue;
        }
        let begun = usize::try_from(*begun).unwrap();
        let count = ledger.count(&reference(tag, step));
        let most = match (step, keys) {
            // Whoever honours keys does nothing twice, and who looks first has no reason to.
            (_, Keys::Honoured) | ("asked" | "found" | "given_up[0]", Keys::Ignored) => 1,
            (_, Keys::Ignored) => begun,
        };
        let failed = record.failed.contains(step);
        assert!(failed || count >= 1, "{tag}: the effect of `{step}` is lost");
        assert!(
            count <= most,
            "{tag}: `{step}` happened {count} times in {begun} attempts"
        );
        assert!(!failed || step == "given_up[0]", "{tag}: `{step}` failed");
    }
    let child = ledger.count(&reference(tag, "child"));
    assert!(child >= 1 && (keys == Keys::Ignored || child == 1), "{tag}: {child}");
    BTreeSet::new()
}

fn check_budget(budget: &Value, tag: &str) {
    for measure in ["tokens", "micro_usd", "wall_ms", "tool_calls", "steps"] {
        let spent = budget["spent"][measure].as_u64().unwrap();
        if let Some(limit) = budget["limit"][measure].as_u64() {
            assert!(spent <= limit, "{tag}: {measure}: {budget}");
        }
        assert_eq!(
            budget["reserved"][measure], 0,
            "{tag}: {measure} is held after the end: {budget}"
        );
    }
}

#[test]
fn kills_against_a_service_that_honours_keys() {
    survive(KINDS, &["--mode", "dedup", "--fail", "0.2"], Keys::Honoured);
}

#[test]
fn kills_against_a_service_that_ignores_keys() {
    survive(KINDS, &["--mode", "none", "--fail", "0.2"], Keys::Ignored);
}

#[test]
fn kills_against_a_service_that_loses_answers() {
    survive(
        KINDS,
        &["--mode", "lost", "--lose", "0.3", "--fail", "0.2"],
        Keys::Honoured,
    );
}

#[test]
fn kills_against_a_service_that_is_slow() {
    let slow = ["--mode", "slow", "--delay-ms", "20", "--slow-where", "after"];
    survive(KINDS, &[&slow[..], &["--fail", "0.2"]].concat(), Keys::Honoured);
}

#[test]
fn a_failpoint_that_there_is_not_is_refused_with_those_that_there_are() {
    let bench = Workbench::new();
    for (given, named) in [
        ("somewhere", "before_intent, after_intent_commit"),
        ("after_effect:0", "after_effect:3"),
    ] {
        let mut command = bench.command(&["runs", "list"]);
        let ended = Ended::new(command.env("SOMAGENT_KILL_AT", given).output().unwrap());
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.err.contains(named), "{ended:?}");
    }
}

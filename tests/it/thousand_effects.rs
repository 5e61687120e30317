//! A thousand effects, and twenty processes that die while they perform them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::effects::{answer_doubt, check_record};
use crate::ledger::Ledger;
use crate::workbench::{Chance, Workbench, eventually, wait};

const CAPSULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/thousand_effects.yaml");
const ORDERS: u64 = 1_000;
const KILLS: u32 = 20;

/// How many lines the service has written.
fn lines(ledger: &Ledger) -> u64 {
    let text = fs::read(&ledger.log).unwrap();
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// How many effects have each reference.
fn counts(ledger: &Ledger) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for effect in ledger.effects() {
        let body: Value = serde_json::from_str(effect["body"].as_str().unwrap()).unwrap();
        *counts.entry(body["ref"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

/// Every reference that a run has to leave, once.
fn expected() -> BTreeMap<String, u64> {
    let kinds = [("book", 1), ("call", 10), ("send", 20)];
    let refs = kinds.map(|(kind, each)| {
        (0..ORDERS)
            .step_by(each)
            .map(move |order| (format!("{kind}-{order}"), 1))
    });
    refs.into_iter().flatten().collect()
}

/// Lines per second that one writer syncs here.
fn sync_rate(bench: &Workbench) -> f64 {
    let mut file = File::create(bench.path("syncs")).unwrap();
    let begun = Instant::now();
    for _ in 0..300 {
        file.write_all(&[b'x'; 300]).unwrap();
        file.sync_all().unwrap();
    }
    300.0 / begun.elapsed().as_secs_f64()
}

/// Kills `child` at some moment: most often after so many more effects, now and then while it starts.
fn kill(child: &mut Child, ledger: &Ledger, chance: &mut Chance) -> bool {
    if chance.below(5) == 0 {
        std::thread::sleep(Duration::from_micros(chance.below(60_000)));
    } else {
        let enough = lines(ledger) + chance.below(50);
        let mut ended = false;
        eventually("nothing happens any more", || {
            ended = child.try_wait().unwrap().is_some();
            ended || lines(ledger) >= enough
        });
        std::thread::sleep(Duration::from_micros(chance.below(4_000)));
    }
    child.kill().unwrap();
    wait(child).code().is_none()
}

/// Answers every doubt as a person does who looks at what the service did; returns how many there were.
fn answer(bench: &Workbench, ledger: &Ledger) -> u64 {
    let open = bench.succeed(&["approvals", "list", "-n", "1000", "-o", "json"]).json();
    let open = open.as_array().unwrap();
    for question in open {
        assert_eq!(question["kind"], "doubt", "{question}");
        let (step, item) = question["step"].as_str().unwrap().split_once('[').unwrap();
        let item: u64 = item.trim_end_matches(']').parse().unwrap();
        assert_eq!(step, "call", "{question}");
        let choice = answer_doubt(ledger, &format!("call-{}", item * 10));
        bench.succeed(&[
            "approvals",
            "answer",
            question["id"].as_str().unwrap(),
            "--choice",
            choice,
            "-q",
        ]);
    }
    open.len() as u64
}

#[test]
fn a_thousand_effects_survive_twenty_kills() {
    let bench = Workbench::new();
    bench.succeed(&["init", "--yes", "--no-model", "-q"]);
    // It keeps to keys as `dedup` does, and takes a moment for each effect.
    let slow = ["--mode", "slow", "--delay-ms", "2", "--slow-where", "after"];
    let start = |name: &str| Ledger::start(&bench.path(name), &slow);

    let undisturbed = start("undisturbed");
    let port = format!("port={}", undisturbed.port);
    let begun = Instant::now();
    bench.succeed(&["run", CAPSULE, "-p", &port, "-q"]);
    let took = begun.elapsed().as_secs_f64();
    assert_eq!(counts(&undisturbed), expected());
    let (rate, syncs) = (expected().len() as f64 / took, sync_rate(&bench));
    drop(undisturbed);

    let ledger = start("log");
    let port = format!("port={}", ledger.port);
    let mut chance = Chance::new("thousand effects");
    let begin = [
        "run",
        CAPSULE,
        "-p",
        &port,
        "--idempotency-key",
        "thousand",
        "-q",
        "--no-input",
    ];
    let begun = Instant::now();
    let (mut killed, mut asked) = (0, 0);
    while killed < KILLS {
        let mut command = bench.command(&begin);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        killed += u32::from(kill(&mut child, &ledger, &mut chance));
        ledger.settle();
    }
    let finished = loop {
        let ended = bench.run(&[&begin[..], &["-o", "json"]].concat());
        match ended.code {
            Some(0) => break ended.json(),
            Some(5) => asked += answer(&bench, &ledger),
            _ => panic!("{ended:?}"),
        }
    };
    let took_with_kills = begun.elapsed().as_secs_f64();
    assert_eq!(
        finished["outputs"],
        serde_json::json!({"booked": 1000, "called": 100, "sent": 50})
    );

    // Nothing is lost and nothing happened twice.
    assert_eq!(counts(&ledger), expected());
    let record = check_record(&bench.events(), finished["run"].as_str().unwrap());
    let doubts = |step: &str| -> u64 {
        let of_step = record.doubted.iter().filter(|(unit, _)| unit.starts_with(step));
        of_step.map(|(_, times)| times).sum()
    };
    // Whatever nobody knew of was asked about, or looked for.
    assert_eq!((record.asked, asked), (doubts("call["), doubts("call[")));
    assert_eq!(doubts("book["), 0);
    let attempts: u64 = record.begun.values().sum();
    let looked = record
        .begun
        .iter()
        .filter(|(unit, _)| unit.ends_with(".reconcile"))
        .count();
    let replays = ledger.entries().len() - ledger.effects().len();
    assert!(
        attempts <= expected().len() as u64 + 2 * 8 * u64::from(KILLS),
        "{attempts}"
    );
    eprintln!(
        "{killed} kills, {} owners: {} effects, 0 lost, 0 twice; {attempts} attempts, {replays} keys sent again, \
         {asked} doubts answered by a person, {looked} looked up; {took_with_kills:.1} s\n\
         without kills: {took:.2} s, {rate:.0} effects/s, beside {syncs:.0} syncs/s of one writer: {:.2}",
        record.owners,
        ledger.effects().len(),
        rate / syncs,
    );
}

/// One effect that never happens, because its process always dies first.
const DOOMED: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: doomed
version: 1.0.0
description: One effect.
inputs: {type: object, additionalProperties: false, required: [port], properties: {port: {type: integer}}}
tools: [{adapter: http, version: "^1", actions: [request], hosts: ["127.0.0.1:*"]}]
policies:
  budget: {tool_calls: 20, steps: 20, wall: 1h}
execution:
  steps:
    - name: book
      action: http.request
      effect: keyed
      params: {method: POST, url: "http://127.0.0.1:{{ inputs.port }}/effects", json: {ref: book}}
"#;

#[test]
fn a_run_whose_processes_always_die_is_paused_and_spends_no_more_than_it_may() {
    let bench = Workbench::new();
    bench.succeed(&["init", "--yes", "--no-model", "-q"]);
    let ledger = Ledger::start(&bench.path("log"), &[]);
    let (capsule, port) = (bench.capsule(DOOMED), format!("port={}", ledger.port));
    let args = [
        "run",
        &capsule,
        "-p",
        &port,
        "--idempotency-key",
        "doomed",
        "-q",
        "--no-input",
    ];
    let mut deaths = 0;
    let parked = loop {
        let mut command = bench.command(&args);
        let ended = command.env("SOMAGENT_KILL_AT", "after_intent_commit").status().unwrap();
        match ended.code() {
            None => deaths += 1,
            code => break code,
        }
        assert!(deaths <= 12, "it is retried for ever");
    };
    assert_eq!((parked, deaths), (Some(5), 10));
    let run = bench.newest();
    let budget = |run: &str| bench.succeed(&["runs", "show", run, "-o", "json"]).json()["budget"].clone();
    let held = budget(&run);
    assert_eq!(
        (&held["spent"]["tool_calls"], &held["reserved"]["tool_calls"]),
        (&10.into(), &0.into())
    );
    let events = bench.events();
    let paused = events
        .iter()
        .find(|event| event["header"]["kind"] == "run.paused")
        .unwrap();
    assert_eq!(
        paused["body"]["why"],
        serde_json::json!({"kind": "crashes", "times": 10})
    );
    assert_eq!(ledger.effects().len(), 0);

    // Somebody who has looked into it lets it go on.
    bench.succeed(&["runs", "resume", &run, "-q"]);
    assert_eq!(ledger.effects().len(), 1);
    assert_eq!(budget(&run)["spent"]["tool_calls"], 11);
}

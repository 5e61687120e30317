//! Signals, and readers that go away: the command ends as it promised, and the journal says what happened.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::account::check_account;
use crate::ledger::Ledger;
use crate::workbench::{Ended, Live, MANY_STEPS, Workbench, eventually, processes_in, pull_model, wait};

/// The status of the only run.
fn status(bench: &Workbench) -> String {
    let runs = bench.runs();
    assert_eq!(runs.len(), 1, "{runs:?}");
    runs[0]["status"].as_str().unwrap().to_owned()
}

/// The command that the message of a stopped run gives.
fn resume_command(bench: &Workbench, ended: &Ended) -> Vec<String> {
    let run = bench.newest();
    let command = format!("somagent runs resume {run}");
    assert!(
        ended.err.contains(&command) || ended.out.contains(&command),
        "{ended:?}"
    );
    command.split(' ').skip(1).map(str::to_owned).collect()
}

fn in_git(repository: &Path) -> bool {
    processes_in(repository).iter().any(|line| line.contains("--numstat"))
}

#[test]
fn ctrl_c_during_a_models_answer_saves_the_run() {
    pull_model();
    let bench = Workbench::new();
    let path = format!("path={}", bench.repository().display());
    let mut live = bench.start(&["run", "repo_digest", "-p", &path, "-o", "jsonl"]);
    live.until("\"model.delta\"");
    live.signal(Signal::INT);
    let ended = live.end();
    assert_eq!((ended.code, ended.signal), (Some(130), None), "{ended:?}");
    let finish = ended.finish();
    assert_eq!(
        (&finish["status"], &finish["error"]["kind"]),
        (&"parked".into(), &"interrupted".into())
    );
    assert_eq!(status(&bench), "interrupted");

    let resume = resume_command(&bench, &ended);
    let mut resume: Vec<&str> = resume.iter().map(String::as_str).collect();
    resume.extend(["-o", "jsonl"]);
    let finish = bench.succeed(&resume).finish();
    assert_eq!(finish["status"], "succeeded");
    assert_eq!(status(&bench), "succeeded");
    let events = bench.events();
    check_account(&events, finish["run"].as_str().unwrap());
    // The answer that was cut short is the only step that began twice.
    let again: Vec<&Value> = events
        .iter()
        .filter(|event| event["header"]["kind"] == "step.started" && event["body"]["attempt"] == 2)
        .collect();
    assert_eq!(again.len(), 1, "{again:?}");
    assert_eq!(again[0]["body"]["unit"]["step"], "lines");
}

#[test]
fn ctrl_c_ends_what_waits_for_lines_to_embed() {
    crate::homes::models();
    let bench = Workbench::new();
    let mut command = bench.command(&["model", "embed", "--stdin"]);
    let mut live = Live::new({
        command.stdin(Stdio::piped());
        command
    });
    // Held open, so that the program waits for a line that never comes.
    let _input = live.stdin();
    let status = format!("/proc/{}/status", live.id());
    eventually("it does not listen for signals", || {
        let told = fs::read_to_string(&status).unwrap();
        let caught = told.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        u64::from_str_radix(caught.trim(), 16).unwrap() & (1 << (Signal::INT.as_raw() - 1)) != 0
    });
    live.signal(Signal::INT);
    let ended = live.end();
    assert_eq!((ended.code, ended.signal), (Some(130), None), "{ended:?}");
}

#[test]
fn a_signal_ends_a_long_step_and_its_child() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.slow_repository(), bench.capsule(MANY_STEPS));
    let path = format!("path={}", repository.display());
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        for format in ["table", "json", "jsonl"] {
            let live = bench.start(&["run", &capsule, "-p", &path, "-p", "commits=1000", "-o", format]);
            eventually("git did not start", || in_git(&repository));
            live.signal(signal);
            let ended = live.end();
            assert_eq!((ended.code, ended.signal), (Some(code), None), "{ended:?}");
            resume_command(&bench, &ended);
            match format {
                "jsonl" => assert_eq!(ended.finish()["status"], "parked"),
                "json" => assert_eq!(ended.json()["exit_code"], code),
                _ => assert!(ended.out.is_empty(), "{ended:?}"),
            }
            eventually("git outlived its run", || processes_in(&repository).is_empty());
        }
    }
    let runs = bench.runs();
    assert!(
        runs.len() == 6 && runs.iter().all(|run| run["status"] == "interrupted"),
        "{runs:?}"
    );
    let events = bench.events();
    runs.iter()
        .for_each(|run| check_account(&events, run["run"].as_str().unwrap()));
}

#[test]
fn two_signals_end_at_once() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.slow_repository(), bench.capsule(MANY_STEPS));
    let path = format!("path={}", repository.display());
    let args = ["run", &capsule, "-p", &path, "-p", "commits=1000", "-o", "jsonl"];
    for (first, second, codes) in [
        (Signal::INT, Signal::INT, [130, 130]),
        (Signal::TERM, Signal::TERM, [143, 143]),
        // Which of two different ones comes first is not known.
        (Signal::INT, Signal::TERM, [130, 143]),
    ] {
        let live = bench.start(&args);
        eventually("git did not start", || in_git(&repository));
        live.signal(first);
        live.signal(second);
        let ended = live.end();
        assert!(ended.code.is_some_and(|code| codes.contains(&code)), "{ended:?}");
        let finishes = ended
            .out
            .lines()
            .filter(|line| line.contains("\"run.finished\""))
            .count();
        assert!(finishes <= 1, "{ended:?}");
        eventually("git outlived its run", || processes_in(&repository).is_empty());
    }
    let events = bench.events();
    for run in bench.runs() {
        assert_eq!(run["status"], "interrupted");
        check_account(&events, run["run"].as_str().unwrap());
    }
}

/// Two effects, one after the other.
fn two_effects(port: u16, effect: &str) -> String {
    let step = |name| {
        format!(
            "    - name: {name}\n      action: http.request\n      {effect}\n      params: {{method: POST, url: \"http://127.0.0.1:{port}/effects\", json: {{ref: {name}}}}}\n"
        )
    };
    format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: two_effects
version: 1.0.0
description: Two effects, one after the other.
inputs: {{type: object, additionalProperties: false, properties: {{}}}}
tools: [{{adapter: http, version: "^1", actions: [request], hosts: ["127.0.0.1:{port}"]}}]
execution:
  mode: sequence
  steps:
{}{}"#,
        step("first"),
        step("second")
    )
}

/// The capsule in `two_effects.yaml`, run by another one.
const ABOVE: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: above
version: 1.0.0
description: Runs another capsule.
inputs: {type: object, additionalProperties: false, properties: {}}
tools: [{adapter: http, version: "^1", actions: [request], hosts: ["127.0.0.1:*"]}]
execution:
  steps:
    - {name: below, action: capsule.run, params: {capsule: two_effects}}
"#;

const EXTERNAL: &str = "effect: external\n      on_uncertain: review";

/// How many events of the store are of this kind.
fn events_of(bench: &Workbench, kind: &str) -> usize {
    let is_one = |event: &&Value| event["header"]["kind"] == kind;
    bench.events().iter().filter(is_one).count()
}

#[test]
fn an_effect_in_flight_lands_before_a_signal_ends_the_run() {
    let waits = "waiting up to 3 s for 1 effect; press again to stop now";
    for (effect, is_below, signal, code) in [
        (EXTERNAL, false, Signal::INT, 130),
        ("effect: keyed", false, Signal::TERM, 143),
        (EXTERNAL, true, Signal::TERM, 143),
    ] {
        let bench = Workbench::new();
        let go = bench.path("go");
        let ledger = Ledger::slow(&bench.path("log"), &go);
        let text = two_effects(ledger.port, effect);
        fs::write(bench.path("two_effects.yaml"), &text).unwrap();
        let capsule = bench.capsule(if is_below { ABOVE } else { &text });
        let live = bench.start(&["run", &capsule]);
        eventually("the effect did not begin", || ledger.effects().len() == 1);
        live.signal(signal);
        live.until_err(waits);
        fs::write(go, "").unwrap();
        let ended = live.end();
        assert_eq!((ended.code, ended.signal), (Some(code), None), "{ended:?}");
        assert_eq!(ended.err.matches(waits).count(), 1, "{ended:?}");
        // Its end is on record, and nothing new began.
        let runs = bench.runs();
        assert!(runs.iter().all(|run| run["status"] == "interrupted"), "{runs:?}");
        assert_eq!(ledger.entries().len(), 1);
        assert_eq!(events_of(&bench, "step.settled"), 1);
        let root = runs.iter().find(|run| run["parent"].is_null()).unwrap();
        let run = root["run"].as_str().unwrap();
        assert!(ended.err.contains(&format!("somagent runs resume {run}")), "{ended:?}");

        bench.succeed(&["runs", "resume", run]);
        assert_eq!(events_of(&bench, "step.in_doubt"), 0);
        // Each was asked for once.
        assert_eq!(ledger.entries().len(), 2);
    }
}

#[test]
fn an_effect_that_does_not_land_in_time_or_at_once_is_in_doubt() {
    let slow = ["--mode", "slow", "--delay-ms", "60000", "--slow-where", "after"];
    let grace = Duration::from_secs(3);
    for signals in [1, 2] {
        let bench = Workbench::new();
        let mut ledger = Ledger::start(&bench.path("log"), &slow);
        let live = bench.start(&["run", &bench.capsule(&two_effects(ledger.port, EXTERNAL))]);
        eventually("the effect did not begin", || ledger.effects().len() == 1);
        let begun = Instant::now();
        live.signal(Signal::INT);
        // The system makes one of two that come together.
        live.until_err("press again to stop now");
        if signals == 2 {
            live.signal(Signal::INT);
        }
        let ended = live.end();
        assert_eq!((ended.code, ended.signal), (Some(130), None), "{ended:?}");
        // Who is stopped at once says nothing more.
        let is_told = ended.err.contains("somagent runs resume");
        assert_eq!(is_told, signals == 1, "{ended:?}");
        assert!(signals == 2 || begun.elapsed() >= grace, "{:?}", begun.elapsed());
        assert_eq!(events_of(&bench, "step.settled"), 0);
        ledger.kill();

        let run = bench.newest();
        let parked = bench.run(&["runs", "resume", &run, "-o", "json"]);
        assert_eq!(parked.code, Some(5), "{parked:?}");
        assert_eq!(parked.json()["approvals"][0]["about"]["kind"], "doubt");
        assert_eq!(events_of(&bench, "step.in_doubt"), 1);
        assert_eq!(ledger.effects().len(), 1);
    }
}

#[test]
fn the_child_of_a_run_that_is_killed_does_not_outlive_it() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.slow_repository(), bench.capsule(MANY_STEPS));
    let path = format!("path={}", repository.display());
    let live = bench.start(&["run", &capsule, "-p", &path, "-p", "commits=1000", "-o", "jsonl"]);
    eventually("git did not start", || in_git(&repository));
    live.signal(Signal::KILL);
    let ended = live.end();
    assert_eq!((ended.code, ended.signal), (None, Some(9)));
    assert!(!ended.out.contains("\"run.finished\""), "{ended:?}");
    eventually("git outlived its run", || processes_in(&repository).is_empty());
    assert_eq!(status(&bench), "interrupted");
}

#[test]
fn a_run_does_not_depend_on_who_reads_it() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.repository(), bench.capsule(MANY_STEPS));
    for (path, code, status) in [(repository, 0, "succeeded"), (bench.path(""), 3, "failed")] {
        let path = format!("path={}", path.display());
        for format in ["jsonl", "json", "table"] {
            let mut child = bench
                .command(&["run", &capsule, "-p", &path, "-o", format])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut reader = BufReader::new(child.stdout.take().unwrap());
            if format == "jsonl" {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                assert!(line.contains("\"run.started\""), "{line}");
            }
            drop(reader);
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            assert_eq!(wait(&mut child).code(), Some(code), "{format}: {stderr}");
            assert_eq!(bench.runs()[0]["status"], status, "{format}");
        }
    }
    bench.events();
}

#[test]
fn a_reader_that_stands_still_does_not_hold_up_a_run() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.repository(), bench.capsule(MANY_STEPS));
    let path = format!("path={}", repository.display());
    let mut child = bench
        .command(&["run", &capsule, "-p", &path, "-o", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("the run waits for its reader", || {
        bench.home().join("data/somagent.db").exists() && bench.run(&["runs", "list", "-q"]).out.contains("succeeded")
    });
    assert!(child.try_wait().unwrap().is_none(), "everything fitted into the pipe");
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(wait(&mut child).code(), Some(0));
    assert!(out.lines().last().unwrap().contains("\"run.finished\""), "{out}");
}

#[test]
fn a_run_that_ends_prints_its_end_once_and_last() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.repository(), bench.capsule(MANY_STEPS));
    for (path, code, status) in [(repository, 0, "succeeded"), (bench.path(""), 3, "failed")] {
        let path = format!("path={}", path.display());
        let ended = bench.run(&["run", &capsule, "-p", &path, "-o", "jsonl"]);
        assert_eq!(ended.code, Some(code), "{ended:?}");
        let finish = ended.finish();
        assert_eq!(finish["status"], status);
        // A finished run that is resumed says the same again.
        let again = bench.run(&["runs", "resume", finish["run"].as_str().unwrap(), "-o", "jsonl"]);
        assert_eq!((again.code, again.finish()), (Some(code), finish));
    }
}

//! A server that a constitution names, as people meet it. The server here is a real one that answers as the path says;
//! it is no OPA, and none is needed to see that anything but `true` denies.

use std::fs;

use serde_json::{Value, json};

use crate::constitution::{PUTS, WAITS, change, file, founded};
use crate::odd::{Odd, deaf};
use crate::workbench::{Ended, Workbench};

const TRUE: &str = r#"{"result": true}"#;
const FALSE: &str = r#"{"result": false}"#;

/// The rule that is answered with this body.
fn answering(odd: &Odd, body: &str) -> String {
    let digits: Vec<String> = body.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("http://127.0.0.1:{}/v1/data/json/{}", odd.port, digits.concat())
}

/// The constitution that a store begins with, in this version, which names a server.
fn naming(bench: &Workbench, version: u64, url: &str) -> String {
    let text = bench.succeed(&["constitution", "show", "developer", "--text"]).out;
    let head: Vec<String> = text
        .lines()
        .map(|line| match line.starts_with("version: ") {
            true => format!("version: {version}"),
            false => line.to_owned(),
        })
        .collect();
    let text = format!(
        "{}\nopa: {{article: A5, url: \"{url}\", timeout_ms: 1000}}\n",
        head.join("\n")
    );
    file(bench, &format!("v{version}.yaml"), &text)
}

/// What a server says that was not heard in time.
const LATE: &str = "the time is up";

/// How often a server may be heard too late: no constitution gives it more than a second, and a busy machine may need it.
const TIMES: usize = 5;

/// Runs a command until the servers that it asks are heard in time.
fn in_time(bench: &Workbench, args: &[&str]) -> Ended {
    let mut ended = bench.run(args);
    for _ in 1..TIMES {
        if !ended.out.contains(LATE) && !ended.err.contains(LATE) {
            break;
        }
        ended = bench.run(args);
    }
    ended
}

/// The same for one that has to succeed.
fn succeed(bench: &Workbench, args: &[&str]) -> Ended {
    let ended = in_time(bench, args);
    assert_eq!(ended.code, Some(0), "{args:?}: {ended:?}");
    ended
}

fn verdicts(bench: &Workbench) -> Vec<Value> {
    let events = bench.events();
    let judged = events.iter().filter(|event| event["header"]["kind"] == "step.judged");
    judged.map(|event| event["body"]["verdict"].clone()).collect()
}

#[test]
fn true_changes_nothing_and_everything_else_denies_and_is_recorded() {
    let bench = founded();
    let odd = Odd::start();
    let capsule = bench.capsule(PUTS);
    let rule = answering(&odd, TRUE);
    let v2 = naming(&bench, 2, &rule);
    let diff = bench.succeed(&["constitution", "diff", &v2, "-o", "json"]).json();
    assert_eq!(
        (&diff["effect"], &diff["changes"][0]["part"]),
        (&json!("stricter"), &json!("opa"))
    );
    change(&bench, &v2);
    let shown = bench.succeed(&["constitution", "show"]).out;
    assert!(shown.contains(&rule) && shown.contains("unverified"), "{shown}");
    succeed(&bench, &["run", &capsule]);
    let verdict = verdicts(&bench).pop().unwrap();
    assert_eq!(
        (
            &verdict["situation"]["heard"][0]["url"],
            &verdict["situation"]["heard"][0]["said"]
        ),
        (&json!(rule), &json!({"kind": "allow"}))
    );
    succeed(&bench, &["run", &capsule, "--dry-run"]);

    let v3 = naming(&bench, 3, &answering(&odd, FALSE));
    let diff = bench.succeed(&["constitution", "diff", &v3, "-o", "json"]).json();
    assert_eq!(diff["effect"], "looser", "another server may allow more: {diff}");
    change(&bench, &v3);
    let denied = in_time(&bench, &["run", &capsule]);
    assert_eq!(denied.code, Some(6), "{denied:?}");
    assert!(denied.err.contains("does not allow it"), "{denied:?}");
    assert_eq!(bench.run(&["run", &capsule, "--dry-run"]).code, Some(6));
    assert_eq!(
        verdicts(&bench).pop().unwrap()["situation"]["heard"][0]["said"],
        json!({"kind": "deny"})
    );
}

#[test]
fn attack_09_without_the_server_everything_is_denied_and_the_record_decides_the_same_again() {
    let bench = founded();
    let odd = Odd::start();
    let capsule = bench.capsule(PUTS);
    let v2 = naming(&bench, 2, &answering(&odd, TRUE));
    let other = answering(&odd, FALSE);
    change(&bench, &v2);
    succeed(&bench, &["run", &capsule]);
    let allowed = bench.newest();
    let doctor = in_time(&bench, &["doctor", "-o", "json"]).json();
    let check = |doctor: &Value| {
        let checks = doctor["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == "opa").unwrap().clone()
    };
    assert_eq!(check(&doctor)["status"], "warn", "{doctor}");
    assert!(
        check(&doctor)["detail"].as_str().unwrap().contains("unverified"),
        "{doctor}"
    );
    let port = odd.port;
    drop(odd);
    let _nobody = deaf(port);

    let denied = in_time(&bench, &["run", &capsule]);
    assert_eq!(denied.code, Some(6), "{denied:?}");
    assert!(denied.err.contains("cannot connect"), "{denied:?}");
    let runs = bench.runs();
    let mut runs = runs.iter().map(|run| run["run"].as_str().unwrap().to_owned());
    let refused = runs.find(|run| *run != allowed).unwrap();
    let doctor = bench.run(&["doctor", "-o", "json"]);
    assert_eq!(
        (doctor.code, &check(&doctor.json())["status"]),
        (Some(3), &json!("fail"))
    );

    // The server is gone, and what it said is not.
    for run in [&allowed, &refused] {
        bench.succeed(&["runs", "replay", run]);
        let again = bench
            .succeed(&["policy", "replay", run, "--constitution", &v2, "-o", "json"])
            .json();
        assert_eq!(again[0]["differs"], false, "{again}");
        assert_eq!(again[0]["not_asked"], Value::Null, "{again}");
        // Nobody knows what another server would have said.
        let v3 = naming(&bench, 3, &other);
        let unknown = bench
            .succeed(&["policy", "replay", run, "--constitution", &v3, "-o", "json"])
            .json();
        assert!(
            unknown[0]["not_asked"].as_str().unwrap().contains("was not asked"),
            "{unknown}"
        );
    }
    let explained = bench.succeed(&["policy", "explain", &refused]).out;
    for said in [
        "asked http://127.0.0.1:",
        "cannot connect",
        "would change it: the answer `true` of",
        "A5: ",
    ] {
        assert!(explained.contains(said), "{said}: {explained}");
    }

    let offline = bench.run(&["run", &capsule, "--offline"]);
    assert_eq!(offline.code, Some(6), "{offline:?}");
    assert!(offline.err.contains("--offline"), "{offline:?}");
}

#[test]
fn a_call_that_nobody_makes_is_put_to_the_server_too() {
    let bench = Workbench::new();
    let odd = Odd::start();
    let call = file(
        &bench,
        "call.json",
        r#"{"tool": "files.read", "args": {"path": "a"}, "session": {"prompt": "read a"},
        "tool_spec": {"side_effect": "none", "sinks": {"path": "path"}, "egress": false}}"#,
    );
    let decided = |constitution: &str, more: &[&str]| {
        let args = [&["policy", "check", &call, "--constitution", constitution][..], more].concat();
        let ended = in_time(&bench, &args);
        (ended.code, ended.out)
    };
    let (code, out) = decided(&naming(&bench, 2, &answering(&odd, TRUE)), &[]);
    assert_eq!(code, Some(0), "{out}");
    let (code, out) = decided(&naming(&bench, 3, &answering(&odd, FALSE)), &[]);
    assert_eq!(code, Some(6), "{out}");
    assert!(
        out.contains("does not allow it") && out.contains("articles A5"),
        "{out}"
    );
    let (code, out) = decided(&naming(&bench, 2, &answering(&odd, TRUE)), &["--offline"]);
    assert_eq!(code, Some(6), "{out}");
    assert!(out.contains("--offline"), "{out}");
    let away = naming(&bench, 4, "https://opa.invalid/v1/data/somagent/allow");
    let mut command = bench.command(&["policy", "check", &call, "--constitution", &away]);
    let tested = command.env("SOMAGENT_MODE", "test").output().unwrap();
    let out = String::from_utf8(tested.stdout).unwrap();
    assert_eq!(tested.status.code(), Some(6), "{out}");
    assert!(out.contains("the mode `test`"), "{out}");
}

/// A store whose constitution was swapped while a run waited, and how that ended; none where one was heard too late.
fn swapped(first: &str, second: &str) -> Option<(Workbench, Ended)> {
    let bench = founded();
    change(&bench, &naming(&bench, 2, first));
    let capsule = bench.capsule(WAITS);
    let mut live = bench.start(&["run", &capsule, "-o", "jsonl"]);
    if live
        .until_one(&["step.completed", "run.finished"])
        .contains("step.completed")
    {
        change(&bench, &naming(&bench, 3, second));
        fs::write(bench.path("late.txt"), "here").unwrap();
    }
    let ended = live.end();
    let is_late = verdicts(&bench)
        .iter()
        .any(|verdict| verdict.to_string().contains(LATE));
    (!is_late).then_some((bench, ended))
}

#[test]
fn each_constitution_of_a_swap_asks_its_own_server() {
    let (first, second) = (Odd::start(), Odd::start());
    let (first, second) = (answering(&first, TRUE), answering(&second, FALSE));
    let swapped = (0..TIMES).find_map(|_| swapped(&first, &second));
    let (bench, denied) = swapped.expect("the servers are heard in time");
    assert_eq!(denied.code, Some(6), "{denied:?}");
    let verdict = verdicts(&bench).pop().unwrap();
    let heard = verdict["situation"]["heard"].as_array().unwrap();
    let said: Vec<(&Value, &Value)> = heard
        .iter()
        .map(|heard| (&heard["url"], &heard["said"]["kind"]))
        .collect();
    assert_eq!(
        said,
        [(&json!(first), &json!("allow")), (&json!(second), &json!("deny"))]
    );
    assert_eq!(verdict["decision"], "deny");
    let run = bench.newest();
    bench.succeed(&["runs", "replay", &run]);
}

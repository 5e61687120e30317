//! Constitutions as people and attackers meet them: read, compared, changed by the rules, and swapped without them.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::gates::{gated, park, question};
use crate::workbench::{Ended, Workbench};

/// A founded store.
pub fn founded() -> Workbench {
    let bench = Workbench::new();
    bench.succeed(&["mode", "set", "developer", "--reason", "a store of my own"]);
    bench
}

pub fn file(bench: &Workbench, name: &str, text: &str) -> String {
    let path = bench.path(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn in_place(bench: &Workbench) -> [PathBuf; 2] {
    let config = bench.home().join("config");
    [config.join("constitution.yaml"), config.join("constitution.yaml.sig")]
}

fn shown(bench: &Workbench, name: &str) -> Value {
    bench.succeed(&["constitution", "show", name, "-o", "json"]).json()
}

/// A shipped text that follows the one in force.
fn shipped(bench: &Workbench, name: &str) -> String {
    let text = bench.succeed(&["constitution", "show", name, "--text"]).out;
    file(bench, &format!("{name}.yaml"), &text)
}

/// Puts a text in force.
pub fn change(bench: &Workbench, path: &str) {
    bench.succeed(&["constitution", "propose", path]);
    bench.succeed(&["constitution", "sign"]);
    bench.succeed(&["constitution", "activate", "--yes"]);
}

/// What happened to the constitution, in order.
pub fn house_events(bench: &Workbench) -> Vec<(String, Value)> {
    let events = bench.events();
    let of_house = events
        .iter()
        .filter(|event| event["header"]["stream"] == "house/constitution");
    of_house
        .map(|event| {
            let kind = event["header"]["kind"].as_str().unwrap().to_owned();
            (kind, event["body"].clone())
        })
        .collect()
}

/// The kind of the error that a command ended with: a run says it with its data, other commands beside it.
pub fn kind(ended: &Ended) -> String {
    let lines = ended.out.lines().chain(ended.err.lines());
    let said = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut kinds = said.filter_map(|value| value["error"]["kind"].as_str().map(str::to_owned));
    kinds.next().unwrap_or_else(|| panic!("{ended:?}"))
}

/// Artifacts, one after the other.
pub const PUTS: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: puts
version: 1.0.0
description: Hands something over.
inputs: {type: object, additionalProperties: false, properties: {}}
outputs: {type: object, properties: {}}
outputs_from: {}
tools: [{adapter: artifact, version: "^1", actions: [put]}]
execution:
  mode: sequence
  steps:
    - {name: put, action: artifact.put, params: {name: out.txt, content: x}}
"#;

/// A step, then one that is tried again two seconds after it failed.
pub const WAITS: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: waits
version: 1.0.0
description: Waits for a file.
inputs: {type: object, additionalProperties: false, properties: {}}
outputs: {type: object, properties: {}}
outputs_from: {}
tools:
  - {adapter: artifact, version: "^1", actions: [put]}
  - {adapter: fs, version: "^1", actions: [read]}
execution:
  mode: sequence
  steps:
    - {name: put, action: artifact.put, params: {name: out.txt, content: x}}
    - name: read
      action: fs.read
      retry: {max_attempts: 9, backoff: {initial: 2s, max: 2s, jitter: none}, on: [tool]}
      params: {path: late.txt}
"#;

#[test]
fn what_is_shown_is_in_force_or_shipped_and_looking_makes_nothing() {
    let bench = Workbench::new();
    let unfounded = shown(&bench, "active");
    assert_eq!(
        (&unfounded["active"], &unfounded["signers"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(bench.run(&["constitution", "verify"]).code, Some(14));
    assert!(!bench.home().join("data").exists());

    let bench = founded();
    let active = shown(&bench, "active");
    assert_eq!(
        (&active["active"], &active["version"], &active["needed"]),
        (&json!(true), &json!(1), &json!(1))
    );
    assert_eq!(active["signers"][0]["trusted"], true);
    assert_eq!(active["score"]["threshold"], 7000);
    assert_eq!(active["digest"], shown(&bench, "developer")["digest"]);
    let text = bench.succeed(&["constitution", "show"]).out;
    for said in [
        "A1  An agent",
        "allows reading in `workspace`",
        "asks below 7000",
        "trusted",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for name in ["developer", "production", "enterprise", "locked"] {
        assert!(!shown(&bench, name)["rules"].as_array().unwrap().is_empty());
        let text = bench.succeed(&["constitution", "show", name, "--text"]).out;
        assert!(text.contains("\nversion: 2\n"), "{text}");
    }
    assert_eq!(bench.run(&["constitution", "show", "prod"]).code, Some(14));
}

#[test]
fn a_change_is_proposed_signed_and_activated_and_then_judges() {
    let bench = founded();
    let capsule = bench.capsule(PUTS);
    bench.succeed(&["run", &capsule]);
    // Nothing is proposed yet.
    for args in [&["constitution", "sign"][..], &["constitution", "activate", "--yes"]] {
        assert_eq!(bench.run(args).code, Some(14), "{args:?}");
    }
    let locked = shipped(&bench, "locked");
    let diff = bench.succeed(&["constitution", "diff", &locked, "-o", "json"]).json();
    assert_eq!(diff["effect"], "stricter");
    let back = bench
        .succeed(&["constitution", "diff", &locked, "active", "-o", "json"])
        .json();
    assert_eq!(back["effect"], "looser");

    bench.succeed(&["constitution", "propose", &locked]);
    let unsigned = bench.run(&["constitution", "activate", "--yes", "-o", "json"]);
    assert_eq!(
        (unsigned.code, kind(&unsigned).as_str()),
        (Some(12), "constitution_untrusted")
    );
    bench.succeed(&["constitution", "sign"]);
    let unconfirmed = bench.run(&["constitution", "activate"]);
    assert_eq!(unconfirmed.code, Some(2), "{unconfirmed:?}");
    assert_eq!(shown(&bench, "active")["version"], 1);
    bench.succeed(&["constitution", "activate", "--yes"]);
    assert_eq!(shown(&bench, "active")["version"], 2);
    let verified = bench.succeed(&["constitution", "verify", "-o", "json"]).json();
    assert_eq!((&verified["holds"], &verified["active"]), (&json!(true), &json!(true)));

    let denied = bench.run(&["run", &capsule]);
    assert_eq!(denied.code, Some(6), "{denied:?}");
    let kinds: Vec<String> = house_events(&bench).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(
        kinds,
        [
            "store.founded",
            "constitution.activated",
            "constitution.proposed",
            "constitution.signed",
            "constitution.activated"
        ]
    );
    let (_, last) = house_events(&bench).pop().unwrap();
    assert_eq!(
        (&last["version"], &last["text"]),
        (&json!(2), &json!(fs::read_to_string(&locked).unwrap()))
    );
    assert!(last["by"].as_str().unwrap().starts_with("user:"), "{last}");

    // In production nothing but a terminal loosens it.
    bench.succeed(&["mode", "set", "production", "--reason", "others depend on it"]);
    let developer = shipped(&bench, "developer");
    bench.succeed(&["constitution", "propose", &developer]);
    bench.succeed(&["constitution", "sign"]);
    assert_eq!(bench.run(&["constitution", "activate", "--yes"]).code, Some(6));
    assert_eq!(shown(&bench, "active")["version"], 2);
}

#[test]
fn attack_03_a_strangers_key_signs_nothing() {
    let bench = founded();
    let stranger = bench.path("stranger.pem");
    let made = std::process::Command::new("openssl")
        .args(["genpkey", "-algorithm", "ed25519", "-out"])
        .arg(&stranger)
        .status();
    assert!(made.unwrap().success());
    fs::set_permissions(&stranger, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    bench.succeed(&["constitution", "propose", &shipped(&bench, "production")]);
    let key = stranger.to_str().unwrap();
    let refused = bench.run(&["constitution", "sign", "--key", key, "-o", "json"]);
    assert_eq!(
        (refused.code, kind(&refused).as_str()),
        (Some(12), "constitution_stranger")
    );
    assert_eq!(bench.run(&["constitution", "activate", "--yes"]).code, Some(12));
    // The key of this installation, named, counts once.
    let own = bench.home().join("data/keys/signing.pem");
    let own = own.to_str().unwrap();
    bench.succeed(&["constitution", "sign", "--key", own]);
    let again = bench.succeed(&["constitution", "sign", "-o", "json"]).json();
    assert_eq!((&again["signed"], &again["found"]), (&json!(false), &json!(1)));
    bench.succeed(&["constitution", "activate", "--yes"]);
    println!("attack 03: a stranger's signature is refused with exit 12 and not recorded");
}

#[test]
fn attack_04_an_older_constitution_is_refused_where_it_is_proposed_and_where_it_is_put() {
    let bench = founded();
    let old = in_place(&bench).map(|path| fs::read(path).unwrap());
    change(&bench, &shipped(&bench, "production"));
    let new = in_place(&bench).map(|path| fs::read(path).unwrap());
    let older = file(&bench, "older.yaml", std::str::from_utf8(&old[0]).unwrap());
    let refused = bench.run(&["constitution", "propose", &older, "-o", "json"]);
    assert_eq!(
        (refused.code, kind(&refused).as_str()),
        (Some(2), "constitution_not_newer")
    );
    for (path, bytes) in in_place(&bench).iter().zip(&old) {
        fs::write(path, bytes).unwrap();
    }
    let capsule = bench.capsule(PUTS);
    let refused = bench.run(&["run", &capsule, "-o", "json"]);
    assert_eq!(
        (refused.code, kind(&refused).as_str()),
        (Some(12), "constitution_older")
    );
    let verified = bench.run(&["constitution", "verify", "-o", "json"]);
    assert_eq!(verified.code, Some(12));
    let findings = verified.json()["findings"].as_array().unwrap().clone();
    let failing: Vec<&Value> = findings.iter().filter(|finding| finding["holds"] == false).collect();
    assert_eq!(
        (failing.len(), &failing[0]["name"]),
        (1, &json!("version")),
        "{findings:?}"
    );
    for (path, bytes) in in_place(&bench).iter().zip(&new) {
        fs::write(path, bytes).unwrap();
    }
    bench.succeed(&["run", &capsule]);
    println!("attack 04: an older signed constitution is refused with exit 12, and cannot be proposed");
}

#[test]
fn attack_02_swapped_while_a_run_is_parked_and_while_it_runs() {
    let bench = founded();
    let [text, signature] = in_place(&bench);
    let (good, signed) = (fs::read(&text).unwrap(), fs::read(&signature).unwrap());
    let capsule = bench.capsule(&gated("2d"));
    let run = park(&bench, &capsule);
    let id = question(&bench);
    let changed = [&good[..], b"# one rule less\n"].concat();
    let swaps: [(&dyn Fn(), &str); 3] = [
        (&|| fs::write(&text, &changed).unwrap(), "constitution_changed"),
        (&|| fs::remove_file(&text).unwrap(), "constitution_missing"),
        (&|| fs::remove_file(&signature).unwrap(), "constitution_missing"),
    ];
    for (swap, expected) in swaps {
        swap();
        for args in [
            &["runs", "resume", &run, "-o", "json"][..],
            &["approvals", "approve", &id, "-o", "json"],
        ] {
            let refused = bench.run(args);
            assert_eq!(
                (refused.code, kind(&refused).as_str()),
                (Some(12), expected),
                "{args:?}"
            );
        }
        fs::write(&text, &good).unwrap();
        fs::write(&signature, &signed).unwrap();
    }
    bench.succeed(&["approvals", "approve", &id]);
    bench.succeed(&["runs", "resume", &run]);

    // While it runs: the first step is over, the second waits for its next attempt.
    let capsule = bench.capsule(WAITS);
    let mut live = bench.start(&["run", &capsule, "-o", "jsonl"]);
    live.until("step.completed");
    fs::write(&text, &changed).unwrap();
    let halted = live.end();
    assert_eq!(halted.code, Some(12), "{halted:?}");
    assert!(
        halted.err.contains("runs resume") || halted.out.contains("runs resume"),
        "{halted:?}"
    );
    fs::write(&text, &good).unwrap();
    let run = bench.newest();
    assert_eq!(bench.run(&["runs", "show", &run]).code, Some(0));
    fs::write(bench.path("late.txt"), "here").unwrap();
    bench.succeed(&["runs", "resume", &run]);
    bench.succeed(&["runs", "replay", &run]);
    println!("attack 02: changed and missing refused with exit 12, parked and running; put back, both runs went on");
}

#[test]
fn attack_02_a_constitution_activated_mid_run_judges_beside_the_first() {
    let bench = founded();
    let capsule = bench.capsule(WAITS);
    let mut live = bench.start(&["run", &capsule, "-o", "jsonl"]);
    live.until("step.completed");
    let before = shown(&bench, "active")["digest"].clone();
    // Nothing is read any more.
    let blind = bench.succeed(&["constitution", "show", "locked", "--text"]).out;
    let blind = blind.replace(
        "access: read\n    within: workspace",
        "access: read\n    within: workspace/src",
    );
    change(&bench, &file(&bench, "blind.yaml", &blind));
    let denied = live.end();
    assert_eq!(denied.code, Some(6), "{denied:?}");
    let after = shown(&bench, "active")["digest"].clone();
    let events = bench.events();
    let mut judged = events.iter().filter(|event| event["header"]["kind"] == "step.judged");
    let verdict = &judged.next_back().unwrap()["body"]["verdict"];
    assert_eq!(
        (&verdict["decision"], &verdict["constitution"], &verdict["also"]),
        (&json!("deny"), &before, &after)
    );
    println!("attack 02: activated mid-run, the stricter of both decided and both are recorded");
}

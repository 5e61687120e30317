//! Deployment modes as people, scripts and attackers meet them: what tightens, and what never loosens.

use serde_json::{Value, json};

use crate::gates::{gated, park, question};
use crate::ledger::Ledger;
use crate::terminal::Terminal;
use crate::workbench::{Ended, Workbench, eventually};

const VARIABLES: [&str; 2] = ["SOMAGENT_MODE", "SOMAGENT_DEPLOYMENT_MODE"];

/// A store whose recorded mode is this one.
fn recorded(mode: &str) -> Workbench {
    let bench = Workbench::new();
    bench.succeed(&["mode", "set", mode, "--reason", "others depend on it"]);
    bench
}

/// The command with these variables.
fn run_with(bench: &Workbench, variables: &[(&str, &str)], args: &[&str]) -> Ended {
    let mut command = bench.command(args);
    command.envs(variables.iter().copied());
    Ended::new(command.output().unwrap())
}

fn shown(bench: &Workbench) -> Value {
    bench.succeed(&["mode", "show", "-o", "json"]).json()
}

/// What happened to the mode, in order.
fn mode_events(bench: &Workbench) -> Vec<(String, Value)> {
    let events = bench.events();
    let of_mode = events.iter().filter(|event| event["header"]["stream"] == "house/mode");
    of_mode
        .map(|event| {
            (
                event["header"]["kind"].as_str().unwrap().to_owned(),
                event["body"].clone(),
            )
        })
        .collect()
}

/// One request to `url` with this effect.
fn request(url: &str, host: &str, effect: &str) -> String {
    format!(
        r#"schema: somagent.dev/capsule/v1
capsule_id: asks
version: 1.0.0
description: Sends one request.
inputs: {{type: object, additionalProperties: false, properties: {{}}}}
outputs: {{type: object, properties: {{}}}}
outputs_from: {{}}
tools: [{{adapter: http, version: "^1", actions: [request], hosts: ["{host}"]}}]
execution:
  steps:
    - name: send
      action: http.request
      {effect}
      params: {{method: METHOD, url: "{url}"}}
"#
    )
}

#[test]
fn a_store_begins_as_a_developers_and_looking_makes_nothing() {
    let bench = Workbench::new();
    let seen = shown(&bench);
    assert_eq!(
        (&seen["in_force"], &seen["changed"], &seen["elevation"]),
        (&json!("developer"), &Value::Null, &Value::Null)
    );
    assert_eq!(seen["table"].as_array().unwrap().len(), 7);
    let text = bench.succeed(&["mode", "show"]).out;
    assert!(
        text.contains("DEVELOPER*") && text.contains("recorded  nothing"),
        "{text}"
    );
    assert!(!bench.home().join("data").exists());
}

#[test]
fn a_mode_is_recorded_with_who_and_why_and_holds_for_the_next_process() {
    let bench = recorded("Production-Debug");
    let seen = shown(&bench);
    assert_eq!(
        (&seen["in_force"], &seen["recorded"], &seen["debug"]),
        (&json!("production"), &json!("production-debug"), &json!(true))
    );
    let [(kind, body)] = &mode_events(&bench)[..] else {
        panic!("one thing happened")
    };
    assert_eq!(kind, "mode.changed");
    assert_eq!(
        (&body["from"], &body["to"], &body["reason"]),
        (
            &json!("developer"),
            &json!("production-debug"),
            &json!("others depend on it")
        )
    );
    assert!(body["by"].as_str().unwrap().starts_with("user:"), "{body}");
    // The same once more is no change.
    let again = ["mode", "set", "production-debug", "--reason", "again", "-o", "json"];
    assert_eq!(bench.succeed(&again).json()["changed"], false);
    assert_eq!(mode_events(&bench).len(), 1);
    // Why is always said.
    assert_eq!(bench.run(&["mode", "set", "test"]).code, Some(2));
    assert_eq!(bench.run(&["mode", "set", "test", "--reason", " "]).code, Some(2));
    assert_eq!(bench.run(&["mode", "set", "locked", "--reason", "x"]).code, Some(2));
}

#[test]
fn attack_11_a_variable_a_script_and_a_capsule_lower_nothing() {
    let bench = recorded("production");
    let capsule = bench.capsule(&gated("2d"));
    park(&bench, &capsule);
    let id = question(&bench);
    for low in ["developer", "DEVELOPER", "training-debug"] {
        let variables = VARIABLES.map(|name| (name, low));
        let seen = run_with(&bench, &variables, &["mode", "show", "-o", "json"]).json();
        assert_eq!(seen["in_force"], "production");
        for variable in seen["variables"].as_array().unwrap() {
            assert_eq!(variable["effect"], "ignored", "{variable}");
        }
        let refused = run_with(&bench, &variables, &["approvals", "approve", &id, "--reason", "mine"]);
        assert_eq!(refused.code, Some(6), "{refused:?}");
        for name in VARIABLES {
            let said = format!("{name}={} is ignored: `production` is in force", low.to_lowercase());
            assert_eq!(refused.err.matches(&said).count(), 1, "{refused:?}");
        }
    }
    // What cannot be read might have meant to tighten.
    for name in VARIABLES {
        for args in [
            &["mode", "show"][..],
            &["run", &capsule],
            &["approvals", "approve", &id],
        ] {
            let refused = run_with(&bench, &[(name, "prod")], args);
            assert_eq!(refused.code, Some(2), "{refused:?}");
            assert!(refused.err.contains(name), "{refused:?}");
        }
    }
    // Nobody sits at a script's terminal.
    for args in [
        &["mode", "set", "developer", "--yes", "--reason", "faster"][..],
        &["mode", "set", "test", "--reason", "faster"],
    ] {
        let refused = bench.run(args);
        assert_eq!(refused.code, Some(6), "{refused:?}");
    }
    // A capsule has no word for it.
    let lowering = gated("2d").replace("execution:\n", "policies: {mode: developer}\nexecution:\n");
    assert_eq!(bench.run(&["run", &bench.capsule(&lowering)]).code, Some(10));
    assert_eq!(shown(&bench)["in_force"], "production");
    assert_eq!(mode_events(&bench).len(), 1);
    println!(
        "attack 11: 3 lowered variables ignored and said so, 2 unreadable ones refused, scripts and a capsule too"
    );
}

#[test]
fn a_person_at_a_terminal_loosens_production_by_typing_the_name() {
    let bench = recorded("production");
    let command = bench.command(&["mode", "set", "developer", "--yes", "--reason", "taken out of use"]);
    for (typed, code, in_force) in [("yes", 6, "production"), ("developer", 0, "developer")] {
        let mut terminal = Terminal::start(&command, 24, 120);
        terminal.hears(0, "Type `developer` to record it: ");
        terminal.press(&format!("{typed}\n"));
        assert_eq!(terminal.end().exit_code(), code, "{}", terminal.written());
        assert_eq!(shown(&bench)["in_force"], in_force);
    }
}

#[test]
fn a_variable_tightens_and_two_modes_hold_together() {
    let bench = Workbench::new();
    let seen = |variables: &[(&str, &str)]| {
        let seen = run_with(&bench, variables, &["mode", "show", "-o", "json"]).json();
        seen["in_force"].as_str().unwrap().to_owned()
    };
    assert_eq!(seen(&[("SOMAGENT_MODE", "PRODUCTION")]), "production");
    assert_eq!(
        seen(&[("SOMAGENT_DEPLOYMENT_MODE", "PRODUCTION-ENTERPRISE-DEBUG")]),
        "production-enterprise"
    );
    let both = [("SOMAGENT_MODE", "test"), ("SOMAGENT_DEPLOYMENT_MODE", "production")];
    assert_eq!(seen(&both), "production+test");
    assert_eq!(seen(&[("SOMAGENT_MODE", "")]), "developer");
    // What it tightens is not only shown.
    let capsule = bench.capsule(&gated("2d"));
    park(&bench, &capsule);
    let id = question(&bench);
    let refused = run_with(&bench, &both, &["approvals", "approve", &id, "--reason", "mine"]);
    assert_eq!(refused.code, Some(6), "{refused:?}");
    assert!(refused.err.contains("`production+test`"), "{refused:?}");
    bench.succeed(&["approvals", "approve", &id]);
}

#[test]
fn doctor_says_which_mode_is_in_force_and_where_it_comes_from() {
    let said = |bench: &Workbench, variables: &[(&str, &str)]| {
        let report = run_with(bench, variables, &["doctor", "-o", "json"]).json();
        let checks = report["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["name"] == "mode").unwrap();
        assert_eq!(check["status"], "ok", "{check}");
        check["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(said(&Workbench::new(), &[]), "developer, as a store begins");
    let bench = recorded("production");
    let plain = said(&bench, &[]);
    assert!(plain.starts_with("production, recorded by user:"), "{plain}");
    assert!(plain.ends_with(": others depend on it"), "{plain}");
    let tightened = said(&bench, &[(VARIABLES[0], "test"), (VARIABLES[1], "developer")]);
    assert!(
        tightened.starts_with("production+test, recorded by user:"),
        "{tightened}"
    );
    assert!(
        tightened.ends_with("; tightened by SOMAGENT_MODE=test; SOMAGENT_DEPLOYMENT_MODE=developer is ignored"),
        "{tightened}"
    );
    bench.succeed(&["elevate", "--to", "developer", "--for", "5m", "--reason", "a look"]);
    let elevated = said(&bench, &[]);
    assert!(
        elevated.starts_with("developer, elevated from production by user:"),
        "{elevated}"
    );
    assert!(elevated.ends_with(": a look"), "{elevated}");
}

#[test]
fn attack_12_an_elevation_without_a_reason_too_long_or_expired_has_no_effect() {
    let bench = recorded("production-enterprise");
    for (args, code) in [
        (&["elevate", "--to", "developer", "--for", "5m"][..], 2),
        (&["elevate", "--to", "developer", "--for", "5m", "--reason", " "], 2),
        (&["elevate", "--to", "developer", "--reason", "x"], 2),
        (&["elevate", "--to", "developer", "--for", "0s", "--reason", "x"], 2),
        (&["elevate", "--to", "developer", "--for", "16m", "--reason", "x"], 6),
        (
            &[
                "elevate",
                "--to",
                "production-enterprise",
                "--for",
                "1m",
                "--reason",
                "x",
            ],
            2,
        ),
        (&["elevate", "--end"], 2),
    ] {
        let refused = bench.run(args);
        assert_eq!(refused.code, Some(code), "{args:?}: {refused:?}");
        assert_eq!(shown(&bench)["in_force"], "production-enterprise");
    }
    assert_eq!(mode_events(&bench).len(), 1);

    let elevate = [
        "elevate",
        "--to",
        "developer",
        "--for",
        "5s",
        "--reason",
        "the pump is broken",
        "-o",
        "json",
    ];
    let elevated = bench.succeed(&elevate).json();
    assert_eq!(
        (&elevated["in_force"], &elevated["recorded"]),
        (&json!("developer"), &json!("production-enterprise"))
    );
    let capsule = bench.capsule(&gated("2d"));
    park(&bench, &capsule);
    let id = question(&bench);
    eventually("the elevation does not end", || {
        shown(&bench)["in_force"] == "production-enterprise"
    });
    let refused = bench.run(&["approvals", "approve", &id, "--reason", "mine"]);
    assert_eq!(refused.code, Some(6), "{refused:?}");
    let kinds = |bench: &Workbench| mode_events(bench).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    assert_eq!(kinds(&bench), ["mode.changed", "elevation.began", "elevation.ended"]);
    let events = mode_events(&bench);
    assert_eq!(events[1].1["reason"], "the pump is broken");
    assert_eq!(events[2].1["why"], "expired");

    // One that somebody ends, and one that a variable holds down.
    let elevate = [
        "elevate",
        "--to",
        "developer",
        "--for",
        "10m",
        "--reason",
        "once more",
        "-o",
        "json",
    ];
    let held = run_with(&bench, &[("SOMAGENT_MODE", "production")], &elevate);
    assert_eq!((held.code, &held.json()["in_force"]), (Some(0), &json!("production")));
    assert_eq!(shown(&bench)["in_force"], "developer");
    assert_eq!(bench.run(&elevate).code, Some(2));
    bench.succeed(&["elevate", "--end"]);
    assert_eq!(shown(&bench)["in_force"], "production-enterprise");
    let events = mode_events(&bench);
    assert_eq!((events.len(), &events[4].1["why"]), (5, &json!("ended")));
    println!(
        "attack 12: 3 without a reason or a time, 1 too long, 1 expired: nothing of it had effect, both edges recorded"
    );
}

#[test]
fn attack_15_in_production_nobody_approves_their_own_request() {
    let bench = recorded("production");
    let capsule = bench.capsule(&gated("2d"));
    let run = park(&bench, &capsule);
    let id = question(&bench);
    let ways: [&[&str]; 2] = [
        &["approvals", "approve", &id, "--reason", "it is mine"],
        // Another word for yes is one, too.
        &[
            "approvals",
            "answer",
            &id,
            "--choice",
            "later",
            "--reason",
            "it is mine",
        ],
    ];
    for args in ways {
        for variables in [
            &[][..],
            &[("USER", "mallory"), ("LOGNAME", "mallory"), ("SUDO_USER", "mallory")],
        ] {
            let refused = run_with(&bench, variables, args);
            assert_eq!(refused.code, Some(6), "{refused:?}");
            assert!(
                refused
                    .err
                    .contains("in the mode `production` nobody agrees to their own request"),
                "{refused:?}"
            );
        }
    }
    // Going on asks again, and decides nothing.
    assert_eq!(bench.run(&["runs", "resume", &run]).code, Some(5));
    // Whoever asked may take it back, and needs no reason for that.
    bench.succeed(&["approvals", "deny", &id]);
    bench.run(&["runs", "resume", &run]);
    bench.succeed(&["runs", "replay", &run]);

    // For a time it may be otherwise, and that is recorded.
    let run = park(&bench, &capsule);
    bench.succeed(&[
        "elevate",
        "--to",
        "developer",
        "--for",
        "10m",
        "--reason",
        "nobody else is here",
    ]);
    bench.succeed(&["approvals", "approve", &question(&bench)]);
    bench.succeed(&["elevate", "--end"]);
    bench.succeed(&["runs", "resume", &run]);
    bench.succeed(&["runs", "replay", &run]);
    println!("attack 15: own approval refused with exit 6, under another $USER and by another choice too");
}

#[test]
fn production_asks_before_an_effect_that_the_rules_allow() {
    let bench = Workbench::new();
    let ledger = Ledger::start(&bench.path("log"), &[]);
    let url = format!("http://127.0.0.1:{}/effects", ledger.port);
    let host = format!("127.0.0.1:{}", ledger.port);
    let effect = "effect: external\n      on_uncertain: review";
    let text = request(&url, &host, effect).replace(
        &format!("method: METHOD, url: \"{url}\""),
        &format!("method: POST, url: \"{url}\", json: {{ref: \"order 7\"}}"),
    );
    let capsule = bench.capsule(&text);
    bench.succeed(&["run", &capsule]);
    assert_eq!(ledger.effects().len(), 1);
    bench.succeed(&["mode", "set", "production", "--reason", "others depend on it"]);
    let run = park(&bench, &capsule);
    assert_eq!(ledger.effects().len(), 1);
    let asked = bench
        .succeed(&["approvals", "show", &question(&bench), "-o", "json"])
        .json();
    let prompt = asked["prompt"].as_str().unwrap();
    assert!(prompt.contains("the mode `production` asks a person"), "{prompt}");
    bench.succeed(&["approvals", "deny", &question(&bench)]);
    assert_eq!(bench.run(&["runs", "resume", &run]).code, Some(6));
    assert_eq!(ledger.effects().len(), 1);
    // The variable that kills processes is for tests.
    let refused = run_with(&bench, &[("SOMAGENT_KILL_AT", "before_finish")], &["run", &capsule]);
    assert_eq!(refused.code, Some(6), "{refused:?}");
    assert!(refused.err.contains("SOMAGENT_KILL_AT"), "{refused:?}");
}

#[test]
fn test_reaches_nothing_beyond_this_machine() {
    let bench = recorded("training");
    let text = request("https://a.example/x", "a.example", "effect: none").replace("METHOD", "GET");
    let capsule = bench.capsule(&text);
    let decision = |bench: &Workbench| {
        let plan = bench.run(&["run", &capsule, "--dry-run", "-o", "json"]);
        (plan.code, plan.json()["steps"][0].clone())
    };
    let (code, step) = decision(&bench);
    assert_eq!((code, &step["decision"]), (Some(0), &json!("ask")), "{step}");
    bench.succeed(&["mode", "set", "test", "--reason", "alone with itself"]);
    let (code, step) = decision(&bench);
    assert_eq!((code, &step["decision"]), (Some(6), &json!("deny")), "{step}");
    let because = step["because"][0].as_str().unwrap();
    assert!(
        because.contains("the mode `test`") && because.contains("a.example"),
        "{because}"
    );
    assert_eq!(bench.run(&["run", &capsule]).code, Some(6));
}

#[test]
fn a_debug_mode_says_what_was_judged_and_changes_nothing_else() {
    let bench = Workbench::new();
    let capsule = bench.capsule(&gated("2d"));
    let plain = bench.run(&["run", &capsule]);
    assert_eq!(plain.code, Some(5), "{plain:?}");
    assert!(!plain.err.contains("artifact.put allowed:"), "{plain:?}");
    let debug = run_with(&bench, &[("SOMAGENT_MODE", "developer-debug")], &["run", &capsule]);
    assert_eq!(debug.code, Some(5), "{debug:?}");
    assert!(debug.err.contains("artifact.put allowed: A2 allows"), "{debug:?}");
}

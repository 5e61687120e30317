//! A new user's first hour: what is set up, when, and what is said about it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::homes::{Ended, Home, LOOK};

#[test]
fn the_first_run_says_on_stderr_what_it_sets_up_and_the_second_is_silent_about_it() {
    let home = Home::fresh();
    let first = home.run_capsule(LOOK, &["-o", "json"]);
    assert_eq!(first.code, Some(0), "{first:?}");
    assert_eq!(first.json()["outputs"]["total"], 1);
    for (word, place) in [
        ("set up", "home/data"),
        ("key", "keys/signing.pem  ed25519:"),
        ("law", "config/constitution.yaml  version 1, signed"),
        ("store", "data/somagent.db"),
    ] {
        let said = first
            .err
            .lines()
            .any(|line| line.starts_with(word) && line.contains(place));
        assert!(said, "`{word}` and `{place}`: {}", first.err);
    }
    let key = fs::read(home.key()).unwrap();
    let second = home.run_capsule(LOOK, &["-o", "json"]);
    assert_eq!((second.code, second.err.as_str()), (Some(0), ""), "{second:?}");
    assert_eq!(fs::read(home.key()).unwrap(), key);
    home.verifies();
}

#[test]
fn what_is_set_up_is_private() {
    let home = Home::founded();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&home.key()), 0o600);
    assert_eq!(mode(&home.database()), 0o600);
    for directory in ["config", "data", "data/keys", "data/artifacts", "data/blobs", "state"] {
        assert_eq!(mode(&home.root().join(directory)), 0o700, "{directory}");
    }
}

#[test]
fn init_pulls_the_model_and_doctor_has_nothing_to_say() {
    let home = Home::fresh();
    let init = Ended::of(&mut home.command_with_model(&["init", "--yes"]));
    assert_eq!((init.code, init.out.as_str()), (Some(0), ""), "{init:?}");
    assert!(init.err.contains("ready     somagent run"), "{}", init.err);
    let again = Ended::of(&mut home.command_with_model(&["init", "--yes"]));
    assert_eq!(again.err.lines().count(), 1, "only that it is ready: {}", again.err);
    let doctor = Ended::of(&mut home.command_with_model(&["doctor", "-o", "json"]));
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    let report = doctor.json();
    for check in report["checks"].as_array().unwrap() {
        // A machine may lack these without anything being wrong with what was set up.
        let of_the_machine = ["disk space", "file system", "network namespaces"].map(|name| check["name"] == name);
        assert!(check["status"] == "ok" || of_the_machine.contains(&true), "{check}");
    }
}

#[test]
fn without_a_terminal_init_never_prompts() {
    let home = Home::fresh();
    // Nobody answers: an open pipe that stays silent would hold a prompt up for ever.
    let mut child = home
        .command_with_model(&["init"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let silent = child.stdin.take();
    let ended = Ended::from(child.wait_with_output().unwrap());
    drop(silent);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.err.contains("[Y/n]"), "{}", ended.err);
}

#[test]
fn on_a_terminal_init_asks_before_it_fetches_and_takes_no_for_an_answer() {
    let home = Home::fresh();
    let program = format!("{} init", env!("CARGO_BIN_EXE_somagent"));
    let asked = |program: &str, answer: &[u8]| {
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--command", program, "/dev/null"])
            .env("SOMAGENT_HOME", home.root())
            .env_remove("SOMAGENT_MODELS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, answer).unwrap();
        let ended = Ended::from(child.wait_with_output().unwrap());
        drop(stdin);
        ended
    };
    let ended = asked(&program, b"n\n");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended.out.contains("[Y/n]") && ended.out.contains("no model was pulled"),
        "{ended:?}"
    );
    assert!(home.database().exists());
    // Whoever forbids questions gets none there either; offline, the fetch is what fails.
    let ended = asked(&format!("{program} --no-input --offline"), b"");
    assert_eq!(ended.code, Some(9), "{ended:?}");
    assert!(!ended.out.contains("[Y/n]"), "{ended:?}");
}

#[test]
fn looking_around_sets_nothing_up() {
    let home = Home::fresh();
    for args in [
        &["version"][..],
        &["runs", "list"],
        &["capsule", "list"],
        &["model", "list"],
        &["doctor"],
        &["audit", "tail"],
    ] {
        let ended = home.run(args);
        assert_eq!(ended.code, Some(0), "{args:?}: {ended:?}");
    }
    assert!(!home.root().exists());
}

#[test]
fn several_first_runs_at_once_set_up_one_store() {
    let home = Home::fresh();
    let file = home.file("capsule.yaml", LOOK);
    let children: Vec<_> = (0..4)
        .map(|_| {
            home.command(&["run", &file, "-o", "json"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let ended = Ended::from(child.wait_with_output().unwrap());
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
    assert_eq!(home.runs(), 4);
    home.verifies();
}

#[test]
fn a_first_use_that_was_cut_short_goes_on() {
    let home = Home::founded();
    // Killed between the database's file and its first table; nothing outside remembers a store.
    for file in [
        "data/somagent.db",
        "data/somagent.db-wal",
        "data/somagent.db-shm",
        "state/checkpoint",
    ] {
        let _ = fs::remove_file(home.root().join(file));
    }
    fs::write(home.database(), "").unwrap();
    let ended = home.run_capsule(LOOK, &["-o", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    home.verifies();
}

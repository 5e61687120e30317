//! What goes where: data on standard output, in the form that was asked for, and nothing else.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::command_line::somagent;
use crate::homes::{Ended, Home, LOOK, capsule_of};

const FAILING: &str = "    - {name: read, action: fs.read, params: {path: no-such-file}}\n";

#[test]
fn json_is_one_value_also_on_failure() {
    let home = Home::founded();
    let failing = capsule_of(FAILING);
    let fails = home.file("fails.yaml", &failing);
    for (args, code, status) in [
        (&["run", "no_such_capsule"][..], 14, "failed"),
        (&["run", &fails], 3, "failed"),
        (&["run", &fails, "-p", "nope=1"], 2, "failed"),
        (&["run", &fails, "-p", "path=/no/such"], 14, "failed"),
        (&["run", "repo_digest", "--offline"], 9, "failed"),
        (&["runs", "resume", "0000"], 14, "failed"),
    ] {
        let ended = home.run(&[args, &["-o", "json"]].concat());
        assert_eq!(ended.code, Some(code), "{args:?}: {ended:?}");
        let result = ended.json();
        assert_eq!(
            (&result["v"], &result["exit_code"]),
            (&json!(1), &json!(code)),
            "{result}"
        );
        assert_eq!(result["status"], status);
        for field in ["run", "outputs", "artifacts", "usage", "cost", "audit_head"] {
            assert!(result.get(field).is_some(), "`{field}` is missing: {result}");
        }
        for field in ["kind", "message", "retryable", "hint"] {
            assert!(result["error"].get(field).is_some(), "`{field}` is missing: {result}");
        }
    }
    let ended = home.run_capsule(LOOK, &["-o", "json"]);
    let result = ended.json();
    assert_eq!(
        (&result["status"], &result["error"]),
        (&json!("succeeded"), &Value::Null)
    );
    assert!(
        result["audit_head"].as_str().is_some_and(|head| head.len() == 128),
        "{result}"
    );
}

#[test]
fn a_shown_run_says_how_far_each_output_may_be_believed_and_travel() {
    let home = Home::founded();
    let run = home.run_capsule(LOOK, &["-o", "json"]).json()["run"]
        .as_str()
        .unwrap()
        .to_owned();
    let shown = home.run(&["runs", "show", &run, "-o", "json"]).json();
    let table = home.run(&["runs", "show", &run]).out;
    let steps = shown["steps"].as_array().unwrap();
    assert!(!steps.is_empty(), "{shown}");
    for step in steps {
        let label = &step["output"]["label"];
        let (integrity, confidentiality) = (label["integrity"].as_str(), label["confidentiality"].as_str());
        let said = format!("{}, {}", integrity.unwrap(), confidentiality.unwrap());
        let name = step["step"].as_str().unwrap();
        let row = table
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")))
            .unwrap();
        assert!(row.contains(&said), "{said}: {table}");
    }
}

fn events(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[test]
fn jsonl_rises_and_ends_with_exactly_one_end() {
    let home = Home::founded();
    for (capsule, code) in [(LOOK.to_owned(), 0), (capsule_of(FAILING), 3)] {
        let ended = home.run_capsule(&capsule, &["-o", "jsonl"]);
        assert_eq!((ended.code, ended.err.as_str()), (Some(code), ""), "{ended:?}");
        let lines = events(&ended.out);
        let seqs: Vec<u64> = lines.iter().filter_map(|line| line["seq"].as_u64()).collect();
        assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]), "{seqs:?}");
        let types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
        assert_eq!(types.first(), Some(&"run.started"));
        assert_eq!(types.last(), Some(&"run.finished"));
        assert_eq!(types.iter().filter(|kind| **kind == "run.finished").count(), 1);
        let run = lines[0]["run"].as_str().unwrap();
        for line in &lines {
            assert_eq!((&line["v"], &line["run"]), (&json!(1), &json!(run)), "{line}");
            assert!(line["ts"].is_string() && line["data"].is_object(), "{line}");
        }
        assert_eq!(lines.last().unwrap()["data"]["exit_code"], code);
        let logged = home.run(&["runs", "logs", run, "-o", "jsonl"]);
        assert_eq!(logged.out, ended.out, "a run watched and one read later look the same");
        let once = home.run(&["runs", "logs", run, "-o", "json"]);
        assert_eq!(once.json().as_array().unwrap(), &lines);
    }
    let refused = home.run(&["run", "no_such_capsule", "-o", "jsonl"]);
    let lines = events(&refused.out);
    assert_eq!(
        (lines.len(), &lines[0]["type"]),
        (1, &json!("run.finished")),
        "{refused:?}"
    );
    assert_eq!(lines[0]["data"]["exit_code"], 14);
}

#[test]
fn quiet_leaves_data_and_errors() {
    let home = Home::fresh();
    let ended = home.run_capsule(LOOK, &["-q"]);
    assert_eq!(
        (ended.code, ended.out.as_str(), ended.err.as_str()),
        (Some(0), "{\n  \"total\": 1\n}\n", "")
    );
    let ended = home.run_capsule(&capsule_of(FAILING), &["-q"]);
    assert_eq!((ended.code, ended.out.as_str()), (Some(3), ""));
    assert!(ended.err.starts_with("error: step `read`: "), "{}", ended.err);
    assert_eq!(
        ended.err.lines().filter(|line| !line.starts_with("hint: ")).count(),
        1,
        "{}",
        ended.err
    );
}

#[test]
fn only_data_goes_to_standard_output_and_no_control_codes_anywhere() {
    let home = Home::fresh();
    let ended = home.run_capsule(LOOK, &[]);
    assert_eq!(ended.out, "{\n  \"total\": 1\n}\n");
    assert!(
        ended.err.contains("succeeded") && ended.err.contains("audit"),
        "{}",
        ended.err
    );
    assert!(
        !ended.err.contains('\u{1b}') && !ended.err.contains('\r'),
        "{:?}",
        ended.err
    );
    let plain = Ended::of(
        home.command(&["doctor"])
            .env("NO_COLOR", "1")
            .env("CLICOLOR_FORCE", "1"),
    );
    assert!(!plain.out.contains('\u{1b}'), "{}", plain.out);
}

#[test]
fn no_color_holds_on_a_terminal_too() {
    let home = Home::founded();
    let shown = |variable: Option<(&str, &str)>| {
        let mut command = Command::new("script");
        let program = format!("{} doctor", env!("CARGO_BIN_EXE_somagent"));
        command.args(["--quiet", "--return", "--command", &program, "/dev/null"]);
        command
            .env("SOMAGENT_HOME", home.root())
            .env("TERM", "xterm")
            .env_remove("NO_COLOR");
        Ended::of(command.envs(variable).stdin(Stdio::null())).out
    };
    assert!(shown(None).contains('\u{1b}'));
    assert!(!shown(Some(("NO_COLOR", "1"))).contains('\u{1b}'));
    assert!(!shown(Some(("TERM", "dumb"))).contains('\u{1b}'));
}

#[test]
fn the_result_is_printed_also_when_its_file_cannot_be_written() {
    let home = Home::founded();
    let capsule = capsule_of("    - {name: read, action: fs.read, params: {path: note.txt}}\n").replace(
        "tools:\n",
        "outputs: {type: object, properties: {text: {type: string}}}\noutputs_from: {text: \"{{ steps.read.output.text }}\"}\ntools:\n",
    );
    let good = home.run_capsule(&capsule, &["-q", "--output-file", "../copy.txt"]);
    assert_eq!((good.code, good.out.as_str()), (Some(0), "a note\n"), "{good:?}");
    assert_eq!(
        std::fs::read_to_string(home.work().join("../copy.txt")).unwrap(),
        "a note\n"
    );
    let ended = home.run_capsule(&capsule, &["-o", "json", "--output-file", "/no/such/file"]);
    assert_eq!(
        (ended.code, &ended.json()["outputs"]["text"]),
        (Some(16), &json!("a note\n")),
        "{ended:?}"
    );
    assert!(ended.err.contains("/no/such/file"), "{}", ended.err);
}

#[test]
fn some_commands_need_no_home() {
    for args in [&["completion", "bash"][..], &["man"], &["version"], &["--help"]] {
        let mut command = somagent(std::path::Path::new("/"), args);
        for variable in [
            "SOMAGENT_HOME",
            "HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
        ] {
            command.env_remove(variable);
        }
        let ended = Ended::of(&mut command);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{args:?}");
        assert!(!ended.out.is_empty());
    }
}

/// The most memory of a command that needs no model, in KiB.
const MOST_MEMORY: i64 = 40 * 1024;

#[test]
fn commands_without_a_model_are_small() {
    let home = Home::founded();
    let file = home.file("capsule.yaml", LOOK);
    let run = home.run(&["run", &file, "-o", "json"]).json()["run"]
        .as_str()
        .unwrap()
        .to_owned();
    for args in [
        &["version"][..],
        &["--help"],
        &["doctor"],
        &["capsule", "list"],
        &["capsule", "show", "repo_digest"],
        &["capsule", "lint", &file],
        &["model", "list"],
        &["runs", "list"],
        &["runs", "show", &run],
        &["runs", "logs", &run],
        &["audit", "verify"],
        &["run", &file],
        &["run", "repo_digest", "--dry-run"],
    ] {
        let (memory, cpu_ms) = measured(&home, args);
        println!("{memory:>6} KiB {cpu_ms:>4} ms CPU  somagent {}", args.join(" "));
        assert!(memory <= MOST_MEMORY, "{args:?}: {memory} KiB");
    }
}

/// Largest resident size in KiB, and user and system time in milliseconds, of one command.
fn measured(home: &Home, args: &[&str]) -> (i64, u64) {
    // The standard library waits for a child without asking what it used.
    let script = "import json, os, subprocess, sys\n\
                  null = subprocess.DEVNULL\n\
                  child = subprocess.Popen(sys.argv[1:], stdin=null, stdout=null, stderr=null)\n\
                  _, status, used = os.wait4(child.pid, 0)\n\
                  print(json.dumps([status, used.ru_maxrss, round(1000 * (used.ru_utime + used.ru_stime))]))";
    let inner = home.command(args);
    let mut command = Command::new("python3");
    command
        .args(["-c", script])
        .arg(inner.get_program())
        .args(inner.get_args());
    command
        .env("SOMAGENT_HOME", home.root())
        .env_remove("SOMAGENT_MODELS")
        .current_dir(home.work());
    let ended = Ended::of(&mut command);
    let [status, memory, cpu_ms]: [i64; 3] =
        serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    assert_eq!(status, 0, "{args:?}");
    (memory, cpu_ms.unsigned_abs())
}

//! Heads from the command line: trained, listed, measured, asked, and used by a capsule.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::homes::{Ended, Home};
use crate::workbench::pull_model;

fn repository(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Every `every`-th line of the dev part of a set, from the `first` on.
fn lines(set: &str, first: usize, every: usize) -> String {
    let text = fs::read_to_string(repository(&format!("tests/data/labelled/{set}/dev.jsonl"))).unwrap();
    text.lines()
        .skip(first)
        .step_by(every)
        .map(|line| format!("{line}\n"))
        .collect()
}

fn run(home: &Home, args: &[&str]) -> Ended {
    Ended::of(&mut home.command_with_model(args))
}

fn done(home: &Home, args: &[&str]) -> Value {
    let ended = run(home, &[args, &["-o", "json"]].concat());
    assert_eq!(ended.code, Some(0), "{args:?}: {ended:?}");
    ended.json()
}

/// A home with a head called `sort` of a few lines of logs.
fn trained() -> Home {
    pull_model();
    let home = Home::founded();
    let rules = home.file(
        "rules.yaml",
        "rules: [{name: stack, pattern: '^traceback', label: error}]\n",
    );
    let from = home.file("some.jsonl", &lines("log_severity", 0, 8));
    let args = [
        "model",
        "head",
        "train",
        "sort",
        "--from",
        &from,
        "--group-field",
        "project",
        "--rules",
        &rules,
    ];
    let head = done(&home, &[&args[..], &["--no-ngrams", "--balanced"]].concat());
    assert_eq!((&head["name"], &head["version"]), (&json!("sort"), &json!(1)));
    assert_eq!(head["labels"], json!(["error", "info", "warning"]));
    let accuracy = head["training"]["measured"]["accuracy"].as_f64().unwrap();
    assert!(accuracy > 0.4, "{head}");
    assert!(head["bytes"].as_u64().unwrap() < 10_000, "{head}");
    home
}

#[test]
fn a_head_is_trained_listed_measured_and_asked() {
    let home = trained();
    let listed = done(&home, &["model", "head", "list"]);
    let own = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|head| head["name"] == "sort")
        .unwrap()
        .clone();
    assert_eq!(own["origin"], "trained here");
    let shown = run(&home, &["model", "head", "show", "sort"]);
    assert!(shown.out.contains("stack  ^traceback  decides error"), "{shown:?}");

    let others = home.file("others.jsonl", &lines("log_severity", 4, 8));
    let measured = done(&home, &["model", "head", "eval", "sort", &others]);
    let accuracy = measured["measured"]["accuracy"].as_f64().unwrap();
    assert!(accuracy > 0.45, "{measured}");
    let rows = measured["confusion"].as_array().unwrap();
    let right: u64 = (0..3).map(|at| rows[at][at].as_u64().unwrap()).sum();
    let all = measured["measured"]["items"].as_u64().unwrap();
    assert!((right as f64 / all as f64 - accuracy).abs() < 1e-6, "{measured}");
    assert_eq!(measured["abstaining"]["coverage"], 1.0);
    let table = run(&home, &["model", "head", "eval", "sort", &others]);
    assert!(
        table.out.contains("rows are what it is") && table.out.contains("calibration error"),
        "{table:?}"
    );

    let said = done(
        &home,
        &[
            "model",
            "head",
            "classify",
            "sort",
            "Traceback: x",
            "server started on port 80",
        ],
    );
    assert_eq!(
        (&said[0]["label"], &said[0]["rule"]),
        (&json!("error"), &json!("stack"))
    );
    let shares = said[1]["probabilities"]
        .as_object()
        .unwrap()
        .values()
        .map(|share| share.as_f64().unwrap());
    assert!((shares.sum::<f64>() - 1.0).abs() < 1e-9, "{said}");
    let piped = home.feed(&["model", "head", "list"], b"");
    assert!(piped.out.contains("sort@1"), "{piped:?}");
    // Another one is the next version, and both stay.
    let from = home.file("some.jsonl", &lines("log_severity", 1, 8));
    let next = done(
        &home,
        &["model", "head", "train", "sort", "--from", &from, "--no-ngrams"],
    );
    assert_eq!(next["version"], 2);
    assert_eq!(done(&home, &["model", "head", "show", "sort"])["version"], 2);
    assert_eq!(done(&home, &["model", "head", "show", "sort@1"])["version"], 1);
}

#[test]
fn a_capsule_chooses_by_a_head_and_by_another_model_where_it_is_not_sure() {
    let home = trained();
    let capsule = |step: &str| {
        crate::homes::capsule_of(&format!(
            "    - name: kind\n      action: model.call\n      params: {{prompt: Which?, about: Traceback of a failure}}\n      {step}\n"
        ))
    };
    let ask = |step: &str, args: &[&str]| {
        let file = home.file("capsule.yaml", &capsule(step));
        let ended = run(&home, &[&["run", &file, "-o", "json"], args].concat());
        let run_id = ended.json()["run"].as_str().unwrap().to_owned();
        let log = run(&home, &["runs", "logs", &run_id, "-o", "jsonl"]).out;
        (ended, log)
    };
    let (ended, log) = ask("choices: {head: sort}", &[]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for part in ["head:sort@1", "\"confidence\":1000000", "\"title\":\"sort@1\""] {
        assert!(log.contains(part), "{part}: {log}");
    }
    let step = "choices: [good, bad]\n      escalate_below: 1.0";
    let (ended, log) = ask(step, &["--escalate-to", "smollm2-135m-instruct"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(log.contains("escalated_from"), "{log}");
    home.verifies();
    let (ended, _) = (
        run(
            &home,
            &["run", &home.file("c.yaml", &capsule("choices: {head: nobody}"))],
        ),
        (),
    );
    ended.refused(14, &["there is no head `nobody`", "model head list"]);
}

#[test]
fn a_head_learns_what_the_word_of_a_language_model_is_worth() {
    pull_model();
    let home = Home::founded();
    let from = home.file("some.jsonl", &lines("log_severity", 0, 40));
    let args = ["model", "head", "train", "told", "--from", &from, "--no-ngrams"];
    let head = done(&home, &[&args[..], &["--with-language-model"]].concat());
    let asked = &head["language_model"];
    assert_eq!(asked["model"], "smollm2-135m-instruct");
    let shown = run(&home, &["model", "head", "show", "told"]);
    assert!(shown.out.contains(asked["sha256"].as_str().unwrap()), "{shown:?}");
    let line = "cannot open file";
    let said = done(&home, &["model", "head", "classify", "told", line]);
    assert!(said[0]["label"].is_string(), "{said}");
    let capsule = crate::homes::capsule_of(
        "    - name: kind\n      action: model.call\n      params: {prompt: Which?, about: cannot open file}\n      choices: {head: told}\n",
    );
    let file = home.file("told.yaml", &capsule);
    let ended = run(&home, &["run", &file, "-o", "jsonl"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("head:told@1"), "{ended:?}");

    // Without the model, and without a way to it, it says which one it needs.
    let others = home.root().join("models/sha256");
    fs::create_dir_all(&others).unwrap();
    for model in fs::read_dir(crate::homes::models().join("sha256")).unwrap() {
        let model = model.unwrap();
        if model.file_name().to_str() != asked["sha256"].as_str() {
            std::os::unix::fs::symlink(model.path(), others.join(model.file_name())).unwrap();
        }
    }
    let mut command = home.command_with_model(&["--offline", "model", "head", "classify", "told", line]);
    let missing = Ended::of(command.env("SOMAGENT_MODELS", home.root().join("models")));
    missing.refused(
        9,
        &["`told@1` was trained with the language model `smollm2-135m-instruct`"],
    );
}

#[test]
fn a_lock_pins_the_heads_that_a_capsule_chooses_by() {
    let home = trained();
    let capsule = crate::homes::capsule_of(
        "    - name: kind\n      action: model.call\n      params: {prompt: Which?, about: cannot open file}\n      choices: {head: sort}\n",
    );
    let file = home.file("locked.yaml", &capsule);
    let lock = done(&home, &["capsule", "lock", &file]);
    let head = done(&home, &["model", "head", "show", "sort"]);
    assert_eq!(
        lock["lock"]["heads"]["sort"],
        json!({"version": "1", "sha3_512": head["digest"]})
    );
    assert_eq!(run(&home, &["run", &file]).code, Some(0));
    let from = home.file("more.jsonl", &lines("log_severity", 1, 8));
    done(
        &home,
        &["model", "head", "train", "sort", "--from", &from, "--no-ngrams"],
    );
    run(&home, &["run", &file]).refused(10, &["the head `sort`: locked 1 sha3-512 ", "found 2 ", "NAME@VERSION"]);
    run(&home, &["capsule", "lock", &file, "--check"]).refused(10, &["the head `sort`"]);
    fs::remove_file(home.root().join("data/heads/sort@2.json")).unwrap();
    assert_eq!(run(&home, &["run", &file]).code, Some(0));
    fs::remove_file(home.root().join("data/heads/sort@1.json")).unwrap();
    run(&home, &["run", &file]).refused(10, &["the head `sort`: locked 1 ", "found nothing"]);
    run(&home, &["capsule", "lock", &file]).refused(14, &["there is no head `sort`"]);
}

#[test]
fn what_cannot_be_learnt_or_used_is_told() {
    let home = trained();
    let train = |content: &str, args: &[&str]| {
        let from = home.file("bad.jsonl", content);
        run(
            &home,
            &[&["model", "head", "train", "bad", "--from", &from], args].concat(),
        )
    };
    let example = |text: &str, label: &str| format!("{}\n", json!({"text": text, "label": label}));
    train("nonsense\n", &[]).refused(2, &["line 1 is no JSON object", "JSONL"]);
    train(&example("a", "x").repeat(3), &[]).refused(2, &["all examples have the label `x`"]);
    let one_more = format!("{}{}", example("a", "x").repeat(2), example("b", "y"));
    train(&one_more, &[]).refused(2, &["the label `y` has 1 example"]);
    train(&format!("{one_more}{{\"label\": \"x\"}}\n"), &[]).refused(2, &["line 4 has no text in the field `text`"]);
    train(&example("", "x"), &[]).refused(2, &["the field `text` of line 1 is empty"]);
    train(&one_more, &["--group-field", "project"]).refused(2, &["line 1", "`project`", "--group-field"]);
    let rules = home.file("bad.yaml", "rules: [{name: a, pattern: '('}]");
    train(&one_more, &["--rules", &rules]).refused(2, &["`a` is no regular expression"]);
    run(&home, &["model", "head", "train", "Bad!", "--from", "x"]).refused(2, &["`Bad!` is no name of a head"]);
    run(&home, &["model", "head", "train", "bad", "--from", "none.jsonl"]).refused(14, &["none.jsonl"]);
    run(&home, &["model", "head", "classify", "sort", " "]).refused(2, &["text 1 is empty"]);
    run(&home, &["model", "head", "classify", "nobody", "x"]).refused(14, &["there is no head `nobody`"]);
    let strange = home.file("strange.jsonl", &example("a", "purple"));
    run(&home, &["model", "head", "eval", "sort", &strange]).refused(2, &["`purple`", "error, info, warning"]);
    // A changed file is refused, and does not hide the others.
    let path = home.root().join("data/heads/sort@1.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("traceback", "trackback")).unwrap();
    run(&home, &["model", "head", "classify", "sort", "x"]).refused(12, &["was changed after it was signed"]);
    let listed = run(&home, &["model", "head", "list"]);
    assert!(listed.code == Some(0) && listed.err.contains("refused: "), "{listed:?}");
}

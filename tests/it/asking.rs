//! One question to the real model, from a script.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::terminal::Terminal;
use crate::workbench::{Ended, Workbench, pull_model};

fn piped(bench: &Workbench, args: &[&str], input: &str) -> Ended {
    let mut child = bench
        .command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ended::new(child.wait_with_output().unwrap())
}

#[test]
fn an_answer_is_all_that_standard_output_has() {
    pull_model();
    let bench = Workbench::new();
    let asked = bench.succeed(&["ask", "Say hello in one short sentence.", "--max-output-tokens", "40"]);
    assert!(!asked.out.trim().is_empty() && asked.out.ends_with('\n'), "{asked:?}");
    assert!(
        asked.err.contains(" tokens read at ") && asked.err.contains(" written at "),
        "{asked:?}"
    );
    assert!(
        !asked.out.contains("run ") && !asked.out.contains('\u{1b}'),
        "{asked:?}"
    );
    let again = bench.succeed(&[
        "ask",
        "Say hello in one short sentence.",
        "--max-output-tokens",
        "40",
        "-q",
    ]);
    assert_eq!((again.out, again.err.as_str()), (asked.out, ""));
    // It is a run like any other.
    let runs = bench.succeed(&["runs", "list", "-o", "json"]).json();
    assert_eq!(
        (runs.as_array().unwrap().len(), &runs[0]["capsule"]),
        (2, &json!("ask"))
    );
}

#[test]
fn an_answer_that_was_cut_is_told_as_cut() {
    pull_model();
    let bench = Workbench::new();
    let long = "Tell a long story about a river.";
    let cut = bench.succeed(&["ask", long, "--max-output-tokens", "6"]);
    assert!(
        cut.err.contains("the answer is cut: it may have 6 tokens") && cut.err.contains("--max-output-tokens"),
        "{cut:?}"
    );
    let cut = bench
        .succeed(&["ask", long, "--max-output-tokens", "6", "-o", "json"])
        .json();
    assert_eq!(cut["cut"], json!(["answer"]), "{cut}");
    let lines = bench
        .succeed(&["runs", "logs", cut["run"].as_str().unwrap(), "-o", "jsonl"])
        .out;
    let usage = lines.lines().find(|line| line.contains("model.usage")).unwrap();
    assert!(usage.contains("\"cut\":true"), "{usage}");
    let whole = bench.succeed(&["ask", "Is water wet?", "--choices", "yes,no", "-o", "json"]);
    assert_eq!(whole.json()["cut"], json!([]));
    assert!(
        !bench
            .succeed(&["ask", "Is water wet?", "--choices", "yes,no"])
            .err
            .contains("cut")
    );
}

#[test]
fn an_answer_is_one_of_the_choices_or_json_under_its_schema() {
    pull_model();
    let bench = Workbench::new();
    let chosen = piped(
        &bench,
        &["ask", "-", "--choices", "yes, {{ no }}", "-o", "json"],
        "Is water wet?",
    );
    assert_eq!(chosen.code, Some(0), "{chosen:?}");
    let answer = chosen.json()["outputs"]["answer"].clone();
    assert!(answer == "yes" || answer == "{{ no }}", "{answer}");
    let schema = json!({
        "$defs": {"legs": {"enum": [0, 2, 4, 6]}},
        "type": "object", "required": ["name", "legs"], "additionalProperties": false,
        "properties": {"name": {"type": "string", "maxLength": 20}, "legs": {"$ref": "#/$defs/legs"}},
    });
    fs::write(bench.path("schema.json"), schema.to_string()).unwrap();
    let told = bench.succeed(&["ask", "Describe a dog.", "--schema", "schema.json"]);
    let value: Value = serde_json::from_str(&told.out).unwrap();
    assert!(value["legs"].is_u64() && value["name"].is_string(), "{value}");
    // What a question is about is read from files and from standard input.
    fs::write(bench.path("notes.txt"), "The meeting is on Friday.").unwrap();
    let args = [
        "ask",
        "Which day?",
        "-f",
        "notes.txt",
        "--stdin",
        "--choices",
        "Friday,Monday",
        "-o",
        "json",
    ];
    let about = piped(&bench, &args, "Bring cake.");
    let run = about.json()["run"].as_str().unwrap().to_owned();
    let shown = bench.succeed(&["runs", "show", &run, "-o", "json"]).out;
    assert!(shown.contains("Bring cake.") && shown.contains("notes.txt:"), "{shown}");
}

#[test]
fn what_cannot_be_asked_is_told() {
    pull_model();
    let bench = Workbench::new();
    fs::write(bench.path("image.bin"), [0xff, 0xfe, 0x00]).unwrap();
    fs::write(bench.path("long.txt"), "word ".repeat(60_000)).unwrap();
    for (args, code, said) in [
        (&["ask", ""][..], 2, "the question is empty"),
        (&["ask", "-", "--stdin"], 2, "cannot be both"),
        (&["ask", "x", "-f", "none.txt"], 14, "none.txt"),
        (&["ask", "x", "-f", "image.bin"], 2, "not UTF-8"),
        (&["ask", "x", "--schema", "[1]"], 2, "not a JSON object"),
        (&["ask", "x", "--schema", "{"], 2, "not JSON"),
        (
            &["ask", "x", "--schema", r#"{"type":"strin"}"#],
            2,
            "`--schema` is no JSON Schema",
        ),
        (&["ask", "x", "--choices", "yes,yes"], 2, "`--choices` has `yes` twice"),
        (&["ask", "x", "--pattern", "["], 2, "`--pattern [`"),
        (&["ask", "x", "--stop", ""], 2, "`--stop`"),
        (&["ask", "x", "--temperature", "-1"], 2, "expected a number from 0 to 2"),
        (
            &["ask", "x", "--choices", "a,b", "--schema", "{}"],
            2,
            "cannot be used with",
        ),
        (&["ask", "x", "-f", "long.txt"], 3, "context has"),
    ] {
        let ended = bench.run(args);
        assert_eq!(ended.code, Some(code), "{args:?}: {ended:?}");
        assert!(ended.err.contains(said) && ended.out.is_empty(), "{args:?}: {ended:?}");
    }
}

/// Waits for so many answers and the sign after the last: what is typed before it is not kept.
fn answered(terminal: &Terminal, answers: usize) {
    terminal.until("an answer, and the sign", |screen| {
        screen.matches(" written at ").count() >= answers && screen.trim_end().ends_with('>')
    });
}

#[test]
fn a_conversation_remembers_goes_on_later_and_is_saved() {
    pull_model();
    let bench = Workbench::new();
    let mut command = bench.command(&["chat", "--max-output-tokens", "16"]);
    command.env_remove("CI");
    let mut terminal = Terminal::start(&command, 60, 100);
    terminal.sees("/help shows commands");
    terminal.press("My name is Zora.\r");
    answered(&terminal, 1);
    terminal.press("/nonsense\r");
    terminal.sees("there is no command `/nonsense`");
    terminal.press("/system You answer with one word.\r");
    terminal.press("/system\r");
    terminal.sees("You answer with one word.");
    // Two lines in one question.
    terminal.press("one \\\rline\r");
    answered(&terminal, 2);
    terminal.press("/save talk.md\r");
    terminal.sees("saved to ");
    terminal.press("/retry\r");
    answered(&terminal, 3);
    terminal.press("/quit\r");
    assert!(terminal.end().success());
    let saved = fs::read_to_string(bench.path("talk.md")).unwrap();
    assert!(
        saved.contains("My name is Zora.") && saved.contains("one \nline"),
        "{saved}"
    );
    let runs = bench
        .succeed(&["runs", "list", "--capsule", "chat", "-o", "json"])
        .json();
    let runs = runs.as_array().unwrap();
    assert_eq!(runs.len(), 3, "each turn is a run");
    // The last turn has what was said before in its inputs, and a conversation goes on from it.
    let last = runs[0]["run"].as_str().unwrap();
    let mut command = bench.command(&["chat", "--resume", last, "--max-output-tokens", "8"]);
    command.env_remove("CI");
    let mut terminal = Terminal::start(&command, 30, 100);
    terminal.sees("> My name is Zora.");
    terminal.press("\u{4}");
    assert!(terminal.end().success());
}

#[test]
fn ctrl_c_stops_the_download_of_another_model_and_the_conversation_goes_on() {
    pull_model();
    let bench = Workbench::new();
    // The models that are here, in a directory of this test's own.
    let models = bench.path("models");
    fs::create_dir_all(models.join("sha256")).unwrap();
    for model in fs::read_dir(crate::workbench::models().join("sha256")).unwrap() {
        let model = model.unwrap();
        std::os::unix::fs::symlink(model.path(), models.join("sha256").join(model.file_name())).unwrap();
    }
    bench.succeed(&["init"]);
    let list = r#"[[model]]
name = "far"
kind = "language"
summary = "one that takes long"
architecture = "llama"
parameters = 1
quantisation = "Q4_K"
context = 100
licence = "MIT"

[[model.file]]
name = "far.gguf"
size = 10_000_000
sha256 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

[[model.source]]
kind = "hub"
repository = "owner/far"
revision = "main"
folder = ""
"#;
    fs::write(bench.home().join("config/models.toml"), list).unwrap();
    // A server that sends a tenth of the file, and then nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (stopped, waiting) = std::sync::mpsc::channel::<()>();
    let server = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        // An answer that comes before its question is none.
        let question = BufReader::new(client.try_clone().unwrap()).lines();
        assert!(question.map_while(Result::ok).any(|line| line.is_empty()));
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n";
        client.write_all(head.as_bytes()).unwrap();
        client.write_all(&[7; 1_000_000]).unwrap();
        // Until the test is over, or has failed.
        let _ = waiting.recv();
    });
    let mut command = bench.command(&["chat", "--max-output-tokens", "8"]);
    command
        .env_remove("CI")
        .env("SOMAGENT_MODELS", &models)
        .env("HF_ENDPOINT", endpoint);
    let mut terminal = Terminal::start(&command, 30, 120);
    terminal.sees("/help shows commands");
    terminal.press("/model far\r");
    let partial = models.join("partial");
    terminal.until("the first bytes", |_| {
        let mut files = fs::read_dir(&partial).into_iter().flatten().flatten();
        files.any(|file| file.metadata().is_ok_and(|metadata| metadata.len() > 0))
    });
    terminal.press("\u{3}");
    terminal.sees("stopped; smollm2-135m-instruct goes on answering");
    terminal.press("Hello.\r");
    answered(&terminal, 1);
    terminal.press("/quit\r");
    assert!(terminal.end().success());
    drop(stopped);
    server.join().unwrap();
}

#[test]
fn a_conversation_without_a_terminal_says_what_to_do_instead() {
    let bench = Workbench::new();
    let refused = bench.run(&["chat"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.err.contains("somagent ask"), "{refused:?}");
}

#[test]
fn an_answer_takes_patterns_functions_and_what_may_be_cut() {
    pull_model();
    let bench = Workbench::new();
    let named = bench.succeed(&["ask", "Name a colour.", "--pattern", "(red|green|blue)"]);
    assert!(
        ["red\n", "green\n", "blue\n"].contains(&named.out.as_str()),
        "{named:?}"
    );
    let functions = json!([{"name": "look", "description": "Looks something up", "parameters": {
        "type": "object", "required": ["what"], "properties": {"what": {"enum": ["sun", "moon"]}}, "additionalProperties": false,
    }}]);
    let called = bench.succeed(&[
        "ask",
        "Look up the moon.",
        "--functions",
        &functions.to_string(),
        "-o",
        "json",
    ]);
    let answer = &called.json()["outputs"]["answer"];
    assert_eq!(answer["name"], "look");
    assert!(
        ["sun", "moon"].contains(&answer["arguments"]["what"].as_str().unwrap()),
        "{answer}"
    );
    let sure = bench.succeed(&["ask", "Is water wet?", "--choices", "yes,no", "--calibrate"]);
    assert!(sure.err.contains(" % sure"), "{sure:?}");
    let numbers: String = (0..6_000).map(|number| format!("{number}\n")).collect();
    fs::write(bench.path("numbers.txt"), numbers).unwrap();
    let refused = bench.run(&["ask", "What is this?", "-f", "numbers.txt", "--max-output-tokens", "4"]);
    assert_ne!(refused.code, Some(0), "{refused:?}");
    assert!(
        refused.err.contains("tokens") && refused.err.contains("8192") && refused.err.contains("--overflow"),
        "{refused:?}"
    );
    let unfinished = [
        "ask",
        "x",
        "--schema",
        r#"{"type": "string", "minLength": 90}"#,
        "--max-output-tokens",
        "4",
    ];
    let unfinished = bench.run(&[&unfinished[..], &["-o", "json"]].concat());
    assert_eq!(unfinished.code, Some(3), "{unfinished:?}");
    let hint = unfinished.json()["error"]["hint"].to_string();
    assert!(hint.contains("--max-output-tokens"), "{unfinished:?}");
    for bad in [
        &["ask", "x", "--choices", "a,b", "--pattern", "a"][..],
        &["ask", "x", "--functions", "[{\"name\": 1}]"],
        &["ask", "x", "--functions", "{}"],
        &["ask", "x", "--schema", "[1]"],
        &["ask", "x", "--top-p", "7"],
        &["ask", "x", "--temperature", "nan"],
        &["ask", "x", "--schema", "false"],
        &["ask", "x", "--calibrate"],
    ] {
        let refused = bench.run(bad);
        assert_eq!(refused.code, Some(2), "{bad:?}: {refused:?}");
    }
}

#[test]
fn what_is_typed_while_a_model_answers_is_neither_shown_nor_asked() {
    pull_model();
    let bench = Workbench::new();
    let mut command = bench.command(&["chat", "--max-output-tokens", "200"]);
    command.env_remove("CI");
    let mut terminal = Terminal::start(&command, 60, 100);
    terminal.sees("/help shows commands");
    terminal.press("Write a long story about a boat.\r");
    terminal.until("the beginning of an answer", |screen| {
        let said = screen.split_once("about a boat.").map(|(_, said)| said.trim());
        said.is_some_and(|said| said.len() > 20)
    });
    terminal.press("zebra crossing\r");
    answered(&terminal, 1);
    terminal.press("/quit\r");
    terminal.until("the command is shown", |screen| {
        assert!(!screen.contains("zebra"), "{screen}");
        screen.contains("> /quit")
    });
    assert!(terminal.end().success());
    let runs = bench
        .succeed(&["runs", "list", "--capsule", "chat", "-o", "json"])
        .json();
    assert_eq!(runs.as_array().unwrap().len(), 1, "nothing else was asked");
}

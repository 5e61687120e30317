//! What a model writes is heard on the socket of its run while it writes it, and nowhere afterwards.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;

use somagent::config::Home;
use somagent::engine::live::{Delta, Live};

use crate::workbench::{self, Workbench, eventually, pull_model};

/// How long the answers of a model may take on a slow machine; all of them are needed, or nobody is heard who comes late.
const LONG: Duration = Duration::from_secs(600);

const DIGEST: [&str; 9] = [
    "run",
    "repo_digest",
    "-o",
    "jsonl",
    "--offline",
    "-p",
    "path=repository",
    "-p",
    "commits=8",
];

/// The home of a workbench, as a reader in another process knows it.
fn home(bench: &Workbench) -> Home {
    let root = bench.home();
    Home::from_env(|name| (name == "SOMAGENT_HOME").then(|| root.clone().into_os_string())).unwrap()
}

fn sockets(bench: &Workbench) -> Vec<PathBuf> {
    let listed = fs::read_dir(bench.home().join("run/runs")).into_iter().flatten();
    listed.map(|entry| entry.unwrap().path()).collect()
}

/// Waits until the run speaks, and listens.
fn listen(bench: &Workbench, run: &str) -> Live {
    let mut live = None;
    eventually("the run has no socket", || {
        live = Live::connect(&home(bench), run).ok();
        live.is_some()
    });
    live.unwrap()
}

fn run_of(line: &str) -> String {
    let line: Value = serde_json::from_str(line).unwrap();
    line["run"].as_str().unwrap().to_owned()
}

/// The pieces among the lines of `-o jsonl`.
fn printed(out: &str) -> Vec<(String, Option<u64>, String)> {
    let lines = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let deltas = lines.filter(|line| line["type"] == "model.delta");
    let piece = |line: Value| {
        let data = &line["data"];
        let text = |name: &str| data[name].as_str().unwrap().to_owned();
        (text("step"), data["item"].as_u64(), text("text"))
    };
    deltas.map(piece).collect()
}

fn heard(deltas: Vec<Delta>) -> Vec<(String, Option<u64>, String)> {
    let piece = |delta: Delta| (delta.unit.step, delta.unit.item.map(|item| item as u64), delta.text);
    deltas.into_iter().map(piece).collect()
}

#[test]
fn a_model_is_heard_while_it_writes() {
    pull_model();
    let bench = Workbench::new();
    bench.repository();
    let mut running = bench.start(&DIGEST);
    let run = run_of(&running.until("\"run.started\""));
    let first = listen(&bench, &run);
    let second = listen(&bench, &run);
    let heard_by = |live: Live| std::thread::spawn(move || heard(live.collect()));
    let listeners = [first, second].map(heard_by);
    let ended = running.end_within(LONG);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let printed = printed(&ended.out);
    for listener in listeners {
        let heard = listener.join().unwrap();
        assert!(!heard.is_empty(), "nothing was heard");
        // Whoever comes late misses the beginning, and nothing else.
        assert!(printed.ends_with(&heard), "{heard:?}\n{printed:?}");
    }
    assert_eq!(sockets(&bench), Vec::<PathBuf>::new());
    let recorded = bench.events().iter().any(|event| event.to_string().contains("delta"));
    assert!(!recorded, "what a model writes on its way is not recorded");
}

#[test]
fn the_socket_of_a_killed_owner_is_in_nobodys_way() {
    pull_model();
    let bench = Workbench::new();
    bench.repository();
    let mut killed = bench.start(&DIGEST);
    let run = run_of(&killed.until("\"run.started\""));
    let mut live = listen(&bench, &run);
    let delta = live.next().unwrap();
    assert_eq!((delta.unit.step.as_str(), delta.attempt), ("lines", 1));
    killed.signal(Signal::KILL);
    assert_eq!(killed.end().signal, Some(9));
    assert!(
        live.all(|delta| delta.unit.step == "lines"),
        "the end of the owner is the end of the line"
    );
    assert_eq!(sockets(&bench).len(), 1, "a killed owner leaves its socket");
    assert!(Live::connect(&home(&bench), &run).is_err());

    let resumed = bench.start(&["runs", "resume", &run, "-o", "jsonl", "--offline"]);
    let live = listen(&bench, &run);
    let hearing = std::thread::spawn(move || heard(live.collect()));
    let ended = resumed.end_within(LONG);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let heard = hearing.join().unwrap();
    assert!(!heard.is_empty() && printed(&ended.out).ends_with(&heard), "{heard:?}");
    assert_eq!(sockets(&bench), Vec::<PathBuf>::new());
    bench.succeed(&["audit", "verify"]);
}

/// Nobody listens, and the directory cannot be used: the run does not care.
#[test]
fn a_run_goes_on_where_no_socket_can_be_made() {
    pull_model();
    let bench = Workbench::new();
    bench.repository();
    bench.succeed(&["init", "--yes", "--no-model"]);
    fs::write(bench.home().join("run/runs"), "in the way").unwrap();
    let mut command = bench.command(&DIGEST);
    let ended = workbench::Ended::new(command.output().unwrap());
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

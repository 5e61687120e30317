//! Servers that misbehave, one after the other, in a process that does nothing else: each costs its own call a clear
//! error, little memory, and nobody else anything.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::started::Program;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process_group};
use serde_json::Map;
use somagent::tools::mcp::{CallError, CallOptions, Callbacks, Connection, Limits};

/// The most memory in use since the last look, in KiB.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Begins a look: the peak is what is in use now (Linux, `proc_pid_clear_refs`).
fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// Waits until a process group is gone, since a killed one is for a moment longer.
async fn is_gone(pid: Pid) {
    let gone = async {
        while test_kill_process_group(pid) != Err(Errno::SRCH) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone)
        .await
        .expect("the server's processes are gone");
}

async fn act(connection: &Connection) -> Result<String, CallError> {
    let outcome = connection.call("act", Map::new(), None, &CallOptions::default()).await;
    outcome.map(|outcome| outcome.text())
}

/// How each ends, what it says, and whether the connection is over then.
const MODES: [(&str, &str, bool); 28] = [
    ("frame", "the server sent a message of more than 8388608 bytes", true),
    ("newline", "the server sent a message of more than 8388608 bytes", true),
    ("silence", "the server did not answer `tools/call` within 1500 ms", true),
    ("id", "which was not asked or is answered already", true),
    (
        "name",
        "the server answered `somebody else`, which was not asked or is answered already",
        true,
    ),
    (
        "noise",
        "the server wrote more than 1048576 bytes that are no messages, such as `Downloading the internet",
        true,
    ),
    ("slow", "the server did not answer `tools/call` within 1500 ms", true),
    ("deaf", "the server did not answer `tools/call` within 1500 ms", true),
    (
        "progress",
        "the server sent more than 5000 messages that nobody asked for",
        true,
    ),
    (
        "log",
        "the server sent more than 5000 messages that nobody asked for",
        true,
    ),
    (
        "lists",
        "the server sent more than 5000 messages that nobody asked for",
        true,
    ),
    ("exit", "the server closed the connection", true),
    ("half", "the server closed the connection", true),
    ("cut", "the server closed the connection", true),
    (
        "deep",
        "the server sent a message that is nested more than 100 levels deep",
        true,
    ),
    ("rich", "the server sent a message of more than 400000 values", true),
    ("members", "the server sent a message of more than 400000 values", true),
    (
        "asks",
        "the server has more than 64 requests open, or reads no answers",
        true,
    ),
    (
        "nothing",
        "the server answered something else than a tool's result",
        false,
    ),
    ("word", "the server answered something else than a tool's result", false),
    (
        "empty",
        "the server answered something else than a tool's result",
        false,
    ),
    ("refuses", "the server refuses: no\\u{1b}[2J xxx", false),
    ("nobody", "the server refuses: cannot read that (code -32700)", false),
    ("state", "the server asked for input 10 times and did not answer", false),
    ("banner", "done", false),
    ("batch", "done", false),
    ("full", "xxx", false),
    ("almost", "done", false),
];

/// Set where this test has its process to itself.
const ALONE: &str = "SOMAGENT_TESTED_ALONE";

#[test]
fn each_costs_its_own_call_and_little_memory() {
    if std::env::var_os(ALONE).is_some() {
        return misbehave();
    }
    // What is measured is a process's memory, and other tests use this one's.
    let tests = std::env::current_exe().unwrap();
    let ended = Command::new(tests)
        .args([
            "mcp::memory::each_costs_its_own_call_and_little_memory",
            "--exact",
            "--nocapture",
        ])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = [ended.stdout, ended.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    let said = said.concat();
    eprintln!("{said}");
    assert!(ended.status.success() && said.contains("1 passed"), "{said}");
}

fn misbehave() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let limits = Limits {
            call: Duration::from_millis(1500),
            unasked: 5_000,
            ..Limits::default()
        };
        let bystander = Program::script("mcp_hostile.py", &["well"]).connect().await;
        let mut table = String::new();
        for (mode, says, ends) in MODES {
            let waits = ["silence", "slow", "deaf"].contains(&mode);
            let limits = if waits {
                limits.clone()
            } else {
                Limits {
                    call: Limits::default().call,
                    ..limits.clone()
                }
            };
            let program = Program::script("mcp_hostile.py", &[mode]);
            let connection = program.connect_with(&Callbacks::default(), &limits).await.unwrap();
            forget_peak();
            let before = peak_kib();
            let said = match act(&connection).await {
                Ok(text) => text,
                Err(error) => error.to_string(),
            };
            let cost = peak_kib() - before;
            table += &format!(
                "{mode:10} {cost:6} KiB  {}\n",
                said.chars().take(100).collect::<String>()
            );
            assert!(
                said.contains(says),
                "{mode}: {}",
                said.chars().take(300).collect::<String>()
            );
            assert!(said.len() <= 1 << 20, "{mode}: {}", said.len());
            assert!(cost < 100 * 1024, "{mode}: {cost} KiB");
            assert_eq!(connection.ended().is_some(), ends, "{mode}: {:?}", connection.ended());
            if ends {
                assert!(
                    matches!(act(&connection).await, Err(CallError::Ended { sent: false, .. })),
                    "{mode}"
                );
            }
            drop(connection);
            let pids = program.started.lock().unwrap().clone();
            for pid in pids {
                is_gone(pid).await;
            }
            assert_eq!(act(&bystander).await.unwrap(), "done", "{mode}");
        }
        eprintln!("{table}");
    });
}

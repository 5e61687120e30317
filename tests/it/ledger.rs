//! A real service with effects that count, in a process of its own, and what its log says it did.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::workbench::{DEADLINE, eventually, wait};

/// The service of `tests/services/ledger.py`; it ends when this is dropped.
pub struct Ledger {
    /// The port on 127.0.0.1.
    pub port: u16,
    /// One JSON line for each thing it did.
    pub log: PathBuf,
    child: Child,
}

impl Ledger {
    /// Starts it on `log`, which may be that of an earlier one, with more options: `["--mode", "lost"]`.
    pub fn start(log: &Path, options: &[&str]) -> Self {
        let mut child = Command::new("python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services/ledger.py"))
            .arg("--log")
            .arg(log)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert_eq!(ready["pid"], child.id());
        Self {
            port: ready["port"].as_u64().unwrap().try_into().unwrap(),
            log: log.to_owned(),
            child,
        }
    }

    /// One that answers nothing that it has done before `go` is there.
    pub fn slow(log: &Path, go: &Path) -> Self {
        let options = ["--mode", "slow", "--slow-where", "after", "--until"];
        Self::start(log, &[&options[..], &[go.to_str().unwrap()]].concat())
    }

    /// Everything it did, replays included, as a reader of the log finds it now.
    pub fn entries(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.log).unwrap();
        // What has no end of line was never answered.
        text.split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}")))
            .collect()
    }

    /// The effects: every entry but the replays.
    pub fn effects(&self) -> Vec<Value> {
        self.entries()
            .into_iter()
            .filter(|entry| entry["replayed"] == false)
            .collect()
    }

    /// Waits until it has done all that anybody asked for who is gone by now.
    pub fn settle(&self) {
        eventually("the service is still asked for something", || {
            let (status, health) = Client::new(self).get("/health");
            assert_eq!(status, 200, "{health}");
            health["connections"] == 1
        });
    }

    /// How many effects have this reference.
    pub fn count(&self, reference: &str) -> usize {
        let has = |entry: &&Value| {
            let body: Value = serde_json::from_str(entry["body"].as_str().unwrap()).unwrap_or_default();
            body["ref"] == reference
        };
        self.effects().iter().filter(has).count()
    }

    /// Ends it as a crash would, and waits until it is gone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        wait(&mut self.child);
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
            let _ = self.child.wait();
        }
    }
}

/// A connection that is kept from request to request.
struct Client(BufReader<TcpStream>);

impl Client {
    fn new(ledger: &Ledger) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", ledger.port)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Self(BufReader::new(stream))
    }

    /// The status and the value of the answer; `None` when the connection ends without one.
    fn ask(&mut self, head: &str, body: &str) -> Option<(u16, Value)> {
        let length = body.len();
        let request = format!("{head}\r\nHost: ledger\r\nContent-Length: {length}\r\n\r\n{body}");
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let mut line = String::new();
        if self.0.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut length = 0;
        while line != "\r\n" {
            if let Some(("content-length", value)) = line.to_lowercase().split_once(':') {
                length = value.trim().parse().unwrap();
            }
            line.clear();
            self.0.read_line(&mut line).unwrap();
        }
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer).unwrap();
        Some((status, serde_json::from_slice(&answer).unwrap()))
    }

    fn post(&mut self, key: &str, body: &str) -> Option<(u16, Value)> {
        self.ask(&format!("POST /effects HTTP/1.1\r\nIdempotency-Key: {key}"), body)
    }

    fn get(&mut self, path: &str) -> (u16, Value) {
        self.ask(&format!("GET {path} HTTP/1.1"), "").unwrap()
    }
}

#[test]
fn a_repeated_key_is_one_effect_also_after_the_service_was_killed() {
    let scratch = tempfile::tempdir().unwrap();
    let log = scratch.path().join("log");
    let mut ledger = Ledger::start(&log, &[]);
    let mut client = Client::new(&ledger);
    let body = r#"{"ref":"order 1","amount":5}"#;
    let first = client.post("\"k 1\"", body).unwrap();
    assert_eq!(first, (201, serde_json::json!({"n": 1, "ref": "order 1"})));
    // Quoted or bare, on the same connection, it is the same key.
    assert_eq!(client.post("k 1", body).unwrap(), first);
    ledger.kill();

    // What a crash leaves half written is no entry.
    fs::OpenOptions::new()
        .append(true)
        .open(&log)
        .unwrap()
        .write_all(b"{\"n\":3,")
        .unwrap();
    let ledger = Ledger::start(&log, &["--mode", "dedup"]);
    let mut client = Client::new(&ledger);
    assert_eq!(client.post("\"k 1\"", body).unwrap(), first);
    assert_eq!(client.post("\"k 1\"", "{}").unwrap().0, 422);
    assert_eq!(client.post("\"k\\\"2\"", "{}").unwrap().0, 201);
    let seen: Vec<_> = ledger
        .entries()
        .iter()
        .map(|entry| (entry["n"].clone(), entry["key"].clone(), entry["replayed"].clone()))
        .collect();
    let expected = [
        (1, "k 1", false),
        (2, "k 1", true),
        (3, "k 1", true),
        (4, "k\"2", false),
    ];
    assert_eq!(
        seen,
        expected.map(|(n, key, replayed)| (n.into(), key.into(), replayed.into()))
    );
    assert_eq!(ledger.entries()[0]["body"], body);
    assert_eq!(
        ledger.entries()[0]["body_sha256"],
        "787ad9ade6c2bcf05218bc99fe98c34eb85a4e765b312008bda8a9369732ec87"
    );
    assert_eq!(ledger.effects().len(), 2);
}

#[test]
fn an_effect_is_found_by_its_key_and_by_its_reference() {
    let scratch = tempfile::tempdir().unwrap();
    let ledger = Ledger::start(&scratch.path().join("log"), &[]);
    let mut client = Client::new(&ledger);
    assert_eq!(client.get("/effects?key=a%20b").1["count"], 0);
    assert_eq!(client.get("/effects/by-ref/order%2F1").0, 404);
    client.post("a b", r#"{"ref":"order/1"}"#).unwrap();
    let (status, found) = client.get("/effects?key=a%20b");
    assert_eq!((status, &found["count"]), (200, &1.into()));
    assert_eq!(
        client.get("/effects/by-ref/order%2F1"),
        (200, found["effects"][0].clone())
    );
    assert_eq!(
        client.get("/health"),
        (
            200,
            serde_json::json!({"mode": "dedup", "effects": 1, "connections": 1})
        )
    );
}

#[test]
fn keys_that_are_none_are_refused_and_perform_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let ledger = Ledger::start(&scratch.path().join("log"), &[]);
    let mut client = Client::new(&ledger);
    for key in [
        "",
        "\"",
        "\"\"",
        "\"a",
        "\"a\"b\"",
        "\"\\n\"",
        "\u{e9}",
        &"k".repeat(256),
    ] {
        assert_eq!(client.post(key, "{}").unwrap().0, 400, "{key}");
    }
    assert_eq!(ledger.entries(), [] as [Value; 0]);
}

#[test]
fn without_dedup_every_request_is_an_effect() {
    let scratch = tempfile::tempdir().unwrap();
    let ledger = Ledger::start(&scratch.path().join("log"), &["--mode", "none"]);
    let mut client = Client::new(&ledger);
    for n in 1..=3 {
        assert_eq!(client.post("k", "{}").unwrap().1["n"], n);
    }
    assert_eq!(
        (ledger.effects().len(), client.get("/effects?key=k").1["count"].clone()),
        (3, 3.into())
    );
}

#[test]
fn a_lost_answer_is_one_whose_effect_is_in_the_log() {
    let scratch = tempfile::tempdir().unwrap();
    let ledger = Ledger::start(
        &scratch.path().join("log"),
        &["--mode", "lost", "--lose", "0.5", "--seed", "3"],
    );
    let mut lost = 0;
    for number in 1..=20 {
        let mut client = Client::new(&ledger);
        let key = format!("k{number}");
        let answer = client.post(&key, "{}");
        lost += usize::from(answer.is_none());
        // It was on the disk before the connection ended, with or without an answer.
        assert_eq!(ledger.effects().len(), number);
        assert_eq!(ledger.effects()[number - 1]["key"], key.as_str());
    }
    assert!((1..20).contains(&lost), "{lost}");
}

#[test]
fn a_failure_performs_nothing_and_a_slow_effect_is_logged_before_or_after_the_wait() {
    let scratch = tempfile::tempdir().unwrap();
    let failing = Ledger::start(&scratch.path().join("failing"), &["--fail", "1"]);
    assert_eq!(Client::new(&failing).post("k", "{}").unwrap().0, 503);
    assert_eq!(failing.entries(), [] as [Value; 0]);

    for (place, logged) in [("before", 0), ("after", 1)] {
        let log = scratch.path().join(place);
        let minutes = DEADLINE.as_millis().to_string();
        let options = ["--mode", "slow", "--delay-ms", &minutes, "--slow-where", place];
        let mut ledger = Ledger::start(&log, &options);
        let mut client = Client::new(&ledger);
        let head = "POST /effects HTTP/1.1\r\nIdempotency-Key: k\r\nContent-Length: 2\r\n\r\n{}";
        client.0.get_mut().write_all(head.as_bytes()).unwrap();
        if logged == 1 {
            eventually("the effect was not logged", || ledger.entries().len() == 1);
        }
        ledger.kill();
        assert_eq!(ledger.entries().len(), logged, "{place}");
    }
}

#[test]
fn the_service_ends_with_whoever_started_it_and_on_sigterm() {
    let scratch = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::start(&scratch.path().join("log"), &[]);
    drop(ledger.child.stdin.take());
    assert!(wait(&mut ledger.child).success());
    let mut ledger = Ledger::start(&scratch.path().join("log"), &[]);
    kill_process(Pid::from_child(&ledger.child), Signal::TERM).unwrap();
    assert!(wait(&mut ledger.child).success());
}

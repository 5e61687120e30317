//! Servers over HTTP: one that people use, and one that misbehaves.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Map, Value};
use somagent::tools::mcp::{
    CallError, CallOptions, Callbacks, ConnectError, Connection, Ended, Endpoint, Limits, connect,
};

use super::everything;
use super::started::{CLIENT, Program, installed};
use crate::odd::deaf;

/// A server that listens.
struct Listening(Child);

impl Drop for Listening {
    fn drop(&mut self) {
        let pid = Pid::from_raw(self.0.id().try_into().unwrap()).unwrap();
        let _ = kill_process_group(pid, Signal::KILL);
        let _ = self.0.wait();
    }
}

fn at(url: String, headers: HeaderMap) -> Endpoint {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy();
    Endpoint::Http {
        client: client.build().unwrap(),
        url,
        headers,
        login: None,
    }
}

/// The misbehaving server, its port and its notes.
pub struct Web {
    pub port: u16,
    notes: tempfile::NamedTempFile,
    _listening: Listening,
}

impl Web {
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/services/mcp_web.py");
        let notes = tempfile::NamedTempFile::new().unwrap();
        let mut command = Command::new("python3");
        command
            .arg(script)
            .arg(notes.path())
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            port: line.trim().parse().unwrap(),
            notes,
            _listening: Listening(child),
        }
    }

    async fn connect(&self, mode: &str, headers: HeaderMap) -> Result<Connection, ConnectError> {
        let call = if mode == "slow" {
            Duration::from_secs(3)
        } else {
            Limits::default().call
        };
        let limits = Limits {
            call,
            stream_bytes: 32 << 20,
            ..Limits::default()
        };
        let endpoint = at(format!("http://127.0.0.1:{}/{mode}", self.port), headers);
        connect(&endpoint, CLIENT, None, &Callbacks::default(), &limits).await
    }

    fn notes(&self) -> Vec<Value> {
        let notes = std::fs::read_to_string(self.notes.path()).unwrap();
        notes.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

async fn act(connection: &Connection) -> Result<String, CallError> {
    let outcome = connection.call("act", Map::new(), None, &CallOptions::default()).await;
    outcome.map(|outcome| outcome.text())
}

/// The server that has everything, on a port that is free now; none where somebody else was faster to take it.
fn everything_on_a_port() -> Option<(Listening, u16)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let program = Program::node("@modelcontextprotocol/server-everything", &["streamableHttp"]);
    let mut command = Command::new(&program.path);
    command
        .args(&program.args)
        .env("PORT", port.to_string())
        .process_group(0);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let listening = Listening(child);
    let mut line = String::new();
    while !line.contains("listening on port") {
        line.clear();
        if said.read_line(&mut line).unwrap() == 0 {
            return None;
        }
    }
    std::thread::spawn(move || for _ in said.lines() {});
    Some((listening, port))
}

#[tokio::test]
async fn a_server_over_http_does_all_that_one_over_pipes_does() {
    let started = (0..3).find_map(|_| everything_on_a_port());
    let (_listening, port) = started.expect("the server does not listen");
    assert!(installed().exists());
    let endpoint = at(format!("http://127.0.0.1:{port}/mcp"), HeaderMap::new());
    everything::all(&endpoint).await;
}

#[tokio::test]
async fn each_misbehaviour_costs_its_own_call() {
    let web = Web::start();
    for (mode, says, ends) in [
        ("event", "the server sent a message of more than 8388608 bytes", true),
        (
            "endless",
            "the server sent more than 33554432 bytes in one response",
            true,
        ),
        ("body", "the server sent a message of more than 8388608 bytes", true),
        ("rich", "the server sent a message of more than 400000 values", true),
        (
            "rich-event",
            "the server sent a message of more than 400000 values",
            true,
        ),
        ("slow", "the server did not answer `tools/call` within 3000 ms", true),
        ("busy", "the request got no answer: HTTP 429", false),
        ("refuses", "the server refuses: not today (code -32000)", false),
        (
            "broken",
            "the request got no answer: unexpected server response: no message: `{\"jsonrpc\"",
            false,
        ),
    ] {
        let connection = web.connect(mode, HeaderMap::new()).await.unwrap();
        let said = act(&connection).await.unwrap_err().to_string();
        assert!(said.contains(says), "{mode}: {said}");
        assert_eq!(connection.ended().is_some(), ends, "{mode}");
        if !ends {
            connection.ping().await.unwrap();
        }
    }
    let connection = web.connect("well", HeaderMap::new()).await.unwrap();
    assert!(act(&connection).await.unwrap().starts_with("done in session-"));
}

#[tokio::test]
async fn a_session_that_is_forgotten_is_begun_anew() {
    let web = Web::start();
    let connection = web.connect("forgetful", HeaderMap::new()).await.unwrap();
    assert_eq!(act(&connection).await.unwrap(), "done in session-1");
    connection.close().await;
    let notes = web.notes();
    let asked: Vec<&str> = notes
        .iter()
        .filter_map(|note| note["message"]["method"].as_str())
        .collect();
    assert_eq!(
        asked.iter().filter(|method| **method == "initialize").count(),
        2,
        "{asked:?}"
    );
    assert_eq!(
        asked.iter().filter(|method| **method == "tools/call").count(),
        2,
        "{asked:?}"
    );
    let last = notes.last().unwrap();
    assert_eq!(
        (&last["verb"], &last["headers"]["mcp-session-id"]),
        (&"DELETE".into(), &"session-1".into())
    );
    let call = notes
        .iter()
        .find(|note| note["message"]["method"] == "tools/call")
        .unwrap();
    assert_eq!(call["headers"]["mcp-protocol-version"], "2025-11-25");
    assert_eq!(call["headers"]["accept"], "application/json, text/event-stream");
}

#[tokio::test]
async fn a_stream_that_breaks_is_taken_up_where_it_broke() {
    let web = Web::start();
    let connection = web.connect("resume", HeaderMap::new()).await.unwrap();
    let text = act(&connection).await.unwrap();
    assert!(text.starts_with("after event-"), "{text}");
    let calls = web
        .notes()
        .iter()
        .filter(|note| note["message"]["method"] == "tools/call")
        .count();
    assert_eq!(calls, 1);
    let connection = web.connect("split", HeaderMap::new()).await.unwrap();
    assert_eq!(act(&connection).await.unwrap(), "ä😀");
}

#[tokio::test]
async fn a_login_is_named_and_a_redirect_not_followed() {
    let web = Web::start();
    let error = web.connect("login", HeaderMap::new()).await.err().unwrap();
    assert!(
        matches!(&error, ConnectError::Login { challenge } if challenge.contains("resource_metadata")),
        "{error}"
    );
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer right"));
    let connection = web.connect("login", headers.clone()).await.unwrap();
    assert!(act(&connection).await.is_ok());
    for (mode, says) in [
        ("elsewhere", "which is not followed"),
        ("page", "text/html"),
        ("down", "HTTP 503"),
    ] {
        let error = web.connect(mode, headers.clone()).await.err().unwrap();
        assert!(error.to_string().contains(says), "{mode}: {error}");
    }
    assert!(!web.notes().iter().any(|note| note["path"] == "/well"));
    let (_nobody, port) = deaf(0);
    let endpoint = at(format!("http://127.0.0.1:{port}/"), HeaderMap::new());
    let error = connect(&endpoint, CLIENT, None, &Callbacks::default(), &Limits::default())
        .await
        .err()
        .unwrap();
    assert!(error.to_string().contains("it cannot be reached"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_gone_is_not_reached() {
    let web = Web::start();
    let connection = web.connect("well", HeaderMap::new()).await.unwrap();
    drop(web);
    let error = act(&connection).await.unwrap_err();
    assert!(
        matches!(
            error,
            CallError::Lost { .. }
                | CallError::Ended {
                    ended: Ended::Closed,
                    ..
                }
        ),
        "{error:?}"
    );
}

//! What goes wrong on the wire, with a real server that answers as badly as the path says. It is no OPA, and none is
//! needed for this: what is tried is what becomes of an answer, and of its absence.

use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use super::*;
use crate::capsule::tool_spec::Touch;
use crate::net::Net;
use crate::net::fixture::{Odd, deaf, mute};
use crate::policy::fixture::{action, law_of_text, situation};
use crate::policy::{DEFAULT_CONSTITUTION, Decision, Law, Mode, Situation};

/// The longest time that a constitution may give.
const LONGEST_MS: u64 = 1_000;

/// Longer than that: whether an answer comes at all is no matter of how busy this machine is.
const PATIENCE: Duration = Duration::from_secs(30);

fn naming(url: &str, timeout_ms: u64) -> Law {
    law_of_text(&format!(
        "{DEFAULT_CONSTITUTION}\nopa: {{article: A5, url: \"{url}\", timeout_ms: {timeout_ms}}}\n"
    ))
}

/// Asks the server of a constitution about reading a file, and judges with what came of it.
async fn judged(net: Net, url: &str) -> (Decision, String) {
    judged_by(&naming(url, LONGEST_MS), Some(PATIENCE), net).await
}

/// The same, within the time that the constitution gives.
async fn judged_within(timeout_ms: u64, url: &str) -> (Decision, String) {
    judged_by(&naming(url, timeout_ms), None, online()).await
}

async fn judged_by(law: &Law, patience: Option<Duration>, net: Net) -> (Decision, String) {
    let exchange = Exchange::new(net);
    let read = action(&[(Touch::ReadPath, "README.md")]);
    let mut situation = Situation {
        offline: false,
        ..situation()
    };
    let question = law.question(&read, &situation).unwrap();
    let mode = InForce::default();
    let heard = match patience {
        Some(patience) => ask_within(patience, &exchange, &question, &mode).await,
        None => ask(&exchange, &question, &mode).await,
    };
    situation.heard.push(heard);
    let verdict = law.judge(&read, &situation);
    let texts: Vec<&str> = verdict.because().iter().map(|reason| reason.text.as_str()).collect();
    (verdict.decision(), texts.join("; "))
}

fn online() -> Net {
    Net::new(false)
}

/// The path that is answered with this body.
fn body(text: &str) -> String {
    let digits: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("/v1/data/json/{}", digits.concat())
}

async fn log(odd: &Odd) -> Vec<Value> {
    let url = odd.url("/log");
    let exchange = Exchange::new(online());
    let log = Ask {
        method: "GET",
        url: &url,
        headers: &[],
        body: None,
        timeout: PATIENCE,
    };
    let answer = exchange.send(log).await.unwrap();
    serde_json::from_slice(&answer.body(1 << 20).await.unwrap()).unwrap()
}

#[tokio::test]
async fn true_lets_pass_and_is_asked_once_with_the_input() {
    let odd = Odd::start();
    let path = body(r#"{"result": true}"#);
    let (decision, texts) = judged(online(), &odd.url(&path)).await;
    assert_eq!(decision, Decision::Allow, "{texts}");
    let log = log(&odd).await;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!((&log[0]["method"], &log[0]["path"]), (&"POST".into(), &path.into()));
    assert_eq!(log[0]["headers"]["content-type"], "application/json");
    let asked: Value = serde_json::from_str(log[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!(asked["input"]["action"]["name"], "tool.act");
}

#[tokio::test]
async fn attack_09_every_fault_of_the_wire_denies() {
    let odd = Odd::start();
    let status = |code: u16| format!("/v1/data/status/{code}");
    let quick: Vec<(String, &str)> = vec![
        (body(r#"{"result": false}"#), "does not allow it"),
        (body("{}"), "undefined"),
        (body(r#"{"result": "true"}"#), "a text"),
        (body(r#"{"result": 1}"#), "a number"),
        (body(r#"{"result": null}"#), "null"),
        (body(r#"{"result": {"allow": true}}"#), "an object"),
        (body("[true]"), "no JSON object"),
        (body("true"), "no JSON object"),
        (status(200), "no JSON object"),
        (status(201), "the status 201"),
        (status(204), "the status 204"),
        (status(400), "the status 400"),
        (status(401), "the status 401"),
        (status(404), "the status 404"),
        (status(500), "the status 500"),
        (status(503), "the status 503"),
        (status(304), "no redirect is followed"),
        ("/v1/data/redirect/0".to_owned(), "no redirect is followed"),
        ("/v1/data/large/65537".to_owned(), "longer than 65536 bytes"),
        ("/v1/data/large/10000000".to_owned(), "longer than 65536 bytes"),
        ("/v1/data/bomb/100000".to_owned(), "encoded as `gzip`"),
        ("/v1/data/half".to_owned(), "no whole answer"),
        ("/v1/data/cut".to_owned(), "no whole answer"),
        ("/v1/data/garbage".to_owned(), "no whole answer"),
    ];
    let asked = quick.len();
    for (path, says) in quick {
        let (decision, texts) = judged(online(), &odd.url(&path)).await;
        assert_eq!(decision, Decision::Deny, "{path}: {texts}");
        assert!(texts.contains(says), "{path}: {texts}");
        eprintln!("attack 09: denied: {texts}");
    }
    let log = log(&odd).await;
    assert_eq!(log.len(), asked, "nothing is asked twice or followed: {log:?}");
}

#[tokio::test]
async fn attack_09_slow_denies_when_its_time_is_up() {
    let odd = Odd::start();
    for path in ["/v1/data/silent", "/v1/data/drip"] {
        let began = Instant::now();
        let (decision, texts) = judged_within(200, &odd.url(path)).await;
        let took = began.elapsed().as_millis();
        assert_eq!(decision, Decision::Deny, "{path}: {texts}");
        assert!(texts.contains("the time is up"), "{path}: {texts}");
        // The body of `drip` would take 50 s; a machine under load may take its time to notice.
        assert!((150..10_000).contains(&took), "{path}: {took} ms");
        eprintln!("attack 09: {path} denied after {took} ms: {texts}");
    }
}

#[tokio::test]
async fn attack_09_down_denies() {
    let (_nobody, port) = deaf();
    let url = format!("http://127.0.0.1:{port}/v1/data/somagent/allow");
    let (decision, texts) = judged(online(), &url).await;
    assert_eq!(decision, Decision::Deny, "{texts}");
    assert!(texts.contains("cannot connect"), "{texts}");
    // One that takes connections and never says anything.
    let (_mute, port) = mute();
    let url = format!("http://127.0.0.1:{port}/v1/data/somagent/allow");
    let (decision, texts) = judged_within(100, &url).await;
    assert_eq!(decision, Decision::Deny, "{texts}");
    assert!(texts.contains("the time is up"), "{texts}");
}

#[tokio::test]
async fn attack_09_what_nobody_vouches_for_denies() {
    // A server without TLS, and one whose certificate nobody here trusts.
    let plain = Odd::start();
    let directory = tempfile::tempdir().unwrap();
    let (certificate, key) = (directory.path().join("cert.pem"), directory.path().join("key.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ed25519",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=localhost",
        ])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .arg("-keyout")
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let strange = Odd::with_tls(&certificate, &key);
    let path = body(r#"{"result": true}"#);
    for port in [plain.port, strange.port] {
        let (decision, texts) = judged(online(), &format!("https://127.0.0.1:{port}{path}")).await;
        assert_eq!(decision, Decision::Deny, "{texts}");
        assert!(texts.contains("cannot connect"), "{texts}");
        eprintln!("attack 09: denied: {texts}");
    }
}

#[tokio::test]
async fn a_closed_network_denies_and_sends_nothing() {
    let odd = Odd::start();
    let url = odd.url(&body(r#"{"result": true}"#));
    let (decision, texts) = judged(Net::new(true), &url).await;
    assert_eq!(decision, Decision::Deny);
    assert!(texts.contains("--offline"), "{texts}");
    let (law, read) = (naming(&url, LONGEST_MS), action(&[(Touch::ReadPath, "a")]));
    let offline = law.question(&read, &situation()).unwrap();
    let heard = ask(&Exchange::new(online()), &offline, &InForce::default()).await;
    assert!(
        matches!(&heard.said, Said::Fault { why } if why.contains("--offline")),
        "{heard:?}"
    );
    assert_eq!(log(&odd).await.len(), 0);

    let away = naming("https://opa.invalid/v1/data/a", LONGEST_MS);
    let online_situation = Situation {
        offline: false,
        ..situation()
    };
    let question = away.question(&read, &online_situation).unwrap();
    let heard = ask(&Exchange::new(online()), &question, &InForce::from(Mode::Test)).await;
    assert!(
        matches!(&heard.said, Said::Fault { why } if why.contains("the mode `test`")),
        "{heard:?}"
    );
}

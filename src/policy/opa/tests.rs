//! What an answer means, and what it means for a judgement.

use std::collections::BTreeSet;

use super::*;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::Touch;
use crate::policy::fixture::{action, law_of_text, situation};
use crate::policy::{Action, DEFAULT_CONSTITUTION, Decision, InForce, Law, Mode};

const HERE: &str = "http://127.0.0.1:8181/v1/data/somagent/allow";
const AWAY: &str = "https://opa.example.org/v1/data/somagent/allow";

fn naming(url: &str) -> Law {
    law_of_text(&format!(
        "{DEFAULT_CONSTITUTION}\nopa: {{article: A5, url: \"{url}\"}}\n"
    ))
}

fn online() -> Situation {
    Situation {
        offline: false,
        hosts: vec![HostPattern::parse("*:*").unwrap()],
        ..situation()
    }
}

/// The situation after the server of `law` said this of `action`.
fn heard(law: &Law, action: &Action, said: Said) -> Situation {
    let mut situation = online();
    let question = law.question(action, &situation).unwrap();
    situation.heard.push(question.answered(said));
    situation
}

#[test]
fn attack_09_only_true_is_true() {
    let fault = |body: &str| match Said::of(body.as_bytes()) {
        Said::Fault { why } => why,
        other => panic!("{} …: {other:?}", &body[..body.len().min(80)]),
    };
    assert_eq!(Said::of(br#"{"result": true}"#), Said::Allow);
    assert_eq!(
        Said::of(b"\n {\"decision_id\": \"1\", \"result\":true, \"metrics\": {\"a\": [1]}}\n"),
        Said::Allow
    );
    assert_eq!(Said::of(br#"{"result": false}"#), Said::Deny);
    assert_eq!(Said::of(b"{}"), Said::Undefined);
    assert_eq!(Said::of(br#"{"Result": true, "decision_id": "1"}"#), Said::Undefined);
    for (body, says) in [
        (r#"{"result": "true"}"#, "a text"),
        (r#"{"result": 1}"#, "a number"),
        (r#"{"result": 1.0}"#, "a number"),
        (r#"{"result": null}"#, "null"),
        (r#"{"result": {}}"#, "an object"),
        (r#"{"result": {"allow": true}}"#, "an object"),
        (r#"{"result": [true]}"#, "a list"),
        (r#"{"result": true, "result": true}"#, "no JSON object"),
        (r#"{"result": false, "result": true}"#, "no JSON object"),
        (r#"{"result": true} {"result": true}"#, "no JSON object"),
        (r#"{"result": true"#, "no JSON object"),
        (r#"{"result": True}"#, "no JSON object"),
        (r#"{"result": NaN}"#, "no JSON object"),
        ("{'result': true}", "no JSON object"),
        ("[true]", "no JSON object"),
        ("true", "no JSON object"),
        ("\"true\"", "no JSON object"),
        ("", "no JSON object"),
        ("\u{feff}{\"result\": true}", "no JSON object"),
        ("<html>true</html>", "no JSON object"),
    ] {
        assert!(fault(body).contains(says), "{body}: {}", fault(body));
    }
    let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(fault(&format!("{{\"result\": {nested}}}")).contains("no JSON object"));
    let beside = format!("{{\"x\": {nested}, \"result\": true}}");
    assert_eq!(
        Said::of(beside.as_bytes()),
        Said::Allow,
        "what is not looked at decides nothing"
    );
    assert!(matches!(
        Said::of(b"{\"result\": true, \"x\": \"\xff\"}"),
        Said::Fault { .. }
    ));
}

#[test]
fn it_denies_and_never_allows() {
    let law = naming(HERE);
    let plain = law_of_text(DEFAULT_CONSTITUTION);
    let fault = |why: &str| Said::Fault { why: why.to_owned() };
    let (read, out) = (
        action(&[(Touch::ReadPath, "README.md")]),
        action(&[(Touch::Url, "https://a.example/x")]),
    );
    for (action, without) in [(&read, Decision::Allow), (&out, Decision::Ask)] {
        assert_eq!(plain.judge(action, &online()).decision(), without);
        for (said, expected, says) in [
            (Said::Allow, without, ""),
            (Said::Deny, Decision::Deny, "does not allow it"),
            (Said::Undefined, Decision::Deny, "undefined"),
            (fault("the time is up"), Decision::Deny, "the time is up"),
        ] {
            let verdict = law.judge(action, &heard(&law, action, said.clone()));
            let texts: Vec<&str> = verdict.because().iter().map(|reason| reason.text.as_str()).collect();
            assert_eq!(verdict.decision(), expected, "{said:?} {texts:?}");
            assert!(texts.concat().contains(says), "{said:?} {texts:?}");
            if expected == Decision::Deny {
                assert!(texts.concat().contains(HERE), "{texts:?}");
                assert_eq!(verdict.because()[0].article.as_deref(), Some("A5"));
            }
        }
        let unasked = law.judge(action, &online());
        assert_eq!(unasked.decision(), Decision::Deny);
        assert!(unasked.because()[0].text.contains("was not asked"), "{unasked:?}");
    }
}

#[test]
fn nobody_is_asked_where_nothing_is_left_to_deny() {
    let law = naming(HERE);
    let write = action(&[(Touch::WritePath, "../x")]);
    assert_eq!(law.question(&write, &online()), None);
    let verdict = law.judge(&write, &online());
    assert_eq!(verdict.decision(), Decision::Deny);
    assert!(!verdict.because()[0].text.contains(HERE), "{verdict:?}");
    assert_eq!(
        law_of_text(DEFAULT_CONSTITUTION).question(&action(&[(Touch::ReadPath, "x")]), &online()),
        None
    );
}

#[test]
fn an_answer_counts_for_what_was_asked_and_once() {
    let law = naming(HERE);
    let (one, other) = (action(&[(Touch::ReadPath, "a")]), action(&[(Touch::ReadPath, "b")]));
    let situation = heard(&law, &one, Said::Allow);
    assert_eq!(law.question(&one, &situation), None, "it is asked once");
    assert_eq!(law.judge(&one, &situation).decision(), Decision::Allow);
    assert_eq!(law.judge(&other, &situation).decision(), Decision::Deny);
    let later = Situation {
        actor: "user:eve".to_owned(),
        ..situation.clone()
    };
    assert_eq!(law.judge(&one, &later).decision(), Decision::Deny);
    // That of another server does not count either.
    let elsewhere = naming(AWAY);
    assert_eq!(elsewhere.judge(&one, &situation).decision(), Decision::Deny);
}

#[test]
fn it_is_asked_what_rego_sees_and_not_what_others_said() {
    let law = naming(HERE);
    let read = action(&[(Touch::ReadPath, "a")]);
    let question = law.question(&read, &online()).unwrap();
    assert_eq!((question.url(), question.timeout()), (HERE, Duration::from_millis(200)));
    let body: Value = serde_json::from_str(question.body()).unwrap();
    let fields: BTreeSet<&str> = body["input"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        fields,
        BTreeSet::from(["action", "score", "situation", "terms", "threshold"])
    );
    assert_eq!(
        body["input"]["action"]["accesses"],
        json!([{"kind": "read", "path": "a"}])
    );
    assert_eq!(body["input"]["situation"].get("heard"), None);
    let apart = Situation {
        separate: Some(crate::capsule::Separate::Worktree),
        ..online()
    };
    let asked: Value = serde_json::from_str(law.question(&read, &apart).unwrap().body()).unwrap();
    assert_eq!(asked["input"]["situation"]["separate"], "worktree");
    let elsewhere = naming(AWAY).question(&read, &heard(&law, &read, Said::Allow));
    assert_eq!(elsewhere.unwrap().body(), question.body());
}

#[test]
fn offline_and_in_the_mode_test_it_stays_unasked() {
    let read = action(&[(Touch::ReadPath, "a")]);
    let closed = |url: &str, offline: bool, mode: Mode| {
        let situation = Situation { offline, ..online() };
        let question = naming(url).question(&read, &situation).unwrap();
        question.closed(&InForce::from(mode))
    };
    assert_eq!(closed(HERE, false, Mode::Developer), None);
    assert_eq!(closed(HERE, false, Mode::Test), None);
    assert_eq!(closed(AWAY, false, Mode::Developer), None);
    assert!(closed(AWAY, false, Mode::Test).unwrap().contains("the mode `test`"));
    for url in [HERE, AWAY] {
        assert!(closed(url, true, Mode::Developer).unwrap().contains("--offline"));
    }
}

#[test]
fn what_was_heard_is_recorded_and_decides_the_same_again() {
    let law = naming(HERE);
    let read = action(&[(Touch::ReadPath, "a")]);
    for said in [
        Said::Allow,
        Said::Deny,
        Said::Undefined,
        Said::Fault {
            why: "it answered with the status 500".to_owned(),
        },
    ] {
        let situation = heard(&law, &read, said);
        let verdict = law.judge(&read, &situation);
        let stored = json!(verdict.situation());
        let again: Situation = serde_json::from_value(stored).unwrap();
        assert_eq!(law.judge(&read, &again), verdict);
    }
    assert_eq!(json!(online()).get("heard"), None, "nothing is recorded of nobody");
}

#[test]
fn the_server_is_a_part_of_the_policy() {
    let policy = |law: &Law| {
        let write = action(&[(Touch::WritePath, "../x")]);
        json!(law.judge(&write, &online()))["policy"].clone()
    };
    let digests = [law_of_text(DEFAULT_CONSTITUTION), naming(HERE), naming(AWAY)].map(|law| policy(&law).to_string());
    assert_eq!(BTreeSet::from(digests).len(), 3);
}

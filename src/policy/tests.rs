//! What may happen with which rules, hosts and approvals, as tables.

use serde_json::{Value, json};

use super::approval::RESOLVED;
use super::fixture::{act, action, law, law_of, situation};
use super::{Access, Action, Approval, Decision, Refused, Situation};
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, Fixed, OutputTrust, SideEffect, Sink, ToolSpec, Touch};
use crate::digest::Digest;
use crate::journal::{Event, Fact, Journal, Place, Stamp, Stream};
use crate::label::{Label, Labelled};

/// An event with this kind and body, recorded in a store and read back from it.
fn stored(kind: &str, body: Value) -> Event {
    let directory = tempfile::tempdir().unwrap();
    let place = Place {
        database: directory.path().join("somagent.db"),
        blobs: directory.path().join("blobs"),
        checkpoint: directory.path().join("checkpoint"),
        locks: directory.path().join("locks"),
    };
    let journal = Journal::open(&place, ed25519_dalek::SigningKey::from_bytes(&[7; 32])).unwrap();
    let stamp = Stamp {
        at: 1,
        actor: "user:test".to_owned(),
        trace: None,
        constitution: None,
    };
    let fact = Fact {
        kind: kind.to_owned(),
        v: 1,
        body,
        epoch: None,
    };
    let stream = Stream::House("approvals".to_owned());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime
        .block_on(journal.append(&stream, 0, &stamp, vec![fact]))
        .unwrap();
    let events = journal.reader().unwrap().events(&stream, 0, usize::MAX).unwrap();
    events.into_iter().next().unwrap()
}

fn answer(choice: &str, digest: Option<Digest>, expired: bool) -> Value {
    json!({
        "id": "approval-1", "choice": choice, "by": "user:ann", "reason": "fine", "form": {},
        "expired": expired, "digest": digest,
    })
}

fn approval(of: &Action) -> Approval {
    Approval::recorded(&stored(RESOLVED, answer("approve", Some(of.digest()), false))).unwrap()
}

fn reaching(hosts: &[&str]) -> Situation {
    Situation {
        hosts: hosts.iter().map(|host| HostPattern::parse(host).unwrap()).collect(),
        ..situation()
    }
}

#[test]
fn what_lends_a_model_is_judged_as_asking_one() {
    use Decision::{Allow, Ask, Deny};
    let act = ActionSpec {
        side_effect: Some(SideEffect::None),
        egress: Some(false),
        ..act(vec![Sink {
            param: "/sampling".into(),
            touch: Touch::Infer,
            default: None,
        }])
    };
    let tool = ToolSpec {
        name: "server".into(),
        version: "1.0.0".into(),
        summary: "A server.".into(),
        actions: vec![act],
    };
    let of = |args: Value| {
        let args = Labelled::new(args, Label::constant());
        Action::new(&tool, &tool.actions[0], EffectClass::None, args).unwrap()
    };
    let lends = of(json!({"sampling": {"times": 2, "max_output_tokens": 9}}));
    let lends_not = of(json!({"other": 1}));
    assert!(lends.accesses().contains(&Access::Infer));
    assert!(!lends_not.accesses().contains(&Access::Infer));
    let acts = "  - {id: t, article: A1, decision: allow, access: act, tools: [\"*\"]}\n";
    let infer = |decision: &str| format!("  - {{id: i, article: A3, decision: {decision}, access: infer}}\n");
    for (rules, decision) in [
        (acts.to_owned(), Deny),
        (acts.to_owned() + &infer("allow"), Allow),
        (acts.to_owned() + &infer("ask"), Ask),
        (acts.to_owned() + &infer("deny"), Deny),
    ] {
        let law = law_of(&rules);
        let verdict = law.judge(&lends, &situation());
        assert_eq!(verdict.decision(), decision, "{rules} {:?}", verdict.because());
        assert_eq!(law.judge(&lends_not, &situation()).decision(), Allow, "{rules}");
    }
}

#[test]
fn each_action_meets_each_rule_and_each_approval() {
    use Decision::{Allow, Ask, Deny};
    let allow = "  - {id: a, article: A1, decision: allow, access: read, within: workspace}\n";
    let ask = "  - {id: b, article: A1, decision: ask, access: read, within: workspace}\n";
    let ask_docs = "  - {id: c, article: A1, decision: ask, access: read, within: workspace/docs}\n";
    let deny = "  - {id: d, article: A1, decision: deny, access: read, within: workspace}\n";
    let other = "  - {id: e, article: A2, decision: allow, access: artifact}\n";
    let read = action(&[(Touch::ReadPath, "docs/a.md")]);
    let whole = action(&[(Touch::ReadPath, ".")]);
    let both = action(&[(Touch::ReadPath, "docs/a.md"), (Touch::WriteArtifact, "b")]);
    // Rules, action, verdict; then whether there is a grant with no approval, with one for this
    // action, and with one for another action.
    type Row<'a> = (&'a [&'a str], &'a Action, Decision, [bool; 3]);
    let table: &[Row<'_>] = &[
        (&[allow], &read, Allow, [true, true, true]),
        (&[ask], &read, Ask, [false, true, false]),
        (&[deny], &read, Deny, [false, false, false]),
        (&[other], &read, Deny, [false, false, false]),
        (&[allow, ask], &read, Ask, [false, true, false]),
        (&[ask, allow], &read, Ask, [false, true, false]),
        (&[allow, ask, deny], &read, Deny, [false, false, false]),
        (&[deny, ask], &read, Deny, [false, false, false]),
        (&[allow, ask_docs], &read, Ask, [false, true, false]),
        // What encloses a place that is asked about reaches into it.
        (&[allow, ask_docs], &whole, Ask, [false, true, false]),
        (&[ask_docs], &whole, Ask, [false, true, false]),
        // Every access counts.
        (&[ask, other], &both, Ask, [false, true, false]),
        (&[allow, other], &both, Allow, [true, true, true]),
        (&[ask], &both, Deny, [false, false, false]),
        (&[deny, other], &both, Deny, [false, false, false]),
    ];
    let another = approval(&action(&[(Touch::ReadPath, "docs/b.md")]));
    for (rules, action, decision, grants) in table {
        let verdict = law_of(&rules.concat()).judge(action, &situation());
        assert_eq!(verdict.decision(), *decision, "{rules:?} {:?}", verdict.because());
        assert!(!verdict.because().is_empty(), "{rules:?}");
        let own = approval(action);
        for (given, granted) in [None, Some(&own), Some(&another)].into_iter().zip(grants) {
            let grant = verdict.clone().grant(given);
            assert_eq!(grant.is_ok(), *granted, "{rules:?} {given:?} {grant:?}");
            if let Ok(grant) = grant {
                assert_eq!(grant.covers(action), Ok(()));
                assert_eq!(
                    grant.approval(),
                    given.filter(|given| **given == own).map(Approval::id),
                    "{rules:?}"
                );
            }
        }
    }
}

#[test]
fn attack_14_approval_replayed_for_changed_args() {
    let asks = law_of("  - {id: b, article: A1, decision: ask, access: read, within: workspace}\n");
    let approved = approval(&action(&[(Touch::ReadPath, "notes.md")]));
    let changed = action(&[(Touch::ReadPath, "../notes.md/../project/id_rsa")]);
    let verdict = asks.judge(&changed, &situation());
    assert_eq!(verdict.decision(), Decision::Ask);
    assert_eq!(
        verdict.grant(Some(&approved)),
        Err(Refused::ApprovedOther {
            action: "tool.act".into(),
            approval: "approval-1".into()
        })
    );
    // The grant of the approved action does not cover the changed one either.
    let judged = asks.judge(&action(&[(Touch::ReadPath, "notes.md")]), &situation());
    let grant = judged.grant(Some(&approved)).unwrap();
    assert!(matches!(grant.covers(&changed), Err(Refused::OtherAction { .. })));
    // And it never lifts a denial, even of the very action it names.
    let denied = law().judge(&action(&[(Touch::WritePath, "../x")]), &situation());
    let insists = approval(&action(&[(Touch::WritePath, "../x")]));
    assert!(matches!(denied.grant(Some(&insists)), Err(Refused::Denied { .. })));
}

#[test]
fn only_a_recorded_yes_of_a_person_to_an_action_is_an_approval() {
    let digest = Some(Digest::of(b"action"));
    let yes = answer("approve", digest, false);
    let approval = Approval::recorded(&stored(RESOLVED, yes.clone())).unwrap();
    assert_eq!((approval.id(), approval.by()), ("approval-1", "user:ann"));
    assert_eq!(Some(approval.action_digest()), digest);
    let without = |field: &str| {
        let mut body = yes.clone();
        body.as_object_mut().unwrap().remove(field);
        body
    };
    for (kind, body) in [
        ("approval.requested", yes.clone()),
        ("step.judged", yes.clone()),
        (RESOLVED, answer("reject", digest, false)),
        (RESOLVED, answer("Approve", digest, false)),
        (RESOLVED, answer("approve", None, false)),
        (RESOLVED, answer("approve", digest, true)),
        (RESOLVED, without("by")),
        (RESOLVED, without("choice")),
        (RESOLVED, without("digest")),
        (RESOLVED, without("expired")),
        (RESOLVED, json!({"approval": yes})),
        (RESOLVED, json!([])),
        (RESOLVED, Value::Null),
    ] {
        let refused = Approval::recorded(&stored(kind, body.clone()));
        assert_eq!(refused, Err(Refused::NoApproval { seq: 1 }), "{kind} {body}");
    }
}

#[test]
fn a_person_reads_why_an_action_waits() {
    let verdict = law().judge(
        &action(&[(Touch::Url, "https://api.example.com/v1?q=1")]),
        &reaching(&["*"]),
    );
    let refused = verdict.grant(None).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`tool.act` waits for an approval: A6 asks a person before reaching `https://api.example.com:443`"
    );
}

#[test]
fn the_default_constitution_asks_before_anything_beyond_this_machine() {
    use Decision::{Allow, Ask, Deny};
    let all: &[&str] = &["*:*"];
    let loopback: &[&str] = &["127.0.0.1:*", "localhost:*", "[::1]:*"];
    let table: &[(&str, &[&str], Decision)] = &[
        ("http://127.0.0.1:8080/x", all, Allow),
        ("http://localhost:11434/", all, Allow),
        ("https://[::1]:9/", all, Allow),
        ("http://127.0.0.1:8080/x", loopback, Allow),
        // Other ways to write this machine.
        ("http://2130706433/", all, Allow),
        ("http://0x7f.1/", all, Allow),
        ("http://[::ffff:127.0.0.1]/", all, Allow),
        ("http://LocalHost.:80/", all, Allow),
        // Other machines.
        ("https://api.example.com/", all, Ask),
        ("https://api.example.com:8443/", all, Ask),
        ("http://169.254.169.254/latest", all, Ask),
        ("http://127.0.0.1.evil.org/", all, Ask),
        ("http://localhost.evil.org/", all, Ask),
        ("http://0.0.0.0/", all, Ask),
        ("http://[::2]/", all, Ask),
        // The capsule can only narrow.
        ("http://127.0.0.1:8080/x", &[], Deny),
        ("http://127.0.0.1:8080/x", &["127.0.0.1"], Deny),
        ("http://127.0.0.1/x", &["127.0.0.1"], Allow),
        ("http://127.0.0.1:8080/x", &["127.0.0.1:8081"], Deny),
        ("https://api.example.com/", loopback, Deny),
        ("https://api.example.com/", &["*.example.com"], Ask),
        ("https://API.example.com./", &["api.example.com"], Ask),
        ("https://api.example.com.evil.org/", &["api.example.com"], Deny),
        ("https://b\u{fc}cher.example/", &["xn--bcher-kva.example"], Ask),
        ("http://2130706433/", &["example.com"], Deny),
    ];
    for (url, hosts, expected) in table {
        let verdict = law().judge(&action(&[(Touch::Url, url)]), &reaching(hosts));
        assert_eq!(verdict.decision(), *expected, "{url} {hosts:?} {:?}", verdict.because());
    }
}

#[test]
fn a_rule_about_hosts_means_these_hosts_and_not_those() {
    use Decision::{Allow, Ask, Deny};
    let law = law_of(
        "  - {id: a, article: A6, decision: allow, access: egress, hosts: [\"*.example.com\"], except: [secret.example.com]}
  - {id: b, article: A6, decision: ask, access: egress, hosts: [\"api.example.com:*\"]}
  - {id: c, article: A6, decision: deny, access: egress, hosts: [\"bad.example.com\"], reason: it was bad before}
",
    );
    for (url, expected, says) in [
        (
            "https://www.example.com/",
            Allow,
            "A6 allows reaching `https://www.example.com:443`",
        ),
        (
            "https://api.example.com/",
            Ask,
            "A6 asks a person before reaching `https://api.example.com:443`",
        ),
        (
            "http://api.example.com:8080/",
            Ask,
            "A6 asks a person before reaching `http://api.example.com:8080`",
        ),
        (
            "https://bad.example.com/",
            Deny,
            "A6 does not allow reaching `https://bad.example.com:443`: it was bad before",
        ),
        (
            "https://secret.example.com/",
            Deny,
            "no article allows reaching `https://secret.example.com:443`: a rule with decision `allow` and access \
             `egress` to the host `secret.example.com:443` would have to",
        ),
        (
            "https://www.example.com:8443/",
            Deny,
            "no article allows reaching `https://www.example.com:8443`: a rule with decision `allow` and access \
             `egress` to the host `www.example.com:8443` would have to",
        ),
    ] {
        let verdict = law.judge(&action(&[(Touch::Url, url)]), &reaching(&["*:*"]));
        assert_eq!(
            (verdict.decision(), verdict.because()[0].text.as_str()),
            (expected, says),
            "{url}"
        );
    }
    let unlisted = law.judge(
        &action(&[(Touch::Url, "https://www.example.com/")]),
        &reaching(&["a.b"]),
    );
    assert_eq!(
        unlisted.because()[0].text,
        "the capsule may not reach `www.example.com:443`: its `policies.hosts` would have to list it"
    );
}

#[test]
fn an_argument_that_is_no_destination_makes_no_action() {
    let spec = |param: &str, touch| ActionSpec {
        name: "act".into(),
        summary: "Acts.".into(),
        params: json!({"type": "object"}),
        output: json!({}),
        effect: EffectClass::External,
        weakest: EffectClass::Idempotent,
        sinks: vec![Sink {
            param: param.into(),
            touch,
            default: None,
        }],
        always: Vec::new(),
        trust: OutputTrust::World,
        field_trust: Default::default(),
        side_effect: None,
        egress: None,
        confidentiality: None,
        readers: None,
    };
    let make = |args: Value, effect| {
        let args = Labelled::new(args, Label::constant());
        let act = spec("url", Touch::Url);
        let tool = ToolSpec {
            name: "tool".into(),
            version: "1.0.0".into(),
            summary: "A tool.".into(),
            actions: vec![act.clone()],
        };
        Action::new(&tool, &act, effect, args)
    };
    for (args, says) in [
        (json!({}), "must be a text"),
        (json!({"url": 7}), "must be a text"),
        (json!({"url": "/relative"}), "no absolute URL"),
        (json!({"url": "file:///etc/passwd"}), "`file`"),
        (json!({"url": "http://good.org@evil.org/"}), "a user"),
    ] {
        let refused = make(args.clone(), EffectClass::None).unwrap_err().to_string();
        assert!(
            refused.starts_with("`url` of `tool.act`") && refused.contains(says),
            "{args} {refused}"
        );
    }
    // The capsule may say less than the tool fears, and never less than the tool is sure of.
    for (declared, counts) in [
        (EffectClass::None, EffectClass::Idempotent),
        (EffectClass::Keyed, EffectClass::Keyed),
        (EffectClass::External, EffectClass::External),
    ] {
        let action = make(json!({"url": "http://a.b/"}), declared).unwrap();
        assert_eq!(action.effect(), counts);
    }
}

#[test]
fn what_no_argument_names_is_judged_once_and_not_in_an_empty_directory() {
    let sink = |param: &str, touch| Sink {
        param: param.into(),
        touch,
        default: Some(".".into()),
    };
    let read = |path: &str| Access::Read { path: path.into() };
    let write = |path: &str| Access::Write { path: path.into() };
    let fixed = |touch| Fixed {
        touch,
        value: ".".into(),
    };
    let made = |touch: Touch, args: Value| {
        let act = ActionSpec {
            always: vec![fixed(Touch::ReadPath), fixed(Touch::WritePath)],
            ..act(vec![sink("cwd", touch)])
        };
        let tool = ToolSpec {
            name: "tool".into(),
            version: "1.0.0".into(),
            summary: "A tool.".into(),
            actions: vec![act.clone()],
        };
        Action::new(&tool, &act, EffectClass::None, Labelled::new(args, Label::constant())).unwrap()
    };
    for (touch, args, whole, scratch) in [
        (
            Touch::WritePath,
            json!({"cwd": "in"}),
            vec![write("in"), read("."), write(".")],
            vec![write("in")],
        ),
        (
            Touch::ReadPath,
            json!({"cwd": "in"}),
            vec![read("in"), read("."), write(".")],
            vec![read("in")],
        ),
        // Named by an argument, it is judged everywhere.
        (Touch::ReadPath, json!({}), vec![read("."), write(".")], vec![read(".")]),
    ] {
        let action = made(touch, args.clone());
        assert_eq!(action.accesses(), whole, "{args}");
        assert_eq!(action.in_scratch().accesses(), scratch, "{args}");
    }
}

#[test]
fn what_is_read_and_written_is_one_aim() {
    let sink = |touch| Sink {
        param: "repo".into(),
        touch,
        default: None,
    };
    let act = act(vec![sink(Touch::ReadPath), sink(Touch::WritePath)]);
    let tool = ToolSpec {
        name: "tool".into(),
        version: "1.0.0".into(),
        summary: "A tool.".into(),
        actions: vec![act.clone()],
    };
    let args = Labelled::new(json!({"repo": "x"}), Label::constant());
    let action = Action::new(&tool, &act, EffectClass::None, args).unwrap();
    assert_eq!(action.accesses().len(), 2);
    let aims: Vec<Touch> = action.aims().iter().map(|aim| aim.touch).collect();
    assert_eq!(aims, [Touch::WritePath]);
}

#[test]
fn each_place_that_a_pointer_finds_is_judged_on_its_own() {
    let sink = |param: &str, touch| Sink {
        param: param.into(),
        touch,
        default: None,
    };
    let act = act(vec![
        sink("/files/*/path", Touch::WritePath),
        sink("/tables/*/path", Touch::ReadPath),
    ]);
    let tool = ToolSpec {
        name: "tool".into(),
        version: "1.0.0".into(),
        summary: "A tool.".into(),
        actions: vec![act.clone()],
    };
    let make = |args: Value| Action::new(&tool, &act, EffectClass::None, Labelled::new(args, Label::constant()));
    let write = |path: &str| Access::Write { path: path.into() };
    let read = |path: &str| Access::Read { path: path.into() };
    for (args, accesses) in [
        (
            json!({"files": [{"path": "a"}, {"path": "b/c"}], "tables": {"x": {"path": "t.csv"}, "y": {"rows": []}}}),
            vec![write("a"), write("b/c"), read("t.csv")],
        ),
        (json!({"tables": {"y": {"rows": []}}}), vec![Access::Compute]),
        (json!({"files": "a", "path": "b"}), vec![Access::Compute]),
    ] {
        assert_eq!(make(args.clone()).unwrap().accesses(), accesses, "{args}");
    }
    for wrong in [
        json!({"files": [{"path": 7}]}),
        json!({"files": [{"path": "a"}, {"path": null}]}),
    ] {
        let refused = make(wrong).unwrap_err().to_string();
        assert!(
            refused.starts_with("`/files/*/path` of `tool.act` must be a text"),
            "{refused}"
        );
    }
    // One place that is denied denies them all.
    let law = law_of("  - {id: src, article: A1, decision: allow, access: write, within: workspace/src}\n");
    for (second, decision) in [
        ("src/b", Decision::Allow),
        ("docs/b", Decision::Deny),
        ("src/../../x", Decision::Deny),
    ] {
        let action = make(json!({"files": [{"path": "src/a"}, {"path": second}]})).unwrap();
        assert_eq!(law.judge(&action, &situation()).decision(), decision, "{second}");
    }
}

#[test]
fn a_situation_that_was_recorded_before_hosts_were_reaches_none() {
    let mut recorded = serde_json::to_value(reaching(&["a.b"])).unwrap();
    recorded.as_object_mut().unwrap().remove("hosts");
    assert_eq!(serde_json::from_value::<Situation>(recorded).unwrap(), situation());
}

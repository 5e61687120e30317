use serde_json::{Value, json};

use super::super::fixture::{law, situation};
use super::*;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, Sink, ToolSpec, Touch};
use crate::label::Labelled;

fn post(url: Label, body: Label) -> Action {
    let spec = ActionSpec {
        name: "request".into(),
        summary: String::new(),
        params: json!({}),
        output: json!({}),
        effect: EffectClass::None,
        weakest: EffectClass::None,
        sinks: vec![Sink {
            param: "url".into(),
            touch: Touch::Url,
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
    let tool = ToolSpec {
        name: "http".into(),
        version: "1.0.0".into(),
        summary: String::new(),
        actions: vec![spec],
    };
    let mut args = Labelled::new(
        json!({"url": "http://127.0.0.1:8080/in", "body": "text"}),
        Label::constant(),
    );
    args.fields.insert("/url".into(), url);
    args.fields.insert("/body".into(), body);
    Action::new(&tool, &tool.actions[0], EffectClass::External, args).unwrap()
}

fn near() -> Situation {
    Situation {
        hosts: vec![HostPattern::parse("*:*").unwrap()],
        ..situation()
    }
}

fn from(integrity: Integrity, confidentiality: Confidentiality, source: &str) -> Label {
    Label::from_source(integrity, confidentiality, source)
}

#[test]
fn each_destination_meets_each_payload() {
    use Confidentiality::{Private, Public, Secret, Unstated};
    use Decision::{Allow, Ask, Deny};
    use Integrity::{Trusted, Untrusted, User};
    let named = from(User, Public, "input:url");
    let written = from(Trusted, Public, "capsule");
    let told = from(Untrusted, Public, "tool:page");
    let with = |readers: &[&str], mut label: Label| {
        label.readers = Some(readers.iter().map(|reader| (*reader).to_owned()).collect());
        label
    };
    let table = [
        (&written, from(Trusted, Public, "capsule"), Allow),
        (&named, from(Untrusted, Public, "tool:page"), Allow),
        (&named, from(Untrusted, Unstated, "tool:chat"), Allow),
        (&named, from(Untrusted, Private, "tool:file"), Allow),
        (&named, from(Trusted, Secret, "vault"), Deny),
        (&named, with(&["127.0.0.1"], from(Trusted, Secret, "vault")), Allow),
        (
            &named,
            with(&["127.0.0.1"], from(Untrusted, Private, "tool:file")),
            Allow,
        ),
        (
            &named,
            with(&["example.org"], from(Untrusted, Private, "tool:file")),
            Deny,
        ),
        (&named, with(&[], from(User, Private, "input:note")), Allow),
        (&told, from(Trusted, Public, "capsule"), Ask),
        (&told, from(Untrusted, Unstated, "tool:chat"), Ask),
        (&told, from(Untrusted, Private, "tool:file"), Deny),
        (&told, with(&["127.0.0.1"], from(Untrusted, Private, "tool:file")), Ask),
        (&told, from(Trusted, Secret, "vault"), Deny),
    ];
    for (url, body, decision) in table {
        let verdict = law().judge(&post(url.clone(), body.clone()), &near());
        assert_eq!(verdict.decision(), decision, "{url:?} {body:?} {:?}", verdict.because());
        let is_tainted = !verdict.tainted().is_empty();
        assert_eq!(is_tainted, url.integrity == Untrusted, "{url:?} {body:?}");
    }
}

#[test]
fn what_decides_that_a_step_happens_is_told_by_it_too() {
    let mut seen = near();
    seen.control = from(Integrity::Untrusted, Confidentiality::Private, "tool:fs.read");
    let told = from(Integrity::Untrusted, Confidentiality::Public, "tool:page");
    let public = from(Integrity::Trusted, Confidentiality::Public, "capsule");
    assert_eq!(
        law().judge(&post(told, public.clone()), &seen).decision(),
        Decision::Deny
    );
    let named = from(Integrity::User, Confidentiality::Public, "input:url");
    assert_eq!(law().judge(&post(named, public), &seen).decision(), Decision::Allow);
}

#[test]
fn readers_are_hosts_domains_and_addresses() {
    let aim = |touch, value: &str| Aim {
        at: "/to".into(),
        touch,
        value: value.to_owned(),
        label: Label::constant(),
        is_quoted: false,
    };
    let readers: BTreeSet<String> = ["example.org", "Bob@Post.example"].map(str::to_owned).into();
    for (touch, value, reads) in [
        (Touch::RemoteUrl, "https://example.org/x", true),
        (Touch::RemoteUrl, "https://api.example.org/x", true),
        (Touch::RemoteUrl, "https://badexample.org/x", false),
        (Touch::RemoteUrl, "https://example.org.evil.example/x", false),
        (Touch::RemoteUrl, "https://example.org@evil.example/", false),
        (Touch::RemoteUrl, "no url", false),
        (Touch::Recipient, "ann@example.org", true),
        (Touch::Recipient, "ann@eu.example.org", true),
        (Touch::Recipient, "bob@post.example", true),
        (Touch::Recipient, "eve@post.example", false),
        (Touch::Recipient, "ann@example.org@evil.example", false),
        (Touch::Recipient, "#general", false),
    ] {
        assert_eq!(is_among(&readers, &aim(touch, value)), reads, "{value}");
    }
}

#[test]
fn a_reason_names_the_value_and_its_origins_harmlessly() {
    let mut url = from(Integrity::Untrusted, Confidentiality::Public, "tool:a\u{1b}[2J");
    url.sources.extend([
        "tool:b".to_owned(),
        "tool:c".to_owned(),
        "tool:d".to_owned(),
        "tool:e".to_owned(),
    ]);
    let verdict = law().judge(&post(url, Label::constant()), &near());
    let text = &verdict.because()[0].text;
    assert!(
        text.contains("`http://127.0.0.1:8080/in`") && text.contains("and 2 more"),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'), "{text}");
    let recorded: Value = serde_json::to_value(&verdict).unwrap();
    assert_eq!(recorded["tainted"][0]["kind"], "url");
}

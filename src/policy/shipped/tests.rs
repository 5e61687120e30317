//! What each shipped constitution makes of each kind of action, and that each is as strict as the one before it.

use serde_json::json;

use super::*;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, SideEffect, Sink, ToolSpec, Touch};
use crate::label::{Integrity, Label, Labelled};
use crate::policy::compare::{Effect, compare, effect};
use crate::policy::fixture::{act, action, law_of_text, situation};
use crate::policy::{Action, Decision, Draft, Situation};

/// A call of an attached tool that leaves this behind and is aimed by somebody of this integrity.
fn call(leaves: SideEffect, integrity: Integrity) -> Action {
    let act = ActionSpec {
        side_effect: Some(leaves),
        ..act(vec![Sink {
            param: "id".into(),
            touch: Touch::Id,
            default: None,
        }])
    };
    let tool = ToolSpec {
        name: "attached".into(),
        version: "1.0.0".into(),
        summary: "A tool.".into(),
        actions: vec![act],
    };
    let label = Label {
        integrity,
        ..Label::constant()
    };
    let args = Labelled::new(json!({"id": "17"}), label);
    Action::new(&tool, &tool.actions[0], EffectClass::None, args).unwrap()
}

/// A program that sees the workspace, or changes it, as the tool for programs says of itself.
fn program(workspace: Touch, leaves: SideEffect) -> Action {
    let sink = |param: &str, touch, default| Sink {
        param: param.into(),
        touch,
        default,
    };
    let act = ActionSpec {
        side_effect: Some(leaves),
        egress: Some(false),
        ..act(vec![
            sink("cwd", workspace, Some(".".into())),
            sink("/argv/*", Touch::Command, None),
        ])
    };
    let tool = ToolSpec {
        name: "shell".into(),
        version: "1.0.0".into(),
        summary: "Programs.".into(),
        actions: vec![act],
    };
    let args = Labelled::new(json!({"argv": ["make"]}), Label::constant());
    Action::new(&tool, &tool.actions[0], EffectClass::None, args).unwrap()
}

#[test]
fn each_action_meets_each_shipped_constitution() {
    use Decision::{Allow, Ask, Deny};
    use SideEffect::{Irreversible, None, Reversible};
    let touching = |touch, value| action(&[(touch, value)]);
    let trusted = Integrity::Trusted;
    let table: &[(&str, Action, [Decision; 4])] = &[
        (
            "reading",
            touching(Touch::ReadPath, "README.md"),
            [Allow, Allow, Allow, Allow],
        ),
        (
            "reading outside",
            touching(Touch::ReadPath, "/etc/passwd"),
            [Deny, Deny, Deny, Deny],
        ),
        (
            "writing",
            touching(Touch::WritePath, "src/main.rs"),
            [Ask, Deny, Deny, Deny],
        ),
        (
            "a program that looks",
            program(Touch::ReadPath, None),
            [Ask, Ask, Ask, Deny],
        ),
        (
            "a program that may write",
            program(Touch::WritePath, Irreversible),
            [Ask, Deny, Deny, Deny],
        ),
        (
            "an artifact",
            touching(Touch::WriteArtifact, "report.md"),
            [Allow, Allow, Allow, Deny],
        ),
        (
            "an artifact outside",
            touching(Touch::WriteArtifact, "../x"),
            [Deny, Deny, Deny, Deny],
        ),
        (
            "thinking",
            touching(Touch::Infer, "hello"),
            [Allow, Allow, Allow, Allow],
        ),
        ("computing", action(&[]), [Allow, Allow, Allow, Allow]),
        (
            "this machine",
            touching(Touch::Url, "http://127.0.0.1:8080/"),
            [Allow, Ask, Ask, Deny],
        ),
        (
            "another one",
            touching(Touch::Url, "https://api.example.com/"),
            [Ask, Ask, Deny, Deny],
        ),
        (
            "metadata",
            touching(Touch::Url, "http://169.254.169.254/latest"),
            [Ask, Deny, Deny, Deny],
        ),
        (
            "metadata by name",
            touching(Touch::Url, "https://metadata.google.internal/"),
            [Ask, Deny, Deny, Deny],
        ),
        (
            "another one, in the clear",
            touching(Touch::Url, "http://api.example.com/"),
            [Ask, Deny, Deny, Deny],
        ),
        (
            "endorsing",
            touching(Touch::Infer, "hello").endorsing(&["/urgent".to_owned()]),
            [Allow, Allow, Ask, Deny],
        ),
        ("looking up", call(None, trusted), [Allow, Allow, Ask, Deny]),
        ("changing", call(Reversible, trusted), [Allow, Ask, Ask, Deny]),
        ("no way back", call(Irreversible, trusted), [Allow, Ask, Ask, Deny]),
        (
            "no way back, aimed by a stranger",
            call(Irreversible, Integrity::Untrusted),
            [Ask, Ask, Ask, Deny],
        ),
    ];
    let situation = Situation {
        hosts: vec![HostPattern::parse("*:*").unwrap()],
        ..situation()
    };
    for (name, action, expected) in table {
        let verdicts = Shipped::ALL.map(|shipped| law_of_text(shipped.text).judge(action, &situation));
        let decided = verdicts.each_ref().map(|verdict| verdict.decision());
        assert_eq!(
            decided,
            *expected,
            "{name}: {:?}",
            verdicts.map(|verdict| verdict.because().to_vec())
        );
        assert!(decided.is_sorted(), "{name}: {decided:?}");
    }
}

#[test]
fn each_is_as_strict_as_the_one_before_it() {
    let drafts = Shipped::ALL.map(|shipped| Draft::read(shipped.text.as_bytes()).unwrap());
    for pair in drafts.windows(2) {
        let changes = compare(&pair[0], &pair[1]);
        assert_eq!(effect(&changes), Effect::Stricter, "{changes:?}");
    }
}

#[test]
fn a_shipped_text_has_a_name_and_can_follow_another() {
    for shipped in Shipped::ALL {
        assert_eq!(Shipped::named(shipped.name), Some(shipped));
        let later = Draft::read(shipped.at_version(7).as_bytes()).unwrap();
        assert_eq!(later.version(), 7);
        let own = Draft::read(shipped.text.as_bytes()).unwrap();
        assert_eq!((own.version(), compare(&own, &later)), (1, Vec::new()));
    }
    assert_eq!(Shipped::named("Developer"), None);
}

//! Laws, actions and grants for tests, made the only way there is: a signed constitution judges an action.

use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use serde_json::{Value, json};

use super::constitution::{Constitution, Trusted, sign};
use super::{Action, DEFAULT_CONSTITUTION, Grant, Law, Situation};
use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, Sink, ToolSpec, Touch};
use crate::digest::Digest;
use crate::label::{Label, Labelled};

/// The law of the default constitution.
pub(crate) fn law() -> Law {
    law_of_text(DEFAULT_CONSTITUTION)
}

/// The law of a constitution with this text.
pub(crate) fn law_of_text(text: &str) -> Law {
    let key = SigningKey::from_bytes(&[1; 32]);
    let trusted = Trusted {
        keys: vec![key.verifying_key()],
        threshold: 1,
        highest_version: 0,
        pinned: None,
    };
    Law::new(Constitution::open(text.as_bytes(), &sign(text.as_bytes(), &key), &trusted).unwrap())
}

/// The law of the default articles with these rules.
pub(crate) fn law_of(rules: &str) -> Law {
    let head = DEFAULT_CONSTITUTION.split("rules:").next().unwrap();
    law_of_text(&format!("{head}rules:\n{rules}"))
}

/// An action `act` that touches what these sinks say.
pub(crate) fn act(sinks: Vec<Sink>) -> ActionSpec {
    ActionSpec {
        name: "act".into(),
        summary: "Acts.".into(),
        params: json!({"type": "object"}),
        output: json!({}),
        effect: EffectClass::None,
        weakest: EffectClass::None,
        sinks,
        always: Vec::new(),
        trust: OutputTrust::World,
        field_trust: Default::default(),
        side_effect: None,
        egress: None,
        confidentiality: None,
        readers: None,
    }
}

/// The action `tool.act` that touches these, one a parameter.
pub(crate) fn action(touches: &[(Touch, &str)]) -> Action {
    let sinks = touches.iter().enumerate().map(|(index, (touch, _))| Sink {
        param: format!("p{index}"),
        touch: *touch,
        default: None,
    });
    let args = touches.iter().enumerate();
    let args = args
        .map(|(index, (_, target))| (format!("p{index}"), json!(target)))
        .collect();
    let act = act(sinks.collect());
    let tool = ToolSpec {
        name: "tool".into(),
        version: "1.0.0".into(),
        summary: "A tool.".into(),
        actions: vec![act],
    };
    let args = Labelled::new(Value::Object(args), Label::constant());
    Action::new(&tool, &tool.actions[0], EffectClass::None, args).unwrap()
}

/// A run that may reach no host.
pub(crate) fn situation() -> Situation {
    Situation {
        workspace: PathBuf::from("/home/u/project"),
        run: "0190b0a0-0000-7000-8000-000000000000".to_owned(),
        capsule: Digest::of(b"capsule"),
        tenant: "local".to_owned(),
        actor: "user:test".to_owned(),
        offline: true,
        hosts: Vec::new(),
        request: None,
        control: crate::label::Label::constant(),
        misled: Default::default(),
        cost: 0,
        mode: super::InForce::default(),
        demands: Vec::new(),
        remembered: Default::default(),
        past: Default::default(),
        separate: None,
        heard: Vec::new(),
    }
}

/// The grant that the default constitution gives for `action` in `workspace`.
pub(crate) fn grant(action: &Action, workspace: &Path) -> Grant {
    let situation = Situation {
        workspace: workspace.to_owned(),
        ..situation()
    };
    law().judge(action, &situation).grant(None).unwrap()
}

use serde_json::json;

use super::super::fixture::{action, situation};
use super::*;
use crate::capsule::tool_spec::{ActionSpec, EffectClass, OutputTrust, Sink, ToolSpec, Touch};
use crate::label::{Label, Labelled};

fn sent(leaves: SideEffect, integrity: Integrity, confidentiality: Confidentiality, sends: bool) -> Action {
    let spec = ActionSpec {
        name: "send".into(),
        summary: String::new(),
        params: json!({}),
        output: json!({}),
        effect: EffectClass::None,
        weakest: EffectClass::None,
        sinks: vec![Sink {
            param: "to".into(),
            touch: Touch::Recipient,
            default: None,
        }],
        always: Vec::new(),
        trust: OutputTrust::World,
        field_trust: BTreeMap::new(),
        side_effect: Some(leaves),
        egress: Some(sends),
        confidentiality: None,
        readers: None,
    };
    let tool = ToolSpec {
        name: "mail".into(),
        version: "1.0.0".into(),
        summary: String::new(),
        actions: vec![spec],
    };
    let label = Label::from_source(integrity, confidentiality, "x");
    let args = Labelled::new(json!({"to": "ann@example.org"}), label);
    Action::new(&tool, &tool.actions[0], EffectClass::None, args).unwrap()
}

/// Every φ is between 0 and [`FULL`], and falls with what it is about.
#[test]
fn features_are_bounded_and_monotone() {
    use Confidentiality::{Private, Public, Secret, Unstated};
    use SideEffect::{Irreversible, None, Reversible};
    let falls = |feature: Feature, actions: &[Action]| {
        let values: Vec<i64> = actions
            .iter()
            .map(|action| feature.measure(action, &situation()))
            .collect();
        assert!(
            values.windows(2).all(|pair| pair[0] >= pair[1]),
            "{feature:?} {values:?}"
        );
        assert!(values.first() > values.last(), "{feature:?} {values:?}");
        assert!(
            values.iter().all(|value| (0..=FULL).contains(value)),
            "{feature:?} {values:?}"
        );
    };
    let of = |leaves, integrity, confidentiality, sends| sent(leaves, integrity, confidentiality, sends);
    falls(
        Feature::Reversibility,
        &[None, Reversible, Irreversible].map(|leaves| of(leaves, Integrity::User, Public, true)),
    );
    falls(
        Feature::Provenance,
        &[Integrity::Trusted, Integrity::User, Integrity::Untrusted].map(|of_aim| of(None, of_aim, Public, true)),
    );
    falls(
        Feature::Secrecy,
        &[Public, Unstated, Private, Secret].map(|kept| of(None, Integrity::User, kept, true)),
    );
    falls(
        Feature::Egress,
        &[
            (Integrity::User, false),
            (Integrity::User, true),
            (Integrity::Untrusted, true),
        ]
        .map(|(of_aim, sends)| of(None, of_aim, Public, sends)),
    );
    let act = of(Irreversible, Integrity::User, Public, true);
    let costs = [0, 1, 500, 1_000, u16::MAX].map(|cost| {
        let situation = Situation { cost, ..situation() };
        Feature::Cost.measure(&act, &situation)
    });
    assert_eq!(costs, [1_000, 999, 500, 0, 0]);
    let past = |feature: Feature, begun, approved, refused| {
        let past = Past {
            begun,
            approved,
            refused,
        };
        let situation = Situation { past, ..situation() };
        feature.measure(&act, &situation)
    };
    let novelty = [0, 1, 9, 10, u32::MAX].map(|begun| past(Feature::Novelty, begun, 3, 3));
    assert_eq!(novelty, [0, 100, 900, 1_000, 1_000]);
    let history = [(0, 0), (5, 0), (5, 1), (0, 1), (0, 9), (0, u32::MAX)]
        .map(|(approved, refused)| past(Feature::History, 0, approved, refused));
    assert_eq!(history, [1_000, 1_000, 857, 500, 100, 0]);
    let mut asked = situation();
    asked.request = Some("Tell ann@example.org hello".to_owned());
    asked.control = Label::from_source(Integrity::Untrusted, Public, "page");
    assert_eq!(Feature::Request.measure(&act, &asked), FULL);
    asked.request = Some("Read the page".to_owned());
    assert_eq!(Feature::Request.measure(&act, &asked), 0);
}

#[test]
fn near_is_this_machine_and_not_what_begins_like_its_address() {
    let reaching = |url: &str| {
        let action = action(&[(Touch::Url, url)]);
        Feature::Egress.measure(&action, &situation())
    };
    for url in [
        "http://127.0.0.1/",
        "http://127.8.9.1:7/",
        "http://[::1]/",
        "http://localhost/",
        "http://db.localhost/",
    ] {
        assert_eq!(reaching(url), 600, "{url}");
    }
    for url in [
        "http://127.example.org/",
        "http://127.0.0.1.example.org/",
        "http://localhost.example.org/",
    ] {
        assert_eq!(reaching(url), 300, "{url}");
    }
}

#[test]
fn the_score_is_the_sum_of_its_terms_and_better_is_never_less() {
    let standard = Standard {
        article: "A9".into(),
        threshold: 5_000,
        weights: BTreeMap::from([
            (Feature::Reversibility, 2),
            (Feature::Provenance, 3),
            (Feature::Cost, 0),
        ]),
    };
    let score = |action: &Action| -> i64 {
        let terms = standard.terms(action, &situation());
        assert_eq!(terms.len(), 2, "what weighs nothing is no term");
        terms.iter().map(|term| term.amount).sum()
    };
    let best = sent(SideEffect::None, Integrity::User, Confidentiality::Public, true);
    let worse = sent(SideEffect::Reversible, Integrity::User, Confidentiality::Public, true);
    let worst = sent(
        SideEffect::Irreversible,
        Integrity::Untrusted,
        Confidentiality::Public,
        true,
    );
    assert_eq!([&best, &worse, &worst].map(score), [5_000, 4_200, 0]);
    let terms = standard.terms(&worst, &situation());
    assert_eq!(
        standard.faults(&terms),
        ["nobody trusted chose what it aims at", "it cannot be taken back"]
    );
    for feature in Feature::ALL {
        assert_eq!(Feature::named(feature.name()), Some(feature));
        assert_eq!(json!(feature), json!(feature.name()));
    }
}

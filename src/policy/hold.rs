//! What the deployment mode and the capsule make of a judgement: they ask or deny more than the rules, never less.

use std::cmp::Ordering;

use super::action::{Access, Action, Situation};
use super::law::quoted;
use super::mode::{Reach, Reviewed};
use super::verdict::{Decision, Reason};
use crate::capsule::tool_spec::EffectClass;
use crate::net::Destination;

/// The judgement of the rules as it stands in the mode of `situation`, and under what the capsule demands.
pub(super) fn hold(
    action: &Action,
    situation: &Situation,
    decision: Decision,
    because: Vec<Reason>,
) -> (Decision, Vec<Reason>) {
    let demanded = situation.demands.iter();
    let demanded = demanded.map(|demand| (demand.decision, demand.because.clone()));
    let held = held(action, situation).into_iter().chain(demanded);
    // A demand to allow would say nothing: whatever is allowed already stays so without it.
    let stricter = held.filter(|(held, _)| *held > Decision::Allow);
    stricter.fold((decision, because), |(decision, mut because), (held, text)| {
        let reason = Reason {
            rule: None,
            article: None,
            text,
        };
        match held.cmp(&decision) {
            Ordering::Less => {}
            Ordering::Equal => because.push(reason),
            Ordering::Greater => because = vec![reason],
        }
        (decision.max(held), because)
    })
}

/// What the mode says by itself, and why.
fn held(action: &Action, situation: &Situation) -> Option<(Decision, String)> {
    let mode = &situation.mode;
    let terms = mode.terms();
    let attached = || {
        let is_remote = action
            .accesses()
            .iter()
            .any(|access| matches!(access, Access::Act { .. }));
        (is_remote && action.sends()).then(|| quoted(action.name()))
    };
    let away = action.accesses().iter().find_map(away).or_else(attached);
    if let (Reach::ThisMachine, Some(away)) = (terms.reach, &away) {
        let text = format!("the mode `{mode}` lets actions reach nothing beyond this machine, and {away} is");
        return Some((Decision::Deny, text));
    }
    let is_external = action.effect() == EffectClass::External;
    match (terms.effects, is_external, away) {
        (Reviewed::AsRuled, ..) | (Reviewed::External, false, _) | (Reviewed::Outward, false, None) => None,
        (Reviewed::External | Reviewed::Outward, true, _) => {
            let text = format!("the mode `{mode}` asks a person before an effect that cannot simply be repeated");
            Some((Decision::Ask, text))
        }
        (Reviewed::Outward, false, Some(away)) => {
            let text = format!("the mode `{mode}` asks a person before anything leaves this machine, here for {away}");
            Some((Decision::Ask, text))
        }
    }
}

/// The server that an access reaches, when it is not this machine.
fn away(access: &Access) -> Option<String> {
    let Access::Egress { scheme, host, port } = access else {
        return None;
    };
    let destination = Destination {
        scheme: scheme.clone(),
        host: host.clone(),
        port: *port,
    };
    (!destination.is_loopback()).then(|| quoted(&format!("{scheme}://{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::action::Demand;
    use super::super::fixture::{act, law_of, situation};
    use super::super::mode::{InForce, Mode};
    use super::*;
    use crate::capsule::host::HostPattern;
    use crate::capsule::tool_spec::{ActionSpec, Sink, ToolSpec, Touch};
    use crate::label::{Label, Labelled};

    const OUT: &str = "https://a.example/x";
    const HERE: &str = "http://127.0.0.1:8080/x";

    /// A request with this effect.
    fn request(url: &str, effect: EffectClass) -> Action {
        let sink = Sink {
            param: "url".into(),
            touch: Touch::Url,
            default: None,
        };
        let act = ActionSpec {
            effect,
            ..act(vec![sink])
        };
        let tool = ToolSpec {
            name: "tool".into(),
            version: "1.0.0".into(),
            summary: "A tool.".into(),
            actions: vec![act],
        };
        let args = Labelled::new(json!({"url": url}), Label::constant());
        Action::new(&tool, &tool.actions[0], effect, args).unwrap()
    }

    fn judged(mode: Mode, action: &Action, ruled: &str) -> (Decision, String) {
        let rule = format!("  - {{id: r, article: A6, decision: {ruled}, access: egress, hosts: [\"*:*\"]}}\n");
        let situation = Situation {
            hosts: vec![HostPattern::parse("*:*").unwrap()],
            mode: InForce::from(mode),
            ..situation()
        };
        let verdict = law_of(&rule).judge(action, &situation);
        let texts: Vec<&str> = verdict.because().iter().map(|reason| reason.text.as_str()).collect();
        (verdict.decision(), texts.join("; "))
    }

    #[test]
    fn each_effect_meets_each_mode() {
        use Decision::{Allow, Ask, Deny};
        use EffectClass::{External, Idempotent, None};
        for (url, effect, expected) in [
            (HERE, None, [Allow, Allow, Allow, Allow, Allow]),
            (HERE, Idempotent, [Allow, Allow, Allow, Allow, Allow]),
            (HERE, External, [Allow, Allow, Allow, Ask, Ask]),
            (OUT, None, [Allow, Allow, Deny, Allow, Ask]),
            (OUT, External, [Allow, Allow, Deny, Ask, Ask]),
        ] {
            let action = request(url, effect);
            let decided = Mode::ALL.map(|mode| judged(mode, &action, "allow").0);
            assert_eq!(decided, expected, "{url} {effect:?}");
            for mode in Mode::ALL {
                assert_eq!(judged(mode, &action, "deny").0, Deny, "{url} {effect:?} {mode:?}");
            }
        }
    }

    #[test]
    fn what_a_capsule_demands_is_part_of_the_judgement() {
        use Decision::{Allow, Ask, Deny};
        let action = request(HERE, EffectClass::External);
        let rule = |ruled: &str| {
            law_of(&format!(
                "  - {{id: r, article: A6, decision: {ruled}, access: egress, hosts: [\"*:*\"]}}\n"
            ))
        };
        for (ruled, demanded, expected) in [
            ("allow", Ask, Ask),
            ("allow", Deny, Deny),
            ("ask", Deny, Deny),
            ("deny", Ask, Deny),
            ("deny", Allow, Deny),
            ("ask", Allow, Ask),
        ] {
            let situation = Situation {
                hosts: vec![HostPattern::parse("*:*").unwrap()],
                demands: vec![Demand {
                    decision: demanded,
                    because: "the capsule says so".to_owned(),
                }],
                ..situation()
            };
            let verdict = rule(ruled).judge(&action, &situation);
            assert_eq!(verdict.decision(), expected, "{ruled} {demanded:?}");
            let said = verdict
                .because()
                .iter()
                .any(|reason| reason.text == "the capsule says so");
            assert_eq!(said, demanded == expected && demanded != Allow, "{ruled} {demanded:?}");
            // Without the word of a person there is no right to act, whatever the rules allow.
            assert!(verdict.grant(None).is_err(), "{ruled} {demanded:?}");
        }
    }

    #[test]
    fn the_reason_names_the_mode_and_stands_beside_that_of_the_rule() {
        let (decision, text) = judged(Mode::Production, &request(OUT, EffectClass::External), "allow");
        assert_eq!(decision, Decision::Ask);
        assert_eq!(
            text,
            "the mode `production` asks a person before an effect that cannot simply be repeated"
        );
        let (decision, text) = judged(Mode::Production, &request(OUT, EffectClass::External), "ask");
        assert_eq!(decision, Decision::Ask);
        assert!(
            text.starts_with("A6 asks") && text.contains("; the mode `production`"),
            "{text}"
        );
        let (decision, text) = judged(Mode::Test, &request(OUT, EffectClass::None), "ask");
        assert_eq!(decision, Decision::Deny);
        assert_eq!(
            text,
            "the mode `test` lets actions reach nothing beyond this machine, and `https://a.example:443` is"
        );
    }
}

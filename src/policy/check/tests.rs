//! The check against trying everything: real actions over finite pools, and texts that nobody wrote.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::super::draft::Draft;
use super::super::flow;
use super::super::rule::{Reach, Rule, Scope};
use super::super::score::{FULL, Feature};
use super::super::verdict::Decision;
use super::deed::{Deed, MOST_AIMS, Target};
use super::{Finding, Kind, Severity, What};
use crate::capsule::tool_spec::SideEffect;
use crate::label::Confidentiality;
use crate::policy::{DEFAULT_CONSTITUTION, Shipped};

/// The default articles with these rules and this score.
fn draft(rules: &str, score: &str) -> Draft {
    let head = DEFAULT_CONSTITUTION.split("rules:").next().unwrap();
    let text = format!("{head}rules:\n{rules}{score}");
    Draft::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn found(rules: &str, score: &str) -> Vec<Finding> {
    draft(rules, score).check().unwrap()
}

fn about<'a>(findings: &'a [Finding], what: What, name: &str) -> Vec<&'a Finding> {
    let is_it = |finding: &&Finding| {
        let of = finding.rule.as_deref().or(finding.kind.map(Kind::name));
        finding.what == what && of == Some(name)
    };
    findings.iter().filter(is_it).collect()
}

const SCORE: &str = "score:\n  article: A9\n  threshold: 7000\n  weights: {reversibility: 2, provenance: 4, secrecy: 2, egress: 1, request: 3, cost: 1}\n";

#[test]
fn no_shipped_text_contradicts_itself() {
    for shipped in Shipped::ALL {
        let findings = Draft::read(shipped.text.as_bytes()).unwrap().check().unwrap();
        let errors: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", shipped.name);
    }
}

#[test]
fn a_rule_that_only_stricter_ones_decide_is_an_error() {
    let findings = found(
        "  - {id: all, article: A1, decision: allow, access: read, within: workspace/docs}
  - {id: half, article: A5, decision: deny, access: read, within: workspace}
  - {id: again, article: A5, decision: deny, access: read, within: workspace/docs/old}
  - {id: nameless, article: A7, decision: allow, access: act, tools: [mail]}
  - {id: nowhere, article: A6, decision: deny, access: egress, hosts: [a.example.org], except: [\"*.example.org\"]}
",
        "",
    );
    let all = about(&findings, What::Overshadowed, "all")[0];
    assert_eq!(all.severity, Severity::Error);
    let witness = all.witness.as_ref().unwrap();
    assert_eq!((witness.kind, witness.decision), (Kind::Read, Decision::Deny));
    assert!(all.says.contains("here `half`"), "{}", all.says);
    assert_eq!(about(&findings, What::Redundant, "again").len(), 1);
    for name in ["nameless", "nowhere"] {
        assert_eq!(about(&findings, What::Unmatched, name)[0].severity, Severity::Error);
    }
}

#[test]
fn what_covers_a_rule_need_not_be_one_rule() {
    let halves =
        "  - {id: call, article: A7, decision: allow, access: act, tools: [\"mail.*\"], leaves: [none, reversible]}
  - {id: look, article: A7, decision: ask, access: act, tools: [\"*\"], leaves: [none]}
  - {id: change, article: A7, decision: deny, access: act, tools: [\"m*\"], leaves: [reversible]}
";
    assert_eq!(about(&found(halves, ""), What::Overshadowed, "call").len(), 1);
    let open = halves.replace("tools: [\"m*\"]", "tools: [\"mail.s*\"]");
    assert!(about(&found(&open, ""), What::Overshadowed, "call").is_empty());
}

#[test]
fn a_host_that_is_denied_without_a_port_passes_at_another_one() {
    let rules = "  - {id: any, article: A6, decision: allow, access: egress, hosts: [\"*:*\"]}
  - {id: bad, article: A6, decision: deny, access: egress, hosts: [bad.example.org, \"*.worse.example\"]}
";
    let findings = found(rules, "");
    let bad = about(&findings, What::Sidestepped, "bad");
    let shown: Vec<(Severity, &str)> = bad
        .iter()
        .map(|finding| (finding.severity, finding.witness.as_ref().unwrap().does.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (Severity::Error, "reaches `bad.example.org:8443`"),
            (Severity::Error, "reaches `elsewhere.worse.example:8443`"),
            (Severity::Warning, "reaches `worse.example:8443`"),
        ]
    );
    assert!(
        bad.iter()
            .all(|finding| finding.witness.as_ref().unwrap().decision == Decision::Allow)
    );
    let mended = rules.replace(
        "[bad.example.org, \"*.worse.example\"]",
        "[\"bad.example.org:*\", \"*.worse.example:*\"]",
    );
    let findings = found(
        &format!("{mended}  - {{id: own, article: A6, decision: allow, access: egress, hosts: [worse.example]}}\n"),
        "",
    );
    assert!(about(&findings, What::Sidestepped, "bad").is_empty());
}

#[test]
fn what_only_a_rule_stops_comes_with_what_would_make_the_score_agree() {
    let rules = "  - {id: call, article: A7, decision: allow, access: act, tools: [\"*\"]}
  - {id: never, article: A5, decision: deny, access: act, tools: [\"bank.*\"]}
";
    let findings = found(rules, SCORE);
    let never = about(&findings, What::Overruled, "never")[0];
    let witness = never.witness.as_ref().unwrap();
    assert_eq!((never.severity, witness.decision), (Severity::Note, Decision::Deny));
    // The least score that passes is the threshold itself: a look that a stranger aims and that tells nobody anything.
    assert_eq!((witness.score, witness.threshold), (Some(7000), Some(7000)));
    assert_eq!(witness.leaves, SideEffect::None);
    assert!(!never.remedies.is_empty());
    for remedy in &never.remedies {
        let weight = |measured: &super::Measured| match measured.feature == remedy.feature {
            true => remedy.weight,
            false => measured.weight,
        };
        let score: i64 = witness
            .features
            .iter()
            .map(|measured| weight(measured) * measured.value)
            .sum();
        assert!(score < remedy.threshold, "{remedy:?} {witness:?}");
    }
}

#[test]
fn a_threshold_that_nothing_reaches_and_one_that_everything_does_are_found() {
    let rules = "  - {id: write, article: A1, decision: allow, access: write, within: workspace}\n";
    let high = SCORE.replace("7000", "11001");
    let write = found(rules, &high);
    assert_eq!(about(&write, What::OutOfReach, "write")[0].severity, Severity::Error);
    assert!(
        about(
            &found(rules, &SCORE.replace("7000", "11000")),
            What::OutOfReach,
            "write"
        )
        .is_empty()
    );
    let low = found(rules, &SCORE.replace("7000", "3000"));
    assert_eq!(about(&low, What::NeverShort, "write").len(), 1);
    assert!(
        low.iter()
            .any(|finding| finding.what == What::NeverShort && finding.severity == Severity::Warning)
    );
}

#[test]
fn what_was_done_before_counts_from_nothing_to_all_of_it() {
    let rules = "  - {id: call, article: A7, decision: allow, access: act, tools: [\"*\"], leaves: [none]}\n";
    let score = |threshold: i64| {
        format!("score: {{article: A9, threshold: {threshold}, weights: {{novelty: 2, history: 3}}}}\n")
    };
    // Ten times before and never refused is as good as it gets; never before and always refused as bad.
    for threshold in [1, 5_000] {
        let findings = found(rules, &score(threshold));
        assert!(about(&findings, What::OutOfReach, "act").is_empty(), "{threshold}");
        assert!(about(&findings, What::NeverShort, "act").is_empty(), "{threshold}");
    }
    let worst = found(rules, &score(0));
    assert_eq!(about(&worst, What::NeverShort, "act").len(), 1);
    let unasked = about(&worst, What::Unasked, "act")[0].witness.as_ref().unwrap();
    assert_eq!(unasked.score, Some(0));
}

#[test]
fn a_question_that_is_answered_ahead_is_an_allowance() {
    let rules = "  - {id: ask, article: A6, decision: ask, access: egress, hosts: [\"*:*\"]}
  - {id: believe, article: A10, decision: allow, access: endorse}
";
    assert!(about(&found(rules, ""), What::Unasked, "egress").is_empty());
    assert!(about(&found(rules, ""), What::Unmatched, "believe").is_empty());
    let known = "remembered:\n  - {rule: ask, hosts: [a.example]}\n";
    let unasked = found(rules, known);
    let witness = about(&unasked, What::Unasked, "egress")[0].witness.as_ref().unwrap();
    assert!(witness.does.starts_with("reaches `a.example:"), "{}", witness.does);
    let one = "remembered:\n  - {rule: ask, hosts: [a.example], actor: \"user:ann\"}\n";
    assert!(about(&found(rules, one), What::Unasked, "egress").is_empty());
}

#[test]
fn a_text_of_nine_hundred_rules_is_checked() {
    let rules: Vec<String> = (0..900)
        .map(|at| match at % 3 {
            0 => format!("  - {{id: r{at}, article: A1, decision: allow, access: read, within: workspace/d{}/e{at}}}\n", at % 7),
            1 => format!("  - {{id: r{at}, article: A6, decision: ask, access: egress, hosts: [h{at}.example.org, \"*.z{at}.org:{at}\"]}}\n"),
            _ => format!("  - {{id: r{at}, article: A7, decision: deny, access: act, tools: [\"t{at}.*\", t{at}.go]}}\n"),
        })
        .collect();
    let findings = found(&rules.concat(), SCORE);
    assert!(findings.iter().all(|finding| finding.what != What::Unmatched));
}

/// What an action is like beside its target, as the real code measures it.
struct Profile {
    kind: Kind,
    is_near: bool,
    leaves: SideEffect,
    /// Values of the features of the action itself, at no cost; what was done before has a test of its own.
    values: [i64; 6],
    caught: bool,
    is_bad: bool,
}

const PATHS: [&str; 10] = ["", "a", "a/b", "a/b/c", "d", "a/x", "a/b/x", "a/b/c/x", "d/x", "x"];
const HOSTS: [&str; 12] = [
    "e.com",
    "x.e.com",
    "a.e.com",
    "y.e.com",
    "z.a.e.com",
    "other.org",
    "localhost",
    "q.localhost",
    "127.0.0.1",
    "127.9.9.9",
    "[::1]",
    "com",
];
const PORTS: [u16; 4] = [80, 443, 8080, 9999];
const TOOLS: [&str; 8] = ["m.send", "m.s", "m.sx", "m.z", "mm.z", "n.x", "n.y", "k.l"];

fn targets() -> Vec<Target> {
    let mut targets = vec![Target::Artifact, Target::Infer, Target::Endorse, Target::Compute];
    targets.extend(PATHS.map(|path| Target::Read(PathBuf::from(path))));
    targets.extend(PATHS.map(|path| Target::Write(PathBuf::from(path))));
    targets.extend(
        HOSTS
            .iter()
            .flat_map(|host| PORTS.map(|port| Target::Egress((*host).to_owned(), port))),
    );
    targets.extend(TOOLS.map(|tool| Target::Act(tool.to_owned())));
    targets
}

fn plain(target: Target, leaves: SideEffect) -> Deed {
    let (sends, aims) = match &target {
        Target::Read(_) | Target::Write(_) => (false, 1),
        Target::Egress(..) => (true, 1),
        Target::Artifact | Target::Infer | Target::Endorse | Target::Compute | Target::Act(_) => (false, 0),
    };
    Deed {
        target,
        leaves,
        sends,
        aims,
        untrusted: 0,
        is_strange: false,
        confidentiality: Confidentiality::Public,
        is_asked: true,
        cost: 0,
        begun: 0,
        refused: 0,
    }
}

fn is_near(target: &Target) -> bool {
    matches!(target, Target::Egress(host, _) if host.ends_with("localhost") || host == "[::1]" || host.starts_with("127."))
}

/// What kinds of targets can leave.
fn left(kind: Kind) -> &'static [SideEffect] {
    match kind {
        Kind::Read | Kind::Artifact | Kind::Infer | Kind::Endorse | Kind::Compute => &[SideEffect::None],
        Kind::Write => &[SideEffect::Irreversible],
        Kind::Egress => &[SideEffect::None, SideEffect::Irreversible],
        Kind::Act => &[SideEffect::None, SideEffect::Reversible, SideEffect::Irreversible],
    }
}

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let samples = [
        Target::Read(PathBuf::from("x")),
        Target::Write(PathBuf::from("x")),
        Target::Artifact,
        Target::Infer,
        Target::Endorse,
        Target::Compute,
        Target::Egress("other.org".to_owned(), 80),
        Target::Egress("localhost".to_owned(), 80),
        Target::Act("k.l".to_owned()),
    ];
    let kept = [
        Confidentiality::Public,
        Confidentiality::Unstated,
        Confidentiality::Private,
        Confidentiality::Secret,
    ];
    let mut profiles = Vec::new();
    for target in samples {
        let kind = plain(target.clone(), SideEffect::None).kind();
        let (sends, aims): (&[bool], _) = match kind {
            Kind::Read | Kind::Write => (&[false], 1..=MOST_AIMS),
            Kind::Artifact | Kind::Infer | Kind::Endorse | Kind::Compute => (&[false], 0..=0),
            Kind::Egress => (&[true], 1..=MOST_AIMS),
            Kind::Act => (&[false, true], 0..=MOST_AIMS),
        };
        for (&leaves, &sends, aims) in left(kind)
            .iter()
            .flat_map(|leaves| sends.iter().map(move |sends| (leaves, sends)))
            .flat_map(|(leaves, sends)| aims.clone().map(move |aims| (leaves, sends, aims)))
        {
            for (untrusted, confidentiality, is_asked, is_strange) in (0..=aims)
                .flat_map(|untrusted| kept.map(|kept| (untrusted, kept)))
                .flat_map(|(untrusted, kept)| {
                    [(true, false), (false, false), (true, true), (false, true)]
                        .map(|(asked, strange)| (untrusted, kept, asked, strange))
                })
            {
                let deed = Deed {
                    target: target.clone(),
                    leaves,
                    sends,
                    aims,
                    untrusted,
                    is_strange,
                    confidentiality,
                    is_asked,
                    cost: 0,
                    begun: 0,
                    refused: 0,
                };
                let (action, situation) = deed.real().unwrap();
                assert_eq!((action.leaves(), action.sends()), (leaves, sends), "{deed:?}");
                profiles.push(Profile {
                    kind,
                    is_near: is_near(&target),
                    leaves,
                    values: std::array::from_fn(|at| Feature::ALL[at].measure(&action, &situation)),
                    caught: flow::judge(&action, &situation, None).decision != Decision::Allow,
                    is_bad: leaves == SideEffect::Irreversible
                        || (sends && confidentiality >= Confidentiality::Private),
                });
            }
        }
    }
    profiles
});

/// One target, with what real rules say of it.
struct Met {
    kind: Kind,
    target: Target,
    leaves: SideEffect,
    is_near: bool,
    rules: Vec<bool>,
    /// What the rules decide, where any is about it.
    decision: Option<Decision>,
}

fn met(rules: &[Rule]) -> Vec<Met> {
    let mut all = Vec::new();
    for target in targets() {
        let kind = plain(target.clone(), SideEffect::None).kind();
        for &leaves in left(kind) {
            let (action, situation) = plain(target.clone(), leaves).real().unwrap();
            let reach = Reach::of(&action.accesses()[0], &situation);
            let concerned: Vec<bool> = rules.iter().map(|rule| rule.concerns(&reach)).collect();
            let decisions = rules.iter().zip(&concerned).filter(|(_, is)| **is);
            all.push(Met {
                kind,
                leaves,
                is_near: is_near(&target),
                decision: decisions.map(|(rule, _)| rule.decision).max(),
                rules: concerned,
                target: target.clone(),
            });
        }
    }
    all
}

/// The weights in the order of features, and the threshold.
type Scale = Option<([i64; 6], i64)>;

/// The least score from the threshold on that one of these actions has at some cost.
fn least<'a>(profiles: impl Iterator<Item = &'a Profile>, scale: &Scale) -> Option<i64> {
    let Some((weights, threshold)) = scale else {
        return profiles.map(|_| 0).min();
    };
    let scores = profiles.filter_map(|profile| {
        let full: i64 = profile
            .values
            .iter()
            .zip(weights)
            .map(|(value, weight)| value * weight)
            .sum();
        let cost = match weights[5] {
            0 => 0,
            weight => FULL.min((full - threshold).max(0) / weight),
        };
        (full >= *threshold).then(|| full - weights[5] * cost)
    });
    scores.min()
}

/// What trying everything finds: what, its rule or kind, how bad, and the score of the worst.
type Row = (What, String, Severity, Option<i64>);

fn tried(draft: &Draft, scale: &Scale) -> BTreeSet<Row> {
    let rules = draft.constitution.rules();
    let all = met(rules);
    let fitting = |met: &Met| {
        let (kind, near, leaves) = (met.kind, met.is_near, met.leaves);
        PROFILES
            .iter()
            .filter(move |profile| (profile.kind, profile.is_near, profile.leaves) == (kind, near, leaves))
    };
    let passing = |kind: Kind| {
        all.iter()
            .filter(move |met| met.kind == kind && met.decision == Some(Decision::Allow))
    };
    let free = |met: &Met| {
        let passes = met.decision == Some(Decision::Allow);
        passes && least(fitting(met).filter(|profile| !profile.caught), scale).is_some()
    };
    let score = |found: Option<i64>| found.filter(|_| scale.is_some());
    let mut rows = BTreeSet::new();
    for (at, rule) in rules.iter().enumerate() {
        let mut row = |what, severity, score| rows.insert((what, rule.id.clone(), severity, score));
        let own: Vec<&Met> = all.iter().filter(|met| met.rules[at]).collect();
        let others = |met: &Met, counts: &dyn Fn(Decision) -> bool| {
            let mut of = rules.iter().zip(&met.rules).enumerate();
            of.any(|(other, (rule, is))| other != at && *is && counts(rule.decision))
        };
        if own.is_empty() {
            row(What::Unmatched, Severity::Error, None);
            continue;
        }
        if own.iter().all(|met| others(met, &|decision| decision > rule.decision)) {
            row(What::Overshadowed, Severity::Error, None);
            continue;
        }
        if own.iter().all(|met| others(met, &|decision| decision >= rule.decision)) {
            row(What::Redundant, Severity::Warning, None);
            continue;
        }
        if rule.decision == Decision::Allow {
            continue;
        }
        let allowed: Vec<&&Met> = own
            .iter()
            .filter(|met| others(met, &|decision| decision == Decision::Allow))
            .collect();
        let alone = allowed
            .iter()
            .filter(|met| !others(met, &|decision| decision != Decision::Allow));
        let uncaught = |met: &Met| fitting(met).filter(|profile| !profile.caught);
        let alone = least(alone.flat_map(|met| uncaught(met)), scale);
        let any = || least(allowed.iter().flat_map(|met| uncaught(met)), scale);
        if let Some(found) = alone.or_else(any) {
            row(What::Overruled, Severity::Note, score(Some(found)));
        }
        if let Scope::Read(place) = &rule.scope
            && rule.decision == Decision::Deny
            && all
                .iter()
                .any(|met| free(met) && matches!(&met.target, Target::Write(path) if path.starts_with(place.path())))
        {
            row(What::Sidestepped, Severity::Warning, None);
        }
        let Scope::Egress(hosts) = &rule.scope else {
            continue;
        };
        for pattern in &hosts.of {
            let names = |pattern: &crate::capsule::host::HostPattern, host: &str| {
                let port = pattern.port().unwrap_or(80);
                pattern.matches(host, port)
            };
            let strange = || {
                all.iter().filter(|met| {
                    matches!(&met.target, Target::Egress(host, 9999)
                        if names(pattern, host) && !met.rules[at] && !hosts.except.iter().any(|except| names(except, host)))
                })
            };
            let is_asked = |met: &Met| met.decision == Some(Decision::Ask);
            if pattern.means_usual_ports() && strange().any(free) {
                row(What::Sidestepped, Severity::Error, None);
            } else if pattern.means_usual_ports() && rule.decision == Decision::Deny && strange().any(is_asked) {
                row(What::Sidestepped, Severity::Warning, None);
            }
            let Some(name) = pattern.host().strip_prefix("*.") else {
                continue;
            };
            let is_meant = rules.iter().any(|rule| {
                matches!(&rule.scope, Scope::Egress(hosts)
                    if rule.decision == Decision::Allow && hosts.of.iter().any(|host| host.host() == name))
            });
            let is_it = |met: &Met| matches!(&met.target, Target::Egress(host, _) if host == name) && !met.rules[at];
            if !is_meant && all.iter().any(|met| free(met) && is_it(met)) {
                row(What::Sidestepped, Severity::Warning, None);
            }
        }
    }
    let (mut allowed, mut idle) = (0, 0);
    for kind in Kind::ALL {
        let mut row = |what, severity, score| rows.insert((what, kind.name().to_owned(), severity, score));
        let open: Vec<&Profile> = passing(kind).flat_map(fitting).collect();
        if open.is_empty() {
            continue;
        }
        allowed += 1;
        let reached = least(open.iter().copied(), scale);
        if let Some((weights, threshold)) = scale {
            let lowest = |profile: &&Profile| -> i64 {
                let full: i64 = profile
                    .values
                    .iter()
                    .zip(weights)
                    .map(|(value, weight)| value * weight)
                    .sum();
                full - weights[5] * FULL
            };
            let lowest = open.iter().map(lowest).min().unwrap();
            if reached.is_none() {
                row(What::OutOfReach, Severity::Error, None);
            } else if lowest >= *threshold {
                idle += 1;
                row(What::NeverShort, Severity::Note, Some(lowest));
            }
        }
        if matches!(kind, Kind::Artifact | Kind::Infer | Kind::Compute) {
            continue;
        }
        if let Some(found) = least(open.iter().copied().filter(|profile| profile.caught), scale) {
            row(What::FlowAlone, Severity::Note, score(Some(found)));
        }
        let free = || open.iter().copied().filter(|profile| !profile.caught);
        if least(free().filter(|profile| profile.is_bad), scale).is_some() {
            row(What::Unasked, Severity::Warning, None);
        } else if least(free(), scale).is_some() {
            row(What::Unasked, Severity::Note, None);
        }
    }
    if allowed > 0 && idle == allowed {
        rows.insert((What::NeverShort, String::new(), Severity::Warning, None));
    }
    rows
}

fn searched(draft: &Draft) -> BTreeSet<Row> {
    let findings = draft.check().unwrap();
    let rows = findings.into_iter().map(|finding| {
        let name = finding.rule.clone().or(finding.kind.map(|kind| kind.name().to_owned()));
        let score = finding.witness.as_ref().and_then(|witness| witness.score);
        let score = match finding.what {
            What::Overruled | What::FlowAlone | What::NeverShort => score,
            What::Unmatched
            | What::Overshadowed
            | What::Redundant
            | What::OutOfReach
            | What::Sidestepped
            | What::Unasked => None,
        };
        (finding.what, name.unwrap_or_default(), finding.severity, score)
    });
    rows.collect()
}

fn list(of: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(of), 1..=most).prop_map(|names| {
        names
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect::<Vec<_>>()
            .join(", ")
    })
}

fn rule() -> impl Strategy<Value = String> {
    const NAMED: &[&str] = &[
        "*",
        "*:*",
        "*.e.com",
        "*.e.com:*",
        "*.a.e.com:8080",
        "e.com",
        "x.e.com:*",
        "a.e.com:443",
        "localhost",
        "127.0.0.1:*",
        "*.localhost:8080",
        "y.e.com",
    ];
    let place = || {
        prop::sample::select(
            &[
                "workspace",
                "workspace/a",
                "workspace/a/b",
                "workspace/a/b/c",
                "workspace/d",
            ][..],
        )
    };
    let about = prop_oneof![
        place().prop_map(|place| format!("access: read, within: {place}")),
        place().prop_map(|place| format!("access: write, within: {place}")),
        prop::sample::select(&["artifact", "infer", "compute"][..]).prop_map(|access| format!("access: {access}")),
        (list(NAMED, 3), prop::option::of(list(NAMED, 2))).prop_map(|(of, except)| {
            let except = except.map_or_else(String::new, |except| format!(", except: [{except}]"));
            format!("access: egress, hosts: [{of}]{except}")
        }),
        (
            list(&["*", "m*", "m.*", "m.send", "m.s*", "n.x", "m", "k.l"], 3),
            list(&["none", "reversible", "irreversible"], 3)
        )
            .prop_map(|(tools, leaves)| format!("access: act, tools: [{tools}], leaves: [{leaves}]")),
    ];
    let decision = prop::sample::select(&["allow", "allow", "ask", "deny"][..]);
    (decision, about).prop_map(|(decision, about)| format!("article: A1, decision: {decision}, {about}"))
}

fn scale() -> impl Strategy<Value = Scale> {
    let weights = prop::array::uniform6(0_i64..6).prop_filter("some weight", |weights| weights.iter().sum::<i64>() > 0);
    let scale = (weights, 0_i64..=1_000).prop_map(|(weights, share)| {
        let best = weights.iter().sum::<i64>() * FULL;
        (weights, best * share / 1_000)
    });
    prop::option::weighted(0.8, scale)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The solver finds exactly what trying everything finds, with the same least scores.
    #[test]
    fn the_solver_finds_what_trying_everything_finds(
        rules in prop::collection::vec(rule(), 1..7),
        scale in scale(),
    ) {
        let rules: Vec<String> = rules.iter().enumerate().map(|(at, rule)| format!("  - {{id: r{at}, {rule}}}\n")).collect();
        let score = scale.map_or_else(String::new, |(weights, threshold)| {
            let weights: Vec<String> =
                Feature::ALL.iter().zip(weights).map(|(feature, weight)| format!("{}: {weight}", feature.name())).collect();
            format!("score: {{article: A9, threshold: {threshold}, weights: {{{}}}}}\n", weights.join(", "))
        });
        let draft = draft(&rules.concat(), &score);
        prop_assert_eq!(searched(&draft), tried(&draft, &scale));
    }
}

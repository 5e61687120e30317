//! Comparisons, and that none of them calls a loosening anything else.

use super::*;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::Touch;
use crate::policy::DEFAULT_CONSTITUTION;
use crate::policy::fixture::{action, situation};
use crate::policy::{Law, Situation};

fn text(rules: &str) -> String {
    let head = DEFAULT_CONSTITUTION.split("rules:").next().unwrap();
    format!("{head}rules:\n{rules}")
}

fn draft(text: &str) -> Draft {
    Draft::read(text.as_bytes()).unwrap()
}

fn between(old: &str, new: &str) -> Vec<Change> {
    compare(&draft(&text(old)), &draft(&text(new)))
}

const READ: &str = "  - {id: r, article: A1, decision: allow, access: read, within: workspace}\n";
const READ_DOCS: &str = "  - {id: r, article: A1, decision: allow, access: read, within: workspace/docs}\n";
const ASK: &str = "  - {id: r, article: A1, decision: ask, access: read, within: workspace}\n";
const HIDE: &str = "  - {id: h, article: A5, decision: deny, access: read, within: workspace/.git}\n";
const ASK_DOCS: &str = "  - {id: d, article: A5, decision: ask, access: read, within: workspace/docs}\n";
const NEAR: &str = "  - {id: n, article: A6, decision: allow, access: egress, hosts: [\"127.0.0.1:*\"]}\n";
const FAR: &str =
    "  - {id: f, article: A6, decision: ask, access: egress, hosts: [\"*:*\"], except: [\"127.0.0.1:*\"]}\n";
const ALL: &str = "  - {id: f, article: A6, decision: allow, access: egress, hosts: [\"*:*\"]}\n";
const ACT: &str = "  - {id: t, article: A7, decision: allow, access: act, tools: [\"*\"]}\n";
const LOOK: &str = "  - {id: t, article: A7, decision: allow, access: act, tools: [\"*\"], leaves: [none]}\n";

#[test]
fn each_change_of_a_rule_is_looser_or_stricter_or_neither() {
    use Effect::{Looser, Neither, Stricter};
    let elsewhere = READ.replace("article: A1", "article: A2");
    for (old, new, how, expected) in [
        (vec![READ], vec![READ, HIDE], How::Added, Stricter),
        (vec![READ, HIDE], vec![READ], How::Removed, Looser),
        (vec![READ], vec![READ_DOCS], How::Changed, Stricter),
        (vec![READ_DOCS], vec![READ], How::Changed, Looser),
        (vec![READ], vec![ASK], How::Changed, Stricter),
        (vec![ASK], vec![READ], How::Changed, Looser),
        (vec![READ], vec![READ, ASK_DOCS], How::Added, Stricter),
        // What was denied because nothing spoke about it may be asked for now.
        (vec![NEAR], vec![NEAR, ASK_DOCS], How::Added, Looser),
        (vec![NEAR], vec![NEAR, HIDE], How::Added, Neither),
        (vec![NEAR], vec![NEAR, FAR], How::Added, Looser),
        (vec![NEAR, FAR], vec![NEAR], How::Removed, Stricter),
        (vec![NEAR, FAR], vec![NEAR, ALL], How::Changed, Looser),
        (vec![ACT], vec![LOOK], How::Changed, Stricter),
        (vec![LOOK], vec![ACT], How::Changed, Looser),
        (vec![READ], vec![elsewhere.as_str()], How::Changed, Neither),
    ] {
        let changes = between(&old.concat(), &new.concat());
        let [change] = &changes[..] else {
            panic!("{old:?} {new:?}: {changes:?}")
        };
        assert_eq!(
            (change.part, change.how, change.effect),
            (Part::Rule, how, expected),
            "{old:?} {new:?}"
        );
    }
}

#[test]
fn the_same_text_changes_nothing_and_prose_decides_nothing() {
    let own = draft(DEFAULT_CONSTITUTION);
    assert_eq!(compare(&own, &own), []);
    let retold = DEFAULT_CONSTITUTION.replace("Such work touches nothing.", "It touches nothing.");
    let changes = compare(&own, &draft(&retold));
    assert_eq!(
        (changes.len(), changes[0].part, effect(&changes)),
        (1, Part::Article, Effect::Neither)
    );
}

#[test]
fn scores_are_compared_number_by_number() {
    use Effect::{Looser, Stricter};
    let own = draft(DEFAULT_CONSTITUTION);
    for (from, to, part, expected) in [
        ("threshold: 7000", "threshold: 8000", Part::Threshold, Stricter),
        ("threshold: 7000", "threshold: 6999", Part::Threshold, Looser),
        ("egress: 1", "egress: 2", Part::Weight, Looser),
        ("cost: 1", "cost: 0", Part::Weight, Stricter),
    ] {
        let changes = compare(&own, &draft(&DEFAULT_CONSTITUTION.replace(from, to)));
        let [change] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!((change.part, change.effect), (part, expected), "{to}");
    }
    let without = DEFAULT_CONSTITUTION.split("\nscore:").next().unwrap();
    assert_eq!(effect(&compare(&own, &draft(without))), Looser);
    assert_eq!(effect(&compare(&draft(without), &own)), Stricter);
}

#[test]
fn a_server_that_is_added_is_stricter_and_another_one_looser() {
    use Effect::{Looser, Neither, Stricter};
    let with = |opa: &str| draft(&format!("{DEFAULT_CONSTITUTION}\nopa: {{{opa}}}\n"));
    let own = draft(DEFAULT_CONSTITUTION);
    let near = with("article: A5, url: \"http://127.0.0.1:8181/v1/data/a\"");
    let far = with("article: A5, url: \"https://opa.example.org/v1/data/a\"");
    let slow = with("article: A5, url: \"http://127.0.0.1:8181/v1/data/a\", timeout_ms: 300");
    let other = with("article: A6, url: \"http://127.0.0.1:8181/v1/data/a\", timeout_ms: 200");
    for (old, new, how, expected) in [
        (&own, &near, How::Added, Stricter),
        (&near, &own, How::Removed, Looser),
        (&near, &far, How::Changed, Looser),
        (&far, &near, How::Changed, Looser),
        (&near, &slow, How::Changed, Looser),
        (&slow, &near, How::Changed, Stricter),
        (&near, &other, How::Changed, Neither),
    ] {
        let changes = compare(old, new);
        let [change] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!((change.part, change.how, change.effect), (Part::Opa, how, expected));
    }
    assert_eq!(compare(&near, &near.clone()), []);
}

#[test]
fn what_is_not_called_looser_loosens_nothing() {
    let rules = [READ, READ_DOCS, ASK, HIDE, ASK_DOCS, NEAR, FAR, ALL];
    let texts = (0_u32..1 << rules.len()).filter_map(|chosen| {
        let names = |rule: &str| rule.split(',').next().unwrap_or_default().to_owned();
        let chosen: Vec<&str> = (0..rules.len())
            .filter(|at| chosen >> at & 1 == 1)
            .map(|at| rules[at])
            .collect();
        let ids: BTreeSet<String> = chosen.iter().map(|rule| names(rule)).collect();
        (!chosen.is_empty() && ids.len() == chosen.len()).then(|| draft(&text(&chosen.concat())))
    });
    let texts: Vec<Draft> = texts.collect();
    let actions = [
        action(&[(Touch::ReadPath, ".")]),
        action(&[(Touch::ReadPath, "docs")]),
        action(&[(Touch::ReadPath, "docs/a.md")]),
        action(&[(Touch::ReadPath, ".git/config")]),
        action(&[(Touch::ReadPath, "src")]),
        action(&[(Touch::Url, "http://127.0.0.1:8080/")]),
        action(&[(Touch::Url, "https://a.example/")]),
    ];
    let situation = Situation {
        hosts: vec![HostPattern::parse("*:*").unwrap()],
        ..situation()
    };
    let decided: Vec<Vec<Decision>> = texts
        .iter()
        .map(|draft| {
            let law = Law::new(draft.constitution.clone());
            actions
                .iter()
                .map(|action| law.judge(action, &situation).decision())
                .collect()
        })
        .collect();
    let mut compared = 0;
    for (old, was) in texts.iter().zip(&decided) {
        for (new, is) in texts.iter().zip(&decided) {
            let changes = compare(old, new);
            let loosened = was.iter().zip(is).any(|(was, is)| is < was);
            assert!(!loosened || effect(&changes) == Effect::Looser, "{changes:?}");
            compared += 1;
        }
    }
    assert!(compared > 1_000, "{compared}");
}

//! What one constitution changes of another, and whether that loosens or tightens it.
//!
//! Looser is said of every change because of which something may happen that had to be asked about or was denied,
//! whatever else it makes stricter; in doubt it is said, too. So a comparison in which nothing is looser lets nothing
//! happen that could not happen before.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::draft::Draft;
use super::opa::Opa;
use super::outline::{self, says};
use super::remember::Known;
use super::rule::{Deeds, Hosts, Rule, Scope};
use super::score::{Feature, Standard};
use super::verdict::Decision;
use crate::digest::Digest;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What kind of thing it is about.
    pub part: Part,
    /// Its name; empty where there is only one.
    pub name: String,
    /// What became of it.
    pub how: How,
    /// What that does.
    pub effect: Effect,
    /// What it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A part of a constitution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The title.
    Title,
    /// An article.
    Article,
    /// A rule.
    Rule,
    /// The article that information flow serves.
    Flow,
    /// The score, or the article it serves.
    Score,
    /// The threshold of the score.
    Threshold,
    /// A weight of the score.
    Weight,
    /// What policies in Rego add.
    Rego,
    /// What a rule does not ask about again.
    Remembered,
    /// The server that is asked, too.
    Opa,
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
}

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing to what may happen.
    Neither,
    /// Something is asked about or denied that was not.
    Stricter,
    /// Something may happen, or may be asked for, that could not.
    Looser,
}

/// What `after` changes of `before`, in the order of the text.
pub fn compare(before: &Draft, after: &Draft) -> Vec<Change> {
    let (old, new) = (&before.constitution, &after.constitution);
    let title = |text: &str| Some(text.to_owned());
    let mut changes: Vec<Change> = Vec::new();
    changes.extend(changed(
        Part::Title,
        "",
        title(old.title()),
        title(new.title()),
        Effect::Neither,
    ));
    let articles = |of: &super::Constitution| -> Vec<(String, String)> {
        let articles = of.articles().iter();
        articles
            .map(|article| (article.id.clone(), article.text.clone()))
            .collect()
    };
    for (name, was, is) in paired(articles(old), articles(new)) {
        changes.extend(changed(Part::Article, &name, was, is, Effect::Neither));
    }
    let by_name =
        |rules: &[Rule]| -> Vec<(String, Rule)> { rules.iter().map(|rule| (rule.id.clone(), rule.clone())).collect() };
    for (name, was, is) in paired(by_name(old.rules()), by_name(new.rules())) {
        if was == is {
            continue;
        }
        let gone = was.as_ref().map_or(Effect::Neither, |rule| removing(rule, new));
        let come = is.as_ref().map_or(Effect::Neither, |rule| adding(rule, old));
        let said = |rule: Option<Rule>| rule.as_ref().map(in_words);
        changes.extend(changed(Part::Rule, &name, said(was), said(is), gone.max(come)));
    }
    let flow = |of: &super::Constitution| of.flow().map(str::to_owned);
    changes.extend(changed(Part::Flow, "", flow(old), flow(new), Effect::Neither));
    changes.extend(scores(old.standard(), new.standard()));
    let added = |of: &super::Constitution| {
        of.added()
            .map(|added| Digest::of_json(&added.rego.digest_material()).to_string())
    };
    let (was, is) = (added(old), added(new));
    // What a program denies cannot be told from its text; only that there is more of it.
    let effect = match (&was, &is) {
        (None, Some(_)) => Effect::Stricter,
        (was, is) if was == is => Effect::Neither,
        _ => Effect::Looser,
    };
    changes.extend(changed(Part::Rego, "", was, is, effect));
    changes.extend(remembered(old.remembered(), new.remembered()));
    changes.extend(servers(old.opa(), new.opa()));
    changes
}

/// Entries have no name: one that says something else is another one.
fn remembered(old: &[Known], new: &[Known]) -> Vec<Change> {
    let gone = old.iter().filter(|known| !new.contains(known));
    let gone = gone.map(|known| (Some(outline::known(known)), None, Effect::Stricter));
    let come = new.iter().filter(|known| !old.contains(known));
    let come = come.map(|known| (None, Some(outline::known(known)), Effect::Looser));
    let change = |(before, after, effect)| changed(Part::Remembered, "", before, after, effect);
    gone.chain(come).filter_map(change).collect()
}

/// What all of `changes` do together.
pub fn effect(changes: &[Change]) -> Effect {
    let effects = changes.iter().map(|change| change.effect);
    effects.max().unwrap_or(Effect::Neither)
}

fn changed(part: Part, name: &str, before: Option<String>, after: Option<String>, effect: Effect) -> Option<Change> {
    let how = match (&before, &after) {
        (None, None) => return None,
        (None, Some(_)) => How::Added,
        (Some(_), None) => How::Removed,
        (Some(was), Some(is)) if was == is && effect == Effect::Neither => return None,
        (Some(_), Some(_)) => How::Changed,
    };
    Some(Change {
        part,
        name: name.to_owned(),
        how,
        effect,
        before,
        after,
    })
}

/// What both lists have under each name: first the names of the old one in its order, then the new ones.
fn paired<T>(old: Vec<(String, T)>, new: Vec<(String, T)>) -> Vec<(String, Option<T>, Option<T>)> {
    let order: Vec<String> = new.iter().map(|(name, _)| name.clone()).collect();
    let mut new: BTreeMap<String, T> = new.into_iter().collect();
    let mut pairs = Vec::new();
    for (name, was) in old {
        let is = new.remove(&name);
        pairs.push((name, Some(was), is));
    }
    for name in order {
        if let Some(is) = new.remove(&name) {
            pairs.push((name, None, Some(is)));
        }
    }
    pairs
}

/// Everything that a rule says, in words.
fn in_words(rule: &Rule) -> String {
    let mut text = format!("{} {}", rule.article, says(rule));
    if let Some(reason) = &rule.reason {
        text.push_str(&format!(" ({reason})"));
    }
    text
}

/// Whether a rule of `constitution` with one of `decisions` decides everything that `rule` is about. One that does not
/// ask about some things again does not decide all of it.
fn is_covered(rule: &Rule, constitution: &super::Constitution, decisions: &[Decision]) -> bool {
    let known = constitution.remembered();
    let is_whole = |other: &&Rule| known.iter().all(|known| known.allowance.id != other.id);
    let rules = constitution.rules().iter();
    let mut of = rules
        .filter(|other| decisions.contains(&other.decision))
        .filter(is_whole);
    of.any(|other| covers(other, rule))
}

/// What comes of `rule` beside the rules of `constitution`, which stood before it.
fn adding(rule: &Rule, constitution: &super::Constitution) -> Effect {
    let others = constitution.rules();
    let covered = |decisions: &[Decision]| is_covered(rule, constitution, decisions);
    let met = || {
        let mut of = others.iter().filter(|other| other.decision != Decision::Deny);
        of.any(|other| meets(other, rule))
    };
    match rule.decision {
        // Whatever stands there already is as strict as it, or stricter.
        Decision::Allow if covered(&[Decision::Allow, Decision::Ask, Decision::Deny]) => Effect::Neither,
        Decision::Allow => Effect::Looser,
        Decision::Ask if covered(&[Decision::Ask, Decision::Deny]) => Effect::Neither,
        Decision::Ask if covered(&[Decision::Allow]) => Effect::Stricter,
        // What no rule spoke about was denied, and may be asked for now.
        Decision::Ask => Effect::Looser,
        Decision::Deny if !covered(&[Decision::Deny]) && met() => Effect::Stricter,
        Decision::Deny => Effect::Neither,
    }
}

/// What comes of taking `rule` away, when the rules of `constitution` stand afterwards.
fn removing(rule: &Rule, constitution: &super::Constitution) -> Effect {
    let others = constitution.rules();
    let covered = |decisions: &[Decision]| is_covered(rule, constitution, decisions);
    let met = |decisions: &[Decision]| {
        let mut of = others.iter().filter(|other| decisions.contains(&other.decision));
        of.any(|other| meets(other, rule))
    };
    let answered = || {
        let mut known = constitution.remembered().iter();
        known.any(|known| meets(&known.allowance, rule))
    };
    match rule.decision {
        Decision::Allow if covered(&[Decision::Allow, Decision::Ask, Decision::Deny]) => Effect::Neither,
        Decision::Allow => Effect::Stricter,
        Decision::Ask if covered(&[Decision::Ask, Decision::Deny]) => Effect::Neither,
        Decision::Ask if met(&[Decision::Allow]) || answered() => Effect::Looser,
        Decision::Ask => Effect::Stricter,
        Decision::Deny if !covered(&[Decision::Deny]) && met(&[Decision::Allow, Decision::Ask]) => Effect::Looser,
        Decision::Deny => Effect::Neither,
    }
}

/// Whether `rule` is about everything that `other` is about. In doubt it is not.
fn covers(rule: &Rule, other: &Rule) -> bool {
    match (&rule.scope, &other.scope) {
        (Scope::Read(place), Scope::Read(of)) | (Scope::Write(place), Scope::Write(of)) => {
            // What forbids or asks is also about the directories around its place.
            let is_as_wide = rule.decision != Decision::Allow || other.decision == Decision::Allow;
            of.lies_in(place) && (is_as_wide || place.is_all())
        }
        (Scope::Egress(hosts), Scope::Egress(of)) => reach_all(hosts, of),
        (Scope::Act(deeds), Scope::Act(of)) => do_all(deeds, of),
        (Scope::Artifact, Scope::Artifact)
        | (Scope::Infer, Scope::Infer)
        | (Scope::Compute, Scope::Compute)
        | (Scope::Endorse, Scope::Endorse) => true,
        _ => false,
    }
}

fn reach_all(hosts: &Hosts, of: &Hosts) -> bool {
    let holds = of.of.iter().all(|host| hosts.of.iter().any(|own| own.covers(host)));
    let is_excepted = |except| of.except.iter().any(|own| own.covers(except));
    let reached = |except| of.of.iter().any(|host| host.meets(except));
    // What is left out here has to be left out there, or to be nothing that is reached there.
    holds
        && hosts
            .except
            .iter()
            .all(|except| is_excepted(except) || !reached(except))
}

fn do_all(deeds: &Deeds, of: &Deeds) -> bool {
    let leaves = of.leaves.iter().all(|leaves| deeds.leaves.contains(leaves));
    leaves
        && of
            .tools
            .iter()
            .all(|tool| deeds.tools.iter().any(|own| names_all(own, tool)))
}

/// Whether the pattern `own` names everything that `other` names.
fn names_all(own: &str, other: &str) -> bool {
    match own.strip_suffix('*') {
        Some(stem) => other.starts_with(stem),
        None => own == other,
    }
}

/// Whether something is what both are about. In doubt it is.
fn meets(rule: &Rule, other: &Rule) -> bool {
    match (&rule.scope, &other.scope) {
        (Scope::Read(place), Scope::Read(of)) | (Scope::Write(place), Scope::Write(of)) => {
            // What forbids or asks is also about the directories around its place, and all have one around them.
            let both_enclose = rule.decision != Decision::Allow && other.decision != Decision::Allow;
            both_enclose || place.lies_in(of) || of.lies_in(place)
        }
        (Scope::Egress(hosts), Scope::Egress(of)) => reach_one(hosts, of),
        (Scope::Act(deeds), Scope::Act(of)) => do_one(deeds, of),
        (Scope::Artifact, Scope::Artifact)
        | (Scope::Infer, Scope::Infer)
        | (Scope::Compute, Scope::Compute)
        | (Scope::Endorse, Scope::Endorse) => true,
        (
            Scope::Read(_)
            | Scope::Write(_)
            | Scope::Artifact
            | Scope::Infer
            | Scope::Compute
            | Scope::Endorse
            | Scope::Egress(_)
            | Scope::Act(_),
            _,
        ) => false,
    }
}

fn reach_one(hosts: &Hosts, of: &Hosts) -> bool {
    let left = |mine: &Hosts, other: &Hosts| {
        let kept = mine.of.iter();
        let kept = kept.filter(|host| !other.except.iter().any(|except| except.covers(host)));
        kept.cloned().collect::<Vec<_>>()
    };
    let (mine, its) = (left(hosts, of), left(of, hosts));
    mine.iter().any(|host| its.iter().any(|other| host.meets(other)))
}

fn do_one(deeds: &Deeds, of: &Deeds) -> bool {
    let leaves = of.leaves.iter().any(|leaves| deeds.leaves.contains(leaves));
    let names_one = |own: &String| {
        let mut tools = of.tools.iter();
        tools.any(|tool| names_all(own, tool) || names_all(tool, own))
    };
    leaves && deeds.tools.iter().any(names_one)
}

/// A higher threshold asks more often; a heavier weight lifts every score, or leaves it.
fn scores(old: Option<&Standard>, new: Option<&Standard>) -> Vec<Change> {
    let said = |standard: &Standard| format!("{} asks below {}", standard.article(), standard.threshold());
    let (was, is) = match (old, new) {
        (None, None) => return Vec::new(),
        (Some(was), None) => {
            let change = changed(Part::Score, "", Some(said(was)), None, Effect::Looser);
            return change.into_iter().collect();
        }
        (None, Some(is)) => {
            let change = changed(Part::Score, "", None, Some(said(is)), Effect::Stricter);
            return change.into_iter().collect();
        }
        (Some(was), Some(is)) => (was, is),
    };
    let number = |part, name: &str, from: i64, to: i64, more: Effect, less: Effect| {
        let effect = match to.cmp(&from) {
            Ordering::Less => less,
            Ordering::Equal => Effect::Neither,
            Ordering::Greater => more,
        };
        changed(part, name, Some(from.to_string()), Some(to.to_string()), effect)
    };
    let article = |of: &Standard| Some(of.article().to_owned());
    let mut changes: Vec<Change> = Vec::new();
    changes.extend(changed(Part::Score, "", article(was), article(is), Effect::Neither));
    let (from, to) = (was.threshold(), is.threshold());
    changes.extend(number(Part::Threshold, "", from, to, Effect::Stricter, Effect::Looser));
    let features: BTreeSet<Feature> = Feature::ALL.into_iter().collect();
    changes.extend(features.into_iter().filter_map(|feature| {
        let (from, to) = (was.weight(feature), is.weight(feature));
        number(Part::Weight, feature.name(), from, to, Effect::Looser, Effect::Stricter)
    }));
    changes
}

/// What another server allows nobody knows; of the same one, more time lets answers count that came too late.
fn servers(old: Option<&Opa>, new: Option<&Opa>) -> Option<Change> {
    let effect = match (old, new) {
        (None, Some(_)) => Effect::Stricter,
        (Some(was), Some(is)) if was.url == is.url => match is.timeout_ms.cmp(&was.timeout_ms) {
            Ordering::Less => Effect::Stricter,
            Ordering::Equal => Effect::Neither,
            Ordering::Greater => Effect::Looser,
        },
        (Some(_), None) | (Some(_), Some(_)) => Effect::Looser,
        (None, None) => Effect::Neither,
    };
    let said = |opa: &Opa| format!("{} {}", opa.article, opa.says());
    changed(Part::Opa, "", old.map(said), new.map(said), effect)
}

#[cfg(test)]
mod tests;

//! What a constitution says, for people: articles in prose, rules in words, the score with its weights.

use serde::Serialize;

use super::constitution::Constitution;
use super::remember::Known;
use super::rule::{Article, Deeds, Rule, Scope};
use super::score::{FULL, Feature};
use super::verdict::Decision;
use crate::capsule::host::HostPattern;
use crate::capsule::tool_spec::SideEffect;
use crate::digest::Digest;

/// A constitution as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// Its version, from 1.
    pub version: u64,
    /// SHA3-512 of its text.
    pub digest: Digest,
    /// Its title.
    pub title: String,
    /// Its articles, in the order of the text.
    pub articles: Vec<Article>,
    /// Its rules, in the order of the text.
    pub rules: Vec<Clause>,
    /// The article that information flow serves.
    pub flow: Option<String>,
    /// What an action has to score to happen unasked.
    pub score: Option<Bar>,
    /// The policies in Rego that it adds.
    pub rego: Option<Modules>,
    /// What its rules do not ask about again, in words.
    pub remembered: Vec<String>,
    /// The server that is asked, too.
    pub opa: Option<Server>,
}

/// Policies in Rego.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Modules {
    /// The article they serve.
    pub article: String,
    /// Their names.
    pub names: Vec<String>,
}

/// A server of decisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Server {
    /// The article that asking it serves.
    pub article: String,
    /// Who is asked.
    pub url: String,
    /// How long an answer may take.
    pub timeout_ms: u64,
    /// What it does, in words.
    pub says: String,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clause {
    /// Its name.
    pub id: String,
    /// The article it serves.
    pub article: String,
    /// What it decides.
    pub decision: Decision,
    /// About what, in words.
    pub says: String,
    /// Why, where it says so.
    pub reason: Option<String>,
}

/// What an action has to score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// The article it serves.
    pub article: String,
    /// A score below it asks.
    pub threshold: i64,
    /// The best score there is.
    pub best: i64,
    /// What is measured, and how much that weighs; what weighs nothing is left out.
    pub weights: Vec<Weight>,
}

/// The weight of a feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weight {
    /// The feature.
    pub feature: Feature,
    /// Its weight.
    pub weight: i64,
}

impl Outline {
    pub(super) fn of(constitution: &Constitution) -> Self {
        let score = constitution.standard().map(|standard| {
            let weights = Feature::ALL.map(|feature| Weight {
                feature,
                weight: standard.weight(feature),
            });
            let weights: Vec<Weight> = weights.into_iter().filter(|weight| weight.weight > 0).collect();
            Bar {
                article: standard.article().to_owned(),
                threshold: standard.threshold(),
                best: weights.iter().map(|weight| weight.weight * FULL).sum(),
                weights,
            }
        });
        Self {
            version: constitution.version(),
            digest: constitution.digest(),
            title: constitution.title().to_owned(),
            articles: constitution.articles().to_vec(),
            rules: constitution.rules().iter().map(clause).collect(),
            flow: constitution.flow().map(str::to_owned),
            score,
            rego: constitution.added().map(|added| Modules {
                article: added.article.clone(),
                names: added.rego.names(),
            }),
            remembered: constitution.remembered().iter().map(known).collect(),
            opa: constitution.opa().map(|opa| Server {
                article: opa.article.clone(),
                url: opa.url.clone(),
                timeout_ms: opa.timeout_ms,
                says: opa.says(),
            }),
        }
    }
}

/// What an entry says, in words.
pub(super) fn known(known: &Known) -> String {
    let allowance = &known.allowance;
    let mut text = format!("`{}` does not ask about {}", allowance.id, deed(&allowance.scope));
    if let Some(capsule) = &known.bearer.capsule {
        text.push_str(&format!(" by the capsule {}", capsule.short()));
    }
    if let Some(actor) = &known.bearer.actor {
        text.push_str(&format!(" on behalf of {actor}"));
    }
    if let Some(reason) = &allowance.reason {
        text.push_str(&format!(": {reason}"));
    }
    text
}

fn clause(rule: &Rule) -> Clause {
    Clause {
        id: rule.id.clone(),
        article: rule.article.clone(),
        decision: rule.decision,
        says: says(rule),
        reason: rule.reason.clone(),
    }
}

/// What a rule decides and about what, in words: `asks before reaching any host`.
pub(super) fn says(rule: &Rule) -> String {
    let verb = match rule.decision {
        Decision::Allow => "allows",
        Decision::Ask => "asks before",
        Decision::Deny => "denies",
    };
    format!("{verb} {}", deed(&rule.scope))
}

fn deed(scope: &Scope) -> String {
    match scope {
        Scope::Read(place) => format!("reading in `{}`", place.text()),
        Scope::Write(place) => format!("writing in `{}`", place.text()),
        Scope::Artifact => "writing artifacts".to_owned(),
        Scope::Infer => "asking models on this machine".to_owned(),
        Scope::Compute => "computing on what is at hand".to_owned(),
        Scope::Endorse => "endorsing a choice of a model".to_owned(),
        Scope::Egress(hosts) if hosts.except.is_empty() => format!("reaching {}", patterns(&hosts.of)),
        Scope::Egress(hosts) => format!("reaching {}, but not {}", patterns(&hosts.of), patterns(&hosts.except)),
        Scope::Act(deeds) => format!("calling {}", calls(deeds)),
    }
}

fn patterns(hosts: &[HostPattern]) -> String {
    let hosts: Vec<String> = hosts.iter().map(|host| format!("`{host}`")).collect();
    hosts.join(", ")
}

fn calls(deeds: &Deeds) -> String {
    let tools: Vec<String> = deeds.tools.iter().map(|tool| format!("`{tool}`")).collect();
    let tools = tools.join(", ");
    let left = [
        (SideEffect::None, "nothing"),
        (SideEffect::Reversible, "what can be taken back"),
        (SideEffect::Irreversible, "what cannot be taken back"),
    ];
    let left: Vec<&str> = left
        .into_iter()
        .filter(|(leaves, _)| deeds.leaves.contains(leaves))
        .map(|(_, words)| words)
        .collect();
    if left.len() == 3 {
        tools
    } else {
        format!("{tools} where it leaves {}", left.join(" or "))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DEFAULT_CONSTITUTION, Draft};

    #[test]
    fn rules_are_said_in_words() {
        let outline = Draft::read(DEFAULT_CONSTITUTION.as_bytes()).unwrap().outline();
        let said: Vec<&str> = outline.rules.iter().map(|rule| rule.says.as_str()).collect();
        assert_eq!(said[0], "allows reading in `workspace`");
        assert_eq!(
            said[5],
            "asks before reaching `*:*`, but not `127.0.0.1:*`, `localhost:*`, `[::1]:*`"
        );
        assert_eq!(said[6], "allows calling `*`");
        let score = outline.score.unwrap();
        assert_eq!((score.threshold, score.best), (7000, 13_000));
        assert_eq!(outline.flow.as_deref(), Some("A8"));
    }
}

//! Reads what a constitution remembers: entries that answer the question of one rule for one host, place or tool.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::super::remember::{Bearer, Known};
use super::super::rule::{Rule, Scope};
use super::super::verdict::Decision;
use super::scope::scope;
use super::{Malformed, WrittenRule, at, prose, shown};
use crate::digest::Digest;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenKnown {
    rule: Spanned<String>,
    within: Option<Spanned<String>>,
    hosts: Option<Spanned<Vec<Spanned<String>>>>,
    tools: Option<Spanned<Vec<Spanned<String>>>>,
    leaves: Option<Spanned<Vec<Spanned<String>>>>,
    capsule: Option<Spanned<String>>,
    actor: Option<Spanned<String>>,
    reason: Option<Spanned<String>>,
}

/// Checks the entries: each names a rule that asks, and something that this rule is about.
pub(super) fn remembered(written: Vec<WrittenKnown>, rules: &[Rule]) -> Result<Vec<Known>, Malformed> {
    written.into_iter().map(|known| entry(known, rules)).collect()
}

fn entry(written: WrittenKnown, rules: &[Rule]) -> Result<Known, Malformed> {
    let named = &written.rule;
    let Some(rule) = rules.iter().find(|rule| rule.id == named.value) else {
        return Err(at(named, format!("there is no rule {}", shown(&named.value))));
    };
    if rule.decision != Decision::Ask {
        let message = format!(
            "{} does not ask, so there is nothing to remember: only a rule with decision `ask` may be answered ahead",
            shown(&named.value)
        );
        return Err(at(named, message));
    }
    let access = match &rule.scope {
        Scope::Read(_) => "read",
        Scope::Write(_) => "write",
        Scope::Artifact => "artifact",
        Scope::Infer => "infer",
        Scope::Compute => "compute",
        Scope::Endorse => "endorse",
        Scope::Egress(_) => "egress",
        Scope::Act(_) => "act",
    };
    let mut place = named.clone();
    place.value = access.to_owned();
    let scope = scope(&WrittenRule {
        id: named.clone(),
        article: named.clone(),
        decision: named.clone(),
        access: place,
        within: written.within,
        hosts: written.hosts,
        except: None,
        tools: written.tools,
        leaves: written.leaves,
        reason: None,
    })?;
    let capsule = written.capsule.map(|capsule| digest(&capsule)).transpose()?;
    let actor = written.actor.map(|actor| prose(actor, "the account")).transpose()?;
    Ok(Known {
        allowance: Rule {
            id: rule.id.clone(),
            article: rule.article.clone(),
            decision: Decision::Allow,
            scope,
            reason: written.reason.map(|reason| prose(reason, "the reason")).transpose()?,
        },
        bearer: Bearer { capsule, actor },
    })
}

fn digest(written: &Spanned<String>) -> Result<Digest, Malformed> {
    written.value.parse().map_err(|_| {
        let message = format!(
            "a capsule is named by the digest of its text, as `somagent capsule show` prints it, not by {}",
            shown(&written.value)
        );
        at(written, message)
    })
}

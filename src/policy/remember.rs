//! What people said need not be asked about again: in one run, or in the text of the constitution.
//!
//! It is always about what one rule asks: a host, a place, a tool. It answers that rule's question and no other, so a
//! denial, information flow, the score, the mode and policies in Rego say what they say.

mod amend;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::action::{Access, Situation};
use super::rule::{Reach, Rule};
use super::verdict::Decision;
use crate::capsule::tool_spec::SideEffect;
use crate::digest::Digest;

pub use amend::{AmendError, amended};

/// What a rule asked about, as exactly as it can be remembered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    /// The rule that asks.
    pub rule: String,
    /// What it asks about.
    pub access: Access,
}

/// For whom the text of a constitution remembers something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The capsule, by the digest of its text; `None` for every capsule.
    pub capsule: Option<Digest>,
    /// The account on whose behalf it runs; `None` for everybody.
    pub actor: Option<String>,
}

impl Bearer {
    /// Whoever runs whatever capsule.
    pub fn everybody() -> Self {
        Self {
            capsule: None,
            actor: None,
        }
    }
}

/// An entry under `remembered` in a constitution: what a rule does not ask about again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// What is remembered, as the rule that would allow it; its id is that of the rule that asks.
    pub(super) allowance: Rule,
    /// For whom.
    pub(super) bearer: Bearer,
}

impl Known {
    /// Whether it answers the question of `rule` about `reach`.
    pub(super) fn answers(&self, rule: &Rule, reach: &Reach, situation: &Situation) -> bool {
        let Bearer { capsule, actor } = &self.bearer;
        self.allowance.id == rule.id
            && capsule.is_none_or(|capsule| capsule == situation.capsule)
            && actor.as_ref().is_none_or(|actor| *actor == situation.actor)
            && self.allowance.concerns(reach)
    }

    /// The form that is hashed with the policy.
    pub(super) fn canonical(&self) -> Value {
        let mut canonical = self.allowance.canonical();
        canonical["capsule"] = json!(self.bearer.capsule);
        canonical["actor"] = json!(self.bearer.actor);
        canonical
    }
}

/// Whether what is said of `access` in `situation` can be remembered, or was said of the same before.
///
/// A directory that is made for a step is another place each time, under the paths and calls of the run's workspace: what
/// somebody lets happen in the one they have not let happen in the other.
pub(super) fn is_the_same_again(access: &Access, situation: &Situation) -> bool {
    match access {
        Access::Read { .. } | Access::Write { .. } | Access::Act { .. } => situation.separate.is_none(),
        Access::Artifact { .. } | Access::Infer | Access::Egress { .. } | Access::Endorse { .. } | Access::Compute => {
            true
        }
    }
}

/// Whether the question of `rule` about `access` was answered in this run.
pub(super) fn is_answered(rule: &Rule, access: &Access, situation: &Situation) -> bool {
    let mut remembered = situation.remembered.iter();
    rule.decision == Decision::Ask && remembered.any(|subject| subject.rule == rule.id && subject.access == *access)
}

impl Subject {
    /// The entry under `remembered` that answers this question of `situation` for `bearer`, as YAML in one line;
    /// `why` says who said so. `None` where a constitution could not name it, and would answer more than was asked.
    pub fn entry(&self, situation: &Situation, bearer: &Bearer, why: &str) -> Option<String> {
        if !is_the_same_again(&self.access, situation) {
            return None;
        }
        let mut parts = vec![format!("rule: {}", quoted(&self.rule))];
        parts.push(match &self.access {
            Access::Read { path } | Access::Write { path } => {
                let path = situation.within_workspace(path)?;
                let within = if path.as_os_str().is_empty() {
                    "workspace".to_owned()
                } else {
                    format!("workspace/{}", path.display())
                };
                format!("within: {}", quoted(&within))
            }
            Access::Egress { host, port, .. } => format!("hosts: [{}]", quoted(&format!("{host}:{port}"))),
            // Whoever let one program run did not say so of every other one.
            Access::Act { runs: Some(_), .. } => return None,
            Access::Act {
                action,
                leaves,
                runs: None,
            } => format!(
                "tools: [{}], leaves: [{}]",
                quoted(action),
                match leaves {
                    SideEffect::None => "none",
                    SideEffect::Reversible => "reversible",
                    SideEffect::Irreversible => "irreversible",
                }
            ),
            Access::Artifact { .. } | Access::Infer | Access::Compute | Access::Endorse { .. } => return None,
        });
        parts.extend(
            bearer
                .capsule
                .map(|capsule| format!("capsule: {}", quoted(&capsule.to_string()))),
        );
        parts.extend(bearer.actor.as_ref().map(|actor| format!("actor: {}", quoted(actor))));
        parts.push(format!("reason: {}", quoted(why)));
        Some(format!("{{{}}}", parts.join(", ")))
    }
}

/// A text as YAML and JSON both read it.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests;

//! Verdicts and grants: the only way from a judgement to an effect.
//!
//! A [`Verdict`] comes from [`super::Law::judge`] or from a stored event; a [`Grant`] comes from a
//! verdict that allows, or from one that asks and the [`Approval`] it asked for. Both have private fields, so nothing else can make one.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::action::{Action, Situation};
use super::approval::Approval;
use super::flow::Tainted;
use super::remember::Subject;
use crate::digest::Digest;
use crate::journal::event::{Body, Event};

/// What was decided; the stricter is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It may happen.
    Allow,
    /// It may happen once a person has approved it.
    Ask,
    /// It may not.
    Deny,
}

/// One reason for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule that matched; absent when none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The article the rule serves; absent when no rule matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// What was decided about what, in words.
    pub text: String,
}

/// One term of a score, in fixed point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The feature's name.
    pub feature: String,
    /// Weight times value.
    pub amount: i64,
}

/// A judgement, with everything that it depended on.
///
/// It can be written down but not read back, except by [`Verdict::recorded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Verdict(Content);

/// The stored form, which only this module can read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    decision: Decision,
    action: String,
    action_digest: Digest,
    because: Vec<Reason>,
    constitution: Digest,
    policy: Digest,
    situation: Situation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    threshold: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    terms: Option<Vec<Term>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tainted: Vec<Tainted>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    also: Option<Digest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    subjects: Vec<Subject>,
}

/// How an action scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Score {
    pub(super) score: i64,
    pub(super) threshold: i64,
    pub(super) terms: Vec<Term>,
}

/// What the law found.
pub(super) struct Ruling {
    pub(super) decision: Decision,
    pub(super) because: Vec<Reason>,
    pub(super) constitution: Digest,
    pub(super) policy: Digest,
    pub(super) score: Option<Score>,
    pub(super) tainted: Vec<Tainted>,
    pub(super) subjects: Vec<Subject>,
}

/// The kind of the event that records a verdict, in its body's field `verdict`.
pub const JUDGED: &str = "step.judged";

/// Why there is no grant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The verdict denies.
    #[error("denied: {}", .because.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join("; "))]
    Denied {
        /// The recorded reasons.
        because: Vec<Reason>,
    },
    /// A person has to be asked first.
    #[error("`{action}` waits for an approval: {}", .because.iter().map(|reason| reason.text.as_str()).collect::<Vec<_>>().join("; "))]
    NotApproved {
        /// What was attempted.
        action: String,
        /// The recorded reasons.
        because: Vec<Reason>,
    },
    /// The approval was for something else: another tool, another effect, other arguments.
    #[error("the approval `{approval}` is for another action than this `{action}`")]
    ApprovedOther {
        /// What was attempted.
        action: String,
        /// The id of the approval.
        approval: String,
    },
    /// The event holds no approval.
    #[error("event {seq} records no approval of an action")]
    NoApproval {
        /// Its position.
        seq: u64,
    },
    /// The grant is for something else.
    #[error("the grant is for another action than `{action}`")]
    OtherAction {
        /// What was attempted.
        action: String,
    },
    /// The event holds no verdict.
    #[error("event {seq} records no verdict")]
    NoVerdict {
        /// Its position.
        seq: u64,
    },
}

impl Verdict {
    pub(super) fn new(action: &Action, situation: &Situation, ruling: Ruling) -> Self {
        let (score, threshold, terms) = match ruling.score {
            Some(of) => (Some(of.score), Some(of.threshold), Some(of.terms)),
            None => (None, None, None),
        };
        Self(Content {
            decision: ruling.decision,
            action: action.name().to_owned(),
            action_digest: action.digest(),
            because: ruling.because,
            constitution: ruling.constitution,
            policy: ruling.policy,
            situation: situation.clone(),
            score,
            threshold,
            terms,
            tainted: ruling.tainted,
            also: None,
            subjects: ruling.subjects,
        })
    }

    /// This verdict beside that of another constitution on the same action: the stricter decides, and where both
    /// decide the same, each says why. The constitution stays this one's.
    #[must_use]
    pub fn beside(self, other: Self) -> Self {
        let (mut own, mut other) = (self.0, other.0);
        own.also = Some(other.constitution);
        match own.decision.cmp(&other.decision) {
            std::cmp::Ordering::Greater => {}
            std::cmp::Ordering::Equal => {
                other.because.retain(|reason| !own.because.contains(reason));
                own.because.append(&mut other.because);
                other.subjects.retain(|subject| !own.subjects.contains(subject));
                own.subjects.append(&mut other.subjects);
            }
            std::cmp::Ordering::Less => {
                own.decision = other.decision;
                own.because = other.because;
                own.subjects = other.subjects;
                (own.score, own.threshold, own.terms) = (other.score, other.threshold, other.terms);
            }
        }
        Self(own)
    }

    /// The verdict that a stored event records.
    ///
    /// # Errors
    /// The event is of another kind, or its body is gone or of another form.
    pub fn recorded(event: &Event) -> Result<Self, Refused> {
        let none = Refused::NoVerdict { seq: event.seq() };
        match event.body() {
            Body::Present(body) if event.kind() == JUDGED => body
                .get("verdict")
                .and_then(|verdict| Content::deserialize(verdict).ok())
                .map(Self)
                .ok_or(none),
            Body::Present(_) | Body::Shredded => Err(none),
        }
    }

    /// What was decided.
    pub fn decision(&self) -> Decision {
        self.0.decision
    }

    /// The action it is about: tool and verb.
    pub fn action(&self) -> &str {
        &self.0.action
    }

    /// The action it is about, by digest.
    pub fn action_digest(&self) -> Digest {
        self.0.action_digest
    }

    /// Why.
    pub fn because(&self) -> &[Reason] {
        &self.0.because
    }

    /// The situation that was judged.
    pub fn situation(&self) -> &Situation {
        &self.0.situation
    }

    /// The sum of its terms, where the constitution weighs.
    pub fn score(&self) -> Option<i64> {
        self.0.score
    }

    /// What the score is compared with.
    pub fn threshold(&self) -> Option<i64> {
        self.0.threshold
    }

    /// What the score is made of.
    pub fn terms(&self) -> &[Term] {
        self.0.terms.as_deref().unwrap_or_default()
    }

    /// The arguments that somebody untrusted chose.
    pub fn tainted(&self) -> &[Tainted] {
        &self.0.tainted
    }

    /// What rules ask about: that part of a question can be remembered.
    pub fn subjects(&self) -> &[Subject] {
        &self.0.subjects
    }

    /// The constitution that judged.
    pub fn constitution(&self) -> Digest {
        self.0.constitution
    }

    /// The constitution that judged beside it, because it was activated while the process ran.
    pub fn also(&self) -> Option<Digest> {
        self.0.also
    }

    /// Turns a verdict into the right to act: an allowing one as it is, a questioning one with the
    /// approval of this very action. An approval never overrides a denial.
    ///
    /// # Errors
    /// The verdict denies, or asks for an approval that is missing or is for another action.
    pub fn grant(self, approval: Option<&Approval>) -> Result<Grant, Refused> {
        let Content {
            decision,
            action,
            action_digest,
            because,
            constitution,
            situation,
            ..
        } = self.0;
        let for_this = approval.filter(|approval| approval.action_digest() == action_digest);
        match (decision, for_this, approval) {
            (Decision::Deny, _, _) => Err(Refused::Denied { because }),
            (Decision::Ask, None, None) => Err(Refused::NotApproved { action, because }),
            (Decision::Ask, None, Some(other)) => Err(Refused::ApprovedOther {
                action,
                approval: other.id().to_owned(),
            }),
            (Decision::Allow, _, _) | (Decision::Ask, Some(_), _) => Ok(Grant {
                action_digest,
                constitution,
                situation,
                approval: for_this.map(|approval| approval.id().to_owned()),
            }),
        }
    }
}

/// The right to perform one action once judged; tools and models take it by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    action_digest: Digest,
    constitution: Digest,
    situation: Situation,
    approval: Option<String>,
}

impl Grant {
    /// Says whether this grant is for `action`; every tool asks first.
    ///
    /// # Errors
    /// The digests differ.
    pub fn covers(&self, action: &Action) -> Result<(), Refused> {
        if self.action_digest == action.digest() {
            Ok(())
        } else {
            Err(Refused::OtherAction {
                action: action.name().to_owned(),
            })
        }
    }

    /// The canonical directory within which paths are opened.
    pub fn workspace(&self) -> &Path {
        &self.situation.workspace
    }

    /// The id of the approval of this action, where there is one.
    pub fn approval(&self) -> Option<&str> {
        self.approval.as_deref()
    }

    /// The situation that was judged.
    pub fn situation(&self) -> &Situation {
        &self.situation
    }
}

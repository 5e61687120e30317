//! The law: judges an action against the rules of a verified constitution.
//!
//! Strictest wins, among rules and among accesses: a denial outweighs a question to a person, and
//! that outweighs an allowance. What no rule speaks about is denied. Judging is a pure function of
//! its arguments.

use serde_json::{Value, json};

use super::action::{Access, Action, Situation};
use super::constitution::Constitution;
use super::flow::{self, Tainted};
use super::hold::hold;
use super::opa::{Opa, Question};
use super::remember::{self, Known, Subject};
use super::rule::{Article, Reach, Rule, reaches};
use super::score::{Feature, Standard};
use super::verdict::{Decision, Reason, Ruling, Score, Term, Verdict};
use crate::capsule::tool_spec::SideEffect;
use crate::digest::Digest;

/// What was found before a server was asked.
struct Found {
    decision: Decision,
    because: Vec<Reason>,
    score: Option<Score>,
    tainted: Vec<Tainted>,
    subjects: Vec<Subject>,
}

/// A constitution in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Law {
    constitution: Constitution,
    policy: Digest,
}

impl Law {
    /// Puts `constitution` in force.
    pub fn new(constitution: Constitution) -> Self {
        let rules = constitution.rules().iter().map(Rule::canonical).collect();
        let remembered: Vec<Value> = constitution.remembered().iter().map(Known::canonical).collect();
        let (standard, added, opa) = (constitution.standard(), constitution.added(), constitution.opa());
        let policy = match (standard, added, opa, remembered.as_slice()) {
            (None, None, None, []) => Value::Array(rules),
            (standard, added, opa, remembered) => {
                let mut policy = json!({
                    "rules": rules, "score": standard.map(Standard::canonical),
                    "added": added.map(|added| added.rego.digest_material()),
                });
                // Only what is there, so that policies keep the digests that they had before there was any.
                if let Some(opa) = opa {
                    policy["opa"] = json!({"url": opa.url, "timeout_ms": opa.timeout_ms});
                }
                if !remembered.is_empty() {
                    policy["remembered"] = json!(remembered);
                }
                policy
            }
        };
        let policy = Digest::of_json(&policy);
        Self { policy, constitution }
    }

    /// Decides whether `action` may happen in `situation`, and says why in words.
    ///
    /// Strictest wins: of every access by itself, of where the arguments come from and go, of the score, and of what the
    /// server said that the constitution names ([`Law::question`]).
    pub fn judge(&self, action: &Action, situation: &Situation) -> Verdict {
        let mut found = self.find(action, situation);
        if let Some(opa) = self.consulted(&found) {
            let input = seen(action, situation, found.score.as_ref());
            if let Some(objection) = opa.objection(&input, &situation.heard) {
                (found.decision, found.because) = (Decision::Deny, vec![objection]);
                found.subjects.clear();
            }
        }
        Verdict::new(
            action,
            situation,
            Ruling {
                decision: found.decision,
                because: found.because,
                constitution: self.constitution.digest(),
                policy: self.policy,
                score: found.score,
                tainted: found.tainted,
                subjects: found.subjects,
            },
        )
    }

    /// What has to be asked of the server that the constitution names before `action` is judged; `None` where it names
    /// none, and where everything else denies already.
    ///
    /// What is heard belongs into the situation; an action that a server was not asked about is denied.
    pub fn question(&self, action: &Action, situation: &Situation) -> Option<Question> {
        // Most constitutions name none, and then nothing is judged twice.
        self.constitution.opa()?;
        let found = self.find(action, situation);
        let opa = self.consulted(&found)?;
        let question = opa.question(&seen(action, situation, found.score.as_ref()), situation);
        (!question.is_answered(&situation.heard)).then_some(question)
    }

    /// The server that is asked, too; nobody is where there is nothing left to deny.
    fn consulted(&self, found: &Found) -> Option<&Opa> {
        self.constitution.opa().filter(|_| found.decision < Decision::Deny)
    }

    /// What everything says that is at hand.
    fn find(&self, action: &Action, situation: &Situation) -> Found {
        let mut subjects = Vec::new();
        let judged = action
            .accesses()
            .iter()
            .map(|access| self.judge_access(access, situation, &mut subjects));
        let mut judged: Vec<(Decision, Vec<Reason>)> = judged.collect();
        if judged.is_empty() {
            judged.push((Decision::Deny, Vec::new()));
        }
        let flow = flow::judge(action, situation, self.constitution.flow());
        judged.push((flow.decision, flow.because));
        let score = self.constitution.standard().map(|standard| {
            let terms = standard.terms(action, situation);
            let score = terms.iter().map(|term| term.amount).sum();
            if score < standard.threshold() {
                judged.push((Decision::Ask, vec![low(standard, score, &terms)]));
            }
            Score {
                score,
                threshold: standard.threshold(),
                terms,
            }
        });
        if let Some(added) = self.constitution.added() {
            let ruling = added.rego.judge(&seen(action, situation, score.as_ref()));
            let reasons = |texts: Vec<String>| -> Vec<Reason> {
                let texts = texts.into_iter();
                texts
                    .map(|text| Reason {
                        rule: None,
                        article: Some(added.article.clone()),
                        text,
                    })
                    .collect()
            };
            for (decision, texts) in [(Decision::Deny, ruling.deny), (Decision::Ask, ruling.ask)] {
                if !texts.is_empty() {
                    judged.push((decision, reasons(texts)));
                }
            }
        }
        let decisions = judged.iter().map(|(decision, _)| *decision);
        let decision = decisions.max().unwrap_or(Decision::Deny);
        // What is only allowed says nothing about why the whole is not.
        let deciding = judged.into_iter().filter(|(judged, _)| *judged == decision);
        let because = deciding.flat_map(|(_, because)| because).collect();
        let (decision, because) = hold(action, situation, decision, because);
        Found {
            decision,
            because,
            score,
            tainted: flow.tainted,
            subjects: if decision == Decision::Ask {
                subjects
            } else {
                Vec::new()
            },
        }
    }

    /// The digest of the constitution's text.
    pub fn constitution(&self) -> Digest {
        self.constitution.digest()
    }

    /// Whether it weighs what was done here before, so that a situation has to say it.
    pub fn weighs_past(&self) -> bool {
        let weighs = |standard: &Standard| standard.weight(Feature::Novelty) + standard.weight(Feature::History) > 0;
        self.constitution.standard().is_some_and(weighs)
    }

    /// The server that its constitution names.
    pub fn server(&self) -> Option<&str> {
        self.constitution.opa().map(|opa| opa.url.as_str())
    }

    /// The articles that verdicts refer to.
    pub fn articles(&self) -> &[Article] {
        self.constitution.articles()
    }

    /// What the rules say of one access; what they ask about it is added to `subjects`.
    fn judge_access(
        &self,
        access: &Access,
        situation: &Situation,
        subjects: &mut Vec<Subject>,
    ) -> (Decision, Vec<Reason>) {
        let reach = Reach::of(access, situation);
        if let Reach::Egress { host, port } = &reach
            && !reaches(&situation.hosts, host, *port)
        {
            return (Decision::Deny, vec![unlisted(host, *port)]);
        }
        let concerned = || self.constitution.rules().iter().filter(|rule| rule.concerns(&reach));
        // A question that was answered ahead is an allowance.
        let decided = |rule: &Rule| match rule.decision {
            Decision::Ask if self.is_remembered(rule, access, &reach, situation) => Decision::Allow,
            decision => decision,
        };
        let Some(decision) = concerned().map(decided).max() else {
            return (Decision::Deny, vec![unspoken(access, &reach)]);
        };
        let deciding = || concerned().filter(|rule| decided(rule) == decision);
        if decision == Decision::Ask && remember::is_the_same_again(access, situation) {
            subjects.extend(deciding().map(|rule| Subject {
                rule: rule.id.clone(),
                access: access.clone(),
            }));
        }
        // One permission is enough to know; of a refusal or a question, every reason.
        let most = if decision == Decision::Allow { 1 } else { usize::MAX };
        let reasons = deciding().take(most).map(|rule| because(rule, access, &reach));
        (decision, reasons.collect())
    }

    /// Whether somebody said that `rule` need not ask about this again, in this run or in the constitution.
    fn is_remembered(&self, rule: &Rule, access: &Access, reach: &Reach, situation: &Situation) -> bool {
        if !remember::is_the_same_again(access, situation) {
            return false;
        }
        let mut known = self.constitution.remembered().iter();
        remember::is_answered(rule, access, situation) || known.any(|known| known.answers(rule, reach, situation))
    }
}

/// What policies in Rego see, and what a server is asked about: everything but what servers said.
fn seen(action: &Action, situation: &Situation, score: Option<&Score>) -> Value {
    let mut situation = json!(situation);
    if let Value::Object(fields) = &mut situation {
        fields.remove("heard");
    }
    json!({
        "action": {
            "name": action.name(), "args": action.args(), "effect": action.effect(), "leaves": action.leaves(),
            "sends": action.sends(), "accesses": action.accesses(), "label": action.label(),
        },
        "situation": situation,
        "score": score.map(|score| score.score),
        "threshold": score.map(|score| score.threshold),
        "terms": score.map(|score| &score.terms),
    })
}

/// The reason when the score is too low: what cost the points.
fn low(standard: &Standard, score: i64, terms: &[Term]) -> Reason {
    let threshold = standard.threshold();
    let faults = standard.faults(terms).join(", ");
    Reason {
        rule: None,
        article: Some(standard.article().to_owned()),
        text: format!("its score is {score}, below {threshold}: {faults}"),
    }
}

fn because(rule: &Rule, access: &Access, reach: &Reach) -> Reason {
    let verb = match rule.decision {
        Decision::Allow => "allows",
        Decision::Ask => "asks a person before",
        Decision::Deny => "does not allow",
    };
    let mut text = format!("{} {verb} {}", rule.article, deed(access));
    if let Some(place) = rule.held_by(reach) {
        text.push_str(&format!(", which holds `{place}`"));
    }
    if let Some(reason) = &rule.reason {
        text.push_str(": ");
        text.push_str(reason);
    }
    Reason {
        rule: Some(rule.id.clone()),
        article: Some(rule.article.clone()),
        text,
    }
}

/// The reason when no rule speaks: what would have to change.
fn unspoken(access: &Access, reach: &Reach) -> Reason {
    let deed = deed(access);
    let text = match reach {
        Reach::Read(_) => needs(&deed, "access `read` within `workspace`"),
        Reach::Write(_) => needs(&deed, "access `write` within `workspace`"),
        Reach::Artifact => needs(&deed, "access `artifact`"),
        Reach::Infer => needs(&deed, "access `infer`"),
        Reach::Compute => needs(&deed, "access `compute`"),
        Reach::Endorse => needs(&deed, "access `endorse`"),
        Reach::Egress { host, port } => needs(&deed, &format!("access `egress` to the host `{host}:{port}`")),
        Reach::Act { action, .. } => needs(&deed, &format!("access `act` and {} among its `tools`", quoted(action))),
        Reach::Outside => match access {
            Access::Read { path } | Access::Write { path } => format!(
                "{} lies outside the workspace, and no rule can allow that: start the run in a directory that holds it",
                quoted(path)
            ),
            Access::Artifact { name } => format!(
                "{} is no name for an artifact, and no rule can allow it: use a relative path without `.` and `..`",
                quoted(name)
            ),
            Access::Infer | Access::Compute | Access::Endorse { .. } | Access::Egress { .. } | Access::Act { .. } => {
                needs(&deed, "its access")
            }
        },
    };
    Reason {
        rule: None,
        article: None,
        text,
    }
}

/// The reason when the capsule itself does not claim the host; it can only narrow what the rules allow.
fn unlisted(host: &str, port: u16) -> Reason {
    let host = quoted(&format!("{host}:{port}"));
    Reason {
        rule: None,
        article: None,
        text: format!("the capsule may not reach {host}: its `policies.hosts` would have to list it"),
    }
}

fn needs(deed: &str, rule: &str) -> String {
    format!("no article allows {deed}: a rule with decision `allow` and {rule} would have to")
}

fn deed(access: &Access) -> String {
    match access {
        Access::Read { path } => format!("reading {} in the workspace", quoted(path)),
        Access::Write { path } => format!("writing {} in the workspace", quoted(path)),
        Access::Artifact { name } => format!("writing the artifact {}", quoted(name)),
        Access::Infer => "asking a model on this machine".to_owned(),
        Access::Compute => "computing on its arguments".to_owned(),
        Access::Endorse { at } if at.is_empty() => "endorsing what the model chooses".to_owned(),
        Access::Endorse { at } => format!("endorsing what the model chooses for {}", quoted(at)),
        Access::Act { action, leaves, runs } => {
            let action = match runs {
                None => quoted(action),
                Some(program) => format!("{} of {}", quoted(action), quoted(&program.command)),
            };
            match leaves {
                SideEffect::None => format!("asking {action}"),
                SideEffect::Reversible => format!("{action}, which can be taken back"),
                SideEffect::Irreversible => format!("{action}, which cannot be taken back"),
            }
        }
        Access::Egress { scheme, host, port } => format!("reaching {}", quoted(&format!("{scheme}://{host}:{port}"))),
    }
}

/// A path as it may be shown: a model can have chosen it, so it must not steer a terminal or fill
/// the journal.
pub(super) fn quoted(path: &str) -> String {
    const MOST: usize = 200;
    let cut = if path.chars().nth(MOST).is_some() { "…" } else { "" };
    let excerpt: String = path.chars().take(MOST).collect();
    format!("`{}{cut}`", excerpt.escape_debug())
}

#[cfg(test)]
mod tests;

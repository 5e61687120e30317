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
        if decision == Decision::Ask {
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
        Access::Act { action, leaves } => match leaves {
            SideEffect::None => format!("asking {}", quoted(action)),
            SideEffect::Reversible => format!("{}, which can be taken back", quoted(action)),
            SideEffect::Irreversible => format!("{}, which cannot be taken back", quoted(action)),
        },
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
mod tests {
    use super::*;
    use crate::capsule::tool_spec::Touch;
    use crate::policy::DEFAULT_CONSTITUTION;
    use crate::policy::fixture::{action, law_of, law_of_text as law, situation};
    use crate::policy::verdict::Refused;

    #[test]
    fn each_action_meets_each_rule() {
        use Decision::{Allow, Deny};
        use Touch::{Infer, ReadPath, WriteArtifact, WritePath};
        let read = "  - {id: r, article: A1, decision: allow, access: read, within: workspace}\n";
        let read_docs = "  - {id: d, article: A1, decision: allow, access: read, within: workspace/docs}\n";
        let hide_git = "  - {id: g, article: A5, decision: deny, access: read, within: workspace/.git}\n";
        let write = "  - {id: w, article: A2, decision: allow, access: write, within: workspace}\n";
        let no_write = "  - {id: n, article: A5, decision: deny, access: write, within: workspace}\n";
        let artifact = "  - {id: a, article: A2, decision: allow, access: artifact}\n";
        let infer = "  - {id: i, article: A3, decision: allow, access: infer}\n";
        let compute = "  - {id: c, article: A4, decision: allow, access: compute}\n";
        type Row<'a> = (&'a [&'a str], &'a [(Touch, &'a str)], Decision);
        let table: &[Row<'_>] = &[
            (&[read], &[(ReadPath, "src/main.rs")], Allow),
            (&[read], &[(ReadPath, ".")], Allow),
            (&[read], &[(ReadPath, "")], Allow),
            (&[read], &[(ReadPath, "/home/u/project/x")], Allow),
            (&[read], &[(ReadPath, "a/../b")], Allow),
            (&[read], &[(ReadPath, "../other")], Deny),
            (&[read], &[(ReadPath, "../project/x")], Allow),
            (&[read], &[(ReadPath, "a/../../../etc/passwd")], Deny),
            (&[read], &[(ReadPath, "/etc/passwd")], Deny),
            (&[read], &[(ReadPath, "/home/u/project-2/x")], Deny),
            (&[read], &[(ReadPath, "/")], Deny),
            (&[read], &[(WritePath, "x")], Deny),
            (&[read], &[(Infer, "hello")], Deny),
            (&[read], &[], Deny),
            (&[read_docs], &[(ReadPath, "docs/a.md")], Allow),
            (&[read_docs], &[(ReadPath, "docs")], Allow),
            (&[read_docs], &[(ReadPath, "docs/../src")], Deny),
            (&[read_docs], &[(ReadPath, "documents")], Deny),
            (&[read_docs], &[(ReadPath, ".")], Deny),
            (&[read, hide_git], &[(ReadPath, "src")], Allow),
            (&[read, hide_git], &[(ReadPath, ".git/config")], Deny),
            (&[hide_git, read], &[(ReadPath, "x/../.git")], Deny),
            (&[hide_git, read], &[(ReadPath, ".gitignore")], Allow),
            // What encloses a forbidden place reaches into it.
            (&[hide_git, read], &[(ReadPath, ".")], Deny),
            (&[write], &[(WritePath, "x")], Allow),
            (&[write, no_write], &[(WritePath, "x")], Deny),
            (&[no_write, write], &[(WritePath, "x")], Deny),
            (&[write], &[(ReadPath, "x")], Deny),
            (&[artifact], &[(WriteArtifact, "report.md")], Allow),
            (&[artifact], &[(WriteArtifact, "../report.md")], Deny),
            (&[artifact], &[(WriteArtifact, "/report.md")], Deny),
            (&[artifact], &[(WriteArtifact, "")], Deny),
            (&[artifact], &[(WritePath, "report.md")], Deny),
            (&[infer], &[(Infer, "hello")], Allow),
            (&[infer], &[], Deny),
            (&[compute], &[], Allow),
            (&[compute], &[(Infer, "hello")], Deny),
            // Every access counts.
            (&[read, artifact], &[(ReadPath, "a"), (WriteArtifact, "b")], Allow),
            (&[read], &[(ReadPath, "a"), (WriteArtifact, "b")], Deny),
            (&[read, artifact], &[(ReadPath, "a"), (ReadPath, "../a")], Deny),
        ];
        for (rules, touches, expected) in table {
            let verdict = law_of(&rules.concat()).judge(&action(touches), &situation());
            assert_eq!(
                verdict.decision(),
                *expected,
                "{rules:?} {touches:?} {:?}",
                verdict.because()
            );
            assert!(!verdict.because().is_empty(), "{rules:?} {touches:?}");
        }
    }

    #[test]
    fn the_default_constitution_lets_an_agent_look_think_and_hand_over() {
        let law = law(DEFAULT_CONSTITUTION);
        let judge = |touches: &[(Touch, &str)]| law.judge(&action(touches), &situation());
        for touches in [
            &[(Touch::ReadPath, "README.md")][..],
            &[(Touch::WriteArtifact, "report.md")],
            &[(Touch::Infer, "summarise")],
            &[],
        ] {
            assert_eq!(judge(touches).decision(), Decision::Allow, "{touches:?}");
        }
        assert_eq!(judge(&[(Touch::WritePath, "x")]).decision(), Decision::Deny);
        assert_eq!(law.articles().len(), 10);
    }

    #[test]
    fn reasons_name_what_was_touched_and_what_would_change_it() {
        let law = law_of(
            "  - {id: r, article: A1, decision: allow, access: read, within: workspace}
  - {id: n, article: A5, decision: deny, access: write, within: workspace/.git, reason: history is not for agents}
",
        );
        let texts = |touches: &[(Touch, &str)]| -> Vec<String> {
            let verdict = law.judge(&action(touches), &situation());
            verdict.because().iter().map(|reason| reason.text.clone()).collect()
        };
        assert_eq!(
            texts(&[(Touch::ReadPath, "a"), (Touch::ReadPath, "b")]),
            [
                "A1 allows reading `a` in the workspace",
                "A1 allows reading `b` in the workspace"
            ]
        );
        assert_eq!(
            texts(&[
                (Touch::ReadPath, "a"),
                (Touch::WritePath, ".git/hooks/pre-commit"),
                (Touch::WritePath, "x")
            ]),
            [
                "A5 does not allow writing `.git/hooks/pre-commit` in the workspace: history is not for agents",
                "no article allows writing `x` in the workspace: a rule with decision `allow` and access `write` \
                 within `workspace` would have to",
            ]
        );
        assert_eq!(
            texts(&[(Touch::WritePath, "./a/..")])[0],
            "A5 does not allow writing `./a/..` in the workspace, which holds `workspace/.git`: \
             history is not for agents"
        );
        assert_eq!(
            texts(&[(Touch::ReadPath, "../x")]),
            [
                "`../x` lies outside the workspace, and no rule can allow that: start the run in a directory that holds it"
            ]
        );
        let hostile = texts(&[(Touch::ReadPath, &format!("../\u{1b}[2J\u{202e}{}", "x".repeat(10_000)))]).concat();
        assert!(
            hostile.len() < 400 && !hostile.contains(['\u{1b}', '\u{202e}']),
            "{hostile}"
        );
    }

    #[test]
    fn a_verdict_carries_the_constitution_and_the_rules_that_judged() {
        let first = law(DEFAULT_CONSTITUTION);
        let reworded = law(&DEFAULT_CONSTITUTION.replace("Such work touches nothing.", "It touches nothing."));
        let stricter = law(&DEFAULT_CONSTITUTION.replace(
            "decision: allow\n    access: infer",
            "decision: deny\n    access: infer",
        ));
        assert_ne!(first.constitution(), reworded.constitution());
        assert_eq!(first.policy, reworded.policy);
        assert_ne!(first.policy, stricter.policy);
        let verdict = first.judge(&action(&[(Touch::ReadPath, "x")]), &situation());
        assert_eq!(verdict.constitution(), first.constitution());
        let recorded = serde_json::to_value(&verdict).unwrap();
        assert_eq!(recorded["policy"], first.policy.to_string());
        assert_eq!(recorded["situation"]["run"], situation().run);
    }

    #[test]
    fn a_grant_does_not_cover_changed_arguments() {
        let law = law(DEFAULT_CONSTITUTION);
        let judged = action(&[(Touch::ReadPath, "a")]);
        let grant = law.judge(&judged, &situation()).grant(None).unwrap();
        assert_eq!(grant.covers(&judged), Ok(()));
        for other in [
            action(&[(Touch::ReadPath, "b")]),
            action(&[(Touch::ReadPath, "a ")]),
            action(&[(Touch::WriteArtifact, "a")]),
            action(&[]),
        ] {
            let refused = grant.covers(&other).unwrap_err();
            assert_eq!(
                refused,
                Refused::OtherAction {
                    action: "tool.act".into()
                }
            );
        }
        assert_eq!(grant.workspace(), situation().workspace);
    }

    #[test]
    fn a_denial_gives_no_grant_and_says_why() {
        let verdict = law(DEFAULT_CONSTITUTION).judge(&action(&[(Touch::WritePath, "x")]), &situation());
        let reasons = verdict.because().to_vec();
        let refused = verdict.grant(None).unwrap_err();
        assert_eq!(refused, Refused::Denied { because: reasons });
        assert!(
            refused.to_string().starts_with("denied: no article allows writing `x`"),
            "{refused}"
        );
    }
}

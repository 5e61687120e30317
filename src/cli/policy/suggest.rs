//! `somagent policy suggest`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, capsules, runs};
use crate::capsule::Catalogue;
use crate::engine::fact::Judged;
use crate::engine::recall::recall;
use crate::engine::run::Run;
use crate::engine::start;
use crate::exit::Exit;
use crate::journal::{ApprovalFilter, ApprovalRow, Reader};
use crate::policy::Access;
use crate::sight::amount::counted;
use crate::sight::question;

/// The answer that approves.
const APPROVE: &str = "approve";

/// Find rules that past approvals speak for, with the evidence
///
/// Looks for what a rule asked about and people always approved: the same host, place or tool, at least so many times,
/// and never refused. What information flow or the score asks about is never suggested: no rule can loosen that.
/// Nothing is changed: a rule takes effect when it is put into the constitution, signed and activated.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many approvals make a rule worth it
    #[arg(long, value_name = "N", default_value_t = 3)]
    at_least: usize,
    /// How many of the newest approvals are looked at
    #[arg(short = 'n', long, default_value_t = 1_000)]
    limit: usize,
}

/// What was asked about, as a rule would name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    /// The rule that asks.
    rule: String,
    /// The article it serves.
    article: String,
    /// The access, and what of it, as YAML.
    scope: String,
}

/// What people said about a subject.
#[derive(Debug, Default)]
struct Evidence {
    approved: Vec<String>,
    refused: usize,
    by: BTreeSet<String>,
    capsules: BTreeSet<String>,
}

/// Runs the command.
///
/// # Errors
/// The store cannot be read.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = runs::reader(context)?;
    let catalogue = capsules::catalogue(context);
    let mut found = Found {
        reader: &reader,
        catalogue: &catalogue,
        runs: BTreeMap::new(),
        evidence: BTreeMap::new(),
    };
    for row in reader.approvals(ApprovalFilter::default(), args.limit)? {
        if row.kind == "action" && row.choice.is_some() {
            found.take(row)?;
        }
    }
    let speaks = |evidence: &Evidence| evidence.refused == 0 && evidence.approved.len() >= args.at_least.max(1);
    let suggested: Vec<_> = found.evidence.iter().filter(|(_, evidence)| speaks(evidence)).collect();
    match output.format() {
        Format::Table if suggested.is_empty() => {
            output.say("nothing was approved often enough by a rule's question, and never refused");
        }
        Format::Table => {
            for (subject, evidence) in suggested {
                output.text(&shown(subject, evidence))?;
            }
        }
        Format::Json | Format::Jsonl => {
            let values = suggested.into_iter().map(|(subject, evidence)| data(subject, evidence));
            output.values(values.collect())?;
        }
    }
    Ok(Exit::Succeeded)
}

/// What was found so far.
struct Found<'a> {
    reader: &'a Reader,
    catalogue: &'a Catalogue,
    runs: BTreeMap<String, Option<Run>>,
    evidence: BTreeMap<Subject, Evidence>,
}

impl Found<'_> {
    fn take(&mut self, row: ApprovalRow) -> Result<(), Failure> {
        let (id, choice, by) = (row.id.clone(), row.choice.clone(), row.by.clone());
        let asked = question::read(self.reader, row)?;
        let Some(judged) = &asked.judged else { return Ok(()) };
        let run = match self.runs.get(&asked.row.run) {
            Some(run) => run.clone(),
            None => {
                // A run whose capsules are gone cannot be read any more, and gives no evidence.
                let run = start::load(self.reader, self.catalogue, &asked.row.run).ok();
                self.runs.insert(asked.row.run.clone(), run.clone());
                run
            }
        };
        let Some(run) = run else { return Ok(()) };
        for subject in subjects(&run, judged, self.catalogue) {
            let evidence = self.evidence.entry(subject).or_default();
            if choice.as_deref() == Some(APPROVE) {
                evidence.approved.push(id.clone());
                evidence.by.extend(by.clone());
                evidence.capsules.insert(run.capsule().name().to_owned());
            } else {
                evidence.refused += 1;
            }
        }
        Ok(())
    }
}

/// What a rule asked about, when nothing but rules did.
fn subjects(run: &Run, judged: &Judged, catalogue: &Catalogue) -> Vec<Subject> {
    let because = judged.verdict.because();
    let (Some(rule), Some(article)) = (
        because.first().and_then(|reason| reason.rule.clone()),
        because.first().and_then(|reason| reason.article.clone()),
    ) else {
        return Vec::new();
    };
    if because.iter().any(|reason| reason.rule.is_none()) || judged.review.is_some() {
        return Vec::new();
    }
    let Ok(recalled) = recall(run, &judged.unit, catalogue) else {
        return Vec::new();
    };
    let scopes = recalled.action.accesses().iter().filter_map(|access| match access {
        Access::Egress { host, port, .. } => Some(format!("access: egress, hosts: [\"{host}:{port}\"]")),
        Access::Act { action, .. } => Some(format!("access: act, tools: [\"{action}\"]")),
        Access::Read { .. } | Access::Write { .. } | Access::Artifact { .. } | Access::Infer | Access::Compute => None,
    });
    let subject = |scope| Subject {
        rule: rule.clone(),
        article: article.clone(),
        scope,
    };
    scopes.map(subject).collect()
}

fn rule(subject: &Subject) -> String {
    let Subject { rule, article, scope } = subject;
    format!("{{id: {rule}-known, article: {article}, decision: allow, {scope}}}")
}

fn shown(subject: &Subject, evidence: &Evidence) -> String {
    let by: Vec<&str> = evidence.by.iter().map(String::as_str).collect();
    let capsules: Vec<&str> = evidence.capsules.iter().map(String::as_str).collect();
    let approved = counted(evidence.approved.len(), "approval");
    let instead = if subject.scope.starts_with("access: egress") {
        "and its host under `except` of"
    } else {
        "and its tool no longer under `tools` of"
    };
    let text = format!(
        "rule   {}\n       {instead} `{}`, which asks about it now\n\
         because {approved} and no refusal, by {}, in {}\n        {}\n",
        rule(subject),
        subject.rule,
        by.join(", "),
        capsules.join(", "),
        evidence.approved.join(" "),
    );
    harmless(&text).into_owned()
}

fn data(subject: &Subject, evidence: &Evidence) -> Value {
    json!({
        "v": 1, "rule": rule(subject), "asked_by": subject.rule, "article": subject.article,
        "approvals": evidence.approved, "by": evidence.by, "capsules": evidence.capsules,
    })
}

//! `somagent policy suggest`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::amend::Amended;
use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, engine, runs};
use crate::engine::fact::Judged;
use crate::exit::Exit;
use crate::journal::{ApprovalFilter, ApprovalRow, Reader};
use crate::policy::remember::Bearer;
use crate::policy::{Access, Subject};
use crate::sight::amount::counted;
use crate::sight::question;

/// The answer that approves.
const APPROVE: &str = "approve";

/// Find what past approvals say need not be asked again, with the evidence
///
/// Looks for what a rule asked about and people always approved: the same host, place or tool, at least so many times,
/// and never refused. What information flow or the score asks about is never suggested: no rule can loosen that.
/// With `--propose` a constitution that remembers it is proposed; it takes effect once it is signed and activated.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many approvals make a rule worth it
    #[arg(long, value_name = "N", default_value_t = 3)]
    at_least: usize,
    /// How many of the newest approvals are looked at
    #[arg(short = 'n', long, default_value_t = 1_000)]
    limit: usize,
    /// Propose the constitution in force with all of it under `remembered`
    #[arg(long)]
    propose: bool,
}

/// What people said about a subject.
#[derive(Debug, Default)]
struct Evidence {
    approved: Vec<String>,
    refused: usize,
    by: BTreeSet<String>,
    capsules: BTreeSet<String>,
    /// The entry that would answer it for everybody.
    entry: String,
}

/// Runs the command.
///
/// # Errors
/// The store cannot be read.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = runs::reader(context)?;
    let mut found = Found {
        reader: &reader,
        evidence: BTreeMap::new(),
    };
    for row in reader.approvals(ApprovalFilter::default(), args.limit)? {
        if row.kind == "action" && row.choice.is_some() {
            found.take(row)?;
        }
    }
    let speaks = |evidence: &Evidence| evidence.refused == 0 && evidence.approved.len() >= args.at_least.max(1);
    let all = found.evidence.values();
    let suggested: Vec<&(Subject, Evidence)> = all.filter(|(_, evidence)| speaks(evidence)).collect();
    let proposed = if args.propose && !suggested.is_empty() {
        let engine = engine::open(context, output)?;
        let entries: Vec<String> = suggested.iter().map(|(_, evidence)| evidence.entry.clone()).collect();
        let amended = Amended::of(&engine, &entries)?;
        let version = amended.propose(&engine, context, output).await?;
        engine.journal().publish_checkpoint().await?;
        Some(version)
    } else {
        None
    };
    match output.format() {
        Format::Table if suggested.is_empty() => {
            output.say("nothing was approved often enough by a rule's question, and never refused");
        }
        Format::Table => {
            for (subject, evidence) in suggested {
                output.text(&shown(subject, evidence))?;
            }
            if let Some(version) = proposed {
                output.say(&format!(
                    "version {version} of the constitution is proposed: `somagent constitution sign` and `activate` put \
                     it in force"
                ));
            }
        }
        Format::Json | Format::Jsonl => {
            let values = suggested.into_iter().map(|(subject, evidence)| {
                let mut data = data(subject, evidence);
                data["proposed"] = json!(proposed);
                data
            });
            output.values(values.collect())?;
        }
    }
    Ok(Exit::Succeeded)
}

/// What was found so far.
struct Found<'a> {
    reader: &'a Reader,
    /// By what would answer it.
    evidence: BTreeMap<String, (Subject, Evidence)>,
}

impl Found<'_> {
    fn take(&mut self, row: ApprovalRow) -> Result<(), Failure> {
        let (id, choice, by) = (row.id.clone(), row.choice.clone(), row.by.clone());
        let asked = question::read(self.reader, row)?;
        let Some(judged) = &asked.judged else { return Ok(()) };
        let capsule = self.reader.run(&asked.row.run)?.map(|run| run.capsule);
        let situation = judged.verdict.situation();
        for subject in subjects(judged) {
            // What one entry would answer is one thing, whoever asked about which part of it.
            let Some(key) = subject.entry(situation, &Bearer::everybody(), "") else {
                continue;
            };
            let (_, evidence) = self
                .evidence
                .entry(key)
                .or_insert_with(|| (subject.clone(), Evidence::default()));
            if choice.as_deref() == Some(APPROVE) {
                evidence.approved.push(id.clone());
                evidence.by.extend(by.clone());
                evidence.capsules.extend(capsule.clone());
                let why = format!(
                    "{} by {}",
                    counted(evidence.approved.len(), "approval"),
                    listed(&evidence.by)
                );
                evidence.entry = subject.entry(situation, &Bearer::everybody(), &why).unwrap_or_default();
            } else {
                evidence.refused += 1;
            }
        }
        Ok(())
    }
}

/// What rules asked about, when nothing but rules did: each with the situation in which they did.
fn subjects(judged: &Judged) -> &[Subject] {
    let because = judged.verdict.because();
    let only_rules = because.iter().all(|reason| reason.rule.is_some()) && judged.review.is_none();
    if only_rules { judged.verdict.subjects() } else { &[] }
}

/// What was asked about, in words.
fn what(subject: &Subject) -> String {
    match &subject.access {
        Access::Egress { host, port, .. } => format!("reaching `{host}:{port}`"),
        Access::Act { action, runs: None, .. } => format!("calling `{action}`"),
        Access::Act {
            action,
            runs: Some(program),
            ..
        } => format!("running `{}` by `{action}`", harmless(&program.command)),
        Access::Read { path } => format!("reading `{path}`"),
        Access::Write { path } => format!("writing `{path}`"),
        Access::Artifact { name } => format!("writing the artifact `{name}`"),
        Access::Infer => "asking a model".to_owned(),
        Access::Compute => "computing".to_owned(),
        Access::Endorse { .. } => "endorsing what a model chooses".to_owned(),
    }
}

fn listed(texts: &BTreeSet<String>) -> String {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    texts.join(", ")
}

fn shown(subject: &Subject, evidence: &Evidence) -> String {
    let text = format!(
        "entry   {}\n        under `remembered`: then `{}` does not ask about {}\n\
         because {} and no refusal, by {}, in {}\n        {}\n",
        evidence.entry,
        subject.rule,
        what(subject),
        counted(evidence.approved.len(), "approval"),
        listed(&evidence.by),
        listed(&evidence.capsules),
        evidence.approved.join(" "),
    );
    harmless(&text).into_owned()
}

fn data(subject: &Subject, evidence: &Evidence) -> Value {
    json!({
        "v": 1, "entry": evidence.entry, "asked_by": subject.rule, "access": subject.access,
        "approvals": evidence.approved, "by": evidence.by, "capsules": evidence.capsules,
    })
}

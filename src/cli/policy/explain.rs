//! `somagent policy explain`.

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, engine};
use super::record::{Judgement, decided, judgements};
use crate::engine::open;
use crate::exit::Exit;
use crate::policy::opa::Said;
use crate::policy::score::{FULL, Feature};
use crate::policy::{Article, Decision, Law, Verdict};

/// Say why the actions of a run were allowed, asked about or denied
///
/// For each judgement: the decision and its reasons, the articles they serve, where untrusted arguments came from, the
/// score term by term, and what would change it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    /// Only this step
    step: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// There is no such run or step, or its record cannot be read.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let (reader, id, judgements) = judgements(context, &args.run, args.step.as_deref())?;
    if judgements.is_empty() {
        let what = args
            .step
            .as_ref()
            .map_or_else(|| format!("run `{id}`"), |step| format!("step `{step}`"));
        return Err(
            Failure::new(Exit::NotFound, "not_judged", format!("nothing of {what} was judged"))
                .hint("`somagent runs show RUN` lists its steps; a gate is a question, not an action"),
        );
    }
    // The articles of another constitution than the one in force are not at hand; their names are.
    let law = open::standing_law(&context.home, &reader).ok();
    match output.format() {
        Format::Table => {
            for judgement in &judgements {
                output.text(&shown(judgement, law.as_ref()))?;
            }
        }
        Format::Json | Format::Jsonl => output.values(judgements.iter().map(data).collect())?,
    }
    Ok(Exit::Succeeded)
}

fn data(judgement: &Judgement) -> Value {
    let judged = &judgement.judged;
    json!({
        "v": 1, "seq": judgement.seq, "unit": judged.unit.to_string(), "attempt": judged.attempt,
        "verdict": judged.verdict, "review": judged.review, "would_change": changes(&judged.verdict),
    })
}

fn shown(judgement: &Judgement, law: Option<&Law>) -> String {
    let Judgement { seq, judged } = judgement;
    let verdict = &judged.verdict;
    let mut text = format!(
        "{}  {}: {}  (event {seq}, {})\n",
        harmless(&judged.unit.to_string()),
        harmless(&judged.action),
        decided(verdict.decision()),
        engine::short(&verdict.constitution().to_string()),
    );
    let mut line = |indent: &str, said: &str| text.push_str(&format!("  {indent}{}\n", harmless(said)));
    for reason in verdict.because() {
        line("", &reason.text);
    }
    if let Some(review) = &judged.review {
        line("", review);
    }
    for article in articles(verdict, law) {
        line("", &format!("{}: {}", article.id, article.text));
    }
    for tainted in verdict.tainted() {
        let origins: Vec<&str> = tainted.origins.iter().map(String::as_str).collect();
        let (kind, value) = (&tainted.kind, &tainted.value);
        line(
            "",
            &format!(
                "untrusted {kind} `{value}` at {}: from {}",
                tainted.at,
                origins.join(", ")
            ),
        );
    }
    for heard in &verdict.situation().heard {
        line("", &format!("asked {}: {}", heard.url, said(&heard.said)));
    }
    if let (Some(score), Some(threshold)) = (verdict.score(), verdict.threshold()) {
        line("", &format!("score {score}, and {threshold} are needed"));
        for term in verdict.terms() {
            line("  ", &format!("{:<14}{:>6}", term.feature, term.amount));
        }
    }
    for change in changes(verdict) {
        line("would change it: ", &change);
    }
    text
}

/// The articles that a verdict names, where it was given by the constitution in force.
fn articles<'a>(verdict: &'a Verdict, law: Option<&'a Law>) -> impl Iterator<Item = &'a Article> {
    let law = law.filter(|law| law.constitution() == verdict.constitution());
    let all = law.map(Law::articles).unwrap_or_default().iter();
    all.filter(|article| {
        let mut named = verdict.because().iter().filter_map(|reason| reason.article.as_ref());
        named.any(|name| *name == article.id)
    })
}

/// What a server said.
fn said(said: &Said) -> &str {
    match said {
        Said::Allow => "true",
        Said::Deny => "false",
        Said::Undefined => "undefined",
        Said::Fault { why } => why,
    }
}

/// What would make the decision another one.
fn changes(verdict: &Verdict) -> Vec<String> {
    let mut changes = Vec::new();
    if verdict.decision() == Decision::Allow {
        if let (Some(score), Some(threshold)) = (verdict.score(), verdict.threshold()) {
            changes.push(format!("losing more than {} points of its score", score - threshold));
        }
        return changes;
    }
    let heard = verdict.situation().heard.iter();
    for heard in heard.filter(|heard| heard.said != Said::Allow) {
        changes.push(format!("the answer `true` of {}", heard.url));
    }
    for tainted in verdict.tainted() {
        let (kind, at) = (&tainted.kind, &tainted.at);
        changes.push(format!(
            "a {kind} at {at} that the user, the capsule or a vouched field gives"
        ));
    }
    if let (Some(score), Some(threshold)) = (verdict.score(), verdict.threshold())
        && score < threshold
    {
        changes.push(format!("{} points more", threshold - score));
        let lost = verdict.terms().iter().filter(|term| term.amount < FULL);
        let faults = lost.filter_map(|term| Feature::named(&term.feature));
        changes.extend(faults.map(|feature| format!("points come back when it is not so that {}", feature.fault())));
    }
    if verdict.decision() == Decision::Ask {
        changes.push("an approval of exactly this action".to_owned());
    }
    changes
}

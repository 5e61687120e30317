//! `somagent model head eval`.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use super::super::super::Context;
use super::super::super::failure::Failure;
use super::super::super::output::{Format, Output};
use super::FieldArgs;
use crate::exit::Exit;
use crate::models::head::{Example, Head, Judged, Measures, Said, confusion, read_examples};

/// Measure a head on examples that it was not trained from
///
/// Says how many answers are right, on average for each label too, how far confidence is from that (ECE, ten bins), which
/// label is taken for which, and what becomes of it where the head abstains.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A head that `somagent model head list` shows: NAME, or NAME@VERSION
    name: String,
    /// The file with the examples: JSONL
    from: PathBuf,
    #[command(flatten)]
    fields: FieldArgs,
}

/// Runs the command.
///
/// # Errors
/// There is no such head, the examples cannot be used, or one has a label that the head does not know.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let held = super::shelf(context).find(&args.name)?;
    let text = super::text_of(&args.from, context)?;
    let examples = read_examples(&text, &args.fields.fields(None))?;
    let truths = truths(&held.head, &examples)?;
    let readers = super::readers_of(&held.head, context, output).await?;
    let texts: Vec<&str> = examples.iter().map(|example| example.text.as_str()).collect();
    let never = AtomicBool::new(false);
    let said = tokio::task::block_in_place(|| held.head.classify(&texts, readers.get(), &never))?;
    let judged = judged(&held.head, &truths, &said);
    tell(&held.head, &said, &judged, output)?;
    Ok(Exit::Succeeded)
}

/// The label of each example, as a number.
fn truths(head: &Head, examples: &[Example]) -> Result<Vec<usize>, Failure> {
    let truth = |example: &Example| {
        let at = head.labels().iter().position(|label| *label == example.label);
        at.ok_or_else(|| {
            let message = format!(
                "an example has the label `{}`, which `{}` does not know",
                example.label,
                head.title()
            );
            Failure::new(Exit::Usage, "strange_label", message)
                .hint(format!("its labels are {}", head.labels().join(", ")))
        })
    };
    examples.iter().map(truth).collect()
}

fn judged(head: &Head, truths: &[usize], said: &[Said]) -> Vec<Judged> {
    let judge = |(truth, said): (&usize, &Said)| Judged {
        truth: *truth,
        said: head
            .labels()
            .iter()
            .position(|label| *label == said.label)
            .unwrap_or_default(),
        confidence: said.confidence,
    };
    truths.iter().zip(said).map(judge).collect()
}

fn tell(head: &Head, said: &[Said], judged: &[Judged], output: &mut Output) -> Result<(), Failure> {
    let labels = head.labels();
    let measures = Measures::of(judged, labels.len());
    let answered: Vec<Judged> = judged
        .iter()
        .zip(said)
        .filter(|(_, said)| !said.is_abstaining)
        .map(|(judged, _)| *judged)
        .collect();
    let kept = Measures::of(&answered, labels.len());
    let coverage = answered.len() as f64 / judged.len().max(1) as f64;
    let decided = said.iter().filter(|said| said.rule.is_some()).count();
    let table = confusion(judged, labels.len());
    match output.format() {
        Format::Table => {
            output.line(&format!("{}  {} items", head.title(), measures.items))?;
            output.line(&format!(
                "accuracy {}  balanced {}  calibration error {}",
                super::per_cent(measures.accuracy),
                super::per_cent(measures.balanced_accuracy),
                super::per_cent(measures.calibration_error),
            ))?;
            output.line(&format!(
                "answered {:.1} %, of which {} are right; {decided} decided by rules",
                coverage * 100.0,
                super::per_cent(kept.accuracy),
            ))?;
            output.line("\nrows are what it is, columns what was said")?;
            output.text(&output.for_eyes(&columns(labels, &table)))?;
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "head": head.title(), "digest": head.digest(), "measured": super::measured(&measures),
            "labels": labels, "confusion": table, "decided_by_rules": decided,
            "abstaining": {"threshold": head.threshold(), "coverage": coverage, "measured": super::measured(&kept)},
        }))?,
    }
    Ok(())
}

/// The table, with the labels beside it.
fn columns(labels: &[String], confusion: &[Vec<u64>]) -> String {
    let width = labels
        .iter()
        .map(|label| label.chars().count())
        .max()
        .unwrap_or(0)
        .max(5);
    let cells = |cells: Vec<String>| {
        cells
            .iter()
            .map(|cell| format!("{cell:>width$}"))
            .collect::<Vec<_>>()
            .join("  ")
    };
    let mut lines = vec![format!("{:width$}  {}", "", cells(labels.to_vec()))];
    for (label, counts) in labels.iter().zip(confusion) {
        let counts = counts.iter().map(u64::to_string).collect();
        lines.push(format!("{label:width$}  {}", cells(counts)));
    }
    lines.join("\n")
}

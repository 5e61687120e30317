//! `somagent model head show`.

use super::super::super::failure::Failure;
use super::super::super::output::{Format, Output};
use super::super::super::{Context, table};
use crate::exit::Exit;

/// Show a head: labels, what it was trained from, how good it is, its rules
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A head that `somagent model head list` shows: NAME, or NAME@VERSION
    name: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such head, or it is refused.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let held = super::shelf(context).find(&args.name)?;
    let (head, training) = (&held.head, held.head.training());
    match output.format() {
        Format::Table => {
            let row = |name: &str, value: String| [name.to_owned(), value];
            let classes = training.classes.iter().map(|(label, count)| format!("{label} {count}"));
            let measures = &training.measures;
            let mut rows = vec![
                row("head", head.title()),
                row("origin", format!("{}, {} bytes", super::origin(&held), held.bytes)),
                row("digest", head.digest().to_string()),
                row(
                    "examples",
                    format!("{}: {}", training.examples, classes.collect::<Vec<_>>().join(", ")),
                ),
                row(
                    "measured",
                    format!(
                        "{} folds over {} groups, {}",
                        training.folds, training.groups, training.date
                    ),
                ),
                row("accuracy", super::per_cent(measures.accuracy)),
                row("balanced", super::per_cent(measures.balanced_accuracy)),
                row(
                    "calibration",
                    format!("{} off", super::per_cent(measures.calibration_error)),
                ),
                row(
                    "vectors",
                    format!("{} sha256 {}", head.vectors().model, head.vectors().sha256),
                ),
                row(
                    "asks",
                    head.language().map_or_else(
                        || "no language model".to_owned(),
                        |language| format!("{} sha256 {}", language.model, language.sha256),
                    ),
                ),
                row(
                    "pieces",
                    head.ngrams().map_or_else(
                        || "none".to_owned(),
                        |ngrams| format!("{} buckets of words, {} of characters", ngrams.words, ngrams.characters),
                    ),
                ),
                row(
                    "abstains",
                    match (head.threshold(), training.coverage) {
                        (Some(least), Some(coverage)) => {
                            format!("below {least:.3}: {} are answered", super::per_cent(coverage))
                        }
                        _ => "never".to_owned(),
                    },
                ),
            ];
            rows.extend(head.rules().written().map(|rule| match &rule.label {
                Some(label) => row("rule", format!("{}  {}  decides {label}", rule.name, rule.pattern)),
                None => row("rule", format!("{}  {}", rule.name, rule.pattern)),
            }));
            output.text(&output.for_eyes(&table::columns(&rows)))?;
        }
        Format::Json | Format::Jsonl => output.json(&super::described(&held))?,
    }
    Ok(Exit::Succeeded)
}

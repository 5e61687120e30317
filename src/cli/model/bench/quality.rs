//! How well a model predicts a text, and how it chooses among the labels of a set.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use super::super::super::failure::Failure;
use super::super::super::output::{Format, Output};
use super::super::super::table;
use super::not_measured;
use crate::exit::Exit;
use crate::models::head::{Fields, Judged, Measures, read_examples};
use crate::models::{OnDevice, Prediction};

/// Labelled items that are asked about; each is one question.
const MOST_ITEMS: usize = 200;

/// What one file gave.
pub(super) enum Quality {
    /// Of a text.
    Text(Prediction),
    /// Of a labelled set.
    Labelled {
        /// Of the answers.
        measures: Measures,
        /// The share of the most frequent label.
        majority: f64,
    },
}

/// Measures the quality of `model` over each of `files`.
pub(super) fn measure(
    model: &OnDevice,
    files: &[PathBuf],
    stop: &AtomicBool,
) -> Result<Vec<(PathBuf, Quality)>, Failure> {
    files
        .iter()
        .map(|file| Ok((file.clone(), of_file(model, file, stop)?)))
        .collect()
}

fn of_file(model: &OnDevice, file: &Path, stop: &AtomicBool) -> Result<Quality, Failure> {
    let text = std::fs::read_to_string(file).map_err(|reason| {
        let message = format!("cannot read `{}`: {reason}", file.display());
        Failure::new(Exit::NotFound, "unreadable", message)
            .hint("give a text in UTF-8, or labelled items in a `.jsonl`")
    })?;
    if file.extension().is_none_or(|end| end != "jsonl") {
        let prediction = model.perplexity(&text, stop).map_err(|error| not_measured(&error))?;
        return Ok(Quality::Text(prediction));
    }
    let fields = Fields {
        text: "text".to_owned(),
        label: "label".to_owned(),
        group: None,
    };
    let examples = read_examples(&text, &fields).map_err(|error| {
        let message = format!("`{}`: {error}", file.display());
        Failure::new(Exit::Usage, "no_examples", message).hint("each line is a JSON object of `text` and `label`")
    })?;
    let labels: BTreeSet<&String> = examples.iter().map(|example| &example.label).collect();
    let labels: Vec<String> = labels.into_iter().cloned().collect();
    // Evenly over the file, which may be sorted.
    let step = examples.len().div_ceil(MOST_ITEMS).max(1);
    let asked: Vec<_> = examples.iter().step_by(step).collect();
    let mut judged = Vec::with_capacity(asked.len());
    for example in &asked {
        let shares = model
            .choose(&example.text, &labels, stop)
            .map_err(|error| not_measured(&error))?
            .shares;
        let best = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let (said, confidence) = best.map_or((0, 0.0), |(at, share)| (at, *share));
        let truth = labels
            .iter()
            .position(|label| *label == example.label)
            .unwrap_or_default();
        judged.push(Judged {
            truth,
            said,
            confidence,
        });
    }
    let most = (0..labels.len())
        .map(|label| judged.iter().filter(|one| one.truth == label).count())
        .max();
    Ok(Quality::Labelled {
        measures: Measures::of(&judged, labels.len()),
        majority: most.unwrap_or(0) as f64 / judged.len().max(1) as f64,
    })
}

/// Shows what was measured.
pub(super) fn show(name: &str, found: &[(PathBuf, Quality)], output: &mut Output) -> Result<(), Failure> {
    let share = |millionths: u32| f64::from(millionths) / 1e6;
    if output.format() != Format::Table {
        let files: Vec<Value> = found
            .iter()
            .map(|(file, quality)| match quality {
                Quality::Text(prediction) => {
                    json!({"file": file, "tokens": prediction.tokens, "perplexity": prediction.perplexity})
                }
                Quality::Labelled { measures, majority } => json!({
                    "file": file, "items": measures.items, "accuracy": share(measures.accuracy),
                    "balanced_accuracy": share(measures.balanced_accuracy),
                    "calibration_error": share(measures.calibration_error), "majority": majority,
                }),
            })
            .collect();
        return output.json(&json!({"model": name, "quality": files}));
    }
    let mut rows = vec![["model".to_owned(), name.to_owned()]];
    for (file, quality) in found {
        let text = match quality {
            Quality::Text(prediction) => {
                format!(
                    "perplexity {:.2} over {} tokens",
                    prediction.perplexity, prediction.tokens
                )
            }
            Quality::Labelled { measures, majority } => format!(
                "{:.1} % of {} right (the most frequent label: {:.1} %), calibration error {:.1} %",
                share(measures.accuracy) * 100.0,
                measures.items,
                majority * 100.0,
                share(measures.calibration_error) * 100.0,
            ),
        };
        rows.push([file.display().to_string(), text]);
    }
    output.text(&table::columns(&rows))
}

//! How well a model predicts a text, and how it chooses among the labels of a set.

use std::collections::BTreeSet;
use std::io;
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

/// A text that is not empty.
fn read(file: &Path) -> Result<String, Failure> {
    let wrong = |exit, kind, message: String| {
        Failure::new(exit, kind, message).hint("give a text in UTF-8, or labelled items in a `.jsonl`")
    };
    let text = std::fs::read_to_string(file).map_err(|reason| {
        let exit = match reason.kind() {
            io::ErrorKind::NotFound => Exit::NotFound,
            _ => Exit::Usage,
        };
        wrong(
            exit,
            "unreadable",
            format!("cannot read `{}`: {reason}", file.display()),
        )
    })?;
    match text.trim().is_empty() {
        true => Err(wrong(Exit::Usage, "no_text", format!("`{}` is empty", file.display()))),
        false => Ok(text),
    }
}

fn of_file(model: &OnDevice, file: &Path, stop: &AtomicBool) -> Result<Quality, Failure> {
    let text = read(file)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_not_what_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let exit = |name: &str, bytes: &[u8]| {
            let file = folder.path().join(name);
            std::fs::write(&file, bytes).unwrap();
            read(&file).map_err(|failure| failure.exit)
        };
        assert_eq!(exit("text", b"a text"), Ok("a text".to_owned()));
        assert_eq!(exit("bytes", &[0xff, 0xfe]), Err(Exit::Usage));
        assert_eq!(exit("empty", b" \n"), Err(Exit::Usage));
        assert_eq!(read(&folder.path().join("none")).unwrap_err().exit, Exit::NotFound);
    }
}

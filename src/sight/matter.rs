//! What a question is about, row by row, for whoever decides; and what is said of a doubt.

use std::collections::BTreeMap;

use super::SightError;
use super::text::on_a_line;
use crate::engine::fact::{About, Finished, InDoubt, RunFact};
use crate::journal::{Reader, Stream};

/// Something that is said of what is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What of it.
    pub name: &'static str,
    /// What is said, perhaps in the words of somebody else.
    pub text: String,
    /// How much it matters.
    pub weight: Weight,
}

/// How much a row matters to whoever decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It is good to know.
    Plain,
    /// It is what is decided about.
    Subject,
    /// It may do harm to overlook it.
    Danger,
}

/// Why nobody knows whether an effect happened: what its call said, or that somebody ended in the middle of it.
pub fn doubted(doubt: &InDoubt) -> String {
    let why = doubt.message.as_deref().unwrap_or("its owner ended while it went on");
    format!("nobody knows whether it happened: {}", on_a_line(why))
}

/// The doubts that the end of `run` names, each as it was recorded last.
///
/// # Errors
/// The record cannot be read.
pub fn left_in_doubt(reader: &Reader, run: &str, finished: &Finished) -> Result<Vec<InDoubt>, SightError> {
    if finished.doubts.is_empty() {
        return Ok(Vec::new());
    }
    let mut left = BTreeMap::new();
    for event in reader.events(&Stream::Run(run.to_owned()), 0, usize::MAX)? {
        if let RunFact::InDoubt(doubt) = RunFact::recorded(&event)? {
            left.insert(doubt.unit.clone(), doubt);
        }
    }
    Ok(finished.doubts.iter().filter_map(|unit| left.remove(unit)).collect())
}

/// The rows of what is asked about: the call, which beginning of it, and how that failed.
pub fn rows(about: &About) -> Vec<Row> {
    let row = |weight, name, text: &str| Row {
        name,
        text: text.to_owned(),
        weight,
    };
    match about {
        About::Action { action, .. } => vec![row(Weight::Subject, "action", action)],
        About::Doubt { attempt, key, message } => {
            let failed = message
                .iter()
                .map(|message| row(Weight::Plain, "failed", &on_a_line(message)));
            let call = [
                row(Weight::Plain, "attempt", &attempt.to_string()),
                row(Weight::Plain, "key", key),
            ];
            call.into_iter().chain(failed).collect()
        }
        About::Elicited {
            attempt,
            call,
            answered,
            fault,
            in_doubt,
            ..
        } => {
            let mut rows = vec![
                row(Weight::Subject, "action", call),
                row(Weight::Plain, "attempt", &format!("{attempt}, forms given: {answered}")),
                row(Weight::Plain, "failed", &on_a_line(&fault.message)),
            ];
            if *in_doubt {
                let text = "nobody knows what the call did before it failed";
                rows.push(row(Weight::Danger, "in doubt", text));
            }
            rows
        }
        About::Gate { .. } | About::Inputs | About::Outputs { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_doubt_says_what_its_call_said_in_one_row() {
        let rows_of = |about| -> Vec<(&str, String)> {
            let about: About = serde_json::from_value(about).unwrap();
            let rows = rows(&about).into_iter();
            rows.map(|row| (row.name, row.text)).collect()
        };
        let call = [("attempt", "2".to_owned()), ("key", "som1:x".to_owned())];
        assert_eq!(rows_of(json!({"kind": "doubt", "attempt": 2, "key": "som1:x"})), call);
        let told = rows_of(json!({"kind": "doubt", "attempt": 2, "key": "som1:x", "message": "no\nstatus  open"}));
        assert_eq!(told[..2], call);
        assert_eq!(told[2..], [("failed", "no status  open".to_owned())]);
    }

    #[test]
    fn a_doubt_says_why_nobody_knows() {
        let doubt = |message: Option<&str>| -> InDoubt {
            serde_json::from_value(json!({
                "unit": {"step": "send"}, "attempt": 1, "key": "som1:x", "message": message,
            }))
            .unwrap()
        };
        assert_eq!(
            [doubted(&doubt(Some("no such file"))), doubted(&doubt(None))],
            [
                "nobody knows whether it happened: no such file",
                "nobody knows whether it happened: its owner ended while it went on",
            ]
        );
    }
}

//! What a question is about, row by row, for whoever decides.

use crate::engine::fact::About;

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

/// The rows of what is asked about: the call, which beginning of it, and how that failed.
pub fn rows(about: &About) -> Vec<Row> {
    let row = |weight, name, text: &str| Row {
        name,
        text: text.to_owned(),
        weight,
    };
    match about {
        About::Action { action, .. } => vec![row(Weight::Subject, "action", action)],
        About::Doubt { attempt, key } => vec![
            row(Weight::Plain, "attempt", &attempt.to_string()),
            row(Weight::Plain, "key", key),
        ],
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
                row(Weight::Plain, "failed", &fault.message),
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

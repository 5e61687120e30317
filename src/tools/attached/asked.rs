//! What a server asks while it works: answers that the capsule brought along, or nobody.
//!
//! A question in the middle of a call cannot wait for days as one between two steps can. So a person is asked at a gate
//! before, and the call takes the form's values with it (`answers`); a question without one is cancelled and told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::super::mcp::{Answer, Elicit, Question};

/// The most characters of a question that are told.
const TOLD: usize = 300;

/// The name of the argument that carries them.
pub(super) const ANSWERS: &str = "answers";

/// The questions of one connection.
#[derive(Clone, Default)]
pub(super) struct Asked(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    answers: VecDeque<Value>,
    open: Vec<String>,
}

impl Asked {
    /// Lays these answers ready, in their order, until the returned value goes.
    pub(super) fn bring(&self, answers: Vec<Value>) -> Brought<'_> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).answers = answers.into();
        Brought(self)
    }

    /// What was asked and not answered since this was looked at last.
    pub(super) fn take_open(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).open)
    }

    /// Answers a question of the server.
    fn answer(&self, question: &Question) -> Answer {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cut = |text: &str| text.chars().take(TOLD).collect::<String>();
        match question {
            Question::Form { message, .. } => match book.answers.pop_front() {
                Some(form) => Answer::Accept(Some(form)),
                None => {
                    book.open.push(cut(message));
                    Answer::Cancel
                }
            },
            // What somebody says to a page, nobody here hears.
            Question::Url { message, url, .. } => {
                book.open.push(format!("{} ({})", cut(message), cut(url)));
                Answer::Decline
            }
        }
    }

    /// The callback that a connection is given.
    pub(super) fn callback(&self) -> Elicit {
        let asked = self.clone();
        Arc::new(move |question| {
            let answer = asked.answer(&question);
            Box::pin(std::future::ready(answer))
        })
    }
}

/// Answers that lie ready; what was not asked for goes with this.
pub(super) struct Brought<'a>(&'a Asked);

impl Drop for Brought<'_> {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).answers.clear();
    }
}

/// What would have answered these questions.
pub(super) fn hint(open: &[String]) -> Option<String> {
    (!open.is_empty()).then(|| {
        format!(
            "it asked: {}; put a gate with a form before the step and give the form's values as its argument `{ANSWERS}`",
            open.join("; ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_go_out_in_their_order_and_the_rest_is_told() {
        let asked = Asked::default();
        let form = |message: &str| Question::Form {
            message: message.to_owned(),
            schema: json!({"type": "object"}),
        };
        let brought = asked.bring(vec![json!({"a": 1}), json!({"b": 2})]);
        assert_eq!(asked.answer(&form("first")), Answer::Accept(Some(json!({"a": 1}))));
        let page = Question::Url {
            message: "log in".to_owned(),
            url: "https://a.example".to_owned(),
            id: "1".to_owned(),
        };
        assert_eq!(asked.answer(&page), Answer::Decline);
        assert_eq!(asked.answer(&form("second")), Answer::Accept(Some(json!({"b": 2}))));
        assert_eq!(asked.answer(&form(&"x".repeat(1_000))), Answer::Cancel);
        assert_eq!(
            asked.take_open(),
            ["log in (https://a.example)".to_owned(), "x".repeat(300)]
        );
        assert!(asked.take_open().is_empty());
        drop(brought);
        drop(asked.bring(vec![json!({"c": 3})]));
        assert_eq!(asked.answer(&form("third")), Answer::Cancel);
    }
}

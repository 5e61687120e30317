//! What a server asks while it works: answers that the capsule brought along, or nobody; a model that it lent, or none.
//!
//! A question in the middle of a call cannot wait for days as one between two steps can. So a person is asked at a gate
//! before, and the call takes the form's values with it (`answers`); a question without one is cancelled and told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::super::mcp::{Answer, Elicit, NotSampled, Question, Sample};
use super::lending::{self, Wanted};

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
    /// Where questions to a model are answered while one is lent.
    lender: Option<mpsc::UnboundedSender<Wanted>>,
    /// Questions to a model that came while none was, as they are told.
    unlent: Vec<Value>,
}

impl Asked {
    /// Lays these answers ready, in their order, and has questions to a model go to `lender`, until the returned value
    /// goes.
    pub(super) fn bring(&self, answers: Vec<Value>, lender: Option<mpsc::UnboundedSender<Wanted>>) -> Brought<'_> {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (book.answers, book.lender) = (answers.into(), lender);
        Brought(self)
    }

    /// What was asked and not answered since this was looked at last.
    pub(super) fn take_open(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).open)
    }

    /// The questions to a model for which none was lent since this was looked at last.
    pub(super) fn take_unlent(&self) -> Vec<Value> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).unlent)
    }

    /// Passes a question to a model on; where its answer will be.
    fn sample(&self, params: Value) -> Result<oneshot::Receiver<Result<Value, NotSampled>>, NotSampled> {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(lender) = &book.lender else {
            let refusal = lending::nothing_lent();
            book.unlent.push(lending::refused(&params, &refusal.to_string()));
            return Err(refusal);
        };
        let (reply, answer) = oneshot::channel();
        lender.send(Wanted { params, reply }).map_err(|_| over())?;
        Ok(answer)
    }

    /// The callback for questions to a model that a connection is given.
    pub(super) fn sampling(&self) -> Sample {
        let asked = self.clone();
        Arc::new(move |params| {
            let answer = asked.sample(params);
            Box::pin(async move { answer?.await.unwrap_or_else(|_| Err(over())) })
        })
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

/// The call that lent a model ended before the model did.
fn over() -> NotSampled {
    NotSampled::Refused("the call that a model was lent to is over".to_owned())
}

/// Answers that lie ready, and a model that is lent; what was not asked for goes with this.
pub(super) struct Brought<'a>(&'a Asked);

impl Drop for Brought<'_> {
    fn drop(&mut self) {
        let mut book = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.answers.clear();
        book.lender = None;
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
        let brought = asked.bring(vec![json!({"a": 1}), json!({"b": 2})], None);
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
        drop(asked.bring(vec![json!({"c": 3})], None));
        assert_eq!(asked.answer(&form("third")), Answer::Cancel);
    }
}

//! What a server asks while it works: answers that the capsule brought along, or nobody; a model that it lent, or none.
//!
//! A question in the middle of a call cannot wait for days as one between two steps can. So a person is asked at a gate
//! before, and the call takes the form's values with it (`answers`). A question without one is cancelled and told; where
//! the call fails then, its first form is what a person is asked for before the call is made again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::super::mcp::{Answer, Elicit, NotSampled, Question, Sample, Schema, shown};
use super::super::open_form::{ANSWERS, OpenForm};
use super::form;
use super::lending::{self, Brief, Wanted};

/// The most characters of a question that are told.
const TOLD: usize = 300;

/// The most characters of a question that a person is asked.
const PUT: usize = 1_000;

/// The most forms that a call takes along.
pub(super) const MOST: usize = 16;

/// The questions of one connection.
#[derive(Clone, Default)]
pub(super) struct Asked(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    answers: VecDeque<Value>,
    /// How many there were at first.
    brought: usize,
    open: Vec<String>,
    /// The calls in flight, by number, with whether one of their forms may have been left open; and the number of the
    /// next.
    calls: BTreeMap<u64, bool>,
    next: u64,
    /// The form that a call was the first to ask for in vain.
    form: Option<(u64, OpenForm)>,
    /// Where questions to a model are answered while one is lent.
    lender: Option<mpsc::UnboundedSender<Wanted>>,
    /// Questions to a model that came while none was, as they are told.
    unlent: Vec<Value>,
}

impl Asked {
    fn book(&self) -> MutexGuard<'_, Book> {
        // No code panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lays these answers ready, in their order, and has questions to a model go to `lender`, until the returned value
    /// goes.
    pub(super) fn bring(&self, answers: Vec<Value>, lender: Option<mpsc::UnboundedSender<Wanted>>) -> Brought<'_> {
        let mut book = self.book();
        (book.brought, book.answers, book.lender) = (answers.len(), answers.into(), lender);
        Brought(self)
    }

    /// A call begins; it is over when the returned value goes.
    pub(super) fn within(&self) -> Within<'_> {
        let mut book = self.book();
        let number = book.next;
        book.next += 1;
        book.calls.insert(number, false);
        Within { asked: self, number }
    }

    /// What was asked and not answered since this was looked at last.
    pub(super) fn take_open(&self) -> Vec<String> {
        std::mem::take(&mut self.book().open)
    }

    /// The questions to a model for which none was lent since this was looked at last.
    pub(super) fn take_unlent(&self) -> Vec<Value> {
        std::mem::take(&mut self.book().unlent)
    }

    /// Has whoever lends a model answer a question to one.
    async fn sample(&self, params: Value) -> Result<Value, NotSampled> {
        let lender = self.book().lender.clone();
        let Some(lender) = lender else {
            let refusal = lending::nothing_lent();
            let (_, brief) = Brief::of(params).await;
            let told = brief.refused(&refusal.to_string());
            self.book().unlent.push(told);
            return Err(refusal);
        };
        let (reply, answer) = oneshot::channel();
        lender.send(Wanted { params, reply }).map_err(|_| over())?;
        // What is lent ends with its call, whoever still waits.
        drop(lender);
        answer.await.unwrap_or_else(|_| Err(over()))
    }

    /// The callback for questions to a model that a connection is given.
    pub(super) fn sampling(&self) -> Sample {
        let asked = self.clone();
        Arc::new(move |params| {
            let asked = asked.clone();
            Box::pin(async move { asked.sample(params).await })
        })
    }

    /// Answers a question of the server.
    fn answer(&self, question: &Question) -> Answer {
        let mut book = self.book();
        let cut = |text: &str| text.chars().take(TOLD).collect::<String>();
        match question {
            Question::Form { message, schema } => match book.answers.pop_front() {
                Some(form) if is_fit(schema, &form) => Answer::Accept(Some(form)),
                Some(_) => {
                    book.pass_by();
                    book.open
                        .push(format!("{} (the form that was brought does not fit)", cut(message)));
                    Answer::Cancel
                }
                None => {
                    book.leave_open(message, schema);
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

impl Book {
    /// Keeps the form that a call asks for in vain: only the first, because after it the server goes on without.
    ///
    /// Questions do not say to which call they belong, so it is kept where only one is in flight.
    fn leave_open(&mut self, message: &str, schema: &Value) {
        let mut calls = self.calls.iter();
        let first = match (calls.next(), calls.next()) {
            (Some((call, false)), None) => Some(*call),
            (_, _) => None,
        };
        self.pass_by();
        let Some(call) = first else { return };
        let form = form::fit(schema).map(|schema| OpenForm {
            message: shown(message, PUT),
            schema,
            // A form is left open when all that were brought are taken.
            answered: self.brought,
        });
        self.form = form.map(|form| (call, form));
    }

    /// A form is left open, by whichever of the calls in flight: what they ask for after it is about something else.
    fn pass_by(&mut self) {
        self.calls.values_mut().for_each(|is_past| *is_past = true);
    }
}

fn is_fit(schema: &Value, form: &Value) -> bool {
    Schema::of(schema).is_ok_and(|schema| schema.check(form).is_ok())
}

/// A call in flight.
pub(super) struct Within<'a> {
    asked: &'a Asked,
    number: u64,
}

impl Within<'_> {
    /// The form that the call, which is over, asked for in vain.
    pub(super) fn form(self) -> Option<OpenForm> {
        let mut book = self.asked.book();
        let own = book.form.take_if(|(call, _)| *call == self.number);
        own.map(|(_, form)| form)
    }
}

impl Drop for Within<'_> {
    fn drop(&mut self) {
        let mut book = self.asked.book();
        book.calls.remove(&self.number);
        book.form.take_if(|(call, _)| *call == self.number);
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
        let mut book = self.0.book();
        book.answers.clear();
        book.brought = 0;
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

    fn named(message: &str) -> Question {
        Question::Form {
            message: message.to_owned(),
            schema: json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}),
        }
    }

    #[test]
    fn the_first_form_that_nobody_brought_is_kept_for_its_call() {
        let asked = Asked::default();
        let brought = asked.bring(vec![json!({"name": "Ada"})], None);
        let call = asked.within();
        assert_eq!(
            asked.answer(&named("first")),
            Answer::Accept(Some(json!({"name": "Ada"})))
        );
        assert_eq!(asked.answer(&named("se\u{1b}cond\n")), Answer::Cancel);
        assert_eq!(asked.answer(&named("third")), Answer::Cancel);
        let form = call.form().unwrap();
        assert_eq!((form.message.as_str(), form.answered), ("se\\u{1b}cond\\n", 1));
        assert_eq!(asked.take_open().len(), 2);
        drop(brought);
        // Of another call nothing is kept.
        assert_eq!(asked.within().form(), None);
    }

    #[test]
    fn a_page_that_is_declined_is_no_form_that_is_left_open() {
        let asked = Asked::default();
        let call = asked.within();
        let page = Question::Url {
            message: "log in".to_owned(),
            url: "https://a.example".to_owned(),
            id: "1".to_owned(),
        };
        assert_eq!(asked.answer(&page), Answer::Decline);
        assert_eq!(asked.answer(&named("first")), Answer::Cancel);
        assert_eq!(asked.answer(&named("second")), Answer::Cancel);
        assert_eq!(call.form().map(|form| form.message), Some("first".to_owned()));
    }

    #[test]
    fn nothing_is_kept_where_an_answer_would_not_help() {
        let asked = Asked::default();
        // Whose question it is, nobody knows.
        let (one, other) = (asked.within(), asked.within());
        asked.answer(&named("whose"));
        assert_eq!(one.form(), None);
        // Nor may the next one follow one that it left open.
        asked.answer(&named("second"));
        assert_eq!(other.form(), None);
        asked.take_open();
        // What was brought does not fit: what comes after it is about something else.
        let brought = asked.bring(vec![json!({"name": 1})], None);
        let call = asked.within();
        assert_eq!(asked.answer(&named("first")), Answer::Cancel);
        asked.answer(&named("second"));
        assert_eq!(call.form(), None);
        assert!(asked.take_open()[0].ends_with("does not fit)"));
        drop(brought);
        // No form that a person could be asked for.
        let call = asked.within();
        let schema = json!({"type": "object", "properties": {"a": {"type": "object"}}});
        let message = "odd".to_owned();
        asked.answer(&Question::Form { message, schema });
        assert_eq!(call.form(), None);
    }
}

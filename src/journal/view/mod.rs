//! Views: tables that say the same as the events, in the form that questions are asked.
//!
//! ```text
//! append, rebuild ─► RunFold ─► runs: one row per run
//!                            ├► approvals: one row per question
//!                            ├► cached: one row per key of a result
//!                            └► deeds: one row per name of an action
//! ```
//! They are written in the transaction that appends the events. [`VERSION`] names their form; a
//! store whose views have another is given new ones, from its events alone. A view never refuses an
//! event: what a body does not say stays empty.

pub mod approval;
mod cache;
pub mod deed;
pub mod run;

use rusqlite::{Connection, TransactionBehavior};
use serde_json::Value;

use self::approval::ApprovalRow;
use self::cache::Cached;
use self::deed::Tally;
use self::run::RunRow;
use super::blob::Blobs;
use super::event::Body;
use super::reader::{self, ReadError, Row};

pub(super) use self::cache::lookup as cached;

/// The form of all views; raised whenever one of them changes.
pub(super) const VERSION: i64 = 4;

/// An event as a view sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// Position in the store, from 1.
    pub seq: u64,
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Dotted lower case.
    pub kind: &'a str,
    /// The body; null when it was shredded.
    pub body: &'a Value,
}

/// What the views hold of one run, while its events are folded into them.
///
/// The same fold serves the writer, the rebuild and the tests.
#[derive(Debug)]
pub(super) struct RunFold {
    row: RunRow,
    /// The row that is there.
    before: Option<RunRow>,
    questions: Vec<Question>,
    results: Vec<Cached>,
    deeds: Tally,
}

#[derive(Debug)]
struct Question {
    row: ApprovalRow,
    changed: bool,
}

impl RunFold {
    /// A run before its first event.
    pub fn new(id: &str) -> Self {
        Self {
            row: RunRow::new(id),
            before: None,
            questions: Vec::new(),
            results: Vec::new(),
            deeds: Tally::default(),
        }
    }

    /// The run as it is kept, ready for events of these `kinds`.
    pub fn load<'a>(
        connection: &Connection,
        id: &str,
        mut kinds: impl Iterator<Item = &'a str>,
    ) -> rusqlite::Result<Self> {
        let Some(row) = run::by_id(connection, id)? else {
            return Ok(Self::new(id));
        };
        let open = if row.questions > 0 && kinds.any(closes_questions) {
            approval::open_of(connection, id)?
        } else {
            Vec::new()
        };
        let questions = open.into_iter().map(|row| Question { row, changed: false }).collect();
        Ok(Self {
            before: Some(row.clone()),
            row,
            questions,
            results: Vec::new(),
            deeds: Tally::default(),
        })
    }

    /// The run's row.
    pub fn row(&self) -> &RunRow {
        &self.row
    }

    /// Takes in the next event of the run.
    pub fn apply(&mut self, seen: &Seen<'_>) {
        self.row.apply(seen);
        match seen.kind {
            approval::REQUESTED => {
                if let Some(row) = ApprovalRow::requested(&self.row, seen) {
                    self.row.questions += 1;
                    self.questions.push(Question { row, changed: true });
                }
            }
            approval::RESOLVED => {
                let answered = |question: &&mut Question| question.row.is_open() && question.row.is_meant_by(seen.body);
                if let Some(question) = self.questions.iter_mut().find(answered) {
                    question.row.resolve(seen);
                    question.changed = true;
                    self.row.questions -= 1;
                    if seen.body["expired"] != true {
                        let is_yes = question.row.choice.as_deref() == Some(approval::APPROVE);
                        self.deeds.answered(question.row.action.as_deref(), is_yes);
                    }
                }
            }
            run::STEP_STARTED => self.deeds.begun(seen.body["action"].as_str()),
            run::FINISHED => self.withdraw(|_| true),
            run::STEP_SETTLED => {
                self.results.extend(Cached::of(seen));
                if seen.body["retry_at"].is_null() {
                    self.withdraw(|row| row.is_about(&seen.body["unit"]));
                }
            }
            _ => {}
        }
    }

    /// Nobody is asked these questions any more.
    fn withdraw(&mut self, is_meant: impl Fn(&ApprovalRow) -> bool) {
        let open = self.questions.iter_mut().filter(|question| question.row.is_open());
        for question in open.filter(|question| is_meant(&question.row)) {
            question.row.void = true;
            question.changed = true;
            self.row.questions -= 1;
        }
    }

    /// Writes what is new or changed.
    pub fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        self.row.save(connection, self.before.as_ref())?;
        for question in self.questions.iter().filter(|question| question.changed) {
            question.row.save(connection)?;
        }
        for result in &self.results {
            result.save(connection)?;
        }
        self.deeds.save(connection)
    }
}

/// Whether a fact of this kind can close questions that were asked before it.
fn closes_questions(kind: &str) -> bool {
    matches!(kind, approval::RESOLVED | run::STEP_SETTLED | run::FINISHED)
}

/// Drops the views and builds them again from the events, in one transaction.
pub(super) fn rebuild(connection: &mut Connection, blobs: &Blobs) -> Result<(), ReadError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "DROP TABLE IF EXISTS runs; DROP TABLE IF EXISTS approvals; DROP TABLE IF EXISTS cached;
            DROP TABLE IF EXISTS deeds;",
    )?;
    run::create(&transaction)?;
    approval::create(&transaction)?;
    cache::create(&transaction)?;
    deed::create(&transaction)?;
    fold_runs(&transaction, blobs)?;
    transaction.execute("UPDATE store SET views = ?1", [VERSION])?;
    transaction.commit()?;
    Ok(())
}

fn fold_runs(connection: &Connection, blobs: &Blobs) -> Result<(), ReadError> {
    // In the order of the index, so that each run is folded and saved once.
    let sql = format!(
        "SELECT {} FROM events WHERE stream >= 'run/' AND stream < 'run0' ORDER BY stream, run_seq",
        reader::COLUMNS
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut current: Option<RunFold> = None;
    while let Some(row) = rows.next()? {
        let event = Row::read(row)?.into_event(blobs)?;
        let id = event.header().stream.strip_prefix("run/").unwrap_or_default();
        if current.as_ref().is_none_or(|fold| fold.row.id != id)
            && let Some(done) = current.replace(RunFold::new(id))
        {
            done.save(connection)?;
        }
        if let Some(fold) = &mut current {
            let body = match event.body() {
                Body::Present(body) => body,
                Body::Shredded => &Value::Null,
            };
            fold.apply(&Seen {
                seq: event.seq(),
                at: event.at(),
                kind: event.kind(),
                body,
            });
        }
    }
    match current {
        Some(done) => Ok(done.save(connection)?),
        None => Ok(()),
    }
}

/// The text of a field; empty when it is none.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

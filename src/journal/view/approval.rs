//! The view of approvals: one row per question that a run has asked.
//!
//! A row holds what lists show; the whole question, with its form and what was shown, stays in the
//! event at [`ApprovalRow::seq`]. Who may answer is not decided here.

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, Row, params};
use serde_json::Value;

use super::run::RunRow;
use super::{Seen, text};
use crate::journal::reader::sql_limit;

/// Kind of the fact that asks.
pub(super) const REQUESTED: &str = "approval.requested";
/// Kind of the fact that answers.
pub(super) const RESOLVED: &str = "approval.resolved";
/// The answer that approves.
pub(super) const APPROVE: &str = "approve";
/// The part of a unit that is not named.
const MAIN_PART: &str = "main";
/// Most characters of a prompt that a row keeps.
const LONGEST_PROMPT: usize = 500;

/// What lists and look-ups show of a question.
///
/// It is open until it is answered or void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// Its id: 16 hex digits.
    pub id: String,
    /// Id of the run that asks.
    pub run: String,
    /// Seq of the event that asks.
    pub seq: u64,
    /// Position of that event in the run.
    pub run_seq: u64,
    /// What it is about: `step`, `step[3]`, `step.part`; `None` when it is about the run.
    pub step: Option<String>,
    /// `gate`, `action`, `doubt`, `guardrail`.
    pub kind: String,
    /// Tool and action, when it is about one.
    pub action: Option<String>,
    /// The first 500 characters of the question.
    pub prompt: String,
    /// The answers it takes.
    pub choices: Vec<String>,
    /// Who is asked.
    pub assignees: Vec<String>,
    /// When it was asked, in milliseconds since 1970-01-01 UTC.
    pub requested_at: i64,
    /// When it answers itself.
    pub expires_at: Option<i64>,
    /// When it was answered.
    pub resolved_at: Option<i64>,
    /// The answer.
    pub choice: Option<String>,
    /// Who answered.
    pub by: Option<String>,
    /// Whether what it is about, or the run, was over before it was answered.
    pub void: bool,
}

/// Which approvals a list shows; the default is all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ApprovalFilter<'a> {
    /// Only those that wait for an answer.
    pub open_only: bool,
    /// Only those of this run.
    pub run: Option<&'a str>,
}

const COLUMNS: &str = "id, run, seq, run_seq, step, kind, action, prompt, choices, assignees, requested_at, expires_at, \
    resolved_at, choice, by, void";

/// Says in SQL what [`ApprovalRow::is_open`] says; as in the index `approvals_open`.
const OPEN: &str = "resolved_at IS NULL AND void = 0";

impl ApprovalRow {
    /// The question that an `approval.requested` of `run` asks; one without an id cannot be answered and is none.
    pub(super) fn requested(run: &RunRow, seen: &Seen<'_>) -> Option<Self> {
        let body = seen.body;
        Some(Self {
            id: body["id"].as_str()?.to_owned(),
            run: run.id.clone(),
            seq: seen.seq,
            run_seq: run.head,
            step: unit_text(&body["unit"]),
            kind: text(&body["about"]["kind"]),
            action: body["about"]["action"].as_str().map(str::to_owned),
            prompt: body["prompt"]
                .as_str()
                .unwrap_or_default()
                .chars()
                .take(LONGEST_PROMPT)
                .collect(),
            choices: texts(&body["choices"]),
            assignees: texts(&body["assignees"]),
            requested_at: seen.at,
            expires_at: body["expires_at"].as_i64(),
            resolved_at: None,
            choice: None,
            by: None,
            void: false,
        })
    }

    /// Whether it waits for an answer.
    pub fn is_open(&self) -> bool {
        self.resolved_at.is_none() && !self.void
    }

    /// Whether the body of an `approval.resolved` names it.
    pub(super) fn is_meant_by(&self, body: &Value) -> bool {
        body["id"].as_str() == Some(&self.id)
    }

    /// Whether it is about this unit of a body.
    pub(super) fn is_about(&self, unit: &Value) -> bool {
        self.step.is_some() && self.step == unit_text(unit)
    }

    /// Takes the answer.
    pub(super) fn resolve(&mut self, seen: &Seen<'_>) {
        self.resolved_at = Some(seen.at);
        self.choice = seen.body["choice"].as_str().map(str::to_owned);
        self.by = seen.body["by"].as_str().map(str::to_owned);
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let count = |index| row.get::<_, i64>(index).map(i64::cast_unsigned);
        Ok(Self {
            id: row.get(0)?,
            run: row.get(1)?,
            seq: count(2)?,
            run_seq: count(3)?,
            step: row.get(4)?,
            kind: row.get(5)?,
            action: row.get(6)?,
            prompt: row.get(7)?,
            choices: list_at(row, 8)?,
            assignees: list_at(row, 9)?,
            requested_at: row.get(10)?,
            expires_at: row.get(11)?,
            resolved_at: row.get(12)?,
            choice: row.get(13)?,
            by: row.get(14)?,
            void: row.get(15)?,
        })
    }

    /// Writes the row, new or changed.
    pub(super) fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached(&format!(
                "INSERT INTO approvals ({COLUMNS})
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
                 ON CONFLICT (seq) DO UPDATE SET resolved_at = ?13, choice = ?14, by = ?15, void = ?16"
            ))?
            .execute(params![
                self.id,
                self.run,
                self.seq.cast_signed(),
                self.run_seq.cast_signed(),
                self.step,
                self.kind,
                self.action,
                self.prompt,
                Value::from(self.choices.as_slice()).to_string(),
                Value::from(self.assignees.as_slice()).to_string(),
                self.requested_at,
                self.expires_at,
                self.resolved_at,
                self.choice,
                self.by,
                self.void,
            ])?;
        Ok(())
    }
}

/// A unit as the engine prints it.
fn unit_text(unit: &Value) -> Option<String> {
    let mut name = unit["step"].as_str()?.to_owned();
    if let Some(item) = unit["item"].as_u64() {
        name.push_str(&format!("[{item}]"));
    }
    match unit["part"].as_str() {
        Some(part) if part != MAIN_PART => Some(format!("{name}.{part}")),
        Some(_) | None => Some(name),
    }
}

fn texts(value: &Value) -> Vec<String> {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn list_at(row: &Row<'_>, index: usize) -> rusqlite::Result<Vec<String>> {
    serde_json::from_str(row.get_ref(index)?.as_str()?).map_err(|error| {
        let error = FromSqlError::Other(Box::new(error));
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
    })
}

pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    // By the event that asks, not by the id: whatever the bodies say, each event has a row of its own.
    connection.execute_batch(&format!(
        "CREATE TABLE approvals (
            seq          INTEGER PRIMARY KEY,
            id           TEXT    NOT NULL,
            run          TEXT    NOT NULL,
            run_seq      INTEGER NOT NULL,
            step         TEXT,
            kind         TEXT    NOT NULL,
            action       TEXT,
            prompt       TEXT    NOT NULL,
            choices      TEXT    NOT NULL,
            assignees    TEXT    NOT NULL,
            requested_at INTEGER NOT NULL,
            expires_at   INTEGER,
            resolved_at  INTEGER,
            choice       TEXT,
            by           TEXT,
            void         INTEGER NOT NULL
         ) STRICT;
         CREATE INDEX approvals_by_id ON approvals (id);
         CREATE INDEX approvals_by_run ON approvals (run);
         CREATE INDEX approvals_open ON approvals (seq) WHERE {OPEN};"
    ))
}

/// The open approvals of a run, oldest first.
pub(super) fn open_of(connection: &Connection, run: &str) -> rusqlite::Result<Vec<ApprovalRow>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM approvals WHERE run = ?1 AND {OPEN} ORDER BY seq"
        ))?
        .query_map([run], ApprovalRow::read)?
        .collect()
}

/// At most `limit` rows, newest first.
pub(in crate::journal) fn list(
    connection: &Connection,
    filter: ApprovalFilter<'_>,
    limit: usize,
) -> rusqlite::Result<Vec<ApprovalRow>> {
    let open = if filter.open_only { OPEN } else { "1" };
    let of_run = if filter.run.is_some() { "run = ?2" } else { "?2 IS NULL" };
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM approvals WHERE {open} AND {of_run} ORDER BY seq DESC LIMIT ?1"
        ))?
        .query_map((sql_limit(limit), filter.run), ApprovalRow::read)?
        .collect()
}

/// At most `limit` rows whose id begins with the hex digits `prefix`, newest first.
pub(in crate::journal) fn with_prefix(
    connection: &Connection,
    prefix: &str,
    limit: usize,
) -> rusqlite::Result<Vec<ApprovalRow>> {
    // `g` comes after every hex digit, so the range is the prefix and an index serves it.
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM approvals WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY seq DESC LIMIT ?2"
        ))?
        .query_map((prefix, sql_limit(limit)), ApprovalRow::read)?
        .collect()
}

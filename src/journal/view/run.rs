//! The view of runs: one row per run stream.
//!
//! A row is a fold of the run's events ([`RunRow::apply`]). Fields a body does not have stay empty.

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;

use super::{Seen, text};
use crate::journal::reader::sql_limit;

/// Kind of the fact that begins a run.
pub(in crate::journal) const STARTED: &str = "run.started";
/// Kind of the fact that gives a run to a new owner.
pub(in crate::journal) const LEASED: &str = "run.leased";
/// Kind of the fact that gives a run its place among those that exclude it.
const ADMITTED: &str = "run.admitted";
/// Kind of the fact that a run waits for somebody.
const PAUSED_FACT: &str = "run.paused";
/// Kind of the fact that it goes on.
const RESUMED: &str = "run.resumed";
/// Kind of the fact that a run is being ended.
const CANCELLING_FACT: &str = "run.cancelling";
/// Kind of the fact that a finished run goes on.
const REOPENED: &str = "run.reopened";
/// Kind of the fact that ends a run.
pub(super) const FINISHED: &str = "run.finished";
/// Kind of the fact that an effect begins.
pub(super) const STEP_STARTED: &str = "step.started";
/// Kind of the fact that an effect has ended.
pub(super) const STEP_SETTLED: &str = "step.settled";

/// The status of a run that goes on, whether its owner lives or not.
pub const RUNNING: &str = "running";
/// The status of a run that waits for others with the same slot.
pub const QUEUED: &str = "queued";
/// The status of a run that waits for somebody to resume it.
pub const PAUSED: &str = "paused";
/// The status of a run that is being ended.
pub const CANCELLING: &str = "cancelling";

/// What lists and look-ups show of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// The run's id.
    pub id: String,
    /// Name of its capsule.
    pub capsule: String,
    /// Version of its capsule.
    pub version: String,
    /// Digest of its capsule.
    pub digest: String,
    /// Where it works.
    pub workspace: Option<String>,
    /// The key its caller gave, unique in the store.
    pub idempotency_key: Option<String>,
    /// The step of another run that it is the work of.
    pub parent: Option<Parent>,
    /// Its place among runs that exclude each other.
    pub slot: Option<Slot>,
    /// Seq of its first event, or of the `run.reopened` that came last: its turn among those with the same slot.
    pub first_seq: u64,
    /// [`RUNNING`], [`QUEUED`], [`PAUSED`] or [`CANCELLING`], then what `run.finished` says.
    pub status: String,
    /// The exit code `run.finished` says.
    pub exit_code: Option<i64>,
    /// When its first event was recorded, in milliseconds since 1970-01-01 UTC.
    pub started_at: i64,
    /// When it finished.
    pub finished_at: Option<i64>,
    /// Number of its events: what an append expects.
    pub head: u64,
    /// The newest epoch it was leased under; 0 when it was never leased.
    pub epoch: u64,
    /// Steps whose effect began.
    pub steps_started: u64,
    /// Steps whose effect ended.
    pub steps_settled: u64,
    /// Its approvals that are open.
    pub questions: u64,
}

/// What a run is the work of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// Id of the run.
    pub run: String,
    /// The step.
    pub step: String,
    /// Its item, from 0.
    pub item: Option<u64>,
}

/// A place among the runs with the same key, of which only so many go on at the same time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// What they have in common.
    pub key: String,
    /// How many go on at the same time.
    pub limit: u64,
    /// What this one does when they are that many.
    pub on_conflict: String,
    /// Whether it has been let in since it was started or reopened.
    pub admitted: bool,
}

const COLUMNS: &str = "id, capsule, version, digest, workspace, idempotency_key, parent_run, parent_step, parent_item, \
    slot_key, slot_limit, slot_on_conflict, slot_admitted, first_seq, status, exit_code, started_at, finished_at, head, \
    epoch, steps_started, steps_settled, questions";

impl RunRow {
    /// The row of a run before its first event.
    pub(in crate::journal) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            capsule: String::new(),
            version: String::new(),
            digest: String::new(),
            workspace: None,
            idempotency_key: None,
            parent: None,
            slot: None,
            first_seq: 0,
            status: RUNNING.to_owned(),
            exit_code: None,
            started_at: 0,
            finished_at: None,
            head: 0,
            epoch: 0,
            steps_started: 0,
            steps_settled: 0,
            questions: 0,
        }
    }

    /// Takes in the next event of the run.
    pub(super) fn apply(&mut self, seen: &Seen<'_>) {
        let Seen { seq, at, kind, body } = *seen;
        if self.head == 0 {
            self.started_at = at;
            self.first_seq = seq;
        }
        self.head += 1;
        let unfinished = self.finished_at.is_none();
        match kind {
            STARTED => self.start(body),
            LEASED => self.epoch = epoch(body).unwrap_or(self.epoch),
            ADMITTED => {
                if let Some(slot) = &mut self.slot {
                    slot.admitted = true;
                }
                self.go_on(QUEUED);
            }
            PAUSED_FACT if unfinished && self.status != CANCELLING => PAUSED.clone_into(&mut self.status),
            RESUMED => self.go_on(PAUSED),
            CANCELLING_FACT if unfinished => CANCELLING.clone_into(&mut self.status),
            REOPENED if !unfinished => self.reopen(seq),
            STEP_STARTED => self.steps_started += 1,
            STEP_SETTLED => self.steps_settled += 1,
            FINISHED => {
                self.status = text(&body["status"]);
                self.exit_code = body["exit_code"].as_i64();
                self.finished_at = Some(at);
            }
            _ => {}
        }
    }

    fn start(&mut self, body: &Value) {
        let capsule = &body["capsule"];
        self.capsule = text(&capsule["name"]);
        self.version = text(&capsule["version"]);
        self.digest = text(&capsule["digest"]);
        self.workspace = body["workspace"].as_str().map(str::to_owned);
        self.idempotency_key = idempotency_key(body).map(str::to_owned);
        self.parent = parent(&body["parent"]);
        self.slot = slot(&body["slot"]);
        self.go_on(RUNNING);
    }

    /// It was over, so its slot may be another's by now: it takes its turn again, as the last one.
    fn reopen(&mut self, seq: u64) {
        self.finished_at = None;
        self.exit_code = None;
        self.first_seq = seq;
        if let Some(slot) = &mut self.slot {
            slot.admitted = false;
        }
        let over = self.status.clone();
        self.go_on(&over);
    }

    /// Ends the status `from` of a run that is not over: what it is now depends on its slot.
    fn go_on(&mut self, from: &str) {
        if self.finished_at.is_none() && self.status == from {
            let waits = self.slot.as_ref().is_some_and(|slot| !slot.admitted);
            if waits { QUEUED } else { RUNNING }.clone_into(&mut self.status);
        }
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let count = |index| row.get::<_, i64>(index).map(i64::cast_unsigned);
        Ok(Self {
            id: row.get(0)?,
            capsule: row.get(1)?,
            version: row.get(2)?,
            digest: row.get(3)?,
            workspace: row.get(4)?,
            idempotency_key: row.get(5)?,
            parent: read_parent(row)?,
            slot: read_slot(row)?,
            first_seq: count(13)?,
            status: row.get(14)?,
            exit_code: row.get(15)?,
            started_at: row.get(16)?,
            finished_at: row.get(17)?,
            head: count(18)?,
            epoch: count(19)?,
            steps_started: count(20)?,
            steps_settled: count(21)?,
            questions: count(22)?,
        })
    }

    /// Writes what most events change. No index has these columns, so an append touches one page of the view.
    fn save_counts(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "UPDATE runs SET head = ?2, epoch = ?3, steps_started = ?4, steps_settled = ?5, questions = ?6
                 WHERE id = ?1",
            )?
            .execute(params![
                self.id,
                self.head.cast_signed(),
                self.epoch.cast_signed(),
                self.steps_started.cast_signed(),
                self.steps_settled.cast_signed(),
                self.questions.cast_signed(),
            ])?;
        Ok(())
    }

    /// Whether the rows differ in what [`RunRow::save_counts`] writes, at most.
    fn differs_in_counts(&self, other: &Self) -> bool {
        let counts_of_other = Self {
            head: other.head,
            epoch: other.epoch,
            steps_started: other.steps_started,
            steps_settled: other.steps_settled,
            questions: other.questions,
            ..self.clone()
        };
        counts_of_other == *other
    }

    /// Writes the row; `before` is the one that is there.
    pub(super) fn save(&self, connection: &Connection, before: Option<&Self>) -> rusqlite::Result<()> {
        match before {
            Some(before) if before.differs_in_counts(self) => self.save_counts(connection),
            Some(_) | None => self.save_whole(connection),
        }
    }

    fn save_whole(&self, connection: &Connection) -> rusqlite::Result<()> {
        let (parent, slot) = (self.parent.as_ref(), self.slot.as_ref());
        connection
            .prepare_cached(&format!(
                "INSERT INTO runs ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
                    ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)
                 ON CONFLICT (id) DO UPDATE SET capsule = ?2, version = ?3, digest = ?4, workspace = ?5,
                    idempotency_key = ?6, parent_run = ?7, parent_step = ?8, parent_item = ?9, slot_key = ?10,
                    slot_limit = ?11, slot_on_conflict = ?12, slot_admitted = ?13, first_seq = ?14, status = ?15,
                    exit_code = ?16, started_at = ?17, finished_at = ?18, head = ?19, epoch = ?20, steps_started = ?21,
                    steps_settled = ?22, questions = ?23"
            ))?
            .execute(params![
                self.id,
                self.capsule,
                self.version,
                self.digest,
                self.workspace,
                self.idempotency_key,
                parent.map(|parent| &parent.run),
                parent.map(|parent| &parent.step),
                parent.and_then(|parent| parent.item).map(u64::cast_signed),
                slot.map(|slot| &slot.key),
                slot.map(|slot| slot.limit.cast_signed()),
                slot.map(|slot| &slot.on_conflict),
                slot.map(|slot| slot.admitted),
                self.first_seq.cast_signed(),
                self.status,
                self.exit_code,
                self.started_at,
                self.finished_at,
                self.head.cast_signed(),
                self.epoch.cast_signed(),
                self.steps_started.cast_signed(),
                self.steps_settled.cast_signed(),
                self.questions.cast_signed(),
            ])?;
        Ok(())
    }
}

/// The epoch a `run.leased` body gives.
pub(in crate::journal) fn epoch(body: &Value) -> Option<u64> {
    body["epoch"].as_u64()
}

/// The idempotency key a `run.started` body claims.
pub(in crate::journal) fn idempotency_key(body: &Value) -> Option<&str> {
    body["idempotency_key"].as_str()
}

fn parent(value: &Value) -> Option<Parent> {
    Some(Parent {
        run: value["run"].as_str()?.to_owned(),
        step: text(&value["unit"]["step"]),
        item: value["unit"]["item"].as_u64(),
    })
}

fn slot(value: &Value) -> Option<Slot> {
    Some(Slot {
        key: value["key"].as_str()?.to_owned(),
        limit: value["limit"].as_u64().unwrap_or(1),
        on_conflict: text(&value["on_conflict"]),
        admitted: false,
    })
}

fn read_parent(row: &Row<'_>) -> rusqlite::Result<Option<Parent>> {
    let Some(run) = row.get(6)? else { return Ok(None) };
    Ok(Some(Parent {
        run,
        step: row.get(7)?,
        item: row.get::<_, Option<i64>>(8)?.map(i64::cast_unsigned),
    }))
}

fn read_slot(row: &Row<'_>) -> rusqlite::Result<Option<Slot>> {
    let Some(key) = row.get(9)? else { return Ok(None) };
    Ok(Some(Slot {
        key,
        limit: row.get::<_, i64>(10)?.cast_unsigned(),
        on_conflict: row.get(11)?,
        admitted: row.get(12)?,
    }))
}

/// Which runs a list shows; the default is all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunFilter<'a> {
    /// Only those that have not finished.
    pub unfinished: bool,
    /// Only those with this status.
    pub status: Option<&'a str>,
    /// Only those that are the work of this run.
    pub parent: Option<&'a str>,
    /// Only those of the capsule with this name.
    pub capsule: Option<&'a str>,
    /// At most so many.
    pub limit: Option<usize>,
}

pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE runs (
            id               TEXT    PRIMARY KEY,
            capsule          TEXT    NOT NULL,
            version          TEXT    NOT NULL,
            digest           TEXT    NOT NULL,
            workspace        TEXT,
            idempotency_key  TEXT,
            parent_run       TEXT,
            parent_step      TEXT,
            parent_item      INTEGER,
            slot_key         TEXT,
            slot_limit       INTEGER,
            slot_on_conflict TEXT,
            slot_admitted    INTEGER,
            first_seq        INTEGER NOT NULL,
            status           TEXT    NOT NULL,
            exit_code        INTEGER,
            started_at       INTEGER NOT NULL,
            finished_at      INTEGER,
            head             INTEGER NOT NULL,
            epoch            INTEGER NOT NULL,
            steps_started    INTEGER NOT NULL,
            steps_settled    INTEGER NOT NULL,
            questions        INTEGER NOT NULL
         ) STRICT, WITHOUT ROWID;
         CREATE UNIQUE INDEX runs_by_key ON runs (idempotency_key) WHERE idempotency_key IS NOT NULL;
         CREATE INDEX runs_unfinished ON runs (id) WHERE finished_at IS NULL;
         CREATE INDEX runs_by_parent ON runs (parent_run) WHERE parent_run IS NOT NULL;
         CREATE INDEX runs_by_slot ON runs (slot_key, first_seq) WHERE slot_key IS NOT NULL AND finished_at IS NULL;",
    )
}

/// The row of one run.
pub(in crate::journal) fn by_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<RunRow>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE id = ?1"))?
        .query_row([id], RunRow::read)
        .optional()
}

/// The row of the run that was started with `key`.
pub(in crate::journal) fn by_key(connection: &Connection, key: &str) -> rusqlite::Result<Option<RunRow>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM runs WHERE idempotency_key = ?1"))?
        .query_row([key], RunRow::read)
        .optional()
}

/// Rows in descending order of id, which for UUIDv7 is newest first.
pub(in crate::journal) fn list(connection: &Connection, filter: RunFilter<'_>) -> rusqlite::Result<Vec<RunRow>> {
    let mut conditions = vec![if filter.unfinished { "finished_at IS NULL" } else { "1" }.to_owned()];
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    for (column, value) in [
        ("status", filter.status),
        ("parent_run", filter.parent),
        ("capsule", filter.capsule),
    ] {
        if let Some(value) = value {
            values.push(Box::new(value));
            conditions.push(format!("{column} = ?{}", values.len()));
        }
    }
    values.push(Box::new(sql_limit(filter.limit.unwrap_or(usize::MAX))));
    let sql = format!(
        "SELECT {COLUMNS} FROM runs WHERE {} ORDER BY id DESC LIMIT ?{}",
        conditions.join(" AND "),
        values.len()
    );
    connection
        .prepare_cached(&sql)?
        .query_map(rusqlite::params_from_iter(values), RunRow::read)?
        .collect()
}

/// Ids of the unfinished runs with the slot of run `id` whose turn comes before its own, in that order.
pub(in crate::journal) fn ahead(connection: &Connection, id: &str) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT other.id FROM runs AS own JOIN runs AS other ON other.slot_key = own.slot_key
             WHERE own.id = ?1 AND other.slot_key IS NOT NULL AND other.finished_at IS NULL
                AND other.first_seq < own.first_seq
             ORDER BY other.first_seq",
        )?
        .query_map([id], |row| row.get(0))?
        .collect()
}

/// Ids that begin or end with `part`, at most `limit` of them.
pub(in crate::journal) fn ids_with(connection: &Connection, part: &str, limit: usize) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT id FROM runs WHERE substr(id, 1, length(?1)) = ?1 OR substr(id, -length(?1)) = ?1
             ORDER BY id DESC LIMIT ?2",
        )?
        .query_map((part, sql_limit(limit)), |row| row.get(0))?
        .collect()
}

#[cfg(test)]
mod tests;

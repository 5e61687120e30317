//! The view of runs: one row per run stream.
//!
//! A row is a fold of the run's events ([`RunRow::apply`]); the same fold serves the writer, the
//! rebuild and the tests. Fields a body does not have stay empty: a view never refuses an event.

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::Value;

/// Kind of the fact that begins a run.
pub(in crate::journal) const STARTED: &str = "run.started";
/// Kind of the fact that gives a run to a new owner.
pub(in crate::journal) const LEASED: &str = "run.leased";
/// Kind of the fact that ends a run.
const FINISHED: &str = "run.finished";
/// Kind of the fact that an effect begins.
const STEP_STARTED: &str = "step.started";
/// Kind of the fact that an effect has ended.
const STEP_SETTLED: &str = "step.settled";

/// The status of a run that has not finished.
pub const RUNNING: &str = "running";

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
    /// `running`, then what `run.finished` says.
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
}

const COLUMNS: &str = "id, capsule, version, digest, workspace, idempotency_key, status, exit_code, started_at, \
    finished_at, head, epoch, steps_started, steps_settled";

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
            status: RUNNING.to_owned(),
            exit_code: None,
            started_at: 0,
            finished_at: None,
            head: 0,
            epoch: 0,
            steps_started: 0,
            steps_settled: 0,
        }
    }

    /// Takes in the next event of the run; `body` is null when it was shredded.
    pub(in crate::journal) fn apply(&mut self, kind: &str, body: &Value, at: i64) {
        if self.head == 0 {
            self.started_at = at;
        }
        self.head += 1;
        match kind {
            STARTED => {
                let capsule = &body["capsule"];
                self.capsule = text(&capsule["name"]);
                self.version = text(&capsule["version"]);
                self.digest = text(&capsule["digest"]);
                self.workspace = body["workspace"].as_str().map(str::to_owned);
                self.idempotency_key = idempotency_key(body).map(str::to_owned);
            }
            LEASED => self.epoch = epoch(body).unwrap_or(self.epoch),
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

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let count = |index| row.get::<_, i64>(index).map(i64::cast_unsigned);
        Ok(Self {
            id: row.get(0)?,
            capsule: row.get(1)?,
            version: row.get(2)?,
            digest: row.get(3)?,
            workspace: row.get(4)?,
            idempotency_key: row.get(5)?,
            status: row.get(6)?,
            exit_code: row.get(7)?,
            started_at: row.get(8)?,
            finished_at: row.get(9)?,
            head: count(10)?,
            epoch: count(11)?,
            steps_started: count(12)?,
            steps_settled: count(13)?,
        })
    }

    /// Writes the row, new or changed.
    pub(in crate::journal) fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "INSERT INTO runs (id, capsule, version, digest, workspace, idempotency_key, status, exit_code,
                    started_at, finished_at, head, epoch, steps_started, steps_settled)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
                 ON CONFLICT (id) DO UPDATE SET capsule = ?2, version = ?3, digest = ?4, workspace = ?5,
                    idempotency_key = ?6, status = ?7, exit_code = ?8, started_at = ?9, finished_at = ?10, head = ?11,
                    epoch = ?12, steps_started = ?13, steps_settled = ?14",
            )?
            .execute(params![
                self.id,
                self.capsule,
                self.version,
                self.digest,
                self.workspace,
                self.idempotency_key,
                self.status,
                self.exit_code,
                self.started_at,
                self.finished_at,
                self.head.cast_signed(),
                self.epoch.cast_signed(),
                self.steps_started.cast_signed(),
                self.steps_settled.cast_signed(),
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

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// RunFilter runs a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunFilter {
    /// All of them.
    All,
    /// Those that have not finished.
    Unfinished,
}

pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE runs (
            id              TEXT    PRIMARY KEY,
            capsule         TEXT    NOT NULL,
            version         TEXT    NOT NULL,
            digest          TEXT    NOT NULL,
            workspace       TEXT,
            idempotency_key TEXT,
            status          TEXT    NOT NULL,
            exit_code       INTEGER,
            started_at      INTEGER NOT NULL,
            finished_at     INTEGER,
            head            INTEGER NOT NULL,
            epoch           INTEGER NOT NULL,
            steps_started   INTEGER NOT NULL,
            steps_settled   INTEGER NOT NULL
         ) STRICT, WITHOUT ROWID;
         CREATE UNIQUE INDEX runs_by_key ON runs (idempotency_key) WHERE idempotency_key IS NOT NULL;
         CREATE INDEX runs_unfinished ON runs (id) WHERE finished_at IS NULL;",
    )
}

pub(super) fn drop(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("DROP TABLE IF EXISTS runs")
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
pub(in crate::journal) fn list(
    connection: &Connection,
    which: RunFilter,
    limit: usize,
) -> rusqlite::Result<Vec<RunRow>> {
    let condition = match which {
        RunFilter::All => "",
        RunFilter::Unfinished => "WHERE finished_at IS NULL",
    };
    let sql = format!("SELECT {COLUMNS} FROM runs {condition} ORDER BY id DESC LIMIT ?1");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection
        .prepare_cached(&sql)?
        .query_map([limit], RunRow::read)?
        .collect()
}

/// Ids that begin or end with `part`, at most `limit` of them.
pub(in crate::journal) fn ids_with(connection: &Connection, part: &str, limit: usize) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "SELECT id FROM runs WHERE substr(id, 1, length(?1)) = ?1 OR substr(id, -length(?1)) = ?1
             ORDER BY id DESC LIMIT ?2",
        )?
        .query_map((part, i64::try_from(limit).unwrap_or(i64::MAX)), |row| row.get(0))?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_is_the_fold_of_its_events() {
        let mut row = RunRow::new("r");
        let digest = "d".repeat(128);
        let started = json!({
            "capsule": {"name": "tidy", "version": "1.2.0", "digest": digest}, "idempotency_key": "k",
            "workspace": "/home/ann/notes", "unknown": [1]
        });
        row.apply("run.started", &started, 10);
        row.apply("run.leased", &json!({"epoch": 1, "owner": "p"}), 11);
        row.apply("step.rendered", &json!({}), 12);
        row.apply("step.started", &json!({}), 13);
        row.apply("step.settled", &json!({"outcome": {"status": "succeeded"}}), 14);
        assert_eq!((row.status.as_str(), row.finished_at), (RUNNING, None));
        row.apply("run.finished", &json!({"status": "succeeded", "exit_code": 0}), 15);
        let expected = RunRow {
            id: "r".into(),
            capsule: "tidy".into(),
            version: "1.2.0".into(),
            digest,
            workspace: Some("/home/ann/notes".into()),
            idempotency_key: Some("k".into()),
            status: "succeeded".into(),
            exit_code: Some(0),
            started_at: 10,
            finished_at: Some(15),
            head: 6,
            epoch: 1,
            steps_started: 1,
            steps_settled: 1,
        };
        assert_eq!(row, expected);
    }

    #[test]
    fn bodies_of_another_form_leave_fields_empty() {
        let mut row = RunRow::new("r");
        for kind in [STARTED, LEASED, STEP_STARTED, STEP_SETTLED, FINISHED] {
            for body in [
                json!(null),
                json!([]),
                json!("text"),
                json!({"capsule": 1, "epoch": -1, "status": {}}),
            ] {
                row.apply(kind, &body, 5);
            }
        }
        assert_eq!((row.epoch, row.capsule.as_str(), row.status.as_str()), (0, "", ""));
        assert_eq!(row.head, 20);
    }
}

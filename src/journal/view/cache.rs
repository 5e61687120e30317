//! The view of results that may serve again: one row per key, for the newest of them.
//!
//! It says where a result is, never what it is: the output stays in its event.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::Seen;

/// The newest result with some key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cached {
    key: String,
    /// Seq of the event that holds the output.
    seq: u64,
    /// When it stops serving, in milliseconds since 1970-01-01 UTC; `None`: never.
    expires_at: Option<i64>,
}

impl Cached {
    /// What a `step.settled` offers to later steps: a completed output that was not itself taken from here.
    pub fn of(seen: &Seen<'_>) -> Option<Self> {
        let cache = &seen.body["cache"];
        let key = cache["key"].as_str()?;
        let completed = seen.body["outcome"]["status"] == "completed";
        (completed && cache["hit"].is_null()).then(|| Self {
            key: key.to_owned(),
            seq: seen.seq,
            expires_at: cache["expires_at"].as_i64(),
        })
    }

    /// Writes it, unless a newer one is there: a rebuild does not come in the order of the log.
    pub fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        connection
            .prepare_cached(
                "INSERT INTO cached (key, seq, expires_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (key) DO UPDATE SET seq = ?2, expires_at = ?3 WHERE ?2 > seq",
            )?
            .execute(params![self.key, self.seq.cast_signed(), self.expires_at])?;
        Ok(())
    }
}

pub(super) fn create(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TABLE cached (
            key        TEXT    PRIMARY KEY,
            seq        INTEGER NOT NULL,
            expires_at INTEGER
         ) STRICT, WITHOUT ROWID;",
    )
}

/// Seq of the event whose output serves for `key` at `now_ms`.
pub(in crate::journal) fn lookup(connection: &Connection, key: &str, now_ms: i64) -> rusqlite::Result<Option<u64>> {
    connection
        .prepare_cached("SELECT seq FROM cached WHERE key = ?1 AND (expires_at IS NULL OR expires_at > ?2)")?
        .query_row((key, now_ms), |row| row.get(0).map(i64::cast_unsigned))
        .optional()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn offered(body: &Value) -> Option<Cached> {
        Cached::of(&Seen {
            seq: 7,
            at: 1,
            kind: "step.settled",
            body,
        })
    }

    #[test]
    fn only_a_completed_output_that_was_computed_is_offered() {
        let settled = |status: &str, cache: Value| json!({"outcome": {"status": status, "output": 1}, "cache": cache});
        let expected = Cached {
            key: "ab".into(),
            seq: 7,
            expires_at: Some(9),
        };
        let offer = json!({"key": "ab", "expires_at": 9, "hit": null});
        assert_eq!(offered(&settled("completed", offer.clone())), Some(expected.clone()));
        let for_ever = json!({"key": "ab"});
        let without_end = Cached {
            expires_at: None,
            ..expected
        };
        assert_eq!(offered(&settled("completed", for_ever)), Some(without_end));
        for body in [
            settled("failed", offer),
            settled("completed", json!({"key": "ab", "hit": 3})),
            settled("completed", json!({"key": 1})),
            settled("completed", json!(null)),
            json!({"cache": {"key": "ab"}}),
            json!(null),
            json!([1]),
        ] {
            assert_eq!(offered(&body), None, "{body}");
        }
    }
}

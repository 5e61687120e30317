//! Views: tables that say the same as the events, in the form that questions are asked.
//!
//! They are written in the transaction that appends the events. [`VERSION`] names their form; a
//! store whose views have another is given new ones, from its events alone.

pub mod run;

use rusqlite::{Connection, TransactionBehavior};
use serde_json::Value;

use self::run::RunRow;
use super::blob::Blobs;
use super::event::Body;
use super::reader::{self, ReadError, Row};

/// The form of all views; raised whenever one of them changes.
pub(super) const VERSION: i64 = 1;

/// Drops the views and builds them again from the events, in one transaction.
pub(super) fn rebuild(connection: &mut Connection, blobs: &Blobs) -> Result<(), ReadError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    run::drop(&transaction)?;
    run::create(&transaction)?;
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
    let mut current: Option<RunRow> = None;
    while let Some(row) = rows.next()? {
        let event = Row::read(row)?.into_event(blobs)?;
        let id = event
            .header()
            .stream
            .strip_prefix("run/")
            .unwrap_or_default()
            .to_owned();
        if current.as_ref().is_none_or(|run| run.id != id)
            && let Some(done) = current.replace(RunRow::new(&id))
        {
            done.save(connection)?;
        }
        if let Some(run) = &mut current {
            let body = match event.body() {
                Body::Present(body) => body,
                Body::Shredded => &Value::Null,
            };
            run.apply(event.kind(), body, event.at());
        }
    }
    match current {
        Some(done) => Ok(done.save(connection)?),
        None => Ok(()),
    }
}

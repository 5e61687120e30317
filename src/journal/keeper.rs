//! The thread beside the writer: it publishes checkpoints and copies the write-ahead log back.
//!
//! Both would stall commits for many milliseconds if the writer did them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use ed25519_dalek::VerifyingKey;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::oneshot;

use super::checkpoint::Checkpoint;
use super::outside::{self, PublishError};
use super::place::Place;
use super::schema;

/// A commit is known outside the database at most this much later.
const PUBLISH_WITHIN: Duration = Duration::from_secs(5);
/// Frames of the write-ahead log that may wait to be copied: 16 MiB of pages.
const FRAMES: i64 = 2048;

/// What the keeper is asked to do.
pub(super) enum Errand {
    /// Something was committed.
    Committed,
    /// Publish now, and say what came of it.
    Publish(oneshot::Sender<Result<Checkpoint, PublishError>>),
}

/// What the writer and the keeper tell each other.
#[derive(Default)]
pub(super) struct Signals {
    /// A commit was announced and not yet looked at.
    announced: AtomicBool,
    /// The keeper has copied most of the write-ahead log.
    backfilled: AtomicBool,
    /// Why nothing may be written any more.
    halted: OnceLock<String>,
}

impl Signals {
    /// Tells the keeper that something was committed.
    pub fn committed(&self, errands: &Sender<Errand>) {
        if !self.announced.swap(true, Ordering::AcqRel) {
            // Without a keeper nothing is published; whoever asks for it is told.
            let _ = errands.send(Errand::Committed);
        }
    }

    /// Whether the rest of the write-ahead log should be copied now; asked once.
    pub fn backfilled(&self) -> bool {
        self.backfilled.swap(false, Ordering::AcqRel)
    }

    /// Ends all writing; the first reason stands.
    pub fn halt(&self, reason: String) {
        let _ = self.halted.set(reason);
    }

    /// Why writing has ended.
    pub fn halted(&self) -> Option<&String> {
        self.halted.get()
    }
}

/// What the thread owns.
pub(super) struct Keeper {
    pub place: Place,
    pub store_id: String,
    pub key: VerifyingKey,
    pub signals: std::sync::Arc<Signals>,
    /// Opened when first needed.
    pub connection: Option<Connection>,
}

impl Keeper {
    /// Serves until the journal is closed, then publishes what is not published.
    pub fn run(mut self, errands: Receiver<Errand>) {
        let mut due: Option<Instant> = None;
        loop {
            let errand = match due {
                Some(due) => errands.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => errands.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match errand {
                Ok(Errand::Committed) => {
                    self.signals.announced.store(false, Ordering::Release);
                    due.get_or_insert_with(|| Instant::now() + PUBLISH_WITHIN);
                    self.copy_back();
                }
                Ok(Errand::Publish(reply)) => {
                    due = None;
                    let published = self.publish();
                    // Whoever asked may have stopped waiting.
                    let _ = reply.send(published);
                }
                Err(RecvTimeoutError::Timeout) => {
                    due = None;
                    self.publish_quietly();
                }
                Err(RecvTimeoutError::Disconnected) => {
                    if due.is_some() {
                        self.publish_quietly();
                    }
                    return;
                }
            }
        }
    }

    /// Publishes without anybody to tell: a failure is found again by whoever asks next.
    fn publish_quietly(&mut self) {
        let _ = self.publish();
    }

    fn publish(&mut self) -> Result<Checkpoint, PublishError> {
        let connection = connection(&mut self.connection, &self.place)?;
        let published = outside::publish(connection, &self.place, &self.store_id, &self.key);
        if let Err(error @ PublishError::Diverged { .. }) = &published {
            self.signals.halt(error.to_string());
        }
        published
    }

    /// Copies the write-ahead log into the database when it has grown long.
    fn copy_back(&mut self) {
        match self.try_copy_back() {
            Ok(false) => {}
            Ok(true) => self.signals.backfilled.store(true, Ordering::Release),
            Err(error) => match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {}
                // Pages that failed to sync may be gone from memory: a second try would seem to succeed.
                Some(_) | None => self.signals.halt(error.to_string()),
            },
        }
    }

    fn try_copy_back(&mut self) -> rusqlite::Result<bool> {
        let connection = connection(&mut self.connection, &self.place)?;
        let waiting = connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| {
            Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?)
        })?;
        if waiting <= FRAMES {
            return Ok(false);
        }
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(true)
    }
}

fn connection<'a>(slot: &'a mut Option<Connection>, place: &Place) -> rusqlite::Result<&'a Connection> {
    let connection = match slot.take() {
        Some(open) => open,
        None => {
            let opened = schema::connect(&place.database)?;
            schema::tune(&opened)?;
            opened
        }
    };
    Ok(slot.insert(connection))
}

//! The checkpoint outside the database: what makes a log that was cut visible.
//!
//! It only ever moves forward. A file that says more than the log does, or something else, is never
//! overwritten: it is the evidence.

use std::fs;
use std::io;
use std::path::PathBuf;

use ed25519_dalek::VerifyingKey;
use rusqlite::Connection;

use super::chain;
use super::checkpoint::Checkpoint;
use super::durable;
use super::note::NoteError;
use super::place::Place;

/// How the log contradicts a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Divergence {
    /// The checkpoint covers events that the log does not have.
    #[error("the log was cut: {events} events, the checkpoint kept outside says {checkpoint}")]
    Cut {
        /// Events in the log.
        events: u64,
        /// Events the checkpoint covers.
        checkpoint: u64,
    },
    /// The log has another history up to where the checkpoint was made.
    #[error("the log is not the one that the checkpoint kept outside was made of, at event {seq}")]
    OtherHistory {
        /// The last event the checkpoint covers.
        seq: u64,
    },
}

/// Why the outside checkpoint could not be read.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// The file system refused.
    #[error("cannot use the checkpoint `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not a checkpoint of this store signed by this key.
    #[error("the checkpoint `{path}` was refused")]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NoteError,
    },
}

/// Why the newest checkpoint was not written outside.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The one that is there cannot be used.
    #[error(transparent)]
    Outside(#[from] OutsideError),
    /// The one that is there contradicts the log.
    #[error("the checkpoint `{path}` contradicts the log")]
    Diverged {
        /// The file.
        path: PathBuf,
        /// How.
        source: Divergence,
    },
    /// The newest checkpoint in the database is not one of this store signed by this key.
    #[error("the checkpoint in the database was refused")]
    Inside(#[from] NoteError),
    /// The database refused.
    #[error("the journal's database refused")]
    Database(#[from] rusqlite::Error),
    /// The journal is closed.
    #[error("the journal is closed")]
    Closed,
}

/// Reads the checkpoint outside; `None` when there is no file.
pub(super) fn read(place: &Place, store: &str, key: &VerifyingKey) -> Result<Option<Checkpoint>, OutsideError> {
    let path = || place.checkpoint.clone();
    let bytes = match fs::read(&place.checkpoint) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(OutsideError::File { path: path(), source }),
    };
    // Bytes that are not UTF-8 become characters that no checkpoint holds.
    Checkpoint::open(&String::from_utf8_lossy(&bytes), store, key)
        .map(Some)
        .map_err(|source| OutsideError::Refused { path: path(), source })
}

/// Says how the log, whose newest checkpoint is `inside`, contradicts `outside`.
pub(super) fn compare(
    connection: &Connection,
    inside: &Checkpoint,
    outside: &Checkpoint,
) -> rusqlite::Result<Option<Divergence>> {
    if outside.size() > inside.size() {
        return Ok(Some(Divergence::Cut {
            events: inside.size(),
            checkpoint: outside.size(),
        }));
    }
    let same = if outside.size() == inside.size() {
        (outside.head(), outside.root()) == (inside.head(), inside.root())
    } else {
        // The chain hash stands for everything before it; nothing stands before the first event.
        outside.size() == 0 || chain::hash_at(connection, outside.size())? == Some(outside.head())
    };
    Ok((!same).then_some(Divergence::OtherHistory { seq: outside.size() }))
}

/// Writes the newest checkpoint outside, unless it is there already.
pub(super) fn publish(
    connection: &Connection,
    place: &Place,
    store: &str,
    key: &VerifyingKey,
) -> Result<Checkpoint, PublishError> {
    let file = |source| OutsideError::File {
        path: place.checkpoint.clone(),
        source,
    };
    // Without the lock a slow process could put an older checkpoint over a newer one.
    let lock = durable::open_or_create(&place.checkpoint_lock()).map_err(file)?;
    lock.lock().map_err(file)?;
    // Read before the database: what was published is committed, so the database cannot be behind it.
    let outside = read(place, store, key)?;
    let inside = Checkpoint::open(&chain::stored(connection)?.checkpoint, store, key)?;
    if let Some(outside) = outside {
        if let Some(source) = compare(connection, &inside, &outside)? {
            return Err(PublishError::Diverged {
                path: place.checkpoint.clone(),
                source,
            });
        }
        if outside.size() == inside.size() {
            return Ok(inside);
        }
    }
    durable::replace(&place.checkpoint, inside.note().as_bytes()).map_err(file)?;
    Ok(inside)
}

//! Verification: whether the stored bytes are those that the checkpoints were signed over.
//!
//! It hashes what is stored and never serialises anything again. It reads in short transactions and
//! constant memory, up to the head it found at the start. What it cannot know: whoever holds the
//! signing key can sign another log, and whoever cuts the log back to an older checkpoint leaves a
//! consistent one: only a checkpoint kept outside tells.

use std::fs;
use std::io;

use ed25519_dalek::VerifyingKey;
use rusqlite::{Connection, ErrorCode};

use super::blob::{BlobError, Blobs};
use super::chain::{self, Chain};
use super::checkpoint::Checkpoint;
use super::note::NoteError;
use super::outside::{self, OutsideError};
use super::place::Place;
use super::reader::{COLUMNS, Row};
use super::schema::{self, BodyPlace};
use super::tree::Frontier;
use crate::digest::Digest;

/// Events read in one transaction.
const CHUNK: i64 = 512;

/// How much of the log is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// All of it.
    Full,
    /// What came after this checkpoint (the text of a signed note); the log is also shown to be the
    /// one it was made of, as far as hashes of hashes show it.
    Since(String),
}

/// What was found to be in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The store's id.
    pub store_id: String,
    /// Events that were read and hashed.
    pub events: u64,
    /// The newest checkpoint in the database, which covers the whole log.
    pub checkpoint: Checkpoint,
    /// Events whose body was shredded.
    pub shredded: u64,
    /// Size of the checkpoint kept outside; without one a log that was cut cannot be told.
    pub outside: Option<u64>,
}

/// RunFilter checkpoint is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The one in the database.
    Inside,
    /// The one in the file beside the database.
    Outside,
    /// The one that was given.
    Given,
}

impl std::fmt::Display for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Inside => "in the database",
            Self::Outside => "kept outside",
            Self::Given => "given",
        })
    }
}

/// What is wrong with an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// It is not there, but later ones are.
    #[error("it is missing")]
    Missing,
    /// The hash of its entry is not the one stored with it.
    #[error("its entry does not have its hash")]
    Hash,
    /// It does not continue the event before it.
    #[error("it does not continue the event before it")]
    Prev,
    /// Its entry is no header, or an index column differs from it.
    #[error("{0}")]
    Header(&'static str),
    /// The stored row has another form.
    #[error("its row has another form: {0}")]
    Row(String),
    /// Its body does not have the digest and size in its entry.
    #[error("its body is not the one it was recorded with")]
    Body,
    /// Its body is gone, and not because it was shredded.
    #[error("its body is missing")]
    BodyMissing,
    /// A tree node that it completes differs from the kept one.
    #[error("the tree node kept for it is wrong")]
    TreeNode,
    /// It lies after the newest checkpoint.
    #[error("no checkpoint covers it")]
    Uncovered,
}

/// Why a log is not in order, or could not be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The first bad event.
    #[error("event {seq}: {finding}")]
    BadEvent {
        /// Its seq.
        seq: u64,
        /// What is wrong with it.
        finding: Finding,
    },
    /// Events at the end are gone.
    #[error("the log was cut: {events} events, the checkpoint {kept} says {checkpoint}")]
    Cut {
        /// Events in the log.
        events: u64,
        /// Events the checkpoint covers.
        checkpoint: u64,
        /// RunFilter checkpoint.
        kept: Kept,
    },
    /// The events are consistent, but not those the checkpoint was signed over.
    #[error("the log is not the one that the checkpoint {kept} was made of, at event {seq}")]
    OtherHistory {
        /// The last event the checkpoint covers.
        seq: u64,
        /// RunFilter checkpoint.
        kept: Kept,
    },
    /// A checkpoint is not one of this store signed by this key.
    #[error("the checkpoint {kept} was refused")]
    Checkpoint {
        /// RunFilter checkpoint.
        kept: Kept,
        /// Why.
        source: NoteError,
    },
    /// The row that says where the log ends is not what the events give.
    #[error("the stored head of the log is damaged")]
    Head,
    /// The database has a form this program does not know.
    #[error("the journal has form {found}, this program verifies form {known}")]
    OtherForm {
        /// Its form.
        found: i64,
        /// The form this program knows.
        known: i64,
    },
    /// The checkpoint kept outside could not be read.
    #[error(transparent)]
    Outside(OutsideError),
    /// Pages that hold no event are damaged: an index, a view.
    #[error("every event verifies, but the database around them is damaged: {what}")]
    Structure {
        /// What SQLite says.
        what: String,
    },
    /// The place could not be read.
    #[error("cannot read `{path}`")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database refused.
    #[error("the journal's database refused")]
    Database(#[from] rusqlite::Error),
}

/// Verifies the log at `place` against the checkpoints signed by `key`.
///
/// # Errors
/// [`VerifyError::BadEvent`] names the first event that is not as it was; the other variants say which
/// checkpoint the log contradicts, or what could not be read.
pub fn verify(place: &Place, key: &VerifyingKey, range: &Range) -> Result<Report, VerifyError> {
    fs::metadata(&place.database).map_err(|source| VerifyError::File {
        path: place.database.clone(),
        source,
    })?;
    let connection = schema::connect_reading(&place.database)?;
    let found = schema::version(&connection)?;
    if found != schema::VERSION {
        return Err(VerifyError::OtherForm {
            found,
            known: schema::VERSION,
        });
    }
    let store_id = chain::stored(&connection)?.id;
    let open = |note: &str, kept| {
        Checkpoint::open(note, &store_id, key).map_err(|source| VerifyError::Checkpoint { kept, source })
    };
    // Read before the database's head: what was published is committed, so the head cannot be behind it.
    let outside = read_outside(place, &store_id, key)?;
    let end = End::read(&connection)?;
    let inside = open(&end.checkpoint, Kept::Inside)?;

    let mut anchors = vec![(Kept::Inside, inside.clone())];
    let outside_size = outside.as_ref().map(Checkpoint::size);
    anchors.extend(outside.map(|checkpoint| (Kept::Outside, checkpoint)));
    let start = match range {
        Range::Full => Chain::default(),
        Range::Since(note) => {
            let given = open(note, Kept::Given)?;
            let start = resume(&connection, &inside, &given)?;
            anchors.push((Kept::Given, given));
            start
        }
    };

    let mut walk = Walk {
        connection: &connection,
        blobs: Blobs::new(&place.blobs),
        from: start.seq(),
        chain: start,
        shredded: 0,
        anchors,
    };
    walk.check_anchors()?;
    walk.go(end.last)?;
    walk.finish(&end, &inside)?;
    if *range == Range::Full {
        check_structure(&connection)?;
    }
    Ok(Report {
        store_id,
        events: walk.chain.seq() - walk.from,
        checkpoint: inside,
        shredded: walk.shredded,
        outside: outside_size,
    })
}

/// Asks SQLite about the pages around the events.
fn check_structure(connection: &Connection) -> Result<(), VerifyError> {
    let what: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if what == "ok" {
        Ok(())
    } else {
        Err(VerifyError::Structure { what })
    }
}

fn read_outside(place: &Place, store_id: &str, key: &VerifyingKey) -> Result<Option<Checkpoint>, VerifyError> {
    outside::read(place, store_id, key).map_err(|error| match error {
        OutsideError::Refused { source, .. } => VerifyError::Checkpoint {
            kept: Kept::Outside,
            source,
        },
        file @ OutsideError::File { .. } => VerifyError::Outside(file),
    })
}

/// Where the log ends, as one transaction finds it.
struct End {
    checkpoint: String,
    chain: Option<Chain>,
    /// The highest seq among the events.
    last: u64,
}

impl End {
    fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let transaction = connection.unchecked_transaction()?;
        let stored = chain::stored(&transaction)?;
        let last: Option<i64> = transaction.query_row("SELECT max(seq) FROM events", [], |row| row.get(0))?;
        Ok(Self {
            checkpoint: stored.checkpoint,
            chain: stored.chain,
            last: last.unwrap_or(0).cast_unsigned(),
        })
    }
}

/// The chain as it was when `given` was made, taken from the kept tree nodes and checked against `given`.
fn resume(connection: &Connection, inside: &Checkpoint, given: &Checkpoint) -> Result<Chain, VerifyError> {
    if given.size() > inside.size() {
        return Err(VerifyError::Cut {
            events: inside.size(),
            checkpoint: given.size(),
            kept: Kept::Given,
        });
    }
    let other_history = VerifyError::OtherHistory {
        seq: given.size(),
        kept: Kept::Given,
    };
    if given.size() > 0 && chain::hash_at(connection, given.size())? != Some(given.head()) {
        return Err(other_history);
    }
    match chain::frontier_at(connection, given.size())? {
        Some(frontier) if frontier.root() == given.root() => Ok(Chain::at(given.size(), given.head(), frontier)),
        Some(Frontier { .. }) | None => Err(other_history),
    }
}

/// A walk over the events in order.
struct Walk<'a> {
    connection: &'a Connection,
    blobs: Blobs,
    from: u64,
    chain: Chain,
    shredded: u64,
    anchors: Vec<(Kept, Checkpoint)>,
}

impl Walk<'_> {
    /// Verifies each event up to `last`.
    fn go(&mut self, last: u64) -> Result<(), VerifyError> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3");
        let mut statement = self.connection.prepare(&sql)?;
        while self.chain.seq() < last {
            let mut rows = statement.query((self.chain.seq().cast_signed(), last.cast_signed(), CHUNK))?;
            let before = self.chain.seq();
            loop {
                let seq = self.chain.seq() + 1;
                let Some(row) = rows.next().map_err(|error| unreadable(seq, error))? else {
                    break;
                };
                let found = row.get::<_, i64>(0)?.cast_unsigned();
                if found != seq {
                    return Err(bad(seq, Finding::Missing));
                }
                let row = Row::read(row).map_err(|error| bad(seq, Finding::Row(error.to_string())))?;
                self.step(&row)?;
            }
            if self.chain.seq() == before {
                return Err(bad(before + 1, Finding::Missing));
            }
        }
        Ok(())
    }

    fn step(&mut self, row: &Row<'_>) -> Result<(), VerifyError> {
        let seq = row.seq;
        let hash = Digest::of(row.entry);
        if hash.as_bytes() != row.hash {
            return Err(bad(seq, Finding::Hash));
        }
        let header = row.header().map_err(|problem| bad(seq, Finding::Header(problem)))?;
        if header.prev != self.chain.head() {
            return Err(bad(seq, Finding::Prev));
        }
        match body_of(row, &self.blobs, &header.body_digest)? {
            None => self.shredded += 1,
            Some((digest, size)) => {
                if (digest, size) != (header.body_digest, header.body_size) {
                    return Err(bad(seq, Finding::Body));
                }
            }
        }
        self.extend(row.entry, hash)?;
        self.check_anchors()
    }

    fn extend(&mut self, entry: &[u8], hash: Digest) -> Result<(), VerifyError> {
        let mut complete = Vec::new();
        self.chain.extend(entry, hash, |node| complete.push(node));
        for node in complete {
            if chain::node_at(self.connection, node.level, node.position)? != Some(node.hash) {
                return Err(bad(self.chain.seq(), Finding::TreeNode));
            }
        }
        Ok(())
    }

    /// Compares the checkpoints that were made at this size.
    fn check_anchors(&self) -> Result<(), VerifyError> {
        for (kept, checkpoint) in &self.anchors {
            let here = checkpoint.size() == self.chain.seq();
            if here && (checkpoint.head(), checkpoint.root()) != (self.chain.head(), self.chain.root()) {
                return Err(VerifyError::OtherHistory {
                    seq: checkpoint.size(),
                    kept: *kept,
                });
            }
        }
        Ok(())
    }

    /// Checks that the log ends where the stored head and every checkpoint say, or after it.
    fn finish(&self, end: &End, inside: &Checkpoint) -> Result<(), VerifyError> {
        let events = self.chain.seq();
        if events > inside.size() {
            return Err(bad(inside.size() + 1, Finding::Uncovered));
        }
        for (kept, checkpoint) in &self.anchors {
            if checkpoint.size() > events {
                return Err(VerifyError::Cut {
                    events,
                    checkpoint: checkpoint.size(),
                    kept: *kept,
                });
            }
        }
        // A checkpoint before the start was not met on the way.
        for (kept, checkpoint) in &self.anchors {
            let skipped = checkpoint.size() < self.from && checkpoint.size() > 0;
            if skipped && chain::hash_at(self.connection, checkpoint.size())? != Some(checkpoint.head()) {
                return Err(VerifyError::OtherHistory {
                    seq: checkpoint.size(),
                    kept: *kept,
                });
            }
        }
        if end.chain.as_ref() == Some(&self.chain) {
            Ok(())
        } else {
            Err(VerifyError::Head)
        }
    }
}

/// Digest and size of a body as it is stored; `None` when it was shredded.
fn body_of(row: &Row<'_>, blobs: &Blobs, named: &Digest) -> Result<Option<(Digest, u64)>, VerifyError> {
    let seq = row.seq;
    match (row.body_in, row.body) {
        (BodyPlace::Row, Some(bytes)) => Ok(Some((Digest::of(bytes), bytes.len() as u64))),
        (BodyPlace::Row, None) => Err(bad(seq, Finding::BodyMissing)),
        (BodyPlace::Blob, None) => match blobs.get(named) {
            Ok(bytes) => Ok(Some((*named, bytes.len() as u64))),
            Err(BlobError::Missing { .. }) => Err(bad(seq, Finding::BodyMissing)),
            Err(BlobError::Damaged { .. }) => Err(bad(seq, Finding::Body)),
            Err(BlobError::File { path, source }) => Err(VerifyError::File { path, source }),
        },
        (BodyPlace::Shredded, None) => Ok(None),
        (BodyPlace::Blob | BodyPlace::Shredded, Some(_)) => Err(bad(seq, Finding::Body)),
    }
}

/// A page that SQLite calls corrupt is damage to the event that was asked for.
fn unreadable(seq: u64, error: rusqlite::Error) -> VerifyError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => bad(seq, Finding::Row(error.to_string())),
        Some(_) | None => VerifyError::Database(error),
    }
}

fn bad(seq: u64, finding: Finding) -> VerifyError {
    VerifyError::BadEvent { seq, finding }
}

//! Reading the journal, on a connection of its own that cannot write.
//!
//! Every call is one short transaction, so a reader never holds up the writer. A reader checks that
//! what it returns hangs together (columns against the hashed header, no gap in a stream, blobs
//! against their name); whether the log was tampered with is [`super::verify()`]'s question.

use std::path::PathBuf;

use rusqlite::Connection;

use super::blob::{BlobError, Blobs};
use super::chain;
use super::event::{Body, Event, Header, Stream};
use super::place::Place;
use super::schema::{self, BodyPlace};
use super::view::{
    self,
    approval::{self, ApprovalFilter, ApprovalRow},
    deed::{self, Deeds},
    run::{self, RunFilter, RunRow},
};
use crate::digest::Digest;

/// A read-only view of one store.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    blobs: Blobs,
    store_id: String,
}

/// An event as its bytes are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Position in the store, from 1.
    pub seq: u64,
    /// The hashed header: RFC 8785 JSON.
    pub entry: String,
    /// SHA3-512 over `entry`.
    pub hash: Digest,
    /// The body, whose SHA3-512 stands in `entry`; `None` when it was shredded.
    pub body: Option<String>,
}

/// The end of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Seq of the last event; 0 for an empty store.
    pub seq: u64,
    /// Its hash; zeros for an empty store.
    pub hash: Digest,
    /// The newest checkpoint: a signed note, not verified here.
    pub checkpoint: String,
}

/// Why the journal could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no store.
    #[error("there is no journal at `{path}`")]
    Absent {
        /// The database.
        path: PathBuf,
    },
    /// The stored form is not the one this program reads.
    #[error("the journal has form {found}, this program reads form {known}")]
    OtherForm {
        /// Tables and views of the database, as `tables.views`.
        found: String,
        /// Those of this program.
        known: String,
    },
    /// An event contradicts itself.
    #[error("event {seq} is damaged: {problem}")]
    Damaged {
        /// Its seq.
        seq: u64,
        /// What is wrong.
        problem: &'static str,
    },
    /// The head of the log contradicts itself.
    #[error("the head of the journal is damaged")]
    DamagedHead,
    /// A body in the blob store cannot be had.
    #[error("the body of event {seq} cannot be read")]
    Blob {
        /// Seq of the event.
        seq: u64,
        /// Why not.
        source: BlobError,
    },
    /// The thread that read was ended: the program is going down.
    #[error("reading the journal was interrupted")]
    Interrupted,
    /// The database refused.
    #[error("the journal's database refused")]
    Database(#[from] rusqlite::Error),
}

impl ReadError {
    /// Whether the database file does not hold what was written into it.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Database(error) if schema::says_damaged(error))
    }
}

/// Why a run was not found by what somebody typed.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// No id begins or ends like that.
    #[error("no run `{text}`")]
    NotFound {
        /// What was typed.
        text: String,
    },
    /// Several ids do.
    #[error("`{text}` fits several runs: {}", runs.join(", "))]
    Ambiguous {
        /// What was typed.
        text: String,
        /// Some of them, newest first.
        runs: Vec<String>,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Why an approval was not found by what somebody typed.
#[derive(Debug, thiserror::Error)]
pub enum FindApprovalError {
    /// No id begins like that.
    #[error("no approval `{text}`")]
    NotFound {
        /// What was typed.
        text: String,
    },
    /// Too few characters to mean one id.
    #[error("`{text}` is too short for an approval, at least {SHORTEST_PREFIX} characters are needed")]
    TooShort {
        /// What was typed.
        text: String,
    },
    /// Several ids do.
    #[error("`{text}` fits several approvals: {}", approvals.join(", "))]
    Ambiguous {
        /// What was typed.
        text: String,
        /// Some of them, newest first.
        approvals: Vec<String>,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// How many ids an ambiguous look-up names.
const NAMED: usize = 5;
/// Fewest characters that an approval is found by.
const SHORTEST_PREFIX: usize = 4;

impl Reader {
    /// Opens the store at `place` for reading; it was created by [`super::Journal::open`].
    ///
    /// # Errors
    /// [`ReadError::Absent`], [`ReadError::OtherForm`] when another version of the program made it, and
    /// what the database says.
    pub fn open(place: &Place) -> Result<Self, ReadError> {
        if !place.database.exists() {
            return Err(ReadError::Absent {
                path: place.database.clone(),
            });
        }
        let connection = schema::connect_reading(&place.database)?;
        // Whoever creates a store may have been killed between its file and its first table.
        if schema::version(&connection)? == 0 && schema::is_empty(&connection)? {
            return Err(ReadError::Absent {
                path: place.database.clone(),
            });
        }
        check_form(schema::version(&connection)?, None)?;
        let stored = chain::stored(&connection)?;
        check_form(stored.tables, Some(stored.views))?;
        Ok(Self {
            connection,
            blobs: Blobs::new(&place.blobs),
            store_id: stored.id,
        })
    }

    /// The store's id, a UUIDv7.
    pub fn store_id(&self) -> &str {
        &self.store_id
    }

    /// A number that changes when another connection has committed; cheap enough to poll.
    ///
    /// # Errors
    /// [`ReadError::Database`].
    pub fn data_version(&self) -> Result<i64, ReadError> {
        Ok(self
            .connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?)
    }

    /// The end of the log.
    ///
    /// # Errors
    /// [`ReadError::Database`], [`ReadError::DamagedHead`].
    pub fn head(&self) -> Result<Head, ReadError> {
        let stored = chain::stored(&self.connection)?;
        let chain = stored.chain.ok_or(ReadError::DamagedHead)?;
        Ok(Head {
            seq: chain.seq(),
            hash: chain.head(),
            checkpoint: stored.checkpoint,
        })
    }

    /// At most `limit` events of a stream after its event `after_run_seq`, in order.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] also when one between them is missing.
    pub fn events(&self, stream: &Stream, after_run_seq: u64, limit: usize) -> Result<Vec<Event>, ReadError> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE stream = ?1 AND run_seq > ?2 ORDER BY run_seq LIMIT ?3");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let parameters = (stream.to_string(), sql_position(after_run_seq), sql_limit(limit));
        let rows = statement.query(parameters)?;
        self.collect(rows, after_run_seq, Event::run_seq)
    }

    /// At most `limit` events of the whole store after event `after_seq`, in order.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] also when one between them is missing.
    pub fn tail(&self, after_seq: u64, limit: usize) -> Result<Vec<Event>, ReadError> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query((sql_position(after_seq), sql_limit(limit)))?;
        self.collect(rows, after_seq, Event::seq)
    }

    /// The events of a stream as their bytes are stored, in order, for others to verify.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] also when one between them is missing, or its bytes do not have their digests.
    pub fn stored(&self, stream: &Stream) -> Result<Vec<Stored>, ReadError> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE stream = ?1 ORDER BY run_seq");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([stream.to_string()])?;
        let mut found: Vec<Stored> = Vec::new();
        while let Some(row) = rows.next()? {
            let row = Row::read(row)?;
            let damaged = |problem| ReadError::Damaged { seq: row.seq, problem };
            if row.run_seq != found.len() as u64 + 1 {
                return Err(damaged("events before it are missing"));
            }
            found.push(row.into_stored(&self.blobs)?);
        }
        Ok(found)
    }

    fn collect(
        &self,
        mut rows: rusqlite::Rows<'_>,
        mut last: u64,
        number: fn(&Event) -> u64,
    ) -> Result<Vec<Event>, ReadError> {
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            let event = Row::read(row)?.into_event(&self.blobs)?;
            last += 1;
            if number(&event) != last {
                return Err(ReadError::Damaged {
                    seq: event.seq(),
                    problem: "events before it are missing",
                });
            }
            events.push(event);
        }
        Ok(events)
    }

    /// The event at `seq`.
    ///
    /// # Errors
    /// [`ReadError::Damaged`], [`ReadError::Blob`], [`ReadError::Database`].
    pub fn event(&self, seq: u64) -> Result<Option<Event>, ReadError> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE seq = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([seq.cast_signed()])?;
        match rows.next()? {
            Some(row) => Row::read(row)?.into_event(&self.blobs).map(Some),
            None => Ok(None),
        }
    }

    /// The runs that pass `filter`, newest first by id.
    ///
    /// # Errors
    /// [`ReadError::Database`].
    pub fn runs(&self, filter: RunFilter<'_>) -> Result<Vec<RunRow>, ReadError> {
        Ok(run::list(&self.connection, filter)?)
    }

    /// The runs that are the work of this run, oldest first by id.
    ///
    /// # Errors
    /// [`ReadError::Database`].
    pub fn children(&self, run: &str) -> Result<Vec<RunRow>, ReadError> {
        let mut rows = self.runs(RunFilter {
            parent: Some(run),
            ..RunFilter::default()
        })?;
        rows.reverse();
        Ok(rows)
    }

    /// Ids of the unfinished runs with the slot of this run whose turn comes before its own, in that order.
    ///
    /// A run without a slot, or that is not there, has none ahead.
    ///
    /// # Errors
    /// [`ReadError::Database`].
    pub fn ahead(&self, run: &str) -> Result<Vec<String>, ReadError> {
        Ok(run::ahead(&self.connection, run)?)
    }

    /// At most `limit` approvals that pass `filter`, newest first; the whole question is the event at their `seq`.
    ///
    /// # Errors
    /// [`ReadError::Database`].
    pub fn approvals(&self, filter: ApprovalFilter<'_>, limit: usize) -> Result<Vec<ApprovalRow>, ReadError> {
        Ok(approval::list(&self.connection, filter, limit)?)
    }

    /// The only approval whose id begins with `prefix`, which has at least four characters.
    ///
    /// # Errors
    /// [`FindApprovalError::TooShort`], [`FindApprovalError::NotFound`], [`FindApprovalError::Ambiguous`].
    pub fn find_approval(&self, prefix: &str) -> Result<ApprovalRow, FindApprovalError> {
        let text = prefix.to_owned();
        if prefix.chars().count() < SHORTEST_PREFIX {
            return Err(FindApprovalError::TooShort { text });
        }
        let mut rows = approval::with_prefix(&self.connection, prefix, NAMED).map_err(ReadError::from)?;
        if rows.len() > 1 {
            let approvals = rows.into_iter().map(|row| row.id).collect();
            return Err(FindApprovalError::Ambiguous { text, approvals });
        }
        rows.pop().ok_or(FindApprovalError::NotFound { text })
    }

    /// Seq of the newest event whose output serves for the cache key `key` at `now_ms`.
    ///
    /// An older one does not serve when the newest has expired.
    ///
    /// # Errors
    /// [`ReadError::Database`].
    pub fn cached(&self, key: &str, now_ms: i64) -> Result<Option<u64>, ReadError> {
        Ok(view::cached(&self.connection, key, now_ms)?)
    }

    /// How often actions of this name were begun, and what people said about them.
    ///
    /// # Errors
    /// [`ReadError::Database`].
    pub fn deeds(&self, action: &str) -> Result<Deeds, ReadError> {
        Ok(deed::of(&self.connection, action)?)
    }

    /// The run with this id.
    ///
    /// # Errors
    /// [`ReadError::Database`].
    pub fn run(&self, id: &str) -> Result<Option<RunRow>, ReadError> {
        Ok(run::by_id(&self.connection, id)?)
    }

    /// The run that was started with this idempotency key.
    ///
    /// # Errors
    /// [`ReadError::Database`].
    pub fn run_by_key(&self, idempotency_key: &str) -> Result<Option<RunRow>, ReadError> {
        Ok(run::by_key(&self.connection, idempotency_key)?)
    }

    /// The run whose id is `text`, or the only one whose id begins or ends with it.
    ///
    /// # Errors
    /// [`FindError::NotFound`], [`FindError::Ambiguous`].
    pub fn find_run(&self, text: &str) -> Result<RunRow, FindError> {
        let not_found = || FindError::NotFound { text: text.to_owned() };
        if text.is_empty() {
            return Err(not_found());
        }
        if let Some(row) = self.run(text)? {
            return Ok(row);
        }
        let mut runs = run::ids_with(&self.connection, text, NAMED).map_err(ReadError::from)?;
        if runs.len() > 1 {
            return Err(FindError::Ambiguous {
                text: text.to_owned(),
                runs,
            });
        }
        let id = runs.pop().ok_or_else(not_found)?;
        self.run(&id)?.ok_or_else(not_found)
    }
}

/// Says whether the store at `place` has any event, whatever its form; a file that is no journal has none.
///
/// # Errors
/// The database refuses.
pub fn has_events(place: &Place) -> Result<bool, ReadError> {
    if !place.database.exists() {
        return Ok(false);
    }
    // Where nothing can be written, this is all that can be asked.
    if let Ok(true) = schema::connect_reading(&place.database).and_then(|connection| holds_events(&connection)) {
        return Ok(true);
    }
    // For writing, because what a crash left half done has to be rolled back before it can be read.
    Ok(holds_events(&schema::connect(&place.database)?)?)
}

fn holds_events(connection: &Connection) -> rusqlite::Result<bool> {
    // The tables come in the transaction that sets the application.
    if schema::application(connection)? != schema::APPLICATION {
        return Ok(false);
    }
    connection.query_row("SELECT EXISTS (SELECT 1 FROM events)", [], |row| row.get(0))
}

fn check_form(tables: i64, views: Option<i64>) -> Result<(), ReadError> {
    let views = views.unwrap_or(view::VERSION);
    if (tables, views) == (schema::VERSION, view::VERSION) {
        return Ok(());
    }
    Err(ReadError::OtherForm {
        found: format!("{tables}.{views}"),
        known: format!("{}.{}", schema::VERSION, view::VERSION),
    })
}

/// A position that SQLite can hold; no event comes after the last of them.
fn sql_position(after: u64) -> i64 {
    i64::try_from(after).unwrap_or(i64::MAX)
}

/// A limit as SQL takes it.
pub(super) fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The columns [`Row::read`] expects.
pub(super) const COLUMNS: &str = "seq, stream, run_seq, kind, at, entry, hash, body_in, body";

/// A row of `events`, borrowed from SQLite for as long as the cursor stands on it.
pub(super) struct Row<'a> {
    /// The index columns.
    pub seq: u64,
    pub stream: &'a str,
    pub run_seq: u64,
    pub kind: &'a str,
    pub at: i64,
    /// The hashed bytes and what the writer says their hash is.
    pub entry: &'a [u8],
    pub hash: &'a [u8],
    /// The body, when it lies in the row.
    pub body_in: BodyPlace,
    pub body: Option<&'a [u8]>,
}

impl<'a> Row<'a> {
    /// Reads the columns; `None` of them is believed yet.
    pub fn read(row: &'a rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get::<_, i64>(0)?.cast_unsigned(),
            stream: row.get_ref(1)?.as_str()?,
            run_seq: row.get::<_, i64>(2)?.cast_unsigned(),
            kind: row.get_ref(3)?.as_str()?,
            at: row.get(4)?,
            entry: row.get_ref(5)?.as_blob()?,
            hash: row.get_ref(6)?.as_blob()?,
            body_in: row.get(7)?,
            body: row.get_ref(8)?.as_blob_or_null()?,
        })
    }

    /// Reads the header and compares the index columns with it.
    pub fn header(&self) -> Result<Header, &'static str> {
        let header: Header = serde_json::from_slice(self.entry).map_err(|_| "its entry is not a header")?;
        let unequal = [
            (header.seq != self.seq, "its seq is not that of its entry"),
            (header.stream != self.stream, "its stream is not that of its entry"),
            (header.run_seq != self.run_seq, "its run_seq is not that of its entry"),
            (header.kind != self.kind, "its kind is not that of its entry"),
            (header.at != self.at, "its time is not that of its entry"),
        ];
        match unequal.into_iter().find(|(differs, _)| *differs) {
            Some((_, problem)) => Err(problem),
            None => Ok(header),
        }
    }

    /// Makes the event as it is stored; its bytes have the digests that they should have.
    fn into_stored(self, blobs: &Blobs) -> Result<Stored, ReadError> {
        let damaged = |problem| ReadError::Damaged { seq: self.seq, problem };
        let header = self.header().map_err(damaged)?;
        let hash = Digest::from_bytes(self.hash).ok_or(damaged("its hash is not a hash"))?;
        if Digest::of(self.entry) != hash {
            return Err(damaged("its hash is not that of its entry"));
        }
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8"));
        let body = match (self.body_in, self.body) {
            (BodyPlace::Row, Some(bytes)) => Some(bytes.to_vec()),
            (BodyPlace::Row, None) => return Err(damaged("its body is missing")),
            (BodyPlace::Blob, _) => {
                let bytes = blobs.get(&header.body_digest);
                Some(bytes.map_err(|source| ReadError::Blob { seq: self.seq, source })?)
            }
            (BodyPlace::Shredded, _) => None,
        };
        if body.as_ref().is_some_and(|body| Digest::of(body) != header.body_digest) {
            return Err(damaged("its body is not the one of its entry"));
        }
        Ok(Stored {
            seq: self.seq,
            entry: text(self.entry.to_vec())?,
            hash,
            body: body.map(text).transpose()?,
        })
    }

    /// Makes the event, with its body.
    pub fn into_event(self, blobs: &Blobs) -> Result<Event, ReadError> {
        let damaged = |problem| ReadError::Damaged { seq: self.seq, problem };
        let header = self.header().map_err(damaged)?;
        let hash = Digest::from_bytes(self.hash).ok_or(damaged("its hash is not a hash"))?;
        let parse = |bytes: &[u8]| {
            serde_json::from_slice(bytes)
                .map(Body::Present)
                .map_err(|_| damaged("its body is not JSON"))
        };
        let body = match (self.body_in, self.body) {
            (BodyPlace::Row, Some(bytes)) => parse(bytes)?,
            (BodyPlace::Row, None) => return Err(damaged("its body is missing")),
            (BodyPlace::Blob, _) => {
                let bytes = blobs
                    .get(&header.body_digest)
                    .map_err(|source| ReadError::Blob { seq: self.seq, source })?;
                parse(&bytes)?
            }
            (BodyPlace::Shredded, _) => Body::Shredded,
        };
        Ok(Event::new(header, body, hash))
    }
}

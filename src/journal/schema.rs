//! The tables, and how a database of an earlier version becomes one of this version.
//!
//! `events.entry` is what is hashed; the other columns of `events` are an index that verification
//! compares with it, `hash` is kept to be compared, and `body` lies beside (see [`BodyPlace`]).
//! `store` has one row: the head of the log and its checkpoint. Older checkpoints are not kept: `tree`
//! holds what gives the tree of any earlier size ([`super::tree`]), so an old note kept anywhere can
//! still be checked.
//! Everything in [`super::view`] can be dropped and rebuilt; nothing else can.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::chain::Chain;
use super::checkpoint::Checkpoint;
use ed25519_dalek::SigningKey;

/// `PRAGMA application_id` of our databases: "soma" in ASCII.
pub(super) const APPLICATION: i64 = 0x736f_6d61;

/// What each version adds; `PRAGMA user_version` counts those applied.
const MIGRATIONS: [Migration; 1] = [create];

/// The version this code reads and writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// How long SQLite waits for a lock that another program holds.
const BUSY: Duration = Duration::from_secs(10);

type Migration = fn(&Transaction<'_>, &Birth<'_>) -> rusqlite::Result<()>;

/// What a store that does not exist yet is made of.
pub(super) struct Birth<'a> {
    /// Its id, a UUIDv7.
    pub store: &'a str,
    /// The key that signs its checkpoints.
    pub signer: &'a SigningKey,
}

/// Where the bytes of a body are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyPlace {
    /// In the column `body`.
    Row,
    /// In the blob store, under `body_digest`.
    Blob,
    /// Nowhere any more, on purpose.
    Shredded,
}

impl ToSql for BodyPlace {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let number: i64 = match self {
            Self::Row => 0,
            Self::Blob => 1,
            Self::Shredded => 2,
        };
        Ok(number.into())
    }
}

impl FromSql for BodyPlace {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_i64()? {
            0 => Ok(Self::Row),
            1 => Ok(Self::Blob),
            2 => Ok(Self::Shredded),
            other => Err(FromSqlError::OutOfRange(other)),
        }
    }
}

/// Opens a database for writing; the file exists.
pub(super) fn connect(database: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Settings of a connection that writes: WAL, every commit synced, checkpoints left to the keeper.
///
/// The page size counts only when the database is created: with rows of about a kilobyte, pages of 8 KiB
/// waste a seventh less than SQLite's own 4 KiB, at the same speed.
pub(super) fn tune(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
         PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
    )
}

/// Opens a database for reading only.
pub(super) fn connect_reading(database: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match unchanging(database) {
        Some(uri) => Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)?,
        None => Connection::open_with_flags(database, flags)?,
    };
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(32);
    connection.execute_batch("PRAGMA cache_size = -8000; PRAGMA trusted_schema = OFF;")?;
    Ok(connection)
}

/// The name under which SQLite reads a database that nobody can change, without files beside it.
///
/// Even to read it in WAL mode, SQLite makes files that a read-only file system does not take. A log
/// that is not folded in yet needs its own files, and is left to SQLite.
fn unchanging(database: &Path) -> Option<String> {
    use rustix::fs::StatVfsMountFlags;
    let file_system = rustix::fs::statvfs(database).ok()?;
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    let folded = std::fs::metadata(log).map_or(true, |log| log.len() == 0);
    if !file_system.f_flag.contains(StatVfsMountFlags::RDONLY) || !folded {
        return None;
    }
    // The bytes that mean something in a URI (RFC 3986, 2.2), escaped.
    let path = database.to_str()?;
    let escaped: String = path
        .chars()
        .map(|character| match character {
            '%' | '?' | '#' => format!("%{:02x}", u32::from(character)),
            _ => character.to_string(),
        })
        .collect();
    Some(format!("file:{escaped}?immutable=1"))
}

/// The version of the stored form; 0 for an empty database.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// The application the database says it belongs to; 0 for an empty one.
pub(super) fn application(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// Whether `error` says that the file does not hold what SQLite wrote.
pub(super) fn says_damaged(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// Whether the database has no tables at all.
pub(super) fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}

/// Applies the migrations that are missing, each in its own transaction.
pub(super) fn migrate(connection: &mut Connection, birth: &Birth<'_>) -> rusqlite::Result<()> {
    for (applied, migration) in (1i64..).zip(MIGRATIONS) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if version(&transaction)? < applied {
            migration(&transaction, birth)?;
            transaction.pragma_update(None, "user_version", applied)?;
            transaction.commit()?;
        }
    }
    Ok(())
}

fn create(transaction: &Transaction<'_>, birth: &Birth<'_>) -> rusqlite::Result<()> {
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.execute_batch(
        "CREATE TABLE events (
            seq       INTEGER PRIMARY KEY,
            stream    TEXT    NOT NULL,
            run_seq   INTEGER NOT NULL,
            kind      TEXT    NOT NULL,
            at        INTEGER NOT NULL,
            entry     BLOB    NOT NULL,
            hash      BLOB    NOT NULL,
            body_in   INTEGER NOT NULL,
            body      BLOB
         ) STRICT;
         CREATE UNIQUE INDEX events_of_stream ON events (stream, run_seq);
         CREATE TABLE tree (
            level     INTEGER NOT NULL,
            position  INTEGER NOT NULL,
            node      BLOB    NOT NULL,
            PRIMARY KEY (level, position)
         ) STRICT, WITHOUT ROWID;
         CREATE TABLE store (
            one        INTEGER PRIMARY KEY CHECK (one = 1),
            id         TEXT    NOT NULL,
            views      INTEGER NOT NULL,
            seq        INTEGER NOT NULL,
            hash       BLOB    NOT NULL,
            frontier   BLOB    NOT NULL,
            checkpoint TEXT    NOT NULL
         ) STRICT;",
    )?;
    let chain = Chain::default();
    let checkpoint = Checkpoint::sign(birth.store, 0, chain.root(), chain.head(), birth.signer);
    transaction.execute(
        "INSERT INTO store (one, id, views, seq, hash, frontier, checkpoint) VALUES (1, ?1, 0, 0, ?2, x'', ?3)",
        (birth.store, chain.head().as_bytes(), checkpoint.note()),
    )?;
    Ok(())
}

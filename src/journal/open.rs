//! Opening a store for writing: creating it, bringing its form up to date, refusing what is damaged.
//!
//! It does what a command needs before its first event and no more; the whole log is verified by
//! [`super::verify()`], not here.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use rusqlite::{Connection, ErrorCode};
use uuid::Uuid;

use super::blob::Blobs;
use super::chain::{self, Stored};
use super::checkpoint::Checkpoint;
use super::durable;
use super::note::NoteError;
use super::outside::{self, Divergence, OutsideError};
use super::place::{self, Place};
use super::reader::ReadError;
use super::schema::{self, Birth};
use super::view;

/// Why a store was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory or file system is read-only.
    #[error("`{path}` is read-only")]
    ReadOnly {
        /// The path.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("no space is left for `{path}`")]
    Full {
        /// The path.
        path: PathBuf,
    },
    /// The place is on a network file system, where locks and syncs keep no promise.
    #[error("`{path}` is on a network file system ({file_system}); the journal needs a local disk")]
    Network {
        /// The directory.
        path: PathBuf,
        /// The file system's name.
        file_system: &'static str,
    },
    /// A newer program wrote the database.
    #[error("`{path}` has form {found}; this program knows forms up to {known}")]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its form.
        found: i64,
        /// The newest form this program knows.
        known: i64,
    },
    /// The file is something else.
    #[error("`{path}` is not a journal")]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// The database is gone, but a checkpoint says that there was one.
    #[error("there is nothing in `{database}`, but `{checkpoint}` says that there was one")]
    Lost {
        /// Where the database should be.
        database: PathBuf,
        /// The checkpoint kept outside.
        checkpoint: PathBuf,
    },
    /// The newest checkpoint is not one of this store signed by this key.
    #[error("the newest checkpoint in `{path}` was refused")]
    Signer {
        /// The database.
        path: PathBuf,
        /// Why.
        source: NoteError,
    },
    /// The end of the log does not fit its newest checkpoint.
    #[error("the end of the log in `{path}` does not fit its newest checkpoint")]
    DamagedHead {
        /// The database.
        path: PathBuf,
    },
    /// The checkpoint kept outside contradicts the log.
    #[error("the checkpoint `{path}` contradicts the log")]
    Diverged {
        /// The file.
        path: PathBuf,
        /// How.
        source: Divergence,
    },
    /// The checkpoint kept outside cannot be used.
    #[error(transparent)]
    Outside(#[from] OutsideError),
    /// The views could not be built from the events.
    #[error("the views in `{path}` cannot be rebuilt")]
    Views {
        /// The database.
        path: PathBuf,
        /// Why not.
        source: ReadError,
    },
    /// The file system refused.
    #[error("cannot use `{path}`")]
    File {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database refused.
    #[error("cannot use the database `{path}`")]
    Database {
        /// The database.
        path: PathBuf,
        /// What it said.
        source: rusqlite::Error,
    },
}

impl OpenError {
    /// Whether the database file does not hold what was written into it.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Database { source, .. } if schema::says_damaged(source))
    }
}

/// A store that is ready for its writer.
pub(super) struct Opened {
    pub connection: Connection,
    pub store_id: String,
    /// Held, locked or not, for as long as the store is open.
    pub write_lock: File,
}

/// Opens or creates the store at `place`.
pub(super) fn open(place: &Place, signer: &SigningKey) -> Result<Opened, OpenError> {
    let database = &place.database;
    place
        .create_directories()
        .map_err(|(path, error)| file_refused(&path, error))?;
    for directory in [durable::directory_of(database), &place.locks] {
        refuse_network(directory)?;
    }
    // An empty file is what a lost database leaves when somebody makes it again.
    let is_there = std::fs::metadata(database).is_ok_and(|metadata| metadata.len() > 0);
    if !is_there && place.checkpoint.exists() {
        return Err(OpenError::Lost {
            database: database.clone(),
            checkpoint: place.checkpoint.clone(),
        });
    }
    let refused = |path: &Path| {
        let path = path.to_owned();
        move |error| file_refused(&path, error)
    };
    // SQLite would create it readable by others.
    durable::open_or_create(database).map_err(refused(database))?;
    let write_lock = durable::open_or_create(&place.write_lock()).map_err(refused(&place.write_lock()))?;

    let mut connection = schema::connect(database).map_err(|error| database_refused(database, error))?;
    bring_up_to_date(&mut connection, place, signer, &write_lock)?;
    let stored = chain::stored(&connection).map_err(|error| database_refused(database, error))?;
    check_end(&connection, place, signer, &stored)?;
    Ok(Opened {
        connection,
        store_id: stored.id,
        write_lock,
    })
}

fn refuse_network(directory: &Path) -> Result<(), OpenError> {
    match place::network_file_system(directory) {
        Ok(None) => Ok(()),
        Ok(Some(file_system)) => Err(OpenError::Network {
            path: directory.to_owned(),
            file_system,
        }),
        Err(error) => Err(file_refused(directory, error)),
    }
}

fn bring_up_to_date(
    connection: &mut Connection,
    place: &Place,
    signer: &SigningKey,
    write_lock: &File,
) -> Result<(), OpenError> {
    let path = &place.database;
    let refused = |error| database_refused(path, error);
    if connection.is_readonly("main").map_err(refused)? {
        return Err(OpenError::ReadOnly { path: path.clone() });
    }
    if !is_ours(connection).map_err(refused)? {
        return Err(OpenError::NotAJournal { path: path.clone() });
    }
    let found = schema::version(connection).map_err(refused)?;
    if found > schema::VERSION {
        return Err(OpenError::Newer {
            path: path.clone(),
            found,
            known: schema::VERSION,
        });
    }
    if found == schema::VERSION && chain::stored(connection).map_err(refused)?.views == view::VERSION {
        return schema::tune(connection).map_err(refused);
    }
    write_lock
        .lock()
        .map_err(|error| file_refused(&place.write_lock(), error))?;
    let updated = migrate(connection, place, signer);
    let unlocked = write_lock
        .unlock()
        .map_err(|error| file_refused(&place.write_lock(), error));
    updated.and(unlocked)
}

fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    // In this order: another process may be creating the store.
    Ok(schema::is_empty(connection)? || schema::application(connection)? == schema::APPLICATION)
}

fn migrate(connection: &mut Connection, place: &Place, signer: &SigningKey) -> Result<(), OpenError> {
    let path = &place.database;
    let birth = Birth {
        store: &Uuid::now_v7().to_string(),
        signer,
    };
    schema::tune(connection).map_err(|error| database_refused(path, error))?;
    schema::migrate(connection, &birth).map_err(|error| database_refused(path, error))?;
    let views = chain::stored(connection)
        .map_err(|error| database_refused(path, error))?
        .views;
    if views == view::VERSION {
        return Ok(());
    }
    view::rebuild(connection, &Blobs::new(&place.blobs)).map_err(|source| OpenError::Views {
        path: path.clone(),
        source,
    })
}

/// Checks that the log ends as its newest checkpoint says, and that the outside one agrees.
fn check_end(connection: &Connection, place: &Place, signer: &SigningKey, stored: &Stored) -> Result<(), OpenError> {
    let path = &place.database;
    let key = signer.verifying_key();
    let refused = |error| database_refused(path, error);
    // Read before the database is looked at again: another process may publish meanwhile.
    let outside = outside::read(place, &stored.id, &key)?;
    let transaction = connection.unchecked_transaction().map_err(refused)?;
    let now = chain::stored(&transaction).map_err(refused)?;
    let inside = Checkpoint::open(&now.checkpoint, &now.id, &key).map_err(|source| OpenError::Signer {
        path: path.clone(),
        source,
    })?;
    let fits = now.chain.is_some_and(|chain| {
        (chain.seq(), chain.head(), chain.root()) == (inside.size(), inside.head(), inside.root())
    }) && chain::ends_with(&transaction, inside.size(), inside.head()).map_err(refused)?;
    if !fits {
        return Err(OpenError::DamagedHead { path: path.clone() });
    }
    let Some(outside) = outside else { return Ok(()) };
    match outside::compare(&transaction, &inside, &outside).map_err(refused)? {
        None => Ok(()),
        Some(source) => Err(OpenError::Diverged {
            path: place.checkpoint.clone(),
            source,
        }),
    }
}

fn file_refused(path: &Path, error: io::Error) -> OpenError {
    let path = path.to_owned();
    match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem => OpenError::ReadOnly { path },
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OpenError::Full { path },
        _ => OpenError::File { path, source: error },
    }
}

fn database_refused(path: &Path, error: rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly) => OpenError::ReadOnly { path },
        Some(ErrorCode::DiskFull) => OpenError::Full { path },
        Some(ErrorCode::NotADatabase) => OpenError::NotAJournal { path },
        _ => OpenError::Database { path, source: error },
    }
}

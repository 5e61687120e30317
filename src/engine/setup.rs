//! First use: makes everything that a store needs, once, and says what it does.
//!
//! Never repairs: a store that has events and lacks its key or constitution is refused elsewhere.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::fact::FactError;
use super::house::{self, House, HouseCommand};
use super::now_ms;
use super::open::place;
use crate::config::{CreateHomeError, Home};
use crate::digest::Digest;
use crate::journal::{self, AppendError, Journal, PublishError, ReadError, Stamp};
use crate::keys::{self, CreateKeyError, LoadKeyError};
use crate::policy::constitution::sign;
use crate::policy::{Constitution, ConstitutionError, DEFAULT_CONSTITUTION, Trusted};

/// One thing that first use did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupNotice {
    /// The directories are there.
    Directories {
        /// The one with the data.
        data: PathBuf,
    },
    /// A signing key was made.
    Key {
        /// Its file.
        path: PathBuf,
        /// The public half, `ed25519:…`.
        public: String,
    },
    /// The constitution was written and signed.
    Constitution {
        /// Its file.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
    /// The store was founded.
    Store {
        /// Its database.
        path: PathBuf,
    },
}

/// Why first use did not finish; a second try goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A directory cannot be made.
    #[error(transparent)]
    Home(#[from] CreateHomeError),
    /// The key cannot be made.
    #[error(transparent)]
    CreateKey(#[from] CreateKeyError),
    /// The key that is there cannot be used.
    #[error(transparent)]
    LoadKey(#[from] LoadKeyError),
    /// A file cannot be written.
    #[error("cannot write `{}`: {reason}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// A constitution is there already, without a signature, and it is not the default one.
    #[error("`{}` is not signed", path.display())]
    Unsigned {
        /// The file.
        path: PathBuf,
    },
    /// The constitution does not hold.
    #[error(transparent)]
    Constitution(#[from] ConstitutionError),
    /// The store cannot be made.
    #[error(transparent)]
    Store(#[from] journal::OpenError),
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The founding cannot be recorded.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The checkpoint outside the database cannot be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The house stream cannot be used.
    #[error(transparent)]
    House(#[from] FactError),
    /// The founding cannot be written as JSON.
    #[error("the founding cannot be recorded: {0}")]
    Unrecordable(#[from] serde_json::Error),
}

/// Makes sure that the store of `home` is founded. Does nothing when it is.
///
/// # Errors
/// What could not be made, and where.
pub async fn ensure(home: &Home, actor: &str, notice: &mut dyn FnMut(SetupNotice)) -> Result<(), SetupError> {
    if journal::has_events(&place(home))? {
        return Ok(());
    }
    home.create()?;
    // Two first uses at once would each make a key and trust only their own.
    let lock_path = home.locks().join("setup.lock");
    let lock = File::create(&lock_path).map_err(|reason| unwritable(&lock_path, reason))?;
    lock.lock().map_err(|reason| unwritable(&lock_path, reason))?;
    if journal::has_events(&place(home))? {
        return Ok(());
    }
    notice(SetupNotice::Directories {
        data: home.database().parent().map_or_else(PathBuf::new, Path::to_owned),
    });
    let key_path = home.signing_key();
    let key = match keys::load(&key_path) {
        Ok(key) => key,
        Err(LoadKeyError::Missing { .. }) => {
            let key = keys::create(&key_path)?;
            notice(SetupNotice::Key {
                path: key_path,
                public: keys::public_text(&key.verifying_key()),
            });
            key
        }
        Err(error) => return Err(error.into()),
    };
    let text = constitution(home, &key)?;
    let trusted = Trusted {
        keys: vec![key.verifying_key()],
        threshold: 1,
        highest_version: 0,
        pinned: None,
    };
    let path = home.constitution();
    let constitution = Constitution::load(&path, &home.constitution_signature(), &trusted)?;
    let version = constitution.version();
    notice(SetupNotice::Constitution { path, version });
    let journal = Journal::open(&place(home), key.clone())?;
    let command = HouseCommand::Found {
        keys: vec![keys::public_text(&key.verifying_key())],
        threshold: 1,
        version,
        digest: constitution.digest(),
        text,
    };
    declare(&journal, actor, constitution.digest(), &command).await?;
    journal.publish_checkpoint().await?;
    notice(SetupNotice::Store { path: home.database() });
    Ok(())
}

/// The text of the constitution in force, written and signed when there is none.
fn constitution(home: &Home, key: &ed25519_dalek::SigningKey) -> Result<String, SetupError> {
    let (path, signature_path) = (home.constitution(), home.constitution_signature());
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            write(&path, DEFAULT_CONSTITUTION.as_bytes())?;
            DEFAULT_CONSTITUTION.to_owned()
        }
        Err(reason) => return Err(unwritable(&path, reason)),
    };
    if !signature_path.exists() {
        // Only our own text is signed unasked: somebody else's file has to be signed by them.
        if text != DEFAULT_CONSTITUTION {
            return Err(SetupError::Unsigned { path });
        }
        write(&signature_path, &sign(text.as_bytes(), key))?;
    }
    Ok(text)
}

/// Submits a command to the house: the one entrance of its stream.
async fn declare(
    journal: &Journal,
    actor: &str,
    constitution: Digest,
    command: &HouseCommand,
) -> Result<(), SetupError> {
    let events = journal.reader()?.events(&house::stream(), 0, usize::MAX)?;
    let state = House::replay(&events)?;
    // Another process that founded in between is as good as we are.
    let Ok(facts) = house::decide(&state, command) else {
        return Ok(());
    };
    let facts = facts
        .iter()
        .map(house::HouseFact::to_fact)
        .collect::<Result<Vec<_>, _>>()?;
    let stamp = Stamp {
        at: now_ms(),
        actor: actor.to_owned(),
        trace: None,
        constitution: Some(constitution),
    };
    journal.append(&house::stream(), state.run_seq, &stamp, facts).await?;
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), SetupError> {
    let fail = |reason| unwritable(path, reason);
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary).map_err(fail)?;
    file.write_all(bytes).map_err(fail)?;
    file.sync_all().map_err(fail)?;
    fs::rename(&temporary, path).map_err(fail)?;
    // The founding, which is durable, counts on the name.
    let directory = path.parent().unwrap_or(Path::new("/"));
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(fail)
}

fn unwritable(path: &Path, reason: io::Error) -> SetupError {
    SetupError::Unwritable {
        path: path.to_owned(),
        reason,
    }
}

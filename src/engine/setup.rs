//! First use: makes everything that a store needs, once, and says what it does.
//!
//! An installation founds a store for itself, with its own key, or several people found one together ([`Founding`]).
//! Never repairs: a store that has events and lacks its key or constitution is refused elsewhere.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;

use super::fact::FactError;
use super::house::{self, House, HouseCommand};
use super::now_ms;
use super::open::place;
use crate::config::{CreateHomeError, Home};
use crate::digest::Digest;
use crate::journal::{self, AppendError, Journal, PublishError, ReadError, Stamp};
use crate::keys::{self, CreateKeyError, LoadKeyError, NotAPublicKey};
use crate::policy::constitution::{Signed, sign, signature_file};
use crate::policy::{Constitution, ConstitutionError, DEFAULT_CONSTITUTION, KeySet, NotAKeySet, Trusted};

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

/// What several people found a store with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founding {
    /// The keys that will count, `ed25519:…`.
    pub keys: Vec<String>,
    /// How many of them have to sign.
    pub threshold: u32,
    /// The constitution.
    pub text: String,
    /// Who signed it.
    pub signatures: Vec<Signed>,
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
    /// There is a store already, which trusts whom it was founded with.
    #[error("the store is founded already")]
    Founded,
    /// The keys cannot be trusted together.
    #[error(transparent)]
    KeySet(#[from] NotAKeySet),
    /// A recorded key has another form.
    #[error(transparent)]
    TrustedKey(#[from] NotAPublicKey),
    /// Another constitution is in its place, and nobody said what that is.
    #[error("`{}` holds another constitution", path.display())]
    Occupied {
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
    let _lock = lock(home)?;
    if journal::has_events(&place(home))? {
        return Ok(());
    }
    let key = key(home, notice)?;
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
        signatures: Vec::new(),
    };
    declare(&journal, actor, constitution.digest(), &command).await?;
    journal.publish_checkpoint().await?;
    notice(SetupNotice::Store { path: home.database() });
    Ok(())
}

/// Founds the store of `home` for several people, whose signatures are verified before anything is made.
///
/// The key of this installation is made, too: it signs what the journal holds, and counts for the constitution only when
/// it is one of theirs.
///
/// # Errors
/// It is founded already, too few of the keys have signed, or what could not be made.
pub async fn found(
    home: &Home,
    actor: &str,
    founding: &Founding,
    notice: &mut dyn FnMut(SetupNotice),
) -> Result<(), SetupError> {
    let Founding {
        keys,
        threshold,
        text,
        signatures,
    } = founding;
    let command = |constitution: &Constitution| HouseCommand::Found {
        keys: keys.clone(),
        threshold: *threshold,
        version: constitution.version(),
        digest: constitution.digest(),
        text: text.clone(),
        signatures: signatures.clone(),
    };
    KeySet::new(1, keys.clone(), *threshold)?;
    let trusted = Trusted {
        keys: keys
            .iter()
            .map(|key| keys::parse_public(key))
            .collect::<Result<_, _>>()?,
        threshold: *threshold,
        highest_version: 0,
        pinned: None,
    };
    let file = signature_file(signatures);
    let constitution = Constitution::open(text.as_bytes(), &file, &trusted)?;
    if journal::has_events(&place(home))? {
        return Err(SetupError::Founded);
    }
    let _lock = lock(home)?;
    if journal::has_events(&place(home))? {
        return Err(SetupError::Founded);
    }
    let path = home.constitution();
    match fs::read(&path) {
        Ok(found) if found != text.as_bytes() => return Err(SetupError::Occupied { path }),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(reason) => return Err(unwritable(&path, reason)),
    }
    let key = key(home, notice)?;
    write(&path, text.as_bytes())?;
    write(&home.constitution_signature(), &file)?;
    let version = constitution.version();
    notice(SetupNotice::Constitution { path, version });
    let journal = Journal::open(&place(home), key)?;
    declare(&journal, actor, constitution.digest(), &command(&constitution)).await?;
    journal.publish_checkpoint().await?;
    notice(SetupNotice::Store { path: home.database() });
    Ok(())
}

/// The directories, and that nobody else sets them up: two first uses at once would each make a key and trust only
/// their own.
fn lock(home: &Home) -> Result<File, SetupError> {
    home.create()?;
    let path = home.locks().join("setup.lock");
    let lock = File::create(&path).map_err(|reason| unwritable(&path, reason))?;
    lock.lock().map_err(|reason| unwritable(&path, reason))?;
    Ok(lock)
}

/// The key of this installation, made when there is none.
fn key(home: &Home, notice: &mut dyn FnMut(SetupNotice)) -> Result<SigningKey, SetupError> {
    notice(SetupNotice::Directories {
        data: home.database().parent().map_or_else(PathBuf::new, Path::to_owned),
    });
    let path = home.signing_key();
    match keys::load(&path) {
        Err(LoadKeyError::Missing { .. }) => {
            let key = keys::create(&path)?;
            notice(SetupNotice::Key {
                path,
                public: keys::public_text(&key.verifying_key()),
            });
            Ok(key)
        }
        loaded => Ok(loaded?),
    }
}

/// The text of the constitution in force, written and signed when there is none.
fn constitution(home: &Home, key: &SigningKey) -> Result<String, SetupError> {
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

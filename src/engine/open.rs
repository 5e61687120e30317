//! Opening: nothing runs before the constitution is read and verified.

use std::sync::Arc;

use super::contract::Contracts;
use super::fact::FactError;
use super::failpoint::Failpoint;
use super::house::{self, House};
use super::live::Voices;
use super::mode::{Known, Posture, PostureError};
use super::workspace::Turns;
use super::{Engine, ModelSlot};
use crate::capsule::{Catalogue, model_spec};
use crate::config::Home;
use crate::journal::{self, Journal, Place, ReadError, Reader};
use crate::keys::{self, LoadKeyError, NotAPublicKey};
use crate::models::catalogue::Entry;
use crate::models::head::Shelf;
use crate::models::{KeptEmbedder, Store};
use crate::net::{Exchange, Net};
use crate::policy::{Constitution, ConstitutionError, KeySet, Law, Trusted};
use crate::tools::attached::{Wiring, attached};
use crate::tools::sandbox::Sandbox;
use crate::tools::toolbox::Toolbox;

/// What an engine needs to know beyond the directories.
#[derive(Debug, Clone)]
pub struct Options {
    /// On whose behalf: `user:NAME`.
    pub actor: String,
    /// Whether every socket is refused.
    pub offline: bool,
    /// The on-device model.
    pub model: Entry,
    /// The model that is asked where a step says so, when another one is not sure enough.
    pub escalate: Option<Entry>,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] LoadKeyError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] journal::OpenError),
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The house stream cannot be used.
    #[error(transparent)]
    House(#[from] FactError),
    /// The store has no founding.
    #[error("the store names no trusted keys")]
    NotFounded,
    /// A recorded key has another form.
    #[error(transparent)]
    TrustedKey(#[from] NotAPublicKey),
    /// The constitution does not hold.
    #[error(transparent)]
    Constitution(#[from] ConstitutionError),
    /// It is signed, and newer than the one in force.
    #[error("version {found} of the constitution is signed but not activated; version {active} is in force")]
    NotActivated {
        /// The version of the file.
        found: u64,
        /// The version that the store recorded.
        active: u64,
    },
    /// An activation was interrupted, and its files cannot be put in place.
    #[error("the files of the constitution cannot be put in place at `{}`: {reason}", path.display())]
    Files {
        /// The file.
        path: std::path::PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
}

impl From<PostureError> for OpenError {
    fn from(error: PostureError) -> Self {
        match error {
            PostureError::Read(error) => error.into(),
            PostureError::Fact(error) => error.into(),
        }
    }
}

/// The places of the journal in `home`.
pub fn place(home: &Home) -> Place {
    Place {
        database: home.database(),
        blobs: home.blobs(),
        checkpoint: home.checkpoint(),
        locks: home.locks(),
    }
}

/// Whose signatures count, and which constitution is in force, as the store recorded it.
///
/// # Errors
/// The store names nobody, or in a form that cannot be read.
pub fn trusted(house: &House) -> Result<Trusted, OpenError> {
    let trust = house.trust.as_ref().ok_or(OpenError::NotFounded)?;
    trusted_by(house, trust)
}

/// The same where the signatures of `trust` count.
///
/// # Errors
/// As for [`trusted`].
pub(super) fn trusted_by(house: &House, trust: &KeySet) -> Result<Trusted, OpenError> {
    let active = house.active.as_ref().ok_or(OpenError::NotFounded)?;
    let keys = trust.keys.iter().map(|key| keys::parse_public(key));
    Ok(Trusted {
        keys: keys.collect::<Result<_, _>>()?,
        threshold: trust.threshold,
        highest_version: active.version,
        pinned: Some(active.digest),
    })
}

/// Verifies the constitution of `home` against what the store recorded.
///
/// # Errors
/// A file or the record is missing, changed, or signed by a stranger: then nothing runs.
pub(super) fn law(home: &Home, house: &House) -> Result<Law, OpenError> {
    let Some(active) = &house.active else {
        return Err(OpenError::NotFounded);
    };
    let trusted = trusted(house)?;
    let constitution = Constitution::load(&home.constitution(), &home.constitution_signature(), &trusted)?;
    if constitution.digest() != active.digest {
        return Err(OpenError::NotActivated {
            found: constitution.version(),
            active: active.version,
        });
    }
    Ok(Law::new(constitution))
}

/// The law in force, for questions that change nothing.
///
/// # Errors
/// As for [`Engine::open`]: where nothing may run, nothing is answered.
pub fn standing_law(home: &Home, reader: &Reader) -> Result<Law, OpenError> {
    let (_, law) = house::standing(home, reader, House::default())?;
    Ok(law)
}

impl Engine {
    /// Opens the store of `home` and verifies its constitution.
    ///
    /// # Errors
    /// Anything that makes acting unsafe; no engine, no action.
    pub fn open(home: &Home, options: Options) -> Result<Self, OpenError> {
        let key = keys::load(&home.signing_key())?;
        let journal = Journal::open(&place(home), key)?;
        let reader = journal.reader()?;
        let (house, law) = house::standing(home, &reader, House::default())?;
        let posture = Posture::read(&reader)?;
        drop(reader);
        let net = Net::new(options.offline);
        let embedder = Arc::new(KeptEmbedder::new(Store::at(home.models())));
        let sandbox = Sandbox::from_env(|name| std::env::var_os(name)).hiding(home.own());
        // Where nobody can tell what is attached, nothing is: what else there is goes on, and faces say so.
        let toolbox = Toolbox::new(
            home.artifacts(),
            net,
            Arc::clone(&embedder),
            home.pages(),
            sandbox.clone(),
        )
        .with(attached(home).unwrap_or_default(), &Wiring { sandbox, net });
        let catalogue = Catalogue {
            tools: Toolbox::contracts()
                .iter()
                .cloned()
                .chain(toolbox.attached().cloned().map(Arc::new))
                .collect(),
            ..Catalogue::default()
        };
        Ok(Self {
            journal,
            law,
            catalogue,
            toolbox,
            exchange: Exchange::new(net),
            model_spec: model_spec(),
            contracts: Contracts::default(),
            model: Arc::new(ModelSlot::of(options.model, Store::at(home.models()))),
            escalate: options
                .escalate
                .map(|entry| Arc::new(ModelSlot::of(entry, Store::at(home.models())))),
            shelf: Shelf::at(home.heads(), home.signing_key()),
            embedder,
            advisers: std::sync::Mutex::default(),
            locks: home.locks(),
            voices: Voices::of(home),
            actor: options.actor,
            offline: options.offline,
            mode: std::sync::Mutex::new(Known::new(posture)),
            home: home.clone(),
            house: std::sync::Mutex::new(house::Known::new(house)),
            failpoint: Failpoint::default(),
            turns: Turns::default(),
            readers: std::sync::Mutex::default(),
        })
    }
}

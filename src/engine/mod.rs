//! Conducting: runs, from a command to the last recorded fact.
//!
//! `decide` and `run` are the pure core; `prepare`, `perform` and `drive` are the edge around it.
//! The engine never prints; whoever wants to know listens to [`drive::Notice`]s or reads the journal.

pub mod command;
mod contract;
pub mod decide;
pub mod drive;
pub mod fact;
pub mod failpoint;
pub mod forecast;
mod frontier;
pub mod house;
pub mod live;
pub mod mode;
pub mod opa;
pub mod open;
mod perform;
mod prepare;
pub mod recall;
pub mod replay;
pub mod run;
pub mod setup;
pub mod start;
pub mod tell;
#[cfg(test)]
mod tests;
mod workspace;

use std::sync::{Arc, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::capsule::Catalogue;
use crate::capsule::tool_spec::ToolSpec;
use crate::journal::{Journal, Reader, Stamp};
use crate::models::catalogue::Entry;
use crate::models::head::{OwnedReaders, Shelf};
use crate::models::{self, Head, KeptEmbedder, LoadError, OnDevice, PULL, PulledModel, Store};
use crate::net::Exchange;
use crate::policy::Law;
use crate::tools::toolbox::Toolbox;

pub use open::{OpenError, Options};
pub use start::{Job, StartError};

use fact::{Fault, FaultKind, HeadPin, ModelPin, Unit};
use run::Run;

/// The conductor of one process: a store, a verified law, tools and perhaps a model.
pub struct Engine {
    /// Connections that nobody uses at the moment. They close before the journal's, which is the last one and
    /// folds the database's log in.
    readers: std::sync::Mutex<Vec<Reader>>,
    journal: Journal,
    law: Law,
    toolbox: Toolbox,
    /// For asking the servers that constitutions name.
    exchange: Exchange,
    catalogue: Catalogue,
    model_spec: ToolSpec,
    contracts: contract::Contracts,
    model: Arc<ModelSlot>,
    escalate: Option<Arc<ModelSlot>>,
    shelf: Shelf,
    embedder: Arc<KeptEmbedder>,
    /// Language models that only heads ask.
    advisers: std::sync::Mutex<Vec<Arc<ModelSlot>>>,
    locks: std::path::PathBuf,
    voices: live::Voices,
    actor: String,
    offline: bool,
    mode: std::sync::Mutex<mode::Known>,
    home: crate::config::Home,
    house: std::sync::Mutex<house::Known>,
    failpoint: failpoint::Failpoint,
    turns: workspace::Turns,
}

/// The on-device model, loaded when the first step needs it.
struct ModelSlot {
    pin: ModelPin,
    store: Store,
    entry: Entry,
    loaded: tokio::sync::OnceCell<Arc<OnDevice>>,
    turn: tokio::sync::Mutex<()>,
}

/// A model that is ready to be asked.
#[derive(Clone)]
struct Ready {
    model: Arc<OnDevice>,
    name: String,
}

impl ModelSlot {
    fn of(entry: Entry, store: Store) -> Self {
        Self {
            pin: ModelPin {
                name: entry.name.clone(),
                sha256: entry.weights.sha256.to_string(),
            },
            store,
            entry,
            loaded: tokio::sync::OnceCell::new(),
            turn: tokio::sync::Mutex::new(()),
        }
    }

    /// Whether its files are here, or it is in memory already.
    fn is_here(&self) -> bool {
        self.loaded.initialized() || self.store.find(&self.entry).is_some()
    }

    async fn ready(&self) -> Result<Ready, Fault> {
        let loaded = self.loaded.get_or_try_init(|| async {
            let pulled = pulled(&self.store, &self.entry)?;
            loading(move || OnDevice::load(&pulled, &mut |_| {})).await
        });
        Ok(Ready {
            model: Arc::clone(loaded.await?),
            name: self.pin.name.clone(),
        })
    }
}

/// The files of a model, which are here.
fn pulled(store: &Store, entry: &Entry) -> Result<PulledModel, Fault> {
    store
        .find(entry)
        .ok_or_else(|| Fault::new(FaultKind::Storage, format!("the model `{}` is not here", entry.name)).hint(PULL))
}

/// What `load` gives, on a thread that may block.
async fn loading<M: Send + 'static>(
    load: impl FnOnce() -> Result<M, LoadError> + Send + 'static,
) -> Result<Arc<M>, Fault> {
    let loaded = tokio::task::spawn_blocking(load).await.map_err(loader_ended)?;
    loaded
        .map(Arc::new)
        .map_err(|error| Fault::new(FaultKind::Storage, error.to_string()).hint(error.hint()))
}

impl Engine {
    /// The journal.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The law with which this process began; one that was activated since judges beside it.
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// What a capsule may use here.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The same engine, which ends its process where `failpoint` says.
    #[must_use]
    pub fn armed(self, failpoint: failpoint::Failpoint) -> Self {
        Self { failpoint, ..self }
    }

    /// The same engine with another model, for a run that is pinned to it.
    #[must_use]
    pub fn thinking_with(self, model: Entry) -> Self {
        let store = self.model.store.clone();
        Self {
            model: Arc::new(ModelSlot::of(model, store)),
            ..self
        }
    }

    /// The same engine with another model that is asked when one is not sure enough, for a run that is pinned to it.
    #[must_use]
    pub fn escalating_to(self, model: Entry) -> Self {
        let store = self.model.store.clone();
        Self {
            escalate: Some(Arc::new(ModelSlot::of(model, store))),
            ..self
        }
    }

    /// The model that steps ask here.
    pub fn model_entry(&self) -> &Entry {
        &self.model.entry
    }

    fn stamp(&self, at: i64, trace: Option<&str>) -> Stamp {
        Stamp {
            at,
            actor: self.actor.clone(),
            trace: trace.map(str::to_owned),
            constitution: Some(self.law.constitution()),
        }
    }

    fn must_load_a_model(&self, run: &Run, unit: &Unit) -> bool {
        run.step_of(unit).is_some_and(|step| match &step.work {
            crate::capsule::Work::Model(ask) => {
                let first = match &ask.head {
                    Some(choice) => {
                        let pin = run.started().heads.iter().find(|pin| pin.name == choice.head);
                        let language = pin.and_then(|pin| pin.language.as_ref());
                        self.embedder.is_loaded() && language.is_none_or(|pin| self.has_loaded(pin))
                    }
                    None => self.model.loaded.initialized(),
                };
                let further = run.started().escalate.as_ref().filter(|_| ask.escalate_below.is_some());
                !first || further.is_some_and(|_| self.escalate.as_ref().is_some_and(|slot| !slot.loaded.initialized()))
            }
            crate::capsule::Work::Tool(_) | crate::capsule::Work::Gate(_) | crate::capsule::Work::Capsule(_) => false,
        })
    }

    /// The head that a run is pinned to, with what reads for it.
    async fn head(&self, pin: &HeadPin) -> Result<(Head, OwnedReaders), Fault> {
        let held = self.shelf.find(&pin.title).map_err(|error| {
            Fault::new(FaultKind::Storage, error.to_string()).hint("`somagent model head list` shows what there is")
        })?;
        if held.head.digest() != pin.digest {
            let message = format!("the head `{}` is not the one that the run began with", pin.title);
            return Err(Fault::new(FaultKind::Storage, message).hint("restore it, or begin another run"));
        }
        let entry = embedding().map_err(|message| Fault::new(FaultKind::Model, message))?;
        held.head.fits(entry.weights.sha256).map_err(|error| {
            Fault::new(FaultKind::Model, error.to_string()).hint("train the head again with the model that is here")
        })?;
        let embedder = Arc::clone(&self.embedder);
        let loaded = tokio::task::spawn_blocking(move || embedder.get()).await;
        let embedder = loaded
            .map_err(loader_ended)?
            .map_err(|error| Fault::new(FaultKind::Storage, error.to_string()).hint(PULL))?;
        let language = match held.head.language() {
            Some(language) => {
                let pin = ModelPin {
                    name: language.model.clone(),
                    sha256: language.sha256.to_string(),
                };
                let slot = self.adviser(&pin).filter(|slot| slot.is_here()).ok_or_else(|| {
                    Fault::new(FaultKind::Storage, held.head.without_language().to_string()).hint(PULL)
                })?;
                Some(slot.ready().await?.model)
            }
            None => None,
        };
        Ok((held.head, OwnedReaders { embedder, language }))
    }

    /// Where the language model `pin` is, or will be, in memory; none when it is not known here.
    fn adviser(&self, pin: &ModelPin) -> Option<Arc<ModelSlot>> {
        if let Some(slot) = self.slot(pin) {
            return Some(slot);
        }
        let store = self.model.store.clone();
        let known = models::Catalogue::built_in()
            .ok()?
            .with_own(&self.home.model_list())
            .ok()?;
        let known = known.with_store(store.entries());
        let sha256 = pin.sha256.parse().ok()?;
        let entry = known.by_digest(sha256)?;
        let mut advisers = self.advisers.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have come meanwhile, and a model has one place in memory.
        if let Some(slot) = advisers.iter().find(|slot| slot.pin.sha256 == pin.sha256) {
            return Some(Arc::clone(slot));
        }
        let slot = Arc::new(ModelSlot::of(entry.clone(), store));
        advisers.push(Arc::clone(&slot));
        Some(slot)
    }

    /// The place of a model that was needed before.
    fn slot(&self, pin: &ModelPin) -> Option<Arc<ModelSlot>> {
        let advisers = self.advisers.lock().unwrap_or_else(PoisonError::into_inner);
        let own = std::iter::once(&self.model).chain(&self.escalate);
        let mut slots = own.chain(advisers.iter());
        slots.find(|slot| slot.pin.sha256 == pin.sha256).cloned()
    }

    fn has_loaded(&self, pin: &ModelPin) -> bool {
        self.slot(pin).is_some_and(|slot| slot.loaded.initialized())
    }

    async fn model_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.model.turn.lock().await
    }
}

/// The model of this build that gives vectors to heads.
///
/// # Errors
/// The build's list of models has none.
pub fn embedding() -> Result<Entry, String> {
    KeptEmbedder::entry().map_err(|error| error.to_string())
}

fn loader_ended(error: tokio::task::JoinError) -> Fault {
    Fault::new(
        FaultKind::Model,
        format!("the model's loader ended abnormally: {error}"),
    )
}

/// Milliseconds since 1970 UTC; the edge's clock.
pub fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|elapsed| i64::try_from(elapsed.as_millis()).ok())
        .unwrap_or(0)
}

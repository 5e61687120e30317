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

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::capsule::Catalogue;
use crate::capsule::tool_spec::ToolSpec;
use crate::journal::{Journal, Reader, Stamp};
use crate::models::catalogue::Entry;
use crate::models::{OnDevice, Store};
use crate::net::Exchange;
use crate::policy::Law;
use crate::tools::toolbox::Toolbox;

pub use open::{OpenError, Options};
pub use start::{Job, StartError};

use fact::{Fault, FaultKind, ModelPin, Unit};
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
    model: ModelSlot,
    locks: std::path::PathBuf,
    voices: live::Voices,
    actor: String,
    offline: bool,
    mode: std::sync::Mutex<mode::Known>,
    home: crate::config::Home,
    house: std::sync::Mutex<house::Known>,
    failpoint: failpoint::Failpoint,
}

/// The on-device model, loaded when the first step needs it.
struct ModelSlot {
    pin: ModelPin,
    store: Store,
    entry: Entry,
    loaded: tokio::sync::OnceCell<Arc<OnDevice>>,
    turn: tokio::sync::Mutex<()>,
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
            model: ModelSlot::of(model, store),
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
        let asks = run.step_of(unit).is_some_and(|step| match &step.work {
            crate::capsule::Work::Model(_) => true,
            crate::capsule::Work::Tool(_) | crate::capsule::Work::Gate(_) | crate::capsule::Work::Capsule(_) => false,
        });
        asks && !self.model.loaded.initialized()
    }

    async fn model(&self) -> Result<Arc<OnDevice>, Fault> {
        let loaded = self.model.loaded.get_or_try_init(|| async {
            let hint = "`somagent model pull` fetches and checks it again";
            let pulled = self.model.store.find(&self.model.entry).ok_or_else(|| {
                Fault::new(
                    FaultKind::Storage,
                    format!("the model `{}` is not here", self.model.entry.name),
                )
                .hint(hint)
            })?;
            tokio::task::spawn_blocking(move || OnDevice::load(&pulled, &mut |_| {}))
                .await
                .map_err(|error| {
                    Fault::new(
                        FaultKind::Model,
                        format!("the model's loader ended abnormally: {error}"),
                    )
                })?
                .map(Arc::new)
                .map_err(|error| Fault::new(FaultKind::Storage, error.to_string()).hint(hint))
        });
        loaded.await.map(Arc::clone)
    }

    async fn model_turn(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.model.turn.lock().await
    }

    fn model_name(&self) -> &str {
        &self.model.pin.name
    }
}

/// Milliseconds since 1970 UTC; the edge's clock.
pub fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|elapsed| i64::try_from(elapsed.as_millis()).ok())
        .unwrap_or(0)
}

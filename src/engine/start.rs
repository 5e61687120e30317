//! Starting and taking over: from a job, or from what the journal knows, to an owned run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::Engine;
use super::command::Command;
use super::drive::Owned;
use super::fact::{CapsuleName, FactError, ModelPin, RunFact, Started};
use super::run::Run;
use crate::capsule::{Capsule, Problem, Work};
use crate::journal::{Event, Lease, LeaseError, ReadError, Reader, Stream};

/// Something to be run.
#[derive(Debug, Clone)]
pub struct Job {
    /// The checked capsule.
    pub capsule: Arc<Capsule>,
    /// The checked inputs.
    pub inputs: Value,
    /// The canonical directory to work on.
    pub workspace: PathBuf,
    /// Seed of everything random.
    pub seed: u64,
    /// The key under which a repetition finds the run.
    pub idempotency_key: Option<String>,
}

/// Why a run cannot be started or taken over.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process owns it.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The journal cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A stored event cannot be used.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// There is no such run.
    #[error("there is no run `{run}`")]
    NoSuchRun {
        /// As asked for.
        run: String,
    },
    /// The first event of the run is not its start.
    #[error("the record of run `{run}` does not begin with its start")]
    Headless {
        /// The run.
        run: String,
    },
    /// The recorded capsule does not hold in this version of somagent.
    #[error("the recorded capsule is not valid for this version of somagent: {}", first(.problems))]
    Capsule {
        /// All problems.
        problems: Vec<Problem>,
    },
    /// The run is pinned to another model.
    #[error("the run is pinned to the model `{pinned}` and this is `{here}`")]
    OtherModel {
        /// Name and SHA-256 of the pinned one.
        pinned: String,
        /// Name and SHA-256 of the one that is here.
        here: String,
    },
}

fn first(problems: &[Problem]) -> String {
    problems
        .first()
        .map_or_else(String::new, |problem| format!("{} {}", problem.code, problem.message))
}

impl Engine {
    /// Prepares a new run: its lease, and the command that begins it.
    ///
    /// # Errors
    /// The lock file cannot be made.
    pub fn begin(&self, job: Job) -> Result<(Owned, Command), StartError> {
        let run = uuid::Uuid::now_v7().to_string();
        let lease = Lease::acquire(&self.locks, &run)?;
        let capsule = &job.capsule;
        let started = Started {
            run: run.clone(),
            capsule: CapsuleName {
                name: capsule.name().to_owned(),
                version: capsule.version().to_owned(),
                digest: capsule.digest(),
            },
            document: capsule.text().to_owned(),
            inputs: job.inputs,
            workspace: job.workspace,
            seed: job.seed,
            idempotency_key: job.idempotency_key,
            limit: capsule.limit(),
            model: asks_a_model(capsule).then(|| self.model.pin.clone()),
            offline: self.offline,
        };
        let command = Command::Start {
            started: Box::new(started),
            capsule: job.capsule,
            pid: std::process::id(),
        };
        Ok((own(run, lease, None), command))
    }

    /// Takes over a run that nobody owns. A finished one is returned as it is, with nothing to do.
    ///
    /// # Errors
    /// There is no such run, another process owns it, or its record cannot be used here.
    pub fn take_over(&self, reader: &Reader, run: &str) -> Result<(Owned, Command), StartError> {
        let lease = Lease::acquire(&self.locks, run)?;
        let state = load(reader, &self.catalogue, run)?;
        if let Some(pinned) = &state.started().model
            && *pinned != self.model.pin
        {
            return Err(StartError::OtherModel {
                pinned: pin_text(pinned),
                here: pin_text(&self.model.pin),
            });
        }
        let command = Command::Lease {
            pid: std::process::id(),
        };
        Ok((own(run.to_owned(), lease, Some(state)), command))
    }
}

fn own(id: String, lease: Lease, run: Option<Run>) -> Owned {
    Owned {
        run,
        id,
        _lease: lease,
        trace: uuid::Uuid::now_v7().simple().to_string(),
    }
}

fn pin_text(pin: &ModelPin) -> String {
    format!("{} (sha256 {})", pin.name, pin.sha256)
}

/// Reads a run out of the journal.
///
/// # Errors
/// There is no such run, or its record cannot be used here.
pub fn load(reader: &Reader, catalogue: &crate::capsule::Catalogue, run: &str) -> Result<Run, StartError> {
    let events = reader.events(&Stream::Run(run.to_owned()), 0, usize::MAX)?;
    replay(&events, catalogue, run)
}

/// Folds the events of a run.
///
/// # Errors
/// There are none, or they cannot be used here.
pub fn replay(events: &[Event], catalogue: &crate::capsule::Catalogue, run: &str) -> Result<Run, StartError> {
    let mut state: Option<Run> = None;
    for event in events {
        let fact = RunFact::recorded(event)?;
        match (&mut state, fact) {
            (Some(state), fact) => state.apply(&fact, event.run_seq(), event.at()),
            (empty @ None, RunFact::Started(started)) => {
                let capsule = Capsule::parse(&started.document, catalogue)
                    .map_err(|problems| StartError::Capsule { problems })?;
                *empty = Some(Run::begin(*started, Arc::new(capsule), event.run_seq(), event.at()));
            }
            (None, _) => return Err(StartError::Headless { run: run.to_owned() }),
        }
    }
    state.ok_or_else(|| StartError::NoSuchRun { run: run.to_owned() })
}

/// Whether a step of `capsule` asks a model.
pub fn asks_a_model(capsule: &Capsule) -> bool {
    capsule.steps().iter().any(|step| match &step.work {
        Work::Model(_) => true,
        Work::Tool(_) | Work::Gate(_) | Work::Capsule(_) => false,
    })
}

/// The directory a run works on: the `path` input, else `directory`, as the system knows it.
///
/// # Errors
/// It is not there or is no directory; `InvalidData` when its path is not Unicode, which no event can hold.
pub fn workspace(inputs: &Value, directory: &Path) -> std::io::Result<PathBuf> {
    let path = match inputs.get("path").and_then(Value::as_str) {
        Some(path) => directory.join(path),
        None => directory.to_owned(),
    };
    let path = path.canonicalize()?;
    if !path.is_dir() {
        return Err(std::io::Error::from(std::io::ErrorKind::NotADirectory));
    }
    if path.to_str().is_none() {
        let kind = std::io::ErrorKind::InvalidData;
        return Err(std::io::Error::new(kind, "its path is not Unicode text"));
    }
    Ok(path)
}

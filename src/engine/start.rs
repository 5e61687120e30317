//! Starting and taking over: from a job, or from what the journal knows, to an owned run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::command::Command;
use super::decide::CommandError;
use super::drive::Owned;
use super::fact::{Adopted, CapsuleName, FactError, Forked, HeadPin, ModelPin, Parent, RunFact, Slot, Started};
use super::run::{Run, StepState};
use super::{Engine, now_ms};
use crate::capsule::budget::Limit;
use crate::capsule::policies::OnExhausted;
use crate::capsule::template::{self, Scope, TemplateError};
use crate::capsule::tool_spec::ToolSpec;
use crate::capsule::{Callable, Capsule, Catalogue, Problem, Stage};
use crate::journal::{Event, Lease, LeaseError, ReadError, Reader, Stream};
use crate::models::head::ShelfError;

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
    /// The budget: what the capsule says, unless somebody says otherwise.
    pub limit: Limit,
    /// The capsules that its steps run, and those that these run.
    pub children: Vec<Callable>,
    /// Milliseconds after which it must be over; otherwise what the capsule says.
    pub deadline_ms: Option<u64>,
    /// The run that it begins with, and what is taken over from it.
    pub forked: Option<(Forked, Vec<Adopted>)>,
}

/// The run that another one is a step of.
pub(super) struct Above {
    pub(super) parent: Parent,
    pub(super) on_exhausted: OnExhausted,
    /// Who began it.
    pub(super) by: Option<String>,
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
    /// The text that says which runs exclude each other cannot be rendered.
    #[error("the key of `concurrency` cannot be rendered: {source}")]
    Template {
        /// Why not.
        source: TemplateError,
    },
    /// A guardrail cannot be used.
    #[error("a guardrail cannot be used: {why}")]
    Guard {
        /// Why not.
        why: String,
    },
    /// A head that a step asks is not to be had.
    #[error(transparent)]
    Head(#[from] ShelfError),
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
    /// The lock file cannot be made, or what the capsule says about the run as a whole cannot be worked out.
    pub fn begin(&self, job: Job) -> Result<(Owned, Command), StartError> {
        self.begin_as(uuid::Uuid::now_v7().to_string(), job, None)
    }

    /// The same under a given id, for a run that is a step of another.
    pub(super) fn begin_as(&self, run: String, job: Job, above: Option<Above>) -> Result<(Owned, Command), StartError> {
        let lease = Lease::acquire(&self.locks, &run)?;
        let capsule = &job.capsule;
        let policies = capsule.policies();
        let now = now_ms();
        let deadline_ms = job.deadline_ms.into_iter().chain(policies.deadline_ms).min();
        let findings = super::prepare::scan(&policies.guard_input, &job.inputs)
            .map_err(|fault| StartError::Guard { why: fault.message })?;
        let (forked, adopted) = job.forked.unzip();
        let (parent, on_exhausted, by) = match above {
            Some(above) => (Some(above.parent), Some(above.on_exhausted), above.by),
            None => (None, None, Some(self.actor.clone())),
        };
        let started = Started {
            run: run.clone(),
            capsule: CapsuleName {
                name: capsule.name().to_owned(),
                version: capsule.version().to_owned(),
                digest: capsule.digest(),
            },
            document: capsule.text().to_owned(),
            slot: slot(capsule, &job.inputs)?,
            inputs: job.inputs,
            workspace: job.workspace,
            seed: job.seed,
            idempotency_key: job.idempotency_key,
            limit: job.limit,
            model: asks_a_model(capsule, &job.children).then(|| self.model.pin.clone()),
            heads: self.pins(capsule)?,
            escalate: self
                .escalate
                .as_ref()
                .filter(|_| capsule.asks().any(|ask| ask.escalate_below.is_some()))
                .map(|slot| slot.pin.clone()),
            offline: self.offline,
            tools: self.attached_to(capsule, &job.children),
            children: job.children,
            parent,
            on_exhausted,
            deadline_at: deadline_ms.map(|after| now.saturating_add(i64::try_from(after).unwrap_or(i64::MAX))),
            forked,
            by,
        };
        let command = Command::Start {
            started: Box::new(started),
            capsule: job.capsule,
            pid: std::process::id(),
            findings,
            adopted: adopted.unwrap_or_default(),
        };
        Ok((own(run, lease, None), command))
    }

    /// The contracts of the attached servers that `capsule` and the capsules that it runs list.
    fn attached_to(&self, capsule: &Capsule, children: &[Callable]) -> Vec<ToolSpec> {
        let below = children.iter().flat_map(|child| &child.tools).map(String::as_str);
        let named: BTreeSet<&str> = capsule.tools().chain(below).collect();
        let attached = self.toolbox.attached();
        attached
            .filter(|spec| named.contains(spec.name.as_str()))
            .cloned()
            .collect()
    }

    /// The heads that the steps of `capsule` ask, as they are now.
    fn pins(&self, capsule: &Capsule) -> Result<Vec<HeadPin>, StartError> {
        let names: BTreeSet<&str> = capsule.heads().collect();
        let pin = |name: &str| {
            let head = self.shelf.find(name)?.head;
            Ok(HeadPin {
                name: name.to_owned(),
                title: head.title(),
                digest: head.digest(),
                labels: head.labels().to_vec(),
                language: head.language().map(|language| ModelPin {
                    name: language.model.clone(),
                    sha256: language.sha256.to_string(),
                }),
            })
        };
        names.into_iter().map(pin).collect()
    }

    /// Takes over a run on a thread that may block.
    pub(super) async fn take_over_elsewhere(self: &Arc<Self>, run: &str) -> Result<(Owned, Command), StartError> {
        let (engine, run) = (Arc::clone(self), run.to_owned());
        let taken = tokio::task::spawn_blocking(move || engine.take_over(&engine.journal.reader()?, &run));
        taken.await.map_err(|_| StartError::Read(ReadError::Interrupted))?
    }

    /// Takes over a run that nobody owns. A finished one is returned as it is, with nothing to do.
    ///
    /// # Errors
    /// There is no such run, another process owns it, or its record cannot be used here.
    pub fn take_over(&self, reader: &Reader, run: &str) -> Result<(Owned, Command), StartError> {
        let lease = Lease::acquire(&self.locks, run)?;
        let state = load(reader, &self.catalogue, run)?;
        let further = self.escalate.as_ref().map(|slot| &slot.pin);
        for (pinned, here) in [
            (state.started().model.as_ref(), Some(&self.model.pin)),
            (state.started().escalate.as_ref(), further),
        ] {
            if let Some(pinned) = pinned.filter(|pinned| here != Some(*pinned)) {
                return Err(StartError::OtherModel {
                    pinned: pin_text(pinned),
                    here: here.map_or_else(|| "none".to_owned(), pin_text),
                });
            }
        }
        let command = Command::Lease {
            pid: std::process::id(),
            last_beat: lease.last_beat(),
        };
        Ok((own(run.to_owned(), lease, Some(state)), command))
    }
}

fn own(id: String, lease: Lease, run: Option<Run>) -> Owned {
    Owned {
        committed: run.as_ref().map_or(0, Run::run_seq),
        epoch: 0,
        run,
        id,
        lease,
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
pub fn load(reader: &Reader, catalogue: &Catalogue, run: &str) -> Result<Run, StartError> {
    let events = reader.events(&Stream::Run(run.to_owned()), 0, usize::MAX)?;
    replay(&events, catalogue, run)
}

/// Folds the events of a run.
///
/// # Errors
/// There are none, or they cannot be used here.
pub fn replay(events: &[Event], catalogue: &Catalogue, run: &str) -> Result<Run, StartError> {
    watch(events, catalogue, run, |_, _, _| {})
}

/// Folds the events of a run, and shows each but the first together with the run as it was before it.
///
/// # Errors
/// As for [`replay`].
pub fn watch(
    events: &[Event],
    catalogue: &Catalogue,
    run: &str,
    mut shown: impl FnMut(&Run, &Event, &RunFact),
) -> Result<Run, StartError> {
    let mut state: Option<Run> = None;
    for event in events {
        let fact = RunFact::recorded(event)?;
        match (&mut state, fact) {
            (Some(state), fact) => {
                shown(state, event, &fact);
                state.apply(&fact, event.run_seq(), event.at());
            }
            (empty @ None, RunFact::Started(started)) => {
                let capsule = begun(&started, catalogue)?;
                *empty = Some(Run::begin(*started, capsule, event.run_seq(), event.at()));
            }
            (None, _) => return Err(StartError::Headless { run: run.to_owned() }),
        }
    }
    state.ok_or_else(|| StartError::NoSuchRun { run: run.to_owned() })
}

/// What a run that begins at step `at` takes over from `run`: the outcomes of all steps that completed or were
/// skipped and need nothing of `at`.
///
/// # Errors
/// `run` has no such step.
pub fn fork(run: &Run, at: &str) -> Result<(Forked, Vec<Adopted>), CommandError> {
    if run.capsule().step(at).is_none() {
        return Err(CommandError::NoSuchStep { step: at.to_owned() });
    }
    let again = run.downstream(std::iter::once(at));
    let kept = run.capsule().steps().iter().filter(|step| {
        // What comes last looks at how the new run ends.
        step.stage != Stage::After && !again.iter().any(|other| other.name == step.name)
    });
    let adopted = kept.filter_map(|step| match run.steps().get(&step.name)? {
        StepState::Completed { output, beside, why } => Some(Adopted {
            step: step.name.clone(),
            output: Some(Arc::clone(output)),
            errors: beside.errors.clone(),
            confidence: beside.confidence.clone(),
            why: why.clone(),
        }),
        StepState::Skipped { label } => Some(Adopted {
            step: step.name.clone(),
            output: None,
            errors: None,
            confidence: None,
            why: label.clone(),
        }),
        StepState::Waiting(_) | StepState::Fanned(_) | StepState::Failed { .. } => None,
    });
    let forked = Forked {
        run: run.started().run.clone(),
        at: at.to_owned(),
    };
    Ok((forked, adopted.collect()))
}

/// The capsule that a run began with, against what it began with.
///
/// # Errors
/// It does not hold in this version of somagent.
pub(super) fn begun(started: &Started, catalogue: &Catalogue) -> Result<Arc<Capsule>, StartError> {
    let capsule = Capsule::parse(&started.document, &started.catalogue(catalogue));
    capsule
        .map(Arc::new)
        .map_err(|problems| StartError::Capsule { problems })
}

/// Whether a step of `capsule`, or of a capsule that it runs, asks a language model.
pub fn asks_a_model(capsule: &Capsule, children: &[Callable]) -> bool {
    capsule.asks_a_model() || children.iter().any(|child| child.asks_a_model)
}

/// Whether a step of `capsule`, or of a capsule that it runs, asks a head, or compares by vectors itself.
pub fn needs_vectors(capsule: &Capsule, children: &[Callable]) -> bool {
    let compares =
        |step: &crate::capsule::Step| matches!(&step.work, crate::capsule::Work::Tool(call) if call.tool == "vector");
    capsule.steps().iter().any(compares)
        || capsule.heads().next().is_some()
        || children.iter().any(|child| !child.heads.is_empty())
}

/// The heads that the steps of `capsule` ask, and those of the capsules that it runs.
pub fn heads<'c>(capsule: &'c Capsule, children: &'c [Callable]) -> BTreeSet<&'c str> {
    let below = children.iter().flat_map(|child| &child.heads).map(String::as_str);
    capsule.heads().chain(below).collect()
}

/// The capsules that the steps of `capsule` run, and those that these run.
pub fn children(capsule: &Capsule, catalogue: &Catalogue) -> Vec<Callable> {
    super::prepare::needed(capsule, &catalogue.capsules)
}

/// Which other runs it waits for.
fn slot(capsule: &Capsule, inputs: &Value) -> Result<Option<Slot>, StartError> {
    let Some(concurrency) = &capsule.policies().concurrency else {
        return Ok(None);
    };
    let key = template::render(&Value::String(concurrency.key.clone()), &Scope::new(inputs))
        .map_err(|source| StartError::Template { source })?;
    Ok(Some(Slot {
        key: match key.value {
            Value::String(text) => text,
            other => other.to_string(),
        },
        limit: concurrency.limit,
        on_conflict: concurrency.on_conflict,
    }))
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

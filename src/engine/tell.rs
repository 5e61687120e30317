//! Telling a run something without owning it: answers, pauses, budgets, cancellations.
//!
//! Whoever owns the run meanwhile finds the facts in the journal and goes on from them.

use std::time::Duration;

use super::command::Command;
use super::decide::{CommandError, check_contract, decide};
use super::fact::{Answer, FactError, RunFact};
use super::mode::DeclareError;
use super::start::{StartError, load};
use super::{Engine, now_ms};
use crate::journal::{AppendError, Event, ReadError, Reader, Stream};

/// How often a command is decided anew because others were faster.
const TRIES: usize = 100;

/// Why a run was not told.
#[derive(Debug, thiserror::Error)]
pub enum TellError {
    /// The journal refused or failed.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The run cannot be read.
    #[error(transparent)]
    Run(#[from] StartError),
    /// The command does not fit the run.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A fact cannot be written as JSON.
    #[error("the fact cannot be recorded: {0}")]
    Unrecordable(#[from] serde_json::Error),
    /// Nobody knows the mode.
    #[error(transparent)]
    Mode(#[from] DeclareError),
    /// Others were faster every time.
    #[error("the run changes too fast to be told anything")]
    Crowded,
}

impl From<ReadError> for TellError {
    fn from(error: ReadError) -> Self {
        Self::Run(error.into())
    }
}

impl From<FactError> for TellError {
    fn from(error: FactError) -> Self {
        Self::Run(error.into())
    }
}

impl Engine {
    /// Records what follows from `command` in the run, whoever owns it; returns the new events, none when
    /// nothing follows.
    ///
    /// # Errors
    /// There is no such run, the command does not fit it, or the journal failed.
    pub async fn tell(&self, run: &str, command: Command) -> Result<Vec<Event>, TellError> {
        self.look_at_mode(Duration::ZERO).await?;
        let command = self.in_this_mode(command);
        for _ in 0..TRIES {
            let (id, catalogue) = (run.to_owned(), self.catalogue.clone());
            let state = self.reading(move |reader| Ok(load(reader, &catalogue, &id))).await??;
            let now = now_ms();
            let facts = decide(Some(&state), &command, now)?;
            if let Command::Answer(answer) = &command {
                check_contract(&state, answer, &self.catalogue).map_err(CommandError::from)?;
            }
            if facts.is_empty() {
                return Ok(Vec::new());
            }
            let stored = facts.iter().map(RunFact::to_fact).collect::<Result<Vec<_>, _>>()?;
            let stamp = self.stamp(now, None);
            let stream = Stream::Run(run.to_owned());
            self.failpoint.before_commit(&facts);
            match self.journal.append(&stream, state.run_seq(), &stamp, stored).await {
                Ok(events) => {
                    self.failpoint.after_commit(&facts);
                    return Ok(events);
                }
                // The owner was faster, or somebody else: what follows may be another thing now.
                Err(AppendError::Conflict { .. } | AppendError::Fenced { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(TellError::Crowded)
    }

    /// An answer is given in the mode that is in force, whatever its giver believes.
    fn in_this_mode(&self, command: Command) -> Command {
        match command {
            Command::Answer(answer) => Command::Answer(Answer {
                mode: self.in_force(),
                ..answer
            }),
            other => other,
        }
    }

    /// Reads the journal on a thread that may block.
    pub(super) async fn reading<T, F>(&self, read: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: FnOnce(&Reader) -> Result<T, ReadError> + Send + 'static,
    {
        let kept = {
            let mut readers = self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            readers.pop()
        };
        let reader = match kept {
            Some(reader) => reader,
            None => self.journal.reader()?,
        };
        let ran = tokio::task::spawn_blocking(move || {
            let value = read(&reader);
            (reader, value)
        })
        .await;
        let (reader, value) = ran.map_err(|_| ReadError::Interrupted)?;
        let mut readers = self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        readers.push(reader);
        value
    }
}

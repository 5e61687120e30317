//! The mode at the edge: looked up before anything is judged or told, and recorded when somebody changes it.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::super::{Engine, now_ms};
use super::{ModeCommand, ModeError, ModeFact, Posture, PostureError, decide, stream};
use crate::journal::{AppendError, Event, ReadError};
use crate::policy::InForce;

/// How often a command is decided anew because others were faster.
const TRIES: usize = 100;

/// Why a mode was not looked up, or not recorded.
#[derive(Debug, thiserror::Error)]
pub enum DeclareError {
    /// What is recorded cannot be read.
    #[error(transparent)]
    Posture(#[from] PostureError),
    /// The command does not fit.
    #[error(transparent)]
    Refused(#[from] ModeError),
    /// The journal refused or failed.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// A fact cannot be written as JSON.
    #[error("the fact cannot be recorded: {0}")]
    Unrecordable(#[from] serde_json::Error),
}

/// What this process knows of the mode.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Known {
    posture: Posture,
    read: Instant,
    /// What variables ask for.
    asked: InForce,
    is_debug: bool,
}

impl Known {
    /// As it was read just now, and nothing is asked for.
    pub(in crate::engine) fn new(posture: Posture) -> Self {
        Self {
            posture,
            read: Instant::now(),
            asked: InForce::default(),
            is_debug: false,
        }
    }
}

impl Engine {
    /// The same engine, where variables ask for these modes, and perhaps for more to be said: they can only tighten.
    #[must_use]
    pub fn asked(self, asked: InForce, is_debug: bool) -> Self {
        self.knowing(|known| (known.asked, known.is_debug) = (asked, is_debug));
        self
    }

    /// The modes in force, as far as this process knows.
    pub fn in_force(&self) -> InForce {
        self.knowing(|known| known.posture.in_force(now_ms(), &known.asked))
    }

    /// Whether more is said about what is judged.
    pub fn is_debug(&self) -> bool {
        self.knowing(|known| known.is_debug || known.posture.setting(now_ms()).is_debug)
    }

    /// What is recorded, as far as this process knows.
    pub fn posture(&self) -> Posture {
        self.knowing(|known| known.posture.clone())
    }

    /// Looks up what is recorded unless that was done just now, and records the end of an elevation that has expired.
    pub(in crate::engine) async fn look_at_mode(&self, within: Duration) -> Result<(), DeclareError> {
        let is_fresh = self.knowing(|known| !within.is_zero() && known.read.elapsed() < within);
        if !is_fresh {
            self.read_mode().await?;
        }
        if self.knowing(|known| known.posture.has_lapsed(now_ms())) {
            self.declare_mode(&ModeCommand::Expire).await?;
        }
        Ok(())
    }

    /// Records what follows from `command`; returns the new events, none when nothing follows.
    ///
    /// # Errors
    /// The command does not fit what is recorded, or the journal failed.
    pub async fn declare_mode(&self, command: &ModeCommand) -> Result<Vec<Event>, DeclareError> {
        let mut tries = 0;
        loop {
            self.read_mode().await?;
            let posture = self.posture();
            let now = now_ms();
            let facts = decide(&posture, command, now)?;
            if facts.is_empty() {
                return Ok(Vec::new());
            }
            let stored = facts.iter().map(ModeFact::to_fact).collect::<Result<Vec<_>, _>>()?;
            let stamp = self.stamp(now, None);
            match self.journal.append(&stream(), posture.run_seq(), &stamp, stored).await {
                Ok(events) => {
                    self.read_mode().await?;
                    return Ok(events);
                }
                // Somebody else was faster: what follows may be another thing now.
                Err(AppendError::Conflict { .. }) if tries < TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn read_mode(&self) -> Result<(), DeclareError> {
        let began = Instant::now();
        let seen = self.knowing(|known| known.posture.run_seq());
        let events = self
            .reading(move |reader| reader.events(&stream(), seen, usize::MAX))
            .await
            .map_err(PostureError::from)?;
        self.knowing(|known| {
            // Two that look at the same time find the same events.
            let new = events.iter().filter(|event| event.run_seq() > known.posture.run_seq);
            let new: Vec<&Event> = new.collect();
            new.into_iter().try_for_each(|event| known.posture.take(event))?;
            known.read = began;
            Ok(())
        })
        .map_err(|error: super::FactError| PostureError::from(error).into())
    }

    fn knowing<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.mode.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl From<ReadError> for DeclareError {
    fn from(error: ReadError) -> Self {
        Self::Posture(error.into())
    }
}

//! Replaying: whether what was recorded of a run follows again from what it was told.
//!
//! Each command is rebuilt from the facts that followed from it, decided anew on the state before it and
//! at its recorded time, and what follows now is compared with what is recorded. Reads no clock, acts on
//! nothing, records nothing.
//!
//! ```text
//!  facts ──rebuild──► Command ──decide(state, at)──► facts' ══ facts? ──apply──► state ──► the next one
//! ```

mod rebuild;

use std::fmt;
use std::sync::Arc;

use super::command::Command;
use super::decide::{CommandError, decide};
use super::fact::{FactError, RunFact};
use super::run::Run;
use crate::capsule::{Capsule, Catalogue, Problem};
use crate::journal::Event;

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// How many facts follow as they are recorded.
    pub facts: usize,
    /// How many commands they followed from.
    pub commands: usize,
}

/// Why a record does not follow from what it says the run was told.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// A stored event cannot be read.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// The first event is not the beginning of a run.
    #[error("the record does not begin with the start of a run")]
    Headless,
    /// The recorded capsule does not hold in this version of somagent.
    #[error("the recorded capsule is not valid for this version of somagent: {}", first(.problems))]
    Capsule {
        /// All problems.
        problems: Vec<Problem>,
    },
    /// The command does not fit the run.
    #[error("event {seq} (`{kind}`) follows from a command that is refused: {source}")]
    Refused {
        /// The position of its first fact in the store.
        seq: u64,
        /// The kind of that fact.
        kind: &'static str,
        /// Why.
        source: CommandError,
    },
    /// Something else follows.
    #[error(transparent)]
    Mismatch(Box<Mismatch>),
}

fn first(problems: &[Problem]) -> String {
    problems
        .first()
        .map_or_else(String::new, |problem| format!("{} {}", problem.code, problem.message))
}

/// The first place where what follows is not what is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Mismatch {
    /// The position in the store; that of the last event when one is missing after it.
    pub seq: u64,
    /// What follows from what the run was told; `None` when nothing does.
    pub expected: Option<RunFact>,
    /// What is recorded; `None` when nothing is.
    pub found: Option<RunFact>,
}

impl std::error::Error for Mismatch {}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = |fact: &Option<RunFact>| fact.as_ref().map_or("nothing", RunFact::kind);
        let (expected, found) = (kind(&self.expected), kind(&self.found));
        if expected == found {
            return write!(f, "event {} is another `{found}` than follows", self.seq);
        }
        write!(f, "event {} is `{found}`, and `{expected}` follows", self.seq)
    }
}

/// A fact with its place in the record.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    /// Its position in the store.
    pub(super) seq: u64,
    /// Its position in the run.
    pub(super) run_seq: u64,
    /// When it was recorded, in milliseconds since 1970 UTC.
    pub(super) at: i64,
    pub(super) fact: RunFact,
}

/// Decides everything again that is recorded in `events`, which are all of one run, in order.
///
/// # Errors
/// The first event that cannot be read, or does not follow.
pub fn check(events: &[Event], catalogue: &Catalogue) -> Result<Replayed, ReplayError> {
    let recorded = events.iter().map(|event| {
        Ok(Recorded {
            seq: event.seq(),
            run_seq: event.run_seq(),
            at: event.at(),
            fact: RunFact::recorded(event)?,
        })
    });
    let recorded = recorded.collect::<Result<Vec<_>, FactError>>()?;
    let Some(RunFact::Started(started)) = recorded.first().map(|first| &first.fact) else {
        return Err(ReplayError::Headless);
    };
    let capsule = Capsule::parse(&started.document, &started.catalogue(catalogue))
        .map_err(|problems| ReplayError::Capsule { problems })?;
    follow(&recorded, &Arc::new(capsule))
}

/// The same for facts that are read already, of a run of `capsule`.
pub(super) fn follow(recorded: &[Recorded], capsule: &Arc<Capsule>) -> Result<Replayed, ReplayError> {
    let mut run: Option<Run> = None;
    let mut replayed = Replayed { facts: 0, commands: 0 };
    while let Some((head, rest)) = recorded.get(replayed.facts..).and_then(<[_]>::split_first) {
        let command = match &run {
            None => rebuild::start(head, rest, capsule),
            Some(run) => rebuild::command(run, head, rest),
        };
        let Some(command) = command else {
            return Err(mismatch(head.seq, None, Some(head)));
        };
        let expected = decide(run.as_ref(), &command, head.at).map_err(|source| ReplayError::Refused {
            seq: head.seq,
            kind: head.fact.kind(),
            source,
        })?;
        if expected.is_empty() {
            return Err(mismatch(head.seq, None, Some(head)));
        }
        replayed.commands += 1;
        for fact in expected {
            let seq = recorded.get(replayed.facts).unwrap_or(head).seq;
            let found = recorded
                .get(replayed.facts)
                .filter(|found| found.fact == fact && found.at == head.at);
            let Some(found) = found else {
                return Err(mismatch(seq, Some(fact), recorded.get(replayed.facts)));
            };
            take(&mut run, &command, found);
            replayed.facts += 1;
        }
    }
    if run.is_none() {
        return Err(ReplayError::Headless);
    }
    Ok(replayed)
}

fn take(run: &mut Option<Run>, command: &Command, found: &Recorded) {
    match (&mut *run, &found.fact, command) {
        (Some(run), fact, _) => run.apply(fact, found.run_seq, found.at),
        (None, RunFact::Started(started), Command::Start { capsule, .. }) => {
            *run = Some(Run::begin(
                (**started).clone(),
                Arc::clone(capsule),
                found.run_seq,
                found.at,
            ));
        }
        // Nothing but a start follows from a start.
        (None, _, _) => {}
    }
}

fn mismatch(seq: u64, expected: Option<RunFact>, found: Option<&Recorded>) -> ReplayError {
    ReplayError::Mismatch(Box::new(Mismatch {
        seq,
        expected,
        found: found.map(|found| found.fact.clone()),
    }))
}

//! The house at the edge: the constitution is looked at again before anything is judged, and changed in the journal
//! and on the disk together.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::super::failpoint::Point;
use super::super::opa;
use super::super::open::{law, trusted, trusted_by};
use super::super::{Engine, OpenError, now_ms};
use super::{House, HouseCommand, HouseError, HouseFact, decide, files, stream};
use crate::config::Home;
use crate::journal::{AppendError, Event, ReadError, Reader};
use crate::policy::constitution::signature_file;
use crate::policy::{Action, Constitution, ConstitutionError, Law, Past, Situation, Verdict};

/// How often a command is decided anew because others were faster, and files are read again because somebody
/// changed them meanwhile.
const TRIES: usize = 100;

/// Why the house was not changed.
#[derive(Debug, thiserror::Error)]
pub enum EnactError {
    /// What is in force does not hold, or its files cannot be written.
    #[error(transparent)]
    Law(#[from] OpenError),
    /// The command does not fit.
    #[error(transparent)]
    Refused(#[from] HouseError),
    /// What the record would put in force does not verify.
    #[error(transparent)]
    Unsound(#[from] ConstitutionError),
    /// The journal cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The journal refused or failed.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// A fact cannot be written as JSON.
    #[error("the fact cannot be recorded: {0}")]
    Unrecordable(#[from] serde_json::Error),
}

/// What this process knows of the house.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Known {
    house: House,
    read: Instant,
    /// What was activated since the process began.
    also: Option<Arc<Law>>,
}

impl Known {
    /// As it was read just now, with the law that the process begins with.
    pub(in crate::engine) fn new(house: House) -> Self {
        Self {
            house,
            read: Instant::now(),
            also: None,
        }
    }
}

/// The house that `reader` finds, of which `seen` is known already, and the law that its files hold.
///
/// An activation that a crash interrupted is finished or undone first, as the journal says; one that is under way
/// is waited for.
///
/// # Errors
/// The files do not hold what the journal says is in force: then nothing may run.
pub fn standing(home: &Home, reader: &Reader, seen: House) -> Result<(House, Law), OpenError> {
    let mut house = newer(reader, seen)?;
    let mut tries = 0;
    loop {
        if files::are_laid(home) {
            let held = files::hold(home)?;
            // Whoever held it may have recorded more.
            house = newer(reader, house)?;
            if let Some(active) = &house.active {
                files::settle(home, active, &held)?;
            }
        }
        let before = house.run_seq;
        match law(home, &house) {
            Ok(law) => return Ok((house, law)),
            Err(error) => {
                house = newer(reader, house)?;
                // The files may have been those of an activation that was not seen yet.
                let has_moved = house.run_seq > before || files::are_laid(home);
                if !has_moved || tries == TRIES {
                    return Err(error);
                }
                tries += 1;
            }
        }
    }
}

/// `house` with what happened since.
fn newer(reader: &Reader, mut house: House) -> Result<House, OpenError> {
    let events = reader.events(&stream(), house.run_seq, usize::MAX)?;
    events.iter().try_for_each(|event| house.take(event))?;
    Ok(house)
}

/// What is ready before something is recorded.
enum Prepared {
    /// Nothing has to be.
    Nothing,
    /// The files of a constitution, and that nobody else moves them.
    Files { _held: files::Held },
}

/// Lays down the files of a text that follows on `seen`; `None` when something was recorded since.
fn lay(
    home: &Home,
    reader: &Reader,
    seen: House,
    text: &[u8],
    signatures: &[u8],
) -> Result<Option<Prepared>, OpenError> {
    let held = files::hold(home)?;
    let before = seen.run_seq;
    let house = newer(reader, seen)?;
    // What somebody else laid down and the journal names must not be lost.
    if let (true, Some(active)) = (files::are_laid(home), &house.active) {
        files::settle(home, active, &held)?;
    }
    if house.run_seq > before {
        return Ok(None);
    }
    files::lay(home, text, signatures, &held)?;
    Ok(Some(Prepared::Files { _held: held }))
}

impl Engine {
    /// Judges by the constitution with which this process began, and by the one that was activated since; the servers
    /// that they name are asked first.
    pub(in crate::engine) async fn judge(&self, action: &Action, mut situation: Situation) -> Verdict {
        let also = self.knowing_house(|known| known.also.clone());
        for law in [Some(&self.law), also.as_deref()].into_iter().flatten() {
            if let Some(question) = law.question(action, &situation) {
                let heard = opa::ask(&self.exchange, &question, &situation.mode).await;
                situation.heard.push(heard);
            }
        }
        let own = self.law.judge(action, &situation);
        match also {
            Some(law) => own.beside(law.judge(action, &situation)),
            None => own,
        }
    }

    /// What the store knows of actions of this name, where a constitution that judges weighs it.
    pub(in crate::engine) async fn past(&self, action: &str) -> Result<Past, ReadError> {
        let also = || self.knowing_house(|known| known.also.as_ref().is_some_and(|law| law.weighs_past()));
        if !self.law.weighs_past() && !also() {
            return Ok(Past::default());
        }
        let action = action.to_owned();
        let deeds = self.reading(move |reader| reader.deeds(&action)).await?;
        Ok(Past {
            begun: deeds.begun,
            approved: deeds.approved,
            refused: deeds.refused,
        })
    }

    /// What is recorded of keys and constitutions, as far as this process knows.
    pub fn house(&self) -> House {
        self.knowing_house(|known| known.house.clone())
    }

    /// Verifies the files of the constitution unless that was done just now, and looks whether another one was
    /// activated.
    ///
    /// # Errors
    /// They do not hold what is in force: nothing may be judged.
    pub(in crate::engine) async fn look_at_law(&self, within: Duration) -> Result<(), OpenError> {
        let is_fresh = self.knowing_house(|known| !within.is_zero() && known.read.elapsed() < within);
        if is_fresh {
            return Ok(());
        }
        let began = Instant::now();
        let (home, seen) = (self.home.clone(), self.house());
        let found = self.reading(move |reader| Ok(standing(&home, reader, seen))).await?;
        let (house, law) = found?;
        self.knowing_house(|known| {
            // Two that look at the same time: what was seen later stays.
            if house.run_seq < known.house.run_seq {
                return;
            }
            known.also = (law.constitution() != self.law.constitution()).then(|| Arc::new(law));
            known.house = house;
            known.read = began;
        });
        Ok(())
    }

    /// Records what follows from `command`; returns the new events, none when nothing follows. A text that is put in
    /// force is in its place when this returns.
    ///
    /// # Errors
    /// The command does not fit what is recorded, what is in force does not hold, or journal or disk failed.
    pub async fn enact(&self, command: &HouseCommand) -> Result<Vec<Event>, EnactError> {
        let mut tries = 0;
        loop {
            self.look_at_law(Duration::ZERO).await?;
            let house = self.house();
            let facts = decide(&house, command)?;
            if facts.is_empty() {
                return Ok(Vec::new());
            }
            let Some(held) = self.prepared(&house, &facts).await? else {
                // Somebody else changed the house meanwhile.
                continue;
            };
            let stored = facts.iter().map(HouseFact::to_fact).collect::<Result<Vec<_>, _>>()?;
            let stamp = self.stamp(now_ms(), None);
            self.failpoint.pass(Point::BeforeEnact);
            let appended = self.journal.append(&stream(), house.run_seq, &stamp, stored).await;
            if appended.is_ok() {
                self.failpoint.pass(Point::AfterEnact);
            }
            // Whatever came of it, looking puts the files where the journal says that they belong.
            drop(held);
            match appended {
                Ok(events) => {
                    self.look_at_law(Duration::ZERO).await?;
                    return Ok(events);
                }
                // Somebody else was faster: what follows may be another thing now.
                Err(AppendError::Conflict { .. }) if tries < TRIES => tries += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Lays down the files of a text that is about to be in force, or in force under other keys, after it was verified
    /// once more; `None` when the house is not what it was any more.
    async fn prepared(&self, house: &House, facts: &[HouseFact]) -> Result<Option<Prepared>, EnactError> {
        let active = house.active.as_ref().ok_or(OpenError::NotFounded)?;
        let changed = facts.iter().find_map(|fact| match fact {
            HouseFact::Activated(what) => Some((&what.text, &what.signatures, trusted(house))),
            HouseFact::KeysActivated(what) => Some((&active.text, &what.constitution, trusted_by(house, &what.set))),
            HouseFact::Founded(_)
            | HouseFact::Proposed(_)
            | HouseFact::Endorsed(_)
            | HouseFact::KeysProposed(_)
            | HouseFact::KeysSigned(_) => None,
        });
        let Some((text, signatures, trusted)) = changed else {
            return Ok(Some(Prepared::Nothing));
        };
        let (text, signatures) = (text.clone().into_bytes(), signature_file(signatures));
        Constitution::open(&text, &signatures, &trusted?)?;
        let (home, seen) = (self.home.clone(), house.clone());
        let laid = self.reading(move |reader| Ok(lay(&home, reader, seen, &text, &signatures)));
        Ok(laid.await??)
    }

    fn knowing_house<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.house.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

//! A journal in memory: an append is first written, then synced, and acknowledged only after that.

use super::super::super::fact::RunFact;
use super::super::super::replay::Recorded;

/// Why an append was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// Somebody was faster.
    Conflict,
    /// Somebody else owns the run.
    Fenced,
}

/// The record of one run.
#[derive(Default)]
pub(super) struct Store {
    /// What a reader sees, and a power loss leaves.
    durable: Vec<Recorded>,
    /// What is written and may be lost.
    unsynced: Vec<Recorded>,
    /// How much of what is durable somebody was told of.
    acknowledged: usize,
    epoch: u64,
}

impl Store {
    pub(super) fn durable(&self) -> &[Recorded] {
        &self.durable
    }

    pub(super) fn head(&self) -> u64 {
        self.durable.len() as u64
    }

    /// Writes `facts`, when nobody was faster and the effects among them are those of the newest owner.
    pub(super) fn write(&mut self, expected: u64, facts: &[RunFact], at: i64) -> Result<(), Refused> {
        assert!(self.unsynced.is_empty(), "one writer at a time");
        if expected != self.head() {
            return Err(Refused::Conflict);
        }
        let mut epoch = self.epoch;
        for fact in facts {
            let of = match fact {
                RunFact::StepStarted(started) => started.epoch,
                RunFact::Settled(settled) => settled.epoch,
                RunFact::Leased(leased) => {
                    epoch += 1;
                    leased.epoch
                }
                _ => epoch,
            };
            if of != epoch {
                return Err(Refused::Fenced);
            }
        }
        self.unsynced = (expected + 1..)
            .zip(facts)
            .map(|(seq, fact)| Recorded {
                seq,
                run_seq: seq,
                at,
                fact: fact.clone(),
            })
            .collect();
        Ok(())
    }

    /// What was written is durable; returns how much was before it.
    pub(super) fn sync(&mut self) -> usize {
        let before = self.durable.len();
        self.durable.append(&mut self.unsynced);
        for recorded in &self.durable[before..] {
            if let RunFact::Leased(leased) = &recorded.fact {
                self.epoch = leased.epoch;
            }
        }
        before
    }

    /// Its writer was told.
    pub(super) fn acknowledge(&mut self) {
        self.acknowledged = self.durable.len();
    }

    /// What was not synced is gone.
    pub(super) fn lose(&mut self) {
        self.unsynced.clear();
    }

    /// Whether everything that somebody was told of is there.
    pub(super) fn has_all(&self) -> bool {
        self.durable.len() >= self.acknowledged && self.unsynced.is_empty()
    }
}

//! Which steps can begin: kept up to date as steps end, so that asking never looks at all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::capsule::Capsule;

/// The steps that have all they need, by their position in the capsule.
#[derive(Debug, Clone)]
pub(super) struct Frontier {
    wiring: Arc<Wiring>,
    /// How many needs of each step are not over.
    missing: Vec<usize>,
    /// Steps that have all they need and are neither over nor failed.
    ready: BTreeSet<usize>,
    /// Those of them that have an effect in flight.
    flying: BTreeSet<usize>,
    /// How many steps are not over.
    left: usize,
}

/// What never changes.
#[derive(Debug)]
struct Wiring {
    positions: BTreeMap<String, usize>,
    /// The steps that need each step.
    dependants: Vec<Vec<usize>>,
}

impl Frontier {
    /// Nothing is over yet.
    pub(super) fn new(capsule: &Capsule) -> Self {
        let steps = capsule.steps();
        let positions: BTreeMap<String, usize> = steps
            .iter()
            .enumerate()
            .map(|(at, step)| (step.name.clone(), at))
            .collect();
        let mut dependants = vec![Vec::new(); steps.len()];
        for (at, step) in steps.iter().enumerate() {
            for need in step.needs.iter().filter_map(|need| positions.get(need)) {
                dependants[*need].push(at);
            }
        }
        let missing: Vec<usize> = steps.iter().map(|step| step.needs.len()).collect();
        Self {
            ready: (0..steps.len()).filter(|at| missing[*at] == 0).collect(),
            flying: BTreeSet::new(),
            left: steps.len(),
            wiring: Arc::new(Wiring { positions, dependants }),
            missing,
        }
    }

    /// An effect of `step` begins.
    pub(super) fn begin(&mut self, step: &str) {
        self.flying.extend(self.position(step));
    }

    /// The effect of `step` is over; a loop may go on.
    pub(super) fn land(&mut self, step: &str) {
        if let Some(at) = self.position(step) {
            self.flying.remove(&at);
        }
    }

    /// Nobody is left who knows how the effects in flight end.
    pub(super) fn abandon(&mut self) {
        self.flying.clear();
    }

    /// `step` is over: whatever waited only for it is ready.
    pub(super) fn finish(&mut self, step: &str) {
        let Some(at) = self.remove(step) else { return };
        self.left -= 1;
        for dependant in &self.wiring.dependants[at] {
            self.missing[*dependant] -= 1;
            if self.missing[*dependant] == 0 {
                self.ready.insert(*dependant);
            }
        }
    }

    /// `step` failed: whatever needs it never becomes ready.
    pub(super) fn fail(&mut self, step: &str) {
        self.remove(step);
    }

    /// Steps with an effect in flight, in the capsule's order.
    pub(super) fn flying(&self) -> impl ExactSizeIterator<Item = usize> {
        self.flying.iter().copied()
    }

    /// Steps that can begin, in the capsule's order.
    pub(super) fn waiting(&self) -> impl Iterator<Item = usize> {
        self.ready.difference(&self.flying).copied()
    }

    /// Whether every step is over.
    pub(super) fn is_done(&self) -> bool {
        self.left == 0
    }

    fn position(&self, step: &str) -> Option<usize> {
        self.wiring.positions.get(step).copied()
    }

    /// The position of `step`, if it was ready until now.
    fn remove(&mut self, step: &str) -> Option<usize> {
        self.land(step);
        self.position(step).filter(|at| self.ready.remove(at))
    }
}

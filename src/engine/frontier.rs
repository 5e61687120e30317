//! Which steps can begin: kept up to date as steps end, so that asking never looks at all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::capsule::{Capsule, Stage};

/// The steps that have all they need, by their position in the capsule.
#[derive(Debug, Clone)]
pub(super) struct Frontier {
    wiring: Arc<Wiring>,
    /// How many needs of each step are not over.
    missing: Vec<usize>,
    /// Steps that are over. One of them may still have needs that are done again: nothing begins because of
    /// it before these are over too.
    over: Vec<bool>,
    /// Steps that have all they need and are neither over nor failed.
    ready: BTreeSet<usize>,
    /// How many steps are not over.
    left: usize,
}

/// What never changes.
#[derive(Debug)]
struct Wiring {
    positions: BTreeMap<String, usize>,
    /// The steps that need each step.
    dependants: Vec<Vec<usize>>,
    needs: Vec<usize>,
    /// Steps that come when all else is over.
    last: BTreeSet<usize>,
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
        let last = steps.iter().enumerate().filter(|(_, step)| step.stage == Stage::After);
        let wiring = Wiring {
            positions,
            dependants,
            needs: steps.iter().map(|step| step.needs.len()).collect(),
            last: last.map(|(at, _)| at).collect(),
        };
        Self::begin(Arc::new(wiring))
    }

    fn begin(wiring: Arc<Wiring>) -> Self {
        let steps = 0..wiring.needs.len();
        Self {
            ready: steps
                .filter(|at| wiring.needs[*at] == 0 && !wiring.last.contains(at))
                .collect(),
            missing: wiring.needs.clone(),
            over: vec![false; wiring.needs.len()],
            left: wiring.needs.len() - wiring.last.len(),
            wiring,
        }
    }

    /// The same capsule where only `over` are over.
    pub(super) fn again<'a>(&self, over: impl Iterator<Item = &'a str>) -> Self {
        let mut again = Self::begin(Arc::clone(&self.wiring));
        over.filter_map(|step| self.position(step))
            .for_each(|at| again.finish_at(at));
        again
    }

    /// `step` is over: whatever waited only for it is ready.
    pub(super) fn finish(&mut self, step: &str) {
        if let Some(at) = self.position(step) {
            self.finish_at(at);
        }
    }

    fn finish_at(&mut self, at: usize) {
        if self.over[at] || self.wiring.last.contains(&at) {
            return;
        }
        self.over[at] = true;
        let mut open = if self.missing[at] == 0 { vec![at] } else { Vec::new() };
        while let Some(at) = open.pop() {
            self.ready.remove(&at);
            self.left -= 1;
            for dependant in &self.wiring.dependants[at] {
                self.missing[*dependant] -= 1;
                match (self.missing[*dependant], self.over[*dependant]) {
                    (0, true) => open.push(*dependant),
                    (0, false) if !self.wiring.last.contains(dependant) => {
                        self.ready.insert(*dependant);
                    }
                    (_, _) => {}
                }
            }
        }
    }

    /// `step` failed: whatever needs it never becomes ready.
    pub(super) fn fail(&mut self, step: &str) {
        if let Some(at) = self.position(step) {
            self.ready.remove(&at);
        }
    }

    /// Whether `step` has all it needs and is neither over nor failed.
    pub(super) fn is_ready(&self, step: &str) -> bool {
        self.position(step).is_some_and(|at| self.ready.contains(&at))
    }

    /// Steps that have all they need and are not over, in the capsule's order.
    pub(super) fn waiting(&self) -> impl Iterator<Item = usize> {
        self.ready.iter().copied()
    }

    /// The steps that come when all else is over, in the capsule's order.
    pub(super) fn last(&self) -> impl Iterator<Item = usize> {
        self.wiring.last.iter().copied()
    }

    /// Whether every step but the last ones is over.
    pub(super) fn is_done(&self) -> bool {
        self.left == 0
    }

    /// The steps that need one of `steps`, directly or not, with `steps` themselves.
    pub(super) fn downstream<'a>(&self, steps: impl Iterator<Item = &'a str>) -> BTreeSet<usize> {
        let mut open: Vec<usize> = steps.filter_map(|step| self.position(step)).collect();
        let mut found = BTreeSet::new();
        while let Some(at) = open.pop() {
            if found.insert(at) {
                open.extend(&self.wiring.dependants[at]);
            }
        }
        found
    }

    fn position(&self, step: &str) -> Option<usize> {
        self.wiring.positions.get(step).copied()
    }
}

//! Which step comes before which: an order, the ancestors of each step, and circles.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The order of the steps, by their indexes in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Graph {
    /// Every step after all that it needs; of those that could be next, the first of the text.
    pub order: Vec<usize>,
    /// Circles: each step needs the next one, and the last needs the first.
    pub circles: Vec<Vec<usize>>,
    ancestors: Pairs,
}

/// A bit for each pair of steps: a relation that is inherited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pairs {
    width: usize,
    bits: Vec<u64>,
}

impl Pairs {
    /// The empty relation over `steps` steps.
    pub fn of(steps: usize) -> Self {
        let width = steps.div_ceil(64);
        Self {
            width,
            bits: vec![0; width * steps],
        }
    }

    /// Whether `step` is related to `other`.
    pub fn has(&self, step: usize, other: usize) -> bool {
        self.bits[step * self.width + other / 64] >> (other % 64) & 1 == 1
    }

    /// Relates `step` to `other`.
    pub fn add(&mut self, step: usize, other: usize) {
        self.bits[step * self.width + other / 64] |= 1 << (other % 64);
    }

    /// Relates `step` to `need` and to everything that `need` is related to.
    pub fn inherit(&mut self, step: usize, need: usize) {
        for word in 0..self.width {
            self.bits[step * self.width + word] |= self.bits[need * self.width + word];
        }
        self.add(step, need);
    }
}

impl Graph {
    /// Orders steps; `needs[i]` are the indexes that step `i` needs.
    ///
    /// Work: steps and needs once, and for each need a row of bits.
    pub fn of(needs: &[Vec<usize>]) -> Self {
        let mut dependants: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
        let mut open: Vec<usize> = needs.iter().map(Vec::len).collect();
        for (step, list) in needs.iter().enumerate() {
            for need in list {
                dependants[*need].push(step);
            }
        }
        let mut ready: BinaryHeap<Reverse<usize>> =
            (0..needs.len()).filter(|step| open[*step] == 0).map(Reverse).collect();
        let mut ancestors = Pairs::of(needs.len());
        let mut order = Vec::with_capacity(needs.len());
        while let Some(Reverse(step)) = ready.pop() {
            for need in &needs[step] {
                ancestors.inherit(step, *need);
            }
            order.push(step);
            for dependant in &dependants[step] {
                open[*dependant] -= 1;
                if open[*dependant] == 0 {
                    ready.push(Reverse(*dependant));
                }
            }
        }
        let left: Vec<usize> = (0..needs.len()).filter(|step| open[*step] > 0).collect();
        // Inside a circle everything is before everything, so that one mistake is one problem.
        for step in &left {
            (0..needs.len()).for_each(|other| ancestors.add(*step, other));
        }
        Self {
            circles: circles(needs, &left),
            order,
            ancestors,
        }
    }

    /// Whether `other` comes before `step`, directly or not.
    pub fn is_before(&self, other: usize, step: usize) -> bool {
        self.ancestors.has(step, other)
    }
}

/// Follows one need of each step that is left until a step comes again.
fn circles(needs: &[Vec<usize>], left: &[usize]) -> Vec<Vec<usize>> {
    let in_circle: std::collections::HashSet<usize> = left.iter().copied().collect();
    let mut seen = std::collections::HashSet::new();
    let mut circles = Vec::new();
    for start in left {
        let mut path: Vec<usize> = Vec::new();
        let mut at = *start;
        while seen.insert(at) {
            path.push(at);
            match needs[at].iter().find(|need| in_circle.contains(need)) {
                Some(next) => at = *next,
                None => break,
            }
        }
        if let Some(first) = path.iter().position(|step| *step == at) {
            circles.push(path.split_off(first));
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_puts_needs_first_and_otherwise_follows_the_text() {
        let graph = Graph::of(&[vec![2], vec![], vec![], vec![0, 1]]);
        assert_eq!(graph.order, [1, 2, 0, 3]);
        assert_eq!(graph.circles, Vec::<Vec<usize>>::new());
        assert!(graph.is_before(2, 3) && graph.is_before(1, 3) && !graph.is_before(1, 0) && !graph.is_before(3, 0));
    }

    #[test]
    fn each_circle_is_found_once() {
        let graph = Graph::of(&[vec![1], vec![2], vec![0], vec![3], vec![0], vec![]]);
        assert_eq!(graph.circles, [vec![0, 1, 2], vec![3]]);
        assert_eq!(graph.order, [5]);
    }
}

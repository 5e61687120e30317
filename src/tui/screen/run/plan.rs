//! The steps of a capsule as they are walked through and drawn: worked out once for each capsule.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use crate::capsule::Capsule;
use crate::capsule::layout::Layout;
use crate::sight::rails::{Signs, needs, rails};

/// The most columns of rails beside a list.
const MOST_RAILS: usize = 24;

/// What of a capsule does not change while it runs.
#[derive(Debug)]
pub struct Plan {
    capsule: Arc<Capsule>,
    /// By index of the step, the indexes of those directly before it.
    pub needs: Vec<Vec<usize>>,
    /// Layers and the order in each.
    pub layout: Layout,
    /// Indexes of the steps as they are walked through.
    pub order: Vec<usize>,
    /// The rails beside each step of the order; empty when they would be too wide.
    pub rails: Vec<String>,
}

impl Plan {
    /// The plan of a capsule.
    pub fn of(capsule: &Arc<Capsule>) -> Self {
        let needs = needs(capsule.steps());
        let layout = Layout::of(&needs);
        let is_in_order = needs
            .iter()
            .enumerate()
            .all(|(step, needs)| needs.iter().all(|need| *need < step));
        let order: Vec<usize> = if is_in_order {
            (0..needs.len()).collect()
        } else {
            layout.nodes().flatten().collect()
        };
        let mut rails = rails(&order, &needs, Signs::Boxes);
        if rails.iter().any(|line| line.chars().count() > MOST_RAILS) {
            rails.clear();
        }
        Self {
            capsule: Arc::clone(capsule),
            needs,
            layout,
            order,
            rails,
        }
    }

    /// Whether no step stands beside another, so that a drawing would say no more than a list.
    pub fn is_chain(&self) -> bool {
        self.layout.layers.iter().all(|layer| layer.len() < 2)
    }

    /// The place of a step in the order.
    pub fn place(&self, name: &str) -> Option<usize> {
        let steps = self.capsule.steps();
        self.order.iter().position(|step| steps[*step].name == name)
    }

    /// The name of the step at a place in the order.
    pub fn name(&self, place: usize) -> Option<&str> {
        let step = self.order.get(place)?;
        self.capsule.steps().get(*step).map(|step| step.name.as_str())
    }

    /// The step beside the one at `place`, `by` places to the right in its layer; as a place in the order.
    pub fn beside(&self, place: usize, by: isize) -> Option<usize> {
        let step = *self.order.get(place)?;
        let layer = self.layout.nodes().find(|layer| layer.contains(&step))?;
        let at = layer.iter().position(|other| *other == step)?;
        let other = layer.get(at.checked_add_signed(by)?)?;
        self.order.iter().position(|step| step == other)
    }
}

/// The plan of the capsule that was asked for last.
#[derive(Debug, Default)]
pub struct Kept(RefCell<Option<Rc<Plan>>>);

impl Kept {
    /// The plan of `capsule`, worked out if it is another one than before.
    pub fn of(&self, capsule: &Arc<Capsule>) -> Rc<Plan> {
        let mut kept = self.0.borrow_mut();
        match &*kept {
            Some(plan) if Arc::ptr_eq(&plan.capsule, capsule) => Rc::clone(plan),
            _ => Rc::clone(kept.insert(Rc::new(Plan::of(capsule)))),
        }
    }
}

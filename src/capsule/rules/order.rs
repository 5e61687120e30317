//! Names of steps and the order in which they run.

use super::super::document::Mode;
use super::super::graph::Graph;
use super::super::problem::Code;
use super::super::step::Stage;
use super::super::syntax::proves;
use super::Checker;

impl<'a> Checker<'a> {
    /// Finds doubled names, unknown needs and circles, and works out what comes before what.
    pub(super) fn order(&mut self) {
        let steps = self.steps;
        for (index, placed) in steps.iter().enumerate() {
            let name = placed.step.name.as_str();
            if name.is_empty() {
                continue;
            }
            if self.names.contains_key(name) {
                let message = format!("`{name}` is already the name of a step before this one");
                let span = self.span(&format!("{}/name", placed.pointer));
                let help = "each step has its own name: templates say `steps.NAME`";
                self.error(Code::C010, span, message, help);
            } else {
                self.names.insert(name, index);
            }
        }
        self.needs = (0..steps.len()).map(|index| self.needs_of(index)).collect();
        self.graph = Graph::of(&self.needs);
        for circle in self.graph.circles.clone() {
            self.circle(&circle);
        }
        self.certain();
    }

    /// The indexes of what a step needs, with what its place implies.
    fn needs_of(&mut self, index: usize) -> Vec<usize> {
        let steps = self.steps;
        let placed = &steps[index];
        let before = index.checked_sub(1);
        let sequence = self.document.execution.mode == Mode::Sequence;
        let implied = before.filter(|before| steps[*before].stage == placed.stage);
        let mut needs: Vec<usize> = match placed.stage {
            Stage::Before | Stage::After => implied.into_iter().collect(),
            Stage::Main => implied.filter(|_| sequence).into_iter().collect(),
        };
        for (number, name) in placed.step.needs.iter().enumerate() {
            if name.is_empty() || self.full() {
                continue;
            }
            let span = self.span(&format!("{}/needs/{number}", placed.pointer));
            match self.names.get(name.as_str()).copied() {
                Some(need) if steps[need].stage == Stage::After => {
                    let message = format!("`{name}` is a hook that runs after every step");
                    self.error(Code::C012, span, message, "hooks after run when all else is over");
                }
                Some(need) if !needs.contains(&need) => needs.push(need),
                Some(_) => {}
                None => {
                    let known = steps.iter().map(|placed| placed.step.name.as_str());
                    self.unknown(Code::C012, span, format!("there is no step `{name}`"), name, known);
                }
            }
        }
        let first = needs.iter().all(|need| steps[*need].stage == Stage::Before);
        if placed.stage == Stage::Main && first {
            let hook = self.document.hooks.pre.len().checked_sub(1);
            needs.extend(hook.filter(|hook| !needs.contains(hook)));
        }
        needs
    }

    fn circle(&mut self, circle: &[usize]) {
        let steps = self.steps;
        let Some(first) = circle.first() else { return };
        let name = |index: &usize| steps[*index].step.name.as_str();
        let next = name(circle.get(1).unwrap_or(first));
        let at = &steps[*first].pointer;
        let span = match steps[*first].step.needs.iter().position(|need| need == next) {
            Some(number) => self.span(&format!("{at}/needs/{number}")),
            None => self.span(&format!("{at}/name")),
        };
        let message = if circle.len() == 1 {
            format!("`{next}` needs itself")
        } else {
            let path: Vec<&str> = circle.iter().chain([first]).map(name).collect();
            format!("these steps need each other in a circle: {}", path.join(" → "))
        };
        let help = match self.document.execution.mode {
            Mode::Sequence => "take one `needs` away; in `mode: sequence` each step also needs the one before it",
            Mode::Dag => "take one `needs` away",
        };
        self.error(Code::C011, span, message, help);
    }

    /// Works out which steps certainly ran when another runs: what its `when` proves, and so on back.
    fn certain(&mut self) {
        for step in self.graph.order.clone() {
            let Some(when) = &self.steps[step].step.when else {
                continue;
            };
            for key in proves(when) {
                let other = key.strip_prefix("steps.").and_then(|name| self.names.get(name));
                if let Some(other) = other.filter(|other| self.precedes(**other, step)) {
                    self.ran.inherit(step, *other);
                }
            }
        }
    }

    /// Whether `other` is over when `step` begins, whether it ran or not.
    pub(super) fn precedes(&self, other: usize, step: usize) -> bool {
        self.graph.is_before(other, step) || self.is_after_all(step, other)
    }

    /// Whether `step` is a hook after the run and `other` is not.
    pub(super) fn is_after_all(&self, step: usize, other: usize) -> bool {
        self.steps[step].stage == Stage::After && self.steps[other].stage != Stage::After
    }
}

//! Names of steps and the order in which they run.

use super::super::document::Mode;
use super::super::graph::Graph;
use super::super::problem::{Code, one_of};
use super::super::syntax::proves;
use super::Checker;

impl<'a> Checker<'a> {
    /// Finds doubled names, unknown needs and circles, and works out what comes before what.
    pub(super) fn order(&mut self) {
        let steps = &self.document.execution.steps;
        for (index, step) in steps.iter().enumerate() {
            if step.name.is_empty() {
                continue;
            }
            if let Some(first) = self.names.get(step.name.as_str()) {
                let message = format!("`{}` is already the name of step {}", step.name, first + 1);
                let span = self.span(&format!("/execution/steps/{index}/name"));
                self.error(
                    Code::C010,
                    span,
                    message,
                    "each step has its own name: templates say `steps.NAME`",
                );
            } else {
                self.names.insert(&step.name, index);
            }
        }
        let needs: Vec<Vec<usize>> = (0..steps.len()).map(|index| self.needs_of(index)).collect();
        self.graph = Graph::of(&needs);
        for circle in self.graph.circles.clone() {
            self.circle(&circle);
        }
        self.certain();
    }

    /// The indexes of what a step needs, with what the mode implies.
    fn needs_of(&mut self, index: usize) -> Vec<usize> {
        let execution = &self.document.execution;
        let mut needs = Vec::new();
        if execution.mode == Mode::Sequence && index > 0 {
            needs.push(index - 1);
        }
        for (number, name) in execution.steps[index].needs.iter().enumerate() {
            if name.is_empty() || self.full() {
                continue;
            }
            match self.names.get(name.as_str()) {
                Some(need) if !needs.contains(need) => needs.push(*need),
                Some(_) => {}
                None => {
                    let span = self.span(&format!("/execution/steps/{index}/needs/{number}"));
                    let help = one_of(name, execution.steps.iter().map(|step| step.name.as_str()));
                    self.error(Code::C012, span, format!("there is no step `{name}`"), help);
                }
            }
        }
        needs
    }

    fn circle(&mut self, circle: &[usize]) {
        let steps = &self.document.execution.steps;
        let Some(first) = circle.first() else { return };
        let name = |index: &usize| steps[*index].name.as_str();
        let next = name(circle.get(1).unwrap_or(first));
        let at = format!("/execution/steps/{first}");
        let span = match steps[*first].needs.iter().position(|need| need == next) {
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
            let Some(when) = &self.document.execution.steps[step].when else {
                continue;
            };
            for key in proves(when) {
                let other = key.strip_prefix("steps.").and_then(|name| self.names.get(name));
                if let Some(other) = other.filter(|other| self.graph.is_before(**other, step)) {
                    self.ran.inherit(step, *other);
                }
            }
        }
    }

    /// The name of a step, for messages.
    pub(super) fn name_of(&self, step: usize) -> &'a str {
        &self.document.execution.steps[step].name
    }
}

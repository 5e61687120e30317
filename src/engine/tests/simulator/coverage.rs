//! Which crashes met which facts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::super::fact::RunFact;
use super::super::super::fact::question::{APPROVE, About};
use super::super::super::run::Run;

/// Where a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Point {
    /// What follows is decided and nothing of it is written.
    BeforeAppend,
    /// It is written and lost.
    Unsynced,
    /// It is durable and its writer never learns of it.
    Unacknowledged,
    /// The end of an effect is acknowledged, and what comes next is not begun.
    AfterSettle,
    /// The intent is acknowledged, and its effect is not begun.
    BeforeEffect,
    /// The effect is in flight.
    DuringEffect,
    /// The effect is over, and its end is not written.
    AfterEffect,
}

pub(super) const POINTS: [Point; 7] = [
    Point::BeforeAppend,
    Point::Unsynced,
    Point::Unacknowledged,
    Point::AfterSettle,
    Point::BeforeEffect,
    Point::DuringEffect,
    Point::AfterEffect,
];

/// Every kind of fact that a run can have.
pub(super) const KINDS: [&str; 21] = [
    "run.started",
    "run.leased",
    "run.admitted",
    "run.paused",
    "run.resumed",
    "run.cancelling",
    "run.failing",
    "run.reopened",
    "run.finished",
    "budget.raised",
    "step.adopted",
    "step.expanded",
    "step.skipped",
    "step.judged",
    "step.started",
    "step.settled",
    "step.in_doubt",
    "step.reset",
    "approval.requested",
    "approval.resolved",
    "guardrail.tripped",
];

/// What becomes of the forms that calls want.
pub(super) const FORMS: [&str; 6] = [
    "a form is asked for",
    "a form is given",
    "a form is refused",
    "a form is asked for in doubt",
    "a form is given in doubt",
    "a form is refused in doubt",
];

/// Counts over many schedules.
#[derive(Debug, Clone, Default)]
pub(super) struct Coverage {
    crashes: BTreeMap<(Point, String), u64>,
    deaths: BTreeMap<Point, u64>,
    recorded: BTreeMap<String, u64>,
    forms: BTreeMap<&'static str, u64>,
    pub(super) schedules: u64,
    pub(super) facts: u64,
    pub(super) ends: BTreeMap<String, u64>,
}

impl Coverage {
    pub(super) fn crash(&mut self, point: Point, kinds: &[&str]) {
        *self.deaths.entry(point).or_insert(0) += 1;
        for kind in kinds {
            *self.crashes.entry((point, (*kind).to_owned())).or_insert(0) += 1;
        }
    }

    pub(super) fn record(&mut self, kind: &str) {
        self.facts += 1;
        match self.recorded.get_mut(kind) {
            Some(count) => *count += 1,
            None => {
                self.recorded.insert(kind.to_owned(), 1);
            }
        }
    }

    /// Counts what becomes of a form, if `fact` is about one; `run` is the run before it.
    pub(super) fn form(&mut self, run: Option<&Run>, fact: &RunFact) {
        let (about, what) = match (fact, run) {
            (RunFact::Requested(requested), _) => (&requested.about, 0),
            (RunFact::Resolved(resolved), Some(run)) => match run.questions().get(&resolved.id) {
                Some(pending) if resolved.choice == APPROVE => (&pending.requested.about, 1),
                Some(pending) => (&pending.requested.about, 2),
                None => return,
            },
            (_, _) => return,
        };
        if let About::Elicited { in_doubt, .. } = about {
            *self.forms.entry(FORMS[what + 3 * usize::from(*in_doubt)]).or_insert(0) += 1;
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        for (key, count) in other.crashes {
            *self.crashes.entry(key).or_insert(0) += count;
        }
        for (key, count) in other.deaths {
            *self.deaths.entry(key).or_insert(0) += count;
        }
        for (key, count) in other.recorded {
            *self.recorded.entry(key).or_insert(0) += count;
        }
        for (key, count) in other.forms {
            *self.forms.entry(key).or_insert(0) += count;
        }
        for (key, count) in other.ends {
            *self.ends.entry(key).or_insert(0) += count;
        }
        self.schedules += other.schedules;
        self.facts += other.facts;
    }

    /// What was never hit: a point, a kind of fact, or the two together where they can meet.
    pub(super) fn missing(&self) -> Vec<String> {
        let forms = FORMS.iter().filter(|form| !self.forms.contains_key(*form));
        let mut missing: Vec<String> = forms.map(|form| (*form).to_owned()).collect();
        for point in POINTS {
            if !self.deaths.contains_key(&point) {
                missing.push(format!("{point:?}"));
            }
        }
        for kind in KINDS {
            if !self.recorded.contains_key(kind) {
                missing.push(kind.to_owned());
            }
            for point in [Point::BeforeAppend, Point::Unsynced, Point::Unacknowledged] {
                if !self.crashes.contains_key(&(point, kind.to_owned())) {
                    missing.push(format!("{point:?} with {kind}"));
                }
            }
        }
        missing
    }

    /// A table of crash points and kinds of facts.
    pub(super) fn table(&self) -> String {
        let mut text = format!("{:<20}{:>10}", "", "recorded");
        for point in POINTS {
            let _ = write!(text, "{:>15}", format!("{point:?}"));
        }
        for kind in KINDS {
            let _ = write!(text, "\n{kind:<20}{:>10}", self.recorded.get(kind).unwrap_or(&0));
            for point in POINTS {
                let count = self.crashes.get(&(point, kind.to_owned())).unwrap_or(&0);
                let _ = write!(text, "{count:>15}");
            }
        }
        let _ = write!(text, "\n{:<30}", "deaths");
        for point in POINTS {
            let _ = write!(text, "{:>15}", self.deaths.get(&point).unwrap_or(&0));
        }
        let _ = write!(text, "\n{:?}\n{:?}", self.ends, self.forms);
        text
    }
}

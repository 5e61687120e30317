//! What people do to a run from outside: answers, pauses, budgets, cancellations, repetitions.

use serde_json::{Value, json};

use super::super::super::command::Command;
use super::super::super::fact::question::{self, About};
use super::super::super::fact::{Answer, RunFact, Why};
use super::super::super::run::{Run, StepState};
use super::chance::Kind;
use super::coverage::Point;
use super::owner::about;
use super::schedule::{Ended, Schedule};
use crate::capsule::budget::Limit;

impl Schedule<'_> {
    /// Somebody does something, if there is a run.
    pub(super) fn people(&mut self) -> Result<(), Ended> {
        let Some(run) = self.shadow.clone() else { return Ok(()) };
        let Some(command) = self.wish(&run) else { return Ok(()) };
        self.tell(&command)
    }

    /// What somebody wants of the run.
    fn wish(&mut self, run: &Run) -> Option<Command> {
        let by = "user:ann".to_owned();
        if run.finished().is_some() {
            if self.retries == 0 || self.chance.is_calm() {
                return None;
            }
            self.retries -= 1;
            let steps = self.named(run, false);
            return Some(Command::Retry { steps, by });
        }
        let is_calm = self.chance.is_calm();
        if let Some(paused) = run.paused().filter(|_| is_calm || self.chance.one_in(Kind::People, 2)) {
            return Some(match paused.why {
                Why::Budget { .. } if is_calm || self.chance.one_in(Kind::People, 2) => self.more(run, by),
                Why::Budget { .. } | Why::Asked { .. } | Why::Crashes { .. } => Command::Resume { by },
            });
        }
        let what = if is_calm {
            0
        } else {
            self.chance.below(Kind::People, 10)
        };
        match what {
            0..=4 => self.answer(run),
            5 => Some(Command::Pause { by, reason: None }),
            6 => Some(Command::Cancel {
                by,
                reason: Some("enough".to_owned()),
                grace_ms: self.chance.below(Kind::People, 3_000),
            }),
            7 => Some(self.more(run, by)),
            8 => {
                let steps = self.named(run, true);
                (!steps.is_empty()).then_some(Command::Retry { steps, by })
            }
            _ => None,
        }
    }

    /// A bigger budget, of the run or of a step that has one.
    fn more(&mut self, run: &Run, by: String) -> Command {
        let exhausted = run.paused().and_then(|paused| match &paused.why {
            Why::Budget { unit, .. } => Some(unit.step.clone()),
            Why::Asked { .. } | Why::Crashes { .. } => None,
        });
        let of_step = exhausted.filter(|step| run.step_budget(step).is_some() && self.chance.one_in(Kind::Turn, 2));
        let budget = of_step
            .as_ref()
            .and_then(|step| run.step_budget(step))
            .unwrap_or(run.budget());
        let used = budget.reserved.plus(budget.spent);
        let more = |limit: Option<u64>, used: u64, more: u64| limit.map(|limit| limit.max(used) + more);
        let limit = Limit {
            tokens: more(budget.limit.tokens, used.tokens, 60),
            micro_usd: None,
            wall_ms: more(budget.limit.wall_ms, used.wall_ms, 20_000),
            tool_calls: more(budget.limit.tool_calls, used.tool_calls, 4),
            steps: more(budget.limit.steps, used.steps, 4),
        };
        Command::Raise {
            step: of_step,
            limit,
            by,
        }
    }

    /// Steps that somebody names: some that are over, or none.
    fn named(&mut self, run: &Run, is_some: bool) -> Vec<String> {
        if !is_some && self.chance.one_in(Kind::People, 2) {
            return Vec::new();
        }
        let over: Vec<String> = run
            .steps()
            .iter()
            .filter(|(_, state)| matches!(state, StepState::Completed { .. } | StepState::Failed { .. }))
            .map(|(name, _)| name.clone())
            .collect();
        if over.is_empty() {
            return over;
        }
        let at = self.chance.below(Kind::People, over.len() as u64);
        vec![over[usize::try_from(at).unwrap()].clone()]
    }

    fn answer(&mut self, run: &Run) -> Option<Command> {
        let open: Vec<_> = run.questions().values().collect();
        if open.is_empty() {
            return None;
        }
        let at = self.chance.below(Kind::People, open.len() as u64);
        let requested = &open[usize::try_from(at).unwrap()].requested;
        let choices: Vec<&str> = requested.choices.iter().map(String::as_str).collect();
        let mut choice = self.chance.pick(Kind::People, &choices);
        if choice == question::REJECT && self.chance.one_in(Kind::People, 2) {
            choice = choices[0];
        }
        let form = match (&requested.about, choice) {
            (About::Doubt { .. }, question::HAPPENED) => json!({"output": {"told": true}}),
            // Now and then somebody fills in nothing, which is refused.
            (About::Elicited { .. }, question::APPROVE) if !self.chance.one_in(Kind::People, 8) => {
                json!({"name": "Ada"})
            }
            (
                About::Doubt { .. }
                | About::Gate { .. }
                | About::Action { .. }
                | About::Elicited { .. }
                | About::Inputs
                | About::Outputs { .. },
                _,
            ) => Value::Null,
        };
        let can_be_remembered = choice == question::APPROVE
            && matches!(&requested.about, About::Action { subjects, .. } if !subjects.is_empty());
        let remember = can_be_remembered && self.chance.one_in(Kind::People, 3);
        Some(Command::Answer(Answer {
            id: requested.id.clone(),
            choice: choice.to_owned(),
            form,
            by: "user:ann".to_owned(),
            reason: None,
            mode: crate::policy::InForce::default(),
            remember,
        }))
    }

    /// Records what follows from `command`, whoever owns the run.
    fn tell(&mut self, command: &Command) -> Result<(), Ended> {
        // A refusal is an answer too; the state is that of a moment ago.
        let Ok(facts) = self.decide(self.shadow.as_ref(), command) else {
            return Ok(());
        };
        if facts.is_empty() {
            return Ok(());
        }
        let kinds: Vec<&str> = facts.iter().map(RunFact::kind).collect();
        self.note(|| "somebody:".to_owned());
        for fact in &facts {
            self.note(|| format!("  {} {}", fact.kind(), about(fact)));
        }
        if self.dies(Point::BeforeAppend, &kinds) {
            return Ok(());
        }
        let head = self.store.head();
        if let Err(refused) = self.store.write(head, &facts, self.now) {
            return Err(Ended::Broken(
                "whoever reads the newest state is heard",
                format!("{refused:?}"),
            ));
        }
        if self.dies(Point::Unsynced, &kinds) {
            self.store.lose();
            return Ok(());
        }
        self.sync()?;
        if self.dies(Point::Unacknowledged, &kinds) {
            // Whoever does not know says it again: what was answered is not answered twice.
            let again = self.decide(self.shadow.as_ref(), command);
            if let (Command::Answer(_), Ok(facts)) = (command, &again) {
                return Err(Ended::Broken("a second answer is refused", format!("{facts:?}")));
            }
            return Ok(());
        }
        self.store.acknowledge();
        Ok(())
    }
}

//! What a parked run waits for, and the commands that let it go on.

use serde_json::Value;

use super::failure::Failure;
use super::{Context, capsules, question as shown};
use crate::engine::fact::{Why, question};
use crate::engine::{now_ms, start};
use crate::exit::Exit;
use crate::journal::{Lease, PAUSED, Reader};
use crate::sight::question::Asked;
use crate::sight::status::why_text;
use crate::sight::tree;

/// What a run waits for that nobody drives, or that is driven in vain.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waiting {
    /// Open questions of it and of the runs that it has begun.
    pub questions: Vec<Asked>,
    /// Those of them that pause, with why.
    pub pauses: Vec<(String, Why)>,
    /// Runs that it has begun and another process drives.
    pub elsewhere: Vec<String>,
}

impl Waiting {
    /// What `run` waits for.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn of(reader: &Reader, run: &str, context: &Context) -> Result<Self, Failure> {
        let mut waiting = Self {
            questions: tree::questions(reader, run)?,
            ..Self::default()
        };
        for row in tree::unfinished(reader, run)? {
            if row.status == PAUSED {
                let paused = start::load(reader, &capsules::built_in(), &row.id)?;
                waiting
                    .pauses
                    .extend(paused.paused().map(|paused| (row.id.clone(), paused.why.clone())));
            }
            if row.id != run && Lease::is_held(&context.home.locks(), &row.id) {
                waiting.elsewhere.push(row.id);
            }
        }
        Ok(waiting)
    }

    /// Whether it waits for nobody, so that driving it gets it on.
    pub fn is_over(&self) -> bool {
        self.questions.is_empty() && self.pauses.is_empty() && self.elsewhere.is_empty()
    }

    /// The questions as `-o json` has them.
    pub fn data(&self) -> Value {
        let now = now_ms();
        self.questions.iter().map(|asked| shown::data(asked, now)).collect()
    }

    /// Says what `run` waits for, and what lets it go on.
    pub fn failure(&self, run: &str) -> Failure {
        let asks = self.questions.iter().map(|asked| {
            let step = asked
                .requested
                .unit
                .as_ref()
                .map_or_else(String::new, |unit| format!("`{unit}` "));
            format!("{step}asks {}: {}", asked.row.id, asked.requested.prompt)
        });
        let pauses = self.pauses.iter().map(|(paused, why)| {
            let whose = if paused == run {
                String::new()
            } else {
                format!("run {paused} ")
            };
            format!("{whose}pauses: {}", why_text(why))
        });
        let elsewhere = self
            .elsewhere
            .iter()
            .map(|run| format!("another process drives run {run}"));
        let reasons: Vec<String> = asks.chain(pauses).chain(elsewhere).collect();
        let message = match reasons[..] {
            [] => "the run waits".to_owned(),
            [..] => format!("the run waits: {}", reasons.join("; ")),
        };
        Failure::new(Exit::Parked, "parked", message).hint(self.hint(run))
    }

    fn hint(&self, run: &str) -> String {
        let resume = format!("`somagent runs resume {run}`");
        if let Some(asked) = self.questions.first() {
            let id = &asked.row.id;
            let decides = decides(id, &asked.requested.choices);
            return format!("`somagent approvals show {id}` shows all of it, {decides} decides; then {resume}");
        }
        let of_budget = self.pauses.iter().any(|(_, why)| matches!(why, Why::Budget { .. }));
        if of_budget {
            return format!("`somagent budget set {run}` raises the budget and goes on");
        }
        format!("{resume} goes on")
    }
}

/// The commands that decide the question `id`: a yes and a no have their own, other choices are named.
fn decides(id: &str, choices: &[String]) -> String {
    if choices == [question::APPROVE, question::REJECT] {
        format!("`somagent approvals approve {id}`, `deny` or `answer`")
    } else {
        format!("`somagent approvals answer {id} --choice {}`", choices.join("|"))
    }
}

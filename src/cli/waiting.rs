//! What a parked run waits for, and the commands that let it go on.

use serde_json::Value;

use super::failure::Failure;
use super::{Context, capsules, question as shown};
use crate::engine::fact::{Requested, Why, question};
use crate::engine::{now_ms, start};
use crate::exit::Exit;
use crate::journal::{Lease, PAUSED, Reader};
use crate::sight::question::{Asked, fields};
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
        let is_one = self.questions.len() + self.pauses.len() + self.elsewhere.len() == 1;
        let asks = self.questions.iter().map(|asked| {
            let step = asked
                .requested
                .unit
                .as_ref()
                .map_or_else(String::new, |unit| format!("`{unit}` "));
            let prompt = if is_one {
                &asked.requested.prompt
            } else {
                asked.requested.ours()
            };
            format!("{step}asks {}: {prompt}", asked.row.id)
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
            let decides = decides(id, &asked.requested);
            return format!("`somagent approvals show {id}` shows all of it, {decides} decides; then {resume}");
        }
        let of_budget = self.pauses.iter().any(|(_, why)| matches!(why, Why::Budget { .. }));
        if of_budget {
            return format!("`somagent budget set {run}` raises the budget and goes on");
        }
        format!("{resume} goes on")
    }
}

/// The commands that decide the question `id`: a yes and a no have their own, other choices are named, and so is what
/// has to be filled in.
fn decides(id: &str, requested: &Requested) -> String {
    let choices = &requested.choices;
    let is_plain = choices[..] == [question::APPROVE, question::REJECT];
    let required = fields(requested.form.as_ref())
        .into_iter()
        .filter(|field| field.required);
    let form: String = required.map(|field| format!(" -p {}=…", field.name)).collect();
    match (is_plain, form.is_empty()) {
        (true, true) => format!("`somagent approvals approve {id}`, `deny` or `answer`"),
        (true, false) => format!("`somagent approvals answer {id} --choice approve{form}` or `deny`"),
        (false, _) => format!("`somagent approvals answer {id} --choice {}{form}`", choices.join("|")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::ApprovalRow;
    use serde_json::json;

    fn asked(id: &str) -> Asked {
        let requested = json!({
            "id": id, "unit": {"step": "order"}, "about": {"kind": "elicited", "attempt": 1, "call": "shop.order",
                "message": "Who?; `pay` asks 2: fine", "answered": 0, "fault": {"kind": "tool", "message": "no form"}},
            "prompt": format!("It asks for a form. {}Who?; `pay` asks 2: fine", question::OWN_WORDS),
            "choices": ["approve", "reject"],
            "form": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string"}, "size": {"type": "string"},
            }},
        });
        Asked {
            row: ApprovalRow {
                id: id.to_owned(),
                run: "0190b0a0-0000-7000-8000-000000000001".to_owned(),
                seq: 1,
                run_seq: 1,
                step: Some("order".to_owned()),
                kind: "elicited".to_owned(),
                action: None,
                prompt: String::new(),
                choices: Vec::new(),
                assignees: Vec::new(),
                requested_at: 0,
                expires_at: None,
                resolved_at: None,
                choice: None,
                by: None,
                void: false,
            },
            requested: serde_json::from_value(requested).unwrap(),
            judged: None,
            given: None,
        }
    }

    #[test]
    fn the_words_of_a_server_pass_for_no_other_question() {
        let mut waiting = Waiting {
            questions: vec![asked("1")],
            ..Waiting::default()
        };
        let alone = waiting.failure("r");
        assert!(alone.message.ends_with("`pay` asks 2: fine"), "{}", alone.message);
        let hint = alone.hint.unwrap();
        assert!(
            hint.contains("`somagent approvals answer 1 --choice approve -p name=…` or `deny` decides"),
            "{hint}"
        );
        waiting.questions.push(asked("3"));
        assert_eq!(
            waiting.failure("r").message,
            "the run waits: `order` asks 1: It asks for a form.; `order` asks 3: It asks for a form."
        );
    }
}

//! `somagent runs show`.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::question;
use super::super::{Context, capsules, lines, table, time};
use crate::engine::fact::{Fault, Outcome, Part, Settled, Unit};
use crate::engine::now_ms;
use crate::engine::run::StepState;
use crate::exit::Exit;
use crate::journal::RunRow;
use crate::sight::matter::doubted;
use crate::sight::opened::Opened;
use crate::sight::status;
use crate::sight::step::{Items, Sign};
use crate::sight::text::on_a_line;
use crate::sight::workspace::Directory;

/// The most units of a step that are told with why they are not undone.
const MOST_REASONS: usize = 3;

/// Show one run: its steps, what it waits for, what it spent, what it left behind
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
}

/// A run, as it is printed.
struct Shown(Opened);

/// Runs the command.
///
/// # Errors
/// There is no such run, or its record cannot be read.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = super::reader(context)?;
    let id = reader.find_run(&args.run)?.id;
    let catalogue = Arc::new(capsules::built_in());
    let shown = Shown(Opened::load(&reader, &catalogue, &id, &context.home.locks())?);
    match output.format() {
        Format::Table => output.text(&harmless(&shown.text()))?,
        Format::Json | Format::Jsonl => output.json(&shown.data())?,
    }
    Ok(Exit::Succeeded)
}

fn items_data(items: &Items) -> Value {
    json!({
        "total": items.total, "completed": items.completed, "failed": items.failed, "in_flight": items.in_flight,
    })
}

impl Shown {
    fn text(&self) -> String {
        let mut text = table::columns(&self.facts());
        let mut steps = vec![["STEP", "STATE", "ATTEMPT", "LABEL", "MORE"].map(str::to_owned)];
        for step in self.0.run.capsule().steps() {
            let progress = self.0.run.progress(&Unit::step(&step.name));
            steps.push([
                step.name.clone(),
                self.state(&step.name),
                progress.map_or_else(String::new, |progress| progress.attempt.to_string()),
                self.label(&step.name),
                self.more(&step.name).join("; "),
            ]);
        }
        text.push_str(&format!("\n{}", table::columns(&steps)));
        if !self.0.children.is_empty() {
            let mut rows = vec![["RUN OF A STEP", "STEP", "CAPSULE", "STATUS"].map(str::to_owned)];
            rows.extend(self.0.children.iter().map(|(row, status)| {
                let capsule = format!("{} {}", row.capsule, row.version);
                [row.id.clone(), step_of(row), capsule, status.clone()]
            }));
            text.push_str(&format!("\n{}", table::columns(&rows)));
        }
        text
    }

    /// What holds for the run as a whole.
    fn facts(&self) -> Vec<[String; 2]> {
        let run = &self.0.run;
        let started = run.started();
        let mut facts = Vec::new();
        let mut fact = |name: &str, value: String| facts.push([name.to_owned(), value]);
        fact("run", started.run.clone());
        fact("status", self.0.status.clone());
        if let Some(parent) = &started.parent {
            fact("part of", format!("run {}, step `{}`", parent.run, parent.unit));
        }
        if let Some(forked) = &started.forked {
            fact("forked", format!("from run {} at `{}`", forked.run, forked.at));
        }
        fact(
            "capsule",
            format!("{} {}", started.capsule.name, started.capsule.version),
        );
        fact("workspace", started.workspace.display().to_string());
        fact("inputs", started.inputs.to_string());
        fact("started", time::rfc3339(run.times().0));
        if let Some(deadline) = started.deadline_at {
            fact("deadline", time::rfc3339(deadline));
        }
        let spent = run.budget().spent;
        fact(
            "spent",
            format!(
                "{} steps, {} tool calls, {} tokens, {}",
                spent.steps,
                spent.tool_calls,
                spent.tokens,
                time::seconds(spent.wall_ms)
            ),
        );
        for line in self.budget() {
            fact("budget", line);
        }
        fact("owners", run.epoch().to_string());
        if let Some(model) = &started.model {
            fact("model", model.name.clone());
        }
        for head in &started.heads {
            fact("head", head.title.clone());
        }
        if let Some(model) = &started.escalate {
            fact("escalates to", model.name.clone());
        }
        if let Some(slot) = run.queued() {
            fact(
                "queued",
                format!("for `{}`, of which {} may go on", slot.key, slot.limit),
            );
        }
        if let Some(paused) = run.paused() {
            fact("paused", status::why_text(&paused.why));
        }
        if let Some(cancelling) = run.cancelling() {
            let reason = cancelling.reason.as_ref();
            let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
            fact("cancelled", format!("by {}{reason}", cancelling.by));
        }
        for asked in &self.0.questions {
            let step = asked
                .requested
                .unit
                .as_ref()
                .map_or_else(String::new, |unit| format!("`{unit}`: "));
            fact("question", format!("{}  {step}{}", asked.row.id, asked.row.prompt));
        }
        for (unit, doubt) in run.doubts() {
            fact(
                "in doubt",
                format!(
                    "`{unit}` attempt {}, key {}: {}",
                    doubt.attempt,
                    doubt.key,
                    doubted(doubt)
                ),
            );
        }
        for artifact in run.artifacts() {
            fact("artifact", artifact.path.display().to_string());
        }
        if let Some(failure) = run.failure() {
            let place = failure
                .unit
                .as_ref()
                .map_or_else(String::new, |unit| format!("`{unit}`: "));
            fact("error", format!("{place}{}", failure.fault.message));
        }
        facts
    }

    /// What is bounded, with what is held and left.
    fn budget(&self) -> Vec<String> {
        let budget = self.0.run.budget();
        let (limit, held, spent) = (budget.limit, budget.reserved, budget.spent);
        let rows = [
            ("tokens", limit.tokens, held.tokens, spent.tokens),
            ("micro_usd", limit.micro_usd, held.micro_usd, spent.micro_usd),
            ("ms of wall time", limit.wall_ms, held.wall_ms, spent.wall_ms),
            ("tool calls", limit.tool_calls, held.tool_calls, spent.tool_calls),
            ("steps", limit.steps, held.steps, spent.steps),
        ];
        let line = |(unit, limit, held, spent): (&str, Option<u64>, u64, u64)| {
            let limit = limit?;
            let held = if held > 0 {
                format!(", {held} held")
            } else {
                String::new()
            };
            Some(format!("{spent} of {limit} {unit}{held}"))
        };
        rows.into_iter().filter_map(line).collect()
    }

    fn state(&self, step: &str) -> String {
        Sign::of(&self.0.run, step).map_or_else(String::new, |sign| sign.to_string())
    }

    /// How far the output of a step may be believed and travel.
    fn label(&self, step: &str) -> String {
        match self.0.run.steps().get(step) {
            Some(StepState::Completed { output, .. }) => {
                let label = output.joined_label();
                format!("{}, {}", label.integrity.name(), label.confidentiality.name())
            }
            Some(
                StepState::Failed { .. } | StepState::Fanned(_) | StepState::Waiting(_) | StepState::Skipped { .. },
            )
            | None => String::new(),
        }
    }

    /// What else is known of a step, in words.
    fn more(&self, step: &str) -> Vec<String> {
        let mut more = Vec::new();
        match self.cached(step) {
            0 => {}
            hits => more.push(format!("{hits} from the cache")),
        }
        if let Some(due) = self.0.run.progress(&Unit::step(step)).and_then(|progress| progress.due) {
            more.push(format!("again at {}", time::rfc3339(due)));
        }
        match self.0.run.generation(step) {
            0 => {}
            generation => more.push(format!("done again {generation} times")),
        }
        more.extend(self.directories(step).map(|directory| directory.to_string()));
        match self.undone(step) {
            Some(true) => more.push("undone".to_owned()),
            Some(false) => more.push(self.not_undone_text(step)),
            None => {}
        }
        more
    }

    /// How many outputs of the step were taken from the cache.
    fn cached(&self, step: &str) -> usize {
        let attempts = self.0.of_step(step).flat_map(|(_, attempts)| attempts);
        let settled = attempts.filter_map(|attempt| Some(&attempt.settled.as_ref()?.1));
        let is_hit = |settled: &&Settled| {
            matches!(settled.outcome, Outcome::Completed { .. })
                && settled.cache.as_ref().is_some_and(|cached| cached.hit.is_some())
        };
        settled.filter(is_hit).count()
    }

    /// The directories that were made for the step, or that it worked in.
    fn directories(&self, step: &str) -> impl Iterator<Item = Directory> {
        self.0.directories(step).map(Directory::looked_for)
    }

    /// Whether what the step did was undone; `None` while the run does not end, or when it did nothing.
    fn undone(&self, step: &str) -> Option<bool> {
        let of_step = |unit: &&Unit| unit.step == step;
        if self.0.run.is_halted() && self.0.run.not_undone().any(|unit| of_step(&unit)) {
            return Some(false);
        }
        self.0.run.undone().any(|unit| of_step(&unit)).then_some(true)
    }

    /// The units of the step whose undoing failed, with how.
    fn not_undone(&self, step: &str) -> Vec<(&Unit, &Fault)> {
        let run = &self.0.run;
        let is_tried = |unit: &&Unit| unit.step == step && run.undone().any(|tried| tried == *unit);
        let tried = run.not_undone().filter(is_tried);
        tried
            .filter_map(|unit| {
                let attempts = self.0.attempts.get(&unit.part(Part::Compensate))?;
                match attempts.last()?.outcome()? {
                    Outcome::Failed { fault } => Some((unit, fault)),
                    Outcome::Completed { .. } => None,
                }
            })
            .collect()
    }

    /// That the step is not undone, and why.
    fn not_undone_text(&self, step: &str) -> String {
        let why = self.not_undone(step);
        let mut said: Vec<String> = why
            .iter()
            .take(MOST_REASONS)
            .map(|(unit, fault)| {
                let which = unit.item.map_or_else(String::new, |_| format!("`{unit}` "));
                format!("{which}{}", on_a_line(&fault.message))
            })
            .collect();
        if why.len() > MOST_REASONS {
            said.push(format!("and {} more", why.len() - MOST_REASONS));
        }
        match said[..] {
            [] => "not undone".to_owned(),
            [..] => format!("not undone: {}", said.join(", ")),
        }
    }

    fn data(&self) -> Value {
        let run = &self.0.run;
        let started = run.started();
        let now = now_ms();
        let steps = run.capsule().steps().iter().map(|step| self.step_data(&step.name));
        let children = self.0.children.iter().map(
            |(row, status)| json!({"run": row.id, "step": step_of(row), "capsule": row.capsule, "status": status}),
        );
        let doubts = run.doubts().iter().map(|(unit, doubt)| {
            json!({
                "step": unit.to_string(), "attempt": doubt.attempt, "key": doubt.key, "then": doubt.then,
                "message": doubt.message,
            })
        });
        let usage = run.usage().iter();
        let pinned = lines::pinned(started);
        let mut data = json!({
            "v": 1, "run": started.run, "status": self.0.status, "capsule": started.capsule,
            "workspace": started.workspace, "inputs": started.inputs, "seed": started.seed, "model": started.model,
            "started": time::rfc3339(run.times().0), "updated": time::rfc3339(run.times().1),
            "budget": run.budget(), "artifacts": run.artifacts(), "steps": steps.collect::<Vec<_>>(),
            "usage": usage.map(|(unit, usage)| json!({"step": unit.to_string(), "usage": usage})).collect::<Vec<_>>(),
            "result": run.finished().map(|finished| lines::finished_data(&started.run, finished, None)),
        });
        if let Some(data) = data.as_object_mut() {
            data.extend(pinned);
        }
        let more = json!({
            "deadline": started.deadline_at.map(time::rfc3339),
            "parent": started.parent.as_ref().map(|parent| json!({"run": parent.run, "step": parent.unit.to_string()})),
            "forked": started.forked, "children": children.collect::<Vec<_>>(),
            "questions": self.0.questions.iter().map(|asked| question::data(asked, now)).collect::<Vec<_>>(),
            "doubts": doubts.collect::<Vec<_>>(), "paused": run.paused().map(|paused| &paused.why),
            "cancelling": run.cancelling(), "queued": run.queued(),
            "not_undone": run.finished().map(|finished| finished.not_undone.iter().map(ToString::to_string).collect::<Vec<_>>()),
        });
        if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
            data.extend(more);
        }
        data
    }

    fn step_data(&self, name: &str) -> Value {
        let state = self.0.run.steps().get(name);
        let progress = self.0.run.progress(&Unit::step(name));
        let mut data = Map::new();
        let mut say = |key: &str, value: Value| data.insert(key.to_owned(), value);
        say("step", json!(name));
        say("state", json!(self.state(name)));
        say("attempt", json!(progress.map(|progress| progress.attempt)));
        say("generation", json!(self.0.run.generation(name)));
        say(
            "due",
            json!(progress.and_then(|progress| progress.due).map(time::rfc3339)),
        );
        say("cached", json!(self.cached(name)));
        say("undone", json!(self.undone(name)));
        let not_undone = self.not_undone(name).into_iter();
        let not_undone =
            not_undone.map(|(unit, fault)| json!({"step": unit.to_string(), "error": lines::error_data(fault)}));
        say("not_undone", not_undone.collect());
        say("workspaces", json!(self.directories(name).collect::<Vec<_>>()));
        let (mut output, mut error, mut items) = (Value::Null, Value::Null, Value::Null);
        match state {
            Some(StepState::Completed { output: given, .. }) => {
                output = json!({"value": given.value, "label": given.joined_label()});
            }
            Some(StepState::Failed { fault, fan }) => {
                error = lines::error_data(fault);
                let fan = fan.as_ref();
                items = fan.map_or(Value::Null, |fan| items_data(&Items::of(&self.0.run, name, fan)));
            }
            Some(StepState::Fanned(fan)) => items = items_data(&Items::of(&self.0.run, name, fan)),
            Some(StepState::Waiting(_) | StepState::Skipped { .. }) | None => {}
        }
        say("items", items);
        say("output", output);
        say("error", error);
        Value::Object(data)
    }
}

/// The step of the run above that a run is.
fn step_of(row: &RunRow) -> String {
    row.parent
        .as_ref()
        .map_or_else(String::new, |parent| match parent.item {
            Some(item) => format!("{}[{item}]", parent.step),
            None => parent.step.clone(),
        })
}

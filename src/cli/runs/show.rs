//! `somagent runs show`.

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, capsules, lines, table, time};
use crate::engine::run::{Run, StepState};
use crate::engine::start;
use crate::exit::Exit;

/// Show one run: its steps, what it spent, what it left behind
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such run, or its record cannot be read.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = super::reader(context)?;
    let row = reader.find_run(&args.run)?;
    let run = start::load(&reader, &capsules::catalogue(context), &row.id)?;
    let status = super::status(&row, context);
    match output.format() {
        Format::Table => output.text(&harmless(&shown(&run, &status)))?,
        Format::Json | Format::Jsonl => output.json(&data(&run, &status))?,
    }
    Ok(Exit::Succeeded)
}

fn shown(run: &Run, status: &str) -> String {
    let started = run.started();
    let spent = run.budget().spent;
    let mut facts = vec![
        ["run".to_owned(), started.run.clone()],
        ["status".to_owned(), status.to_owned()],
        [
            "capsule".to_owned(),
            format!("{} {}", started.capsule.name, started.capsule.version),
        ],
        ["workspace".to_owned(), started.workspace.display().to_string()],
        ["inputs".to_owned(), started.inputs.to_string()],
        ["started".to_owned(), time::rfc3339(run.times().0)],
        [
            "spent".to_owned(),
            format!(
                "{} steps, {} tool calls, {} tokens, {}",
                spent.steps,
                spent.tool_calls,
                spent.tokens,
                time::seconds(spent.wall_ms)
            ),
        ],
        ["owners".to_owned(), run.epoch().to_string()],
    ];
    if let Some(model) = &started.model {
        facts.push(["model".to_owned(), model.name.clone()]);
    }
    for artifact in run.artifacts() {
        facts.push(["artifact".to_owned(), artifact.path.display().to_string()]);
    }
    if let Some(failure) = run.failure() {
        facts.push(["error".to_owned(), failure.fault.message.clone()]);
    }
    let mut steps = vec![["STEP", "STATE", "ATTEMPT"].map(str::to_owned)];
    for step in run.capsule().steps() {
        let state = run.steps().get(&step.name).map(state_text).unwrap_or_default();
        let attempt = run
            .next_unit(&step.name)
            .map_or_else(String::new, |(_, progress)| progress.attempt.to_string());
        steps.push([step.name.clone(), state, attempt]);
    }
    format!("{}\n{}", table::columns(&facts), table::columns(&steps))
}

fn state_text(state: &StepState) -> String {
    match state {
        StepState::Waiting(progress) if progress.open.is_some() => "started".to_owned(),
        StepState::Waiting(_) => "waiting".to_owned(),
        StepState::Fanned { items, outputs, .. } => format!("{} of {} items", outputs.len(), items.len()),
        StepState::Skipped { .. } => "skipped".to_owned(),
        StepState::Completed { .. } => "completed".to_owned(),
        StepState::Failed { .. } => "failed".to_owned(),
    }
}

fn data(run: &Run, status: &str) -> Value {
    let started = run.started();
    let steps: Vec<Value> = run
        .capsule()
        .steps()
        .iter()
        .map(|step| {
            let state = run.steps().get(&step.name);
            let output = match state {
                Some(StepState::Completed { output, .. }) => {
                    json!({"value": output.value, "label": output.joined_label()})
                }
                Some(
                    StepState::Waiting(_)
                    | StepState::Fanned { .. }
                    | StepState::Skipped { .. }
                    | StepState::Failed { .. },
                )
                | None => Value::Null,
            };
            json!({"step": &step.name, "state": state.map(state_text), "output": output})
        })
        .collect();
    json!({
        "v": 1, "run": started.run, "status": status, "capsule": started.capsule, "workspace": started.workspace,
        "inputs": started.inputs, "seed": started.seed, "model": started.model,
        "started": time::rfc3339(run.times().0), "updated": time::rfc3339(run.times().1),
        "budget": run.budget(), "artifacts": run.artifacts(), "steps": steps,
        "usage": run.usage().iter().map(|(unit, usage)| json!({"step": unit.to_string(), "usage": usage})).collect::<Vec<_>>(),
        "result": run.finished().map(|finished| lines::finished_data(&started.run, finished, None)),
    })
}

//! `somagent budget show`.

use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, capsules, runs, table};
use crate::capsule::budget::Budget;
use crate::engine::run::Run;
use crate::engine::start;
use crate::exit::Exit;

/// Show what a run may spend, holds for what is in flight, and has spent
///
/// Money is in millionths of a dollar, time in milliseconds.
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
    let reader = runs::reader(context)?;
    let id = reader.find_run(&args.run)?.id;
    let run = start::load(&reader, &capsules::built_in(), &id)?;
    match output.format() {
        Format::Table => output.text(&shown(&run))?,
        Format::Json | Format::Jsonl => output.json(&data(&run))?,
    }
    Ok(Exit::Succeeded)
}

/// The budgets of steps that have one.
fn of_steps(run: &Run) -> impl Iterator<Item = (&str, &Budget)> {
    let steps = run.capsule().steps().iter();
    steps.filter_map(|step| Some((step.name.as_str(), run.step_budget(&step.name)?)))
}

fn data(run: &Run) -> Value {
    let steps: Map<String, Value> = of_steps(run)
        .map(|(step, budget)| (step.to_owned(), json!(budget)))
        .collect();
    let parent = run.started().parent.as_ref();
    json!({
        "v": 1, "run": run.started().run, "parent": parent.map(|parent| &parent.run), "budget": run.budget(),
        "steps": steps,
    })
}

fn shown(run: &Run) -> String {
    let mut rows = vec![["OF", "UNIT", "LIMIT", "HELD", "SPENT", "LEFT"].map(str::to_owned)];
    rows.extend(rows_of("run", run.budget()));
    rows.extend(of_steps(run).flat_map(|(step, budget)| rows_of(step, budget)));
    table::columns(&rows)
}

fn rows_of(name: &str, budget: &Budget) -> Vec<[String; 6]> {
    let Budget { limit, reserved, spent } = budget;
    let rows = [
        ("tokens", limit.tokens, reserved.tokens, spent.tokens),
        ("micro_usd", limit.micro_usd, reserved.micro_usd, spent.micro_usd),
        ("wall_ms", limit.wall_ms, reserved.wall_ms, spent.wall_ms),
        ("tool_calls", limit.tool_calls, reserved.tool_calls, spent.tool_calls),
        ("steps", limit.steps, reserved.steps, spent.steps),
    ];
    let row = |(unit, limit, held, spent): (&str, Option<u64>, u64, u64)| {
        let left = limit.map(|limit| limit.saturating_sub(held.saturating_add(spent)));
        let amount = |amount: Option<u64>| amount.map_or_else(|| "unlimited".to_owned(), |amount| amount.to_string());
        [
            name.to_owned(),
            unit.to_owned(),
            amount(limit),
            held.to_string(),
            spent.to_string(),
            amount(left),
        ]
    };
    rows.into_iter().map(row).collect()
}

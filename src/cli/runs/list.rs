//! `somagent runs list`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, table, time};
use crate::exit::Exit;
use crate::journal::{Reader, RunFilter, RunRow};
use crate::sight::status;

/// List runs, the newest first
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many
    #[arg(short = 'n', long, default_value_t = 20)]
    limit: usize,
    /// Only those that stand like this
    #[arg(long, value_name = "STATUS", value_parser = status::ALL)]
    status: Option<String>,
    /// Only those of this capsule
    #[arg(long, value_name = "NAME")]
    capsule: Option<String>,
    /// Only those that a step of this run has begun
    #[arg(long, value_name = "RUN")]
    parent: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// The store cannot be read, or there is no such parent.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let rows = match engine::reader(context)? {
        Some(reader) => found(args, &reader, context)?,
        None => Vec::new(),
    };
    match output.format() {
        Format::Table => {
            let mut lines = vec![["RUN", "CAPSULE", "STATUS", "STEPS", "STARTED", "TOOK"].map(str::to_owned)];
            lines.extend(rows.iter().map(|(row, status)| {
                let took = row
                    .finished_at
                    .map(|end| time::seconds(u64::try_from(end - row.started_at).unwrap_or(0)));
                [
                    row.id.clone(),
                    format!("{} {}", row.capsule, row.version),
                    status.clone(),
                    row.steps_settled.to_string(),
                    time::rfc3339(row.started_at),
                    took.unwrap_or_default(),
                ]
            }));
            output.text(&table::columns(&lines))?;
        }
        Format::Json | Format::Jsonl => {
            let values = rows.iter().map(|(row, status)| {
                json!({
                    "run": row.id, "capsule": row.capsule, "version": row.version, "status": status,
                    "exit_code": row.exit_code, "workspace": row.workspace, "idempotency_key": row.idempotency_key,
                    "started": time::rfc3339(row.started_at), "finished": row.finished_at.map(time::rfc3339),
                    "parent": row.parent.as_ref().map(|parent| json!({"run": parent.run, "step": parent.step, "item": parent.item})),
                    "questions": row.questions,
                })
            });
            output.values(values.collect())?;
        }
    }
    Ok(Exit::Succeeded)
}

/// The runs that are asked for, each with how it stands.
fn found(args: &Args, reader: &Reader, context: &Context) -> Result<Vec<(RunRow, String)>, Failure> {
    let parent = args.parent.as_deref().map(|run| reader.find_run(run)).transpose()?;
    let wanted = args.status.as_deref();
    let recorded = wanted.and_then(status::recorded);
    let filter = RunFilter {
        // What only the processes know is one of those that are not over.
        unfinished: wanted.is_some() && recorded.is_none(),
        status: recorded,
        parent: parent.as_ref().map(|row| row.id.as_str()),
        capsule: args.capsule.as_deref(),
        limit: (wanted.is_none() || recorded.is_some()).then_some(args.limit),
    };
    let mut found = Vec::new();
    for row in reader.runs(filter)? {
        let status = status::of(&row, reader, &context.home.locks())?;
        if wanted.is_none_or(|wanted| wanted == status) {
            found.push((row, status));
        }
        if found.len() == args.limit {
            break;
        }
    }
    Ok(found)
}

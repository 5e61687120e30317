//! `somagent runs list`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, table, time};
use crate::exit::Exit;
use crate::journal::RunFilter;

/// List runs, the newest first
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many
    #[arg(short = 'n', long, default_value_t = 20)]
    limit: usize,
}

/// Runs the command.
///
/// # Errors
/// The store cannot be read.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let rows = match engine::reader(context)? {
        Some(reader) => reader.runs(RunFilter {
            limit: Some(args.limit),
            ..RunFilter::default()
        })?,
        None => Vec::new(),
    };
    match output.format() {
        Format::Table => {
            let mut lines = vec![["RUN", "CAPSULE", "STATUS", "STEPS", "STARTED", "TOOK"].map(str::to_owned)];
            lines.extend(rows.iter().map(|row| {
                let took = row
                    .finished_at
                    .map(|end| time::seconds(u64::try_from(end - row.started_at).unwrap_or(0)));
                [
                    row.id.clone(),
                    format!("{} {}", row.capsule, row.version),
                    super::status(row, context),
                    row.steps_settled.to_string(),
                    time::rfc3339(row.started_at),
                    took.unwrap_or_default(),
                ]
            }));
            output.text(&table::columns(&lines))?;
        }
        Format::Json | Format::Jsonl => {
            let values: Vec<_> = rows
                .iter()
                .map(|row| {
                    json!({
                        "run": row.id, "capsule": row.capsule, "version": row.version,
                        "status": super::status(row, context), "exit_code": row.exit_code,
                        "workspace": row.workspace, "idempotency_key": row.idempotency_key,
                        "started": time::rfc3339(row.started_at), "finished": row.finished_at.map(time::rfc3339),
                    })
                })
                .collect();
            output.values(values)?;
        }
    }
    Ok(Exit::Succeeded)
}

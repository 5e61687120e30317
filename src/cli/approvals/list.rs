//! `somagent approvals list`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, engine, question, table, time};
use crate::engine::now_ms;
use crate::exit::Exit;
use crate::journal::ApprovalFilter;

/// The most characters of a question in a line.
const PROMPT: usize = 60;

/// List what waits for somebody, the newest first
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also those that are decided
    #[arg(long)]
    all: bool,
    /// Only those of this run
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// How many
    #[arg(short = 'n', long, default_value_t = 100)]
    limit: usize,
}

/// Runs the command.
///
/// # Errors
/// The store cannot be read, or there is no such run.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let rows = match engine::reader(context)? {
        None => Vec::new(),
        Some(reader) => {
            let run = args.run.as_deref().map(|run| reader.find_run(run)).transpose()?;
            let filter = ApprovalFilter {
                open_only: !args.all,
                run: run.as_ref().map(|run| run.id.as_str()),
            };
            reader.approvals(filter, args.limit)?
        }
    };
    let now = now_ms();
    match output.format() {
        Format::Table => {
            let mut lines = vec![["ID", "RUN", "STEP", "KIND", "STATUS", "ASKED", "QUESTION"].map(str::to_owned)];
            lines.extend(rows.iter().map(|row| {
                let prompt = row.prompt.lines().next().unwrap_or_default();
                [
                    row.id.clone(),
                    row.run.clone(),
                    row.step.clone().unwrap_or_default(),
                    row.kind.clone(),
                    row.choice
                        .clone()
                        .unwrap_or_else(|| question::status(row, now).to_owned()),
                    time::rfc3339(row.requested_at),
                    prompt.chars().take(PROMPT).collect(),
                ]
            }));
            output.text(&harmless(&table::columns(&lines)))?;
        }
        Format::Json | Format::Jsonl => {
            let values = rows.iter().map(|row| {
                json!({
                    "v": 1, "id": row.id, "run": row.run, "step": row.step, "kind": row.kind,
                    "status": question::status(row, now), "prompt": row.prompt, "choices": row.choices,
                    "assignees": row.assignees, "requested": time::rfc3339(row.requested_at),
                    "expires": row.expires_at.map(time::rfc3339), "choice": row.choice, "by": row.by,
                    "decided": row.resolved_at.map(time::rfc3339),
                })
            });
            output.values(values.collect())?;
        }
    }
    Ok(Exit::Succeeded)
}

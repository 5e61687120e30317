//! `somagent runs replay`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, capsules};
use crate::engine::replay::check;
use crate::exit::Exit;
use crate::journal::Stream;
use crate::sight;

/// Decide a recorded run again, and hold what comes out against the record
///
/// Performs nothing: verdicts, times, answers and what effects gave are taken from the record. Ends with 12 when the same
/// inputs give other facts now. Runs that steps have begun are replayed too.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such run, its record cannot be read, or it is not what comes out.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = super::reader(context)?;
    let id = reader.find_run(&args.run)?.id;
    let catalogue = capsules::built_in();
    let (mut facts, mut commands) = (0, 0);
    let runs = sight::tree::all(&reader, &id)?;
    for run in &runs {
        let events = reader.events(&Stream::Run(run.clone()), 0, usize::MAX)?;
        let replayed = check(&events, &catalogue)?;
        facts += replayed.facts;
        commands += replayed.commands;
    }
    match output.format() {
        Format::Table => output.line(&format!(
            "{id}  {facts} facts of {} runs follow from {commands} commands",
            runs.len()
        ))?,
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "run": id, "runs": runs, "facts": facts, "commands": commands, "equal": true,
        }))?,
    }
    Ok(Exit::Succeeded)
}

//! `somagent runs logs`.

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, lines, time};
use crate::exit::Exit;
use crate::journal::Stream;

/// Print what a run did, as it was printed while it ran
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
    let mut values = Vec::new();
    for event in reader.events(&Stream::Run(row.id.clone()), 0, usize::MAX)? {
        match output.format() {
            Format::Table => {
                if let Some(line) = lines::plain(&event, &row.id)? {
                    output.line(&format!("{}  {}", time::rfc3339(event.at()), harmless(&line)))?;
                }
            }
            Format::Json | Format::Jsonl => {
                let is_last = event.run_seq() == row.head;
                let lines = lines::of_event(&event, &row.id)?.into_iter();
                values.extend(lines.map(|line| line.among(is_last).envelope()));
            }
        }
    }
    match output.format() {
        Format::Table => {}
        Format::Json | Format::Jsonl => output.values(values)?,
    }
    Ok(Exit::Succeeded)
}

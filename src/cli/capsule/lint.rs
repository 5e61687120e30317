//! `somagent capsule lint`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, capsules};
use crate::capsule::{Capsule, Look, Severity, report};
use crate::exit::Exit;

/// Check a capsule and show every problem in its place
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A capsule's name or a file
    capsule: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such capsule.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let text = capsules::find(&args.capsule, context)?;
    let (valid, problems) = match Capsule::parse(&text, &capsules::catalogue(context)) {
        Ok(capsule) => (true, capsule.warnings().to_vec()),
        Err(problems) => (false, problems),
    };
    match output.format() {
        Format::Table => {
            if !problems.is_empty() {
                let look = Look {
                    colour: output.paint().is_coloured(),
                    width: 100,
                };
                output.text(&report(&args.capsule, &text, &problems, look))?;
            }
            output.say(&format!("{} problems", problems.len()));
        }
        Format::Json | Format::Jsonl => {
            let values = problems.iter().map(|problem| {
                json!({
                    "code": problem.code.to_string(), "severity": match problem.severity { Severity::Error => "error", Severity::Warning => "warning" },
                    "message": problem.message, "help": problem.help, "span": [problem.span.start, problem.span.end],
                })
            });
            output.values(values.collect())?;
        }
    }
    Ok(if valid { Exit::Succeeded } else { Exit::InvalidCapsule })
}

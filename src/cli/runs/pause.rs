//! `somagent runs pause`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine};
use crate::engine::command::Command;
use crate::exit::Exit;
use crate::journal::Lease;

/// Begin nothing new in a run until it is resumed
///
/// What is in flight ends; then whoever drives the run lets go of it, with exit code 5.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// There is no such run, or it is over.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let id = super::reader(context)?.find_run(&args.run)?.id;
    let engine = engine::open(context, output)?;
    let command = Command::Pause {
        by: context.actor.clone(),
        reason: args.reason,
    };
    let events = engine.tell(&id, command).await?;
    engine.journal().publish_checkpoint().await?;
    let driven = Lease::is_held(&context.home.locks(), &id);
    match output.format() {
        Format::Table => {
            let before = if events.is_empty() { "pauses already" } else { "pauses" };
            output.line(&format!("run {id} {before}"))?;
            if driven {
                output.say("what is in flight ends first");
            }
            output.say(&format!("then      somagent runs resume {id}"));
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "run": id, "status": "paused", "owned": driven, "resume": format!("somagent runs resume {id}"),
        }))?,
    }
    Ok(Exit::Succeeded)
}

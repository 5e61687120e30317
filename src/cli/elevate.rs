//! `somagent elevate`.

use serde_json::json;

use super::failure::Failure;
use super::mode::variable;
use super::output::{Format, Output};
use super::{Context, engine, given, time};
use crate::engine::mode::{At, ModeCommand};
use crate::engine::now_ms;
use crate::exit::Exit;
use crate::policy::mode::Setting;

/// Let a looser mode be in force for a time, and only for that
///
/// Both ends are recorded: who began it and why, and that somebody ended it or its time was over. How long it may be
/// depends on the mode (`somagent mode show`). What variables ask for holds meanwhile, too.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// developer, training, test, production or production-enterprise, perhaps with `-debug`
    #[arg(long, value_name = "MODE", required_unless_present = "end", requires = "reason")]
    to: Option<Setting>,
    /// How long: 90s, 15m, 2h
    #[arg(
        long = "for",
        value_name = "TIME",
        value_parser = given::milliseconds,
        required_unless_present = "end"
    )]
    duration: Option<u64>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT", required_unless_present = "end")]
    reason: Option<String>,
    /// End the elevation now
    #[arg(long, conflicts_with_all = ["to", "duration", "reason"])]
    end: bool,
}

/// Runs the command.
///
/// # Errors
/// It has no reason, is too long or no elevation at all, or cannot be recorded.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    engine::set_up(context, output).await?;
    let engine = engine::open(context, output)?;
    let command = match (args.end, args.to, args.duration, args.reason) {
        (false, Some(to), Some(for_ms), Some(reason)) => ModeCommand::Elevate {
            to,
            for_ms,
            by: context.actor.clone(),
            reason,
            asked: variable::asked(&context.asked),
        },
        (true | false, ..) => ModeCommand::End,
    };
    engine.declare_mode(&command).await?;
    engine.journal().publish_checkpoint().await?;
    let posture = engine.posture();
    let (recorded, in_force) = (posture.recorded(), engine.in_force());
    let elevation = posture.elevation(now_ms());
    let until = elevation.map(|At { what, .. }| time::rfc3339(what.until));
    match output.format() {
        Format::Table => {
            output.line(&match &until {
                Some(until) => format!("elevated until {until}"),
                None => "no longer elevated".to_owned(),
            })?;
            output.say(&format!("in force  {in_force}"));
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "elevated": elevation.map(|elevation| elevation.what.to), "until": until, "recorded": recorded,
            "in_force": in_force,
        }))?,
    }
    Ok(Exit::Succeeded)
}

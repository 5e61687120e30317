//! `somagent mode set`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, prompt};
use crate::engine::mode::{ModeCommand, ModeFact};
use crate::exit::Exit;
use crate::policy::mode::{Confirmed, Setting};

/// Record another deployment mode
///
/// A stricter mode holds at once, also for runs that are under way. A looser one has to be confirmed: with `--yes` or at
/// a terminal, and where the recorded mode is production or production-enterprise only at a terminal, by typing its
/// name. An elevation ends with it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// developer, training, test, production or production-enterprise, perhaps with `-debug`
    mode: Setting,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Record a looser mode without being asked
    #[arg(short, long)]
    yes: bool,
}

/// Runs the command.
///
/// # Errors
/// It loosens the mode and nobody confirmed that, or it cannot be recorded.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    engine::set_up(context, output).await?;
    let engine = engine::open(context, output)?;
    let from = engine.posture().recorded();
    let confirmed = confirm(&args, from, context).await;
    let command = ModeCommand::Set {
        to: args.mode,
        by: context.actor.clone(),
        reason: args.reason,
        confirmed,
    };
    let events = engine.declare_mode(&command).await?;
    engine.journal().publish_checkpoint().await?;
    let facts = events.iter().map(ModeFact::recorded).collect::<Result<Vec<_>, _>>()?;
    let is_changed = facts.iter().any(|fact| matches!(fact, ModeFact::Changed(_)));
    let in_force = engine.in_force();
    match output.format() {
        Format::Table => {
            let says = if is_changed { "recorded" } else { "recorded before" };
            output.line(&format!("mode {}  {says}", args.mode))?;
            if facts.iter().any(|fact| matches!(fact, ModeFact::Ended(_))) {
                output.say("the elevation is over");
            }
            output.say(&format!("in force  {in_force}"));
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "from": from, "to": args.mode, "changed": is_changed, "in_force": in_force,
        }))?,
    }
    Ok(Exit::Succeeded)
}

/// How somebody made sure that they mean it.
async fn confirm(args: &Args, from: Setting, context: &Context) -> Confirmed {
    let (terms, to) = (from.mode.terms(), args.mode);
    if !to.mode.terms().is_looser_than(terms) {
        return Confirmed::No;
    }
    let given = if args.yes { Confirmed::Flag } else { Confirmed::No };
    if given >= terms.loosening || !context.asks {
        return given;
    }
    let wanted = match terms.loosening {
        Confirmed::No | Confirmed::Flag => "yes".to_owned(),
        Confirmed::Typed => to.to_string(),
    };
    let question = format!("`{to}` is looser than `{from}`. Type `{wanted}` to record it: ");
    match prompt::reply(&question).await {
        Some(said) if said == wanted => Confirmed::Typed,
        Some(_) | None => given,
    }
}

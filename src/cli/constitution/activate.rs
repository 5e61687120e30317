//! `somagent constitution activate`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, prompt};
use super::proposal;
use crate::engine::house::{HouseCommand, ready};
use crate::exit::Exit;
use crate::policy::mode::Confirmed;

/// Put the proposed constitution in force, once enough trusted keys have signed it
///
/// It has to be confirmed: with `--yes` or at a terminal, and where it loosens what is in force and the recorded mode is
/// production or production-enterprise, only at a terminal, by typing its version. Runs under way are judged by the one
/// with which they began and by this one, the strictest wins.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Put it in force without being asked
    #[arg(short, long)]
    yes: bool,
}

/// Runs the command.
///
/// # Errors
/// Nothing is proposed, too few have signed, nobody confirmed it, or it cannot be recorded or put in place.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    engine::set_up(context, output).await?;
    let engine = engine::open(context, output)?;
    let house = engine.house();
    let what = proposal(&house)?.what.clone();
    let (version, is_looser) = ready(&house, what.digest)?;
    let loosening = engine.posture().recorded().mode.terms().loosening;
    let needs = match is_looser {
        true => loosening.max(Confirmed::Flag),
        false => Confirmed::Flag,
    };
    let confirmed = confirm(args, context, version, is_looser, needs).await;
    let command = HouseCommand::Activate {
        digest: what.digest,
        confirmed,
        loosening,
        by: context.actor.clone(),
    };
    engine.enact(&command).await?;
    engine.journal().publish_checkpoint().await?;
    match output.format() {
        Format::Table => {
            output.line(&format!("version {version}  in force"))?;
            output.say("runs under way are judged by it, too");
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "version": version, "digest": what.digest, "looser": is_looser,
        }))?,
    }
    Ok(Exit::Succeeded)
}

/// How somebody made sure that they mean it.
async fn confirm(args: &Args, context: &Context, version: u64, is_looser: bool, needs: Confirmed) -> Confirmed {
    let given = if args.yes { Confirmed::Flag } else { Confirmed::No };
    if given >= needs || !context.asks {
        return given;
    }
    let wanted = match needs {
        Confirmed::No | Confirmed::Flag => "yes".to_owned(),
        Confirmed::Typed => format!("version {version}"),
    };
    let does = if is_looser { "loosens" } else { "replaces" };
    let question = format!("Version {version} {does} what is in force. Type `{wanted}` to activate it: ");
    match prompt::reply(&question).await {
        Some(said) if said == wanted => Confirmed::Typed,
        Some(_) | None => given,
    }
}

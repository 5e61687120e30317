//! `somagent constitution keys activate`.

use serde_json::json;

use super::super::super::failure::Failure;
use super::super::super::output::{Format, Output};
use super::super::super::{Context, engine, prompt};
use super::proposal;
use crate::engine::house::{HouseCommand, keys_ready};
use crate::exit::Exit;
use crate::policy::mode::Confirmed;

/// Let the signatures of the proposed keys count, and no others
///
/// It has to be confirmed: with `--yes` or at a terminal, and where the recorded mode is production or
/// production-enterprise, only at a terminal, by typing their version.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Put them in force without being asked
    #[arg(short, long)]
    yes: bool,
}

/// Runs the command.
///
/// # Errors
/// No keys are proposed, too few have signed, nobody confirmed it, or it cannot be recorded or put in place.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    engine::set_up(context, output).await?;
    let engine = engine::open(context, output)?;
    let house = engine.house();
    let set = proposal(&house)?.what.set.clone();
    keys_ready(&house, set.digest())?;
    let loosening = engine.posture().recorded().mode.terms().loosening;
    let confirmed = confirm(args, context, set.version, loosening.max(Confirmed::Flag)).await;
    let command = HouseCommand::ActivateKeys {
        digest: set.digest(),
        confirmed,
        loosening,
        by: context.actor.clone(),
    };
    engine.enact(&command).await?;
    engine.journal().publish_checkpoint().await?;
    match output.format() {
        Format::Table => {
            output.line(&format!("keys version {}  in force", set.version))?;
            output.say("signatures of other keys count for nothing from now on");
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "version": set.version, "digest": set.digest(), "keys": set.keys, "threshold": set.threshold,
        }))?,
    }
    Ok(Exit::Succeeded)
}

/// How somebody made sure that they mean it.
async fn confirm(args: &Args, context: &Context, version: u64, needs: Confirmed) -> Confirmed {
    let given = if args.yes { Confirmed::Flag } else { Confirmed::No };
    if given >= needs || !context.asks {
        return given;
    }
    let wanted = match needs {
        Confirmed::No | Confirmed::Flag => "yes".to_owned(),
        Confirmed::Typed => format!("version {version}"),
    };
    let question =
        format!("Version {version} of the keys decides whose signatures count. Type `{wanted}` to activate it: ");
    match prompt::reply(&question).await {
        Some(said) if said == wanted => Confirmed::Typed,
        Some(_) | None => given,
    }
}

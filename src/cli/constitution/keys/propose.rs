//! `somagent constitution keys propose`.

use serde_json::json;

use super::super::super::failure::Failure;
use super::super::super::output::{Format, Output};
use super::super::super::{Context, engine, trust};
use super::proposal;
use crate::engine::house::HouseCommand;
use crate::exit::Exit;

/// Lay down a set of keys to be signed
///
/// The set is named whole, with the keys that stay. Nothing changes yet; another proposal takes the place of this one, and
/// so does another constitution that is activated meanwhile.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A key of the set: `ed25519:…` or the file of a public key; give it once for each
    #[arg(long, value_name = "KEY", required = true)]
    trust: Vec<String>,
    /// How many of them will have to sign
    #[arg(long, value_name = "K")]
    threshold: u32,
}

/// Runs the command.
///
/// # Errors
/// The keys cannot be trusted together, are in force already, or cannot be recorded.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let keys = trust::keys(&args.trust)?;
    engine::set_up(context, output).await?;
    let engine = engine::open(context, output)?;
    let command = HouseCommand::ProposeKeys {
        keys,
        threshold: args.threshold,
        by: context.actor.clone(),
    };
    let events = engine.enact(&command).await?;
    engine.journal().publish_checkpoint().await?;
    let house = engine.house();
    let set = &proposal(&house)?.what.set;
    match output.format() {
        Format::Table => {
            let says = if events.is_empty() {
                "proposed before"
            } else {
                "proposed"
            };
            output.line(&format!("keys version {}  {says}", set.version))?;
            output.say("`somagent constitution keys sign` signs them, once for each key that has to");
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "version": set.version, "digest": set.digest(), "proposed": !events.is_empty(),
        }))?,
    }
    Ok(Exit::Succeeded)
}

//! `somagent constitution sign`.

use std::path::PathBuf;

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine};
use super::{needed, proposal};
use crate::engine::house::HouseCommand;
use crate::exit::Exit;
use crate::keys;
use crate::policy::constitution::Signed;

/// Sign the proposed constitution, with the key of this installation or another trusted one
///
/// The signature is verified before it is recorded, and that of a key which this store does not trust is refused.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An Ed25519 private key as PKCS#8 PEM, mode 0600; without it, the key of this installation
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Nothing is proposed, the key cannot be used or is not trusted, or the signature cannot be recorded.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    engine::set_up(context, output).await?;
    let engine = engine::open(context, output)?;
    let house = engine.house();
    let what = proposal(&house)?.what.clone();
    let own = context.home.signing_key();
    let key = keys::load(args.key.as_ref().unwrap_or(&own))?;
    let signed = Signed::by(&key, what.text.as_bytes());
    let command = HouseCommand::Sign {
        digest: what.digest,
        signed: signed.clone(),
        by: context.actor.clone(),
    };
    let events = engine.enact(&command).await?;
    engine.journal().publish_checkpoint().await?;
    let house = engine.house();
    let (found, needed) = (proposal(&house)?.signatures.len(), needed(&house));
    match output.format() {
        Format::Table => {
            let says = if events.is_empty() { "signed before" } else { "signed" };
            output.line(&format!("version {}  {says} by {}", what.version, signed.key))?;
            output.say(&format!("{found} of {needed} needed by trusted keys"));
            if found >= needed as usize {
                output.say("`somagent constitution activate` puts it in force");
            }
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "version": what.version, "digest": what.digest, "key": signed.key, "signed": !events.is_empty(),
            "found": found, "needed": needed,
        }))?,
    }
    Ok(Exit::Succeeded)
}

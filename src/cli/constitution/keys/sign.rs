//! `somagent constitution keys sign`.

use std::path::PathBuf;

use serde_json::json;

use super::super::super::failure::Failure;
use super::super::super::output::{Format, Output};
use super::super::super::{Context, engine};
use super::super::no_store;
use super::{proposal, standing, trust};
use crate::engine::house::{HouseCommand, keys_ready};
use crate::exit::Exit;
use crate::keys;
use crate::policy::constitution::Signed;

/// Sign the proposed keys, with the key of this installation or another one
///
/// A key in force says that they may count. A key of the new set says that it can sign, and signs the constitution in
/// force with it, so that this holds under the new keys from the beginning.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An Ed25519 private key as PKCS#8 PEM, mode 0600; without it, the key of this installation
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// No keys are proposed, the key cannot be used or belongs to neither set, or the signature cannot be recorded.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    engine::set_up(context, output).await?;
    let engine = engine::open(context, output)?;
    let house = engine.house();
    let set = proposal(&house)?.what.set.clone();
    let active = house.active.as_ref().ok_or_else(no_store)?;
    let own = context.home.signing_key();
    let key = keys::load(args.key.as_ref().unwrap_or(&own))?;
    let signed = set.signed(trust(&house)?.digest(), &key);
    let command = HouseCommand::SignKeys {
        digest: set.digest(),
        constitution: set.has(&signed.key).then(|| Signed::by(&key, active.text.as_bytes())),
        signed: signed.clone(),
        by: context.actor.clone(),
    };
    let events = engine.enact(&command).await?;
    engine.journal().publish_checkpoint().await?;
    let house = engine.house();
    let (proposal, trust) = (proposal(&house)?, trust(&house)?);
    match output.format() {
        Format::Table => {
            let says = if events.is_empty() { "signed before" } else { "signed" };
            output.line(&format!("keys version {}  {says} by {}", set.version, signed.key))?;
            output.say(&standing(proposal, trust));
            if keys_ready(&house, set.digest()).is_ok() {
                output.say("`somagent constitution keys activate` lets them count");
            }
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "version": set.version, "digest": set.digest(), "key": signed.key, "signed": !events.is_empty(),
            "before": {"found": proposal.found(trust), "needed": trust.threshold},
            "after": {"found": proposal.found(&set), "needed": set.threshold},
        }))?,
    }
    Ok(Exit::Succeeded)
}

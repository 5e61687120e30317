//! `somagent constitution sign`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine};
use super::{draft, file, needed, proposal, signatures};
use crate::engine::house::HouseCommand;
use crate::exit::Exit;
use crate::keys;
use crate::policy::constitution::{Signed, signature_file};
use crate::sight::amount::counted;

/// Sign the proposed constitution, with the key of this installation or another trusted one
///
/// The signature is verified before it is recorded, and that of a key which this store does not trust is refused. With
/// `--text` no store is needed: a file is signed, and the signature goes into another one, beside those that are there
/// already; `somagent init --trust` founds a store with both.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An Ed25519 private key as PKCS#8 PEM, mode 0600; without it, the key of this installation
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Sign this text instead of what is proposed
    #[arg(long, value_name = "FILE", requires_all = ["key", "out"])]
    text: Option<PathBuf>,
    /// Where the signature over it goes
    #[arg(long, value_name = "FILE", requires = "text")]
    out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Nothing is proposed, the key cannot be used or is not trusted, or the signature cannot be recorded.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    if let (Some(text), Some(out), Some(key)) = (&args.text, &args.out, &args.key) {
        return outside(text, out, key, output);
    }
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

/// Signs a text that no store knows yet.
fn outside(text: &Path, out: &Path, key: &Path, output: &mut Output) -> Result<Exit, Failure> {
    let content = file(text)?;
    let digest = draft(&content, &text.display().to_string())?.digest();
    let signed = Signed::by(&keys::load(key)?, content.as_bytes());
    let mut all = if out.exists() { signatures(out)? } else { Vec::new() };
    if let Some(other) = all.iter().find(|other| !other.fits(content.as_bytes())) {
        let message = format!(
            "`{}` has a signature of `{}` over another text",
            out.display(),
            other.key
        );
        return Err(Failure::new(Exit::Unverified, "constitution_not_signed", message)
            .hint("give `--out` a file of its own for each text"));
    }
    all.retain(|other| other.key != signed.key);
    all.push(signed.clone());
    fs::write(out, signature_file(&all)).map_err(|reason| {
        let message = format!("cannot write `{}`: {reason}", out.display());
        Failure::new(Exit::Storage, "unwritable", message).hint("give `--out` a place that can be written")
    })?;
    match output.format() {
        Format::Table => {
            output.line(&format!("{}  signed by {}", out.display(), signed.key))?;
            output.say(&format!("it has {}", counted(all.len(), "signature")));
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "digest": digest, "key": signed.key, "signatures": all.len(),
        }))?,
    }
    Ok(Exit::Succeeded)
}

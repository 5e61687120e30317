//! `somagent audit verify`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::{Format, Output};
use crate::engine::open;
use crate::exit::Exit;
use crate::journal::{self, Range};
use crate::keys;

/// Verify every stored byte of the log
///
/// Names the first bad event. A log that was cut is found against the checkpoint kept outside the database. Whoever
/// holds the signing key can sign another history: keep a copy of the checkpoint elsewhere, and give it as `--since`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A checkpoint that was kept elsewhere: the log must contain it
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Something does not verify, or cannot be read.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    if !context.home.database().exists() {
        return Err(Failure::new(Exit::NotFound, "no_store", "there is no log yet").hint("`somagent init` makes one"));
    }
    let key = keys::load(&context.home.signing_key())?.verifying_key();
    let range = match &args.since {
        Some(file) => Range::Since(checkpoint(file, context)?),
        None => Range::Full,
    };
    let report = journal::verify(&open::place(&context.home), &key, &range)?;
    match output.format() {
        Format::Table => {
            output.line(&format!(
                "verified {} events of store {}",
                report.events, report.store_id
            ))?;
            output.line(&format!("head     {}", report.checkpoint.head()))?;
            if report.shredded > 0 {
                output.line(&format!(
                    "shredded {} bodies; their entries still verify",
                    report.shredded
                ))?;
            }
            match report.outside {
                Some(size) => output.line(&format!(
                    "outside  the checkpoint beside the database covers {size} events"
                ))?,
                None => output
                    .say("warning: no checkpoint is kept outside the database, so a log that was cut cannot be told"),
            }
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "verified": true, "store": report.store_id, "events": report.events, "shredded": report.shredded,
            "head": report.checkpoint.head(), "size": report.checkpoint.size(), "outside": report.outside,
        }))?,
    }
    Ok(Exit::Succeeded)
}

fn checkpoint(file: &Path, context: &Context) -> Result<String, Failure> {
    std::fs::read_to_string(context.directory.join(file)).map_err(|error| {
        Failure::new(
            Exit::NotFound,
            "no_checkpoint",
            format!("cannot read `{}`: {error}", file.display()),
        )
        .hint("a checkpoint is a small text file, a signed note")
    })
}

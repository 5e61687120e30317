//! `somagent init`.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::output::Output;
use super::{Context, constitution, engine, trust};
use crate::engine::setup::Founding;
use crate::exit::Exit;
use crate::models::catalogue::Entry;
use crate::policy::DEFAULT_CONSTITUTION;
use crate::policy::constitution::Signed;

/// Set everything up: directories, key, constitution, store, default model
///
/// The first `somagent run` does the same on its own. What is there already is kept. With `--trust` a store is founded for
/// several people: as many of their keys as `--threshold` says have to have signed the constitution, with
/// `somagent constitution sign --text`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Do not ask; for scripts
    #[arg(short, long)]
    yes: bool,
    /// Leave the model for later
    #[arg(long)]
    no_model: bool,
    /// A key whose signature counts, instead of that of this installation: `ed25519:…` or the file of a public key; give it
    /// once for each
    #[arg(long, value_name = "KEY", requires_all = ["threshold", "signatures"])]
    trust: Vec<String>,
    /// How many of them have to sign a constitution, and other keys
    #[arg(long, value_name = "K", requires = "trust")]
    threshold: Option<u32>,
    /// The constitution that they signed; without it, the one that a store begins with
    #[arg(long, value_name = "FILE", requires = "trust")]
    constitution: Option<PathBuf>,
    /// Its signatures; give it once for each file
    #[arg(long, value_name = "FILE", requires = "trust")]
    signatures: Vec<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// Something could not be made, or too few have signed.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match founding(args)? {
        Some(founding) => engine::found(context, output, &founding).await?,
        None => engine::set_up(context, output).await?,
    }
    if !args.no_model {
        let entry = engine::default_model(context)?;
        if !args.yes && context.asks && !confirms(&entry)? {
            output.say("no model was pulled; `somagent model pull` does it later");
            return Ok(Exit::Succeeded);
        }
        engine::pull(context, output, &entry).await?;
    }
    output.say("ready     somagent run repo_digest -p path=.");
    Ok(Exit::Succeeded)
}

/// What several people found the store with, where they do.
fn founding(args: &Args) -> Result<Option<Founding>, Failure> {
    let Some(threshold) = args.threshold else {
        return Ok(None);
    };
    let text = match &args.constitution {
        Some(path) => constitution::file(path)?,
        None => DEFAULT_CONSTITUTION.to_owned(),
    };
    let mut signatures = Vec::new();
    for path in &args.signatures {
        for signed in constitution::signatures(Path::new(path))? {
            if signatures.iter().all(|own: &Signed| own.key != signed.key) {
                signatures.push(signed);
            }
        }
    }
    Ok(Some(Founding {
        keys: trust::keys(&args.trust)?,
        threshold,
        text,
        signatures,
    }))
}

/// Asks whether the model may be fetched; Enter means yes.
fn confirms(entry: &Entry) -> Result<bool, Failure> {
    super::output::talk(&format!(
        "fetch the model {} ({})? [Y/n] ",
        entry.name,
        entry
            .size()
            .map_or_else(|| "of unknown size".to_owned(), engine::megabytes)
    ));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| {
        Failure::new(Exit::Usage, "no_answer", format!("cannot read the answer: {error}")).hint("give --yes")
    })?;
    Ok(!answer.trim_start().starts_with(['n', 'N']))
}

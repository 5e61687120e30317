//! `somagent init`.

use super::failure::Failure;
use super::output::Output;
use super::{Context, engine};
use crate::exit::Exit;
use crate::models::catalogue::Entry;

/// Set everything up: directories, key, constitution, store, default model
///
/// The first `somagent run` does the same on its own. What is there already is kept.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Do not ask; for scripts
    #[arg(short, long)]
    yes: bool,
    /// Leave the model for later
    #[arg(long)]
    no_model: bool,
}

/// Runs the command.
///
/// # Errors
/// Something could not be made.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    engine::set_up(context, output).await?;
    if !args.no_model {
        let entry = engine::default_model()?;
        if !args.yes && context.asks && !confirms(&entry)? {
            output.say("no model was pulled; `somagent model pull` does it later");
            return Ok(Exit::Succeeded);
        }
        engine::pull(context, output, &entry).await?;
    }
    output.say("ready     somagent run repo_digest -p path=.");
    Ok(Exit::Succeeded)
}

/// Asks whether the model may be fetched; Enter means yes.
fn confirms(entry: &Entry) -> Result<bool, Failure> {
    super::output::talk(&format!(
        "fetch the model {} ({} MB)? [Y/n] ",
        entry.name,
        entry.size / 1_000_000
    ));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| {
        Failure::new(Exit::Usage, "no_answer", format!("cannot read the answer: {error}")).hint("give --yes")
    })?;
    Ok(!answer.trim_start().starts_with(['n', 'N']))
}

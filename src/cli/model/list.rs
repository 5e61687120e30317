//! `somagent model list`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, table};
use crate::exit::Exit;
use crate::models::memory;
use crate::models::store::Store;

/// List the models that are known here, and which of them fit into memory now
///
/// FITS compares what a model needs (weights, what it remembers of 4,096 tokens, 256 MiB for computing) with the memory
/// that is available. STANDING says whether its output was compared with a reference; `somagent model show` says more.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
///
/// # Errors
/// The user's list of models cannot be used.
pub fn run(_: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let store = Store::at(context.home.models());
    let catalogue = engine::models(context)?;
    let available = memory::available();
    match output.format() {
        Format::Table => {
            let head = [
                "MODEL", "KIND", "SIZE", "CONTEXT", "LICENCE", "HERE", "STANDING", "FITS", "ABOUT",
            ];
            let mut rows = vec![head.map(str::to_owned)];
            rows.extend(catalogue.entries().iter().map(|entry| {
                [
                    entry.name.clone(),
                    entry.kind.word().to_owned(),
                    entry.size().map_or_else(|| "?".to_owned(), engine::megabytes),
                    entry.context.to_string(),
                    entry.licence.clone(),
                    if store.find(entry).is_some() { "yes" } else { "no" }.to_owned(),
                    entry.standing.word().to_owned(),
                    super::fits_text(entry, available),
                    entry.summary.clone(),
                ]
            }));
            let text = table::columns(&rows);
            let shown = output.for_eyes(&text).into_owned();
            output.text(&shown)?;
        }
        Format::Json | Format::Jsonl => {
            let values = catalogue.entries().iter().map(|entry| {
                json!({
                    "name": entry.name, "kind": entry.kind, "size": entry.size(), "context": entry.context,
                    "licence": entry.licence, "sha256": entry.weights.sha256.to_string(),
                    "standing": super::standing(entry), "memory": super::fits(entry, available),
                    "path": store.find(entry).map(|found| found.path),
                })
            });
            output.values(values.collect())?;
        }
    }
    Ok(Exit::Succeeded)
}

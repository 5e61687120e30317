//! `somagent model list`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, table};
use crate::exit::Exit;
use crate::models::store::Store;

/// List the models of the catalogue
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
///
/// # Errors
/// The catalogue cannot be read.
pub fn run(_: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let store = Store::at(context.home.models());
    let catalogue = engine::models()?;
    match output.format() {
        Format::Table => {
            let mut rows = vec![["MODEL", "SIZE", "CONTEXT", "LICENCE", "HERE", "ABOUT"].map(str::to_owned)];
            rows.extend(catalogue.entries().iter().map(|entry| {
                [
                    entry.name.clone(),
                    format!("{} MB", entry.size / 1_000_000),
                    entry.context.to_string(),
                    entry.licence.clone(),
                    if store.find(entry).is_some() { "yes" } else { "no" }.to_owned(),
                    entry.summary.clone(),
                ]
            }));
            output.text(&table::columns(&rows))?;
        }
        Format::Json | Format::Jsonl => {
            let values = catalogue.entries().iter().map(|entry| {
                json!({
                    "name": entry.name, "size": entry.size, "context": entry.context, "licence": entry.licence,
                    "sha256": entry.sha256.to_string(), "path": store.find(entry).map(|found| found.path),
                })
            });
            output.values(values.collect())?;
        }
    }
    Ok(Exit::Succeeded)
}

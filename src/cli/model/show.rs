//! `somagent model show`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, table};
use crate::exit::Exit;
use crate::models::catalogue::Source;
use crate::models::store::Store;

/// Show a model: size, licence, digest, sources, file
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A model of the catalogue; the default one when absent
    model: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// There is no such model.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let entry = super::find(args.model.as_deref())?;
    let found = Store::at(context.home.models()).find(&entry);
    let sources: Vec<String> = entry
        .sources
        .iter()
        .map(|source| match source {
            Source::Hub {
                repository,
                file,
                verified,
                ..
            } => {
                let note = if *verified {
                    ""
                } else {
                    " (unverified: another file is refused)"
                };
                format!("hub {repository} {file}{note}")
            }
            Source::Python { package, version, .. } => format!("Python package {package} {version}"),
        })
        .collect();
    match output.format() {
        Format::Table => {
            let mut rows = vec![
                ["model".to_owned(), entry.name.clone()],
                ["about".to_owned(), entry.summary.clone()],
                ["architecture".to_owned(), entry.architecture.clone()],
                ["parameters".to_owned(), entry.parameters.to_string()],
                ["quantisation".to_owned(), entry.quantisation.clone()],
                ["context".to_owned(), format!("{} tokens", entry.context)],
                ["licence".to_owned(), entry.licence.clone()],
                ["size".to_owned(), format!("{} bytes", entry.size)],
                ["sha256".to_owned(), entry.sha256.to_string()],
            ];
            rows.extend(sources.into_iter().map(|source| ["source".to_owned(), source]));
            let file = found.map_or_else(
                || "not here; `somagent model pull` fetches it".to_owned(),
                |found| found.path.display().to_string(),
            );
            rows.push(["file".to_owned(), file]);
            output.text(&table::columns(&rows))?;
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "name": entry.name, "architecture": entry.architecture, "parameters": entry.parameters,
            "quantisation": entry.quantisation, "context": entry.context, "licence": entry.licence,
            "size": entry.size, "sha256": entry.sha256.to_string(), "sources": sources,
            "path": found.map(|found| found.path),
        }))?,
    }
    Ok(Exit::Succeeded)
}

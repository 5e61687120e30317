//! `somagent model show`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, table};
use crate::exit::Exit;
use crate::models::catalogue::{Entry, Kind, ModelFile, Source};
use crate::models::local::{Description, describe};
use crate::models::memory;
use crate::models::store::Store;

/// Characters of a chat template that are shown to people.
const SHOWN: usize = 60;

/// Show a model: size, licence, standing, digests, sources, and what its file says of itself
///
/// Tokenizer, chat template and tensors are read from the file once it is here.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A model that `somagent model list` shows; the default one when absent
    model: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// There is no such model, or its file is damaged.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let entry = super::find(args.model.as_deref(), context)?;
    let found = Store::at(context.home.models()).find(&entry);
    let described = match (&found, entry.kind) {
        (Some(found), Kind::Language) => Some(describe(&found.path)?),
        (Some(_), Kind::Embedding) | (None, _) => None,
    };
    let available = memory::available();
    match output.format() {
        Format::Table => {
            let mut rows = about(&entry);
            rows.push(row("fits", super::fits_text(&entry, available)));
            for file in entry.files() {
                rows.extend(of_file(file));
            }
            if let Some(described) = &described {
                rows.extend(of_description(described));
            }
            rows.push(row(
                "file",
                found.map_or_else(
                    || format!("not here; `somagent model pull {}` fetches it", entry.name),
                    |found| found.path.display().to_string(),
                ),
            ));
            let text = table::columns(&rows);
            let shown = output.for_eyes(&text).into_owned();
            output.text(&shown)?;
        }
        Format::Json | Format::Jsonl => {
            let files = entry.files().map(|file| {
                json!({
                    "name": file.name, "size": file.size, "sha256": file.sha256.to_string(),
                    "sources": file.sources.iter().map(source).collect::<Vec<_>>(),
                })
            });
            let tensors = described.as_ref().map(|described| {
                let shares = described.tensors.iter();
                let shares =
                    shares.map(|share| json!({"format": share.format, "tensors": share.tensors, "bytes": share.bytes}));
                shares.collect::<Vec<_>>()
            });
            output.json(&json!({
                "name": entry.name, "kind": entry.kind, "architecture": entry.architecture,
                "parameters": entry.parameters, "quantisation": entry.quantisation, "context": entry.context,
                "licence": entry.licence, "size": entry.size(), "sha256": entry.weights.sha256.to_string(),
                "standing": super::standing(&entry), "memory": super::fits(&entry, available),
                "files": files.collect::<Vec<_>>(),
                "sources": entry.weights.sources.iter().map(source).collect::<Vec<_>>(),
                "tokenizer": described.as_ref().map(|described| &described.tokenizer),
                "vocabulary": described.as_ref().map(|described| described.vocabulary),
                "chat_template": described.as_ref().map(|described| &described.chat_template),
                "tensors": tensors, "path": found.map(|found| found.path),
            }))?;
        }
    }
    Ok(Exit::Succeeded)
}

fn row(name: &str, value: impl Into<String>) -> [String; 2] {
    [name.to_owned(), value.into()]
}

fn about(entry: &Entry) -> Vec<[String; 2]> {
    let standing = match entry.standing.because() {
        Some(because) => format!("{}: {because}", entry.standing.word()),
        None => entry.standing.word().to_owned(),
    };
    vec![
        row("model", &entry.name),
        row("about", &entry.summary),
        row("kind", entry.kind.word()),
        row("architecture", &entry.architecture),
        row("parameters", entry.parameters.to_string()),
        row("quantisation", &entry.quantisation),
        row("context", format!("{} tokens", entry.context)),
        row("licence", &entry.licence),
        row("standing", standing),
        row(
            "size",
            entry
                .size()
                .map_or_else(|| "unknown".to_owned(), |size| format!("{size} bytes")),
        ),
    ]
}

fn of_file(file: &ModelFile) -> Vec<[String; 2]> {
    let mut rows = vec![row("sha256", format!("{}  {}", file.sha256, file.name))];
    rows.extend(file.sources.iter().map(|from| row("source", source(from))));
    rows
}

fn source(source: &Source) -> String {
    match source {
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
        Source::Python {
            package,
            version,
            member,
        } => format!("Python package {package} {version} {member}"),
    }
}

fn of_description(described: &Description) -> Vec<[String; 2]> {
    let template = match &described.chat_template {
        Some(template) => {
            let line = template.split_whitespace().collect::<Vec<_>>().join(" ");
            let shown: String = line.chars().take(SHOWN).collect();
            let more = if line.chars().count() > SHOWN { "…" } else { "" };
            format!("{} characters: {shown}{more}", template.chars().count())
        }
        None => "none".to_owned(),
    };
    let mut rows = vec![
        row(
            "tokenizer",
            format!("{}, {} tokens", described.tokenizer, described.vocabulary),
        ),
        row("chat template", template),
    ];
    rows.extend(described.tensors.iter().map(|share| {
        row(
            "tensors",
            format!(
                "{:>4} {}, {}",
                share.tensors,
                share.format,
                engine::megabytes(share.bytes)
            ),
        )
    }));
    rows
}

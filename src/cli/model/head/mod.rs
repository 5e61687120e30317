//! `somagent model head`: classifiers that are trained on this machine.

mod classify;
mod eval;
mod list;
mod show;
mod train;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::Output;
use super::super::{Context, engine};
use crate::exit::Exit;
use crate::models::catalogue::{Entry, Kind};
use crate::models::head::{Fields, Head, HeadError, Held, Measures, Origin, OwnedReaders, Shelf};
use crate::models::{Embedder, OnDevice, Sha256};

/// Train heads from examples, and ask them what a text is
///
/// A head tells labels apart by a text's vector, its words and a few rules. It needs no language model, answers in
/// milliseconds, and says how sure it is.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Train(train::Args),
    List(list::Args),
    Show(show::Args),
    Eval(eval::Args),
    Classify(classify::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::Train(args) => train::run(&args, context, output).await,
        Command::List(args) => list::run(&args, context, output),
        Command::Show(args) => show::run(&args, context, output),
        Command::Eval(args) => eval::run(&args, context, output).await,
        Command::Classify(args) => classify::run(&args, context, output).await,
    }
}

/// What the fields of examples are called.
#[derive(Debug, clap::Args)]
struct FieldArgs {
    /// The field of an example that has the text
    #[arg(long, value_name = "FIELD", default_value = "text")]
    text_field: String,
    /// The field that has the label
    #[arg(long, value_name = "FIELD", default_value = "label")]
    label_field: String,
}

impl FieldArgs {
    fn fields(&self, group: Option<&String>) -> Fields {
        Fields {
            text: self.text_field.clone(),
            label: self.label_field.clone(),
            group: group.cloned(),
        }
    }
}

/// The heads of this installation.
fn shelf(context: &Context) -> Shelf {
    Shelf::at(context.home.heads(), context.home.signing_key())
}

/// The model that gives vectors, in memory: the one with this digest, or the first of the catalogue.
async fn embedder(sha256: Option<Sha256>, context: &Context, output: &Output) -> Result<(Entry, Embedder), Failure> {
    let catalogue = engine::models(context)?;
    let mut entries = catalogue.entries().iter().filter(|entry| entry.kind == Kind::Embedding);
    let found = entries
        .clone()
        .find(|entry| Some(entry.weights.sha256) == sha256)
        .or_else(|| entries.next());
    let missing = || {
        Failure::new(
            Exit::NotFound,
            "no_such_model",
            "there is no embedding model in the catalogue",
        )
    };
    let entry = found.ok_or_else(missing)?.clone();
    let pulled = engine::pull(context, output, &entry).await?;
    Ok((entry, Embedder::load(&pulled)?))
}

/// The models that `head` needs, in memory.
async fn readers_of(head: &Head, context: &Context, output: &Output) -> Result<OwnedReaders, Failure> {
    let (entry, embedder) = embedder(Some(head.vectors().sha256), context, output).await?;
    head.fits(entry.weights.sha256)?;
    if embedder.dimensions() != head.vectors().dimensions {
        let why = "its vectors have another length than the model's".to_owned();
        return Err(HeadError::Form { why }.into());
    }
    let language = match engine::adviser(head, context, output).await? {
        Some(entry) => Some(Arc::new(language(&entry, context, output).await?)),
        None => None,
    };
    Ok(OwnedReaders {
        embedder: Arc::new(embedder),
        language,
    })
}

/// The language model `entry`, in memory.
async fn language(entry: &Entry, context: &Context, output: &Output) -> Result<OnDevice, Failure> {
    let pulled = engine::pull(context, output, entry).await?;
    let mut bar = engine::Bar::new(output, &entry.name);
    let loaded = tokio::task::block_in_place(|| OnDevice::load(&pulled, &mut |progress| bar.show(&progress)));
    bar.done();
    Ok(loaded?)
}

/// The text of a file of examples or rules.
fn text_of(path: &Path, context: &Context) -> Result<String, Failure> {
    let path = super::given_path(context, path);
    fs::read_to_string(&path).map_err(|reason| {
        let exit = match reason.kind() {
            std::io::ErrorKind::NotFound => Exit::NotFound,
            _ => Exit::Usage,
        };
        Failure::new(
            exit,
            "unreadable",
            format!("cannot read `{}`: {reason}", path.display()),
        )
        .hint("give a file of UTF-8 text")
    })
}

fn origin(held: &Held) -> String {
    match &held.origin {
        Origin::BuiltIn => "built in".to_owned(),
        Origin::Own { .. } => "trained here".to_owned(),
    }
}

/// A head for scripts.
fn described(held: &Held) -> Value {
    let (head, training) = (&held.head, held.head.training());
    json!({
        "name": head.name(), "version": head.version(), "labels": head.labels(), "origin": origin(held),
        "digest": head.digest(), "bytes": held.bytes,
        "path": match &held.origin { Origin::BuiltIn => None, Origin::Own { path } => Some(path) },
        "vectors": {"model": head.vectors().model, "sha256": head.vectors().sha256.to_string()},
        "language_model": head.language().map(|language| json!({"model": language.model, "sha256": language.sha256.to_string()})),
        "ngrams": head.ngrams(), "rules": head.rules().written().collect::<Vec<_>>(),
        "temperature": head.temperature(), "threshold": head.threshold(),
        "training": {
            "examples": training.examples, "classes": training.classes, "groups": training.groups,
            "folds": training.folds, "measured": measured(&training.measures), "decided_by_rules": training.decided,
            "balanced": training.is_balanced, "precision": training.precision.map(share),
            "coverage": training.coverage.map(share), "iterations": training.iterations, "date": training.date,
        },
    })
}

fn measured(measures: &Measures) -> Value {
    json!({
        "items": measures.items, "accuracy": share(measures.accuracy),
        "balanced_accuracy": share(measures.balanced_accuracy),
        "calibration_error": share(measures.calibration_error),
    })
}

/// Millionths as a share.
fn share(millionths: u32) -> f64 {
    f64::from(millionths) / 1e6
}

/// Millionths as per cent, for people.
fn per_cent(millionths: u32) -> String {
    format!("{:.1} %", f64::from(millionths) / 1e4)
}

//! `somagent model`: the models that run on this machine.

mod bench;
mod embed;
mod head;
mod list;
mod pull;
mod remove;
mod show;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::failure::Failure;
use super::output::Output;
use super::{Context, engine};
use crate::exit::Exit;
use crate::models::catalogue::{Entry, Kind, Standing};
use crate::models::import::{ImportError, import};
use crate::models::memory::Need;
use crate::models::store::Store;
use crate::models::{LoadError, PullError};

/// List, fetch and look at on-device models
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Pull(pull::Args),
    Show(show::Args),
    Remove(remove::Args),
    Bench(bench::Args),
    Embed(embed::Args),
    Head(head::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::List(args) => list::run(&args, context, output),
        Command::Pull(args) => pull::run(&args, context, output).await,
        Command::Show(args) => show::run(&args, context, output),
        Command::Remove(args) => remove::run(&args, context, output).await,
        Command::Bench(args) => bench::run(&args, context, output).await,
        Command::Embed(args) => embed::run(&args, context, output).await,
        Command::Head(args) => head::run(args, context, output).await,
    }
}

/// The model that steps ask: the one called `given`, or the file at it, or the default one.
///
/// A file is copied into the store, and has a name from then on.
///
/// # Errors
/// There is no such model or file, or it cannot be used for answers.
pub async fn chosen(given: Option<&str>, context: &Context, output: &Output) -> Result<Entry, Failure> {
    let entry = match given {
        Some(path) if is_path(path) => imported(&context.directory.join(path), context, output).await?,
        name => find(name, context)?,
    };
    match (&entry.standing, entry.kind) {
        (Standing::Refused { because }, _) => Err(PullError::Refused {
            model: entry.name,
            because: because.clone(),
        }
        .into()),
        (_, Kind::Embedding) => {
            let message = format!("`{}` gives vectors and answers nothing", entry.name);
            Err(Failure::new(Exit::Usage, "no_language_model", message)
                .hint("`somagent model list` says of which kind each model is"))
        }
        (Standing::Verified | Standing::Unverified { .. }, Kind::Language) => Ok(entry),
    }
}

/// The model that is asked when another one is not sure enough, if somebody named one.
///
/// # Errors
/// As for [`chosen`].
pub async fn further(given: Option<&str>, context: &Context, output: &Output) -> Result<Option<Entry>, Failure> {
    match given {
        Some(given) => chosen(Some(given), context, output).await.map(Some),
        None => Ok(None),
    }
}

/// Whether `given` names a file rather than a model of the catalogue.
fn is_path(given: &str) -> bool {
    given.contains('/') || Path::new(given).extension().is_some_and(|end| end == "gguf")
}

async fn imported(path: &Path, context: &Context, output: &Output) -> Result<Entry, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut bar = engine::Bar::new(output, &name);
    let store = Store::at(context.home.models());
    let catalogue = engine::models(context)?;
    let taken = import(path, &store, &catalogue, &mut |progress| bar.show(&progress)).await;
    bar.done();
    taken.map_err(|error| match error {
        ImportError::Load(error) => own_file(&error),
        ImportError::Store(error) => error.into(),
    })
}

/// What is wrong with a file that somebody named: pulling would not mend it.
fn own_file(error: &LoadError) -> Failure {
    let (exit, kind, hint) = match error {
        LoadError::Missing { .. } => (
            Exit::NotFound,
            "no_such_file",
            "give the path of a GGUF file, or a name that `somagent model list` shows",
        ),
        LoadError::Unreadable { .. } => (
            Exit::Storage,
            "file_unreadable",
            "check who owns it and whether the disk is sound",
        ),
        LoadError::Damaged { .. } => (Exit::Storage, "file_damaged", "fetch the file again from where it came"),
        LoadError::Unsupported { .. } => (
            Exit::Usage,
            "file_unsupported",
            "docs/models.md says which architectures and formats can be run",
        ),
        LoadError::Storage { .. } => (
            Exit::Storage,
            "model_not_stored",
            "check the space and the rights, or set SOMAGENT_MODELS to another directory",
        ),
    };
    Failure::new(exit, kind, error).hint(hint)
}

/// The model called `name`, or the default one.
fn find(name: Option<&str>, context: &Context) -> Result<Entry, Failure> {
    let Some(name) = name else {
        return engine::default_model(context);
    };
    let catalogue = engine::models(context)?;
    catalogue.find(name).cloned().ok_or_else(|| {
        let failure = Failure::new(
            Exit::NotFound,
            "no_such_model",
            format!("there is no model `{name}` in the catalogue"),
        );
        match catalogue.nearest(name) {
            Some(nearest) => failure.hint(format!("did you mean `{nearest}`?")),
            None => failure.hint("`somagent model list` shows what there is; a file is given by its path"),
        }
    })
}

/// The standing of a model, for scripts.
fn standing(entry: &Entry) -> Value {
    json!({"standing": entry.standing.word(), "because": entry.standing.because()})
}

/// Whether a model fits into memory now, with what was compared; for scripts.
fn fits(entry: &Entry, available: Option<u64>) -> Value {
    let need = Need::of(entry);
    json!({
        "fits": need.zip(available).map(|(need, available)| need.total() <= available),
        "available": available,
        "weights": need.map(|need| need.weights), "cache": need.map(|need| need.cache),
        "tokens": need.map(|need| need.tokens), "slack": need.map(|need| need.slack),
    })
}

/// The same for people.
fn fits_text(entry: &Entry, available: Option<u64>) -> String {
    match (Need::of(entry), available) {
        (Some(need), Some(available)) => {
            let word = if need.total() <= available { "yes" } else { "no" };
            let sign = if need.total() <= available { "≤" } else { ">" };
            format!("{word} {} {sign} {}", gigabytes(need.total()), gigabytes(available))
        }
        (Some(need), None) => format!("? {}", gigabytes(need.total())),
        (None, _) => "?".to_owned(),
    }
}

fn gigabytes(bytes: u64) -> String {
    let tenths = bytes / 100_000_000;
    format!("{}.{} GB", tenths / 10, tenths % 10)
}

/// The directory or file that somebody gave, from where the command works.
fn given_path(context: &Context, path: &Path) -> PathBuf {
    context.directory.join(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        assert!(!is_path("smollm2-135m-instruct") && !is_path("Qwen2.5-0.5B.Q4_K_M"));
        assert!(is_path("./x") && is_path("x.gguf") && is_path("a/b"));
    }

    #[test]
    fn what_fits_says_what_was_compared() {
        let mut entry = crate::models::Catalogue::built_in().unwrap().entries()[0].clone();
        assert_eq!(fits_text(&entry, Some(4_000_000_000)), "yes 0.5 GB ≤ 4.0 GB");
        assert_eq!(fits_text(&entry, Some(400_000_000)), "no 0.5 GB > 0.4 GB");
        assert_eq!(fits(&entry, Some(400_000_000))["fits"], false);
        entry.weights.size = None;
        assert_eq!(fits_text(&entry, Some(1)), "?");
        assert_eq!(fits(&entry, Some(1))["fits"], Value::Null);
    }
}

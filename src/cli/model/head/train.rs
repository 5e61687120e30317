//! `somagent model head train`.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::super::super::failure::Failure;
use super::super::super::output::{Format, Output};
use super::super::super::{Context, engine, given, model};
use super::FieldArgs;
use crate::exit::Exit;
use crate::models::head::{Ngrams, Readers, Recipe, Rules, Vectors, read_examples, train};

/// Train a head from examples
///
/// Examples are JSONL, one object a line with a text and its label. How good the head is, is measured by five-fold
/// cross-validation; with a group field no group is on both sides. The head is signed and kept under the next version.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The head's name
    name: String,
    /// The file with the examples
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    #[command(flatten)]
    fields: FieldArgs,
    /// The field that says what an example belongs to, such as a project
    #[arg(long, value_name = "FIELD")]
    group_field: Option<String>,
    /// A YAML file of rules: regular expressions that are features, or that decide by themselves
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Leave out words and pieces of words: a smaller head that knows only meanings
    #[arg(long)]
    no_ngrams: bool,
    /// Let a language model say which label it takes a text for, and learn what that is worth: MODEL, or the default one. The
    /// head then asks that model, too, whenever it is used
    #[arg(long, value_name = "MODEL", num_args = 0..=1, require_equals = true)]
    with_language_model: Option<Option<String>>,
    /// Let each label weigh the same, however many examples it has
    #[arg(long)]
    balanced: bool,
    /// The share of answers that must be right: below the confidence that this takes, the head abstains
    #[arg(long, value_name = "P", value_parser = given::share)]
    precision: Option<f64>,
}

/// Runs the command.
///
/// # Errors
/// The examples or rules cannot be used, the model of vectors is not to be had, or the head cannot be kept.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let shelf = super::shelf(context);
    let version = shelf.next_version(&args.name)?;
    let text = super::text_of(&args.from, context)?;
    let examples = read_examples(&text, &args.fields.fields(args.group_field.as_ref()))?;
    let rules = match &args.rules {
        Some(path) => Rules::parse(&super::text_of(path, context)?)?,
        None => Rules::default(),
    };
    // The key that signs it is the store's.
    engine::set_up(context, output).await?;
    let (entry, embedder) = super::embedder(None, context, output).await?;
    let language = match &args.with_language_model {
        Some(given) => {
            let entry = model::chosen(given.as_deref(), context, output).await?;
            output.say(&format!("asks      {} about {} texts", entry.name, examples.len()));
            Some(super::language(&entry, context, output).await?)
        }
        None => None,
    };
    let began = Instant::now();
    let recipe = Recipe {
        name: args.name.clone(),
        version,
        vectors: Vectors {
            model: entry.name,
            sha256: entry.weights.sha256,
            dimensions: embedder.dimensions(),
        },
        ngrams: (!args.no_ngrams).then(Ngrams::default),
        rules,
        is_balanced: args.balanced,
        precision: args.precision,
        date: jiff::Timestamp::now().strftime("%F").to_string(),
    };
    let never = AtomicBool::new(false);
    let readers = Readers {
        embedder: &embedder,
        language: language.as_ref(),
    };
    let head = tokio::task::block_in_place(|| train(&examples, readers, recipe, &never))?;
    let wall_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let held = shelf.keep(&head)?;
    match output.format() {
        Format::Table => {
            let measures = &head.training().measures;
            output.line(&format!(
                "{}  {} examples  {} of {} bytes in {:.1} s",
                head.title(),
                measures.items,
                head.labels().join(", "),
                held.bytes,
                wall_ms as f64 / 1e3,
            ))?;
            output.line(&format!(
                "out of fold: accuracy {}, balanced {}, calibration error {}",
                super::per_cent(measures.accuracy),
                super::per_cent(measures.balanced_accuracy),
                super::per_cent(measures.calibration_error),
            ))?;
            if let (Some(least), Some(coverage)) = (head.threshold(), head.training().coverage) {
                output.line(&format!(
                    "abstains below {least:.3}: {} are answered",
                    super::per_cent(coverage)
                ))?;
            }
        }
        Format::Json | Format::Jsonl => {
            let mut described = super::described(&held);
            described["wall_ms"] = wall_ms.into();
            output.json(&described)?;
        }
    }
    Ok(Exit::Succeeded)
}

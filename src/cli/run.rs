//! `somagent run`: one capsule, from its name to its outputs.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::capsule::lock;
use super::capsules::Located;
use super::failure::Failure;
use super::manner::Manner;
use super::output::Output;
use super::watch::{Driver, Telling};
use super::{Context, callable, capsules, engine, forecast, given, model, result, runs};
use crate::engine::{Engine, Job, start};
use crate::exit::Exit;

/// Run a capsule
///
/// The capsule is a built-in name (`somagent capsule list`), a file, or `-` for standard input. Outputs go to standard
/// output, progress to standard error. An interrupted run goes on with `somagent runs resume`. A lock that lies beside the
/// file (`somagent capsule lock`) is compared before anything happens.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A capsule's name, a file, or `-`
    capsule: String,
    /// An input of the capsule, as key=value; may be given more than once
    #[arg(short, long = "param", value_name = "KEY=VALUE", value_parser = given::key_value)]
    param: Vec<(String, String)>,
    /// A file of inputs, as JSON or YAML; `-p` wins over it
    #[arg(long, value_name = "FILE")]
    params_file: Option<PathBuf>,
    /// Say what would be done, judge what can be judged, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Find the run that this key began, and go on with it, instead of beginning another
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// Seed of everything random, so that a run can be repeated
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The model that steps ask: a name that `somagent model list` shows, or the path of a GGUF file
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,
    /// The model that is asked where a step with `escalate_below` is not sure enough
    #[arg(long, value_name = "MODEL")]
    escalate_to: Option<String>,
    /// The most tokens that models may read and write, instead of what the capsule says
    #[arg(long, value_name = "N")]
    max_tokens: Option<u64>,
    /// The most dollars that it may cost, instead of what the capsule says
    #[arg(long, value_name = "USD", value_parser = given::micro_usd)]
    max_cost: Option<u64>,
    /// When it must be over at the latest, waiting included: 90s, 30m, 2h
    #[arg(long, value_name = "TIME", value_parser = given::milliseconds)]
    timeout: Option<u64>,
    #[command(flatten)]
    manner: Manner,
}

/// Runs the command.
///
/// # Errors
/// Anything that keeps the run from ending well; the run's own failure is an exit code, not an error.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let ended = begin(args, context, output).await;
    result::tell(output, None, ended)
}

async fn begin(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let document = document(&args.capsule, context)?;
    let (capsule, catalogue) = callable::checked(&args.capsule, &document, context)?;
    let capsule = Arc::new(capsule);
    if let Some(file) = &document.file {
        lock::verify(file, &capsule, &catalogue, context)?;
    }
    let inputs = given::inputs(&capsule, args.params_file.as_deref(), &args.param)?;
    let workspace = start::workspace(&inputs, &context.directory).map_err(|reason| {
        let given = inputs.get("path").and_then(Value::as_str).unwrap_or(".");
        let message = format!("cannot work on `{given}`: {reason}");
        if reason.kind() == ErrorKind::InvalidData {
            return Failure::new(Exit::Usage, "directory_not_unicode", message)
                .hint("use a directory whose whole path is Unicode text, because the record holds it");
        }
        Failure::new(Exit::NotFound, "no_such_directory", message)
            .hint("give a directory that exists, as `-p path=DIR` or `-C DIR`")
    })?;
    let inputs = with_workspace(inputs, &workspace);
    let model = model::chosen(args.model.as_deref(), context, output).await?;
    if args.dry_run {
        let engine = engine::open_with(context, output, model, None)?;
        return forecast::print(output, &engine, &capsule, &inputs, &workspace).await;
    }
    let escalate = model::further(args.escalate_to.as_deref(), context, output).await?;
    engine::set_up(context, output).await?;
    let children = start::children(&capsule, &catalogue);
    if start::asks_a_model(&capsule, &children) {
        engine::pull_model(context, output, &model).await?;
    }
    if start::needs_vectors(&capsule, &children) {
        engine::pull_embedding(context, output).await?;
        engine::pull_advisers(context, output, &start::heads(&capsule, &children)).await?;
    }
    if let Some(escalate) = &escalate {
        engine::pull_model(context, output, escalate).await?;
    }
    let engine = Arc::new(engine::open_with(context, output, model, escalate)?);
    let mut limit = capsule.limit();
    limit.tokens = args.max_tokens.or(limit.tokens);
    limit.micro_usd = args.max_cost.or(limit.micro_usd);
    let job = Job {
        capsule,
        inputs,
        workspace,
        seed: args.seed,
        idempotency_key: args.idempotency_key,
        limit,
        children,
        deadline_ms: args.timeout,
        forked: None,
    };
    let driver = Driver {
        context,
        engine: &engine,
        manner: &args.manner,
        file: document.file.as_deref(),
        telling: Telling::Steps,
    };
    if let Some(key) = &job.idempotency_key
        && let Some(known) = engine.journal().reader()?.run_by_key(key)?
    {
        same_job(&engine, &known.id, key, &job)?;
        return runs::resume::go_on(&driver, output, &known.id).await;
    }
    let (owned, command) = engine.begin(job)?;
    driver.drive(output, owned, vec![command]).await
}

/// A key names one job; another job under it is a mistake.
fn same_job(engine: &Engine, run: &str, key: &str, job: &Job) -> Result<(), Failure> {
    let known = start::load(&engine.journal().reader()?, engine.catalogue(), run)?;
    let started = known.started();
    let differs = [
        (started.capsule.digest != job.capsule.digest(), "capsule"),
        (started.inputs != job.inputs, "inputs"),
        (started.workspace != job.workspace, "directory"),
        (started.seed != job.seed, "seed"),
    ];
    let Some((_, part)) = differs.into_iter().find(|(differs, _)| *differs) else {
        return Ok(());
    };
    Err(Failure::new(
        Exit::Usage,
        "key_of_another_job",
        format!("the idempotency key `{key}` belongs to run {run}, whose {part} is not the same"),
    )
    .hint("use another key, or repeat the command exactly"))
}

/// The capsule that was asked for.
fn document(name: &str, context: &Context) -> Result<Located, Failure> {
    if name == "-" {
        let text = capsules::from_stdin()?;
        return Ok(Located { text, file: None });
    }
    capsules::locate(name, context)
}

/// The `path` input as the directory it turned out to be, so that every step sees the same one.
fn with_workspace(mut inputs: Value, workspace: &std::path::Path) -> Value {
    if let Some(path) = inputs.get_mut("path") {
        *path = Value::String(workspace.to_string_lossy().into_owned());
    }
    inputs
}

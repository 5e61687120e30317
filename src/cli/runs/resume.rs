//! `somagent runs resume`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, lines, watch};
use crate::engine::Engine;
use crate::exit::Exit;
use crate::journal::Stream;

/// Go on with an interrupted run
///
/// Completed steps do not run again; an interrupted one follows its declared effect. A finished run prints its result.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    /// Also write the main output to a file
    #[arg(long, value_name = "FILE")]
    output_file: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// There is no such run, another process owns it, or its record cannot be used here.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let found = super::reader(context).and_then(|reader| Ok(reader.find_run(&args.run)?.id));
    match found {
        Err(failure) => watch::tell(output, None, Err(failure)),
        Ok(id) => {
            let ended = resume(&args, &id, context, output).await;
            watch::tell(output, Some(&id), ended)
        }
    }
}

async fn resume(args: &Args, id: &str, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let engine = Arc::new(engine::open(context)?);
    go_on(context, output, &engine, id, args.output_file.as_deref()).await
}

/// Goes on with `run`, or prints the result it already has.
///
/// # Errors
/// As for [`run`].
pub async fn go_on(
    context: &Context,
    output: &mut Output,
    engine: &Arc<Engine>,
    run: &str,
    output_file: Option<&Path>,
) -> Result<Exit, Failure> {
    let reader = engine.journal().reader()?;
    let (owned, command) = engine.take_over(&reader, run)?;
    if let Some(finished) = owned.run().and_then(|run| run.finished().cloned()) {
        let last = owned.run().map_or(0, |run| run.run_seq().saturating_sub(1));
        let last = reader.events(&Stream::Run(run.to_owned()), last, 1)?.pop();
        if let (Format::Jsonl, Some(event)) = (output.format(), &last) {
            lines::of_event(event)?
                .iter()
                .try_for_each(|line| output.json(&line.envelope(run)))?;
        }
        let head = last.map(|event| event.hash().to_string());
        return watch::finish(output, run, &finished, head.as_deref(), output_file);
    }
    if owned.run().is_some_and(|run| run.started().model.is_some()) {
        engine::pull_model(context, output).await?;
    }
    watch::drive(output, engine, owned, command, output_file).await
}

//! `somagent runs retry`.

use std::sync::Arc;

use super::super::failure::Failure;
use super::super::manner::Manner;
use super::super::output::Output;
use super::super::watch::{Driver, Telling};
use super::super::{Context, engine, result};
use crate::engine::command::Command;
use crate::engine::decide::decide;
use crate::engine::now_ms;
use crate::exit::Exit;

/// Do failed steps again, or those that are named, with all that needs them
///
/// They run under new idempotency keys: what they did before stands, and is done a second time. Other steps keep their
/// outcome.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    /// Steps to be done again; without any, those that failed
    #[arg(value_name = "STEP")]
    steps: Vec<String>,
    #[command(flatten)]
    manner: Manner,
}

/// Runs the command.
///
/// # Errors
/// There is no such run or step, nothing failed, or another process drives it.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let id = super::reader(context)?.find_run(&args.run)?.id;
    let ended = retry(&args, &id, context, output).await;
    result::tell(output, Some(&id), ended)
}

async fn retry(args: &Args, id: &str, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let engine = Arc::new(engine::open_for(context, output, id)?);
    let (owned, lease) = engine.take_over(&engine.journal().reader()?, id)?;
    let command = Command::Retry {
        steps: args.steps.clone(),
        by: context.actor.clone(),
    };
    // What cannot be done is said before anything is recorded.
    decide(owned.run(), &command, now_ms())?;
    if owned.run().is_some_and(|run| run.started().model.is_some()) {
        engine::pull_model(context, output, engine.model_entry()).await?;
    }
    let driver = Driver {
        context,
        engine: &engine,
        manner: &args.manner,
        file: None,
        telling: Telling::Steps,
    };
    driver.drive(output, owned, vec![command, lease]).await
}

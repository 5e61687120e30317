//! `somagent runs resume`.

use std::sync::Arc;

use super::super::failure::Failure;
use super::super::manner::Manner;
use super::super::output::Output;
use super::super::watch::{Driver, Telling};
use super::super::{Context, engine, result};
use crate::engine::command::Command;
use crate::exit::Exit;

/// Go on with an interrupted, parked or paused run
///
/// Completed steps do not run again; an interrupted one follows its declared effect. A finished run prints its result.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    #[command(flatten)]
    manner: Manner,
}

/// Runs the command.
///
/// # Errors
/// There is no such run, another process owns it, or its record cannot be used here.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let found = super::reader(context).and_then(|reader| Ok(reader.find_run(&args.run)?.id));
    match found {
        Err(failure) => result::tell(output, None, Err(failure)),
        Ok(id) => {
            let ended = resume(&args, &id, context, output).await;
            result::tell(output, Some(&id), ended)
        }
    }
}

async fn resume(args: &Args, id: &str, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let engine = Arc::new(engine::open_for(context, output, id)?);
    let driver = Driver {
        context,
        engine: &engine,
        manner: &args.manner,
        file: None,
        telling: Telling::Steps,
    };
    go_on(&driver, output, id).await
}

/// Goes on with `run`, or prints the result it already has.
///
/// # Errors
/// As for [`run`].
pub async fn go_on(driver: &Driver<'_>, output: &mut Output, run: &str) -> Result<Exit, Failure> {
    let reader = driver.engine.journal().reader()?;
    let (owned, command) = driver.engine.take_over(&reader, run)?;
    if owned.run().is_some_and(|run| run.finished().is_some()) {
        let exit = result::recorded(output, &reader, run, driver.manner.output_file.as_deref())?;
        driver.report(run, exit)?;
        return Ok(exit);
    }
    if owned.run().is_some_and(|run| run.started().model.is_some()) {
        engine::pull_model(driver.context, output, driver.engine.model_entry()).await?;
    }
    let mut commands = vec![command];
    if owned.run().is_some_and(|run| run.paused().is_some()) {
        let by = driver.context.actor.clone();
        commands.push(Command::Resume { by });
    }
    driver.drive(output, owned, commands).await
}

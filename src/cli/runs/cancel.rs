//! `somagent runs cancel`.

use std::sync::Arc;

use super::super::failure::Failure;
use super::super::manner::{Approval, Manner};
use super::super::output::Output;
use super::super::watch::{Driver, Telling};
use super::super::{Context, engine, given, result};
use super::wait::{self, Until};
use crate::engine::command::Command;
use crate::engine::{Engine, StartError};
use crate::exit::Exit;
use crate::journal::LeaseError;

/// How much longer than the grace a run may take to undo what it did before this command stops waiting.
const UNDOING_MS: u64 = 600_000;

/// End a run, undoing what can be undone
///
/// Effects in flight get some time to end by themselves. A run that nobody drives is driven to its end here, so that its
/// compensations run; the command waits until the run is cancelled. Whoever drove it ends with exit code 17.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// How long effects in flight get to end by themselves: 0s, 10s, 2m
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = given::milliseconds)]
    grace: u64,
}

/// Runs the command.
///
/// # Errors
/// There is no such run, it is over, or it does not come to its end.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let id = super::reader(context)?.find_run(&args.run)?.id;
    let ended = cancel(&args, &id, context, output).await;
    result::tell(output, Some(&id), ended)
}

async fn cancel(args: &Args, id: &str, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let engine = Arc::new(engine::open_for(context, output, id)?);
    let command = Command::Cancel {
        by: context.actor.clone(),
        reason: args.reason.clone(),
        grace_ms: args.grace,
    };
    engine.tell(id, command).await?;
    engine.journal().publish_checkpoint().await?;
    let until = Until::after(Some(args.grace.saturating_add(UNDOING_MS)));
    loop {
        match drive(&engine, id, context, output).await {
            Err(Busy::Driven) => {}
            Err(Busy::Failed(failure)) => return Err(failure),
            // Cancelling it is what was asked for.
            Ok(Exit::Cancelled) => return Ok(Exit::Succeeded),
            Ok(exit) => return Ok(exit),
        }
        if let Some(row) = wait::until_it_stands(&engine.journal().reader()?, id, context, until).await?
            && row.finished_at.is_some()
        {
            let exit = result::told(output, &engine.journal().reader()?, id)?;
            return Ok(if exit == Exit::Cancelled { Exit::Succeeded } else { exit });
        }
    }
}

/// Why the run is not driven here.
enum Busy {
    Driven,
    Failed(Failure),
}

/// Drives the run to its end, when nobody else does.
async fn drive(engine: &Arc<Engine>, id: &str, context: &Context, output: &mut Output) -> Result<Exit, Busy> {
    let failed = |failure: Failure| Busy::Failed(failure);
    let reader = engine.journal().reader().map_err(|error| failed(error.into()))?;
    let (owned, lease) = match engine.take_over(&reader, id) {
        Err(StartError::Lease(LeaseError::Busy { .. })) => return Err(Busy::Driven),
        Err(error) => return Err(failed(error.into())),
        Ok(taken) => taken,
    };
    if owned.run().is_some_and(|run| run.finished().is_some()) {
        return result::told(output, &reader, id).map_err(failed);
    }
    let manner = Manner {
        approval: Some(Approval::Park),
        ..Manner::default()
    };
    let driver = Driver {
        context,
        engine,
        manner: &manner,
        file: None,
        telling: Telling::Steps,
    };
    driver.drive(output, owned, vec![lease]).await.map_err(failed)
}

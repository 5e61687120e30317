//! `somagent runs wait`, and waiting.

use std::time::{Duration, Instant};

use super::super::failure::Failure;
use super::super::output::Output;
use super::super::waiting::Waiting;
use super::super::{Context, given, result};
use crate::exit::Exit;
use crate::journal::{Reader, RunRow};
use crate::sight::status::{self, Stand};

/// How often is looked.
pub const LOOK: Duration = Duration::from_millis(100);

/// Wait until a run is over, or until nobody drives it any more
///
/// Ends with the code of the run; with 5 when it is parked or interrupted, and with 8 when the time is up.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    /// How long at most: 90s, 30m, 2h
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = given::milliseconds)]
    timeout: u64,
}

/// Until when is waited.
#[derive(Debug, Clone, Copy)]
pub struct Until(Option<Instant>);

impl Until {
    /// So many milliseconds from now; `None` means for ever.
    pub fn after(ms: Option<u64>) -> Self {
        Self(ms.and_then(|ms| Instant::now().checked_add(Duration::from_millis(ms))))
    }

    /// Whether that time has come.
    pub fn is_over(self) -> bool {
        self.0.is_some_and(|until| until <= Instant::now())
    }
}

/// Runs the command.
///
/// # Errors
/// There is no such run, or the time is up.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = super::reader(context)?;
    let id = reader.find_run(&args.run)?.id;
    let ended = wait(&args, &id, &reader, context, output).await;
    result::tell(output, Some(&id), ended)
}

async fn wait(args: &Args, id: &str, reader: &Reader, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match until_it_stands(reader, id, context, Until::after(Some(args.timeout))).await? {
        Some(row) if row.finished_at.is_some() => result::recorded(output, reader, id, None),
        Some(_) | None => parked(id, reader, context, output),
    }
}

/// Prints what a run waits for that nobody drives.
///
/// # Errors
/// The journal cannot be read, or the output not written.
pub fn parked(id: &str, reader: &Reader, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let waiting = Waiting::of(reader, id, context)?;
    let failure = if waiting.is_over() {
        Failure::new(
            Exit::Parked,
            "interrupted",
            "nobody drives the run, although it could go on",
        )
        .hint(format!("`somagent runs resume {id}` goes on"))
    } else {
        waiting.failure(id)
    };
    result::print(
        output,
        result::early(Some(id), "parked", &failure).approvals(waiting.data()),
    )
}

/// Waits until the run is over or nobody drives it.
///
/// # Errors
/// The journal cannot be read, or the time is up.
pub async fn until_it_stands(
    reader: &Reader,
    id: &str,
    context: &Context,
    until: Until,
) -> Result<Option<RunRow>, Failure> {
    loop {
        let Some(row) = reader.run(id)? else { return Ok(None) };
        match status::stand(&row, reader, &context.home.locks())? {
            Stand::Over | Stand::Waits | Stand::Idle => return Ok(Some(row)),
            Stand::Driven if until.is_over() => {
                return Err(
                    Failure::new(Exit::Deadline, "wait_timed_out", "the run is not over yet")
                        .hint("it goes on; wait longer with `--timeout`")
                        .retryable(),
                );
            }
            Stand::Driven => tokio::time::sleep(LOOK).await,
        }
    }
}

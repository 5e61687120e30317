//! `somagent runs`: what ran, what runs, and going on with it.

mod cancel;
mod diff;
mod export;
mod fork;
mod list;
mod logs;
mod pause;
mod replay;
pub mod resume;
mod retry;
mod show;
mod wait;
mod watch;

use super::failure::Failure;
use super::output::Output;
use super::{Context, engine};
use crate::exit::Exit;
use crate::journal::Reader;

/// Look at runs, and say what becomes of them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Logs(logs::Args),
    Watch(watch::Args),
    Wait(wait::Args),
    Resume(resume::Args),
    Pause(pause::Args),
    Cancel(cancel::Args),
    Retry(retry::Args),
    Fork(fork::Args),
    Diff(diff::Args),
    Replay(replay::Args),
    Export(export::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::List(args) => list::run(&args, context, output),
        Command::Show(args) => show::run(&args, context, output),
        Command::Logs(args) => logs::run(&args, context, output),
        Command::Watch(args) => watch::run(args, context, output).await,
        Command::Wait(args) => wait::run(args, context, output).await,
        Command::Resume(args) => resume::run(args, context, output).await,
        Command::Pause(args) => pause::run(args, context, output).await,
        Command::Cancel(args) => cancel::run(args, context, output).await,
        Command::Retry(args) => retry::run(args, context, output).await,
        Command::Fork(args) => fork::run(args, context, output).await,
        Command::Diff(args) => diff::run(&args, context, output),
        Command::Replay(args) => replay::run(&args, context, output),
        Command::Export(args) => export::run(&args, context, output),
    }
}

/// The journal for reading; a home without one has no runs.
pub fn reader(context: &Context) -> Result<Reader, Failure> {
    engine::reader(context)?.ok_or_else(|| {
        Failure::new(Exit::NotFound, "no_store", "nothing has run here yet")
            .hint("`somagent run repo_digest -p path=.` is a good start")
    })
}

//! `somagent approvals`: what waits for somebody's word, and giving it.

mod answer;
mod approve;
mod deny;
mod list;
mod remember;
mod show;

use super::Context;
use super::failure::Failure;
use super::output::Output;
use crate::exit::Exit;

use answer::Word;

/// See what waits for somebody, and decide it
///
/// A decision can be given from any terminal, while the run goes on elsewhere or lies parked. A question is decided once.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Approve(approve::Args),
    Deny(deny::Args),
    Answer(answer::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::List(args) => list::run(&args, context, output),
        Command::Show(args) => show::run(&args, context, output),
        Command::Approve(args) => approve::run(args, context, output).await,
        Command::Deny(args) => deny::run(args, context, output).await,
        Command::Answer(args) => answer::run(args, context, output).await,
    }
}

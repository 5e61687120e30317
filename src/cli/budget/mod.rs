//! `somagent budget`: what a run may spend, and changing it.

mod set;
mod show;

use super::Context;
use super::failure::Failure;
use super::output::Output;
use crate::exit::Exit;

/// See and change what a run may spend
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(show::Args),
    Set(set::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::Show(args) => show::run(&args, context, output),
        Command::Set(args) => set::run(args, context, output).await,
    }
}

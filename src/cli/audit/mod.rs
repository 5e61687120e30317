//! `somagent audit`: the record itself.

mod tail;
mod verify;

use super::Context;
use super::failure::Failure;
use super::output::Output;
use crate::exit::Exit;

/// Read and verify the audit log
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Verify(verify::Args),
    Tail(tail::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match &args.command {
        Command::Verify(args) => verify::run(args, context, output),
        Command::Tail(args) => tail::run(args, context, output),
    }
}

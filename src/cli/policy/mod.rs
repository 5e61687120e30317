//! `somagent policy`: what may happen, asked before it does.

mod check;
mod explain;
mod record;
mod replay;
mod suggest;
mod test;

use super::Context;
use super::failure::Failure;
use super::output::Output;
use crate::exit::Exit;

/// Ask what may happen, and why
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(check::Args),
    Explain(explain::Args),
    Replay(replay::Args),
    Suggest(suggest::Args),
    Test(test::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match &args.command {
        Command::Check(args) => check::run(args, context, output).await,
        Command::Explain(args) => explain::run(args, context, output),
        Command::Replay(args) => replay::run(args, context, output),
        Command::Suggest(args) => suggest::run(args, context, output).await,
        Command::Test(args) => test::run(args, output),
    }
}

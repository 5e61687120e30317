//! `somagent capsule`: what capsules there are and whether they hold.

mod explain;
mod lint;
mod list;
mod show;

use super::Context;
use super::failure::Failure;
use super::output::Output;
use crate::exit::Exit;

/// List, read and check capsules
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Lint(lint::Args),
    Explain(explain::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match &args.command {
        Command::List(args) => list::run(args, context, output),
        Command::Show(args) => show::run(args, context, output),
        Command::Lint(args) => lint::run(args, context, output),
        Command::Explain(args) => explain::run(args, output),
    }
}

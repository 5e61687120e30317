//! `somagent capsule`: what capsules there are, whether they hold, and files of them.

mod explain;
pub mod graph;
mod lint;
mod list;
pub mod lock;
mod migrate;
mod new;
mod png;
mod show;
mod svg;

use super::Context;
use super::failure::Failure;
use super::output::Output;
use crate::exit::Exit;

/// Make, read, check, draw and lock capsules
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    New(new::Args),
    List(list::Args),
    Show(show::Args),
    Graph(graph::Args),
    Lint(lint::Args),
    Explain(explain::Args),
    Lock(lock::Args),
    Migrate(migrate::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match &args.command {
        Command::New(args) => new::run(args, context, output),
        Command::List(args) => list::run(args, context, output),
        Command::Show(args) => show::run(args, context, output),
        Command::Graph(args) => graph::run(args, context, output),
        Command::Lock(args) => lock::run(args, context, output),
        Command::Migrate(args) => migrate::run(args, context, output),
        Command::Lint(args) => lint::run(args, context, output),
        Command::Explain(args) => explain::run(args, output),
    }
}

//! `somagent runs`: what ran, what runs, and going on with it.

mod list;
mod logs;
pub mod resume;
mod show;

use super::failure::Failure;
use super::output::Output;
use super::{Context, engine};
use crate::exit::Exit;
use crate::journal::{Lease, RUNNING, Reader, RunRow};

/// Look at runs and go on with interrupted ones
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
    Resume(resume::Args),
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
        Command::Resume(args) => resume::run(args, context, output).await,
    }
}

/// The journal for reading; a home without one has no runs.
fn reader(context: &Context) -> Result<Reader, Failure> {
    engine::reader(context)?.ok_or_else(|| {
        Failure::new(Exit::NotFound, "no_store", "nothing has run here yet")
            .hint("`somagent run repo_digest -p path=.` is a good start")
    })
}

/// `running` with an owner, `interrupted` without one, else how it ended.
fn status(row: &RunRow, context: &Context) -> String {
    if row.status == RUNNING && !Lease::is_held(&context.home.locks(), &row.id) {
        "interrupted".to_owned()
    } else {
        row.status.clone()
    }
}

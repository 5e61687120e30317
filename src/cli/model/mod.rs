//! `somagent model`: the models that run on this machine.

mod list;
mod pull;
mod show;

use super::failure::Failure;
use super::output::Output;
use super::{Context, engine};
use crate::exit::Exit;
use crate::models::catalogue::Entry;

/// List, fetch and look at on-device models
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Pull(pull::Args),
    Show(show::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::List(args) => list::run(&args, context, output),
        Command::Pull(args) => pull::run(&args, context, output).await,
        Command::Show(args) => show::run(&args, context, output),
    }
}

/// The model called `name`, or the default one.
fn find(name: Option<&str>) -> Result<Entry, Failure> {
    let Some(name) = name else {
        return engine::default_model();
    };
    let catalogue = engine::models()?;
    catalogue.find(name).cloned().ok_or_else(|| {
        let names: Vec<&str> = catalogue.entries().iter().map(|entry| entry.name.as_str()).collect();
        Failure::new(
            Exit::NotFound,
            "no_such_model",
            format!("there is no model `{name}` in the catalogue"),
        )
        .hint(format!("there is {}", names.join(", ")))
    })
}

//! `somagent mcp`: servers of the Model Context Protocol, attached as tools.

mod add;
mod approve;
mod file;
mod import;
mod list;
mod look;
mod remove;
mod test;

pub(super) use list::state;

use super::Context;
use super::failure::Failure;
use super::output::Output;
use crate::exit::Exit;
use crate::net::Net;
use crate::tools::attached::{Attachment, Wiring, attached};
use crate::tools::sandbox::Sandbox;

/// Attach servers of the Model Context Protocol (MCP), whose tools capsules then use
///
/// A server is a program of this machine, which runs in the sandbox, or an address. What it offers is shown before it
/// is used; what it describes differently later is not used until somebody approves that, too.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Add(Box<add::Args>),
    List(list::Args),
    Test(test::Args),
    Approve(approve::Args),
    Import(import::Args),
    Remove(remove::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::Add(args) => add::run(*args, context, output).await,
        Command::List(args) => list::run(&args, context, output),
        Command::Test(args) => test::run(&args, context, output).await,
        Command::Approve(args) => approve::run(&args, context, output).await,
        Command::Import(args) => import::run(&args, context, output),
        Command::Remove(args) => remove::run(&args, context, output),
    }
}

/// With what servers are started from here.
pub(super) fn wiring(context: &Context) -> Wiring {
    Wiring {
        sandbox: Sandbox::from_env(|name| std::env::var_os(name)).hiding(context.home.own()),
        net: Net::new(context.offline),
    }
}

/// The server called `name`.
///
/// # Errors
/// There is none, or what is attached cannot be read.
fn find(name: &str, context: &Context) -> Result<Attachment, Failure> {
    let all = attached(&context.home)?;
    let names: Vec<String> = all.iter().map(|attachment| attachment.name.clone()).collect();
    all.into_iter()
        .find(|attachment| attachment.name == name)
        .ok_or_else(|| {
            let failure = Failure::new(
                Exit::NotFound,
                "no_such_server",
                format!("there is no MCP server `{name}`"),
            );
            match crate::capsule::did_you_mean(name, names.iter().map(String::as_str)) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("`somagent mcp list` shows what is attached"),
            }
        })
}

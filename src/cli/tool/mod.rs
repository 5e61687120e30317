//! `somagent tool`: what capsules can act with.

pub(super) mod contract;
mod explain;
mod fields;
mod health;
mod list;
mod show;
mod test;

use std::sync::Arc;

use super::failure::Failure;
use super::output::Output;
use super::{Context, capsules};
use crate::capsule::tool_spec::{ActionSpec, ToolSpec};
use crate::capsule::{Catalogue, did_you_mean};
use crate::exit::Exit;

/// List tools, read their contracts, and try them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Explain(explain::Args),
    Test(test::Args),
    Health(health::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::List(args) => list::run(&args, context, output),
        Command::Show(args) => show::run(&args, context, output),
        Command::Explain(args) => explain::run(&args, context, output).await,
        Command::Test(args) => test::run(args, context, output).await,
        Command::Health(args) => health::run(&args, context, output).await,
    }
}

/// The tools, in a fixed order.
fn tools(context: &Context) -> Vec<Arc<ToolSpec>> {
    capsules::catalogue(context).tools
}

/// A tool, and the one of its actions that is meant; none where the whole tool is.
struct Found {
    tool: Arc<ToolSpec>,
    action: Option<ActionSpec>,
}

/// What `name` means: `git`, or `git.log`.
///
/// # Errors
/// There is no such tool or action; the nearest is proposed.
fn find(name: &str, context: &Context) -> Result<Found, Failure> {
    let Catalogue { tools, unusable, .. } = capsules::catalogue(context);
    let (wanted, verb) = match name.split_once('.') {
        Some((tool, verb)) => (tool, Some(verb)),
        None => (name, None),
    };
    let Some(tool) = tools.iter().find(|tool| tool.name == wanted) else {
        // It is here in a way: another tool of a similar name is not what was meant.
        if let Some(known) = unusable.into_iter().find(|known| known.name == wanted) {
            return Err(Failure::new(Exit::NotFound, "unusable_tool", known.why).hint(known.remedy));
        }
        let names = every_name(&tools);
        let known = names
            .iter()
            .map(String::as_str)
            .chain(tools.iter().map(|tool| tool.name.as_str()));
        return Err(unknown(
            format!("there is no tool `{wanted}`"),
            did_you_mean(name, known),
        ));
    };
    let action = match verb {
        None => None,
        Some(verb) => match tool.action(verb) {
            Some(action) => Some(action.clone()),
            None => {
                // The same verb of another tool is nearer than another verb of the same one.
                let names = every_name(&tools);
                let near = did_you_mean(name, names.iter().map(String::as_str));
                return Err(unknown(format!("`{wanted}` has no action `{verb}`"), near));
            }
        },
    };
    Ok(Found {
        tool: tool.clone(),
        action,
    })
}

/// An action that has to be named whole.
///
/// # Errors
/// There is none of that name, or only the tool is named.
fn find_action(name: &str, context: &Context) -> Result<(Arc<ToolSpec>, ActionSpec), Failure> {
    let Found { tool, action } = find(name, context)?;
    let Some(action) = action else {
        let actions: Vec<String> = tool
            .actions
            .iter()
            .map(|action| format!("`{}.{}`", tool.name, action.name))
            .collect();
        let message = format!("`{name}` is a tool, and an action of it is wanted");
        return Err(Failure::new(Exit::Usage, "no_action", message).hint(format!("it has {}", actions.join(", "))));
    };
    Ok((tool, action))
}

fn every_name(tools: &[Arc<ToolSpec>]) -> Vec<String> {
    let of = |tool: &Arc<ToolSpec>| {
        let name = tool.name.clone();
        tool.actions
            .clone()
            .into_iter()
            .map(move |action| format!("{name}.{}", action.name))
    };
    tools.iter().flat_map(of).collect()
}

fn unknown(message: String, near: Option<&str>) -> Failure {
    let failure = Failure::new(Exit::NotFound, "no_such_tool", message);
    match near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure.hint("`somagent tool list` shows what there is"),
    }
}

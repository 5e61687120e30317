//! `somagent tool list`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, table};
use super::{contract, tools};
use crate::exit::Exit;

/// List what capsules can act with: each action, what it touches and what a repetition would do
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only the actions of this tool
    tool: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// There is no such tool.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let tools = match &args.tool {
        Some(name) => vec![super::find(name, context)?.tool],
        None => tools(context),
    };
    let actions = || {
        tools
            .iter()
            .flat_map(|tool| tool.actions.iter().map(move |action| (tool, action)))
    };
    match output.format() {
        Format::Table => {
            let mut rows = vec![["ACTION", "EFFECT", "LEAVES", "TOUCHES", "ABOUT"].map(str::to_owned)];
            rows.extend(actions().map(|(tool, action)| {
                [
                    format!("{}.{}", tool.name, action.name),
                    contract::effect(action.effect).to_owned(),
                    contract::leaves(action).to_owned(),
                    contract::touches(action),
                    action.summary.clone(),
                ]
            }));
            let text = table::columns(&rows);
            let shown = output.for_eyes(&text).into_owned();
            output.text(&shown)?;
        }
        Format::Json | Format::Jsonl => {
            let values = actions().map(|(tool, action)| {
                json!({
                    "name": format!("{}.{}", tool.name, action.name), "tool": tool.name, "version": tool.version,
                    "summary": action.summary, "effect": action.effect, "leaves": action.leaves(action.effect),
                    "sends": action.sends(), "sinks": action.sinks,
                })
            });
            output.values(values.collect())?;
        }
    }
    Ok(Exit::Succeeded)
}

//! `somagent mcp test`.

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::{find, look};
use crate::exit::Exit;
use crate::tools::mcp::Standing;

/// Start a server and compare what it offers with what was approved
///
/// Nothing is called and nothing is changed. Ends with 3 where a tool is new, gone or described differently, or where
/// the entry was not approved as it is.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A server that `somagent mcp list` shows
    name: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such server, or it cannot be started or reached.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let attachment = find(&args.name, context)?;
    let looked = look::look(&args.name, &attachment.config, context).await?;
    let standings = look::standings(attachment.approved.as_ref(), &looked);
    let standing = |tool: &str| standings.get(tool).map(look::word).unwrap_or_default();
    match output.format() {
        Format::Table => {
            let text = look::about(&attachment.config, &looked) + &look::tools(&looked, standing);
            let shown = output.for_eyes(&text).into_owned();
            output.text(&shown)?;
        }
        Format::Json | Format::Jsonl => output.json(&look::value(&args.name, &looked, standing))?,
    }
    let mut used = standings
        .iter()
        .filter(|(tool, _)| attachment.config.tools.allows(tool));
    let is_as_approved = attachment.is_as_approved() && used.all(|(_, standing)| *standing == Standing::Unchanged);
    if !is_as_approved {
        output.say(&format!(
            "`somagent mcp approve {}` approves it as it is now",
            args.name
        ));
        return Ok(Exit::Failed);
    }
    Ok(Exit::Succeeded)
}

//! `somagent mcp remove`.

use serde_json::json;

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::{file, find};
use crate::exit::Exit;
use crate::tools::attached::Approved;

/// Detach a server, and forget what was approved of it
///
/// Runs that use it cannot go on until it is attached again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A server that `somagent mcp list` shows
    name: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such server, or it cannot be removed.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let attachment = find(&args.name, context)?;
    file::take(context, &attachment.name)?;
    Approved::forget(&context.home.mcp_approved(), &attachment.name)?;
    match output.format() {
        Format::Table => output.line(&format!("{} is detached", attachment.name))?,
        Format::Json | Format::Jsonl => output.json(&json!({"name": attachment.name}))?,
    }
    Ok(Exit::Succeeded)
}

//! `somagent mcp remove`.

use serde_json::json;

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::{file, find};
use crate::exit::Exit;
use crate::tools::attached::Approved;
use crate::tools::mcp::is_name;

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
    let _locked = file::locked(context)?;
    let was_there = file::take(context, &args.name)?;
    // A command that was killed may have left an approval behind.
    let was_approved = is_name(&args.name) && Approved::forget(&context.home.mcp_approved(), &args.name)?;
    if !was_there && !was_approved {
        find(&args.name, context)?;
    }
    match output.format() {
        Format::Table => output.line(&format!("{} is detached", args.name))?,
        Format::Json | Format::Jsonl => output.json(&json!({"name": args.name}))?,
    }
    Ok(Exit::Succeeded)
}

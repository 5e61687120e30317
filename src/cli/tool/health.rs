//! `somagent tool health`.

use std::sync::Arc;

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, table};
use crate::exit::Exit;
use crate::models::{KeptEmbedder, Store};
use crate::tools::Toolbox;
use crate::tools::attached::attached;

/// Check whether what each tool needs of this machine is there
///
/// Nothing is changed and no server is reached. Ends with 3 when a tool is not ready.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this tool
    tool: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// There is no such tool.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let wanted = match &args.tool {
        Some(name) => Some(super::find(name, context)?.tool.name.clone()),
        None => None,
    };
    let wiring = super::super::mcp::wiring(context);
    let toolbox = Toolbox::new(
        context.home.artifacts(),
        wiring.net,
        Arc::new(KeptEmbedder::new(Store::at(context.home.models()))),
        context.home.pages(),
        wiring.sandbox.clone(),
    )
    .with(attached(&context.home)?, &wiring);
    let mut found = Vec::new();
    for tool in toolbox.tools() {
        let name = tool.spec().name.clone();
        if wanted.as_ref().is_none_or(|wanted| *wanted == name) {
            found.push((name, tool.health().await));
        }
    }
    let all_ready = found.iter().all(|(_, health)| health.ready);
    match output.format() {
        Format::Table => {
            let mut rows = vec![["TOOL", "READY", "FOUND", "WHAT WOULD HELP"].map(str::to_owned)];
            rows.extend(found.into_iter().map(|(name, health)| {
                let ready = if health.ready { "yes" } else { "no" };
                [name, ready.to_owned(), health.detail, health.hint]
            }));
            let text = table::columns(&rows);
            let shown = output.for_eyes(&text).into_owned();
            output.text(&shown)?;
        }
        Format::Json | Format::Jsonl => {
            let values = found.iter().map(|(name, health)| {
                json!({"tool": name, "ready": health.ready, "detail": health.detail, "hint": health.hint})
            });
            output.values(values.collect())?;
        }
    }
    Ok(if all_ready { Exit::Succeeded } else { Exit::Failed })
}

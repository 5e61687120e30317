//! `somagent mcp list`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, table};
use super::look;
use crate::exit::Exit;
use crate::sight::time::rfc3339;
use crate::tools::attached::{Attachment, attached};
use crate::tools::mcp::{ServerConfig, Setting};

/// List the attached servers: what each may do, and whether its tools are approved
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
///
/// # Errors
/// What is attached cannot be read.
pub fn run(_: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let all = attached(&context.home)?;
    match output.format() {
        Format::Table => {
            let mut rows = vec![["NAME", "TOOLS", "STATE", "BOUNDS"].map(str::to_owned)];
            rows.extend(all.iter().map(|attachment| {
                let tools = attachment.contract().map_or(0, |spec| spec.actions.len());
                [
                    attachment.name.clone(),
                    tools.to_string(),
                    state(attachment),
                    look::bounds(&attachment.config).join("; "),
                ]
            }));
            let text = table::columns(&rows);
            let shown = output.for_eyes(&text).into_owned();
            output.text(&shown)?;
        }
        Format::Json | Format::Jsonl => {
            let values = all.iter().map(|attachment| {
                let tools = attachment.contract().map_or(0, |spec| spec.actions.len());
                json!({
                    "name": attachment.name, "tools": tools, "state": state(attachment), "config": plain(attachment),
                    "approved": attachment.approved.as_ref().map(|approved| json!({
                        "server": approved.server, "version": approved.version, "protocol": approved.protocol,
                        "by": approved.by, "at": rfc3339(approved.at_ms),
                    })),
                })
            });
            output.values(values.collect())?;
        }
    }
    Ok(Exit::Succeeded)
}

/// How it stands with a server, in words.
pub fn state(attachment: &Attachment) -> String {
    match (&attachment.approved, attachment.config.enabled) {
        (_, false) => "switched off".to_owned(),
        (None, true) => attachment.problem.clone().unwrap_or_else(|| "not approved".to_owned()),
        (Some(_), true) if !attachment.is_as_approved() => "its entry changed since it was approved".to_owned(),
        (Some(approved), true) => format!("approved {}", rfc3339(approved.at_ms)),
    }
}

/// An entry without what looks like a secret.
fn plain(attachment: &Attachment) -> ServerConfig {
    let mut config = attachment.config.clone();
    let hide = |name: &str, setting: &mut Setting| {
        if setting.is_secret(name) {
            *setting = Setting::new("…");
        }
    };
    for setting in config.args.iter_mut().chain(&mut config.url) {
        hide("", setting);
    }
    for (name, setting) in config.env.iter_mut().chain(&mut config.headers) {
        hide(name, setting);
    }
    config
}

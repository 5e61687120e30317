//! `somagent mcp import`.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use serde_json::json;

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::{file, look};
use crate::exit::Exit;
use crate::sight::text::harmless;
use crate::tools::attached::{Approved, attached, is_taken, switched_on};
use crate::tools::mcp::{Found, import};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// Take over the servers of a configuration of Claude, VS Code or another client
///
/// `.mcp.json`, `.vscode/mcp.json`, `settings.json`, `claude_desktop_config.json`. Their entries are written down, and
/// none is started: `somagent mcp approve NAME` does that, for each.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file
    #[arg(default_value = ".mcp.json")]
    file: PathBuf,
    /// Only these servers
    #[arg(long = "only", value_name = "NAME")]
    only: Vec<String>,
}

/// What comes after an entry was written down.
fn next(found: &Found) -> String {
    let approve = format!("`somagent mcp approve {}` starts it and asks", found.name);
    match found.config.enabled {
        true => format!("; {approve}"),
        false => format!(", and switched off; {}, then {approve}", switched_on(&found.name)),
    }
}

/// Runs the command.
///
/// # Errors
/// The file cannot be read or is none of these, or the entries cannot be written.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let path = context.directory.join(&args.file);
    let unread = |why: String| {
        let message = format!("`{}`: {why}", path.display());
        Failure::new(Exit::Usage, "bad_import", message).hint("give a configuration with `mcpServers` or `servers`")
    };
    let mut text = String::new();
    let read = File::open(&path).and_then(|file| file.take(LARGEST).read_to_string(&mut text));
    read.map_err(|error| unread(error.to_string()))?;
    let imported = import(&text).map_err(unread)?;
    for only in &args.only {
        if !imported.servers.iter().any(|found| found.name == *only) {
            let message = format!("`{}` has no server `{only}`", path.display());
            return Err(Failure::new(Exit::NotFound, "no_such_server", message).hint("leave out `--only` to see all"));
        }
    }
    let _locked = file::locked(context)?;
    let known = attached(&context.home)?;
    let (mut taken, mut left) = (Vec::new(), Vec::new());
    for found in imported.servers {
        let is_wanted = args.only.is_empty() || args.only.contains(&found.name);
        let is_known = is_taken(&found.name) || known.iter().any(|attachment| attachment.name == found.name);
        match (is_wanted, is_known) {
            (false, _) => {}
            (true, true) => left.push(found.name),
            (true, false) => {
                // What was approved under this name was another server.
                Approved::forget(&context.home.mcp_approved(), &found.name)?;
                file::put(context, &found.name, &found.config)?;
                taken.push((next(&found), look::entry(&found.config), found.name));
            }
        }
    }
    match output.format() {
        Format::Table => {
            let mut text = String::new();
            for (next, entry, name) in &taken {
                text.push_str(&format!("{name}: written down{next}\n"));
                text.extend(entry.lines().map(|line| format!("  {line}\n")));
            }
            for name in &left {
                text.push_str(&format!("{name}: left as it is, there is a tool of that name\n"));
            }
            for remark in &imported.remarks {
                let place = if remark.place.is_empty() {
                    String::new()
                } else {
                    format!(" {}", remark.place)
                };
                text.push_str(&format!(
                    "{}{}: {}\n",
                    harmless(&remark.server),
                    harmless(&place),
                    remark.what
                ));
            }
            let shown = output.for_eyes(&text).into_owned();
            output.text(&shown)?;
        }
        Format::Json | Format::Jsonl => {
            let remarks = imported.remarks.iter();
            let remarks =
                remarks.map(|remark| json!({"server": remark.server, "place": remark.place, "what": remark.what}));
            output.json(&json!({"imported": taken.iter().map(|(_, _, name)| name).collect::<Vec<_>>(), "left": left, "remarks": remarks.collect::<Vec<_>>()}))?;
        }
    }
    Ok(Exit::Succeeded)
}

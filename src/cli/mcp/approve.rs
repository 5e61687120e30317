//! `somagent mcp approve`.

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::{Format, Output, talk};
use super::{file, find, look};
use crate::exit::Exit;
use crate::sight::text::harmless;
use crate::tools::attached::{Approved, switched_on};
use crate::tools::mcp::Standing;

/// Approve what a server offers now, in place of what was approved before
///
/// Shows what is new, gone or described differently; until then such tools are not called.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A server that `somagent mcp list` shows
    name: String,
    /// Approve what it offers without being asked
    #[arg(short, long)]
    yes: bool,
}

/// Runs the command.
///
/// # Errors
/// There is no such server, it cannot be started or reached, or nobody approves.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let attachment = find(&args.name, context)?;
    if !attachment.is_as_approved() {
        look::may_start(&args.name, &attachment.config, args.yes, context, output).await?;
    }
    let looked = look::look(&args.name, &attachment.config, context).await?;
    let standings = look::standings(attachment.approved.as_ref(), &looked);
    let standing = |tool: &str| standings.get(tool).map(look::word).unwrap_or_default();
    let mut text = look::about(&attachment.config, &looked) + &look::tools(&looked, standing);
    text.push_str(&differences(attachment.approved.as_ref(), &looked, &standings));
    if output.format() == Format::Table {
        let shown = output.for_eyes(&text).into_owned();
        output.text(&shown)?;
    } else if !args.yes {
        talk(&harmless(&text));
    }
    look::agree(&args.name, args.yes, &looked, context, output).await?;
    let _locked = file::locked(context)?;
    if find(&args.name, context)?.config != attachment.config {
        let message = format!("the entry of `{}` was changed meanwhile", args.name);
        return Err(Failure::new(Exit::Busy, "changed_meanwhile", message).hint("look at it again"));
    }
    looked.offer.keep(&context.home.mcp_approved(), &args.name)?;
    output.say(&format!("the tools of `{}` are approved as they are", args.name));
    if !attachment.config.enabled {
        output.say(&format!("it is switched off: {}", switched_on(&args.name)));
    }
    if output.format() != Format::Table {
        output.json(&look::value(&args.name, &looked, standing))?;
    }
    Ok(Exit::Succeeded)
}

/// The words that a server says differently now.
fn differences(
    approved: Option<&Approved>,
    looked: &look::Looked,
    standings: &std::collections::BTreeMap<String, Standing>,
) -> String {
    let before = approved.map(|approved| approved.offer().described).unwrap_or_default();
    let mut text = String::new();
    for (name, standing) in standings {
        let Standing::Changed(_) = standing else {
            if *standing == Standing::Gone {
                text.push_str(&format!("{} is gone\n", harmless(name)));
            }
            continue;
        };
        let (Some(before), Some(now)) = (
            before.iter().find(|tool| tool.name == *name),
            looked.described.iter().find(|tool| tool.name == *name),
        ) else {
            continue;
        };
        let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap_or_default();
        let (old, new) = (pretty(&before.entry()), pretty(&now.entry()));
        let difference = similar::TextDiff::from_lines(&old, &new);
        let difference = difference
            .unified_diff()
            .context_radius(1)
            .header("approved", "now")
            .to_string();
        text.push_str(&format!("\n{}\n{}", harmless(name), harmless(&difference)));
    }
    text
}

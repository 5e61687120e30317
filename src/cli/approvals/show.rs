//! `somagent approvals show`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, capsules, question, runs, time};
use crate::engine::now_ms;
use crate::exit::Exit;
use crate::sight;

/// Show exactly what is asked: the action with its arguments, what is shown beside it, choices, form, expiry
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The approval's id, or at least four characters that only its id begins with
    approval: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such question, or the record cannot be read.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = runs::reader(context)?;
    let asked = sight::question::read(&reader, reader.find_approval(&args.approval)?)?;
    let asked = asked.looked_up(&reader, &capsules::built_in());
    let resolved = sight::question::resolved(&reader, &asked.row)?;
    let at = asked.row.resolved_at.map(time::rfc3339);
    match output.format() {
        Format::Table => {
            let mut text = question::shown(&asked, now_ms());
            if let (Some(resolved), Some(at)) = (&resolved, &at) {
                let reason = resolved
                    .reason
                    .as_ref()
                    .map_or_else(String::new, |reason| format!(": {reason}"));
                text.push_str(&format!(
                    "\ndecided  `{}` by {} at {at}{reason}\n",
                    resolved.choice, resolved.by
                ));
                if !resolved.form.is_null() {
                    text.push_str(&format!("form     {}\n", resolved.form));
                }
            }
            output.text(&harmless(&text))?;
        }
        Format::Json | Format::Jsonl => {
            let mut data = question::data(&asked, now_ms());
            data["decision"] = json!(resolved.map(|resolved| json!({
                "choice": resolved.choice, "by": resolved.by, "reason": resolved.reason, "form": resolved.form,
                "expired": resolved.expired, "at": at,
            })));
            output.json(&data)?;
        }
    }
    Ok(Exit::Succeeded)
}

//! `somagent tool show`.

use std::fmt::Write as _;

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, table};
use super::{Found, contract, fields, find};
use crate::capsule::tool_spec::ToolSpec;
use crate::exit::Exit;

/// Show the contract of a tool or of one of its actions: parameters, output, effect, what it touches
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `git`, or `git.log`
    name: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such tool or action.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let Found { tool, action } = find(&args.name, context)?;
    let actions = match action {
        Some(action) => vec![action],
        None => tool.actions.clone(),
    };
    let shown = ToolSpec {
        actions,
        ..ToolSpec::clone(&tool)
    };
    match output.format() {
        Format::Table => {
            let mut text = format!(
                "{} {}: {}\ncontract {}\n",
                tool.name,
                tool.version,
                tool.summary,
                tool.digest()
            );
            for action in &shown.actions {
                let _ = write!(text, "\n{}.{}\n  {}\n", tool.name, action.name, action.summary);
                for sentence in contract::sentences(action) {
                    let _ = writeln!(text, "  {sentence}");
                }
                for (title, schema) in [("PARAMETER", &action.params), ("OUTPUT", &action.output)] {
                    let mut rows = vec![[title, "TYPE", "NEED", "ABOUT"].map(str::to_owned)];
                    rows.extend(fields::rows(schema));
                    if rows.len() > 1 {
                        text.push('\n');
                        text.push_str(&table::columns(&rows));
                    }
                }
            }
            let shown = output.for_eyes(&text).into_owned();
            output.text(&shown)?;
        }
        Format::Json | Format::Jsonl => output.json(&json!({"v": 1, "tool": shown, "digest": tool.digest()}))?,
    }
    Ok(Exit::Succeeded)
}

//! `somagent constitution diff`.

use serde_json::{Value, json};

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::{ACTIVE, changes_shown, draft, effect_name, text_of};
use crate::exit::Exit;
use crate::policy::Draft;
use crate::policy::compare::{Change, compare, effect};

/// Say what one constitution changes of another, and whether that is looser or stricter
///
/// Of each change `looser` says that something may happen, or may be asked for, that could not before; in doubt it is
/// said. With one name: what it would change of the one in force.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file, `active`, or the name of a shipped one
    #[arg(value_name = "A")]
    one: String,
    /// What A is compared with; without it, the one in force is compared with A
    #[arg(value_name = "B")]
    other: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// One of the texts cannot be read, or is no constitution.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let (before, after) = match &args.other {
        Some(other) => (args.one.as_str(), other.as_str()),
        None => (ACTIVE, args.one.as_str()),
    };
    let old = draft(&text_of(before, context)?, before)?;
    let new = draft(&text_of(after, context)?, after)?;
    let changes = compare(&old, &new);
    match output.format() {
        Format::Table => {
            output.text(&changes_shown(&changes))?;
            output.say(&format!(
                "from version {} to version {}: {}",
                old.version(),
                new.version(),
                effect_name(effect(&changes))
            ));
        }
        Format::Json | Format::Jsonl => output.json(&data(&old, &new, &changes))?,
    }
    Ok(Exit::Succeeded)
}

/// The comparison for scripts.
pub(super) fn data(old: &Draft, new: &Draft, changes: &[Change]) -> Value {
    json!({
        "v": 1, "from": {"version": old.version(), "digest": old.digest()},
        "to": {"version": new.version(), "digest": new.digest()},
        "effect": effect(changes), "changes": changes,
    })
}

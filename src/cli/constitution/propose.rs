//! `somagent constitution propose`.

use std::path::{Path, PathBuf};

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine};
use super::{changes_shown, diff, draft, effect_name, file, needed, no_store};
use crate::engine::house::HouseCommand;
use crate::exit::Exit;
use crate::policy::compare::{compare, effect};

/// Lay down a text to be signed, and say what it would change
///
/// Its version has to be above the one in force. Nothing changes yet; another proposal takes the place of this one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The text; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// It is no constitution, its version does not rise, or it cannot be recorded.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let text = file(Path::new(&args.file))?;
    let new = draft(&text, &args.file.display().to_string())?;
    engine::set_up(context, output).await?;
    let engine = engine::open(context, output)?;
    let house = engine.house();
    let active = house.active.as_ref().ok_or_else(no_store)?;
    let old = draft(&active.text, super::ACTIVE)?;
    let by = context.actor.clone();
    let events = engine.enact(&HouseCommand::Propose { text, by }).await?;
    engine.journal().publish_checkpoint().await?;
    let changes = compare(&old, &new);
    match output.format() {
        Format::Table => {
            output.text(&changes_shown(&changes))?;
            let says = if events.is_empty() {
                "proposed before"
            } else {
                "proposed"
            };
            output.say(&format!(
                "version {} {says}: {}; {} trusted signatures are needed",
                new.version(),
                effect_name(effect(&changes)),
                needed(&house)
            ));
            output.say("`somagent constitution sign` signs it with the key of this installation");
        }
        Format::Json | Format::Jsonl => {
            let mut data = diff::data(&old, &new, &changes);
            data["proposed"] = (!events.is_empty()).into();
            output.json(&data)?;
        }
    }
    Ok(Exit::Succeeded)
}

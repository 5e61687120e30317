//! `somagent capsule migrate`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, callable, capsules, replace};
use crate::capsule::{Capsule, migrate};
use crate::exit::Exit;

/// Rewrite a capsule of an older format
///
/// Prints the text in the current format; comments above and beside keys come along. A capsule of the current format
/// is left alone. What is wrong with the old text is wrong with the new one: then this ends with 10, and nothing is
/// written to the file.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file, or the name of one of your own capsules
    file: String,
    /// Replace the file instead of printing the text
    #[arg(long)]
    write: bool,
}

/// Runs the command.
///
/// # Errors
/// There is no such file, it cannot be told what it means, or it is not valid.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let located = capsules::locate(&args.file, context)?;
    let catalogue = callable::surroundings(&located, &capsules::catalogue(context), context).catalogue;
    let text = migrate::migrate(&located.text, &catalogue)
        .map_err(|problems| capsules::refusal(&args.file, &located.text, &problems))?;
    let Some(text) = text else {
        if output.format() != Format::Table {
            output.json(&json!({"changed": false, "text": null}))?;
        }
        output.say(&format!(
            "`{}` is of the current format: nothing is to be done",
            args.file
        ));
        return Ok(Exit::Succeeded);
    };
    let invalid = Capsule::parse(&located.text, &catalogue)
        .err()
        .map(|problems| capsules::refusal(&args.file, &located.text, &problems));
    match located.file.filter(|_| args.write) {
        Some(file) => {
            if let Some(failure) = invalid {
                return Err(failure.hint("nothing was written; without `--write` the new text is printed all the same"));
            }
            replace::replace(&file, &text)?;
            output.say(&format!("rewrote {}", file.display()));
            if output.format() != Format::Table {
                output.json(&json!({"changed": true, "text": text}))?;
            }
        }
        None => {
            match output.format() {
                Format::Table => output.text(&text)?,
                Format::Json | Format::Jsonl => output.json(&json!({"changed": true, "text": text}))?,
            }
            if let Some(failure) = invalid {
                return Err(failure);
            }
        }
    }
    Ok(Exit::Succeeded)
}

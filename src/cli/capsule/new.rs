//! `somagent capsule new`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use serde_json::json;

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::{Format, Output};
use crate::capsule::starter::{BLANK, NAME, STARTERS, is_name, named};
use crate::exit::Exit;

/// Write a small capsule that works, to begin with
///
/// The file is NAME.yaml in the current directory. It is never written over another one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The capsule's name: lower-case letters, digits, `_` and `-`
    name: String,
    /// Begin with a built-in capsule (`somagent capsule list`) instead
    #[arg(long, value_name = "STARTER")]
    from: Option<String>,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    output_file: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// The name is none, there is no such starter, the file exists or cannot be written.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    if !is_name(&args.name) {
        let message = format!("`{}` is not a name for a capsule", args.name);
        return Err(Failure::new(Exit::Usage, "bad_name", message).hint(format!("expected {NAME}")));
    }
    let starter = match &args.from {
        None => BLANK,
        Some(from) => match STARTERS.iter().find(|(name, _)| name == from) {
            Some((_, text)) => text,
            None => {
                let known: Vec<String> = STARTERS.iter().map(|(name, _)| format!("`{name}`")).collect();
                let message = format!("there is no built-in capsule `{from}`");
                return Err(Failure::new(Exit::NotFound, "no_such_capsule", message)
                    .hint(format!("there are {}", known.join(", "))));
            }
        },
    };
    let shown = args
        .output_file
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.yaml", args.name)));
    let path = context.directory.join(&shown);
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| {
            file.write_all(named(starter, &args.name).as_bytes())
                .and_then(|()| file.sync_all())
        });
    written.map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            let message = format!("`{}` exists, and is left as it is", shown.display());
            return Failure::new(Exit::Usage, "file_exists", message)
                .hint("take another name, or say where with `--output-file FILE`");
        }
        let message = format!("cannot write `{}`: {error}", shown.display());
        Failure::new(Exit::Storage, "storage", message)
            .hint("check that the directory exists, its space and its rights")
    })?;
    match output.format() {
        Format::Table => output.line(&shown.display().to_string())?,
        Format::Json | Format::Jsonl => output.json(&json!({"name": args.name, "path": path}))?,
    }
    output.say(&format!("next: somagent run ./{}", shown.display()).replace(".//", "/"));
    Ok(Exit::Succeeded)
}

//! `somagent capsule list`.

use serde_json::json;

use super::super::capsules::{self, Origin};
use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, callable, table};
use crate::exit::Exit;

/// List the capsules that can be run by name
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
///
/// # Errors
/// A capsule cannot be read.
pub fn run(_: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let base = capsules::catalogue(context);
    let mut rows = Vec::new();
    for (name, origin) in capsules::all(context) {
        let located = capsules::locate(&name, context)?;
        let catalogue = callable::surroundings(&located, &base, context).catalogue;
        let parsed = crate::capsule::Capsule::parse(&located.text, &catalogue);
        let (version, description) = match &parsed {
            Ok(capsule) => (capsule.version().to_owned(), capsule.description().to_owned()),
            Err(problems) => ("invalid".to_owned(), capsules::tally(problems)),
        };
        let origin = match origin {
            Origin::BuiltIn => "built in".to_owned(),
            Origin::File(path) => path.display().to_string(),
        };
        rows.push([name, version, origin, description]);
    }
    match output.format() {
        Format::Table => {
            rows.insert(0, ["CAPSULE", "VERSION", "FROM", "DESCRIPTION"].map(str::to_owned));
            output.text(&table::columns(&rows))?;
        }
        Format::Json | Format::Jsonl => {
            let values = rows.iter().map(|[name, version, origin, description]| {
                json!({"name": name, "version": version, "from": origin, "description": description})
            });
            output.values(values.collect())?;
        }
    }
    Ok(Exit::Succeeded)
}

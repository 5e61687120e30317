//! `somagent capsule show`.

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, callable, capsules, table};
use crate::capsule::Capsule;
use crate::exit::Exit;

/// Show a capsule: inputs, steps, budget, digest
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A capsule's name or a file
    capsule: String,
    /// Print the text as it is
    #[arg(long)]
    source: bool,
}

/// Runs the command.
///
/// # Errors
/// There is no such capsule, or it is not valid.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let located = capsules::locate(&args.capsule, context)?;
    if args.source {
        output.text(&located.text)?;
        return Ok(Exit::Succeeded);
    }
    let (capsule, _) = callable::checked(&args.capsule, &located, context)?;
    match output.format() {
        Format::Table => output.text(&shown(&capsule))?,
        Format::Json | Format::Jsonl => output.json(&data(&capsule))?,
    }
    Ok(Exit::Succeeded)
}

fn shown(capsule: &Capsule) -> String {
    let facts = [
        [
            "capsule".to_owned(),
            format!("{} {}", capsule.name(), capsule.version()),
        ],
        ["about".to_owned(), capsule.description().to_owned()],
        ["digest".to_owned(), format!("sha3-512 {}", capsule.digest())],
    ];
    let required: Vec<&str> = capsule.inputs_schema()["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let mut inputs = vec![["INPUT", "TYPE", "DEFAULT", "ABOUT"].map(str::to_owned)];
    let properties = capsule.inputs_schema()["properties"].as_object();
    for (name, schema) in properties.into_iter().flatten() {
        let default = match schema.get("default") {
            Some(default) => default.to_string(),
            None if required.contains(&name.as_str()) => "(required)".to_owned(),
            None => String::new(),
        };
        inputs.push([
            name.clone(),
            schema["type"].as_str().unwrap_or("any").to_owned(),
            default,
            schema["description"].as_str().unwrap_or_default().to_owned(),
        ]);
    }
    let mut steps = vec![["STEP", "ACTION", "NEEDS"].map(str::to_owned)];
    for step in capsule.steps() {
        let loops = if step.foreach.as_ref().is_some() {
            " (foreach)"
        } else {
            ""
        };
        steps.push([
            step.name.clone(),
            format!("{}{loops}", step.action()),
            step.needs.join(", "),
        ]);
    }
    format!(
        "{}\n{}\n{}",
        table::columns(&facts),
        table::columns(&inputs),
        table::columns(&steps)
    )
}

fn data(capsule: &Capsule) -> Value {
    json!({
        "name": capsule.name(), "version": capsule.version().to_owned(), "description": capsule.description(),
        "digest": capsule.digest(), "inputs": capsule.inputs_schema(), "outputs": capsule.outputs_schema(),
        "budget": capsule.limit(),
        "steps": capsule.steps().iter().map(|step| json!({
            "name": &step.name, "action": step.action(), "needs": step.needs,
            "foreach": step.foreach.as_ref().is_some(), "effect": step.effect,
        })).collect::<Vec<_>>(),
    })
}

//! `somagent tool test`: one call of a tool, as a run of one step.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::manner::Manner;
use super::super::one_step::{OneStep, literals};
use super::super::output::Output;
use super::super::watch::Telling;
use super::super::{Context, engine, given, result};
use super::find_action;
use crate::capsule::tool_spec::{ActionSpec, ToolSpec, Touch};
use crate::exit::Exit;
use crate::label::places;
use crate::net::Destination;

/// Call an action once, as a run of one step
///
/// It is a run like any other: judged, recorded, with a budget. Its output goes to standard output.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    call: Call,
    #[command(flatten)]
    manner: Manner,
}

/// An action and its arguments.
#[derive(Debug, clap::Args)]
pub(super) struct Call {
    /// `git.log`
    action: String,
    /// An argument; a value that is JSON is taken as that unless the action wants a text
    #[arg(short, long = "param", value_name = "KEY=VALUE", value_parser = given::key_value)]
    param: Vec<(String, String)>,
    /// All arguments as a JSON object; single ones win over it
    #[arg(long, value_name = "JSON", default_value = "{}")]
    args: String,
}

/// Runs the command.
///
/// # Errors
/// Anything that keeps the run from ending well; the run's own failure is an exit code, not an error.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let ended = begin(&args, context, output).await;
    result::tell(output, None, ended)
}

async fn begin(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let step = args.call.step(context)?;
    let model = engine::default_model(context)?;
    engine::set_up(context, output).await?;
    if step.document["tools"][0]["adapter"] == "vector" {
        engine::pull_embedding(context, output).await?;
    }
    let engine = Arc::new(engine::open_with(context, output, model, None)?);
    let (_, exit) = step.run(&engine, &args.manner, context, output).await?;
    Ok(exit)
}

impl Call {
    /// The action, as it was named.
    pub(super) fn action(&self) -> &str {
        &self.action
    }

    /// The capsule that makes this call.
    ///
    /// # Errors
    /// There is no such action, or an argument cannot be read.
    pub(super) fn step(&self, context: &Context) -> Result<OneStep<'static>, Failure> {
        let (tool, action) = find_action(&self.action, context)?;
        let mut args = match serde_json::from_str(&self.args) {
            Ok(Value::Object(args)) => args,
            Ok(_) | Err(_) => {
                let message = format!("`--args` is not a JSON object: {}", self.args);
                return Err(Failure::new(Exit::Usage, "bad_arguments", message)
                    .hint("write all arguments as `{\"repo\": \".\"}`, or single ones as `-p repo=.`"));
            }
        };
        for (key, value) in &self.param {
            args.insert(key.clone(), read(value, &action.params["properties"][key]));
        }
        Ok(OneStep {
            name: "tool_test",
            document: document(&tool, &action, args),
            inputs: json!({}),
            seed: 0,
            telling: Telling::Steps,
        })
    }
}

/// A value as the schema of its parameter wants it: a text as it is, else JSON where it is some.
fn read(text: &str, schema: &Value) -> Value {
    let is_text = schema["type"] == "string";
    match serde_json::from_str(text) {
        Ok(value) if !is_text => value,
        Ok(_) | Err(_) => Value::from(text),
    }
}

fn document(tool: &ToolSpec, action: &ActionSpec, args: Map<String, Value>) -> Value {
    let args = Value::Object(args);
    let mut hosts: Vec<String> = Vec::new();
    for sink in action.sinks.iter().filter(|sink| sink.touch == Touch::Url) {
        for (_, url) in places(&args, &sink.pointer()) {
            // What leads nowhere is refused with its reason when it is judged.
            if let Ok((_, to)) = Destination::of(url.as_str().unwrap_or_default()) {
                hosts.push(format!("{}:{}", to.host, to.port));
            }
        }
    }
    let always = action.always.iter().filter(|fixed| fixed.touch == Touch::Url);
    hosts.extend(always.filter_map(|fixed| {
        let (_, to) = Destination::of(&fixed.value).ok()?;
        Some(format!("{}:{}", to.host, to.port))
    }));
    hosts.sort();
    hosts.dedup();
    let major = tool.version.split('.').next().unwrap_or_default();
    json!({
        "schema": "somagent.dev/capsule/v1", "capsule_id": "tool_test", "version": "1.0.0",
        "description": format!("One call of {}.{}.", tool.name, action.name),
        "inputs": {"type": "object", "additionalProperties": false, "properties": {}},
        "outputs": {"type": "object", "required": ["output"], "properties": {"output": action.output}},
        "outputs_from": {"output": "{{ steps.call.output }}"},
        "tools": [{"adapter": tool.name, "version": format!("^{major}"), "actions": [action.name], "hosts": hosts}],
        "execution": {"mode": "sequence", "steps": [
            {"name": "call", "action": format!("{}.{}", tool.name, action.name), "params": literals(&args)},
        ]},
    })
}

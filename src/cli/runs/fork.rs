//! `somagent runs fork`.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::super::failure::Failure;
use super::super::manner::Manner;
use super::super::output::Output;
use super::super::watch::{Driver, Telling};
use super::super::{Context, engine, given, result};
use crate::capsule::{Given, typed};
use crate::engine::run::Run;
use crate::engine::{Job, start};
use crate::exit::Exit;

/// Begin a new run that takes over what another one has done before a step
///
/// The new run has the capsule, the directory and the inputs of the other, but for what `-p` changes. Steps that do not
/// need STEP keep the outcome they had, whatever the inputs are now; STEP and all that needs it run.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    /// The step to begin with
    #[arg(long, value_name = "STEP")]
    at: String,
    /// An input that is another one, as key=value; may be given more than once
    #[arg(short, long = "param", value_name = "KEY=VALUE", value_parser = given::key_value)]
    param: Vec<(String, String)>,
    #[command(flatten)]
    manner: Manner,
}

/// Runs the command.
///
/// # Errors
/// There is no such run or step, or the inputs are not those that the capsule takes.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let ended = fork(&args, context, output).await;
    result::tell(output, None, ended)
}

async fn fork(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let id = super::reader(context)?.find_run(&args.run)?.id;
    let engine = Arc::new(engine::open_for(context, output, &id)?);
    let other = start::load(&engine.journal().reader()?, engine.catalogue(), &id)?;
    let forked = start::fork(&other, &args.at)?;
    let started = other.started();
    if started.model.is_some() {
        engine::pull_model(context, output, engine.model_entry()).await?;
    }
    let job = Job {
        capsule: Arc::clone(other.capsule()),
        inputs: inputs(&other, &args.param)?,
        workspace: started.workspace.clone(),
        seed: started.seed,
        idempotency_key: None,
        limit: started.limit,
        children: started.children.clone(),
        deadline_ms: None,
        forked: Some(forked),
    };
    let (owned, command) = engine.begin(job)?;
    let driver = Driver {
        context,
        engine: &engine,
        manner: &args.manner,
        file: None,
        telling: Telling::Steps,
    };
    driver.drive(output, owned, vec![command]).await
}

/// The inputs of the other run, with those that are given instead.
fn inputs(other: &Run, param: &[(String, String)]) -> Result<Value, Failure> {
    if param.iter().any(|(key, _)| key == "path") {
        let message = "a fork works on the directory of the other run: what that one did is about it";
        return Err(Failure::new(Exit::Usage, "bad_input", message).hint("begin a new run on the other directory"));
    }
    let texts: BTreeMap<String, String> = param.iter().cloned().collect();
    let mut values = other.started().inputs.clone();
    if let Value::Object(values) = &mut values {
        values.extend(typed(other.capsule().inputs_schema(), texts));
    }
    other.capsule().inputs(Given::Json(values)).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Failure::new(Exit::Usage, "bad_input", lines.join("; ")).hint(format!(
            "`somagent runs show {}` has the inputs of the other run",
            other.started().run
        ))
    })
}

//! `somagent budget set`.

use std::sync::Arc;

use serde_json::json;

use super::super::failure::Failure;
use super::super::manner::Manner;
use super::super::output::{Format, Output};
use super::super::watch::{Driver, Telling};
use super::super::{Context, engine, given, result, runs};
use crate::capsule::budget::Limit;
use crate::engine::command::Command;
use crate::engine::fact::Why;
use crate::engine::run::Run;
use crate::engine::{Engine, StartError, start};
use crate::exit::Exit;
use crate::journal::Lease;

/// What takes a bound away.
const UNLIMITED: &str = "unlimited";

/// Change what a run may spend, and go on with it when it paused for its budget
///
/// Bounds that are not named stay as they are. A run that a step of another has begun shares the budget of that one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    /// The new bounds: tokens=N, usd=1.50, wall=30m, tool_calls=N or steps=N; `unlimited` takes one away
    #[arg(required = true, value_name = "UNIT=AMOUNT", value_parser = bound)]
    bounds: Vec<Bound>,
    /// Of one step instead of the whole run
    #[arg(long, value_name = "STEP")]
    step: Option<String>,
    /// Only record the bounds: `somagent runs resume` goes on
    #[arg(long)]
    park: bool,
    #[command(flatten)]
    manner: Manner,
}

/// A bound that somebody gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bound {
    unit: Unit,
    amount: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Tokens,
    Usd,
    Wall,
    ToolCalls,
    Steps,
}

/// Reads an amount as its unit is written.
type Read = dyn Fn(&str) -> Result<u64, String>;

fn bound(text: &str) -> Result<Bound, String> {
    let (name, amount) = given::key_value(text).map_err(|_| "expected UNIT=AMOUNT".to_owned())?;
    let count = |text: &str| text.parse::<u64>().map_err(|_| "expected a whole number".to_owned());
    let (unit, read): (Unit, &Read) = match name.as_str() {
        "tokens" => (Unit::Tokens, &count),
        "usd" => (Unit::Usd, &given::micro_usd),
        "wall" => (Unit::Wall, &given::milliseconds),
        "tool_calls" => (Unit::ToolCalls, &count),
        "steps" => (Unit::Steps, &count),
        _ => return Err("expected one of tokens, usd, wall, tool_calls, steps".to_owned()),
    };
    let amount = (amount != UNLIMITED).then(|| read(&amount)).transpose()?;
    Ok(Bound { unit, amount })
}

impl Bound {
    fn change(self, limit: &mut Limit) {
        let place = match self.unit {
            Unit::Tokens => &mut limit.tokens,
            Unit::Usd => &mut limit.micro_usd,
            Unit::Wall => &mut limit.wall_ms,
            Unit::ToolCalls => &mut limit.tool_calls,
            Unit::Steps => &mut limit.steps,
        };
        *place = self.amount;
    }
}

/// Runs the command.
///
/// # Errors
/// There is no such run or step, it is over, more was used already, or the budget is that of another run.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let id = runs::reader(context)?.find_run(&args.run)?.id;
    let ended = set(&args, &id, context, output).await;
    result::tell(output, Some(&id), ended)
}

async fn set(args: &Args, id: &str, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let engine = Arc::new(engine::open_for(context, output, id)?);
    let run = load(&engine, id)?;
    let of_step = |step: &String| run.step_budget(step).map(|budget| budget.limit).unwrap_or_default();
    let mut limit = args.step.as_ref().map_or(run.budget().limit, of_step);
    args.bounds.iter().for_each(|bound| bound.change(&mut limit));
    let waited = waits_for_budget(&engine, &run)?;
    let command = Command::Raise {
        step: args.step.clone(),
        limit,
        by: context.actor.clone(),
    };
    engine.tell(id, command).await?;
    let owned = Lease::is_held(&context.home.locks(), id);
    if waited && !owned && !args.park {
        let driver = Driver {
            context,
            engine: &engine,
            manner: &args.manner,
            file: None,
            telling: Telling::Steps,
        };
        return runs::resume::go_on(&driver, output, id).await;
    }
    engine.journal().publish_checkpoint().await?;
    let resume = (waited && !owned).then(|| format!("somagent runs resume {id}"));
    match output.format() {
        Format::Table => {
            output.line(&format!("run {id} has new bounds"))?;
            if let Some(resume) = resume {
                output.say(&format!("then      {resume}"));
            }
        }
        Format::Json | Format::Jsonl => output.json(&json!({
            "v": 1, "run": id, "step": args.step, "limit": limit, "owned": owned, "resume": resume,
        }))?,
    }
    Ok(Exit::Succeeded)
}

/// Whether the run pauses for its budget, or one that a step of it runs, and whose budget is a part of it.
fn waits_for_budget(engine: &Engine, run: &Run) -> Result<bool, Failure> {
    if matches!(run.paused().map(|paused| &paused.why), Some(Why::Budget { .. })) {
        return Ok(true);
    }
    for (_, child) in run.begun_others() {
        match start::load(&engine.journal().reader()?, engine.catalogue(), &child.run) {
            Ok(child) if waits_for_budget(engine, &child)? => return Ok(true),
            // One that was announced may not have begun.
            Ok(_) | Err(StartError::NoSuchRun { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}

fn load(engine: &Engine, id: &str) -> Result<Run, Failure> {
    Ok(start::load(&engine.journal().reader()?, engine.catalogue(), id)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read_in_their_units() {
        let amount = |text: &str| bound(text).map(|bound| bound.amount);
        assert_eq!(amount("tokens=5"), Ok(Some(5)));
        assert_eq!(amount("usd=1.50"), Ok(Some(1_500_000)));
        assert_eq!(amount("wall=2m"), Ok(Some(120_000)));
        assert_eq!(amount("steps=unlimited"), Ok(None));
        for wrong in ["tokens", "tokens=x", "usd=-1", "wall=5", "money=1", "=1"] {
            assert!(bound(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bound_that_is_not_named_stays() {
        let mut limit = Limit {
            tokens: Some(1),
            steps: Some(2),
            ..Limit::default()
        };
        bound("steps=9").unwrap().change(&mut limit);
        assert_eq!((limit.tokens, limit.steps), (Some(1), Some(9)));
    }
}

//! `somagent tool explain`.

use super::super::failure::Failure;
use super::super::one_step::workspace;
use super::super::output::{Format, Output};
use super::super::{Context, engine, forecast};
use super::test::Call;
use super::{contract, find_action};
use crate::exit::Exit;

/// Say in words what a call would do, and what the constitution in force says of it
///
/// Nothing is done and nothing is recorded. The exit code is that of the judgement: 0 it may, or a person is asked, 6 it may not.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    call: Call,
}

/// Runs the command.
///
/// # Errors
/// There is no such action, the arguments are not its own, or there is no store yet.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let (tool, action) = find_action(args.call.action(), context)?;
    let step = args.call.step(context)?;
    let (capsule, _) = step.checked(context)?;
    let workspace = workspace(&step.inputs, context)?;
    let engine = engine::open(context, output)?;
    if output.format() == Format::Table {
        let mut text = format!("{}.{}: {}\n", tool.name, action.name, action.summary);
        for sentence in contract::sentences(&action) {
            text.push_str(&format!("  {sentence}\n"));
        }
        text.push('\n');
        output.text(&text)?;
    }
    forecast::print(output, &engine, &capsule, &step.inputs, &workspace).await
}

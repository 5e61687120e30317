//! `somagent mode`: how strictly the store is used.

mod set;
mod show;
pub mod variable;

use variable::{Effect, Variable};

use super::failure::Failure;
use super::output::Output;
use super::{Context, time};
use crate::engine::mode::{At, Posture};
use crate::engine::now_ms;
use crate::exit::Exit;
use crate::policy::InForce;

/// See and change the deployment mode of the store
///
/// A mode takes away from what the constitution allows, and never adds. The store records one; `somagent elevate` lets a
/// looser one be in force for a time; SOMAGENT_MODE and SOMAGENT_DEPLOYMENT_MODE can only tighten it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(show::Args),
    Set(set::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::Show(args) => show::run(&args, context, output),
        Command::Set(args) => set::run(args, context, output).await,
    }
}

/// The modes in force now, with those that variables ask for.
///
/// # Errors
/// The store cannot be read.
pub fn in_force(context: &Context) -> Result<InForce, Failure> {
    let asked = variable::asked(&context.asked);
    Ok(posture(context)?.in_force(now_ms(), &asked))
}

/// What is in force at `now` and where that comes from, in one line.
pub fn origin(posture: &Posture, asked: &[Variable], now: i64) -> String {
    let in_force = posture.in_force(now, &variable::asked(asked));
    let mut text = match (posture.elevation(now), posture.changed()) {
        (Some(At { what, .. }), _) => {
            let until = time::rfc3339(what.until);
            let recorded = posture.recorded();
            format!(
                "{in_force}, elevated from {recorded} by {} until {until}: {}",
                what.by, what.reason
            )
        }
        (None, Some(At { at, what })) => {
            let at = time::rfc3339(*at);
            format!("{in_force}, recorded by {} at {at}: {}", what.by, what.reason)
        }
        (None, None) => format!("{in_force}, as a store begins"),
    };
    for variable in asked {
        let Variable { name, setting } = variable;
        match variable.effect(posture, now) {
            Effect::Tightens => text.push_str(&format!("; tightened by {name}={setting}")),
            Effect::Ignored => text.push_str(&format!("; {name}={setting} is ignored")),
            Effect::Same => {}
        }
    }
    text
}

/// What is recorded; where there is no store yet, nothing is.
pub fn posture(context: &Context) -> Result<Posture, Failure> {
    match super::engine::reader(context)? {
        None => Ok(Posture::default()),
        Some(reader) => Ok(Posture::read(&reader)?),
    }
}

//! `somagent constitution keys`: whose signatures count, and how that is changed.

mod activate;
mod propose;
mod show;
mod sign;

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::Output;
use crate::engine::house::{House, HouseError, KeysProposal};
use crate::exit::Exit;
use crate::policy::KeySet;

/// See and change whose signatures count
///
/// Another set of keys is proposed, signed by as many of the keys in force as have to sign and by as many of the new ones
/// as will have to, and activated. From then on the signature of a key that is gone counts for nothing.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(show::Args),
    Propose(propose::Args),
    Sign(sign::Args),
    Activate(activate::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::Show(args) => show::run(&args, context, output),
        Command::Propose(args) => propose::run(&args, context, output).await,
        Command::Sign(args) => sign::run(&args, context, output).await,
        Command::Activate(args) => activate::run(&args, context, output).await,
    }
}

/// The keys in force.
fn trust(house: &House) -> Result<&KeySet, Failure> {
    house.trust.as_ref().ok_or_else(|| HouseError::NotFounded.into())
}

/// The proposed keys.
fn proposal(house: &House) -> Result<&KeysProposal, Failure> {
    house
        .keys_proposed
        .as_ref()
        .ok_or_else(|| HouseError::NoKeysProposed.into())
}

/// How far a proposal is: `2 of 2 keys in force and 1 of 2 new ones have signed`.
fn standing(proposal: &KeysProposal, trust: &KeySet) -> String {
    let set = &proposal.what.set;
    format!(
        "{} of {} keys in force and {} of {} new ones have signed",
        proposal.found(trust),
        trust.threshold,
        proposal.found(set),
        set.threshold
    )
}

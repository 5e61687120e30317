//! `somagent approvals deny`.

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::Output;
use super::Word;
use crate::engine::fact::question;
use crate::exit::Exit;

/// Say no: what was asked about does not happen, and the run ends denied unless its capsule knows better
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The approval's id, or at least four characters that only its id begins with
    approval: String,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// There is no such question, it was decided before, or it cannot be answered like that.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let word = Word {
        choice: question::REJECT.to_owned(),
        param: Vec::new(),
        reason: args.reason,
        remember: None,
    };
    super::answer::give(&args.approval, word, context, output).await
}

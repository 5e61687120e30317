//! `somagent approvals approve`.

use super::super::Context;
use super::super::failure::Failure;
use super::super::output::Output;
use super::Word;
use super::remember::Remember;
use crate::engine::fact::question;
use crate::exit::Exit;

/// Say yes: the action, the gate or the text may pass
///
/// An approval is for exactly the action that `somagent approvals show` prints, and for nothing else. With `--remember`
/// the rules that ask need not ask about the same host, place or tool again; what else asks still does.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The approval's id, or at least four characters that only its id begins with
    approval: String,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Not to be asked about the same again in this run; with `capsule` or `user`, for later runs of this capsule or of
    /// this account, too, once the constitution that is proposed for it is signed and activated
    #[arg(long, value_name = "SCOPE", value_enum)]
    remember: Option<Remember>,
}

/// Runs the command.
///
/// # Errors
/// There is no such question, it was decided before, or it cannot be answered like that.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let word = Word {
        choice: question::APPROVE.to_owned(),
        param: Vec::new(),
        reason: args.reason,
        remember: args.remember,
    };
    super::answer::give(&args.approval, word, context, output).await
}

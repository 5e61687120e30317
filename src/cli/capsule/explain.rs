//! `somagent capsule explain`.

use super::super::failure::Failure;
use super::super::output::Output;
use crate::capsule::Code;
use crate::exit::Exit;

/// Say at length what a problem code means
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A code such as C012
    code: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such code.
pub fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    match Code::parse(&args.code) {
        Some(code) => {
            output.text(code.explain())?;
            Ok(Exit::Succeeded)
        }
        None => Err(Failure::new(
            Exit::NotFound,
            "no_such_code",
            format!("there is no code `{}`", args.code),
        )
        .hint("codes are C001 to C071; `somagent capsule lint` prints them")),
    }
}

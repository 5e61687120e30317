//! `somagent completion SHELL`.

use clap_complete::Shell;

use super::failure::Failure;
use super::output::Output;
use crate::exit::Exit;

/// Print the completions for a shell
///
/// For bash: `source <(somagent completion bash)`. For fish: `somagent completion fish | source`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Runs the command.
pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "somagent", &mut script);
    output.data(&script)?;
    Ok(Exit::Succeeded)
}

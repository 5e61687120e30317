//! The command line: a face over the library that holds no truth of its own.
//!
//! One file per command, with its arguments (whose doc comments are the help) and its function.
//! Only this module prints, and only here do errors get their exit codes.

pub mod checks;
pub mod completion;
pub mod doctor;
pub mod exit;
pub mod failure;
pub mod man;
pub mod output;
pub mod paint;
pub mod version;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgAction, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

use exit::Exit;
use failure::Failure;
use output::{Format, Output, talk};
use paint::When;

/// Governed agents in a terminal
///
/// A capsule says what to do, a signed constitution says what may happen, and a journal that
/// anybody can verify says what did.
#[derive(Debug, Parser)]
#[command(name = "somagent", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Flags of every command.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Form of the data on standard output
    #[arg(
        short = 'o',
        long,
        global = true,
        value_enum,
        value_name = "FORMAT",
        default_value = "table"
    )]
    pub output: Format,
    /// Print only data and errors
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    pub quiet: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// Never ask: what would need an answer fails or waits in the journal
    #[arg(long, global = true, action = ArgAction::SetTrue)]
    pub no_input: bool,
    /// Work as if started in this directory
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Refuse every network connection
    #[arg(long, global = true, action = ArgAction::SetTrue)]
    pub offline: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Doctor(doctor::Args),
    Version(version::Args),
    Completion(completion::Args),
    Man(man::Args),
}

/// The whole command line, from which help, completions, manual and reference are made.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let command = command().color(clap_colour(&args));
    let parsed = command
        .try_get_matches_from(args)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => ExitCode::from(run(cli)),
        Err(error) => ExitCode::from(show_usage(&error)),
    }
}

fn run(cli: Cli) -> Exit {
    let mut output = Output::new(&cli.global);
    match dispatch(cli, &mut output) {
        Ok(exit) => exit,
        Err(failure) => {
            output.failed(&failure);
            failure.exit
        }
    }
}

fn dispatch(cli: Cli, output: &mut Output) -> Result<Exit, Failure> {
    if let Some(directory) = &cli.global.directory {
        std::env::set_current_dir(directory).map_err(|reason| {
            Failure::new(
                Exit::NotFound,
                "directory_not_found",
                format!("cannot work in `{}`: {reason}", directory.display()),
            )
            .hint("give `-C` a directory that exists")
        })?;
    }
    match cli.command {
        Some(Command::Doctor(args)) => doctor::run(&args, output),
        Some(Command::Version(args)) => version::run(&args, output),
        Some(Command::Completion(args)) => completion::run(&args, output),
        Some(Command::Man(args)) => man::run(&args, output),
        None => without_command(output),
    }
}

/// A person gets an overview; a script that forgot its command gets help and an error.
fn without_command(output: &mut Output) -> Result<Exit, Failure> {
    let mut command = command();
    if !io::stdout().is_terminal() {
        talk(&command.render_help().to_string());
        return Ok(Exit::Usage);
    }
    let mut text = format!(
        "somagent {}: {}\n\n",
        env!("CARGO_PKG_VERSION"),
        command.get_about().map(ToString::to_string).unwrap_or_default()
    );
    for subcommand in command.get_subcommands() {
        let about = subcommand.get_about().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("  somagent {:<12}{about}\n", subcommand.get_name()));
    }
    text.push_str("\n`somagent help COMMAND` says more; `somagent doctor` says whether this machine is ready.\n");
    output.data(text.as_bytes())?;
    Ok(Exit::Succeeded)
}

/// Help and version are data, everything else is a mistake in the command line.
fn show_usage(error: &clap::Error) -> Exit {
    // A closed stream leaves nobody to tell.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Succeeded,
        _ => Exit::Usage,
    }
}

/// Help is rendered before the flags are known, so `--color` is looked for here; the rest of the
/// decision is the same as [`paint::Paint::decide`].
fn clap_colour(args: &[OsString]) -> ColorChoice {
    let mut wanted = ColorChoice::Auto;
    for (index, arg) in args.iter().enumerate() {
        let value = match arg.to_str() {
            Some("--") => break,
            Some("--color") => args.get(index + 1).and_then(|value| value.to_str()),
            Some(text) => text.strip_prefix("--color="),
            None => None,
        };
        wanted = match value {
            Some("always") => ColorChoice::Always,
            Some("never") => ColorChoice::Never,
            Some(_) | None => wanted,
        };
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn the_colour_of_help_follows_the_flag() {
        let choice = |args: &[&str]| clap_colour(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(choice(&["somagent", "--help"]), ColorChoice::Auto);
        assert_eq!(choice(&["somagent", "--color", "never", "--help"]), ColorChoice::Never);
        assert_eq!(choice(&["somagent", "--color=always"]), ColorChoice::Always);
        assert_eq!(choice(&["somagent", "--", "--color=always"]), ColorChoice::Auto);
        assert_eq!(choice(&["somagent", "--color"]), ColorChoice::Auto);
    }
}

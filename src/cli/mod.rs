//! The command line: a face over the library that holds no truth of its own.
//!
//! One file per command, with its arguments (whose doc comments are the help) and its function.
//! Only this module prints, and only here do errors get their exit codes.

mod amend;
pub mod annotate;
mod answer;
mod approvals;
mod ask;
mod audit;
mod bench;
mod budget;
mod callable;
mod capsule;
mod capsules;
mod chat;
pub mod checks;
pub mod completion;
mod constitution;
mod dashboard;
pub mod doctor;
mod elevate;
mod engine;
pub mod failure;
mod forecast;
mod given;
mod init;
pub mod junit;
mod lines;
mod live;
pub mod man;
mod manner;
mod mcp;
mod mode;
mod model;
mod one_step;
pub mod output;
pub mod paint;
mod person;
mod policy;
mod prompt;
mod question;
mod replace;
mod report;
mod result;
mod run;
mod runs;
mod signals;
mod steps;
mod table;
mod tool;
mod trust;
pub mod version;
mod waiting;
mod watch;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgAction, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

use failure::Failure;
use mode::variable::{self, Variable};
use output::{Format, Output, talk};
use paint::When;

use crate::config::Home;
use crate::engine::failpoint::{Failpoint, FailpointError};
use crate::exit::Exit;
use crate::sight::time;
use crate::tools::sandbox;

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
    /// Write flat text that a screen reader can follow: nothing is drawn in place, moves or is coloured; the
    /// dashboard becomes a conversation in lines. SOMAGENT_SCREEN_READER=1 says the same
    #[arg(long, global = true, action = ArgAction::SetTrue)]
    pub screen_reader: bool,
    /// Work as if started in this directory
    #[arg(short = 'C', global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Refuse every network connection
    #[arg(long, global = true, action = ArgAction::SetTrue)]
    pub offline: bool,
}

/// The variable that asks for flat text.
const SCREEN_READER: &str = "SOMAGENT_SCREEN_READER";

impl Global {
    /// Whether somebody listens to the text, or feels it, instead of seeing it.
    pub fn is_spoken(&self) -> bool {
        let set = std::env::var_os(SCREEN_READER).filter(|value| !value.is_empty());
        self.screen_reader || set.is_some_and(|value| value != "0")
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Ask(ask::Args),
    Chat(chat::Args),
    Runs(runs::Args),
    Approvals(approvals::Args),
    Budget(budget::Args),
    Mode(mode::Args),
    Elevate(elevate::Args),
    Capsule(capsule::Args),
    Model(model::Args),
    Tool(tool::Args),
    Mcp(mcp::Args),
    Policy(policy::Args),
    Constitution(constitution::Args),
    Audit(audit::Args),
    Init(init::Args),
    Doctor(doctor::Args),
    Version(version::Args),
    Completion(completion::Args),
    Man(man::Args),
}

/// What commands know about where and for whom they work.
#[derive(Debug, Clone)]
struct Context {
    home: Home,
    directory: PathBuf,
    actor: String,
    offline: bool,
    /// Where the process ends itself, for tests of durability.
    failpoint: Failpoint,
    /// Whether a question may be asked: somebody is there and did not forbid it.
    asks: bool,
    /// The modes that variables ask for.
    asked: Vec<Variable>,
}

impl Context {
    fn new(global: &Global) -> Result<Self, Failure> {
        let directory = std::env::current_dir().map_err(|error| {
            Failure::new(
                Exit::Usage,
                "no_directory",
                format!("the current directory cannot be used: {error}"),
            )
            .hint("change to a directory that exists")
        })?;
        Ok(Self {
            home: Home::from_env(|name| std::env::var_os(name))?,
            directory,
            actor: format!("user:{}", person::name()),
            offline: global.offline,
            failpoint: failpoint()?,
            asks: !global.no_input && io::stdin().is_terminal() && io::stderr().is_terminal(),
            asked: variable::read(|name| std::env::var_os(name))?,
        })
    }
}

/// The variable that names the place where the process ends itself.
const KILL_AT: &str = "SOMAGENT_KILL_AT";

fn failpoint() -> Result<Failpoint, Failure> {
    let Some(given) = std::env::var_os(KILL_AT) else {
        return Ok(Failpoint::default());
    };
    given.to_string_lossy().parse().map_err(|error: FailpointError| {
        let hint = error.hint();
        Failure::new(Exit::Usage, "bad_failpoint", format!("{KILL_AT}: {error}")).hint(hint)
    })
}

/// The whole command line, from which help, completions, manual and reference are made.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    if args.get(1).is_some_and(|first| first == sandbox::ENTRY) {
        // Before anything else: it is a process of its own, without threads, around a confined program.
        return ExitCode::from(u8::try_from(sandbox::enter()).unwrap_or(u8::MAX));
    }
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
    let Some(command) = cli.command else {
        return without_command(&cli.global, output);
    };
    // Some commands need no home, and must work where there is none.
    let context = || Context::new(&cli.global);
    match command {
        Command::Run(args) => block_on(run::run(args, &context()?, output)),
        Command::Ask(args) => block_on(ask::run(args, &context()?, output)),
        Command::Chat(args) => block_on(chat::run(args, &context()?, output)),
        Command::Runs(args) => block_on(runs::run(args, &context()?, output)),
        Command::Budget(args) => block_on(budget::run(args, &context()?, output)),
        Command::Mode(args) => block_on(mode::run(args, &context()?, output)),
        Command::Elevate(args) => block_on(elevate::run(args, &context()?, output)),
        Command::Approvals(args) => block_on(approvals::run(args, &context()?, output)),
        Command::Model(args) => block_on(model::run(args, &context()?, output)),
        Command::Mcp(args) => block_on(mcp::run(args, &context()?, output)),
        Command::Tool(args) => block_on(tool::run(args, &context()?, output)),
        Command::Init(args) => block_on(init::run(&args, &context()?, output)),
        Command::Capsule(args) => capsule::run(&args, &context()?, output),
        Command::Policy(args) => block_on(policy::run(&args, &context()?, output)),
        Command::Constitution(args) => block_on(constitution::run(args, &context()?, output)),
        Command::Audit(args) => audit::run(&args, &context()?, output),
        Command::Doctor(args) => block_on(doctor::run(&args, &context()?, output)),
        Command::Version(args) => version::run(&args, output),
        Command::Completion(args) => completion::run(&args, output),
        Command::Man(args) => man::run(&args, output),
    }
}

/// Threads for what waits; a tool that computes keeps one busy.
const WORKERS: usize = 16;

/// Runs a command that waits for things. What still computes when it ends is not waited for: the
/// journal has what counts.
fn block_on(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // A tool that computes keeps its thread busy; beside all of them the run goes on and signals are heard.
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Internal, "no_runtime", format!("cannot start threads: {error}")))?;
    let ended = runtime.block_on(command);
    runtime.shutdown_background();
    ended
}

/// A person gets the dashboard, or an overview where there is none; a script that forgot its command gets help and
/// an error.
fn without_command(global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    let is_asked = !global.no_input && io::stdin().is_terminal() && output.format() == Format::Table;
    // Lines need nothing of a terminal but that somebody sits at it.
    let can_draw = output.is_spoken() || std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    if is_asked && io::stdout().is_terminal() && can_draw {
        return dashboard::run(&Context::new(global)?, output);
    }
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

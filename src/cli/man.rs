//! `somagent man`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::output::Output;
use crate::exit::Exit;

/// Print the manual page, or write one page for each command
///
/// To read it: `somagent man | man -l -`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write the pages of all commands into this directory instead
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(args: &Args, output: &mut Output) -> Result<Exit, Failure> {
    match &args.dir {
        Some(directory) => write_pages(directory).map_err(|error| {
            Failure::new(
                Exit::Storage,
                "manual_not_written",
                format!("cannot write the manual to `{}`: {error}", directory.display()),
            )
            .hint("give `--dir` a directory that can be written")
        })?,
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(super::command())
                .render(&mut page)
                .map_err(|error| Failure::new(Exit::Internal, "manual_not_rendered", error))?;
            output.data(&page)?;
        }
    }
    Ok(Exit::Succeeded)
}

fn write_pages(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    clap_mangen::generate_to(super::command(), directory)
}

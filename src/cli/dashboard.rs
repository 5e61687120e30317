//! `somagent` without a command, on a terminal.

use std::sync::Arc;

use super::failure::Failure;
use super::output::Output;
use super::{Context, capsules};
use crate::exit::Exit;
use crate::tui::{self, Palette, Start, TuiError};

/// Shows the dashboard until somebody quits.
///
/// # Errors
/// The terminal cannot be used.
pub fn run(context: &Context, output: &Output) -> Result<Exit, Failure> {
    let program = std::env::current_exe().map_err(|error| {
        let message = format!("the program does not find itself: {error}");
        Failure::new(Exit::Internal, "no_program", message)
    })?;
    let start = Start {
        home: context.home.clone(),
        catalogue: Arc::new(capsules::catalogue(context)),
        program,
        directory: context.directory.clone(),
        palette: if output.paint().is_coloured() {
            Palette::default()
        } else {
            Palette::Mono
        },
        offline: context.offline,
        is_spoken: output.is_spoken(),
    };
    tui::run(&start)?;
    Ok(Exit::Succeeded)
}

impl From<TuiError> for Failure {
    fn from(error: TuiError) -> Self {
        let failure = Self::new(Exit::Internal, "terminal", error.to_string());
        failure.hint("every part of the dashboard is a command too: `somagent help`")
    }
}

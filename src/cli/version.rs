//! `somagent version`.

use serde_json::json;

use super::failure::Failure;
use super::output::{Format, Output};
use crate::exit::Exit;

/// Print the version of somagent and what it was built for
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub(super) fn run(_: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let (version, os, arch) = (env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    match output.format() {
        Format::Table => output.data(format!("somagent {version} ({os} {arch})\n").as_bytes())?,
        Format::Json | Format::Jsonl => {
            output.json(&json!({"v": 1, "version": version, "os": os, "arch": arch}))?;
        }
    }
    Ok(Exit::Succeeded)
}

//! `somagent doctor`.

use serde_json::json;

use super::checks::{self, Check, Status};
use super::exit::Exit;
use super::failure::Failure;
use super::output::{Format, Output};
use super::paint::{Paint, Tone};
use crate::config::Home;

/// Check whether this machine is ready, and say what would make it so
///
/// Ends with 3 when a check fails; a warning is no failure. With `-q` the table has only what is
/// not well.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
pub(super) fn run(_: &Args, output: &mut Output) -> Result<Exit, Failure> {
    let home = Home::from_env(|name| std::env::var_os(name))?;
    let checks = checks::all(&home, None);
    let worst = checks.iter().map(|check| check.status).max().unwrap_or(Status::Ok);
    match output.format() {
        Format::Table => {
            let shown = checks
                .iter()
                .filter(|check| !output.is_quiet() || check.status > Status::Ok);
            let table: String = shown.map(|check| row(check, output.paint())).collect();
            output.data(table.as_bytes())?;
        }
        Format::Json => output.json(&json!({"v": 1, "status": worst, "checks": checks}))?,
        Format::Jsonl => {
            for check in &checks {
                output.json(&json!({"v": 1, "check": check}))?;
            }
        }
    }
    Ok(match worst {
        Status::Ok | Status::Warn => Exit::Succeeded,
        Status::Fail => Exit::Failed,
    })
}

fn row(check: &Check, paint: Paint) -> String {
    let tone = match check.status {
        Status::Ok => Tone::Good,
        Status::Warn => Tone::Warning,
        Status::Fail => Tone::Bad,
    };
    let status = paint.apply(tone, &format!("{:<4}", check.status.word()));
    let mut row = format!("{status}  {:<20}{}\n", check.name, check.detail);
    if let Some(hint) = &check.hint {
        row.push_str(&format!("{:<26}hint: {hint}\n", ""));
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_lines_up_with_its_hint() {
        let check = Check::warn("disk space", "1.0 GiB free", "free some");
        assert_eq!(
            row(&check, Paint::PLAIN),
            "warn  disk space          1.0 GiB free\n                          hint: free some\n"
        );
    }
}

//! Watching a run that this process drives: lines while it goes, the result at the end.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::failure::Failure;
use super::lines::{self, Line};
use super::output::{Format, Output};
use super::signals;
use crate::engine::Engine;
use crate::engine::command::Command;
use crate::engine::drive::{DriveError, End, Notice, Owned, Stop};
use crate::engine::fact::Finished;
use crate::exit::Exit;

/// Drives `owned` and prints what happens; returns the code that the command ends with.
///
/// # Errors
/// The outputs could not be written, or the checkpoint outside the database.
pub async fn drive(
    output: &mut Output,
    engine: &Arc<Engine>,
    mut owned: Owned,
    command: Command,
    output_file: Option<&Path>,
) -> Result<Exit, Failure> {
    let stop = Stop::default();
    let signal = signals::listen(stop.clone())?;
    let (notices, received) = tokio::sync::mpsc::unbounded_channel();
    let run = owned.id().to_owned();
    let driver = Arc::clone(engine);
    // A task of its own: writing blocks while nobody reads, and the run must not wait for that. The printer ends
    // when the task does, because then there is nothing more to come.
    let driving = tokio::spawn(async move { driver.drive(&mut owned, command, &notices, &stop).await });
    let head = print(output, &run, received).await?;
    let driven = driving.await.unwrap_or_else(|error| Err(DriveError::Task(error)));
    let exit = match driven {
        Ok(End::Finished(finished)) => finish(output, &run, &finished, head.as_deref(), output_file)?,
        Ok(End::InDoubt(units)) => {
            let units: Vec<String> = units.iter().map(ToString::to_string).collect();
            let failure = Failure::new(
                Exit::Parked,
                "in_doubt",
                format!("nobody knows whether the effect of {} happened", units.join(", ")),
            )
            .hint("look at the other side, then start a new run");
            end_early(output, Some(&run), "parked", &failure)?
        }
        Ok(End::Stopped) => {
            let failure = Failure::new(
                signal.exit(),
                "interrupted",
                "the run was interrupted and its state is saved",
            )
            .hint(format!("somagent runs resume {run}"));
            end_early(output, Some(&run), "parked", &failure)?
        }
        Err(error) => {
            let mut failure = Failure::from(error);
            let status = match failure.exit {
                // The run is as the journal says, and can be gone on with.
                Exit::Busy | Exit::Storage => {
                    let resume = format!("then `somagent runs resume {run}`");
                    failure.hint = Some(failure.hint.map_or(resume.clone(), |hint| format!("{hint}; {resume}")));
                    "parked"
                }
                _ => "failed",
            };
            end_early(output, Some(&run), status, &failure)?
        }
    };
    // Somebody who can write the database cannot write this file's past.
    engine.journal().publish_checkpoint().await?;
    Ok(exit)
}

/// Prints notices as they come; returns the hash of the last event.
///
/// What cannot be written does not stop the run; it is told at the end.
async fn print(
    output: &mut Output,
    run: &str,
    mut notices: UnboundedReceiver<Notice>,
) -> Result<Option<String>, Failure> {
    let mut head = None;
    let mut written = Ok(());
    while let Some(notice) = notices.recv().await {
        let now = match output.format() {
            Format::Jsonl => lines::of_notice(&notice)
                .map_err(Failure::from)
                .and_then(|lines| lines.iter().try_for_each(|line| output.json(&line.envelope(run)))),
            Format::Table => {
                if let Notice::Event(event) = &notice
                    && let Ok(Some(line)) = lines::plain(event)
                {
                    output.say(&line);
                }
                Ok(())
            }
            Format::Json => Ok(()),
        };
        written = written.and(now);
        if let Notice::Event(event) = notice {
            head = Some(event.hash().to_string());
        }
    }
    written.map(|()| head)
}

/// Prints the result of a run that is over.
///
/// # Errors
/// The file for the main output cannot be written.
pub fn finish(
    output: &mut Output,
    run: &str,
    finished: &Finished,
    head: Option<&str>,
    output_file: Option<&Path>,
) -> Result<Exit, Failure> {
    let outputs = finished.outputs.as_ref().map_or(&Value::Null, |outputs| &outputs.value);
    match output.format() {
        Format::Jsonl => {}
        Format::Json => output.json(&lines::finished_data(run, finished, head))?,
        Format::Table => print_table(output, run, finished, outputs, head)?,
    }
    if let (Some(path), Some(text)) = (output_file, main_text(outputs)) {
        std::fs::write(path, text).map_err(|error| {
            let message = format!("cannot write `{}`: {error}", path.display());
            Failure::new(Exit::Storage, "storage", message)
                .hint("the run itself is complete: `somagent runs show` has its outputs")
        })?;
    }
    Ok(exit_of(finished))
}

fn print_table(
    output: &mut Output,
    run: &str,
    finished: &Finished,
    outputs: &Value,
    head: Option<&str>,
) -> Result<(), Failure> {
    if let Some(text) = main_text(outputs) {
        output.text(&output.for_eyes(text))?;
    } else if !outputs.is_null() {
        output.text(&format!("{outputs:#}"))?;
    }
    if let Some(failure) = &finished.fault {
        let place = failure
            .unit
            .as_ref()
            .map_or_else(String::new, |unit| format!("step `{unit}`: "));
        let fault = &failure.fault;
        let mut shown = Failure::new(exit_of(finished), "step_failed", format!("{place}{}", fault.message));
        shown.hint.clone_from(&fault.hint);
        output.failed(&shown);
    }
    for artifact in &finished.artifacts {
        output.say(&format!(
            "artifact  {}  {} bytes",
            artifact.path.display(),
            artifact.size
        ));
    }
    if let Some(head) = head {
        output.say(&format!("audit     {}  run {run}", super::engine::short(head)));
    }
    Ok(())
}

/// The one text among the outputs that is the result, when there is exactly one.
fn main_text(outputs: &Value) -> Option<&str> {
    let mut texts = outputs.as_object()?.values().filter_map(Value::as_str);
    match (texts.next(), texts.next()) {
        (Some(text), None) => Some(text),
        (Some(_) | None, _) => None,
    }
}

/// The code that a finished run recorded for itself.
pub fn exit_of(finished: &Finished) -> Exit {
    Exit::ALL
        .into_iter()
        .find(|exit| exit.code() == finished.exit_code)
        .unwrap_or(Exit::Internal)
}

/// Gives a script the one value, or the one last line, that it waits for when a command failed
/// before its run could say anything. The failure itself goes on, to be told as any other.
///
/// # Errors
/// The failure that `ended` holds, or that the value cannot be written.
pub fn tell(output: &mut Output, run: Option<&str>, ended: Result<Exit, Failure>) -> Result<Exit, Failure> {
    if let Err(failure) = &ended
        && !output.has_data()
    {
        match output.format() {
            Format::Json | Format::Jsonl => end_early(output, run, "failed", failure).map(|_| ())?,
            Format::Table => {}
        }
    }
    ended
}

/// Prints the end of a command whose run is not over: its last line is not a recorded one.
fn end_early(output: &mut Output, run: Option<&str>, status: &str, failure: &Failure) -> Result<Exit, Failure> {
    let data = json!({
        "v": 1, "run": run, "status": status, "exit_code": failure.exit.code(), "outputs": null, "artifacts": [],
        "usage": null, "cost": null, "error": failure.to_json(), "audit_head": null,
    });
    match output.format() {
        Format::Jsonl => {
            let line = Line {
                seq: None,
                at: None,
                kind: "run.finished",
                data,
            };
            output.json(&line.envelope(run.unwrap_or_default()))?;
        }
        Format::Json => output.json(&data)?,
        Format::Table => output.failed(failure),
    }
    Ok(failure.exit)
}

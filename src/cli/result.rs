//! The result of a run, or of a command that has none: what a person reads and what a script gets.

use std::path::Path;

use serde_json::{Value, json};

use super::failure::Failure;
use super::lines::{self, Line};
use super::output::{Format, Output};
use crate::engine::fact::{Finished, RunFact};
use crate::engine::run::Run;
use crate::exit::Exit;
use crate::journal::{Event, Reader, Stream};
use crate::sight::matter::{doubted, left_in_doubt};

/// Prints the result of a run that is over.
///
/// # Errors
/// The record cannot be read, or the file for the main output not be written.
pub fn finish(
    output: &mut Output,
    reader: &Reader,
    run: &str,
    finished: &Finished,
    head: Option<&str>,
    output_file: Option<&Path>,
) -> Result<Exit, Failure> {
    let outputs = finished.outputs.as_ref().map_or(&Value::Null, |outputs| &outputs.value);
    match output.format() {
        Format::Jsonl => {}
        Format::Json => output.json(&lines::finished_data(run, finished, head))?,
        Format::Table => print_table(output, reader, run, finished, head)?,
    }
    if let Some(text) = main_text(outputs) {
        write_main(output_file, text)?;
    }
    Ok(exit_of(finished))
}

/// Writes the main output to a file, where one is wanted.
///
/// # Errors
/// It cannot be written.
pub fn write_main(output_file: Option<&Path>, text: &str) -> Result<(), Failure> {
    let Some(path) = output_file else { return Ok(()) };
    std::fs::write(path, text).map_err(|error| {
        let message = format!("cannot write `{}`: {error}", path.display());
        Failure::new(Exit::Storage, "storage", message)
            .hint("the run itself is complete: `somagent runs show` has its outputs")
    })
}

/// Prints the result of a run that was over before, as its last event has it.
///
/// # Errors
/// The event cannot be read, or the file for the main output not be written.
pub fn recorded(output: &mut Output, reader: &Reader, run: &str, output_file: Option<&Path>) -> Result<Exit, Failure> {
    let (event, finished) = last(reader, run)?;
    if output.format() == Format::Jsonl {
        lines::of_event(&event, run)?
            .iter()
            .try_for_each(|line| output.json(&line.envelope()))?;
    }
    let head = event.hash().to_string();
    finish(output, reader, run, &finished, Some(&head), output_file)
}

/// The same to whoever has not seen the run end: how it did comes first.
///
/// # Errors
/// As for [`recorded`].
pub fn told(output: &mut Output, reader: &Reader, run: &str) -> Result<Exit, Failure> {
    if output.format() == Format::Table {
        output.say(&lines::ended(&last(reader, run)?.1));
    }
    recorded(output, reader, run, None)
}

/// The code of a run that is over.
///
/// # Errors
/// Its last event cannot be read.
pub fn exit_recorded(reader: &Reader, run: &str) -> Result<Exit, Failure> {
    Ok(exit_of(&last(reader, run)?.1))
}

/// The end of a run.
fn last(reader: &Reader, run: &str) -> Result<(Event, Finished), Failure> {
    let head = reader.run(run)?.map_or(0, |row| row.head);
    let event = reader
        .events(&Stream::Run(run.to_owned()), head.saturating_sub(1), 1)?
        .pop();
    let unfinished = || Failure::new(Exit::Parked, "not_over", format!("the run {run} is not over"));
    let event = event.ok_or_else(unfinished)?;
    match RunFact::recorded(&event)? {
        RunFact::Finished(finished) => Ok((event, *finished)),
        _ => Err(unfinished()),
    }
}

fn print_table(
    output: &mut Output,
    reader: &Reader,
    run: &str,
    finished: &Finished,
    head: Option<&str>,
) -> Result<(), Failure> {
    let outputs = finished.outputs.as_ref().map_or(&Value::Null, |outputs| &outputs.value);
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
    for doubt in left_in_doubt(reader, run, finished)? {
        output.say(&format!("in doubt  `{}`: {}", doubt.unit, doubted(&doubt)));
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
            Format::Json | Format::Jsonl => print(output, early(run, "failed", failure)).map(|_| ())?,
            Format::Table => {}
        }
    }
    ended
}

/// What is printed of a command whose run is not over: its last line is not a recorded one.
#[derive(Debug)]
pub struct Early<'a> {
    run: Option<&'a str>,
    failure: &'a Failure,
    data: Value,
}

/// The end of a command whose run, if there is one, has the `status`.
pub fn early<'a>(run: Option<&'a str>, status: &str, failure: &'a Failure) -> Early<'a> {
    let data = json!({
        "v": 1, "run": run, "status": status, "exit_code": failure.exit.code(), "outputs": null, "artifacts": [],
        "usage": null, "cost": null, "error": failure.to_json(), "audit_head": null,
    });
    Early { run, failure, data }
}

impl Early<'_> {
    /// Says how far the run is.
    #[must_use]
    pub fn so_far(mut self, run: &Run, head: Option<&str>) -> Self {
        let spent = run.budget().spent;
        self.data["artifacts"] = json!(run.artifacts());
        self.data["usage"] = json!(spent);
        self.data["cost"] = json!({"micro_usd": spent.micro_usd});
        self.data["audit_head"] = json!(head);
        self
    }

    /// Says which questions are open.
    #[must_use]
    pub fn approvals(mut self, approvals: Value) -> Self {
        self.data["approvals"] = approvals;
        self
    }
}

/// Prints an early end.
///
/// # Errors
/// The output cannot be written.
pub fn print(output: &mut Output, early: Early<'_>) -> Result<Exit, Failure> {
    let Early { run, failure, data } = early;
    match output.format() {
        Format::Jsonl => {
            let line = Line {
                seq: None,
                at: None,
                run: run.unwrap_or_default().to_owned(),
                kind: lines::FINISHED,
                data,
            };
            output.json(&line.envelope())?;
        }
        Format::Json => output.json(&data)?,
        Format::Table => output.failed(failure),
    }
    Ok(failure.exit)
}

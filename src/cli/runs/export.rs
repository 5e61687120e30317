//! `somagent runs export`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, replace};
use crate::digest::Digest;
use crate::exit::Exit;
use crate::journal::{Reader, Stored, Stream};
use crate::sight;

/// How a reader of the bundle verifies it.
const FORM: &str = "each line after this one is an event, in the order of the store: `hash` is the SHA3-512 of the bytes of `entry`, \
    whose `body_digest` is the SHA3-512 of the bytes of `body`; `body` is null when it was shredded; `prev` in an entry is the \
    hash of the event before it in the store. The checkpoint is a C2SP signed note over the whole store.";

/// Write a run and all that its steps began as one file that explains and verifies itself
///
/// JSON lines: a header with the store and its newest checkpoint, then every event with the bytes that were hashed.
/// What is written was verified.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
    /// The file to write; without it, standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// There is no such run, its record does not verify, or the file cannot be written.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = super::reader(context)?;
    let id = reader.find_run(&args.run)?.id;
    let runs = sight::tree::all(&reader, &id)?;
    let (text, events) = bundle(&reader, &runs)?;
    verify(&text, events)?;
    let Some(file) = &args.out else {
        output.text(&text)?;
        return Ok(Exit::Succeeded);
    };
    replace::replace(file, &text)?;
    match output.format() {
        Format::Table => output.line(&format!("{}  {events} events of {} runs", file.display(), runs.len()))?,
        Format::Json | Format::Jsonl => {
            output.json(&json!({"v": 1, "file": file, "run": id, "runs": runs, "events": events}))?;
        }
    }
    Ok(Exit::Succeeded)
}

/// The lines, and how many events are among them.
fn bundle(reader: &Reader, runs: &[String]) -> Result<(String, usize), Failure> {
    let mut events: Vec<(&String, Stored)> = Vec::new();
    for run in runs {
        let stored = reader.stored(&Stream::Run(run.clone()))?;
        events.extend(stored.into_iter().map(|event| (run, event)));
    }
    events.sort_by_key(|(_, event)| event.seq);
    let head = reader.head()?;
    let header = json!({
        "v": 1, "type": "somagent.run", "store": reader.store_id(), "run": runs.first(), "runs": runs,
        "events": events.len(), "checkpoint": head.checkpoint, "form": FORM,
    });
    let mut text = format!("{header}\n");
    for (run, event) in &events {
        let line = json!({
            "v": 1, "type": "event", "run": run, "seq": event.seq, "hash": event.hash, "entry": event.entry,
            "body": event.body,
        });
        text.push_str(&format!("{line}\n"));
    }
    Ok((text, events.len()))
}

/// Reads the lines again, as somebody else would, and holds them against their digests.
fn verify(text: &str, events: usize) -> Result<(), Failure> {
    let wrong = |what: &str| {
        Failure::new(
            Exit::Unverified,
            "bundle_wrong",
            format!("the bundle does not verify: {what}"),
        )
        .hint("`somagent audit verify` says whether the store does")
    };
    let mut found = 0;
    for line in text.lines().skip(1) {
        let line: Value = serde_json::from_str(line).map_err(|_| wrong("a line is not JSON"))?;
        let bytes = |field: &str| line[field].as_str().map(str::as_bytes);
        let entry = bytes("entry").ok_or_else(|| wrong("an event has no entry"))?;
        if line["hash"] != json!(Digest::of(entry)) {
            return Err(wrong("an entry does not have its hash"));
        }
        let header: Value = serde_json::from_slice(entry).map_err(|_| wrong("an entry is not JSON"))?;
        if let Some(body) = bytes("body")
            && header["body_digest"] != json!(Digest::of(body))
        {
            return Err(wrong("a body does not have its digest"));
        }
        found += 1;
    }
    if found == events {
        Ok(())
    } else {
        Err(wrong("events are missing"))
    }
}

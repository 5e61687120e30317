//! `somagent runs watch`.

use std::collections::BTreeMap;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, lines, result};
use super::wait::{LOOK, parked};
use crate::exit::Exit;
use crate::journal::{Event, Reader, Stream};
use crate::sight::status::{self, Stand};

/// Print what a run does while it does it, from its beginning
///
/// Works from any process. Ends with the run and its code, or with 5 when the run is parked and nobody drives it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The run's id, or a part of it that only one run has
    run: String,
}

/// Runs the command.
///
/// # Errors
/// There is no such run, or its record cannot be read.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = super::reader(context)?;
    let id = reader.find_run(&args.run)?.id;
    let ended = watch(&id, &reader, context, output).await;
    result::tell(output, Some(&id), ended)
}

async fn watch(id: &str, reader: &Reader, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let mut seen = BTreeMap::from([(id.to_owned(), 0)]);
    let mut version = None;
    loop {
        // Looked at first: what is recorded after it is found by the next look.
        let row = reader.run(id)?;
        let stand = row
            .as_ref()
            .map(|row| status::stand(row, reader, &context.home.locks()))
            .transpose()?;
        let now = reader.data_version()?;
        if version != Some(now) || stand != Some(Stand::Driven) {
            version = Some(now);
            let events = news(reader, &mut seen)?;
            print(output, id, &events, stand == Some(Stand::Over))?;
        }
        match stand {
            Some(Stand::Over) => {
                return match output.format() {
                    Format::Jsonl => result::exit_recorded(reader, id),
                    Format::Json | Format::Table => result::recorded(output, reader, id, None),
                };
            }
            Some(Stand::Waits | Stand::Idle) | None => return parked(id, reader, context, output),
            Some(Stand::Driven) => tokio::time::sleep(LOOK).await,
        }
    }
}

/// What was recorded since the last look, of the run and of those that its steps have begun, in the journal's order.
fn news(reader: &Reader, seen: &mut BTreeMap<String, u64>) -> Result<Vec<Event>, Failure> {
    let mut news = Vec::new();
    let mut open: Vec<String> = seen.keys().cloned().collect();
    while let Some(run) = open.pop() {
        let before = seen.get(&run).copied().unwrap_or(0);
        let events = reader.events(&Stream::Run(run.clone()), before, usize::MAX)?;
        if let Some(last) = events.last() {
            seen.insert(run.clone(), last.run_seq());
            for child in reader.children(&run)? {
                if !seen.contains_key(&child.id) {
                    seen.insert(child.id.clone(), 0);
                    open.push(child.id);
                }
            }
        }
        news.extend(events);
    }
    news.sort_by_key(Event::seq);
    Ok(news)
}

fn print(output: &mut Output, id: &str, events: &[Event], over: bool) -> Result<(), Failure> {
    let of_run = events.iter().rev().find(|event| lines::run_of(event) == id);
    let last = of_run.filter(|_| over).map(Event::seq);
    for event in events {
        match output.format() {
            Format::Jsonl => {
                for line in lines::of_event(event, id)? {
                    let is_last = Some(event.seq()) == last;
                    output.json(&line.among(is_last).envelope())?;
                }
            }
            Format::Table => {
                if let Some(line) = lines::plain(event, id)? {
                    output.say(&line);
                }
            }
            Format::Json => {}
        }
    }
    Ok(())
}

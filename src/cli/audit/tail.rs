//! `somagent audit tail`.

use serde_json::json;

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine, time};
use crate::exit::Exit;
use crate::journal::Body;

/// Print the last events of the store
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many
    #[arg(short = 'n', long, default_value_t = 20)]
    limit: usize,
}

/// Runs the command.
///
/// # Errors
/// The store cannot be read.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let Some(reader) = engine::reader(context)? else {
        return Ok(Exit::Succeeded);
    };
    let after = reader.head()?.seq.saturating_sub(args.limit as u64);
    let events = reader.tail(after, args.limit)?;
    let mut values = Vec::new();
    for event in &events {
        let header = event.header();
        match output.format() {
            Format::Table => output.line(&format!(
                "{:>6}  {}  {:<22}  {}  {}",
                header.seq,
                time::rfc3339(header.at),
                header.kind,
                header.stream,
                event.hash().short()
            ))?,
            Format::Json | Format::Jsonl => {
                let body = match event.body() {
                    Body::Present(body) => body.clone(),
                    Body::Shredded => serde_json::Value::Null,
                };
                values.push(json!({"header": header, "body": body, "hash": event.hash()}));
            }
        }
    }
    match output.format() {
        Format::Table => {}
        Format::Json | Format::Jsonl => output.values(values)?,
    }
    Ok(Exit::Succeeded)
}

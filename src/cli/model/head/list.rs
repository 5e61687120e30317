//! `somagent model head list`.

use serde_json::{Value, json};

use super::super::super::failure::Failure;
use super::super::super::output::{Format, Output};
use super::super::super::{Context, table};
use crate::exit::Exit;
use crate::models::head::{Held, ShelfError};

/// List the heads that are here, every version of them
///
/// ACCURACY and ECE are out of fold: how many answers are right, and how far confidence is from that on average. One that
/// is refused is listed with why.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
///
/// # Errors
/// The directory of heads cannot be read.
pub fn run(_: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let all = super::shelf(context).all()?;
    match output.format() {
        Format::Table => {
            let mut rows = vec![["HEAD", "LABELS", "ITEMS", "ACCURACY", "ECE", "BYTES", "ORIGIN"].map(str::to_owned)];
            rows.extend(all.iter().flatten().map(row));
            output.text(&output.for_eyes(&table::columns(&rows)))?;
            for refused in all.iter().filter_map(|one| one.as_ref().err()) {
                output.say(&format!("refused: {refused}"));
            }
        }
        Format::Json | Format::Jsonl => output.values(all.iter().map(value).collect())?,
    }
    Ok(Exit::Succeeded)
}

fn row(held: &Held) -> [String; 7] {
    let measures = &held.head.training().measures;
    [
        held.head.title(),
        held.head.labels().join(","),
        measures.items.to_string(),
        super::per_cent(measures.accuracy),
        super::per_cent(measures.calibration_error),
        held.bytes.to_string(),
        super::origin(held),
    ]
}

fn value(one: &Result<Held, ShelfError>) -> Value {
    match one {
        Ok(held) => super::described(held),
        Err(refused) => json!({"refused": refused.to_string()}),
    }
}

//! `somagent model head classify`.

use std::io::Read as _;
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};

use super::super::super::Context;
use super::super::super::failure::Failure;
use super::super::super::output::{Format, Output};
use crate::exit::Exit;
use crate::models::head::Said;

/// The most of standard input, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Say what texts are
///
/// For each text its label, how sure the head is, and the rule that decided if one did; `-` in place of a label where the
/// head abstains. `-o json` has the probability of every label.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A head that `somagent model head list` shows: NAME, or NAME@VERSION
    name: String,
    /// The texts
    #[arg(required_unless_present = "stdin", conflicts_with = "stdin")]
    texts: Vec<String>,
    /// Each line of standard input is a text
    #[arg(long)]
    stdin: bool,
}

/// Runs the command.
///
/// # Errors
/// There is no such head, it is refused, or a text is empty.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let held = super::shelf(context).find(&args.name)?;
    let texts = match args.stdin {
        true => lines()?,
        false => args.texts.clone(),
    };
    if let Some(at) = texts.iter().position(|text| text.trim().is_empty()) {
        let message = format!("text {} is empty", at + 1);
        return Err(Failure::new(Exit::Usage, "empty_text", message).hint("give something to classify"));
    }
    let readers = super::readers_of(&held.head, context, output).await?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let never = AtomicBool::new(false);
    let said = tokio::task::block_in_place(|| held.head.classify(&texts, readers.get(), &never))?;
    match output.format() {
        Format::Table => {
            for (text, said) in texts.iter().zip(&said) {
                let line = format!(
                    "{}  {:.1} %{}  {text}",
                    if said.is_abstaining { "-" } else { &said.label },
                    said.confidence * 100.0,
                    said.rule
                        .as_ref()
                        .map_or_else(String::new, |rule| format!("  by rule {rule}")),
                );
                output.line(&output.for_eyes(&line))?;
            }
        }
        Format::Json | Format::Jsonl => {
            let title = held.head.title();
            output.values(
                texts
                    .iter()
                    .zip(&said)
                    .map(|(text, said)| value(&title, text, said))
                    .collect(),
            )?;
        }
    }
    Ok(Exit::Succeeded)
}

fn value(head: &str, text: &str, said: &Said) -> Value {
    let shares: serde_json::Map<String, Value> = said
        .shares
        .iter()
        .map(|(label, share)| (label.clone(), json!(share)))
        .collect();
    json!({
        "head": head, "text": text, "label": (!said.is_abstaining).then_some(&said.label),
        "likeliest": said.label, "confidence": said.confidence, "probabilities": shares, "rule": said.rule,
    })
}

/// The lines of standard input that are not empty.
fn lines() -> Result<Vec<String>, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().take(LARGEST + 1).read_to_string(&mut text);
    read.map_err(|reason| Failure::new(Exit::Usage, "no_text", format!("cannot read standard input: {reason}")))?;
    if text.len() as u64 > LARGEST {
        let message = format!("standard input has more than {LARGEST} bytes");
        return Err(Failure::new(Exit::Usage, "too_large", message).hint("give it in parts"));
    }
    let lines: Vec<String> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect();
    if lines.is_empty() {
        return Err(Failure::new(Exit::Usage, "empty_text", "standard input has no text").hint("write one text a line"));
    }
    Ok(lines)
}

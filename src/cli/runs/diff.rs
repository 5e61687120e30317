//! `somagent runs diff`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, table};
use crate::capsule::budget::Spend;
use crate::digest::Digest;
use crate::engine::fact::{Outcome, Part, RunFact};
use crate::exit::Exit;
use crate::journal::{Reader, Stream};

/// Compare two runs: capsule, inputs, budget, steps with attempts, outputs and what they spent
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A run's id, or a part of it that only one run has
    a: String,
    /// Another run's
    b: String,
    /// End with 20 when they differ
    #[arg(long)]
    exit_code: bool,
}

/// What two runs are compared by.
#[derive(Debug, Default, PartialEq)]
struct Account {
    /// Everything about the run as a whole, by name.
    whole: Map<String, Value>,
    steps: BTreeMap<String, Step>,
}

/// What became of a step, all its items together.
#[derive(Debug, Default, Clone, PartialEq)]
struct Step {
    status: String,
    attempts: u32,
    completed: u64,
    failed: u64,
    /// Digest of what its items gave, in their order.
    outputs: BTreeMap<Option<usize>, Digest>,
    spent: Spend,
}

/// Runs the command.
///
/// # Errors
/// There is no such run, or its record cannot be read.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reader = super::reader(context)?;
    let (a, b) = (reader.find_run(&args.a)?.id, reader.find_run(&args.b)?.id);
    let differences = differences(&account(&reader, &a)?, &account(&reader, &b)?);
    match output.format() {
        Format::Table => {
            if differences.is_empty() {
                output.say("the runs do not differ");
            } else {
                let mut rows = vec![["WHAT".to_owned(), a, b]];
                rows.extend(
                    differences
                        .iter()
                        .map(|(what, a, b)| [what.clone(), shown(a), shown(b)]),
                );
                output.text(&harmless(&table::columns(&rows)))?;
            }
        }
        Format::Json | Format::Jsonl => {
            let list: Vec<Value> = differences
                .iter()
                .map(|(what, a, b)| json!({"what": what, "a": a, "b": b}))
                .collect();
            output.json(&json!({"v": 1, "a": a, "b": b, "equal": differences.is_empty(), "differences": list}))?;
        }
    }
    Ok(if args.exit_code && !differences.is_empty() {
        Exit::WouldChange
    } else {
        Exit::Succeeded
    })
}

fn account(reader: &Reader, run: &str) -> Result<Account, Failure> {
    let mut account = Account::default();
    for event in reader.events(&Stream::Run(run.to_owned()), 0, usize::MAX)? {
        account.take(RunFact::recorded(&event)?);
    }
    Ok(account)
}

impl Account {
    fn take(&mut self, fact: RunFact) {
        let mut say = |what: &str, value: Value| self.whole.insert(what.to_owned(), value);
        match fact {
            RunFact::Started(started) => {
                say(
                    "capsule",
                    json!(format!("{} {}", started.capsule.name, started.capsule.version)),
                );
                say("capsule digest", json!(started.capsule.digest));
                say("directory", json!(started.workspace));
                say("seed", json!(started.seed));
                say("model", json!(started.model.map(|model| model.name)));
                say("budget", json!(started.limit));
                for (name, value) in started.inputs.as_object().into_iter().flatten() {
                    say(&format!("input {name}"), value.clone());
                }
            }
            RunFact::Raised(raised) if raised.step.is_none() => {
                say("budget", json!(raised.limit));
            }
            RunFact::Finished(finished) => {
                say("status", json!(finished.status));
                say("exit code", json!(finished.exit_code));
                say("error", json!(finished.fault.map(|fault| fault.fault.message)));
                let outputs = finished.outputs.map_or(Value::Null, |outputs| outputs.value);
                for (name, value) in outputs.as_object().into_iter().flatten() {
                    say(&format!("output {name}"), value.clone());
                }
            }
            RunFact::Skipped(skipped) => self.step(&skipped.step).status = "skipped".to_owned(),
            RunFact::Adopted(adopted) => {
                let step = self.step(&adopted.step);
                step.status = "taken over".to_owned();
                let output = adopted.output.map(|output| (None, Digest::of_json(&output.value)));
                step.outputs.extend(output);
            }
            RunFact::StepStarted(started) => self.step(&name(&started.unit.step, started.unit.part)).attempts += 1,
            RunFact::Settled(settled) => {
                let step = self.step(&name(&settled.unit.step, settled.unit.part));
                step.spent = step.spent.plus(settled.spent);
                match settled.outcome {
                    Outcome::Completed { output, .. } => {
                        step.completed += 1;
                        step.status = "completed".to_owned();
                        step.outputs.insert(settled.unit.item, Digest::of_json(&output.value));
                    }
                    Outcome::Failed { .. } if settled.retry_at.is_some() => {}
                    Outcome::Failed { .. } => {
                        step.failed += 1;
                        step.status = "failed".to_owned();
                    }
                }
            }
            RunFact::Leased(_)
            | RunFact::Admitted(_)
            | RunFact::Paused(_)
            | RunFact::Resumed(_)
            | RunFact::Cancelling(_)
            | RunFact::Failing(_)
            | RunFact::Reopened(_)
            | RunFact::Raised(_)
            | RunFact::Expanded(_)
            | RunFact::Judged(_)
            | RunFact::InDoubt(_)
            | RunFact::Reset(_)
            | RunFact::Requested(_)
            | RunFact::Resolved(_)
            | RunFact::Endorsed(_)
            | RunFact::Tripped(_) => {}
        }
    }

    fn step(&mut self, name: &str) -> &mut Step {
        self.steps.entry(name.to_owned()).or_default()
    }
}

/// A step, or what undoes or looks after it.
fn name(step: &str, part: Part) -> String {
    crate::engine::fact::Unit::step(step).part(part).to_string()
}

impl Step {
    /// Wall time apart, which is never the same.
    fn rows(&self) -> [(&'static str, Value); 5] {
        let outputs: Vec<String> = self
            .outputs
            .values()
            .map(Digest::short)
            .map(|short| short.to_string())
            .collect();
        [
            ("status", json!(self.status)),
            ("attempts", json!(self.attempts)),
            ("items", json!({"completed": self.completed, "failed": self.failed})),
            ("output", json!(outputs.join(" "))),
            (
                "spent",
                json!({
                    "tokens": self.spent.tokens, "micro_usd": self.spent.micro_usd,
                    "tool_calls": self.spent.tool_calls, "steps": self.spent.steps,
                }),
            ),
        ]
    }
}

fn differences(a: &Account, b: &Account) -> Vec<(String, Value, Value)> {
    let mut found = Vec::new();
    let mut compare = |what: String, a: &Value, b: &Value| {
        if a != b {
            found.push((what, a.clone(), b.clone()));
        }
    };
    let names = a
        .whole
        .keys()
        .chain(b.whole.keys().filter(|name| !a.whole.contains_key(*name)));
    for name in names {
        let of = |account: &Account| account.whole.get(name).cloned().unwrap_or(Value::Null);
        compare(name.clone(), &of(a), &of(b));
    }
    let steps = a
        .steps
        .keys()
        .chain(b.steps.keys().filter(|name| !a.steps.contains_key(*name)));
    for name in steps {
        let of = |account: &Account| account.steps.get(name).cloned().unwrap_or_default();
        for ((what, a), (_, b)) in of(a).rows().into_iter().zip(of(b).rows()) {
            compare(format!("step {name} {what}"), &a, &b);
        }
    }
    found
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let line: String = text.lines().next().unwrap_or_default().chars().take(60).collect();
    if line.len() < text.len() {
        format!("{line}…")
    } else {
        line
    }
}

//! `somagent constitution`: what agents may do, and how that is changed.

mod activate;
mod check;
mod diff;
mod keys;
mod propose;
mod show;
mod sign;
mod verify;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::failure::Failure;
use super::output::{Output, harmless};
use super::{Context, table};
use crate::engine::house::{self, House, Proposal};
use crate::exit::Exit;
use crate::policy::compare::{Change, Effect, How, Part};
use crate::policy::constitution::{Signed, signed_in};
use crate::policy::{Draft, Shipped};

/// Read, verify, compare and change what agents may do
///
/// What is in force is recorded in the journal and signed. It is changed in three steps: a text with a higher version is
/// proposed, as many trusted keys as have to sign it, and somebody activates it. Which keys are trusted is changed in the
/// same way.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(show::Args),
    Verify(verify::Args),
    Diff(diff::Args),
    Check(check::Args),
    Propose(propose::Args),
    Sign(sign::Args),
    Activate(activate::Args),
    Keys(keys::Args),
}

/// Runs the command.
///
/// # Errors
/// As the subcommands say.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    match args.command {
        Command::Show(args) => show::run(&args, context, output),
        Command::Verify(args) => verify::run(&args, context, output),
        Command::Diff(args) => diff::run(&args, context, output),
        Command::Check(args) => check::run(&args, context, output),
        Command::Propose(args) => propose::run(args, context, output).await,
        Command::Sign(args) => sign::run(&args, context, output).await,
        Command::Activate(args) => activate::run(&args, context, output).await,
        Command::Keys(args) => keys::run(args, context, output).await,
    }
}

/// What people call the one in force.
const ACTIVE: &str = "active";

/// Larger than any constitution.
const LARGEST: u64 = 256 * 1024;

/// What the store records of keys and constitutions; none where there is no store yet.
fn recorded(context: &Context) -> Result<Option<House>, Failure> {
    let Some(reader) = super::engine::reader(context)? else {
        return Ok(None);
    };
    let events = reader.events(&house::stream(), 0, usize::MAX)?;
    Ok(Some(House::replay(&events)?))
}

/// The text that `name` means: the one in force, a shipped one, or that of a file.
fn text_of(name: &str, context: &Context) -> Result<String, Failure> {
    if name == ACTIVE {
        let active = recorded(context)?.and_then(|house| house.active);
        return active.map(|active| active.text).ok_or_else(no_store);
    }
    match Shipped::named(name) {
        Some(shipped) => Ok(shipped.text.to_owned()),
        None => file(Path::new(name)),
    }
}

/// The text of a file, or of standard input for `-`.
///
/// # Errors
/// It cannot be read, is too large or no text.
pub fn file(path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
    };
    read.map_err(|reason| unreadable(path, &reason))?;
    if bytes.len() as u64 > LARGEST {
        return Err(malformed(path, &format!("it is larger than {LARGEST} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| malformed(path, &error.to_string()))
}

/// The signatures in a file.
///
/// # Errors
/// It cannot be read, or is no signature file.
pub fn signatures(path: &Path) -> Result<Vec<Signed>, Failure> {
    Ok(signed_in(file(path)?.as_bytes())?)
}

fn unreadable(path: &Path, reason: &io::Error) -> Failure {
    let (exit, kind) = match reason.kind() {
        io::ErrorKind::NotFound => (Exit::NotFound, "no_such_constitution"),
        _ => (Exit::Usage, "unreadable"),
    };
    let names: Vec<&str> = Shipped::ALL.iter().map(|shipped| shipped.name).collect();
    Failure::new(exit, kind, format!("cannot read `{}`: {reason}", path.display()))
        .hint(format!("give a file, or one of the shipped ones: {}", names.join(", ")))
}

fn malformed(path: &Path, why: &str) -> Failure {
    let message = format!("`{}` is no constitution: {why}", path.display());
    Failure::new(Exit::Usage, "constitution_malformed", message).hint("correct the text at that place")
}

fn draft(text: &str, name: &str) -> Result<Draft, Failure> {
    Draft::read(text.as_bytes()).map_err(|error| malformed(Path::new(name), &error.to_string()))
}

fn no_store() -> Failure {
    Failure::new(
        Exit::NotFound,
        "no_store",
        "there is no store yet, so nothing is in force",
    )
    .hint("`somagent init` makes one")
}

/// What is proposed.
fn proposal(house: &House) -> Result<&Proposal, Failure> {
    let proposal = house.proposed.as_ref();
    proposal.ok_or_else(|| house::HouseError::NothingProposed.into())
}

/// How many keys have to sign.
fn needed(house: &House) -> u32 {
    house.trust.as_ref().map_or(1, |trust| trust.threshold.max(1))
}

/// Changes for people, one a line: what became of what, and whether that is looser.
fn changes_shown(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "nothing changes\n".to_owned();
    }
    let rows = changes.iter().map(|change| {
        let how = match change.how {
            How::Added => "added",
            How::Removed => "removed",
            How::Changed => "changed",
        };
        let said = match (&change.before, &change.after) {
            (Some(before), Some(after)) => format!("{before} -> {after}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => String::new(),
        };
        let part = match (part_name(change.part), change.name.as_str()) {
            (part, "") => part.to_owned(),
            (part, name) => format!("{part} {name}"),
        };
        let said = said.replace('\n', " ");
        [effect_name(change.effect).to_owned(), how.to_owned(), part, said]
    });
    let rows: Vec<[String; 4]> = rows.collect();
    harmless(&table::columns(&rows)).into_owned()
}

fn part_name(part: Part) -> &'static str {
    match part {
        Part::Title => "title",
        Part::Article => "article",
        Part::Rule => "rule",
        Part::Flow => "flow",
        Part::Score => "score",
        Part::Threshold => "threshold",
        Part::Weight => "weight",
        Part::Rego => "rego",
        Part::Remembered => "remembered",
        Part::Opa => "opa",
    }
}

fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::Neither => "neither",
        Effect::Stricter => "stricter",
        Effect::Looser => "looser",
    }
}

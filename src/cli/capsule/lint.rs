//! `somagent capsule lint`.

use std::path::PathBuf;

use serde_json::json;

use super::super::Context;
use super::super::callable::{self, Surroundings};
use super::super::capsules::{self, Origin};
use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::replace::replace;
use crate::capsule::{Capsule, Catalogue, Look, Problem, Severity, apply, migrate, report};
use crate::exit::Exit;

/// How often a file is looked at again: what one change reveals, the next look mends.
const ROUNDS: usize = 64;

/// Check a capsule and show every problem in its place
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A capsule's name or a file
    capsule: String,
    /// Mend in the file what can be mended in one way only, and check again
    #[arg(long)]
    fix: bool,
}

/// Runs the command.
///
/// # Errors
/// There is no such capsule; with `--fix`, it is no file that can be written.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let located = capsules::locate(&args.capsule, context);
    // Without a file to mend, that is what is said first.
    let path = args.fix.then(|| file_of(&args.capsule, context)).transpose()?;
    let located = located?;
    let Surroundings { catalogue, broken } = callable::surroundings(&located, &capsules::catalogue(context), context);
    let text = located.text;
    let text = if let Some(path) = path {
        let mended = mended(&text, &catalogue);
        if mended == text {
            output.say("nothing to mend");
        } else {
            replace(&path, &mended)?;
            output.say(&format!("mended `{}`", path.display()));
        }
        mended
    } else {
        text
    };
    let (valid, problems) = problems(&text, &catalogue);
    match output.format() {
        Format::Table => {
            if !problems.is_empty() {
                let look = Look {
                    colour: output.paint().is_coloured(),
                    width: 100,
                };
                output.text(&report(&args.capsule, &text, &problems, look))?;
            }
            output.say(&capsules::tally(&problems));
            if matches!(migrate::migrate(&text, &catalogue), Ok(Some(_))) {
                output.say("the file is of an older format: `somagent capsule migrate` rewrites it");
            }
        }
        Format::Json | Format::Jsonl => output.values(problems.iter().map(data).collect())?,
    }
    // What it runs is not part of its text; it cannot run without it.
    if let (true, Some(broken)) = (valid, broken.first()) {
        return Err(broken.failure());
    }
    Ok(if valid { Exit::Succeeded } else { Exit::InvalidCapsule })
}

fn data(problem: &Problem) -> serde_json::Value {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mend = problem.mend.as_ref();
    json!({
        "code": problem.code.to_string(), "severity": severity, "message": problem.message, "help": problem.help,
        "span": [problem.span.start, problem.span.end],
        "mend": mend.map(|mend| json!({"span": [mend.span.start, mend.span.end], "text": mend.text})),
    })
}

/// Whether a text is a valid capsule, and what was found in it.
fn problems(text: &str, catalogue: &Catalogue) -> (bool, Vec<Problem>) {
    match Capsule::parse(text, catalogue) {
        Ok(capsule) => (true, capsule.warnings().to_vec()),
        Err(problems) => (false, problems),
    }
}

/// A text with everything mended that can be.
fn mended(text: &str, catalogue: &Catalogue) -> String {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let next = apply(&text, &problems(&text, catalogue).1);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// The file of a capsule, which a mend may change.
fn file_of(name: &str, context: &Context) -> Result<PathBuf, Failure> {
    let refused = |what: &str| {
        Failure::new(
            Exit::Usage,
            "not_a_file",
            format!("`{name}` is {what}: there is no file to mend"),
        )
        .hint("`somagent capsule show --source NAME > FILE` makes a file of a capsule")
    };
    if name == "-" {
        return Err(refused("standard input"));
    }
    match capsules::all(context).into_iter().find(|(known, _)| known == name) {
        Some((_, Origin::BuiltIn)) => Err(refused("built in")),
        Some((_, Origin::File(path))) => Ok(path),
        None => Ok(context.directory.join(name)),
    }
}

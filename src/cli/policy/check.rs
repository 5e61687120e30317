//! `somagent policy check`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output, harmless};
use super::super::{Context, engine, mode};
use super::record::decided;
use crate::engine::{opa, open};
use crate::exit::Exit;
use crate::net::{Exchange, Net};
use crate::policy::inquiry::{Answer, Inquiry, InquiryError};
use crate::policy::{DEFAULT_CONSTITUTION, Decision, Draft, InForce, Law};
use crate::sight::amount::counted;

/// The largest inquiry: a session may hold whole pages.
const LARGEST: u64 = 64 << 20;

/// Ask the law about a call that nobody makes: one JSON object in, a verdict out
///
/// The object has `tool`, `args`, `tool_spec` (what the tool says of itself) and `session` (what the user asked for,
/// and the calls before with their outputs); docs/policy-check.md says all of it. Nothing is performed and nothing is
/// recorded; the server that a constitution names is asked. Of one object the exit code tells the verdict: 0 it may, 5 a person is asked, 6 it may not.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file; without one, or with `-`, standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Read one object a line and write one verdict a line, as each is read
    #[arg(long)]
    jsonl: bool,
    /// Ask this constitution, signed or not, instead of the one in force
    #[arg(long, value_name = "FILE")]
    constitution: Option<PathBuf>,
}

/// Who is asked, and over what the server that it names is.
struct Bench {
    text: Text,
    exchange: Exchange,
    /// The mode in force, which may keep a server from being asked.
    mode: InForce,
}

/// A constitution.
enum Text {
    /// What is in force.
    Law(Box<Law>),
    /// What nobody has to obey.
    Draft(Box<Draft>),
}

impl Bench {
    fn of(args: &Args, context: &Context, output: &Output) -> Result<Self, Failure> {
        let text = Text::of(args, context, output)?;
        let mode = match text.server() {
            Some(_) => mode::in_force(context)?,
            None => InForce::default(),
        };
        let exchange = Exchange::new(Net::new(context.offline));
        Ok(Self { text, exchange, mode })
    }

    async fn answer(&self, text: &str) -> Result<Answer, InquiryError> {
        let mut posed = Inquiry::parse(text)?.pose()?;
        let question = match &self.text {
            Text::Law(law) => law.question(&posed.action, &posed.situation),
            Text::Draft(draft) => draft.question(&posed.action, &posed.situation),
        };
        if let Some(question) = question {
            posed.hear(opa::ask(&self.exchange, &question, &self.mode).await);
        }
        Ok(match &self.text {
            Text::Law(law) => posed.put(law),
            Text::Draft(draft) => draft.answer(posed),
        })
    }
}

impl Text {
    fn server(&self) -> Option<&str> {
        match self {
            Self::Law(law) => law.server(),
            Self::Draft(draft) => draft.server(),
        }
    }

    fn of(args: &Args, context: &Context, output: &Output) -> Result<Self, Failure> {
        if let Some(path) = &args.constitution {
            return Ok(Self::Draft(Box::new(draft_of(path)?)));
        }
        if let Some(reader) = engine::reader(context)? {
            return Ok(Self::Law(Box::new(open::standing_law(&context.home, &reader)?)));
        }
        output.say("there is no store yet: the constitution that a new one begins with is asked");
        Ok(Self::Draft(Box::new(draft(
            DEFAULT_CONSTITUTION.as_bytes(),
            "the default",
        )?)))
    }
}

/// The constitution in a file, whoever signed it.
///
/// # Errors
/// It cannot be read, or is none.
pub fn draft_of(path: &Path) -> Result<Draft, Failure> {
    let text = std::fs::read(path).map_err(|reason| unreadable(path, &reason))?;
    draft(&text, &path.display().to_string())
}

fn draft(text: &[u8], name: &str) -> Result<Draft, Failure> {
    Draft::read(text).map_err(|error| {
        Failure::new(Exit::Usage, "constitution_malformed", format!("`{name}`: {error}"))
            .hint("correct the text at that place")
    })
}

/// Runs the command.
///
/// # Errors
/// The input or the constitution cannot be read; without `--jsonl`, the input is no inquiry.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let bench = Bench::of(args, context, output)?;
    let input = input(args.file.as_deref())?;
    if args.jsonl {
        return lines(&bench, input, output).await;
    }
    let mut text = String::new();
    let read = BufReader::new(input).take(LARGEST + 1).read_to_string(&mut text);
    read.map_err(|reason| unreadable(Path::new("-"), &reason))?;
    if text.len() as u64 > LARGEST {
        return Err(malformed(format!("it is larger than {LARGEST} bytes")));
    }
    let answer = bench
        .answer(&text)
        .await
        .map_err(|error| malformed(error.to_string()))?;
    match output.format() {
        Format::Table => output.text(&shown(&answer))?,
        Format::Json | Format::Jsonl => output.json(&json!(answer))?,
    }
    Ok(match answer.decision {
        Decision::Allow => Exit::Succeeded,
        Decision::Ask => Exit::Parked,
        Decision::Deny => Exit::Denied,
    })
}

/// Answers line by line; a line that is no inquiry is denied, and said at the end.
async fn lines(bench: &Bench, input: Box<dyn io::Read>, output: &mut Output) -> Result<Exit, Failure> {
    let mut input = BufReader::new(input);
    let (mut number, mut wrong) = (0_u64, 0);
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LARGEST + 1).read_until(b'\n', &mut line);
        let read = read.map_err(|reason| unreadable(Path::new("-"), &reason))?;
        if read == 0 {
            break;
        }
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if line.len() as u64 > LARGEST {
            return Err(malformed(format!("line {number} is longer than {LARGEST} bytes")));
        }
        let answered = match std::str::from_utf8(&line) {
            Ok(text) => bench.answer(text).await,
            Err(error) => Err(InquiryError::Form(error.to_string())),
        };
        let value = match answered {
            Ok(answer) => json!(answer),
            Err(error) => {
                wrong += 1;
                refused(number, &line, &error)
            }
        };
        output.line(&value.to_string())?;
    }
    if wrong == 0 {
        return Ok(Exit::Succeeded);
    }
    let wrong = counted(wrong, "line");
    Err(malformed(format!("{wrong} could not be read, and each was denied")))
}

/// The verdict on what cannot be read: no.
fn refused(number: u64, line: &[u8], error: &InquiryError) -> Value {
    let id = serde_json::from_slice::<Value>(line).ok();
    let id = id.as_ref().and_then(|value| value.get("id"));
    json!({
        "id": id, "line": number, "decision": Decision::Deny,
        "error": {"kind": "not_an_inquiry", "message": error.to_string()},
    })
}

fn input(file: Option<&Path>) -> Result<Box<dyn io::Read>, Failure> {
    match file {
        Some(path) if path != Path::new("-") => {
            let file = File::open(path).map_err(|reason| unreadable(path, &reason))?;
            Ok(Box::new(file))
        }
        Some(_) | None => Ok(Box::new(io::stdin())),
    }
}

fn unreadable(path: &Path, reason: &io::Error) -> Failure {
    let exit = match reason.kind() {
        io::ErrorKind::NotFound => Exit::NotFound,
        _ => Exit::Usage,
    };
    Failure::new(
        exit,
        "unreadable",
        format!("cannot read `{}`: {reason}", path.display()),
    )
    .hint("give a file that can be read, or `-` for standard input")
}

fn malformed(why: String) -> Failure {
    Failure::new(Exit::Usage, "not_an_inquiry", why).hint("docs/policy-check.md shows the form of an inquiry")
}

/// An answer for people.
fn shown(answer: &Answer) -> String {
    let decision = decided(answer.decision);
    let mut text = format!("{}: {decision}\n", harmless(&answer.tool));
    for because in &answer.because {
        text.push_str(&format!("  {}\n", harmless(because)));
    }
    if let (Some(score), Some(threshold)) = (answer.score, answer.threshold) {
        let terms = answer
            .terms
            .iter()
            .map(|term| format!("{} {}", term.feature, term.amount));
        let terms: Vec<String> = terms.collect();
        text.push_str(&format!(
            "score {score}, and {threshold} are needed: {}\n",
            terms.join(", ")
        ));
    }
    if !answer.articles.is_empty() {
        let articles: Vec<&str> = answer.articles.iter().map(String::as_str).collect();
        text.push_str(&format!("articles {}\n", articles.join(", ")));
    }
    for tainted in &answer.tainted {
        let origins: Vec<String> = tainted
            .origins
            .iter()
            .map(|origin| harmless(origin).into_owned())
            .collect();
        let (kind, value) = (&tainted.kind, harmless(&tainted.value));
        text.push_str(&format!(
            "untrusted {kind} `{value}` at {}: from {}\n",
            tainted.at,
            origins.join(", ")
        ));
    }
    text
}

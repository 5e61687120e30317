//! `somagent ask`: one question to a model, as a run of one step.

mod form;
pub mod question;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::question::{Answering, Question};
use super::failure::Failure;
use super::manner::Manner;
use super::output::Output;
use super::{Context, engine, given, model, result};
use crate::exit::Exit;

/// The most of what is given besides the question, in bytes: more than any context of a model here takes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Ask a model one question
///
/// The answer goes to standard output, word by word on a terminal; standard error says what it took. It is a run like any
/// other: judged, recorded, with a budget, and `somagent runs show` has it afterwards.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The question; `-` reads it from standard input
    prompt: String,
    /// The model: a name that `somagent model list` shows, or the path of a GGUF file
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,
    /// A file that the question is about; may be given more than once
    #[arg(short, long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Standard input is what the question is about
    #[arg(long)]
    stdin: bool,
    /// The answer is one of these, chosen by their exact probabilities
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', group = "form")]
    choices: Vec<String>,
    /// Judges the choices against what they are when there is nothing to judge
    #[arg(long, requires = "choices")]
    calibrate: bool,
    /// The model that is asked when the first is less sure of its choice than `--escalate-below`; its answer counts
    #[arg(long, value_name = "MODEL", requires = "choices")]
    escalate_to: Option<String>,
    /// From which confidence on a choice counts
    #[arg(long, value_name = "P", default_value_t = 0.6, requires = "escalate_to", value_parser = given::share)]
    escalate_below: f64,
    /// The answer is JSON under this JSON Schema: a file, or the schema itself; an answer that is a text is printed without
    /// quotes
    #[arg(long, value_name = "SCHEMA", group = "form")]
    schema: Option<String>,
    /// The answer is a text that this regular expression matches as a whole
    #[arg(long, value_name = "REGEX", group = "form")]
    pattern: Option<String>,
    /// The answer is a call of one of these functions, as JSON: a file, or a list of `name`, `description` and
    /// `parameters` (a JSON Schema)
    #[arg(long, value_name = "FUNCTIONS", group = "form")]
    functions: Option<String>,
    #[command(flatten)]
    answering: Answering,
    #[command(flatten)]
    manner: Manner,
}

/// Runs the command.
///
/// # Errors
/// Anything that keeps the run from ending well; the run's own failure is an exit code, not an error.
pub async fn run(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let ended = begin(args, context, output).await;
    result::tell(output, None, ended)
}

async fn begin(args: Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let question = Question {
        name: "ask",
        question: asked(&args)?,
        about: about(&args.files, args.stdin)?,
        turns: Vec::new(),
        form: form::form(&args)?,
        escalate_below: args.escalate_to.as_ref().map(|_| args.escalate_below),
        answering: &args.answering,
    };
    let model = model::chosen(args.model.as_deref(), context, output).await?;
    let escalate = model::further(args.escalate_to.as_deref(), context, output).await?;
    engine::set_up(context, output).await?;
    engine::pull_model(context, output, &model).await?;
    if let Some(escalate) = &escalate {
        engine::pull_model(context, output, escalate).await?;
    }
    let engine = Arc::new(engine::open_with(context, output, model, escalate)?);
    let (_, exit) = question.ask(&engine, &args.manner, context, output).await?;
    Ok(exit)
}

/// The question.
fn asked(args: &Args) -> Result<String, Failure> {
    let is_piped = args.prompt == "-";
    if is_piped && args.stdin {
        return Err(Failure::new(
            Exit::Usage,
            "stdin_twice",
            "standard input cannot be both the question and what it is about",
        )
        .hint("write the question as an argument, or leave `--stdin` out"));
    }
    let prompt = match is_piped {
        true => text_of(io::stdin(), "standard input")?,
        false => args.prompt.clone(),
    };
    if prompt.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "no_question", "the question is empty").hint("write what to ask"));
    }
    Ok(prompt)
}

/// What a question is about: files, and standard input.
///
/// # Errors
/// One of them cannot be read, is too large, or is no text.
pub fn about(files: &[PathBuf], stdin: bool) -> Result<Option<String>, Failure> {
    let mut about = Vec::new();
    for file in files {
        about.push((file.display().to_string(), file_text(file)?));
    }
    if stdin {
        about.push(("standard input".to_owned(), text_of(io::stdin(), "standard input")?));
    }
    let parts = about
        .iter()
        .map(|(name, text)| format!("{name}:\n{}\n", text.trim_end()));
    let parts: Vec<String> = parts.collect();
    Ok((!parts.is_empty()).then(|| parts.join("\n")))
}

fn file_text(file: &Path) -> Result<String, Failure> {
    let opened = File::open(file).map_err(|reason| unreadable(&file.display().to_string(), &reason))?;
    text_of(opened, &file.display().to_string())
}

/// A text that is not larger than anything a model could take.
fn text_of(from: impl io::Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    from.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|reason| unreadable(name, &reason))?;
    if bytes.len() as u64 > LARGEST {
        let message = format!("`{name}` has more than {LARGEST} bytes");
        return Err(Failure::new(Exit::Usage, "too_large", message).hint("no model reads that much; give a part of it"));
    }
    String::from_utf8(bytes).map_err(|_| {
        let message = format!("`{name}` is not UTF-8 text");
        Failure::new(Exit::Usage, "no_text", message).hint("give a text, or convert it to UTF-8 first")
    })
}

fn unreadable(name: &str, reason: &io::Error) -> Failure {
    let exit = match reason.kind() {
        io::ErrorKind::NotFound => Exit::NotFound,
        _ => Exit::Usage,
    };
    Failure::new(exit, "unreadable", format!("cannot read `{name}`: {reason}"))
}

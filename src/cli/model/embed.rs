//! `somagent model embed`.

use std::io::{self, BufRead as _, Read as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use tokio::sync::{Notify, mpsc};

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, engine};
use crate::exit::Exit;
use crate::models::catalogue::{Entry, Kind};
use crate::models::{EmbedError, Embedder};

/// Bytes of a line of standard input.
const LONGEST: u64 = 4 * 1024 * 1024;
/// Lines of standard input whose vectors are counted together.
const TOGETHER: usize = 1_024;

/// Print texts as vectors: what is alike in meaning has a small angle between
///
/// One JSON array a line, in the order of the texts; its squares add up to 1. What a text has beyond the tokens that the model
/// reads is not in its vector, and is told. With `-o json` the whole result is one value.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The texts; `-` alone is `--stdin`
    #[arg(required_unless_present = "stdin")]
    texts: Vec<String>,
    /// Each line of standard input is a text
    #[arg(long, conflicts_with = "texts")]
    stdin: bool,
    /// The model: a name of kind `embedding` that `somagent model list` shows
    #[arg(short, long, value_name = "MODEL")]
    model: Option<String>,
}

impl Args {
    /// Whether the texts are lines of standard input.
    ///
    /// # Errors
    /// `-` stands beside texts.
    fn reads_lines(&self) -> Result<bool, Failure> {
        let is_input = |text: &String| text == "-";
        if self.texts.len() > 1 && self.texts.iter().any(is_input) {
            let message = "`-` is standard input, and stands beside texts";
            return Err(Failure::new(Exit::Usage, "stdin_and_texts", message)
                .hint("give texts, or `-` alone; a text that is `-` is a line of standard input"));
        }
        Ok(self.stdin || self.texts.iter().any(is_input))
    }
}

/// Runs the command.
///
/// # Errors
/// The model cannot be had or loaded, a line is no text, or it was interrupted.
pub async fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let reads_lines = args.reads_lines()?;
    let entry = chosen(args.model.as_deref(), context)?;
    let pulled = engine::pull(context, output, &entry).await?;
    let embedder = tokio::task::block_in_place(|| Embedder::load(&pulled))?;
    let interrupt = Interrupt::default();
    let (stop, heard) = (Arc::clone(&interrupt.stop), Arc::clone(&interrupt.heard));
    let listening = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.store(true, Ordering::Relaxed);
            heard.notify_one();
        }
    });
    let waiting = Texts::of(args, reads_lines);
    let written = write(waiting, &entry.name, &embedder, &interrupt, output).await;
    listening.abort();
    written.map(|()| Exit::Succeeded)
}

/// Somebody has had enough.
#[derive(Default)]
struct Interrupt {
    /// For what computes.
    stop: Arc<AtomicBool>,
    /// For what waits.
    heard: Arc<Notify>,
}

/// Texts, some at a time.
enum Texts {
    /// All of them were given.
    Given(Vec<String>),
    /// Lines of standard input.
    Lines(mpsc::Receiver<Result<Vec<String>, Failure>>),
}

impl Texts {
    /// Standard input is read by a thread of its own: nobody can take a read back that waits for a line, so whoever stops
    /// leaves it behind.
    fn of(args: &Args, reads_lines: bool) -> Self {
        if !reads_lines {
            return Self::Given(args.texts.clone());
        }
        let (sender, receiver) = mpsc::channel(1);
        std::thread::spawn(move || {
            let mut input = io::stdin().lock();
            let mut first = 0;
            loop {
                let read = lines(&mut input, first);
                let count = read.as_ref().map_or(0, Vec::len);
                if sender.blocking_send(read).is_err() || count == 0 {
                    return;
                }
                first += count;
            }
        });
        Self::Lines(receiver)
    }

    /// The next ones; none at the end.
    async fn next(&mut self, interrupt: &Interrupt) -> Result<Vec<String>, Failure> {
        match self {
            Self::Given(texts) => Ok(std::mem::take(texts)),
            Self::Lines(lines) => tokio::select! {
                read = lines.recv() => read.unwrap_or_else(|| Ok(Vec::new())),
                () = interrupt.heard.notified() => Err(not_embedded(EmbedError::Stopped)),
            },
        }
    }
}

/// The model of this kind that is called `name`, or the first.
fn chosen(name: Option<&str>, context: &Context) -> Result<Entry, Failure> {
    let entry = match name {
        Some(name) => super::find(Some(name), context)?,
        None => {
            let catalogue = engine::models(context)?;
            let mut found = catalogue.entries().iter();
            let found = found.find(|entry| entry.kind == Kind::Embedding).cloned();
            found.ok_or_else(|| Failure::new(Exit::Internal, "internal", "the catalogue has no model for vectors"))?
        }
    };
    match entry.kind {
        Kind::Embedding => Ok(entry),
        Kind::Language => {
            let message = format!("`{}` answers, and gives no vectors", entry.name);
            Err(Failure::new(Exit::Usage, "no_embedding_model", message)
                .hint("`somagent model list` says of which kind each model is"))
        }
    }
}

async fn write(
    mut waiting: Texts,
    model: &str,
    embedder: &Embedder,
    interrupt: &Interrupt,
    output: &mut Output,
) -> Result<(), Failure> {
    let (mut vectors, mut truncated, mut first) = (Vec::new(), Vec::new(), 0);
    loop {
        let texts = waiting.next(interrupt).await?;
        if texts.is_empty() {
            break;
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let embedded = tokio::task::block_in_place(|| embedder.embed(&texts, &interrupt.stop)).map_err(not_embedded)?;
        for at in &embedded.truncated {
            let (number, most) = (first + at + 1, embedder.most_tokens());
            output.say(&format!(
                "text {number} has more than {most} tokens; the rest is not in its vector"
            ));
            truncated.push(first + at);
        }
        match output.format() {
            Format::Table | Format::Jsonl => {
                for vector in &embedded.vectors {
                    output.line(&text(vector)?)?;
                }
            }
            Format::Json => vectors.extend(embedded.vectors),
        }
        first += texts.len();
    }
    if output.format() == Format::Json {
        output.line(&text(&Vectors {
            model,
            dimensions: embedder.dimensions(),
            truncated,
            vectors,
        })?)?;
    }
    Ok(())
}

/// All that was asked for, as one value.
#[derive(Serialize)]
struct Vectors<'a> {
    model: &'a str,
    dimensions: usize,
    /// Texts that are not wholly in their vectors, counted from 0.
    truncated: Vec<usize>,
    vectors: Vec<Vec<f32>>,
}

/// JSON with as many digits as a number of single precision has, which a [`serde_json::Value`] does not know.
fn text(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::new(Exit::Internal, "internal", error))
}

/// The next lines, the first of which is number `first`, counted from 0.
fn lines(input: &mut impl io::BufRead, first: usize) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    while lines.len() < TOGETHER {
        let number = first + lines.len() + 1;
        let mut bytes = Vec::new();
        let read = input.by_ref().take(LONGEST + 1).read_until(b'\n', &mut bytes);
        read.map_err(|error| {
            Failure::new(
                Exit::Usage,
                "unreadable",
                format!("cannot read standard input: {error}"),
            )
        })?;
        if bytes.is_empty() {
            break;
        }
        if bytes.len() as u64 > LONGEST {
            let message = format!("line {number} has more than {LONGEST} bytes");
            return Err(Failure::new(Exit::Usage, "too_large", message).hint("give shorter lines"));
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        let line = String::from_utf8(bytes).map_err(|_| {
            Failure::new(Exit::Usage, "no_text", format!("line {number} is not UTF-8 text"))
                .hint("convert it to UTF-8 first")
        })?;
        lines.push(line);
    }
    Ok(lines)
}

fn not_embedded(error: EmbedError) -> Failure {
    match error {
        EmbedError::Stopped => Failure::new(Exit::Interrupted, "interrupted", "stopped"),
        EmbedError::Tokenizer { .. } => Failure::new(Exit::Failed, "not_embedded", error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dash_alone_is_standard_input() {
        let reads = |texts: &[&str], stdin| {
            let texts = texts.iter().map(|text| (*text).to_owned()).collect();
            let args = Args {
                texts,
                stdin,
                model: None,
            };
            args.reads_lines().map_err(|failure| failure.exit)
        };
        assert_eq!(reads(&["-"], false), Ok(true));
        assert_eq!(reads(&["a", "b"], false), Ok(false));
        assert_eq!(reads(&[], true), Ok(true));
        assert_eq!(reads(&["a", "-"], false), Err(Exit::Usage));
    }

    #[test]
    fn lines_are_texts_and_what_is_no_text_has_its_number() {
        let read = |bytes: &[u8]| lines(&mut io::Cursor::new(bytes), 10).map_err(|failure| failure.message);
        assert_eq!(read(b"a\r\n\nb").unwrap(), ["a", "", "b"]);
        assert_eq!(read(b"").unwrap(), Vec::<String>::new());
        assert_eq!(read(b"a\n\xff\n").unwrap_err(), "line 12 is not UTF-8 text");
        let long = vec![b'x'; 5 << 20];
        assert!(read(&long).unwrap_err().starts_with("line 11 has more than"));
        let many = b"x\n".repeat(TOGETHER + 5);
        let mut input = io::Cursor::new(many);
        assert_eq!(lines(&mut input, 0).unwrap().len(), TOGETHER);
        assert_eq!(lines(&mut input, TOGETHER).unwrap().len(), 5);
    }
}

//! The two streams: data to standard output, talk to standard error.
//!
//! Once the reader of standard output is gone, data goes nowhere and the command ends as it would
//! have: what it does in the world must not depend on who looks.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};

use clap::ValueEnum;
use serde_json::{Value, json};

use super::Global;
use super::failure::Failure;
use super::paint::Paint;

pub(super) use crate::sight::text::harmless;

/// The form of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// One JSON value.
    Json,
    /// One JSON value a line.
    Jsonl,
}

/// Where a command writes.
#[derive(Debug)]
pub struct Output {
    format: Format,
    quiet: bool,
    out: Paint,
    err: Paint,
    reader_gone: bool,
    has_data: bool,
    terminal: bool,
    is_spoken: bool,
}

impl Output {
    /// The streams of this process, as the flags and the environment want them.
    pub fn new(global: &Global) -> Self {
        let is_spoken = global.is_spoken();
        let paint = |terminal| Paint::decide(global.color, |name| std::env::var_os(name), terminal && !is_spoken);
        Self {
            format: global.output,
            quiet: global.quiet,
            out: paint(io::stdout().is_terminal()),
            err: paint(io::stderr().is_terminal()),
            reader_gone: false,
            has_data: false,
            terminal: io::stdout().is_terminal(),
            is_spoken,
        }
    }

    /// The form that was asked for.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The colours of standard output.
    pub fn paint(&self) -> Paint {
        self.out
    }

    /// The colours of standard error.
    pub fn talk_paint(&self) -> Paint {
        self.err
    }

    /// Whether talk is unwanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether somebody listens to the text, so that each line must stand for itself.
    pub fn is_spoken(&self) -> bool {
        self.is_spoken
    }

    /// Whether standard output is a terminal.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Whether any data was written, or tried to be.
    pub fn has_data(&self) -> bool {
        self.has_data
    }

    /// Writes data as it is, and flushes it.
    ///
    /// # Errors
    /// The stream cannot be written for another reason than that its reader is gone.
    pub fn data(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.has_data = true;
        if self.reader_gone {
            return Ok(());
        }
        let mut stdout = io::stdout().lock();
        match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.reader_gone = true;
                Ok(())
            }
            Err(error) => Err(Failure::from_stdout(&error)),
        }
    }

    /// Writes one JSON value and a line end.
    ///
    /// # Errors
    /// As for [`Output::data`].
    pub fn json(&mut self, value: &Value) -> Result<(), Failure> {
        self.data(format!("{value}\n").as_bytes())
    }

    /// Writes a list as one JSON array, or as one value a line.
    ///
    /// # Errors
    /// As for [`Output::data`].
    pub fn values(&mut self, values: Vec<Value>) -> Result<(), Failure> {
        match self.format {
            Format::Jsonl => values.iter().try_for_each(|value| self.json(value)),
            Format::Json | Format::Table => self.json(&Value::Array(values)),
        }
    }

    /// Writes a line of text.
    ///
    /// # Errors
    /// As for [`Output::data`].
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.data(format!("{text}\n").as_bytes())
    }

    /// Writes a text, ended by exactly one line end.
    ///
    /// # Errors
    /// As for [`Output::data`].
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.line(text.strip_suffix('\n').unwrap_or(text))
    }

    /// A text of the world as standard output may show it: on a terminal harmless, elsewhere as it is.
    pub fn for_eyes<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.terminal { harmless(text) } else { text.into() }
    }

    /// Says something to people, unless they asked for quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            talk(&format!("{}\n", harmless(text)));
        }
    }

    /// Whether progress may be drawn in place on standard error.
    pub fn draws(&self) -> bool {
        !self.quiet
            && !self.is_spoken
            && io::stderr().is_terminal()
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
    }

    /// Tells of a failure, on standard error; `-q` does not silence it.
    pub fn failed(&self, failure: &Failure) {
        let text = match self.format {
            Format::Table => failure.to_text(self.err),
            Format::Json | Format::Jsonl => {
                let exit_code = failure.exit.code();
                format!(
                    "{}\n",
                    json!({"v": 1, "exit_code": exit_code, "error": failure.to_json()})
                )
            }
        };
        talk(&text);
    }
}

/// Writes to standard error; when that is gone too, there is nobody left to tell.
pub(super) fn talk(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

//! Processes: command lines of this very program, and the editor.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Sender;
use std::thread;

use serde_json::Value;

use super::Start;
use super::act::{Answer, Ask, Deed, Refusal};
use super::app::Msg;
use super::edge::{TuiError, spawn};
use crate::digest::Digest;
use crate::tools::Artifact;

/// The most that is read of what a command line says.
const MOST_BYTES: u64 = 16 << 20;

/// What starts command lines, and where their answers go.
pub struct Processes<'a> {
    /// The program and where it is started.
    pub start: &'a Start,
    /// Where answers go.
    pub messages: Sender<Msg>,
}

impl Processes<'_> {
    fn command(&self, args: &[String], form: &str) -> Command {
        let mut command = Command::new(&self.start.program);
        command.args(["--no-input", "--color", "never", "-o", form]);
        if self.start.offline {
            command.arg("--offline");
        }
        command.args(args).current_dir(&self.start.directory);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // Keys and the end of the terminal are for the dashboard; what drives a run outlives it.
        command.process_group(0);
        command
    }

    /// Asks a command line for its data.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn ask(&self, ask: Ask) -> Result<(), TuiError> {
        let mut command = self.command(&ask.args, "json");
        let messages = self.messages.clone();
        spawn("ask", &self.messages, move || {
            let answer = match command.output() {
                Ok(output) => answer(&output.stdout, &output.stderr, output.status.success()),
                Err(error) => Err(refused(&error)),
            };
            let _ = messages.send(Msg::Answered(ask.topic, answer));
        })
    }

    /// Runs a command line that changes something.
    ///
    /// # Errors
    /// The system has no thread left.
    pub fn begin(&self, deed: Deed) -> Result<(), TuiError> {
        let form = if deed.drives { "jsonl" } else { "json" };
        let mut command = self.command(&deed.args, form);
        let messages = self.messages.clone();
        spawn("do", &self.messages, move || {
            let ended = match command.spawn() {
                Ok(child) => follow(child, &deed, &messages),
                Err(error) => Err(refused(&error)),
            };
            let _ = messages.send(Msg::Done(deed, ended));
        })
    }
}

/// Follows a process to its end; tells at once which run it has begun.
fn follow(mut child: Child, deed: &Deed, messages: &Sender<Msg>) -> Result<(), Refusal> {
    let errors = child.stderr.take().map(|errors| {
        thread::spawn(move || {
            let mut text = Vec::new();
            let _ = errors.take(MOST_BYTES).read_to_end(&mut text);
            text
        })
    });
    let mut told = !deed.drives;
    let mut said = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let run = serde_json::from_str::<Value>(&line).ok();
            // What was refused before it began tells of a run without a name.
            let run = run.as_ref().and_then(|line| line["run"].as_str());
            let run = run.filter(|run| !run.is_empty());
            if let (Some(run), false) = (run, told) {
                told = true;
                let _ = messages.send(Msg::Began(deed.clone(), run.to_owned()));
            }
            said = line.into_bytes();
        }
    }
    let status = child.wait().map_err(|error| refused(&error))?;
    let errors = errors.and_then(|errors| errors.join().ok()).unwrap_or_default();
    // A run that began tells of its end in the journal.
    if status.success() || (deed.drives && told) {
        return Ok(());
    }
    // The last line of what drives a run is an event, whose refusal is told on the other channel.
    let said: &[u8] = if deed.drives { &[] } else { &said };
    answer(said, &errors, false).map(drop)
}

/// What a command line said, or why it refused.
fn answer(output: &[u8], errors: &[u8], is_well: bool) -> Answer {
    let text = String::from_utf8_lossy(output);
    let value: Option<Value> = serde_json::from_str(text.trim()).ok();
    let error = value
        .as_ref()
        .map(|value| &value["error"])
        .filter(|error| error.is_object());
    match (is_well, error, value.clone()) {
        (_, Some(error), _) => Err(told(error)),
        // Some say what is wrong in their data, such as `doctor`.
        (_, None, Some(value)) => Ok(value),
        (true, None, None) => Ok(Value::Null),
        (false, None, None) => {
            let said = String::from_utf8_lossy(errors);
            let read: Option<Value> = said.lines().rev().find_map(|line| serde_json::from_str(line).ok());
            let error = read
                .as_ref()
                .map(|read| &read["error"])
                .filter(|error| error.is_object());
            Err(match error {
                Some(error) => told(error),
                None => Refusal {
                    kind: String::new(),
                    message: said.lines().last().unwrap_or("it failed without a word").to_owned(),
                    hint: None,
                },
            })
        }
    }
}

/// The refusal that an `error` in the data tells of.
fn told(error: &Value) -> Refusal {
    let text = |name: &str| error[name].as_str().map(str::to_owned);
    Refusal {
        kind: text("kind").unwrap_or_default(),
        message: text("message").unwrap_or_default(),
        hint: text("hint"),
    }
}

fn refused(error: &io::Error) -> Refusal {
    Refusal {
        kind: String::new(),
        message: format!("somagent cannot be started: {error}"),
        hint: None,
    }
}

/// Opens `text` in the editor that `VISUAL` or `EDITOR` names, and gives back what it leaves.
///
/// # Errors
/// The file or the editor failed.
pub fn edit(text: &str, suffix: &str) -> io::Result<String> {
    edited(text.as_bytes(), suffix, 0o600).and_then(|left| String::from_utf8(left).map_err(io::Error::other))
}

/// Opens a copy of `artifact` in the editor, if its bytes are those that the run left.
///
/// # Errors
/// The file is gone or another one, or the editor failed.
pub fn show(artifact: &Artifact) -> io::Result<()> {
    let bytes = std::fs::read(&artifact.path)?;
    if Digest::of(&bytes) != artifact.digest {
        return Err(io::Error::other("it is no longer what the run left"));
    }
    let suffix = artifact.path.extension().and_then(OsStr::to_str).unwrap_or("txt");
    edited(&bytes, suffix, 0o400).map(drop)
}

/// Opens a file with these bytes in the editor, and gives back what it leaves.
fn edited(bytes: &[u8], suffix: &str, mode: u32) -> io::Result<Vec<u8>> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let editor = set("VISUAL")
        .or_else(|| set("EDITOR"))
        .unwrap_or_else(|| "vi".to_owned());
    let file = std::env::temp_dir().join(format!("somagent-{}.{suffix}", uuid::Uuid::now_v7()));
    // It may hold what only its user may read.
    let mut made = OpenOptions::new().write(true).create_new(true).mode(mode).open(&file)?;
    made.write_all(bytes)?;
    drop(made);
    // An editor may come with arguments, as in `code --wait`.
    let mut words = editor.split_whitespace();
    let ended = Command::new(words.next().unwrap_or("vi"))
        .args(words)
        .arg(&file)
        .status();
    let left = std::fs::read(&file);
    let _ = std::fs::remove_file(&file);
    ended.and(left)
}

/// Stops the process, as Ctrl-Z does, until it is continued.
pub fn suspend() {
    // Not SIGTSTP, which is listened for.
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
}

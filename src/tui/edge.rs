//! The edge: threads that listen, processes that act, and the loop between them.

use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crossterm::event::{self, Event, KeyEventKind};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use super::act::{Act, Answer, Ask, Deed, Refusal};
use super::app::{App, Msg, Zone};
use super::terminal::Taken;
use super::{Start, frame, watch};
use crate::engine::now_ms;

/// Between two pictures.
const FRAME: Duration = Duration::from_millis(16);

/// How often the picture changes with time alone.
const TICK: Duration = Duration::from_millis(500);

/// The most that is read of what a command line says.
const MOST_BYTES: u64 = 16 << 20;

/// Why the dashboard cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal refused.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
    /// A thread or a signal was refused.
    #[error("the system refused a thread or a signal: {0}")]
    System(io::Error),
}

/// Shows the dashboard until somebody quits.
///
/// # Errors
/// The terminal cannot be used.
pub fn run(start: &Start) -> Result<(), TuiError> {
    let (messages, inbox) = mpsc::channel();
    let (wishes, wanted) = mpsc::channel();
    let mut terminal = Taken::new()?;
    let size = terminal.screen.size()?;
    let mut app = App::new(start.palette, now_ms(), size);
    app.zone = Zone(jiff::tz::TimeZone::system());
    let watcher = (start.clone(), messages.clone());
    spawn("watch", move || watch::watch(&watcher.0, &wanted, &watcher.1))?;
    let desk = Desk::default();
    let keys = (desk.clone(), messages.clone());
    spawn("keys", move || listen(&keys.0, &keys.1))?;
    signals(&messages)?;
    let mut edge = Edge {
        start,
        desk,
        messages,
        wishes,
    };
    let first = app.first();
    terminal.screen.draw(|frame| frame::draw(&app, frame))?;
    edge.act(&mut terminal, &mut app, first)?;
    edge.turn(&mut terminal, &mut app, &inbox)
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), TuiError> {
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(work).map(drop).map_err(TuiError::System)
}

/// How long the keys are waited for before it is looked whether the terminal is wanted elsewhere.
const PATIENCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// Who reads the terminal: the dashboard, or whoever it is lent to.
#[derive(Debug, Clone, Default)]
struct Desk {
    is_lent: Arc<AtomicBool>,
    reading: Arc<Mutex<()>>,
}

impl Desk {
    /// Runs `work` while the dashboard reads nothing.
    fn lend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.is_lent.store(true, Ordering::SeqCst);
        let reading = self.reading.lock();
        let done = work();
        drop(reading);
        self.is_lent.store(false, Ordering::SeqCst);
        done
    }

    /// The next event; `None` when there was none for a while.
    ///
    /// The system is asked first: reading from a terminal that is gone would go on for ever.
    fn next(&self) -> io::Result<Option<Event>> {
        if self.is_lent.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(20));
            return Ok(None);
        }
        let _reading = self.reading.lock();
        let input = io::stdin();
        let mut asked = [PollFd::new(&input, PollFlags::IN)];
        match rustix::event::poll(&mut asked, Some(&PATIENCE)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        if asked[0]
            .revents()
            .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
        {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(if event::poll(Duration::ZERO)? {
            Some(event::read()?)
        } else {
            None
        })
    }
}

/// Passes on what the terminal says, until nobody listens or it is gone.
fn listen(desk: &Desk, messages: &Sender<Msg>) {
    while let Ok(event) = desk.next() {
        let message = match event {
            Some(Event::Key(key)) if key.kind != KeyEventKind::Release => Msg::Key(key),
            Some(Event::Mouse(mouse)) => Msg::Mouse(mouse),
            Some(Event::Paste(text)) => Msg::Paste(text),
            Some(Event::Resize(width, height)) => Msg::Resize(width, height),
            Some(Event::Key(_) | Event::FocusGained | Event::FocusLost) | None => continue,
        };
        if messages.send(message).is_err() {
            return;
        }
    }
    let _ = messages.send(Msg::Terminated);
}

/// SIGTERM, SIGHUP and SIGINT end the dashboard properly; SIGTSTP gives the terminal back first, and SIGCONT takes
/// it again.
fn signals(messages: &Sender<Msg>) -> Result<(), TuiError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(TuiError::System)?;
    let messages = messages.clone();
    spawn("signals", move || {
        runtime.block_on(async {
            let kind = |signal: rustix::process::Signal| SignalKind::from_raw(signal.as_raw());
            let kinds = [
                SignalKind::terminate(),
                SignalKind::hangup(),
                SignalKind::interrupt(),
                kind(rustix::process::Signal::TSTP),
                kind(rustix::process::Signal::CONT),
            ];
            let [
                Ok(mut terminate),
                Ok(mut hangup),
                Ok(mut interrupt),
                Ok(mut stop),
                Ok(mut go_on),
            ] = kinds.map(signal)
            else {
                return;
            };
            loop {
                let message = tokio::select! {
                    // A terminal that goes sends SIGCONT too.
                    biased;
                    _ = terminate.recv() => Msg::Terminated,
                    _ = hangup.recv() => Msg::Terminated,
                    _ = interrupt.recv() => Msg::Terminated,
                    _ = stop.recv() => Msg::Stopped,
                    _ = go_on.recv() => Msg::Continued,
                };
                if messages.send(message).is_err() {
                    return;
                }
            }
        });
    })
}

struct Edge<'a> {
    start: &'a Start,
    desk: Desk,
    messages: Sender<Msg>,
    wishes: Sender<Option<String>>,
}

impl Edge<'_> {
    /// Takes messages in and draws, until somebody quits.
    fn turn(&mut self, terminal: &mut Taken, app: &mut App, inbox: &Receiver<Msg>) -> Result<(), TuiError> {
        let mut drawn = Instant::now();
        let mut is_stale = false;
        loop {
            let wait = match (is_stale, app.needs_clock()) {
                (true, _) => FRAME.saturating_sub(drawn.elapsed()),
                (false, true) => TICK,
                // Nothing changes by itself.
                (false, false) => Duration::from_secs(3_600),
            };
            match inbox.recv_timeout(wait) {
                Ok(message) => {
                    app.update(Msg::Tick(now_ms()));
                    let acts = app.update(message);
                    if self.act(terminal, app, acts)? {
                        return Ok(());
                    }
                    is_stale = true;
                    if drawn.elapsed() < FRAME {
                        continue;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    app.update(Msg::Tick(now_ms()));
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            terminal.screen.draw(|frame| frame::draw(app, frame))?;
            drawn = Instant::now();
            is_stale = false;
        }
    }

    /// Does what is wanted; says whether that is the end.
    fn act(&mut self, terminal: &mut Taken, app: &mut App, acts: Vec<Act>) -> Result<bool, TuiError> {
        for act in acts {
            match act {
                Act::Quit => return Ok(true),
                // Whoever watches lives as long as the dashboard.
                Act::Open(run) => drop(self.wishes.send(run)),
                Act::Ask(ask) => self.ask(ask)?,
                Act::Do(deed) => self.begin(deed)?,
                Act::Copy(text) => {
                    terminal.copy(&text)?;
                    app.toast("copied", false);
                }
                Act::Edit { text, suffix } => {
                    let edited = self.desk.lend(|| terminal.lend(|| edit(&text, suffix)))?;
                    match edited {
                        Ok(text) => drop(app.update(Msg::Edited(text))),
                        Err(error) => app.toast(format!("the editor failed: {error}"), true),
                    }
                }
                Act::Suspend => self.desk.lend(|| terminal.lend(suspend))?,
                Act::Redraw => self.desk.lend(|| terminal.lend(|| ()))?,
            }
        }
        Ok(false)
    }

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

    fn ask(&self, ask: Ask) -> Result<(), TuiError> {
        let mut command = self.command(&ask.args, "json");
        let messages = self.messages.clone();
        spawn("ask", move || {
            let answer = match command.output() {
                Ok(output) => answer(&output.stdout, &output.stderr, output.status.success()),
                Err(error) => Err(refused(&error)),
            };
            let _ = messages.send(Msg::Answered(ask.topic, answer));
        })
    }

    fn begin(&self, deed: Deed) -> Result<(), TuiError> {
        let form = if deed.drives { "jsonl" } else { "json" };
        let mut command = self.command(&deed.args, form);
        let messages = self.messages.clone();
        spawn("do", move || {
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
fn edit(text: &str, suffix: &str) -> io::Result<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let editor = set("VISUAL")
        .or_else(|| set("EDITOR"))
        .unwrap_or_else(|| "vi".to_owned());
    let file = std::env::temp_dir().join(format!("somagent-{}.{suffix}", uuid::Uuid::now_v7()));
    // It may hold what only its user may read.
    let mut made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&file)?;
    made.write_all(text.as_bytes())?;
    drop(made);
    // An editor may come with arguments, as in `code --wait`.
    let mut words = editor.split_whitespace();
    let ended = Command::new(words.next().unwrap_or("vi"))
        .args(words)
        .arg(&file)
        .status();
    let left = std::fs::read_to_string(&file);
    let _ = std::fs::remove_file(&file);
    ended.and(left)
}

/// Stops the process, as Ctrl-Z does, until it is continued.
fn suspend() {
    // Not SIGTSTP, which is listened for.
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
}

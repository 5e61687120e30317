//! The edge: threads that listen, the loop between them, and the face that it shows.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};

use super::act::Act;
use super::app::{App, Msg, Zone};
use super::desk::{self, Desk};
use super::flat::Lines;
use super::process::{Processes, edit, show, suspend};
use super::terminal::Taken;
use super::{Start, watch};
use crate::engine::now_ms;

/// Between two pictures.
const FRAME: Duration = Duration::from_millis(16);

/// How often the picture changes with time alone.
const TICK: Duration = Duration::from_millis(500);

/// Why the dashboard cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal refused.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
    /// A thread or a signal was refused.
    #[error("the system refused a thread or a signal: {0}")]
    System(io::Error),
    /// A part of the dashboard panicked; what it said is on the terminal.
    #[error("a part of the dashboard broke: `{0}`")]
    Broken(String),
}

/// What somebody meets the dashboard through.
///
/// Between two calls it leaves the terminal alone.
pub trait Face {
    /// Shows what is new.
    ///
    /// # Errors
    /// The terminal is gone.
    fn show(&mut self, app: &mut App) -> io::Result<()>;

    /// Lets others use the terminal while `work` goes on.
    ///
    /// # Errors
    /// The terminal cannot be used again.
    fn lend<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<T>;

    /// Gives a text to somebody who wants to use it elsewhere.
    ///
    /// # Errors
    /// The terminal is gone.
    fn copy(&mut self, app: &mut App, text: &str) -> io::Result<()>;
}

/// Shows the dashboard until somebody quits.
///
/// # Errors
/// The terminal cannot be used.
pub fn run(start: &Start) -> Result<(), TuiError> {
    if start.is_spoken {
        let app = App::spoken(now_ms());
        return meet(start, Lines::new(io::stdout()), app, desk::lines);
    }
    let terminal = Taken::new()?;
    let app = App::new(start.palette, now_ms(), terminal.screen.size()?);
    meet(start, terminal, app, desk::keys)
}

/// Shows `app` through `face`, and listens to what `read` passes on.
fn meet(start: &Start, mut face: impl Face, mut app: App, read: fn(&Desk, &Sender<Msg>)) -> Result<(), TuiError> {
    let (messages, inbox) = mpsc::channel();
    let (wishes, wanted) = mpsc::channel();
    app.zone = Zone(jiff::tz::TimeZone::system());
    let watcher = (start.clone(), messages.clone());
    spawn("watch", &messages, move || {
        watch::watch(&watcher.0, &wanted, &watcher.1)
    })?;
    let desk = Desk::default();
    let reader = (desk.clone(), messages.clone());
    spawn("read", &messages, move || read(&reader.0, &reader.1))?;
    signals(&messages)?;
    let mut edge = Edge {
        processes: Processes { start, messages },
        desk,
        wishes,
    };
    let first = app.first();
    face.show(&mut app)?;
    edge.act(&mut face, &mut app, first)?;
    edge.turn(&mut face, &mut app, &inbox)
}

/// Lets `work` go on beside everything else; a panic in it ends the dashboard.
///
/// # Errors
/// The system has no thread left.
pub fn spawn(name: &str, messages: &Sender<Msg>, work: impl FnOnce() + Send + 'static) -> Result<(), TuiError> {
    let alarm = Alarm {
        name: name.to_owned(),
        messages: messages.clone(),
    };
    let thread = thread::Builder::new().name(name.to_owned());
    let work = move || {
        let _alarm = alarm;
        work();
    };
    thread.spawn(work).map(drop).map_err(TuiError::System)
}

/// Tells when the thread that holds it panics: without that thread the picture would only stand still.
struct Alarm {
    name: String,
    messages: Sender<Msg>,
}

impl Drop for Alarm {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.messages.send(Msg::Broken(std::mem::take(&mut self.name)));
        }
    }
}

/// SIGTERM, SIGHUP and SIGINT end the dashboard properly; SIGTSTP gives the terminal back first, and SIGCONT takes
/// it again.
fn signals(messages: &Sender<Msg>) -> Result<(), TuiError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(TuiError::System)?;
    let listen = |wanted: Signal| signal(SignalKind::from_raw(wanted.as_raw())).map_err(TuiError::System);
    // Here, and not on the thread: until it came to that, each of them would still do what it usually does.
    let [mut terminate, mut hangup, mut interrupt, mut stop, mut go_on] = {
        let _inside = runtime.enter();
        [
            listen(Signal::TERM)?,
            listen(Signal::HUP)?,
            listen(Signal::INT)?,
            listen(Signal::TSTP)?,
            listen(Signal::CONT)?,
        ]
    };
    let (alarm, messages) = (messages, messages.clone());
    spawn("signals", alarm, move || {
        runtime.block_on(async {
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
    processes: Processes<'a>,
    desk: Desk,
    wishes: Sender<Option<String>>,
}

impl Edge<'_> {
    /// Takes messages in and draws, until somebody quits.
    fn turn(&mut self, face: &mut impl Face, app: &mut App, inbox: &Receiver<Msg>) -> Result<(), TuiError> {
        let mut drawn = Instant::now();
        // Whoever presses a key waits for its picture, however new the one before is.
        let mut answered = drawn;
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
                    let is_prompt = matches!(message, Msg::Key(_)) && answered.elapsed() >= FRAME;
                    app.update(Msg::Tick(now_ms()));
                    let acts = app.update(message);
                    if self.act(face, app, acts)? {
                        return Ok(());
                    }
                    is_stale = true;
                    if is_prompt {
                        answered = Instant::now();
                    } else if drawn.elapsed() < FRAME {
                        continue;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    app.update(Msg::Tick(now_ms()));
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            face.show(app)?;
            drawn = Instant::now();
            is_stale = false;
        }
    }

    /// Does what is wanted; says whether that is the end.
    fn act(&mut self, face: &mut impl Face, app: &mut App, acts: Vec<Act>) -> Result<bool, TuiError> {
        for act in acts {
            match act {
                Act::Quit => return Ok(true),
                Act::Fail(part) => return Err(TuiError::Broken(part)),
                // Whoever watches lives as long as the dashboard.
                Act::Open(run) => drop(self.wishes.send(run)),
                Act::Ask(ask) => self.processes.ask(ask)?,
                Act::Do(deed) => self.processes.begin(deed)?,
                Act::Copy(text) => face.copy(app, &text)?,
                Act::Edit { text, suffix } => {
                    let edited = self.desk.lend(|| face.lend(|| edit(&text, suffix)))??;
                    match edited {
                        Ok(text) => drop(app.update(Msg::Edited(text))),
                        Err(error) => app.toast(format!("the editor failed: {error}"), true),
                    }
                }
                Act::Show(artifact) => {
                    if let Err(why) = self.desk.lend(|| face.lend(|| show(&artifact)))?? {
                        app.toast(format!("`{}` cannot be shown: {why}", artifact.name), true);
                    }
                }
                Act::Suspend => self.desk.lend(|| face.lend(suspend))??,
                Act::Redraw => self.desk.lend(|| face.lend(|| ()))??,
            }
        }
        Ok(false)
    }
}

//! The terminal while a model answers: what is typed then is neither shown nor taken for a question.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::AbortHandle;

/// What becomes of the terminal.
struct State {
    /// Whether a model answers, and nobody has stopped it.
    is_wanted: bool,
    /// How the terminal was before it was quiet; nothing while it is as it was.
    before: Option<Termios>,
}

static STATE: Mutex<State> = Mutex::new(State {
    is_wanted: false,
    before: None,
});

/// Standard input shows nothing that is typed until this is dropped; what was typed by then is thrown away.
///
/// Ctrl-C goes on being a signal. Whoever ends the process at the second one finds the terminal as it was: the first one
/// gives it back.
pub struct Quiet {
    listening: Option<AbortHandle>,
}

impl Quiet {
    /// Makes standard input quiet, if it is a terminal.
    pub fn new() -> Self {
        // Without these somebody could be left with a terminal that shows nothing.
        let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        let (Ok(mut interrupt), Ok(mut terminate)) = signals else {
            return Self { listening: None };
        };
        let task = tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            end();
        });
        state().is_wanted = true;
        hush();
        Self {
            listening: Some(task.abort_handle()),
        }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
        end();
    }
}

/// The terminal as it was, until this is dropped: a person is asked something meanwhile.
pub struct Heard(());

impl Heard {
    /// Gives the terminal back if it is quiet. What was typed before the question was asked does not answer it.
    pub fn new() -> Self {
        give_back(&mut state());
        Self(())
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        hush();
    }
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the terminal quiet while that is wanted.
fn hush() {
    let mut state = state();
    if !state.is_wanted || state.before.is_some() {
        return;
    }
    if let Ok(modes) = tcgetattr(io::stdin())
        && tcsetattr(io::stdin(), OptionalActions::Now, &without_echo(&modes)).is_ok()
    {
        state.before = Some(modes);
    }
}

fn end() {
    let mut state = state();
    state.is_wanted = false;
    give_back(&mut state);
}

fn give_back(state: &mut State) {
    if let Some(modes) = state.before.take() {
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &modes);
    }
}

/// These modes without showing what is typed. Signals stay, and so does the end of a line.
fn without_echo(modes: &Termios) -> Termios {
    let mut quiet = modes.clone();
    quiet.local_modes -= LocalModes::ECHO | LocalModes::ECHONL;
    quiet
}

//! SIGINT and SIGTERM: once stops cleanly, with a moment for effects that nobody may simply repeat; twice stops
//! now. The journal tells the truth either way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::signal::unix::{SignalKind, signal};
use tokio::task::AbortHandle;

use super::failure::Failure;
use crate::engine::drive::Stop;
use crate::exit::Exit;

/// Which signal came first. Nobody listens any more once it is dropped.
pub struct Signal {
    first: Arc<AtomicU8>,
    listening: AbortHandle,
}

impl Drop for Signal {
    /// What comes later is not the second signal of this.
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Signal {
    /// The code to end with; that of SIGINT when none came.
    pub fn exit(&self) -> Exit {
        if self.first.load(Ordering::Relaxed) == Exit::Terminated.code() {
            Exit::Terminated
        } else {
            Exit::Interrupted
        }
    }
}

/// Passes the first signal on to `stop` and ends the process on the second.
///
/// # Errors
/// The system refuses to deliver signals.
pub fn listen(stop: Stop) -> Result<Signal, Failure> {
    let refused = |error| Failure::new(Exit::Internal, "signals", format!("cannot listen for signals: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(refused)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(refused)?;
    let first = Arc::new(AtomicU8::new(0));
    let received = Arc::clone(&first);
    let task = tokio::spawn(async move {
        loop {
            let exit = tokio::select! {
                _ = interrupt.recv() => Exit::Interrupted,
                _ = terminate.recv() => Exit::Terminated,
            };
            if received.swap(exit.code(), Ordering::Relaxed) != 0 {
                std::process::exit(i32::from(exit.code()));
            }
            stop.ask();
        }
    });
    Ok(Signal {
        first,
        listening: task.abort_handle(),
    })
}

//! The dashboard in a pseudoterminal, with somebody who looks and presses keys.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::failed;
use super::ground::Ground;
use crate::cli::failure::Failure;

/// How long something may take to be seen.
const PATIENCE: Duration = Duration::from_secs(30);

const ROWS: NonZero<u16> = NonZero::new(40).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(120).unwrap();

const SIZE: PtySize = PtySize {
    rows: ROWS.get(),
    cols: COLUMNS.get(),
    pixel_width: 0,
    pixel_height: 0,
};

/// What was written so far.
struct Seen {
    parser: vt100::Parser,
    bytes: usize,
    /// When the last of it came.
    at: Instant,
    is_over: bool,
}

/// A dashboard; it is ended when this is dropped.
pub(super) struct Screen {
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    /// Closing it ends the reading.
    _master: Box<dyn MasterPty + Send>,
}

impl Screen {
    /// Starts the dashboard on the scratch store.
    pub(super) fn start(ground: &Ground) -> Result<Self, Failure> {
        let pair = native_pty_system()
            .openpty(SIZE)
            .map_err(|why| failed("the system gives no pseudoterminal", why))?;
        let mut command = CommandBuilder::new(ground.program());
        command.env("SOMAGENT_HOME", ground.home());
        command.env("TERM", "xterm-256color");
        command.cwd(ground.directory());
        command.arg("--offline");
        let refused = |why| failed("the dashboard does not start", why);
        let child = pair.slave.spawn_command(command).map_err(refused)?;
        drop(pair.slave);
        let seen = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(ROWS, COLUMNS, 0),
                bytes: 0,
                at: Instant::now(),
                is_over: false,
            }),
            Condvar::new(),
        ));
        let mut output = pair.master.try_clone_reader().map_err(refused)?;
        let shown = Arc::clone(&seen);
        thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            // The reader fails when the last one at the other end is gone.
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let at = Instant::now();
                let mut seen = lock(&shown.0);
                seen.at = at;
                seen.bytes += count;
                seen.parser.process(&buffer[..count]);
                shown.1.notify_all();
            }
            lock(&shown.0).is_over = true;
            shown.1.notify_all();
        });
        Ok(Self {
            child,
            keys: pair.master.take_writer().map_err(refused)?,
            seen,
            _master: pair.master,
        })
    }

    /// The process of the dashboard; 0 when it is gone.
    pub(super) fn pid(&self) -> u32 {
        self.child.process_id().unwrap_or(0)
    }

    /// Bytes that were written so far.
    pub(super) fn bytes(&self) -> usize {
        lock(&self.seen.0).bytes
    }

    /// Waits until `text` is on the screen; says when it came.
    pub(super) fn sees(&self, text: &str) -> Result<Instant, Failure> {
        self.until(text, |seen| seen.parser.screen().contents().contains(text))
    }

    /// Waits until `text` is not on the screen any more.
    pub(super) fn lacks(&self, text: &str) -> Result<Instant, Failure> {
        self.until(&format!("the end of {text:?}"), |seen| {
            !seen.parser.screen().contents().contains(text)
        })
    }

    /// Presses keys and waits until the screen `holds`; says how long that took.
    pub(super) fn press(&mut self, keys: &str, holds: impl Fn(&str) -> bool) -> Result<Duration, Failure> {
        let began = self.type_in(keys)?;
        let at = self.until(&format!("what {keys:?} shows"), |seen| {
            holds(&seen.parser.screen().contents())
        })?;
        Ok(at.saturating_duration_since(began))
    }

    /// Presses a key and waits until anything is written; says how long that took.
    pub(super) fn press_once(&mut self, key: &str) -> Result<Duration, Failure> {
        let bytes = self.bytes();
        let began = self.type_in(key)?;
        let at = self.until(&format!("what {key:?} shows"), |seen| seen.bytes > bytes)?;
        Ok(at.saturating_duration_since(began))
    }

    /// Presses keys; says when.
    pub(super) fn type_in(&mut self, keys: &str) -> Result<Instant, Failure> {
        let began = Instant::now();
        let written = self.keys.write_all(keys.as_bytes()).and_then(|()| self.keys.flush());
        written.map_err(|why| failed("the dashboard takes no keys", why))?;
        Ok(began)
    }

    fn until(&self, what: &str, holds: impl Fn(&Seen) -> bool) -> Result<Instant, Failure> {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = lock(&self.seen.0);
        while !holds(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            if seen.is_over || left.is_zero() {
                let contents = seen.parser.screen().contents();
                return Err(failed(&format!("{what:?} was not seen on the dashboard"), contents));
            }
            let waited = self.seen.1.wait_timeout(seen, left);
            seen = waited.map_or_else(|poisoned| poisoned.into_inner().0, |(seen, _)| seen);
        }
        Ok(seen.at)
    }
}

/// No code panics while it holds the lock.
fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Screen {
    fn drop(&mut self) {
        // One that is gone already needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! Who reads the terminal, and what is read: keys, or whole lines.

use std::io::{self, BufRead as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, TryLockError};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyEventKind};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;

use super::app::Msg;

/// How long the keys are waited for before it is looked whether the terminal is wanted elsewhere.
const PATIENCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 250_000_000,
};

/// For what may have come together with something else.
const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };

/// How often it is looked whether whoever reads has left the terminal to others: together for several times as long as
/// keys are waited for. Looks are counted, not time, in which the whole machine may have stood still.
const LOOKS: u32 = 400;

/// How long it is until the next look.
const LOOK: Duration = Duration::from_millis(5);

/// Who reads the terminal: the dashboard, or whoever it is lent to.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    is_lent: Arc<AtomicBool>,
    reading: Arc<Mutex<()>>,
}

impl Desk {
    /// Runs `work` while the dashboard reads nothing.
    ///
    /// # Errors
    /// Whoever reads does not come back: a terminal that goes while it is read leaves its reader turning for ever.
    pub fn lend<T>(&self, work: impl FnOnce() -> T) -> io::Result<T> {
        self.is_lent.store(true, Ordering::SeqCst);
        let mut looks = 1;
        let reading = loop {
            match self.reading.try_lock() {
                Err(TryLockError::WouldBlock) if looks < LOOKS => {
                    looks += 1;
                    thread::sleep(LOOK);
                }
                Err(TryLockError::WouldBlock) => {
                    let why = "whoever reads the terminal does not come back";
                    return Err(io::Error::new(io::ErrorKind::TimedOut, why));
                }
                Ok(reading) => break reading,
                Err(TryLockError::Poisoned(reading)) => break reading.into_inner(),
            }
        };
        let done = work();
        drop(reading);
        self.is_lent.store(false, Ordering::SeqCst);
        Ok(done)
    }

    /// What `read` finds; `None` when nothing came for so long.
    ///
    /// The system is asked first: reading from a terminal that is gone would go on for ever.
    fn next<T>(&self, patience: &Timespec, read: impl FnOnce(bool) -> io::Result<Option<T>>) -> io::Result<Option<T>> {
        if self.is_lent.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(20));
            return Ok(None);
        }
        let _reading = self.reading.lock();
        let input = io::stdin();
        let mut asked = [PollFd::new(&input, PollFlags::IN)];
        match rustix::event::poll(&mut asked, Some(patience)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let came = asked[0].revents();
        if came.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        read(came.contains(PollFlags::IN))
    }
}

/// Passes on keys, the mouse and the size of the terminal, until nobody listens or it is gone.
pub fn keys(desk: &Desk, messages: &Sender<Msg>) {
    let next = |patience| {
        desk.next(patience, |_| {
            let has_one = event::poll(Duration::ZERO)?;
            has_one.then(event::read).transpose()
        })
    };
    let mut patience = &PATIENCE;
    while let Ok(event) = next(patience) {
        // Keys that come in one piece are read in one piece: the system knows of none, and more are there.
        patience = if event.is_some() { &AT_ONCE } else { &PATIENCE };
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

/// Passes on whole lines, until nobody listens, they end, or the terminal is gone.
pub fn lines(desk: &Desk, messages: &Sender<Msg>) {
    let next = || {
        desk.next(&PATIENCE, |has_one| {
            let mut line = Vec::new();
            if has_one && io::stdin().lock().read_until(b'\n', &mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(has_one.then(|| String::from_utf8_lossy(&line).into_owned()))
        })
    };
    while let Ok(line) = next() {
        if line.is_some_and(|line| messages.send(Msg::Line(line)).is_err()) {
            return;
        }
    }
    let _ = messages.send(Msg::Terminated);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_lent_when_its_reader_comes_back_and_refused_when_it_does_not() {
        let desk = Desk::default();
        let (reading, waits) = std::sync::mpsc::channel();
        let reader = desk.clone();
        let busy = thread::spawn(move || {
            let _reading = reader.reading.lock();
            reading.send(()).unwrap();
            thread::sleep(Duration::from_millis(100));
        });
        waits.recv().unwrap();
        assert_eq!(desk.lend(|| 7).unwrap(), 7);
        busy.join().unwrap();
        let _for_ever = desk.reading.lock();
        let refused = desk.lend(|| 7).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
    }
}

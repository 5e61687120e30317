//! What a program that is a server says beside the protocol, and how it ended: for whoever wonders why it is gone.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use tokio::io::AsyncReadExt as _;
use tokio::process::ChildStderr;
use tokio::time::{Instant, sleep};

use super::super::mcp::shown;
use super::super::sandbox::{Ended, Known};

/// How much of a server's last words is told, in characters, and how much is kept of what it says, in bytes.
const LAST_WORDS: (usize, usize) = (600, 4 << 10);
/// How long a program that closed its output is waited for, until it is known how it ended: less than until it is ended
/// from here. And how often somebody looks.
const A_MOMENT: (Duration, Duration) = (Duration::from_millis(800), Duration::from_millis(10));

/// The newest program of a server that was started.
#[derive(Clone, Default)]
pub(super) struct Said(Arc<Mutex<Option<Program>>>);

#[derive(Clone)]
enum Program {
    Confined(Known),
    Free { pid: Pid, errors: Arc<Mutex<Vec<u8>>> },
}

/// What is known of a program that is gone.
#[derive(Default)]
pub(super) struct Last {
    /// How it ended: `the program ended with 3`.
    pub(super) ended: Option<String>,
    /// What it was kept from, and its last words, marked as its own; empty where there are none.
    pub(super) words: String,
}

impl Said {
    /// A program in the sandbox was started.
    pub(super) fn confined(&self, known: Known) {
        self.started(Program::Confined(known));
    }

    /// A program outside of it was started; what it writes there is read as long as it writes.
    pub(super) fn free(&self, pid: Pid, stderr: ChildStderr) {
        let errors: Arc<Mutex<Vec<u8>>> = Arc::default();
        tokio::spawn(read(stderr, Arc::clone(&errors)));
        self.started(Program::Free { pid, errors });
    }

    fn started(&self, program: Program) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(program);
    }

    /// What it said last; where it `is_gone`, also how it ended, if it does so within a moment.
    pub(super) async fn last(&self, is_gone: bool) -> Last {
        let program = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(program) = program else {
            return Last::default();
        };
        let begun = Instant::now();
        let mut ended = None;
        while is_gone && ended.is_none() && begun.elapsed() < A_MOMENT.0 {
            sleep(A_MOMENT.1).await;
            ended = program.ended();
        }
        // What it wrote just before is read right after.
        sleep(A_MOMENT.1).await;
        Last {
            ended: ended.map(how),
            words: program.words(),
        }
    }
}

impl Program {
    fn ended(&self) -> Option<Ended> {
        match self {
            Self::Confined(known) => known.ended(),
            Self::Free { pid, .. } => {
                // Whoever holds it takes it away; until then its number is its own.
                let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
                let status = waitid(WaitId::Pid(*pid), look).ok().flatten()?;
                let code = status.exit_status().map(Ended::Code);
                code.or_else(|| status.terminating_signal().map(Ended::Signal))
            }
        }
    }

    fn words(&self) -> String {
        let (errors, mut said) = match self {
            Self::Confined(known) => (known.errors(), known.refused()),
            Self::Free { errors, .. } => {
                let errors = errors.lock().unwrap_or_else(PoisonError::into_inner);
                (String::from_utf8_lossy(&errors).into_owned(), Vec::new())
            }
        };
        let errors = errors.trim();
        if !errors.is_empty() {
            let skipped = errors.chars().count().saturating_sub(LAST_WORDS.0);
            let last: String = errors.chars().skip(skipped).collect();
            let lines: Vec<String> = last.lines().map(|line| shown(line, LAST_WORDS.0)).collect();
            said.push(format!("it said last: {}", lines.join("\n")));
        }
        said.join("; ")
    }
}

fn how(ended: Ended) -> String {
    match ended {
        Ended::Code(code) => format!("the program ended with {code}"),
        Ended::Signal(signal) => format!("the program was ended by signal {signal}"),
        Ended::ProcessorTime => "the program used up its processor time".to_owned(),
        Ended::Memory => "the program took more memory than it may".to_owned(),
        Ended::Deadline | Ended::Output => "the program was ended".to_owned(),
    }
}

/// Reads what a program says, and keeps the end of it.
async fn read(mut stderr: ChildStderr, errors: Arc<Mutex<Vec<u8>>>) -> io::Result<()> {
    let mut piece = [0; 1 << 10];
    loop {
        let count = stderr.read(&mut piece).await?;
        if count == 0 {
            return Ok(());
        }
        let mut errors = errors.lock().unwrap_or_else(PoisonError::into_inner);
        errors.extend_from_slice(&piece[..count]);
        let over = errors.len().saturating_sub(LAST_WORDS.1);
        errors.drain(..over);
    }
}

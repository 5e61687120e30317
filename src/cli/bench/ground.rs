//! A store of its own, filled by real runs of this very program.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::failed;
use crate::cli::Context;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::config::Home;
use crate::engine::open;
use crate::exit::Exit;
use crate::journal::Reader;

/// Counts items, each of which leaves three events.
const LOAD: &str = include_str!("load.yaml");

/// Reads a short file and a long one.
const LOGS: &str = include_str!("logs.yaml");

/// Items of a run that fills the store.
const MANY: u64 = 1_000;

/// Runs that fill the store at the same time.
const AT_ONCE: usize = 2;

/// Events of a run of [`LOAD`] beside those of its items.
const FRAME: u64 = 6;

/// How often a run begins that loads the store.
const BEAT: Duration = Duration::from_millis(100);

/// The most such runs at once: a machine that does not keep up gets fewer events, not ever more runs.
const MOST: usize = 16;

/// A scratch directory with a store, removed when this is dropped.
pub(super) struct Ground {
    runner: Runner,
    home: Home,
    /// Held as long as the directory is used.
    _lock: File,
}

/// Runs this very program in the scratch directory.
#[derive(Debug, Clone)]
struct Runner {
    program: PathBuf,
    root: PathBuf,
}

/// Runs that go on beginning until this is dropped.
pub(super) struct Load {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Runner {
    fn run(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(["--offline", "--no-input", "-q", "run"])
            .args(args)
            .current_dir(&self.root)
            .env("SOMAGENT_HOME", self.home())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    fn home(&self) -> OsString {
        self.root.join("home").into_os_string()
    }

    fn write(&self, name: &str, text: &str) -> Result<(), Failure> {
        fs::write(self.root.join(name), text).map_err(unwritten)
    }
}

impl Ground {
    /// Makes the directory; what an interrupted measurement left is removed.
    pub(super) fn new(context: &Context) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(|why| failed("the program does not find itself", why))?;
        let root = context.home.bench();
        fs::create_dir_all(root.parent().unwrap_or(&root)).map_err(unwritten)?;
        let lock = File::create(root.with_extension("lock")).map_err(unwritten)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let failure = Failure::new(Exit::Busy, "busy", "somebody else measures at the moment");
                return Err(failure.hint("wait for its end: two at once measure each other"));
            }
            Err(TryLockError::Error(why)) => return Err(unwritten(why)),
        }
        let runner = Runner { program, root };
        removed(&runner.root).map_err(unwritten)?;
        fs::create_dir(&runner.root).map_err(unwritten)?;
        let home = Home::from_env(|name| (name == "SOMAGENT_HOME").then(|| runner.home()))?;
        runner.write("load.yaml", LOAD)?;
        runner.write("logs.yaml", LOGS)?;
        runner.write("many.json", &items(MANY))?;
        runner.write("short.log", &log('s', 100))?;
        runner.write("long.log", &log('l', 100_000))?;
        Ok(Self {
            runner,
            home,
            _lock: lock,
        })
    }

    /// This very program.
    pub(super) fn program(&self) -> &Path {
        &self.runner.program
    }

    /// Where it is started.
    pub(super) fn directory(&self) -> &Path {
        &self.runner.root
    }

    /// What `SOMAGENT_HOME` is for it.
    pub(super) fn home(&self) -> OsString {
        self.runner.home()
    }

    /// How many events the store has.
    pub(super) fn events(&self) -> Result<u64, Failure> {
        let place = open::place(&self.home);
        if !place.database.exists() {
            return Ok(0);
        }
        Ok(Reader::open(&place)?.head()?.seq)
    }

    /// A run with the two logs as outputs of its steps.
    pub(super) fn read_logs(&self) -> Result<(), Failure> {
        ended(self.runner.run(&["logs.yaml"]))
    }

    /// Runs until the store has so many events.
    pub(super) fn fill(&self, events: u64, output: &Output) -> Result<(), Failure> {
        let began = Instant::now();
        let mut told = 0;
        loop {
            let there = self.events()?;
            if there >= events {
                return Ok(());
            }
            let tenths = there * 10 / events.max(1);
            if tenths > told {
                told = tenths;
                let seconds = began.elapsed().as_secs();
                output.say(&format!(
                    "filling   {there} of {events} events are there after {seconds} s"
                ));
            }
            let missing = (events - there).saturating_sub(FRAME).div_ceil(3).max(1);
            let (inputs, count) = if missing < MANY {
                self.runner.write("few.json", &items(missing))?;
                ("few.json", 1)
            } else {
                ("many.json", AT_ONCE)
            };
            self.several(count, inputs)?;
        }
    }

    fn several(&self, count: usize, inputs: &str) -> Result<(), Failure> {
        let run = || ended(self.runner.run(&["load.yaml", "--params-file", inputs]));
        thread::scope(|scope| {
            let runs: Vec<_> = (0..count).map(|_| scope.spawn(run)).collect();
            let gone = |_| Err(failed("a run", "its thread is gone"));
            runs.into_iter().try_for_each(|run| run.join().unwrap_or_else(gone))
        })
    }

    /// Begins runs that leave about `rate` events a second.
    pub(super) fn load(&self, rate: u64) -> Result<Load, Failure> {
        let beats = 1_000 / u64::try_from(BEAT.as_millis()).unwrap_or(1_000);
        let count = (rate / beats).saturating_sub(FRAME).div_ceil(3);
        self.runner.write("load.json", &items(count))?;
        let is_over = Arc::new(AtomicBool::new(false));
        let (heard, runner) = (Arc::clone(&is_over), self.runner.clone());
        let thread = thread::spawn(move || {
            let mut going: Vec<Child> = Vec::new();
            while !heard.load(Ordering::Relaxed) {
                let next = Instant::now() + BEAT;
                going.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
                if going.len() < MOST {
                    let mut command = runner.run(&["load.yaml", "--params-file", "load.json"]);
                    // How many there are is counted in the store.
                    going.extend(command.stderr(Stdio::null()).spawn().ok());
                }
                thread::sleep(next.saturating_duration_since(Instant::now()));
            }
            for mut child in going {
                let _ = child.wait();
            }
        });
        Ok(Load {
            is_over,
            thread: Some(thread),
        })
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // What stays is removed by the next measurement.
        let _ = removed(&self.runner.root);
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn removed(root: &Path) -> io::Result<()> {
    match fs::remove_dir_all(root) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn unwritten(why: impl Display) -> Failure {
    failed("the scratch directory cannot be used", why)
}

/// Waits for a run that has to succeed.
fn ended(mut command: Command) -> Result<(), Failure> {
    let ended = command.output().map_err(|why| failed("a run does not start", why))?;
    if ended.status.success() {
        return Ok(());
    }
    Err(failed("a run failed", String::from_utf8_lossy(&ended.stderr).trim()))
}

/// The inputs of a run with `count` items.
fn items(count: u64) -> String {
    let items: Vec<String> = (0..count).map(|n| format!("{{\"n\": {n}}}")).collect();
    format!("{{\"list\": [{}]}}\n", items.join(", "))
}

/// A log of `count` short lines.
fn log(letter: char, count: u64) -> String {
    (1..=count).map(|n| format!("{letter} {n:06}\n")).collect()
}

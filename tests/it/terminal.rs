//! A real terminal: the program at one end of a pseudoterminal, a person's eyes and hands at the other.

use std::io::{Read as _, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// How long something may take to be seen.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the last words of a program that is gone may take to be read.
const AFTERWARDS: Duration = Duration::from_secs(10);

/// What is on the screen, and all that was written to it.
struct Seen {
    parser: vt100::Parser,
    written: Vec<u8>,
    is_over: bool,
}

/// A program in a terminal.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    seen: Arc<Mutex<Seen>>,
    reader: JoinHandle<()>,
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

fn nonzero(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

/// A terminal that nobody else holds: what another thread starts while one is opened keeps it open, and it would
/// never hang up.
fn own_terminal(size: PtySize) -> PtyPair {
    // Those that are held are kept for so long, or the next one would get the same number.
    let mut held = Vec::new();
    while held.len() < 20 {
        let pair = native_pty_system().openpty(size).unwrap();
        let master = pair.master.as_raw_fd().unwrap();
        let index = index(&std::fs::read_to_string(format!("/proc/self/fdinfo/{master}")).unwrap());
        assert!(index.is_some(), "the system does not tell terminals apart");
        // What was cloned a moment ago lets go when it becomes its program.
        let is_free = || !holders().any(|held| held == index);
        if is_free() || (0..10).any(|_| (std::thread::sleep(Duration::from_millis(10)), is_free()).1) {
            return pair;
        }
        held.push(pair);
    }
    panic!("every terminal is held by somebody else too");
}

/// The number of a terminal, as the system tells it of one who holds it.
fn index(told: &str) -> Option<String> {
    let line = told.lines().find_map(|line| line.strip_prefix("tty-index:"));
    line.map(|index| index.trim().to_owned())
}

/// The terminals that other processes hold; those that end meanwhile hold none.
fn holders() -> impl Iterator<Item = Option<String>> {
    let own = std::process::id().to_string();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    // There are other names for this process too.
    let others = processes.filter(move |process| {
        let name = process.file_name();
        name != own.as_str() && name.to_string_lossy().bytes().all(|byte| byte.is_ascii_digit())
    });
    let held = others.flat_map(|process| {
        std::fs::read_dir(process.path().join("fd"))
            .into_iter()
            .flatten()
            .flatten()
    });
    let masters = held.filter(|held| std::fs::read_link(held.path()).is_ok_and(|link| link.ends_with("ptmx")));
    masters.filter_map(|held| {
        let path = held.path().to_string_lossy().replace("/fd/", "/fdinfo/");
        std::fs::read_to_string(path).ok().map(|told| index(&told))
    })
}

impl Terminal {
    /// Starts `command` in a terminal of this size.
    pub fn start(command: &Command, rows: u16, cols: u16) -> Self {
        let pair = own_terminal(size(rows, cols));
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => builder.env(name, value),
                None => builder.env_remove(name),
            }
        }
        builder.env("TERM", "xterm-256color");
        // A person sits here, whoever runs the tests.
        builder.env_remove("CI");
        if let Some(directory) = command.get_current_dir() {
            builder.cwd(directory);
        }
        let child = pair.slave.spawn_command(builder).unwrap();
        drop(pair.slave);
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(nonzero(rows), nonzero(cols), 0),
            written: Vec::new(),
            is_over: false,
        }));
        let mut output = pair.master.try_clone_reader().unwrap();
        let shown = Arc::clone(&seen);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 8_192];
            // The reader fails when the last one at the other end is gone.
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut shown = shown.lock().unwrap();
                shown.parser.process(&buffer[..count]);
                shown.written.extend_from_slice(&buffer[..count]);
                if shown.is_over {
                    return;
                }
            }
        });
        Self {
            keys: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            seen,
            reader,
        }
    }

    /// The screen as it is now.
    pub fn screen(&self) -> vt100::Screen {
        self.seen.lock().unwrap().parser.screen().clone()
    }

    /// What is on the screen, line by line.
    pub fn text(&self) -> String {
        self.screen().contents()
    }

    /// How many bytes were written so far.
    pub fn bytes(&self) -> usize {
        self.seen.lock().unwrap().written.len()
    }

    /// All that was written so far, as text.
    pub fn written(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap().written).into_owned()
    }

    /// Writes a line, and waits until what follows says `text`.
    pub fn says(&mut self, line: &str, text: &str) {
        let before = self.bytes();
        self.press(&format!("{line}\n"));
        self.hears(before, text);
    }

    /// Waits until what was written after so many bytes says `text`.
    pub fn hears(&self, after: usize, text: &str) {
        let began = Instant::now();
        while !self.written()[after..].contains(text) {
            assert!(began.elapsed() < PATIENCE, "`{text}` was not said:\n{}", self.written());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether the screen is the program's own, or its cursor hidden, or the mouse taken.
    pub fn is_taken(&self) -> bool {
        let seen = self.seen.lock().unwrap();
        let screen = seen.parser.screen();
        screen.alternate_screen()
            || screen.hide_cursor()
            || screen.bracketed_paste()
            || screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None
    }

    /// Waits until `holds`.
    pub fn until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let began = Instant::now();
        while !holds(&self.text()) {
            assert!(began.elapsed() < PATIENCE, "{what} was not seen:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until `text` is on the screen.
    pub fn sees(&self, text: &str) {
        self.until(text, |screen| screen.contains(text));
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Gives the terminal another size.
    pub fn resize(&self, rows: u16, cols: u16) {
        self.seen
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(nonzero(rows), nonzero(cols));
        self.master.resize(size(rows, cols)).unwrap();
    }

    /// Sends a signal to the program.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.process_id().unwrap().cast_signed()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// The state letter of the program's process (`T` when it is stopped).
    pub fn state(&self) -> String {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.process_id().unwrap())).unwrap();
        let (_, after) = stat.rsplit_once(") ").unwrap();
        after[..1].to_owned()
    }

    /// Takes the terminal away; gives back where the system shows the program's process while it lives.
    pub fn hang_up(self) -> PathBuf {
        let process = PathBuf::from(format!("/proc/{}/status", self.child.process_id().unwrap()));
        let Self {
            master,
            mut keys,
            mut child,
            seen,
            reader,
        } = self;
        // The reader ends with what is drawn next; then nobody has the other end.
        seen.lock().unwrap().is_over = true;
        keys.write_all(b"T").unwrap();
        reader.join().unwrap();
        drop((master, keys));
        std::thread::spawn(move || child.wait());
        process
    }

    /// Waits for the end of the program, and until what it wrote last is read.
    pub fn end(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What it started may have the terminal for longer; that says nothing more of the program.
                let gone = Instant::now();
                while !self.reader.is_finished() && gone.elapsed() < AFTERWARDS {
                    std::thread::sleep(Duration::from_millis(5));
                }
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

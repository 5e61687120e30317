//! What a model writes, told while it writes it: over one socket a run, and never recorded.
//!
//! ```text
//!  model ─► Voice ─► <runtime directory>/runs/<run>.sock ─► Live, in other processes
//! ```
//!
//! The owner of a run speaks. Speaking never waits and never fails the run: what a listener has not read
//! yet lies in the buffer of its connection, and a listener whose buffer is full is let go. Whoever
//! listens may miss something; the journal has the whole answer.
//!
//! A line is `{"v":1,"kind":"delta","step":"…","item":0,"part":"…","attempt":1,"text":"…"}`; `item` and
//! `part` are absent as in the journal.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::fact::{Part, Unit};
use crate::config::Home;
use crate::digest::Digest;
use crate::net::local;

/// The most that listen to one run.
const MOST_LISTENERS: usize = 32;

/// The longest line that is read, in bytes.
const LONGEST_LINE: u64 = 1 << 20;

/// A piece of what a model writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// What it writes it for.
    pub unit: Unit,
    /// The attempt; what an earlier one wrote is void.
    pub attempt: u32,
    /// The piece.
    pub text: String,
}

/// One line on the socket.
#[derive(Serialize, Deserialize)]
struct Said {
    v: u32,
    kind: String,
    step: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<Part>,
    attempt: u32,
    text: String,
}

impl Said {
    fn of(delta: &Delta) -> Self {
        let Unit { step, item, part } = delta.unit.clone();
        Self {
            v: 1,
            kind: "delta".to_owned(),
            step,
            item,
            part: Some(part).filter(|part| *part != Part::Main),
            attempt: delta.attempt,
            text: delta.text.clone(),
        }
    }

    /// What it says; `None` for what this version does not know.
    fn delta(self) -> Option<Delta> {
        let unit = Unit {
            step: self.step,
            item: self.item,
            part: self.part.unwrap_or_default(),
        };
        (self.v == 1 && self.kind == "delta").then_some(Delta {
            unit,
            attempt: self.attempt,
            text: self.text,
        })
    }
}

/// The sockets of the runs that this process drives.
pub(super) struct Voices {
    directory: PathBuf,
    /// By run; none for one that had nothing to say yet.
    driven: Mutex<HashMap<String, Option<Arc<Voice>>>>,
}

/// Takes the socket of a run away when driving it ends, however it ends.
pub(super) struct Speaking<'v> {
    voices: &'v Voices,
    run: String,
}

impl Voices {
    pub(super) fn of(home: &Home) -> Self {
        Self {
            directory: home.sockets(),
            driven: Mutex::default(),
        }
    }

    /// Lets `run`, which this process owns, speak until the value is dropped.
    pub(super) fn begin(&self, run: &str) -> Speaking<'_> {
        self.driven().insert(run.to_owned(), None);
        Speaking {
            voices: self,
            run: run.to_owned(),
        }
    }

    /// The voice of a run that is driven; `None` where no socket can be made: then nobody hears it.
    pub(super) fn voice(&self, run: &str) -> Option<Arc<Voice>> {
        let mut driven = self.driven();
        let voice = driven.get_mut(run)?;
        if voice.is_none() {
            *voice = Voice::new(path(&self.directory, run)).ok().map(Arc::new);
        }
        voice.clone()
    }

    fn driven(&self) -> MutexGuard<'_, HashMap<String, Option<Arc<Voice>>>> {
        self.driven.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Speaking<'_> {
    fn drop(&mut self) {
        if let Some(Some(voice)) = self.voices.driven().remove(&self.run) {
            // The next owner replaces what stays.
            let _ = std::fs::remove_file(&voice.path);
        }
    }
}

/// The socket of one run.
pub(super) struct Voice {
    path: PathBuf,
    ears: Mutex<Ears>,
}

struct Ears {
    listener: UnixListener,
    listening: Vec<UnixStream>,
}

impl Voice {
    fn new(path: PathBuf) -> io::Result<Self> {
        let ears = Ears {
            listener: local::listen(&path)?,
            listening: Vec::new(),
        };
        Ok(Self {
            path,
            ears: Mutex::new(ears),
        })
    }

    /// Tells everybody who listens, and waits for nobody.
    pub(super) fn say(&self, delta: &Delta) {
        let Ok(mut line) = serde_json::to_vec(&Said::of(delta)) else {
            return;
        };
        line.push(b'\n');
        let mut ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
        while let Ok((stream, _)) = ears.listener.accept() {
            if ears.listening.len() < MOST_LISTENERS && stream.set_nonblocking(true).is_ok() {
                ears.listening.push(stream);
            }
        }
        ears.listening
            .retain_mut(|stream| stream.write(&line).is_ok_and(|written| written == line.len()));
    }
}

/// Where the socket of `run` lies; its name is short where the directory is deep.
fn path(directory: &Path, run: &str) -> PathBuf {
    let path = directory.join(format!("{run}.sock"));
    let is_plain = run.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_plain && path.as_os_str().as_bytes().len() <= local::LONGEST_PATH {
        return path;
    }
    directory.join(Digest::of(run.as_bytes()).short())
}

/// What a run says that another process drives: pieces as they come, until that process has no more to say.
///
/// Whoever reads waits; [`Live::leaver`] ends that.
#[derive(Debug)]
pub struct Live {
    lines: BufReader<UnixStream>,
}

/// Ends listening when it is dropped.
#[derive(Debug)]
pub struct Leaver(UnixStream);

impl Live {
    /// Listens to `run`, from now on.
    ///
    /// # Errors
    /// Nobody drives it, or it has not asked a model yet.
    pub fn connect(home: &Home, run: &str) -> io::Result<Self> {
        let stream = local::connect(&path(&home.sockets(), run))?;
        let lines = BufReader::new(stream);
        Ok(Self { lines })
    }

    /// What ends listening, from another thread.
    ///
    /// # Errors
    /// The system has no handle left.
    pub fn leaver(&self) -> io::Result<Leaver> {
        self.lines.get_ref().try_clone().map(Leaver)
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        let read = (&mut self.lines).take(LONGEST_LINE).read_until(b'\n', &mut line);
        // What a listener that was let go has of a line is no line.
        read.ok().filter(|_| line.ends_with(b"\n")).map(|_| line)
    }
}

impl Iterator for Live {
    type Item = Delta;

    fn next(&mut self) -> Option<Delta> {
        loop {
            let line = self.line()?;
            if let Some(delta) = serde_json::from_slice(&line).ok().and_then(Said::delta) {
                return Some(delta);
            }
        }
    }
}

impl Drop for Leaver {
    fn drop(&mut self) {
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    const RUN: &str = "01999999-0000-7000-8000-000000000000";

    fn home(root: &Path) -> Home {
        Home::from_env(|name| (name == "SOMAGENT_HOME").then(|| root.into())).unwrap()
    }

    fn delta(attempt: u32, text: &str) -> Delta {
        Delta {
            unit: Unit::item("lines", 2),
            attempt,
            text: text.to_owned(),
        }
    }

    #[test]
    fn everybody_who_listens_hears_every_piece_from_then_on() {
        let scratch = tempfile::tempdir().unwrap();
        let home = home(scratch.path());
        let voices = Voices::of(&home);
        assert!(voices.voice(RUN).is_none(), "a run that nobody drives has no voice");
        let speaking = voices.begin(RUN);
        assert!(
            Live::connect(&home, RUN).is_err(),
            "a run that asks no model needs no socket"
        );
        let voice = voices.voice(RUN).unwrap();
        let first = Live::connect(&home, RUN).unwrap();
        voice.say(&delta(1, "a\nb"));
        let second = Live::connect(&home, RUN).unwrap();
        let compensating = Delta {
            unit: Unit::step("s").part(Part::Compensate),
            ..delta(2, "\u{1f980}")
        };
        voice.say(&compensating);
        drop(speaking);
        drop(voice);
        assert_eq!(
            first.collect::<Vec<_>>(),
            [delta(1, "a\nb"), compensating.clone()],
            "an end is an end"
        );
        assert_eq!(second.collect::<Vec<_>>(), [compensating]);
        assert!(Live::connect(&home, RUN).is_err());
        assert_eq!(
            std::fs::read_dir(home.sockets()).unwrap().count(),
            0,
            "the socket is gone"
        );
    }

    #[test]
    fn a_listener_that_stands_still_is_let_go_and_holds_nobody_up() {
        let scratch = tempfile::tempdir().unwrap();
        let home = home(scratch.path());
        let voices = Voices::of(&home);
        let _speaking = voices.begin(RUN);
        let voice = voices.voice(RUN).unwrap();
        let still = Live::connect(&home, RUN).unwrap();
        let gone = Live::connect(&home, RUN).unwrap();
        drop(gone);
        let begun = Instant::now();
        (0..10_000).for_each(|_| voice.say(&delta(1, &"x".repeat(1_000))));
        assert!(begun.elapsed() < Duration::from_secs(30));
        assert_eq!(voice.ears.lock().unwrap().listening.len(), 0);
        let heard = still.count();
        assert!((1..10_000).contains(&heard), "{heard} whole pieces, then the end");
    }

    #[test]
    fn whoever_leaves_does_not_wait_any_more() {
        let scratch = tempfile::tempdir().unwrap();
        let home = home(scratch.path());
        let voices = Voices::of(&home);
        let _speaking = voices.begin(RUN);
        let voice = voices.voice(RUN).unwrap();
        let mut live = Live::connect(&home, RUN).unwrap();
        let leaver = live.leaver().unwrap();
        voice.say(&delta(1, "x"));
        let reading = std::thread::spawn(move || (live.next(), live.next()));
        std::thread::sleep(Duration::from_millis(50));
        drop(leaver);
        assert_eq!(reading.join().unwrap(), (Some(delta(1, "x")), None));
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("x.sock");
        let listener = local::listen(&path).unwrap();
        let live = Live {
            lines: BufReader::new(local::connect(&path).unwrap()),
        };
        let (mut stream, _) = listener.accept().unwrap();
        let line = r#"{"v":1,"kind":"delta","step":"lines","item":2,"attempt":1,"text":"x","more":[1]}"#;
        let other = line.replace("delta", "progress");
        let newer = line.replace(r#""v":1"#, r#""v":2"#);
        write!(stream, "{other}\n{newer}\n\u{1b}[2J\n{line}\n{line}").unwrap();
        drop(stream);
        assert_eq!(live.collect::<Vec<_>>(), [delta(1, "x")]);
    }

    #[test]
    fn a_deep_directory_has_short_names() {
        let at = |bytes: usize| path(Path::new(&"/x".repeat(bytes / 2)), RUN);
        assert!(at(60).ends_with(format!("{RUN}.sock")));
        assert!(at(80).as_os_str().len() < local::LONGEST_PATH, "{:?}", at(80));
        assert_ne!(at(80), path(Path::new(&"/x".repeat(40)), "another"));
        assert_eq!(path(Path::new("/x"), "../../y").parent(), Some(Path::new("/x")));
    }
}

//! The thread that watches the store: it reads, and sends what changed.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Start;
use super::app::Msg;
use crate::engine::live::{Leaver, Live};
use crate::engine::open;
use crate::journal::{ApprovalFilter, ApprovalRow, CANCELLING, Event, RUNNING, Reader, RunFilter, RunRow};
use crate::sight::opened::Opened;
use crate::sight::question::{self, Asked};
use crate::sight::{SightError, status};

/// How often the store is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How often the store is looked at when nothing was recorded: owners end without a word.
const LOOK_AGAIN: u32 = 10;

/// The most runs that a list holds.
pub const MOST_RUNS: usize = 500;

/// The most approvals that a list holds.
const MOST_APPROVALS: usize = 200;

/// The newest events that the overview shows.
const NEWEST: usize = 50;

/// A run, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What the journal knows.
    pub row: RunRow,
    /// How it stands.
    pub status: String,
}

/// What is seen of the store at one moment.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    /// The position of the newest event.
    pub head: u64,
    /// Runs, the newest first.
    pub runs: Arc<Vec<Listed>>,
    /// Open questions, the oldest first.
    pub approvals: Arc<Vec<Asked>>,
    /// The newest events, the newest first.
    pub newest: Arc<Vec<Arc<Event>>>,
    /// The run that is watched.
    pub opened: Option<Arc<Opened>>,
    /// Why the run that is watched cannot be seen.
    pub unopened: Option<String>,
}

/// What comes of looking at the store.
#[derive(Debug, Clone)]
pub enum Seen {
    /// There is none yet.
    Nothing,
    /// It cannot be read, and why.
    Unreadable(String),
    /// It is as follows.
    Store(Sight),
}

/// Watches until nobody listens; `wishes` say which run is to be opened.
pub fn watch(start: &Start, wishes: &Receiver<Option<String>>, messages: &Sender<Msg>) {
    let place = open::place(&start.home);
    // What is wished for before there is a store, or while it cannot be read, is opened as soon as it can be.
    let mut wish = None;
    let mut told = None;
    loop {
        let seen = match Reader::open(&place) {
            Ok(reader) => {
                let mut watched = Watched::new(start, reader, wish.take());
                let Err(error) = watched.follow(wishes, messages) else {
                    return;
                };
                (wish, told) = (watched.wish, None);
                Seen::Unreadable(error.to_string())
            }
            Err(_) if !place.database.exists() => Seen::Nothing,
            Err(error) => Seen::Unreadable(error.to_string()),
        };
        let says = match &seen {
            Seen::Unreadable(why) => why.clone(),
            Seen::Nothing | Seen::Store(_) => String::new(),
        };
        if told.as_ref() != Some(&says) {
            told = Some(says);
            if messages.send(Msg::Seen(Box::new(seen))).is_err() {
                return;
            }
        }
        match wishes.recv_timeout(LOOK * LOOK_AGAIN) {
            Ok(wished) => wish = wished,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

struct Watched<'a> {
    start: &'a Start,
    reader: Reader,
    wish: Option<String>,
    sight: Sight,
    listening: Option<Listening>,
}

/// A thread that hears what models write for a run; it ends when this is dropped.
struct Listening {
    run: String,
    thread: JoinHandle<()>,
    _leaver: Leaver,
}

impl<'a> Watched<'a> {
    fn new(start: &'a Start, reader: Reader, wish: Option<String>) -> Self {
        Self {
            start,
            reader,
            wish,
            sight: Sight::default(),
            listening: None,
        }
    }

    /// Looks again and again; ends when nobody listens.
    fn follow(&mut self, wishes: &Receiver<Option<String>>, messages: &Sender<Msg>) -> Result<(), SightError> {
        let mut version = None;
        let mut quiet = 0;
        loop {
            let now = self.reader.data_version()?;
            let is_new = version != Some(now);
            version = Some(now);
            quiet = if is_new { 0 } else { quiet + 1 };
            if is_new || quiet >= LOOK_AGAIN {
                quiet = 0;
                if self.look(is_new)?
                    && messages
                        .send(Msg::Seen(Box::new(Seen::Store(self.sight.clone()))))
                        .is_err()
                {
                    return Ok(());
                }
            }
            self.listen(messages);
            match wishes.recv_timeout(LOOK) {
                Ok(wish) => {
                    self.listening = None;
                    self.wish = wish;
                    self.sight.opened = None;
                    self.sight.unopened = None;
                    version = None;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// Says whether anything is other than it was.
    fn look(&mut self, is_new: bool) -> Result<bool, SightError> {
        // Only a run that is not over can change without a word: its owner may be gone.
        let is_open = |listed: &Listed| listed.row.finished_at.is_none();
        if !is_new && !self.sight.runs.iter().any(is_open) {
            return Ok(false);
        }
        let locks = self.start.home.locks();
        let runs = self.runs(&locks)?;
        let changed = *self.sight.runs != runs;
        if changed {
            self.sight.runs = Arc::new(runs);
        }
        if is_new {
            self.look_at_newest()?;
            self.sight.approvals = Arc::new(self.approvals()?);
        }
        if is_new || changed {
            self.open(&locks);
        }
        Ok(is_new || changed)
    }

    /// Hears what models write for the run that is opened, as long as somebody drives it.
    fn listen(&mut self, messages: &Sender<Msg>) {
        let opened = self.sight.opened.as_ref();
        let Some(opened) = opened.filter(|opened| matches!(opened.status.as_str(), RUNNING | CANCELLING)) else {
            return;
        };
        let run = &opened.row.id;
        let is_heard = |listening: &Listening| listening.run == *run && !listening.thread.is_finished();
        if !self.listening.as_ref().is_some_and(is_heard) {
            // A run that has not asked a model yet is tried again with the next look.
            self.listening = Live::connect(&self.start.home, run)
                .ok()
                .and_then(|live| Listening::begin(run.clone(), live, messages.clone()));
        }
    }

    fn runs(&self, locks: &Path) -> Result<Vec<Listed>, SightError> {
        let filter = RunFilter {
            limit: Some(MOST_RUNS),
            ..RunFilter::default()
        };
        let with_status = |row: RunRow| {
            let status = status::of(&row, &self.reader, locks)?;
            Ok(Listed { row, status })
        };
        self.reader.runs(filter)?.into_iter().map(with_status).collect()
    }

    fn approvals(&self) -> Result<Vec<Asked>, SightError> {
        let filter = ApprovalFilter {
            open_only: true,
            run: None,
        };
        // A question never changes: what is known of one is not read again.
        let known = |row: &ApprovalRow| self.sight.approvals.iter().find(|asked| asked.row == *row).cloned();
        let read = |row| {
            let asked = question::read(&self.reader, row)?;
            Ok(asked.looked_up(&self.reader, &self.start.catalogue))
        };
        let rows = self.reader.approvals(filter, MOST_APPROVALS)?.into_iter();
        // The journal gives the newest first, and the queue begins with who has waited longest.
        rows.rev()
            .map(|row| known(&row).map_or_else(|| read(row), Ok))
            .collect()
    }

    /// Reads the newest events, and of them only those that were not read before: a body may be large.
    fn look_at_newest(&mut self) -> Result<(), SightError> {
        let head = self.reader.head()?.seq;
        let after = head.saturating_sub(NEWEST as u64).max(self.sight.head);
        let new = self.reader.tail(after, NEWEST)?.into_iter().rev();
        let known = self.sight.newest.iter().cloned();
        self.sight.newest = Arc::new(new.map(Arc::new).chain(known).take(NEWEST).collect());
        self.sight.head = head;
        Ok(())
    }

    fn open(&mut self, locks: &Path) {
        let Some(id) = &self.wish else { return };
        let opened = match self.sight.opened.take() {
            Some(mut opened) => Arc::make_mut(&mut opened).refresh(&self.reader, locks).map(|()| opened),
            None => Opened::load(&self.reader, &self.start.catalogue, id, locks).map(Arc::new),
        };
        match opened {
            Ok(opened) => {
                self.sight.opened = Some(opened);
                self.sight.unopened = None;
            }
            Err(error) => self.sight.unopened = Some(error.to_string()),
        }
    }
}

impl Listening {
    /// `None` when the system has no thread left: then nothing is heard.
    fn begin(run: String, live: Live, messages: Sender<Msg>) -> Option<Self> {
        let leaver = live.leaver().ok()?;
        let heard = run.clone();
        let hear = move || {
            for delta in live {
                let run = heard.clone();
                if messages.send(Msg::Delta { run, delta }).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("hear".to_owned()).spawn(hear).ok()?;
        Some(Self {
            run,
            thread,
            _leaver: leaver,
        })
    }
}

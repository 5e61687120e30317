//! Programs that go on while they are spoken to, over two pipes.

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::unix::pipe;
use tokio::sync::{oneshot, watch};

use super::attempts::Attempts;
use super::capture::Captured;
use super::cgroup::Groups;
use super::egress;
use super::launch::{GRACE, Held, Job, Sandbox, kill, next, read};
use super::outcome::{Ended, NotRun};
use super::plan::Report;
use super::wire::Incoming;
use super::zygote::Zygote;

/// How much of what it writes to its standard error is kept, in bytes.
const ERRORS: usize = 16 << 10;

/// A program that is spoken to.
#[derive(Debug)]
pub struct Serving {
    /// What it reads.
    pub input: pipe::Sender,
    /// What it writes.
    pub output: pipe::Receiver,
    /// Ends it, and all that it started, when it is dropped.
    pub life: Life,
    /// What is known of it; also when it is gone.
    pub known: Known,
}

/// The end of this value is the end of the program.
#[derive(Debug)]
pub struct Life {
    _held: Held,
    _ends: oneshot::Sender<()>,
}

/// What is known of a program, as long as anybody wants to know.
#[derive(Debug, Clone)]
pub struct Known {
    errors: Arc<Mutex<Captured>>,
    ended: Arc<Mutex<Option<Ended>>>,
    attempts: Attempts,
}

impl Known {
    /// How it ended; `None` as long as it goes on, and where nobody was told.
    pub fn ended(&self) -> Option<Ended> {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The end of what it wrote to its standard error so far, and whether there was more before it.
    pub fn errors(&self) -> (String, bool) {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).end()
    }

    fn hear(&self, report: &Report) {
        let ended = match *report {
            Report::Ended { code: Some(code), .. } => Ended::Code(code),
            Report::Ended { code: None, signal, .. } => Ended::Signal(signal.unwrap_or(0)),
            Report::OutOfTime => Ended::ProcessorTime,
            Report::Ready { .. } | Report::Refused { .. } | Report::NotBegun { .. } => return,
        };
        let mut known = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        known.get_or_insert(ended);
    }

    /// The servers that it was kept from, and why, each once.
    pub fn refused(&self) -> Vec<String> {
        let (reached, _) = self.attempts.so_far();
        reached.into_iter().filter_map(|reach| reach.refused).collect()
    }
}

impl Sandbox {
    /// Starts `job` and leaves it running; its input comes over a pipe, and of its limits the wall time and the output
    /// do not count.
    ///
    /// # Errors
    /// Nothing was run.
    pub async fn serve(&self, mut job: Job) -> Result<Serving, NotRun> {
        let groups = self.zygote.idle().take(&job.limits);
        let (plan, _) = self.plan(&job, &groups)?;
        let egress = job.egress.take();
        let started = self.start(&plan, false);
        let mut begun = started.map_err(|error| NotRun::at_start(&error))?;
        let (ends, ended) = oneshot::channel();
        let attempts = Attempts::default();
        let (open, opened) = watch::channel(());
        let program = job.argv.first().cloned().unwrap_or_default();
        let mut descriptors = match begun.reports.next().await {
            Some((Report::Ready { .. }, descriptors)) => descriptors.into_iter(),
            Some((Report::Refused { layer, why }, _)) => return Err(NotRun::Refused { layer, why }),
            Some((Report::NotBegun { why }, _)) => return Err(NotRun::NotBegun { program, why }),
            Some((Report::Ended { .. } | Report::OutOfTime, _)) | None => {
                let why = format!("`{program}` was not begun");
                return Err(NotRun::Lost { why });
            }
        };
        let first = descriptors.next();
        let listener = descriptors.next();
        if let (Some(listener), Some(egress)) = (listener, egress) {
            egress::serve(listener, egress, attempts.clone(), opened);
        }
        let lost = |what: &str| NotRun::Lost {
            why: format!("`{program}` has no {what}"),
        };
        let input = begun.feed.and_then(|feed| pipe::Sender::from_owned_fd(feed).ok());
        let input = input.ok_or_else(|| lost("input"))?;
        let known = Known {
            errors: Arc::new(Mutex::new(Captured::new(ERRORS))),
            ended: Arc::default(),
            attempts,
        };
        let around = Around {
            stderr: Some(begun.stderr),
            reports: Some(begun.reports),
            first,
            _zygote: self.zygote.clone(),
            _groups: groups,
            _open: open,
        };
        tokio::spawn(around.until(ended, known.clone()));
        Ok(Serving {
            input,
            output: begun.stdout,
            life: Life {
                _held: begun.held,
                _ends: ends,
            },
            known,
        })
    }
}

/// What is there as long as the program is.
struct Around {
    stderr: Option<pipe::Receiver>,
    reports: Option<Incoming>,
    /// The first process inside.
    first: Option<OwnedFd>,
    /// It ends with its programs, and not before.
    _zygote: Zygote,
    _groups: Groups,
    /// The proxy and its tunnels end with this.
    _open: watch::Sender<()>,
}

impl Around {
    /// Listens to the program until it ends, or until nobody wants it any more.
    async fn until(mut self, ended: oneshot::Receiver<()>, known: Known) {
        tokio::select! {
            () = self.listen(&known) => return,
            _ = ended => {}
        }
        if tokio::time::timeout(GRACE, self.listen(&known)).await.is_err() {
            kill(self.first.as_ref());
        }
    }

    /// Listens until it is gone, and has said its last word.
    async fn listen(&mut self, known: &Known) {
        let mut piece = [0; 4 << 10];
        while self.stderr.is_some() || self.reports.is_some() {
            tokio::select! {
                read = read(self.stderr.as_mut(), &mut piece) => match read {
                    0 => self.stderr = None,
                    count => known.errors.lock().unwrap_or_else(PoisonError::into_inner).take(&piece[..count]),
                },
                said = next(self.reports.as_mut()) => match said {
                    Some((report, _)) => known.hear(&report),
                    None => self.reports = None,
                },
            }
        }
    }
}

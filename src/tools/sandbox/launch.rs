//! Starting a confined program, listening to it, and ending it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::sync::watch;

use super::attempts::Attempts;
use super::capture::Captured;
use super::cgroup::Groups;
use super::egress::{self, Egress};
use super::limits::Limits;
use super::outcome::{Ended, NotRun, Outcome, Standing, TIER};
use super::plan::{Ids, Plan, Report};
use super::view::{self, View};
use super::wire::Incoming;
use super::zygote::Zygote;

/// How long the processes around a program may take to go once they were told to.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// The user and group that a program has where somagent runs as root: none that anybody else has (it lies in the range
/// that systemd keeps for users that come and go).
const NOBODY_ELSE: u32 = 65_417;

/// What such a user is called inside: an ordinary one.
const ORDINARY: u32 = 1_000;

/// The variables by which programs find a proxy.
const PROXIES: [&str; 6] = [
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
];

/// The sandbox of this machine, as one user sees it.
#[derive(Debug, Clone)]
pub struct Sandbox {
    /// This program, which is also that of the process around confined ones.
    pub program: PathBuf,
    /// The process around programs.
    pub zygote: Zygote,
    /// The user's home.
    pub home: PathBuf,
    /// The user's `PATH`.
    pub path: String,
    /// Directories that no program sees, wherever they lie: somagent's own.
    pub hidden: Vec<PathBuf>,
}

/// A program to be run.
#[derive(Debug, Clone)]
pub struct Job {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// Variables beside `PATH`, `HOME`, `USER`, `LANG`, `TERM` and `TMPDIR`.
    pub env: BTreeMap<String, String>,
    /// What it works on, seen at its own place; without one it has only what is named below, and `/tmp`.
    pub workspace: Option<PathBuf>,
    /// Whether it may write there.
    pub write: bool,
    /// Where it starts, relative to the workspace, or to `/tmp` where there is none.
    pub directory: PathBuf,
    /// What else it may read.
    pub read: Vec<PathBuf>,
    /// What else it may write; it belongs to whom the workspace belongs to.
    pub also: Vec<PathBuf>,
    /// What it reads from its standard input.
    pub input: Vec<u8>,
    /// What it may take.
    pub limits: Limits,
    /// What it may reach; nothing but its own loopback without this.
    pub egress: Option<Egress>,
}

impl Job {
    /// The same, which reads `input` from its standard input.
    #[must_use]
    pub fn reading(mut self, input: String) -> Self {
        self.input = input.into_bytes();
        self
    }
}

impl Sandbox {
    /// The sandbox of a user with this environment, around which this program runs.
    pub fn from_env(vars: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| vars(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            // Where it was replaced or taken away meanwhile, this still is it.
            program: PathBuf::from("/proc/self/exe"),
            zygote: Zygote::default(),
            home: text("HOME")
                .filter(|home| home.starts_with('/') && home != "/")
                .unwrap_or_else(|| "/nonexistent".to_owned())
                .into(),
            path: text("PATH").unwrap_or_default(),
            hidden: Vec::new(),
        }
    }

    /// The same, in which these directories are empty to every program.
    #[must_use]
    pub fn hiding(mut self, directories: impl IntoIterator<Item = PathBuf>) -> Self {
        self.hidden.extend(directories);
        self
    }

    /// Runs `job` to its end. Dropping the future ends every process of it.
    ///
    /// # Errors
    /// Nothing was run.
    pub async fn run(&self, mut job: Job) -> Result<Outcome, NotRun> {
        let groups = self.zygote.idle().take(&job.limits);
        let (plan, standing) = self.plan(&job, &groups)?;
        let started = self.start(&plan, job.input.is_empty());
        let begun = started.map_err(|error| NotRun::at_start(&error))?;
        // The proxy and its tunnels end with this.
        let (open, opened) = watch::channel(());
        let mut running = Running {
            egress: job.egress.take().map(|egress| (egress, opened)),
            attempts: Attempts::default(),
            stdout: Captured::new(job.limits.output),
            stderr: Captured::new(job.limits.output),
            standing,
            outputs: (Some(begun.stdout), Some(begun.stderr)),
            reports: Some(begun.reports),
            first: None,
            ended: None,
            fault: None,
        };
        let started = Instant::now();
        let wall = Duration::from_millis(job.limits.wall_ms);
        let feeding = tokio::spawn(feed_input(begun.feed, std::mem::take(&mut job.input)));
        let stopped = tokio::select! {
            stopped = running.listen(&job, job.limits.output_most) => stopped,
            () = tokio::time::sleep(wall) => Some(Ended::Deadline),
        };
        if stopped.is_some() {
            drop(begun.held);
            // Its outputs end when everything inside has; what is still in them belongs to it.
            if tokio::time::timeout(GRACE, running.listen(&job, u64::MAX))
                .await
                .is_err()
            {
                kill(running.first.as_ref());
            }
        }
        feeding.abort();
        drop(open);
        let program = job.argv.first().cloned().unwrap_or_default();
        let outcome = running.outcome(stopped, &program, &groups, started.elapsed());
        // Of what had to be stopped something may still be on its way out.
        if stopped.is_none() && outcome.is_ok() {
            self.zygote.idle().keep(groups);
        }
        outcome
    }

    /// Whether programs can be confined here: runs one that does nothing, in a directory made for it.
    ///
    /// # Errors
    /// They cannot, and why.
    pub async fn try_out(&self) -> Result<Standing, NotRun> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let scratch = std::env::temp_dir().join(format!("somagent-trial-{}-{number}", std::process::id()));
        std::fs::create_dir(&scratch).map_err(|error| NotRun::Refused {
            layer: "scratch".to_owned(),
            why: format!("{}: {error}", scratch.display()),
        })?;
        let job = Job {
            argv: vec!["true".to_owned()],
            env: BTreeMap::new(),
            workspace: Some(scratch.clone()),
            write: true,
            directory: PathBuf::new(),
            read: Vec::new(),
            also: Vec::new(),
            input: Vec::new(),
            limits: Limits::default(),
            egress: None,
        };
        let tried = self.run(job).await.map(|outcome| outcome.standing);
        // What is empty goes; what something else put there is not ours.
        let _ = std::fs::remove_dir(&scratch);
        tried
    }

    /// What is asked of the zygote, and what is known of it before it says anything.
    pub(super) fn plan(&self, job: &Job, groups: &Groups) -> Result<(Plan, Standing), NotRun> {
        let view = view::view(self, job)?;
        let ids = ids(view::mapped(job).next().map(|(place, _)| place)).map_err(|error| NotRun::at_start(&error))?;
        let plan = Plan {
            env: environment(&view, job),
            argv: job.argv.clone(),
            directory: job
                .workspace
                .as_deref()
                .unwrap_or(Path::new("/tmp"))
                .join(&job.directory),
            trees: view.trees,
            links: view.links,
            hidden: view.hidden,
            home: view.home,
            ids,
            limits: job.limits,
            groups: groups.doors(),
            usage: groups.usage.clone(),
            port: job.egress.is_some().then_some(egress::PORT),
        };
        let standing = Standing {
            tier: TIER.to_owned(),
            landlock: 0,
            groups: groups.hierarchy,
            uid: ids.outside.0,
        };
        Ok((plan, standing))
    }

    /// Has the program begun by the zygote.
    pub(super) fn start(&self, plan: &Plan, no_input: bool) -> std::io::Result<Begun> {
        let ends = || rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC);
        let (ours, theirs) = UnixStream::pair()?;
        let (stdout, out) = ends()?;
        let (stderr, err) = ends()?;
        let (input, feed) = if no_input {
            (None, None)
        } else {
            let (read, write) = ends()?;
            (Some(read), Some(write))
        };
        let held = Held(ours.try_clone()?);
        let given: Vec<OwnedFd> = [theirs.into(), out, err].into_iter().chain(input).collect();
        let with: Vec<BorrowedFd<'_>> = given.iter().map(AsFd::as_fd).collect();
        self.zygote.begin(&self.program, plan, &with)?;
        Ok(Begun {
            held,
            stdout: pipe::Receiver::from_owned_fd(stdout)?,
            stderr: pipe::Receiver::from_owned_fd(stderr)?,
            feed,
            reports: Incoming::over(ours)?,
        })
    }
}

/// A program, as whoever has it begun holds it.
pub(super) struct Begun {
    /// What ends it.
    pub(super) held: Held,
    /// The outputs of the program.
    pub(super) stdout: pipe::Receiver,
    pub(super) stderr: pipe::Receiver,
    /// Where its input goes, where it has one.
    pub(super) feed: Option<OwnedFd>,
    /// What the processes around it say; the end of it is their end.
    pub(super) reports: Incoming,
}

/// The whole environment of a program.
fn environment(view: &View, job: &Job) -> BTreeMap<String, String> {
    let home = view.home.display().to_string();
    let usual = [
        ("PATH", view.path.as_str()),
        ("HOME", &home),
        ("USER", "somagent"),
        ("LOGNAME", "somagent"),
        ("LANG", "C.UTF-8"),
        ("TERM", "dumb"),
        ("TMPDIR", "/tmp"),
    ];
    let usual = usual
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let proxy = format!("http://127.0.0.1:{}", egress::PORT);
    let proxies = PROXIES.iter().filter(|_| job.egress.is_some());
    let proxies = proxies.map(|name| ((*name).to_owned(), proxy.clone()));
    usual.chain(proxies).chain(job.env.clone()).collect()
}

/// Kills the first process inside, and with it everything else: for when the zygote does not.
pub(super) fn kill(first: Option<&OwnedFd>) {
    if let Some(first) = first {
        let _ = rustix::process::pidfd_send_signal(first, rustix::process::Signal::KILL);
    }
}

/// The end of this value is the end of the program: the zygote hears that the socket is closed.
#[derive(Debug)]
pub(super) struct Held(UnixStream);

impl Drop for Held {
    fn drop(&mut self) {
        // Its last words are still heard, and that nothing is left of it.
        let _ = self.0.shutdown(std::net::Shutdown::Write);
    }
}

/// Whose ids a program that works on `place` has: the user's own, or where that is root those of nobody else.
fn ids(place: Option<&Path>) -> std::io::Result<Ids> {
    use std::os::unix::fs::MetadataExt;

    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    if user != 0 {
        return Ok(Ids {
            inside: (user, group),
            outside: (user, group),
            owner: None,
        });
    }
    let owner = place.map(std::fs::metadata).transpose()?;
    Ok(Ids {
        inside: (ORDINARY, ORDINARY),
        outside: (NOBODY_ELSE, NOBODY_ELSE),
        // Without a place, it is somagent's own files that are shown.
        owner: Some(owner.map_or((user, group), |found| (found.uid(), found.gid()))),
    })
}

async fn feed_input(feed: Option<OwnedFd>, input: Vec<u8>) {
    let Some(feed) = feed else { return };
    if let Ok(mut feed) = tokio::net::unix::pipe::Sender::from_owned_fd(feed) {
        // A program need not read what it is given.
        let _ = feed.write_all(&input).await;
    }
}

/// A program while it is listened to.
struct Running {
    egress: Option<(Egress, watch::Receiver<()>)>,
    attempts: Attempts,
    stdout: Captured,
    stderr: Captured,
    standing: Standing,
    outputs: (Option<pipe::Receiver>, Option<pipe::Receiver>),
    reports: Option<Incoming>,
    first: Option<OwnedFd>,
    ended: Option<(Ended, u64, u64)>,
    fault: Option<NotRun>,
}

impl Running {
    /// Listens until the outputs and the reports have ended (`None`), or until an output is longer than `most`.
    async fn listen(&mut self, job: &Job, most: u64) -> Option<Ended> {
        let (mut out, mut err) = ([0; 16 << 10], [0; 16 << 10]);
        loop {
            if self.outputs.0.is_none() && self.outputs.1.is_none() && self.reports.is_none() {
                return None;
            }
            tokio::select! {
                read = read(self.outputs.0.as_mut(), &mut out) => match read {
                    0 => self.outputs.0 = None,
                    count => self.stdout.take(&out[..count]),
                },
                read = read(self.outputs.1.as_mut(), &mut err) => match read {
                    0 => self.outputs.1 = None,
                    count => self.stderr.take(&err[..count]),
                },
                said = next(self.reports.as_mut()) => match said {
                    Some((report, descriptors)) => self.hear(report, descriptors, &job.argv),
                    None => self.reports = None,
                },
            }
            if self.stdout.total().max(self.stderr.total()) > most {
                return Some(Ended::Output);
            }
        }
    }

    fn hear(&mut self, report: Report, descriptors: Vec<OwnedFd>, argv: &[String]) {
        match report {
            Report::Ready { landlock } => {
                self.standing.landlock = landlock;
                let mut descriptors = descriptors.into_iter();
                self.first = descriptors.next();
                if let (Some(listener), Some((egress, open))) = (descriptors.next(), self.egress.take()) {
                    egress::serve(listener, egress, self.attempts.clone(), open);
                }
            }
            Report::Refused { layer, why } => self.fault = Some(NotRun::Refused { layer, why }),
            Report::NotBegun { why } => {
                let program = argv.first().cloned().unwrap_or_default();
                self.fault = Some(NotRun::NotBegun { program, why });
            }
            Report::Ended {
                code,
                signal,
                cpu_ms,
                resident_kib,
            } => {
                let ended = match (code, signal) {
                    (Some(code), _) => Ended::Code(code),
                    (None, signal) => Ended::Signal(signal.unwrap_or(0)),
                };
                self.ended = Some((ended, cpu_ms, resident_kib));
            }
            Report::OutOfTime => self.ended = Some((Ended::ProcessorTime, 0, 0)),
        }
    }

    fn outcome(
        self,
        stopped: Option<Ended>,
        program: &str,
        groups: &Groups,
        wall: Duration,
    ) -> Result<Outcome, NotRun> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if stopped.is_some() && self.standing.landlock == 0 {
            let why = format!("`{program}` was not begun in {} ms", wall.as_millis());
            return Err(NotRun::Lost { why });
        }
        let (ended, cpu_ms, resident_kib) = match (stopped, self.ended) {
            // It may have ended just before, and those around it could not say so in time.
            (Some(stopped), None) | (Some(stopped @ Ended::Output), Some(_)) => (stopped, 0, 0),
            (_, Some((Ended::Signal(signal), cpu, size))) if signal == libc::SIGKILL && groups.ran_out_of_memory() => {
                (Ended::Memory, cpu, size)
            }
            (_, Some((Ended::Signal(signal), cpu, size))) if signal == libc::SIGXCPU => {
                (Ended::ProcessorTime, cpu, size)
            }
            (_, Some(ended)) => ended,
            // The first process inside is in the group, too, and may have been the one that had to go.
            (None, None) if groups.ran_out_of_memory() => (Ended::Memory, 0, 0),
            (None, None) => {
                let why = match self.standing.landlock {
                    0 => format!("`{program}` was not begun"),
                    _ => format!("`{program}` was begun"),
                };
                return Err(NotRun::Lost { why });
            }
        };
        let (reached, reached_left_out) = self.attempts.so_far();
        Ok(Outcome {
            ended,
            stdout: self.stdout,
            stderr: self.stderr,
            wall_ms: u64::try_from(wall.as_millis()).unwrap_or(u64::MAX),
            cpu_ms,
            resident_kib,
            standing: self.standing,
            reached,
            reached_left_out,
        })
    }
}

/// What is said next, where anybody may say something, with the descriptors that come with it.
pub(super) async fn next(from: Option<&mut Incoming>) -> Option<(Report, Vec<OwnedFd>)> {
    match from {
        Some(from) => from.next().await,
        None => std::future::pending().await,
    }
}

/// Reads what there is; nothing when the output has ended.
pub(super) async fn read(from: Option<&mut (impl AsyncRead + Unpin)>, into: &mut [u8]) -> usize {
    match from {
        Some(from) => from.read(into).await.unwrap_or(0),
        None => std::future::pending().await,
    }
}

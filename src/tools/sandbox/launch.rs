//! Starting a confined program, listening to it, and ending it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, watch};

use super::attempts::{Attempts, Reach};
use super::capture::Captured;
use super::cgroup::{Groups, Hierarchy};
use super::egress::{self, Egress};
use super::limits::Limits;
use super::plan::{Ids, Plan, Report};
use super::view::{self, NotSeen, View};
use super::{ENTRY, wire};

/// The name of the only tier: all layers.
pub const TIER: &str = "L3";

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
    /// This program, which is also the process around a confined one.
    pub program: PathBuf,
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

/// What held while a program ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The tier: [`TIER`].
    pub tier: String,
    /// The version of Landlock's interface.
    pub landlock: i32,
    /// What bounded all processes together.
    pub groups: Hierarchy,
    /// The user id that the system outside saw.
    pub uid: u32,
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let together = match self.groups {
            Hierarchy::V2 | Hierarchy::V1 => {
                format!("control groups {} bound all its processes together", self.groups.name())
            }
            Hierarchy::None => "no control groups, so each process is bounded by itself".to_owned(),
        };
        write!(
            f,
            "{}: all layers hold; Landlock {}, {together}, a program is user {} to the system",
            self.tier, self.landlock, self.uid
        )
    }
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// Its wall time was over.
    Deadline,
    /// Its processor time was used up.
    ProcessorTime,
    /// It took more memory than it may.
    Memory,
    /// It wrote more than it may.
    Output,
}

/// What came of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub ended: Ended,
    /// Its standard output.
    pub stdout: Captured,
    /// Its standard error.
    pub stderr: Captured,
    /// How long it took, in milliseconds.
    pub wall_ms: u64,
    /// Processor time of it and what it waited for, in milliseconds; zero when it was ended.
    pub cpu_ms: u64,
    /// The largest resident size of one of its processes, in KiB; zero when it was ended.
    pub resident_kib: u64,
    /// What held.
    pub standing: Standing,
    /// The servers that it reached, and those that it tried to.
    pub reached: Vec<Reach>,
    /// How many attempts are not among these.
    pub reached_left_out: u64,
}

/// Why a program was not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRun {
    /// Something that it was to see cannot be shown to it.
    #[error(transparent)]
    NotSeen(#[from] NotSeen),
    /// A layer of the sandbox does not hold on this machine.
    #[error("the sandbox does not hold here, so nothing was run: {layer}: {why}")]
    Refused {
        /// Which layer.
        layer: String,
        /// What the system said.
        why: String,
    },
    /// The program could not be begun.
    #[error("`{program}` could not be begun: {why}")]
    NotBegun {
        /// As it was called.
        program: String,
        /// What the system said.
        why: String,
    },
    /// The processes around it went away without a word.
    #[error("the sandbox ended without saying why ({why})")]
    Lost {
        /// What is known.
        why: String,
    },
}

impl NotRun {
    /// The process around the program could not be started.
    pub(super) fn at_start(error: &std::io::Error) -> Self {
        Self::Refused {
            layer: "start".to_owned(),
            why: error.to_string(),
        }
    }

    /// What would change it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotSeen(NotSeen::Unreadable { .. }) => "check that it is there and may be read",
            Self::NotSeen(NotSeen::TooMuch { .. }) => "give the directory of a project, or a part of it",
            Self::NotBegun { .. } => {
                "inside are the system, tool chains of the home and the workspace; what else there is was not given"
            }
            Self::Lost { .. } => "look at what it may have done",
            Self::Refused { layer, .. } => match layer.as_str() {
                "namespaces" | "user namespace" => {
                    "let users make namespaces: `sysctl user.max_user_namespaces` above 0, on Ubuntu \
                     `kernel.apparmor_restrict_unprivileged_userns` 0 or a profile for somagent, and leave for a container"
                }
                "landlock" => "Linux 5.19 or later is needed, with Landlock among `lsm=`",
                "/proc" => "a whole /proc is needed; a container that covers parts of it cannot hold another one",
                _ => "docs/sandbox.md says what each layer needs",
            },
        }
    }
}

impl Sandbox {
    /// The sandbox of a user with this environment, around which this program runs.
    pub fn from_env(vars: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| vars(name).map(|value| value.to_string_lossy().into_owned());
        Self {
            // Where it was replaced or taken away meanwhile, this still is it.
            program: PathBuf::from("/proc/self/exe"),
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
        let groups = Groups::make(&job.limits);
        let (plan, standing) = self.plan(&job, &groups)?;
        let started = self.start(plan, job.input.is_empty());
        let (mut child, held, feed, reports) = started.map_err(|error| NotRun::at_start(&error))?;
        // The proxy and its tunnels end with this.
        let (open, opened) = watch::channel(());
        let mut running = Running {
            egress: job.egress.take().map(|egress| (egress, opened)),
            attempts: Attempts::default(),
            stdout: Captured::new(job.limits.output),
            stderr: Captured::new(job.limits.output),
            standing,
            reports,
            ended: None,
            fault: None,
        };
        let began = Instant::now();
        let wall = Duration::from_millis(job.limits.wall_ms);
        let feeding = tokio::spawn(feed_input(feed, std::mem::take(&mut job.input)));
        let stopped = running.listen(&mut child, &job, wall).await;
        if stopped.is_some() {
            drop(held);
            // Its outputs end when everything inside has; what is still in them belongs to it.
            let late = tokio::time::timeout(GRACE, running.listen(&mut child, &job, GRACE)).await;
            if late.is_err() {
                let _ = child.kill().await;
            }
        }
        feeding.abort();
        drop(open);
        let status = tokio::time::timeout(GRACE, child.wait()).await;
        let program = job.argv.first().cloned().unwrap_or_default();
        running.outcome(stopped, &program, &groups, began.elapsed(), status.is_ok())
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

    /// What is asked of the process around the program, and what is known of it before it says anything.
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

    /// Starts the process around the program; gives it, what ends it, where its input goes, and what it says.
    #[allow(
        clippy::type_complexity,
        reason = "four things that come into being together and part at once"
    )]
    pub(super) fn start(
        &self,
        plan: Plan,
        no_input: bool,
    ) -> std::io::Result<(Child, Held, Option<OwnedFd>, mpsc::UnboundedReceiver<Said>)> {
        let (ours, theirs) = UnixStream::pair()?;
        let (input, feed) = if no_input {
            (None, None)
        } else {
            let (read, write) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
            (Some(read), Some(write))
        };
        let child = Command::new(&self.program)
            .arg(ENTRY)
            .env_clear()
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .current_dir("/")
            .process_group(0)
            .spawn()?;
        let held = Held(ours.try_clone()?);
        let (say, said) = mpsc::unbounded_channel();
        std::thread::Builder::new()
            .name("sandbox".to_owned())
            .spawn(move || converse(&ours, &plan, input, &say))?;
        Ok((child, held, feed, said))
    }
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

/// What came over the socket: a report, and the listener that came with it.
pub(super) type Said = (Report, Option<OwnedFd>);

/// Gives the plan away and passes on what comes back, until the other side is gone.
fn converse(socket: &UnixStream, plan: &Plan, input: Option<OwnedFd>, say: &mpsc::UnboundedSender<Said>) {
    if wire::send(socket, plan, input.as_ref().map(AsFd::as_fd)).is_err() {
        return;
    }
    drop(input);
    while let Ok(Some(said)) = wire::receive::<Report>(socket) {
        if say.send(said).is_err() {
            return;
        }
    }
}

/// The end of this value is the end of the program: the process around it hears that the socket is closed.
#[derive(Debug)]
pub(super) struct Held(UnixStream);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.shutdown(std::net::Shutdown::Both);
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
    reports: mpsc::UnboundedReceiver<Said>,
    ended: Option<(Ended, u64, u64)>,
    fault: Option<NotRun>,
}

impl Running {
    /// Listens until the outputs and the reports have ended (`None`), or until a bound is reached.
    async fn listen(&mut self, child: &mut Child, job: &Job, wall: Duration) -> Option<Ended> {
        let deadline = tokio::time::sleep(wall);
        tokio::pin!(deadline);
        let (mut out, mut err) = ([0; 16 << 10], [0; 16 << 10]);
        let mut open = (child.stdout.take(), child.stderr.take(), true);
        let stopped = loop {
            if open.0.is_none() && open.1.is_none() && !open.2 {
                break None;
            }
            tokio::select! {
                read = read(open.0.as_mut(), &mut out), if open.0.is_some() => match read {
                    0 => open.0 = None,
                    count => self.stdout.take(&out[..count]),
                },
                read = read(open.1.as_mut(), &mut err), if open.1.is_some() => match read {
                    0 => open.1 = None,
                    count => self.stderr.take(&err[..count]),
                },
                said = self.reports.recv(), if open.2 => match said {
                    Some((report, listener)) => self.hear(report, listener, &job.argv),
                    None => open.2 = false,
                },
                () = &mut deadline => break Some(Ended::Deadline),
            }
            if self.stdout.total().max(self.stderr.total()) > job.limits.output_most {
                break Some(Ended::Output);
            }
        };
        (child.stdout, child.stderr) = (open.0, open.1);
        stopped
    }

    fn hear(&mut self, report: Report, listener: Option<OwnedFd>, argv: &[String]) {
        match report {
            Report::Ready { landlock } => {
                self.standing.landlock = landlock;
                if let (Some(listener), Some((egress, open))) = (listener, self.egress.take()) {
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
        reaped: bool,
    ) -> Result<Outcome, NotRun> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let (ended, cpu_ms, resident_kib) = match (stopped, self.ended) {
            (Some(stopped), _) => (stopped, 0, 0),
            (None, Some((Ended::Signal(signal), cpu, size)))
                if signal == libc::SIGKILL && groups.ran_out_of_memory() =>
            {
                (Ended::Memory, cpu, size)
            }
            (None, Some((Ended::Signal(signal), cpu, size))) if signal == libc::SIGXCPU => {
                (Ended::ProcessorTime, cpu, size)
            }
            (None, Some(ended)) => ended,
            // The first process inside is in the group, too, and may have been the one that had to go.
            (None, None) if groups.ran_out_of_memory() => (Ended::Memory, 0, 0),
            (None, None) => {
                let why = format!(
                    "`{program}` was begun: {}, processes gone: {reaped}",
                    self.standing.landlock > 0
                );
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

/// Reads what there is; nothing when the output has ended.
pub(super) async fn read(from: Option<&mut (impl AsyncRead + Unpin)>, into: &mut [u8]) -> usize {
    match from {
        Some(from) => from.read(into).await.unwrap_or(0),
        None => std::future::pending().await,
    }
}

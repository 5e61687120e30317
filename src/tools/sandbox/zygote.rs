//! The process around programs: this program, begun once more and kept, which copies itself for each of them.
//!
//! ```text
//! somagent ─exec─► zygote ─clone─► first process inside (inside) ─vfork─► program
//!      └── plan, socket, outputs ──┘
//! ```
//!
//! To begin a large executable costs more than all layers together, and a copy of one that has begun does not. What is
//! the same for every program is made once, too: the filter of calls, and user namespaces for id-mapped mounts.
//! (Android's and Chromium's zygotes, AFL's fork server.)
//!
//! When whoever began it goes away, it ends every program and itself; when it goes away, the kernel ends them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, getpid, pidfd_open};

use super::cgroup::Idle;
use super::fault::Fault;
use super::launch::GRACE;
use super::plan::Plan;
use super::ward::{self, Given, Made, REFUSED, Ward};
use super::{ENTRY, seccomp, wire};

/// How often the processor time of programs is looked at.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// The process around programs; it is begun with the first one, and ends with the last copy of this value.
#[derive(Debug, Clone, Default)]
pub struct Zygote(Arc<Kept>);

/// What is kept from one program to the next.
#[derive(Debug, Default)]
struct Kept {
    process: Mutex<Option<Process>>,
    idle: Idle,
}

/// It, seen from outside.
#[derive(Debug)]
struct Process {
    child: Child,
    control: UnixStream,
}

impl Zygote {
    /// The groups that wait for another program.
    pub(super) fn idle(&self) -> &Idle {
        &self.0.idle
    }

    /// Has the program of `plan` begun, by the zygote of `executable`, with what is `given` to it.
    pub(super) fn begin(&self, executable: &Path, plan: &Plan, given: &[BorrowedFd<'_>]) -> io::Result<()> {
        let mut held = self.0.process.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = &*held {
            match wire::send(&process.control, plan, given).map_err(|error| (error.kind(), error)) {
                // Somebody ended it, and this it has not begun.
                Err((io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset, _)) => {}
                // It stands still, and may have got a part of this: what it were told next it would misunderstand.
                Err((io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut, error)) => {
                    *held = None;
                    return Err(error);
                }
                sent => return sent.map_err(|(_, error)| error),
            }
        }
        let process = Process::begin(executable)?;
        wire::send(&process.control, plan, given)?;
        *held = Some(process);
        Ok(())
    }
}

impl Process {
    fn begin(executable: &Path) -> io::Result<Self> {
        let (control, theirs) = UnixStream::pair()?;
        // One that reads nothing any more is not waited for.
        control.set_write_timeout(Some(GRACE))?;
        let child = Command::new(executable)
            .arg(ENTRY)
            .env_clear()
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()?;
        Ok(Self { child, control })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.control.shutdown(std::net::Shutdown::Both);
        let grace = Timespec::try_from(GRACE).ok();
        let ended = Pid::from_raw(self.child.id().cast_signed())
            .and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok())
            .is_some_and(|process| poll(&mut [PollFd::new(&process, PollFlags::IN)], grace.as_ref()) == Ok(1));
        // What it holds goes with it; one that does not even die is left alone.
        let _ = if ended {
            self.child.wait().map(Some)
        } else {
            self.child.kill().and_then(|()| self.child.try_wait())
        };
    }
}

/// What the zygote holds.
struct Held {
    control: UnixStream,
    made: Made,
    /// User namespaces, by the ids that they show and those of the system.
    mappings: BTreeMap<Mapping, OwnedFd>,
    wards: Vec<Ward>,
}

type Mapping = ((u32, u32), (u32, u32));

/// Is the zygote, until nobody holds the other end of its standard input; gives the exit code.
pub(super) fn run() -> i32 {
    let held = Held::new().and_then(|mut held| {
        let over = held.listen();
        held.end();
        over
    });
    if held.is_ok() { 0 } else { REFUSED }
}

impl Held {
    fn new() -> io::Result<Self> {
        // What it is told must not be what a program inside reads.
        let control = UnixStream::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?);
        let null = std::fs::File::options().read(true).write(true).open("/dev/null")?;
        rustix::stdio::dup2_stdin(&null)?;
        usual_signals();
        Ok(Self {
            control,
            made: Made {
                groups: match rustix::process::geteuid().is_root() {
                    true => ward::leave_groups(),
                    false => Ok(()),
                },
                filter: seccomp::filter(),
                itself: pidfd_open(getpid(), PidfdFlags::empty())?,
            },
            mappings: BTreeMap::new(),
            wards: Vec::new(),
        })
    }

    /// Begins what it is told to, and looks after it, until nobody is there to tell it anything.
    fn listen(&mut self) -> io::Result<()> {
        loop {
            let mut looked = vec![PollFd::new(&self.control, PollFlags::IN)];
            looked.extend(self.wards.iter().flat_map(Ward::looked_at));
            let counted = self.wards.iter().any(Ward::is_counted);
            match poll(&mut looked, counted.then_some(&LOOK)) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let seen: Vec<PollFlags> = looked.iter().map(PollFd::revents).collect();
            let mut of_wards = seen[1..].chunks_exact(2);
            self.wards
                .retain_mut(|ward| of_wards.next().is_none_or(|seen| ward.goes_on([seen[0], seen[1]])));
            if seen[0].is_empty() {
                continue;
            }
            match wire::receive::<Plan>(&self.control)? {
                Some((plan, descriptors)) => self.begin(&plan, descriptors),
                None => return Ok(()),
            }
        }
    }

    fn begin(&mut self, plan: &Plan, descriptors: Vec<OwnedFd>) {
        let Some(given) = Given::of(descriptors) else { return };
        let mapping = match plan.ids.owner.map(|owner| (owner, plan.ids.outside)) {
            Some(mapping) => self.map(mapping).map(|()| self.mappings.get(&mapping).map(AsFd::as_fd)),
            None => Ok(None),
        };
        self.wards.extend(Ward::begin(plan, given, &self.made, mapping));
    }

    /// Makes sure that there is a user namespace for `mapping`.
    fn map(&mut self, mapping: Mapping) -> Result<(), Fault> {
        if let Entry::Vacant(vacant) = self.mappings.entry(mapping) {
            vacant.insert(ward::mapping(mapping.0, mapping.1)?);
        }
        Ok(())
    }

    /// Ends everything, and waits for that: what was made outside for a program goes after it.
    fn end(&mut self) {
        self.wards.iter_mut().for_each(Ward::kill);
        self.wards.drain(..).for_each(Ward::wait);
    }
}

/// Gives every signal its usual meaning, and holds none back: a program begins without what others ignore. But for
/// writing to nobody, which is an error to the processes around it.
#[allow(unsafe_code, reason = "no safe interface sets the meaning of signals")]
fn usual_signals() {
    for signal in (1..=64).filter(|signal| *signal != libc::SIGPIPE) {
        // SAFETY: the usual meaning runs no code of this process; a number that is no signal is refused.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    // SAFETY: an empty set is written before it is read, and both live through the calls.
    unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

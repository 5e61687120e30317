//! A program, as the zygote holds it: begun in namespaces of its own, and ended when nobody wants it any more.
//!
//! ```text
//! somagent … zygote (own ids, no threads) ─clone─► first process inside ─vfork─► program
//!      └── socket: reports; its end is the end of everything ──┘
//! ```

use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal, waitpid};

use super::fault::{Fault, layer};
use super::mounts::Outside;
use super::plan::{Ids, Plan, Report};
use super::{inside, seccomp, wire};

/// The exit code of the processes around a program whose sandbox could not be set up.
pub(super) const REFUSED: i32 = 125;

/// The namespaces that a program gets of its own.
const NAMESPACES: i32 = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWCGROUP;

/// What is the same for every program.
pub(super) struct Made {
    /// That the zygote has no groups of root's.
    pub(super) groups: io::Result<()>,
    /// What programs may call.
    pub(super) filter: io::Result<seccomp::Program>,
    /// The zygote itself.
    pub(super) itself: OwnedFd,
}

/// What belongs to a program from the beginning.
pub(super) struct Given {
    socket: UnixStream,
    stdout: OwnedFd,
    stderr: OwnedFd,
    input: Option<OwnedFd>,
}

impl Given {
    /// In the order in which they were sent; nothing where some are missing.
    pub(super) fn of(descriptors: Vec<OwnedFd>) -> Option<Self> {
        let mut descriptors = descriptors.into_iter();
        Some(Self {
            socket: descriptors.next()?.into(),
            stdout: descriptors.next()?,
            stderr: descriptors.next()?,
            input: descriptors.next(),
        })
    }
}

/// A program that has begun.
pub(super) struct Ward {
    /// The first process inside.
    first: Pid,
    /// The same, to be waited for and killed by.
    process: OwnedFd,
    /// Undone when everything inside is gone.
    _outside: Outside,
    /// Where its processor time is written, and how much of it there may be, in milliseconds.
    usage: Option<PathBuf>,
    cpu_ms: u64,
    killed: bool,
    /// The last to be let go of: by that it is known that nothing is left to be undone.
    socket: UnixStream,
}

impl Ward {
    /// Begins the program of `plan`, or says why not.
    pub(super) fn begin(
        plan: &Plan,
        given: Given,
        made: &Made,
        mapping: Result<Option<BorrowedFd<'_>>, Fault>,
    ) -> Option<Self> {
        // Nobody may be there to hear why.
        let say = given.socket.try_clone().ok()?;
        match Self::try_to(plan, given, made, mapping) {
            Ok(ward) => ward,
            Err(Fault { layer, why }) => {
                let _ = wire::send(&say, &Report::Refused { layer, why }, &[]);
                None
            }
        }
    }

    fn try_to(
        plan: &Plan,
        given: Given,
        made: &Made,
        mapping: Result<Option<BorrowedFd<'_>>, Fault>,
    ) -> Result<Option<Self>, Fault> {
        made.groups.as_ref().map_err(layer("groups"))?;
        let filter = made.filter.as_ref().map_err(layer("seccomp"))?;
        let mut outside = Outside::open(plan, mapping?)?;
        let trees = outside.trees.take();
        let (told, tell) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).map_err(layer("pipe"))?;
        let Some(first) = fork(NAMESPACES).map_err(layer("namespaces"))? else {
            // What was made outside is taken away outside.
            std::mem::forget(outside);
            drop(tell);
            let inside = become_first(plan, given, filter, trees, told, made.itself.as_fd());
            // Nothing that the zygote holds is dropped: it is not this copy's to undo.
            std::process::exit(if inside.is_ok() { 0 } else { REFUSED })
        };
        drop(trees);
        let mut tell = fs::File::from(tell);
        let begun = pidfd_open(first, PidfdFlags::empty())
            .map_err(layer("process"))
            .and_then(|process| {
                // Whoever gave it up meanwhile does not want it begun.
                let gone = PollFlags::RDHUP | PollFlags::HUP;
                if seen(&given.socket, gone).map_err(layer("wait"))? {
                    return Ok(None);
                }
                prepare(plan, first, &mut tell)?;
                Ok(Some(process))
            });
        match begun {
            Ok(Some(process)) => Ok(Some(Self {
                first,
                process,
                _outside: outside,
                usage: plan.usage.clone(),
                cpu_ms: plan.limits.cpu_ms,
                killed: false,
                socket: given.socket,
            })),
            not_begun => {
                // It waits for a word that never comes.
                let _ = rustix::process::kill_process(first, Signal::KILL);
                let _ = waitpid(Some(first), WaitOptions::empty());
                not_begun.map(|_| None)
            }
        }
    }

    /// What is to be looked at: its end, and whether somebody still wants it.
    pub(super) fn looked_at(&self) -> [PollFd<'_>; 2] {
        let ends = PollFd::new(&self.process, PollFlags::IN);
        // A socket that nobody has at its other end would be seen again and again until the program is dead.
        let wanted = if self.killed {
            PollFd::new(&self.process, PollFlags::empty())
        } else {
            PollFd::from_borrowed_fd(self.socket.as_fd(), PollFlags::RDHUP)
        };
        [ends, wanted]
    }

    /// Whether its processor time has to be looked at now and then.
    pub(super) fn is_counted(&self) -> bool {
        self.usage.is_some() && !self.killed
    }

    /// Does what has to be done after `seen`; false when it is over.
    pub(super) fn goes_on(&mut self, seen: [PollFlags; 2]) -> bool {
        if seen[0].contains(PollFlags::IN) {
            let _ = waitpid(Some(self.first), WaitOptions::empty());
            return false;
        }
        let gone = seen[1].intersects(PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR);
        let used = self.usage.as_deref().filter(|_| !self.killed).and_then(used_ms);
        let spent = used.is_some_and(|used| used > self.cpu_ms);
        if spent {
            let _ = wire::send(&self.socket, &Report::OutOfTime, &[]);
        }
        if (gone || spent) && !self.killed {
            self.kill();
        }
        true
    }

    /// Ends it, and the kernel everything else inside.
    pub(super) fn kill(&mut self) {
        self.killed = true;
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
    }

    /// Waits until it is gone.
    pub(super) fn wait(self) {
        let _ = waitpid(Some(self.first), WaitOptions::empty());
    }
}

/// Is the first process inside, which has nothing of what the zygote holds.
fn become_first(
    plan: &Plan,
    given: Given,
    filter: &seccomp::Program,
    trees: Option<Vec<OwnedFd>>,
    told: OwnedFd,
    zygote: BorrowedFd<'_>,
) -> Result<(), Fault> {
    let Given {
        socket,
        stdout,
        stderr,
        input,
    } = given;
    rustix::stdio::dup2_stdout(&stdout).map_err(layer("output"))?;
    rustix::stdio::dup2_stderr(&stderr).map_err(layer("output"))?;
    let own = [socket.as_fd(), told.as_fd(), stdout.as_fd(), stderr.as_fd(), zygote];
    let own = own.into_iter().chain(input.as_ref().map(AsFd::as_fd));
    keep_only(own.chain(trees.iter().flatten().map(AsFd::as_fd))).map_err(layer("descriptors"))?;
    drop((stdout, stderr));
    inside::first(plan, filter, input, trees, fs::File::from(told), zygote, &socket).inspect_err(
        |Fault { layer, why }| {
            let (layer, why) = (layer.clone(), why.clone());
            let _ = wire::send(&socket, &Report::Refused { layer, why }, &[]);
        },
    )
}

/// Whether one of these is to be seen at `descriptor` now.
pub(super) fn seen(descriptor: impl AsFd, flags: PollFlags) -> io::Result<bool> {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    let mut looked = [PollFd::from_borrowed_fd(descriptor.as_fd(), flags)];
    poll(&mut looked, Some(&now))?;
    Ok(looked[0].revents().intersects(flags))
}

/// Closes every descriptor above the standard ones that is not among `kept`.
#[allow(unsafe_code, reason = "rustix has no close_range")]
fn keep_only<'a>(kept: impl Iterator<Item = BorrowedFd<'a>>) -> io::Result<()> {
    let mut kept: Vec<u32> = kept.map(|kept| kept.as_raw_fd().unsigned_abs()).collect();
    kept.sort_unstable();
    let mut from = 3;
    for (last, next) in kept
        .iter()
        .map(|kept| (kept.checked_sub(1), kept + 1))
        .chain([(Some(u32::MAX), 0)])
    {
        if let Some(last) = last.filter(|last| *last >= from) {
            // SAFETY: whoever had these is in another process; this copy of it touches none of them again.
            if unsafe { libc::syscall(libc::SYS_close_range, from, last, 0_u32) } != 0 {
                return Err(io::Error::last_os_error());
            }
        }
        from = from.max(next);
    }
    Ok(())
}

/// Gives the child its ids and its groups, and tells it to go on.
fn prepare(plan: &Plan, child: Pid, tell: &mut fs::File) -> Result<(), Fault> {
    map_ids(child, &plan.ids)?;
    for group in &plan.groups {
        fs::write(group, child.as_raw_nonzero().to_string()).map_err(layer("control group"))?;
    }
    tell.write_all(b"g").map_err(layer("pipe"))
}

/// Writes the maps of a child's user namespace: one user, one group.
fn map_ids(child: Pid, ids: &Ids) -> Result<(), Fault> {
    let proc = format!("/proc/{}", child.as_raw_nonzero());
    let proc = Path::new(&proc);
    let write = |file: &str, text: String| fs::write(proc.join(file), text).map_err(layer("user namespace"));
    write("setgroups", "deny".to_owned())?;
    write("uid_map", format!("{} {} 1", ids.inside.0, ids.outside.0))?;
    write("gid_map", format!("{} {} 1", ids.inside.1, ids.outside.1))
}

/// The processor time that a group took, in milliseconds: `cpuacct.usage` or `cpu.stat`. The group was made for it.
fn used_ms(file: &Path) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    match text.strip_prefix("usage_usec ") {
        Some(rest) => Some(rest.lines().next()?.parse::<u64>().ok()? / 1_000),
        None => Some(text.trim().parse::<u64>().ok()? / 1_000_000),
    }
}

/// A copy of this process, in new namespaces; `None` in the copy.
///
/// This process has no threads, so that the copy finds no lock taken.
#[allow(unsafe_code, reason = "no safe interface makes a process with namespaces of its own")]
fn fork(namespaces: i32) -> io::Result<Option<Pid>> {
    let flags = i64::from(namespaces | libc::SIGCHLD);
    // SAFETY: without CLONE_VM the child has its own copy of the memory, stack included.
    let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0_i64, 0_i64, 0_i64, 0_i64) };
    match pid {
        0 => Ok(None),
        pid if pid < 0 => Err(io::Error::last_os_error()),
        pid => match i32::try_from(pid).ok().and_then(Pid::from_raw) {
            Some(pid) => Ok(Some(pid)),
            None => Err(io::ErrorKind::InvalidData.into()),
        },
    }
}

/// Leaves every supplementary group, where this process may: those of root would still open what they may read.
#[allow(unsafe_code, reason = "no safe interface sets the groups of a process")]
pub(super) fn leave_groups() -> io::Result<()> {
    // SAFETY: a length of zero reads nothing from the pointer.
    match unsafe { libc::syscall(libc::SYS_setgroups, 0_i64, std::ptr::null::<libc::gid_t>()) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// A user namespace in which `owner` outside is seen as `ids.outside`: what an id-mapped mount needs.
pub(super) fn mapping(owner: (u32, u32), outside: (u32, u32)) -> Result<OwnedFd, Fault> {
    let (hold_on, let_go) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).map_err(layer("pipe"))?;
    let Some(child) = fork(libc::CLONE_NEWUSER).map_err(layer("user namespace"))? else {
        drop(let_go);
        // It lives until the other end is closed, which the death of its parent does as well.
        let _ = fs::File::from(hold_on).read(&mut [0]);
        std::process::exit(0)
    };
    drop(hold_on);
    let ids = Ids {
        inside: owner,
        outside,
        owner: None,
    };
    let namespace = map_ids(child, &ids).and_then(|()| {
        fs::File::open(format!("/proc/{}/ns/user", child.as_raw_nonzero())).map_err(layer("user namespace"))
    });
    drop(let_go);
    let _ = waitpid(Some(child), WaitOptions::empty());
    namespace.map(OwnedFd::from)
}

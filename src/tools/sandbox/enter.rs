//! The process around a confined program: it makes the namespaces, gives them their ids and waits.
//!
//! ```text
//! somagent ─► this process (own ids, no threads) ─clone─► first process inside ─fork─► program
//!      └── socket as standard input: plan in, reports out; its end is the end of everything ──┘
//! ```
//!
//! It runs nothing itself. When whoever started it goes away, it kills the first process inside, and the kernel
//! everything else in its process namespace.

use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal, waitpid};

use super::fault::{Fault, layer};
use super::plan::{Ids, Plan, Report};
use super::{inside, mounts, wire};

/// The exit code of the processes around a program whose sandbox could not be set up.
pub(super) const REFUSED: i32 = 125;

/// How often the processor time of the groups is looked at.
const LOOK_NS: i64 = 100_000_000;

/// The namespaces that a program gets of its own.
const NAMESPACES: i32 = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWCGROUP;

/// Carries out the plan that comes over standard input, and gives the exit code.
pub(super) fn enter() -> i32 {
    // The socket must not be what the program inside reads.
    let Ok(socket) = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3) else {
        return REFUSED;
    };
    let socket = UnixStream::from(socket);
    let Ok(Some((plan, input))) = wire::receive::<Plan>(&socket) else {
        return REFUSED;
    };
    match hold(&plan, input, &socket) {
        Ok(()) => 0,
        Err(Fault { layer, why }) => {
            // Nobody may be there to hear it any more; the exit code says the same.
            let _ = wire::send(&socket, &Report::Refused { layer, why }, None);
            REFUSED
        }
    }
}

/// Makes the namespaces and waits until what is in them has ended.
fn hold(plan: &Plan, input: Option<OwnedFd>, socket: &UnixStream) -> Result<(), Fault> {
    let outside = mounts::Outside::open(plan)?;
    let (told, tell) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).map_err(layer("pipe"))?;
    if plan.ids.owner.is_some() {
        // The groups of root would still open what they may read.
        leave_groups()?;
    }
    match fork(NAMESPACES).map_err(layer("namespaces"))? {
        None => {
            drop(tell);
            let code = match inside::first(plan, input, outside, fs::File::from(told), socket) {
                Ok(()) => 0,
                Err(Fault { layer, why }) => {
                    let _ = wire::send(socket, &Report::Refused { layer, why }, None);
                    REFUSED
                }
            };
            std::process::exit(code)
        }
        Some(child) => {
            drop((told, input));
            // Held to the end: by its other end the child sees that this process is there.
            let mut tell = fs::File::from(tell);
            let ended = prepare(plan, child, &mut tell).and_then(|()| wait(plan, child, socket));
            if ended.is_err() {
                // It waits for a word that never comes, or is about to be left alone.
                let _ = rustix::process::kill_process(child, Signal::KILL);
                let _ = waitpid(Some(child), WaitOptions::empty());
            }
            drop(outside);
            ended
        }
    }
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
pub(super) fn map_ids(child: Pid, ids: &Ids) -> Result<(), Fault> {
    let proc = format!("/proc/{}", child.as_raw_nonzero());
    let proc = Path::new(&proc);
    let write = |file: &str, text: String| fs::write(proc.join(file), text).map_err(layer("user namespace"));
    write("setgroups", "deny".to_owned())?;
    write("uid_map", format!("{} {} 1", ids.inside.0, ids.outside.0))?;
    write("gid_map", format!("{} {} 1", ids.inside.1, ids.outside.1))
}

/// Waits for the child; ends it when whoever asked for it goes away, or when its processor time is used up.
fn wait(plan: &Plan, child: Pid, socket: &UnixStream) -> Result<(), Fault> {
    let process = pidfd_open(child, PidfdFlags::empty()).map_err(layer("process"))?;
    let began = plan.usage.as_deref().and_then(used_ms).unwrap_or(0);
    let mut killed = false;
    loop {
        let hearing = if killed { PollFlags::empty() } else { PollFlags::RDHUP };
        let mut looked = [
            PollFd::new(&process, PollFlags::IN),
            PollFd::from_borrowed_fd(socket.as_fd(), hearing),
        ];
        let every = Timespec {
            tv_sec: 0,
            tv_nsec: LOOK_NS,
        };
        match poll(&mut looked, Some(&every)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(layer("wait")(error)),
        }
        if looked[0].revents().contains(PollFlags::IN) {
            let _ = waitpid(Some(child), WaitOptions::empty());
            return Ok(());
        }
        let gone = looked[1]
            .revents()
            .intersects(PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR);
        let used = plan.usage.as_deref().and_then(used_ms).unwrap_or(0);
        let spent = used.saturating_sub(began) > plan.limits.cpu_ms;
        if spent && !killed {
            let _ = wire::send(socket, &Report::OutOfTime, None);
        }
        if (gone || spent) && !killed {
            killed = true;
            let _ = pidfd_send_signal(&process, Signal::KILL);
        }
    }
}

/// The processor time that a group took, in milliseconds: `cpuacct.usage` or `cpu.stat`.
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
pub(super) fn fork(namespaces: i32) -> io::Result<Option<Pid>> {
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

/// Leaves every supplementary group.
#[allow(unsafe_code, reason = "no safe interface sets the groups of a process")]
fn leave_groups() -> Result<(), Fault> {
    // SAFETY: a length of zero reads nothing from the pointer.
    let done = unsafe { libc::syscall(libc::SYS_setgroups, 0_i64, std::ptr::null::<libc::gid_t>()) };
    if done == 0 {
        Ok(())
    } else {
        Err(layer("groups")(io::Error::last_os_error()))
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

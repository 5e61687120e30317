//! The first process inside: it closes the world off, begins the program, and reaps until the program has ended.
//!
//! It is process 1 of its namespace: when it ends, the kernel ends everything else in there, whatever it did to its
//! process group, its session or its signals.

use std::ffi::CString;
use std::fs;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::event::PollFlags;
use rustix::process::{DumpableBehavior, Pid, PidfdFlags, Signal, WaitOptions, WaitStatus, getpid, pidfd_open, wait};

use super::fault::{Fault, layer};
use super::mounts;
use super::plan::{Plan, Report};
use super::ward::{REFUSED, seen};
use super::{confine, seccomp, wire};
use crate::net;

/// What the machine is called inside.
const HOST_NAME: &[u8] = b"sandbox";

/// Sets up every layer, runs the program of `plan`, and reports how it ended.
pub(super) fn first(
    plan: &Plan,
    filter: &seccomp::Program,
    input: Option<OwnedFd>,
    trees: Option<Vec<OwnedFd>>,
    mut told: fs::File,
    zygote: BorrowedFd<'_>,
    socket: &UnixStream,
) -> Result<(), Fault> {
    // An end without a word: the zygote is gone, or refuses.
    told.read_exact(&mut [0]).map_err(layer("user namespace"))?;
    become_user(plan.ids.inside).map_err(layer("user namespace"))?;
    // Only now: whoever takes other ids loses this signal.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(layer("process"))?;
    if seen(zygote, PollFlags::IN).map_err(layer("process"))? {
        return Err(layer("process")("the zygote is gone"));
    }
    drop(told);
    mounts::settle(plan, trees.as_deref())?;
    drop(trees);
    rustix::system::sethostname(HOST_NAME).map_err(layer("host name"))?;
    loopback().map_err(layer("network"))?;
    let listener = plan.port.map(net::listen_here).transpose().map_err(layer("network"))?;
    // What runs as the same user could otherwise read and write this process.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(layer("process"))?;
    confine::drop_capabilities().map_err(layer("capabilities"))?;
    // What has not come so far as to become the program, and gives no reason, died on the way.
    let mut failure = Some(Failure::Layer(layer("process")("it died before it was the program")));
    let program = beside(&mut || {
        let becomes = begin(plan, filter, input.as_ref()).map(|becomes| {
            failure = None;
            becomes.execute()
        });
        failure = Some(becomes.map_or_else(|why| why, Failure::Program));
    })
    .map_err(layer("process"))?;
    drop(input);
    close_outputs().map_err(layer("process"))?;
    match failure {
        None => {
            let ready = Report::Ready {
                landlock: confine::landlock_version(),
            };
            // By this it can be killed where the zygote does not.
            let itself = pidfd_open(getpid(), PidfdFlags::empty()).map_err(layer("process"))?;
            let with: Vec<_> = [itself.as_fd()]
                .into_iter()
                .chain(listener.as_ref().map(AsFd::as_fd))
                .collect();
            wire::send(socket, &ready, &with).map_err(layer("report"))?;
            drop(with);
            drop((itself, listener));
            let ended = reap(program).map_err(layer("wait"))?;
            wire::send(socket, &ended, &[]).map_err(layer("report"))
        }
        Some(Failure::Layer(fault)) => Err(fault),
        Some(Failure::Program(error)) => {
            let why = error.to_string();
            wire::send(socket, &Report::NotBegun { why }, &[]).map_err(layer("report"))
        }
    }
}

/// Does `work` in a process of its own that is to become another program, and gives it when it has, or when `work` came
/// back. As vfork(2) does it: no page is copied, `work` has the memory of this process, which stands still meanwhile.
#[allow(unsafe_code, reason = "no safe interface makes a process that shares memory")]
fn beside(work: &mut dyn FnMut()) -> io::Result<Pid> {
    extern "C" fn run(work: *mut libc::c_void) -> libc::c_int {
        // SAFETY: it points to what `beside` holds, which stands still and uses it for nothing else.
        let work = unsafe { &mut *work.cast::<&mut dyn FnMut()>() };
        work();
        REFUSED
    }
    let mut work = work;
    let stack = Stack::new()?;
    let flags = libc::CLONE_VM | libc::CLONE_VFORK | libc::SIGCHLD;
    // SAFETY: the stack is the child's alone and grows down from its end, which is aligned; this process stands still
    // until the child has left its memory, so that both pointers live long enough.
    let pid = unsafe { libc::clone(run, stack.end(), flags, (&raw mut work).cast()) };
    match pid {
        ..0 => Err(io::Error::last_os_error()),
        _ => Pid::from_raw(pid).ok_or_else(|| io::ErrorKind::InvalidData.into()),
    }
}

/// A stack, below which nothing may be touched.
struct Stack(*mut libc::c_void);

impl Stack {
    #[allow(unsafe_code, reason = "no safe interface maps memory that nothing may touch")]
    fn new() -> io::Result<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK;
        // SAFETY: new memory is nobody else's.
        let memory = unsafe { libc::mmap(std::ptr::null_mut(), GUARD + STACK, libc::PROT_NONE, flags, -1, 0) };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let stack = Self(memory);
        // SAFETY: the range lies within what was mapped.
        match unsafe { libc::mprotect(memory.byte_add(GUARD), STACK, libc::PROT_READ | libc::PROT_WRITE) } {
            0 => Ok(stack),
            _ => Err(io::Error::last_os_error()),
        }
    }

    #[allow(unsafe_code, reason = "a pointer to the end of what was mapped")]
    fn end(&self) -> *mut libc::c_void {
        // SAFETY: one past the end of what was mapped.
        unsafe { self.0.byte_add(GUARD + STACK) }
    }
}

impl Drop for Stack {
    #[allow(unsafe_code, reason = "what was mapped is unmapped")]
    fn drop(&mut self) {
        // SAFETY: it was mapped so, and nobody uses it any more.
        unsafe { libc::munmap(self.0, GUARD + STACK) };
    }
}

/// Bytes of stack on which a process becomes a program.
const STACK: usize = 512 << 10;

/// Bytes below it that end whoever touches them: a page of every processor.
const GUARD: usize = 64 << 10;

/// Why a program was not begun.
enum Failure {
    /// A layer does not hold.
    Layer(Fault),
    /// The system would not run it.
    Program(io::Error),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Layer(fault)
    }
}

/// Takes everything away from this process that the program must not have.
fn begin(plan: &Plan, filter: &seccomp::Program, input: Option<&OwnedFd>) -> Result<Becoming, Failure> {
    rustix::process::setsid().map_err(layer("session"))?;
    match input {
        Some(input) => rustix::stdio::dup2_stdin(input),
        None => rustix::stdio::dup2_stdin(fs::File::open("/dev/null").map_err(layer("/dev"))?),
    }
    .map_err(layer("input"))?;
    std::env::set_current_dir(&plan.directory).map_err(Failure::Program)?;
    let program = find(plan).map_err(Failure::Program)?;
    let text = |text: &str| CString::new(text).map_err(|error| Failure::Program(error.into()));
    let argv = plan.argv.iter().map(|arg| text(arg)).collect::<Result<Vec<_>, _>>()?;
    let env = plan.env.iter().map(|(name, value)| text(&format!("{name}={value}")));
    let env = env.collect::<Result<Vec<_>, _>>()?;
    let program = CString::new(program.as_os_str().as_bytes()).map_err(|error| Failure::Program(error.into()))?;
    pipes_end_programs();
    confine::all(plan, filter)?;
    Ok(Becoming { program, argv, env })
}

/// Gives the signal for writing to nobody its usual meaning, which the processes around a program ignore.
#[allow(unsafe_code, reason = "no safe interface sets the meaning of signals")]
fn pipes_end_programs() {
    // SAFETY: the usual meaning runs no code of this process.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
}

/// A program that this process is about to become.
struct Becoming {
    program: CString,
    argv: Vec<CString>,
    env: Vec<CString>,
}

impl Becoming {
    /// `execve(2)`; comes back only with an error.
    #[allow(
        unsafe_code,
        reason = "no safe interface becomes another program with an environment of its own"
    )]
    fn execute(&self) -> io::Error {
        let pointers = |texts: &[CString]| {
            let pointers = texts.iter().map(|text| text.as_ptr());
            pointers.chain([std::ptr::null()]).collect::<Vec<_>>()
        };
        let (argv, env) = (pointers(&self.argv), pointers(&self.env));
        // SAFETY: the strings and the null-terminated lists of their pointers live through the call.
        unsafe { libc::execve(self.program.as_ptr(), argv.as_ptr(), env.as_ptr()) };
        io::Error::last_os_error()
    }
}

/// The file of the program: as named, or the first of that name in the `PATH` it is given.
fn find(plan: &Plan) -> io::Result<PathBuf> {
    let nothing = || io::Error::new(io::ErrorKind::NotFound, "no program is named");
    let name = plan.argv.first().filter(|name| !name.is_empty()).ok_or_else(nothing)?;
    if name.contains('/') {
        return Ok(PathBuf::from(name));
    }
    let path = plan.env.get("PATH").map_or("", String::as_str);
    let places = path.split(':').filter(|place| place.starts_with('/'));
    let runs = |file: &PathBuf| file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok();
    places
        .map(|place| Path::new(place).join(name))
        .find(runs)
        .ok_or_else(|| {
            let why = format!("there is no program `{name}` in the directories that are seen inside: {path}");
            io::Error::new(io::ErrorKind::NotFound, why)
        })
}

/// Waits for everything that dies, until `program` has.
fn reap(program: Pid) -> io::Result<Report> {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == program => return Ok(ended(status)),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn ended(status: WaitStatus) -> Report {
    let (cpu_ms, resident_kib) = taken();
    Report::Ended {
        code: status.exit_status(),
        signal: status.terminating_signal(),
        cpu_ms,
        resident_kib,
    }
}

/// Processor time in milliseconds and the largest resident size in KiB of what was waited for.
#[allow(unsafe_code, reason = "rustix has no getrusage")]
fn taken() -> (u64, u64) {
    // SAFETY: all zeroes is a valid value of this plain structure.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the structure lives through the call.
    if unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) } != 0 {
        return (0, 0);
    }
    let ms = |time: libc::timeval| time.tv_sec * 1_000 + time.tv_usec / 1_000;
    let cpu = ms(usage.ru_utime) + ms(usage.ru_stime);
    let whole = |number: i64| u64::try_from(number).unwrap_or(0);
    (whole(cpu), whole(usage.ru_maxrss))
}

/// Takes the ids that the program is to have.
#[allow(unsafe_code, reason = "rustix changes the ids of a thread only")]
fn become_user((user, group): (u32, u32)) -> io::Result<()> {
    // SAFETY: the calls take numbers only, and this process has one thread.
    let done = unsafe { libc::setresgid(group, group, group) == 0 && libc::setresuid(user, user, user) == 0 };
    if done { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The outputs are the program's: while this process holds them too, nobody sees them end.
fn close_outputs() -> io::Result<()> {
    let null = fs::File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&null)?;
    rustix::stdio::dup2_stdout(&null)?;
    Ok(rustix::stdio::dup2_stderr(&null)?)
}

/// Brings the loopback of this network namespace up.
#[allow(unsafe_code, reason = "no safe interface sets the flags of a network interface")]
fn loopback() -> io::Result<()> {
    let socket = rustix::net::socket(rustix::net::AddressFamily::INET, rustix::net::SocketType::DGRAM, None)?;
    // SAFETY: all zeroes is a valid value of this plain structure.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request.ifr_name.iter_mut().zip(b"lo") {
        *place = byte.cast_signed();
    }
    request.ifr_ifru.ifru_flags = i16::try_from(libc::IFF_UP | libc::IFF_RUNNING).unwrap_or(0);
    // SAFETY: the structure is what this request reads, and lives through the call.
    let done = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &raw const request) };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

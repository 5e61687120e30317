//! The first process inside: it closes the world off, begins the program, and reaps until the program has ended.
//!
//! It is process 1 of its namespace: when it ends, the kernel ends everything else in there, whatever it did to its
//! process group, its session or its signals.

use std::ffi::CString;
use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags};
use rustix::process::{DumpableBehavior, Pid, Signal, WaitOptions, WaitStatus, wait};

use super::enter::{self, REFUSED};
use super::fault::{Fault, layer};
use super::mounts::{self, Outside};
use super::plan::{Plan, Report};
use super::{confine, wire};
use crate::net;

/// What the machine is called inside.
const HOST_NAME: &[u8] = b"sandbox";

/// Sets up every layer, runs the program of `plan`, and reports how it ended.
pub(super) fn first(
    plan: &Plan,
    input: Option<OwnedFd>,
    outside: Outside,
    mut told: fs::File,
    socket: &UnixStream,
) -> Result<(), Fault> {
    // An end without a word: the process around it is gone, or refuses.
    told.read_exact(&mut [0]).map_err(layer("user namespace"))?;
    become_user(plan.ids.inside).map_err(layer("user namespace"))?;
    // Only now: whoever takes other ids loses this signal.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(layer("process"))?;
    stays(&told).map_err(layer("process"))?;
    drop(told);
    mounts::settle(plan, &outside)?;
    // The directories that were made outside are taken away outside.
    std::mem::forget(outside);
    rustix::system::sethostname(HOST_NAME).map_err(layer("host name"))?;
    loopback().map_err(layer("network"))?;
    let listener = plan.port.map(net::listen_here).transpose().map_err(layer("network"))?;
    // What runs as the same user could otherwise read and write this process.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(layer("process"))?;
    let (failed, fails) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).map_err(layer("pipe"))?;
    let Some(program) = enter::fork(0).map_err(layer("process"))? else {
        drop(failed);
        let Err(failure) = begin(plan, input);
        let mut fails = fs::File::from(fails);
        let said = match failure {
            Failure::Layer(fault) => Report::Refused {
                layer: fault.layer,
                why: fault.why,
            },
            Failure::Program(error) => Report::NotBegun { why: error.to_string() },
        };
        let _ = fails.write_all(&serde_json::to_vec(&said).unwrap_or_default());
        std::process::exit(REFUSED)
    };
    drop((fails, input));
    close_outputs().map_err(layer("process"))?;
    confine::drop_capabilities().map_err(layer("capabilities"))?;
    let mut said = Vec::new();
    fs::File::from(failed).read_to_end(&mut said).map_err(layer("pipe"))?;
    if said.is_empty() {
        let ready = Report::Ready {
            landlock: confine::landlock_version(),
        };
        wire::send(socket, &ready, listener.as_ref().map(AsFd::as_fd)).map_err(layer("report"))?;
        drop(listener);
        let ended = reap(program).map_err(layer("wait"))?;
        return wire::send(socket, &ended, None).map_err(layer("report"));
    }
    match serde_json::from_slice(&said) {
        Ok(Report::Refused { layer, why }) => Err(Fault { layer, why }),
        Ok(report) => wire::send(socket, &report, None).map_err(layer("report")),
        Err(error) => Err(layer("program")(error)),
    }
}

/// Fails when the process around this one, which holds the other end, is gone already.
fn stays(told: &fs::File) -> io::Result<()> {
    let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
    let mut looked = [PollFd::new(told, PollFlags::empty())];
    rustix::event::poll(&mut looked, Some(&now))?;
    match looked[0].revents().contains(PollFlags::HUP) {
        true => Err(io::Error::other("the process around it is gone")),
        false => Ok(()),
    }
}

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

/// Takes everything away from this process that the program must not have, and becomes the program.
fn begin(plan: &Plan, input: Option<OwnedFd>) -> Result<std::convert::Infallible, Failure> {
    rustix::process::setsid().map_err(layer("session"))?;
    let input = match input {
        Some(input) => input,
        None => fs::File::open("/dev/null").map_err(layer("/dev"))?.into(),
    };
    rustix::stdio::dup2_stdin(&input).map_err(layer("input"))?;
    drop(input);
    std::env::set_current_dir(&plan.directory).map_err(Failure::Program)?;
    let program = find(plan).map_err(Failure::Program)?;
    let text = |text: &str| CString::new(text).map_err(|error| Failure::Program(error.into()));
    let argv = plan.argv.iter().map(|arg| text(arg)).collect::<Result<Vec<_>, _>>()?;
    let env = plan.env.iter().map(|(name, value)| text(&format!("{name}={value}")));
    let env = env.collect::<Result<Vec<_>, _>>()?;
    let program = CString::new(program.as_os_str().as_bytes()).map_err(|error| Failure::Program(error.into()))?;
    usual_signals();
    confine::all(plan)?;
    Err(Failure::Program(execute(&program, &argv, &env)))
}

/// Gives every signal its usual meaning: a program begins without what this one ignores or holds back.
#[allow(unsafe_code, reason = "no safe interface sets the meaning of signals")]
fn usual_signals() {
    for signal in 1..=64 {
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

/// `execve(2)`; comes back only with an error.
#[allow(
    unsafe_code,
    reason = "no safe interface becomes another program with an environment of its own"
)]
fn execute(program: &CString, argv: &[CString], env: &[CString]) -> io::Error {
    let pointers = |texts: &[CString]| {
        let pointers = texts.iter().map(|text| text.as_ptr());
        pointers.chain([std::ptr::null()]).collect::<Vec<_>>()
    };
    let (argv, env) = (pointers(argv), pointers(env));
    // SAFETY: the strings and the null-terminated lists of their pointers live through the call.
    unsafe { libc::execve(program.as_ptr(), argv.as_ptr(), env.as_ptr()) };
    io::Error::last_os_error()
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

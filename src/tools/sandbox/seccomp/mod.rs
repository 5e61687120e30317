//! The system calls that a program may make: a list of what is allowed, not of what is known to be bad.
//!
//! What is not on the list answers ENOSYS, so that programs fall back; what is known and refused answers EPERM.
//! x32 calls are on no list, and a call for another processor ends the program.

mod calls;
mod program;

use std::collections::BTreeMap;
use std::io;

use calls::{ALLOWED, FCHMODAT2, OF_THIS_PROCESSOR, REFUSED};
use program::{Answer, Call, Condition, Rule, Test};

pub(super) use program::Program;

/// The filter of every program.
pub(super) fn filter() -> io::Result<Program> {
    let numbered = calls().into_iter().map(|(call, answers)| {
        let call = u32::try_from(call).map_err(io::Error::other)?;
        Ok((call, answers))
    });
    Program::compile(&numbered.collect::<io::Result<_>>()?, NOT_THERE)
}

/// `clone3` answers so, too: its flags lie in memory, where no filter can look, and without it programs use `clone`.
const NOT_THERE: Answer = Answer::Errno(libc::ENOSYS);

const NOT_ALLOWED: Answer = Answer::Errno(libc::EPERM);

/// `O_TMPFILE` without the bit that it shares with `O_DIRECTORY`.
const TEMPORARY: u32 = (libc::O_TMPFILE & !libc::O_DIRECTORY).unsigned_abs();

/// Linux, Linux without random addresses, and the question which one it is.
const PERSONALITIES: [u32; 3] = [0, 0x0004_0000, 0xffff_ffff];

/// What each call answers; those that are not here are not there.
fn calls() -> BTreeMap<i64, Call> {
    let mut calls = BTreeMap::new();
    for call in ALLOWED.iter().chain(OF_THIS_PROCESSOR) {
        calls.insert(*call, Call::always(Answer::Allow));
    }
    calls.insert(
        libc::SYS_personality,
        Call {
            rules: PERSONALITIES
                .map(|personality| Rule::of([is(0, personality)], Answer::Allow))
                .to_vec(),
            otherwise: NOT_THERE,
        },
    );
    for (call, conditions) in refused() {
        let answers = calls.entry(call).or_insert_with(|| Call::always(NOT_THERE));
        answers.rules.push(Rule {
            conditions,
            answer: NOT_ALLOWED,
        });
    }
    for call in REFUSED {
        calls.insert(*call, Call::always(NOT_ALLOWED));
    }
    calls
}

/// What is refused of calls that are allowed otherwise.
fn refused() -> Vec<(i64, Vec<Condition>)> {
    let mut refused = Vec::new();
    let mut add = |call: i64, conditions: &[Condition]| refused.push((call, conditions.to_vec()));
    for namespace in [
        libc::CLONE_NEWUSER,
        libc::CLONE_NEWNS,
        libc::CLONE_NEWPID,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWCGROUP,
    ] {
        add(libc::SYS_clone, &[has(0, namespace.unsigned_abs())]);
    }
    // Local and internet sockets reach nothing but this namespace; the rest reaches the kernel or the host.
    let family = |family: i32| family.unsigned_abs();
    add(
        libc::SYS_socket,
        &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK].map(|other| is_not(0, family(other))),
    );
    let routes = libc::NETLINK_ROUTE.unsigned_abs();
    add(libc::SYS_socket, &[is(0, family(libc::AF_NETLINK)), is_not(2, routes)]);
    add(libc::SYS_socketpair, &[is_not(0, family(libc::AF_UNIX))]);
    // Putting characters into somebody's terminal as if they had been typed.
    for request in [libc::TIOCSTI, libc::TIOCLINUX] {
        let request = u32::try_from(request & 0xffff_ffff).unwrap_or(u32::MAX);
        add(libc::SYS_ioctl, &[is(1, request)]);
    }
    // A file that runs as its owner would outlive the sandbox.
    for bit in [libc::S_ISUID, libc::S_ISGID] {
        add(libc::SYS_fchmod, &[has(1, bit)]);
        add(libc::SYS_fchmodat, &[has(2, bit)]);
        add(FCHMODAT2, &[has(2, bit)]);
        for making in [libc::O_CREAT.unsigned_abs(), TEMPORARY] {
            add(libc::SYS_openat, &[has(2, making), has(3, bit)]);
            #[cfg(target_arch = "x86_64")]
            add(libc::SYS_open, &[has(1, making), has(2, bit)]);
        }
        add(libc::SYS_mknodat, &[has(2, bit)]);
        #[cfg(target_arch = "x86_64")]
        {
            add(libc::SYS_chmod, &[has(1, bit)]);
            add(libc::SYS_creat, &[has(1, bit)]);
            add(libc::SYS_mknod, &[has(1, bit)]);
        }
    }
    for device in [libc::S_IFCHR, libc::S_IFBLK] {
        let kind = |argument| Condition {
            argument,
            mask: libc::S_IFMT,
            test: Test::Is(device),
        };
        add(libc::SYS_mknodat, &[kind(2)]);
        #[cfg(target_arch = "x86_64")]
        add(libc::SYS_mknod, &[kind(1)]);
    }
    refused
}

fn is(argument: u8, value: u32) -> Condition {
    Condition {
        argument,
        mask: u32::MAX,
        test: Test::Is(value),
    }
}

fn is_not(argument: u8, value: u32) -> Condition {
    Condition {
        argument,
        mask: u32::MAX,
        test: Test::IsNot(value),
    }
}

/// Whether all of these bits are set.
fn has(argument: u8, bits: u32) -> Condition {
    Condition {
        argument,
        mask: bits,
        test: Test::Is(bits),
    }
}

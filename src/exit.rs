//! Exit codes: one enum drives the code, the JSON and the reference.
//!
//! It stands at the bottom because a finished run records the code that its command ends with.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Succeeded,
    /// A defect of somagent.
    Internal,
    /// The command line or the configuration is wrong.
    Usage,
    /// A step or a check failed.
    Failed,
    /// Nobody is logged in, or the other side says no.
    Unauthenticated,
    /// The run waits for a person.
    Parked,
    /// The constitution does not allow it.
    Denied,
    /// The budget does not reach.
    OverBudget,
    /// Time or turns are up.
    Deadline,
    /// A provider or the network cannot be reached.
    Unavailable,
    /// The capsule, or its lock, is not sound.
    InvalidCapsule,
    /// The sandbox cannot hold what was asked of it.
    SandboxTooWeak,
    /// A signature, a chain or the constitution does not verify.
    Unverified,
    /// The output does not have the form that was promised.
    OutputInvalid,
    /// There is no such thing.
    NotFound,
    /// Another process holds it.
    Busy,
    /// The storage is full, read-only or damaged.
    Storage,
    /// Somebody else cancelled it.
    Cancelled,
    /// A dry run found changes.
    WouldChange,
    /// SIGINT.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl Exit {
    /// Every way to end, by code.
    pub const ALL: [Self; 21] = [
        Self::Succeeded,
        Self::Internal,
        Self::Usage,
        Self::Failed,
        Self::Unauthenticated,
        Self::Parked,
        Self::Denied,
        Self::OverBudget,
        Self::Deadline,
        Self::Unavailable,
        Self::InvalidCapsule,
        Self::SandboxTooWeak,
        Self::Unverified,
        Self::OutputInvalid,
        Self::NotFound,
        Self::Busy,
        Self::Storage,
        Self::Cancelled,
        Self::WouldChange,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Succeeded => 0,
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Unauthenticated => 4,
            Self::Parked => 5,
            Self::Denied => 6,
            Self::OverBudget => 7,
            Self::Deadline => 8,
            Self::Unavailable => 9,
            Self::InvalidCapsule => 10,
            Self::SandboxTooWeak => 11,
            Self::Unverified => 12,
            Self::OutputInvalid => 13,
            Self::NotFound => 14,
            Self::Busy => 15,
            Self::Storage => 16,
            Self::Cancelled => 17,
            Self::WouldChange => 20,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// What the number means, for the reference.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded, checks passed",
            Self::Internal => "internal error: a bug, report it",
            Self::Usage => "usage or configuration",
            Self::Failed => "a step or check failed",
            Self::Unauthenticated => "authentication missing or rejected",
            Self::Parked => "parked: an approval is needed",
            Self::Denied => "denied by policy",
            Self::OverBudget => "budget exceeded",
            Self::Deadline => "deadline or turn limit",
            Self::Unavailable => "provider or network unavailable",
            Self::InvalidCapsule => "capsule invalid, or lock mismatch",
            Self::SandboxTooWeak => "sandbox cannot hold what was asked",
            Self::Unverified => "audit, signature or constitution verification failed",
            Self::OutputInvalid => "output failed its schema",
            Self::NotFound => "not found",
            Self::Busy => "busy: another process holds it",
            Self::Storage => "storage: full, read-only, damaged",
            Self::Cancelled => "cancelled by somebody else",
            Self::WouldChange => "dry run: there would be changes",
            Self::Interrupted => "SIGINT: state saved",
            Self::Terminated => "SIGTERM: state saved",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_and_none_is_used_twice() {
        let codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
        assert_eq!(codes.last(), Some(&143));
    }
}

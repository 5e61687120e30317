//! The sandbox: a program runs in a world that holds what it was given, or it does not run.
//!
//! ```text
//! Job ─► view (what is seen) + limits + ids = Plan ─► the process around it (zygote, ward) ─► the first process inside (inside)
//!   mounts: an empty root with the system, tool chains and the workspace · own processes, network, users, host name
//!   control groups or limits of each process · no capabilities · Landlock · seccomp ─► the program
//! ```
//!
//! There is one tier, all layers ([`TIER`]). Where one of them cannot be had, nothing runs and the reason is said:
//! without namespaces neither the end of every process nor `.git` could be vouched for.

mod attempts;
mod capture;
mod cgroup;
mod confine;
mod egress;
mod fault;
mod hello;
mod inside;
mod launch;
mod limits;
mod mounts;
mod outcome;
mod plan;
mod seccomp;
mod serve;
mod veil;
mod view;
mod ward;
mod wire;
mod zygote;

pub use attempts::Reach;
pub use capture::Captured;
pub use cgroup::Hierarchy;
pub use egress::{Egress, Server};
pub use launch::{Job, Sandbox};
pub use limits::Limits;
pub(in crate::tools) use mounts::{MARK, OPEN, TRIES, TRY, is_mark};
pub use outcome::{Ended, NotRun, Outcome, Standing, TIER};
pub use serve::{Known, Life, Serving};
pub use veil::Bound;
pub use view::{NotSeen, is_system, is_tool_chain};
pub use zygote::Zygote;

/// The first argument by which this program is asked to be the process around confined ones.
pub const ENTRY: &str = "__sandbox";

/// Is the process around confined programs: carries out what comes over standard input, gives the exit code.
pub fn enter() -> i32 {
    zygote::run()
}

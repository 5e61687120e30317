//! What came of a program, and what held while it ran; or why it was not run.

use serde::{Deserialize, Serialize};

use super::attempts::Reach;
use super::capture::Captured;
use super::cgroup::Hierarchy;
use super::view::NotSeen;

/// The name of the only tier: all layers.
pub const TIER: &str = "L3";

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

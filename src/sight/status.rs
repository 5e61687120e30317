//! How a run stands: what the journal says, and whether somebody drives it.

use std::path::Path;

use super::{SightError, tree};
use crate::engine::fact::Why;
use crate::journal::{CANCELLING, Lease, PAUSED, QUEUED, RUNNING, Reader, RunRow};

/// The status of a run that nobody drives until somebody has decided.
pub const WAITING: &str = "waiting";
/// The status of a run that nobody drives although it could go on.
pub const INTERRUPTED: &str = "interrupted";

/// Every status that a list can show.
pub const ALL: [&str; 10] = [
    RUNNING,
    QUEUED,
    WAITING,
    PAUSED,
    CANCELLING,
    INTERRUPTED,
    "succeeded",
    "failed",
    "denied",
    "cancelled",
];

/// How a run that is not over stands, without one who drives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// It is over.
    Over,
    /// Somebody drives it.
    Driven,
    /// It waits for somebody's word, or pauses.
    Waits,
    /// Nobody drives it, and it could go on.
    Idle,
}

/// How the run of `row` stands; `locks` is the directory of the owners' locks.
///
/// # Errors
/// The journal cannot be read.
pub fn stand(row: &RunRow, reader: &Reader, locks: &Path) -> Result<Stand, SightError> {
    if row.finished_at.is_some() {
        return Ok(Stand::Over);
    }
    if Lease::is_held(locks, &row.id) {
        return Ok(Stand::Driven);
    }
    let tree = tree::unfinished(reader, &row.id)?;
    let waits = tree.iter().any(|row| row.questions > 0 || row.status == PAUSED);
    Ok(if waits { Stand::Waits } else { Stand::Idle })
}

/// `running`, `queued`, `paused`, `waiting`, `cancelling`, `interrupted`, or how it ended.
///
/// # Errors
/// The journal cannot be read.
pub fn of(row: &RunRow, reader: &Reader, locks: &Path) -> Result<String, SightError> {
    let stand = stand(row, reader, locks)?;
    Ok(match (stand, row.status.as_str()) {
        (Stand::Over | Stand::Driven, status) | (_, status @ (PAUSED | CANCELLING)) => status.to_owned(),
        (Stand::Waits, _) => WAITING.to_owned(),
        (Stand::Idle, _) => INTERRUPTED.to_owned(),
    })
}

/// The status in the journal of runs that have `status`; `None` when the journal does not know it.
pub fn recorded(status: &str) -> Option<&str> {
    match status {
        WAITING | INTERRUPTED | RUNNING | QUEUED => None,
        recorded => Some(recorded),
    }
}

/// Why a run pauses, in words.
pub fn why_text(why: &Why) -> String {
    match why {
        Why::Asked { by, reason } => {
            let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            format!("{by} asked for it{reason}")
        }
        Why::Budget { unit, message } => format!("step `{unit}`: {message}"),
        Why::Crashes { times } => format!("it was interrupted {times} times without getting on"),
    }
}

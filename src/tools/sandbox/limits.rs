//! What a confined program may take.

use serde::{Deserialize, Serialize};

/// Bounds of one program and everything that it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Until it is ended, in milliseconds of wall time.
    pub wall_ms: u64,
    /// Processor time in milliseconds, over all processes where a control group counts it, of each otherwise.
    pub cpu_ms: u64,
    /// Bytes of memory, over all processes where a control group counts it, of each otherwise.
    pub memory: u64,
    /// Processes and threads at once.
    pub processes: u64,
    /// Bytes that one file may grow to.
    pub file: u64,
    /// Bytes in `/tmp`, in the home and in `/dev/shm` together with everything else that lies in memory, each.
    pub scratch: u64,
    /// Bytes of each of its two outputs that are kept: the first half and the last.
    pub output: usize,
    /// Bytes of each output after which it is ended.
    pub output_most: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall_ms: 120_000,
            cpu_ms: 300_000,
            memory: 2 << 30,
            processes: 256,
            file: 1 << 30,
            scratch: 512 << 20,
            output: 256 << 10,
            output_most: 256 << 20,
        }
    }
}

//! How much one judgement may do, counted and not timed: the same policy stops at the same place on every machine.
//!
//! regorus has a timer and, without its feature `std`, asks whoever embeds it for the time: after every
//! [`ASKED_EVERY`] of its own steps it asks the clock below, which reads no clock. It counts, per thread, and once a
//! limit is reached it says that a second has passed where none was allowed. Whatever regorus does between two steps
//! is charged here as well, by [`spend`], before it is done.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::OnceLock;
use std::time::Duration;

use regorus::utils::limits::{self, ExecutionTimerConfig, TimeSource};

/// The steps of one judgement. A step is one regorus counts, or work of about the same size.
pub const MOST_STEPS: u64 = 50_000;

/// The bytes that one judgement may make, counted as they are made, whether or not they are kept.
pub const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// The stack that one judgement may use; whoever judges has twice as much left.
pub const MOST_STACK: usize = 512 * 1024;

/// How deep values may lie in one another.
pub const DEEPEST: u32 = 64;

const ASKED_EVERY: NonZeroU32 = NonZeroU32::new(8).unwrap();

/// What a judgement ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Limit {
    #[error("the work limit of {MOST_STEPS} steps is reached")]
    Steps,
    #[error("the memory limit of {MOST_BYTES} bytes is reached")]
    Bytes,
    #[error("the depth limit is reached: rules, functions or values lie too deep in one another")]
    Depth,
    #[error("a member of a set, or a key, is larger than a policy may keep in order")]
    Key,
}

#[derive(Clone, Copy)]
struct Meter {
    steps: u64,
    bytes: u64,
    /// Where the stack was when counting began.
    top: usize,
    reached: Option<Limit>,
}

thread_local! {
    static METER: Cell<Option<Meter>> = const { Cell::new(None) };
}

/// Puts back what was counted outside, also when what ran inside panics.
struct Outer(Option<Meter>);

impl Drop for Outer {
    fn drop(&mut self) {
        METER.set(self.0);
    }
}

/// Runs `work` with full limits of its own and says which one it reached.
pub(super) fn limited<T>(work: impl FnOnce() -> T) -> (T, Option<Limit>) {
    let full = Meter {
        steps: MOST_STEPS,
        bytes: MOST_BYTES,
        top: stack_pointer(),
        reached: None,
    };
    let outer = Outer(METER.replace(Some(full)));
    let done = work();
    let reached = METER.get().and_then(|meter| meter.reached);
    drop(outer);
    (done, reached)
}

/// Charges the running judgement.
pub(super) fn spend(steps: u64, bytes: u64) -> Result<(), Limit> {
    let Some(mut meter) = METER.get() else { return Ok(()) };
    if meter.reached.is_none() {
        match (meter.steps.checked_sub(steps), meter.bytes.checked_sub(bytes)) {
            (Some(steps), Some(bytes)) => (meter.steps, meter.bytes) = (steps, bytes),
            (_, None) => meter.reached = Some(Limit::Bytes),
            (None, _) => meter.reached = Some(Limit::Steps),
        }
        METER.set(Some(meter));
    }
    meter.reached.map_or(Ok(()), Err)
}

/// Ends the running judgement if it has not got that much left, and charges nothing.
pub(super) fn afford(steps: u64, bytes: u64) -> Result<(), Limit> {
    match METER.get() {
        Some(meter) if meter.bytes < bytes => Err(stop(Limit::Bytes)),
        Some(meter) if meter.steps < steps => Err(stop(Limit::Steps)),
        _ => Ok(()),
    }
}

/// The steps that are left.
pub(super) fn left() -> u64 {
    METER.get().map_or(MOST_STEPS, |meter| meter.steps)
}

/// Ends the running judgement.
pub(super) fn stop(limit: Limit) -> Limit {
    if let Some(mut meter) = METER.get() {
        meter.reached.get_or_insert(limit);
        METER.set(Some(meter));
    }
    limit
}

/// What an engine is given so that it asks the clock below.
pub(super) const fn timer() -> ExecutionTimerConfig {
    ExecutionTimerConfig {
        limit: Duration::ZERO,
        check_interval: ASKED_EVERY,
    }
}

/// Makes regorus ask the clock below. There is one clock in a process: somebody else's would lift every limit.
pub(super) fn counts() -> bool {
    static COUNTS: OnceLock<bool> = OnceLock::new();
    *COUNTS.get_or_init(|| {
        // Whether it was set here or before shows in whether a question is counted.
        let _ = limits::set_time_source(&StepClock);
        let (left, _) = limited(|| limits::monotonic_now().map(|_| left()));
        left.is_some_and(|left| left < MOST_STEPS)
    })
}

struct StepClock;

impl TimeSource for StepClock {
    fn now(&self) -> Option<Duration> {
        let deep = METER
            .get()
            .is_some_and(|meter| meter.top.abs_diff(stack_pointer()) > MOST_STACK);
        if deep {
            stop(Limit::Depth);
        }
        let reached = spend(ASKED_EVERY.get().into(), 0).is_err();
        Some(if reached {
            Duration::from_secs(1)
        } else {
            Duration::ZERO
        })
    }
}

#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0_u8;
    std::hint::black_box(&raw const here).addr()
}

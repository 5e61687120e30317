//! What the dashboard costs: this very program in a pseudoterminal, over a store that real runs have filled.
//!
//! Everything happens in a scratch directory, which is removed again.

mod ground;
mod process;
mod screen;

use std::thread;
use std::time::{Duration, Instant};

use super::Context;
use super::checks::Check;
use super::failure::Failure;
use super::output::Output;
use crate::exit::Exit;
use ground::Ground;
use screen::Screen;

/// How often the first picture is waited for.
const STARTS: usize = 5;

/// How often a key is pressed.
const KEYS: usize = 60;

/// How long the dashboard is left alone.
const IDLE: Duration = Duration::from_secs(5);

/// What writes nothing for so long is at rest.
const STILL: Duration = Duration::from_secs(2);

/// How long it may take to come to rest; then it is measured as it is.
const SETTLING: Duration = Duration::from_secs(30);

/// Between two keys: people are not faster.
const BETWEEN: Duration = Duration::from_millis(40);

/// Events a second that arrive while keys are pressed.
const RATE: u64 = 1_000;

/// Measures, saying on standard error how far it is.
///
/// # Errors
/// The system refuses a directory, a process or a terminal, or the program does not do what it should.
pub(super) fn measure(events: u64, context: &Context, output: &Output) -> Result<Vec<Check>, Failure> {
    let ground = Ground::new(context)?;
    let mut measured = vec![scrolling(&ground)?];
    ground.fill(events, output)?;
    measured.push(first_picture(&ground)?);
    measured.extend(at_rest(&ground)?);
    measured.push(under_load(&ground)?);
    Ok(measured)
}

/// Whether a long log scrolls at the cost of a short one.
fn scrolling(ground: &Ground) -> Result<Check, Failure> {
    ground.read_logs()?;
    let mut screen = Screen::start(ground)?;
    screen.sees("bench_logs")?;
    screen.press("\r", |text| text.contains("short"))?;
    // The output, and the keys in its pane.
    screen.press("]]]", |text| text.contains("s 000001"))?;
    screen.type_in("\t")?;
    let short = a_line(&mut screen)?;
    // The other step, and back into the pane.
    screen.press("\tj\t", |text| text.contains("l 000001"))?;
    let long = a_line(&mut screen)?;
    let ratio = long.as_secs_f64() / short.as_secs_f64().max(1e-6);
    let detail = format!("{} a line in 100,000 lines, {} in 100 lines", shown(long), shown(short));
    Ok(within("long log", detail, ratio, "times a short one", 2.0))
}

/// What going a line further takes, half of the time.
fn a_line(screen: &mut Screen) -> Result<Duration, Failure> {
    let mut took = Vec::new();
    for _ in 0..KEYS {
        thread::sleep(BETWEEN);
        took.push(screen.press_once("j")?);
    }
    Ok(percentile(&mut took, 50))
}

/// From the start of the program to the first picture of the store.
fn first_picture(ground: &Ground) -> Result<Check, Failure> {
    let mut took = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let screen = Screen::start(ground)?;
        took.push(screen.sees("bench_load")?.saturating_duration_since(began));
    }
    let (first, events) = (percentile(&mut took, 50), ground.events()?);
    let detail = format!("{} with {events} events in the store", shown(first));
    Ok(within("first picture", detail, millis(first), "ms", 100.0))
}

/// What it takes while nothing happens.
fn at_rest(ground: &Ground) -> Result<Vec<Check>, Failure> {
    let screen = Screen::start(ground)?;
    screen.sees("bench_load")?;
    // The lights come from a command of their own, which has to end first.
    screen.lacks("looking …")?;
    let began = Instant::now();
    let mut bytes = screen.bytes();
    while began.elapsed() < SETTLING {
        thread::sleep(STILL);
        let before = std::mem::replace(&mut bytes, screen.bytes());
        if before == bytes {
            break;
        }
    }
    let before = process::used(screen.pid());
    thread::sleep(IDLE);
    let written = screen.bytes() - bytes;
    let mut measured = vec![within(
        "bytes at rest",
        format!("{written} bytes written in {} s", IDLE.as_secs()),
        written as f64,
        "bytes",
        0.0,
    )];
    match (before, process::used(screen.pid())) {
        (Some(before), Some(after)) => {
            let share = (after.cpu - before.cpu).as_secs_f64() / IDLE.as_secs_f64() * 100.0;
            measured.push(within(
                "CPU at rest",
                format!("{share:.2} % of a core"),
                share,
                "%",
                0.5,
            ));
            let mib = after.resident as f64 / f64::from(1 << 20);
            measured.push(within("memory at rest", format!("{mib:.1} MiB"), mib, "MiB", 60.0));
        }
        _ => measured.push(Check::warn(
            "CPU and memory",
            "not measured: this system does not say what a process uses",
            "measure on Linux",
        )),
    }
    Ok(measured)
}

/// From a key to its picture while others record.
fn under_load(ground: &Ground) -> Result<Check, Failure> {
    let mut screen = Screen::start(ground)?;
    screen.sees("bench_load")?;
    let load = ground.load(RATE)?;
    // What is measured is the steady state.
    thread::sleep(Duration::from_secs(1));
    let (events, began) = (ground.events()?, Instant::now());
    let mut took = Vec::new();
    for _ in 0..KEYS / 2 {
        took.push(screen.press("?", |text| text.contains("never decides"))?);
        thread::sleep(BETWEEN);
        took.push(screen.press("\u{1b}", |text| !text.contains("never decides"))?);
        thread::sleep(BETWEEN);
    }
    let rate = (ground.events()? - events) as f64 / began.elapsed().as_secs_f64();
    drop(load);
    let (half, most) = (percentile(&mut took, 50), percentile(&mut took, 95));
    let detail = format!(
        "p95 {}, p50 {}, while {rate:.0} events a second arrive",
        shown(most),
        shown(half)
    );
    Ok(within("key to picture", detail, millis(most), "ms", 16.0))
}

/// A measured value beside its limit.
fn within(name: &'static str, detail: String, value: f64, unit: &'static str, limit: f64) -> Check {
    let detail = format!("{detail} (limit {limit} {unit})");
    let check = if value <= limit {
        Check::ok(name, detail)
    } else {
        Check::warn(
            name,
            detail,
            "measure again on an idle machine; see docs/performance.md",
        )
    };
    check.measured(value, unit, limit)
}

/// The value that `share` per cent of `took` do not exceed.
fn percentile(took: &mut [Duration], share: usize) -> Duration {
    took.sort_unstable();
    let at = (took.len() * share).div_ceil(100).saturating_sub(1);
    took.get(at).copied().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", millis(time))
}

/// Why something could not be measured.
fn failed(what: &str, why: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Internal, "not_measured", format!("{what}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::super::checks::Status;
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let mut took: Vec<Duration> = (1..=20).rev().map(Duration::from_millis).collect();
        let of = |took: &mut [Duration], share| percentile(took, share).as_millis();
        assert_eq!(of(&mut took, 50), 10);
        assert_eq!(of(&mut took, 95), 19);
        assert_eq!(of(&mut took, 100), 20);
        assert_eq!(of(&mut took[..1], 95), 1);
        assert_eq!(of(&mut [], 95), 0);
    }

    #[test]
    fn what_is_over_its_limit_is_a_warning() {
        assert_eq!(within("a", String::new(), 0.0, "bytes", 0.0).status, Status::Ok);
        let over = within("a", "17 ms".to_owned(), 17.0, "ms", 16.0);
        assert_eq!(
            (over.status, over.detail.as_str()),
            (Status::Warn, "17 ms (limit 16 ms)")
        );
    }
}

//! What a process uses, as the system says.

use std::time::Duration;

/// What a process has used so far, and uses now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Used {
    /// Time on all cores, in the program and in the kernel.
    pub cpu: Duration,
    /// Resident memory, in bytes.
    pub resident: u64,
}

/// What the process `pid` uses; `None` where the system does not say, as outside Linux.
pub(super) fn used(pid: u32) -> Option<Used> {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{pid}/{name}")).ok();
    parse(
        &read("stat")?,
        &read("statm")?,
        rustix::param::clock_ticks_per_second(),
        rustix::param::page_size() as u64,
    )
}

/// Reads proc_pid_stat(5) and proc_pid_statm(5).
fn parse(stat: &str, statm: &str, ticks: u64, page: u64) -> Option<Used> {
    // The name of the program stands in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // utime and stime are the fields 14 and 15; the state is the third.
    let time: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(Used {
        cpu: Duration::from_millis(time * 1_000 / ticks.max(1)),
        resident: pages * page,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "12 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0 20 0 4";
        let used = parse(stat, "900 256 30 1 0 90 0", 100, 4_096).unwrap();
        assert_eq!((used.cpu, used.resident), (Duration::from_secs(2), 1 << 20));
        assert_eq!(parse("12 (a", "1 2", 100, 4_096), None);
    }

    #[test]
    fn this_process_uses_something() {
        let used = used(std::process::id()).unwrap();
        assert!(used.resident > 1 << 20, "{used:?}");
    }
}

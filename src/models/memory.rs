//! Whether a model fits into the memory of this machine now, with the numbers that were compared.

use std::fs;
use std::path::Path;

use super::catalogue::{Entry, Kind};

/// Tokens for which memory is reckoned: a long question with its answer.
const TOKENS: u64 = 4_096;
/// Bytes of a number that is remembered.
const NUMBER: u64 = 4;
/// What computing needs beside weights and memory of tokens: buffers, vocabulary, the program itself.
const SLACK: u64 = 256 << 20;

/// What a model needs, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Its files.
    pub weights: u64,
    /// What it remembers of its tokens; nothing where its dimensions are not known.
    pub cache: u64,
    /// Tokens of which that is.
    pub tokens: u64,
    /// What computing needs beside.
    pub slack: u64,
}

impl Need {
    /// What `entry` needs, when its size is known.
    pub fn of(entry: &Entry) -> Option<Self> {
        let tokens = match entry.kind {
            Kind::Language => u64::from(entry.context).min(TOKENS),
            Kind::Embedding => 0,
        };
        Some(Self {
            weights: entry.size()?,
            cache: entry.cache_bytes(tokens, NUMBER).unwrap_or(0),
            tokens,
            slack: SLACK,
        })
    }

    /// All of it.
    pub fn total(&self) -> u64 {
        self.weights.saturating_add(self.cache).saturating_add(self.slack)
    }
}

/// Bytes that a process can have without pushing others out, as the system and the process's control group say; nothing
/// where the system does not say.
pub fn available() -> Option<u64> {
    let of_machine = of_machine(&fs::read_to_string("/proc/meminfo").ok()?)?;
    Some(of_group(Path::new("/sys/fs/cgroup")).map_or(of_machine, |of_group| of_group.min(of_machine)))
}

/// `MemAvailable` of `/proc/meminfo` (proc_meminfo(5)), which is in KiB.
fn of_machine(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// What a control group (version 2) still lets its processes have: pages of files count as used there, and give way.
fn of_group(folder: &Path) -> Option<u64> {
    let number = |name: &str| fs::read_to_string(folder.join(name)).ok()?.trim().parse::<u64>().ok();
    let used = number("memory.current")?.saturating_sub(of_files(folder).unwrap_or(0));
    Some(number("memory.max")?.saturating_sub(used))
}

/// Bytes of pages of files that the group has read and that the system takes back first.
fn of_files(folder: &Path) -> Option<u64> {
    let stat = fs::read_to_string(folder.join("memory.stat")).ok()?;
    let lines = stat.lines().filter_map(|line| line.split_once(' '));
    let pages = lines.filter(|(name, _)| matches!(*name, "active_file" | "inactive_file"));
    Some(pages.filter_map(|(_, bytes)| bytes.parse::<u64>().ok()).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Catalogue;

    #[test]
    fn what_a_model_needs_is_the_sum_of_its_parts() {
        let catalogue = Catalogue::built_in().unwrap();
        let need = Need::of(&catalogue.entries()[0]).unwrap();
        assert_eq!((need.weights, need.tokens), (98_362_432, 4_096));
        assert_eq!(need.cache, 2 * 30 * 192 * 4 * 4_096);
        assert_eq!(need.total(), need.weights + need.cache + need.slack);
    }

    #[test]
    fn a_group_limits_what_the_machine_has() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(of_group(folder.path()), None);
        fs::write(folder.path().join("memory.max"), "max\n").unwrap();
        fs::write(folder.path().join("memory.current"), "10\n").unwrap();
        assert_eq!(of_group(folder.path()), None);
        fs::write(folder.path().join("memory.max"), "100\n").unwrap();
        assert_eq!(of_group(folder.path()), Some(90));
        let stat = "anon 3\ninactive_anon 1\nactive_file 2\ninactive_file 4\n";
        fs::write(folder.path().join("memory.stat"), stat).unwrap();
        assert_eq!(of_group(folder.path()), Some(96));
        assert_eq!(of_machine("MemTotal: 9 kB\nMemAvailable:   12 kB\n"), Some(12 * 1024));
        assert_eq!(of_machine("MemTotal: 9 kB\n"), None);
        assert!(available().is_none_or(|bytes| bytes > 0));
    }
}

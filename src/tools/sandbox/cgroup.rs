//! Control groups: one for each program, where this user may make them; they bound what all its processes take together.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::limits::Limits;

const ROOT: &str = "/sys/fs/cgroup";

/// What the names of our groups begin with; the number of their owner follows.
const PREFIX: &str = "somagent-";

/// Which kind of control groups holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hierarchy {
    /// One tree for everything.
    V2,
    /// One tree for each kind of resource.
    V1,
    /// None: each process is bounded by itself.
    None,
}

impl Hierarchy {
    /// What it is called: `v2`, `v1` or `none`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V1 => "v1",
            Self::None => "none",
        }
    }
}

/// The groups of one program; they go with this value.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) hierarchy: Hierarchy,
    directories: Vec<PathBuf>,
    /// Where the used processor time is written.
    pub(super) usage: Option<PathBuf>,
    /// What they bound.
    limits: Limits,
}

/// The most groups that wait for another program.
const MOST_IDLE: usize = 4;

/// Groups that a program has left as it found them: to make new ones and take them away costs more than the rest of
/// what they do. They go with the last copy of this value.
#[derive(Debug, Default)]
pub(super) struct Idle(Mutex<Vec<Groups>>);

impl Idle {
    /// Groups with these limits, in which nothing has happened yet, or none where that is not possible.
    pub(super) fn take(&self, limits: &Limits) -> Groups {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = idle.iter().position(|groups| groups.limits == *limits);
        let kept = fits.map(|fits| idle.swap_remove(fits));
        drop(idle);
        let begin_anew = |groups: &Groups| groups.usage.as_ref().is_some_and(|usage| fs::write(usage, "0").is_ok());
        kept.filter(begin_anew).unwrap_or_else(|| Groups::make(limits))
    }

    /// Takes groups back whose processes are all gone.
    pub(super) fn keep(&self, groups: Groups) {
        // What a tree for everything counts cannot be set back.
        if groups.hierarchy != Hierarchy::V1 || groups.ran_out_of_memory() {
            return;
        }
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push(groups);
        }
    }
}

impl Groups {
    /// Makes groups with these limits, or none where that is not possible.
    fn make(limits: &Limits) -> Self {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        v2(&own, limits).or_else(|_| v1(&own, limits)).unwrap_or(Self {
            hierarchy: Hierarchy::None,
            directories: Vec::new(),
            usage: None,
            limits: *limits,
        })
    }

    /// The files by which a process joins.
    pub(super) fn doors(&self) -> Vec<PathBuf> {
        self.directories
            .iter()
            .map(|directory| directory.join("cgroup.procs"))
            .collect()
    }

    /// Whether the kernel ended a process because there was no memory left for it.
    pub(super) fn ran_out_of_memory(&self) -> bool {
        let file = match self.hierarchy {
            Hierarchy::V2 => "memory.events",
            Hierarchy::V1 | Hierarchy::None => "memory.oom_control",
        };
        let said = |directory: &PathBuf| {
            let text = fs::read_to_string(directory.join(file)).unwrap_or_default();
            let killed = |line: &str| line.strip_prefix("oom_kill ").is_some_and(|count| count.trim() != "0");
            text.lines().any(killed)
        };
        // The tree that bounds memory is the first one.
        self.directories.first().is_some_and(said)
    }
}

impl Drop for Groups {
    fn drop(&mut self) {
        for directory in &self.directories {
            // The last process may be on its way out; whoever makes the next group sweeps what stayed.
            if fs::remove_dir(directory).is_err() {
                LEFT.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(directory.clone());
            }
        }
    }
}

fn v2(own: &str, limits: &Limits) -> io::Result<Groups> {
    let own = group(own, "")?;
    let mut parent = Path::new(ROOT).join(own.trim_start_matches('/'));
    // The nearest group above that hands memory and processes on, and that this user may write.
    loop {
        let handed = fs::read_to_string(parent.join("cgroup.subtree_control"))?;
        let hands = |kind: &str| handed.split_whitespace().any(|word| word == kind);
        if hands("memory") && hands("pids") {
            break;
        }
        if !parent.pop() || !parent.starts_with(ROOT) {
            return Err(io::ErrorKind::NotFound.into());
        }
    }
    let directory = make(&parent)?;
    let groups = Groups {
        hierarchy: Hierarchy::V2,
        usage: Some(directory.join("cpu.stat")),
        directories: vec![directory.clone()],
        limits: *limits,
    };
    let set = |file: &str, value: String| fs::write(directory.join(file), value);
    set("memory.max", limits.memory.to_string())?;
    set("pids.max", limits.processes.to_string())?;
    // Not every kernel swaps, nor counts it.
    let _ = set("memory.swap.max", "0".to_owned());
    let _ = set("memory.oom.group", "1".to_owned());
    Ok(groups)
}

fn v1(own: &str, limits: &Limits) -> io::Result<Groups> {
    let mut groups = Groups {
        hierarchy: Hierarchy::V1,
        directories: Vec::new(),
        usage: None,
        limits: *limits,
    };
    let limited = [
        ("memory", Some(("memory.limit_in_bytes", limits.memory))),
        ("pids", Some(("pids.max", limits.processes))),
        ("cpuacct", None),
    ];
    for (kind, limit) in limited {
        let parent = Path::new(ROOT)
            .join(kind)
            .join(group(own, kind)?.trim_start_matches('/'));
        let directory = make(&parent)?;
        groups.directories.push(directory.clone());
        match limit {
            Some((file, most)) => fs::write(directory.join(file), most.to_string())?,
            None => groups.usage = Some(directory.join("cpuacct.usage")),
        }
    }
    Ok(groups)
}

/// The group in the tree of `kind`, of those that `/proc/PID/cgroup` names.
fn group<'a>(groups: &'a str, kind: &str) -> io::Result<&'a str> {
    let of = |line: &'a str| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (kinds, path) = (parts.next()?, parts.next()?);
        kinds.split(',').any(|other| other == kind).then_some(path)
    };
    groups
        .lines()
        .find_map(of)
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// Those of our own that were not empty when they were to go.
static LEFT: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Where this process has looked for groups that others left.
static SWEPT: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Takes away the groups below `parent` whose owners are gone.
fn sweep(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)?.flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        if owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
    Ok(())
}

/// Makes a group below `parent`, and takes away those that are left: of owners who are gone, and our own.
fn make(parent: &Path) -> io::Result<PathBuf> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
    left.retain(|directory| fs::remove_dir(directory).is_err_and(|error| error.kind() != io::ErrorKind::NotFound));
    drop(left);
    let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if !swept.iter().any(|known| known == parent) {
        sweep(parent)?;
        swept.push(parent.to_owned());
    }
    drop(swept);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let directory = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
    fs::create_dir(&directory)?;
    Ok(directory)
}

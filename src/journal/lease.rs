//! Leases: which process drives a run.
//!
//! A lease is an OS lock on a file, so the system frees it when its owner dies, however it dies. It
//! says only who is alive; what a process may still write is decided by the epoch in the journal.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};

use super::durable;
use super::event::is_run_id;

/// How often a busy lock is tried before it is believed: [`Lease::is_held`] holds it for an instant, or as long as its
/// thread is not let on; and what an owner began just before it died, until it has become its program.
const TRIES: u32 = 50;
/// Pause between two tries.
const PAUSE: Duration = Duration::from_millis(2);

/// The right to drive one run, until it is dropped or its process ends.
#[derive(Debug)]
pub struct Lease {
    path: PathBuf,
    // Held for its lock.
    file: File,
    last_beat: Option<i64>,
    leaves_file: bool,
}

/// Why a lease was not granted.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another owner lives.
    #[error("another process drives the run{}", pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Busy {
        /// Its process id, when it has already been written.
        pid: Option<u32>,
    },
    /// The text is not a run id, so it names no lock.
    #[error("`{run_id}` is not a run id")]
    NotARun {
        /// What was given.
        run_id: String,
    },
    /// The lock file cannot be used.
    #[error("cannot use the lock `{path}`")]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Lease {
    /// Takes the lease of a run, without waiting for its owner.
    ///
    /// # Errors
    /// [`LeaseError::Busy`] while its owner lives.
    pub fn acquire(locks: &Path, run_id: &str) -> Result<Self, LeaseError> {
        let path = lock_path(locks, run_id)?;
        let refused = |source| LeaseError::Io {
            path: path.clone(),
            source,
        };
        durable::create_directory(locks).map_err(refused)?;
        for _ in 0..TRIES {
            let file = durable::open_or_create(&path).map_err(refused)?;
            match file.try_lock() {
                Ok(()) => {
                    if !is_file_at(&file, &path).map_err(refused)? {
                        // Its last owner removed the file after we opened it.
                        continue;
                    }
                    let last_beat = last_beat(&file).map_err(refused)?;
                    // Never empty in between: who is killed there would leave a lock without a past.
                    let pid = std::process::id().to_string();
                    file.write_all_at(pid.as_bytes(), 0)
                        .and_then(|()| file.set_len(pid.len() as u64))
                        .map_err(refused)?;
                    return Ok(Self {
                        path,
                        file,
                        last_beat,
                        leaves_file: false,
                    });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(source)) => return Err(refused(source)),
            }
        }
        Err(LeaseError::Busy { pid: owner(&path) })
    }

    /// When the owner before this one was last known to live, in milliseconds since 1970-01-01 UTC.
    ///
    /// `None` when there was none, or it gave the lease back with nothing in flight: only who is killed, or stopped at
    /// its work, leaves its lock file.
    pub fn last_beat(&self) -> Option<i64> {
        self.last_beat
    }

    /// Says that its owner lives, for the [`Lease::last_beat`] of the next one; taking the lease says so too.
    ///
    /// One system call, which waits for no disk; a power loss may take the newest beats back.
    ///
    /// # Errors
    /// [`LeaseError::Io`].
    pub fn beat(&self) -> Result<(), LeaseError> {
        let leave = Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_OMIT,
        };
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_NOW,
        };
        let times = Timestamps {
            last_access: leave,
            last_modification: now,
        };
        rustix::fs::futimens(&self.file, &times).map_err(|error| LeaseError::Io {
            path: self.path.clone(),
            source: error.into(),
        })
    }

    /// Leaves the lock file behind when the lease is given back, so that the next owner learns how long what was in
    /// flight has lived.
    ///
    /// # Errors
    /// [`LeaseError::Io`].
    pub fn leave_beat(&mut self) -> Result<(), LeaseError> {
        self.leaves_file = true;
        self.beat()
    }

    /// Says whether a living process holds the lease of a run; for listing, where an unusable lock counts as free.
    pub fn is_held(locks: &Path, run_id: &str) -> bool {
        let Ok(path) = lock_path(locks, run_id) else {
            return false;
        };
        let Ok(file) = OpenOptions::new().read(true).open(path) else {
            return false;
        };
        match file.try_lock_shared() {
            Ok(()) => {
                let_go(&file);
                false
            }
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(_)) => false,
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.leaves_file {
            // Removed while locked: whoever opened it meanwhile sees that it is no longer the file there.
            let _ = fs::remove_file(&self.path);
        }
        let_go(&self.file);
    }
}

/// Unlocks `file`. To close it would not do: a process that another thread begins at this moment has it open, too, until
/// it has become its program.
fn let_go(file: &File) {
    let _ = file.unlock();
}

fn lock_path(locks: &Path, run_id: &str) -> Result<PathBuf, LeaseError> {
    if is_run_id(run_id) {
        Ok(locks.join(format!("{run_id}.lock")))
    } else {
        Err(LeaseError::NotARun {
            run_id: run_id.to_owned(),
        })
    }
}

fn is_file_at(file: &File, path: &Path) -> io::Result<bool> {
    let opened = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok((there.dev(), there.ino()) == (opened.dev(), opened.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// When the last owner wrote to the file; an empty one was made a moment ago and had none.
fn last_beat(file: &File) -> io::Result<Option<i64>> {
    let metadata = file.metadata()?;
    let beat = metadata.mtime().saturating_mul(1000) + metadata.mtime_nsec() / 1_000_000;
    Ok((metadata.len() > 0).then_some(beat))
}

fn owner(path: &Path) -> Option<u32> {
    let mut text = String::new();
    File::open(path).ok()?.take(16).read_to_string(&mut text).ok()?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_has_one_owner_and_names_it() {
        let locks = tempfile::tempdir().unwrap();
        assert!(!Lease::is_held(locks.path(), "run-1"));
        let lease = Lease::acquire(locks.path(), "run-1").unwrap();
        assert!(Lease::is_held(locks.path(), "run-1"));
        let busy = Lease::acquire(locks.path(), "run-1").unwrap_err();
        assert!(matches!(busy, LeaseError::Busy { pid: Some(pid) } if pid == std::process::id()));
        assert!(Lease::acquire(locks.path(), "run-2").is_ok());
        drop(lease);
        assert!(!Lease::is_held(locks.path(), "run-1"));
        assert!(Lease::acquire(locks.path(), "run-1").is_ok());
        assert_eq!(fs::read_dir(locks.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_lock_file_whose_owner_died_is_free() {
        let locks = tempfile::tempdir().unwrap();
        fs::write(locks.path().join("run-1.lock"), "12345678").unwrap();
        assert!(!Lease::is_held(locks.path(), "run-1"));
        let _lease = Lease::acquire(locks.path(), "run-1").unwrap();
        assert!(Lease::is_held(locks.path(), "run-1"));
    }

    #[test]
    fn a_lease_tells_when_the_owner_before_it_last_lived() {
        let locks = tempfile::tempdir().unwrap();
        let path = locks.path().join("run-1.lock");
        let modified = || fs::metadata(&path).unwrap().modified().unwrap();
        let long_ago = std::time::UNIX_EPOCH + Duration::from_millis(1_500_000_123_456);
        let lease = Lease::acquire(locks.path(), "run-1").unwrap();
        assert_eq!(lease.last_beat(), None);
        drop(lease);
        // Given back, not killed.
        let mut lease = Lease::acquire(locks.path(), "run-1").unwrap();
        assert_eq!(lease.last_beat(), None);
        // Given back by one who was stopped at its work.
        lease.leave_beat().unwrap();
        drop(lease);
        assert!(!Lease::is_held(locks.path(), "run-1"));
        assert!(Lease::acquire(locks.path(), "run-1").unwrap().last_beat().is_some());

        fs::write(&path, "12345678").unwrap();
        File::open(&path).unwrap().set_modified(long_ago).unwrap();
        let lease = Lease::acquire(locks.path(), "run-1").unwrap();
        assert_eq!(lease.last_beat(), Some(1_500_000_123_456));
        // Taking it was a sign of life, and so is each beat.
        assert_ne!(modified(), long_ago);
        File::open(&path).unwrap().set_modified(long_ago).unwrap();
        lease.beat().unwrap();
        assert_ne!(modified(), long_ago);
        assert_eq!(owner(&path), Some(std::process::id()));
    }

    #[test]
    fn a_run_id_cannot_name_another_file() {
        let locks = tempfile::tempdir().unwrap();
        for run_id in ["", "../run", "a/b", ".hidden", "a\0b"] {
            let refused = Lease::acquire(locks.path(), run_id);
            assert!(matches!(refused, Err(LeaseError::NotARun { .. })), "{run_id:?}");
        }
    }
}

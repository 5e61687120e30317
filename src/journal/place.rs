//! Where a store lies, and whether it may lie there.

use std::io;
use std::path::{Path, PathBuf};

use super::durable;

/// The paths of one store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The SQLite database; beside it lie its `-wal`, its `-shm` and `.lock`.
    pub database: PathBuf,
    /// Directory of bodies above 16 KiB.
    pub blobs: PathBuf,
    /// The checkpoint kept outside the database, a file; beside it lies `.lock`.
    pub checkpoint: PathBuf,
    /// Directory of the leases of runs.
    pub locks: PathBuf,
}

impl Place {
    /// The file whose lock a writer holds during a transaction.
    pub(super) fn write_lock(&self) -> PathBuf {
        durable::with_suffix(&self.database, ".lock")
    }

    /// The file whose lock is held while the outside checkpoint is replaced.
    pub(super) fn checkpoint_lock(&self) -> PathBuf {
        durable::with_suffix(&self.checkpoint, ".lock")
    }

    /// Creates the directories; the error names the path it is about.
    pub(super) fn create_directories(&self) -> Result<(), (PathBuf, io::Error)> {
        let directories = [
            durable::directory_of(&self.database),
            &self.blobs,
            durable::directory_of(&self.checkpoint),
            &self.locks,
        ];
        for directory in directories {
            durable::create_directory(directory).map_err(|error| (directory.to_owned(), error))?;
        }
        Ok(())
    }
}

/// Names the network file system `path` lies on, if it does: locks and syncs there keep no promise.
#[cfg(target_os = "linux")]
pub(super) fn network_file_system(path: &Path) -> io::Result<Option<&'static str>> {
    let found = rustix::fs::statfs(path)?;
    // The magic is 32 bits wide; its type differs between architectures.
    Ok(network_name(found.f_type as u32))
}

/// Names the network file system `path` lies on; only Linux says so.
#[cfg(not(target_os = "linux"))]
pub(super) fn network_file_system(_path: &Path) -> io::Result<Option<&'static str>> {
    Ok(None)
}

/// File systems by their magic (linux/magic.h, statfs(2)). 9p is not among them: it is the root of some
/// virtual machines, and there it is local.
#[cfg(target_os = "linux")]
fn network_name(magic: u32) -> Option<&'static str> {
    match magic {
        0x0000_6969 => Some("NFS"),
        0x0000_517b => Some("SMB"),
        0xff53_4d42 => Some("CIFS"),
        0xfe53_4d42 => Some("SMB2"),
        0x5346_414f | 0x6b41_4653 => Some("AFS"),
        0x00c3_6400 => Some("Ceph"),
        _ => None,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_known_by_their_magic() {
        assert_eq!(network_name(0x6969), Some("NFS"));
        assert_eq!(network_name(0xff53_4d42), Some("CIFS"));
        // ext4, tmpfs, overlayfs, btrfs, 9p.
        for local in [0xef53, 0x0102_1994, 0x794c_7630, 0x9123_683e, 0x0102_1997] {
            assert_eq!(network_name(local), None);
        }
    }

    #[test]
    fn a_local_directory_is_not_on_a_network() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(network_file_system(directory.path()).unwrap(), None);
        assert!(network_file_system(&directory.path().join("absent")).is_err());
    }
}

//! Changes of files that are made in one step and can be taken back: several of them are one, whole or not at all.
//!
//! The new content lies beside the file under a name of its own. [`Staged::swap`] exchanges the two (renameat2(2),
//! `RENAME_EXCHANGE`), so what was there before is then aside, can be compared with what was expected, and comes
//! back when the change is dropped before it is settled. A crash in between leaves each file whole, old or new.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;

use super::{BeneathError, Directory, open_beneath, temporary_name};

/// What is to become of a file.
#[derive(Debug, Clone, Copy)]
pub(in crate::tools) enum Next<'a> {
    /// It is not there, and is made with these bytes and this mode.
    Create(&'a [u8], u32),
    /// It gets these bytes and this mode, and keeps its owner where that is allowed.
    Replace(&'a [u8], u32, &'a Stat),
    /// It goes.
    Remove,
}

/// A change that waits to be made; dropping it before it is settled leaves everything as it was.
#[derive(Debug)]
pub(in crate::tools) struct Staged {
    parent: Directory,
    path: PathBuf,
    name: OsString,
    aside: OsString,
    how: How,
    /// The file with the new content, to tell it from one that somebody else puts in its place.
    ours: Option<Stat>,
    is_swapped: bool,
    is_settled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Create,
    Replace,
    Remove,
}

impl Staged {
    /// Lays the new content beside the file at `relative` of `directory`; directories are made only for a new file.
    ///
    /// # Errors
    /// The path leads away or through a link, or the system refuses.
    pub fn new(directory: &Directory, relative: &Path, next: Next<'_>) -> Result<Self, BeneathError> {
        let of = |errno| BeneathError::of(relative, errno);
        let Some(name) = relative.file_name() else {
            return Err(BeneathError::NoName {
                path: relative.to_path_buf(),
            });
        };
        let above = relative.parent().unwrap_or(Path::new(""));
        let (how, content) = match next {
            Next::Create(bytes, mode) => (How::Create, Some((bytes, mode))),
            Next::Replace(bytes, mode, _) => (How::Replace, Some((bytes, mode))),
            Next::Remove => (How::Remove, None),
        };
        let parent = match how {
            How::Create => directory.make(above)?,
            How::Replace | How::Remove => Directory {
                fd: open_beneath(&directory.fd, above, OFlags::RDONLY | OFlags::DIRECTORY)?,
            },
        };
        let mut staged = Self {
            parent,
            path: relative.to_path_buf(),
            name: name.to_os_string(),
            aside: temporary_name(),
            how,
            ours: None,
            is_swapped: false,
            is_settled: false,
        };
        if let Some((bytes, mode)) = content {
            let mode = Mode::from_raw_mode(mode & 0o7777);
            staged.parent.write_new(&staged.aside, bytes, mode).map_err(of)?;
            if let Next::Replace(_, _, stat) = next {
                staged.keep_owner(stat, mode).map_err(of)?;
            }
            staged.ours = Some(staged.look_aside().map_err(of)?);
        }
        Ok(staged)
    }

    fn look_aside(&self) -> Result<Stat, Errno> {
        fs::statat(&self.parent.fd, &self.aside, AtFlags::SYMLINK_NOFOLLOW)
    }

    /// Whether what is aside is the file with the new content.
    fn is_ours_aside(&self) -> bool {
        match (&self.ours, self.look_aside()) {
            (Some(ours), Ok(aside)) => (ours.st_dev, ours.st_ino) == (aside.st_dev, aside.st_ino),
            (Some(_) | None, _) => false,
        }
    }

    fn keep_owner(&self, stat: &Stat, mode: Mode) -> Result<(), Errno> {
        let now = self.look_aside()?;
        if (now.st_uid, now.st_gid) == (stat.st_uid, stat.st_gid) {
            return Ok(());
        }
        let (owner, group) = (fs::Uid::from_raw(stat.st_uid), fs::Gid::from_raw(stat.st_gid));
        match fs::chownat(
            &self.parent.fd,
            &self.aside,
            Some(owner),
            Some(group),
            AtFlags::SYMLINK_NOFOLLOW,
        ) {
            // Giving a file away clears bits of its mode.
            Ok(()) => fs::chmodat(&self.parent.fd, &self.aside, mode, AtFlags::empty()),
            // Whoever may not give files away makes files of their own, as editors do.
            Err(Errno::PERM) => Ok(()),
            Err(errno) => Err(errno),
        }
    }

    /// Makes the change; what was there is aside from now on.
    ///
    /// # Errors
    /// A file to be made is there, one to be changed is not, or the system refuses.
    pub fn swap(&mut self) -> Result<(), BeneathError> {
        self.rename(false)?;
        self.is_swapped = true;
        Ok(())
    }

    fn rename(&self, back: bool) -> Result<(), BeneathError> {
        let (from, to, flags) = match (self.how, back) {
            (How::Create, false) | (How::Remove, true) => (&self.aside, &self.name, RenameFlags::NOREPLACE),
            (How::Create, true) | (How::Remove, false) => (&self.name, &self.aside, RenameFlags::NOREPLACE),
            (How::Replace, _) => (&self.aside, &self.name, RenameFlags::EXCHANGE),
        };
        fs::renameat_with(&self.parent.fd, from, &self.parent.fd, to, flags)
            .map_err(|errno| BeneathError::of(&self.path, errno))
    }

    /// What was there before the swap, at most `most` bytes of it; `None` where nothing was.
    ///
    /// # Errors
    /// It is no regular file, or cannot be read.
    pub fn before(&self, most: u64) -> Result<Option<Vec<u8>>, BeneathError> {
        if self.how == How::Create {
            return Ok(None);
        }
        let (file, _) = self.parent.file(Path::new(&self.aside))?;
        let mut bytes = Vec::new();
        file.take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| BeneathError::of(&self.path, Errno::from_io_error(&error).unwrap_or(Errno::IO)))?;
        Ok(Some(bytes))
    }

    /// Makes the change one that lasts: what was there before goes.
    ///
    /// # Errors
    /// The system refuses; the change is made nevertheless.
    pub fn settle(mut self) -> Result<(), BeneathError> {
        let of = |errno| BeneathError::of(&self.path, errno);
        self.is_settled = true;
        if self.how != How::Create {
            fs::unlinkat(&self.parent.fd, &self.aside, AtFlags::empty()).map_err(of)?;
        }
        fs::fsync(&self.parent.fd).map_err(of)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        if self.is_swapped && self.rename(true).is_err() {
            // What was there before stays aside, where a person finds it; throwing it away would lose it.
            return;
        }
        if self.how == How::Remove {
            return;
        }
        if self.is_swapped && !self.is_ours_aside() {
            // Somebody put a newer file in its place: that one stays there, and what was there before stays aside.
            let _ = self.rename(false);
        } else {
            let _ = fs::unlinkat(&self.parent.fd, &self.aside, AtFlags::empty());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    fn names(place: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(place).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_not_settled_is_taken_back_with_its_inode() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(place.path()).unwrap();
        let path = place.path().join("a");
        std::fs::write(&path, "old").unwrap();
        std::fs::write(place.path().join("gone"), "gone").unwrap();
        let inode = std::fs::metadata(&path).unwrap().ino();
        let (_, stat) = directory.file(Path::new("a")).unwrap();
        {
            let mut replace = Staged::new(&directory, Path::new("a"), Next::Replace(b"new", 0o600, &stat)).unwrap();
            let mut create = Staged::new(&directory, Path::new("b"), Next::Create(b"b", 0o755)).unwrap();
            let mut remove = Staged::new(&directory, Path::new("gone"), Next::Remove).unwrap();
            for staged in [&mut replace, &mut create, &mut remove] {
                staged.swap().unwrap();
            }
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
            assert_eq!(replace.before(9).unwrap().unwrap(), b"old");
            assert_eq!(remove.before(9).unwrap().unwrap(), b"gone");
            assert!(place.path().join("b").exists() && !place.path().join("gone").exists());
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::metadata(&path).unwrap().ino(), inode);
        assert_eq!(names(place.path()), ["a", "gone"]);
    }

    #[test]
    fn what_is_settled_lasts_and_leaves_nothing_beside() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(place.path()).unwrap();
        std::fs::write(place.path().join("gone"), "gone").unwrap();
        let mut create = Staged::new(&directory, Path::new("deep/b"), Next::Create(b"b", 0o755)).unwrap();
        let mut remove = Staged::new(&directory, Path::new("gone"), Next::Remove).unwrap();
        create.swap().unwrap();
        remove.swap().unwrap();
        create.settle().unwrap();
        remove.settle().unwrap();
        assert_eq!(names(place.path()), ["deep"]);
        let made = std::fs::metadata(place.path().join("deep/b")).unwrap();
        assert_eq!(made.permissions().mode() & 0o7777, 0o755);
    }

    #[test]
    fn a_newer_file_of_somebody_else_outlives_what_is_taken_back() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(place.path()).unwrap();
        std::fs::write(place.path().join("a"), "old").unwrap();
        let (_, stat) = directory.file(Path::new("a")).unwrap();
        let mut replace = Staged::new(&directory, Path::new("a"), Next::Replace(b"new", 0o600, &stat)).unwrap();
        let mut create = Staged::new(&directory, Path::new("b"), Next::Create(b"b", 0o644)).unwrap();
        for staged in [&mut replace, &mut create] {
            staged.swap().unwrap();
            std::fs::write(place.path().join("theirs"), "theirs").unwrap();
            std::fs::rename(place.path().join("theirs"), place.path().join(&staged.name)).unwrap();
        }
        let aside = replace.aside.clone().into_string().unwrap();
        drop((replace, create));
        for name in ["a", "b"] {
            assert_eq!(std::fs::read_to_string(place.path().join(name)).unwrap(), "theirs");
        }
        assert_eq!(std::fs::read_to_string(place.path().join(&aside)).unwrap(), "old");
        assert_eq!(names(place.path()), [aside.as_str(), "a", "b"]);
    }

    #[test]
    fn a_file_that_somebody_made_meanwhile_is_not_overwritten() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(place.path()).unwrap();
        let mut create = Staged::new(&directory, Path::new("b"), Next::Create(b"mine", 0o644)).unwrap();
        std::fs::write(place.path().join("b"), "theirs").unwrap();
        assert!(matches!(
            create.swap(),
            Err(BeneathError::System {
                errno: Errno::EXIST,
                ..
            })
        ));
        drop(create);
        assert_eq!(std::fs::read_to_string(place.path().join("b")).unwrap(), "theirs");
        assert_eq!(names(place.path()), ["b"]);
    }
}

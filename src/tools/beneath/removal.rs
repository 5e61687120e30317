//! Taking away what lies beneath a directory, whatever a program left in it: through no link, and as deep as it goes.
//!
//! A directory in a directory is moved up before it is emptied, so the work holds two descriptors and no path however
//! deep it is; one that may not be written is made writable first, as tools keep their caches.

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{self, AtFlags, Dir, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::{BeneathError, Directory, open_beneath, temporary_name};

impl Directory {
    /// Opens the directory at `relative`, through no link; `None` where nothing is there.
    ///
    /// # Errors
    /// A part is a link or no directory, or the system refuses.
    pub fn below(&self, relative: &Path) -> Result<Option<Self>, BeneathError> {
        match open_beneath(&self.fd, relative, OFlags::RDONLY | OFlags::DIRECTORY) {
            Ok(fd) => Ok(Some(Self { fd })),
            Err(BeneathError::System {
                errno: Errno::NOENT, ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Opens the directory `name` in it, made with `mode` where nothing is there; no link.
    ///
    /// # Errors
    /// Something else is there, or the system refuses.
    pub fn with(&self, name: &str, mode: u32) -> Result<Self, BeneathError> {
        match fs::mkdirat(&self.fd, name, Mode::from_raw_mode(mode)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(errno) => return Err(BeneathError::of(Path::new(name), errno)),
        }
        let missing = || BeneathError::of(Path::new(name), Errno::NOENT);
        self.below(Path::new(name))?.ok_or_else(missing)
    }

    /// Its rights.
    ///
    /// # Errors
    /// The system refuses.
    pub fn mode(&self) -> Result<u32, BeneathError> {
        let stat = fs::fstat(&self.fd).map_err(|errno| BeneathError::of(Path::new("."), errno))?;
        Ok(stat.st_mode & 0o7777)
    }

    /// Refuses it, which is called `name`, where it belongs to another user, who could put something else in its place.
    ///
    /// # Errors
    /// It does, or the system refuses.
    pub fn refuse_others(&self, name: &str) -> Result<(), BeneathError> {
        let stat = fs::fstat(&self.fd).map_err(|errno| BeneathError::of(Path::new(name), errno))?;
        match stat.st_uid == rustix::process::geteuid().as_raw() {
            true => Ok(()),
            false => Err(BeneathError::of(Path::new(name), Errno::PERM)),
        }
    }

    /// Gives it these rights.
    ///
    /// # Errors
    /// The system refuses.
    pub fn set_mode(&self, mode: u32) -> Result<(), BeneathError> {
        fs::fchmod(&self.fd, Mode::from_raw_mode(mode)).map_err(|errno| BeneathError::of(Path::new("."), errno))
    }

    /// Whether nobody else holds a lock on it; from now on it is held, until [`Directory::let_go`].
    pub fn is_free(&self) -> bool {
        fs::flock(&self.fd, FlockOperation::NonBlockingLockExclusive).is_ok()
    }

    /// Unlocks it. To close it would not do: a process that another thread begins at this moment has it open, too, until
    /// it has become its program.
    pub fn let_go(&self) {
        let _ = fs::flock(&self.fd, FlockOperation::Unlock);
    }

    /// Whether `inner` is what is called `name` in it.
    ///
    /// # Errors
    /// The system refuses.
    pub fn holds(&self, name: &str, inner: &Self) -> Result<bool, BeneathError> {
        let of = |errno| BeneathError::of(Path::new(name), errno);
        let opened = fs::fstat(&inner.fd).map_err(of)?;
        match fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(there) => Ok((there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)),
            Err(Errno::NOENT) => Ok(false),
            Err(errno) => Err(of(errno)),
        }
    }

    /// Removes what is called `name` in it, with all that it holds; a link goes, not what it leads to.
    ///
    /// # Errors
    /// The system refuses, or somebody goes on filling it.
    pub fn remove(&self, name: &str) -> Result<(), BeneathError> {
        remove_all(self.fd.as_fd(), OsStr::new(name)).map_err(|errno| BeneathError::of(Path::new(name), errno))
    }

    /// Removes the directory called `name` in it where it is empty; says whether nothing of that name is there.
    ///
    /// # Errors
    /// The system refuses.
    pub fn remove_empty(&self, name: &str) -> Result<bool, BeneathError> {
        match fs::unlinkat(&self.fd, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => Ok(true),
            Err(Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => Ok(false),
            Err(errno) => Err(BeneathError::of(Path::new(name), errno)),
        }
    }
}

/// Removes `name` in `parent` and all that is in it, following no link.
pub(super) fn remove_all(parent: BorrowedFd<'_>, name: &OsStr) -> Result<(), Errno> {
    if unlinked(parent, name)? {
        return Ok(());
    }
    let top = opened(parent, name)?;
    let mut left = emptied(&top, &top)?;
    while let Some(name) = left.pop() {
        let inner = opened(top.as_fd(), &name)?;
        left.extend(emptied(&inner, &top)?);
        fs::unlinkat(&top, &name, AtFlags::REMOVEDIR)?;
    }
    fs::unlinkat(parent, name, AtFlags::REMOVEDIR)
}

/// Removes what is no directory; says whether nothing is there any more.
fn unlinked(parent: BorrowedFd<'_>, name: &OsStr) -> Result<bool, Errno> {
    match fs::unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(true),
        // A directory: Linux says the one, POSIX the other.
        Err(Errno::ISDIR | Errno::PERM) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Opens a directory in `parent` to be emptied, no link, and makes it one that may be.
fn opened(parent: BorrowedFd<'_>, name: &OsStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let found = fs::openat(parent, name, flags | OFlags::PATH, Mode::empty())?;
    // Through its descriptor: by its name a link could be meant by now.
    let itself = format!("/proc/self/fd/{}", found.as_raw_fd());
    fs::chmod(itself.as_str(), Mode::from_raw_mode(0o700))?;
    fs::openat(&found, ".", flags | OFlags::RDONLY, Mode::empty())
}

/// Removes all that is in `directory`, but for directories that hold something: those are in `top` afterwards, under
/// the names that are returned.
fn emptied(directory: &OwnedFd, top: &OwnedFd) -> Result<Vec<OsString>, Errno> {
    let is_top = std::ptr::eq(directory, top);
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let bytes = entry.file_name().to_bytes();
        if bytes != b"." && bytes != b".." {
            names.push(OsStr::from_bytes(bytes).to_os_string());
        }
    }
    let mut left = Vec::new();
    for name in names {
        if unlinked(directory.as_fd(), &name)? {
            continue;
        }
        match fs::unlinkat(directory, &name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(Errno::NOTEMPTY | Errno::EXIST) if is_top => left.push(name),
            Err(Errno::NOTEMPTY | Errno::EXIST) => {
                // Moving a directory changes what `..` is in it, so it has to be writable itself.
                opened(directory.as_fd(), &name)?;
                let aside = temporary_name();
                fs::renameat(directory, &name, top, &aside)?;
                left.push(aside);
            }
            Err(errno) => return Err(errno),
        }
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn what_a_program_left_goes_and_nothing_beside_it() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        std::fs::create_dir_all(at("gone/a/b/c")).unwrap();
        std::fs::create_dir_all(at("stays/in")).unwrap();
        std::fs::write(at("stays/in/file"), "x").unwrap();
        for file in ["gone/file", "gone/a/file", "gone/a/b/c/file"] {
            std::fs::write(at(file), "x").unwrap();
        }
        symlink(at("stays"), at("gone/link")).unwrap();
        symlink("../stays/in/file", at("gone/a/b/link")).unwrap();
        for directory in ["gone/a/b/c", "gone/a/b", "gone/a"] {
            std::fs::set_permissions(at(directory), std::fs::Permissions::from_mode(0o000)).unwrap();
        }
        let directory = Directory::open(place.path()).unwrap();
        directory.remove("gone").unwrap();
        directory.remove("gone").unwrap();
        assert!(!at("gone").exists());
        assert_eq!(std::fs::read_to_string(at("stays/in/file")).unwrap(), "x");
        symlink(at("stays"), at("gone")).unwrap();
        directory.remove("gone").unwrap();
        assert!(!at("gone").is_symlink() && at("stays").exists());
        assert!(!directory.remove_empty("stays").unwrap() && directory.remove_empty("gone").unwrap());
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_tree_deeper_than_any_path_goes() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(place.path()).unwrap();
        let mut here = directory.make(Path::new("deep")).unwrap();
        for _ in 0..3_000 {
            here = here.make(Path::new("d")).unwrap();
        }
        std::fs::write(format!("/proc/self/fd/{}/file", here.fd.as_raw_fd()), "x").unwrap();
        drop(here);
        directory.remove("deep").unwrap();
        assert!(!place.path().join("deep").exists());
    }

    #[test]
    fn a_directory_is_opened_through_no_link() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::open(place.path()).unwrap();
        directory.make(Path::new("a/b")).unwrap();
        symlink("a", place.path().join("link")).unwrap();
        std::fs::write(place.path().join("file"), "x").unwrap();
        assert!(directory.below(Path::new("a/b")).unwrap().is_some());
        assert!(directory.below(Path::new("a/c")).unwrap().is_none());
        let through = directory.below(Path::new("link/b")).unwrap_err();
        assert!(matches!(through, BeneathError::Link { .. }), "{through}");
        assert!(directory.below(Path::new("file")).is_err());
    }
}

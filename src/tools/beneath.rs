//! Files beneath one directory: opened relative to its descriptor, never by a path that can lead away.
//!
//! The kernel resolves every path with `openat2(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS)`
//! (Linux 5.6, openat2(2)), so a link swapped in at any moment cannot lead outside. There is no
//! fallback for kernels without it. No link is followed, in no part of a path: what was judged is the path, and a link
//! would open another one.

mod link;
mod removal;
mod scratch;
mod staged;

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{self, AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use super::ToolError;
use super::contract::failed;

use link::{Leads, in_the_way};
pub(super) use scratch::{Draft, Scratch};
pub(super) use staged::{Next, Staged};

/// A directory whose contents may be touched.
#[derive(Debug)]
pub(super) struct Directory {
    fd: OwnedFd,
}

/// Why something beneath a directory was not opened, read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum BeneathError {
    /// The path leads out of the directory, or through a link that was gone when it was looked for.
    #[error("`{}` leads out of the workspace, or through a symbolic link that is not followed", .path.display())]
    Escapes { path: PathBuf },
    /// A part of the path is a link, and none is followed.
    #[error("`{}` is a link {leads}", link::plain(.link))]
    Link { link: PathBuf, leads: Leads },
    /// The path has no name in it, or parts that are not names.
    #[error("`{}` does not name a file", .path.display())]
    NoName { path: PathBuf },
    /// It is a directory, a FIFO, a device or a link.
    #[error("`{}` is {found}, not a regular file", .path.display())]
    NotAFile { path: PathBuf, found: &'static str },
    /// The kernel cannot resolve paths safely.
    #[error("this kernel has no openat2, so files cannot be opened safely")]
    NoOpenat2,
    /// The system refused.
    #[error("cannot open `{}`: {}", .path.display(), io::Error::from(*.errno))]
    System { path: PathBuf, errno: Errno },
}

/// How many times a lookup that raced a rename is tried again.
const RACES: usize = 64;

impl Directory {
    /// Opens the directory at `path`, which is trusted: it is the workspace or the artifacts of a run.
    ///
    /// # Errors
    /// It does not exist or is not a directory.
    pub fn open(path: &Path) -> Result<Self, BeneathError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match fs::open(path, flags, Mode::empty()) {
            Ok(fd) => Ok(Self { fd }),
            Err(errno) => Err(BeneathError::of(path, errno)),
        }
    }

    /// Opens the regular file at `relative` for reading; a FIFO or a device neither blocks nor is read.
    ///
    /// # Errors
    /// It leads away or through a link, is missing, or is not a regular file.
    pub fn file(&self, relative: &Path) -> Result<(File, Stat), BeneathError> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let fd = open_beneath(&self.fd, relative, flags)?;
        let stat = fs::fstat(&fd).map_err(|errno| BeneathError::of(relative, errno))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok((File::from(fd), stat)),
            other => Err(BeneathError::NotAFile {
                path: relative.to_path_buf(),
                found: kind(other),
            }),
        }
    }

    /// Calls `each` with the name, type and size of every entry of the directory at `relative`.
    ///
    /// # Errors
    /// It leads away or through a link, is missing, or is not a directory.
    pub fn entries(&self, relative: &Path, mut each: impl FnMut(&OsStr, FileType, u64)) -> Result<(), BeneathError> {
        let fd = open_beneath(&self.fd, relative, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let failed = |errno| BeneathError::of(relative, errno);
        for entry in Dir::read_from(&fd).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            // An entry may go between the listing and this call: then it is not there.
            match fs::statat(&fd, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => {
                    let size = u64::try_from(stat.st_size).unwrap_or(0);
                    each(name, FileType::from_raw_mode(stat.st_mode), size);
                }
                Err(Errno::NOENT) => {}
                Err(errno) => return Err(failed(errno)),
            }
        }
        Ok(())
    }

    /// Opens the directory at `relative`, making what is missing; goes through no link.
    ///
    /// # Errors
    /// A part is a link or not a directory, or the system refuses.
    pub fn make(&self, relative: &Path) -> Result<Self, BeneathError> {
        let mut here = self.again()?;
        for part in relative.components() {
            let Component::Normal(name) = part else {
                return Err(BeneathError::Escapes {
                    path: relative.to_path_buf(),
                });
            };
            match fs::mkdirat(&here.fd, name, Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(BeneathError::of(relative, errno)),
            }
            let flags = OFlags::RDONLY | OFlags::DIRECTORY;
            let fd = open_beneath(&here.fd, Path::new(name), flags).map_err(|error| match error {
                // A link is told by its whole path.
                BeneathError::Link { .. } => in_the_way(&self.fd, relative),
                error => error,
            })?;
            here = Self { fd };
        }
        Ok(here)
    }

    /// The text of the symbolic link at `relative`; no link is followed on the way, nor it itself.
    ///
    /// # Errors
    /// It leads away, is no link, is not UTF-8, or the system refuses.
    pub fn link_text(&self, relative: &Path) -> Result<String, BeneathError> {
        let link = open_beneath(&self.fd, relative, OFlags::PATH | OFlags::NOFOLLOW)?;
        let text = fs::readlinkat(&link, "", Vec::new()).map_err(|errno| BeneathError::of(relative, errno))?;
        text.into_string().map_err(|_| BeneathError::of(relative, Errno::ILSEQ))
    }

    /// What lies at `relative`, which may be a link; `None` where nothing does.
    ///
    /// # Errors
    /// It leads away or through a link, or the system refuses.
    pub fn look(&self, relative: &Path) -> Result<Option<Stat>, BeneathError> {
        match open_beneath(&self.fd, relative, OFlags::PATH | OFlags::NOFOLLOW) {
            Ok(fd) => fs::fstat(&fd)
                .map(Some)
                .map_err(|errno| BeneathError::of(relative, errno)),
            Err(BeneathError::System {
                errno: Errno::NOENT | Errno::NOTDIR,
                ..
            }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes `bytes` to `relative` as a whole or not at all: a temporary file beside it, synced, renamed, mode 0644.
    ///
    /// Missing directories are made. Whoever reads sees the old bytes or the new ones.
    ///
    /// # Errors
    /// It leads away or through a link, is there and not a regular file, or the system refuses.
    pub fn write(&self, relative: &Path, bytes: &[u8]) -> Result<(), BeneathError> {
        let Some(name) = relative.file_name() else {
            return Err(BeneathError::NoName {
                path: relative.to_path_buf(),
            });
        };
        let parent = self.make(relative.parent().unwrap_or(Path::new("")));
        let parent = parent.map_err(|error| match error {
            // Said of the path that was asked for.
            BeneathError::Link { .. } => in_the_way(&self.fd, relative),
            other => other,
        })?;
        match fs::statat(&parent.fd, name, AtFlags::SYMLINK_NOFOLLOW).map(|stat| FileType::from_raw_mode(stat.st_mode))
        {
            Ok(FileType::RegularFile) | Err(Errno::NOENT) => {}
            Ok(other) => {
                return Err(BeneathError::NotAFile {
                    path: relative.to_path_buf(),
                    found: kind(other),
                });
            }
            Err(errno) => return Err(BeneathError::of(relative, errno)),
        }
        let temporary = temporary_name();
        let written = parent
            .write_new(&temporary, bytes, Mode::from_raw_mode(0o644))
            .and_then(|()| fs::renameat(&parent.fd, &temporary, &parent.fd, name));
        if let Err(errno) = written {
            // The first error says what went wrong; a leftover that cannot be removed either adds nothing.
            let _ = fs::unlinkat(&parent.fd, &temporary, AtFlags::empty());
            return Err(BeneathError::of(relative, errno));
        }
        fs::fsync(&parent.fd).map_err(|errno| BeneathError::of(relative, errno))
    }

    /// Writes a file that is not there yet, and syncs it.
    fn write_new(&self, name: &OsStr, bytes: &[u8], mode: Mode) -> Result<(), Errno> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(fs::openat2(&self.fd, name, flags, Mode::from_raw_mode(0o600), RESOLVE)?);
        write_all(&mut file, bytes)?;
        // The umask of the process is not a decision about this file.
        fs::fchmod(&file, mode)?;
        fs::fsync(&file)
    }

    fn again(&self) -> Result<Self, BeneathError> {
        let fd = rustix::io::fcntl_dupfd_cloexec(&self.fd, 0);
        fd.map(|fd| Self { fd })
            .map_err(|errno| BeneathError::of(Path::new("."), errno))
    }
}

/// A name that nobody else has: not of a file of the workspace, not of another writer.
pub(super) fn temporary_name() -> OsString {
    let (begins, ends) = TEMPORARY;
    OsString::from(format!("{begins}{}{ends}", uuid::Uuid::now_v7().simple()))
}

/// Whether a name is one of those: of a file that was being written.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1)
}

/// What the names of files begin and end with that are being written.
const TEMPORARY: (&str, &str) = (".somagent-", ".tmp");

fn write_all(file: &mut File, bytes: &[u8]) -> Result<(), Errno> {
    file.write_all(bytes)
        .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
}

/// How every path is resolved. Asked for itself and not followed (`O_PATH | O_NOFOLLOW`), a last part may be a link.
const RESOLVE: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_MAGICLINKS)
    .union(ResolveFlags::NO_SYMLINKS);

fn open_beneath(directory: impl AsFd, relative: &Path, flags: OFlags) -> Result<OwnedFd, BeneathError> {
    let path = if relative.as_os_str().is_empty() {
        Path::new(".")
    } else {
        relative
    };
    let mut last = Errno::AGAIN;
    for _ in 0..RACES {
        match fs::openat2(&directory, path, flags | OFlags::CLOEXEC, Mode::empty(), RESOLVE) {
            Ok(fd) => return Ok(fd),
            // The kernel says so when a rename raced the lookup: nothing is wrong yet.
            Err(Errno::AGAIN | Errno::INTR) => {}
            Err(Errno::LOOP) => return Err(in_the_way(&directory, path)),
            Err(errno) => {
                last = errno;
                break;
            }
        }
    }
    Err(BeneathError::of(path, last))
}

fn kind(file_type: FileType) -> &'static str {
    match file_type {
        FileType::RegularFile => "a regular file",
        FileType::Directory => "a directory",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a FIFO",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        FileType::Unknown => "of an unknown type",
    }
}

impl BeneathError {
    fn of(path: &Path, errno: Errno) -> Self {
        let path = path.to_path_buf();
        match errno {
            Errno::XDEV | Errno::LOOP => Self::Escapes { path },
            Errno::NOSYS => Self::NoOpenat2,
            errno => Self::System { path, errno },
        }
    }

    /// The tool error for a place to write that belongs to us: whatever goes wrong there is its fault.
    pub fn into_storage(self) -> ToolError {
        ToolError::Storage {
            message: self.to_string(),
        }
    }
}

impl From<BeneathError> for ToolError {
    fn from(error: BeneathError) -> Self {
        let message = error.to_string();
        match error {
            BeneathError::Escapes { .. } => failed(message, "name a file that lies inside the workspace"),
            BeneathError::Link { leads, .. } => failed(message, leads.hint()),
            BeneathError::NoName { .. } => failed(message, "give the path of a file"),
            BeneathError::NotAFile { .. } => failed(message, "give the path of a regular file"),
            BeneathError::NoOpenat2 => failed(message, "use Linux 5.6 or later"),
            BeneathError::System { errno, .. } => match errno {
                Errno::NOSPC | Errno::DQUOT | Errno::ROFS | Errno::IO => Self::Storage { message },
                Errno::NOENT => failed(message, "list the directory to see what is there"),
                _ => failed(message, "check the path and its permissions"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_device_is_a_storage_error() {
        let mut full = File::options().write(true).open("/dev/full").unwrap();
        let errno = write_all(&mut full, b"x").unwrap_err();
        let error = ToolError::from(BeneathError::of(Path::new("x"), errno));
        assert!(matches!(error, ToolError::Storage { .. }), "{error:?}");
        assert!(error.to_string().contains("No space left"), "{error}");
    }

    #[test]
    fn a_write_that_fails_leaves_no_temporary_file() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("taken")).unwrap();
        let directory = Directory::open(place.path()).unwrap();
        assert!(matches!(
            directory.write(Path::new("taken"), b"x"),
            Err(BeneathError::NotAFile { .. })
        ));
        assert!(matches!(
            directory.write(Path::new(".."), b"x"),
            Err(BeneathError::NoName { .. })
        ));
        assert!(matches!(
            directory.write(Path::new("../x"), b"x"),
            Err(BeneathError::Escapes { .. })
        ));
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }
}

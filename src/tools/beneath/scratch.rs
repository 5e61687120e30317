//! Directories and files that are made under a name of their own, and get their place when they are whole.
//!
//! What is dropped before leaves nothing behind.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use rustix::fs::{self, AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::removal::remove_all;
use super::{BeneathError, Directory, RESOLVE, kind, open_beneath, temporary_name};

/// A directory that is being filled.
#[derive(Debug)]
pub(in crate::tools) struct Scratch {
    root: Directory,
    /// Where it lies until it has its place: the deepest directory above that is there.
    parent: Directory,
    path: PathBuf,
    aside: OsString,
    inner: Directory,
    /// Where the last file went, which is mostly where the next one goes.
    last: Option<(PathBuf, Directory)>,
    is_placed: bool,
}

impl Scratch {
    /// Makes a directory near `relative`, where it goes in the end.
    ///
    /// # Errors
    /// The path leads away or through a link, or the system refuses.
    pub fn near(directory: &Directory, relative: &Path) -> Result<Self, BeneathError> {
        name_of(relative)?;
        let parent = nearest(directory, above(relative))?;
        let aside = temporary_name();
        fs::mkdirat(&parent.fd, &aside, Mode::from_raw_mode(0o700))
            .map_err(|errno| BeneathError::of(relative, errno))?;
        let inner = parent.make(Path::new(&aside))?;
        Ok(Self {
            root: directory.again()?,
            parent,
            path: relative.to_path_buf(),
            aside,
            inner,
            last: None,
            is_placed: false,
        })
    }

    /// What it holds so far.
    pub fn inner(&self) -> &Directory {
        &self.inner
    }

    /// Makes a directory in it, with those above.
    ///
    /// # Errors
    /// A part is there and no directory, or the system refuses.
    pub fn directory(&mut self, relative: &Path) -> Result<(), BeneathError> {
        self.last = Some((relative.to_path_buf(), self.inner.make(relative)?));
        Ok(())
    }

    /// The directory in it where `relative` goes.
    fn holder(&mut self, relative: &Path) -> Result<&Directory, BeneathError> {
        let is_last = self.last.as_ref().is_some_and(|(path, _)| path == above(relative));
        if !is_last {
            self.directory(above(relative))?;
        }
        match &self.last {
            Some((_, directory)) => Ok(directory),
            None => Ok(&self.inner),
        }
    }

    /// Makes a new file in it, to be written, with this mode.
    ///
    /// # Errors
    /// Something is there already, or the system refuses.
    pub fn file(&mut self, relative: &Path, mode: u32) -> Result<File, BeneathError> {
        let of = |errno| BeneathError::of(relative, errno);
        let name = name_of(relative)?;
        let file = create(self.holder(relative)?, name).map_err(of)?;
        fs::fchmod(&file, Mode::from_raw_mode(mode & 0o777)).map_err(of)?;
        Ok(file)
    }

    /// Makes a symbolic link in it; where it leads is for the caller to know.
    ///
    /// # Errors
    /// Something is there already, or the system refuses.
    pub fn link(&mut self, relative: &Path, to: &Path) -> Result<(), BeneathError> {
        let name = name_of(relative)?.to_os_string();
        let holder = self.holder(relative)?;
        fs::symlinkat(to, &holder.fd, name).map_err(|errno| BeneathError::of(relative, errno))
    }

    /// Gives it its place, all at once, written to the disk; `false` where something lies there, and then it is gone.
    /// Directories above that are missing are made.
    ///
    /// # Errors
    /// The system refuses.
    pub fn place(mut self) -> Result<bool, BeneathError> {
        let of = |errno| BeneathError::of(&self.path, errno);
        fs::fchmod(&self.inner.fd, Mode::from_raw_mode(0o755)).map_err(of)?;
        fs::syncfs(&self.inner.fd).map_err(of)?;
        let parent = self.root.make(above(&self.path))?;
        let name = name_of(&self.path)?;
        match fs::renameat_with(&self.parent.fd, &self.aside, &parent.fd, name, RenameFlags::NOREPLACE) {
            Ok(()) => {
                fs::fsync(&parent.fd).map_err(of)?;
                self.is_placed = true;
                Ok(true)
            }
            Err(Errno::EXIST) => Ok(false),
            Err(errno) => Err(of(errno)),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.is_placed {
            // What cannot be removed has a name that says whose it is.
            let _ = remove_all(self.parent.fd.as_fd(), &self.aside);
        }
    }
}

/// A file that is being written.
#[derive(Debug)]
pub(in crate::tools) struct Draft {
    root: Directory,
    /// Where it lies until it has its place: the deepest directory above that is there.
    parent: Directory,
    path: PathBuf,
    aside: OsString,
    file: File,
    is_placed: bool,
}

impl Draft {
    /// Makes a file near `relative`, where it goes in the end.
    ///
    /// # Errors
    /// The path leads away or through a link, something else than a file lies there, or the system refuses.
    pub fn near(directory: &Directory, relative: &Path) -> Result<Self, BeneathError> {
        let of = |errno| BeneathError::of(relative, errno);
        name_of(relative)?;
        let parent = nearest(directory, above(relative))?;
        if let Some(stat) = directory.look(relative)? {
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => {}
                other => {
                    return Err(BeneathError::NotAFile {
                        path: relative.to_path_buf(),
                        found: kind(other),
                    });
                }
            }
        }
        let aside = temporary_name();
        let file = create(&parent, &aside).map_err(of)?;
        Ok(Self {
            root: directory.again()?,
            parent,
            path: relative.to_path_buf(),
            aside,
            file,
            is_placed: false,
        })
    }

    /// Where it is written.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives it its place, synced, mode 0644; what lay there is gone. Directories above that are missing are made.
    ///
    /// # Errors
    /// The system refuses.
    pub fn place(mut self) -> Result<(), BeneathError> {
        let of = |errno| BeneathError::of(&self.path, errno);
        fs::fchmod(&self.file, Mode::from_raw_mode(0o644)).map_err(of)?;
        fs::fsync(&self.file).map_err(of)?;
        let parent = self.root.make(above(&self.path))?;
        fs::renameat(&self.parent.fd, &self.aside, &parent.fd, name_of(&self.path)?).map_err(of)?;
        let synced = fs::fsync(&parent.fd).map_err(of);
        self.is_placed = true;
        synced
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_placed {
            let _ = fs::unlinkat(&self.parent.fd, &self.aside, AtFlags::empty());
        }
    }
}

fn above(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// Opens `relative`, or the deepest directory above it that is there, through no link.
fn nearest(directory: &Directory, relative: &Path) -> Result<Directory, BeneathError> {
    for at in relative.ancestors() {
        match open_beneath(&directory.fd, at, OFlags::RDONLY | OFlags::DIRECTORY) {
            Ok(fd) => return Ok(Directory { fd }),
            Err(BeneathError::System {
                errno: Errno::NOENT, ..
            }) => {}
            Err(error) => return Err(error),
        }
    }
    directory.again()
}

fn name_of(path: &Path) -> Result<&OsStr, BeneathError> {
    path.file_name().ok_or_else(|| BeneathError::NoName {
        path: path.to_path_buf(),
    })
}

fn create(above: &Directory, name: &OsStr) -> Result<File, Errno> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    fs::openat2(&above.fd, name, flags, Mode::from_raw_mode(0o600), RESOLVE).map(File::from)
}

//! A file on its way into the store: written, bounded and hashed as it arrives.
//!
//! It becomes a file of the store only by [`Partial::keep`], which checks size and digest.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::catalogue::ModelFile;
use super::sha256::Sha256Stream;
use super::store::{Attempt, SourceError};

pub(super) struct Partial {
    path: PathBuf,
    file: File,
    hash: Sha256Stream,
    written: u64,
    /// What it will have, or the most that a file of unknown size may have.
    most: u64,
}

/// Beyond any model's file: what keeps a source of unknown size from filling the disk.
const MOST: u64 = 1 << 40;

impl Partial {
    /// Starts an empty file at `path`.
    pub(super) fn create(path: &Path, expected: &ModelFile) -> Result<Self, Attempt> {
        let file = File::create(path).map_err(|error| Attempt::storage(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            hash: Sha256Stream::default(),
            written: 0,
            most: expected.size.unwrap_or(MOST),
        })
    }

    /// Goes on where an earlier download stopped; what is there is hashed again.
    pub(super) fn resume(path: &Path, expected: &ModelFile) -> Result<Self, Attempt> {
        let storage = |error: io::Error| Attempt::storage(path, &error);
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(storage)?;
        let mut hash = Sha256Stream::default();
        let written = hash.update_from(&mut file).map_err(storage)?;
        if written >= expected.size.unwrap_or(MOST) {
            return Self::create(path, expected);
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            hash,
            written,
            most: expected.size.unwrap_or(MOST),
        })
    }

    /// The same bytes as `source` at `path`, in the same blocks; nothing where the file system cannot do that.
    pub(super) fn shared(path: &Path, source: &File, expected: &ModelFile) -> Result<Option<Self>, Attempt> {
        let mut partial = Self::create(path, expected)?;
        if !share_blocks(source, &partial.file) {
            return Ok(None);
        }
        let storage = |error: io::Error| Attempt::storage(path, &error);
        partial.written = partial
            .hash
            .update_from(&mut File::open(path).map_err(storage)?)
            .map_err(storage)?;
        if partial.written > partial.most {
            partial.discard();
            return Err(SourceError::TooLong { expected: partial.most }.into());
        }
        Ok(Some(partial))
    }

    /// Bytes so far.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Appends `bytes`, which may not make it longer than the catalogue says.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Attempt> {
        let written = self.written + bytes.len() as u64;
        if written > self.most {
            self.discard();
            return Err(SourceError::TooLong { expected: self.most }.into());
        }
        self.file
            .write_all(bytes)
            .map_err(|error| Attempt::storage(&self.path, &error))?;
        self.hash.update(bytes);
        self.written = written;
        Ok(())
    }

    /// Appends all of `reader`, telling `progress` how many bytes there are.
    pub(super) fn write_from(&mut self, reader: &mut impl Read, progress: &mut dyn FnMut(u64)) -> Result<(), Attempt> {
        let mut buffer = vec![0; 256 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => self.write(&buffer[..read])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(SourceError::Unreadable { why: error.to_string() }.into()),
            }
            progress(self.written);
        }
    }

    /// Makes it a read-only file of the store at `path`, once size and digest are right.
    pub(super) fn keep(self, expected: &ModelFile, path: &Path) -> Result<(), Attempt> {
        if let Some(size) = expected.size
            && self.written < size
        {
            return Err(SourceError::TooShort {
                expected: size,
                found: self.written,
            }
            .into());
        }
        let found = self.hash.clone().finish();
        if found != expected.sha256 {
            self.discard();
            return Err(SourceError::Mismatch {
                expected: expected.sha256,
                found,
            }
            .into());
        }
        publish(&self.file, &self.path, path).map_err(|error| Attempt::storage(path, &error))
    }

    fn discard(&self) {
        // Whether this succeeds does not matter: a later attempt hashes what it finds.
        let _ = fs::remove_file(&self.path);
    }
}

/// Moves a complete file to its place: durable first, then read-only, then visible.
pub(super) fn publish(file: &File, from: &Path, to: &Path) -> io::Result<()> {
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)?;
    file.sync_all()?;
    fs::rename(from, to)?;
    match to.parent() {
        Some(folder) => sync_folder(folder),
        None => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn share_blocks(from: &File, to: &File) -> bool {
    rustix::fs::ioctl_ficlone(to, from).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn share_blocks(_from: &File, _to: &File) -> bool {
    false
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

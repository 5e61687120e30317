//! A file on its way into the store: written, bounded and hashed as it arrives.
//!
//! It becomes a file of the store only by [`Partial::keep`], which checks size and digest.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::catalogue::Entry;
use super::sha256::Sha256Stream;
use super::store::{Attempt, SourceError};

pub(super) struct Partial {
    path: PathBuf,
    file: File,
    hash: Sha256Stream,
    written: u64,
    size: u64,
}

impl Partial {
    /// Starts an empty file at `path`.
    pub(super) fn create(path: &Path, entry: &Entry) -> Result<Self, Attempt> {
        let file = File::create(path).map_err(|error| Attempt::storage(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            hash: Sha256Stream::default(),
            written: 0,
            size: entry.size,
        })
    }

    /// Goes on where an earlier download stopped; what is there is hashed again.
    pub(super) fn resume(path: &Path, entry: &Entry) -> Result<Self, Attempt> {
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
        if written >= entry.size {
            return Self::create(path, entry);
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            hash,
            written,
            size: entry.size,
        })
    }

    /// Bytes so far.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Appends `bytes`, which may not make it longer than the catalogue says.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Attempt> {
        let written = self.written + bytes.len() as u64;
        if written > self.size {
            self.discard();
            return Err(SourceError::TooLong { expected: self.size }.into());
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
    pub(super) fn keep(self, entry: &Entry, path: &Path) -> Result<(), Attempt> {
        if self.written < entry.size {
            return Err(SourceError::TooShort {
                expected: entry.size,
                found: self.written,
            }
            .into());
        }
        let found = self.hash.clone().finish();
        if found != entry.sha256 {
            self.discard();
            return Err(SourceError::Mismatch {
                expected: entry.sha256,
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

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

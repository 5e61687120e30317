//! The blob store: bytes too large for a row, in files named by their SHA3-512.
//!
//! A blob never changes and is never deleted here. One file per content: equal bodies share it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::durable;
use crate::digest::Digest;

/// A directory of content-addressed files.
#[derive(Debug, Clone)]
pub struct Blobs {
    directory: PathBuf,
}

/// Why a blob could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No file of that name.
    #[error("the blob store has no `{digest}`")]
    Missing {
        /// The blob asked for.
        digest: Digest,
    },
    /// The file holds other bytes than its name says.
    #[error("the blob `{digest}` is damaged")]
    Damaged {
        /// The blob asked for.
        digest: Digest,
    },
    /// The file system refused.
    #[error("cannot use `{path}`")]
    File {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Blobs {
    /// Names the directory; it is created by the first [`Blobs::put`].
    pub fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
        }
    }

    /// Stores `bytes` durably and returns their name.
    ///
    /// # Errors
    /// [`BlobError::File`] when the disk is full, read-only or failing.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, BlobError> {
        let digest = Digest::of(bytes);
        let path = self.path(&digest);
        self.put_at(&path, bytes)
            .map_err(|source| BlobError::File { path, source })?;
        Ok(digest)
    }

    fn put_at(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        match fs::read(path) {
            // Another process may have renamed it and not yet synced the directory.
            Ok(stored) if stored == bytes => durable::sync_directory_of(path),
            Ok(_) => durable::replace(path, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                durable::create_directory(&self.directory)?;
                durable::replace(path, bytes)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the bytes named `digest` and checks that they are those.
    ///
    /// # Errors
    /// Each variant of [`BlobError`].
    pub fn get(&self, digest: &Digest) -> Result<Vec<u8>, BlobError> {
        let path = self.path(digest);
        let bytes = fs::read(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => BlobError::Missing { digest: *digest },
            _ => BlobError::File { path, source },
        })?;
        if Digest::of(&bytes) == *digest {
            Ok(bytes)
        } else {
            Err(BlobError::Damaged { digest: *digest })
        }
    }

    /// Where the bytes named `digest` lie.
    pub(super) fn path(&self, digest: &Digest) -> PathBuf {
        self.directory.join(digest.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_is_named_by_its_content_and_stored_once() {
        let directory = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(&directory.path().join("blobs"));
        let digest = blobs.put(b"large").unwrap();
        assert_eq!(digest, Digest::of(b"large"));
        assert_eq!(blobs.put(b"large").unwrap(), digest);
        assert_eq!(blobs.get(&digest).unwrap(), b"large");
        let names: Vec<_> = fs::read_dir(directory.path().join("blobs"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, [digest.to_string().as_str()]);
    }

    #[test]
    fn a_damaged_blob_is_refused_and_mended_by_storing_it_again() {
        let directory = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(directory.path());
        let digest = blobs.put(b"large").unwrap();
        fs::write(blobs.path(&digest), b"lorge").unwrap();
        assert!(matches!(blobs.get(&digest), Err(BlobError::Damaged { digest: named }) if named == digest));
        blobs.put(b"large").unwrap();
        assert_eq!(blobs.get(&digest).unwrap(), b"large");
    }

    #[test]
    fn an_absent_blob_is_missing() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(
            Blobs::new(directory.path()).get(&Digest::ZERO),
            Err(BlobError::Missing { digest: Digest::ZERO })
        ));
    }
}

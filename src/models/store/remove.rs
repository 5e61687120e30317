//! Giving space back: a model's files, what was derived from them, what broken downloads left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::catalogue::Entry;
use super::super::sha256::Sha256;
use super::Store;

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// Files that are gone.
    pub files: u64,
    /// Bytes that they had.
    pub bytes: u64,
}

/// Why a model was not removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoveError {
    /// Another process pulls it.
    #[error("another process is pulling `{model}`")]
    Busy {
        /// The model's name.
        model: String,
    },
    /// The directory of models cannot be changed.
    #[error("`{}` cannot be removed: {why}", path.display())]
    Storage {
        /// What.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
}

impl Store {
    /// What [`Store::remove`] would remove; nothing is changed.
    pub fn held(&self, entry: &Entry, shared: &[Sha256]) -> Removed {
        let mut held = Removed::default();
        for path in self.places(entry, shared) {
            count(&path, &mut held);
        }
        held
    }

    /// Removes the model's files with all that was derived from them, and what broken downloads of them left. Files in
    /// `shared` belong to other models too, and stay.
    ///
    /// Whoever has the model in memory keeps it.
    ///
    /// # Errors
    /// Another process is pulling it, or a file cannot be removed.
    pub fn remove(&self, entry: &Entry, shared: &[Sha256]) -> Result<Removed, RemoveError> {
        let storage = |path: &Path, error: &io::Error| RemoveError::Storage {
            path: path.to_owned(),
            why: error.to_string(),
        };
        let mut locks = Vec::new();
        for digest in Self::digests(entry) {
            match self.try_lock(&digest) {
                Ok(Some(lock)) => locks.push(lock),
                Ok(None) => {
                    let model = entry.name.clone();
                    return Err(RemoveError::Busy { model });
                }
                // Nobody ever pulled anything: there is nothing that could be half done.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(storage(&self.lock_file(&digest), &error)),
            }
        }
        let mut removed = Removed::default();
        for path in self.places(entry, shared) {
            let mut here = Removed::default();
            count(&path, &mut here);
            let gone = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            match gone {
                Ok(()) => {
                    removed.files += here.files;
                    removed.bytes += here.bytes;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(storage(&path, &error)),
            }
        }
        Ok(removed)
    }

    /// Everything that is there for this model alone.
    fn places(&self, entry: &Entry, shared: &[Sha256]) -> Vec<PathBuf> {
        let own = entry.files().filter(|file| !shared.contains(&file.sha256));
        own.flat_map(|file| {
            let partial = self.partial(file);
            [
                self.folder(file),
                partial.with_extension("copy"),
                partial.with_extension("package"),
                partial,
            ]
        })
        .collect()
    }
}

/// Adds the files at and beneath `path`. Links are counted, and not followed.
fn count(path: &Path, sum: &mut Removed) {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return;
    };
    if metadata.is_dir() {
        for inner in fs::read_dir(path).into_iter().flatten().flatten() {
            count(&inner.path(), sum);
        }
    } else {
        sum.files += 1;
        sum.bytes += metadata.len();
    }
}

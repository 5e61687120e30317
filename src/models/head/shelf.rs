//! Where heads are: those of this build, and those that were trained here, every version of them.
//!
//! `NAME` is the highest version that is here, one's own before one of the build; `NAME@VERSION` is exactly that one.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;

use super::Head;
use super::file::{HeadError, LARGEST_FILE};
use crate::capsule::starter::is_name;
use crate::keys::{self, LoadKeyError};

/// The heads that come with this build, by name.
const BUILT_IN: [(&str, &[u8]); 3] = [
    (
        "commit_type",
        include_bytes!("../../../capsules/heads/commit_type.json"),
    ),
    ("issue_kind", include_bytes!("../../../capsules/heads/issue_kind.json")),
    (
        "log_severity",
        include_bytes!("../../../capsules/heads/log_severity.json"),
    ),
];

/// Heads.
#[derive(Debug, Clone)]
pub struct Shelf {
    directory: PathBuf,
    signing_key: PathBuf,
}

/// A head of the shelf, and where it is.
#[derive(Debug, Clone)]
pub struct Held {
    /// The head.
    pub head: Head,
    /// Where it is from.
    pub origin: Origin,
    /// Bytes of its file.
    pub bytes: u64,
}

/// Where a head is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// This build.
    BuiltIn,
    /// It was trained here.
    Own {
        /// Its file.
        path: PathBuf,
    },
}

/// Why a head cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// There is none of this name.
    #[error("there is no head `{name}`")]
    NoSuchHead {
        /// As asked for.
        name: String,
    },
    /// What was asked for is no name.
    #[error(
        "`{name}` is no name of a head: {}, and perhaps `@` and a version",
        crate::capsule::starter::NAME
    )]
    NoName {
        /// As asked for.
        name: String,
    },
    /// The signing key cannot be used, so nobody knows whose head it is.
    #[error(transparent)]
    Key(#[from] LoadKeyError),
    /// The file cannot be used.
    #[error("the head `{}` is refused: {why}", path.display())]
    Refused {
        /// Its file.
        path: PathBuf,
        /// Why.
        why: Box<HeadError>,
    },
    /// The file says that it is another head.
    #[error("the head `{}` says that it is `{title}`", path.display())]
    Misnamed {
        /// Its file.
        path: PathBuf,
        /// What it says.
        title: String,
    },
    /// The system does not let it be read or written.
    #[error("`{}` cannot be used: {reason}", path.display())]
    Storage {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
}

impl Shelf {
    /// The heads in `directory`, signed by the key at `signing_key`.
    pub fn at(directory: PathBuf, signing_key: PathBuf) -> Self {
        Self { directory, signing_key }
    }

    /// The head called `name`, or `NAME@VERSION`.
    ///
    /// # Errors
    /// There is none, or it is refused.
    pub fn find(&self, name: &str) -> Result<Held, ShelfError> {
        let (plain, version) = split(name)?;
        let own = self.versions(plain)?;
        let wanted = version.or_else(|| own.last().copied());
        if let Some(version) = wanted.filter(|version| own.contains(version)) {
            return self.open(plain, version);
        }
        let built_in = BUILT_IN.iter().filter(|(own, _)| *own == plain);
        for (_, bytes) in built_in {
            let held = built_in_head(plain, bytes)?;
            if version.is_none_or(|version| version == held.head.version()) {
                return Ok(held);
            }
        }
        Err(ShelfError::NoSuchHead { name: name.to_owned() })
    }

    /// Every version of every head, by name; one that is refused stands there with why.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn all(&self) -> Result<Vec<Result<Held, ShelfError>>, ShelfError> {
        let mut all: Vec<Result<Held, ShelfError>> = BUILT_IN
            .iter()
            .map(|(name, bytes)| built_in_head(name, bytes))
            .collect();
        for (name, version) in self.files()? {
            all.push(self.open(&name, version));
        }
        Ok(all)
    }

    /// The version that the next head called `name` gets.
    ///
    /// # Errors
    /// It is no name, or the directory cannot be read.
    pub fn next_version(&self, name: &str) -> Result<u32, ShelfError> {
        let (plain, version) = split(name)?;
        if version.is_some() {
            return Err(ShelfError::NoName { name: name.to_owned() });
        }
        let mut highest = self.versions(plain)?.last().copied().unwrap_or(0);
        for (_, bytes) in BUILT_IN.iter().filter(|(own, _)| *own == plain) {
            highest = highest.max(built_in_head(plain, bytes)?.head.version());
        }
        Ok(highest.saturating_add(1))
    }

    /// Signs `head` and keeps it, under a name that nothing has yet.
    ///
    /// # Errors
    /// The key cannot be used, or the file cannot be written through to the disk.
    pub fn keep(&self, head: &Head) -> Result<Held, ShelfError> {
        let key = keys::load(&self.signing_key)?;
        let path = self.path(head.name(), head.version());
        let bytes = head.signed(&key).map_err(|why| ShelfError::Refused {
            path: path.clone(),
            why: why.into(),
        })?;
        self.write(&path, &bytes).map_err(|reason| ShelfError::Storage {
            path: path.clone(),
            reason,
        })?;
        Ok(Held {
            head: head.clone(),
            origin: Origin::Own { path },
            bytes: bytes.len() as u64,
        })
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
        let written = (|| {
            let mut file = fs::File::create(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            // A link, unlike a rename, takes no name that something else has.
            fs::hard_link(&temporary, path)?;
            fs::File::open(&self.directory)?.sync_all()
        })();
        // What went wrong says more than a failure to remove this; nothing reads it.
        let _ = fs::remove_file(&temporary);
        written
    }

    fn open(&self, name: &str, version: u32) -> Result<Held, ShelfError> {
        let path = self.path(name, version);
        let storage = |reason| ShelfError::Storage {
            path: path.clone(),
            reason,
        };
        let size = fs::metadata(&path).map_err(storage)?.len();
        if size > LARGEST_FILE {
            return Err(storage(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it has {size} bytes, and a head has at most {LARGEST_FILE}"),
            )));
        }
        let bytes = fs::read(&path).map_err(storage)?;
        let key = keys::public_text(&SigningKey::verifying_key(&keys::load(&self.signing_key)?));
        let head = Head::open(&bytes, &[key]).map_err(|why| ShelfError::Refused {
            path: path.clone(),
            why: why.into(),
        })?;
        if (head.name(), head.version()) != (name, version) {
            let title = head.title();
            return Err(ShelfError::Misnamed { path, title });
        }
        Ok(Held {
            head,
            origin: Origin::Own { path },
            bytes: size,
        })
    }

    fn path(&self, name: &str, version: u32) -> PathBuf {
        self.directory.join(format!("{name}@{version}.json"))
    }

    /// The versions of one's own head called `name`, the lowest first.
    fn versions(&self, name: &str) -> Result<Vec<u32>, ShelfError> {
        let files = self.files()?;
        Ok(files
            .into_iter()
            .filter(|(own, _)| own == name)
            .map(|(_, version)| version)
            .collect())
    }

    /// The names and versions that the directory has, in order.
    fn files(&self) -> Result<Vec<(String, u32)>, ShelfError> {
        let storage = |reason| ShelfError::Storage {
            path: self.directory.clone(),
            reason,
        };
        let listed = match fs::read_dir(&self.directory) {
            Ok(listed) => listed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(storage(error)),
        };
        let mut files = Vec::new();
        for entry in listed {
            let name = entry.map_err(storage)?.file_name();
            let found = name.to_str().and_then(|name| name.strip_suffix(".json"));
            if let Some((name, Some(version))) = found.and_then(|title| split(title).ok()) {
                files.push((name.to_owned(), version));
            }
        }
        files.sort();
        Ok(files)
    }
}

/// A name and perhaps a version.
fn split(name: &str) -> Result<(&str, Option<u32>), ShelfError> {
    let wrong = || ShelfError::NoName { name: name.to_owned() };
    let (plain, version) = match name.split_once('@') {
        Some((plain, version)) => {
            let is_plain = version.bytes().all(|byte| byte.is_ascii_digit()) && !version.starts_with('0');
            let version = version.parse().ok().filter(|_| is_plain);
            (plain, Some(version.ok_or_else(wrong)?))
        }
        None => (name, None),
    };
    if is_name(plain) {
        Ok((plain, version))
    } else {
        Err(wrong())
    }
}

fn built_in_head(name: &str, bytes: &[u8]) -> Result<Held, ShelfError> {
    let head = Head::built_in(bytes).map_err(|why| ShelfError::Refused {
        path: PathBuf::from(name),
        why: why.into(),
    })?;
    Ok(Held {
        head,
        origin: Origin::BuiltIn,
        bytes: bytes.len() as u64,
    })
}

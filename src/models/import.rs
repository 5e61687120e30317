//! A GGUF file by its path: checked, hashed, copied into the store, and known by a name from then on.
//!
//! The file outside is never loaded: whoever changes it later changes nothing here.

use std::fs::{self, File};
use std::path::Path;

use super::catalogue::{Catalogue, Entry, Kind, ModelFile, Origin, Standing};
use super::local::{Description, LoadError, check, describe};
use super::sha256::Sha256;
use super::store::{PullError, Store};
use super::{Phase, Progress};

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be run here.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It cannot be copied.
    #[error(transparent)]
    Store(#[from] PullError),
}

/// The model in the file at `path`, in `store` from now on. A file that `catalogue` knows by its digest is that model.
///
/// # Errors
/// The file cannot be read or run here, or not be stored.
pub async fn import(
    path: &Path,
    store: &Store,
    catalogue: &Catalogue,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Entry, ImportError> {
    // Whoever opens a pipe waits for what may never come.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(LoadError::Unreadable {
            path: path.to_owned(),
            why: "it is no regular file".to_owned(),
        }
        .into());
    }
    let description = describe(path)?;
    check(path)?;
    progress(Progress {
        phase: Phase::Checking,
        done: 0,
        total: None,
    });
    let unreadable = |error: std::io::Error| LoadError::Unreadable {
        path: path.to_owned(),
        why: error.to_string(),
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    let sha256 = File::open(path).and_then(Sha256::of_reader).map_err(unreadable)?;
    if let Some(known) = catalogue.by_digest(sha256) {
        store.copy_in(known, path, progress).await?;
        return Ok(known.clone());
    }
    let entry = entry(path, &description, size, sha256, catalogue);
    store.copy_in(&entry, path, progress).await?;
    store.remember(&entry)?;
    Ok(entry)
}

fn entry(path: &Path, description: &Description, size: u64, sha256: Sha256, catalogue: &Catalogue) -> Entry {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let stem = plain(&stem);
    let name = if catalogue.find(&stem).is_some() {
        format!("{stem}-{}", &sha256.to_string()[..8])
    } else {
        stem
    };
    let said = description.name.clone().unwrap_or_else(|| name.clone());
    Entry {
        kind: Kind::Language,
        summary: format!("{said}, from a file"),
        architecture: description.architecture.clone(),
        parameters: description.parameters,
        quantisation: description.quantisation.clone(),
        context: description
            .context
            .and_then(|context| u32::try_from(context).ok())
            .unwrap_or(u32::MAX),
        licence: description.licence.clone().unwrap_or_else(|| "unknown".to_owned()),
        cache: description.cache,
        standing: Standing::Unverified {
            because: "it came as a file, and its output was not compared with a reference".to_owned(),
        },
        origin: Origin::Store,
        weights: ModelFile {
            name: file_name(&name),
            size: Some(size),
            sha256,
            sources: Vec::new(),
        },
        beside: Vec::new(),
        name,
    }
}

/// What the file of the model `name` is called in the store, where `derived-` begins the names of what was made of one.
fn file_name(name: &str) -> String {
    match name.starts_with("derived-") {
        true => format!("model-{name}.gguf"),
        false => format!("{name}.gguf"),
    }
}

/// A name that the catalogue takes: what else stands in `stem` becomes a hyphen.
fn plain(stem: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    let plain: String = stem
        .chars()
        .map(|char| if is_plain(char) { char } else { '-' })
        .collect();
    let plain = plain.trim_start_matches(['-', '_', '.']);
    let plain = plain.strip_suffix(".gguf").unwrap_or(plain);
    if plain.is_empty() {
        "model".to_owned()
    } else {
        plain.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_what_the_file_is_called() {
        assert_eq!(plain("Qwen2.5-0.5B.Q4_K_M"), "Qwen2.5-0.5B.Q4_K_M");
        assert_eq!(plain("mein modell (neu)"), "mein-modell--neu-");
        assert_eq!(plain(".-日本"), "model");
        assert_eq!(plain("a.gguf"), "a");
        assert_eq!(file_name("a"), "a.gguf");
        assert_eq!(file_name("derived-q8_0"), "model-derived-q8_0.gguf");
    }
}

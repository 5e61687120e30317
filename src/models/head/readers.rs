//! Who reads a text for a head: the model of its vectors and, where it was trained with one, a language model.
//!
//! The language model is asked which of the labels a text is; the calibrated share of each label is a feature. Its weights
//! are learnt like all others: a model that guesses badly gets little say.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use super::file::HeadError;
use crate::models::ask::AskError;
use crate::models::embed::beginning;
use crate::models::local::ModelIdentity;
use crate::models::{EmbedError, Embedder, OnDevice, Sha256};

/// Bytes of a text that a language model is asked about: about what the vector reads of it.
const MOST_ASKED: usize = 1024;

/// Models in memory.
#[derive(Clone, Copy)]
pub struct Readers<'a> {
    /// Gives the vectors.
    pub embedder: &'a Embedder,
    /// Says which label it takes a text for; only heads that were trained with one ask it.
    pub language: Option<&'a OnDevice>,
}

/// Models in memory, and whoever holds this keeps them there.
#[derive(Clone)]
pub struct OwnedReaders {
    /// Gives the vectors.
    pub embedder: Arc<Embedder>,
    /// Says which label it takes a text for.
    pub language: Option<Arc<OnDevice>>,
}

impl OwnedReaders {
    /// The models.
    pub fn get(&self) -> Readers<'_> {
        Readers {
            embedder: &self.embedder,
            language: self.language.as_deref(),
        }
    }
}

/// Which language model a head was trained with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// Its name in the catalogue.
    pub model: String,
    /// The digest of its file: another model says something else.
    pub sha256: Sha256,
}

/// Why a head says nothing of a text.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ClassifyError {
    /// A text has no vector.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The language model does not say what it takes a text for.
    #[error("the language model does not choose a label: {0}")]
    Language(#[from] AskError),
    /// The models that are here are not those that it was trained with.
    #[error(transparent)]
    Head(#[from] HeadError),
}

impl Language {
    /// The model `identity`.
    pub fn of(identity: &ModelIdentity) -> Self {
        Self {
            model: identity.name.clone(),
            sha256: identity.sha256,
        }
    }
}

/// What `model` takes each of `texts` for: a share for each of `labels`.
pub(super) fn shares(
    model: &OnDevice,
    texts: &[&str],
    labels: &[String],
    stop: &AtomicBool,
) -> Result<(Vec<Vec<f32>>, u64), AskError> {
    let mut all = Vec::with_capacity(texts.len());
    let mut tokens = 0;
    for text in texts {
        let chosen = model.choose(beginning(text, MOST_ASKED).0, labels, stop)?;
        tokens += chosen.tokens;
        all.push(chosen.shares.into_iter().map(|share| share as f32).collect());
    }
    Ok((all, tokens))
}

/// The most tokens that asking `model` about `text` takes.
pub(super) fn most_tokens(model: &OnDevice, text: &str, labels: &[String]) -> Result<u64, AskError> {
    model.count_choosing(beginning(text, MOST_ASKED).0, labels)
}

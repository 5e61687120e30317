//! Heads: what a text is, told by weights over its vector, its words and a few rules, learnt here from examples.
//!
//! ```text
//! text ─┬─► rules that decide ───────────────────────────────► label
//!       └─► vector (MiniLM), pieces of words, flags of rules ─► weights ─► temperature ─► label, or none below a threshold
//!           and, if it was trained so, what a language model takes it for
//! ```
//!
//! A head is a small signed file and needs no language model, unless it was trained with one. It never says how its answer is used, and nothing here
//! judges: whoever lets a run act on an answer shows a grant ([`Head::answer`]).

mod examples;
mod file;
mod measure;
mod minimise;
mod ngrams;
mod readers;
mod rules;
mod shelf;
mod softmax;
mod train;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use serde::{Deserialize, Serialize};

use self::file::Document;
use self::ngrams::Documents;
use self::softmax::{Features, Weights};
use super::ask::AskError;
use super::embed::beginning;
use super::sha256::Sha256;
use super::{EmbedError, OnDevice};
use crate::digest::Digest;
use crate::policy::{Action, Grant};

pub use examples::{Example, ExamplesError, Fields, read as read_examples};
pub use file::HeadError;
pub use measure::{Judged, Measures, confusion};
pub use ngrams::Ngrams;
pub use readers::{ClassifyError, Language, OwnedReaders, Readers};
pub use rules::{Case, Rule, Rules, RulesError};
pub use shelf::{Held, Origin, Shelf, ShelfError};
pub use train::{Recipe, TrainError, train};

/// Which model gives the vectors of a head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vectors {
    /// Its name in the catalogue.
    pub model: String,
    /// The digest of its weights: no other model gives the same vectors.
    pub sha256: Sha256,
    /// Numbers of a vector.
    pub dimensions: usize,
}

/// What a head was trained from, and what came of it out of fold. Shares are in millionths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Examples.
    pub examples: u64,
    /// How many each label has.
    pub classes: BTreeMap<String, u64>,
    /// Groups that they belong to; 0 when they belong to none.
    pub groups: u64,
    /// Folds.
    pub folds: u64,
    /// How good the answers were, each by weights that had not seen the fold of its example.
    pub measures: Measures,
    /// Examples that a rule decided.
    pub decided: u64,
    /// Whether each label weighed the same.
    pub is_balanced: bool,
    /// The precision that was wanted.
    pub precision: Option<u32>,
    /// The share of the examples that is answered at it.
    pub coverage: Option<u32>,
    /// Iterations until the weights were found.
    pub iterations: u64,
    /// The day: `2026-11-29`.
    pub date: String,
}

/// A head in memory.
#[derive(Debug, Clone)]
pub struct Head {
    document: Document,
    digest: Digest,
    rules: Rules,
    documents: Option<Documents>,
    weights: Weights,
}

/// What training gives.
struct Parts {
    name: String,
    version: u32,
    labels: Vec<String>,
    vectors: Vectors,
    language: Option<Language>,
    ngrams: Option<(Ngrams, Documents)>,
    rules: Rules,
    weights: Weights,
    temperature: u32,
    threshold: Option<u32>,
    training: Training,
}

/// What a head says of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The likeliest label, or that of the rule that decided.
    pub label: String,
    /// How likely it is, from 0 to 1; 1 when a rule decided.
    pub confidence: f64,
    /// Whether that is too little for this head to stand by it.
    pub is_abstaining: bool,
    /// Each label with its probability, in the order of the labels.
    pub shares: Vec<(String, f64)>,
    /// The rule that decided.
    pub rule: Option<String>,
}

impl Head {
    /// `NAME@VERSION`.
    pub fn title(&self) -> String {
        format!("{}@{}", self.document.name, self.document.version)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.document.name
    }

    /// Its version.
    pub fn version(&self) -> u32 {
        self.document.version
    }

    /// What it tells apart.
    pub fn labels(&self) -> &[String] {
        &self.document.labels
    }

    /// Which model gives its vectors.
    pub fn vectors(&self) -> &Vectors {
        &self.document.vectors
    }

    /// The language model that it asks, too.
    pub fn language(&self) -> Option<&Language> {
        self.document.language.as_ref()
    }

    /// Its buckets for pieces of words.
    pub fn ngrams(&self) -> Option<Ngrams> {
        self.document.ngrams()
    }

    /// Its rules.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What it was trained from.
    pub fn training(&self) -> &Training {
        &self.document.training
    }

    /// What logits are divided by.
    pub fn temperature(&self) -> f64 {
        f64::from(self.document.temperature) / 1e6
    }

    /// The least confidence that it stands by; every one when absent.
    pub fn threshold(&self) -> Option<f64> {
        self.document.threshold.map(|millionths| f64::from(millionths) / 1e6)
    }

    /// SHA3-512 of all that it says, its signature apart.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Whether `sha256` is the model whose vectors it was trained on.
    ///
    /// # Errors
    /// It is another one.
    pub fn fits(&self, sha256: Sha256) -> Result<(), HeadError> {
        let vectors = self.vectors();
        if vectors.sha256 == sha256 {
            return Ok(());
        }
        Err(HeadError::OtherVectors {
            head: self.title(),
            model: vectors.model.clone(),
            expected: vectors.sha256,
            found: sha256,
        })
    }

    /// The language model of `readers` that it needs, if it needs one.
    ///
    /// # Errors
    /// It was trained with one that is not among them.
    fn adviser<'a>(&self, readers: Readers<'a>) -> Result<Option<&'a OnDevice>, HeadError> {
        let Some(language) = self.language() else {
            return Ok(None);
        };
        let found = readers
            .language
            .filter(|model| model.identity().sha256 == language.sha256);
        found.map(Some).ok_or_else(|| self.without_language())
    }

    /// The error that its language model is not here.
    pub fn without_language(&self) -> HeadError {
        let (model, sha256) = match self.language() {
            Some(language) => (language.model.clone(), language.sha256.to_string()),
            None => ("none".to_owned(), "none".to_owned()),
        };
        HeadError::WithoutLanguage {
            head: self.title(),
            model,
            sha256,
        }
    }

    /// The most tokens that `readers` read of `text`.
    ///
    /// # Errors
    /// The language model that it was trained with is missing, or cannot be asked.
    pub fn most_tokens(&self, text: &str, readers: Readers) -> Result<u64, ClassifyError> {
        // A token has a byte at least, and there are two around the text.
        let read = readers.embedder.most_tokens().min(text.len().saturating_add(2)) as u64;
        Ok(match self.adviser(readers)? {
            Some(model) => read.saturating_add(readers::most_tokens(model, text, self.labels())?),
            None => read,
        })
    }

    /// What it says of each text. The embedder has to be the model that [`Head::fits`].
    ///
    /// # Errors
    /// A text has no vector, the language model that it was trained with is missing or fails, or it was stopped.
    pub fn classify(&self, texts: &[&str], readers: Readers, stop: &AtomicBool) -> Result<Vec<Said>, ClassifyError> {
        self.classify_counting(texts, readers, stop).map(|(said, _)| said)
    }

    /// The same, with the tokens that were read.
    fn classify_counting(
        &self,
        texts: &[&str],
        readers: Readers,
        stop: &AtomicBool,
    ) -> Result<(Vec<Said>, u64), ClassifyError> {
        let adviser = self.adviser(readers)?;
        let open: Vec<&str> = texts
            .iter()
            .copied()
            .filter(|text| self.rules.decide(text).is_none())
            .collect();
        let embedded = readers.embedder.embed(&open, stop)?;
        let (shares, asked) = match adviser {
            Some(model) => readers::shares(model, &open, self.labels(), stop)?,
            None => (vec![Vec::new(); open.len()], 0),
        };
        let mut read = embedded.vectors.into_iter().zip(shares);
        let said = texts.iter().map(|text| match self.rules.decide(text) {
            Some((rule, label)) => self.decided(&rule.name, label),
            None => {
                let (vector, shares) = read.next().unwrap_or_default();
                self.weighed(text, &vector, &shares)
            }
        });
        Ok((said.collect(), embedded.tokens + asked))
    }

    /// What it says of `text`, which `action` carries as `about` or `prompt` and `grant` allows, and the tokens that
    /// were read of it. Blocks its thread.
    ///
    /// # Errors
    /// The grant is for something else, the text has no vector, the language model that it was trained with is missing
    /// or fails, or it was stopped.
    pub fn answer(
        &self,
        text: &str,
        readers: Readers,
        (action, grant): (&Action, &Grant),
        stop: &AtomicBool,
    ) -> Result<(Said, u64), AskError> {
        grant.covers(action)?;
        if asked(action.args()) != Some(text) {
            return Err(AskError::OtherPrompt {
                action: action.name().to_owned(),
            });
        }
        let (said, tokens) = self
            .classify_counting(&[text], readers, stop)
            .map_err(|error| match error {
                ClassifyError::Embed(EmbedError::Stopped) => AskError::Stopped,
                ClassifyError::Embed(EmbedError::Tokenizer { why, .. }) => AskError::Compute { why },
                ClassifyError::Language(error) => error,
                ClassifyError::Head(error) => AskError::Compute { why: error.to_string() },
            })?;
        let why = || "the head said nothing".to_owned();
        said.into_iter()
            .next()
            .map(|said| (said, tokens))
            .ok_or_else(|| AskError::Compute { why: why() })
    }

    fn decided(&self, rule: &str, label: &str) -> Said {
        let share = |own: &String| (own.clone(), f64::from(u8::from(own == label)));
        Said {
            label: label.to_owned(),
            confidence: 1.0,
            is_abstaining: false,
            shares: self.labels().iter().map(share).collect(),
            rule: Some(rule.to_owned()),
        }
    }

    fn weighed(&self, text: &str, vector: &[f32], shares: &[f32]) -> Said {
        let weighed = match (self.ngrams(), &self.documents) {
            (Some(ngrams), Some(documents)) => documents.weigh(&ngrams.count(text), ngrams),
            _ => Vec::new(),
        };
        let last = [self.rules.flags(text), shares.to_vec()].concat();
        let features = joined(vector, weighed, self.ngrams(), &last);
        let logits = self.weights.logits(&features);
        let (best, confidence) = measure::likeliest(&logits, self.temperature());
        let shares = softmax::probabilities(&logits, self.temperature());
        Said {
            label: self.labels().get(best).cloned().unwrap_or_default(),
            confidence,
            is_abstaining: self.threshold().is_some_and(|least| confidence < least),
            shares: self.labels().iter().cloned().zip(shares).collect(),
            rule: None,
        }
    }
}

/// What a `model.call` with these arguments has classified: what it is about, or else its prompt.
pub fn asked(args: &serde_json::Value) -> Option<&str> {
    let text = |name: &str| args.get(name).and_then(serde_json::Value::as_str);
    text("about").or_else(|| text("prompt"))
}

/// Features side by side: the vector, the buckets, and last the flags with what a language model takes the text for.
fn joined(vector: &[f32], weighed: Vec<(u32, f32)>, ngrams: Option<Ngrams>, last: &[f32]) -> Features {
    let mut features: Features = Vec::with_capacity(vector.len() + weighed.len() + last.len());
    let buckets = ngrams.map_or(0, Ngrams::buckets);
    features.extend((0..).zip(vector.iter().copied()));
    // A head has far fewer features than 2^32: the shelf refuses larger ones.
    let first = vector.len() as u32;
    features.extend(weighed.into_iter().map(|(bucket, weight)| (first + bucket, weight)));
    let last = (first + buckets as u32..).zip(last.iter().copied());
    features.extend(last.filter(|(_, value)| *value != 0.0));
    features
}

/// How many features each block has: the vector, words, characters, flags, and what a language model says of each of
/// `advised` labels.
fn widths(dimensions: usize, ngrams: Option<Ngrams>, rules: &Rules, advised: Option<usize>) -> Vec<usize> {
    let pieces = ngrams.map(|ngrams| [ngrams.words as usize, ngrams.characters as usize]);
    [dimensions]
        .into_iter()
        .chain(pieces.into_iter().flatten())
        .chain([rules.features()])
        .chain(advised)
        .collect()
}

#[cfg(test)]
mod tests;

//! Texts as vectors: what is alike in meaning has a small angle between.
//!
//! ```text
//! texts ─► tokenizer ─► rows of tokens, many texts in one block ─► six layers ─► mean ─► length 1
//!          (each thread takes the next texts, and then the next blocks; no thread waits for another)
//! ```
//!
//! One architecture: BERT as sentence-transformers trains it (MiniLM). In a block no text is padded: the rows of all its
//! texts go through one product of matrices, and only attention is counted text by text. A vector depends on its text
//! alone, whatever stands beside it. Nothing here keeps vectors or compares them.

mod arithmetic;
mod forward;
mod kept;
mod product;
mod weights;

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tokenizers::{Tokenizer, TruncationDirection, TruncationParams, TruncationStrategy};

use self::forward::Scratch;
pub use self::kept::{KeepError, KeptEmbedder};
use self::weights::Weights;
use super::local::LoadError;
use super::sha256::Sha256;
use super::store::PulledModel;

/// The most rows of a block, unless one text has more: beyond it products of matrices become no faster.
const MOST_ROWS: usize = 384;
/// The fewest rows of a block, where there are more: below it products become slow.
const FEWEST_ROWS: usize = 64;
/// Blocks that there are at least, so that each core has some of a few texts. It is not the number of cores: a vector is the
/// same, bit by bit, on every number of them.
const SHARES: usize = 4;
/// Texts that a thread splits into tokens at a time.
const TEXTS: usize = 32;
/// Bytes that are looked at of a text, for each token that is kept: longer than any word is in a vocabulary.
const BYTES: usize = 400;

/// A model that gives vectors, in memory.
pub struct Embedder {
    tokenizer: Tokenizer,
    weights: Weights,
    /// Tokens of a text that are read, the two at its ends included.
    most: usize,
}

/// Vectors of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    /// One for each text, in their order: [`Embedder::dimensions`] numbers whose squares add up to 1.
    pub vectors: Vec<Vec<f32>>,
    /// Tokens of all texts that were read.
    pub tokens: u64,
    /// The texts, by index, that are longer than the model reads: their ends are not in their vectors.
    pub truncated: Vec<usize>,
}

/// Why there are no vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmbedError {
    /// The tokenizer cannot split a text.
    #[error("text {index} cannot be split into tokens: {why}")]
    Tokenizer {
        /// Which text, counted from 0.
        index: usize,
        /// What the library said.
        why: String,
    },
    /// The caller stopped it.
    #[error("stopped")]
    Stopped,
}

impl Embedder {
    /// Loads a model of the store: weights, `config.json` and `tokenizer.json`. Every byte is checked against its digest.
    ///
    /// # Errors
    /// A file is missing, damaged, or asks for another computation than this one.
    pub fn load(model: &PulledModel) -> Result<Self, LoadError> {
        let beside = |name: &str| {
            let found = model.beside.iter().find(|file| file.name == name);
            let found = found.ok_or_else(|| LoadError::Unsupported {
                path: model.path.clone(),
                what: format!("a model without `{name}`"),
            })?;
            read(&found.path, found.sha256).map(|bytes| (found.path.as_path(), bytes))
        };
        let (path, bytes) = beside("config.json")?;
        let config = weights::config(&bytes).map_err(|fault| fault.at(path))?;
        let most = usize::try_from(model.context)
            .unwrap_or(usize::MAX)
            .min(config.positions());
        let (path, bytes) = beside("tokenizer.json")?;
        let tokenizer = tokenizer(&bytes, most).map_err(|why| damaged(path, why))?;
        if let Some(id) = strange_id(&tokenizer, config.vocabulary()) {
            let why = format!(
                "it gives a token the number {id}, and the weights have {} tokens, counted from 0",
                config.vocabulary()
            );
            return Err(damaged(path, why));
        }
        let bytes = read(&model.path, model.sha256)?;
        let weights = Weights::read(&bytes, &config).map_err(|fault| fault.at(&model.path))?;
        Ok(Self {
            tokenizer,
            weights,
            most,
        })
    }

    /// Numbers of a vector.
    pub fn dimensions(&self) -> usize {
        self.weights.width
    }

    /// Tokens of a text that are read.
    pub fn most_tokens(&self) -> usize {
        self.most
    }

    /// The vectors of `texts`, on every core. Blocks its thread; `stop` ends it between two blocks.
    ///
    /// # Errors
    /// A text cannot be split, or it was stopped.
    pub fn embed(&self, texts: &[&str], stop: &AtomicBool) -> Result<Embedded, EmbedError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        self.embed_on(threads, texts, stop)
    }

    /// The same on so many threads.
    ///
    /// # Errors
    /// As for [`Embedder::embed`].
    pub fn embed_on(&self, threads: usize, texts: &[&str], stop: &AtomicBool) -> Result<Embedded, EmbedError> {
        let pieces: Vec<&[&str]> = texts.chunks(TEXTS).collect();
        let split = each(threads, pieces.len(), stop, |_: &mut (), at| {
            self.split(pieces[at], at * TEXTS)
        })?;
        let split: Vec<Split> = split.into_iter().flatten().collect();
        let blocks = blocks(&split);
        let vectors = each(threads, blocks.len(), stop, |scratch: &mut Scratch, at| {
            let ids: Vec<&[u32]> = split[blocks[at].clone()].iter().map(|one| one.ids.as_slice()).collect();
            Ok(self.weights.vectors(&ids, scratch))
        })?;
        Ok(Embedded {
            vectors: vectors.into_iter().flatten().collect(),
            tokens: split.iter().map(|one| one.ids.len() as u64).sum(),
            truncated: (0..split.len()).filter(|at| split[*at].is_cut).collect(),
        })
    }

    /// The tokens of a few texts, the first of which is number `first`.
    fn split(&self, texts: &[&str], first: usize) -> Result<Vec<Split>, EmbedError> {
        let split = texts.iter().enumerate().map(|(at, text)| {
            let (text, is_part) = beginning(text, self.most.saturating_mul(BYTES));
            let encoding = self.tokenizer.encode_fast(text, true);
            let encoding = encoding.map_err(|error| EmbedError::Tokenizer {
                index: first + at,
                why: error.to_string(),
            })?;
            Ok(Split {
                ids: encoding.get_ids().to_vec(),
                is_cut: is_part || !encoding.get_overflowing().is_empty(),
            })
        });
        split.collect()
    }
}

/// The tokens of a text.
struct Split {
    ids: Vec<u32>,
    is_cut: bool,
}

/// At most `bytes` bytes of `text`, in whole characters, and whether that is less than all: a text of a gigabyte costs no more
/// than what is read of it.
pub(super) fn beginning(text: &str, bytes: usize) -> (&str, bool) {
    if text.len() <= bytes {
        return (text, false);
    }
    let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    (&text[..end], true)
}

/// Texts that go through the layers together, and at least one.
fn blocks(split: &[Split]) -> Vec<std::ops::Range<usize>> {
    let all: usize = split.iter().map(|one| one.ids.len()).sum();
    let most = all.div_ceil(SHARES).clamp(FEWEST_ROWS, MOST_ROWS);
    let mut blocks = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for (at, one) in split.iter().enumerate() {
        if at > start && rows + one.ids.len() > most {
            blocks.push(start..at);
            (start, rows) = (at, 0);
        }
        rows += one.ids.len();
    }
    if start < split.len() {
        blocks.push(start..split.len());
    }
    blocks
}

/// What `work` gives for 0 to `count` - 1, in this order; whichever thread is free takes the next. Each thread has a state of
/// its own.
fn each<S: Default, T: Send>(
    threads: usize,
    count: usize,
    stop: &AtomicBool,
    work: impl Fn(&mut S, usize) -> Result<T, EmbedError> + Sync,
) -> Result<Vec<T>, EmbedError> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<T, EmbedError>)>> = Mutex::new(Vec::with_capacity(count));
    let take = || {
        let mut state = S::default();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= count || stop.load(Ordering::Relaxed) {
                return;
            }
            let result = work(&mut state, at);
            results
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((at, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(count) {
            scope.spawn(take);
        }
        take();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    if results.len() < count {
        return Err(EmbedError::Stopped);
    }
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// The whole file at `path`, once its digest is right.
fn read(path: &Path, expected: Sha256) -> Result<Vec<u8>, LoadError> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => LoadError::Missing { path: path.to_owned() },
        _ => LoadError::Unreadable {
            path: path.to_owned(),
            why: error.to_string(),
        },
    };
    let mut bytes = Vec::new();
    let mut file = File::open(path).map_err(unreadable)?;
    file.read_to_end(&mut bytes).map_err(unreadable)?;
    let found = Sha256::of_reader(bytes.as_slice()).map_err(unreadable)?;
    if found == expected {
        return Ok(bytes);
    }
    Err(damaged(path, format!("its SHA-256 is {found} instead of {expected}")))
}

fn damaged(path: &Path, why: String) -> LoadError {
    let path = path.to_owned();
    LoadError::Damaged { path, why }
}

/// A number that `tokenizer` may give and `vocabulary` tokens do not have. There may be fewer tokens than numbers: some
/// vocabularies have gaps. What stands around each text is written beside the vocabulary, and looked at too.
fn strange_id(tokenizer: &Tokenizer, vocabulary: usize) -> Option<u32> {
    let known = tokenizer.get_vocab(true).into_values();
    let around = tokenizer.encode_fast("", true).map(|around| around.get_ids().to_vec());
    let all = known.chain(around.unwrap_or_default());
    all.max().filter(|id| *id as usize >= vocabulary)
}

/// The tokenizer with our own bounds: the published one pads every text to 128 tokens and cuts it there.
fn tokenizer(bytes: &[u8], most: usize) -> Result<Tokenizer, String> {
    let mut tokenizer = Tokenizer::from_bytes(bytes).map_err(|error| error.to_string())?;
    tokenizer.with_padding(None);
    let truncation = TruncationParams {
        direction: TruncationDirection::Right,
        max_length: most,
        strategy: TruncationStrategy::LongestFirst,
        stride: 0,
    };
    tokenizer
        .with_truncation(Some(truncation))
        .map_err(|error| error.to_string())?;
    Ok(tokenizer)
}

#[cfg(test)]
mod tests;

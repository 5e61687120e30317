//! A head as a file: JSON without fractions, signed.
//!
//! Weights are whole numbers from -127 to 127 with one scale for each label and block of features. The signature is
//! over the RFC 8785 form of everything else in the file, as it was read: nothing is written again to verify it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::examples::MOST_LABELS;
use super::ngrams::{Documents, Ngrams};
use super::rules::{Rule, Rules, RulesError};
use super::softmax::Weights;
use super::{Head, Language, Parts, Training, Vectors, widths};
use crate::capsule::starter::is_name;
use crate::digest::{Digest, canonical};
use crate::models::Sha256;
use crate::policy::Signed;

/// What the files say that they are.
const SCHEMA: &str = "somagent.dev/head/v1";
/// What is signed starts with this: a signature over a head is one over nothing else.
const DOMAIN: &[u8] = b"somagent head v1\n";
/// The largest file, in bytes.
pub(super) const LARGEST_FILE: u64 = 256 * 1024 * 1024;
/// The most buckets of one kind.
const MOST_BUCKETS: u32 = 1 << 20;
/// The most numbers of a vector.
const MOST_DIMENSIONS: usize = 1 << 16;

/// A head that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// It is no JSON, or has another form.
    #[error("it is no head that this version reads: {why}")]
    Form {
        /// What is wrong with it.
        why: String,
    },
    /// Nobody signed it.
    #[error("it is not signed")]
    Unsigned,
    /// Somebody else signed it, and this store does not know them.
    #[error("it is signed by `{key}`, which is not the key of this store")]
    Stranger {
        /// Whose key it names.
        key: String,
    },
    /// The signature does not fit: it was changed since.
    #[error("its signature does not fit: it was changed after it was signed")]
    Tampered,
    /// A rule cannot be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The vectors that are here are not those that it was trained on.
    #[error("the head `{head}` needs vectors of `{model}` (sha256 {expected}), and the model here has sha256 {found}")]
    OtherVectors {
        /// The head.
        head: String,
        /// The model that it needs.
        model: String,
        /// Its digest.
        expected: Sha256,
        /// The digest of the model that is here.
        found: Sha256,
    },
    /// The language model that it was trained with is not here.
    #[error("the head `{head}` was trained with the language model `{model}` (sha256 {sha256}), which is not here")]
    WithoutLanguage {
        /// The head.
        head: String,
        /// The model.
        model: String,
        /// Its digest.
        sha256: String,
    },
}

/// A head as it is written, its signature apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    schema: String,
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) labels: Vec<String>,
    pub(super) vectors: Vectors,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<Language>,
    pieces: Option<Pieces>,
    rules: Vec<Rule>,
    weights: Packed,
    /// In millionths.
    pub(super) temperature: u32,
    /// In millionths.
    pub(super) threshold: Option<u32>,
    pub(super) training: Training,
}

/// Pieces of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pieces {
    buckets: Ngrams,
    texts: u32,
    /// For each bucket, the texts that have it: LEB128, base64.
    containing: String,
}

/// Weights, in blocks of features: the vector, words, characters, flags, what a language model says of each label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Packed {
    blocks: Vec<Block>,
    /// One for each label: 32-bit floats, little-endian, base64.
    bias: String,
}

/// Weights of some features.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    /// What 1 stands for, for each label: 32-bit floats, little-endian, base64.
    scales: String,
    /// Feature by feature, one for each label: signed bytes, base64.
    values: String,
}

impl Document {
    pub(super) fn ngrams(&self) -> Option<Ngrams> {
        self.pieces.as_ref().map(|pieces| pieces.buckets)
    }

    fn of(parts: Parts) -> Self {
        let Parts {
            name,
            version,
            labels,
            vectors,
            language,
            ngrams,
            rules,
            weights,
            temperature,
            threshold,
            training,
        } = parts;
        let buckets = ngrams.as_ref().map(|(ngrams, _)| *ngrams);
        let advised = language.as_ref().map(|_| labels.len());
        let widths = widths(vectors.dimensions, buckets, &rules, advised);
        let pieces = ngrams.map(|(buckets, documents)| Pieces {
            buckets,
            texts: documents.texts,
            containing: BASE64.encode(leb128(&documents.containing)),
        });
        Self {
            schema: SCHEMA.to_owned(),
            name,
            version,
            labels,
            vectors,
            language,
            pieces,
            rules: rules.written().cloned().collect(),
            weights: pack(&weights, &widths),
            temperature,
            threshold,
            training,
        }
    }

    /// Everything in it fits together.
    fn open(self, digest: Digest) -> Result<Head, HeadError> {
        let is_sound = self.schema == SCHEMA
            && is_name(&self.name)
            && self.version > 0
            && (2..=MOST_LABELS).contains(&self.labels.len())
            && self.vectors.dimensions <= MOST_DIMENSIONS
            && self.temperature > 0;
        if !is_sound {
            return Err(form(
                "its schema, name, version, labels, vectors or temperature are out of bounds",
            ));
        }
        let rules = Rules::new(self.rules.clone())?;
        let documents = self.pieces.as_ref().map(Pieces::open).transpose()?;
        let advised = self.language.as_ref().map(|_| self.labels.len());
        let widths = widths(self.vectors.dimensions, self.ngrams(), &rules, advised);
        let weights = unpack(&self.weights, self.labels.len(), &widths)?;
        Ok(Head {
            document: self,
            digest,
            rules,
            documents,
            weights,
        })
    }
}

impl Pieces {
    fn open(&self) -> Result<Documents, HeadError> {
        let Ngrams { words, characters } = self.buckets;
        let is_sound = (1..=MOST_BUCKETS).contains(&words) && (1..=MOST_BUCKETS).contains(&characters);
        let containing = BASE64.decode(&self.containing).ok().as_deref().and_then(from_leb128);
        match containing {
            Some(containing) if is_sound && containing.len() == self.buckets.buckets() => Ok(Documents {
                texts: self.texts,
                containing,
            }),
            Some(_) | None => Err(form("the counts of its pieces do not fit its buckets")),
        }
    }
}

impl Head {
    /// A head of what was learnt: its weights are those that its file has.
    pub(super) fn of(parts: Parts) -> Result<Self, HeadError> {
        let document = Document::of(parts);
        let value = serde_json::to_value(&document).map_err(|error| form(&error.to_string()))?;
        document.open(Digest::of_json(&value))
    }

    /// Its file, signed by `key`.
    ///
    /// # Errors
    /// It has no JSON form.
    pub fn signed(&self, key: &SigningKey) -> Result<Vec<u8>, HeadError> {
        let mut value = serde_json::to_value(&self.document).map_err(|error| form(&error.to_string()))?;
        let signed = Signed::over(key, &message(&value));
        value["signature"] = json!(signed);
        let mut bytes = canonical(&value);
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a file that one of `keys` (`ed25519:…`) signed.
    ///
    /// # Errors
    /// It is not signed by one of them, was changed since, or cannot be used.
    pub fn open(bytes: &[u8], keys: &[String]) -> Result<Self, HeadError> {
        let (value, signed) = parts(bytes)?;
        let signed = signed.ok_or(HeadError::Unsigned)?;
        if !keys.contains(&signed.key) {
            return Err(HeadError::Stranger { key: signed.key });
        }
        if !signed.is_over(&message(&value)) {
            return Err(HeadError::Tampered);
        }
        read(value)
    }

    /// Reads a head that comes with this build.
    pub(super) fn built_in(bytes: &[u8]) -> Result<Self, HeadError> {
        read(parts(bytes)?.0)
    }
}

/// What the file says, and who signed it.
fn parts(bytes: &[u8]) -> Result<(Value, Option<Signed>), HeadError> {
    let mut value: Value = serde_json::from_slice(bytes).map_err(|error| form(&error.to_string()))?;
    let object = value.as_object_mut().ok_or_else(|| form("it is no JSON object"))?;
    let signed = object.remove("signature").map(serde_json::from_value).transpose();
    let signed = signed.map_err(|error| form(&format!("its signature: {error}")))?;
    Ok((value, signed))
}

fn read(value: Value) -> Result<Head, HeadError> {
    let digest = Digest::of_json(&value);
    let document: Document = serde_json::from_value(value).map_err(|error| form(&error.to_string()))?;
    document.open(digest)
}

fn message(value: &Value) -> Vec<u8> {
    [DOMAIN, &canonical(value)].concat()
}

fn form(why: &str) -> HeadError {
    HeadError::Form { why: why.to_owned() }
}

/// The nearest whole numbers of scales that fit the largest weight of each label and block.
fn pack(weights: &Weights, widths: &[usize]) -> Packed {
    let labels = weights.labels;
    let mut rest = weights.weights.as_slice();
    let blocks = widths.iter().map(|width| {
        let (block, others) = rest.split_at((width * labels).min(rest.len()));
        rest = others;
        let of_label = |label: usize| block.iter().skip(label).step_by(labels);
        let scale = |label: usize| of_label(label).fold(0f32, |most, weight| most.max(weight.abs())) / 127.0;
        let scales: Vec<f32> = (0..labels).map(scale).collect();
        let value = |(at, weight): (usize, &f32)| match scales[at % labels] {
            0.0 => 0,
            scale => (weight / scale).round().clamp(-127.0, 127.0) as i8,
        };
        let values: Vec<u8> = block.iter().enumerate().map(value).flat_map(i8::to_le_bytes).collect();
        Block {
            scales: floats(&scales),
            values: BASE64.encode(values),
        }
    });
    Packed {
        blocks: blocks.collect(),
        bias: floats(&weights.bias),
    }
}

fn unpack(packed: &Packed, labels: usize, widths: &[usize]) -> Result<Weights, HeadError> {
    let wrong = || form("its weights do not fit its labels and features");
    if packed.blocks.len() != widths.len() {
        return Err(wrong());
    }
    let mut weights = Vec::new();
    for (block, width) in packed.blocks.iter().zip(widths) {
        let scales = from_floats(&block.scales, labels).ok_or_else(wrong)?;
        let values = BASE64.decode(&block.values).map_err(|_| wrong())?;
        if values.len() != width * labels {
            return Err(wrong());
        }
        let values = values.into_iter().map(|byte| f32::from(i8::from_le_bytes([byte])));
        weights.extend(values.zip(scales.iter().cycle()).map(|(value, scale)| value * scale));
    }
    Ok(Weights {
        labels,
        weights,
        bias: from_floats(&packed.bias, labels).ok_or_else(wrong)?,
    })
}

fn floats(numbers: &[f32]) -> String {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    BASE64.encode(bytes)
}

/// So many numbers, all of them finite.
fn from_floats(text: &str, count: usize) -> Option<Vec<f32>> {
    let bytes = BASE64.decode(text).ok()?;
    let (numbers, rest) = bytes.as_chunks::<4>();
    let numbers: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let is_sound = rest.is_empty() && numbers.len() == count && numbers.iter().all(|number| number.is_finite());
    is_sound.then_some(numbers)
}

/// Seven bits a byte, the lowest first (DWARF 5, 7.6).
fn leb128(numbers: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(numbers.len());
    for number in numbers {
        let mut rest = *number;
        while rest > 0x7f {
            bytes.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }
    bytes
}

fn from_leb128(bytes: &[u8]) -> Option<Vec<u32>> {
    let mut numbers = Vec::new();
    let (mut number, mut shift) = (0u32, 0);
    for byte in bytes {
        number |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            numbers.push(number);
            (number, shift) = (0, 0);
        } else {
            shift += 7;
        }
    }
    (shift == 0).then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_their_bytes() {
        let numbers = [0, 1, 127, 128, 300, 16_384, u32::MAX];
        assert_eq!(from_leb128(&leb128(&numbers)).unwrap(), numbers);
        assert_eq!(from_leb128(&[0x80]), None);
        assert_eq!(from_leb128(&[0xff; 6]), None);
        assert_eq!(from_floats(&floats(&[1.5, -2.0]), 2).unwrap(), [1.5, -2.0]);
        assert_eq!(from_floats(&floats(&[f32::NAN]), 1), None);
        assert_eq!(from_floats(&floats(&[1.0]), 2), None);
    }

    #[test]
    fn weights_survive_to_within_half_a_step() {
        let weights = Weights {
            labels: 2,
            weights: vec![0.5, -3.0, 1.0, 0.01, 0.0, 0.0, 7.0, 0.0],
            bias: vec![0.25, -0.25],
        };
        let back = unpack(&pack(&weights, &[2, 2]), 2, &[2, 2]).unwrap();
        for (old, new) in weights.weights.iter().zip(&back.weights) {
            assert!((old - new).abs() <= 7.0 / 254.0, "{old} {new}");
        }
        assert_eq!(back.bias, weights.bias);
        assert!(unpack(&pack(&weights, &[2, 2]), 2, &[3, 1]).is_err());
    }
}

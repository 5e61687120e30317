//! Texts to token ids and back, from a GGUF file's own vocabulary.
//!
//! Byte-level BPE of the family `smollm`: digits alone, GPT-2's split, no space put in front.
//! Special tokens are never read out of a text: whoever wants one names its id, so what a page or
//! a tool says cannot end a turn. Checked token by token against llama.cpp
//! (`tests/recordings/llama-cpp`). Characters that the vocabulary cannot spell are dropped, as there.

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value;
use tokenizers::models::bpe::BPE;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;

use super::gguf::Fault;

/// The token type of control tokens and of tokens that a user added (llama.cpp `llama_token_type`).
const SPECIAL_TYPES: [i32; 2] = [3, 4];

pub(super) struct Tokenizer {
    bpe: tokenizers::Tokenizer,
    /// What every token writes: `bytes[ends[id - 1]..ends[id]]`.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Bytes of the token that writes most, at least 1.
    longest: usize,
    /// Special tokens, the longest first.
    special: Vec<(String, u32)>,
    end_of_turn: u32,
}

impl Tokenizer {
    pub(super) fn from_metadata(metadata: &HashMap<String, Value>) -> Result<Self, Fault> {
        let name = |key: &str| match metadata.get(key) {
            Some(Value::String(text)) => text.as_str(),
            Some(_) | None => "",
        };
        let family = (name("tokenizer.ggml.model"), name("tokenizer.ggml.pre"));
        if family != ("gpt2", "smollm") {
            return Err(Fault::Unsupported(format!(
                "the tokenizer `{}` with `{}`",
                family.0, family.1
            )));
        }
        for key in ["tokenizer.ggml.add_bos_token", "tokenizer.ggml.add_space_prefix"] {
            if matches!(metadata.get(key), Some(Value::Bool(true))) {
                return Err(Fault::Unsupported(format!("`{key}`")));
            }
        }
        let tokens = texts(metadata, "tokenizer.ggml.tokens")?;
        let types = token_types(metadata, tokens.len())?;
        let end_of_turn = match metadata.get("tokenizer.ggml.eos_token_id") {
            Some(Value::U32(id)) if (*id as usize) < tokens.len() => *id,
            Some(_) | None => {
                return Err(Fault::Damaged(
                    "it names no end-of-turn token of its vocabulary".to_owned(),
                ));
            }
        };
        let spelled = spelling();
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(tokens.len());
        let mut special = Vec::new();
        let mut longest = 1;
        for (id, (token, kind)) in tokens.iter().zip(&types).enumerate() {
            if SPECIAL_TYPES.contains(kind) {
                bytes.extend_from_slice(token.as_bytes());
                special.push(((*token).clone(), id as u32));
            } else {
                bytes.extend(token.chars().filter_map(|char| spelled.get(&char)));
            }
            longest = longest.max(bytes.len() - ends.last().copied().unwrap_or(0));
            ends.push(bytes.len());
        }
        if !special.iter().any(|(_, id)| *id == end_of_turn) {
            return Err(Fault::Unsupported(
                "an end-of-turn token that is ordinary text".to_owned(),
            ));
        }
        special.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Ok(Self {
            bpe: byte_level_bpe(metadata, &tokens)?,
            bytes,
            ends,
            longest,
            special,
            end_of_turn,
        })
    }

    /// The ids of `text`, none of them special.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        let encoding = self.bpe.encode_fast(text, false).map_err(|error| error.to_string())?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The bytes that token `id` writes; they may be part of a character.
    pub(super) fn bytes(&self, id: u32) -> &[u8] {
        let index = id as usize;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(index).copied().unwrap_or_default();
        self.bytes.get(start.unwrap_or(0)..end).unwrap_or_default()
    }

    /// How many tokens there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The most bytes that one token writes, at least 1.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Texts and ids of the special tokens, the longest text first.
    pub(super) fn special(&self) -> &[(String, u32)] {
        &self.special
    }

    pub(super) fn is_special(&self, id: u32) -> bool {
        self.special.iter().any(|(_, special)| *special == id)
    }

    pub(super) fn end_of_turn(&self) -> u32 {
        self.end_of_turn
    }
}

fn byte_level_bpe(metadata: &HashMap<String, Value>, tokens: &[&String]) -> Result<tokenizers::Tokenizer, Fault> {
    let vocabulary = tokens.iter().zip(0u32..).map(|(token, id)| ((*token).clone(), id));
    let mut merges = Vec::new();
    for merge in texts(metadata, "tokenizer.ggml.merges")? {
        match merge.split_once(' ') {
            Some((left, right)) => merges.push((left.to_owned(), right.to_owned())),
            None => return Err(Fault::Damaged(format!("`{merge}` is no merge of two tokens"))),
        }
    }
    let bpe = BPE::builder()
        .vocab_and_merges(vocabulary.collect::<tokenizers::models::bpe::Vocab>(), merges)
        .build()
        .map_err(|error| Fault::Damaged(format!("its vocabulary and merges do not fit together: {error}")))?;
    let mut tokenizer = tokenizers::Tokenizer::new(bpe);
    let split: Vec<PreTokenizerWrapper> = vec![Digits::new(true).into(), ByteLevel::new(false, true, true).into()];
    tokenizer.with_pre_tokenizer(Some(Sequence::new(split)));
    Ok(tokenizer)
}

fn texts<'a>(metadata: &'a HashMap<String, Value>, key: &str) -> Result<Vec<&'a String>, Fault> {
    let texts = match metadata.get(key) {
        Some(Value::Array(values)) => values.iter().map(|value| value.to_string().ok()).collect(),
        Some(_) | None => None,
    };
    texts.ok_or_else(|| Fault::Damaged(format!("`{key}` is missing or no list of texts")))
}

fn token_types(metadata: &HashMap<String, Value>, count: usize) -> Result<Vec<i32>, Fault> {
    let types = match metadata.get("tokenizer.ggml.token_type") {
        Some(Value::Array(values)) if values.len() == count => values.iter().map(|value| value.to_i32().ok()).collect(),
        Some(_) | None => None,
    };
    types.ok_or_else(|| Fault::Damaged("its tokens and their types do not fit together".to_owned()))
}

/// The character that stands for each byte in a byte-level vocabulary (GPT-2 `bytes_to_unicode`).
fn spelling() -> HashMap<char, u8> {
    let printable = |byte: u8| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let own = (0..=255u8)
        .filter(|byte| printable(*byte))
        .map(|byte| (char::from(byte), byte));
    let moved = (0..=255u8).filter(|byte| !printable(*byte)).zip('\u{100}'..);
    own.chain(moved.map(|(byte, char)| (char, byte))).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::path::Path;

    use serde::Deserialize;

    use crate::models::fixture;
    use crate::models::sha256::Sha256;

    #[derive(Deserialize)]
    struct Recording {
        corpus_sha256: Sha256,
        count: usize,
        sha256: Sha256,
        chunks: Vec<(usize, String)>,
        samples: Vec<(String, Vec<u32>)>,
    }

    fn recordings() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/llama-cpp")
    }

    fn digest(ids: &[u32]) -> Sha256 {
        let bytes: Vec<u8> = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
        Sha256::of_reader(&bytes[..]).unwrap()
    }

    #[test]
    fn every_token_of_a_large_mixed_text_is_that_of_llama_cpp() {
        let recording = std::fs::read(recordings().join("tokens.json")).unwrap();
        let recording: Recording = serde_json::from_slice(&recording).unwrap();
        let tokenizer = fixture::model().tokenizer();
        for (text, ids) in &recording.samples {
            assert_eq!(&tokenizer.encode(text).unwrap(), ids, "{text:?}");
        }
        let archive = std::fs::File::open(recordings().join("corpus.zip")).unwrap();
        let mut corpus = String::new();
        let mut archive = zip::ZipArchive::new(archive).unwrap();
        archive
            .by_name("corpus.txt")
            .unwrap()
            .read_to_string(&mut corpus)
            .unwrap();
        assert_eq!(Sha256::of_reader(corpus.as_bytes()).unwrap(), recording.corpus_sha256);
        let mut at = 0;
        for (index, (length, expected)) in recording.chunks.iter().enumerate() {
            let chunk = &corpus[at..at + length];
            let found = digest(&tokenizer.encode(chunk).unwrap()).to_string();
            assert_eq!(&found[..16], expected, "chunk {index} at byte {at}: {chunk:?}");
            at += length;
        }
        let ids = tokenizer.encode(&corpus).unwrap();
        assert_eq!((ids.len(), digest(&ids)), (recording.count, recording.sha256));
    }

    #[test]
    fn tokens_write_back_what_they_were_read_from() {
        let tokenizer = fixture::model().tokenizer();
        let text = "Grüße 👩🏽‍🚀, 3 × 14\u{3000}<|im_end|>\r\n";
        let ids = tokenizer.encode(text).unwrap();
        assert!(
            !ids.iter().any(|id| tokenizer.is_special(*id)),
            "a text names no special token"
        );
        let bytes: Vec<u8> = ids.iter().flat_map(|id| tokenizer.bytes(*id)).copied().collect();
        assert_eq!(String::from_utf8(bytes).unwrap(), text);
        assert_eq!(tokenizer.bytes(u32::MAX), b"");
    }
}

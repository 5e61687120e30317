//! Texts to token ids and back, from a GGUF file's own vocabulary.
//!
//! Two kinds: byte-level BPE, split as each family splits (`split`), and SentencePiece (`pieces`). Special tokens are
//! never read out of a text: whoever wants one names its id, so what a page or a tool says cannot end a turn. Checked
//! token by token against llama.cpp (`tests/recordings/llama-cpp`). Characters that a byte-level vocabulary cannot
//! spell are dropped, as there.

mod pieces;
mod split;

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value;
use tokenizers::models::bpe::BPE;

use self::pieces::Pieces;
use self::split::Split;
use super::gguf::{Fault, damaged, unsupported};

/// Token types (llama.cpp `llama_token_type`).
const CONTROL: i32 = 3;
const USER_DEFINED: i32 = 4;
const BYTE: i32 = 6;

/// Control tokens that end a turn, where the chat template writes them; what a file calls its end may be the end of a
/// text instead.
const TURN_ENDS: [&str; 3] = ["<|im_end|>", "<|eot_id|>", "<|end|>"];

pub(super) struct Tokenizer {
    encoder: Encoder,
    /// What every token writes: `bytes[ends[id - 1]..ends[id]]`.
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Bytes of the token that writes most, at least 1.
    longest: usize,
    /// Special tokens, the longest first.
    special: Vec<(String, u32)>,
    /// Those of them that end an answer when they are written.
    control: Vec<u32>,
    beginning: Option<u32>,
    adds_beginning: bool,
    end_of_turn: u32,
}

enum Encoder {
    ByteLevel(Box<tokenizers::Tokenizer>),
    Pieces(Pieces),
}

impl Tokenizer {
    pub(super) fn from_metadata(metadata: &HashMap<String, Value>) -> Result<Self, Fault> {
        let text = |key: &str| match metadata.get(key) {
            Some(Value::String(text)) => text.as_str(),
            Some(_) | None => "",
        };
        let flag = |key: &str| match metadata.get(key) {
            Some(Value::Bool(flag)) => Some(*flag),
            Some(_) | None => None,
        };
        let tokens = texts(metadata, "tokenizer.ggml.tokens")?;
        let types = token_types(metadata, tokens.len())?;
        let named = |key: &str| match metadata.get(key) {
            Some(Value::U32(id)) if (*id as usize) < tokens.len() => Ok(Some(*id)),
            Some(_) => damaged(format!("`{key}` names no token of its vocabulary")),
            None => Ok(None),
        };
        let (kind, pre) = (text("tokenizer.ggml.model"), text("tokenizer.ggml.pre"));
        let split = Split::of(pre);
        let (encoder, adds_by_default) = match (kind, split) {
            ("gpt2", Some(split)) => {
                let merges = texts(metadata, "tokenizer.ggml.merges")?;
                let bpe = byte_level_bpe(split, &tokens, &types, &merges)?;
                (Encoder::ByteLevel(Box::new(bpe)), split.adds_beginning())
            }
            ("llama", _) => {
                let scores = scores(metadata, tokens.len())?;
                let in_front = flag("tokenizer.ggml.add_space_prefix").unwrap_or(true);
                (Encoder::Pieces(Pieces::new(&tokens, &types, scores, in_front)), true)
            }
            _ => return unsupported(format!("the tokenizer `{kind}` with `{pre}`")),
        };
        if kind == "gpt2" && flag("tokenizer.ggml.add_space_prefix") == Some(true) {
            return unsupported("`tokenizer.ggml.add_space_prefix`");
        }
        let mut bytes = Vec::new();
        let mut ends = Vec::with_capacity(tokens.len());
        let mut special = Vec::new();
        let mut longest = 1;
        let spelled = spelling();
        for (id, (token, kind)) in tokens.iter().zip(&types).enumerate() {
            if is_special(*kind) {
                if token.is_empty() {
                    return damaged("a special token of its vocabulary is empty");
                }
                bytes.extend_from_slice(token.as_bytes());
                special.push(((*token).clone(), id as u32));
            } else {
                match &encoder {
                    Encoder::ByteLevel(_) => bytes.extend(token.chars().filter_map(|char| spelled.get(&char))),
                    Encoder::Pieces(_) => pieces::spell(token, *kind, &mut bytes),
                }
            }
            longest = longest.max(bytes.len() - ends.last().copied().unwrap_or(0));
            ends.push(bytes.len());
        }
        let template = text("tokenizer.chat_template");
        let by_name = TURN_ENDS.iter().filter(|name| template.contains(**name));
        let found = by_name.filter_map(|name| special.iter().find(|(token, _)| token == name).map(|(_, id)| *id));
        let Some(end_of_turn) = found.max().or(named("tokenizer.ggml.eos_token_id")?) else {
            return damaged("it names no end-of-turn token of its vocabulary");
        };
        // Wrong ids are found even where another token ends the turn.
        named("tokenizer.ggml.eos_token_id")?;
        if !special.iter().any(|(_, id)| *id == end_of_turn) {
            return unsupported("an end-of-turn token that is ordinary text");
        }
        special.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        let control = (0..)
            .zip(&types)
            .filter(|(_, kind)| **kind == CONTROL)
            .map(|(id, _)| id);
        let mut control: Vec<u32> = control.collect();
        control.push(end_of_turn);
        Ok(Self {
            encoder,
            bytes,
            ends,
            longest,
            special,
            control,
            beginning: named("tokenizer.ggml.bos_token_id")?,
            adds_beginning: flag("tokenizer.ggml.add_bos_token").unwrap_or(adds_by_default),
            end_of_turn,
        })
    }

    /// The ids of `text` where it goes on after something: no space is put in front of it.
    pub(super) fn encode_within(&self, text: &str) -> Result<Vec<u32>, String> {
        match &self.encoder {
            Encoder::ByteLevel(_) => self.encode(text),
            Encoder::Pieces(pieces) => Ok(pieces.encode_within(text)),
        }
    }

    /// The ids of `text`, none of them special.
    pub(super) fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        match &self.encoder {
            Encoder::ByteLevel(bpe) => {
                let encoding = bpe.encode_fast(text, false).map_err(|error| error.to_string())?;
                Ok(encoding.get_ids().to_vec())
            }
            Encoder::Pieces(pieces) => Ok(pieces.encode(text)),
        }
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

    /// Whether an answer is over when `id` is written.
    pub(super) fn ends_answer(&self, id: u32) -> bool {
        self.control.contains(&id)
    }

    pub(super) fn end_of_turn(&self) -> u32 {
        self.end_of_turn
    }

    /// The token that a text begins with.
    pub(super) fn beginning(&self) -> Option<u32> {
        self.beginning
    }

    /// Whether every prompt begins with it, whatever the chat template says.
    pub(super) fn adds_beginning(&self) -> bool {
        self.adds_beginning
    }
}

fn is_special(kind: i32) -> bool {
    matches!(kind, CONTROL | USER_DEFINED)
}

fn byte_level_bpe(
    split: Split,
    tokens: &[&String],
    types: &[i32],
    merges: &[&String],
) -> Result<tokenizers::Tokenizer, Fault> {
    // Without special tokens no text can become one, whatever its family does with whole words.
    let ordinary = tokens
        .iter()
        .zip(types)
        .zip(0u32..)
        .filter(|((_, kind), _)| !is_special(**kind));
    let vocabulary = ordinary.map(|((token, _), id)| ((*token).clone(), id));
    let mut pairs = Vec::with_capacity(merges.len());
    for merge in merges {
        match merge.split_once(' ') {
            Some((left, right)) => pairs.push((left.to_owned(), right.to_owned())),
            None => return damaged(format!("`{merge}` is no merge of two tokens")),
        }
    }
    let bpe = BPE::builder()
        .vocab_and_merges(vocabulary.collect::<tokenizers::models::bpe::Vocab>(), pairs)
        .ignore_merges(split.ignores_merges())
        .build()
        .map_err(|error| Fault::Damaged(format!("its vocabulary and merges do not fit together: {error}")))?;
    let mut tokenizer = tokenizers::Tokenizer::new(bpe);
    let split = split.pre_tokenizer().map_err(Fault::Unsupported)?;
    tokenizer.with_pre_tokenizer(Some(split));
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

fn scores(metadata: &HashMap<String, Value>, count: usize) -> Result<Vec<f32>, Fault> {
    let scores: Option<Vec<f32>> = match metadata.get("tokenizer.ggml.scores") {
        Some(Value::Array(values)) if values.len() == count => values.iter().map(|value| value.to_f32().ok()).collect(),
        Some(_) | None => None,
    };
    match scores {
        Some(scores) if scores.iter().all(|score| !score.is_nan()) => Ok(scores),
        Some(_) | None => damaged("its tokens and their scores do not fit together"),
    }
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
mod tests;

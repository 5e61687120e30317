//! SentencePiece vocabularies: pieces with scores, merged best first, and bytes for what no piece spells
//! (Kudo and Richardson 2018, arXiv:1808.06226; the order of merges is that of llama.cpp's `llm_tokenizer_spm`).

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use super::{BYTE, is_special};

/// What stands for a space in pieces.
const SPACE: char = '\u{2581}';

pub(super) struct Pieces {
    ids: HashMap<String, u32>,
    scores: Vec<f32>,
    bytes: HashMap<u8, u32>,
    /// Whether a space is put in front of a text.
    in_front: bool,
}

/// Two neighbours that together are a piece; the best comes first, the leftmost of equals.
struct Pair {
    score: f32,
    left: usize,
    right: usize,
    /// Bytes of both; a pair is stale once one of them grew.
    length: usize,
}

impl Ord for Pair {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.left.cmp(&self.left))
    }
}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Pair {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Pair {}

/// A part of the text, in a list from left to right; merged away when it is empty.
#[derive(Clone, Copy)]
struct Part {
    start: usize,
    end: usize,
    before: Option<usize>,
    after: Option<usize>,
}

impl Pieces {
    pub(super) fn new(tokens: &[&String], types: &[i32], scores: Vec<f32>, in_front: bool) -> Self {
        let named = || tokens.iter().zip(types).zip(0u32..);
        let ordinary = named().filter(|((_, kind), _)| !is_special(**kind) && **kind != BYTE);
        let bytes = named().filter(|((_, kind), _)| **kind == BYTE);
        Self {
            ids: ordinary.map(|((token, _), id)| ((*token).clone(), id)).collect(),
            bytes: bytes
                .filter_map(|((token, _), id)| Some((byte_of(token)?, id)))
                .collect(),
            scores,
            in_front,
        }
    }

    /// The ids of a text by itself.
    pub(super) fn encode(&self, text: &str) -> Vec<u32> {
        self.ids_of(text, self.in_front)
    }

    /// The ids of a text that goes on after something.
    pub(super) fn encode_within(&self, text: &str) -> Vec<u32> {
        self.ids_of(text, false)
    }

    fn ids_of(&self, text: &str, in_front: bool) -> Vec<u32> {
        if text.is_empty() {
            return Vec::new();
        }
        let mut spelled = String::with_capacity(text.len() + 3);
        spelled.extend(in_front.then_some(SPACE));
        spelled.extend(text.chars().map(|char| if char == ' ' { SPACE } else { char }));
        let parts = self.merged(&spelled);
        let mut ids = Vec::new();
        for part in parts {
            let text = &spelled[part.start..part.end];
            match self.ids.get(text) {
                Some(id) => ids.push(*id),
                None => ids.extend(text.bytes().filter_map(|byte| self.bytes.get(&byte))),
            }
        }
        ids
    }

    /// The parts of `text` once nothing can be merged any more.
    fn merged(&self, text: &str) -> Vec<Part> {
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let mut parts: Vec<Part> = (0..starts.len())
            .map(|index| Part {
                start: starts[index],
                end: starts.get(index + 1).copied().unwrap_or(text.len()),
                before: index.checked_sub(1),
                after: (index + 1 < starts.len()).then_some(index + 1),
            })
            .collect();
        let mut pairs = BinaryHeap::new();
        for index in 1..parts.len() {
            pairs.extend(self.pair(text, &parts, index - 1, index));
        }
        while let Some(Pair {
            left, right, length, ..
        }) = pairs.pop()
        {
            let (one, two) = (parts[left], parts[right]);
            let gone = one.start == one.end || two.start == two.end;
            if gone || one.end - one.start + two.end - two.start != length {
                continue;
            }
            parts[left].end = two.end;
            parts[left].after = two.after;
            parts[right].start = two.end;
            if let Some(after) = two.after {
                parts[after].before = Some(left);
                pairs.extend(self.pair(text, &parts, left, after));
            }
            if let Some(before) = one.before {
                pairs.extend(self.pair(text, &parts, before, left));
            }
        }
        parts.retain(|part| part.start < part.end);
        parts
    }

    fn pair(&self, text: &str, parts: &[Part], left: usize, right: usize) -> Option<Pair> {
        let (start, end) = (parts[left].start, parts[right].end);
        let id = self.ids.get(&text[start..end])?;
        let score = self.scores.get(*id as usize).copied()?;
        Some(Pair {
            score,
            left,
            right,
            length: end - start,
        })
    }
}

/// The byte that `<0x0A>` stands for.
fn byte_of(token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    u8::from_str_radix(digits, 16).ok()
}

/// Appends what a piece writes.
pub(super) fn spell(token: &str, kind: i32, bytes: &mut Vec<u8>) {
    match byte_of(token).filter(|_| kind == BYTE) {
        Some(byte) => bytes.push(byte),
        None => bytes.extend_from_slice(token.replace(SPACE, " ").as_bytes()),
    }
}

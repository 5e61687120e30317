//! Finds secrets by their shape: known prefixes, checksums, structure, and names that say so.
//!
//! One pass of Aho-Corasick over all anchors; what stands at an anchor is then read by hand. Every reading
//! starts at a boundary and stops at the first character that does not belong, so time stays linear.

mod assigned;
mod shapes;
mod structure;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::check::Hit;
use super::walk::Leaf;
use shapes::SHAPES;

/// Anchors of shapes, then names of [`assigned::NAMES`]: the pattern's number says which.
static ANCHORS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let prefixes = SHAPES.iter().map(|shape| shape.prefix);
    AhoCorasickBuilder::new()
        .match_kind(MatchKind::Standard)
        .ascii_case_insensitive(true)
        .build(prefixes.chain(assigned::NAMES.iter().copied()))
        .ok()
});

/// Finds at most `room` secrets in one leaf, by their place.
pub(super) fn scan(leaf: &Leaf<'_>, room: usize) -> Vec<Hit> {
    let text = leaf.text();
    let mut hits: Vec<Hit> = Vec::new();
    let mut spoken_for = 0;
    for anchor in ANCHORS.iter().flat_map(|anchors| anchors.find_overlapping_iter(text)) {
        if hits.len() >= room.saturating_mul(2) {
            break;
        }
        let at = anchor.start();
        let hit = match SHAPES.get(anchor.pattern().as_usize()) {
            Some(shape) => shape.read(text, at).map(|span| Hit { what: shape.what, span }),
            None if at < spoken_for => None,
            None => assigned::value(text, at, anchor.end()).map(|(what, span)| Hit { what, span }),
        };
        if let Some(hit) = hit {
            spoken_for = spoken_for.max(hit.span.1);
            hits.push(hit);
        }
    }
    if let Leaf::Text { text, key: Some(key) } = leaf
        && let Some((what, span)) = assigned::member(key, text)
    {
        hits.push(Hit { what, span });
    }
    let mut hits = one_each(hits);
    hits.truncate(room);
    hits
}

/// Of hits that overlap, the one that knows more: a shape before a name, a longer span before a shorter one.
fn one_each(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|hit| (assigned::is_guess(hit.what), usize::MAX - (hit.span.1 - hit.span.0)));
    let mut kept: std::collections::BTreeMap<usize, Hit> = std::collections::BTreeMap::new();
    for hit in hits {
        let before = kept.range(..hit.span.1).next_back();
        if before.is_none_or(|(_, other)| other.span.1 <= hit.span.0) {
            kept.insert(hit.span.0, hit);
        }
    }
    kept.into_values().collect()
}

/// Bits of information per byte of `text`, as Shannon counts them from its own frequencies.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests;

//! Looks for texts that try to instruct the model that reads them: a smoke detector, not a lock.
//!
//! Known English phrases and constructions are [`signals::SIGNALS`] with weights. Signals within
//! [`NEARBY`] bytes of each other count together, each once: score = 1 − Π(1 − weight). What is found
//! are the signals of every place whose score reaches the threshold. Paraphrases, other languages and
//! encodings are missed: what keeps a model's words from acting is the constitution, not this.

mod plain;
mod signals;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use regex::{Regex, RegexBuilder};

use super::check::Hit;
use plain::Plain;
use signals::{SIGNALS, Signal};

/// The score from which signals are findings, when the capsule does not say.
pub(super) const THRESHOLD: f64 = 0.6;

/// How far apart signals may be that count together, in bytes.
const NEARBY: usize = 2000;

/// How much of a text is read at once, and how much of it again with the next part, in bytes.
const PART: usize = 64 << 10;
const OVERLAP: usize = 2 << 10;

/// How far a match reaches from one of its words, in bytes of plain text.
const REACH: usize = 700;

/// How many signals of a text are weighed at most.
const MOST_SIGNALS: usize = 10_000;

/// The patterns of [`SIGNALS`], in their order, and the words without which none of them matches.
struct Detector {
    words: AhoCorasick,
    /// The signal that each word belongs to.
    owners: Vec<usize>,
    patterns: Vec<Option<Regex>>,
}

static DETECTOR: LazyLock<Option<Detector>> = LazyLock::new(|| {
    let words = SIGNALS.iter().flat_map(|signal| signal.words);
    let owners = SIGNALS
        .iter()
        .enumerate()
        .flat_map(|(index, signal)| signal.words.iter().map(move |_| index));
    Some(Detector {
        words: AhoCorasickBuilder::new()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words)
            .ok()?,
        owners: owners.collect(),
        patterns: SIGNALS.iter().map(compile).collect::<Result<_, _>>().ok()?,
    })
});

fn compile(signal: &Signal) -> Result<Option<Regex>, regex::Error> {
    let compiled = signal
        .pattern
        .map(|pattern| RegexBuilder::new(pattern).unicode(false).build());
    compiled.transpose()
}

/// A signal at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sighting {
    span: (usize, usize),
    /// Its place in [`SIGNALS`].
    signal: usize,
}

/// Finds at most `room` signals, by their place, where `threshold` is reached.
pub(super) fn scan(text: &str, threshold: f64, room: usize) -> Vec<Hit> {
    let sightings = sightings(text);
    let mut is_near = vec![false; sightings.len()];
    let mut first = 0;
    let mut marked = 0;
    for last in 0..sightings.len() {
        while sightings[last].span.0 - sightings[first].span.0 > NEARBY {
            first += 1;
        }
        if score(&sightings[first..=last]) >= threshold {
            is_near[first.max(marked)..=last].fill(true);
            marked = last + 1;
        }
    }
    let near = sightings.iter().zip(is_near).filter(|(_, is_near)| *is_near);
    near.take(room)
        .filter_map(|(sighting, _)| {
            Some(Hit {
                what: SIGNALS.get(sighting.signal)?.what,
                span: sighting.span,
            })
        })
        .collect()
}

/// 1 − Π(1 − weight) of the distinct signals.
fn score(sightings: &[Sighting]) -> f64 {
    let mut seen = 0_u64;
    let mut doubt = 1.0;
    for sighting in sightings {
        if seen & (1 << sighting.signal) == 0 {
            seen |= 1 << sighting.signal;
            doubt *= SIGNALS.get(sighting.signal).map_or(1.0, |signal| 1.0 - signal.weight);
        }
    }
    1.0 - doubt
}

/// Every signal of `text`, by place, without repetitions.
fn sightings(text: &str) -> Vec<Sighting> {
    let mut found: Vec<Sighting> = Vec::new();
    let mut start = 0;
    while let Some(detector) = DETECTOR.as_ref()
        && found.len() < MOST_SIGNALS
    {
        let end = boundary(text, start + PART);
        let part = Plain::of(text, (start, end));
        found.extend(part.invisible.iter().filter_map(|(what, span)| {
            let signal = SIGNALS.iter().position(|signal| signal.what == *what)?;
            Some(Sighting { span: *span, signal })
        }));
        detector.look(&part, &mut found);
        if end == text.len() {
            break;
        }
        start = boundary(text, end - OVERLAP);
    }
    whole(found)
}

/// By place; what two parts saw of the same signal is one sighting.
fn whole(mut found: Vec<Sighting>) -> Vec<Sighting> {
    found.sort_unstable_by_key(|sighting| (sighting.signal, sighting.span));
    found.dedup_by(|next, last| {
        let is_same = next.signal == last.signal && next.span.0 < last.span.1;
        if is_same {
            last.span.1 = last.span.1.max(next.span.1);
        }
        is_same
    });
    found.sort_unstable();
    found
}

impl Detector {
    fn look(&self, part: &Plain, found: &mut Vec<Sighting>) {
        // Where each signal is possible: around its words, overlapping places joined.
        let mut places: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.patterns.len()];
        for word in self.words.find_overlapping_iter(&part.text) {
            let Some(places) = self
                .owners
                .get(word.pattern().as_usize())
                .and_then(|owner| places.get_mut(*owner))
            else {
                continue;
            };
            let (start, end) = (word.start().saturating_sub(REACH), word.end() + REACH);
            match places.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => places.push((start, end)),
            }
        }
        for (signal, (pattern, places)) in self.patterns.iter().zip(places).enumerate() {
            let Some(pattern) = pattern else { continue };
            for (start, end) in places {
                let start = boundary(&part.text, start);
                let text = part.text.get(start..boundary(&part.text, end)).unwrap_or_default();
                let matches = pattern.find_iter(text).take(MOST_SIGNALS);
                found.extend(matches.map(|found| Sighting {
                    span: part.span(start + found.start()..start + found.end()),
                    signal,
                }));
            }
        }
    }
}

/// The last character boundary that is not behind `at`.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

#[cfg(test)]
mod tests;

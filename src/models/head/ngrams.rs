//! Pieces of words as features: counted in buckets, weighed by how few texts have them.
//!
//! Words alone and in pairs, and pieces of three to five characters within words, the edge of a word counting as a
//! space (as `char_wb` of scikit-learn). A piece falls into the bucket that FNV-1a (64 bits) of its UTF-8 names:
//! feature hashing without signs (Weinberger et al., ICML 2009, arXiv:0902.2206). A count weighs 1 + ln(count), times
//! ln((1 + texts) / (1 + texts with it)) + 1; words and characters have length 1 each.

use serde::{Deserialize, Serialize};

/// Lengths of the pieces of words, in characters.
const PIECES: std::ops::RangeInclusive<usize> = 3..=5;
/// Bytes of a text that are looked at: whatever is classified says what it is within them.
pub(super) const MOST_BYTES: usize = 32 * 1024;

/// How many buckets there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ngrams {
    /// For words and pairs of words.
    pub words: u32,
    /// For pieces of words.
    pub characters: u32,
}

impl Default for Ngrams {
    fn default() -> Self {
        Self {
            words: 1 << 12,
            characters: 1 << 14,
        }
    }
}

impl Ngrams {
    /// All buckets: those of words come first.
    pub(super) fn buckets(self) -> usize {
        self.words as usize + self.characters as usize
    }

    /// How often each bucket is hit by `text`, by bucket.
    pub(super) fn count(self, text: &str) -> Counts {
        let text = super::beginning(text, MOST_BYTES).0.to_lowercase();
        let mut hits = Vec::new();
        let words: Vec<&str> = text
            .split(|sign: char| !(sign.is_alphanumeric() || sign == '_'))
            .filter(|word| !word.is_empty())
            .collect();
        hits.extend(words.iter().map(|word| bucket(fnv(START, word), self.words)));
        hits.extend(
            words
                .iter()
                .zip(words.iter().skip(1))
                .map(|(first, second)| bucket(fnv(fnv(fnv(START, first), " "), second), self.words)),
        );
        for word in text.split_whitespace() {
            let padded: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
            for length in PIECES {
                // A word that is shorter than its pieces counts once.
                let pieces = padded.len().saturating_sub(length) + 1;
                for piece in (0..pieces).map(|at| &padded[at..padded.len().min(at + length)]) {
                    let piece: String = piece.iter().collect();
                    hits.push(self.words + bucket(fnv(START, &piece), self.characters));
                }
                if pieces == 1 {
                    break;
                }
            }
        }
        hits.sort_unstable();
        let mut counts: Vec<(u32, u32)> = Vec::new();
        for hit in hits {
            match counts.last_mut() {
                Some((last, count)) if *last == hit => *count += 1,
                Some(_) | None => counts.push((hit, 1)),
            }
        }
        Counts(counts)
    }
}

/// Buckets that a text hits, in their order, with how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counts(Vec<(u32, u32)>);

/// In how many texts each bucket was hit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Documents {
    /// All texts.
    pub(super) texts: u32,
    /// For each bucket, the texts that hit it.
    pub(super) containing: Vec<u32>,
}

impl Documents {
    /// Of these texts.
    pub(super) fn of<'a>(buckets: usize, texts: impl Iterator<Item = &'a Counts>) -> Self {
        let mut documents = Self {
            texts: 0,
            containing: vec![0; buckets],
        };
        for counts in texts {
            documents.texts += 1;
            for (bucket, _) in &counts.0 {
                documents.containing[*bucket as usize] += 1;
            }
        }
        documents
    }

    /// What the buckets of a text weigh.
    pub(super) fn weigh(&self, counts: &Counts, ngrams: Ngrams) -> Vec<(u32, f32)> {
        let weighed = counts.0.iter().map(|(bucket, count)| {
            let containing = self.containing.get(*bucket as usize).copied().unwrap_or(0);
            let rare = (f64::from(1 + self.texts) / f64::from(1 + containing)).ln() + 1.0;
            (*bucket, (1.0 + f64::from(*count).ln()) * rare)
        });
        let weighed: Vec<(u32, f64)> = weighed.collect();
        let split = weighed.partition_point(|(bucket, _)| *bucket < ngrams.words);
        let (words, characters) = weighed.split_at(split);
        [words, characters]
            .into_iter()
            .flat_map(|part| {
                let length = part.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
                part.iter()
                    .map(move |(bucket, weight)| (*bucket, (weight / length) as f32))
            })
            .collect()
    }
}

/// The start of FNV-1a, and its prime (draft-eastlake-fnv).
const START: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a goes on with `text`.
fn fnv(hash: u64, text: &str) -> u64 {
    text.bytes()
        .fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

fn bucket(hash: u64, buckets: u32) -> u32 {
    // Below a number of 32 bits, so it is one.
    (hash % u64::from(buckets.max(1))) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv(START, ""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(START, "a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv(START, "foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn pieces_are_those_of_scikit_learn() {
        // CountVectorizer(analyzer="char_wb", ngram_range=(3, 5)) on "ab a": " ab", "ab ", " ab ", and " a ".
        let ngrams = Ngrams {
            words: 1 << 20,
            characters: 1 << 20,
        };
        let Counts(counts) = ngrams.count("Ab a");
        let expected = ["ab", "a", "ab a"].map(|word| bucket(fnv(START, word), 1 << 20));
        let pieces = [" ab", "ab ", " ab ", " a "].map(|piece| (1 << 20) + bucket(fnv(START, piece), 1 << 20));
        let mut expected: Vec<(u32, u32)> = expected.into_iter().chain(pieces).map(|bucket| (bucket, 1)).collect();
        expected.sort_unstable();
        assert_eq!(counts, expected);
        assert_eq!(ngrams.count(" \n "), Counts(Vec::new()));
    }

    #[test]
    fn words_and_characters_have_length_1_and_what_is_rare_weighs_more() {
        let ngrams = Ngrams::default();
        let texts = ["fix the build", "fix the docs", "add the thing"].map(|text| ngrams.count(text));
        let documents = Documents::of(ngrams.buckets(), texts.iter());
        let weighed = documents.weigh(&texts[0], ngrams);
        let (words, characters): (Vec<_>, Vec<_>) = weighed.iter().partition(|(bucket, _)| *bucket < ngrams.words);
        for part in [&words, &characters] {
            let length: f32 = part.iter().map(|(_, weight)| weight * weight).sum();
            assert!((length - 1.0).abs() < 1e-5, "{length}");
        }
        let weight = |word: &str| {
            words
                .iter()
                .find(|(at, _)| *at == bucket(fnv(START, word), ngrams.words))
                .unwrap()
                .1
        };
        assert!(weight("build") > weight("fix") && weight("fix") > weight("the"));
    }
}

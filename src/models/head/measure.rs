//! How good answers are: how many are right, for each label too, and how far confidence can be believed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::softmax::{log_sum_exp, probabilities};

/// Bins of confidence.
const BINS: usize = 10;
/// Temperatures that are looked at.
const TEMPERATURES: (f64, f64) = (0.05, 20.0);
/// Narrowings of that range, by 0.618 each.
const NARROWINGS: usize = 60;

/// An answer beside the truth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    /// The label that it has.
    pub truth: usize,
    /// The label that was said.
    pub said: usize,
    /// How sure it was, from 0 to 1.
    pub confidence: f64,
}

impl Judged {
    fn is_right(self) -> bool {
        self.truth == self.said
    }
}

/// What answers amount to, in millionths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measures {
    /// How many there are.
    pub items: u64,
    /// The share that is right.
    pub accuracy: u32,
    /// The mean over the labels of the share that is right among those that have it.
    pub balanced_accuracy: u32,
    /// Expected calibration error over ten bins of equal width (Guo et al., ICML 2017, arXiv:1706.04599).
    pub calibration_error: u32,
}

impl Measures {
    /// Of `judged`, over `labels` labels.
    pub fn of(judged: &[Judged], labels: usize) -> Self {
        let of_label = |label: usize| {
            let own: Vec<&Judged> = judged.iter().filter(|one| one.truth == label).collect();
            (!own.is_empty()).then(|| share(own.iter().filter(|one| one.is_right()).count(), own.len()))
        };
        let recalls: Vec<f64> = (0..labels).filter_map(of_label).collect();
        Self {
            items: judged.len() as u64,
            accuracy: millionths(share(judged.iter().filter(|one| one.is_right()).count(), judged.len())),
            balanced_accuracy: millionths(recalls.iter().sum::<f64>() / recalls.len().max(1) as f64),
            calibration_error: millionths(calibration_error(judged)),
        }
    }
}

/// How often each label was said of each: rows are the truth, both in the order of the labels.
pub fn confusion(judged: &[Judged], labels: usize) -> Vec<Vec<u64>> {
    let mut table = vec![vec![0; labels]; labels];
    for one in judged {
        if let Some(count) = table.get_mut(one.truth).and_then(|row| row.get_mut(one.said)) {
            *count += 1;
        }
    }
    table
}

/// The mean distance between confidence and the share that is right, over bins, each weighed by how many are in it.
fn calibration_error(judged: &[Judged]) -> f64 {
    let mut bins: BTreeMap<usize, (usize, f64)> = BTreeMap::new();
    for one in judged {
        // A bin has its upper end.
        let bin = ((one.confidence * BINS as f64).ceil() as usize).clamp(1, BINS);
        let (right, sum) = bins.entry(bin).or_default();
        *right += usize::from(one.is_right());
        *sum += one.confidence;
    }
    let distances = bins.values().map(|(right, sum)| (*right as f64 - sum).abs());
    distances.sum::<f64>() / judged.len().max(1) as f64
}

/// The temperature at which logits make the truth likeliest: golden-section search over its logarithm, as the
/// likelihood has one top in it.
pub(super) fn temperature<'a>(answers: impl Iterator<Item = (&'a [f64], usize)> + Clone) -> f64 {
    let loss = |ln: f64| {
        let scale = (-ln).exp();
        answers
            .clone()
            .map(|(logits, truth)| {
                let scaled: Vec<f64> = logits.iter().map(|logit| logit * scale).collect();
                log_sum_exp(&scaled) - scaled[truth]
            })
            .sum::<f64>()
    };
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (TEMPERATURES.0.ln(), TEMPERATURES.1.ln());
    for _ in 0..NARROWINGS {
        let width = (high - low) * golden;
        if loss(high - width) <= loss(low + width) {
            high = low + width;
        } else {
            low = high - width;
        }
    }
    f64::midpoint(low, high).exp()
}

/// The likeliest label and its probability.
pub(super) fn likeliest(logits: &[f64], temperature: f64) -> (usize, f64) {
    let shares = probabilities(logits, temperature);
    let mut best = (0, 0.0);
    for (at, share) in shares.into_iter().enumerate() {
        if share > best.1 {
            best = (at, share);
        }
    }
    best
}

/// The least confidence from which on at least `precision` of the answers are right, with the share that has it.
pub(super) fn threshold(judged: &[Judged], precision: f64) -> Option<(f64, f64)> {
    let mut sorted: Vec<&Judged> = judged.iter().collect();
    sorted.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    let (mut right, mut found) = (0, None);
    for (at, one) in sorted.iter().enumerate() {
        right += usize::from(one.is_right());
        // Answers of one confidence are given or held back together.
        let is_last = sorted.get(at + 1).is_none_or(|next| next.confidence < one.confidence);
        if is_last && share(right, at + 1) >= precision {
            found = Some((one.confidence, share(at + 1, judged.len())));
        }
    }
    found
}

pub(super) fn share(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

/// A share as a whole number: what is stored and signed has no fractions.
pub(super) fn millionths(share: f64) -> u32 {
    (share.clamp(0.0, 1000.0) * 1e6).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(answers: &[(usize, usize, f64)]) -> Vec<Judged> {
        let one = |(truth, said, confidence): &(usize, usize, f64)| Judged {
            truth: *truth,
            said: *said,
            confidence: *confidence,
        };
        answers.iter().map(one).collect()
    }

    #[test]
    fn measures_are_those_of_the_papers() {
        let answers = judged(&[(0, 0, 0.95), (0, 0, 0.95), (0, 1, 0.75), (1, 1, 0.65)]);
        let measures = Measures::of(&answers, 2);
        assert_eq!(
            (measures.items, measures.accuracy, measures.balanced_accuracy),
            (4, 750_000, 833_333)
        );
        // |2 - 1.9| / 4 + |0 - 0.75| / 4 + |1 - 0.65| / 4
        assert_eq!(measures.calibration_error, 300_000);
        assert_eq!(confusion(&answers, 2), [[2, 1], [0, 1]]);
        assert_eq!(Measures::of(&[], 2).accuracy, 0);
    }

    #[test]
    fn the_temperature_undoes_a_scale() {
        // Of three in four the first label is true: ln 3 apart, at any scale.
        let scaled = |by: f64| {
            let logits = [3f64.ln() * by, 0.0];
            let truths = [0, 0, 0, 1];
            temperature(
                truths
                    .iter()
                    .map(|truth| (logits.as_slice(), *truth))
                    .collect::<Vec<_>>()
                    .into_iter(),
            )
        };
        for by in [0.5, 1.0, 4.0] {
            assert!((scaled(by) - by).abs() < 1e-4, "{by}: {}", scaled(by));
        }
    }

    #[test]
    fn a_threshold_keeps_what_is_sure_enough() {
        let answers = judged(&[(0, 0, 0.9), (0, 0, 0.8), (0, 1, 0.7), (0, 0, 0.6)]);
        assert_eq!(threshold(&answers, 0.9), Some((0.8, 0.5)));
        assert_eq!(threshold(&answers, 0.7), Some((0.6, 1.0)));
        assert_eq!(threshold(&judged(&[(0, 1, 0.9), (0, 0, 0.9)]), 0.9), None);
    }
}

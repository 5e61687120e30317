//! Which token comes next: the likeliest, or one drawn with our own seeded generator.

use std::collections::VecDeque;

use llguidance::toktrie::SimpleVob;

use crate::models::ask::Sampling;

/// Tokens of the answer that count as repeated.
const REMEMBERED: usize = 256;

pub(super) struct Sampler {
    sampling: Sampling,
    state: u64,
    recent: VecDeque<u32>,
}

impl Sampler {
    pub(super) fn new(sampling: Sampling) -> Self {
        Self {
            sampling,
            state: sampling.seed,
            recent: VecDeque::new(),
        }
    }

    /// Takes the likeliest token unless the temperature is a positive number.
    fn is_greedy(&self) -> bool {
        !(self.sampling.temperature > 0.0 && self.sampling.temperature.is_finite())
    }

    /// Remembers that `id` was written.
    pub(super) fn wrote(&mut self, id: u32) {
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(id);
    }

    /// Picks among the tokens that `allowed` names, or all; `None` when there is none.
    pub(super) fn pick(&mut self, logits: &mut [f32], allowed: Option<&SimpleVob>) -> Option<u32> {
        self.penalise(logits);
        let candidates = || {
            let named = logits.iter().zip(0u32..).filter(|(logit, _)| !logit.is_nan());
            named.filter(|(_, id)| allowed.is_none_or(|mask| mask.is_allowed(*id)))
        };
        // The first of equals, so that nothing depends on the order of evaluation.
        let (best, best_id) = candidates().reduce(|best, next| if next.0 > best.0 { next } else { best })?;
        if self.is_greedy() {
            return Some(best_id);
        }
        let temperature = f64::from(self.sampling.temperature);
        let share = |logit: f32| (f64::from(logit - *best) / temperature).exp();
        let least = f64::from(self.sampling.min_p);
        let shares = candidates().map(|(logit, id)| (share(*logit), id));
        let mut likely: Vec<(f64, u32)> = shares.filter(|(share, _)| *share >= least).collect();
        if self.sampling.top_p < 1.0 {
            let all: f64 = candidates().map(|(logit, _)| share(*logit)).sum();
            likely.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let mut before = 0.0;
            let most = f64::from(self.sampling.top_p) * all;
            likely.retain(|(share, _)| {
                let wanted = before < most;
                before += share;
                wanted
            });
        }
        let unit = self.next_unit();
        let mut left = unit * likely.iter().map(|(share, _)| share).sum::<f64>();
        for (share, id) in likely {
            left -= share;
            if left < 0.0 {
                return Some(id);
            }
        }
        Some(best_id)
    }

    /// Makes what was written lately less likely, each token once.
    fn penalise(&self, logits: &mut [f32]) {
        let penalty = self.sampling.repetition_penalty;
        if penalty == 1.0 || !(penalty > 0.0 && penalty.is_finite()) {
            return;
        }
        let mut recent: Vec<u32> = self.recent.iter().copied().collect();
        recent.sort_unstable();
        recent.dedup();
        for id in recent {
            if let Some(logit) = logits.get_mut(id as usize) {
                *logit = if *logit > 0.0 {
                    *logit / penalty
                } else {
                    *logit * penalty
                };
            }
        }
    }

    /// A number in [0, 1): 53 bits of SplitMix64 (Steele, Lea, Flood 2014).
    fn next_unit(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        (bits >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(temperature: f32, seed: u64) -> Sampling {
        Sampling {
            temperature,
            seed,
            ..Sampling::default()
        }
    }

    #[test]
    fn temperature_zero_takes_the_first_of_the_likeliest_and_obeys_the_mask() {
        let mut sampler = Sampler::new(sampling(0.0, 1));
        let mut logits = [f32::NAN, 1.0, 3.0, 3.0];
        assert_eq!(sampler.pick(&mut logits, None), Some(2));
        let mut mask = SimpleVob::alloc(4);
        assert_eq!(sampler.pick(&mut logits, Some(&mask)), None);
        mask.allow_token(1);
        assert_eq!(sampler.pick(&mut logits, Some(&mask)), Some(1));
        assert_eq!(
            Sampler::new(sampling(f32::NAN, 1)).pick(&mut logits, None),
            Some(2),
            "a temperature that is no number draws nothing"
        );
    }

    fn drawn(sampling: Sampling, logits: &[f32]) -> Vec<u32> {
        let mut sampler = Sampler::new(sampling);
        let draws = (0..3_000).map(|_| sampler.pick(&mut logits.to_vec(), None).unwrap());
        draws.collect()
    }

    #[test]
    fn draws_follow_the_distribution_and_repeat_with_the_seed() {
        let logits = [0.0, 2.0f32.ln(), 0.5f32.ln() * 9.0];
        let ids = drawn(sampling(1.0, 7), &logits);
        assert_eq!(ids, drawn(sampling(1.0, 7), &logits));
        let twos = ids.iter().filter(|id| **id == 1).count();
        assert!((1_900..2_100).contains(&twos), "{twos} of 3000, expected two thirds");
        assert!(!ids.contains(&2), "what is unlikely beyond the floor is never drawn");
    }

    #[test]
    fn the_nucleus_is_the_fewest_tokens_that_have_the_share() {
        // 0.5, 0.3, 0.15, 0.05
        let logits = [0.5f32, 0.3, 0.15, 0.05].map(f32::ln);
        let kinds = |top_p: f32| {
            let nucleus = Sampling {
                top_p,
                min_p: 0.0,
                ..sampling(1.0, 3)
            };
            let mut ids = drawn(nucleus, &logits);
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        assert_eq!(kinds(0.4), [0]);
        assert_eq!(kinds(0.79), [0, 1]);
        assert_eq!(kinds(0.81), [0, 1, 2]);
        assert_eq!(kinds(1.0), [0, 1, 2, 3]);
    }

    #[test]
    fn what_was_written_is_less_likely_on_either_side_of_zero() {
        let mut sampler = Sampler::new(Sampling {
            repetition_penalty: 2.0,
            ..Sampling::default()
        });
        sampler.wrote(0);
        sampler.wrote(2);
        sampler.wrote(2);
        let mut logits = [3.0, 2.0, -1.0];
        assert_eq!(sampler.pick(&mut logits, None), Some(1));
        assert_eq!(logits, [1.5, 2.0, -2.0]);
    }
}

//! Which token comes next: the likeliest, or one drawn with our own seeded generator.

use llguidance::toktrie::SimpleVob;

/// Tokens less likely than this share of the likeliest are never drawn: small models have long,
/// wrong tails (min-p sampling, arXiv:2407.01082).
const LEAST_SHARE: f64 = 0.05;

pub(super) struct Sampler {
    temperature: f64,
    state: u64,
}

impl Sampler {
    /// Takes the likeliest token unless `temperature` is a positive number.
    pub(super) fn new(temperature: f32, seed: u64) -> Self {
        Self {
            temperature: f64::from(temperature),
            state: seed,
        }
    }

    /// Picks among the tokens that `allowed` names, or all; `None` when there is none.
    pub(super) fn pick(&mut self, logits: &[f32], allowed: Option<&SimpleVob>) -> Option<u32> {
        let candidates = || {
            let named = logits.iter().zip(0u32..).filter(|(logit, _)| !logit.is_nan());
            named.filter(|(_, id)| allowed.is_none_or(|mask| mask.is_allowed(*id)))
        };
        // The first of equals, so that nothing depends on the order of evaluation.
        let (best, best_id) = candidates().reduce(|best, next| if next.0 > best.0 { next } else { best })?;
        if !(self.temperature > 0.0 && self.temperature.is_finite()) {
            return Some(best_id);
        }
        let unit = self.next_unit();
        let share = |logit: f32| (f64::from(logit - *best) / self.temperature).exp();
        let likely = || {
            candidates()
                .map(|(logit, id)| (share(*logit), id))
                .filter(|(share, _)| *share >= LEAST_SHARE)
        };
        let mut left = unit * likely().map(|(share, _)| share).sum::<f64>();
        for (share, id) in likely() {
            left -= share;
            if left < 0.0 {
                return Some(id);
            }
        }
        Some(best_id)
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

    #[test]
    fn temperature_zero_takes_the_first_of_the_likeliest_and_obeys_the_mask() {
        let mut sampler = Sampler::new(0.0, 1);
        let logits = [f32::NAN, 1.0, 3.0, 3.0];
        assert_eq!(sampler.pick(&logits, None), Some(2));
        let mut mask = SimpleVob::alloc(4);
        assert_eq!(sampler.pick(&logits, Some(&mask)), None);
        mask.allow_token(1);
        assert_eq!(sampler.pick(&logits, Some(&mask)), Some(1));
        assert_eq!(Sampler::new(f32::NAN, 1).pick(&logits, None), Some(2));
    }

    #[test]
    fn draws_follow_the_distribution_and_repeat_with_the_seed() {
        let logits = [0.0, 2.0f32.ln(), 0.5f32.ln() * 9.0];
        let draw = |seed| -> Vec<u32> {
            let mut sampler = Sampler::new(1.0, seed);
            (0..3_000).map(|_| sampler.pick(&logits, None).unwrap()).collect()
        };
        let drawn = draw(7);
        assert_eq!(drawn, draw(7));
        let twos = drawn.iter().filter(|id| **id == 1).count();
        assert!((1_900..2_100).contains(&twos), "{twos} of 3000, expected two thirds");
        assert!(!drawn.contains(&2), "what is unlikely beyond the floor is never drawn");
    }
}

//! Which token comes next: the likeliest, or one drawn with our own seeded generator.

use std::collections::VecDeque;

use llguidance::toktrie::SimpleVob;

use crate::models::ask::Sampling;

/// Tokens of the answer that count as repeated.
const REMEMBERED: usize = 256;

/// About how many tokens it is cheaper to ask than to know all that may come.
const ASKED_MOST: usize = 8;

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

    /// Picks a token that may come next as [`pick`](Self::pick) does among all that may, asking about one after another:
    /// what a model thinks likely mostly may. `None` when it asked too often, or has to know all of them.
    ///
    /// To draw again without what was refused gives each of the others the probability that it has among them.
    pub(super) fn pick_asking<E>(
        &mut self,
        logits: &[f32],
        mut may: impl FnMut(u32) -> Result<bool, E>,
    ) -> Result<Option<u32>, E> {
        if self.sampling.top_p < 1.0 && !self.is_greedy() {
            return Ok(None);
        }
        let mut refused: Vec<u32> = Vec::new();
        let best = loop {
            let Some((best, id)) = likeliest(candidates(logits, |id| !refused.contains(&id))) else {
                return Ok(None);
            };
            if may(id)? {
                break (best, id);
            }
            refused.push(id);
            if refused.len() == ASKED_MOST {
                return Ok(None);
            }
        };
        if self.is_greedy() {
            return Ok(Some(best.1));
        }
        let mut likely = self.likely(best.0, candidates(logits, |id| !refused.contains(&id)));
        for _ in 0..ASKED_MOST {
            let id = self.draw(&likely).unwrap_or(best.1);
            if id == best.1 || may(id)? {
                return Ok(Some(id));
            }
            likely.retain(|(_, other)| *other != id);
        }
        Ok(None)
    }

    /// Picks among the tokens that `allowed` names, or all; `None` when there is none.
    pub(super) fn pick(&mut self, logits: &[f32], allowed: Option<&SimpleVob>) -> Option<u32> {
        let candidates = || candidates(logits, |id| allowed.is_none_or(|mask| mask.is_allowed(id)));
        let (best, best_id) = likeliest(candidates())?;
        if self.is_greedy() {
            return Some(best_id);
        }
        let mut likely = self.likely(best, candidates());
        if self.sampling.top_p < 1.0 {
            let all: f64 = candidates().map(|(logit, _)| self.share(best, logit)).sum();
            likely.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let mut before = 0.0;
            let most = f64::from(self.sampling.top_p) * all;
            likely.retain(|(share, _)| {
                let wanted = before < most;
                before += share;
                wanted
            });
        }
        Some(self.draw(&likely).unwrap_or(best_id))
    }

    /// How likely a token is, beside the likeliest of them.
    fn share(&self, best: f32, logit: f32) -> f64 {
        (f64::from(logit - best) / f64::from(self.sampling.temperature)).exp()
    }

    /// Those that are not too unlikely, with their shares.
    fn likely(&self, best: f32, candidates: impl Iterator<Item = (f32, u32)>) -> Vec<(f64, u32)> {
        let least = f64::from(self.sampling.min_p);
        let shares = candidates.map(|(logit, id)| (self.share(best, logit), id));
        shares.filter(|(share, _)| *share >= least).collect()
    }

    /// Draws one by their shares; `None` where rounding leaves nothing.
    fn draw(&mut self, likely: &[(f64, u32)]) -> Option<u32> {
        let mut left = self.next_unit() * likely.iter().map(|(share, _)| share).sum::<f64>();
        let drawn = likely.iter().find(|(share, _)| {
            left -= share;
            left < 0.0
        });
        drawn.map(|(_, id)| *id)
    }

    /// Makes what was written lately less likely, each token once.
    pub(super) fn penalise(&self, logits: &mut [f32]) {
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

/// The logits of the tokens that `allowed` is true of.
fn candidates(logits: &[f32], allowed: impl Fn(u32) -> bool) -> impl Iterator<Item = (f32, u32)> {
    let named = logits.iter().copied().zip(0..).filter(|(logit, _)| !logit.is_nan());
    named.filter(move |(_, id)| allowed(*id))
}

/// The first of equals, so that nothing depends on the order of evaluation.
fn likeliest(candidates: impl Iterator<Item = (f32, u32)>) -> Option<(f32, u32)> {
    candidates.reduce(|best, next| if next.0 > best.0 { next } else { best })
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
        let logits = [f32::NAN, 1.0, 3.0, 3.0];
        assert_eq!(sampler.pick(&logits, None), Some(2));
        let mut mask = SimpleVob::alloc(4);
        assert_eq!(sampler.pick(&logits, Some(&mask)), None);
        mask.allow_token(1);
        assert_eq!(sampler.pick(&logits, Some(&mask)), Some(1));
        assert_eq!(
            Sampler::new(sampling(f32::NAN, 1)).pick(&logits, None),
            Some(2),
            "a temperature that is no number draws nothing"
        );
    }

    fn drawn(sampling: Sampling, logits: &[f32]) -> Vec<u32> {
        let mut sampler = Sampler::new(sampling);
        let draws = (0..3_000).map(|_| sampler.pick(logits, None).unwrap());
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
        sampler.penalise(&mut logits);
        assert_eq!(sampler.pick(&logits, None), Some(1));
        assert_eq!(logits, [1.5, 2.0, -2.0]);
    }

    #[test]
    fn asking_about_one_after_another_draws_as_knowing_all_does() {
        // 0.4 is refused, and so is 0.05: 0.3, 0.15 and 0.1 are left.
        let logits = [0.4f32, 0.3, 0.15, 0.1, 0.05].map(f32::ln);
        let mut mask = SimpleVob::alloc(5);
        [1, 2, 3].into_iter().for_each(|id| mask.allow_token(id));
        let all = Sampling {
            min_p: 0.0,
            ..sampling(1.0, 11)
        };
        let rounds = 30_000;
        let counted = |mut pick: Box<dyn FnMut() -> u32>| {
            let mut counts = [0u32; 5];
            (0..rounds).for_each(|_| counts[pick() as usize] += 1);
            counts
        };
        let (mut one, mut other) = (Sampler::new(all), Sampler::new(all));
        let allowed = mask.clone();
        let asked = counted(Box::new(move || {
            let may = |id| Ok::<_, ()>(allowed.is_allowed(id));
            one.pick_asking(&logits, may).unwrap().unwrap()
        }));
        let known = counted(Box::new(move || other.pick(&logits, Some(&mask)).unwrap()));
        for (id, share) in [(1, 0.3 / 0.55), (2, 0.15 / 0.55), (3, 0.1 / 0.55)] {
            let expected = f64::from(rounds) * share;
            let deviation = (expected * (1.0 - share)).sqrt();
            for counts in [asked, known] {
                let off = (f64::from(counts[id]) - expected).abs();
                assert!(off < 5.0 * deviation, "{counts:?}: {id} should be about {expected}");
            }
        }
        assert_eq!([asked[0], asked[4], known[0], known[4]], [0; 4]);
    }

    #[test]
    fn asking_ends_where_knowing_all_is_cheaper() {
        let logits: Vec<f32> = (0..1_000).map(|id: u16| f32::from(id)).collect();
        let mut asked = 0;
        let mut none = |_| {
            asked += 1;
            Ok::<_, ()>(false)
        };
        assert_eq!(Sampler::new(sampling(0.0, 1)).pick_asking(&logits, &mut none), Ok(None));
        assert_eq!(
            Sampler::new(sampling(0.0, 1)).pick_asking(&[f32::NAN], &mut none),
            Ok(None)
        );
        assert_eq!(asked, ASKED_MOST);
        let nucleus = Sampling {
            top_p: 0.9,
            ..sampling(1.0, 1)
        };
        let asking = Sampler::new(nucleus).pick_asking(&logits, |_| Err("a nucleus is one of all that may come"));
        assert_eq!(asking, Ok(None));
    }
}

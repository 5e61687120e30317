//! Choices, scored exactly: the log-probability of every choice as the model's whole answer.
//!
//! The end of the turn belongs to a choice, so that `no` is compared with `not` and not with the
//! beginning of it. Choices with a common beginning read it once.

use std::sync::atomic::AtomicBool;

use super::reading::Reading;
use super::tokenizer::Tokenizer;
use crate::models::ask::AskError;

const MOST_CHOICES: usize = 256;
const MOST_TOKENS: usize = 64;
/// Characters of a choice that are repeated where it cannot be used.
const SHOWN: usize = 60;

/// The choices as a tree of tokens; a leaf is the end of one.
#[derive(Default)]
pub(super) struct Choices {
    children: Vec<(u32, Choices)>,
    choice: Option<usize>,
}

impl Choices {
    /// The tree of `texts`, and how many tokens each has, its end included.
    pub(super) fn new(texts: &[String], tokenizer: &Tokenizer) -> Result<(Self, Vec<u64>), AskError> {
        let wrong = |why: String| Err(AskError::Constraint { why });
        if texts.is_empty() || texts.len() > MOST_CHOICES {
            return wrong(format!("{} choices, expected 1 to {MOST_CHOICES}", texts.len()));
        }
        let mut root = Self::default();
        let mut lengths = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let mut ids = tokenizer.encode(text).map_err(|why| AskError::Compute { why })?;
            if ids.is_empty() || ids.len() >= MOST_TOKENS {
                let shown: String = text.chars().take(SHOWN).collect();
                return wrong(format!(
                    "the choice `{shown}` has {} tokens, expected 1 to {}",
                    ids.len(),
                    MOST_TOKENS - 1
                ));
            }
            ids.push(tokenizer.end_of_turn());
            lengths.push(ids.len() as u64);
            let mut node = &mut root;
            for id in ids {
                let at = match node.children.iter().position(|(token, _)| *token == id) {
                    Some(at) => at,
                    None => {
                        node.children.push((id, Self::default()));
                        node.children.len() - 1
                    }
                };
                node = &mut node.children[at].1;
            }
            if node.choice.replace(index).is_some() {
                return wrong(format!("the choice `{text}` appears twice"));
            }
        }
        Ok((root, lengths))
    }

    /// The log-probability of every choice among all of them, after what `reading` has read.
    pub(super) fn scores(
        &self,
        reading: &mut Reading,
        logits: &[f32],
        stop: &AtomicBool,
    ) -> Result<Vec<f64>, AskError> {
        let mut scores = vec![f64::NEG_INFINITY; self.count()];
        self.score(reading, logits, 0.0, &mut scores, stop)?;
        normalise(&mut scores);
        Ok(scores)
    }

    fn count(&self) -> usize {
        let below = self.children.iter().map(|(_, child)| child.count());
        usize::from(self.choice.is_some()) + below.sum::<usize>()
    }

    /// Writes the log-probability of every choice into `scores`.
    fn score(
        &self,
        reading: &mut Reading,
        logits: &[f32],
        so_far: f64,
        scores: &mut [f64],
        stop: &AtomicBool,
    ) -> Result<(), AskError> {
        let all = log_sum_exp(logits.iter().map(|logit| f64::from(*logit)));
        for (id, child) in &self.children {
            let logit = logits.get(*id as usize).copied().unwrap_or(f32::NEG_INFINITY);
            let score = so_far + f64::from(logit) - all;
            match child.choice {
                Some(choice) => scores[choice] = score,
                None => {
                    let before = reading.len();
                    let logits = reading.read(&[*id], stop)?;
                    child.score(reading, &logits, score, scores, stop)?;
                    reading.rewind(before);
                }
            }
        }
        Ok(())
    }
}

/// The scores as log-probabilities among each other: their exponentials sum to 1.
pub(super) fn normalise(scores: &mut [f64]) {
    let all = log_sum_exp(scores.iter().copied());
    scores.iter_mut().for_each(|score| *score -= all);
}

pub(super) fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
    most + values.map(|value| (value - most).exp()).sum::<f64>().ln()
}

//! Answers being written: free texts, JSON and patterns token by token, choices at once.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde_json::Value;

use super::choose::{self, Choices};
use super::constrain::Grammar;
use super::reading::Reading;
use super::sample::Sampler;
use super::text::Text;
use super::tokenizer::Tokenizer;
use crate::models::ask::{Ask, AskError, Masks};

/// What was written.
#[derive(Default)]
pub(super) struct Written {
    pub(super) value: Value,
    pub(super) text: String,
    pub(super) finished: bool,
    pub(super) stopped: bool,
    pub(super) tokens: u64,
    pub(super) confidence: Vec<(String, f64)>,
    pub(super) masks: Masks,
}

/// An answer being written.
pub(super) struct Writing<'a> {
    pub(super) ask: &'a Ask,
    pub(super) tokenizer: &'a Tokenizer,
    pub(super) on_delta: &'a mut dyn FnMut(&str),
    pub(super) stop: &'a AtomicBool,
}

impl Writing<'_> {
    /// Writes until the model ends its turn, one of the stop texts comes, or the bound is reached.
    pub(super) fn free(self, reading: &mut Reading, mut logits: Vec<f32>) -> Result<Written, AskError> {
        let mut sampler = Sampler::new(self.ask.sampling);
        let mut text = Text::until(&self.ask.stop);
        let mut tokens = 0;
        let (mut finished, mut stopped) = (false, false);
        while tokens < self.ask.max_output_tokens {
            sampler.penalise(&mut logits);
            let id = sampler.pick(&logits, None).ok_or_else(no_token)?;
            sampler.wrote(id);
            tokens += 1;
            let ends = self.tokenizer.ends_answer(id);
            stopped = !ends && text.push(self.tokenizer.bytes(id), self.on_delta);
            if ends || stopped {
                finished = true;
                break;
            }
            if tokens < self.ask.max_output_tokens {
                logits = reading.read(&[id], self.stop)?;
            }
        }
        let text = text.finish(self.on_delta);
        Ok(Written {
            value: Value::String(text.clone()),
            text,
            finished,
            stopped,
            tokens: u64::from(tokens),
            ..Written::default()
        })
    }

    /// Writes the likeliest of `texts`, the first of equals; `without` are their log-probabilities when there is
    /// nothing to judge.
    pub(super) fn choice(
        self,
        texts: &[String],
        without: Option<&[f64]>,
        reading: &mut Reading,
        logits: &[f32],
    ) -> Result<Written, AskError> {
        let (choices, lengths) = Choices::new(texts, self.tokenizer)?;
        let mut scores = choices.scores(reading, logits, self.stop)?;
        if let Some(without) = without {
            scores
                .iter_mut()
                .zip(without)
                .for_each(|(score, without)| *score -= without);
            choose::normalise(&mut scores);
        }
        let ranked = scores.iter().enumerate();
        let best = ranked.reduce(|best, next| if next.1 > best.1 { next } else { best });
        let best = best.map_or(0, |(index, _)| index);
        let text = texts.get(best).cloned().unwrap_or_default();
        (self.on_delta)(&text);
        Ok(Written {
            value: Value::String(text.clone()),
            text,
            finished: true,
            tokens: lengths.get(best).copied().unwrap_or_default(),
            confidence: texts.iter().cloned().zip(scores).collect(),
            ..Written::default()
        })
    }

    /// Writes what conforms to the grammar, and validates it.
    pub(super) fn conforming(
        self,
        mut grammar: Grammar,
        reading: &mut Reading,
        mut logits: Vec<f32>,
    ) -> Result<Written, AskError> {
        let most = u64::from(self.ask.max_output_tokens);
        let mut sampler = Sampler::new(self.ask.sampling);
        let mut text = Text::until(&[]);
        let mut tokens = 0;
        let mut costs = Vec::new();
        loop {
            // What the grammar leaves no choice about is read in one pass instead of one by one.
            let start = Instant::now();
            let mut next = grammar.forced()?;
            if next.is_empty() && !grammar.complete() {
                let known = nanos(start);
                sampler.penalise(&mut logits);
                let mut asking = 0;
                let picked = sampler.pick_asking(&logits, |id| {
                    let start = Instant::now();
                    let may = grammar.may_come(id, self.tokenizer);
                    asking += nanos(start);
                    may
                })?;
                let start = Instant::now();
                let all = match picked {
                    Some(_) => None,
                    None => Some(grammar.allowed()?),
                };
                costs.push(known + asking + nanos(start));
                let id = picked
                    .or_else(|| sampler.pick(&logits, all.as_ref()))
                    .ok_or_else(no_token)?;
                grammar.accept(id)?;
                next.push(id);
            }
            tokens += next.len() as u64;
            if tokens > most {
                return Err(AskError::Unfinished { tokens: most });
            }
            let ended = next.iter().any(|id| self.tokenizer.is_special(*id));
            next.retain(|id| !self.tokenizer.is_special(*id));
            for id in &next {
                sampler.wrote(*id);
                text.push(self.tokenizer.bytes(*id), self.on_delta);
            }
            if ended || grammar.complete() {
                break;
            }
            logits = reading.read_long(&next, self.stop)?;
        }
        let text = text.finish(self.on_delta);
        Ok(Written {
            value: grammar.value(&text)?,
            text,
            finished: true,
            tokens,
            masks: masks(costs),
            ..Written::default()
        })
    }
}

fn nanos(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

fn masks(mut costs: Vec<u64>) -> Masks {
    costs.sort_unstable();
    Masks {
        count: costs.len() as u64,
        median_ns: costs.get(costs.len() / 2).copied().unwrap_or_default(),
        total_ns: costs.iter().sum(),
    }
}

fn no_token() -> AskError {
    AskError::Compute {
        why: "no token may come next".to_owned(),
    }
}

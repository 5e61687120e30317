//! Answers being written: free texts and JSON token by token, choices at once.

use std::sync::atomic::AtomicBool;

use serde_json::Value;

use super::choose::{self, Choices};
use super::constrain::Grammar;
use super::reading::Reading;
use super::sample::Sampler;
use super::tokenizer::Tokenizer;
use crate::models::ask::{Ask, AskError};

/// What was written.
pub(super) struct Written {
    pub(super) value: Value,
    pub(super) text: String,
    pub(super) finished: bool,
    pub(super) tokens: u64,
    pub(super) confidence: Vec<(String, f64)>,
}

/// An answer being written.
pub(super) struct Writing<'a> {
    pub(super) ask: &'a Ask,
    pub(super) tokenizer: &'a Tokenizer,
    pub(super) on_delta: &'a mut dyn FnMut(&str),
    pub(super) stop: &'a AtomicBool,
}

impl Writing<'_> {
    /// Writes until the model ends its turn or the bound is reached.
    pub(super) fn free(self, reading: &mut Reading, mut logits: Vec<f32>) -> Result<Written, AskError> {
        let mut sampler = Sampler::new(self.ask.temperature, self.ask.seed);
        let mut text = Text::default();
        let mut tokens = 0;
        let mut finished = false;
        while tokens < self.ask.max_output_tokens {
            let id = sampler.pick(&logits, None).ok_or_else(no_token)?;
            tokens += 1;
            if self.tokenizer.is_special(id) {
                finished = true;
                break;
            }
            text.push(self.tokenizer.bytes(id), self.on_delta);
            if tokens < self.ask.max_output_tokens {
                logits = reading.read(&[id], self.stop)?;
            }
        }
        let text = text.finish(self.on_delta);
        Ok(Written {
            value: Value::String(text.clone()),
            text,
            finished,
            tokens: u64::from(tokens),
            confidence: Vec::new(),
        })
    }

    /// Scores all choices and writes the likeliest, the first of equals.
    pub(super) fn choice(self, texts: &[String], reading: &mut Reading, logits: &[f32]) -> Result<Written, AskError> {
        let (choices, lengths) = Choices::new(texts, self.tokenizer)?;
        let mut scores = vec![f64::NEG_INFINITY; texts.len()];
        choices.score(reading, logits, 0.0, &mut scores, self.stop)?;
        choose::normalise(&mut scores);
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
        })
    }

    /// Writes JSON that conforms to the grammar, and validates it.
    pub(super) fn conforming(
        self,
        mut grammar: Grammar,
        reading: &mut Reading,
        mut logits: Vec<f32>,
    ) -> Result<Written, AskError> {
        let most = u64::from(self.ask.max_output_tokens);
        let mut sampler = Sampler::new(self.ask.temperature, self.ask.seed);
        let mut text = Text::default();
        let mut tokens = 0;
        loop {
            // What the grammar leaves no choice about is read in one pass instead of one by one.
            let mut next = grammar.forced();
            if next.is_empty() && !grammar.complete() {
                let allowed = grammar.allowed()?;
                let id = sampler.pick(&logits, Some(&allowed)).ok_or_else(no_token)?;
                grammar.accept(id)?;
                next.push(id);
            }
            tokens += next.len() as u64;
            if tokens > most {
                return Err(AskError::Unfinished { tokens: most });
            }
            let ended = next.iter().any(|id| self.tokenizer.is_special(*id));
            next.retain(|id| !self.tokenizer.is_special(*id));
            next.iter()
                .for_each(|id| text.push(self.tokenizer.bytes(*id), self.on_delta));
            if ended || grammar.complete() {
                break;
            }
            logits = reading.read(&next, self.stop)?;
        }
        let text = text.finish(self.on_delta);
        Ok(Written {
            value: grammar.value(&text)?,
            text,
            finished: true,
            tokens,
            confidence: Vec::new(),
        })
    }
}

fn no_token() -> AskError {
    AskError::Compute {
        why: "no token may come next".to_owned(),
    }
}

/// A text that arrives in bytes and is handed on in whole characters.
#[derive(Default)]
struct Text {
    whole: String,
    pending: Vec<u8>,
}

impl Text {
    fn push(&mut self, bytes: &[u8], on_delta: &mut dyn FnMut(&str)) {
        self.pending.extend_from_slice(bytes);
        let mut delta = String::new();
        let mut rest = &self.pending[..];
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    delta.push_str(valid);
                    rest = &[];
                    break;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    delta.push_str(&String::from_utf8_lossy(valid));
                    rest = after;
                    match error.error_len() {
                        // The next token may complete the character.
                        None => break,
                        Some(length) => {
                            delta.push(char::REPLACEMENT_CHARACTER);
                            rest = &rest[length..];
                        }
                    }
                }
            }
        }
        self.pending = rest.to_vec();
        self.hand_on(&delta, on_delta);
    }

    fn finish(mut self, on_delta: &mut dyn FnMut(&str)) -> String {
        let rest = String::from_utf8_lossy(&self.pending).into_owned();
        self.hand_on(&rest, on_delta);
        self.whole
    }

    fn hand_on(&mut self, delta: &str, on_delta: &mut dyn FnMut(&str)) {
        if !delta.is_empty() {
            self.whole.push_str(delta);
            on_delta(delta);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deltas(parts: &[&[u8]]) -> Vec<String> {
        let mut deltas = Vec::new();
        let mut text = Text::default();
        for part in parts {
            text.push(part, &mut |delta| deltas.push(delta.to_owned()));
        }
        let whole = text.finish(&mut |delta| deltas.push(delta.to_owned()));
        assert_eq!(deltas.concat(), whole);
        deltas
    }

    #[test]
    fn a_character_in_several_tokens_is_handed_on_whole() {
        assert_eq!(deltas(&[b"a\xF0\x9F", b"\x98", b"\x80b"]), ["a", "\u{1F600}b"]);
        assert_eq!(deltas(&[b"\xE4\xB8", b"x"]), ["\u{FFFD}x"]);
        assert_eq!(deltas(&[b"ok\xE4\xB8"]), ["ok", "\u{FFFD}"]);
    }
}

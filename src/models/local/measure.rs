//! What a model takes and how well it predicts: numbers only, no text leaves here.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde_json::json;

use super::OnDevice;
use super::choose::log_sum_exp;
use super::reading::Reading;
use crate::models::ask::{Ask, AskError, Constraint, Masks, Sampling};

/// Tokens of one window of [`OnDevice::perplexity`].
const WINDOW: usize = 256;

/// How long reading and writing took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed {
    /// Reading the prompt.
    pub prefill: Duration,
    /// Writing the answer, token by token.
    pub decode: Duration,
}

/// Which of some labels a model takes a text for.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The share of each label, in their order.
    pub shares: Vec<f64>,
    /// Tokens of the question.
    pub tokens: u64,
}

/// How well a text is predicted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Tokens that were predicted.
    pub tokens: u64,
    /// The exponential of the mean negative log-probability of a token.
    pub perplexity: f64,
}

impl OnDevice {
    /// Reads `prompt` tokens and writes `output` more, all chosen beforehand.
    ///
    /// # Errors
    /// They do not fit into the context, the computation fails, or it was stopped.
    pub fn measure(&self, prompt: u32, output: u32, stop: &AtomicBool) -> Result<Speed, AskError> {
        let tokens = u64::from(prompt) + u64::from(output);
        if tokens > self.context {
            let context = self.context;
            return Err(AskError::TooLong { tokens, context });
        }
        let vocabulary = self.tokenizer.len() as u32;
        // A prime stride: no token follows itself, and nothing can be guessed from the last ones.
        let token = |at: u32| at.wrapping_mul(7_919) % vocabulary;
        let read: Vec<u32> = (0..prompt.max(1)).map(token).collect();
        let mut reading = Reading::new(&self.decoder, tokens as usize)?;
        let began = Instant::now();
        reading.read_long(&read, stop)?;
        let prefill = began.elapsed();
        let began = Instant::now();
        for at in 0..output {
            reading.read(&[token(prompt + at)], stop)?;
        }
        Ok(Speed {
            prefill,
            decode: began.elapsed(),
        })
    }

    /// Writes JSON under a schema of names, numbers and lists; gives what the masks took, and what writing took in all.
    ///
    /// # Errors
    /// The model cannot write it, or it was stopped.
    pub fn masks(&self, stop: &AtomicBool) -> Result<(Masks, Duration), AskError> {
        let name = json!({"type": "string", "minLength": 3, "maxLength": 24});
        let item = json!({
            "type": "object", "required": ["name", "legs"], "additionalProperties": false,
            "properties": {"name": name, "legs": {"type": "integer", "minimum": 0, "maximum": 100}},
        });
        let ask = Ask {
            constraint: Constraint::Schema(json!({"type": "array", "items": item, "minItems": 4, "maxItems": 4})),
            sampling: Sampling {
                temperature: 0.8,
                ..Sampling::default()
            },
            ..Ask::free("Name four animals and how many legs they have, as JSON.", 400)
        };
        let answer = self.infer(&ask, &mut |_| {}, stop)?;
        Ok((answer.masks, Duration::from_millis(answer.decode_ms)))
    }

    /// The share of each of `labels` when the model is asked which of them `text` is, calibrated.
    ///
    /// # Errors
    /// The text does not fit, the labels cannot be told apart, or it was stopped.
    pub fn choose(&self, text: &str, labels: &[String], stop: &AtomicBool) -> Result<Chosen, AskError> {
        let answer = self.infer(&choosing(text, labels), &mut |_| {}, stop)?;
        Ok(Chosen {
            shares: answer.confidence.iter().map(|(_, log)| log.exp()).collect(),
            tokens: answer.prompt_tokens,
        })
    }

    /// The most tokens that [`OnDevice::choose`] takes.
    ///
    /// # Errors
    /// As for [`OnDevice::count`].
    pub fn count_choosing(&self, text: &str, labels: &[String]) -> Result<u64, AskError> {
        self.count(&choosing(text, labels))
    }

    /// How well the model predicts `text`: in windows of 256 tokens, each token but a window's first after all before
    /// it in its window.
    ///
    /// # Errors
    /// The text has fewer than two tokens, or it was stopped.
    pub fn perplexity(&self, text: &str, stop: &AtomicBool) -> Result<Prediction, AskError> {
        let ids = self.tokenizer.encode(text).map_err(|why| AskError::Compute { why })?;
        let mut tokens = 0;
        let mut loss = 0.0;
        for window in ids.chunks(WINDOW).filter(|window| window.len() > 1) {
            let mut reading = Reading::new(&self.decoder, window.len())?;
            let logits = reading.read_each(window, stop)?;
            for (logits, next) in logits.iter().zip(&window[1..]) {
                let all = log_sum_exp(logits.iter().map(|logit| f64::from(*logit)));
                let own = logits.get(*next as usize).copied().unwrap_or(f32::NEG_INFINITY);
                loss += all - f64::from(own);
                tokens += 1;
            }
        }
        if tokens == 0 {
            let why = "the text is too short to predict anything of it".to_owned();
            return Err(AskError::Compute { why });
        }
        Ok(Prediction {
            tokens,
            perplexity: (loss / tokens as f64).exp(),
        })
    }
}

/// The question which of `labels` a text is.
fn choosing(text: &str, labels: &[String]) -> Ask {
    Ask {
        about: Some(text.to_owned()),
        constraint: Constraint::Choices {
            texts: labels.to_vec(),
            calibrated: true,
        },
        ..Ask::free(&format!("Which of these is it: {}?", labels.join(", ")), 1)
    }
}

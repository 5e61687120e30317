//! What a model takes and how well it predicts: numbers only, no text leaves here.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::OnDevice;
use super::choose::log_sum_exp;
use super::reading::Reading;
use crate::models::ask::AskError;

/// Tokens of one window of [`OnDevice::perplexity`].
const WINDOW: usize = 256;

/// How long reading and writing took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Tokens read in one go.
    pub read: usize,
    /// How long that took.
    pub reading: Duration,
    /// Tokens written one by one after them.
    pub written: usize,
    /// How long that took.
    pub writing: Duration,
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
    /// Reads `read` tokens of no meaning and writes `written` after them.
    ///
    /// # Errors
    /// They do not fit into the context, or it was stopped.
    pub fn pace(&self, read: usize, written: usize, stop: &AtomicBool) -> Result<Pace, AskError> {
        let tokens = (read + written) as u64;
        if tokens > self.context {
            let context = self.context;
            return Err(AskError::TooLong { tokens, context });
        }
        let mut reading = Reading::new(&self.decoder, read + written)?;
        let vocabulary = self.tokenizer.len() as u32;
        // Spread over the vocabulary, the same every time.
        let ids: Vec<u32> = (0..read as u32)
            .map(|index| index.wrapping_mul(2_654_435_761) % vocabulary)
            .collect();
        let start = Instant::now();
        let mut logits = reading.read_long(&ids, stop)?;
        let took = start.elapsed();
        let start = Instant::now();
        for _ in 0..written {
            let best = logits.iter().zip(0u32..).max_by(|a, b| a.0.total_cmp(b.0));
            logits = reading.read(&[best.map_or(0, |(_, id)| id)], stop)?;
        }
        Ok(Pace {
            read,
            reading: took,
            written,
            writing: start.elapsed(),
        })
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

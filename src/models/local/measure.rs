//! How fast a model reads and writes here: the same tokens every time, and no text comes of them.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::OnDevice;
use super::reading::Reading;
use crate::models::AskError;

/// How long reading and writing took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed {
    /// Reading the prompt.
    pub prefill: Duration,
    /// Writing the answer, token by token.
    pub decode: Duration,
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
        let mut reading = Reading::new(self.weights.clone());
        let began = Instant::now();
        reading.read(&read, stop)?;
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
}

//! A model with the tokens that it has read so far: reading more gives the logits of what follows.
//!
//! A clone shares weights and everything read before, so an answer can be tried and forgotten.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::ModelWeights;

use crate::models::ask::AskError;

/// Tokens in one forward pass: the attention of a pass takes `heads × this × context` floats.
const PASS: usize = 256;

/// candle's threads wait for each other by spinning: two passes at once on the same cores take many
/// times as long as one after the other.
static ONE_PASS_AT_A_TIME: Mutex<()> = Mutex::new(());

#[derive(Clone)]
pub(super) struct Reading {
    weights: ModelWeights,
    read: usize,
}

impl Reading {
    /// A model that has read nothing.
    pub(super) fn new(weights: ModelWeights) -> Self {
        Self { weights, read: 0 }
    }

    /// Reads `tokens`, of which there is at least one; gives the logits after the last.
    pub(super) fn read(&mut self, tokens: &[u32], stop: &AtomicBool) -> Result<Vec<f32>, AskError> {
        let failed = |error: candle_core::Error| AskError::Compute { why: error.to_string() };
        let mut logits = None;
        for pass in tokens.chunks(PASS) {
            if stop.load(Ordering::Relaxed) {
                return Err(AskError::Stopped);
            }
            let input = Tensor::new(pass, &Device::Cpu)
                .and_then(|ids| ids.unsqueeze(0))
                .map_err(failed)?;
            let _turn = ONE_PASS_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
            logits = Some(self.weights.forward(&input, self.read).map_err(failed)?);
            self.read += pass.len();
        }
        match logits {
            Some(logits) => logits.squeeze(0).and_then(|row| row.to_vec1()).map_err(failed),
            None => Err(AskError::Compute {
                why: "there is nothing to read".to_owned(),
            }),
        }
    }
}

//! A model with the tokens that it has read so far: reading more gives the logits of what follows.
//!
//! What was read of one prompt is kept for the next one that begins the same. A prompt is always read in the same
//! passes, so its logits are the same to the last bit whether its beginning was kept or not.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use candle_core::Tensor;

use super::decoder::{Decoder, Interrupted, Kept};
use crate::models::ask::AskError;
use crate::models::memory;

/// Tokens in one forward pass: the attention of a pass takes `heads × this × context` floats.
const PASS: usize = 256;
/// A turn shorter than this is read together with the next.
const SHORTEST_PASS: usize = 16;
/// Tokens of an answer that there is room for from the beginning: most are shorter than their bound.
const AHEAD: usize = 512;
/// Readings that wait for a prompt that begins like theirs, and the bytes that they may take together.
const MOST_KEPT: usize = 4;
const MOST_BYTES: u64 = 256 << 20;

/// candle's threads wait for each other by spinning: two passes at once on the same cores take many
/// times as long as one after the other.
static ONE_PASS_AT_A_TIME: Mutex<()> = Mutex::new(());

pub(super) struct Reading {
    decoder: Arc<Decoder>,
    kept: Kept,
    tokens: Vec<u32>,
    /// Where the passes over a prompt ended.
    cuts: Vec<usize>,
}

/// Readings that are kept between prompts.
#[derive(Default)]
pub(super) struct Readings(Mutex<Vec<Reading>>);

fn failed(error: &candle_core::Error) -> AskError {
    AskError::Compute { why: error.to_string() }
}

impl Reading {
    /// A model that has read nothing, with room for `tokens`.
    pub(super) fn new(decoder: &Arc<Decoder>, tokens: usize) -> Result<Self, AskError> {
        Ok(Self {
            decoder: Arc::clone(decoder),
            kept: room(decoder, tokens)?,
            tokens: Vec::new(),
            cuts: Vec::new(),
        })
    }

    /// How many tokens were read.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Forgets everything after the first `tokens` tokens.
    pub(super) fn rewind(&mut self, tokens: usize) {
        self.tokens.truncate(tokens);
        self.cuts.retain(|cut| *cut <= tokens);
    }

    /// Reads `tokens`, of which there is at least one; gives the logits after the last.
    pub(super) fn read(&mut self, tokens: &[u32], stop: &AtomicBool) -> Result<Vec<f32>, AskError> {
        let states = self.pass(tokens, stop)?;
        let last = states.narrow(0, tokens.len() - 1, 1);
        let logits = last.and_then(|last| self.decoder.logits(&last)?.squeeze(0)?.to_vec1());
        let logits: Vec<f32> = logits.map_err(|error| failed(&error))?;
        finite(&logits)?;
        Ok(logits)
    }

    /// Reads any number of `tokens`, in full passes; gives the logits after the last.
    pub(super) fn read_long(&mut self, tokens: &[u32], stop: &AtomicBool) -> Result<Vec<f32>, AskError> {
        let last = tokens.len().saturating_sub(1) / PASS * PASS;
        for pass in tokens[..last].chunks(PASS) {
            self.pass(pass, stop)?;
        }
        self.read(&tokens[last..], stop)
    }

    /// Reads `tokens`, at most [`PASS`]; gives the logits after each: `[tokens, vocabulary]`.
    pub(super) fn read_each(&mut self, tokens: &[u32], stop: &AtomicBool) -> Result<Vec<Vec<f32>>, AskError> {
        let states = self.pass(tokens, stop)?;
        let logits = self.decoder.logits(&states).and_then(|logits| logits.to_vec2());
        let logits: Vec<Vec<f32>> = logits.map_err(|error| failed(&error))?;
        logits.iter().try_for_each(|logits| finite(logits))?;
        Ok(logits)
    }

    fn pass(&mut self, tokens: &[u32], stop: &AtomicBool) -> Result<Tensor, AskError> {
        if tokens.is_empty() {
            let why = "there is nothing to read".to_owned();
            return Err(AskError::Compute { why });
        }
        let all = self.tokens.len() + tokens.len();
        if all > self.kept.room() {
            self.grow(all)?;
        }
        let _turn = ONE_PASS_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let states = self.decoder.states(tokens, &mut self.kept, self.tokens.len(), stop);
        let states = states.map_err(|interrupted| match interrupted {
            Interrupted::Stopped => AskError::Stopped,
            Interrupted::Failed(error) => failed(&error),
        })?;
        self.tokens.extend_from_slice(tokens);
        Ok(states)
    }

    /// Makes room for `tokens`; for more where memory allows it, so that not every token copies all before it.
    fn grow(&mut self, tokens: usize) -> Result<(), AskError> {
        let ample = tokens.max(self.kept.room() + self.kept.room() / 2);
        let mut larger = match room(&self.decoder, ample) {
            Err(AskError::Memory { .. }) if ample > tokens => room(&self.decoder, tokens)?,
            larger => larger?,
        };
        if !self.tokens.is_empty() {
            let taken = larger.take_over(&self.kept, self.tokens.len());
            taken.map_err(|error| failed(&error))?;
        }
        self.kept = larger;
        Ok(())
    }

    /// Tokens at the beginning of a prompt with these `cuts` that were read in the same passes; never all of it.
    fn shared(&self, prompt: &[u32], cuts: &[usize]) -> usize {
        let same = self.cuts.iter().zip(cuts).take_while(|(ours, theirs)| ours == theirs);
        let shared = same.map(|(cut, _)| *cut).take_while(|cut| {
            *cut < prompt.len() && self.tokens.get(..*cut).is_some_and(|ours| prompt.starts_with(ours))
        });
        shared.last().unwrap_or(0)
    }

    fn bytes(&self) -> u64 {
        self.kept.room() as u64 * self.decoder.bytes_per_token()
    }
}

impl Readings {
    /// Reads `prompt`, whose turns end with the token `end_of_turn`, of which an answer makes `tokens` at most; gives
    /// the logits after it.
    pub(super) fn read(
        &self,
        decoder: &Arc<Decoder>,
        prompt: &[u32],
        end_of_turn: u32,
        tokens: usize,
        stop: &AtomicBool,
    ) -> Result<(Reading, Vec<f32>), AskError> {
        let cuts = cuts(prompt, end_of_turn);
        let tokens = tokens.min(prompt.len() + AHEAD);
        let mut reading = match self.take(prompt, &cuts) {
            Some(reading) => reading,
            None => {
                self.make_room(tokens as u64 * decoder.bytes_per_token());
                Reading::new(decoder, tokens)?
            }
        };
        if reading.kept.room() < tokens
            && let Err(error) = reading.grow(tokens)
        {
            // What was read before serves a shorter question.
            self.keep(reading);
            return Err(error);
        }
        let mut logits = Vec::new();
        for cut in cuts {
            let from = reading.len();
            if cut <= from {
                continue;
            }
            let pass = &prompt[from..cut];
            // Only the logits at its end are asked for.
            let read = match cut == prompt.len() {
                true => reading.read(pass, stop).map(|read| logits = read),
                false => reading.pass(pass, stop).map(drop),
            };
            if let Err(error) = read {
                self.keep(reading);
                return Err(error);
            }
            reading.cuts.push(cut);
        }
        Ok((reading, logits))
    }

    /// Keeps what was read of a prompt of `tokens` tokens for the next one.
    pub(super) fn put(&self, mut reading: Reading, tokens: usize) {
        reading.rewind(tokens);
        self.keep(reading);
    }

    fn keep(&self, reading: Reading) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(reading);
        // The oldest goes first; what was taken and put back is the newest.
        while kept.len() > MOST_KEPT || kept.iter().map(Reading::bytes).sum::<u64>() > MOST_BYTES {
            kept.remove(0);
        }
    }

    /// Lets go of the oldest readings until one of `bytes` bytes has room beside the others.
    fn make_room(&self, bytes: u64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !kept.is_empty() && kept.iter().map(Reading::bytes).sum::<u64>().saturating_add(bytes) > MOST_BYTES {
            kept.remove(0);
        }
    }

    /// The reading that shares most with a prompt, rewound to what it shares.
    fn take(&self, prompt: &[u32], cuts: &[usize]) -> Option<Reading> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shares = kept.iter().map(|reading| reading.shared(prompt, cuts));
        let (best, shared) = shares.enumerate().max_by_key(|(_, shared)| *shared)?;
        if shared == 0 {
            return None;
        }
        let mut reading = kept.remove(best);
        reading.rewind(shared);
        Some(reading)
    }
}

/// Whether logits are numbers: of what is none, no token would be likelier than another.
fn finite(logits: &[f32]) -> Result<(), AskError> {
    match logits.iter().all(|logit| logit.is_finite()) {
        true => Ok(()),
        false => Err(AskError::Compute {
            why: "it computes what is not a number; its weights are not sound".to_owned(),
        }),
    }
}

/// Buffers for `tokens` tokens, when there is memory for them: a process that allocates more than there is, is ended.
fn room(decoder: &Decoder, tokens: usize) -> Result<Kept, AskError> {
    let needed = (tokens as u64).saturating_mul(decoder.bytes_per_token());
    if decoder.is_in_memory() {
        enough(needed, memory::available())?;
        let mut probe: Vec<u8> = Vec::new();
        let reserved = probe.try_reserve_exact(usize::try_from(needed).unwrap_or(usize::MAX));
        // An allocation that nobody looks at may be left out.
        std::hint::black_box(&probe);
        reserved.map_err(|_| AskError::Memory {
            needed,
            available: None,
        })?;
    }
    decoder.room_for(tokens).map_err(|error| failed(&error))
}

/// Whether `needed` bytes are among those that are `available`, where the system says how many are.
fn enough(needed: u64, available: Option<u64>) -> Result<(), AskError> {
    match available {
        Some(available) if available < needed => Err(AskError::Memory {
            needed,
            available: Some(available),
        }),
        Some(_) | None => Ok(()),
    }
}

/// Where the passes over a prompt end: with a turn, or when they are long enough. They depend on the prompt alone.
fn cuts(prompt: &[u32], end_of_turn: u32) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut from = 0;
    for (index, id) in prompt.iter().enumerate() {
        let length = index + 1 - from;
        if length == PASS || (*id == end_of_turn && length >= SHORTEST_PASS) {
            from = index + 1;
            cuts.push(from);
        }
    }
    if from < prompt.len() {
        cuts.push(prompt.len());
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::fixture;

    #[test]
    fn more_than_there_is_is_refused_with_both_numbers() {
        let said = enough(3_072_000_049_152, Some(5 << 30)).map_err(|error| error.to_string());
        let said = said.unwrap_err();
        assert!(said.contains("2929688 MiB") && said.contains("5120 MiB"), "{said}");
        assert_eq!(enough(1 << 20, Some(1 << 20)), Ok(()));
        assert_eq!(enough(1 << 20, None), Ok(()));
        let decoder = &fixture::model().decoder;
        let refused = Reading::new(decoder, 4_000_000_000).map(|_| ()).unwrap_err();
        assert!(matches!(refused, AskError::Memory { .. }), "{refused}");
        let mut reading = Reading::new(decoder, 64).unwrap();
        reading.grow(65).unwrap();
        assert_eq!(reading.kept.room(), 128);
        reading.grow(129).unwrap();
        assert_eq!(reading.kept.room(), 192);
    }

    #[test]
    fn what_is_not_a_number_is_no_answer() {
        assert_eq!(finite(&[0.0, -3.5, f32::MAX]), Ok(()));
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(matches!(finite(&[1.0, odd]), Err(AskError::Compute { .. })));
        }
    }

    #[test]
    fn a_prompt_is_cut_where_turns_end_and_passes_are_full() {
        let mut prompt = vec![1; 40];
        prompt[3] = 9;
        prompt[20] = 9;
        assert_eq!(cuts(&prompt, 9), [21, 40]);
        prompt.truncate(21);
        assert_eq!(cuts(&prompt, 9), [21]);
        assert_eq!(cuts(&[1; 600], 9), [256, 512, 600]);
    }
}

//! A question as tokens that fit: whole, or cut as it allows.

use super::OnDevice;
use super::choose::Choices;
use crate::models::ask::{Ask, AskError, Constraint, Overflow};

/// How often a material is cut a little shorter before it is given up.
const ATTEMPTS: usize = 8;

/// A question as tokens.
pub(super) struct Prepared {
    pub(super) prompt: Vec<u32>,
    /// The most tokens that prompt and answer take.
    pub(super) tokens: u64,
    /// Tokens that did not fit and may be missing.
    pub(super) left_out: u64,
}

impl OnDevice {
    /// The question as tokens, cut as it allows when it does not fit.
    pub(super) fn prepare(&self, ask: &Ask) -> Result<Prepared, AskError> {
        let output = match &ask.constraint {
            Constraint::Free | Constraint::Schema(_) | Constraint::Pattern(_) | Constraint::Call(_) => {
                u64::from(ask.max_output_tokens)
            }
            Constraint::Choices { texts, .. } => {
                let (_, lengths) = Choices::new(texts, &self.tokenizer)?;
                lengths.into_iter().max().unwrap_or_default()
            }
        };
        let whole = self.fitting(ask, output, 0);
        let too_long = match (ask.overflow, whole) {
            (Overflow::KeepStart | Overflow::KeepEnd | Overflow::KeepEnds, Err(AskError::TooLong { .. })) => ask,
            (_, whole) => return whole,
        };
        let mut ask = too_long.clone();
        let mut left_out = 0;
        while !ask.turns.is_empty() {
            // What was asked goes with what was answered.
            let next = ask
                .turns
                .iter()
                .skip(1)
                .position(|turn| turn.role == crate::models::ask::Role::User);
            let gone = ask.turns.drain(..next.map_or(ask.turns.len(), |at| at + 1));
            for turn in gone.collect::<Vec<_>>() {
                left_out += self.length(&turn.text)?;
            }
            match self.fitting(&ask, output, left_out) {
                Err(AskError::TooLong { .. }) => {}
                fitting => return fitting,
            }
        }
        self.cut(ask, output, left_out)
    }

    /// The question as it is, when it fits.
    fn fitting(&self, ask: &Ask, output: u64, left_out: u64) -> Result<Prepared, AskError> {
        let context = self.context;
        let too_long = |tokens: u64| AskError::TooLong { tokens, context };
        // A text far too long is not even split: each of its tokens writes only so many bytes.
        let said = ask.turns.iter().map(|turn| turn.text.len()).sum::<usize>();
        let about = ask.about.as_ref().map_or(0, String::len);
        let bytes = ask.prompt.len() + ask.system.as_ref().map_or(0, String::len) + said + about;
        let at_least = (bytes / self.tokenizer.longest()) as u64;
        if at_least > context {
            return Err(too_long(at_least));
        }
        let prompt = self.chat.tokens(ask, &self.tokenizer)?;
        let tokens = prompt.len() as u64 + output;
        if tokens > context {
            return Err(too_long(tokens));
        }
        Ok(Prepared {
            prompt,
            tokens,
            left_out,
        })
    }

    fn length(&self, text: &str) -> Result<u64, AskError> {
        let ids = self.tokenizer.encode(text);
        ids.map(|ids| ids.len() as u64).map_err(|why| AskError::Compute { why })
    }

    /// The question with as much of what it is about as fits.
    fn cut(&self, mut ask: Ask, output: u64, left_out: u64) -> Result<Prepared, AskError> {
        let Some(about) = ask.about.take() else {
            return self.fitting(&ask, output, left_out);
        };
        let ids = self.tokenizer.encode(&about).map_err(|why| AskError::Compute { why })?;
        let keep = ask.overflow;
        let with = |ask: &Ask, kept: usize| Ask {
            about: Some(self.kept(&ids, kept, keep)),
            ..ask.clone()
        };
        // The place that is left once everything else has its own, then less until what joins at the cut fits too.
        let bare = self.fitting(&with(&ask, 0), output, left_out)?;
        let mut kept = (self.context - bare.tokens).min(ids.len() as u64) as usize;
        for _ in 0..ATTEMPTS {
            let left_out = left_out + (ids.len() - kept) as u64;
            match self.fitting(&with(&ask, kept), output, left_out) {
                Err(AskError::TooLong { tokens, context }) => kept = kept.saturating_sub((tokens - context) as usize),
                fitting => return fitting,
            }
        }
        self.fitting(&with(&ask, 0), output, left_out + ids.len() as u64)
    }

    /// `kept` of the tokens `ids` as a text that says where the others were.
    fn kept(&self, ids: &[u32], kept: usize, keep: Overflow) -> String {
        let (start, end) = match keep {
            Overflow::KeepEnd => (0, kept),
            Overflow::KeepEnds => (kept - kept / 2, kept / 2),
            Overflow::KeepStart | Overflow::Refuse => (kept, 0),
        };
        let text = |ids: &[u32]| {
            let bytes: Vec<u8> = ids.iter().flat_map(|id| self.tokenizer.bytes(*id)).copied().collect();
            // A character that was cut through is no character.
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.trim_matches(char::REPLACEMENT_CHARACTER).to_owned()
        };
        let missing = format!("[… {} tokens left out …]", ids.len() - kept);
        let parts = [text(&ids[..start]), missing, text(&ids[ids.len() - end..])];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("\n")
    }
}

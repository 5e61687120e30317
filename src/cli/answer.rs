//! An answer while it is written, and its closing line.
//!
//! On a terminal the words are shown as they come, and in their place at the end the same with its Markdown drawn. What
//! a model writes never steers the terminal.

use std::io;

use crossterm::cursor::{MoveToColumn, MoveUp};
use crossterm::queue;
use crossterm::terminal::{self, Clear, ClearType};
use termimad::MadSkin;
use unicode_width::UnicodeWidthStr as _;

use super::failure::Failure;
use super::output::{Output, harmless};
use crate::engine::fact::Usage;

/// What was written so far.
#[derive(Debug, Default)]
pub struct Written {
    text: String,
    usage: Option<Usage>,
}

impl Written {
    /// Shows the next words.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn take(&mut self, output: &mut Output, text: &str) -> Result<(), Failure> {
        if output.is_terminal() {
            let text = harmless(text);
            self.text.push_str(&text);
            output.data(text.as_bytes())?;
        }
        Ok(())
    }

    /// Notes what a model used.
    pub fn used(&mut self, usage: &Usage) {
        self.usage = Some(usage.clone());
    }

    /// Ends with the whole answer.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn finish(&self, output: &mut Output, answer: &str) -> Result<(), Failure> {
        if !output.is_terminal() {
            return output.text(answer);
        }
        let (columns, rows) = terminal::size().unwrap_or((80, 24));
        let shown = self.rows(columns);
        // What has left the screen cannot be drawn again; it stays as it came.
        let is_on_screen = shown < rows && !output.is_spoken();
        if self.text.is_empty() || (is_on_screen && output.paint().is_coloured()) {
            let skin = MadSkin::default();
            let drawn = skin.text(&harmless(answer), Some(usize::from(columns))).to_string();
            output.data(&take_away(shown, self.text.is_empty()))?;
            return output.text(&drawn);
        }
        output.data(b"\n")
    }

    /// Says what it took.
    pub fn close(&self, output: &Output, run: &str) {
        let Some(usage) = &self.usage else { return };
        let rate = |tokens: u64, ms: u64| match ms {
            0 => String::new(),
            ms => format!(" at {}/s", tokens.saturating_mul(1_000) / ms),
        };
        let sure = usage.confidence.map_or_else(String::new, |confidence| {
            format!("  {:.0} % sure", confidence.probability() * 100.0)
        });
        output.say(&format!(
            "{}  {} tokens read{}, {} written{}{sure}  run {run}",
            usage.model,
            usage.prompt_tokens,
            rate(usage.prompt_tokens, usage.prefill_ms),
            usage.output_tokens,
            rate(usage.output_tokens, usage.decode_ms),
        ));
        if let Some(first) = &usage.escalated_from {
            output.say(&format!(
                "asked because {} was only {:.0} % sure",
                first.model,
                first.confidence.probability() * 100.0
            ));
        }
        if usage.left_out > 0 {
            output.say(&format!(
                "{} tokens of what it was given did not fit and were left out",
                usage.left_out
            ));
        }
        if usage.cut {
            output.say(&format!(
                "the answer is cut: it may have {} tokens, and the model had not ended it; --max-output-tokens raises that",
                usage.output_tokens
            ));
        }
    }

    /// The rows that the text takes in a terminal of `columns`, but for the one where it ends.
    fn rows(&self, columns: u16) -> u16 {
        let columns = usize::from(columns).max(1);
        let rows: usize = self
            .text
            .split('\n')
            .map(|line| line.width().max(1).div_ceil(columns))
            .sum();
        u16::try_from(rows.saturating_sub(1)).unwrap_or(u16::MAX)
    }
}

/// What takes the last rows of a terminal away.
fn take_away(rows: u16, nothing: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    if nothing {
        return bytes;
    }
    let mut write = || -> io::Result<()> {
        queue!(bytes, MoveToColumn(0))?;
        if rows > 0 {
            queue!(bytes, MoveUp(rows))?;
        }
        queue!(bytes, Clear(ClearType::FromCursorDown))
    };
    // Writing to memory cannot fail.
    let _ = write();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_as_a_terminal_wraps_them() {
        let of = |text: &str| Written {
            text: text.to_owned(),
            usage: None,
        };
        assert_eq!(of("").rows(10), 0);
        assert_eq!(of("0123456789").rows(10), 0);
        assert_eq!(of("01234567890").rows(10), 1);
        assert_eq!(of("a\n\nb").rows(10), 2);
        assert_eq!(of("日本語日本語").rows(10), 1);
        assert_eq!(of("a").rows(0), 0);
    }
}

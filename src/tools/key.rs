//! The idempotency key of an effect: the same for every attempt at it, another one for every other.
//!
//! A tool hands it on wherever the other side can use it: as the HTTP field `Idempotency-Key`, as
//! the environment variable `SOMAGENT_IDEMPOTENCY_KEY` of a program, in `_meta` of an MCP call.

use std::fmt;

/// The most bytes of a key: what servers commonly store.
const MOST_BYTES: usize = 200;

/// `som1:{run}:{step path}:{item}`: 1 to 200 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(String);

/// A text that no tool can hand on as a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no idempotency key: it needs 1 to {MOST_BYTES} visible ASCII characters", .text.escape_debug())]
pub struct NotAKey {
    text: String,
}

impl Key {
    /// Reads a key.
    ///
    /// # Errors
    /// It is empty, too long, or has blanks, control characters or letters beyond ASCII.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let fits = (1..=MOST_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAKey {
                text: text.chars().take(MOST_BYTES).collect(),
            })
        }
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_can_be_a_header_a_variable_and_a_json_text() {
        for text in [
            "som1:0190b0a0-0000-7000-8000-000000000001:deploy:0",
            "x",
            &"k".repeat(200),
        ] {
            assert_eq!(Key::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "a b", "a\nb", "a\0", "é", "\u{7f}", &"k".repeat(201)] {
            assert!(Key::parse(text).is_err(), "{text:?}");
        }
    }
}

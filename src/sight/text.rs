//! Texts that somebody else chose.

use std::borrow::Cow;

/// A text that cannot steer a terminal or show itself in another order than it has.
///
/// Control characters but line ends and tabs, and those that turn the direction of writing (Unicode
/// UAX 9), become U+FFFD: a file, a page or a model may have chosen them.
pub fn harmless(text: &str) -> Cow<'_, str> {
    let steers = |character: char| match character {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    };
    if text.contains(steers) {
        text.replace(steers, "\u{fffd}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_replaced() {
        let shown = harmless("a\u{1b}[2J\u{9b}b\r\u{202e}c\u{7f}\n\td é");
        assert_eq!(shown, "a\u{fffd}[2J\u{fffd}b\u{fffd}\u{fffd}c\u{fffd}\n\td é");
        assert!(matches!(harmless("plain\ntext"), Cow::Borrowed(_)));
    }
}

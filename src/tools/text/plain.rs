//! Text without characters that act on a terminal or hide their order.
//!
//! Never changes what is visible: letters, marks, emoji and white space stay.

/// Removes C0 and C1 controls but line end and tab, bidirectional overrides and byte order marks.
///
/// Bidirectional controls as in UAX #9, section 2; the marks of reading direction stay.
pub(in crate::tools) fn plain(text: &str) -> String {
    text.chars().filter(|character| !acts(*character)).collect()
}

fn acts(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        other => other.is_control(),
    }
}

/// The text on one line: controls removed, every run of white space one space, none at the ends.
pub(in crate::tools) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    // A control between two words separates them no less than a space: `a\rb` is not `ab`.
    for word in text.split(|character: char| character.is_whitespace() || character.is_control()) {
        let word = plain(word);
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_acts_goes_and_what_is_read_stays() {
        assert_eq!(
            plain("\u{1b}[31mred\u{7}\u{9b}0m\u{202e}abc\u{2069}\n\té 名 👩‍👩‍👧"),
            "[31mred0mabc\n\té 名 👩‍👩‍👧"
        );
        assert_eq!(one_line("  a\r\nb\u{2028}c\t\u{0} d "), "a b c d");
    }

    proptest! {
        #[test]
        fn a_line_has_no_control_and_is_its_own_line(text: String) {
            let line = one_line(&text);
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert_eq!(one_line(&line), line);
        }
    }
}

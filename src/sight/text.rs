//! Texts that somebody else chose.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

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

/// A text of somebody else as lines of at most `width` columns, broken between words where that is possible.
///
/// What goes on below keeps the indentation of its line, unless that takes half of the width.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let text = harmless(text).replace('\t', "    ");
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.width() <= width {
            lines.push(line.to_owned());
            continue;
        }
        let (taken, mut rest) = broken(line, width);
        lines.push(taken.trim_end().to_owned());
        let indent = line.len() - line.trim_start_matches(' ').len();
        let indent = if indent * 2 < width { indent } else { 0 };
        while !rest.is_empty() {
            let (taken, left) = if rest.width() > width - indent {
                broken(rest, width - indent)
            } else {
                (rest, "")
            };
            lines.push(format!("{:indent$}{}", "", taken.trim_end()));
            rest = left;
        }
    }
    lines
}

/// Splits a line that is wider than `width`.
fn broken(line: &str, width: usize) -> (&str, &str) {
    let mut used = 0;
    let mut space = None;
    let mut seen_word = false;
    for (at, letter) in line.grapheme_indices(true) {
        let next = used + letter.width();
        if next > width && at > 0 {
            return match space {
                Some(space) if letter != " " => line.split_at(space),
                _ => (&line[..at], line[at..].trim_start_matches(' ')),
            };
        }
        used = next;
        if letter != " " {
            seen_word = true;
        } else if seen_word {
            // What begins the line is its indentation.
            space = Some(at + 1);
        }
    }
    (line, "")
}

/// A text of somebody else on one line of at most `width` columns.
pub fn cut(text: &str, width: usize) -> String {
    let text = harmless(text).replace(['\n', '\t'], " ");
    if text.width() <= width {
        return text;
    }
    let mut used = 0;
    let mut kept = String::new();
    for letter in text.graphemes(true) {
        used += letter.width();
        if used + 1 > width {
            break;
        }
        kept.push_str(letter);
    }
    if width > 0 {
        kept.push('…');
    }
    kept
}

/// The same, filled up to the width.
pub fn padded(text: &str, width: usize) -> String {
    let cut = cut(text, width);
    let rest = width.saturating_sub(cut.width());
    cut + &" ".repeat(rest)
}

/// A text of somebody else on one line, however long: no row that looks like one of ours begins within it.
pub fn on_a_line(text: &str) -> String {
    cut(text, usize::MAX)
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

    #[test]
    fn texts_are_broken_between_words_and_keep_their_indentation() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("  abcdefghij", 6), ["  abcd", "  efgh", "  ij"]);
        assert_eq!(wrapped("    abcdefghij", 8), ["    abcd", "efghij"]);
        assert_eq!(wrapped("字字字字", 5), ["字字", "字字"]);
        assert_eq!(wrapped("a\n\nb", 5), ["a", "", "b"]);
        assert_eq!(wrapped("one two three4567 x", 7), ["one two", "three45", "67 x"]);
    }

    #[test]
    fn what_is_too_long_for_a_line_says_so() {
        assert_eq!(cut("a line\nof two", 7), "a line…");
        assert_eq!(cut("short", 7), "short");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(
            (cut("x", 0), cut("a\u{1b}[2J\nb", 20)),
            (String::new(), "a\u{fffd}[2J b".to_owned())
        );
        assert_eq!(padded("日", 4), "日  ");
        assert_eq!([5, 4].map(|width| cut("漢字漢字", width)), ["漢字…", "漢…"]);
        assert_eq!(padded("字字字", 5), "字字…");
    }
}

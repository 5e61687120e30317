//! Escaping for Markdown: a value stays text, whatever it holds.
//!
//! CommonMark 0.31 and the tables and strikethrough of GFM 0.29. A character is escaped where it
//! could begin or end a construct, and left alone where it cannot, so that `a_b` and `(#12)` stay
//! readable. A bare address stays text that some readers turn into a link: it shows where it leads.

use super::plain::one_line;

/// `text` on one line, so that Markdown shows it as it is; white space at an end becomes one space.
pub(super) fn escape(text: &str) -> String {
    let line = one_line(text);
    let mut out = String::with_capacity(line.len() + 8);
    if text.starts_with(char::is_whitespace) {
        out.push(' ');
    }
    let characters: Vec<char> = line.chars().collect();
    let number = characters
        .iter()
        .take_while(|character| character.is_ascii_digit())
        .count();
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1).copied();
        let escaped = match character {
            '\\' | '`' | '*' | '[' | ']' | '<' | '|' | '~' => true,
            // Inside a word an underscore neither opens nor closes emphasis.
            '_' => !(is_word(before) && is_word(after)),
            // A heading begins at the start of a line and may be closed after a space.
            '#' => before.is_none_or(|before| before == ' ' || before == '#'),
            '>' | '-' | '+' | '=' | ':' => at == 0,
            '.' | ')' => number > 0 && at == number,
            '&' => is_entity(&characters[at + 1..]),
            _ => false,
        };
        if escaped {
            out.push('\\');
        }
        out.push(character);
    }
    if text.ends_with(char::is_whitespace) && !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

fn is_word(character: Option<char>) -> bool {
    character.is_some_and(char::is_alphanumeric)
}

/// Whether what follows an ampersand makes it a character reference.
fn is_entity(rest: &[char]) -> bool {
    let length = rest
        .iter()
        .take(40)
        .take_while(|character| character.is_ascii_alphanumeric() || **character == '#')
        .count();
    length > 0 && rest.get(length) == Some(&';')
}

/// `text` as a code span, fenced by more backticks than it holds in a row; nothing when it is empty.
pub(super) fn code(text: &str) -> String {
    let line = one_line(text);
    if line.is_empty() {
        return line;
    }
    let longest = line
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if line.starts_with('`') || line.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{line}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_subject_cannot_make_markdown_or_html() {
        for (text, expected) in [
            ("fix(cli): keep a_b (#12)", "fix(cli): keep a_b (#12)"),
            ("<img src=x onerror=alert(1)>", "\\<img src=x onerror=alert(1)>"),
            ("[click](javascript:x) ![p](y)", "\\[click\\](javascript:x) !\\[p\\](y)"),
            ("# head #", "\\# head \\#"),
            ("- item\n\n1. one\n> q", "\\- item 1. one > q"),
            ("12) twelve", "12\\) twelve"),
            (
                "**b** _i_ __init__ ~~s~~",
                "\\*\\*b\\*\\* \\_i\\_ \\_\\_init\\_\\_ \\~\\~s\\~\\~",
            ),
            ("a | b `c` \\d", "a \\| b \\`c\\` \\\\d"),
            ("R&D &lt;x&gt; &#60; AT&T;", "R&D \\&lt;x\\&gt; \\&#60; AT\\&T;"),
            ("\u{1b}[2Jx\u{202e}y", "\\[2Jxy"),
            ("===", "\\==="),
            ("    code", " code"),
            ("  - x\t", " \\- x "),
            ("\n\n", " "),
            ("修正 バグ שלום", "修正 バグ שלום"),
        ] {
            assert_eq!(escape(text), expected, "{text:?}");
        }
    }

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_holds() {
        assert_eq!(code("a/b.rs"), "`a/b.rs`");
        assert_eq!(code("x`` `y`"), "``` x`` `y` ```");
        assert_eq!(code("a\nb"), "`a b`");
        assert_eq!(code(" \u{7}"), "");
    }

    proptest! {
        #[test]
        fn an_escaped_text_is_one_line_without_open_constructs(text in "[-`*_\\[\\]<>#|~&;a1. \n\\\\]{0,24}") {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains('\n'));
            let mut characters = escaped.chars();
            while let Some(character) = characters.next() {
                match character {
                    '\\' => prop_assert!(characters.next().is_some()),
                    other => prop_assert!(!"`*[]<|~".contains(other), "{}", escaped),
                }
            }
        }
    }
}

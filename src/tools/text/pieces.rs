//! What a written line is made of: words, and pieces that are copied exactly or not at all.
//!
//! A piece is exact when it is a number, a path, an option or an identifier: when it holds a digit,
//! one of the characters of paths and code, or a capital after a small letter.

use unicode_segmentation::UnicodeSegmentation;

use super::words::fold;

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A folded word.
    Word(String),
    /// A number, path, option or identifier, as written.
    Exact(&'a str),
}

/// The pieces of `line`, in order.
pub(super) fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for chunk in line.split_whitespace() {
        let core = core(chunk);
        if is_exact(core) {
            pieces.push(Piece::Exact(core));
        } else {
            pieces.extend(
                core.unicode_words()
                    .map(fold)
                    .filter(|word| !word.is_empty())
                    .map(Piece::Word),
            );
        }
    }
    pieces
}

/// A chunk without the punctuation around it, and without a possessive.
fn core(chunk: &str) -> &str {
    let starts = |character: char| character.is_alphanumeric() || "./_#@-~$+\\".contains(character);
    let ends = |character: char| character.is_alphanumeric() || "/_%+#".contains(character);
    let start = chunk.find(starts).unwrap_or(chunk.len());
    let end = chunk
        .rfind(ends)
        .map_or(start, |at| at + chunk[at..].chars().next().map_or(0, char::len_utf8));
    let core = chunk.get(start..end).unwrap_or_default();
    let core = core
        .strip_suffix("'s")
        .or_else(|| core.strip_suffix("\u{2019}s"))
        .unwrap_or(core);
    // A dash or a dot alone is punctuation; before a letter it is part of an option or a file name.
    if core.chars().any(char::is_alphanumeric) {
        core
    } else {
        ""
    }
}

/// Whether a character may begin an exact piece.
fn starts(character: char) -> bool {
    character.is_alphanumeric() || "./_#@-~$+\\".contains(character)
}

/// Whether a character may end one.
fn closes(character: char) -> bool {
    character.is_alphanumeric() || "/_%+#".contains(character)
}

fn is_exact(core: &str) -> bool {
    let mut before = None;
    let mut characters = core.chars().peekable();
    while let Some(character) = characters.next() {
        let inner = before.is_some() && characters.peek().is_some();
        let exact = match character {
            '/' | '\\' | '_' | '@' | '#' | '=' | '$' | '%' | '+' | '~' | '^' | '<' | '>' | '|' | '&' | '*' => true,
            '.' | ':' => inner || before.is_none(),
            '-' => before.is_none(),
            ',' => false,
            other => other.is_numeric() || (other.is_uppercase() && before.is_some_and(char::is_lowercase)),
        };
        if exact {
            return true;
        }
        before = Some(character);
    }
    false
}

/// Whether `needle`, an exact piece, stands in `text` as itself and not as a part of something longer.
///
/// A path may stand for its directory's end or beginning: `cli` in `src/cli/run.rs` is a part of the
/// path, `lib` in `src/lib.rs` is not. A number stands alone: `12` is not in `1.12`, `#12` or `a/12`.
pub(super) fn stands_in(needle: &str, text: &str) -> bool {
    !needle.is_empty()
        && text.match_indices(needle).any(|(at, _)| {
            let mut before = text[..at].chars().rev();
            let mut after = text[at + needle.len()..].chars();
            begins(needle, before.next(), before.next()) && ends(needle, after.next(), after.next())
        })
}

fn begins(needle: &str, before: Option<char>, further: Option<char>) -> bool {
    let Some(before) = before else {
        return true;
    };
    match needle.chars().next() {
        Some(first) if first.is_numeric() => {
            // Within `1,12` or `x=12` the number is a part; in `(12)` or `, 12` it is not.
            let within = further.is_some_and(is_part) && !before.is_whitespace() && !"([{\"'`".contains(before);
            !starts(before) && !within
        }
        Some(first) if first.is_alphanumeric() => !is_part(before) && !".-".contains(before),
        Some(_) | None => !is_part(before),
    }
}

fn ends(needle: &str, after: Option<char>, further: Option<char>) -> bool {
    let Some(after) = after else {
        return true;
    };
    let goes_on = further.is_some_and(is_part);
    match needle.chars().next_back() {
        Some('/') => true,
        _ if after == '/' => needle.contains(|character: char| !character.is_numeric()),
        Some(last) if last.is_numeric() => !(closes(after) || "-.,:".contains(after) && goes_on),
        Some(_) | None => !(is_part(after) || "-.".contains(after) && goes_on),
    }
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_paths_and_identifiers_are_exact_and_the_rest_are_words() {
        let exact: Vec<&str> = "Adds (src/cli/run.rs), `fold_words`, --limit 12, v1.2.3, utf-8, ToolBox's, .github, 50%, C++ a::b #12: and read-only API."
            .split(' ')
            .map(core)
            .filter(|core| is_exact(core))
            .collect();
        assert_eq!(
            exact,
            [
                "src/cli/run.rs",
                "fold_words",
                "--limit",
                "12",
                "v1.2.3",
                "utf-8",
                "ToolBox",
                ".github",
                "50%",
                "C++",
                "a::b",
                "#12"
            ]
        );
        assert_eq!(
            pieces("- “Read-only” API…"),
            [
                Piece::Word("read".into()),
                Piece::Word("only".into()),
                Piece::Word("api".into())
            ]
        );
    }

    #[test]
    fn an_exact_piece_stands_alone() {
        for (needle, text) in [
            ("12", "add 12 rows"),
            ("12", "(12), then"),
            ("12", "rows: 12."),
            ("12", "at 12: x"),
            ("src/v2", "src/v2/x"),
            ("#12", "fix (#12)"),
            ("src/cli", "src/cli/run.rs"),
            ("run.rs", "src/cli/run.rs"),
            ("v1.2", "tag v1.2."),
            ("a::b", "use a::b;"),
            ("--limit", "the `--limit` option"),
            ("src/", "src/x"),
        ] {
            assert!(stands_in(needle, text), "{needle} in {text}");
        }
        for (needle, text) in [
            ("12", "1.12"),
            ("12", "12.5"),
            ("12", "#12"),
            ("12", "112"),
            ("12", "12%"),
            ("12", "a/12"),
            ("12", "12,000"),
            ("src/lib", "src/lib.rs"),
            ("src/a", "src/a-b"),
            ("fold_w", "fold_words"),
            ("1.2", "1.2.3"),
            ("v1", "v1.2"),
            ("limit_x", "--limit_x"),
            ("", "x"),
        ] {
            assert!(!stands_in(needle, text), "{needle} in {text}");
        }
    }
}

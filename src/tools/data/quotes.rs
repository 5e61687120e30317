//! Quotes in CSV, as RFC 4180 has them: around a whole value, or doubled within one.
//!
//! The library that reads CSV makes something of any text; whoever sees what it made cannot know. Pure.

/// A quote where none may stand, or where one is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Misquoted {
    /// A value that begins with a quote has no other one.
    #[error("the quote that begins a value is never closed")]
    Open,
    /// Something follows the quote that ends a value.
    #[error("something stands behind the closing quote of the value that begins in line {from}")]
    Behind { from: usize },
    /// A value that is not in quotes has one.
    #[error("a quote stands within a value that is not in quotes")]
    Within,
}

impl Misquoted {
    /// What to do about it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Open | Self::Behind { .. } => {
                "close it before the delimiter, and write a quote within it twice; or set `quotes` to false, where quotes are characters like others"
            }
            Self::Within => {
                "put the value into quotes and write its own twice: `\"5\"\" pipe\"`; or set `quotes` to false, where quotes are characters like others"
            }
        }
    }
}

/// Where in a value a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At its beginning.
    Start,
    /// In one without quotes.
    Bare,
    /// Between its quotes.
    Quoted,
    /// Behind a quote that closes it, or is the first of two.
    Closed,
}

/// Says whether all quotes of a text are where they may be (section 2, rules 5 to 7).
///
/// # Errors
/// The first that is not, with its line.
pub(super) fn check(text: &str, delimiter: u8) -> Result<(), (usize, Misquoted)> {
    if !text.contains('"') {
        return Ok(());
    }
    let mut place = Place::Start;
    let (mut line, mut from) = (1, 1);
    for byte in text.bytes() {
        place = match (place, byte) {
            (Place::Closed, b'"') => Place::Quoted,
            (Place::Quoted, b'"') => Place::Closed,
            (Place::Quoted, _) => Place::Quoted,
            (Place::Start, b'"') => {
                from = line;
                Place::Quoted
            }
            (Place::Bare, b'"') => return Err((line, Misquoted::Within)),
            (_, b'\n' | b'\r') => Place::Start,
            (_, byte) if byte == delimiter => Place::Start,
            (Place::Closed, _) => return Err((line, Misquoted::Behind { from })),
            (Place::Start | Place::Bare, _) => Place::Bare,
        };
        line += usize::from(byte == b'\n');
    }
    match place {
        Place::Quoted => Err((from, Misquoted::Open)),
        Place::Start | Place::Bare | Place::Closed => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_around_values_and_nowhere_else() {
        for text in [
            "",
            "a,b\n1,2",
            "\"\"",
            "\"\",\"\"\n\"\"\r\n",
            "\"a\"\"\",\"\"\"\"\n",
            "\"a,\nb\"\r\"c\",",
            "é,\"é\"",
        ] {
            assert_eq!(check(text, b','), Ok(()), "{text:?}");
        }
        for (text, line, wrong) in [
            ("\"", 1, Misquoted::Open),
            ("a\n\n\"b\nc,\"\"\n", 3, Misquoted::Open),
            ("a\r\n1,\"\"\"", 2, Misquoted::Open),
            ("a\n\"x\n\"y", 3, Misquoted::Behind { from: 2 }),
            ("\"a\" ,b", 1, Misquoted::Behind { from: 1 }),
            ("\"a\";b", 1, Misquoted::Behind { from: 1 }),
            ("a\n5\" pipe,x", 2, Misquoted::Within),
            (" \"a\"", 1, Misquoted::Within),
        ] {
            assert_eq!(check(text, b','), Err((line, wrong)), "{text:?}");
        }
        assert_eq!(check("\"a\";b", b';'), Ok(()));
    }
}

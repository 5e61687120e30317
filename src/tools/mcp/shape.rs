//! The shape of a JSON text, before anything is made of it.
//!
//! A few bytes become a few hundred once they are parsed, so values are counted while they are still bytes.
//! Never decides whether the text is well formed: a parser does, afterwards.

use super::Ended;
use super::limits::Limits;

/// Checks that a JSON text of a server is short, shallow and of few values.
///
/// # Errors
/// It is not.
pub(crate) fn check(text: &[u8], limits: &Limits) -> Result<(), Ended> {
    if text.len() > limits.frame_bytes {
        return Err(Ended::FrameTooLong {
            limit: limits.frame_bytes,
        });
    }
    let (mut depth, mut values) = (0_usize, 1_usize);
    let (mut within, mut escaped) = (false, false);
    for byte in text {
        if within {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => within = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => within = true,
            b'[' | b'{' => {
                depth += 1;
                values += 1;
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > limits.frame_depth {
            return Err(Ended::FrameTooDeep {
                limit: limits.frame_depth,
            });
        }
        if values > limits.frame_values {
            return Err(Ended::FrameTooRich {
                limit: limits.frame_values,
            });
        }
    }
    Ok(())
}

/// A text of a server as part of a message for people: short, and with nothing in it that steers a terminal.
pub(crate) fn shown(text: &str, characters: usize) -> String {
    let mut shown: String = text.chars().take(characters).flat_map(plain).collect();
    if text.chars().nth(characters).is_some() {
        shown.push('…');
    }
    shown
}

/// A character as it is, or escaped when it is none that is only seen.
fn plain(character: char) -> Vec<char> {
    let hidden = matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    if character.is_control() || hidden {
        character.escape_default().collect()
    } else {
        vec![character]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Limits {
        Limits {
            frame_bytes: 200,
            frame_values: 10,
            frame_depth: 4,
            ..Limits::default()
        }
    }

    #[test]
    fn what_is_long_deep_or_rich_is_refused_before_it_is_parsed() {
        for (text, wanted) in [
            (r#"{"a":[1,2,{"b":"[[[[[[,,,,,,,,,,,,"}]}"#, Ok(())),
            (r#""a \" [[[[[[ ,,,,,,,,,,,,""#, Ok(())),
            ("[[[[[]]]]]", Err(Ended::FrameTooDeep { limit: 4 })),
            ("[1,2,3,4,5,6,7,8,9,10,11]", Err(Ended::FrameTooRich { limit: 10 })),
            ("[][][][]", Ok(())),
        ] {
            assert_eq!(check(text.as_bytes(), &small()), wanted, "{text}");
        }
        assert_eq!(check(&[b' '; 201], &small()), Err(Ended::FrameTooLong { limit: 200 }));
    }

    #[test]
    fn what_people_are_shown_steers_no_terminal() {
        assert_eq!(shown("a\u{1b}[2Jb\u{202e}c\nd", 100), "a\\u{1b}[2Jb\\u{202e}c\\nd");
        assert_eq!(shown("äöü", 2), "äö…");
    }
}

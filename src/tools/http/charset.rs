//! The text that the bytes of a page mean.
//!
//! A mark at the beginning decides, then what the server says, then what the page says of itself (WHATWG HTML, section
//! 13.2.3); without any, UTF-8 where it is valid, else windows-1252, as browsers do.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How much of a page is looked at for what it says of itself.
const HEAD: usize = 1_024;

/// A text, and how it was written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub text: String,
    /// The name of the encoding, such as `UTF-8`.
    pub charset: &'static str,
    /// Whether bytes were replaced that mean nothing in it.
    pub is_lossy: bool,
}

/// Decodes `bytes`, which were announced as `content_type`; `is_html` where they may say it themselves.
pub(super) fn decode(bytes: &[u8], content_type: &str, is_html: bool) -> Decoded {
    let announced = || parameter(content_type, "charset").and_then(|label| Encoding::for_label(label.as_bytes()));
    let written = || {
        if is_html {
            declared(&bytes[..bytes.len().min(HEAD)])
        } else {
            None
        }
    };
    let guessed = || {
        if std::str::from_utf8(bytes).is_ok() {
            UTF_8
        } else {
            WINDOWS_1252
        }
    };
    let (encoding, mark) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None => (announced().or_else(written).unwrap_or_else(guessed), 0),
    };
    let (text, is_lossy) = encoding.decode_without_bom_handling(&bytes[mark..]);
    Decoded {
        text: text.into_owned(),
        charset: encoding.name(),
        is_lossy,
    }
}

/// The value of a parameter of a media type, without its quotes.
fn parameter(content_type: &str, wanted: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.to_owned())
    })
}

/// What `<meta charset=…>`, or the `content` of a `meta` that speaks of a charset, says.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let metas = text
        .match_indices("<meta")
        .filter_map(|(at, _)| text[at..].split('>').next());
    let labels = metas.filter_map(|meta| {
        let (_, after) = meta.split_once("charset")?;
        let value = after
            .trim_start()
            .strip_prefix('=')?
            .trim_start()
            .trim_start_matches(['"', '\'']);
        let end =
            value.find(|character: char| character.is_whitespace() || matches!(character, '"' | '\'' | ';' | '/'));
        Encoding::for_label(&value.as_bytes()[..end.unwrap_or(value.len())])
    });
    // A page that could be read so far is not in UTF-16, whatever it says.
    let labels = labels.map(|encoding| {
        if encoding.is_ascii_compatible() {
            encoding
        } else {
            UTF_8
        }
    });
    labels.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_hint_decides() {
        for (bytes, content_type, text, charset) in [
            (&b"caf\xc3\xa9"[..], "text/html", "café", "UTF-8"),
            (b"caf\xe9", "text/html", "café", "windows-1252"),
            (b"caf\xe9", "text/html; charset=\"ISO-8859-1\"", "café", "windows-1252"),
            (
                b"\x93quoted\x94",
                "text/plain; charset=latin1",
                "\u{201c}quoted\u{201d}",
                "windows-1252",
            ),
            (
                b"<meta charset=shift_jis>\x93\xfa\x96\x7b",
                "text/html",
                "<meta charset=shift_jis>日本",
                "Shift_JIS",
            ),
            (
                b"<META http-equiv='Content-Type' content='text/html; charset=KOI8-R'>\xf0",
                "text/html",
                "<META http-equiv='Content-Type' content='text/html; charset=KOI8-R'>П",
                "KOI8-R",
            ),
            (
                b"<meta charset='utf-16'>\xc3\xa9",
                "text/html",
                "<meta charset='utf-16'>é",
                "UTF-8",
            ),
            (
                b"<meta charset='koi8-r'>\xc3\xa9",
                "text/html; charset=utf-8",
                "<meta charset='koi8-r'>é",
                "UTF-8",
            ),
            (b"\xef\xbb\xbfx", "text/html; charset=koi8-r", "x", "UTF-8"),
            (b"\xff\xfea\0b\0", "text/html; charset=utf-8", "ab", "UTF-16LE"),
            (b"\xb9\xfa", "text/html; charset=gb2312", "国", "GBK"),
            (b"plain", "text/html; charset=no-such", "plain", "UTF-8"),
        ] {
            let decoded = decode(bytes, content_type, true);
            assert_eq!(
                (decoded.text.as_str(), decoded.charset),
                (text, charset),
                "{content_type}"
            );
        }
        assert!(decode(b"a\xffb", "text/plain; charset=utf-8", false).is_lossy);
    }
}

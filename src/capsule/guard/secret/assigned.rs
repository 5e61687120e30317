//! Secrets that only their name gives away: `password = "…"`, `token: …`, `{"api_key": "…"}`.
//!
//! The value must look random (Shannon entropy) or, in quotes behind a name for a password, at least mixed.

use super::entropy;
use super::structure::run;

/// Names that say what follows; matched without case, as the end of an identifier.
pub(super) const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "psk",
    "secret",
    "secret_key_base",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "accesskey",
    "access-key",
    "secret_key",
    "secretkey",
    "secret-key",
    "private_key",
    "auth_key",
    "encryption_key",
    "credential",
    "authorization: bearer",
    "authorization: basic",
];

/// The names behind which a person chose the value.
const CHOSEN: &[&str] = &["password", "passwd", "passphrase", "pwd", "psk"];

/// What is written where a secret would stand.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "your",
    "xxxx",
    "****",
    "....",
    "dummy",
    "sample",
    "redacted",
    "insert",
    "replace",
    "secret",
    "password",
    "passwd",
    "token",
    "api_key",
    "apikey",
    "process.env",
    "os.environ",
    "getenv",
    "localhost",
    "null",
    "undefined",
    "notasecret",
    "foobar",
    "lorem",
    "12345678",
    "abcdef",
];

/// Whether a hit was found by its place alone.
pub(super) fn is_guess(what: &str) -> bool {
    matches!(what, "generic_password" | "generic_secret" | "url_password")
}

/// The value behind a name that stands at `from..to`.
pub(super) fn value(text: &str, from: usize, to: usize) -> Option<(&'static str, (usize, usize))> {
    let name = text.get(from..to)?;
    let bytes = text.as_bytes();
    if bytes
        .get(to)
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'(' | b'['))
    {
        return None;
    }
    let mut at = to;
    if !name.contains(':') {
        at += run(text.get(at..)?, 3, |byte| matches!(byte, b'"' | b'\'' | b'\\'));
        at += run(text.get(at..)?, 16, |byte| byte == b' ');
        let sign = run(text.get(at..)?, 2, |byte| matches!(byte, b':' | b'=' | b'>'));
        // `==` and `::` compare and qualify; they do not give a value.
        if sign == 0 || matches!(bytes.get(at..at + 2), Some(b"==" | b"::")) {
            return None;
        }
        at += sign;
    }
    at += run(text.get(at..)?, 16, |byte| byte == b' ');
    let quote = run(text.get(at..)?, 2, |byte| matches!(byte, b'"' | b'\'' | b'\\'));
    let quoted = quote > 0;
    at += quote;
    let length = run(text.get(at..)?, 257, |byte| is_value(byte) && (quoted || byte != b','));
    let word = text.get(at..at + length)?;
    let closed = match bytes.get(at + length) {
        None => true,
        Some(b'"' | b'\'' | b'\\') => quoted,
        Some(byte) => !quoted && matches!(byte, b'\n' | b'\r' | b' ' | b'\t' | b',' | b';'),
    };
    let what = judge(name, word, quoted)?;
    closed.then_some((what, (at, at + length)))
}

/// A member of an object whose key is such a name and whose whole value is such a value.
pub(super) fn member(key: &str, text: &str) -> Option<(&'static str, (usize, usize))> {
    let key = key.to_ascii_lowercase();
    let camel = key.replace(['-', '_', ' '], "");
    let name = NAMES
        .iter()
        .find(|name| key.ends_with(*name) || camel.ends_with(&name.replace('_', "")))?;
    let word = text.trim();
    if word.bytes().any(|byte| !is_value(byte)) {
        return None;
    }
    let start = text.len() - text.trim_start().len();
    judge(name, word, true).map(|what| (what, (start, start + word.len())))
}

fn judge(name: &str, word: &str, quoted: bool) -> Option<&'static str> {
    let chosen = CHOSEN.iter().any(|known| name.eq_ignore_ascii_case(known));
    let kinds = [
        word.bytes().any(|byte| byte.is_ascii_lowercase()),
        word.bytes().any(|byte| byte.is_ascii_uppercase()),
        word.bytes().any(|byte| byte.is_ascii_punctuation()),
    ];
    let kinds = kinds.iter().filter(|kind| **kind).count();
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    if !(8..=256).contains(&word.len()) || !has_digit || kinds == 0 || is_placeholder(word) {
        return None;
    }
    if chosen && quoted {
        return (entropy(word) >= 2.7).then_some("generic_password");
    }
    // Words, paths and versions have separators and few digits; random text of 16 characters has neither habit.
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_random = word.len() >= 16 && entropy(word) >= 3.3 && digits * 20 >= word.len() && !is_reference(word);
    is_random.then_some(if chosen { "generic_password" } else { "generic_secret" })
}

/// Whether `word` is written where a secret would stand, or says where it comes from.
pub(super) fn is_placeholder(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|known| lower.contains(known))
        || word.contains(['$', '{', '}', '<', '(', '%']) && is_reference_like(word)
}

fn is_reference_like(word: &str) -> bool {
    word.contains("${") || word.contains("{{") || word.starts_with(['$', '<', '%', '{']) || word.contains('(')
}

/// `config.auth.key1`, `path/to/file2`, `https://…`, a UUID's neighbours with words between dashes.
fn is_reference(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['.', '/', '-', '_', ':']).collect();
    let words = parts
        .iter()
        .filter(|part| part.bytes().all(|byte| byte.is_ascii_alphabetic()) && part.len() >= 3);
    word.contains("//") || words.count() * 2 > parts.len()
}

fn is_value(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b'`' | b'<' | b'>' | b';')
}

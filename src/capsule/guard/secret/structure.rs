//! Checksums and inner structure of issued secrets.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::assigned::is_placeholder;
use super::entropy;

/// How far behind its first line the last line of a private key is looked for, in bytes.
const LONGEST_KEY: usize = 16 << 10;

/// The example keys of AWS's own documents end so.
pub(super) fn is_no_example(body: &str) -> bool {
    !body.ends_with("EXAMPLE")
}

/// GitHub: the last six characters are the CRC-32 of the others, in base 62 (`0-9A-Za-z`).
pub(super) fn ends_with_crc32(body: &str) -> bool {
    let Some((random, check)) = body.split_at_checked(body.len().saturating_sub(6)) else {
        return false;
    };
    let mut rest = crc32(random.as_bytes());
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[rest as usize % 62];
        rest /= 62;
    }
    check.as_bytes() == digits
}

/// CRC-32 of ISO 3309, bit by bit: what is hashed has thirty bytes.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                (sum >> 1) ^ 0xEDB8_8320
            } else {
                sum >> 1
            }
        })
    })
}

/// 22 characters, `_`, 59 characters.
pub(super) fn is_github_pat(body: &str) -> bool {
    body.split_once('_')
        .is_some_and(|(id, key)| id.len() == 22 && key.len() == 59 && is_alnum(id) && is_alnum(key))
}

/// Numbers first, the random part last.
pub(super) fn is_slack(body: &str) -> bool {
    let mut parts = body.split('-');
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(is_number) && parts.next_back().is_some_and(|last| last.len() >= 20 && is_alnum(last))
}

/// A macaroon for `pypi.org` or `test.pypi.org`, which begins with its place.
pub(super) fn is_pypi(body: &str) -> bool {
    body.starts_with("AgEIcHlwaS5vcmc") || body.starts_with("AgENdGVzdC5weXBpLm9yZw")
}

/// A kind (`api03`, `admin01`) before the random part.
pub(super) fn is_anthropic(body: &str) -> bool {
    body.split_once('-').is_some_and(|(kind, _)| {
        let digits = kind.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
        digits.len() == 2 && kind.len() > 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// `OpenAI` in base64 stands in the middle of each.
pub(super) fn is_openai(body: &str) -> bool {
    body.contains("T3BlbkFJ")
}

/// 22 characters, a dot, 43 characters.
pub(super) fn is_sendgrid(body: &str) -> bool {
    body.split_once('.')
        .is_some_and(|(id, key)| id.len() == 22 && key.len() == 43 && !key.contains('.'))
}

/// 24 hex digits, `-`, 34 hex digits.
pub(super) fn is_postman(body: &str) -> bool {
    body.split_once('-')
        .is_some_and(|(id, key)| id.len() == 24 && key.len() == 34 && is_hex(id) && is_hex(key))
}

/// 32 characters, `_`, 8 hex digits.
pub(super) fn is_grafana(body: &str) -> bool {
    body.split_once('_')
        .is_some_and(|(key, sum)| key.len() == 32 && sum.len() == 8 && is_hex(sum))
}

/// `T…/B…/` and 24 characters.
pub(super) fn slack_webhook(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.get(at..)?.strip_prefix("hooks.slack.com/services/")?;
    let end = run(rest, 80, |byte| byte.is_ascii_alphanumeric() || byte == b'/');
    let parts: Vec<&str> = rest.get(..end)?.split('/').collect();
    let [team, hook, key] = parts.as_slice() else {
        return None;
    };
    let is_one = team.starts_with('T') && hook.starts_with('B') && (20..=32).contains(&key.len());
    (is_one && entropy(key) >= 3.0).then(|| (at, text.len() - rest.len() + end))
}

/// A number, `/`, and 60 to 80 characters.
pub(super) fn discord_webhook(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.get(at..)?.strip_prefix("discord.com/api/webhooks/")?;
    let number = run(rest, 20, |byte| byte.is_ascii_digit());
    let key = rest.get(number..)?.strip_prefix('/')?;
    let length = run(key, 81, is_url);
    (number >= 17 && (60..=80).contains(&length)).then(|| (at, text.len() - key.len() + length))
}

/// A bot's number, `:AA`, and 32 or 33 characters.
pub(super) fn telegram(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let number = bytes[..at]
        .iter()
        .rev()
        .take(11)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let length = run(text.get(at + 1..)?, 36, is_url);
    let before = bytes[..at - number].last();
    let is_one = (8..=10).contains(&number) && (34..=35).contains(&length);
    (is_one && before.is_none_or(|byte| !byte.is_ascii_alphanumeric() || bytes[..at - number].ends_with(b"bot")))
        .then_some((at - number, at + 1 + length))
}

/// 64 bytes in base64.
pub(super) fn azure_storage(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.get(at..)?.strip_prefix("AccountKey=")?;
    let length = run(rest, 88, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
    });
    let key = STANDARD.decode(rest.get(..length)?).ok()?;
    (key.len() == 64).then(|| (text.len() - rest.len(), text.len() - rest.len() + length))
}

/// A PEM block (RFC 7468) of a private key with at least 40 characters of body; the block may stand in a text
/// of its own with `\n` written out.
pub(super) fn private_key(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.get(at..)?.strip_prefix("-----BEGIN ")?;
    let label = run(rest, 40, |byte| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
    });
    let name = rest.get(..label)?;
    if !(name.ends_with("PRIVATE KEY") || name.ends_with("PRIVATE KEY BLOCK")) {
        return None;
    }
    let body = rest.get(label..)?.strip_prefix("-----")?;
    let body_at = text.len() - body.len();
    let window = &body.as_bytes()[..body.len().min(LONGEST_KEY)];
    let dashes = window
        .windows(5)
        .position(|five| five == b"-----")
        .unwrap_or(window.len());
    let longest = window[..dashes]
        .split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')))
        .map(<[u8]>::len)
        .max();
    if longest.unwrap_or_default() < 40 {
        return None;
    }
    let last_line = text.get(body_at + dashes..).and_then(|end| {
        let end = end.strip_prefix("-----END ")?.strip_prefix(name)?;
        Some(text.len() - end.strip_prefix("-----")?.len())
    });
    let mut end = last_line.unwrap_or(body_at + dashes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some((at, end))
}

/// Three parts (RFC 7519): a header that is JSON with `alg`, a body that is JSON, a signature.
pub(super) fn jwt(text: &str, at: usize) -> Option<(usize, usize)> {
    let is_dotted = |byte: u8| is_url(byte) || byte == b'.';
    if text.as_bytes()[..at].last().is_some_and(|byte| is_dotted(*byte)) {
        return None;
    }
    let end = at + run(text.get(at..)?, 16 << 10, is_dotted);
    let mut parts = text.get(at..end)?.split('.');
    let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let object = |part: &str| -> Option<Value> {
        let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok().filter(Value::is_object)
    };
    object(header)?.get("alg")?.as_str()?;
    object(claims)?;
    (signature.len() >= 20).then(|| (at, at + header.len() + claims.len() + signature.len() + 2))
}

/// `scheme://user:password@host` (RFC 3986, 3.2.1).
pub(super) fn url_password(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.get(at..)?.strip_prefix("://")?;
    let user = run(rest, 64, is_userinfo);
    let password = rest.get(user..)?.strip_prefix(':')?;
    let length = run(password, 128, |byte| is_userinfo(byte) || byte == b':');
    let host = password.get(length..)?.strip_prefix('@')?;
    let word = password.get(..length)?;
    let is_host = host
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'[');
    let start = text.len() - password.len();
    let is_one = length >= 6 && is_host && !is_placeholder(word) && rest.get(..user) != Some(word);
    (is_one && entropy(word) >= 2.0).then_some((start, start + length))
}

fn is_userinfo(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.' | b'_' | b'~' | b'%' | b'!' | b'$' | b'&' | b'*' | b'+' | b',' | b';' | b'='
        )
}

fn is_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn is_alnum(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// How many bytes at the start of `text` belong, at most `most`.
pub(super) fn run(text: &str, most: usize, belongs: impl Fn(u8) -> bool) -> usize {
    text.bytes().take(most).take_while(|byte| belongs(*byte)).count()
}

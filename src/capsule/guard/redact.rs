//! Takes secrets and addresses out of values.
//!
//! A replacement is never found again, so redacting twice changes nothing more.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::super::policies::Redact;
use super::email;

const SECRET: &str = "[secret]";
const EMAIL: &str = "[email]";

/// Shorter secrets, in bytes, are not looked for: their few characters stand everywhere.
pub const SHORTEST_SECRET: usize = 4;

/// The least length of a form that leaves out the ends of the secret, in bytes.
const SHORTEST_INNER: usize = 8;

/// Up to so many bytes of forms the automaton is dense: three times as fast, and up to a kilobyte for each of them.
const DENSE_BYTES: usize = 32 << 10;

/// How often texts are gone through when replacing made something new.
const PASSES: usize = 4;

/// Replaces what `what` names in every key, text and number of `value`.
///
/// Values of `secrets` become `[secret]`: as they are, in base64 (both alphabets, at any offset in a longer
/// encoded text), hexadecimal, percent-encoded and as JSON strings, the longest first. Addresses of electronic
/// mail become `[email]`. Without [`Redact::Secrets`] the secrets are not looked at; those shorter than
/// [`SHORTEST_SECRET`] never are. Two keys of an object that become the same are numbered.
pub fn redact(value: &Value, what: &[Redact], secrets: &[String]) -> Value {
    let wants_secrets = what.contains(&Redact::Secrets);
    let cleaner = Cleaner {
        secrets: if wants_secrets { automaton(secrets) } else { None },
        email: what.contains(&Redact::Email),
    };
    cleaner.value(value)
}

struct Cleaner {
    secrets: Option<AhoCorasick>,
    email: bool,
}

impl Cleaner {
    fn value(&self, value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(number) => {
                let text = number.to_string();
                let clean = self.text(&text);
                if clean == text {
                    value.clone()
                } else {
                    Value::String(clean)
                }
            }
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                let mut clean = Map::with_capacity(members.len());
                for (key, member) in members {
                    let name = self.text(key);
                    let taken = name != *key;
                    let free = |name: &String| !(clean.contains_key(name) || taken && members.contains_key(name));
                    let numbered = (2..).map(|number| format!("{name} ({number})"));
                    let name = std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name);
                    clean.insert(name, self.value(member));
                }
                Value::Object(clean)
            }
        }
    }

    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..PASSES {
            let mut clean = match &self.secrets {
                Some(secrets) => without_secrets(secrets, &text),
                None => text.clone(),
            };
            if self.email {
                clean = without_addresses(&clean);
            }
            if clean == text {
                break;
            }
            text = clean;
        }
        text
    }
}

fn without_secrets(secrets: &AhoCorasick, text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for found in secrets.find_iter(text) {
        // The first two patterns are the replacements themselves: they stay.
        let is_replacement = found.pattern().as_usize() < 2;
        let (Some(before), Some(itself)) = (text.get(done..found.start()), text.get(found.range())) else {
            continue;
        };
        clean.push_str(before);
        clean.push_str(if is_replacement { itself } else { SECRET });
        done = found.end();
    }
    clean.push_str(text.get(done..).unwrap_or_default());
    clean
}

fn without_addresses(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end) in email::addresses(text) {
        clean.push_str(text.get(done..start).unwrap_or_default());
        clean.push_str(EMAIL);
        done = end;
    }
    clean.push_str(text.get(done..).unwrap_or_default());
    clean
}

fn automaton(secrets: &[String]) -> Option<AhoCorasick> {
    let mut forms = BTreeSet::new();
    for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
        add_forms(secret, &mut forms);
    }
    let size: usize = forms.iter().map(String::len).sum();
    let patterns = [SECRET, EMAIL].into_iter().map(str::to_owned).chain(forms);
    AhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostLongest)
        .kind((size <= DENSE_BYTES).then_some(AhoCorasickKind::DFA))
        .build(patterns)
        .ok()
}

fn add_forms(secret: &str, forms: &mut BTreeSet<String>) {
    let bytes = secret.as_bytes();
    let hex = |upper: bool| {
        bytes.iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = if upper {
                write!(hex, "{byte:02X}")
            } else {
                write!(hex, "{byte:02x}")
            };
            hex
        })
    };
    forms.extend([
        secret.to_owned(),
        STANDARD.encode(bytes),
        STANDARD_NO_PAD.encode(bytes),
        URL_SAFE.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
        hex(true),
        hex(false),
    ]);
    forms.extend(json_forms(secret));
    for upper in [true, false] {
        forms.insert(percent(bytes, upper, "%20"));
        forms.insert(percent(bytes, upper, "+"));
    }
    // Inside a longer encoded text the secret starts at one of three offsets; its first and last characters
    // depend on the neighbours.
    for offset in 0..3_usize {
        let mut padded = vec![0; offset];
        padded.extend_from_slice(bytes);
        let from = (offset * 8).div_ceil(6);
        let to = padded.len() * 8 / 6;
        for encoded in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
            if let Some(inner) = encoded.get(from..to).filter(|inner| inner.len() >= SHORTEST_INNER) {
                forms.insert(inner.to_owned());
            }
        }
    }
}

/// The secret inside a JSON string, with and without characters beyond ASCII, and with `/` escaped.
fn json_forms(secret: &str) -> Vec<String> {
    let quoted = Value::String(secret.to_owned()).to_string();
    let inner = quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned();
    let ascii = inner.chars().fold(String::new(), |mut ascii, letter| {
        if letter.is_ascii() {
            ascii.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
        ascii
    });
    vec![inner.replace('/', "\\/"), inner, ascii]
}

/// RFC 3986: everything but the unreserved characters.
fn percent(bytes: &[u8], upper: bool, space: &str) -> String {
    bytes.iter().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(*byte)),
            b' ' => encoded.push_str(space),
            // Writing to a string cannot fail.
            byte if upper => _ = write!(encoded, "%{byte:02X}"),
            byte => _ = write!(encoded, "%{byte:02x}"),
        }
        encoded
    })
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;

//! Content digests and the one canonical JSON encoding.
//!
//! Never does IO. SHA3-512 (FIPS 202) names everything the journal, policy and capsules refer to;
//! model files keep the SHA-256 their publishers use.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha3::{Digest as _, Sha3_512};

/// A SHA3-512 digest (FIPS 202), 64 bytes, written as 128 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 64]);

/// A text that is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected 128 hexadecimal digits, found {found} characters")]
pub struct NotADigest {
    found: usize,
}

impl Digest {
    /// What `prev` is before the first event of a store.
    pub const ZERO: Self = Self([0; 64]);

    /// Hashes `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha3_512::digest(bytes).into())
    }

    /// Hashes the canonical form of `value` ([`canonical`]).
    pub fn of_json(value: &Value) -> Self {
        Self::of(&canonical(value))
    }

    /// Reads the 64 bytes of a digest; `None` for any other length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The 64 bytes.
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// Its first 8 bytes as a number, little-endian: as spread as a random one.
    pub fn leading_u64(&self) -> u64 {
        self.0.first_chunk().copied().map_or(0, u64::from_le_bytes)
    }

    /// The first 12 hex digits, for people.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(12);
        text
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every event writes three of these: formatting byte by byte would cost as much as hashing.
        let digits = |byte: u8| [byte >> 4, byte & 15].map(|half| char::from(b"0123456789abcdef"[usize::from(half)]));
        f.write_str(&self.0.iter().flat_map(|byte| digits(*byte)).collect::<String>())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.short())
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let wrong = NotADigest {
            found: text.chars().count(),
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 64 || !rest.is_empty() {
            return Err(wrong);
        }
        let half = |digit: u8| char::from(digit).to_digit(16);
        let mut bytes = [0; 64];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let (Some(high), Some(low)) = (half(*high), half(*low)) else {
                return Err(wrong);
            };
            *byte = (high * 16 + low) as u8;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Encodes `value` as RFC 8785 does: no white space, object keys sorted by UTF-16 code units.
///
/// Numbers are written as `serde_json` writes them, which equals RFC 8785 for integers below 2^53;
/// whoever needs the exact RFC form keeps to such integers.
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_canonical(&Value::String(key.clone()), out);
                out.push(b':');
                write_canonical(item, out);
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_canonical(item, out);
            }
            out.push(b']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.extend_from_slice(value.to_string().as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn canonical_json_follows_rfc_8785_section_3_2() {
        // The property-sorting sample of RFC 8785, section 3.2.3.
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control",
            "\u{f6}": "Latin Small Letter O With Diaeresis"
        });
        let text = String::from_utf8(canonical(&value)).unwrap();
        let order: Vec<usize> = ["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"]
            .iter()
            .map(|name| text.find(name).unwrap())
            .collect();
        assert!(order.is_sorted(), "{text}");
        assert_eq!(
            canonical(&json!({"b": [1, "\u{1f}\n\""], "a": null})),
            br#"{"a":null,"b":[1,"\u001f\n\""]}"#
        );
    }

    #[test]
    fn a_digest_survives_its_text_and_refuses_others() {
        let digest = Digest::of(b"");
        // FIPS 202: SHA3-512 of the empty message.
        assert!(digest.to_string().starts_with("a69f73cca23a9ac5c8b567dc185a756e"));
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!(Digest::from_bytes(digest.as_bytes()), Some(digest));
        assert_eq!(Digest::from_bytes(&digest.as_bytes()[1..]), None);
        assert!("+f".repeat(64).parse::<Digest>().is_err());
        assert!("é".repeat(64).parse::<Digest>().is_err());
    }
}

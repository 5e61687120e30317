//! Whose signatures count: a set of keys, and how many of them have to sign.
//!
//! A set that is to follow another one is signed like a constitution, but as what it is: a signature over a set of keys
//! is one over nothing else.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signer as _, SigningKey};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::constitution::Signed;
use crate::digest::Digest;
use crate::keys::{self, NotAPublicKey};

/// What is signed starts with this.
const DOMAIN: &str = "somagent keys v1\n";

/// The most keys; more people than that agree on nothing.
const MOST_KEYS: usize = 64;

/// Keys, and how many of them have to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    /// From 1, and it only rises.
    pub version: u64,
    /// The keys, `ed25519:…`.
    pub keys: Vec<String>,
    /// How many of them have to sign.
    pub threshold: u32,
}

/// Keys that nobody can trust.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAKeySet {
    /// There is none, or there are too many.
    #[error("there are {count} keys, and a set has 1 to {MOST_KEYS}")]
    Count {
        /// How many there are.
        count: usize,
    },
    /// One of them is none.
    #[error(transparent)]
    Key(#[from] NotAPublicKey),
    /// One of them would count twice.
    #[error("`{key}` is named twice")]
    Twice {
        /// The key.
        key: String,
    },
    /// More or fewer have to sign than there are.
    #[error("{threshold} of {count} keys would have to sign: it is 1 to {count}")]
    Threshold {
        /// How many would have to.
        threshold: u32,
        /// How many there are.
        count: usize,
    },
}

impl KeySet {
    /// A set in which each key counts once and enough of them can sign.
    ///
    /// # Errors
    /// As the variants of [`NotAKeySet`] say.
    pub fn new(version: u64, keys: Vec<String>, threshold: u32) -> Result<Self, NotAKeySet> {
        let count = keys.len();
        if !(1..=MOST_KEYS).contains(&count) {
            return Err(NotAKeySet::Count { count });
        }
        let mut seen = BTreeSet::new();
        for key in &keys {
            if !seen.insert(keys::parse_public(key)?.to_bytes()) {
                return Err(NotAKeySet::Twice { key: key.clone() });
            }
        }
        if threshold == 0 || threshold as usize > count {
            return Err(NotAKeySet::Threshold { threshold, count });
        }
        Ok(Self {
            version,
            keys,
            threshold,
        })
    }

    /// SHA3-512 of what it says.
    pub fn digest(&self) -> Digest {
        Digest::of_json(&json!({
            "v": 1, "version": self.version, "keys": self.keys, "threshold": self.threshold,
        }))
    }

    /// Whether `key` is one of them.
    pub fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|own| own == key)
    }

    /// Whether the same keys and as many of them have to sign, whatever its version is.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let all = |of: &Self| of.keys.iter().cloned().collect::<BTreeSet<String>>();
        self.threshold == other.threshold && all(self) == all(other)
    }

    /// Signs that this set may follow on the one with the digest `follows`.
    pub fn signed(&self, follows: Digest, key: &SigningKey) -> Signed {
        Signed {
            key: keys::public_text(&key.verifying_key()),
            signature: BASE64.encode(key.sign(&self.message(follows)).to_bytes()),
        }
    }

    /// Whether it was signed so (RFC 8032, strict).
    pub fn is_signed(&self, follows: Digest, signed: &Signed) -> bool {
        signed.is_over(&self.message(follows))
    }

    /// What is signed: the set, and the one that it follows on, so that it can follow on no other.
    fn message(&self, follows: Digest) -> Vec<u8> {
        format!("{DOMAIN}{follows}\n{}\n", self.digest()).into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn name(seed: u8) -> String {
        keys::public_text(&key(seed).verifying_key())
    }

    #[test]
    fn each_key_counts_once_and_enough_can_sign() {
        let set = |keys: Vec<String>, threshold| KeySet::new(1, keys, threshold);
        for (keys, threshold) in [
            (vec![name(1)], 1),
            (vec![name(1), name(2), name(3)], 2),
            (vec![name(1), name(2), name(3)], 3),
        ] {
            set(keys, threshold).unwrap();
        }
        assert_eq!(set(vec![], 1), Err(NotAKeySet::Count { count: 0 }));
        let many: Vec<String> = (0..65).map(name).collect();
        assert_eq!(set(many, 1), Err(NotAKeySet::Count { count: 65 }));
        let twice = set(vec![name(1), name(2), name(1)], 2);
        assert_eq!(twice, Err(NotAKeySet::Twice { key: name(1) }));
        for threshold in [0, 3] {
            let refused = set(vec![name(1), name(2)], threshold);
            assert_eq!(refused, Err(NotAKeySet::Threshold { threshold, count: 2 }));
        }
        // A point of small order, under which anybody can sign.
        let weak = format!("ed25519:{}", BASE64.encode([0; 32]));
        for none in ["", "ed25519:a", weak.as_str()] {
            let refused = set(vec![name(1), none.to_owned()], 1);
            assert!(matches!(refused, Err(NotAKeySet::Key(_))), "{none}");
        }
    }

    #[test]
    fn a_signature_is_over_this_set_after_that_one_and_over_nothing_else() {
        let old = KeySet::new(1, vec![name(1)], 1).unwrap();
        let new = KeySet::new(2, vec![name(1), name(2)], 2).unwrap();
        let signed = new.signed(old.digest(), &key(1));
        assert!(new.is_signed(old.digest(), &signed));
        assert!(!new.is_signed(new.digest(), &signed));
        let others = [
            KeySet::new(3, new.keys.clone(), 2).unwrap(),
            KeySet::new(2, new.keys.clone(), 1).unwrap(),
            KeySet::new(2, vec![name(1), name(3)], 2).unwrap(),
        ];
        for other in others {
            assert!(!other.is_signed(old.digest(), &signed), "{other:?}");
        }
        let borrowed = Signed {
            key: name(2),
            ..signed.clone()
        };
        assert!(!new.is_signed(old.digest(), &borrowed));
        // That over a constitution of the same bytes is another one.
        let message = new.message(old.digest());
        assert!(!signed.fits(&message));
        assert!(!new.is_signed(old.digest(), &Signed::by(&key(1), &message)));
    }
}

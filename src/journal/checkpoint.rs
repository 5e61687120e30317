//! Checkpoints: the signed statement of what the log was at some size.
//!
//! The form is C2SP tlog-checkpoint: a signed note whose text is the origin, the tree size and the
//! base64 root, then two extension lines of ours, `seq N` and `head sha3-512:HEX`, which tie the
//! hash chain to the tree. Whoever holds the key can sign another history: a checkpoint proves
//! something only to those who kept one.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{SigningKey, VerifyingKey};

use super::note::{self, NoteError};
use super::tree;
use crate::digest::Digest;

/// A checkpoint of one store, whose signature has been verified or just been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    size: u64,
    root: tree::Hash,
    head: Digest,
    note: String,
}

impl Checkpoint {
    pub(super) fn sign(store: &str, size: u64, root: tree::Hash, head: Digest, key: &SigningKey) -> Self {
        let origin = origin(store);
        let mut text = format!(
            "{origin}\n{size}\n{}\nseq {size}\nhead sha3-512:",
            STANDARD.encode(root)
        );
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{head}");
        let note = note::sign(&text, &origin, key);
        Self { size, root, head, note }
    }

    /// Reads a checkpoint of the store with this id and verifies its signature.
    ///
    /// # Errors
    /// Whatever [`NoteError`] names; a checkpoint of another store is not signed in this one's name.
    pub fn open(note: &str, store: &str, key: &VerifyingKey) -> Result<Self, NoteError> {
        let origin = origin(store);
        let text = note::open(note, &origin, key)?;
        let mut lines = text.lines();
        if lines.next() != Some(&origin) {
            return Err(NoteError::Malformed {
                problem: "its origin is another store",
            });
        }
        Self::read(lines, note).ok_or(NoteError::Malformed {
            problem: "it is not a checkpoint of a somagent store",
        })
    }

    fn read<'a>(mut lines: impl Iterator<Item = &'a str>, note: &str) -> Option<Self> {
        let size = read_size(lines.next()?)?;
        let root = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        let seq = read_size(lines.next()?.strip_prefix("seq ")?)?;
        let head = read_head(lines.next()?.strip_prefix("head sha3-512:")?)?;
        (seq == size && lines.next().is_none()).then(|| Self {
            size,
            root,
            head,
            note: note.to_owned(),
        })
    }

    /// Number of events it covers, which is the seq of the last one.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hash of the last event it covers; zeros when there is none.
    pub fn head(&self) -> Digest {
        self.head
    }

    /// The signed note, to be kept elsewhere.
    pub fn note(&self) -> &str {
        &self.note
    }

    pub(super) fn root(&self) -> tree::Hash {
        self.root
    }
}

/// What the notes of a store are signed as.
fn origin(store: &str) -> String {
    format!("somagent/{store}")
}

/// Reads a decimal number without sign or leading zeros.
fn read_size(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// Reads a digest in the one form it is written in.
fn read_head(text: &str) -> Option<Digest> {
    let head: Digest = text.parse().ok()?;
    (head.to_string() == text).then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: &str = "01980000-0000-7000-8000-000000000001";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn a_checkpoint_has_the_lines_of_c2sp_tlog_checkpoint() {
        let checkpoint = Checkpoint::sign(STORE, 3, [1; 32], Digest::ZERO, &key());
        let lines: Vec<&str> = checkpoint.note().lines().collect();
        assert_eq!(lines[0], format!("somagent/{STORE}"));
        assert_eq!(lines[1], "3");
        assert_eq!(lines[2], "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=");
        assert_eq!(lines[3], "seq 3");
        assert_eq!(lines[4], format!("head sha3-512:{}", "0".repeat(128)));
        assert_eq!(lines[5], "");
        assert!(lines[6].starts_with(&format!("\u{2014} somagent/{STORE} ")));
        assert_eq!(lines.len(), 7);
        assert_eq!(
            Checkpoint::open(checkpoint.note(), STORE, &key().verifying_key()),
            Ok(checkpoint)
        );
    }

    #[test]
    fn a_checkpoint_of_another_store_or_form_is_refused() {
        let origin = origin(STORE);
        let root = STANDARD.encode([1; 32]);
        let head = format!("head sha3-512:{}", "0".repeat(128));
        for text in [
            format!("somagent/other\n3\n{root}\nseq 3\n{head}\n"),
            format!("{origin}\n03\n{root}\nseq 3\n{head}\n"),
            format!("{origin}\n3\n{root}\nseq 4\n{head}\n"),
            format!("{origin}\n3\nAAAA\nseq 3\n{head}\n"),
            format!("{origin}\n3\n{root}\nseq 3\nhead sha3-512:{}\n", "A".repeat(128)),
            format!("{origin}\n3\n{root}\nseq 3\n{head}\nmore\n"),
            format!("{origin}\n3\n{root}\n"),
        ] {
            let note = note::sign(&text, &origin, &key());
            let refused = Checkpoint::open(&note, STORE, &key().verifying_key());
            assert!(matches!(refused, Err(NoteError::Malformed { .. })), "{text}");
        }
        let other = Checkpoint::sign("other", 3, [1; 32], Digest::ZERO, &key());
        assert!(matches!(
            Checkpoint::open(other.note(), STORE, &key().verifying_key()),
            Err(NoteError::NotSigned { .. })
        ));
    }
}

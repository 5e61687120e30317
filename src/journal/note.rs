//! C2SP signed notes (c2sp.org/signed-note): a text and the Ed25519 signatures under it.
//!
//! Pure: never reads a file or a key store. Signatures by keys it was not asked about are ignored,
//! as the specification demands.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// Signature type byte of Ed25519 in the specification.
const ED25519: u8 = 0x01;
/// A note longer than this is refused unread.
const LONGEST: usize = 64 * 1024;
/// What a signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Why a note was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It is not a signed note.
    #[error("it is not a signed note: {problem}")]
    Malformed {
        /// What is wrong with it.
        problem: &'static str,
    },
    /// No signature by the expected key.
    #[error("it is not signed by the key of `{name}` with id {key_id:08x}")]
    NotSigned {
        /// The key name that was looked for.
        name: String,
        /// The key id that was looked for.
        key_id: u32,
    },
    /// A signature by the expected key does not fit the text.
    #[error("the signature by `{name}` does not fit the text")]
    WrongSignature {
        /// The key name.
        name: String,
    },
}

/// Signs `text` under `name`; the text ends in a newline and holds no other control character.
pub(super) fn sign(text: &str, name: &str, key: &SigningKey) -> String {
    let mut signature = key_id(name, &key.verifying_key()).to_vec();
    signature.extend_from_slice(&key.sign(text.as_bytes()).to_bytes());
    format!("{text}\n{DASH}{name} {}\n", STANDARD.encode(signature))
}

/// Returns the text of `note` when `key` signed it under `name`.
///
/// # Errors
/// Any deviation from the form, no signature by that key, or one that does not verify (strictly:
/// small-order keys and non-canonical signatures are refused).
pub(super) fn open<'a>(note: &'a str, name: &str, key: &VerifyingKey) -> Result<&'a str, NoteError> {
    let (text, signatures) = split(note)?;
    let expected = key_id(name, key);
    let mut signed = false;
    for line in signatures.lines() {
        let (signer, blob) = read_signature(line)?;
        if signer != name || blob[..4] != expected {
            continue;
        }
        let wrong = || NoteError::WrongSignature { name: name.to_owned() };
        let signature = Signature::from_slice(&blob[4..]).map_err(|_| wrong())?;
        key.verify_strict(text.as_bytes(), &signature).map_err(|_| wrong())?;
        signed = true;
    }
    if signed {
        Ok(text)
    } else {
        Err(NoteError::NotSigned {
            name: name.to_owned(),
            key_id: u32::from_be_bytes(expected),
        })
    }
}

/// Splits a note into its text (with the final newline) and its signature lines.
pub(super) fn split(note: &str) -> Result<(&str, &str), NoteError> {
    let malformed = |problem| Err(NoteError::Malformed { problem });
    if note.len() > LONGEST {
        return malformed("it is longer than 64 KiB");
    }
    if note.chars().any(|letter| letter < ' ' && letter != '\n') {
        return malformed("it holds control characters");
    }
    let Some(blank) = note.rfind("\n\n") else {
        return malformed("no blank line before the signatures");
    };
    let (text, signatures) = (&note[..=blank], &note[blank + 2..]);
    if signatures.is_empty() || !signatures.ends_with('\n') {
        return malformed("the last line is not a signature line");
    }
    Ok((text, signatures))
}

fn read_signature(line: &str) -> Result<(&str, Vec<u8>), NoteError> {
    let malformed = NoteError::Malformed {
        problem: "a signature line is malformed",
    };
    let Some((name, encoded)) = line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')) else {
        return Err(malformed);
    };
    match STANDARD.decode(encoded) {
        Ok(blob) if blob.len() > 4 && is_key_name(name) => Ok((name, blob)),
        Ok(_) | Err(_) => Err(malformed),
    }
}

fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter.is_whitespace() || letter == '+')
}

fn key_id(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let hash = Sha256::new_with_prefix(name.as_bytes())
        .chain_update([b'\n', ED25519])
        .chain_update(key.as_bytes())
        .finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

#[cfg(test)]
mod tests {
    use super::*;

    // The key pair and the note of golang.org/x/mod/sumdb/note, note_test.go.
    const SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const TEXT: &str =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn peter() -> SigningKey {
        let typed = STANDARD.decode(SEED).unwrap();
        assert_eq!(typed[0], ED25519);
        SigningKey::from_bytes(&typed[1..].try_into().unwrap())
    }

    #[test]
    fn notes_equal_those_of_the_reference_implementation() {
        assert_eq!(sign(TEXT, "PeterNeumann", &peter()), NOTE);
        assert_eq!(open(NOTE, "PeterNeumann", &peter().verifying_key()), Ok(TEXT));
        assert_eq!(
            key_id("PeterNeumann", &peter().verifying_key()),
            0xc74f_20a3_u32.to_be_bytes()
        );
    }

    #[test]
    fn a_changed_text_is_refused() {
        let changed = NOTE.replace("answer", "Answer");
        assert_eq!(
            open(&changed, "PeterNeumann", &peter().verifying_key()),
            Err(NoteError::WrongSignature {
                name: "PeterNeumann".into()
            })
        );
    }

    #[test]
    fn signatures_by_other_keys_are_ignored_and_do_not_count() {
        let stranger = SigningKey::from_bytes(&[9; 32]);
        let cosigned = format!(
            "{NOTE}{}",
            sign(TEXT, "witness.example", &stranger).rsplit_once("\n\n").unwrap().1
        );
        assert_eq!(open(&cosigned, "PeterNeumann", &peter().verifying_key()), Ok(TEXT));
        assert!(matches!(
            open(NOTE, "PeterNeumann", &stranger.verifying_key()),
            Err(NoteError::NotSigned { .. })
        ));
    }

    #[test]
    fn malformed_notes_are_refused() {
        let key = peter().verifying_key();
        for note in [
            "",
            "\n",
            "\n\n",
            TEXT,
            &NOTE[..NOTE.len() - 1],
            &NOTE.replace('\u{2014}', "-"),
            &NOTE.replace("x08go", "x08g!"),
            &NOTE.replace("think", "thi\tnk"),
            &format!("{NOTE}\n"),
            &NOTE.replace("\n\n", "\n"),
            &format!("{}{NOTE}", "a".repeat(LONGEST)),
        ] {
            let refused = open(note, "PeterNeumann", &key);
            assert!(
                matches!(refused, Err(NoteError::Malformed { .. })),
                "{note:?} gave {refused:?}"
            );
        }
    }
}

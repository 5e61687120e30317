//! The constitution: a text that is law only while its signatures hold.
//!
//! Signatures cover the exact bytes of the text, so nothing is parsed before somebody trusted has
//! answered for it. Whom to trust and which version is the newest come from the caller, never from
//! a file beside the text.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::document::added::Added;
use super::document::{self, Document, Malformed};
use super::opa::Opa;
use super::remember::Known;
use super::rule::{Article, Rule};
use super::score::Standard;
use crate::digest::Digest;
use crate::keys;

mod examine;

pub use examine::{Examination, Finding, Signer};

/// What is signed starts with this, so that a signature over a constitution is one over nothing else.
const DOMAIN: &[u8] = b"somagent constitution v1\n";

/// A constitution is read by people; beyond this it is something else.
const LARGEST_FILE: u64 = 256 * 1024;

const MOST_SIGNATURES: usize = 64;

/// Whom the caller trusts and what it has seen, as recorded in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// The keys whose signatures count.
    pub keys: Vec<VerifyingKey>,
    /// How many of them have to sign; 0 counts as 1.
    pub threshold: u32,
    /// The version in force, or 0 before there is one.
    pub highest_version: u64,
    /// The digest of the text in force.
    pub pinned: Option<Digest>,
}

/// A text that trusted keys have signed and that makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constitution {
    digest: Digest,
    document: Document,
}

/// Why there is no law, so that nothing may run.
#[derive(Debug, thiserror::Error)]
pub enum ConstitutionError {
    /// The text or its signatures are not there.
    #[error("there is no `{}`", path.display())]
    Missing {
        /// The file that is looked for.
        path: PathBuf,
    },
    /// The system refuses to read one of the files.
    #[error("cannot read `{}`: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        reason: io::Error,
    },
    /// The text or its signature file is larger than any real one.
    #[error("the constitution or its signature file is larger than {limit} bytes")]
    TooLarge {
        /// The bound.
        limit: u64,
    },
    /// The signature file is not one.
    #[error("the signature file of the constitution is damaged: {reason}")]
    NoSignatures {
        /// What is wrong with it.
        reason: String,
    },
    /// A signature does not fit the text.
    #[error("the constitution is not what `{key}` signed: the text or the signature was changed")]
    Tampered {
        /// The key that the signature names.
        key: String,
    },
    /// Too few of those who signed are trusted.
    #[error(
        "the constitution needs {needed} trusted signatures and has {found}{}",
        listed(strangers)
    )]
    Untrusted {
        /// How many there have to be.
        needed: u32,
        /// How many there are.
        found: u32,
        /// Keys that signed and are not trusted.
        strangers: Vec<String>,
    },
    /// Signed, and not a constitution.
    #[error("the constitution does not say what this build understands: {0}")]
    Malformed(#[from] Malformed),
    /// Signed once, and replaced since.
    #[error("the constitution has version {version}, and version {highest} was in force already")]
    Older {
        /// Its version.
        version: u64,
        /// The newest version seen.
        highest: u64,
    },
    /// Another text under the version in force.
    #[error("version {version} of the constitution was activated as {}, and this text is {}", activated.short(), found.short())]
    Replaced {
        /// The version of both.
        version: u64,
        /// What was activated.
        activated: Box<Digest>,
        /// What is there now.
        found: Box<Digest>,
    },
}

fn listed(strangers: &[String]) -> String {
    if strangers.is_empty() {
        String::new()
    } else {
        format!("; signed by a stranger: {}", strangers.join(", "))
    }
}

impl ConstitutionError {
    /// What would change it.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } => "put the signed constitution back; nothing runs without it".to_owned(),
            Self::Unreadable { .. } => "check who owns the file and whether the disk is sound".to_owned(),
            Self::TooLarge { .. } | Self::NoSignatures { .. } => {
                "put back the signature file that was made with the text, or sign the text again".to_owned()
            }
            Self::Tampered { .. } => {
                "put back the text and the signature file that belong together, or have the text signed again"
                    .to_owned()
            }
            Self::Untrusted { .. } => "have it signed by keys that this installation trusts".to_owned(),
            Self::Malformed(_) => "correct the text at that place, raise its version and sign it again".to_owned(),
            Self::Older { highest, .. } => format!(
                "put version {highest} back, or sign this text again as version {}",
                highest.saturating_add(1)
            ),
            Self::Replaced { version, .. } => format!(
                "put the activated text back, or sign this one as version {}",
                version.saturating_add(1)
            ),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureFile {
    v: u32,
    signatures: Vec<Signed>,
}

/// A signature over a text, with the key that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// `ed25519:…`
    pub key: String,
    /// The base64 of its 64 bytes.
    pub signature: String,
}

impl Signed {
    /// Signs the text of a constitution.
    pub fn by(key: &SigningKey, text: &[u8]) -> Self {
        Self::over(key, &message(text))
    }

    /// Signs exactly `message`, which says by its beginning what it is.
    pub fn over(key: &SigningKey, message: &[u8]) -> Self {
        Self {
            key: keys::public_text(&key.verifying_key()),
            signature: BASE64.encode(key.sign(message).to_bytes()),
        }
    }

    /// Whether it is one over `text` by the key that it names (RFC 8032, strict).
    pub fn fits(&self, text: &[u8]) -> bool {
        self.is_over(&message(text))
    }

    /// Whether it is one over exactly `message`.
    pub fn is_over(&self, message: &[u8]) -> bool {
        let key = keys::parse_public(&self.key).ok();
        let fits = |key: VerifyingKey| key.verify_strict(message, &decoded(&self.signature)?).ok();
        key.and_then(fits).is_some()
    }
}

impl Constitution {
    /// Reads both files and opens what they hold ([`Constitution::open`]).
    ///
    /// # Errors
    /// A file is missing or unreadable, or its content does not open.
    pub fn load(text: &Path, signature: &Path, trusted: &Trusted) -> Result<Self, ConstitutionError> {
        Self::open(&read(text)?, &read(signature)?, trusted)
    }

    /// Verifies `signature` over `text` (RFC 8032, strict: no small-order key or point, no second
    /// form of a signature), then reads the text and compares it with what was in force.
    ///
    /// Every signature in the file has to fit the text; those of keys that are not trusted do not
    /// count. A version above the highest one opens: whoever acts on it records it first.
    ///
    /// # Errors
    /// Anything else than a text that enough trusted keys signed, that this build understands, and
    /// that is the one in force or a newer one.
    pub fn open(text: &[u8], signature: &[u8], trusted: &Trusted) -> Result<Self, ConstitutionError> {
        if text.len().max(signature.len()) as u64 > LARGEST_FILE {
            return Err(ConstitutionError::TooLarge { limit: LARGEST_FILE });
        }
        require_signers(text, &signatures(signature)?, trusted)?;
        let document = document::parse(text)?;
        let digest = Digest::of(text);
        if document.version < trusted.highest_version {
            return Err(ConstitutionError::Older {
                version: document.version,
                highest: trusted.highest_version,
            });
        }
        match trusted.pinned {
            Some(activated) if document.version == trusted.highest_version && activated != digest => {
                Err(ConstitutionError::Replaced {
                    version: document.version,
                    activated: Box::new(activated),
                    found: Box::new(digest),
                })
            }
            Some(_) | None => Ok(Self { digest, document }),
        }
    }

    /// Reads a text whoever wrote it; for drafts, which nothing obeys.
    pub(super) fn unsigned(text: &[u8]) -> Result<Self, Malformed> {
        let document = document::parse(text)?;
        let digest = Digest::of(text);
        Ok(Self { digest, document })
    }

    /// SHA3-512 of the text.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Its version, from 1.
    pub fn version(&self) -> u64 {
        self.document.version
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.document.title
    }

    /// Its articles, in the order of the text.
    pub fn articles(&self) -> &[Article] {
        &self.document.articles
    }

    /// What an action has to score to happen unasked, where it says so.
    pub fn standard(&self) -> Option<&Standard> {
        self.document.standard.as_ref()
    }

    pub(super) fn added(&self) -> Option<&Added> {
        self.document.added.as_ref()
    }

    pub(super) fn opa(&self) -> Option<&Opa> {
        self.document.opa.as_ref()
    }

    pub(super) fn flow(&self) -> Option<&str> {
        self.document.flow.as_deref()
    }

    pub(super) fn remembered(&self) -> &[Known] {
        &self.document.remembered
    }

    pub(super) fn rules(&self) -> &[Rule] {
        &self.document.rules
    }
}

/// Signs `text` with `key`: the content of a signature file with this one signature.
pub fn sign(text: &[u8], key: &SigningKey) -> Vec<u8> {
    signature_file(&[Signed::by(key, text)])
}

/// The signatures in a signature file, whatever they are over.
///
/// # Errors
/// It is no signature file.
pub fn signed_in(file: &[u8]) -> Result<Vec<Signed>, ConstitutionError> {
    let signed = |(key, _, signature): (String, VerifyingKey, Signature)| Signed {
        key,
        signature: BASE64.encode(signature.to_bytes()),
    };
    Ok(signatures(file)?.into_iter().map(signed).collect())
}

/// The content of a signature file with these signatures.
pub fn signature_file(signatures: &[Signed]) -> Vec<u8> {
    // Written by hand: neither field needs escaping, and serialising has a failure to handle.
    let signatures = signatures.iter().map(|Signed { key, signature }| {
        let (key, signature) = (key.escape_debug(), signature.escape_debug());
        format!("{{\"key\":\"{key}\",\"signature\":\"{signature}\"}}")
    });
    let signatures: Vec<String> = signatures.collect();
    format!("{{\"v\":1,\"signatures\":[{}]}}\n", signatures.join(",")).into_bytes()
}

fn decoded(signature: &str) -> Option<Signature> {
    let bytes = BASE64.decode(signature).ok()?;
    Signature::from_slice(&bytes).ok()
}

fn message(text: &[u8]) -> Vec<u8> {
    [DOMAIN, text].concat()
}

fn read(path: &Path) -> Result<Vec<u8>, ConstitutionError> {
    let unreadable = |reason| ConstitutionError::Unreadable {
        path: path.to_path_buf(),
        reason,
    };
    // O_NONBLOCK: opening a pipe would otherwise wait for a writer.
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .map_err(|reason| match reason.kind() {
            io::ErrorKind::NotFound => ConstitutionError::Missing {
                path: path.to_path_buf(),
            },
            _ => unreadable(reason),
        })?;
    let mut bytes = Vec::new();
    // One byte more than the limit, so that `open` sees that there is more.
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(bytes)
}

fn signatures(file: &[u8]) -> Result<Vec<(String, VerifyingKey, Signature)>, ConstitutionError> {
    let damaged = |reason: String| ConstitutionError::NoSignatures { reason };
    let file: SignatureFile = serde_json::from_slice(file).map_err(|error| damaged(error.to_string()))?;
    if file.v != 1 {
        return Err(damaged(format!("its version is {}, and this build reads 1", file.v)));
    }
    if file.signatures.is_empty() || file.signatures.len() > MOST_SIGNATURES {
        return Err(damaged(format!(
            "it has {} signatures, and there are 1 to {MOST_SIGNATURES}",
            file.signatures.len()
        )));
    }
    let mut seen = BTreeSet::new();
    let mut signatures = Vec::with_capacity(file.signatures.len());
    for signed in file.signatures {
        let key = keys::parse_public(&signed.key).map_err(|error| damaged(error.to_string()))?;
        let signature = decoded(&signed.signature).ok_or_else(|| {
            damaged(format!(
                "the signature of `{}` is not the base64 of 64 bytes",
                signed.key
            ))
        })?;
        if !seen.insert(key.to_bytes()) {
            return Err(damaged(format!("`{}` signed twice", signed.key)));
        }
        signatures.push((signed.key, key, signature));
    }
    Ok(signatures)
}

fn require_signers(
    text: &[u8],
    signatures: &[(String, VerifyingKey, Signature)],
    trusted: &Trusted,
) -> Result<(), ConstitutionError> {
    let message = message(text);
    let mut found = 0;
    let mut strangers = Vec::new();
    for (name, key, signature) in signatures {
        key.verify_strict(&message, signature)
            .map_err(|_| ConstitutionError::Tampered { key: name.clone() })?;
        if trusted.keys.contains(key) {
            found += 1;
        } else {
            strangers.push(name.clone());
        }
    }
    let needed = trusted.threshold.max(1);
    if found < needed {
        return Err(ConstitutionError::Untrusted {
            needed,
            found,
            strangers,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;

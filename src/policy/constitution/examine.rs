//! Looking at a constitution point by point: what holds of it and what does not.

use std::path::Path;

use super::super::document;
use super::{ConstitutionError, Trusted, message, read, signatures};
use crate::digest::Digest;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// SHA3-512 of the text.
    pub digest: Digest,
    /// The version that it says it has.
    pub version: Option<u64>,
    /// Who signed.
    pub signers: Vec<Signer>,
    /// How many trusted ones there have to be.
    pub needed: u32,
    /// Point by point.
    pub findings: Vec<Finding>,
}

/// A key that the signature file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// `ed25519:…`
    pub key: String,
    /// Whether it is one of the trusted ones.
    pub is_trusted: bool,
    /// Whether its signature is one over this text.
    pub fits: bool,
}

/// One point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about: `signatures`, `trust`, `text`, `version`.
    pub name: &'static str,
    /// Whether that is as it has to be.
    pub holds: bool,
    /// How it is.
    pub says: String,
}

impl Examination {
    /// Reads both files and looks at them.
    ///
    /// # Errors
    /// A file is missing or unreadable.
    pub fn of(text: &Path, signature: &Path, trusted: &Trusted) -> Result<Self, ConstitutionError> {
        Ok(examine(&read(text)?, &read(signature)?, trusted))
    }

    /// Whether every point holds: then it opens, and only then.
    pub fn holds(&self) -> bool {
        self.findings.iter().all(|finding| finding.holds)
    }
}

/// Looks at `text` as [`super::Constitution::open`] does, without stopping at what does not hold.
pub(super) fn examine(text: &[u8], signature: &[u8], trusted: &Trusted) -> Examination {
    let mut findings = Vec::new();
    let mut find = |name, holds, says| findings.push(Finding { name, holds, says });
    if text.len().max(signature.len()) as u64 > super::LARGEST_FILE {
        let limit = super::LARGEST_FILE;
        find("size", false, ConstitutionError::TooLarge { limit }.to_string());
    }
    let read = signatures(signature);
    let mut signers = Vec::new();
    match &read {
        Err(error) => find("signatures", false, error.to_string()),
        Ok(read) => {
            let message = message(text);
            signers.extend(read.iter().map(|(name, key, signature)| Signer {
                key: name.clone(),
                is_trusted: trusted.keys.contains(key),
                fits: key.verify_strict(&message, signature).is_ok(),
            }));
            let wrong: Vec<&str> = signers
                .iter()
                .filter(|signer| !signer.fits)
                .map(|signer| signer.key.as_str())
                .collect();
            let says = if wrong.is_empty() {
                "each is one over this text".to_owned()
            } else {
                format!("not over this text: {}", wrong.join(", "))
            };
            find("signatures", wrong.is_empty(), says);
        }
    }
    let needed = trusted.threshold.max(1);
    let found = signers.iter().filter(|signer| signer.is_trusted && signer.fits).count();
    let says = format!("{found} of {needed} needed by trusted keys");
    find("trust", found >= needed as usize, says);
    let digest = Digest::of(text);
    let mut version = None;
    match document::parse(text) {
        Err(error) => find("text", false, error.to_string()),
        Ok(document) => {
            find("text", true, "this build understands it".to_owned());
            version = Some(document.version);
            let (holds, says) = standing(document.version, digest, trusted);
            find("version", holds, says);
        }
    }
    Examination {
        digest,
        version,
        signers,
        needed,
        findings,
    }
}

/// How a version stands to the one in force.
fn standing(version: u64, digest: Digest, trusted: &Trusted) -> (bool, String) {
    let highest = trusted.highest_version;
    if version < highest {
        return (false, ConstitutionError::Older { version, highest }.to_string());
    }
    match trusted.pinned {
        Some(activated) if version == highest && activated != digest => {
            let replaced = ConstitutionError::Replaced {
                version,
                activated: Box::new(activated),
                found: Box::new(digest),
            };
            (false, replaced.to_string())
        }
        Some(_) if version == highest => (true, format!("{version}, the one in force")),
        Some(_) | None => (true, format!("{version}, newer than {highest}, which is in force")),
    }
}

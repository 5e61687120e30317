//! Public keys as people give them.

use std::path::Path;

use super::failure::Failure;
use crate::keys;

/// The key that `given` means: `ed25519:…`, or the file of a public key.
///
/// # Errors
/// It is neither.
pub fn key(given: &str) -> Result<String, Failure> {
    if keys::parse_public(given).is_ok() {
        return Ok(given.to_owned());
    }
    Ok(keys::public_text(&keys::load_public(Path::new(given))?))
}

/// All of them, in their order.
///
/// # Errors
/// As for [`key`].
pub fn keys(given: &[String]) -> Result<Vec<String>, Failure> {
    given.iter().map(|given| key(given)).collect()
}

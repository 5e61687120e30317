//! Grants for tests, made the only way there is: a signed constitution judges an action.

use std::path::Path;

use ed25519_dalek::SigningKey;

use super::constitution::{Constitution, Trusted, sign};
use super::{Action, DEFAULT_CONSTITUTION, Grant, Law, Situation};
use crate::digest::Digest;

/// The law of the default constitution.
pub(crate) fn law() -> Law {
    let key = SigningKey::from_bytes(&[1; 32]);
    let text = DEFAULT_CONSTITUTION.as_bytes();
    let trusted = Trusted {
        keys: vec![key.verifying_key()],
        threshold: 1,
        highest_version: 0,
        pinned: None,
    };
    Law::new(Constitution::open(text, &sign(text, &key), &trusted).unwrap())
}

/// The grant that the default constitution gives for `action` in `workspace`.
pub(crate) fn grant(action: &Action, workspace: &Path) -> Grant {
    let situation = Situation {
        workspace: workspace.to_owned(),
        run: "0190b0a0-0000-7000-8000-000000000000".to_owned(),
        capsule: Digest::of(b"capsule"),
        tenant: "local".to_owned(),
        actor: "user:test".to_owned(),
        offline: true,
    };
    law().judge(action, &situation).grant().unwrap()
}

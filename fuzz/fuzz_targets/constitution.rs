//! Any bytes as a constitution that a trusted key signed, and as the file of its signatures.

#![no_main]

use std::sync::LazyLock;

use ed25519_dalek::SigningKey;
use libfuzzer_sys::fuzz_target;
use somagent::policy::constitution::sign;
use somagent::policy::{Constitution, ConstitutionError, DEFAULT_CONSTITUTION, Trusted};

static KEY: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_bytes(&[1; 32]));
static TRUSTED: LazyLock<Trusted> = LazyLock::new(|| Trusted {
    keys: vec![KEY.verifying_key()],
    threshold: 1,
    highest_version: 0,
    pinned: None,
});

fuzz_target!(|bytes: &[u8]| {
    match Constitution::open(bytes, &sign(bytes, &KEY), &TRUSTED) {
        Ok(constitution) => {
            assert!(constitution.version() > 0);
            assert!(!constitution.articles().is_empty());
            assert!(!constitution.title().contains(|c: char| c.is_control() && c != '\n'));
            // In force, it opens again, and an older one of the same text does not.
            let mut later = TRUSTED.clone();
            later.highest_version = constitution.version();
            later.pinned = Some(constitution.digest());
            let again = Constitution::open(bytes, &sign(bytes, &KEY), &later);
            assert_eq!(again.ok().as_ref(), Some(&constitution));
        }
        Err(refused) => {
            let said = format!("{refused} {}", refused.hint());
            assert!(!said.contains(|c: char| c.is_control() && c != '\n'), "{said:?}");
        }
    }
    let text = DEFAULT_CONSTITUTION.as_bytes();
    match Constitution::open(text, bytes, &TRUSTED) {
        // Only what really signs the text opens it.
        Ok(_) => assert!(
            bytes
                .windows(88)
                .any(|window| sign(text, &KEY).windows(88).any(|other| other == window))
        ),
        Err(ConstitutionError::Malformed(malformed)) => panic!("the default constitution is malformed: {malformed}"),
        Err(_) => {}
    }
});

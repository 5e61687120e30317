//! Any text as a checkpoint: as a whole note, and as what the right key signed.

#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest as _, Sha256};
use somagent::journal::Checkpoint;

const STORE: &str = "01980000-0000-7000-8000-000000000001";

fuzz_target!(|text: &str| {
    let key = SigningKey::from_bytes(&[7; 32]);
    for note in [text.to_owned(), signed(text, &key)] {
        let Ok(checkpoint) = Checkpoint::open(&note, STORE, &key.verifying_key()) else {
            continue;
        };
        assert_eq!(checkpoint.note(), note);
        let written = format!("\n{0}\n", checkpoint.size());
        assert!(note.contains(&written), "{note:?}");
        assert!(
            note.contains(&format!("\nhead sha3-512:{}\n", checkpoint.head())),
            "{note:?}"
        );
        assert_eq!(Checkpoint::open(&note, STORE, &key.verifying_key()), Ok(checkpoint));
    }
});

/// A signed note over `text`, as c2sp.org/signed-note says.
fn signed(text: &str, key: &SigningKey) -> String {
    let name = format!("somagent/{STORE}");
    let id = Sha256::new_with_prefix(name.as_bytes())
        .chain_update([b'\n', 1])
        .chain_update(key.verifying_key().as_bytes())
        .finalize();
    let signature = [&id[..4], &key.sign(text.as_bytes()).to_bytes()[..]].concat();
    format!("{text}\n\u{2014} {name} {}\n", STANDARD.encode(signature))
}

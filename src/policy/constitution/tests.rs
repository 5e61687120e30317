use serde_json::{Value, json};

use super::examine::examine;
use super::*;
use crate::policy::DEFAULT_CONSTITUTION;

const TEXT: &[u8] = DEFAULT_CONSTITUTION.as_bytes();

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn trusting(keys: &[&SigningKey], threshold: u32) -> Trusted {
    Trusted {
        keys: keys.iter().map(|key| key.verifying_key()).collect(),
        threshold,
        highest_version: 0,
        pinned: None,
    }
}

fn signed_by(text: &[u8], keys: &[&SigningKey]) -> Vec<u8> {
    let signatures: Vec<Value> = keys
        .iter()
        .map(|key| {
            let mut file: Value = serde_json::from_slice(&sign(text, key)).unwrap();
            file["signatures"][0].take()
        })
        .collect();
    json!({"v": 1, "signatures": signatures}).to_string().into_bytes()
}

fn raw_signature(key: &str, signature: &[u8]) -> Vec<u8> {
    json!({"v": 1, "signatures": [{"key": key, "signature": BASE64.encode(signature)}]})
        .to_string()
        .into_bytes()
}

#[test]
fn the_default_constitution_opens_once_signed() {
    let owner = key(1);
    let constitution = Constitution::open(TEXT, &sign(TEXT, &owner), &trusting(&[&owner], 1)).unwrap();
    assert_eq!(constitution.version(), 1);
    assert_eq!(constitution.digest(), Digest::of(TEXT));
    assert!(constitution.title().contains("workstation"));
    assert_eq!(constitution.articles().len(), 11);
    assert_eq!(constitution.rules().len(), 10);
}

#[test]
fn attack_01_constitution_one_byte_changed() {
    let owner = key(1);
    let trusted = trusting(&[&owner], 1);
    let signature = sign(TEXT, &owner);
    for position in 0..TEXT.len() {
        let mut text = TEXT.to_vec();
        text[position] ^= 1 << (position % 8);
        let refused = Constitution::open(&text, &signature, &trusted).unwrap_err();
        assert!(
            matches!(refused, ConstitutionError::Tampered { .. }),
            "{position}: {refused}"
        );
    }
    for position in 0..signature.len() {
        for bit in 0..8 {
            let mut changed = signature.clone();
            changed[position] ^= 1 << bit;
            let refused = Constitution::open(TEXT, &changed, &trusted).unwrap_err();
            assert!(
                matches!(
                    refused,
                    ConstitutionError::Tampered { .. } | ConstitutionError::NoSignatures { .. }
                ),
                "{position}.{bit}: {refused}"
            );
            assert!(!refused.hint().is_empty());
        }
    }
    for text in [&TEXT[1..], &TEXT[..TEXT.len() - 1], &[TEXT, b"\n"].concat()] {
        Constitution::open(text, &signature, &trusted).unwrap_err();
    }
}

#[test]
fn attack_02_missing_constitution() {
    let scratch = tempfile::tempdir().unwrap();
    let text = scratch.path().join("constitution.yaml");
    let signature = scratch.path().join("constitution.yaml.sig");
    let owner = key(1);
    let trusted = trusting(&[&owner], 1);
    let missing = |path: &Path| {
        let refused = Constitution::load(&text, &signature, &trusted).unwrap_err();
        assert!(
            matches!(&refused, ConstitutionError::Missing { path: found } if found == path),
            "{refused}"
        );
    };
    missing(&text);
    std::fs::write(&text, TEXT).unwrap();
    missing(&signature);
    std::fs::write(&signature, "").unwrap();
    let refused = Constitution::load(&text, &signature, &trusted).unwrap_err();
    assert!(matches!(refused, ConstitutionError::NoSignatures { .. }), "{refused}");
    std::fs::write(&signature, sign(TEXT, &owner)).unwrap();
    Constitution::load(&text, &signature, &trusted).unwrap();
    std::fs::write(&text, "").unwrap();
    let refused = Constitution::load(&text, &signature, &trusted).unwrap_err();
    assert!(matches!(refused, ConstitutionError::Tampered { .. }), "{refused}");
    std::fs::remove_file(&text).unwrap();
    std::fs::create_dir(&text).unwrap();
    let refused = Constitution::load(&text, &signature, &trusted).unwrap_err();
    assert!(matches!(refused, ConstitutionError::Unreadable { .. }), "{refused}");
}

#[test]
fn attack_03_valid_signature_untrusted_key() {
    let (owner, stranger) = (key(1), key(2));
    let by_stranger = sign(TEXT, &stranger);
    for trusted in [trusting(&[&owner], 1), trusting(&[&owner], 0), trusting(&[], 0)] {
        let refused = Constitution::open(TEXT, &by_stranger, &trusted).unwrap_err();
        let named = keys::public_text(&stranger.verifying_key());
        assert!(
            matches!(&refused, ConstitutionError::Untrusted { needed: 1, found: 0, strangers } if *strangers == [named]),
            "{refused}"
        );
    }
    // A stranger's signature under the name of the owner.
    let mut file: Value = serde_json::from_slice(&by_stranger).unwrap();
    file["signatures"][0]["key"] = keys::public_text(&owner.verifying_key()).into();
    let refused = Constitution::open(TEXT, file.to_string().as_bytes(), &trusting(&[&owner], 1)).unwrap_err();
    assert!(matches!(refused, ConstitutionError::Tampered { .. }), "{refused}");
}

#[test]
fn as_many_different_trusted_keys_as_the_threshold_have_to_sign() {
    let (first, second, stranger) = (key(1), key(2), key(3));
    let trusted = trusting(&[&first, &second, &first], 2);
    Constitution::open(TEXT, &signed_by(TEXT, &[&first, &second]), &trusted).unwrap();
    Constitution::open(TEXT, &signed_by(TEXT, &[&second, &stranger, &first]), &trusted).unwrap();
    let refused = Constitution::open(TEXT, &signed_by(TEXT, &[&first, &stranger]), &trusted).unwrap_err();
    assert!(
        matches!(
            refused,
            ConstitutionError::Untrusted {
                needed: 2,
                found: 1,
                ..
            }
        ),
        "{refused}"
    );
    let refused = Constitution::open(TEXT, &signed_by(TEXT, &[&first, &first]), &trusted).unwrap_err();
    assert!(refused.to_string().contains("signed twice"), "{refused}");
    Constitution::open(TEXT, &signed_by(TEXT, &[&first, &second]), &trusting(&[&first], 2)).unwrap_err();
}

#[test]
fn attack_04_older_signed_constitution() {
    let owner = key(1);
    let version = |number: u64| DEFAULT_CONSTITUTION.replace("version: 1\n", &format!("version: {number}\n"));
    let mut trusted = trusting(&[&owner], 1);
    trusted.highest_version = 3;
    trusted.pinned = Some(Digest::of(version(3).as_bytes()));
    let open = |text: &str| Constitution::open(text.as_bytes(), &sign(text.as_bytes(), &owner), &trusted);

    let refused = open(&version(2)).unwrap_err();
    assert!(
        matches!(refused, ConstitutionError::Older { version: 2, highest: 3 }),
        "{refused}"
    );
    assert!(refused.hint().contains("version 4"));
    assert_eq!(open(&version(3)).unwrap().version(), 3);
    assert_eq!(open(&version(4)).unwrap().version(), 4);

    let other = version(3)
        .replace("A4 \n", "")
        .replace("Such work touches nothing.", "Such work is free.");
    let refused = open(&other).unwrap_err();
    assert!(
        matches!(refused, ConstitutionError::Replaced { version: 3, .. }),
        "{refused}"
    );
}

#[test]
fn attack_05_small_order_or_malleable_signature() {
    let owner = key(1);
    let trusted = trusting(&[&owner], 1);
    let name = keys::public_text(&owner.verifying_key());
    let good = owner.sign(&message(TEXT)).to_bytes();
    Constitution::open(TEXT, &raw_signature(&name, &good), &trusted).unwrap();

    // S + L verifies under the bare equation: the second form of the same signature (RFC 8032, 5.1.7).
    const GROUP_ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut malleable = good;
    let mut carry = 0;
    for (byte, add) in malleable[32..].iter_mut().zip(GROUP_ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    Constitution::open(TEXT, &raw_signature(&name, &malleable), &trusted).unwrap_err();

    // With the identity as key and as R, and S = 0, the bare equation holds for every text.
    let mut identity = [0; 32];
    identity[0] = 1;
    let forged = [identity, [0; 32]].concat();
    let weak = VerifyingKey::from_bytes(&identity).unwrap();
    let mut trusting_weak = trusted.clone();
    trusting_weak.keys.push(weak);
    use ed25519_dalek::Verifier as _;
    weak.verify(&message(TEXT), &Signature::from_slice(&forged).unwrap())
        .unwrap();
    Constitution::open(TEXT, &raw_signature(&keys::public_text(&weak), &forged), &trusting_weak).unwrap_err();
    Constitution::open(TEXT, &raw_signature(&name, &forged), &trusted).unwrap_err();
    Constitution::open(TEXT, &raw_signature(&name, &[0; 64]), &trusted).unwrap_err();
}

#[test]
fn attack_06_a_signed_text_that_does_not_parse_is_refused() {
    let owner = key(1);
    let trusted = trusting(&[&owner], 1);
    for text in [
        &b""[..],
        b"articles: [",
        b"\xff",
        DEFAULT_CONSTITUTION
            .replace("decision: allow", "decision: maybe")
            .as_bytes(),
        format!("{DEFAULT_CONSTITUTION}weights: {{cost: 3}}\n").as_bytes(),
    ] {
        let refused = Constitution::open(text, &sign(text, &owner), &trusted).unwrap_err();
        assert!(matches!(refused, ConstitutionError::Malformed(_)), "{refused}");
        assert!(refused.to_string().contains("line "), "{refused}");
    }
    let large = vec![b'#'; 300 * 1024];
    let refused = Constitution::open(&large, &sign(&large, &owner), &trusted).unwrap_err();
    assert!(matches!(refused, ConstitutionError::TooLarge { .. }), "{refused}");
}

#[test]
fn a_signature_over_something_else_than_a_constitution_does_not_count() {
    let owner = key(1);
    let name = keys::public_text(&owner.verifying_key());
    let bare = owner.sign(TEXT).to_bytes();
    let refused = Constitution::open(TEXT, &raw_signature(&name, &bare), &trusting(&[&owner], 1)).unwrap_err();
    assert!(matches!(refused, ConstitutionError::Tampered { .. }), "{refused}");
}

#[test]
fn a_damaged_signature_file_says_what_is_wrong() {
    let owner = key(1);
    let good = String::from_utf8(sign(TEXT, &owner)).unwrap();
    for wrong in [
        "",
        "{}",
        "null",
        &good.replace("\"v\":1", "\"v\":2"),
        &good.replace("\"v\":1", "\"v\":1,\"v\":1"),
        &good.replace("\"v\":1", "\"v\":1,\"x\":0"),
        "{\"v\":1,\"signatures\":[]}",
        &good.replace("ed25519:", "rsa:"),
        &format!("{good}{good}"),
    ] {
        let refused = Constitution::open(TEXT, wrong.as_bytes(), &trusting(&[&owner], 1)).unwrap_err();
        assert!(
            matches!(refused, ConstitutionError::NoSignatures { .. }),
            "{wrong}: {refused}"
        );
    }
}

#[test]
fn an_examination_says_what_holds_and_what_does_not() {
    let (owner, stranger) = (key(1), key(2));
    let trusted = Trusted {
        highest_version: 1,
        pinned: Some(Digest::of(TEXT)),
        ..trusting(&[&owner], 1)
    };
    let names = |examination: &Examination| -> Vec<(&'static str, bool)> {
        let findings = examination.findings.iter();
        findings.map(|finding| (finding.name, finding.holds)).collect()
    };
    let good = examine(TEXT, &signed_by(TEXT, &[&owner, &stranger]), &trusted);
    assert!(good.holds());
    assert_eq!(
        names(&good),
        [("signatures", true), ("trust", true), ("text", true), ("version", true)]
    );
    let trusts: Vec<bool> = good.signers.iter().map(|signer| signer.is_trusted).collect();
    assert_eq!(trusts, [true, false]);

    let changed = [TEXT, b"# more\n"].concat();
    let bad = examine(&changed, &sign(TEXT, &owner), &trusted);
    assert_eq!(
        names(&bad),
        [
            ("signatures", false),
            ("trust", false),
            ("text", true),
            ("version", false)
        ]
    );
    assert!(!bad.signers[0].fits);

    let strange = examine(TEXT, &sign(TEXT, &stranger), &trusted);
    assert_eq!(
        names(&strange),
        [
            ("signatures", true),
            ("trust", false),
            ("text", true),
            ("version", true)
        ]
    );
    let newer = DEFAULT_CONSTITUTION.replace("version: 1", "version: 2").into_bytes();
    assert!(examine(&newer, &sign(&newer, &owner), &trusted).holds());
    let nothing = examine(b"x", b"{}", &trusted);
    assert_eq!(
        names(&nothing),
        [("signatures", false), ("trust", false), ("text", false)]
    );
}

#[test]
fn a_signature_fits_its_text_and_key_and_nothing_else() {
    let signed = Signed::by(&key(1), TEXT);
    assert!(signed.fits(TEXT) && !signed.fits(b"x"));
    let other = Signed {
        key: keys::public_text(&key(2).verifying_key()),
        ..signed.clone()
    };
    assert!(!other.fits(TEXT));
    let file = signature_file(&[signed, Signed::by(&key(2), TEXT)]);
    Constitution::open(TEXT, &file, &trusting(&[&key(1), &key(2)], 2)).unwrap();
}

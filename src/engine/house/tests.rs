//! Proposing, signing and activating, decided; and what becomes of the files when a crash comes between.

use ed25519_dalek::SigningKey;

use super::*;
use crate::config::Home;
use crate::keys;
use crate::policy::constitution::signature_file;
use crate::policy::{DEFAULT_CONSTITUTION, Shipped};

pub(super) fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub(super) fn name(seed: u8) -> String {
    keys::public_text(&key(seed).verifying_key())
}

/// A house that trusts the keys 1 and 2, of which so many have to sign.
fn founded(threshold: u32) -> House {
    founded_by(&[1, 2], threshold)
}

/// A house that trusts these keys.
pub(super) fn founded_by(seeds: &[u8], threshold: u32) -> House {
    let mut house = House::default();
    let text = DEFAULT_CONSTITUTION.to_owned();
    let found = HouseCommand::Found {
        keys: seeds.iter().map(|seed| name(*seed)).collect(),
        threshold,
        version: 1,
        digest: Digest::of(text.as_bytes()),
        text,
        signatures: Vec::new(),
    };
    tell(&mut house, &found).unwrap();
    house
}

/// Decides, and takes in what follows; says how much that is.
pub(super) fn tell(house: &mut House, command: &HouseCommand) -> Result<usize, HouseError> {
    let facts = decide(house, command)?;
    let count = facts.len();
    for fact in facts {
        house.apply(fact, house.run_seq + 1);
    }
    Ok(count)
}

pub(super) fn propose(text: &str) -> HouseCommand {
    HouseCommand::Propose {
        text: text.to_owned(),
        by: "user:ann".to_owned(),
    }
}

pub(super) fn sign(seed: u8, text: &str) -> HouseCommand {
    HouseCommand::Sign {
        digest: Digest::of(text.as_bytes()),
        signed: Signed::by(&key(seed), text.as_bytes()),
        by: "user:ann".to_owned(),
    }
}

pub(super) fn activate(text: &str, confirmed: Confirmed, loosening: Confirmed) -> HouseCommand {
    HouseCommand::Activate {
        digest: Digest::of(text.as_bytes()),
        confirmed,
        loosening,
        by: "user:ann".to_owned(),
    }
}

pub(super) fn shipped(name: &str, version: u64) -> String {
    Shipped::named(name).unwrap().at_version(version)
}

#[test]
fn a_text_is_proposed_signed_by_enough_and_activated() {
    let mut house = founded(2);
    let text = shipped("production", 2);
    assert_eq!(tell(&mut house, &propose(&text)), Ok(1));
    assert_eq!(tell(&mut house, &propose(&text)), Ok(0));
    assert_eq!(tell(&mut house, &sign(1, &text)), Ok(1));
    // The same key once more counts once.
    assert_eq!(tell(&mut house, &sign(1, &text)), Ok(0));
    let meant = activate(&text, Confirmed::Flag, Confirmed::Flag);
    let few = HouseError::TooFew {
        version: 2,
        needed: 2,
        found: 1,
    };
    assert_eq!(tell(&mut house, &meant), Err(few));
    assert_eq!(tell(&mut house, &sign(2, &text)), Ok(1));
    assert_eq!(tell(&mut house, &meant), Ok(1));
    let active = house.active.as_ref().unwrap();
    assert_eq!(
        (active.version, active.text.as_str(), active.signatures.len()),
        (2, text.as_str(), 2)
    );
    assert_eq!((active.by.as_deref(), &house.proposed), (Some("user:ann"), &None));
    assert_eq!(tell(&mut house, &meant), Err(HouseError::NothingProposed));
}

#[test]
fn attack_03_and_05_a_strangers_signature_and_a_wrong_one_are_not_recorded() {
    let mut house = founded(1);
    let text = shipped("locked", 2);
    assert_eq!(tell(&mut house, &sign(1, &text)), Err(HouseError::NothingProposed));
    tell(&mut house, &propose(&text)).unwrap();
    let before = house.clone();
    assert_eq!(
        tell(&mut house, &sign(3, &text)),
        Err(HouseError::Stranger { key: name(3) })
    );
    let borrowed = HouseCommand::Sign {
        digest: Digest::of(text.as_bytes()),
        signed: Signed {
            key: name(1),
            ..Signed::by(&key(3), text.as_bytes())
        },
        by: "user:mallory".to_owned(),
    };
    assert_eq!(tell(&mut house, &borrowed), Err(HouseError::NotSigned { key: name(1) }));
    let other = shipped("developer", 2);
    let refused = tell(&mut house, &sign(1, &other));
    assert!(matches!(refused, Err(HouseError::OtherProposed { .. })), "{refused:?}");
    assert_eq!(house, before);
    // Another proposal leaves the signatures over this one behind.
    tell(&mut house, &sign(1, &text)).unwrap();
    tell(&mut house, &propose(&other)).unwrap();
    let refused = tell(&mut house, &activate(&other, Confirmed::Typed, Confirmed::Flag));
    assert!(
        matches!(refused, Err(HouseError::TooFew { found: 0, .. })),
        "{refused:?}"
    );
    eprintln!("attack 03: a stranger's signature is not recorded; attack 05: nor is one under a borrowed key");
}

#[test]
fn attack_04_a_version_only_rises() {
    let mut house = founded(1);
    let text = shipped("production", 3);
    tell(&mut house, &propose(&text)).unwrap();
    tell(&mut house, &sign(1, &text)).unwrap();
    tell(&mut house, &activate(&text, Confirmed::Flag, Confirmed::Flag)).unwrap();
    for version in 1..=3 {
        let refused = tell(&mut house, &propose(&shipped("locked", version)));
        assert_eq!(refused, Err(HouseError::NotNewer { version, active: 3 }));
    }
    let refused = tell(&mut house, &propose("version: 4"));
    assert!(matches!(refused, Err(HouseError::Malformed(_))), "{refused:?}");
    eprintln!("attack 04: versions 1 to 3 refused beside version 3");
}

#[test]
fn what_loosens_is_confirmed_as_the_mode_wants_it() {
    use Confirmed::{Flag, No, Typed};
    let mut strict = founded(1);
    let text = shipped("locked", 2);
    tell(&mut strict, &propose(&text)).unwrap();
    tell(&mut strict, &sign(1, &text)).unwrap();
    let mut loose = strict.clone();
    tell(&mut loose, &activate(&text, Flag, Typed)).unwrap();
    let back = shipped("developer", 3);
    tell(&mut loose, &propose(&back)).unwrap();
    tell(&mut loose, &sign(2, &back)).unwrap();
    for (house, text, is_looser, loosening, needs) in [
        (&strict, &text, false, Typed, Flag),
        (&loose, &back, true, Flag, Flag),
        (&loose, &back, true, Typed, Typed),
    ] {
        for given in [No, Flag, Typed] {
            let decided = decide(house, &activate(text, given, loosening));
            let version = ready(house, Digest::of(text.as_bytes())).unwrap().0;
            let refused = HouseError::NotConfirmed {
                version,
                is_looser,
                needs,
            };
            assert_eq!(decided.is_ok(), given >= needs, "{given:?}");
            assert!(decided.is_ok() || decided == Err(refused), "{given:?}");
        }
    }
}

/// A home whose files hold this text, signed by the key 1.
fn home(root: &std::path::Path, text: &str) -> Home {
    let home = Home::from_env(|name| (name == "SOMAGENT_HOME").then(|| root.as_os_str().to_owned())).unwrap();
    home.create().unwrap();
    std::fs::write(home.constitution(), text).unwrap();
    std::fs::write(home.constitution_signature(), signed(text)).unwrap();
    home
}

fn signed(text: &str) -> Vec<u8> {
    signature_file(&[Signed::by(&key(1), text.as_bytes())])
}

fn activated(text: &str) -> Activated {
    Activated {
        version: 1,
        digest: Digest::of(text.as_bytes()),
        text: text.to_owned(),
        signatures: vec![Signed::by(&key(1), text.as_bytes())],
        by: None,
    }
}

#[test]
fn a_crash_between_the_record_and_the_files_is_finished_or_undone_as_the_journal_says() {
    let (old, new) = (DEFAULT_CONSTITUTION, &shipped("locked", 2)[..]);
    let next = |path: std::path::PathBuf| {
        let mut name = path.into_os_string();
        name.push(".next");
        std::path::PathBuf::from(name)
    };
    // What the journal says, and how many of the two moves had happened.
    for (says, moved) in [(new, 0), (new, 1), (new, 2), (old, 0)] {
        let directory = tempfile::tempdir().unwrap();
        let home = home(directory.path(), old);
        let held = files::hold(&home).unwrap();
        files::lay(&home, new.as_bytes(), &signed(new), &held).unwrap();
        assert!(files::are_laid(&home));
        let moves = [home.constitution(), home.constitution_signature()];
        for place in moves.into_iter().take(moved) {
            std::fs::rename(next(place.clone()), place).unwrap();
        }
        files::settle(&home, &activated(says), &held).unwrap();
        assert!(!files::are_laid(&home), "{moved}");
        assert_eq!(std::fs::read_to_string(home.constitution()).unwrap(), says, "{moved}");
        assert_eq!(
            std::fs::read(home.constitution_signature()).unwrap(),
            signed(says),
            "{moved}"
        );
    }
    // Only the text was laid down when the process died.
    let directory = tempfile::tempdir().unwrap();
    let home = home(directory.path(), old);
    let held = files::hold(&home).unwrap();
    std::fs::write(next(home.constitution()), &new[..40]).unwrap();
    files::settle(&home, &activated(old), &held).unwrap();
    assert!(!files::are_laid(&home));
    assert_eq!(std::fs::read_to_string(home.constitution()).unwrap(), old);
}

#[test]
fn other_signatures_over_the_same_text_are_put_in_place_only_when_the_journal_says_so() {
    let text = DEFAULT_CONSTITUTION;
    let by_two = || vec![Signed::by(&key(2), text.as_bytes())];
    for is_recorded in [true, false] {
        let directory = tempfile::tempdir().unwrap();
        let home = home(directory.path(), text);
        let held = files::hold(&home).unwrap();
        files::lay(&home, text.as_bytes(), &signature_file(&by_two()), &held).unwrap();
        let before = activated(text);
        let says = match is_recorded {
            true => Activated {
                signatures: by_two(),
                ..before.clone()
            },
            false => before.clone(),
        };
        files::settle(&home, &says, &held).unwrap();
        assert!(!files::are_laid(&home));
        assert_eq!(
            std::fs::read(home.constitution_signature()).unwrap(),
            signature_file(&says.signatures)
        );
        assert_eq!(std::fs::read_to_string(home.constitution()).unwrap(), text);
    }
}

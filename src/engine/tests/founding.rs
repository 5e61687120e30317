//! The house: what begins a store, and what a store refuses.

use ed25519_dalek::SigningKey;
use serde_json::json;

use super::super::fact::FactError;
use super::super::house::{self, Founded, House, HouseCommand, HouseError, HouseFact};
use super::super::open::place;
use super::super::setup::{self, Founding, SetupError, SetupNotice};
use crate::config::Home;
use crate::digest::Digest;
use crate::journal::{Fact, Journal, Place, Reader, Stamp};
use crate::keys;
use crate::policy::constitution::{Signed, signature_file};
use crate::policy::{ConstitutionError, DEFAULT_CONSTITUTION, KeySet};

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn name(seed: u8) -> String {
    keys::public_text(&key(seed).verifying_key())
}

fn command() -> HouseCommand {
    HouseCommand::Found {
        keys: vec![name(1), name(2)],
        threshold: 2,
        version: 3,
        digest: Digest::of(b"text"),
        text: "text".to_owned(),
        signatures: Vec::new(),
    }
}

/// A store whose house stream has these facts, as it is read back.
fn stored(facts: Vec<Fact>) -> Result<House, FactError> {
    let directory = tempfile::tempdir().unwrap();
    let place = Place {
        database: directory.path().join("somagent.db"),
        blobs: directory.path().join("blobs"),
        checkpoint: directory.path().join("checkpoint"),
        locks: directory.path().join("locks"),
    };
    let journal = Journal::open(&place, SigningKey::from_bytes(&[7; 32])).unwrap();
    let stamp = Stamp {
        at: 1,
        actor: "user:test".to_owned(),
        trace: None,
        constitution: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime
        .block_on(journal.append(&house::stream(), 0, &stamp, facts))
        .unwrap();
    House::replay(
        &journal
            .reader()
            .unwrap()
            .events(&house::stream(), 0, usize::MAX)
            .unwrap(),
    )
}

fn fact(kind: &str, v: u32, body: serde_json::Value) -> Fact {
    Fact {
        kind: kind.to_owned(),
        v,
        body,
        epoch: None,
    }
}

#[test]
fn a_store_is_founded_once() {
    let facts = house::decide(&House::default(), &command()).unwrap();
    let house = stored(facts.iter().map(|fact| fact.to_fact().unwrap()).collect()).unwrap();
    let HouseFact::Founded(founded) = &facts[0] else {
        panic!("{facts:?}")
    };
    let HouseFact::Activated(active) = &facts[1] else {
        panic!("{facts:?}")
    };
    let expected = House {
        trust: Some(KeySet::new(1, founded.keys.clone(), 2).unwrap()),
        active: Some(active.clone()),
        proposed: None,
        keys_proposed: None,
        run_seq: 2,
    };
    assert_eq!(house, expected);
    assert_eq!(
        *founded,
        Founded {
            keys: vec![name(1), name(2)],
            threshold: 2
        }
    );
    assert_eq!(house::decide(&house, &command()), Err(HouseError::AlreadyFounded));
}

#[test]
fn a_house_with_any_event_is_not_founded_again() {
    let house = House {
        run_seq: 1,
        ..House::default()
    };
    assert_eq!(house::decide(&house, &command()), Err(HouseError::AlreadyFounded));
}

#[test]
fn what_is_not_understood_is_refused_because_it_could_loosen_a_rule() {
    let founded = || fact("store.founded", 1, json!({"keys": ["ed25519:a"], "threshold": 1}));
    for (kind, v, body) in [
        ("constitution.suspended", 1, json!({})),
        ("store.founded", 2, json!({"keys": ["ed25519:a"], "threshold": 1})),
        ("constitution.activated", 2, json!({})),
        ("keys.proposed", 2, json!({})),
        ("keys.revoked", 1, json!({})),
    ] {
        let refused = stored(vec![founded(), fact(kind, v, body)]);
        let expected = FactError::Unknown {
            seq: 2,
            kind: kind.to_owned(),
            v,
        };
        assert_eq!(refused, Err(expected));
    }
    let refused = stored(vec![fact("store.founded", 1, json!({"keys": "all"}))]);
    assert!(
        matches!(refused, Err(FactError::Malformed { seq: 1, .. })),
        "{refused:?}"
    );
}

fn home(root: &std::path::Path) -> Home {
    Home::from_env(|name| (name == "SOMAGENT_HOME").then(|| root.as_os_str().to_owned())).unwrap()
}

fn ensure(home: &Home) -> Result<Vec<SetupNotice>, SetupError> {
    let mut notices = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime
        .block_on(setup::ensure(home, "user:test", &mut |notice| notices.push(notice)))
        .map(|()| notices)
}

fn events(home: &Home) -> usize {
    let reader = Reader::open(&place(home)).unwrap();
    reader.tail(0, usize::MAX).unwrap().len()
}

#[test]
fn first_use_makes_everything_once_and_says_so() {
    let scratch = tempfile::tempdir().unwrap();
    let home = home(&scratch.path().join("home"));
    assert_eq!(ensure(&home).unwrap().len(), 4);
    assert_eq!(events(&home), 2);
    let key = std::fs::read(home.signing_key()).unwrap();
    assert_eq!(ensure(&home).unwrap(), []);
    assert_eq!(events(&home), 2);
    assert_eq!(std::fs::read(home.signing_key()).unwrap(), key);
}

#[test]
fn first_uses_at_once_found_one_store() {
    for _ in 0..4 {
        let scratch = tempfile::tempdir().unwrap();
        let home = home(&scratch.path().join("home"));
        let gate = std::sync::Barrier::new(8);
        let notices: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        gate.wait();
                        ensure(&home).unwrap().len()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(notices.iter().filter(|count| **count > 0).count(), 1, "{notices:?}");
        assert_eq!(events(&home), 2);
    }
}

#[test]
fn first_use_that_was_cut_short_goes_on_where_it_stopped() {
    let scratch = tempfile::tempdir().unwrap();
    let made = home(&scratch.path().join("made"));
    ensure(&made).unwrap();
    // The database was created, and nothing was written into it.
    let empty = home(&scratch.path().join("empty"));
    empty.create().unwrap();
    std::fs::write(empty.database(), "").unwrap();
    ensure(&empty).unwrap();
    assert_eq!(events(&empty), 2);
    // Key and constitution were made, and no store.
    let half = home(&scratch.path().join("half"));
    half.create().unwrap();
    std::fs::copy(made.signing_key(), half.signing_key()).unwrap();
    std::fs::copy(made.constitution(), half.constitution()).unwrap();
    ensure(&half).unwrap();
    assert_eq!(events(&half), 2);
}

#[test]
fn a_founded_store_that_lost_its_key_is_not_given_a_new_one() {
    let scratch = tempfile::tempdir().unwrap();
    let home = home(&scratch.path().join("home"));
    ensure(&home).unwrap();
    std::fs::remove_file(home.signing_key()).unwrap();
    std::fs::remove_file(home.constitution()).unwrap();
    assert_eq!(ensure(&home).unwrap(), []);
    assert!(!home.signing_key().exists() && !home.constitution().exists());
}

#[test]
fn somebody_elses_constitution_is_not_signed_unasked() {
    let scratch = tempfile::tempdir().unwrap();
    let home = home(&scratch.path().join("home"));
    home.create().unwrap();
    std::fs::write(home.constitution(), format!("{DEFAULT_CONSTITUTION}\n# more\n")).unwrap();
    assert!(matches!(ensure(&home), Err(SetupError::Unsigned { .. })));
    assert!(!home.constitution_signature().exists());
}

/// A store for three people, of whom two have to sign, with the signatures of these.
fn shared(signers: &[u8]) -> Founding {
    let text = DEFAULT_CONSTITUTION.to_owned();
    Founding {
        keys: vec![name(1), name(2), name(3)],
        threshold: 2,
        signatures: signers
            .iter()
            .map(|seed| Signed::by(&key(*seed), text.as_bytes()))
            .collect(),
        text,
    }
}

fn found(home: &Home, founding: &Founding) -> Result<usize, SetupError> {
    let mut notices = 0;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime
        .block_on(setup::found(home, "user:test", founding, &mut |_| notices += 1))
        .map(|()| notices)
}

#[test]
fn several_people_found_a_store_with_as_many_signatures_as_they_agreed_on() {
    let scratch = tempfile::tempdir().unwrap();
    let home = home(&scratch.path().join("home"));
    for signers in [&[1][..], &[1, 4], &[4, 5]] {
        let refused = found(&home, &shared(signers));
        assert!(
            matches!(
                refused,
                Err(SetupError::Constitution(ConstitutionError::Untrusted { needed: 2, .. }))
            ),
            "{signers:?} {refused:?}"
        );
    }
    let twice = Founding {
        keys: vec![name(1), name(1)],
        ..shared(&[1])
    };
    assert!(matches!(found(&home, &twice), Err(SetupError::KeySet(_))));
    assert!(!home.database().exists() && !home.constitution().exists());

    let founding = shared(&[3, 1]);
    assert_eq!(found(&home, &founding).unwrap(), 4);
    let reader = Reader::open(&place(&home)).unwrap();
    let stored = House::replay(&reader.events(&house::stream(), 0, usize::MAX).unwrap()).unwrap();
    let trust = stored.trust.unwrap();
    assert_eq!((trust.keys, trust.threshold), (founding.keys.clone(), 2));
    assert_eq!(stored.active.unwrap().signatures, founding.signatures);
    assert_eq!(
        std::fs::read(home.constitution_signature()).unwrap(),
        signature_file(&founding.signatures)
    );
    assert!(matches!(found(&home, &founding), Err(SetupError::Founded)));
    // The first use of an installation that is founded does nothing more.
    assert_eq!(ensure(&home).unwrap(), []);
}

#[test]
fn a_constitution_that_lies_there_is_not_overwritten_by_a_founding() {
    let scratch = tempfile::tempdir().unwrap();
    let home = home(&scratch.path().join("home"));
    home.create().unwrap();
    std::fs::write(home.constitution(), "another").unwrap();
    let refused = found(&home, &shared(&[1, 2]));
    assert!(matches!(refused, Err(SetupError::Occupied { .. })), "{refused:?}");
    assert_eq!(std::fs::read_to_string(home.constitution()).unwrap(), "another");
    // What was begun for an installation of its own is founded for several.
    std::fs::write(home.constitution(), DEFAULT_CONSTITUTION).unwrap();
    found(&home, &shared(&[1, 2])).unwrap();
}

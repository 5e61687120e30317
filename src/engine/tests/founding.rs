//! The house: what begins a store, and what a store refuses.

use serde_json::json;

use super::super::fact::FactError;
use super::super::house::{self, Founded, House, HouseCommand, HouseError, HouseFact};
use crate::digest::Digest;
use crate::journal::{Fact, Journal, Place, Stamp};

fn command() -> HouseCommand {
    HouseCommand::Found {
        keys: vec!["ed25519:a".to_owned(), "ed25519:b".to_owned()],
        threshold: 2,
        version: 3,
        digest: Digest::of(b"text"),
        text: "text".to_owned(),
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
    let journal = Journal::open(&place, ed25519_dalek::SigningKey::from_bytes(&[7; 32])).unwrap();
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
        founded: Some(founded.clone()),
        active: Some(active.clone()),
        run_seq: 2,
    };
    assert_eq!(house, expected);
    assert_eq!(
        *founded,
        Founded {
            keys: vec!["ed25519:a".to_owned(), "ed25519:b".to_owned()],
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

//! Other keys, decided: who has to sign, what that is worth, and what becomes of those that go.

use super::super::tests::{
    activate as activate_text, founded_by, key, name, propose as propose_text, shipped, sign as sign_text, tell,
};
use super::super::{HouseCommand, decide};
use super::*;
use crate::policy::{DEFAULT_CONSTITUTION, NotAKeySet};

fn propose(seeds: &[u8], threshold: u32) -> HouseCommand {
    HouseCommand::ProposeKeys {
        keys: seeds.iter().map(|seed| name(*seed)).collect(),
        threshold,
        by: "user:ann".to_owned(),
    }
}

/// The signature of a key over the proposed set, and over the constitution in force when it is one of the set.
fn sign(house: &House, seed: u8) -> HouseCommand {
    let set = &house.keys_proposed.as_ref().unwrap().what.set;
    let text = &house.active.as_ref().unwrap().text;
    HouseCommand::SignKeys {
        digest: set.digest(),
        signed: set.signed(house.trust.as_ref().unwrap().digest(), &key(seed)),
        constitution: set.has(&name(seed)).then(|| Signed::by(&key(seed), text.as_bytes())),
        by: "user:ann".to_owned(),
    }
}

fn activate(house: &House, confirmed: Confirmed, loosening: Confirmed) -> HouseCommand {
    HouseCommand::ActivateKeys {
        digest: house.keys_proposed.as_ref().unwrap().what.set.digest(),
        confirmed,
        loosening,
        by: "user:ann".to_owned(),
    }
}

/// Proposes these keys, lets these sign, and activates.
fn rotated(house: &mut House, seeds: &[u8], threshold: u32, signers: &[u8]) -> Result<usize, HouseError> {
    tell(house, &propose(seeds, threshold))?;
    for signer in signers {
        let command = sign(house, *signer);
        tell(house, &command)?;
    }
    let command = activate(house, Confirmed::Flag, Confirmed::Flag);
    tell(house, &command)
}

#[test]
fn keys_follow_when_enough_before_and_enough_after_have_signed() {
    use Whose::{After, Before};
    // The keys before and how many sign; the keys after and how many; who signs; who is missing, and how many are there.
    type Row<'a> = (&'a [u8], u32, &'a [u8], u32, &'a [u8], Option<(Whose, usize)>);
    let table: &[Row<'_>] = &[
        (&[1], 1, &[1, 2], 1, &[1], None),
        (&[1], 1, &[1, 2], 2, &[1, 2], None),
        (&[1], 1, &[1, 2], 2, &[1], Some((After, 1))),
        (&[1], 1, &[2], 1, &[1, 2], None),
        (&[1], 1, &[2], 1, &[2], Some((Before, 0))),
        (&[1], 1, &[2], 1, &[1], Some((After, 0))),
        (&[1], 1, &[2], 1, &[], Some((Before, 0))),
        (&[1, 2, 3], 2, &[1, 2], 2, &[1, 2], None),
        (&[1, 2, 3], 2, &[1, 2], 2, &[1, 3], Some((After, 1))),
        (&[1, 2, 3], 2, &[1, 2], 2, &[3, 1], Some((After, 1))),
        (&[1, 2, 3], 2, &[1, 2, 4], 2, &[1, 4], Some((Before, 1))),
        (&[1, 2, 3], 2, &[1, 2, 4], 2, &[1, 3, 4], None),
        (&[1, 2, 3], 2, &[1, 2, 4], 3, &[1, 2, 3], Some((After, 2))),
        (&[1, 2, 3], 2, &[4, 5, 6], 2, &[1, 2, 4, 5], None),
        (&[1, 2, 3], 2, &[4, 5, 6], 2, &[4, 5, 6], Some((Before, 0))),
        (&[1, 2, 3], 2, &[1, 2, 3], 3, &[1, 2, 3], None),
        (&[1, 2, 3], 2, &[1, 2, 3], 1, &[1, 2], None),
        (&[1, 2, 3], 3, &[1, 2, 3], 1, &[1, 2], Some((Before, 2))),
        // The same key once more counts once.
        (&[1, 2, 3], 2, &[1, 2], 2, &[1, 1], Some((Before, 1))),
    ];
    for (old, needed, new, threshold, signers, missing) in table {
        let mut house = founded_by(old, *needed);
        let before = house.trust.clone();
        let ended = rotated(&mut house, new, *threshold, signers);
        let row = format!("{needed} of {old:?} to {threshold} of {new:?} by {signers:?}");
        match missing {
            None => {
                assert_eq!(ended, Ok(1), "{row}");
                let trust = house.trust.as_ref().unwrap();
                assert_eq!((trust.version, trust.threshold), (2, *threshold), "{row}");
                assert_eq!(trust.keys, new.iter().map(|seed| name(*seed)).collect::<Vec<_>>());
                assert_eq!(house.keys_proposed, None);
                // The constitution holds under them, signed by nobody else.
                let active = house.active.as_ref().unwrap();
                assert!(active.signatures.len() >= *threshold as usize, "{row}");
                let by_them = |signed: &Signed| trust.has(&signed.key) && signed.fits(active.text.as_bytes());
                assert!(active.signatures.iter().all(by_them), "{row}");
            }
            Some((whose, found)) => {
                let needed = match whose {
                    Before => *needed,
                    After => *threshold,
                };
                let few = HouseError::TooFewKeys {
                    version: 2,
                    whose: *whose,
                    needed,
                    found: *found,
                };
                assert_eq!(ended, Err(few), "{row}");
                assert_eq!(house.trust, before, "{row}");
            }
        }
    }
}

#[test]
fn attack_03_a_key_that_is_gone_signs_nothing_any_more() {
    let mut house = founded_by(&[1, 2, 3], 2);
    let text = shipped("production", 2);
    tell(&mut house, &propose_text(&text)).unwrap();
    tell(&mut house, &sign_text(3, &text)).unwrap();
    tell(&mut house, &sign_text(1, &text)).unwrap();
    rotated(&mut house, &[1, 2, 4], 2, &[1, 2]).unwrap();
    // What it signed before counts no more either.
    let few = activate_text(&text, Confirmed::Flag, Confirmed::Flag);
    assert!(
        matches!(
            tell(&mut house, &few),
            Err(HouseError::TooFew {
                needed: 2,
                found: 1,
                ..
            })
        ),
        "{house:?}"
    );
    assert_eq!(
        tell(&mut house, &sign_text(3, &text)),
        Err(HouseError::Stranger { key: name(3) })
    );
    tell(&mut house, &sign_text(4, &text)).unwrap();
    assert_eq!(tell(&mut house, &few), Ok(1));
    tell(&mut house, &propose(&[1, 2], 2)).unwrap();
    let command = sign(&house, 3);
    assert_eq!(tell(&mut house, &command), Err(HouseError::NeitherKey { key: name(3) }));
    eprintln!("attack 03: a key that was taken away signs neither a constitution nor keys, and what it signed is void");
}

#[test]
fn a_wrong_signature_is_not_recorded() {
    let mut house = founded_by(&[1, 2], 2);
    assert!(matches!(
        tell(&mut house, &activate_nothing()),
        Err(HouseError::NoKeysProposed)
    ));
    tell(&mut house, &propose(&[1, 3], 2)).unwrap();
    let before = house.clone();
    let HouseCommand::SignKeys {
        digest,
        signed,
        constitution,
        by,
    } = sign(&house, 1)
    else {
        panic!("a signature")
    };
    let told = |house: &mut House, signed: Signed, constitution: Option<Signed>| {
        let by = by.clone();
        let command = HouseCommand::SignKeys {
            digest,
            signed,
            constitution,
            by,
        };
        tell(house, &command)
    };
    let not_signed = |seed| Err(HouseError::NotSigned { key: name(seed) });
    // Without the constitution, with one over another text, with another key's.
    assert_eq!(told(&mut house, signed.clone(), None), not_signed(1));
    let other = Signed::by(&key(1), b"another text");
    assert_eq!(told(&mut house, signed.clone(), Some(other)), not_signed(1));
    let others = Signed::by(&key(3), DEFAULT_CONSTITUTION.as_bytes());
    assert_eq!(told(&mut house, signed.clone(), Some(others)), not_signed(1));
    // Under a borrowed name, and one over a constitution instead of the keys.
    let borrowed = Signed {
        key: name(2),
        ..signed.clone()
    };
    assert_eq!(told(&mut house, borrowed, None), not_signed(2));
    assert_eq!(
        told(&mut house, constitution.clone().unwrap(), constitution.clone()),
        not_signed(1)
    );
    assert_eq!(house, before);
    // One over the same keys that were to follow on others.
    let mut elsewhere = founded_by(&[1, 2], 1);
    tell(&mut elsewhere, &propose(&[1, 3], 2)).unwrap();
    assert_eq!(tell(&mut elsewhere, &sign(&house, 1)), not_signed(1));
    assert_eq!(told(&mut house, signed, constitution), Ok(1));
}

fn activate_nothing() -> HouseCommand {
    HouseCommand::ActivateKeys {
        digest: crate::digest::Digest::of(b""),
        confirmed: Confirmed::Typed,
        loosening: Confirmed::Flag,
        by: "user:ann".to_owned(),
    }
}

#[test]
fn keys_that_cannot_be_trusted_together_are_not_proposed() {
    let mut house = founded_by(&[1, 2], 2);
    assert_eq!(tell(&mut house, &propose(&[2, 1], 2)), Err(HouseError::SameKeys));
    for (seeds, threshold, refused) in [
        (&[][..], 1, NotAKeySet::Count { count: 0 }),
        (&[1, 1][..], 1, NotAKeySet::Twice { key: name(1) }),
        (&[1, 2][..], 0, NotAKeySet::Threshold { threshold: 0, count: 2 }),
        (&[1, 2][..], 3, NotAKeySet::Threshold { threshold: 3, count: 2 }),
    ] {
        assert_eq!(
            tell(&mut house, &propose(seeds, threshold)),
            Err(HouseError::KeySet(refused))
        );
    }
    assert_eq!(tell(&mut house, &propose(&[1, 2], 1)), Ok(1));
    assert_eq!(tell(&mut house, &propose(&[1, 2], 1)), Ok(0));
    let nobody = decide(&House::default(), &propose(&[1], 1));
    assert_eq!(nobody, Err(HouseError::NotFounded));
}

#[test]
fn a_founding_with_keys_that_cannot_sign_is_refused() {
    let found = |keys: Vec<String>, threshold| {
        let text = DEFAULT_CONSTITUTION.to_owned();
        let command = HouseCommand::Found {
            keys,
            threshold,
            version: 1,
            digest: crate::digest::Digest::of(text.as_bytes()),
            text,
            signatures: Vec::new(),
        };
        decide(&House::default(), &command).map(|facts| facts.len())
    };
    assert_eq!(found(vec![name(1), name(2), name(3)], 2), Ok(2));
    for (keys, threshold) in [
        (vec![name(1), name(2)], 3),
        (vec![name(1), name(1)], 2),
        (vec![name(1)], 0),
        (vec!["ed25519:a".to_owned()], 1),
    ] {
        assert!(matches!(found(keys, threshold), Err(HouseError::KeySet(_))));
    }
}

#[test]
fn another_proposal_or_another_constitution_leaves_the_signatures_behind() {
    let mut house = founded_by(&[1, 2], 1);
    tell(&mut house, &propose(&[1, 3], 1)).unwrap();
    let signed = sign(&house, 1);
    tell(&mut house, &signed).unwrap();
    tell(&mut house, &propose(&[1, 4], 1)).unwrap();
    assert!(matches!(
        tell(&mut house, &signed),
        Err(HouseError::OtherProposed { .. })
    ));
    assert_eq!(house.keys_proposed.as_ref().unwrap().signatures, []);
    let signed = sign(&house, 1);
    tell(&mut house, &signed).unwrap();
    // The constitution that was signed with the keys is in force no more.
    let text = shipped("production", 2);
    tell(&mut house, &propose_text(&text)).unwrap();
    tell(&mut house, &sign_text(1, &text)).unwrap();
    tell(&mut house, &activate_text(&text, Confirmed::Flag, Confirmed::Flag)).unwrap();
    assert_eq!(house.keys_proposed, None);
    assert_eq!(tell(&mut house, &signed), Err(HouseError::NoKeysProposed));
}

#[test]
fn a_change_of_keys_is_confirmed_like_what_loosens() {
    use Confirmed::{Flag, No, Typed};
    let mut house = founded_by(&[1], 1);
    tell(&mut house, &propose(&[1, 2], 1)).unwrap();
    let signed = sign(&house, 1);
    tell(&mut house, &signed).unwrap();
    for loosening in [No, Flag, Typed] {
        let needs = loosening.max(Flag);
        for given in [No, Flag, Typed] {
            let decided = decide(&house, &activate(&house, given, loosening));
            let refused = HouseError::KeysNotConfirmed { version: 2, needs };
            assert_eq!(decided.is_ok(), given >= needs, "{given:?} {loosening:?}");
            assert!(decided.is_ok() || decided == Err(refused));
        }
    }
}

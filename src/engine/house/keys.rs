//! Another set of trusted keys, decided: proposed, signed by those in force and by those that are to come, activated.
//!
//! The keys in force say that it may be. As many of the new ones as will have to sign say that they can, and sign the
//! constitution in force, so that it holds under them from the moment of their activation: nobody locks themselves out.

use serde::{Deserialize, Serialize};

use super::{House, HouseError, HouseFact};
use crate::digest::Digest;
use crate::policy::KeySet;
use crate::policy::constitution::Signed;
use crate::policy::mode::Confirmed;

/// `keys.proposed`: a set of keys that may be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysProposed {
    /// The set.
    pub set: KeySet,
    /// Who proposed it.
    pub by: String,
}

/// `keys.signed`: a key of the set in force, or of the proposed one, stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysSigned {
    /// The digest of the set.
    pub digest: Digest,
    /// The signature over it.
    pub signed: Signed,
    /// That of the same key over the constitution in force; every key of the new set brings one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constitution: Option<Signed>,
    /// Who brought them.
    pub by: String,
}

/// `keys.activated`: whose signatures count from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeysActivated {
    /// The set.
    pub set: KeySet,
    /// Who signed it, of the keys before and of those in it.
    pub signatures: Vec<Signed>,
    /// The constitution in force.
    pub digest: Digest,
    /// Its signatures by keys of the set, so that its file can be made from the record.
    pub constitution: Vec<Signed>,
    /// Who put it in force.
    pub by: String,
}

/// A set of keys that waits for signatures, or to be put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeysProposal {
    /// The set.
    pub what: KeysProposed,
    /// Who signed it so far.
    pub signatures: Vec<Signed>,
    /// Those of them that belong to it, over the constitution in force.
    pub constitution: Vec<Signed>,
}

/// Which of two sets has to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The one in force.
    Before,
    /// The proposed one.
    After,
}

impl KeysProposal {
    /// How many keys of `set` have signed it.
    pub fn found(&self, set: &KeySet) -> usize {
        let of_set = self.signatures.iter().filter(|signed| set.has(&signed.key));
        of_set.count()
    }

    /// Takes in another signature.
    pub(super) fn take(&mut self, what: KeysSigned) {
        if self.what.set.digest() == what.digest {
            self.signatures.push(what.signed);
            self.constitution.extend(what.constitution);
        }
    }
}

pub(super) fn propose(house: &House, keys: &[String], threshold: u32, by: &str) -> Result<Vec<HouseFact>, HouseError> {
    let trust = house.trust.as_ref().ok_or(HouseError::NotFounded)?;
    let set = KeySet::new(trust.version.saturating_add(1), keys.to_vec(), threshold)?;
    if set.says_the_same(trust) {
        return Err(HouseError::SameKeys);
    }
    if house.keys_proposed.as_ref().is_some_and(|own| own.what.set == set) {
        return Ok(Vec::new());
    }
    Ok(vec![HouseFact::KeysProposed(KeysProposed { set, by: by.to_owned() })])
}

pub(super) fn sign(
    house: &House,
    digest: Digest,
    signed: &Signed,
    constitution: Option<&Signed>,
    by: &str,
) -> Result<Vec<HouseFact>, HouseError> {
    let (Some(trust), Some(active)) = (&house.trust, &house.active) else {
        return Err(HouseError::NotFounded);
    };
    let proposal = proposal(house, digest)?;
    let (set, key) = (&proposal.what.set, || signed.key.clone());
    let is_new = set.has(&signed.key);
    if !is_new && !trust.has(&signed.key) {
        return Err(HouseError::NeitherKey { key: key() });
    }
    if !set.is_signed(trust.digest(), signed) {
        return Err(HouseError::NotSigned { key: key() });
    }
    let of_text = constitution.filter(|of_text| of_text.key == signed.key && of_text.fits(active.text.as_bytes()));
    if is_new && of_text.is_none() {
        return Err(HouseError::NotSigned { key: key() });
    }
    if proposal.signatures.iter().any(|own| own.key == signed.key) {
        return Ok(Vec::new());
    }
    Ok(vec![HouseFact::KeysSigned(KeysSigned {
        digest,
        signed: signed.clone(),
        // Of a key that goes, one over the constitution would stand for nothing.
        constitution: of_text.filter(|_| is_new).cloned(),
        by: by.to_owned(),
    })])
}

pub(super) fn activate(
    house: &House,
    digest: Digest,
    confirmed: Confirmed,
    loosening: Confirmed,
    by: &str,
) -> Result<Vec<HouseFact>, HouseError> {
    keys_ready(house, digest)?;
    let active = house.active.as_ref().ok_or(HouseError::NotFounded)?;
    let KeysProposal {
        what,
        signatures,
        constitution,
    } = proposal(house, digest)?;
    // Who may sign may allow anything: whom a change of keys lets in, nobody can tell from it.
    let needs = Confirmed::Flag.max(loosening);
    if confirmed < needs {
        return Err(HouseError::KeysNotConfirmed {
            version: what.set.version,
            needs,
        });
    }
    Ok(vec![HouseFact::KeysActivated(KeysActivated {
        set: what.set.clone(),
        signatures: signatures.clone(),
        digest: active.digest,
        constitution: constitution.clone(),
        by: by.to_owned(),
    })])
}

/// Says whether the proposed set is signed by enough keys, before and after it.
///
/// # Errors
/// Nothing, or something else, is proposed; too few have signed.
pub fn keys_ready(house: &House, digest: Digest) -> Result<(), HouseError> {
    let trust = house.trust.as_ref().ok_or(HouseError::NotFounded)?;
    let proposal = proposal(house, digest)?;
    for (whose, set) in [(Whose::Before, trust), (Whose::After, &proposal.what.set)] {
        let found = proposal.found(set);
        if found < set.threshold as usize {
            return Err(HouseError::TooFewKeys {
                version: proposal.what.set.version,
                whose,
                needed: set.threshold,
                found,
            });
        }
    }
    Ok(())
}

/// The proposed set, when it is this one.
fn proposal(house: &House, digest: Digest) -> Result<&KeysProposal, HouseError> {
    match &house.keys_proposed {
        None => Err(HouseError::NoKeysProposed),
        Some(own) if own.what.set.digest() == digest => Ok(own),
        Some(other) => Err(HouseError::OtherProposed {
            proposed: Box::new(other.what.set.digest()),
            meant: Box::new(digest),
        }),
    }
}

#[cfg(test)]
mod tests;

//! The house: what holds for the whole store, decided as purely as a run is.
//!
//! Its stream begins a store: the keys that are trusted and the constitution they signed. Another constitution is
//! proposed, signed by as many of those keys as have to, and activated, and so is another set of keys; what is in force
//! is what this stream says, and the files are a copy of it.

mod fact;
pub(super) mod files;
mod keys;
mod look;
#[cfg(test)]
mod tests;

use super::fact::FactError;
use crate::digest::Digest;
use crate::journal::{Event, Stream};
use crate::policy::compare::{Effect, compare, effect};
use crate::policy::constitution::Signed;
use crate::policy::mode::Confirmed;
use crate::policy::{Draft, KeySet, Malformed, NotAKeySet};

pub use fact::{Activated, Endorsed, Founded, HouseFact, Proposed};
pub use keys::{KeysActivated, KeysProposal, KeysProposed, KeysSigned, Whose, keys_ready};
pub(super) use look::Known;
pub use look::{EnactError, standing};

/// The version of the keys that a store is founded with.
const FIRST: u64 = 1;

/// The stream of keys and constitutions.
pub fn stream() -> Stream {
    Stream::House("constitution".to_owned())
}

/// A request to the house.
#[derive(Debug, Clone)]
pub enum HouseCommand {
    /// Begin a store.
    Found {
        /// The keys whose signatures count, `ed25519:…`.
        keys: Vec<String>,
        /// How many of them must sign.
        threshold: u32,
        /// The version of the constitution that they signed.
        version: u64,
        /// The digest of its text.
        digest: Digest,
        /// Its text.
        text: String,
        /// Their signatures, where they are several; the one key of an installation has signed the file.
        signatures: Vec<Signed>,
    },
    /// Lay down a text to be signed.
    Propose {
        /// The text.
        text: String,
        /// Who asks.
        by: String,
    },
    /// Add a signature over the proposed text.
    Sign {
        /// What was signed.
        digest: Digest,
        /// By which key.
        signed: Signed,
        /// Who brings it.
        by: String,
    },
    /// Put the proposed text in force.
    Activate {
        /// The text that is meant.
        digest: Digest,
        /// How somebody made sure that they mean it.
        confirmed: Confirmed,
        /// What the recorded mode wants of somebody who loosens something.
        loosening: Confirmed,
        /// Who asks.
        by: String,
    },
    /// Lay down a set of keys to be signed.
    ProposeKeys {
        /// The keys, `ed25519:…`.
        keys: Vec<String>,
        /// How many of them will have to sign.
        threshold: u32,
        /// Who asks.
        by: String,
    },
    /// Add a signature over the proposed set.
    SignKeys {
        /// The set that was signed.
        digest: Digest,
        /// By which key.
        signed: Signed,
        /// The signature of the same key over the constitution in force, when it is to count from then on.
        constitution: Option<Signed>,
        /// Who brings them.
        by: String,
    },
    /// Let the signatures of the proposed set count, and no others.
    ActivateKeys {
        /// The set that is meant.
        digest: Digest,
        /// How somebody made sure that they mean it.
        confirmed: Confirmed,
        /// What the recorded mode wants of somebody who loosens something.
        loosening: Confirmed,
        /// Who asks.
        by: String,
    },
}

/// A text that waits for signatures, or to be put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The text.
    pub what: Proposed,
    /// Who signed it so far.
    pub signatures: Vec<Signed>,
}

/// The state of the house.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct House {
    /// Whose signatures count.
    pub trust: Option<KeySet>,
    /// What is in force.
    pub active: Option<Activated>,
    /// What may come next.
    pub proposed: Option<Proposal>,
    /// Whose signatures may count next.
    pub keys_proposed: Option<KeysProposal>,
    /// The number of its last event.
    pub run_seq: u64,
}

/// A command that does not fit the house.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HouseError {
    /// A second founding.
    #[error("the store was already founded")]
    AlreadyFounded,
    /// There is no store yet.
    #[error("the store names no trusted keys")]
    NotFounded,
    /// The text is no constitution.
    #[error("the text is no constitution that this build understands: {0}")]
    Malformed(#[from] Malformed),
    /// Its version does not rise.
    #[error("the text has version {version}, and version {active} is in force: a version only rises")]
    NotNewer {
        /// Its version.
        version: u64,
        /// The one in force.
        active: u64,
    },
    /// There is nothing to sign or to put in force.
    #[error("no constitution is proposed")]
    NothingProposed,
    /// What is meant is not what is proposed by now.
    #[error("another text was proposed meanwhile: {}, and {} is meant", proposed.short(), meant.short())]
    OtherProposed {
        /// What is proposed.
        proposed: Box<Digest>,
        /// What somebody means.
        meant: Box<Digest>,
    },
    /// The key does not count here.
    #[error("`{key}` is not one of the keys that this store trusts")]
    Stranger {
        /// The key.
        key: String,
    },
    /// The signature is not one over the proposed text.
    #[error("the signature of `{key}` is not one over the proposed text")]
    NotSigned {
        /// The key.
        key: String,
    },
    /// Too few have signed.
    #[error("version {version} needs {needed} trusted signatures and has {found}")]
    TooFew {
        /// The version of the proposed text.
        version: u64,
        /// How many there have to be.
        needed: u32,
        /// How many there are.
        found: usize,
    },
    /// Nobody made sure that it is meant.
    #[error("version {version} {}, and nobody confirmed that it is meant", if *is_looser { "loosens what is in force" } else { "replaces what is in force" })]
    NotConfirmed {
        /// The version of the proposed text.
        version: u64,
        /// Whether it lets anything happen that could not before.
        is_looser: bool,
        /// What is missing.
        needs: Confirmed,
    },
    /// The keys cannot be trusted together.
    #[error(transparent)]
    KeySet(#[from] NotAKeySet),
    /// They are trusted already.
    #[error("these keys are in force, and as many of them have to sign")]
    SameKeys,
    /// There are no keys to sign or to put in force.
    #[error("no keys are proposed")]
    NoKeysProposed,
    /// The key belongs to neither set.
    #[error("`{key}` is neither one of the keys in force nor one of those that are proposed")]
    NeitherKey {
        /// The key.
        key: String,
    },
    /// Too few have signed the proposed keys.
    #[error("version {version} of the keys needs {needed} signatures by {} and has {found}", match whose {
        Whose::Before => "keys in force",
        Whose::After => "its own keys",
    })]
    TooFewKeys {
        /// The version of the proposed set.
        version: u64,
        /// Who has to sign.
        whose: Whose,
        /// How many there have to be.
        needed: u32,
        /// How many there are.
        found: usize,
    },
    /// Nobody made sure that the keys are meant.
    #[error("version {version} of the keys decides whose signatures count, and nobody confirmed that it is meant")]
    KeysNotConfirmed {
        /// The version of the proposed set.
        version: u64,
        /// What is missing.
        needs: Confirmed,
    },
}

/// Says which facts follow from `command`.
///
/// # Errors
/// The command does not fit the house.
pub fn decide(house: &House, command: &HouseCommand) -> Result<Vec<HouseFact>, HouseError> {
    match command {
        HouseCommand::Found {
            keys,
            threshold,
            version,
            digest,
            text,
            signatures,
        } => {
            if house.run_seq > 0 {
                return Err(HouseError::AlreadyFounded);
            }
            let set = KeySet::new(FIRST, keys.clone(), *threshold)?;
            Ok(vec![
                HouseFact::Founded(Founded {
                    keys: set.keys,
                    threshold: set.threshold,
                }),
                HouseFact::Activated(Activated {
                    version: *version,
                    digest: *digest,
                    text: text.clone(),
                    signatures: signatures.clone(),
                    by: None,
                }),
            ])
        }
        HouseCommand::Propose { text, by } => propose(house, text, by),
        HouseCommand::Sign { digest, signed, by } => sign(house, *digest, signed, by),
        HouseCommand::Activate {
            digest,
            confirmed,
            loosening,
            by,
        } => {
            let (version, is_looser) = ready(house, *digest)?;
            let needs = match is_looser {
                true => Confirmed::Flag.max(*loosening),
                false => Confirmed::Flag,
            };
            if *confirmed < needs {
                return Err(HouseError::NotConfirmed {
                    version,
                    is_looser,
                    needs,
                });
            }
            let Proposal { what, signatures } = house.proposal(*digest)?;
            Ok(vec![HouseFact::Activated(Activated {
                version,
                digest: what.digest,
                text: what.text.clone(),
                signatures: signatures.clone(),
                by: Some(by.clone()),
            })])
        }
        HouseCommand::ProposeKeys { keys, threshold, by } => keys::propose(house, keys, *threshold, by),
        HouseCommand::SignKeys {
            digest,
            signed,
            constitution,
            by,
        } => keys::sign(house, *digest, signed, constitution.as_ref(), by),
        HouseCommand::ActivateKeys {
            digest,
            confirmed,
            loosening,
            by,
        } => keys::activate(house, *digest, *confirmed, *loosening, by),
    }
}

fn propose(house: &House, text: &str, by: &str) -> Result<Vec<HouseFact>, HouseError> {
    let draft = Draft::read(text.as_bytes())?;
    house.require_newer(draft.version())?;
    let digest = draft.digest();
    if house.proposed.as_ref().is_some_and(|own| own.what.digest == digest) {
        return Ok(Vec::new());
    }
    Ok(vec![HouseFact::Proposed(Proposed {
        version: draft.version(),
        digest,
        text: text.to_owned(),
        by: by.to_owned(),
    })])
}

fn sign(house: &House, digest: Digest, signed: &Signed, by: &str) -> Result<Vec<HouseFact>, HouseError> {
    let trust = house.trust.as_ref().ok_or(HouseError::NotFounded)?;
    let proposal = house.proposal(digest)?;
    let key = || signed.key.clone();
    if !trust.has(&signed.key) {
        return Err(HouseError::Stranger { key: key() });
    }
    if !signed.fits(proposal.what.text.as_bytes()) {
        return Err(HouseError::NotSigned { key: key() });
    }
    if proposal.signatures.iter().any(|own| own.key == signed.key) {
        return Ok(Vec::new());
    }
    Ok(vec![HouseFact::Endorsed(Endorsed {
        digest,
        key: key(),
        signature: signed.signature.clone(),
        by: by.to_owned(),
    })])
}

/// Says whether the proposed text is signed by enough keys; its version, and whether it loosens anything.
///
/// # Errors
/// Nothing, or something else, is proposed; its version does not rise; too few have signed.
pub fn ready(house: &House, digest: Digest) -> Result<(u64, bool), HouseError> {
    let (Some(trust), Some(active)) = (&house.trust, &house.active) else {
        return Err(HouseError::NotFounded);
    };
    let Proposal { what, signatures } = house.proposal(digest)?;
    house.require_newer(what.version)?;
    let needed = trust.threshold.max(1);
    if signatures.len() < needed as usize {
        return Err(HouseError::TooFew {
            version: what.version,
            needed,
            found: signatures.len(),
        });
    }
    let (old, new) = (Draft::read(active.text.as_bytes())?, Draft::read(what.text.as_bytes())?);
    Ok((what.version, effect(&compare(&old, &new)) == Effect::Looser))
}

impl House {
    /// The house that the events of its stream make.
    ///
    /// # Errors
    /// An event that this version does not know: going on without it could loosen a rule.
    pub fn replay(events: &[Event]) -> Result<Self, FactError> {
        let mut house = Self::default();
        events.iter().try_for_each(|event| house.take(event))?;
        Ok(house)
    }

    fn take(&mut self, event: &Event) -> Result<(), FactError> {
        let fact = HouseFact::recorded(event)?;
        self.apply(fact, event.run_seq());
        Ok(())
    }

    /// Takes in what happened.
    pub fn apply(&mut self, fact: HouseFact, run_seq: u64) {
        match fact {
            HouseFact::Founded(Founded { keys, threshold }) => {
                self.trust = Some(KeySet {
                    version: FIRST,
                    keys,
                    threshold,
                });
            }
            HouseFact::Activated(what) => {
                self.active = Some(what);
                self.proposed = None;
                // Those who signed proposed keys signed the constitution that was in force.
                self.keys_proposed = None;
            }
            HouseFact::KeysProposed(what) => {
                self.keys_proposed = Some(KeysProposal {
                    what,
                    signatures: Vec::new(),
                    constitution: Vec::new(),
                });
            }
            HouseFact::KeysSigned(what) => {
                if let Some(own) = &mut self.keys_proposed {
                    own.take(what);
                }
            }
            HouseFact::KeysActivated(what) => self.trust_instead(what),
            HouseFact::Proposed(what) => {
                let signatures = Vec::new();
                self.proposed = Some(Proposal { what, signatures });
            }
            HouseFact::Endorsed(what) => {
                let own = self.proposed.as_mut().filter(|own| own.what.digest == what.digest);
                // One over a text that another has replaced stands for nothing.
                if let Some(own) = own {
                    let (key, signature) = (what.key, what.signature);
                    own.signatures.push(Signed { key, signature });
                }
            }
        }
        self.run_seq = run_seq;
    }

    /// From now on the signatures of another set count, and no others.
    fn trust_instead(&mut self, what: KeysActivated) {
        if let Some(active) = &mut self.active {
            active.signatures = what.constitution;
        }
        if let Some(proposal) = &mut self.proposed {
            proposal.signatures.retain(|signed| what.set.has(&signed.key));
        }
        self.trust = Some(what.set);
        self.keys_proposed = None;
    }

    /// The proposed text, when it is this one.
    fn proposal(&self, digest: Digest) -> Result<&Proposal, HouseError> {
        match &self.proposed {
            None => Err(HouseError::NothingProposed),
            Some(own) if own.what.digest == digest => Ok(own),
            Some(other) => Err(HouseError::OtherProposed {
                proposed: Box::new(other.what.digest),
                meant: Box::new(digest),
            }),
        }
    }

    fn require_newer(&self, version: u64) -> Result<(), HouseError> {
        let active = self.active.as_ref().ok_or(HouseError::NotFounded)?.version;
        if version > active {
            return Ok(());
        }
        Err(HouseError::NotNewer { version, active })
    }
}

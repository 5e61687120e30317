//! The score of an action: `S(a) = Σ wᵢ·φᵢ(x(a))`, compared with a threshold, in integers.
//!
//! Every φ is a pure function of the action and its situation with values from 0 (worst) to [`FULL`] (best); weights are
//! never negative, so an action that is better in one feature and equal in the others never scores less. Below the
//! threshold a person is asked: the score raises, and never outweighs a rule.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::action::{Access, Action, Past, Situation};
use super::flow::is_asked_for;
use super::verdict::Term;
use crate::capsule::tool_spec::SideEffect;
use crate::label::{Confidentiality, Integrity};
use crate::net::Destination;

/// The best value of a feature.
pub const FULL: i64 = 1_000;

/// So many times make an action familiar.
pub(super) const FAMILIAR: u32 = 10;

/// The heaviest weight: sums of all of them stay far from where integers end.
pub(super) const HEAVIEST: i64 = 1_000_000;

/// One thing that is measured of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// Whether what it does can be taken back.
    Reversibility,
    /// Whether its arguments that aim come from somebody trusted.
    Provenance,
    /// How little of what is not public leaves this machine.
    Secrecy,
    /// How near what it reaches is.
    Egress,
    /// Whether somebody trusted asked for it.
    Request,
    /// How little of the run's budget it may use.
    Cost,
    /// How often an action of its name was begun in this store before.
    Novelty,
    /// How seldom people refused one when they were asked.
    History,
}

impl Feature {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Reversibility,
        Self::Provenance,
        Self::Secrecy,
        Self::Egress,
        Self::Request,
        Self::Cost,
        Self::Novelty,
        Self::History,
    ];

    /// Its name in a constitution.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reversibility => "reversibility",
            Self::Provenance => "provenance",
            Self::Secrecy => "secrecy",
            Self::Egress => "egress",
            Self::Request => "request",
            Self::Cost => "cost",
            Self::Novelty => "novelty",
            Self::History => "history",
        }
    }

    /// The feature with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.name() == name)
    }

    /// What a low value means, in words.
    pub fn fault(self) -> &'static str {
        match self {
            Self::Reversibility => "it cannot be taken back",
            Self::Provenance => "nobody trusted chose what it aims at",
            Self::Secrecy => "it takes along what is not public",
            Self::Egress => "it reaches beyond this machine",
            Self::Request => "nobody trusted asked for it",
            Self::Cost => "it may use much of the budget",
            Self::Novelty => "it was seldom done here before",
            Self::History => "people refused it before",
        }
    }

    /// φ: from 0 to [`FULL`].
    pub fn measure(self, action: &Action, situation: &Situation) -> i64 {
        match self {
            Self::Reversibility => reversibility(action.leaves()),
            Self::Provenance => provenance(action),
            Self::Secrecy => secrecy(action, situation),
            Self::Egress => egress(action),
            Self::Request => {
                if is_asked_for(action, situation) {
                    FULL
                } else {
                    0
                }
            }
            Self::Cost => FULL - i64::from(situation.cost.min(1_000)),
            Self::Novelty => FULL * i64::from(situation.past.begun.min(FAMILIAR)) / i64::from(FAMILIAR),
            Self::History => history(situation.past),
        }
    }
}

/// The share of the times that people did not refuse, as if there had been one approval to begin with (the rule of
/// succession with half of its doubt): rises with approvals, falls with refusals, and is whole where nobody was asked.
fn history(past: Past) -> i64 {
    let approved = i64::from(past.approved) + 1;
    FULL * approved / (approved + i64::from(past.refused))
}

/// Falls with what is left behind.
fn reversibility(leaves: SideEffect) -> i64 {
    match leaves {
        SideEffect::None => FULL,
        SideEffect::Reversible => 600,
        SideEffect::Irreversible => 0,
    }
}

/// The share of the aiming arguments that come from somebody trusted; all of none.
fn provenance(action: &Action) -> i64 {
    let aims = action.aims();
    let sound = aims.iter().filter(|aim| aim.label.integrity < Integrity::Untrusted);
    match i64::try_from(aims.len()) {
        Ok(0) | Err(_) => FULL,
        Ok(all) => FULL * i64::try_from(sound.count()).unwrap_or(0) / all,
    }
}

/// Falls with the confidentiality of what leaves.
fn secrecy(action: &Action, situation: &Situation) -> i64 {
    if !action.sends() {
        return FULL;
    }
    match action.label().confidentiality.max(situation.control.confidentiality) {
        Confidentiality::Public => FULL,
        Confidentiality::Unstated => 800,
        Confidentiality::Private => 400,
        Confidentiality::Secret => 0,
    }
}

/// Falls from nowhere, over this machine, to where somebody trusted said, to anywhere.
fn egress(action: &Action) -> i64 {
    let near = |access: &Access| match access {
        Access::Egress { scheme, host, port } => {
            let destination = Destination {
                scheme: scheme.clone(),
                host: host.clone(),
                port: *port,
            };
            destination.is_loopback()
        }
        Access::Read { .. }
        | Access::Write { .. }
        | Access::Artifact { .. }
        | Access::Infer
        | Access::Act { .. }
        | Access::Endorse { .. }
        | Access::Compute => false,
    };
    let strange = |aim: &super::action::Aim| aim.touch.is_destination() && aim.label.integrity == Integrity::Untrusted;
    if !action.sends() {
        FULL
    } else if action.aims().iter().any(strange) {
        0
    } else if action.accesses().iter().any(near) {
        600
    } else {
        300
    }
}

/// What an action has to score to happen unasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standard {
    /// The article it serves.
    pub(super) article: String,
    /// θ: a score below it asks.
    pub(super) threshold: i64,
    /// wᵢ; what is not named weighs nothing.
    pub(super) weights: BTreeMap<Feature, i64>,
}

impl Standard {
    /// The article it serves.
    pub fn article(&self) -> &str {
        &self.article
    }

    /// θ.
    pub fn threshold(&self) -> i64 {
        self.threshold
    }

    /// The weight of a feature.
    pub fn weight(&self, feature: Feature) -> i64 {
        self.weights.get(&feature).copied().unwrap_or(0)
    }

    /// The terms `wᵢ·φᵢ`, whose sum is the score.
    pub(super) fn terms(&self, action: &Action, situation: &Situation) -> Vec<Term> {
        let weighty = self.weights.iter().filter(|(_, weight)| **weight > 0);
        weighty
            .map(|(feature, weight)| Term {
                feature: feature.name().to_owned(),
                amount: weight * feature.measure(action, situation),
            })
            .collect()
    }

    /// What costs an action points, the heaviest first, in words.
    pub(super) fn faults(&self, terms: &[Term]) -> Vec<&'static str> {
        let lost = |term: &Term| {
            let feature = Feature::named(&term.feature)?;
            let lost = self.weight(feature) * FULL - term.amount;
            (lost > 0).then_some((lost, feature.fault()))
        };
        let mut faults: Vec<_> = terms.iter().filter_map(lost).collect();
        faults.sort_by_key(|(lost, _)| std::cmp::Reverse(*lost));
        faults.into_iter().map(|(_, fault)| fault).collect()
    }

    /// The form that is hashed with the policy.
    pub(super) fn canonical(&self) -> Value {
        json!({"article": self.article, "threshold": self.threshold, "weights": self.weights})
    }
}

#[cfg(test)]
mod tests;

//! An action that shows a finding, as the law itself judges it.
//!
//! The check finds actions in an encoding of the constitution; here each becomes a real one. Where the law sees other
//! rules, another score or another outcome than the encoding did, the check is wrong and says so instead of anything
//! else.

use serde::Serialize;

use super::super::action::Access;
use super::super::draft::Draft;
use super::super::rule::Reach;
use super::super::score::Feature;
use super::super::verdict::Decision;
use super::CheckError;
use super::deed::{self, Kind};
use super::encoding::Encoding;
use super::solver::Model;
use crate::capsule::tool_spec::SideEffect;
use crate::label::Confidentiality;

/// An action that shows what is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// What it does.
    pub kind: Kind,
    /// The same with its object, in words.
    pub does: String,
    /// What it touches.
    pub access: Access,
    /// What it leaves behind.
    pub leaves: SideEffect,
    /// Whether its arguments leave this machine.
    pub sends: bool,
    /// How far what it takes along may travel.
    pub confidentiality: Confidentiality,
    /// How many of its arguments decide what it reaches.
    pub aims: usize,
    /// How many of those somebody untrusted chose.
    pub untrusted: usize,
    /// Whether somebody trusted asked for it.
    pub asked: bool,
    /// How much of what its run may still use it may use, in thousandths.
    pub cost: u16,
    /// What is measured of it, where the constitution weighs that.
    pub features: Vec<Measured>,
    /// Its score, where the constitution weighs.
    pub score: Option<i64>,
    /// A score below it asks.
    pub threshold: Option<i64>,
    /// The rules that are about it.
    pub rules: Vec<String>,
    /// What the whole law says of it.
    pub decision: Decision,
    /// Why, in words.
    pub because: Vec<String>,
}

/// A feature of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// Which.
    pub feature: Feature,
    /// From 0, the worst, to 1000.
    pub value: i64,
    /// What it weighs.
    pub weight: i64,
}

/// The action that `model` describes, if the law sees in it what the encoding saw.
pub(super) fn confirmed(draft: &Draft, encoding: &Encoding, model: &Model) -> Result<Witness, CheckError> {
    let deed = encoding.deed(model).ok_or(CheckError::Nothing)?;
    let (action, situation) = deed.real().ok_or(CheckError::Nothing)?;
    let differs = |what: &'static str| CheckError::Differs {
        what,
        action: format!("{deed:?}"),
    };
    let access = action.accesses().first().ok_or(CheckError::Nothing)?;
    let reach = Reach::of(access, &situation);
    let all = action.accesses().iter().map(|access| Reach::of(access, &situation));
    if all.into_iter().any(|other| other != reach) {
        return Err(differs("what is touched"));
    }
    let rules = draft.constitution.rules();
    if rules
        .iter()
        .zip(&encoding.rules)
        .any(|(rule, lit)| rule.concerns(&reach) != model.holds(*lit))
    {
        return Err(differs("the rules"));
    }
    let answer = draft.judge(&action, &situation);
    if answer.score != encoding.scored(model) {
        return Err(differs("the score"));
    }
    // What a program or a server adds is in no encoding: it can only be stricter.
    let is_all = draft.constitution.added().is_none() && draft.constitution.opa().is_none();
    let is_enough = answer.score >= answer.threshold;
    let expected = model.holds(encoding.passes) && is_enough && !model.holds(encoding.caught);
    let passes = answer.decision == Decision::Allow;
    if passes != expected && (passes || is_all) {
        return Err(differs("the outcome"));
    }
    let standard = draft.constitution.standard();
    let weighed = Feature::ALL.iter().filter_map(|&feature| {
        let weight = standard?.weight(feature);
        let value = feature.measure(&action, &situation);
        (weight > 0).then_some(Measured { feature, value, weight })
    });
    // Arguments that aim alike are judged alike.
    let mut because = answer.because;
    because.dedup();
    let concerned = rules.iter().filter(|rule| rule.concerns(&reach));
    Ok(Witness {
        kind: deed.kind(),
        does: deed::in_words(access),
        access: access.clone(),
        leaves: action.leaves(),
        sends: action.sends(),
        confidentiality: deed.confidentiality,
        aims: deed.aims,
        untrusted: deed.untrusted,
        asked: deed.is_asked,
        cost: deed.cost,
        features: weighed.collect(),
        score: answer.score,
        threshold: answer.threshold,
        rules: concerned.map(|rule| rule.id.clone()).collect(),
        decision: answer.decision,
        because,
    })
}

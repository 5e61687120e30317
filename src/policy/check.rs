//! What nobody sees by reading a constitution: an SMT solver looks for actions that show it.
//!
//! Each finding is a statement about all actions, and each that says that something is possible shows an action. The
//! rules, the score and information flow are encoded; what policies in Rego add is not, and can only be stricter. Reads
//! nothing but the text, and never changes what is judged.
//!
//! ```text
//! rules ─► Space: places, hosts, ports, tools that rules tell apart
//!            └► Encoding: clauses, sums ─► Problem ─► Model ─► Deed ─► Action, Situation ─► law.judge ─► Witness
//! ```

use serde::Serialize;

use super::draft::Draft;
use super::score::Feature;

mod deed;
mod encoding;
mod search;
mod solver;
mod space;
#[cfg(test)]
mod tests;
mod witness;

pub use deed::Kind;
pub use witness::{Measured, Witness};

/// Something that holds of a constitution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad that is.
    pub severity: Severity,
    /// What is found.
    pub what: What,
    /// The rule that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The kind of actions that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// The same in words.
    pub says: String,
    /// An action that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// What would make the score agree with the rule about this action; each by itself is enough.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remedies: Vec<Remedy>,
}

/// How bad a finding is; the worse is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// To be looked at.
    Warning,
    /// The text contradicts itself.
    Error,
}

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A rule that is about no action.
    Unmatched,
    /// A rule whose every action a stricter one decides.
    Overshadowed,
    /// A rule whose every action is decided the same without it.
    Redundant,
    /// A kind of action that rules allow and whose score never suffices.
    OutOfReach,
    /// A kind of action whose score always suffices.
    NeverShort,
    /// A refusal or a question that an action of the same host or place escapes.
    Sidestepped,
    /// A refusal or a question that is all that stops an action.
    Overruled,
    /// An action that nothing but information flow stops.
    FlowAlone,
    /// The action with the least score that nothing stops.
    Unasked,
}

/// A weight and a threshold that together make one fault cost enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// What would have to weigh more.
    pub feature: Feature,
    /// How much.
    pub weight: i64,
    /// The threshold with it, as far below the best score as it is now.
    pub threshold: i64,
}

/// A defect of the check itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// A solution that is no action.
    #[error("the check found something that no action does")]
    Nothing,
    /// The law judges an action otherwise than the check thought.
    #[error("the check and the law disagree about {what} of an action: {action}")]
    Differs {
        /// About what.
        what: &'static str,
        /// The action as the check sees it.
        action: String,
    },
}

impl Draft {
    /// What is found in it, the worst first and then in the order of its rules.
    ///
    /// # Errors
    /// Only where the check itself is wrong: each action that it finds is judged by the law before it is shown.
    pub fn check(&self) -> Result<Vec<Finding>, CheckError> {
        let mut findings = search::findings(self)?;
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        Ok(findings)
    }
}

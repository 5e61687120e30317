//! May it happen: a verified constitution judges every action.

pub mod action;
pub mod approval;
pub mod check;
pub mod compare;
pub mod constitution;
pub mod flow;
pub mod inquiry;
pub mod law;
pub mod mode;
pub mod opa;
pub mod outline;
pub mod provenance;
pub mod rego;
pub mod remember;
pub mod score;
pub mod shipped;
pub mod verdict;

#[cfg(test)]
pub(crate) mod fixture;

mod asked;
mod document;
mod draft;
mod hold;
mod key_set;
mod rule;
#[cfg(test)]
mod tests;

pub use action::{Access, Action, Demand, OF_STEPS, Past, Program, Situation};
pub use approval::Approval;
pub use constitution::{Constitution, ConstitutionError, Signed, Trusted};
pub use document::Malformed;
pub use draft::Draft;
pub use key_set::{KeySet, NotAKeySet};
pub use law::Law;
pub use mode::{InForce, Mode};
pub use outline::Outline;
pub use remember::Subject;
pub use rule::Article;
pub use shipped::Shipped;
pub use verdict::{Decision, Grant, Reason, Refused, Verdict};

/// The constitution that a new installation starts from, once its owner has signed it.
pub const DEFAULT_CONSTITUTION: &str = include_str!("shipped/developer.yaml");

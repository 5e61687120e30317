//! May it happen: a verified constitution judges every action.

pub mod action;
pub mod verdict;

pub use action::{Access, Action, Situation};
pub use verdict::{Decision, Grant, Reason, Refused, Verdict};

//! The screens: each has a state, what intents make of it, and a picture.

pub mod approvals;
pub mod capsules;
pub mod overview;
pub mod run;
pub mod runs;

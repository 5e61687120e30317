//! The screens: each has a state, what intents make of it, and a picture.

pub mod approvals;
pub mod capsules;
pub mod overview;
pub mod run;
pub mod runs;

use super::keymap::Place;

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// One sight of everything.
    Overview,
    /// The list of runs.
    Runs,
    /// One run.
    Run,
    /// Questions to people.
    Approvals,
    /// What can be run.
    Capsules,
}

impl Screen {
    /// Those with a number.
    pub const TABS: [Self; 4] = [Self::Overview, Self::Runs, Self::Approvals, Self::Capsules];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Runs => "Runs",
            Self::Run => "Run",
            Self::Approvals => "Approvals",
            Self::Capsules => "Capsules",
        }
    }

    /// Its name where there is little room.
    pub fn short(self) -> &'static str {
        match self {
            Self::Overview => "all",
            Self::Runs => "runs",
            Self::Run => "run",
            Self::Approvals => "asks",
            Self::Capsules => "caps",
        }
    }

    /// Where its keys count.
    pub fn place(self) -> Place {
        match self {
            Self::Overview => Place::Anywhere,
            Self::Runs => Place::Runs,
            Self::Run => Place::Run,
            Self::Approvals => Place::Approvals,
            Self::Capsules => Place::Capsules,
        }
    }
}

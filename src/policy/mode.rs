//! Deployment modes: how strictly one and the same constitution is lived by.
//!
//! A mode is a column of one table of capabilities. Each capability has an order of strictness of its own, and modes
//! are joined capability by capability: production together with test refuses what either refuses. Nothing here
//! reads a clock, a variable or a store; and a mode only ever takes away.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a store is used for, the loosest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Somebody's own workstation: where a store begins.
    #[default]
    Developer,
    /// Capsules are tried and improved.
    Training,
    /// Capsules are checked, for themselves.
    Test,
    /// Others depend on what happens.
    Production,
    /// The same where it is looked into afterwards.
    ProductionEnterprise,
}

impl Mode {
    /// Every mode, the loosest first.
    pub const ALL: [Self; 5] = [
        Self::Developer,
        Self::Training,
        Self::Test,
        Self::Production,
        Self::ProductionEnterprise,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Training => "training",
            Self::Test => "test",
            Self::Production => "production",
            Self::ProductionEnterprise => "production-enterprise",
        }
    }

    /// What holds in it: its column of the table.
    pub fn terms(self) -> Terms {
        match self {
            Self::Developer => TABLE[0],
            Self::Training => TABLE[1],
            Self::Test => TABLE[2],
            Self::Production => TABLE[3],
            Self::ProductionEnterprise => TABLE[4],
        }
    }
}

/// The table: a column for each of [`Mode::ALL`].
const TABLE: [Terms; 5] = [DEVELOPER, TRAINING, TEST, PRODUCTION, ENTERPRISE];

const DEVELOPER: Terms = Terms {
    own_requests: OwnRequests::Allowed,
    reason: ReasonFor::Nothing,
    effects: Reviewed::AsRuled,
    reach: Reach::AsRuled,
    elevation_ms: 8 * HOUR,
    loosening: Confirmed::Flag,
    kill_points: KillPoints::Heard,
};

const TRAINING: Terms = Terms {
    elevation_ms: 4 * HOUR,
    ..DEVELOPER
};

const TEST: Terms = Terms {
    reach: Reach::ThisMachine,
    elevation_ms: 2 * HOUR,
    ..TRAINING
};

const PRODUCTION: Terms = Terms {
    own_requests: OwnRequests::Refused,
    reason: ReasonFor::Agreeing,
    effects: Reviewed::External,
    reach: Reach::AsRuled,
    elevation_ms: HOUR,
    loosening: Confirmed::Typed,
    kill_points: KillPoints::Refused,
};

const ENTERPRISE: Terms = Terms {
    reason: ReasonFor::Deciding,
    effects: Reviewed::Outward,
    elevation_ms: HOUR / 4,
    ..PRODUCTION
};

/// Milliseconds.
const HOUR: u64 = 3_600_000;

/// A value for each capability, each in its own order, the loosest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Whether somebody may agree to what a run asks that they began themselves.
    pub own_requests: OwnRequests,
    /// Which answers need a reason.
    pub reason: ReasonFor,
    /// Which effects a person is asked about although the rules allow them.
    pub effects: Reviewed,
    /// How far actions may reach at most.
    pub reach: Reach,
    /// The longest elevation, in milliseconds; a shorter one is stricter.
    pub elevation_ms: u64,
    /// What it takes to record a looser mode.
    pub loosening: Confirmed,
    /// Whether the variable is heard that ends the process at a named place.
    pub kill_points: KillPoints,
}

/// Whether somebody may agree to what they asked for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnRequests {
    /// They may.
    Allowed,
    /// Somebody else has to.
    Refused,
}

/// Which answers need a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReasonFor {
    /// None.
    Nothing,
    /// Those that let something pass.
    Agreeing,
    /// All.
    Deciding,
}

/// Which effects a person is asked about although the rules allow them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reviewed {
    /// None.
    AsRuled,
    /// Those that can neither be repeated nor looked up.
    External,
    /// Those, and whatever leaves this machine.
    Outward,
}

/// How far actions may reach at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// As far as the rules and the capsule say.
    AsRuled,
    /// Loopback addresses.
    ThisMachine,
}

/// How somebody made sure that they mean it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confirmed {
    /// Not at all.
    No,
    /// With a flag, which a script can give too, or a word at a terminal.
    Flag,
    /// At a terminal, by typing the name of the mode.
    Typed,
}

/// Whether the process ends itself where a variable says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KillPoints {
    /// It does.
    Heard,
    /// The command is refused.
    Refused,
}

/// One capability as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// A name for scripts.
    pub name: &'static str,
    /// What it is about.
    pub says: &'static str,
    /// Its value.
    pub value: String,
}

impl Terms {
    /// The stricter value of each capability.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        Self {
            own_requests: self.own_requests.max(other.own_requests),
            reason: self.reason.max(other.reason),
            effects: self.effects.max(other.effects),
            reach: self.reach.max(other.reach),
            elevation_ms: self.elevation_ms.min(other.elevation_ms),
            loosening: self.loosening.max(other.loosening),
            kill_points: self.kill_points.max(other.kill_points),
        }
    }

    /// Whether some capability is looser than in `other`.
    pub fn is_looser_than(self, other: Self) -> bool {
        self.joined(other) != self
    }

    /// The rows of the table, with these values.
    pub fn rows(self) -> [Row; 7] {
        let row = |name, says, value: &str| Row {
            name,
            says,
            value: value.to_owned(),
        };
        [
            row(
                "own-requests",
                "whether you may agree to what a run asks that you began",
                match self.own_requests {
                    OwnRequests::Allowed => "yes",
                    OwnRequests::Refused => "no",
                },
            ),
            row(
                "reason",
                "which answers to questions need a reason",
                match self.reason {
                    ReasonFor::Nothing => "none",
                    ReasonFor::Agreeing => "agreeing",
                    ReasonFor::Deciding => "all",
                },
            ),
            row(
                "asks-before",
                "which effects a person is asked about although the rules allow them",
                match self.effects {
                    Reviewed::AsRuled => "none",
                    Reviewed::External => "external",
                    Reviewed::Outward => "external, outward",
                },
            ),
            row(
                "reach",
                "how far actions may reach, whatever the rules allow",
                match self.reach {
                    Reach::AsRuled => "as ruled",
                    Reach::ThisMachine => "this machine",
                },
            ),
            row(
                "elevation",
                "the longest elevation to a looser mode",
                &format!("{} min", self.elevation_ms / 60_000),
            ),
            row(
                "loosening",
                "what it takes to record a looser mode",
                match self.loosening {
                    Confirmed::No => "nothing",
                    Confirmed::Flag => "--yes",
                    Confirmed::Typed => "typing its name",
                },
            ),
            row(
                "kill-points",
                "whether SOMAGENT_KILL_AT, which tests of durability set, is heard",
                match self.kill_points {
                    KillPoints::Heard => "yes",
                    KillPoints::Refused => "no",
                },
            ),
        ]
    }
}

/// A mode as it is asked for or recorded, `production` or `production-debug`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Setting {
    /// The mode.
    pub mode: Mode,
    /// Whether more is said about what is judged; nothing else differs.
    pub is_debug: bool,
}

/// A text that names no mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not one of developer, training, test, production and production-enterprise, each perhaps with `-debug`",
    .text.escape_debug()
)]
pub struct NotAMode {
    /// As given.
    pub text: String,
}

impl FromStr for Setting {
    type Err = NotAMode;

    fn from_str(text: &str) -> Result<Self, NotAMode> {
        let lower = text.to_ascii_lowercase();
        let (name, is_debug) = match lower.strip_suffix("-debug") {
            Some(name) => (name, true),
            None => (lower.as_str(), false),
        };
        let mode = Mode::ALL.into_iter().find(|mode| mode.name() == name);
        mode.map(|mode| Self { mode, is_debug })
            .ok_or_else(|| NotAMode { text: text.to_owned() })
    }
}

impl TryFrom<String> for Setting {
    type Error = NotAMode;

    fn try_from(text: String) -> Result<Self, NotAMode> {
        text.parse()
    }
}

impl From<Setting> for String {
    fn from(setting: Setting) -> Self {
        setting.to_string()
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mode.name())?;
        f.write_str(if self.is_debug { "-debug" } else { "" })
    }
}

/// The modes in force together: one, or several of which none says all that the others say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InForce(BTreeSet<Mode>);

impl InForce {
    /// The modes; never none, the loosest first.
    pub fn modes(&self) -> impl Iterator<Item = Mode> {
        self.0.iter().copied()
    }

    /// What holds.
    pub fn terms(&self) -> Terms {
        self.modes()
            .fold(Mode::default().terms(), |terms, mode| terms.joined(mode.terms()))
    }

    /// Both together: of each capability the stricter value.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let all: BTreeSet<Mode> = self.0.union(&other.0).copied().collect();
        // What another one says too need not be named.
        let adds = |mode: &Mode| {
            !all.iter()
                .any(|by| by != mode && !by.terms().is_looser_than(mode.terms()))
        };
        Self(all.iter().copied().filter(adds).collect())
    }

    /// Whether it is where a store begins.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for InForce {
    fn default() -> Self {
        Self::from(Mode::default())
    }
}

impl From<Mode> for InForce {
    fn from(mode: Mode) -> Self {
        Self(BTreeSet::from([mode]))
    }
}

impl TryFrom<String> for InForce {
    type Error = NotAMode;

    fn try_from(text: String) -> Result<Self, NotAMode> {
        let mode = |name: &str| {
            let found = Mode::ALL.into_iter().find(|mode| mode.name() == name);
            found.ok_or_else(|| NotAMode { text: text.clone() })
        };
        let modes = text.split('+').map(mode).collect::<Result<BTreeSet<_>, _>>()?;
        // Written by hand it may name more than it needs.
        Ok(Self(modes).joined(&Self::default()))
    }
}

impl From<InForce> for String {
    fn from(in_force: InForce) -> Self {
        in_force.to_string()
    }
}

/// The strictest first: `production+test`.
impl fmt::Display for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, mode) in self.0.iter().rev().enumerate() {
            f.write_str(if at == 0 { "" } else { "+" })?;
            f.write_str(mode.name())?;
        }
        Ok(())
    }
}

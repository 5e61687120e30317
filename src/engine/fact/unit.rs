//! What is done once: a step, an item of a step, or what follows from one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One unit of work: a step, or one item of a `foreach` step, or what undoes or looks after it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unit {
    /// The step.
    pub step: String,
    /// The item, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<usize>,
    /// Which part of it.
    #[serde(default, skip_serializing_if = "Part::is_main")]
    pub part: Part,
}

/// Which part of a step a unit is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What the step is there for.
    #[default]
    Main,
    /// Finding out whether its interrupted effect happened.
    Reconcile,
    /// Undoing it.
    Compensate,
}

impl Part {
    fn is_main(&self) -> bool {
        *self == Self::Main
    }
}

impl Unit {
    /// The whole step.
    pub fn step(step: impl Into<String>) -> Self {
        Self {
            step: step.into(),
            item: None,
            part: Part::Main,
        }
    }

    /// One item of it.
    pub fn item(step: impl Into<String>, item: usize) -> Self {
        Self {
            item: Some(item),
            ..Self::step(step)
        }
    }

    /// Another part of the same step or item.
    #[must_use]
    pub fn part(&self, part: Part) -> Self {
        Self { part, ..self.clone() }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.step)?;
        if let Some(item) = self.item {
            write!(f, "[{item}]")?;
        }
        match self.part {
            Part::Main => Ok(()),
            Part::Reconcile => f.write_str(".reconcile"),
            Part::Compensate => f.write_str(".compensate"),
        }
    }
}

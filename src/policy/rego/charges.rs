//! Functions of the host that values are passed through, which charge for them and give them back.
//!
//! Calls of them are written into the text of a policy before it is evaluated. They are all that is written there, no
//! line is added, and what a policy means does not change.

use regorus::unstable::Expr;
use regorus::{Extension, Value};

use super::{shape, weight};

/// What is charged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charge {
    /// All that is in a value.
    Held,
    /// A member of a set or a key, which has to be small.
    Member,
    /// The members of a list that is looked through.
    Listed,
}

/// Text to put at a place of a module.
#[derive(Debug)]
pub(super) struct Insertion {
    at: usize,
    text: &'static str,
}

impl Charge {
    pub(super) const ALL: [Self; 3] = [Self::Held, Self::Member, Self::Listed];

    /// Names with two underscores in front are the host's.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Held => "__held",
            Self::Member => "__member",
            Self::Listed => "__listed",
        }
    }

    const fn opening(self) -> &'static str {
        match self {
            Self::Held => "__held(",
            Self::Member => "__member(",
            Self::Listed => "__listed(",
        }
    }

    /// A call around `value`.
    pub(super) fn around(self, value: &Expr) -> Option<[Insertion; 2]> {
        let (start, end) = shape::extent(value)?;
        Some([
            Insertion {
                at: start,
                text: self.opening(),
            },
            Insertion { at: end, text: ")" },
        ])
    }

    /// The function that is called.
    pub(super) fn function(self) -> Box<dyn Extension> {
        let charged = match self {
            Self::Held => weight::read_through,
            Self::Member => weight::keep_in_order,
            Self::Listed => weight::look_through,
        };
        Box::new(move |mut arguments: Vec<Value>| {
            let value = arguments.pop().unwrap_or(Value::Undefined);
            match charged(&value) {
                Ok(()) => Ok(value),
                Err(limit) => Err(limit.into()),
            }
        })
    }
}

/// Puts `insertions` into `text`; of two at one place, the first that was found comes first.
pub(super) fn insert(text: &str, mut insertions: Vec<Insertion>) -> String {
    insertions.sort_by_key(|insertion| insertion.at);
    let mut rewritten = String::with_capacity(text.len() + insertions.len() * 8);
    let mut done = 0;
    for insertion in insertions {
        rewritten.push_str(text.get(done..insertion.at).unwrap_or_default());
        rewritten.push_str(insertion.text);
        done = insertion.at;
    }
    rewritten.push_str(text.get(done..).unwrap_or_default());
    rewritten
}

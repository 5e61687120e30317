//! Budgets: what a run may spend, has reserved and has spent.
//!
//! Pure arithmetic on integers; reserving happens before an effect, settling after it.

use serde::{Deserialize, Serialize};

/// An amount of everything that is counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spend {
    /// Model tokens, prompt and output together.
    pub tokens: u64,
    /// Money in millionths of a US dollar.
    pub micro_usd: u64,
    /// Milliseconds of wall time.
    pub wall_ms: u64,
    /// Calls of tools.
    pub tool_calls: u64,
    /// Steps, each item of a `foreach` counted.
    pub steps: u64,
}

impl Spend {
    /// The sum, saturating: an overflow must refuse, never wrap.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            micro_usd: self.micro_usd.saturating_add(other.micro_usd),
            wall_ms: self.wall_ms.saturating_add(other.wall_ms),
            tool_calls: self.tool_calls.saturating_add(other.tool_calls),
            steps: self.steps.saturating_add(other.steps),
        }
    }

    /// The difference, never below zero.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_sub(other.tokens),
            micro_usd: self.micro_usd.saturating_sub(other.micro_usd),
            wall_ms: self.wall_ms.saturating_sub(other.wall_ms),
            tool_calls: self.tool_calls.saturating_sub(other.tool_calls),
            steps: self.steps.saturating_sub(other.steps),
        }
    }
}

/// Upper bounds; `None` is unlimited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Bound on [`Spend::tokens`].
    pub tokens: Option<u64>,
    /// Bound on [`Spend::micro_usd`].
    pub micro_usd: Option<u64>,
    /// Bound on [`Spend::wall_ms`].
    pub wall_ms: Option<u64>,
    /// Bound on [`Spend::tool_calls`].
    pub tool_calls: Option<u64>,
    /// Bound on [`Spend::steps`].
    pub steps: Option<u64>,
}

/// A reservation that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the budget of {limit} {unit} has {left} left and the step needs {needed}")]
pub struct Exhausted {
    /// The unit: `tokens`, `micro_usd`, `wall_ms`, `tool_calls` or `steps`.
    pub unit: &'static str,
    /// The bound.
    pub limit: u64,
    /// What is left of it.
    pub left: u64,
    /// What the step would reserve.
    pub needed: u64,
}

/// A budget in use: `reserved + spent ≤ limit` holds after every reservation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// The bounds.
    pub limit: Limit,
    /// Held for effects in flight.
    pub reserved: Spend,
    /// Used by settled effects.
    pub spent: Spend,
}

impl Budget {
    /// A budget of which nothing is used.
    pub fn new(limit: Limit) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Says whether `amount` more fits.
    ///
    /// # Errors
    /// The first unit that does not fit.
    pub fn check(&self, amount: Spend) -> Result<(), Exhausted> {
        let used = self.reserved.plus(self.spent);
        let rows = [
            ("tokens", self.limit.tokens, used.tokens, amount.tokens),
            ("micro_usd", self.limit.micro_usd, used.micro_usd, amount.micro_usd),
            ("wall_ms", self.limit.wall_ms, used.wall_ms, amount.wall_ms),
            ("tool_calls", self.limit.tool_calls, used.tool_calls, amount.tool_calls),
            ("steps", self.limit.steps, used.steps, amount.steps),
        ];
        for (unit, limit, used, needed) in rows {
            let Some(limit) = limit else { continue };
            let left = limit.saturating_sub(used);
            if needed > left {
                return Err(Exhausted {
                    unit,
                    limit,
                    left,
                    needed,
                });
            }
        }
        Ok(())
    }

    /// Holds `amount`; [`Budget::check`] it first.
    pub fn reserve(&mut self, amount: Spend) {
        self.reserved = self.reserved.plus(amount);
    }

    /// Replaces a reservation by what was really spent.
    pub fn settle(&mut self, reserved: Spend, spent: Spend) {
        self.reserved = self.reserved.minus(reserved);
        self.spent = self.spent.plus(spent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(tokens: u64) -> Spend {
        Spend {
            tokens,
            ..Spend::default()
        }
    }

    #[test]
    fn two_reservations_cannot_share_the_last_tokens() {
        let mut budget = Budget::new(Limit {
            tokens: Some(100),
            ..Limit::default()
        });
        budget.check(tokens(60)).unwrap();
        budget.reserve(tokens(60));
        let refused = budget.check(tokens(60)).unwrap_err();
        assert_eq!((refused.unit, refused.left, refused.needed), ("tokens", 40, 60));
        budget.settle(tokens(60), tokens(10));
        budget.check(tokens(90)).unwrap();
        assert!(budget.check(tokens(u64::MAX)).is_err());
    }
}

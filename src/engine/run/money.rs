//! What a unit may spend.

use super::super::fact::Unit;
use super::{Phase, Run};
use crate::capsule::Stage;
use crate::capsule::budget::{Budget, Exhausted, Limit, Spend};
use crate::engine::fact::Part;

/// A reservation that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Short {
    /// What others hold may come back: the unit waits until one of them settles.
    Now(Exhausted),
    /// It is gone.
    ForGood(Exhausted),
}

impl Run {
    /// What is held for `unit`: its estimate, and its share of the wall time that is left.
    ///
    /// Undoing, looking after a doubt and the hooks after a run are not held back by a budget: leaving
    /// them out would cost more than they do.
    ///
    /// # Errors
    /// The first unit of measure that does not fit.
    pub fn reservation(&self, unit: &Unit, estimate: Spend, now: i64) -> Result<Spend, Short> {
        let mut amount = estimate;
        if self.is_exempt(unit) {
            return Ok(amount);
        }
        let budgets = self.budgets(unit);
        let wall_left = budgets.iter().filter_map(|budget| {
            let used = budget.spent.wall_ms.saturating_add(budget.reserved.wall_ms);
            Some(budget.limit.wall_ms?.saturating_sub(used))
        });
        if let Some(left) = wall_left.min() {
            let share = left / (self.ready_units(now).max(1) as u64);
            let timeout = self.step_of(unit).and_then(|step| step.timeout_ms);
            amount.wall_ms = timeout.map_or(share, |timeout| timeout.min(share)).max(1);
        }
        for budget in budgets {
            let Err(exhausted) = budget.check(amount) else { continue };
            let unreserved = Budget {
                reserved: Spend::default(),
                ..*budget
            };
            return Err(match unreserved.check(amount) {
                Ok(()) => Short::Now(exhausted),
                Err(exhausted) => Short::ForGood(exhausted),
            });
        }
        Ok(amount)
    }

    /// How much of what is left `estimate` would use of tokens and of money, in thousandths; 0 where neither is bounded.
    pub fn share(&self, unit: &Unit, estimate: Spend) -> u16 {
        let budgets = self.budgets(unit);
        let shares = budgets.iter().flat_map(|budget| {
            let used = |of: fn(&Spend) -> u64| of(&budget.spent).saturating_add(of(&budget.reserved));
            [
                (budget.limit.tokens, used(|spend| spend.tokens), estimate.tokens),
                (
                    budget.limit.micro_usd,
                    used(|spend| spend.micro_usd),
                    estimate.micro_usd,
                ),
            ]
        });
        let thousandths = shares.filter_map(|(limit, used, asked)| {
            let left = limit.filter(|_| asked > 0)?.saturating_sub(used);
            Some(
                asked
                    .saturating_mul(1_000)
                    .checked_div(left)
                    .unwrap_or(1_000)
                    .min(1_000),
            )
        });
        u16::try_from(thousandths.max().unwrap_or(0)).unwrap_or(1_000)
    }

    /// The budget of a run that `unit` begins: what its capsule says, and at most what is left here.
    ///
    /// # Errors
    /// Nothing is left for a single step.
    pub fn slice(&self, unit: &Unit, own: Limit) -> Result<(Limit, Spend), Short> {
        let held = self
            .progress(unit)
            .and_then(|progress| progress.open.as_ref())
            .map(|open| open.reserved)
            .unwrap_or_default();
        let budgets = self.budgets(unit);
        let measure = |pick: fn(&Limit) -> Option<u64>, of: fn(&Spend) -> u64, own: Option<u64>| {
            let left = budgets.iter().filter_map(|budget| {
                let used = of(&budget.spent).saturating_add(of(&budget.reserved).saturating_sub(of(&held)));
                Some(pick(&budget.limit)?.saturating_sub(used))
            });
            let left = left.min();
            let slice = left.into_iter().chain(own).min();
            (slice, left.and(slice).unwrap_or(0))
        };
        let (tokens, held_tokens) = measure(|limit| limit.tokens, |spend| spend.tokens, own.tokens);
        let (micro_usd, held_usd) = measure(|limit| limit.micro_usd, |spend| spend.micro_usd, own.micro_usd);
        let (wall_ms, held_wall) = measure(|limit| limit.wall_ms, |spend| spend.wall_ms, own.wall_ms);
        let (tool_calls, held_calls) = measure(|limit| limit.tool_calls, |spend| spend.tool_calls, own.tool_calls);
        let (steps, held_steps) = measure(|limit| limit.steps, |spend| spend.steps, own.steps);
        let limit = Limit {
            tokens,
            micro_usd,
            wall_ms,
            tool_calls,
            steps,
        };
        let reserved = Spend {
            tokens: held_tokens,
            micro_usd: held_usd,
            wall_ms: held_wall,
            tool_calls: held_calls,
            steps: held_steps,
        };
        // A run without a step or a moment is no run.
        let least = Spend {
            steps: 1,
            wall_ms: 1,
            ..Spend::default()
        };
        match Budget::new(limit).check(least) {
            Ok(()) => Ok((limit, reserved)),
            Err(exhausted)
                if budgets
                    .iter()
                    .any(|budget| budget.reserved.minus(held) != Spend::default()) =>
            {
                Err(Short::Now(exhausted))
            }
            Err(exhausted) => Err(Short::ForGood(exhausted)),
        }
    }

    fn budgets(&self, unit: &Unit) -> Vec<&Budget> {
        let of_step = self.purse.steps.get(&unit.step);
        std::iter::once(&self.purse.budget).chain(of_step).collect()
    }

    fn is_exempt(&self, unit: &Unit) -> bool {
        let after = self.step_of(unit).is_some_and(|step| step.stage == Stage::After);
        unit.part != Part::Main || after || self.phase() == Phase::Unwinding
    }

    pub(super) fn reserve(&mut self, unit: &Unit, amount: Spend) {
        self.purse.budget.reserve(amount);
        if let Some(budget) = self.purse.steps.get_mut(&unit.step) {
            budget.reserve(amount);
        }
    }

    pub(super) fn pay(&mut self, unit: &Unit, reserved: Spend, spent: Spend) {
        self.purse.budget.settle(reserved, spent);
        if let Some(budget) = self.purse.steps.get_mut(&unit.step) {
            budget.settle(reserved, spent);
        }
    }
}

//! The world outside: effects in flight, what became of them, and an oracle that counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::super::super::fact::{ChildRun, Fault, FaultKind, Outcome, Part, StepStarted, Unit, Usage};
use super::super::table::{failed, fails, output};
use super::chance::{Chance, Kind};
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::EffectClass;
use crate::label::{Label, Labelled};
use crate::tools::OpenForm;

/// An attempt that a process has begun.
#[derive(Debug, Clone)]
pub(super) struct Flying {
    pub(super) unit: Unit,
    pub(super) attempt: u32,
    pub(super) key: String,
    pub(super) effect: EffectClass,
    pub(super) child: Option<ChildRun>,
    pub(super) began: i64,
    /// When it is over for whoever began it.
    pub(super) ends: i64,
    /// When it happens on the other side; never, when it fails before that.
    pub(super) happens: Option<i64>,
    happened: bool,
    reserved: Spend,
    outcome: Outcome,
    form: Option<Box<OpenForm>>,
    spent: Spend,
}

/// A run that a step began.
#[derive(Debug, Clone, Default)]
struct Inner {
    spent: Spend,
    over: Option<Outcome>,
}

/// How an attempt ended, as its process reports it.
pub(super) struct Landed {
    pub(super) unit: Unit,
    pub(super) attempt: u32,
    pub(super) outcome: Outcome,
    pub(super) form: Option<Box<OpenForm>>,
    pub(super) spent: Spend,
    pub(super) usage: Option<Usage>,
    pub(super) found: Option<bool>,
}

/// Everything that really happened.
#[derive(Default)]
pub(super) struct World {
    /// How often an effect took place, by its key.
    happened: BTreeMap<String, u32>,
    inner: BTreeMap<String, Inner>,
    /// What attempts really used, whether anybody recorded it or not; not what a budget does not hold back.
    pub(super) consumed: Spend,
}

impl World {
    /// Begins what `started` says. `is_free` when no budget holds it back.
    pub(super) fn begin(&mut self, chance: &mut Chance, started: &StepStarted, is_free: bool, now: i64) -> Flying {
        let takes = i64::try_from(chance.below(Kind::World, 4_000)).unwrap();
        // A process keeps to what is held for it.
        let held = started.reserved;
        let most = if held.wall_ms > 0 {
            i64::try_from(held.wall_ms).unwrap()
        } else {
            i64::MAX
        };
        let takes = takes.min(most);
        let part = |of: u64, chance: &mut Chance| chance.below(Kind::World, of + 1);
        let spent = Spend {
            tokens: part(held.tokens, chance),
            wall_ms: u64::try_from(takes).unwrap(),
            tool_calls: held.tool_calls.min(1),
            steps: held.steps.min(1),
            micro_usd: 0,
        };
        let mut flying = Flying {
            unit: started.unit.clone(),
            attempt: started.attempt,
            key: started.key.clone(),
            effect: started.effect,
            child: started.child.clone(),
            began: now,
            ends: now + takes,
            happens: Some(now + i64::try_from(part(takes.unsigned_abs(), chance)).unwrap()),
            happened: false,
            reserved: held,
            outcome: output(json!({"n": takes, "f": 0.1})),
            form: None,
            spent,
        };
        if let Some(child) = &started.child {
            self.begin_inner(chance, &mut flying, child);
        } else {
            let uncertain = started.effect != EffectClass::None;
            if chance.fault(Kind::World, 6) {
                flying.happens = None;
                flying.outcome = refusal(chance);
            } else if uncertain && chance.fault(Kind::World, 6) {
                // The reply is lost, and perhaps the request was.
                let fault = Fault::new(FaultKind::Unavailable, "no reply");
                flying.outcome = fails(fault.uncertain(true));
                if chance.one_in(Kind::World, 2) {
                    flying.happens = None;
                }
            }
            // Whoever is called wants a form now and then, and fails without it. No other draw: seeds that are kept
            // because they broke a promise once stay what they are.
            if matches!(flying.outcome, Outcome::Failed { .. }) && takes % 3 == 0 {
                flying.form = Some(Box::new(form(started.attempt)));
            }
        }
        if !is_free && started.child.is_none() {
            self.consumed = self.consumed.plus(Spend {
                wall_ms: 0,
                ..flying.spent
            });
        }
        flying
    }

    /// A run that goes on within its slice, and perhaps comes to its end.
    fn begin_inner(&mut self, chance: &mut Chance, flying: &mut Flying, child: &ChildRun) {
        let inner = self.inner.entry(child.run.clone()).or_default();
        if inner.over.is_none() {
            let room = |limit: Option<u64>, used: u64| limit.map_or(20, |limit| limit.saturating_sub(used).min(20));
            let more = Spend {
                tokens: chance.below(Kind::World, room(child.limit.tokens, inner.spent.tokens) + 1),
                steps: room(child.limit.steps, inner.spent.steps).min(1),
                ..Spend::default()
            };
            inner.spent = inner.spent.plus(more);
            self.consumed = self.consumed.plus(more);
            let is_over = !chance.fault(Kind::World, 4);
            inner.over = is_over.then(|| {
                if chance.fault(Kind::World, 6) {
                    refusal(chance)
                } else {
                    output(json!({"inner": true}))
                }
            });
        }
        flying.spent = inner.spent;
        // One that is not over waits for somebody.
        flying.ends = if inner.over.is_some() { flying.ends } else { i64::MAX };
        flying.outcome = inner.over.clone().unwrap_or_else(|| failed(FaultKind::Tool));
        flying.happens = None;
    }

    /// The run of a step is told to end.
    pub(super) fn end_inner(&mut self, child: &str) -> (Outcome, Spend) {
        let inner = self.inner.entry(child.to_owned()).or_default();
        let outcome = inner.over.get_or_insert_with(|| failed(FaultKind::Cancelled));
        (outcome.clone(), inner.spent)
    }

    /// What happens on the other side until `now`.
    pub(super) fn pass(&mut self, flying: &mut [Flying], now: i64) {
        for one in flying.iter_mut() {
            if !one.happened && one.happens.is_some_and(|at| at <= now) {
                one.happened = true;
                self.happen(one);
            }
        }
    }

    /// A process is gone: what it sent either arrives or does not, and what it used is what it had used by then.
    pub(super) fn abandon(&mut self, chance: &mut Chance, flying: Vec<Flying>) {
        for one in flying {
            if !one.happened && one.happens.is_some() && chance.one_in(Kind::World, 2) {
                self.happen(&one);
            }
        }
    }

    fn happen(&mut self, one: &Flying) {
        if one.effect != EffectClass::None {
            *self.happened.entry(one.key.clone()).or_insert(0) += 1;
        }
    }

    /// The report of an attempt whose time has come.
    pub(super) fn land(&mut self, chance: &mut Chance, mut one: Flying, now: i64) -> Landed {
        let over = now.max(one.ends);
        self.pass(std::slice::from_mut(&mut one), over);
        let mut found = None;
        let mut outcome = one.outcome;
        if one.unit.part == Part::Reconcile && matches!(outcome, Outcome::Completed { .. }) {
            let key = one.key.replace("/reconcile", "");
            let happened = self.happened.get(&key).is_some_and(|times| *times > 0);
            found = (!chance.fault(Kind::World, 6)).then_some(happened);
            outcome = Outcome::Completed {
                output: Arc::new(Labelled::new(json!({"total": u32::from(happened)}), Label::constant())),
                artifacts: Vec::new(),
            };
        }
        let usage = (one.spent.tokens % 3 == 1).then(|| Usage {
            model: "small".to_owned(),
            prompt_tokens: one.spent.tokens,
            output_tokens: 0,
            prefill_ms: 1,
            decode_ms: 1,
            confidence: None,
            left_out: 0,
            cut: one.spent.tokens % 2 == 1,
            escalated_from: None,
        });
        Landed {
            unit: one.unit,
            attempt: one.attempt,
            outcome,
            form: one.form,
            spent: one.spent,
            usage,
            found,
        }
    }

    /// The report of an attempt that was cut short at `now`.
    pub(super) fn cut(&mut self, chance: &mut Chance, one: Flying, now: i64) -> Landed {
        let uncertain = one.effect != EffectClass::None;
        let fault = Fault::new(FaultKind::Cancelled, "it was cut short because the run ends");
        let landed = Landed {
            unit: one.unit.clone(),
            attempt: one.attempt,
            outcome: fails(fault.uncertain(uncertain)),
            form: None,
            spent: Spend {
                wall_ms: u64::try_from(now.saturating_sub(one.began))
                    .unwrap_or(0)
                    .min(one.reserved.wall_ms),
                ..one.spent
            },
            usage: None,
            found: None,
        };
        self.abandon(chance, vec![one]);
        landed
    }
}

/// A form that whoever is called asks for.
fn form(attempt: u32) -> OpenForm {
    OpenForm {
        message: format!("who is it for? ({attempt})"),
        schema: json!({
            "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {"name": {"type": "string"}},
        }),
        answered: 0,
    }
}

/// A failure after which nothing has happened.
fn refusal(chance: &mut Chance) -> Outcome {
    let kinds = [
        FaultKind::Unavailable,
        FaultKind::RateLimited,
        FaultKind::Tool,
        FaultKind::Schema,
        FaultKind::Storage,
    ];
    let mut fault = Fault::new(chance.pick(Kind::World, &kinds), "it said no");
    if fault.kind == FaultKind::RateLimited {
        fault.retry_after_ms = Some(chance.below(Kind::World, 3_000));
    }
    fails(fault)
}

//! What a step does to the world, how often it may try, and what settles doubt.

use super::super::document::{WrittenRetry, WrittenStep};
use super::super::problem::{Code, Problem};
use super::super::step::{Cache, Call, Reconcile, Retry, RetryOn};
use super::super::tool_spec::{ActionSpec, EffectClass};
use super::Checker;
use super::amount::milliseconds;
use super::texts::Surroundings;

impl<'a> Checker<'a> {
    /// The effect of a step: its tool's, or what the capsule says within the tool's bounds.
    pub(super) fn effect(&mut self, index: usize, action: Option<&ActionSpec>) -> EffectClass {
        let steps = self.steps;
        let (written, pointer) = (&steps[index].step, &steps[index].pointer);
        // A child run that was begun is gone on with, never begun again.
        let child = written.action.as_deref() == Some("capsule.run") && written.gate.is_none();
        let usual = if child {
            EffectClass::Idempotent
        } else {
            EffectClass::None
        };
        let own = action.map_or(usual, |action| action.effect);
        let weakest = action.map_or(usual, |action| action.weakest);
        let name = written.action.as_deref().unwrap_or_default();
        // Where `effect` does not belong it was reported, and says nothing.
        let said = written.effect.filter(|_| !child && written.gate.is_none());
        let effect = said.unwrap_or(own);
        let too_weak = effect < weakest && action.is_some();
        if too_weak {
            let message = format!("`{name}` is at least {}: a step cannot make it weaker", word(weakest));
            let help = "remove `effect`, or make it stricter";
            self.error(Code::C021, self.span(&format!("{pointer}/effect")), message, help);
        }
        let effect = if too_weak { own } else { effect };
        if effect == EffectClass::External && !self.settles_doubt(index) && !self.full() {
            let key = if written.effect.is_some() { "effect" } else { "action" };
            let message = format!("a repetition of `{name}` is a second effect, and nothing settles doubt");
            let help = "put a `gate` before it, or write `reconcile` or `on_uncertain`: else a person must look at what happened when the run is interrupted";
            let span = self.span(&format!("{pointer}/{key}"));
            self.problems
                .push(Problem::warning(Code::C022, span, message).with_help(help));
        }
        effect
    }

    fn settles_doubt(&self, index: usize) -> bool {
        let written = &self.steps[index].step;
        let gated = || {
            let mut others = self.steps.iter().enumerate();
            others.any(|(other, placed)| placed.step.gate.is_some() && self.graph.is_before(other, index))
        };
        written.reconcile.is_some()
            || written.on_uncertain.is_some()
            || self.document.policies.requires_review
            || gated()
    }

    /// What happens after a failed attempt: the step's own keys, then those of `defaults`.
    pub(super) fn retry(&mut self, pointer: &str, written: &WrittenStep, effect: EffectClass) -> Retry {
        let (usual, none) = (Retry::default(), WrittenRetry::default());
        let (own, all) = (written.retry.as_ref().unwrap_or(&none), &self.document.defaults.retry);
        let external = effect == EffectClass::External;
        let pointer = format!("{pointer}/retry");
        if external && let Some(on) = &own.on {
            for (number, _) in on.iter().enumerate().filter(|(_, kind)| **kind == RetryOn::Timeout) {
                let message = "after a timeout nobody knows whether the external effect happened";
                let help =
                    "take `timeout` out of `on`, or use an action that takes an idempotency key (`effect: keyed`)";
                self.error(Code::C023, self.span(&format!("{pointer}/on/{number}")), message, help);
            }
        }
        let max_attempts = own.max_attempts.or(all.max_attempts);
        if written.retry.is_some() && max_attempts.is_none() {
            let help = "say how many attempts there are at most, such as `max_attempts: 3`";
            self.error(
                Code::C002,
                self.root.key_span_at(&pointer),
                "`retry` has no `max_attempts`",
                help,
            );
        }
        let time = |own: &Option<String>, all: &Option<String>, usual: u64| {
            let written = own.as_ref().or(all.as_ref());
            written.and_then(|text| milliseconds(text)).unwrap_or(usual)
        };
        let (near, far) = (&own.backoff, &all.backoff);
        // What is said for all steps is meant for those that it can be said of.
        let shared = || {
            let on = all.on.clone().unwrap_or(usual.on.clone());
            on.into_iter()
                .filter(|kind| !(external && *kind == RetryOn::Timeout))
                .collect()
        };
        Retry {
            max_attempts: max_attempts.unwrap_or(usual.max_attempts),
            initial_ms: time(&near.initial, &far.initial, usual.initial_ms),
            factor: near.factor.or(far.factor).unwrap_or(usual.factor),
            max_ms: time(&near.max, &far.max, usual.max_ms),
            jitter: near.jitter.or(far.jitter).unwrap_or(usual.jitter),
            on: own.on.clone().unwrap_or_else(shared),
        }
    }

    /// The most milliseconds of an attempt: the step's own, else that of `defaults`.
    pub(super) fn timeout(&mut self, pointer: &str, written: &WrittenStep) -> Option<u64> {
        match &written.timeout {
            Some(own) => self.time(&format!("{pointer}/timeout"), Some(own)),
            None => self.document.defaults.timeout.as_deref().and_then(milliseconds),
        }
    }

    pub(super) fn cache(
        &mut self,
        at: &Surroundings,
        pointer: &str,
        written: &WrittenStep,
        effect: EffectClass,
    ) -> Option<Cache> {
        let cache = written.cache.as_ref()?;
        let pointer = format!("{pointer}/cache");
        if effect != EffectClass::None {
            let message = format!("a step that is {} cannot be answered from a cache", word(effect));
            let help = "only steps without effect may be: the others would not happen";
            self.error(Code::C021, self.root.key_span_at(&pointer), message, help);
        }
        for (number, key) in cache.key.iter().enumerate().filter(|(_, key)| !key.is_empty()) {
            let place = format!("{pointer}/key/{number}");
            self.expression(at, &place, key, false);
            self.no_secret(&place, &key.as_str().into(), "a cache key");
        }
        Some(Cache {
            key: cache.key.clone(),
            ttl_ms: self.time(&format!("{pointer}/ttl"), cache.ttl.as_ref()),
        })
    }

    /// What undoes a step; its templates see the step's `output`.
    pub(super) fn compensate(&mut self, at: &Surroundings, index: usize, action: Option<&ActionSpec>) -> Option<Call> {
        let steps = self.steps;
        let call = steps[index].step.compensate.as_ref()?;
        let at = Surroundings {
            extra: Some(("output", self.unit_output(index, action))),
            ..at.clone()
        };
        let pointer = format!("{}/compensate", steps[index].pointer);
        Some(self.call(&at, &pointer, &call.action, &call.params).0)
    }

    /// How to find out whether an effect happened.
    pub(super) fn reconcile(
        &mut self,
        at: &Surroundings,
        pointer: &str,
        written: &WrittenStep,
        effect: EffectClass,
    ) -> Option<Reconcile> {
        for (key, present) in [
            ("reconcile", written.reconcile.is_some()),
            ("on_uncertain", written.on_uncertain.is_some()),
        ] {
            if present && effect == EffectClass::None {
                let span = self.root.key_span_at(&format!("{pointer}/{key}"));
                let message = format!("`{key}` is for effects, and this step has none");
                self.error(Code::C021, span, message, "remove it: the step may always run again");
            }
        }
        let reconcile = written.reconcile.as_ref()?;
        let pointer = format!("{pointer}/reconcile");
        let (call, action) = self.call(at, &pointer, &reconcile.action, &reconcile.params);
        // Naming an action here says that it only looks, where the tool leaves that to the capsule.
        if let Some(action) = action.filter(|action| action.weakest != EffectClass::None) {
            let message = format!(
                "`{}` is at least {}: looking must not change anything",
                reconcile.action,
                word(action.weakest)
            );
            let help = "name an action without effect";
            self.error(Code::C021, self.span(&format!("{pointer}/action")), message, help);
        }
        if !reconcile.found_when.is_empty() {
            let output = action.map_or_else(|| serde_json::json!({}), |action| action.output.clone());
            let at = Surroundings {
                extra: Some(("output", output)),
                ..at.clone()
            };
            self.expression(&at, &format!("{pointer}/found_when"), &reconcile.found_when, true);
        }
        Some(Reconcile {
            call,
            found_when: reconcile.found_when.clone(),
        })
    }
}

pub(super) fn word(effect: EffectClass) -> &'static str {
    match effect {
        EffectClass::None => "without effect",
        EffectClass::Idempotent => "idempotent",
        EffectClass::Keyed => "keyed",
        EffectClass::External => "external",
    }
}

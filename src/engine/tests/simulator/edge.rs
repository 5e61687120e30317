//! What the edge finds out: conditions, lists, actions, verdicts, what guardrails found.

use std::sync::Arc;

use serde_json::json;

use super::super::super::command::{Hit, Ruling};
use super::super::super::fact::{Cached, ChildRun, Fault, FaultKind, Part, Shown, Unit};
use super::super::super::run::Run;
use super::chance::{Chance, Kind};
use super::plan::{Plan, VARIANTS};
use crate::capsule::guard::Finding;
use crate::capsule::policies::OnFail;
use crate::capsule::{OnItemError, Work};
use crate::digest::Digest;
use crate::label::{Label, Labelled};

/// What the edge finds out about a unit.
pub(super) fn ruling(plan: &Plan, chance: &mut Chance, run: &Run, unit: &Unit) -> Ruling {
    let refuse = |kind| Ruling::Refuse {
        fault: Fault::new(kind, "it cannot be rendered"),
    };
    let Some(step) = run.step_of(unit) else {
        return refuse(FaultKind::Template);
    };
    let whole = unit.item.is_none() && unit.part == Part::Main;
    let is_new = run.progress(unit).is_none_or(|progress| progress.why.is_none());
    if whole && is_new && step.when.is_some() && chance.one_in(Kind::Edge, 3) {
        return Ruling::Skip {
            label: Label::constant(),
        };
    }
    if chance.fault(Kind::World, 40) {
        return refuse(FaultKind::Template);
    }
    if whole
        && is_new
        && let Some(foreach) = &step.foreach
    {
        let items = chance.below(Kind::Edge, 4);
        let label = super::super::world("input:list");
        // A `foreach` that collects keeps the failures of its items.
        let items = if foreach.on_item_error == OnItemError::Collect {
            items + 1
        } else {
            items
        };
        let items = (0..items).map(|n| Arc::new(Labelled::new(json!({"n": n}), label.clone())));
        return Ruling::Expand {
            items: items.collect(),
            label,
        };
    }
    if let (Work::Gate(gate), Part::Main) = (&step.work, unit.part) {
        return Ruling::Ask {
            label: Label::constant(),
            prompt: gate.prompt.clone(),
            shown: vec![Shown {
                name: "inputs.list".to_owned(),
                value: Arc::new(Labelled::new(json!([]), Label::constant())),
            }],
        };
    }
    let variant = if chance.fault(Kind::World, 5) {
        chance.below(Kind::Edge, VARIANTS)
    } else {
        0
    };
    let mut act = plan.act(&unit.step, unit.part, variant);
    if let (Work::Capsule(_), Part::Main) = (&step.work, unit.part) {
        let begun = run.progress(unit).and_then(|progress| progress.child.clone());
        let id = format!("{}-{}-{}", unit.step, run.run_seq(), chance.below(Kind::Edge, 1 << 32));
        act.child = Some(ChildRun {
            run: begun.map_or(id, |child| child.run),
            limit: plan.capsule.step(&unit.step).map(|step| step.limit).unwrap_or_default(),
        });
        act.estimate = Default::default();
    }
    if chance.fault(Kind::World, 40) {
        let on_fail = chance.pick(Kind::Edge, &[OnFail::Block, OnFail::Review, OnFail::Warn]);
        act.findings.push(finding(on_fail));
    }
    if step.cache.is_some() && unit.part == Part::Main && chance.one_in(Kind::Edge, 3) {
        act.cached = Some(Hit {
            cached: Cached {
                key: Digest::of(b"kept"),
                expires_at: None,
                hit: Some(1),
            },
            output: Arc::new(Labelled::new(
                json!({"kept": true}),
                super::super::world("tool:fs.read"),
            )),
            artifacts: Vec::new(),
        });
    }
    Ruling::Act(Box::new(act))
}

pub(super) fn finding(on_fail: OnFail) -> Finding {
    Finding {
        check: "max_length".to_owned(),
        at: "/text".to_owned(),
        in_key: false,
        what: "too_long".to_owned(),
        span: (0, 1),
        on_fail,
    }
}

/// The outputs, and what a guardrail found in them.
pub(super) fn conclusion(chance: &mut Chance) -> (Result<Labelled, Fault>, Vec<Finding>) {
    if chance.fault(Kind::World, 30) {
        return (
            Err(Fault::new(FaultKind::Schema, "the outputs fail their schema")),
            Vec::new(),
        );
    }
    let found = chance.fault(Kind::World, 12);
    let on_fail = chance.pick(Kind::Edge, &[OnFail::Block, OnFail::Review, OnFail::Warn]);
    let outputs = Labelled::new(json!({"whole": [0.5, null, "é"]}), Label::constant());
    (Ok(outputs), found.then(|| finding(on_fail)).into_iter().collect())
}

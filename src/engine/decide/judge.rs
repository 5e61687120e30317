//! What becomes of a unit that is ready.

use std::sync::Arc;

use super::super::command::{Act, Ruling, tripped};
use super::super::fact::question::{self, About, Requested};
use super::super::fact::{
    ChildRun, Expanded, Failing, Fault, FaultKind, Judged, Outcome, Part, Paused, RunFact, Settled, Skipped,
    StepStarted, Unit, UnitFault, Why,
};
use super::super::run::{Effect, Run, Short};
use super::settle::{endorsed, looked};
use super::{CommandError, guarded, strictest, unit_question, yes_or_no};
use crate::capsule::Work;
use crate::capsule::budget::Spend;
use crate::capsule::policies::{OnExhausted, OnFail};
use crate::capsule::step::Gate;
use crate::policy::{Decision, Reason, Refused};

pub(super) fn judge(run: &Run, unit: &Unit, ruling: &Ruling, now: i64) -> Result<Vec<RunFact>, CommandError> {
    let not_ready = || CommandError::NotReady { unit: unit.clone() };
    if !run.effects(now).contains(&Effect::Judge(unit.clone())) {
        return Err(not_ready());
    }
    // Conditions and lists are those of a whole step; its items come after both.
    let whole = unit.item.is_none() && unit.part == Part::Main;
    match ruling {
        Ruling::Skip { .. } | Ruling::Expand { .. } | Ruling::Ask { .. } if !whole && !is_gate(run, unit) => {
            return Err(not_ready());
        }
        Ruling::Skip { .. } | Ruling::Expand { .. } | Ruling::Ask { .. } | Ruling::Refuse { .. } | Ruling::Act(_) => {}
    }
    Ok(match ruling {
        Ruling::Skip { label } => vec![RunFact::Skipped(Skipped {
            step: unit.step.clone(),
            label: label.clone(),
        })],
        Ruling::Expand { items, label } => vec![RunFact::Expanded(Expanded {
            step: unit.step.clone(),
            items: items.clone(),
            label: label.clone(),
        })],
        Ruling::Refuse { fault } => refuse(run, unit, fault.clone()),
        Ruling::Ask { label, prompt, shown } => {
            let Some(Work::Gate(gate)) = run.step_of(unit).map(|step| &step.work) else {
                return Err(not_ready());
            };
            let requested = Requested {
                prompt: prompt.clone(),
                shown: shown.clone(),
                label: Some(label.clone()),
                ..of_gate(run, unit, gate, now)
            };
            vec![RunFact::Requested(Box::new(requested))]
        }
        Ruling::Act(act) => act_on(run, unit, act, now),
    })
}

fn is_gate(run: &Run, unit: &Unit) -> bool {
    matches!(run.step_of(unit).map(|step| &step.work), Some(Work::Gate(_)))
}

fn of_gate(run: &Run, unit: &Unit, gate: &Gate, now: i64) -> Requested {
    let own_choices = !gate.choices.is_empty();
    let expires = gate.expires_ms.and_then(|expires| i64::try_from(expires).ok());
    Requested {
        id: unit_question(run, unit, 1, "gate"),
        unit: Some(unit.clone()),
        about: About::Gate { own_choices },
        prompt: String::new(),
        shown: Vec::new(),
        choices: if own_choices { gate.choices.clone() } else { yes_or_no() },
        assignees: gate.assignees.clone(),
        form: gate.form.clone(),
        expires_at: expires.map(|expires| now.saturating_add(expires)),
        on_expire: gate.on_expire.clone(),
        label: None,
    }
}

fn attempt(run: &Run, unit: &Unit) -> u32 {
    run.progress(unit).map_or(0, |progress| progress.attempt) + 1
}

/// The unit is over before anything happened.
pub(super) fn refuse(run: &Run, unit: &Unit, fault: Fault) -> Vec<RunFact> {
    let progress = run.progress(unit);
    // A run that it had begun is ended first, as part of the end of this one; the unit ends with it.
    if !run.is_last(&unit.step) && run.has_run(unit) {
        let fault = UnitFault {
            unit: Some(unit.clone()),
            fault,
        };
        return vec![RunFact::Failing(Failing { fault, ahead: None })];
    }
    let outcome = Outcome::Failed { fault };
    let follows = looked(run, unit, &outcome, None);
    let settled = RunFact::Settled(Box::new(Settled {
        unit: unit.clone(),
        attempt: attempt(run, unit),
        outcome,
        // A run that it had begun may have used all it was given.
        spent: progress
            .and_then(|progress| progress.open.as_ref())
            .map(|open| open.reserved)
            .unwrap_or_default(),
        usage: None,
        epoch: run.epoch(),
        retry_at: None,
        cache: None,
        found: None,
    }));
    std::iter::once(settled).chain(follows).collect()
}

fn act_on(run: &Run, unit: &Unit, act: &Act, now: i64) -> Vec<RunFact> {
    let mut facts = vec![RunFact::Judged(Box::new(Judged {
        unit: unit.clone(),
        attempt: attempt(run, unit),
        action: act.action.clone(),
        label: act.label.clone(),
        verdict: (*act.verdict).clone(),
        effect: act.effect,
        estimate: act.estimate,
        review: act.review.clone(),
        child: act.child.clone(),
    }))];
    facts.extend(tripped(Some(unit), &act.findings).map(RunFact::Tripped));
    let worst = strictest(&act.findings);
    let found = || guarded("question", &act.findings);
    let decision = act.verdict.decision();
    // The verdict says the same; the fault of a guardrail is told apart from that of a rule. In older records, whose
    // verdicts know nothing of guardrails, a denial came first.
    let is_known = !act.verdict.situation().demands.is_empty();
    if worst == Some(OnFail::Block) && (is_known || decision != Decision::Deny) {
        facts.extend(refuse(run, unit, found()));
        return facts;
    }
    if decision == Decision::Deny {
        facts.extend(refuse(run, unit, denial(act.verdict.because().to_vec())));
        return facts;
    }
    let approved = run
        .progress(unit)
        .and_then(|progress| progress.approved)
        .filter(|approved| approved.digest == act.action_digest);
    let asks = decision == Decision::Ask || act.review.is_some() || worst == Some(OnFail::Review);
    if asks && approved.is_none() {
        let said = |reason: &Reason| reason.text.clone();
        let mut why: Vec<String> = match decision {
            Decision::Allow => Vec::new(),
            Decision::Ask | Decision::Deny => act.verdict.because().iter().map(said).collect(),
        };
        // Older records hold what the capsule demands beside the verdict, not in it.
        if act.verdict.situation().demands.is_empty() {
            why.extend(act.review.clone());
            why.extend((worst == Some(OnFail::Review)).then(|| found().message));
        }
        facts.push(RunFact::Requested(Box::new(ask(run, unit, act, &why.join("; ")))));
        return facts;
    }
    if let Some(hit) = &act.cached {
        let outcome = Outcome::Completed {
            output: Arc::clone(&hit.output),
            artifacts: hit.artifacts.clone(),
        };
        let follows = endorsed(run, unit, attempt(run, unit), &outcome);
        facts.push(RunFact::Settled(Box::new(Settled {
            unit: unit.clone(),
            attempt: attempt(run, unit),
            outcome,
            spent: Spend::default(),
            usage: None,
            epoch: run.epoch(),
            retry_at: None,
            cache: Some(hit.cached.clone()),
            found: None,
        })));
        facts.extend(follows);
        return facts;
    }
    match reserve(run, unit, act, now) {
        Ok((reserved, child)) => facts.push(RunFact::StepStarted(Box::new(StepStarted {
            unit: unit.clone(),
            attempt: attempt(run, unit),
            action: act.action.clone(),
            action_digest: act.action_digest,
            effect: act.effect,
            key: key(run, unit),
            reserved,
            epoch: run.epoch(),
            child,
            approval: approved.map(|approved| approved.run_seq),
        }))),
        // Somebody in flight holds what is missing: it is judged again when that settles.
        Err(Short::Now(_))
            if run
                .effects(now)
                .iter()
                .any(|effect| matches!(effect, Effect::Perform(_))) =>
        {
            return Vec::new();
        }
        Err(Short::Now(exhausted) | Short::ForGood(exhausted)) => {
            let message = exhausted.to_string();
            match run.on_exhausted() {
                OnExhausted::Pause => facts.push(RunFact::Paused(Paused {
                    why: Why::Budget {
                        unit: unit.clone(),
                        message,
                    },
                })),
                OnExhausted::Fail => {
                    let fault = Fault::new(FaultKind::Budget, message)
                        .hint("raise the budget in the capsule, or give the run less to do");
                    facts.extend(refuse(run, unit, fault));
                }
            }
        }
    }
    facts
}

/// What is held for the unit, and the run it begins with its part of it.
fn reserve(run: &Run, unit: &Unit, act: &Act, now: i64) -> Result<(Spend, Option<ChildRun>), Short> {
    let Some(child) = &act.child else {
        return Ok((run.reservation(unit, act.estimate, now)?, None));
    };
    let (limit, reserved) = run.slice(unit, child.limit)?;
    // A run that was begun goes on; only its budget may have grown.
    let begun = run.progress(unit).and_then(|progress| progress.child.as_ref());
    let child = ChildRun {
        run: begun.unwrap_or(child).run.clone(),
        limit,
    };
    Ok((reserved, Some(child)))
}

fn ask(run: &Run, unit: &Unit, act: &Act, why: &str) -> Requested {
    let because = if why.is_empty() {
        String::new()
    } else {
        format!(": {why}")
    };
    Requested {
        id: unit_question(run, unit, attempt(run, unit), &format!("action/{}", act.action_digest)),
        unit: Some(unit.clone()),
        about: About::Action {
            action: act.action.clone(),
            digest: act.action_digest,
            args: Arc::clone(&act.args),
            subjects: act.verdict.subjects().to_vec(),
        },
        prompt: format!("May `{unit}` do `{}`?{because}", act.action),
        shown: Vec::new(),
        choices: vec![question::APPROVE.to_owned(), question::REJECT.to_owned()],
        assignees: Vec::new(),
        form: None,
        expires_at: None,
        on_expire: None,
        label: None,
    }
}

/// The idempotency key of a unit: the same for every attempt of a generation.
fn key(run: &Run, unit: &Unit) -> String {
    let item = unit.item.map_or_else(String::new, |item| item.to_string());
    let part = match unit.part {
        Part::Main => "",
        Part::Reconcile => "/reconcile",
        Part::Compensate => "/compensate",
    };
    let generation = match run
        .progress(unit)
        .map_or_else(|| run.generation(&unit.step), |progress| progress.generation)
    {
        0 => String::new(),
        generation => format!(":{generation}"),
    };
    format!("som1:{}:{}{part}:{item}{generation}", run.started().run, unit.step)
}

fn denial(because: Vec<Reason>) -> Fault {
    Fault::new(FaultKind::Denied, Refused::Denied { because }.to_string())
        .hint("the constitution decides what may happen; `somagent doctor` says where it lies")
}

//! Events as lines: what `-o jsonl` and the plain log print.
//!
//! A pure function of recorded facts, so a run watched live and one read later look the same.

use serde_json::{Map, Value, json};

use super::question;
use crate::engine::drive::{GRACE, Notice};
use crate::engine::fact::{FactError, Finished, Outcome, Part, RunFact, Settled, Started, Unit, UnitFault};
use crate::journal::{Event, Stream};
use crate::policy::Decision;
use crate::sight::amount::counted;
use crate::sight::matter::doubted;
use crate::sight::workspace::Directory;

/// One line of `-o jsonl`, version 1 of the envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The event's number; absent on what is not recorded.
    pub seq: Option<u64>,
    /// Milliseconds since 1970 UTC; absent on what is not recorded.
    pub at: Option<i64>,
    /// The run that it is about: the one that was asked for, or one that a step of it has begun.
    pub run: String,
    /// `step.started`, `run.finished`, ….
    pub kind: &'static str,
    /// What the kind says.
    pub data: Value,
}

impl Line {
    /// The envelope around it.
    pub fn envelope(&self) -> Value {
        let mut object = Map::new();
        object.insert("v".into(), json!(1));
        if let Some(seq) = self.seq {
            object.insert("seq".into(), json!(seq));
        }
        if let Some(at) = self.at {
            object.insert("ts".into(), json!(super::time::rfc3339(at)));
        }
        object.insert("run".into(), json!(self.run));
        object.insert("type".into(), json!(self.kind));
        object.insert("data".into(), self.data.clone());
        Value::Object(object)
    }

    /// The same among others: an end that was not the last word, because the run was reopened, is `run.ended`.
    #[must_use]
    pub fn among(mut self, is_last: bool) -> Self {
        if self.kind == FINISHED && !is_last {
            self.kind = "run.ended";
        }
        self
    }
}

/// The end of the run that was asked for.
pub const FINISHED: &str = "run.finished";

/// The lines that one notice gives to whoever asked for the run `asked`.
///
/// # Errors
/// The event is of a kind or a form that this version does not know.
pub fn of_notice(notice: &Notice, asked: &str) -> Result<Vec<Line>, FactError> {
    match notice {
        Notice::Event(event) => of_event(event, asked),
        Notice::Delta { run, unit, text } => Ok(vec![Line {
            seq: None,
            at: None,
            run: run.clone(),
            kind: "model.delta",
            data: with_unit(unit, json!({ "text": text })),
        }]),
        // Said to people only.
        Notice::Landing { .. } => Ok(Vec::new()),
    }
}

/// The lines that one stored event gives to whoever asked for the run `asked`.
///
/// The end of a run that a step has begun is `child.finished`: there is one `run.finished`, and it comes last.
///
/// # Errors
/// The event is of a kind or a form that this version does not know.
pub fn of_event(event: &Event, asked: &str) -> Result<Vec<Line>, FactError> {
    let run = run_of(event);
    let line = |kind: &'static str, data: Value| Line {
        seq: Some(event.seq()),
        at: Some(event.at()),
        run: run.clone(),
        kind,
        data,
    };
    Ok(match RunFact::recorded(event)? {
        RunFact::Started(started) => {
            let pinned = pinned(&started);
            let mut data = json!({
                "capsule": started.capsule, "workspace": started.workspace, "inputs": started.inputs,
                "seed": started.seed, "budget": started.limit, "model": started.model,
                "idempotency_key": started.idempotency_key, "offline": started.offline,
                "parent": started.parent.map(|parent| json!({"run": parent.run, "step": parent.unit.to_string()})),
                "forked": started.forked,
            });
            if let Some(data) = data.as_object_mut() {
                data.extend(pinned);
            }
            vec![line("run.started", data)]
        }
        // The first owner is the one that started the run.
        RunFact::Leased(leased) if leased.epoch == 1 => Vec::new(),
        RunFact::Leased(leased) => vec![line("run.resumed", json!({"epoch": leased.epoch, "pid": leased.pid}))],
        RunFact::Expanded(expanded) => vec![line(
            "step.expanded",
            json!({"step": expanded.step, "items": expanded.items.len()}),
        )],
        RunFact::Skipped(skipped) => vec![line("step.skipped", json!({"step": skipped.step}))],
        RunFact::Judged(judged) => {
            let mut data = json!({
                "action": judged.action, "attempt": judged.attempt,
                "decision": judged.verdict.decision(), "because": judged.verdict.because(),
                "action_digest": judged.verdict.action_digest(),
            });
            if let Some(directory) = Directory::of(&judged) {
                data["workspace"] = json!(directory);
            }
            vec![line("tool.requested", with_unit(&judged.unit, data))]
        }
        RunFact::StepStarted(started) => {
            let data = json!({
                "action": started.action, "attempt": started.attempt, "effect": started.effect,
                "key": started.key, "reserved": started.reserved,
            });
            vec![line("step.started", with_unit(&started.unit, data))]
        }
        RunFact::Settled(settled) => settled_lines(&settled, line),
        RunFact::InDoubt(doubt) => {
            let data = json!({
                "attempt": doubt.attempt, "key": doubt.key, "then": doubt.then, "message": doubt.message,
            });
            let used = doubt.usage.iter();
            let used = used.map(|usage| line("model.usage", with_unit(&doubt.unit, json!(usage))));
            let doubted = line("step.in_doubt", with_unit(&doubt.unit, data));
            used.chain(std::iter::once(doubted)).collect()
        }
        RunFact::Admitted(_) => vec![line("run.admitted", json!({}))],
        RunFact::Paused(paused) => vec![line("run.paused", json!({"why": paused.why}))],
        RunFact::Resumed(resumed) => vec![line("run.unpaused", json!({"by": resumed.by}))],
        RunFact::Cancelling(cancelling) => vec![line("run.cancelling", json!(cancelling))],
        RunFact::Failing(failing) => vec![line("warning", json!({"error": error_data(&failing.fault.fault)}))],
        RunFact::Reopened(reopened) => vec![line("run.reopened", json!({"by": reopened.by}))],
        RunFact::Raised(raised) => vec![line("budget.updated", json!(raised))],
        RunFact::Reset(reset) => vec![line("step.reset", json!(reset))],
        RunFact::Adopted(adopted) => vec![line(
            "step.adopted",
            json!({"step": adopted.step, "skipped": adopted.output.is_none()}),
        )],
        RunFact::Requested(requested) => vec![line("approval.requested", question::requested_data(&requested))],
        RunFact::Resolved(resolved) => vec![line(
            "approval.resolved",
            json!({
                "id": resolved.id, "choice": resolved.choice, "by": resolved.by, "reason": resolved.reason,
                "form": resolved.form, "expired": resolved.expired,
            }),
        )],
        RunFact::Endorsed(endorsed) => vec![line(
            "output.endorsed",
            json!({"step": endorsed.unit.to_string(), "attempt": endorsed.attempt, "parts": endorsed.parts}),
        )],
        RunFact::Tripped(tripped) => vec![line(
            "guardrail.tripped",
            json!({"step": tripped.unit.as_ref().map(ToString::to_string), "findings": tripped.findings}),
        )],
        RunFact::Finished(finished) => {
            let head = event.hash().to_string();
            let kind = if run == asked { FINISHED } else { "child.finished" };
            vec![line(kind, finished_data(&run, &finished, Some(&head)))]
        }
    })
}

/// The run of an event; empty for an event of the house.
pub fn run_of(event: &Event) -> String {
    match Stream::parse(&event.header().stream) {
        Some(Stream::Run(run)) => run,
        Some(Stream::House(_)) | None => String::new(),
    }
}

fn settled_lines(settled: &Settled, line: impl Fn(&'static str, Value) -> Line) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(usage) = &settled.usage {
        lines.push(line("model.usage", with_unit(&settled.unit, json!(usage))));
    }
    let data = json!({"attempt": settled.attempt, "spent": settled.spent});
    let mut data = with_unit(&settled.unit, data);
    match &settled.outcome {
        Outcome::Completed { artifacts, .. } => {
            data["artifacts"] = json!(artifacts);
            if let Some(cached) = &settled.cache {
                data["cache"] = json!(cached);
            }
            lines.push(line("step.completed", data));
        }
        Outcome::Failed { fault } => {
            data["error"] = error_data(fault);
            let again = settled.retry_at.map(super::time::rfc3339);
            // A failure that is tried again is no failure yet.
            let kind = if again.is_some() { "retry" } else { "step.failed" };
            if let Some(again) = again {
                data["at"] = json!(again);
            }
            lines.push(line(kind, data));
        }
    }
    lines
}

fn with_unit(unit: &Unit, mut data: Value) -> Value {
    if let Value::Object(object) = &mut data {
        object.insert("step".into(), json!(unit.step));
        if let Some(item) = unit.item {
            object.insert("item".into(), json!(item));
        }
        if unit.part != Part::Main {
            object.insert("part".into(), json!(unit.part));
        }
    }
    data
}

/// `{kind, message, retryable, hint}`.
pub fn error_data(fault: &crate::engine::fact::Fault) -> Value {
    json!({
        "kind": fault.kind, "message": fault.message, "retryable": fault.kind.retry_class().is_some(), "hint": fault.hint,
    })
}

/// What `-o json` prints of a run and `run.finished` carries.
pub fn finished_data(run: &str, finished: &Finished, head: Option<&str>) -> Value {
    let error = finished.fault.as_ref().map(|UnitFault { unit, fault }| {
        let mut data = error_data(fault);
        data["step"] = json!(unit.as_ref().map(ToString::to_string));
        data
    });
    json!({
        "v": 1, "run": run, "status": finished.status, "exit_code": finished.exit_code,
        "outputs": finished.outputs.as_ref().map(|outputs| &outputs.value),
        "artifacts": finished.artifacts, "usage": finished.spent,
        "cost": {"micro_usd": finished.spent.micro_usd}, "error": error, "audit_head": head,
        "cut": finished.cut.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "doubts": finished.doubts.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// What people are told who asked to stop while so many effects have to end first.
pub fn landing(effects: usize) -> String {
    let effects = if effects == 1 {
        "1 effect".to_owned()
    } else {
        format!("{effects} effects")
    };
    let seconds = GRACE.as_secs();
    format!("waiting up to {seconds} s for {effects}; press again to stop now")
}

/// What was judged and why, for people who want to know more; none for other events.
///
/// # Errors
/// The event is of a kind or a form that this version does not know.
pub fn judged(event: &Event) -> Result<Option<String>, FactError> {
    let RunFact::Judged(judged) = RunFact::recorded(event)? else {
        return Ok(None);
    };
    let decided = match judged.verdict.decision() {
        Decision::Allow => "allowed",
        Decision::Ask => "asks",
        Decision::Deny => "denied",
    };
    let because: Vec<&str> = judged
        .verdict
        .because()
        .iter()
        .map(|reason| reason.text.as_str())
        .collect();
    let unit = judged.unit.to_string();
    Ok(Some(format!(
        "{unit:<16} {} {decided}: {}",
        judged.action,
        because.join("; ")
    )))
}

/// The plain line of an event, for people who asked for the run `asked`; some events say nothing on their own.
///
/// # Errors
/// The event is of a kind or a form that this version does not know.
pub fn plain(event: &Event, asked: &str) -> Result<Option<String>, FactError> {
    let line = plain_event(event)?;
    // What a step's run does stands beneath the step.
    let inner = run_of(event) != asked;
    Ok(line.map(|line| if inner { format!("  {line}") } else { line }))
}

fn plain_event(event: &Event) -> Result<Option<String>, FactError> {
    Ok(match RunFact::recorded(event)? {
        RunFact::Started(started) => Some(format!(
            "run {}  {} {}  in {}",
            started.run,
            started.capsule.name,
            started.capsule.version,
            started.workspace.display()
        )),
        RunFact::Leased(leased) if leased.epoch == 1 => None,
        RunFact::Leased(leased) => Some(format!("resumed (owner {})", leased.epoch)),
        RunFact::Expanded(expanded) => Some(format!("{:<16} {} items", expanded.step, expanded.items.len())),
        RunFact::Skipped(skipped) => Some(format!("{:<16} skipped", skipped.step)),
        RunFact::Judged(judged) => match judged.verdict.decision() {
            Decision::Allow | Decision::Ask => None,
            Decision::Deny => Some(format!("{:<16} {} denied", judged.unit.to_string(), judged.action)),
        },
        // An item of a loop says enough when it is over.
        RunFact::StepStarted(started) if started.unit.item.is_some() => None,
        RunFact::StepStarted(started) => Some(format!("{:<16} {} …", started.unit.to_string(), started.action)),
        RunFact::Settled(settled) => Some(plain_settled(&settled, event.at())),
        RunFact::InDoubt(doubt) => Some(format!("{:<16} in doubt: {}", doubt.unit.to_string(), doubted(&doubt))),
        RunFact::Admitted(_) | RunFact::Resumed(_) => None,
        RunFact::Paused(paused) => Some(format!("paused: {}", crate::sight::status::why_text(&paused.why))),
        RunFact::Cancelling(cancelling) => Some(format!("cancelled by {}", cancelling.by)),
        RunFact::Failing(failing) => Some(format!("failing: {}", failing.fault.fault.message)),
        RunFact::Reopened(reopened) => Some(format!("reopened by {}", reopened.by)),
        RunFact::Raised(raised) => Some(format!("budget changed by {}", raised.by)),
        RunFact::Reset(reset) => Some(format!("again: {}", reset.steps.join(", "))),
        RunFact::Adopted(adopted) => Some(format!("{:<16} taken over", adopted.step)),
        RunFact::Requested(requested) => Some(format!(
            "{:<16} asks {}: {}",
            requested.unit.as_ref().map_or_else(String::new, ToString::to_string),
            requested.id,
            requested.prompt
        )),
        RunFact::Resolved(resolved) => Some(format!("{:<16} {} by {}", resolved.id, resolved.choice, resolved.by)),
        RunFact::Endorsed(endorsed) => Some(format!(
            "{:<16} endorsed {} of its answer",
            endorsed.unit.to_string(),
            counted(endorsed.parts.len(), "part")
        )),
        RunFact::Tripped(tripped) => Some(format!(
            "{:<16} {} findings of guardrails",
            tripped.unit.as_ref().map_or_else(String::new, ToString::to_string),
            tripped.findings.len()
        )),
        RunFact::Finished(finished) => Some(ended(&finished)),
    })
}

fn plain_settled(settled: &Settled, at: i64) -> String {
    let unit = settled.unit.to_string();
    let seconds = super::time::seconds(settled.spent.wall_ms);
    if let (Outcome::Failed { fault }, Some(again)) = (&settled.outcome, settled.retry_at) {
        return format!("{unit:<16} again {}: {}", super::time::until(at, again), fault.message);
    }
    if settled.cache.as_ref().is_some_and(|cached| cached.hit.is_some()) {
        return format!("{unit:<16} ok  cached");
    }
    match (&settled.outcome, &settled.usage) {
        (Outcome::Completed { .. }, None) => format!("{unit:<16} ok  {seconds}"),
        (Outcome::Completed { .. }, Some(usage)) => format!(
            "{unit:<16} ok  {seconds}  {}+{} tokens{}",
            usage.prompt_tokens,
            usage.output_tokens,
            if usage.cut { ", cut" } else { "" }
        ),
        (Outcome::Failed { fault }, _) => format!("{unit:<16} failed: {}", fault.message),
    }
}

/// How a run ended and what it spent, as people read it.
pub fn ended(finished: &Finished) -> String {
    let spent = finished.spent;
    format!(
        "{}  {} steps, {} tokens, {}",
        match finished.status {
            crate::engine::fact::Status::Succeeded => "succeeded",
            crate::engine::fact::Status::Failed => "failed",
            crate::engine::fact::Status::Denied => "denied",
            crate::engine::fact::Status::Cancelled => "cancelled",
        },
        spent.steps,
        spent.tokens,
        super::time::seconds(spent.wall_ms)
    )
}

/// The heads that a run is pinned to, and the model that is asked where one is not sure enough; nothing where there is
/// none.
pub fn pinned(started: &Started) -> Map<String, Value> {
    let heads = (!started.heads.is_empty()).then(|| ("heads".to_owned(), json!(started.heads)));
    let escalate = started.escalate.as_ref().map(|pin| ("escalate".to_owned(), json!(pin)));
    heads.into_iter().chain(escalate).collect()
}

//! Events as lines: what `-o jsonl` and the plain log print.
//!
//! A pure function of recorded facts, so a run watched live and one read later look the same.

use serde_json::{Map, Value, json};

use crate::engine::drive::Notice;
use crate::engine::fact::{FactError, Finished, Outcome, RunFact, Settled, Unit, UnitFault};
use crate::journal::{Event, Stream};
use crate::policy::Decision;

/// One line of `-o jsonl`, version 1 of the envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The event's number; absent on what is not recorded.
    pub seq: Option<u64>,
    /// Milliseconds since 1970 UTC; absent on what is not recorded.
    pub at: Option<i64>,
    /// `step.started`, `run.finished`, ….
    pub kind: &'static str,
    /// What the kind says.
    pub data: Value,
}

impl Line {
    /// The envelope around it, for the run `run`.
    pub fn envelope(&self, run: &str) -> Value {
        let mut object = Map::new();
        object.insert("v".into(), json!(1));
        if let Some(seq) = self.seq {
            object.insert("seq".into(), json!(seq));
        }
        if let Some(at) = self.at {
            object.insert("ts".into(), json!(super::time::rfc3339(at)));
        }
        object.insert("run".into(), json!(run));
        object.insert("type".into(), json!(self.kind));
        object.insert("data".into(), self.data.clone());
        Value::Object(object)
    }
}

/// The lines that one notice gives.
///
/// # Errors
/// The event is of a kind or a form that this version does not know.
pub fn of_notice(notice: &Notice) -> Result<Vec<Line>, FactError> {
    match notice {
        Notice::Event(event) => of_event(event),
        Notice::Delta { unit, text } => Ok(vec![Line {
            seq: None,
            at: None,
            kind: "model.delta",
            data: with_unit(unit, json!({ "text": text })),
        }]),
    }
}

/// The lines that one stored event gives.
///
/// # Errors
/// The event is of a kind or a form that this version does not know.
pub fn of_event(event: &Event) -> Result<Vec<Line>, FactError> {
    let line = |kind: &'static str, data: Value| Line {
        seq: Some(event.seq()),
        at: Some(event.at()),
        kind,
        data,
    };
    Ok(match RunFact::recorded(event)? {
        RunFact::Started(started) => vec![line(
            "run.started",
            json!({
                "capsule": started.capsule, "workspace": started.workspace, "inputs": started.inputs,
                "seed": started.seed, "budget": started.limit, "model": started.model,
                "idempotency_key": started.idempotency_key, "offline": started.offline,
            }),
        )],
        // The first owner is the one that started the run.
        RunFact::Leased(leased) if leased.epoch == 1 => Vec::new(),
        RunFact::Leased(leased) => vec![line("run.resumed", json!({"epoch": leased.epoch, "pid": leased.pid}))],
        RunFact::Expanded(expanded) => vec![line(
            "step.expanded",
            json!({"step": expanded.step, "items": expanded.items.len()}),
        )],
        RunFact::Skipped(skipped) => vec![line("step.skipped", json!({"step": skipped.step}))],
        RunFact::Judged(judged) => {
            let data = json!({
                "action": judged.action, "attempt": judged.attempt,
                "decision": judged.verdict.decision(), "because": judged.verdict.because(),
                "action_digest": judged.verdict.action_digest(),
            });
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
            let data = json!({"attempt": doubt.attempt, "key": doubt.key});
            vec![line("step.in_doubt", with_unit(&doubt.unit, data))]
        }
        RunFact::Finished(finished) => {
            let run = match Stream::parse(&event.header().stream) {
                Some(Stream::Run(run)) => run,
                Some(Stream::House(_)) | None => String::new(),
            };
            let head = event.hash().to_string();
            vec![line("run.finished", finished_data(&run, &finished, Some(&head)))]
        }
    })
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
            lines.push(line("step.completed", data));
        }
        Outcome::Failed { fault } => {
            data["error"] = error_data(fault);
            lines.push(line("step.failed", data));
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
    }
    data
}

/// `{kind, message, retryable, hint}`.
pub fn error_data(fault: &crate::engine::fact::Fault) -> Value {
    json!({
        "kind": fault.kind, "message": fault.message, "retryable": false, "hint": fault.hint,
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
    })
}

/// The plain line of an event, for people; some events say nothing on their own.
///
/// # Errors
/// The event is of a kind or a form that this version does not know.
pub fn plain(event: &Event) -> Result<Option<String>, FactError> {
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
            Decision::Allow => None,
            Decision::Ask => Some(format!(
                "{:<16} {} needs an approval",
                judged.unit.to_string(),
                judged.action
            )),
            Decision::Deny => Some(format!("{:<16} {} denied", judged.unit.to_string(), judged.action)),
        },
        // An item of a loop says enough when it is over.
        RunFact::StepStarted(started) if started.unit.item.is_some() => None,
        RunFact::StepStarted(started) => Some(format!("{:<16} {} …", started.unit.to_string(), started.action)),
        RunFact::Settled(settled) => Some(plain_settled(&settled)),
        RunFact::InDoubt(doubt) => Some(format!(
            "{:<16} in doubt: its effect is unknown",
            doubt.unit.to_string()
        )),
        RunFact::Finished(finished) => Some(plain_finished(&finished)),
    })
}

fn plain_settled(settled: &Settled) -> String {
    let unit = settled.unit.to_string();
    let seconds = super::time::seconds(settled.spent.wall_ms);
    match (&settled.outcome, &settled.usage) {
        (Outcome::Completed { .. }, None) => format!("{unit:<16} ok  {seconds}"),
        (Outcome::Completed { .. }, Some(usage)) => format!(
            "{unit:<16} ok  {seconds}  {}+{} tokens",
            usage.prompt_tokens, usage.output_tokens
        ),
        (Outcome::Failed { fault }, _) => format!("{unit:<16} failed: {}", fault.message),
    }
}

fn plain_finished(finished: &Finished) -> String {
    let spent = finished.spent;
    format!(
        "{}  {} steps, {} tokens, {}",
        match finished.status {
            crate::engine::fact::Status::Succeeded => "succeeded",
            crate::engine::fact::Status::Failed => "failed",
            crate::engine::fact::Status::Denied => "denied",
        },
        spent.steps,
        spent.tokens,
        super::time::seconds(spent.wall_ms)
    )
}

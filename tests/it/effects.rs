//! What the record of a run says about its effects, checked against what was promised.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::ledger::Ledger;

/// What a run did, as its record has it.
#[derive(Debug, Default)]
pub struct Record {
    /// How it ended.
    pub status: String,
    /// How often each unit was begun.
    pub begun: BTreeMap<String, u64>,
    /// Units of which nobody knew whether their effect happened, and how often.
    pub doubted: BTreeMap<String, u64>,
    /// Units whose last word is a failure.
    pub failed: BTreeSet<String>,
    /// How many questions were asked about doubts.
    pub asked: u64,
    /// How often it was taken over.
    pub owners: u64,
}

/// Where one unit is.
#[derive(Debug, Default)]
struct Unit {
    key: Option<Value>,
    child: Option<Value>,
    /// The owner under which it was begun, until something is recorded of its end.
    open: Option<u64>,
    /// What has to come before an `external` effect may happen again.
    blocked: Option<&'static str>,
    completed: bool,
}

/// Checks that the record of `run`, which is over, accounts for every attempt, doubt and question.
pub fn check_record(events: &[Value], run: &str) -> Record {
    let mut record = Record::default();
    let mut units: BTreeMap<String, Unit> = BTreeMap::new();
    let mut questions: BTreeMap<String, (Value, Option<String>)> = BTreeMap::new();
    let stream = format!("run/{run}");
    for event in events
        .iter()
        .filter(|event| event["header"]["stream"] == stream.as_str())
    {
        assert!(record.status.is_empty(), "something happened after the end: {event}");
        let body = &event["body"];
        let name = unit_name(&body["unit"]);
        match event["header"]["kind"].as_str().unwrap() {
            "run.leased" => {
                record.owners += 1;
                assert_eq!(body["epoch"], record.owners, "{event}");
            }
            "step.started" => {
                let unit = units.entry(name.clone()).or_default();
                begin(unit, body, record.owners, event);
                *record.begun.entry(name).or_default() += 1;
            }
            "step.settled" => {
                let unit = units.entry(name.clone()).or_default();
                let completed = body["outcome"]["status"] == "completed";
                assert!(!unit.completed, "it ended twice: {event}");
                unit.completed = completed;
                (unit.open, unit.blocked) = (None, None);
                if !completed && body["retry_at"].is_null() {
                    record.failed.insert(name.clone());
                }
                if body["found"] == false {
                    let main = name.trim_end_matches(".reconcile");
                    units.get_mut(main).unwrap().blocked = None;
                }
            }
            "step.in_doubt" => {
                // Every doubt is looked into anew.
                units.remove(&format!("{name}.reconcile"));
                let unit = units.entry(name.clone()).or_default();
                unit.open = None;
                unit.blocked = match body["then"].as_str().unwrap() {
                    "ask" => Some("nobody was asked"),
                    "reconcile" => Some("nobody looked"),
                    "fail" => Some("it was to fail"),
                    "retry" => None,
                    other => panic!("`{other}` is not expected in this test: {event}"),
                };
                *record.doubted.entry(name).or_default() += 1;
            }
            "approval.requested" => {
                record.asked += u64::from(body["about"]["kind"] == "doubt");
                let before = questions.insert(body["id"].as_str().unwrap().to_owned(), (body.clone(), None));
                assert!(before.is_none(), "asked twice: {event}");
            }
            "approval.resolved" => {
                let (asked, decided) = questions.get_mut(body["id"].as_str().unwrap()).unwrap();
                let choice = body["choice"].as_str().unwrap().to_owned();
                if choice == "retry" {
                    units.get_mut(&unit_name(&asked["unit"])).unwrap().blocked = None;
                }
                assert_eq!(decided.replace(choice), None, "decided twice: {event}");
            }
            "run.finished" => body["status"].as_str().unwrap().clone_into(&mut record.status),
            // Ten deaths in a row without getting on: whoever goes on then knows of them.
            "run.paused" => assert_eq!(body["why"]["kind"], "crashes", "{event}"),
            "run.started" | "run.resumed" | "step.judged" | "step.expanded" | "step.skipped" => {}
            other => panic!("`{other}` is not expected in this test: {event}"),
        }
    }
    for (name, unit) in &units {
        assert_eq!((unit.open, unit.blocked), (None, None), "`{name}` was left open");
        if let Some(child) = unit.child.as_ref().and_then(Value::as_str) {
            let ended = if unit.completed { "succeeded" } else { "failed" };
            assert_eq!(check_record(events, child).status, ended, "`{name}`");
        }
    }
    let undecided = questions.values().filter(|(_, decided)| decided.is_none());
    assert_eq!(undecided.count(), 0, "{questions:?}");
    assert!(!record.status.is_empty(), "run {run} is not over");
    record
}

fn begin(unit: &mut Unit, body: &Value, owner: u64, event: &Value) {
    assert!(!unit.completed, "a completed unit began again: {event}");
    assert_eq!(body["epoch"], owner, "{event}");
    let key = unit.key.get_or_insert_with(|| body["key"].clone());
    assert_eq!(*key, body["key"], "its key changed: {event}");
    if body["child"].is_object() {
        let child = unit.child.get_or_insert_with(|| body["child"]["run"].clone());
        assert_eq!(*child, body["child"]["run"], "another run was begun: {event}");
    }
    let interrupted = unit.open.is_none_or(|earlier| earlier < owner);
    assert!(interrupted, "begun twice by one owner: {event}");
    if body["effect"] == "external" {
        assert_eq!(unit.blocked, None, "it may have happened: {event}");
        assert_eq!(unit.open, None, "its end is not known: {event}");
    }
    unit.open = Some(owner);
}

/// A unit as the program prints it: `step[item].part`.
fn unit_name(unit: &Value) -> String {
    let mut name = unit["step"].as_str().unwrap_or_default().to_owned();
    if let Some(item) = unit["item"].as_u64() {
        name.push_str(&format!("[{item}]"));
    }
    if let Some(part) = unit["part"].as_str() {
        name.push_str(&format!(".{part}"));
    }
    name
}

/// What a person answers who looks into the service's log.
pub fn answer_doubt(ledger: &Ledger, reference: &str) -> &'static str {
    if ledger.count(reference) > 0 {
        "happened"
    } else {
        "retry"
    }
}

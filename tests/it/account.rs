//! What the journal says about every attempt of a run, checked against what was promised.

use std::collections::BTreeMap;

use serde_json::Value;

/// What happened to one unit of a run.
#[derive(Debug, Default)]
struct Account {
    attempt: u64,
    /// The owner under which the attempt that is not settled began.
    open: Option<u64>,
    completed: bool,
}

/// Checks that the record of `run` accounts for every attempt of every unit.
///
/// A completed unit never starts again; an attempt that was not settled is followed by another one under a later
/// owner, unless the run is not over; the run finishes at most once, last.
pub fn check_account(events: &[Value], run: &str) {
    let stream = format!("run/{run}");
    let mut units: BTreeMap<String, Account> = BTreeMap::new();
    let (mut epoch, mut finished) = (0, false);
    for event in events
        .iter()
        .filter(|event| event["header"]["stream"] == stream.as_str())
    {
        assert!(!finished, "something happened after the end: {event}");
        let body = &event["body"];
        let unit = units.entry(body["unit"].to_string()).or_default();
        match event["header"]["kind"].as_str().unwrap() {
            "run.leased" => {
                let next = body["epoch"].as_u64().unwrap();
                assert_eq!(next, epoch + 1, "{event}");
                epoch = next;
            }
            "step.started" => {
                assert!(!unit.completed, "a completed step started again: {event}");
                assert_eq!(body["attempt"], unit.attempt + 1, "{event}");
                assert_eq!(body["epoch"], epoch, "{event}");
                assert!(
                    unit.open.is_none_or(|earlier| earlier < epoch),
                    "started twice by one owner: {event}"
                );
                (unit.attempt, unit.open) = (unit.attempt + 1, Some(epoch));
            }
            "step.settled" => {
                assert_eq!(body["attempt"], unit.attempt, "{event}");
                assert_eq!(unit.open.take(), Some(epoch), "settled without a start: {event}");
                assert!(!unit.completed, "completed twice: {event}");
                unit.completed = body["outcome"]["status"] == "completed";
            }
            "run.finished" => {
                finished = true;
                for (name, unit) in &units {
                    assert_eq!(unit.open, None, "`{name}` was left open: {event}");
                }
            }
            "run.started" | "step.judged" | "step.expanded" | "step.skipped" => {}
            other => panic!("`{other}` is not expected in this test: {event}"),
        }
    }
    assert!(epoch > 0, "the run has no record");
}

//! Rows are what the events say.

use super::*;
use serde_json::json;

/// Folds an event whose seq is its time and a hundred.
fn tell(row: &mut RunRow, kind: &str, body: &Value, at: i64) {
    let seq = at.cast_unsigned() + 100;
    row.apply(&Seen { seq, at, kind, body });
}

#[test]
fn a_row_is_the_fold_of_its_events() {
    let mut row = RunRow::new("r");
    let digest = "d".repeat(128);
    let started = json!({
        "capsule": {"name": "tidy", "version": "1.2.0", "digest": digest}, "idempotency_key": "k",
        "workspace": "/home/ann/notes", "unknown": [1], "parent": {"run": "p", "unit": {"step": "each", "item": 3}}, "slot": null
    });
    tell(&mut row, "run.started", &started, 10);
    tell(&mut row, "run.leased", &json!({"epoch": 1, "owner": "p"}), 11);
    tell(&mut row, "step.rendered", &json!({}), 12);
    tell(&mut row, "step.started", &json!({}), 13);
    tell(
        &mut row,
        "step.settled",
        &json!({"outcome": {"status": "succeeded"}}),
        14,
    );
    assert_eq!((row.status.as_str(), row.finished_at), (RUNNING, None));
    tell(
        &mut row,
        "run.finished",
        &json!({"status": "succeeded", "exit_code": 0}),
        15,
    );
    let expected = RunRow {
        id: "r".into(),
        capsule: "tidy".into(),
        version: "1.2.0".into(),
        digest,
        workspace: Some("/home/ann/notes".into()),
        idempotency_key: Some("k".into()),
        parent: Some(Parent {
            run: "p".into(),
            step: "each".into(),
            item: Some(3),
        }),
        slot: None,
        first_seq: 110,
        status: "succeeded".into(),
        exit_code: Some(0),
        started_at: 10,
        finished_at: Some(15),
        head: 6,
        epoch: 1,
        steps_started: 1,
        steps_settled: 1,
        questions: 0,
    };
    assert_eq!(row, expected);
}

#[test]
fn the_status_says_what_a_run_waits_for() {
    let started = json!({"slot": {"key": "repo", "limit": 2, "on_conflict": "queue"}});
    let mut row = RunRow::new("r");
    let null = json!(null);
    for (kind, body, status) in [
        ("run.started", &started, QUEUED),
        ("run.paused", &null, PAUSED),
        ("run.resumed", &null, QUEUED),
        ("run.leased", &json!({"epoch": 1}), QUEUED),
        ("run.admitted", &null, RUNNING),
        ("run.paused", &json!({"why": {"kind": "budget"}}), PAUSED),
        ("step.settled", &null, PAUSED),
        ("run.leased", &json!({"epoch": 2}), PAUSED),
        ("run.resumed", &null, RUNNING),
        ("run.cancelling", &null, CANCELLING),
        ("run.paused", &null, CANCELLING),
        ("run.resumed", &null, CANCELLING),
        ("run.leased", &json!({"epoch": 3}), CANCELLING),
        (
            "run.finished",
            &json!({"status": "cancelled", "exit_code": 6}),
            "cancelled",
        ),
        ("run.paused", &null, "cancelled"),
        ("run.cancelling", &null, "cancelled"),
        ("run.leased", &json!({"epoch": 4}), "cancelled"),
        ("run.reopened", &json!({"by": "user:ann"}), QUEUED),
        ("run.reopened", &null, QUEUED),
        ("run.paused", &null, PAUSED),
        ("run.admitted", &null, PAUSED),
        ("run.resumed", &null, RUNNING),
        ("run.finished", &json!({"status": "failed"}), "failed"),
    ] {
        tell(&mut row, kind, body, 5);
        assert_eq!(row.status, status, "{kind} at {}", row.head);
    }
    let slot = Slot {
        key: "repo".into(),
        limit: 2,
        on_conflict: "queue".into(),
        admitted: true,
    };
    assert_eq!((row.slot, row.epoch, row.exit_code), (Some(slot), 4, None));
}

#[test]
fn a_reopened_run_takes_its_turn_again() {
    let mut row = RunRow::new("r");
    tell(&mut row, "run.started", &json!({"slot": {"key": "repo"}}), 1);
    tell(&mut row, "run.admitted", &json!({}), 2);
    tell(
        &mut row,
        "run.finished",
        &json!({"status": "failed", "exit_code": 1}),
        3,
    );
    tell(&mut row, "run.reopened", &json!({"by": "user:ann"}), 9);
    let admitted = row.slot.map(|slot| slot.admitted);
    assert_eq!(
        (row.first_seq, admitted, row.status.as_str()),
        (109, Some(false), QUEUED)
    );
    assert_eq!((row.finished_at, row.exit_code, row.started_at), (None, None, 1));
}

#[test]
fn bodies_of_another_form_leave_fields_empty() {
    let mut row = RunRow::new("r");
    let kinds = [
        STARTED,
        LEASED,
        ADMITTED,
        PAUSED_FACT,
        RESUMED,
        CANCELLING_FACT,
        REOPENED,
        STEP_STARTED,
        STEP_SETTLED,
        FINISHED,
    ];
    for kind in kinds {
        for body in [
            json!(null),
            json!([]),
            json!("text"),
            json!({"capsule": 1, "epoch": -1, "status": {}, "parent": [], "slot": {"key": 1}}),
        ] {
            tell(&mut row, kind, &body, 5);
        }
    }
    assert_eq!((row.epoch, row.capsule.as_str(), row.status.as_str()), (0, "", ""));
    assert_eq!((row.head, row.parent, row.slot), (40, None, None));
}

//! Reading, and finding a run by what somebody types.

use super::*;
use crate::journal::{ApprovalFilter, ApprovalRow, FindApprovalError, FindError, PAUSED, ReadError, RunFilter};

const IDS: [&str; 3] = [
    "019a9f6e-6f1c-7000-8000-0000000000aa",
    "019a9f6e-6f1c-7000-8000-0000000001ab",
    "019b0000-0000-7000-8000-0000000000ac",
];

async fn three_runs(ground: &Ground) -> Journal {
    let journal = ground.journal();
    for id in IDS {
        journal
            .append(&run(id), 0, &stamp(1), vec![started(None)])
            .await
            .unwrap();
    }
    journal
}

#[tokio::test]
async fn a_run_is_found_by_the_ends_of_its_id() {
    let ground = Ground::new();
    let reader = three_runs(&ground).await.reader().unwrap();
    for (text, id) in [(IDS[1], IDS[1]), ("019b", IDS[2]), ("ab", IDS[1]), ("1ab", IDS[1])] {
        assert_eq!(reader.find_run(text).unwrap().id, id, "{text}");
    }
    for text in ["", "%", "_", "019c", "6f1c", "'"] {
        assert!(
            matches!(reader.find_run(text), Err(FindError::NotFound { .. })),
            "{text}"
        );
    }
    match reader.find_run("019a") {
        Err(FindError::Ambiguous { runs, .. }) => assert_eq!(runs, [IDS[1], IDS[0]]),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn runs_are_listed_newest_first_and_by_state() {
    let ground = Ground::new();
    let journal = three_runs(&ground).await;
    let finished = fact("run.finished", json!({"status": "failed", "exit_code": 3}));
    journal
        .append(&run(IDS[2]), 1, &stamp(9), vec![finished])
        .await
        .unwrap();
    let reader = journal.reader().unwrap();
    let ids = |filter| -> Vec<String> {
        let rows = reader.runs(filter).unwrap();
        rows.into_iter().map(|row| row.id).collect()
    };
    let all = RunFilter::default();
    let (two, unfinished) = (
        RunFilter { limit: Some(2), ..all },
        RunFilter {
            unfinished: true,
            ..all
        },
    );
    assert_eq!(ids(two), [IDS[2], IDS[1]]);
    assert_eq!(ids(unfinished), [IDS[1], IDS[0]]);
    let row = reader.run(IDS[2]).unwrap().unwrap();
    assert_eq!(
        (row.status.as_str(), row.exit_code, row.finished_at),
        ("failed", Some(3), Some(9))
    );
    assert_eq!(reader.run("none").unwrap(), None);
}

#[tokio::test]
async fn runs_are_listed_by_what_they_have_in_common() {
    let ground = Ground::new();
    let journal = ground.journal();
    for (id, capsule, parent) in [
        ("1", "tidy", None),
        ("2", "sort", Some("1")),
        ("3", "tidy", Some("1")),
        ("4", "tidy", Some("2")),
    ] {
        let parent = parent.map(|parent| json!({"run": parent, "step": "each", "item": 4}));
        let body = json!({"capsule": {"name": capsule}, "parent": parent});
        let facts = vec![fact("run.started", body), fact("run.paused", json!({}))];
        journal.append(&run(id), 0, &stamp(1), facts).await.unwrap();
    }
    let resumed = vec![fact("run.resumed", json!({"by": "user:ann"}))];
    journal.append(&run("4"), 2, &stamp(1), resumed).await.unwrap();
    let reader = journal.reader().unwrap();
    let ids = |rows: Vec<crate::journal::RunRow>| -> Vec<String> { rows.into_iter().map(|row| row.id).collect() };
    let listed = |filter| ids(reader.runs(filter).unwrap());
    let all = RunFilter::default();
    let (parent, capsule, status) = (Some("1"), Some("tidy"), Some(PAUSED));
    assert_eq!(listed(all), ["4", "3", "2", "1"]);
    assert_eq!(listed(RunFilter { parent, ..all }), ["3", "2"]);
    assert_eq!(listed(RunFilter { capsule, ..all }), ["4", "3", "1"]);
    assert_eq!(listed(RunFilter { status, ..all }), ["3", "2", "1"]);
    let each = RunFilter {
        unfinished: true,
        parent,
        capsule,
        status,
        limit: Some(1),
    };
    assert_eq!(listed(each), ["3"]);
    assert!(listed(RunFilter { limit: Some(0), ..all }).is_empty());
    assert_eq!(ids(reader.children("1").unwrap()), ["2", "3"]);
    assert!(reader.children("3").unwrap().is_empty());
}

/// Two runs that asked: `r` twice, and one of them was answered; `s` once, and finished.
async fn questions(ground: &Ground) -> Journal {
    let journal = ground.journal();
    let asked = |id: &str, unit: Value| {
        let body = json!({
            "id": id, "unit": unit, "attempt": 1, "about": {"kind": "gate"}, "prompt": "Go on?",
            "choices": ["approve", "reject"], "assignees": ["user:ann"], "expires_at": 900, "form": {"large": true},
        });
        fact("approval.requested", body)
    };
    let answer = json!({"id": "00aa000000000001", "choice": "approve", "by": "user:ann", "reason": "it is fine"});
    let whole = [
        (run("r"), started(None)),
        (run("r"), asked("00aa000000000001", json!({"step": "each", "item": 3}))),
        (
            run("r"),
            asked("00ab000000000002", json!({"step": "check", "part": "main"})),
        ),
        (run("s"), started(None)),
        (
            run("s"),
            asked("ffff000000000003", json!({"step": "check", "item": 0, "part": "judge"})),
        ),
        (run("r"), fact("approval.resolved", answer)),
        (
            run("s"),
            fact("run.finished", json!({"status": "cancelled", "exit_code": 6})),
        ),
    ];
    let mut heads = std::collections::HashMap::new();
    for (at, (stream, fact)) in (1..).zip(whole) {
        let head = heads.entry(stream.clone()).or_insert(0);
        journal.append(&stream, *head, &stamp(at), vec![fact]).await.unwrap();
        *head += 1;
    }
    journal
}

#[tokio::test]
async fn an_approval_is_a_row_from_its_question_to_its_answer() {
    let ground = Ground::new();
    let reader = questions(&ground).await.reader().unwrap();
    let answered = ApprovalRow {
        id: "00aa000000000001".into(),
        run: "r".into(),
        seq: 2,
        run_seq: 2,
        step: Some("each[3]".into()),
        kind: "gate".into(),
        action: None,
        prompt: "Go on?".into(),
        choices: vec!["approve".into(), "reject".into()],
        assignees: vec!["user:ann".into()],
        requested_at: 2,
        expires_at: Some(900),
        resolved_at: Some(6),
        choice: Some("approve".into()),
        by: Some("user:ann".into()),
        void: false,
    };
    let open = ApprovalRow {
        id: "00ab000000000002".into(),
        seq: 3,
        run_seq: 3,
        step: Some("check".into()),
        requested_at: 3,
        resolved_at: None,
        choice: None,
        by: None,
        ..answered.clone()
    };
    let void = ApprovalRow {
        id: "ffff000000000003".into(),
        run: "s".into(),
        seq: 5,
        run_seq: 2,
        step: Some("check[0].judge".into()),
        requested_at: 5,
        void: true,
        ..open.clone()
    };
    let listed = |open_only, run, limit| {
        let filter = ApprovalFilter { open_only, run };
        reader.approvals(filter, limit).unwrap()
    };
    let all = [void.clone(), open.clone(), answered.clone()];
    assert_eq!(listed(false, None, 9), all);
    assert_eq!(listed(false, None, 2), all[..2]);
    assert_eq!(listed(true, None, 9), all[1..2]);
    assert_eq!(listed(true, Some("s"), 9), []);
    assert_eq!(listed(false, Some("s"), 9), [void]);
    assert_eq!(reader.run("r").unwrap().unwrap().questions, 1);
    assert_eq!(reader.run("s").unwrap().unwrap().questions, 0);
    // The row leads to the whole question.
    let event = reader.event(answered.seq).unwrap().unwrap();
    assert!(matches!(event.body(), crate::journal::Body::Present(body) if body["form"]["large"] == true));
    assert_eq!(reader.event(0).unwrap(), None);
    assert_eq!(reader.event(8).unwrap(), None);
}

#[tokio::test]
async fn an_approval_is_found_by_the_beginning_of_its_id() {
    let ground = Ground::new();
    let journal = questions(&ground).await;
    let again = fact("approval.requested", json!({"id": "ffff000000000004"}));
    journal.append(&run("t"), 0, &stamp(9), vec![again]).await.unwrap();
    let reader = journal.reader().unwrap();
    for (text, id) in [
        ("00aa", "00aa000000000001"),
        ("00ab0", "00ab000000000002"),
        ("ffff000000000003", "ffff000000000003"),
    ] {
        assert_eq!(reader.find_approval(text).unwrap().id, id, "{text}");
    }
    for text in ["", "00a", "%"] {
        assert!(
            matches!(reader.find_approval(text), Err(FindApprovalError::TooShort { .. })),
            "{text}"
        );
    }
    for text in [
        "0000",
        "%%%%",
        "____",
        "fffff",
        "ffff0000000000031",
        "'; --",
        "\u{e9}\u{e9}\u{e9}\u{e9}",
    ] {
        assert!(
            matches!(reader.find_approval(text), Err(FindApprovalError::NotFound { .. })),
            "{text}"
        );
    }
    match reader.find_approval("ffff") {
        Err(FindApprovalError::Ambiguous { approvals, .. }) => {
            assert_eq!(approvals, ["ffff000000000004", "ffff000000000003"]);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_result_serves_until_it_expires_or_a_newer_one_comes() {
    let ground = Ground::new();
    let journal = ground.journal();
    let settled = |key: &str, expires_at: Option<i64>, hit: Option<u64>| {
        let cache = json!({"key": key, "expires_at": expires_at, "hit": hit});
        let body = json!({"outcome": {"status": "completed", "output": 1}, "cache": cache});
        fact("step.settled", body)
    };
    let facts = vec![
        settled("aa", Some(100), None),
        settled("bb", None, None),
        settled("aa", Some(500), Some(1)),
    ];
    journal.append(&run("r"), 0, &stamp(1), facts).await.unwrap();
    let reader = journal.reader().unwrap();
    let served = |key, now| reader.cached(key, now).unwrap();
    assert_eq!((served("aa", 99), served("aa", 100)), (Some(1), None));
    assert_eq!((served("bb", i64::MAX), served("cc", 0)), (Some(2), None));
    // From a run that comes first in a rebuild, and is newer.
    let newer = vec![settled("bb", Some(50), None)];
    journal.append(&run("a"), 0, &stamp(1), newer).await.unwrap();
    assert_eq!((served("bb", 49), served("bb", 50)), (Some(4), None));
}

#[tokio::test]
async fn a_reader_sees_what_is_committed_after_it_was_opened() {
    let ground = Ground::new();
    let journal = ground.journal();
    let reader = journal.reader().unwrap();
    let before = reader.data_version().unwrap();
    assert_eq!(reader.data_version().unwrap(), before);
    let events = fill(&journal, 2).await;
    assert_ne!(reader.data_version().unwrap(), before);
    assert_eq!(reader.head().unwrap().seq, 2);
    assert_eq!(reader.tail(1, 10).unwrap(), events[1..]);
    assert_eq!(reader.store_id(), journal.store_id());
}

#[tokio::test]
async fn a_reader_refuses_what_does_not_hang_together() {
    let ground = Ground::new();
    let journal = three_runs(&ground).await;
    fill(&journal, 3).await;
    let reader = journal.reader().unwrap();
    let house = Stream::House("settings".into());
    ground
        .database()
        .execute_batch("DELETE FROM events WHERE seq = 5")
        .unwrap();
    assert!(matches!(reader.tail(0, 10), Err(ReadError::Damaged { seq: 6, .. })));
    assert!(matches!(
        reader.events(&house, 0, 10),
        Err(ReadError::Damaged { seq: 6, .. })
    ));
    assert_eq!(reader.events(&house, 0, 1).unwrap().len(), 1);
    ground
        .database()
        .execute_batch("UPDATE events SET kind = 'x' WHERE seq = 1")
        .unwrap();
    assert!(matches!(reader.tail(0, 1), Err(ReadError::Damaged { seq: 1, .. })));
}

#[tokio::test]
async fn nothing_comes_after_the_last_position_there_can_be() {
    let ground = Ground::new();
    let reader = three_runs(&ground).await.reader().unwrap();
    for after in [3, i64::MAX.cast_unsigned(), 1 << 63, u64::MAX] {
        assert_eq!(reader.tail(after, 9).unwrap(), []);
        assert_eq!(reader.events(&run(IDS[0]), after, 9).unwrap(), []);
    }
}

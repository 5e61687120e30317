//! Reading, and finding a run by what somebody types.

use super::*;
use crate::journal::{FindError, ReadError, RunFilter};

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

//! Views are what the events say.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::*;
use crate::journal::{AppendError, RunFilter, RunRow};

/// One append: to which run, what, and whether with the right epoch.
#[derive(Debug, Clone)]
enum Deed {
    Start(Option<u8>),
    Lease,
    Step,
    Settle(bool),
    Finish(u8),
    Other,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        proptest::option::of(0u8..3).prop_map(Deed::Start),
        Just(Deed::Lease),
        Just(Deed::Step),
        any::<bool>().prop_map(Deed::Settle),
        (0u8..4).prop_map(Deed::Finish),
        Just(Deed::Other),
    ]
}

fn facts(deed: &Deed, row: Option<&RunRow>) -> Vec<Fact> {
    let epoch = row.map_or(0, |row| row.epoch);
    let with_epoch = |fact| Fact {
        epoch: Some(epoch),
        ..fact
    };
    match deed {
        Deed::Start(key) => vec![started(key.map(|key| key.to_string()).as_deref())],
        Deed::Lease => vec![fact("run.leased", json!({"epoch": epoch + 1}))],
        Deed::Step => vec![with_epoch(fact("step.started", json!({"step": "s"})))],
        Deed::Settle(large) => {
            let output = "x".repeat(if *large { 20_000 } else { 10 });
            let settled = json!({"outcome": {"status": "succeeded", "output": output}});
            vec![
                with_epoch(fact("step.settled", settled)),
                fact("step.judged", json!(null)),
            ]
        }
        Deed::Finish(code) => vec![fact("run.finished", json!({"status": "failed", "exit_code": code}))],
        Deed::Other => vec![fact("budget.reserved", json!({"epoch": 9, "status": "no"}))],
    }
}

fn rows(journal: &Journal) -> Vec<RunRow> {
    journal.reader().unwrap().runs(RunFilter::default()).unwrap()
}

proptest! {
    #![proptest_config(Config { cases: 24, ..Config::default() })]
    #[test]
    fn rebuilt_views_equal_those_that_were_kept(deeds in proptest::collection::vec((0u8..4, deed(), 0i64..99), 1..25)) {
        let ground = Ground::new();
        let journal = ground.journal();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let reader = journal.reader().unwrap();
        for (number, deed, at) in &deeds {
            let id = format!("run-{number}");
            let row = reader.run(&id).unwrap();
            let expected = row.as_ref().map_or(0, |row| row.head);
            let appended =
                runtime.block_on(journal.append(&run(&id), expected, &stamp(*at), facts(deed, row.as_ref())));
            prop_assert!(matches!(appended, Ok(_) | Err(AppendError::KeyTaken { .. })), "{:?}", appended);
        }
        runtime.block_on(fill(&journal, 1));
        let kept = rows(&journal);
        drop((reader, journal));
        ground.database().execute_batch("UPDATE store SET views = 0; DELETE FROM runs;").unwrap();
        prop_assert_eq!(rows(&ground.journal()), kept);
    }
}

#[tokio::test]
async fn views_of_another_version_are_built_again_at_opening() {
    let ground = Ground::new();
    let journal = ground.journal();
    journal
        .append(&run("r"), 0, &stamp(1), vec![started(Some("k"))])
        .await
        .unwrap();
    let kept = rows(&journal);
    // A writer that still runs must not write views of a form it does not know.
    ground
        .database()
        .execute_batch("UPDATE store SET views = 77; DROP TABLE runs;")
        .unwrap();
    let refused = journal.append(&run("s"), 0, &stamp(1), vec![started(None)]).await;
    assert!(matches!(refused, Err(AppendError::Storage { .. })), "{refused:?}");
    drop(journal);
    let journal = ground.journal();
    assert_eq!(rows(&journal), kept);
    journal
        .append(&run("s"), 0, &stamp(1), vec![started(None)])
        .await
        .unwrap();
}

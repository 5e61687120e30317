//! What an append promises.

use std::sync::Arc;

use super::*;
use crate::digest::Digest;
use crate::journal::{AppendError, Body, Range, RunFilter, verify};

#[tokio::test]
async fn returned_events_are_those_that_are_read_back() {
    let ground = Ground::new();
    let journal = ground.journal();
    let stamp = Stamp {
        trace: Some("0af7651916cd43dd8448eb211c80319c".into()),
        constitution: Some(Digest::of(b"constitution")),
        ..stamp(-5)
    };
    let facts = vec![
        started(None),
        fact(
            "step.settled",
            json!({"z": 1, "a": [0.1, 1e300, -0.0, 5e-324, u64::MAX, "\u{1f600}\u{0}"]}),
        ),
        fact("step.settled", Value::Null),
        fact("step.settled", json!({"large": "x".repeat(40_000)})),
    ];
    let appended = journal.append(&run("r"), 0, &stamp, facts.clone()).await.unwrap();
    let reader = journal.reader().unwrap();
    assert_eq!(reader.events(&run("r"), 0, 10).unwrap(), appended);
    assert_eq!(reader.tail(0, 10).unwrap(), appended);
    assert_eq!(reader.events(&run("r"), 1, 2).unwrap(), appended[1..3]);
    for (number, (event, fact)) in (1..).zip(appended.iter().zip(&facts)) {
        assert_eq!((event.seq(), event.run_seq(), event.at()), (number, number, -5));
        assert_eq!(
            (event.kind(), event.body()),
            (fact.kind.as_str(), &Body::Present(fact.body.clone()))
        );
        assert_eq!(event.header().trace, stamp.trace);
        assert_eq!(event.header().constitution, stamp.constitution);
        assert_eq!(
            (event.header().stream.as_str(), event.header().tenant.as_str()),
            ("run/r", "local")
        );
    }
    // The order of the fields is part of what was recorded.
    assert!(
        matches!(reader.tail(1, 1).unwrap()[0].body(), Body::Present(body) if body.to_string().starts_with(r#"{"z""#))
    );
    assert_eq!(reader.head().unwrap().hash, appended[3].hash());
    assert_eq!(std::fs::read_dir(&ground.place.blobs).unwrap().count(), 1);
}

#[tokio::test]
async fn each_event_holds_the_hash_of_the_one_before_it() {
    let ground = Ground::new();
    let journal = ground.journal();
    let mut prev = Digest::ZERO;
    for event in fill(&journal, 5).await {
        assert_eq!(event.header().prev, prev);
        prev = event.hash();
    }
}

#[tokio::test]
async fn an_append_to_another_length_is_a_conflict_and_leaves_no_trace() {
    let ground = Ground::new();
    let journal = ground.journal();
    journal
        .append(&run("r"), 0, &stamp(1), vec![started(None)])
        .await
        .unwrap();
    for expected in [0, 2] {
        let refused = journal
            .append(&run("r"), expected, &stamp(2), vec![fact("a", json!(1))])
            .await;
        assert!(matches!(refused, Err(AppendError::Conflict { head: 1 })));
    }
    assert_eq!(journal.reader().unwrap().head().unwrap().seq, 1);
}

#[tokio::test]
async fn a_refused_append_does_not_disturb_its_neighbours() {
    let ground = Ground::new();
    let journal = ground.journal();
    let (at, fact) = (stamp(1), || vec![fact("a.b", json!({}))]);
    let (r, s, t) = (run("r"), run("s"), run("t"));
    // Polled together, so they wait together and share a commit.
    let (first, second, third, fourth) = tokio::join!(
        journal.append(&r, 0, &at, fact()),
        journal.append(&r, 0, &at, fact()),
        journal.append(&s, 7, &at, fact()),
        journal.append(&t, 0, &at, fact()),
    );
    assert_eq!(first.unwrap()[0].seq(), 1);
    assert!(matches!(second, Err(AppendError::Conflict { head: 1 })));
    assert!(matches!(third, Err(AppendError::Conflict { head: 0 })));
    assert_eq!(fourth.unwrap()[0].seq(), 2);
    drop(journal);
    assert_eq!(
        verify(&ground.place, &key().verifying_key(), &Range::Full)
            .unwrap()
            .events,
        2
    );
}

#[tokio::test]
async fn facts_of_an_old_epoch_are_fenced() {
    let ground = Ground::new();
    let journal = ground.journal();
    let leased = |epoch: u64| fact("run.leased", json!({"epoch": epoch}));
    let effect = |epoch: u64| Fact {
        epoch: Some(epoch),
        ..fact("step.started", json!({}))
    };
    let append = async |expected, facts| journal.append(&run("r"), expected, &stamp(1), facts).await;
    let fenced = |outcome: Result<Vec<Event>, AppendError>| match outcome {
        Err(AppendError::Fenced { epoch, newest }) => (epoch, newest),
        other => panic!("{other:?}"),
    };
    // Without a lease the epoch is 0.
    append(0, vec![started(None), effect(0)]).await.unwrap();
    assert_eq!(fenced(append(2, vec![effect(1)]).await), (1, 0));
    // A lease is the next epoch, and counts for the facts after it.
    assert_eq!(fenced(append(2, vec![leased(2)]).await), (2, 0));
    append(2, vec![leased(1), effect(1)]).await.unwrap();
    assert_eq!(fenced(append(4, vec![effect(0)]).await), (0, 1));
    assert_eq!(fenced(append(4, vec![leased(1)]).await), (1, 1));
    assert_eq!(fenced(append(4, vec![leased(2), effect(1)]).await), (1, 2));
    append(4, vec![effect(1), fact("run.cancelled", json!({}))])
        .await
        .unwrap();
    let row = journal.reader().unwrap().run("r").unwrap().unwrap();
    assert_eq!((row.epoch, row.head, row.steps_started), (1, 6, 3));
    // Other streams have epochs of their own.
    journal.append(&run("s"), 0, &stamp(1), vec![effect(0)]).await.unwrap();
    let house = journal
        .append(&Stream::House("link".into()), 0, &stamp(1), vec![effect(3)])
        .await;
    assert_eq!(fenced(house), (3, 0));
}

#[tokio::test]
async fn an_idempotency_key_starts_one_run() {
    let ground = Ground::new();
    let journal = ground.journal();
    let start = async |id, key| journal.append(&run(id), 0, &stamp(1), vec![started(key)]).await;
    start("r", Some("k")).await.unwrap();
    assert!(matches!(start("s", Some("k")).await, Err(AppendError::KeyTaken { run }) if run == "r"));
    start("t", Some("l")).await.unwrap();
    start("u", None).await.unwrap();
    start("v", None).await.unwrap();
    let reader = journal.reader().unwrap();
    assert_eq!(reader.run_by_key("k").unwrap().unwrap().id, "r");
    assert_eq!(reader.run_by_key("m").unwrap(), None);
    assert_eq!(reader.runs(RunFilter::default()).unwrap().len(), 4);
    // Two starts that share a commit.
    let (at, first, second) = (stamp(1), run("w"), run("x"));
    let (first, second) = tokio::join!(
        journal.append(&first, 0, &at, vec![started(Some("n"))]),
        journal.append(&second, 0, &at, vec![started(Some("n"))]),
    );
    assert!(first.is_ok());
    assert!(matches!(second, Err(AppendError::KeyTaken { run }) if run == "w"));
}

#[tokio::test]
async fn an_append_of_nothing_appends_nothing() {
    let ground = Ground::new();
    let journal = ground.journal();
    assert!(
        journal
            .append(&run("r"), 0, &stamp(1), vec![])
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(journal.reader().unwrap().head().unwrap().seq, 0);
}

#[test]
fn two_journals_on_one_file_lose_no_event() {
    let ground = Ground::new();
    let write = |name: &'static str| {
        let journal = Arc::new(ground.journal());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let mut shared = 0;
                for own in 0..150 {
                    journal
                        .append(&run(name), own, &stamp(1), vec![fact("own", json!(own))])
                        .await
                        .unwrap();
                    // Both want the same place in this stream; the loser tries the next one.
                    while let Err(refused) = journal
                        .append(&run("shared"), shared, &stamp(1), vec![fact("shared", json!(name))])
                        .await
                    {
                        match refused {
                            AppendError::Conflict { head } => shared = head,
                            other => panic!("{other}"),
                        }
                    }
                    shared += 1;
                }
            });
        })
    };
    let threads = [write("a"), write("b")];
    for thread in threads {
        thread.join().unwrap();
    }
    let reader = ground.journal().reader().unwrap();
    for (name, events) in [("a", 150), ("b", 150), ("shared", 300)] {
        assert_eq!(
            reader.events(&run(name), 0, usize::MAX).unwrap().len(),
            events,
            "{name}"
        );
        assert_eq!(reader.run(name).unwrap().unwrap().head, events as u64);
    }
    let report = verify(&ground.place, &key().verifying_key(), &Range::Full).unwrap();
    assert_eq!((report.events, report.outside), (600, Some(600)));
}

#[tokio::test]
async fn attack_49_a_clock_that_goes_backwards_does_not_reorder_events() {
    let ground = Ground::new();
    let journal = ground.journal();
    for (expected, at) in [(0, 1_000), (1, 5), (2, -7), (3, 5)] {
        let facts = vec![fact("a.b", json!(expected))];
        journal.append(&run("r"), expected, &stamp(at), facts).await.unwrap();
    }
    let events = journal.reader().unwrap().tail(0, 10).unwrap();
    let order: Vec<_> = events.iter().map(|event| (event.seq(), event.at())).collect();
    assert_eq!(order, [(1, 1_000), (2, 5), (3, -7), (4, 5)]);
    drop(journal);
    assert!(verify(&ground.place, &key().verifying_key(), &Range::Full).is_ok());
}

#[tokio::test]
async fn closing_publishes_the_newest_checkpoint() {
    let ground = Ground::new();
    let journal = ground.journal();
    fill(&journal, 3).await;
    let inside = journal.reader().unwrap().head().unwrap().checkpoint;
    drop(journal);
    assert_eq!(std::fs::read_to_string(&ground.place.checkpoint).unwrap(), inside);
}

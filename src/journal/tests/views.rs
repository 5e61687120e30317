//! Views are what the events say.

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::*;
use crate::journal::{AppendError, ApprovalFilter, ApprovalRow, Deeds, QUEUED, Reader, RunFilter, RunRow};

/// One append: what is said of a run.
#[derive(Debug, Clone)]
enum Deed {
    Start {
        key: Option<u8>,
        slot: Option<u8>,
    },
    Lease,
    Admit,
    Pause,
    Resume,
    Cancel,
    Reopen,
    Step,
    Settle {
        large: bool,
        cache: Option<(u8, i64, bool)>,
    },
    Ask(u8),
    Answer(u8),
    AskAndAnswer(u8),
    Finish(u8),
    Other(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    let optional = |range| proptest::option::of(range);
    let cache = proptest::option::of((0u8..3, 0i64..99, any::<bool>()));
    prop_oneof![
        (optional(0u8..3), optional(0u8..2)).prop_map(|(key, slot)| Deed::Start { key, slot }),
        Just(Deed::Lease),
        Just(Deed::Admit),
        Just(Deed::Pause),
        Just(Deed::Resume),
        Just(Deed::Cancel),
        Just(Deed::Reopen),
        Just(Deed::Step),
        (any::<bool>(), cache).prop_map(|(large, cache)| Deed::Settle { large, cache }),
        (0u8..4).prop_map(Deed::Ask),
        (0u8..4).prop_map(Deed::Answer),
        (0u8..4).prop_map(Deed::AskAndAnswer),
        (0u8..4).prop_map(Deed::Finish),
        (0u8..14).prop_map(Deed::Other),
    ]
}

/// The name of an action; some are asked about, and some are begun.
fn acted(number: u8) -> String {
    format!("http.{}", number % 2)
}

/// Ids repeat, within a run and between runs, as ours never do.
fn asked(number: u8) -> Fact {
    let body = json!({
        "id": format!("{number:016x}"), "unit": {"step": "each", "item": number, "part": "draft"},
        "about": {"kind": "action", "action": acted(number)}, "prompt": "\u{e9}".repeat(300 * usize::from(number)),
        "choices": ["approve", "reject", 7], "assignees": ["user:ann"], "expires_at": null,
    });
    fact("approval.requested", body)
}

fn answered(number: u8) -> Fact {
    let choice = if number == 3 { "reject" } else { "approve" };
    let body = json!({
        "id": format!("{number:016x}"), "choice": choice, "by": "user:bob", "expired": number == 2,
    });
    fact("approval.resolved", body)
}

fn facts(deed: &Deed, row: Option<&RunRow>) -> Vec<Fact> {
    let epoch = row.map_or(0, |row| row.epoch);
    let with_epoch = |fact| Fact {
        epoch: Some(epoch),
        ..fact
    };
    match deed {
        Deed::Start { key, slot } => {
            let mut begun = started(key.map(|key| key.to_string()).as_deref());
            begun.body["slot"] = json!(slot.map(|slot| json!({"key": slot.to_string(), "limit": 2})));
            begun.body["parent"] = json!({"run": "run-0", "unit": {"step": "each", "item": slot}});
            vec![begun]
        }
        Deed::Lease => vec![fact("run.leased", json!({"epoch": epoch + 1}))],
        Deed::Admit => vec![fact("run.admitted", json!({}))],
        Deed::Pause => vec![fact("run.paused", json!({"why": {"kind": "asked"}}))],
        Deed::Resume => vec![fact("run.resumed", json!({"by": "user:ann"}))],
        Deed::Cancel => vec![fact("run.cancelling", json!({"by": "user:ann", "grace_ms": 5}))],
        Deed::Reopen => vec![fact("run.reopened", json!({"by": "user:ann"}))],
        Deed::Step => vec![with_epoch(fact(
            "step.started",
            json!({"step": "s", "action": acted(0)}),
        ))],
        Deed::Settle { large, cache } => {
            let output = "x".repeat(if *large { 20_000 } else { 10 });
            let cache = cache.map(|(key, expires_at, hit)| {
                let expires_at = (expires_at % 2 == 0).then_some(expires_at);
                json!({"key": key.to_string(), "expires_at": expires_at, "hit": hit.then_some(1)})
            });
            let settled = json!({"outcome": {"status": "completed", "output": output}, "cache": cache});
            vec![
                with_epoch(fact("step.settled", settled)),
                fact("step.judged", json!(null)),
            ]
        }
        Deed::Ask(number) => vec![asked(*number)],
        Deed::Answer(number) => vec![answered(*number)],
        Deed::AskAndAnswer(number) => vec![asked(*number), asked(*number), answered(*number)],
        Deed::Finish(code) => vec![fact("run.finished", json!({"status": "failed", "exit_code": code}))],
        Deed::Other(kind) => {
            // Bodies of another form, among them those of the kinds that views look at.
            let kinds = [
                "budget.reserved",
                "budget.raised",
                "guardrail.tripped",
                "step.retrying",
                "step.in_doubt",
                "step.reset",
                "step.adopted",
                "run.started",
                "run.admitted",
                "run.finished",
                "approval.requested",
                "approval.resolved",
                "step.settled",
                "run.reopened",
            ];
            let body =
                json!({"epoch": 9, "status": [], "slot": [1], "parent": {"run": 1}, "id": 5, "cache": {"key": 2}});
            vec![fact(kinds[usize::from(*kind)], body)]
        }
    }
}

/// Everything that the views say.
#[derive(Debug, PartialEq)]
struct Told {
    runs: Vec<RunRow>,
    approvals: Vec<ApprovalRow>,
    cached: Vec<Option<u64>>,
    deeds: Vec<Deeds>,
    ahead: Vec<Vec<String>>,
}

fn told(reader: &Reader) -> Told {
    let runs = reader.runs(RunFilter::default()).unwrap();
    let lookups = (0..3).flat_map(|key| (-1..100).map(move |now| (key.to_string(), now)));
    Told {
        approvals: reader.approvals(ApprovalFilter::default(), usize::MAX).unwrap(),
        cached: lookups.map(|(key, now)| reader.cached(&key, now).unwrap()).collect(),
        deeds: [0, 1, 2].map(|number| reader.deeds(&acted(number)).unwrap()).to_vec(),
        ahead: runs.iter().map(|row| reader.ahead(&row.id).unwrap()).collect(),
        runs,
    }
}

proptest! {
    #![proptest_config(Config { cases: 48, ..Config::default() })]
    #[test]
    fn rebuilt_views_equal_those_that_were_kept(deeds in proptest::collection::vec((0u8..4, deed(), 0i64..99), 1..60)) {
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
        let kept = told(&reader);
        for row in &kept.runs {
            let open = kept.approvals.iter().filter(|approval| approval.run == row.id && approval.is_open());
            prop_assert_eq!(open.count() as u64, row.questions);
        }
        drop((reader, journal));
        let scribble = "UPDATE store SET views = 0; DELETE FROM runs; DROP TABLE cached; UPDATE deeds SET begun = 9;
            UPDATE approvals SET void = 1 - void, choice = 'never';";
        ground.database().execute_batch(scribble).unwrap();
        prop_assert_eq!(told(&ground.journal().reader().unwrap()), kept);
    }

    #[test]
    fn a_run_is_let_in_only_after_those_before_it(deeds in proptest::collection::vec((0u8..5, 0u8..4), 1..60)) {
        let ground = Ground::new();
        // Two owners on one store, each with its own connection.
        let (journals, runtime) = (
            [ground.journal(), ground.journal()],
            tokio::runtime::Builder::new_current_thread().build().unwrap(),
        );
        let reader = journals[0].reader().unwrap();
        // Unfinished runs in the order of their turns.
        let mut line: Vec<String> = Vec::new();
        for (number, deed) in deeds {
            let id = format!("run-{number}");
            let row = reader.run(&id).unwrap();
            let in_line = line.contains(&id);
            let (kind, body) = match (deed, &row) {
                (_, None) => ("run.started", json!({"slot": {"key": "repo", "limit": 1}})),
                (0, Some(_)) if in_line => ("run.finished", json!({"status": "failed", "exit_code": 1})),
                (0, Some(_)) => ("run.reopened", json!({})),
                (1, Some(row)) if row.status == QUEUED && reader.ahead(&id).unwrap().is_empty() => ("run.admitted", json!({})),
                (_, Some(_)) => ("run.leased", json!({"epoch": row.as_ref().map_or(0, |row| row.epoch) + 1})),
            };
            match kind {
                "run.started" | "run.reopened" => line.push(id.clone()),
                "run.finished" => line.retain(|other| *other != id),
                _ => {}
            }
            let expected = row.map_or(0, |row| row.head);
            let journal = &journals[usize::from(number % 2)];
            runtime.block_on(journal.append(&run(&id), expected, &stamp(1), vec![fact(kind, body)])).unwrap();

            for row in reader.runs(RunFilter::default()).unwrap() {
                let turn = line.iter().position(|other| *other == row.id);
                if let Some(turn) = turn {
                    prop_assert_eq!(reader.ahead(&row.id).unwrap(), &line[..turn]);
                    prop_assert!(turn == 0 || row.status == QUEUED, "two at once: {:?}", row);
                }
            }
        }
    }
}

#[tokio::test]
async fn deeds_are_counted_by_the_name_of_their_action() {
    let ground = Ground::new();
    let journal = ground.journal();
    let begun = |action: &str| Fact {
        epoch: Some(1),
        ..fact("step.started", json!({"step": "s", "action": action}))
    };
    let facts = vec![
        started(None),
        fact("run.leased", json!({"epoch": 1})),
        begun("http.0"),
        begun("http.0"),
        begun("http.1"),
        asked(0),
        answered(0),
        asked(1),
        answered(1),
        asked(3),
        answered(3),
        // Nobody said anything: time was over.
        asked(2),
        answered(2),
    ];
    journal.append(&run("r"), 0, &stamp(1), facts).await.unwrap();
    let reader = journal.reader().unwrap();
    let of = |begun, approved, refused| Deeds {
        begun,
        approved,
        refused,
    };
    assert_eq!(reader.deeds("http.0").unwrap(), of(2, 1, 0));
    assert_eq!(reader.deeds("http.1").unwrap(), of(1, 1, 1));
    assert_eq!(reader.deeds("http").unwrap(), of(0, 0, 0));
}

#[tokio::test]
async fn views_of_another_version_are_built_again_at_opening() {
    let ground = Ground::new();
    let journal = ground.journal();
    journal
        .append(&run("r"), 0, &stamp(1), vec![started(Some("k")), asked(1)])
        .await
        .unwrap();
    let kept = told(&journal.reader().unwrap());
    // A writer that still runs must not write views of a form it does not know.
    ground
        .database()
        .execute_batch("UPDATE store SET views = 77; DROP TABLE runs;")
        .unwrap();
    let refused = journal.append(&run("s"), 0, &stamp(1), vec![started(None)]).await;
    assert!(matches!(refused, Err(AppendError::Storage { .. })), "{refused:?}");
    drop(journal);
    let journal = ground.journal();
    assert_eq!(told(&journal.reader().unwrap()), kept);
    journal
        .append(&run("s"), 0, &stamp(1), vec![started(None)])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_store_with_the_first_form_of_views_is_given_this_one() {
    let ground = Ground::new();
    let journal = ground.journal();
    let mut begun = started(Some("k"));
    begun.body["slot"] = json!({"key": "repo", "limit": 1, "on_conflict": "queue"});
    journal
        .append(&run("r"), 0, &stamp(1), vec![begun, asked(1), asked(2), answered(1)])
        .await
        .unwrap();
    let kept = told(&journal.reader().unwrap());
    drop(journal);
    // What the first version made.
    ground
        .database()
        .execute_batch(
            "DROP TABLE runs; DROP TABLE approvals; DROP TABLE cached;
             CREATE TABLE runs (
                id TEXT PRIMARY KEY, capsule TEXT NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, workspace TEXT,
                idempotency_key TEXT, status TEXT NOT NULL, exit_code INTEGER, started_at INTEGER NOT NULL,
                finished_at INTEGER, head INTEGER NOT NULL, epoch INTEGER NOT NULL, steps_started INTEGER NOT NULL,
                steps_settled INTEGER NOT NULL
             ) STRICT, WITHOUT ROWID;
             CREATE UNIQUE INDEX runs_by_key ON runs (idempotency_key) WHERE idempotency_key IS NOT NULL;
             CREATE INDEX runs_unfinished ON runs (id) WHERE finished_at IS NULL;
             INSERT INTO runs VALUES ('r', 'tidy', '1.0.0', 'd', '/w', 'k', 'running', NULL, 1, NULL, 4, 0, 0, 0);
             UPDATE store SET views = 1;",
        )
        .unwrap();
    assert!(matches!(
        Reader::open(&ground.place),
        Err(crate::journal::ReadError::OtherForm { .. })
    ));
    let reader = ground.journal().reader().unwrap();
    assert_eq!(told(&reader), kept);
    let row = reader.run("r").unwrap().unwrap();
    assert_eq!((row.status.as_str(), row.questions, row.first_seq), (QUEUED, 1, 1));
}

//! What misbehaving servers may and may not do beside failing.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Map;
use somagent::capsule::tool_spec::SideEffect;
use somagent::tools::mcp::{
    Answer, CallError, CallOptions, Callbacks, Change, ConnectError, Described, Ended, Limits, Notice, Pin, Pinned,
    Reach, Schema, Standing, compare, connect, contracts,
};

use super::started::{CLIENT, Program};
use crate::workbench::DEADLINE;

fn hostile(mode: &str) -> Program {
    Program::script("mcp_hostile.py", &[mode])
}

fn quick() -> Limits {
    Limits {
        call: Duration::from_millis(1000),
        ..Limits::default()
    }
}

/// Polls until `holds`, while others get on.
async fn eventually(problem: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < DEADLINE, "{problem}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_list_without_end_is_given_up() {
    for (mode, says) in [
        ("pages", "the list of tools goes on after 100 pages"),
        ("circle", "the list of tools goes on after 1 pages and begins again"),
        ("entries", "the list of tools goes on after 2000 entries"),
    ] {
        let connection = hostile(mode).connect().await;
        let error = connection.tools().await.unwrap_err();
        assert_eq!(error.to_string(), says);
        assert!(!error.is_uncertain());
        connection.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_tool_that_cannot_be_used_leaves_the_others() {
    let reach = Reach {
        network: true,
        writes: true,
    };
    for (mode, refused) in [("schema", 1), ("laughs", 1), ("names", 13)] {
        let connection = hostile(mode).connect().await;
        let (tools, wrong) = connection.tools().await.unwrap();
        let mapped = contracts("x", "1.0.0", tools, wrong, reach, &BTreeMap::new());
        let names: Vec<&str> = mapped.spec.actions.iter().map(|action| action.name.as_str()).collect();
        let wanted: &[&str] = if mode == "names" { &["good", "___x"] } else { &["good"] };
        assert!(
            names.iter().all(|name| wanted.contains(name)),
            "{mode}: {names:?} {:#?}",
            mapped.refused
        );
        assert!(mapped.refused.len() >= refused - 1, "{mode}: {:#?}", mapped.refused);
        assert!(mapped.refused.iter().all(|refused| refused.to_string().len() < 400));
    }
}

#[tokio::test]
async fn a_description_that_changes_is_seen() {
    let connection = hostile("changed").connect().await;
    let (tools, _) = connection.tools().await.unwrap();
    let pinned: Pinned = tools.iter().map(|tool| (tool.name.clone(), Pin::of(tool))).collect();
    assert!(
        compare(&pinned, &tools)
            .values()
            .all(|standing| *standing == Standing::Unchanged)
    );
    let (tools, _) = connection.tools().await.unwrap();
    let standings = compare(&pinned, &tools);
    assert_eq!(standings["act"], Standing::Changed(vec![Change::Description]));
    assert_eq!(standings["same"], Standing::Unchanged);
    assert_eq!(standings["more"], Standing::New);
}

#[tokio::test]
async fn what_a_description_commands_reaches_no_contract() {
    let connection = hostile("injected").connect().await;
    let (tools, wrong) = connection.tools().await.unwrap();
    let reach = Reach {
        network: true,
        writes: true,
    };
    let mapped = contracts("x", "1.0.0", tools, wrong, reach, &BTreeMap::new());
    let spec = serde_json::to_string(&mapped.spec).unwrap();
    assert!(!spec.contains("IMPORTANT") && !spec.contains("delete_all"), "{spec}");
    assert_eq!(mapped.spec.actions[0].side_effect, Some(SideEffect::Irreversible));
    assert!(mapped.calls[0].description.as_deref().unwrap().contains("delete_all"));
}

#[tokio::test]
async fn a_result_is_what_was_described() {
    let connection = hostile("misshapen").connect().await;
    let (tools, _) = connection.tools().await.unwrap();
    let tool: &Described = &tools[0];
    let output = Schema::of(tool.output.as_ref().unwrap()).unwrap();
    let error = connection
        .call("act", Map::new(), Some(&output), &CallOptions::default())
        .await
        .unwrap_err();
    assert!(error.is_uncertain());
    let said = error.to_string();
    assert!(
        said.contains("`act` returned what does not conform to its own description: at `/n`"),
        "{said}"
    );
    assert!(!said.contains('\u{1b}'));
}

#[tokio::test]
async fn a_second_answer_ends_the_server_and_not_the_first_call() {
    let connection = hostile("twice").connect().await;
    let once = connection
        .call("act", Map::new(), None, &CallOptions::default())
        .await
        .unwrap();
    assert_eq!(once.text(), "once");
    assert!(matches!(
        connection.ping().await,
        Err(CallError::Ended {
            ended: Ended::WrongId { .. },
            ..
        })
    ));
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled_and_its_late_answer_ignored() {
    let scratch = tempfile::tempdir().unwrap();
    let notes = scratch.path().join("notes");
    let program = Program::script("mcp_hostile.py", &["late", notes.to_str().unwrap()]);
    let connection = program.connect().await;
    let options = CallOptions::default();
    {
        let call = connection.call("act", Map::new(), None, &options);
        let call = tokio::time::timeout(Duration::from_millis(300), call).await;
        assert!(call.is_err(), "{call:?}");
    }
    // The notice goes out before the next request.
    connection.ping().await.unwrap();
    let second = connection.call("act", Map::new(), None, &options).await.unwrap();
    assert_eq!(second.text(), "in time");
    let told = std::fs::read_to_string(notes).unwrap();
    assert!(told.contains("notifications/cancelled"), "{told}");
}

#[tokio::test]
async fn a_server_that_is_too_slow_is_told_and_dropped() {
    let scratch = tempfile::tempdir().unwrap();
    let notes = scratch.path().join("notes");
    let program = Program::script("mcp_hostile.py", &["slow", notes.to_str().unwrap()]);
    let limits = Limits {
        grace: Duration::from_secs(10),
        ..quick()
    };
    let connection = program.connect_with(&Callbacks::default(), &limits).await.unwrap();
    let error = connection
        .call("act", Map::new(), None, &CallOptions::default())
        .await
        .unwrap_err();
    assert!(error.is_uncertain());
    assert!(matches!(connection.ended(), Some(Ended::Overdue { .. })));
    // It has a moment to read that before it ends.
    eventually("it is not told", || {
        let told = std::fs::read_to_string(&notes).unwrap();
        told.contains("notifications/cancelled") && told.contains("it took too long")
    })
    .await;
    let pid = program.started.lock().unwrap()[0];
    eventually("it does not end", || {
        rustix::process::test_kill_process_group(pid).is_err()
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_never_ready_is_given_up() {
    let limits = Limits {
        start: Duration::from_millis(500),
        ..Limits::default()
    };
    let error = hostile("mute")
        .connect_with(&Callbacks::default(), &limits)
        .await
        .err()
        .unwrap();
    assert_eq!(error.to_string(), "the server was not ready within 500 ms");
    let error = hostile("dead")
        .connect_with(&Callbacks::default(), &Limits::default())
        .await
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "before it was ready, the server closed the connection"
    );
    let error = Program::new("/nonexistent/server", &[])
        .connect_with(&Callbacks::default(), &limits)
        .await;
    assert!(matches!(error.err().unwrap(), ConnectError::Start(_)));
}

#[tokio::test]
async fn a_version_is_found_that_both_speak() {
    for (mode, version, starts) in [
        ("newest", "2026-07-28", 1),
        ("well", "2025-11-25", 1),
        ("past", "2024-11-05", 1),
        ("brittle", "2025-11-25", 2),
        ("late-version", "2024-11-05", 3),
    ] {
        let program = hostile(mode);
        let connection = program.connect().await;
        let started = program.started.lock().unwrap().len();
        assert_eq!((connection.version(), started), (version, starts), "{mode}");
        assert!(connection.tools().await.is_ok(), "{mode}");
    }
    let error = hostile("future")
        .connect_with(&Callbacks::default(), &Limits::default())
        .await
        .err()
        .unwrap();
    let said = error.to_string();
    assert!(
        said.starts_with("the server speaks version 2199-01-01 of the protocol, and here 2024-11-05, "),
        "{said}"
    );
    let known = |version| async move {
        let program = hostile("brittle");
        let limits = Limits::default();
        let connected = connect(
            &program.endpoint(),
            CLIENT,
            Some(version),
            &Callbacks::default(),
            &limits,
        )
        .await;
        connected.map(|connection| connection.version().to_owned())
    };
    assert_eq!(known("2025-06-18").await.unwrap(), "2025-06-18");
    assert!(known("2026-07-28").await.is_err());
    assert!(matches!(known("1999-01-01").await, Err(ConnectError::Version { .. })));
}

#[tokio::test]
async fn a_server_that_says_nothing_to_a_newer_question_is_greeted() {
    let program = hostile("silent-discovery");
    let connection = program.connect().await;
    assert_eq!(connection.version(), "2025-11-25");
    assert_eq!(program.started.lock().unwrap().len(), 1);
    connection.ping().await.unwrap();
}

#[tokio::test]
async fn nobody_is_asked_a_thousand_times() {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&asked);
    let callbacks = Callbacks {
        elicit: Some(std::sync::Arc::new(move |_| {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Box::pin(async { Answer::Decline })
        })),
        ..Callbacks::default()
    };
    let connection = hostile("asks").connect_with(&callbacks, &quick()).await.unwrap();
    let error = connection
        .call("act", Map::new(), None, &CallOptions::default())
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Ended { .. }), "{error}");
    assert!(asked.load(std::sync::atomic::Ordering::Relaxed) <= 16);
}

#[tokio::test]
async fn a_list_that_changes_is_news() {
    let connection = hostile("batch").connect().await;
    let mut notices = connection.notices().unwrap();
    connection
        .call("act", Map::new(), None, &CallOptions::default())
        .await
        .unwrap();
    assert_eq!(notices.recv().await, Some(Notice::ToolsChanged));
    assert_eq!(connection.tools_changed(), 1);
}

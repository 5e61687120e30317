//! Processes that die, and processes that share a store.
//!
//! Children are this test binary itself, told by a variable what to do.

use std::io::{BufRead as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::journal::{AppendError, Lease, Range, verify};

/// What a child does, and in which directory.
const TASK: &str = "SOMAGENT_TEST_CHILD";
const DIRECTORY: &str = "SOMAGENT_TEST_DIRECTORY";

/// What each line of a child begins with; the test harness prints others.
const MARK: &str = "child:";

fn command(task: &str, directory: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "journal::tests::crashes::child",
            "--exact",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(TASK, task)
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{MARK}{line}").unwrap();
    out.flush().unwrap();
}

/// What a child has said, as it says it.
fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    let out = std::io::BufReader::new(child.stdout.take().unwrap());
    out.lines()
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix(MARK).map(str::to_owned))
}

/// Not a test of its own: the entrance of the children, which does nothing in the parent.
#[test]
fn child() {
    let Ok(task) = std::env::var(TASK) else { return };
    let place = place_in(Path::new(&std::env::var(DIRECTORY).unwrap()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    match task.as_str() {
        "append" => runtime.block_on(append_for_ever(&place)),
        "share" => runtime.block_on(append_some(&place)),
        "request" => runtime.block_on(request_some(&place)),
        "fill" => runtime.block_on(append_until_it_fails(&place)),
        "lease" => {
            let _lease = Lease::acquire(&place.locks, "r").unwrap();
            say("held");
            std::thread::park();
        }
        other => panic!("{other}"),
    }
}

/// Appends from four submitters and says each event that was acknowledged.
async fn append_for_ever(place: &Place) {
    let journal = Journal::open(place, key()).unwrap();
    let process = std::process::id();
    let submit = async |number: u32| {
        let stream = run(&format!("{process}-{number}"));
        for expected in 0.. {
            let body = json!({"text": "x".repeat(if expected % 16 == 3 { 20_000 } else { 300 })});
            let facts = vec![fact("a.b", body), fact("a.b", json!(null))];
            let events = journal.append(&stream, 2 * expected, &stamp(1), facts).await.unwrap();
            for event in events {
                say(&format!("{} {}", event.seq(), event.hash()));
            }
        }
    };
    tokio::join!(submit(1), submit(2), submit(3), submit(4));
}

async fn append_some(place: &Place) {
    let journal = Journal::open(place, key()).unwrap();
    let stream = run(&std::process::id().to_string());
    for expected in 0..200 {
        let facts = vec![fact("a.b", json!(expected))];
        let event = &journal.append(&stream, expected, &stamp(1), facts).await.unwrap()[0];
        say(&format!("{} {}", event.seq(), event.hash()));
    }
}

/// What somebody else asks of a run: facts without an epoch, each where the stream ends by then.
async fn request_some(place: &Place) {
    let journal = Journal::open(place, key()).unwrap();
    let mut head = 0;
    for number in 0..100 {
        let request = fact("budget.raised", json!(number));
        head = append_at_end(&journal, head, &request).await.0;
        say("asked");
    }
}

/// Appends a fact to run `r`, after those that came first; returns its new length and the conflicts met.
async fn append_at_end(journal: &Journal, mut head: u64, fact: &Fact) -> (u64, u64) {
    let mut conflicts = 0;
    loop {
        match journal.append(&run("r"), head, &stamp(1), vec![fact.clone()]).await {
            Ok(_) => return (head + 1, conflicts),
            Err(AppendError::Conflict { head: found }) => {
                // What is between them is there to be read before the next try.
                let missed = journal.reader().unwrap().events(&run("r"), head, usize::MAX).unwrap();
                assert!(missed.len() as u64 >= found - head, "{found} after {head}");
                (head, conflicts) = (found, conflicts + 1);
            }
            Err(other) => panic!("{other}"),
        }
    }
}

async fn append_until_it_fails(place: &Place) {
    let journal = Journal::open(place, key()).unwrap();
    let mut expected = 0;
    let refused = loop {
        let facts = vec![fact("a.b", json!("x".repeat(8000)))];
        match journal.append(&run("r"), expected, &stamp(1), facts).await {
            Ok(events) => {
                say(&format!("{} {}", events[0].seq(), events[0].hash()));
                expected += 1;
            }
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, AppendError::Storage { .. }), "{refused:?}");
    say("failed");
    // Writing has ended, also for what would fit.
    let small = journal.append(&run("s"), 0, &stamp(1), vec![fact("a", json!(1))]).await;
    assert!(matches!(small, Err(AppendError::Halted { .. })), "{small:?}");
    say("halted");
}

/// Compares what was acknowledged with what is in the log.
fn assert_kept(place: &Place, acknowledged: &[String]) {
    let reader = Journal::open(place, key()).unwrap().reader().unwrap();
    let events = reader.tail(0, usize::MAX).unwrap();
    for line in acknowledged {
        let (seq, hash) = line.split_once(' ').unwrap();
        let event = &events[seq.parse::<usize>().unwrap() - 1];
        assert_eq!(event.hash().to_string(), hash, "event {seq}");
    }
    let report = verify(place, &key().verifying_key(), &Range::Full).unwrap();
    assert_eq!(report.events, events.len() as u64);
}

#[test]
fn a_killed_process_loses_no_acknowledged_event() {
    let ground = tempfile::tempdir().unwrap();
    let place = place_in(ground.path());
    let mut acknowledged = Vec::new();
    for round in 0..6 {
        let mut child = command("append", ground.path()).spawn().unwrap();
        // Killed while it speaks: appends are under way at each of these moments.
        let wanted = 40 + 37 * round;
        let mut said = lines(&mut child);
        acknowledged.extend(said.by_ref().take(wanted));
        child.kill().unwrap();
        // What was still in the pipe was acknowledged too; a line cut in two was not said.
        acknowledged.extend(said.filter(|line| line.len() > 128 && line.contains(' ')));
        assert!(!child.wait().unwrap().success());
        assert_kept(&place, &acknowledged);
    }
    assert!(acknowledged.len() >= 6 * 40);
}

#[test]
fn two_processes_on_one_store_both_finish_and_lose_nothing() {
    let ground = tempfile::tempdir().unwrap();
    let place = place_in(ground.path());
    let mut children: Vec<Child> = (0..2)
        .map(|_| command("share", ground.path()).spawn().unwrap())
        .collect();
    let mut acknowledged = Vec::new();
    let said = AtomicU64::new(0);
    std::thread::scope(|scope| {
        let reading: Vec<_> = children
            .iter_mut()
            .map(|child| {
                let said = &said;
                scope.spawn(move || {
                    let lines: Vec<String> = lines(child).collect();
                    said.fetch_add(lines.len() as u64, Ordering::Relaxed);
                    assert!(child.wait().unwrap().success());
                    lines
                })
            })
            .collect();
        for thread in reading {
            acknowledged.extend(thread.join().unwrap());
        }
    });
    assert_eq!(said.into_inner(), 400);
    assert_kept(&place, &acknowledged);
}

#[test]
fn requests_of_another_process_come_between_the_facts_of_the_owner() {
    let ground = tempfile::tempdir().unwrap();
    let place = place_in(ground.path());
    let journal = Journal::open(&place, key()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let leased = |epoch: u64| fact("run.leased", json!({"epoch": epoch}));
    runtime
        .block_on(journal.append(&run("r"), 0, &stamp(1), vec![started(None), leased(1)]))
        .unwrap();
    let mut child = command("request", ground.path()).spawn().unwrap();
    let mut said = lines(&mut child);
    // From here on the owner's length is an old one.
    assert_eq!(said.next().as_deref(), Some("asked"));
    let (mut head, mut conflicts) = (2, 0);
    for number in 0..100 {
        let effect = Fact {
            epoch: Some(1),
            ..fact("step.started", json!(number))
        };
        let (found, met) = runtime.block_on(append_at_end(&journal, head, &effect));
        (head, conflicts) = (found, conflicts + met);
    }
    assert!(conflicts > 0);
    assert_eq!(said.count(), 99);
    assert!(child.wait().unwrap().success());

    let events = journal.reader().unwrap().events(&run("r"), 0, usize::MAX).unwrap();
    for kind in ["budget.raised", "step.started"] {
        let bodies: Vec<_> = events
            .iter()
            .filter(|event| event.kind() == kind)
            .map(Event::body)
            .collect();
        let expected: Vec<_> = (0..100)
            .map(|number| crate::journal::Body::Present(json!(number)))
            .collect();
        assert_eq!(bodies, expected.iter().collect::<Vec<_>>(), "{kind}");
    }
    let row = journal.reader().unwrap().run("r").unwrap().unwrap();
    assert_eq!((row.head, row.epoch, row.steps_started), (202, 1, 100));
    // A request ends no epoch; a new lease does.
    let late = Fact {
        epoch: Some(1),
        ..fact("step.started", json!({}))
    };
    let facts = vec![fact("run.paused", json!({})), leased(2)];
    runtime
        .block_on(journal.append(&run("r"), 202, &stamp(1), facts))
        .unwrap();
    let fenced = runtime.block_on(journal.append(&run("r"), 204, &stamp(1), vec![late]));
    assert!(
        matches!(fenced, Err(AppendError::Fenced { epoch: 1, newest: 2 })),
        "{fenced:?}"
    );
    drop(journal);
    assert_kept(&place, &[]);
}

#[test]
fn attack_47_a_disk_that_refuses_ends_writing_and_keeps_what_was_acknowledged() {
    let ground = tempfile::tempdir().unwrap();
    let place = place_in(ground.path());
    let child = command("fill", ground.path());
    // No file may grow beyond 2,000 blocks of 512 bytes: the write-ahead log meets the limit in a commit.
    // The signal is ignored, so that the system call fails instead.
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\""])
        .arg(child.get_program())
        .args(child.get_args())
        .envs(child.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .stdout(Stdio::piped());
    let mut child = limited.spawn().unwrap();
    let mut said: Vec<String> = lines(&mut child).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(said.split_off(said.len() - 2), ["failed", "halted"]);
    assert!(said.len() > 5);
    assert_kept(&place, &said);
}

#[test]
fn a_lease_ends_with_the_process_that_held_it() {
    let ground = tempfile::tempdir().unwrap();
    let locks = place_in(ground.path()).locks;
    let mut child = command("lease", ground.path()).spawn().unwrap();
    assert_eq!(lines(&mut child).next().as_deref(), Some("held"));
    assert!(Lease::is_held(&locks, "r"));
    let busy = Lease::acquire(&locks, "r").unwrap_err();
    assert!(
        busy.to_string().ends_with(&format!("(process {})", child.id())),
        "{busy}"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!Lease::is_held(&locks, "r"));
    assert!(Lease::acquire(&locks, "r").unwrap().last_beat().is_some());
}

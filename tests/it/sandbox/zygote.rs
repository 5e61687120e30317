//! The process around programs.

use std::fmt::Debug;
use std::fs;
use std::os::unix::fs::symlink;
use std::pin::Pin;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use somagent::tools::sandbox::{Ended, NotRun};

use super::limits::{begun, runs};
use super::{Ground, program};
use crate::workbench::eventually;

/// A ground whose zygote is known by its name.
fn named(name: &str) -> (Ground, String) {
    let mut ground = Ground::new();
    let link = ground.path(name);
    symlink(program(), &link).unwrap();
    ground.sandbox.program.clone_from(&link);
    (ground, link.to_str().unwrap().to_owned())
}

/// Processes that were begun under this name, with their parents: the zygote, and the copies of it.
fn begun_as(name: &str) -> Vec<(Pid, u32)> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let found = entries.filter_map(|entry| {
        let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
        let line = fs::read(entry.path().join("cmdline")).ok()?;
        let status = fs::read_to_string(entry.path().join("status")).ok()?;
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
        line.starts_with(name.as_bytes())
            .then(|| Some((Pid::from_raw(pid)?, parent.trim().parse().ok()?)))?
    });
    found.collect()
}

/// The zygote itself: the one whose parent is this process.
fn zygotes(name: &str) -> Vec<Pid> {
    let own = std::process::id();
    let begun = begun_as(name).into_iter();
    begun.filter(|(_, parent)| *parent == own).map(|(pid, _)| pid).collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Waits until something holds, while a program goes on.
async fn until<Going: Future<Output: Debug>>(holds: impl Fn() -> bool, mut going: Pin<&mut Going>) {
    while !holds() {
        let tick = tokio::time::sleep(Duration::from_millis(20));
        tokio::select! {
            ended = &mut going => panic!("{ended:?}"),
            () = tick => {}
        }
    }
}

#[test]
fn programs_run_side_by_side_and_none_holds_another_one_up() {
    let (ground, name) = named("side-by-side");
    let job = |script: &str| {
        let mut job = ground.job(&["sh", "-c", script]);
        // What it reads ends when nobody else holds the other end.
        job.input = b"to the end\n".to_vec();
        job
    };
    runtime().block_on(async {
        let long = ground
            .sandbox
            .run(job("cat; while [ ! -e over ]; do sleep 0.05; done; echo long"));
        tokio::pin!(long);
        let short = async {
            for number in 0..5 {
                let run = |part: u32| ground.sandbox.run(job(&format!("cat; echo {number}{part}")));
                let (one, two) = tokio::join!(run(1), run(2));
                for (part, outcome) in [(1, one), (2, two)] {
                    assert_eq!(outcome.unwrap().stdout.text(), format!("to the end\n{number}{part}\n"));
                }
            }
        };
        tokio::select! {
            ended = &mut long => panic!("{ended:?}"),
            () = short => fs::write(ground.path("workspace/over"), "").unwrap(),
        }
        assert_eq!(long.await.unwrap().stdout.text(), "to the end\nlong\n");
    });
    assert_eq!(zygotes(&name).len(), 1, "one for all of them");
}

#[test]
fn one_that_is_killed_takes_its_programs_along_and_another_one_is_begun() {
    let (ground, name) = named("killed");
    let word = format!("under-the-killed-{}", std::process::id());
    runtime().block_on(async {
        let script = "touch begun; while :; do sleep 0.05; done";
        let going = ground.sandbox.run(ground.job(&["sh", "-c", script, &word]));
        tokio::pin!(going);
        until(|| ground.path("workspace/begun").exists(), going.as_mut()).await;
        let first = zygotes(&name);
        assert_eq!(first.len(), 1);
        kill_process(first[0], Signal::KILL).unwrap();
        let lost = going.await;
        assert!(
            matches!(&lost, Err(NotRun::Lost { why }) if why.contains("was begun")),
            "{lost:?}"
        );
        eventually("a program outlived the process around it", || !runs(&word));
        let other = ground.sandbox.run(ground.job(&["echo", "another"])).await.unwrap();
        assert_eq!(other.stdout.text(), "another\n");
        let second = zygotes(&name);
        assert!(second.len() == 1 && second != first, "{first:?} {second:?}");
    });
}

#[test]
fn it_ends_with_the_sandbox_and_leaves_nothing() {
    let (ground, name) = named("ends");
    for _ in 0..3 {
        assert_eq!(ground.run(ground.job(&["true"])).unwrap().ended, Ended::Code(0));
    }
    eventually("processes around programs stay", || begun_as(&name).len() == 1);
    let copy = ground.sandbox.clone();
    drop(ground);
    assert_eq!(zygotes(&name).len(), 1, "somebody still has it");
    drop(copy);
    assert_eq!(begun_as(&name), []);
}

/// When a program is said to be over, nothing of it is there: no process, and nothing that was put up for it.
#[test]
fn what_is_over_is_gone() {
    let ground = begun();
    fs::remove_dir_all(ground.path("workspace/.git")).unwrap();
    let endings = [
        (
            "exec >/dev/null 2>&1; exec >&- 2>&-; while :; do :; done",
            Ended::Deadline,
        ),
        (
            "while :; do echo it goes on and on and on and on and on; done",
            Ended::Output,
        ),
    ];
    for (number, (script, expected)) in endings.into_iter().enumerate() {
        let word = format!("over-{number}-{}", std::process::id());
        let mut job = ground.job(&["sh", "-c", script, &word]);
        if expected == Ended::Deadline {
            job.limits.wall_ms = 5_000;
        }
        job.limits.output_most = 10_000;
        let outcome = ground.run(job).unwrap();
        assert_eq!(outcome.ended, expected);
        assert!(!runs(&word), "{script}");
        for name in [".git", ".somagent"] {
            assert!(!ground.path("workspace").join(name).exists(), "{script}: {name}");
        }
    }
}

/// A zygote that does nothing any more keeps no program alive, and nobody waiting.
#[test]
fn one_that_stands_still_is_not_waited_for() {
    let (ground, name) = named("still");
    let word = format!("under-the-still-{}", std::process::id());
    let started = runtime().block_on(async {
        let mut job = ground.job(&["sh", "-c", "touch begun; while :; do sleep 0.05; done", &word]);
        job.limits.wall_ms = 6_000;
        let going = ground.sandbox.run(job);
        tokio::pin!(going);
        until(|| ground.path("workspace/begun").exists(), going.as_mut()).await;
        let started = std::time::Instant::now();
        kill_process(zygotes(&name)[0], Signal::STOP).unwrap();
        assert_eq!(going.await.unwrap().ended, Ended::Deadline);
        eventually("a program outlived its deadline", || !runs(&word));
        // Another one is not begun, and does not wait for ever.
        let mut job = ground.job(&["true"]);
        job.limits.wall_ms = 300;
        let other = ground.sandbox.run(job).await;
        assert!(
            matches!(&other, Err(NotRun::Lost { why }) if why.contains("was not begun")),
            "{other:?}"
        );
        started
    });
    drop(ground);
    assert!(started.elapsed() < Duration::from_secs(120), "{:?}", started.elapsed());
    eventually("the zygote stays", || begun_as(&name).is_empty());
}

/// A program can lock what is put up for another one; it holds nobody up but what needs that.
#[test]
fn a_lock_on_what_is_put_up_holds_up_no_other_program() {
    let ground = Ground::new();
    fs::remove_dir_all(ground.path("workspace/.git")).unwrap();
    fs::create_dir(ground.path("other")).unwrap();
    runtime().block_on(async {
        // What a program that may write gets in place of a repository, while it runs.
        let script = "while [ ! -e over ]; do sleep 0.02; done";
        let first = ground.sandbox.run(ground.job(&["sh", "-c", script]));
        tokio::pin!(first);
        until(|| ground.path("workspace/.git").exists(), first.as_mut()).await;
        let name = std::process::id().to_string();
        // What it has come to is told by the arguments of what it begins.
        let script = "exec 9<.git
            flock -s 9
            sh -c 'while [ ! -e own ]; do sleep 0.02; done' shares-$0
            flock -x 9
            sh -c 'while :; do sleep 0.1; done' owns-$0";
        let mut locking = ground.job(&["sh", "-c", script, &name]);
        locking.write = false;
        locking.limits.wall_ms = 20_000;
        let locking = ground.sandbox.run(locking);
        tokio::pin!(locking);
        tokio::select! {
            ended = &mut first => panic!("{ended:?}"),
            () = until(|| runs(&format!("shares-{name}")), locking.as_mut()) => {}
        }
        fs::write(ground.path("workspace/over"), "").unwrap();
        tokio::select! {
            ended = &mut locking => panic!("{ended:?}"),
            ended = &mut first => assert_eq!(ended.unwrap().ended, Ended::Code(0)),
        }
        assert!(ground.path("workspace/.git").exists(), "somebody holds it");
        // Not before: who changes a lock for another one holds neither in between.
        fs::write(ground.path("workspace/own"), "").unwrap();
        until(|| runs(&format!("owns-{name}")), locking.as_mut()).await;
        let refused = ground.sandbox.run(ground.job(&["true"])).await;
        assert!(
            matches!(&refused, Err(NotRun::Refused { why, .. }) if why.contains("another program holds it")),
            "{refused:?}"
        );
        let mut other = ground.job(&["true"]);
        other.workspace = Some(ground.path("other"));
        assert_eq!(ground.sandbox.run(other).await.unwrap().ended, Ended::Code(0));
        assert_eq!(locking.await.unwrap().ended, Ended::Deadline);
        assert_eq!(
            ground.sandbox.run(ground.job(&["true"])).await.unwrap().ended,
            Ended::Code(0)
        );
    });
    assert!(!ground.path("workspace/.git").exists());
}

/// What is too much to be said is refused before it is said, and costs nobody else anything.
#[test]
fn too_much_for_a_program_is_its_own_fault() {
    let ground = Ground::new();
    runtime().block_on(async {
        let going = ground
            .sandbox
            .run(ground.job(&["sh", "-c", "touch begun; sleep 0.7; echo still here"]));
        tokio::pin!(going);
        until(|| ground.path("workspace/begun").exists(), going.as_mut()).await;
        let mut job = ground.job(&["true"]);
        job.env.insert("LONG".to_owned(), "x".repeat(9 << 20));
        let refused = ground.sandbox.run(job).await;
        assert!(
            matches!(&refused, Err(NotRun::Refused { why, .. }) if why.contains("bytes long")),
            "{refused:?}"
        );
        assert_eq!(going.await.unwrap().stdout.text(), "still here\n");
    });
}

//! Several processes on one store: who may work on what, and who has to wait or go away.

use std::fs::{self, File, TryLockError};
use std::sync::Arc;

use rustix::process::Signal;
use serde_json::{Value, json};

use somagent::capsule::budget::Spend;
use somagent::capsule::{Capsule, Given};
use somagent::config::Home;
use somagent::engine::drive::{DriveError, End, Stop};
use somagent::engine::fact::{Fault, FaultKind, Outcome, RunFact, Settled, Unit};
use somagent::engine::{Engine, Job, Options, command, now_ms};
use somagent::journal::{AppendError, Stamp, Stream};
use somagent::models::catalogue::Catalogue;

use crate::account::check_account;
use crate::workbench::{Ended, Live, MANY_STEPS, Workbench, eventually};

fn run_of(line: &str) -> String {
    let line: Value = serde_json::from_str(line).unwrap();
    line["run"].as_str().unwrap().to_owned()
}

/// Many cheap steps, of which the second waits until [`go_on`] was called: a run of it is not over before.
fn waiting() -> String {
    let text = MANY_STEPS.replace(
        "tools:\n",
        "tools:\n  - {adapter: fs, version: \"^1\", actions: [read]}\n",
    );
    let next = "    - name: counts\n";
    let wait = r"    - name: wait
      action: fs.read
      retry: {max_attempts: 100, backoff: {initial: 200ms, max: 200ms, jitter: none}, on: [tool]}
      params: {path: go}
";
    text.replace(next, &format!("{wait}{next}"))
}

fn go_on(bench: &Workbench) {
    fs::write(bench.path("repository/go"), "").unwrap();
}

/// A run of what [`waiting`] says that lives and stands still between two steps, and its id.
fn stopped_run(bench: &Workbench, args: &[&str]) -> (Live, String) {
    // An earlier run may have gone on.
    let _ = fs::remove_file(bench.path("repository/go"));
    let mut live = bench.start(args);
    let run = run_of(&live.until("\"step.started\""));
    // Stopped while it writes, it would let nobody else write.
    let lock = File::open(bench.home().join("data/somagent.db.lock")).unwrap();
    eventually("the run writes whenever it is stopped", || {
        live.signal(Signal::STOP);
        eventually("the run does not stop", || is_stopped(live.id()));
        match lock.try_lock() {
            Ok(()) => {
                lock.unlock().unwrap();
                true
            }
            Err(TryLockError::WouldBlock) => {
                live.signal(Signal::CONT);
                false
            }
            Err(TryLockError::Error(error)) => panic!("{error}"),
        }
    });
    (live, run)
}

/// Whether no thread of a process runs.
fn is_stopped(process: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let mut states = threads.filter_map(|thread| fs::read_to_string(thread.unwrap().path().join("stat")).ok());
    states.all(|stat| stat.rsplit_once(") ").unwrap().1.starts_with('T'))
}

fn assert_busy(ended: &Ended, pid: u32) {
    assert_eq!(ended.code, Some(15), "{ended:?}");
    assert!(ended.err.contains(&format!("process {pid}")), "{ended:?}");
}

#[test]
fn processes_that_begin_a_store_together_all_finish() {
    let sources = Workbench::new();
    let (repository, capsule) = (sources.repository(), sources.capsule(MANY_STEPS));
    let path = format!("path={}", repository.display());
    for _ in 0..10 {
        let bench = Workbench::new();
        let args = ["run", &capsule, "-p", &path, "-p", "commits=5", "-o", "jsonl"];
        let live: Vec<Live> = (0..3).map(|_| bench.start(&args)).collect();
        for live in live {
            let ended = live.end();
            assert_eq!(ended.code, Some(0), "{ended:?}");
            assert_eq!(ended.finish()["status"], "succeeded");
        }
        let events = bench.events();
        let founded = events.iter().filter(|event| event["header"]["kind"] == "store.founded");
        assert_eq!(founded.count(), 1);
        let runs = bench.runs();
        assert_eq!(runs.len(), 3);
        runs.iter()
            .for_each(|run| check_account(&events, run["run"].as_str().unwrap()));
    }
}

#[test]
fn a_run_with_a_living_owner_cannot_be_resumed() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.repository(), bench.capsule(&waiting()));
    let path = format!("path={}", repository.display());
    // A process that is stopped still lives and still has the system's lock.
    let (live, run) = stopped_run(&bench, &["run", &capsule, "-p", &path, "-o", "jsonl"]);
    assert_busy(&bench.run(&["runs", "resume", &run]), live.id());
    assert_eq!(bench.runs()[0]["status"], "running");
    go_on(&bench);
    live.signal(Signal::CONT);
    let ended = live.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    check_account(&bench.events(), &run);
}

#[test]
fn of_two_processes_that_resume_a_run_one_works() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.repository(), bench.capsule(&waiting()));
    let path = format!("path={}", repository.display());
    let killed = |bench: &Workbench| {
        let (live, run) = stopped_run(bench, &["run", &capsule, "-p", &path, "-o", "jsonl"]);
        live.signal(Signal::KILL);
        assert_eq!(live.end().signal, Some(9));
        run
    };
    let run = killed(&bench);
    let (owner, _) = stopped_run(&bench, &["runs", "resume", &run, "-o", "jsonl"]);
    assert_busy(&bench.run(&["runs", "resume", &run]), owner.id());
    go_on(&bench);
    owner.signal(Signal::CONT);
    assert_eq!(owner.end().code, Some(0));
    check_account(&bench.events(), &run);

    // Both at once: whoever comes late finds it busy or done.
    for _ in 0..5 {
        let run = killed(&bench);
        go_on(&bench);
        let both = [(); 2].map(|()| bench.start(&["runs", "resume", &run, "-o", "jsonl"]));
        let both = both.map(Live::end);
        let mut codes = both.each_ref().map(|ended| ended.code);
        codes.sort_unstable();
        assert!([[Some(0), Some(0)], [Some(0), Some(15)]].contains(&codes), "{both:?}");
        check_account(&bench.events(), &run);
    }
}

#[test]
fn an_owner_that_lost_its_lock_can_record_nothing_more() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.repository(), bench.capsule(&waiting()));
    let path = format!("path={}", repository.display());
    let (slow, run) = stopped_run(&bench, &["run", &capsule, "-p", &path, "-o", "jsonl"]);
    // What no process of ours does: somebody takes its lock away.
    fs::remove_file(bench.home().join(format!("data/locks/{run}.lock"))).unwrap();
    go_on(&bench);
    let finish = bench.succeed(&["runs", "resume", &run, "-o", "jsonl"]).finish();
    assert_eq!(finish["status"], "succeeded");
    let events = bench.events();
    slow.signal(Signal::CONT);
    let ended = slow.end();
    assert_eq!(ended.code, Some(15), "{ended:?}");
    assert_eq!(ended.finish()["error"]["kind"], "busy");
    assert_eq!(bench.events(), events);
    check_account(&events, &run);
}

fn engine(bench: &Workbench) -> Arc<Engine> {
    let root = bench.home();
    let home = Home::from_env(|name| (name == "SOMAGENT_HOME").then(|| root.clone().into())).unwrap();
    let options = Options {
        actor: "user:ann".to_owned(),
        offline: true,
        model: Catalogue::built_in().unwrap().entries()[0].clone(),
        escalate: None,
    };
    Arc::new(Engine::open(&home, options).unwrap())
}

#[tokio::test]
async fn facts_of_an_earlier_owner_are_fenced() {
    let bench = Workbench::new();
    let repository = bench.repository();
    bench.succeed(&["init", "--yes", "--no-model"]);
    let (first, second) = (engine(&bench), engine(&bench));
    let capsule = Arc::new(Capsule::parse(MANY_STEPS, first.catalogue()).unwrap());
    let inputs = json!({"path": repository, "commits": 3});
    let job = Job {
        inputs: capsule.inputs(Given::Json(inputs)).unwrap(),
        limit: capsule.limit(),
        capsule,
        workspace: repository.canonicalize().unwrap(),
        seed: 0,
        idempotency_key: None,
        children: Vec::new(),
        deadline_ms: None,
        forked: None,
    };
    let (notices, _received) = tokio::sync::mpsc::unbounded_channel();
    let stop = Stop::default();
    stop.ask();
    let (mut owned, begin) = first.begin(job).unwrap();
    let end = first.drive(&mut owned, vec![begin], &notices, &stop).await.unwrap();
    assert!(matches!(end, End::Stopped), "{end:?}");
    let run = owned.id().to_owned();

    fs::remove_file(bench.home().join(format!("data/locks/{run}.lock"))).unwrap();
    let reader = second.journal().reader().unwrap();
    let (mut taken, lease) = second.take_over(&reader, &run).unwrap();
    let end = second.drive(&mut taken, vec![lease], &notices, &stop).await.unwrap();
    assert!(matches!(end, End::Stopped), "{end:?}");
    assert_eq!((owned.run().unwrap().epoch(), taken.run().unwrap().epoch()), (1, 2));

    let outcome = Outcome::Failed {
        fault: Fault::new(FaultKind::Tool, "too late"),
    };
    let settle = command::Command::Settle {
        unit: Unit::step("log"),
        attempt: 1,
        outcome: outcome.clone(),
        form: None,
        spent: Spend::default(),
        usage: None,
        cache: None,
        found: None,
    };
    let refused = first.drive(&mut owned, vec![settle], &notices, &Stop::default()).await;
    let head = taken.run().unwrap().run_seq();
    assert!(
        matches!(
            refused,
            Err(DriveError::Append(AppendError::Fenced { epoch: 1, newest: 2 }))
        ),
        "{refused:?}"
    );
    // Even one that read how far the run is.
    let settled = RunFact::Settled(Box::new(Settled {
        unit: Unit::step("log"),
        attempt: 1,
        outcome,
        spent: Spend::default(),
        usage: None,
        epoch: 1,
        retry_at: None,
        cache: None,
        found: None,
    }));
    let stamp = Stamp {
        at: now_ms(),
        actor: "user:ann".to_owned(),
        trace: None,
        constitution: None,
    };
    let stream = Stream::Run(run.clone());
    let refused = first
        .journal()
        .append(&stream, head, &stamp, vec![settled.to_fact().unwrap()])
        .await;
    assert!(
        matches!(refused, Err(AppendError::Fenced { epoch: 1, newest: 2 })),
        "{refused:?}"
    );
    drop((owned, taken));
    assert_eq!(
        bench.succeed(&["runs", "resume", &run, "-o", "json"]).json()["status"],
        "succeeded"
    );
    check_account(&bench.events(), &run);
}

#[test]
fn an_idempotency_key_names_one_run() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.repository(), bench.capsule(MANY_STEPS));
    let path = format!("path={}", repository.display());
    let keyed = ["run", &capsule, "-p", &path, "-o", "json", "--idempotency-key", "k"];
    let first = bench.succeed(&keyed);
    let events = bench.events();
    assert_eq!(bench.succeed(&keyed).json(), first.json());
    assert_eq!(bench.events(), events);

    let other = bench.run(&[&keyed[..], &["-p", "commits=3"]].concat());
    assert_eq!(other.code, Some(2), "{other:?}");
    assert!(other.err.contains("key_of_another_job"), "{other:?}");
    let changed = bench.path("changed.yaml");
    fs::write(&changed, MANY_STEPS.replace("1.0.0", "1.0.1")).unwrap();
    let mut args = keyed;
    args[1] = changed.to_str().unwrap();
    assert_eq!(bench.run(&args).code, Some(2));
    assert_eq!(bench.events(), events);

    // After a kill the same command goes on with the same run.
    let capsule = bench.capsule(&waiting());
    let keyed = ["run", &capsule, "-p", &path, "-o", "jsonl", "--idempotency-key", "l"];
    let (live, run) = stopped_run(&bench, &keyed);
    assert_busy(&bench.run(&keyed), live.id());
    live.signal(Signal::KILL);
    assert_eq!(live.end().signal, Some(9));
    go_on(&bench);
    let finish = bench.succeed(&keyed).finish();
    assert_eq!(
        (&finish["run"], &finish["status"]),
        (&run.clone().into(), &"succeeded".into())
    );
    check_account(&bench.events(), &run);
    assert_eq!(bench.runs().len(), 2);
}

#[test]
fn processes_that_use_one_key_together_make_one_run() {
    let bench = Workbench::new();
    let (repository, capsule) = (bench.repository(), bench.capsule(MANY_STEPS));
    let path = format!("path={}", repository.display());
    for round in 1..=5 {
        let key = format!("key-{round}");
        let args = ["run", &capsule, "-p", &path, "-o", "jsonl", "--idempotency-key", &key];
        let ended = [(); 3].map(|()| bench.start(&args)).map(Live::end);
        let done: Vec<Value> = ended
            .iter()
            .filter(|ended| ended.code == Some(0))
            .map(Ended::finish)
            .collect();
        assert!(!done.is_empty(), "{ended:?}");
        assert!(done.iter().all(|finish| finish == &done[0]), "{ended:?}");
        assert!(
            ended.iter().all(|ended| [Some(0), Some(15)].contains(&ended.code)),
            "{ended:?}"
        );
        let runs = bench.runs();
        assert_eq!(runs.len(), round, "{runs:?}");
        check_account(&bench.events(), done[0]["run"].as_str().unwrap());
    }
}

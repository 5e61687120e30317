//! The edge: an engine on a founded store, with real tools.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::super::command::Command;
use super::super::drive::flight::{Flight, Granted};
use super::super::drive::{DriveError, End, Notice, Owned, Stop};
use super::super::fact::Unit;
use super::super::fact::{FaultKind, RunFact, Status, Usage};
use super::super::perform::{Performance, Used, perform};
use super::super::{Engine, Job, OpenError, Options, StartError, setup, start};
use super::{capsule, counting, document, kinds, unit};
use crate::capsule::Capsule;
use crate::config::Home;
use crate::journal::{AppendError, LeaseError, Stream};
use crate::keys;
use crate::models::catalogue;
use crate::policy::ConstitutionError;
use crate::policy::constitution::sign;

/// A founded store and a directory to work on.
pub(super) struct Ground {
    directory: TempDir,
    pub(super) home: Home,
}

impl Ground {
    pub(super) async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("home");
        let home = Home::from_env(|name| (name == "SOMAGENT_HOME").then(|| root.clone().into_os_string())).unwrap();
        setup::ensure(&home, "user:test", &mut |_| {}).await.unwrap();
        std::fs::create_dir(directory.path().join("workspace")).unwrap();
        Self { directory, home }
    }

    pub(super) fn workspace(&self) -> PathBuf {
        self.directory.path().join("workspace").canonicalize().unwrap()
    }

    pub(super) fn open(&self) -> Result<Engine, OpenError> {
        let options = Options {
            actor: "user:test".to_owned(),
            offline: true,
            model: catalogue::Catalogue::built_in().unwrap().entries()[0].clone(),
            escalate: None,
        };
        Engine::open(&self.home, options)
    }

    pub(super) fn engine(&self) -> Arc<Engine> {
        Arc::new(self.open().unwrap())
    }

    pub(super) fn begin(&self, engine: &Engine, capsule: &Arc<Capsule>) -> (Owned, Command) {
        let job = Job {
            capsule: Arc::clone(capsule),
            inputs: json!({"list": [{"n": 1}, {"n": 2}]}),
            workspace: self.workspace(),
            seed: 0,
            idempotency_key: None,
            limit: capsule.limit(),
            children: start::children(capsule, engine.catalogue()),
            deadline_ms: None,
            forked: None,
        };
        engine.begin(job).unwrap()
    }
}

pub(super) fn listener() -> (UnboundedSender<Notice>, UnboundedReceiver<Notice>) {
    unbounded_channel()
}

/// The facts of a run as another connection reads them.
pub(super) fn recorded(engine: &Engine, run: &str) -> Vec<RunFact> {
    let events = engine.journal().reader().unwrap();
    let events = events.events(&Stream::Run(run.to_owned()), 0, usize::MAX).unwrap();
    events.iter().map(|event| RunFact::recorded(event).unwrap()).collect()
}

pub(super) async fn finish(engine: &Arc<Engine>, owned: &mut Owned, command: Command) -> End {
    let (notices, _received) = listener();
    engine
        .drive(owned, vec![command], &notices, &Stop::default())
        .await
        .unwrap()
}

/// Submits `command` and all that follows at once.
async fn submit(
    engine: &Arc<Engine>,
    owned: &mut Owned,
    command: Command,
    notices: &UnboundedSender<Notice>,
) -> Result<Vec<Granted>, DriveError> {
    let mut skipped = HashSet::new();
    let submitted = engine.submit(owned, Some(command), true, &mut skipped, notices);
    Ok(submitted.await?.granted)
}

/// Carries out an intent, and returns the command that reports its end.
async fn carry_out(engine: &Arc<Engine>, granted: Granted, notices: &UnboundedSender<Notice>) -> Command {
    match perform(
        engine,
        granted.prepared,
        granted.terms,
        &Used::default(),
        notices,
        &Stop::default(),
    )
    .await
    {
        Performance::Over(performed) => performed.settle(),
        Performance::Waits | Performance::Broken(_) => panic!("it has no end"),
    }
}

fn two_steps() -> Arc<Capsule> {
    capsule("sequence", "steps: 9", &[&counting("a", ""), &counting("b", "")])
}

#[tokio::test]
async fn an_intent_is_durable_before_its_effect_and_an_end_together_with_the_next_intent() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let (mut owned, command) = ground.begin(&engine, &two_steps());
    let (notices, mut received) = listener();
    let run = owned.id().to_owned();
    assert_eq!(recorded(&engine, &run), []);

    // What carries an effect out comes only from the append that made its intent durable.
    let mut granted = submit(&engine, &mut owned, command, &notices).await.unwrap();
    let begun = ["run.started", "run.leased", "step.judged", "step.started"];
    assert_eq!(kinds(&recorded(&engine, &run)), begun);
    assert_eq!(granted.len(), 1);

    let first = granted.remove(0);
    let settle = carry_out(&engine, first, &notices).await;
    assert_eq!(kinds(&recorded(&engine, &run)), begun);

    let mut granted = submit(&engine, &mut owned, settle, &notices).await.unwrap();
    let next = ["step.settled", "step.judged", "step.started"];
    assert_eq!(kinds(&recorded(&engine, &run)), [&begun[..], &next].concat());

    let second = granted.remove(0);
    let settle = carry_out(&engine, second, &notices).await;
    let granted = submit(&engine, &mut owned, settle, &notices).await;
    assert!(granted.unwrap().is_empty());
    let last = ["step.settled", "run.finished"];
    assert_eq!(kinds(&recorded(&engine, &run)), [&begun[..], &next, &last].concat());

    // Whoever listens hears each of them once, in order.
    drop(notices);
    let mut heard = Vec::new();
    while let Some(Notice::Event(event)) = received.recv().await {
        heard.push(RunFact::recorded(&event).unwrap());
    }
    assert_eq!(heard, recorded(&engine, &run));
}

#[tokio::test]
async fn a_run_that_was_let_go_is_resumed_where_it_stopped() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let (mut owned, command) = ground.begin(&engine, &two_steps());
    let run = owned.id().to_owned();
    let (notices, _received) = listener();
    let mut granted = submit(&engine, &mut owned, command, &notices).await.unwrap();
    let first = granted.remove(0);
    let settle = carry_out(&engine, first, &notices).await;
    submit(&engine, &mut owned, settle, &notices).await.unwrap();
    // The second step has begun, and nobody will say how it ended.
    let reader = engine.journal().reader().unwrap();
    let busy = engine.take_over(&reader, &run);
    assert!(matches!(busy, Err(StartError::Lease(LeaseError::Busy { .. }))));
    drop((owned, engine));

    let engine = ground.engine();
    let reader = engine.journal().reader().unwrap();
    let (mut owned, command) = engine.take_over(&reader, &run).unwrap();
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("not finished")
    };
    assert_eq!(finished.status, Status::Succeeded);
    // The attempt that was cut short may have used its reservation.
    assert_eq!(finished.spent.steps, 3);
    let begun: Vec<(String, u32, String)> = recorded(&engine, &run)
        .into_iter()
        .filter_map(|fact| match fact {
            RunFact::StepStarted(started) => Some((started.unit.to_string(), started.attempt, started.key)),
            _ => None,
        })
        .collect();
    let key = |step: &str| format!("som1:{run}:{step}:");
    assert_eq!(
        begun,
        [
            ("a".to_owned(), 1, key("a")),
            ("b".to_owned(), 1, key("b")),
            ("b".to_owned(), 2, key("b")),
        ]
    );
}

#[tokio::test]
async fn an_owner_that_lost_the_run_records_nothing_more() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let (mut slow, command) = ground.begin(&engine, &two_steps());
    let run = slow.id().to_owned();
    let (notices, _received) = listener();
    let mut granted = submit(&engine, &mut slow, command, &notices).await.unwrap();
    // Its lock is gone, as on a file system that forgot it, but the process still works.
    std::fs::remove_file(ground.home.locks().join(format!("{run}.lock"))).unwrap();
    let reader = engine.journal().reader().unwrap();
    let (mut owned, command) = engine.take_over(&reader, &run).unwrap();
    assert!(matches!(finish(&engine, &mut owned, command).await, End::Finished(_)));
    let before = recorded(&engine, &run);

    let first = granted.remove(0);
    let settle = carry_out(&engine, first, &notices).await;
    let Err(DriveError::Append(refused)) = submit(&engine, &mut slow, settle.clone(), &notices).await else {
        panic!("it was recorded")
    };
    assert!(
        matches!(
            refused,
            AppendError::Fenced { epoch: 1, newest: 2 } | AppendError::Conflict { .. }
        ),
        "{refused}"
    );
    // It has learnt who owns the run now, and still records nothing in the other one's name.
    assert!(submit(&engine, &mut slow, settle, &notices).await.is_err());
    assert_eq!(recorded(&engine, &run), before);
}

#[tokio::test]
async fn an_external_effect_that_was_cut_short_is_left_to_people() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let (mut owned, command) = ground.begin(
        &engine,
        &capsule("sequence", "steps: 9", &[&counting("a", "effect: external, ")]),
    );
    let run = owned.id().to_owned();
    let (notices, _received) = listener();
    submit(&engine, &mut owned, command, &notices).await.unwrap();
    drop(owned);
    for _ in 0..2 {
        let reader = engine.journal().reader().unwrap();
        let (mut owned, command) = engine.take_over(&reader, &run).unwrap();
        assert!(matches!(finish(&engine, &mut owned, command).await, End::Parked));
        assert!(owned.run().unwrap().doubts().contains_key(&unit("a")));
    }
    let seen = recorded(&engine, &run);
    let begun = ["run.started", "run.leased", "step.judged", "step.started"];
    let resumed = ["run.leased", "step.in_doubt", "approval.requested", "run.leased"];
    assert_eq!(kinds(&seen), [&begun[..], &resumed].concat());
}

#[tokio::test]
async fn the_recorded_capsule_is_resumed_and_not_what_its_file_says_now() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let file = ground.directory.path().join("task.yaml");
    std::fs::write(&file, document("sequence", "steps: 9", &[&counting("a", "")])).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let capsule = Arc::new(Capsule::parse(&text, engine.catalogue()).unwrap());
    let (mut owned, command) = ground.begin(&engine, &capsule);
    let run = owned.id().to_owned();
    let (notices, _received) = listener();
    submit(&engine, &mut owned, command, &notices).await.unwrap();
    drop((owned, capsule));
    std::fs::write(&file, "not even a capsule").unwrap();

    let reader = engine.journal().reader().unwrap();
    let (mut owned, command) = engine.take_over(&reader, &run).unwrap();
    assert_eq!(owned.run().unwrap().capsule().text(), text);
    assert!(matches!(finish(&engine, &mut owned, command).await, End::Finished(_)));
}

#[tokio::test]
async fn a_constitution_that_changed_since_stops_everything() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let (mut owned, command) = ground.begin(&engine, &two_steps());
    let run = owned.id().to_owned();
    let (notices, _received) = listener();
    submit(&engine, &mut owned, command, &notices).await.unwrap();
    drop((owned, engine));

    let path = ground.home.constitution();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}\n# a rule less\n")).unwrap();
    let refused = ground.open().err().unwrap();
    assert!(
        matches!(refused, OpenError::Constitution(ConstitutionError::Tampered { .. })),
        "{refused}"
    );

    // Signed by the right key, and still not what the store says is in force.
    let newer = text.replace("version: 1", "version: 2");
    let key = keys::load(&ground.home.signing_key()).unwrap();
    std::fs::write(&path, &newer).unwrap();
    std::fs::write(ground.home.constitution_signature(), sign(newer.as_bytes(), &key)).unwrap();
    let refused = ground.open().err().unwrap();
    assert!(
        matches!(refused, OpenError::NotActivated { found: 2, active: 1 }),
        "{refused}"
    );

    std::fs::write(&path, &text).unwrap();
    std::fs::write(ground.home.constitution_signature(), sign(text.as_bytes(), &key)).unwrap();
    let engine = ground.engine();
    let reader = engine.journal().reader().unwrap();
    let (mut owned, command) = engine.take_over(&reader, &run).unwrap();
    assert!(matches!(finish(&engine, &mut owned, command).await, End::Finished(_)));
}

#[tokio::test]
async fn what_the_constitution_denies_is_not_done() {
    let ground = Ground::new().await;
    let outside = ground.directory.path().join("secret");
    std::fs::write(&outside, "secret").unwrap();
    let engine = ground.engine();
    let line = format!("name: a, action: fs.read, params: {{path: {}}}", outside.display());
    let (mut owned, command) = ground.begin(&engine, &capsule("sequence", "steps: 9", &[&line]));
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("not finished")
    };
    assert_eq!((finished.status, finished.exit_code), (Status::Denied, 6));
    assert_eq!(finished.fault.as_ref().unwrap().fault.kind, FaultKind::Denied);
    let seen = recorded(&engine, owned.id());
    let expected = [
        "run.started",
        "run.leased",
        "step.judged",
        "step.settled",
        "run.finished",
    ];
    assert_eq!(kinds(&seen), expected);
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_can_be_resumed() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let (mut owned, command) = ground.begin(&engine, &two_steps());
    let run = owned.id().to_owned();
    let stop = Stop::default();
    stop.ask();
    let (notices, _received) = listener();
    let end = engine.drive(&mut owned, vec![command], &notices, &stop).await.unwrap();
    assert!(matches!(end, End::Stopped));
    drop(owned);
    let reader = engine.journal().reader().unwrap();
    let (mut owned, command) = engine.take_over(&reader, &run).unwrap();
    assert!(matches!(finish(&engine, &mut owned, command).await, End::Finished(_)));
}

#[tokio::test]
async fn an_effect_that_was_over_when_the_run_stopped_is_recorded() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let lines = [counting("a", "effect: external, "), counting("b", "")];
    let capsule = capsule("dag", "steps: 9", &lines.each_ref().map(String::as_str));
    let (mut owned, command) = ground.begin(&engine, &capsule);
    let run = owned.id().to_owned();
    let (notices, _received) = listener();
    let granted = submit(&engine, &mut owned, command, &notices).await.unwrap();
    let stop = Stop::default();
    let mut flight = Flight::default();
    for granted in granted.into_iter().filter(|granted| granted.prepared.unit == unit("a")) {
        flight.begin(&engine, owned.run().unwrap(), granted, &notices, &stop);
    }
    // On one thread, the first effect is over when this one goes on; the second one was never begun.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    engine.land(&mut owned, flight, &notices).await.unwrap();
    let settled: Vec<String> = recorded(&engine, &run)
        .into_iter()
        .filter_map(|fact| match fact {
            RunFact::Settled(settled) => Some(settled.unit.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(settled, ["a"]);
    drop(owned);
    let reader = engine.journal().reader().unwrap();
    let (mut owned, command) = engine.take_over(&reader, &run).unwrap();
    assert!(matches!(finish(&engine, &mut owned, command).await, End::Finished(_)));
}

#[tokio::test]
async fn more_facts_than_one_append_takes_come_in_several() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let lines: Vec<String> = (0..1_200)
        .map(|at| counting(&format!("s{at}"), "when: \"inputs.list | length > 2\", "))
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (mut owned, command) = ground.begin(&engine, &capsule("sequence", "steps: 9", &lines));
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("not finished")
    };
    assert_eq!(finished.status, Status::Succeeded);
    assert_eq!(recorded(&engine, owned.id()).len(), 1_203);
}

#[tokio::test]
async fn a_loop_sees_its_items_and_its_position() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let line = "name: a, foreach: {items: \"inputs.list\", as: one, max_items: 2}, action: artifact.put, \
                params: {name: \"{{ loop_index }}.txt\", content: \"n {{ one.n }}\"}";
    let (mut owned, command) = ground.begin(&engine, &capsule("sequence", "steps: 9", &[line]));
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("not finished")
    };
    let read = |at: usize| std::fs::read_to_string(&finished.artifacts[at].path).unwrap();
    assert_eq!((read(0), read(1)), ("n 1".to_owned(), "n 2".to_owned()));
    assert_eq!(finished.artifacts[1].name, "1.txt");
    assert_eq!(owned.run().unwrap().usage(), [] as [(Unit, Usage); 0]);
}

#[tokio::test]
async fn a_list_that_is_too_long_fails_its_step_before_any_item() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let line = counting("a", "foreach: {items: \"inputs.list\", as: one, max_items: 1}, ");
    let (mut owned, command) = ground.begin(&engine, &capsule("sequence", "steps: 9", &[&line]));
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("not finished")
    };
    let fault = &finished.fault.as_ref().unwrap().fault;
    assert_eq!((finished.exit_code, fault.kind), (3, FaultKind::Template));
    assert_eq!(finished.spent.steps, 0);
}

#[tokio::test]
async fn a_value_that_no_event_can_hold_fails_its_step_and_the_run_ends() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    // Each group puts three levels around the one before it.
    let mut lines = vec!["name: s0, action: text.group, params: {items: [{x: 1}], by: x}".to_owned()];
    for at in 1..40 {
        let before = at - 1;
        lines.push(format!(
            "name: s{at}, action: text.group, params: {{items: \"{{{{ [{{'x': 1, 'in': steps.s{before}.output}}] }}}}\", by: x}}"
        ));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (mut owned, command) = ground.begin(&engine, &capsule("sequence", "steps: 99", &lines));
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("not finished")
    };
    let fault = &finished.fault.as_ref().unwrap().fault;
    assert_eq!((finished.exit_code, fault.kind), (13, FaultKind::Schema), "{fault:?}");
    assert!(fault.message.contains("nested deeper"), "{}", fault.message);
}

#[test]
fn a_directory_whose_path_no_event_can_hold_is_refused() {
    use std::os::unix::ffi::OsStrExt as _;
    let scratch = tempfile::tempdir().unwrap();
    let directory = scratch.path().join(std::ffi::OsStr::from_bytes(b"a\xff"));
    std::fs::create_dir(&directory).unwrap();
    let refused = super::super::start::workspace(&json!({}), &directory).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidData);
    assert!(super::super::start::workspace(&json!({"path": ".."}), &directory).is_ok());
}

//! Directories of steps: which stay, by the state of a run alone, and what is left of them on a disk.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::super::command::Ruling;
use super::super::drive::End;
use super::super::fact::{FaultKind, Outcome, RunFact, Status, Unit};
use super::super::workspace::stays;
use super::driving::{Ground, finish, recorded};
use super::{Table, capsule, counting, failed, output, steps, unit};
use crate::capsule::Separate;
use crate::label::{Label, Labelled};

/// Whether the directory of `unit` stays for now, and in the end.
fn stay(table: &Table, unit: &Unit) -> (bool, bool) {
    (stays(&table.run, unit, false), stays(&table.run, unit, true))
}

#[test]
fn a_directory_stays_as_long_as_it_is_needed_and_then_as_it_was_said() {
    let of = |keep: &str| counting("a", &format!("workspace: {{kind: scratch, keep: {keep}}}, "));
    for (keep, completed, fails) in [
        ("never", false, false),
        ("on_failure", false, true),
        ("always", true, true),
    ] {
        let mut table = Table::new(&capsule("sequence", "steps: 9", &[&of(keep)]));
        let a = unit("a");
        // What was begun and never ended counts as failed.
        assert_eq!(stay(&table, &a), (true, fails), "{keep}");
        table.begin(&a, steps(1));
        assert_eq!(stay(&table, &a), (true, fails), "{keep}");
        let mut failing = table.clone();
        table.end(&a, output(json!({})), steps(1));
        assert_eq!(stay(&table, &a), (completed, completed), "{keep}");
        failing.end(&a, failed(FaultKind::Tool), steps(1));
        assert_eq!(stay(&failing, &a), (fails, fails), "{keep}");
    }
}

#[test]
fn between_two_attempts_it_is_not_over() {
    let line = "name: a, workspace: scratch, retry: {max_attempts: 2, on: [tool]}, action: text.count, params: {items: [], by: x}";
    let mut table = Table::new(&capsule("sequence", "steps: 9", &[line]));
    let a = unit("a");
    table.fail(&a, FaultKind::Tool);
    assert_eq!(stay(&table, &a), (true, false));
}

#[test]
fn what_another_step_works_in_stays_to_the_end() {
    let guest = counting("b", "needs: [a], workspace: {of: a}, ");
    for (keep, kept) in [("never", false), ("on_failure", true)] {
        let owner = counting("a", &format!("workspace: {{kind: scratch, keep: {keep}}}, "));
        let mut table = Table::new(&capsule("dag", "steps: 9", &[&owner, &guest]));
        table.complete(&unit("a"));
        assert_eq!(stay(&table, &unit("a")), (true, false), "{keep}");
        // It belongs to the step that it was made for, whoever works in it.
        assert_eq!(stay(&table, &unit("b")), (true, true), "{keep}");
        table.fail(&unit("b"), FaultKind::Tool);
        assert_eq!(stay(&table, &unit("a")), (true, kept), "{keep}");
    }
}

#[test]
fn each_item_has_one_and_stays_by_itself() {
    let each = |on_error: &str| {
        counting(
            "a",
            &format!(
                "foreach: {{items: '[1, 2]', as: n, max_items: 2, max_parallel: 2, on_item_error: {on_error}}}, \
                 workspace: {{kind: scratch, keep: on_failure}}, "
            ),
        )
    };
    for on_error in ["collect", "fail_fast"] {
        let mut table = Table::new(&capsule("sequence", "steps: 9", &[&each(on_error)]));
        let label = Label::constant();
        let item = |n: u8| Arc::new(Labelled::new(json!(n), label.clone()));
        let items = vec![item(1), item(2)];
        table.rule(&unit("a"), Ruling::Expand { items, label }).unwrap();
        let (first, second) = (Unit::item("a", 0), Unit::item("a", 1));
        table.complete(&first);
        assert_eq!(stay(&table, &first), (false, false), "{on_error}");
        assert_eq!(stay(&table, &second), (true, true), "{on_error}");
        table.fail(&second, FaultKind::Tool);
        assert_eq!(stay(&table, &first), (false, false), "{on_error}");
        assert_eq!(stay(&table, &second), (true, true), "{on_error}");
    }
}

/// What lies below the directory of the run, besides what git ignores by.
fn left(workspace: &Path, run: &str) -> Vec<String> {
    crate::tools::workspace::made(workspace, run)
}

#[tokio::test]
async fn a_step_works_in_a_directory_that_is_judged_made_and_gone() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    std::fs::write(ground.workspace().join("file"), "x").unwrap();
    let list = |name: &str, rest: &str| format!("name: {name}, {rest}action: fs.list");
    let capsule = capsule(
        "dag",
        "steps: 9",
        &[
            &list("plain", ""),
            &list("apart", "workspace: scratch, "),
            &list("kept", "workspace: {kind: scratch, keep: always}, "),
            &list("again", "needs: [kept], workspace: {of: kept}, "),
        ],
    );
    let (mut owned, command) = ground.begin(&engine, &capsule);
    let run = owned.id().to_owned();
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("it waits for nobody");
    };
    assert_eq!(finished.status, Status::Succeeded, "{finished:?}");
    let below = ground.workspace().join(".somagent/work").join(&run);
    for fact in recorded(&engine, &run) {
        match fact {
            RunFact::Judged(judged) => {
                let situation = judged.verdict.situation();
                let (workspace, separate) = match judged.unit.step.as_str() {
                    "plain" => (ground.workspace(), None),
                    "apart" => (below.join("apart"), Some(Separate::Scratch)),
                    _ => (below.join("kept"), Some(Separate::Scratch)),
                };
                assert_eq!((&situation.workspace, situation.separate), (&workspace, separate));
            }
            RunFact::Settled(settled) => {
                let Outcome::Completed { output, .. } = &settled.outcome else {
                    panic!("{settled:?}");
                };
                // The file, and what the directories of steps lie in.
                let is_empty = output.value["total"] == 0;
                assert_eq!(is_empty, settled.unit.step != "plain", "{settled:?}");
            }
            _ => {}
        }
    }
    assert_eq!(left(&ground.workspace(), &run), ["kept"]);
}

#[tokio::test]
async fn a_step_that_has_nowhere_to_work_fails_and_says_why() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let line = "name: a, workspace: worktree, action: fs.list";
    let (mut owned, command) = ground.begin(&engine, &capsule("sequence", "steps: 9", &[line]));
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("it waits for nobody");
    };
    let fault = &finished.fault.as_ref().unwrap().fault;
    assert_eq!(fault.kind, FaultKind::Tool);
    assert!(fault.message.contains("lies in no git repository"), "{fault:?}");
    assert!(fault.hint.as_deref().unwrap().contains("git init"), "{fault:?}");

    let skipped = [
        "name: a, when: 'inputs.list | length > 5', workspace: scratch, action: fs.list",
        "name: b, needs: [a], workspace: {of: a}, action: fs.list",
    ];
    let (mut owned, command) = ground.begin(&engine, &capsule("dag", "steps: 9", &skipped));
    let End::Finished(finished) = finish(&engine, &mut owned, command).await else {
        panic!("it waits for nobody");
    };
    let fault = &finished.fault.as_ref().unwrap().fault;
    assert!(fault.message.contains("`a` has not run"), "{fault:?}");
    assert!(!ground.workspace().join(".somagent").exists());
}

#[tokio::test]
async fn what_a_dead_owner_left_is_gone_before_the_run_is_concluded() {
    let ground = Ground::new().await;
    let engine = ground.engine();
    let lines = [
        "name: a, workspace: scratch, action: fs.list",
        "name: b, needs: [a], workspace: scratch, action: fs.list",
    ];
    let (mut owned, command) = ground.begin(&engine, &capsule("dag", "steps: 9", &lines));
    let run = owned.id().to_owned();
    // As if an owner had died after it had begun these, and before it could take them away.
    let below = ground.workspace().join(".somagent/work").join(&run);
    for name in ["a", "b"] {
        std::fs::create_dir_all(below.join(name)).unwrap();
        std::fs::write(below.join(name).join("left"), "x").unwrap();
    }
    assert!(matches!(finish(&engine, &mut owned, command).await, End::Finished(_)));
    assert_eq!(left(&ground.workspace(), &run), [""; 0]);
    assert!(!below.exists());
    let settled = recorded(&engine, &run).into_iter().filter_map(|fact| match fact {
        RunFact::Settled(settled) => Some(settled),
        _ => None,
    });
    for settled in settled {
        let Outcome::Completed { output, .. } = &settled.outcome else {
            panic!("{settled:?}");
        };
        assert_eq!(output.value["total"], 0, "what was left is not seen");
    }
}

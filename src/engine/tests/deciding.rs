//! From a start to an end: order, conditions, loops, denials.

use std::sync::Arc;

use serde_json::json;

use super::super::command::{Command, Ruling};
use super::super::decide::{CommandError, decide};
use super::super::fact::{Fault, FaultKind, Finished, Outcome, RunFact, Status, Unit};
use super::super::run::{Effect, StepState};
use super::{Table, capsule, counting, dag, failed, kinds, output, started, steps, unit, world};
use crate::capsule::budget::Spend;
use crate::label::{Integrity, Label, Labelled};

fn finished(facts: &[RunFact]) -> &Finished {
    match facts {
        [RunFact::Finished(finished)] => finished,
        _ => panic!("{facts:?}"),
    }
}

fn items(values: &[serde_json::Value]) -> Vec<Arc<Labelled>> {
    let item = |value: &serde_json::Value| Arc::new(Labelled::new(value.clone(), world("input:list")));
    values.iter().map(item).collect()
}

/// A run whose only step is a loop over as many items.
fn fanned(count: usize) -> Table {
    let each = counting("each", "foreach: {items: \"inputs.list\", as: one, max_items: 10}, ");
    let mut table = Table::new(&capsule("sequence", "steps: 100", &[&each]));
    let values: Vec<_> = (0..count).map(|at| json!(at)).collect();
    let ruling = Ruling::Expand {
        items: items(&values),
        label: world("input:list"),
    };
    let facts = table.rule(&unit("each"), ruling).unwrap();
    assert_eq!(kinds(&facts), ["step.expanded"]);
    table
}

#[test]
fn a_start_records_the_run_and_its_first_owner() {
    let capsule = dag("steps: 9", &[("a", "")]);
    let table = Table::new(&capsule);
    assert_eq!(kinds(&table.facts), ["run.started", "run.leased"]);
    assert_eq!((table.run.epoch(), table.run.run_seq()), (1, 2));
    assert_eq!(table.effects(), [Effect::Judge(unit("a"))]);
}

#[test]
fn commands_that_do_not_fit_are_refused() {
    let capsule = dag("steps: 9", &[("a", ""), ("b", "a")]);
    let start = Command::Start {
        started: Box::new(started(&capsule)),
        capsule: Arc::clone(&capsule),
        pid: 1,
        findings: Vec::new(),
        adopted: Vec::new(),
    };
    let lease = Command::Lease {
        pid: 1,
        last_beat: None,
    };
    assert_eq!(decide(None, &lease, 1), Err(CommandError::NotStarted));
    let mut table = Table::new(&capsule);
    assert_eq!(table.command(&start), Err(CommandError::AlreadyStarted));
    let conclude = Command::Conclude {
        outputs: Ok(Labelled::new(json!({}), Label::constant())),
        findings: Vec::new(),
    };
    assert_eq!(table.command(&conclude), Err(CommandError::NotConcluded));

    let ruling = |table: &Table, step| Ruling::Act(Box::new(table.act(&unit(step), steps(1))));
    let not_ready = |unit: Unit| Err(CommandError::NotReady { unit });
    let (of_a, of_b) = (ruling(&table, "a"), ruling(&table, "b"));
    assert_eq!(table.rule(&unit("b"), of_b), not_ready(unit("b")));
    assert_eq!(table.rule(&unit("c"), of_a.clone()), not_ready(unit("c")));
    assert_eq!(
        table.rule(&Unit::item("a", 0), of_a.clone()),
        not_ready(Unit::item("a", 0))
    );
    table.begin(&unit("a"), steps(1));
    assert_eq!(table.rule(&unit("a"), of_a), not_ready(unit("a")));

    table.end(&unit("a"), failed(FaultKind::Tool), steps(1));
    let of_b = ruling(&table, "b");
    assert_eq!(table.rule(&unit("b"), of_b), not_ready(unit("b")));
    table.conclude();
    assert_eq!(table.command(&conclude), Err(CommandError::Finished));
    assert_eq!(table.command(&lease), Err(CommandError::Finished));
    assert_eq!(table.effects(), []);
}

#[test]
fn an_item_is_neither_skipped_nor_expanded() {
    let mut table = fanned(2);
    let first = Unit::item("each", 0);
    for ruling in [
        Ruling::Skip {
            label: Label::constant(),
        },
        Ruling::Expand {
            items: items(&[json!(1)]),
            label: Label::constant(),
        },
    ] {
        let refused = table.rule(&first, ruling);
        assert_eq!(refused, Err(CommandError::NotReady { unit: first.clone() }));
    }
}

#[test]
fn a_step_waits_for_what_it_needs_and_for_nothing_else() {
    let capsule = dag("steps: 9", &[("a", ""), ("b", ""), ("c", "a, b"), ("d", "a")]);
    let mut table = Table::new(&capsule);
    assert_eq!(table.waiting(), ["a", "b"]);
    table.begin(&unit("a"), steps(1));
    table.begin(&unit("b"), steps(1));
    assert_eq!(
        table.effects(),
        [Effect::Perform(unit("a")), Effect::Perform(unit("b"))]
    );
    table.end(&unit("a"), output(json!({})), steps(1));
    assert_eq!(table.waiting(), ["d"]);
    table.end(&unit("b"), output(json!({})), steps(1));
    assert_eq!(table.waiting(), ["c", "d"]);
    table.complete(&unit("d"));
    table.complete(&unit("c"));
    assert_eq!(table.effects(), [Effect::Conclude]);
    assert_eq!(finished(&table.conclude()).status, Status::Succeeded);
}

#[test]
fn a_sequence_runs_one_step_after_another() {
    let lines = ["a", "b", "c"].map(|name| counting(name, ""));
    let mut table = Table::new(&capsule("sequence", "steps: 9", &lines.each_ref().map(String::as_str)));
    for name in ["a", "b", "c"] {
        assert_eq!(table.waiting(), [name]);
        table.complete(&unit(name));
    }
    assert_eq!(table.waiting(), [""; 0]);
}

#[test]
fn no_more_than_so_many_effects_are_in_flight() {
    let names: Vec<String> = (0..5).map(|at| format!("s{at}")).collect();
    let lines: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    let mut table = Table::new(&dag("steps: 99\n  max_parallel: 2\n", &lines));
    assert_eq!(table.waiting().len(), 2);
    for name in &names[..2] {
        table.begin(&unit(name), steps(1));
    }
    assert_eq!(table.waiting(), [""; 0]);
    let next = unit(&names[2]);
    let ruling = Ruling::Act(Box::new(table.act(&next, steps(1))));
    assert!(table.rule(&next, ruling).is_err());
    table.end(&unit(&names[1]), output(json!({})), steps(1));
    assert_eq!(table.waiting(), [next.to_string()]);
}

#[test]
fn a_skipped_step_is_over_and_keeps_the_label_of_its_condition() {
    let steps = [counting("a", "when: \"inputs.list\", "), counting("b", "needs: [a], ")];
    let mut table = Table::new(&capsule("dag", "steps: 9", &steps.each_ref().map(String::as_str)));
    let label = world("input:list");
    let facts = table.rule(&unit("a"), Ruling::Skip { label: label.clone() }).unwrap();
    assert_eq!(kinds(&facts), ["step.skipped"]);
    assert_eq!(*table.state("a"), StepState::Skipped { label });
    assert_eq!(table.waiting(), ["b"]);
    assert_eq!(table.run.budget().spent, Spend::default());
}

#[test]
fn a_loop_without_items_is_a_list_without_items() {
    let mut table = fanned(0);
    let StepState::Completed { output, why, .. } = table.state("each") else {
        panic!("{:?}", table.state("each"))
    };
    assert_eq!((&output.value, &output.label), (&json!([]), &world("input:list")));
    assert_eq!(*why, world("input:list"));
    assert_eq!(finished(&table.conclude()).spent, Spend::default());
}

#[test]
fn a_loop_runs_its_items_in_order_and_joins_outputs_and_labels() {
    let mut table = fanned(3);
    for at in 0..3 {
        assert_eq!(table.waiting(), [format!("each[{at}]")]);
        let item = Unit::item("each", at);
        table.begin(&item, steps(1));
        assert_eq!(table.waiting(), [""; 0]);
        let mut given = Labelled::new(json!({"n": at, "text": "x"}), world(&format!("tool:{at}")));
        given.fields.insert("/n".to_owned(), Label::constant());
        let outcome = Outcome::Completed {
            output: Arc::new(given),
            artifacts: Vec::new(),
        };
        table.end(&item, outcome, steps(1));
    }
    let StepState::Completed { output, .. } = table.state("each") else {
        panic!("{:?}", table.state("each"))
    };
    assert_eq!(
        output.value,
        json!([{"n": 0, "text": "x"}, {"n": 1, "text": "x"}, {"n": 2, "text": "x"}])
    );
    // How many there are and what each is depend on the list; an item says nothing of its neighbours.
    assert_eq!(output.label, world("input:list"));
    let text = output.label_at("/1/text");
    assert!(text.sources.contains("tool:1") && text.sources.contains("input:list"));
    assert!(!text.sources.contains("tool:0"), "{text:?}");
    let number = output.label_at("/1/n");
    assert_eq!(number.integrity, Integrity::Untrusted);
    assert!(!number.sources.contains("tool:1"), "{number:?}");
}

#[test]
fn a_failing_item_fails_its_step_and_the_rest_is_not_begun() {
    let mut table = fanned(3);
    table.complete(&Unit::item("each", 0));
    let second = Unit::item("each", 1);
    table.begin(&second, steps(1));
    table.end(&second, failed(FaultKind::Schema), steps(1));
    assert!(matches!(table.state("each"), StepState::Failed { .. }));
    assert_eq!(table.effects(), [Effect::Conclude]);
    let facts = table.conclude();
    let end = finished(&facts);
    assert_eq!((end.status, end.exit_code), (Status::Failed, 13));
    assert_eq!(end.fault.as_ref().unwrap().unit, Some(second));
    assert_eq!(end.outputs, None);
}

#[test]
fn a_denied_action_never_starts_and_ends_the_run() {
    let capsule = capsule(
        "dag",
        "steps: 9",
        &[
            "name: a, action: fs.read, params: {path: /etc/passwd}",
            "name: b, action: fs.read, needs: [a], params: {path: x}",
        ],
    );
    let mut table = Table::new(&capsule);
    let facts = table.begin(&unit("a"), steps(1));
    assert_eq!(kinds(&facts), ["step.judged", "step.settled"]);
    let RunFact::Settled(settled) = &facts[1] else {
        panic!("{facts:?}")
    };
    let Outcome::Failed { fault } = &settled.outcome else {
        panic!("{settled:?}")
    };
    assert_eq!(fault.kind, FaultKind::Denied);
    assert!(fault.message.contains("/etc/passwd"), "{}", fault.message);
    let facts = table.conclude();
    let end = finished(&facts);
    assert_eq!((end.status, end.exit_code), (Status::Denied, 6));
    assert_eq!(end.spent, Spend::default());
}

#[test]
fn a_unit_that_cannot_be_attempted_fails_without_a_judgement() {
    let mut table = Table::new(&dag("steps: 9", &[("a", "")]));
    let fault = Fault::new(FaultKind::Template, "`inputs.x` is undefined");
    let facts = table.rule(&unit("a"), Ruling::Refuse { fault: fault.clone() }).unwrap();
    assert_eq!(kinds(&facts), ["step.settled"]);
    assert_eq!(table.run.failure().unwrap().fault, fault);
    assert_eq!(finished(&table.conclude()).exit_code, 3);
}

#[test]
fn a_failure_waits_for_what_is_in_flight_and_begins_nothing_more() {
    let mut table = Table::new(&dag("steps: 9", &[("a", ""), ("b", ""), ("c", ""), ("d", "b")]));
    table.begin(&unit("a"), steps(1));
    table.begin(&unit("b"), steps(1));
    table.end(&unit("a"), failed(FaultKind::Tool), steps(1));
    assert_eq!(table.effects(), [Effect::Perform(unit("b"))]);
    let outputs = Ok(Labelled::new(json!({}), Label::constant()));
    let conclude = Command::Conclude {
        outputs,
        findings: Vec::new(),
    };
    assert_eq!(table.command(&conclude), Err(CommandError::NotConcluded));
    // What was in flight counts, and the first failure stays the reason.
    table.end(&unit("b"), failed(FaultKind::Storage), steps(1));
    assert_eq!(table.effects(), [Effect::Conclude]);
    let facts = table.conclude();
    let end = finished(&facts);
    assert_eq!((end.exit_code, end.spent), (3, steps(2)));
    assert_eq!(end.fault.as_ref().unwrap().unit, Some(unit("a")));
}

#[test]
fn outputs_that_cannot_be_made_fail_a_run_whose_steps_are_over() {
    let mut table = Table::new(&dag("steps: 9", &[("a", "")]));
    table.complete(&unit("a"));
    let outputs = Err(Fault::new(FaultKind::Schema, "no"));
    let facts = table
        .command(&Command::Conclude {
            outputs,
            findings: Vec::new(),
        })
        .unwrap();
    let end = finished(&facts);
    assert_eq!((end.status, end.exit_code), (Status::Failed, 13));
    assert_eq!(end.fault.as_ref().unwrap().unit, None);
}

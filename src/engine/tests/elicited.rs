//! Forms that a server asks for in the middle of a call: who is asked, when, and what becomes of the step.

use serde_json::{Value, json};

use super::super::command::{Command, Ruling};
use super::super::decide::{AnswerError, CommandError};
use super::super::fact::question::{APPROVE, About, FAIL, HAPPENED, REJECT, RETRY};
use super::super::fact::{Fault, FaultKind, InDoubt, Part, RunFact, Settled, Then, Unit};
use super::super::run::{Effect, StepState};
use super::table::{answer, check_facts, fault};
use super::{Table, capsule, counting, dag, failed, fails, kinds, output, steps, unit};
use crate::label::{Confidentiality, Integrity};
use crate::tools::OpenForm;

fn form() -> OpenForm {
    OpenForm {
        message: "Who is it for?".to_owned(),
        schema: json!({
            "type": "object", "additionalProperties": false, "required": ["name"],
            "properties": {"name": {"type": "string", "minLength": 2}},
        }),
        answered: 0,
    }
}

/// Ends the call of `unit` for want of a form; nobody knows what happened before it where it is `uncertain`.
fn want(table: &mut Table, unit: &Unit, uncertain: bool) -> Vec<RunFact> {
    let settle = Command::Settle {
        unit: unit.clone(),
        attempt: table.run.progress(unit).unwrap().attempt,
        outcome: fails(Fault::new(FaultKind::Tool, "it says that it failed").uncertain(uncertain)),
        form: Some(Box::new(form())),
        spent: steps(1),
        usage: None,
        cache: None,
        found: None,
    };
    table.command(&settle).unwrap()
}

/// A run of one step of this effect, with what else its line says, whose first call failed for want of a form.
fn parked(effect: &str, rest: &str) -> (Table, Vec<RunFact>) {
    let line = counting("a", &format!("effect: {effect}, {rest}"));
    let mut table = Table::new(&capsule("sequence", "steps: 100", &[&line]));
    table.begin(&unit("a"), steps(1));
    let facts = want(&mut table, &unit("a"), true);
    (table, facts)
}

fn fill(table: &mut Table, choice: &str, form: Value) -> Result<Vec<RunFact>, CommandError> {
    let mut answer = answer(&table.question().id, choice);
    answer.form = form;
    table.command(&Command::Answer(answer))
}

fn settled(facts: &[RunFact]) -> &Settled {
    let found = facts.iter().find_map(|fact| match fact {
        RunFact::Settled(settled) => Some(&**settled),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{facts:?}"))
}

#[test]
fn a_form_that_nobody_brought_is_asked_for_and_taken_along() {
    let (mut table, facts) = parked("none", "");
    assert_eq!(kinds(&facts), ["step.settled", "approval.requested"]);
    // What was asked for stands in the question, once.
    let recorded = serde_json::to_value(fault(&facts).unwrap()).unwrap();
    assert_eq!(
        recorded,
        json!({"kind": "tool", "message": "it says that it failed", "uncertain": true})
    );
    let question = table.question();
    assert_eq!(question.form, Some(form().schema));
    assert_eq!(question.choices, [APPROVE, REJECT]);
    assert!(
        question.prompt.ends_with("own words: Who is it for?"),
        "{}",
        question.prompt
    );
    assert!(matches!(
        &question.about,
        About::Elicited {
            attempt: 1,
            in_doubt: false,
            ..
        }
    ));
    assert!(table.effects().is_empty() && table.run.doubts().is_empty());
    // When it is attempted again, nobody knows yet.
    assert_eq!(table.run.progress(&unit("a")).unwrap().due, None);
    assert_eq!(table.run.budget().spent, steps(1));

    let refused = fill(&mut table, APPROVE, json!({"name": "A"})).unwrap_err();
    assert!(
        matches!(refused, CommandError::Answer(AnswerError::Form { .. })),
        "{refused}"
    );
    assert!(fill(&mut table, APPROVE, Value::Null).is_err());
    assert!(fill(&mut table, APPROVE, json!({"name": "Ada", "more": 1})).is_err());
    let facts = fill(&mut table, APPROVE, json!({"name": "Ada"})).unwrap();
    assert_eq!(kinds(&facts), ["approval.resolved"]);
    let [given] = table.run.forms(&unit("a")) else {
        panic!("{:?}", table.run.forms(&unit("a")))
    };
    assert_eq!(given.value, json!({"name": "Ada"}));
    let label = &given.label;
    assert_eq!(
        (label.integrity, label.confidentiality),
        (Integrity::User, Confidentiality::Private)
    );
    assert!(label.sources.contains("approval:user:ann"), "{label:?}");

    assert_eq!(table.effects(), [Effect::Judge(unit("a"))]);
    table.complete(&unit("a"));
    assert_eq!(table.run.forms(&unit("a")).len(), 1);
    table.conclude();
    check_facts(&table).unwrap();
}

#[test]
fn whoever_says_no_ends_the_step_with_the_fault_that_it_had() {
    let (mut table, _) = parked("none", "");
    let facts = fill(&mut table, REJECT, Value::Null).unwrap();
    assert_eq!(kinds(&facts), ["approval.resolved", "step.settled"]);
    let fault = fault(&facts).unwrap();
    assert_eq!(fault.kind, FaultKind::Tool);
    assert!(
        fault.message.starts_with("it says that it failed; "),
        "{}",
        fault.message
    );
    assert!(fault.message.contains("user:ann said no"), "{}", fault.message);
    assert!(matches!(table.state("a"), StepState::Failed { .. }));
    table.conclude();
    check_facts(&table).unwrap();
}

#[test]
fn a_form_is_asked_for_before_anything_is_tried_again_and_counts_as_no_try() {
    let (mut table, facts) = parked(
        "none",
        "retry: {max_attempts: 2, on: [tool], backoff: {initial: 1s, jitter: none}}, ",
    );
    assert_eq!(settled(&facts).retry_at, Some(table.now));
    fill(&mut table, APPROVE, json!({"name": "Ada"})).unwrap();
    table.begin(&unit("a"), steps(1));
    let facts = table.end(&unit("a"), failed(FaultKind::Tool), steps(1));
    assert_eq!(settled(&facts).retry_at, Some(table.now + 1_000));
    table.now += 1_000;
    table.begin(&unit("a"), steps(1));
    let facts = table.end(&unit("a"), failed(FaultKind::Tool), steps(1));
    assert_eq!(settled(&facts).retry_at, None);
    check_facts(&table).unwrap();
}

#[test]
fn a_server_that_always_wants_another_one_is_not_served_for_ever() {
    let (mut table, _) = parked("none", "");
    for given in 1..=8 {
        fill(&mut table, APPROVE, json!({"name": format!("Ada {given}")})).unwrap();
        assert_eq!(table.run.forms(&unit("a")).len(), given);
        table.begin(&unit("a"), steps(1));
        want(&mut table, &unit("a"), false);
    }
    assert!(table.run.questions().is_empty());
    assert!(matches!(table.state("a"), StepState::Failed { .. }));
    check_facts(&table).unwrap();
}

#[test]
fn an_effect_that_may_have_happened_stays_in_doubt_until_somebody_answers() {
    let (mut table, facts) = parked("external", "on_uncertain: review, ");
    assert_eq!(kinds(&facts), ["step.in_doubt", "approval.requested"]);
    assert!(table.question().prompt.contains("may happen twice"));
    assert!(matches!(table.question().about, About::Elicited { in_doubt: true, .. }));
    assert!(table.run.doubts().contains_key(&unit("a")));
    // Nobody repeats it, whoever owns the run.
    table.lease();
    assert!(table.effects().is_empty());
    fill(&mut table, APPROVE, json!({"name": "Ada"})).unwrap();
    assert_eq!(table.effects(), [Effect::Judge(unit("a"))]);
    table.complete(&unit("a"));
    assert!(table.run.doubts().is_empty());
    table.conclude();
    check_facts(&table).unwrap();
}

#[test]
fn whoever_gives_no_form_is_asked_what_became_of_the_effect() {
    for choice in [HAPPENED, RETRY, FAIL] {
        let (mut table, _) = parked(
            "external",
            "on_uncertain: review, retry: {max_attempts: 3, on: [tool]}, ",
        );
        let facts = fill(&mut table, REJECT, Value::Null).unwrap();
        assert_eq!(kinds(&facts), ["approval.resolved", "approval.requested"]);
        let About::Doubt {
            attempt: 1,
            message: Some(message),
            ..
        } = table.question().about
        else {
            panic!("{:?}", table.question())
        };
        assert_eq!(message, "it says that it failed");
        assert!(table.effects().is_empty() && table.run.doubts().contains_key(&unit("a")));
        let facts = fill(&mut table, choice, Value::Null).unwrap();
        match choice {
            HAPPENED => assert!(matches!(table.state("a"), StepState::Completed { .. })),
            RETRY => table.complete(&unit("a")),
            _ => {
                let fault = fault(&facts).unwrap();
                assert!(fault.uncertain && fault.kind == FaultKind::Uncertain, "{fault:?}");
                assert_eq!(settled(&facts).retry_at, None);
            }
        }
        assert!(table.run.doubts().is_empty() && table.run.forms(&unit("a")).is_empty());
        table.conclude();
        check_facts(&table).unwrap();
    }
}

#[test]
fn a_doubt_outlives_a_form_that_comes_when_the_run_ends() {
    for choice in [APPROVE, REJECT] {
        let form = || match choice {
            APPROVE => json!({"name": "Ada"}),
            _ => Value::Null,
        };
        // Another step failed: the run waits for the doubt, and the call is not made again.
        let lines = [
            counting("a", "effect: external, on_uncertain: review, "),
            counting("b", ""),
        ];
        let two = || Table::new(&capsule("dag", "steps: 9", &lines.each_ref().map(String::as_str)));
        let mut table = two();
        table.begin(&unit("a"), steps(1));
        table.begin(&unit("b"), steps(1));
        want(&mut table, &unit("a"), true);
        table.end(&unit("b"), failed(FaultKind::Tool), steps(1));
        assert!(table.effects().is_empty());
        let facts = fill(&mut table, choice, form()).unwrap();
        assert_eq!(kinds(&facts), ["approval.resolved", "approval.requested"]);
        assert!(table.run.doubts().contains_key(&unit("a")));
        assert!(table.effects().is_empty());
        let facts = fill(&mut table, FAIL, Value::Null).unwrap();
        assert!(fault(&facts).unwrap().uncertain);
        table.conclude();
        check_facts(&table).unwrap();
        // It failed when the form had been given and the call had not been made again: the end names the doubt.
        if choice == APPROVE {
            let mut table = two();
            table.begin(&unit("a"), steps(1));
            table.begin(&unit("b"), steps(1));
            want(&mut table, &unit("a"), true);
            fill(&mut table, choice, form()).unwrap();
            table.end(&unit("b"), failed(FaultKind::Tool), steps(1));
            let facts = table.conclude();
            assert!(
                matches!(&facts[..], [RunFact::Finished(finished)] if finished.doubts == [unit("a")]),
                "{facts:?}"
            );
            check_facts(&table).unwrap();
        }
        // Somebody cancels while something else is in flight: the end names the doubt.
        let mut table = two();
        table.begin(&unit("a"), steps(1));
        table.begin(&unit("b"), steps(1));
        want(&mut table, &unit("a"), true);
        table.cancel();
        let facts = fill(&mut table, choice, form()).unwrap();
        assert_eq!(kinds(&facts), ["approval.resolved"]);
        table.end(&unit("b"), output(json!({})), steps(1));
        let facts = table.conclude();
        assert!(
            matches!(&facts[..], [RunFact::Finished(finished)] if finished.doubts == [unit("a")]),
            "{facts:?}"
        );
        check_facts(&table).unwrap();
    }
}

#[test]
fn where_no_person_decides_about_a_doubt_none_is_asked_for_a_form() {
    const LOOK: &str =
        "reconcile: {action: text.count, params: {items: [], by: y}, found_when: \"output.total > 0\"}, ";
    for (rest, then) in [
        ("on_uncertain: fail, ", Then::Fail),
        ("on_uncertain: retry, ", Then::Retry),
        (LOOK, Then::Reconcile),
    ] {
        let (table, facts) = parked("external", rest);
        assert!(
            matches!(&facts[0], RunFact::InDoubt(InDoubt { then: found, .. }) if *found == then),
            "{facts:?}"
        );
        assert!(table.run.questions().is_empty(), "{facts:?}");
        check_facts(&table).unwrap();
    }
    // An end of which it is sure that nothing happened is in no doubt.
    let line = counting("a", "effect: external, ");
    let mut table = Table::new(&capsule("sequence", "steps: 100", &[&line]));
    table.begin(&unit("a"), steps(1));
    let facts = want(&mut table, &unit("a"), false);
    assert_eq!(kinds(&facts), ["step.settled", "approval.requested"]);
    check_facts(&table).unwrap();
}

#[test]
fn nobody_is_asked_for_what_a_run_that_ends_does_not_use() {
    let two = dag("steps: 9", &[("a", ""), ("b", "")]);
    let mut table = Table::new(&two);
    table.begin(&unit("a"), steps(1));
    table.begin(&unit("b"), steps(1));
    table.end(&unit("b"), failed(FaultKind::Tool), steps(1));
    let facts = want(&mut table, &unit("a"), true);
    assert_eq!(kinds(&facts), ["step.settled"]);
    assert_eq!(settled(&facts).retry_at, None);
    table.conclude();
    check_facts(&table).unwrap();

    // A run that is cancelled while it waits ends, and its question with it.
    let (mut table, _) = parked("none", "");
    table.cancel();
    assert_eq!(table.effects(), [Effect::Conclude]);
    table.conclude();
    assert!(table.run.questions().is_empty());
    check_facts(&table).unwrap();
    // One whose effect may have happened says so.
    let (mut table, _) = parked("external", "");
    table.cancel();
    let facts = table.conclude();
    assert!(
        matches!(&facts[..], [RunFact::Finished(finished)] if finished.doubts == [unit("a")]),
        "{facts:?}"
    );
    check_facts(&table).unwrap();
    // Done again, the doubt comes first, and asks what doubts ask.
    table
        .command(&Command::Retry {
            steps: Vec::new(),
            by: "user:ann".to_owned(),
        })
        .unwrap();
    assert!(matches!(table.question().about, About::Doubt { .. }));
    table.answer(RETRY).unwrap();
    table.complete(&unit("a"));
    table.conclude();
    check_facts(&table).unwrap();
}

#[test]
fn what_undoes_a_step_or_looks_after_it_asks_nobody() {
    let lines = [
        counting(
            "a",
            "effect: idempotent, compensate: {action: text.count, params: {items: [], by: undo}}, ",
        ),
        counting("b", ""),
    ];
    let mut table = Table::new(&capsule("sequence", "steps: 9", &lines.each_ref().map(String::as_str)));
    table.complete(&unit("a"));
    table.fail(&unit("b"), FaultKind::Tool);
    let undo = unit("a").part(Part::Compensate);
    table.begin(&undo, steps(1));
    let facts = want(&mut table, &undo, false);
    assert_eq!(kinds(&facts), ["step.settled"]);
    table.conclude();
    check_facts(&table).unwrap();
}

#[test]
fn a_step_that_is_done_again_asks_anew() {
    let (mut table, _) = parked("none", "");
    fill(&mut table, APPROVE, json!({"name": "Ada"})).unwrap();
    table.complete(&unit("a"));
    let again = Command::Retry {
        steps: vec!["a".to_owned()],
        by: "user:ann".to_owned(),
    };
    table.conclude();
    table.command(&again).unwrap();
    assert!(table.run.forms(&unit("a")).is_empty());
    table.begin(&unit("a"), steps(1));
    let facts = want(&mut table, &unit("a"), true);
    assert_eq!(kinds(&facts), ["step.settled", "approval.requested"]);
    check_facts(&table).unwrap();
}

#[test]
fn each_item_of_a_loop_has_its_own_form() {
    let each = counting(
        "each",
        "foreach: {items: \"inputs.list\", as: one, max_items: 10, max_parallel: 2}, ",
    );
    let mut table = Table::new(&capsule("sequence", "steps: 100", &[&each]));
    let item = |n: u64| std::sync::Arc::new(crate::label::Labelled::new(json!(n), super::world("input:list")));
    let ruling = Ruling::Expand {
        items: vec![item(0), item(1)],
        label: super::world("input:list"),
    };
    table.rule(&unit("each"), ruling).unwrap();
    let (first, second) = (Unit::item("each", 0), Unit::item("each", 1));
    table.begin(&first, steps(1));
    want(&mut table, &first, true);
    // The other goes on meanwhile.
    table.complete(&second);
    assert!(table.effects().is_empty());
    fill(&mut table, APPROVE, json!({"name": "Ada"})).unwrap();
    assert_eq!((table.run.forms(&first).len(), table.run.forms(&second).len()), (1, 0));
    table.begin(&first, steps(1));
    table.end(&first, output(json!({})), steps(1));
    assert!(matches!(table.state("each"), StepState::Completed { .. }));
    table.conclude();
    check_facts(&table).unwrap();
}

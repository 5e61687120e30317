//! Budgets: reserved before an effect, settled after it, and never spent twice.

use serde_json::json;

use super::super::command::Ruling;
use super::super::fact::{FaultKind, RunFact, Unit};
use super::super::run::Effect;
use super::table::fault as full;
use super::{Table, capsule, counting, dag, kinds, output, tokens, unit, world};
use crate::capsule::budget::Spend;
use crate::label::Labelled;

/// The kind of the failure among facts that settle something.
fn fault(facts: &[RunFact]) -> Option<FaultKind> {
    full(facts).map(|fault| fault.kind)
}

#[test]
fn what_is_reserved_is_held_until_it_settles() {
    let mut table = Table::new(&dag("tokens: 100", &[("a", ""), ("b", "")]));
    let facts = table.begin(&unit("a"), tokens(60));
    assert_eq!(kinds(&facts), ["step.judged", "step.started"]);
    assert_eq!(
        (table.run.budget().reserved, table.run.budget().spent),
        (tokens(60), tokens(0))
    );
    table.end(&unit("a"), output(json!({})), tokens(25));
    assert_eq!(
        (table.run.budget().reserved, table.run.budget().spent),
        (tokens(0), tokens(25))
    );
    assert_eq!(fault(&table.begin(&unit("b"), tokens(75))), None);
}

#[test]
fn attack_13_two_steps_race_for_the_last_budget() {
    // Both are ready, both fit alone, and both judgements were made before either began.
    for (first, second) in [("a", "b"), ("b", "a")] {
        let mut table = Table::new(&dag("tokens: 100", &[("a", ""), ("b", "")]));
        let late = table.act(&unit(second), tokens(60));
        assert_eq!(
            kinds(&table.begin(&unit(first), tokens(60))),
            ["step.judged", "step.started"]
        );
        // What is missing may come back, so the other one waits: nothing is recorded of it.
        assert_eq!(table.begin_as(&unit(second), late.clone()), Ok(vec![]));
        assert_eq!(
            table.effects(),
            [Effect::Judge(unit(second)), Effect::Perform(unit(first))]
        );
        table.end(&unit(first), output(json!({})), tokens(60));
        let facts = table.begin_as(&unit(second), late).unwrap();
        assert_eq!(kinds(&facts), ["step.judged", "step.settled"]);
        assert_eq!(fault(&facts), Some(FaultKind::Budget));
        let facts = table.conclude();
        let RunFact::Finished(end) = &facts[0] else {
            panic!("{facts:?}")
        };
        assert_eq!((end.exit_code, end.spent), (7, tokens(60)));
    }
}

#[test]
fn what_another_one_gives_back_is_enough_for_the_one_that_waits() {
    let mut table = Table::new(&dag("tokens: 100", &[("a", ""), ("b", "")]));
    table.begin(&unit("a"), tokens(60));
    assert_eq!(table.begin(&unit("b"), tokens(60)), []);
    table.end(&unit("a"), output(json!({})), tokens(40));
    assert_eq!(
        kinds(&table.begin(&unit("b"), tokens(60))),
        ["step.judged", "step.started"]
    );
    assert_eq!(table.run.budget().reserved, tokens(60));
}

#[test]
fn each_unit_of_measure_is_a_bound_of_its_own() {
    let one = Spend {
        tokens: 1,
        micro_usd: 1,
        wall_ms: 1,
        tool_calls: 1,
        steps: 1,
    };
    for budget in ["tokens: 0", "usd: 0", "tool_calls: 0", "steps: 0"] {
        let mut table = Table::new(&dag(budget, &[("a", "")]));
        let facts = table.begin(&unit("a"), one);
        assert_eq!(fault(&facts), Some(FaultKind::Budget), "{budget}");
    }
}

#[test]
fn a_step_has_a_budget_within_that_of_the_run() {
    let lines = [
        counting("a", "budget: {tokens: 10}, "),
        counting("b", "budget: {tokens: 90}, "),
    ];
    let lines = lines.each_ref().map(String::as_str);
    let mut table = Table::new(&capsule("sequence", "tokens: 50", &lines));
    table.begin(&unit("a"), tokens(10));
    table.end(&unit("a"), output(json!({})), tokens(10));
    // The step would still have 90.
    assert_eq!(fault(&table.begin(&unit("b"), tokens(41))), Some(FaultKind::Budget));

    let mut table = Table::new(&capsule("sequence", "tokens: 50", &lines));
    assert_eq!(fault(&table.begin(&unit("a"), tokens(11))), Some(FaultKind::Budget));
}

#[test]
fn the_budget_of_a_loop_is_that_of_all_its_items() {
    let each = counting(
        "each",
        "budget: {tokens: 25}, foreach: {items: \"inputs.list\", as: one, max_items: 9}, ",
    );
    let mut table = Table::new(&capsule("sequence", "tokens: 99", &[&each]));
    let item = || std::sync::Arc::new(Labelled::new(json!(1), world("input:list")));
    let ruling = Ruling::Expand {
        items: vec![item(), item(), item()],
        label: world("input:list"),
    };
    table.rule(&unit("each"), ruling).unwrap();
    for at in 0..2 {
        let item = Unit::item("each", at);
        assert_eq!(fault(&table.begin(&item, tokens(10))), None);
        table.end(&item, output(json!({})), tokens(10));
    }
    let facts = table.begin(&Unit::item("each", 2), tokens(10));
    assert_eq!(fault(&facts), Some(FaultKind::Budget));
}

#[test]
fn a_second_report_of_the_same_end_is_benign() {
    let mut table = Table::new(&dag("tokens: 100", &[("a", ""), ("b", "a")]));
    table.begin(&unit("a"), tokens(50));
    table.end(&unit("a"), output(json!({"n": 1})), tokens(40));
    let before = format!("{:?}", table.run);
    for outcome in [output(json!({"n": 2})), super::failed(FaultKind::Tool)] {
        assert_eq!(table.settle(&unit("a"), 1, outcome, tokens(40)), Ok(vec![]));
    }
    assert_eq!(table.settle(&unit("b"), 1, output(json!({})), tokens(1)), Ok(vec![]));
    assert_eq!(format!("{:?}", table.run), before);
}

#[test]
fn wall_time_is_shared_among_what_can_begin_and_bounded_by_a_timeout() {
    let lines = [
        counting("a", "budget: {wall: 3s}, "),
        counting("b", ""),
        counting("c", "timeout: 100ms, "),
    ];
    let lines = lines.each_ref().map(String::as_str);
    let mut table = Table::new(&capsule("dag", "wall: 9s", &lines));
    let held = |table: &Table, step: &str| table.run.progress(&unit(step)).unwrap().open.as_ref().unwrap().reserved;
    // Three can begin: each gets a third of what is left, at most what its step has, at most its timeout.
    table.begin(&unit("a"), Spend::default());
    assert_eq!(held(&table, "a").wall_ms, 1_000);
    table.begin(&unit("c"), Spend::default());
    assert_eq!(held(&table, "c").wall_ms, 100);
    table.begin(&unit("b"), Spend::default());
    assert_eq!(held(&table, "b").wall_ms, 7_900);
    let free = Table::new(&dag("tokens: 1", &[("a", "")]));
    let spend = free.run.reservation(&unit("a"), tokens(1), 1).unwrap();
    assert_eq!(spend, tokens(1));
}

#[test]
fn no_wall_time_is_an_exhausted_budget() {
    let mut table = Table::new(&dag("wall: 0s", &[("a", "")]));
    let facts = table.begin(&unit("a"), Spend::default());
    assert_eq!(fault(&facts), Some(FaultKind::Budget));
}

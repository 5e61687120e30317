//! What a new owner does with effects that the old one did not see the end of.

use serde_json::json;

use super::super::fact::{FaultKind, Outcome, RunFact};
use super::super::run::Effect;
use super::{Table, capsule, counting, dag, failed, kinds, output, steps, tokens, unit};
use crate::capsule::tool_spec::EffectClass;

/// A run whose only step has this effect and was cut short.
fn cut(effect: &str) -> Table {
    let line = counting("a", &format!("effect: {effect}, "));
    let mut table = Table::new(&capsule("sequence", "tokens: 100", &[&line]));
    table.begin(&unit("a"), tokens(30));
    table
}

fn start_of(facts: &[RunFact]) -> (u32, String, EffectClass) {
    let found = facts.iter().find_map(|fact| match fact {
        RunFact::StepStarted(started) => Some((started.attempt, started.key.clone(), started.effect)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{facts:?}"))
}

#[test]
fn attack_48_kill_between_effect_and_outcome() {
    for (effect, class) in [
        ("none", EffectClass::None),
        ("idempotent", EffectClass::Idempotent),
        ("keyed", EffectClass::Keyed),
    ] {
        let mut table = cut(effect);
        let (_, key, _) = start_of(&table.facts);
        assert_eq!(kinds(&table.lease()), ["run.leased"], "{effect}");
        // It is judged again, and runs again under the same key.
        assert_eq!(table.run.effects(), [Effect::Judge(unit("a"))]);
        let facts = table.begin(&unit("a"), tokens(30));
        assert_eq!(kinds(&facts), ["step.judged", "step.started"]);
        assert_eq!(start_of(&facts), (2, key, class));
        table.end(&unit("a"), output(json!({})), tokens(5));
        table.conclude();
    }

    let mut table = cut("external");
    let (_, key, _) = start_of(&table.facts);
    let facts = table.lease();
    assert_eq!(kinds(&facts), ["run.leased", "step.in_doubt"]);
    assert!(matches!(&facts[1], RunFact::InDoubt(doubt) if doubt.key == key && doubt.attempt == 1));
    // Nobody knows, so nothing is tried again, by this owner or by the next.
    assert_eq!(table.run.effects(), []);
    assert_eq!(table.run.doubts(), [unit("a")]);
    let ruling = super::act(table.run.step_of(&unit("a")).unwrap(), tokens(30));
    assert!(table.rule(&unit("a"), ruling).is_err());
    assert_eq!(kinds(&table.lease()), ["run.leased"]);
    assert_eq!(table.run.effects(), []);
    assert_eq!(table.run.doubts(), [unit("a")]);
}

#[test]
fn an_effect_in_doubt_lets_nothing_else_begin() {
    let lines = [
        counting("a", "effect: external, "),
        counting("b", ""),
        counting("c", ""),
    ];
    let mut table = Table::new(&capsule("dag", "steps: 9", &lines.each_ref().map(String::as_str)));
    table.begin(&unit("a"), steps(1));
    table.begin(&unit("b"), steps(1));
    table.lease();
    assert_eq!(table.run.effects(), []);
}

#[test]
fn what_was_completed_never_runs_again() {
    let mut table = Table::new(&dag("steps: 9", &[("a", ""), ("b", "a")]));
    table.complete(&unit("a"));
    table.begin(&unit("b"), steps(1));
    table.lease();
    assert_eq!(table.waiting(), ["b"]);
}

#[test]
fn the_outcome_of_an_earlier_attempt_comes_too_late() {
    let mut table = cut("keyed");
    table.lease();
    table.begin(&unit("a"), tokens(30));
    assert_eq!(table.settle(&unit("a"), 1, output(json!({})), tokens(1)), Ok(vec![]));
    assert_eq!(table.run.effects(), [Effect::Perform(unit("a"))]);
}

#[test]
fn a_crash_loop_cannot_overspend() {
    let mut table = cut("none");
    let mut begun = 1;
    loop {
        table.lease();
        let facts = table.begin(&unit("a"), tokens(30));
        if kinds(&facts) == ["step.judged", "step.settled"] {
            break;
        }
        begun += 1;
        assert!(begun < 10, "{:?}", table.run.budget());
    }
    assert_eq!(begun, 3);
    let facts = table.conclude();
    let RunFact::Finished(end) = &facts[0] else {
        panic!("{facts:?}")
    };
    assert_eq!((end.exit_code, end.spent), (7, tokens(90)));
}

#[test]
fn an_attempt_that_was_cut_short_counts_as_spent_however_the_run_goes_on() {
    // The second attempt may not begin at all.
    let mut table = cut("none");
    table.lease();
    let fault = super::Fault::new(FaultKind::Template, "no");
    table.rule(&unit("a"), super::Ruling::Refuse { fault }).unwrap();
    assert_eq!(table.run.budget().spent, tokens(30));
    assert_eq!(table.run.budget().reserved, tokens(0));

    // Another step failed before the crash, so that nothing runs again.
    let mut table = Table::new(&dag("tokens: 100", &[("a", ""), ("b", "")]));
    table.begin(&unit("a"), tokens(30));
    table.begin(&unit("b"), tokens(20));
    table.end(&unit("b"), failed(FaultKind::Tool), tokens(5));
    table.lease();
    let facts = table.conclude();
    assert!(
        matches!(&facts[0], RunFact::Finished(end) if end.spent == tokens(35)),
        "{facts:?}"
    );
}

#[test]
fn attempts_are_counted_also_when_they_are_refused() {
    let mut table = cut("none");
    table.lease();
    let facts = table.begin(&unit("a"), tokens(71));
    let RunFact::Settled(settled) = &facts[1] else {
        panic!("{facts:?}")
    };
    assert_eq!(settled.attempt, 2);
    assert!(matches!(&settled.outcome, Outcome::Failed { fault } if fault.kind == FaultKind::Budget));
}

//! What holds for every run: random graphs of steps, driven by random judgements, ends and crashes.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::super::command::{Command, Ruling};
use super::super::fact::question::{FAIL, RETRY};
use super::super::fact::{Fault, FaultKind, InDoubt, Outcome, Part, RunFact, Unit};
use super::super::run::{Effect, Run, StepState};
use super::table::{answer, check_facts};
use super::{Table, capsule, counting, failed, fails, output, tokens, world};
use crate::capsule::Capsule;
use crate::label::Labelled;
use crate::tools::OpenForm;

const LIMIT: u64 = 100;

/// One step: what it needs among those before it, its effect, whether it may be skipped or is a loop.
pub(super) type Shape = (Vec<prop::sample::Index>, usize, bool, bool, Option<u64>);

pub(super) fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    let needs = prop::collection::vec(any::<prop::sample::Index>(), 0..3);
    let step = (
        needs,
        0..8_usize,
        any::<bool>(),
        prop::bool::weighted(0.3),
        prop::option::weighted(0.3, 5..LIMIT),
    );
    prop::collection::vec(step, 1..9)
}

pub(super) fn graph(shapes: &[Shape]) -> Arc<Capsule> {
    let line = |(at, (needs, effect, when, each, budget)): (usize, &Shape)| {
        let needs: HashSet<String> = needs
            .iter()
            .filter(|_| at > 0)
            .map(|need| format!("s{}", need.index(at)))
            .collect();
        let mut rest = format!("needs: [{}], ", Vec::from_iter(needs).join(", "));
        // A strict effect is rare, because its doubt ends the run.
        let effect = [
            "none",
            "none",
            "none",
            "idempotent",
            "idempotent",
            "keyed",
            "keyed",
            "external",
        ][*effect];
        rest.push_str(&format!("effect: {effect}, "));
        if *when {
            rest.push_str("when: \"inputs.list\", ");
        }
        if *each {
            rest.push_str("foreach: {items: \"inputs.list\", as: one, max_items: 9, max_parallel: 2}, ");
        }
        if let Some(tokens) = budget {
            rest.push_str(&format!("budget: {{tokens: {tokens}}}, "));
        }
        counting(&format!("s{at}"), &rest)
    };
    let lines: Vec<String> = shapes.iter().enumerate().map(line).collect();
    capsule(
        "dag",
        &format!("tokens: {LIMIT}"),
        &lines.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

/// What a move does: which of the units that want something, what, and with how much.
pub(super) type Move = (usize, u8, u64);

pub(super) fn moves() -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec((0..8_usize, 0..32_u8, 0..40_u64), 0..60)
}

fn ruling(table: &Table, unit: &Unit, what: u8, amount: u64) -> Ruling {
    let step = table.run.step_of(unit).unwrap();
    let label = world("input:list");
    match what {
        0 => Ruling::Refuse {
            fault: Fault::new(FaultKind::Template, "no"),
        },
        1..=4 if step.when.is_some() && unit.item.is_none() => Ruling::Skip { label },
        _ if step.foreach.is_some() && unit.item.is_none() => Ruling::Expand {
            items: (0..amount % 4)
                .map(|n| Arc::new(Labelled::new(json!({"n": n, "x": 0.1}), label.clone())))
                .collect(),
            label,
        },
        _ => Ruling::Act(Box::new(table.act(unit, tokens(amount)))),
    }
}

/// One move of the world; says whether there was anything to do.
fn go(table: &mut Table, (which, what, amount): &Move) -> bool {
    table.now += 7;
    if *what == 31 {
        table.lease();
        return true;
    }
    let effects = table.effects();
    if effects.is_empty() {
        // Somebody says what became of an effect in doubt, or fills in a form.
        let Some((id, pending)) = table.run.questions().iter().next() else {
            return false;
        };
        let choices = &pending.requested.choices;
        let choice = match choices[which % choices.len()].as_str() {
            // A run that ends does nothing again.
            RETRY if table.run.is_halted() => FAIL,
            choice => choice,
        };
        let answer = answer(id, choice);
        table.command(&Command::Answer(answer)).unwrap();
        return true;
    }
    match &effects[which % effects.len()] {
        Effect::Conclude => {
            table.conclude();
        }
        Effect::Judge(unit) => {
            let ruling = ruling(table, unit, *what, *amount);
            // Nothing follows while what is missing of the budget is held by others.
            if table.rule(unit, ruling).unwrap().is_empty() {
                let flying = effects.iter().find_map(flying).unwrap();
                land(table, flying, *what, *amount);
            }
        }
        Effect::Perform(unit) => land(table, unit, *what, *amount),
        Effect::Admit | Effect::Delay(_) | Effect::Bound(_) => panic!("{effects:?}"),
    }
    true
}

fn flying(effect: &Effect) -> Option<&Unit> {
    match effect {
        Effect::Perform(unit) => Some(unit),
        Effect::Admit | Effect::Judge(_) | Effect::Delay(_) | Effect::Bound(_) | Effect::Conclude => None,
    }
}

fn land(table: &mut Table, unit: &Unit, what: u8, amount: u64) {
    let reserved = table.run.progress(unit).unwrap().open.as_ref().unwrap().reserved;
    let spent = tokens(amount % (reserved.tokens + 1));
    let outcome = match what {
        0 => failed(FaultKind::Tool),
        1 => fails(Fault::new(FaultKind::Tool, "it got no form").uncertain(amount.is_multiple_of(2))),
        _ => output(json!({"text": "é", "n": amount, "f": 1e-7})),
    };
    let settle = Command::Settle {
        unit: unit.clone(),
        attempt: table.run.progress(unit).unwrap().attempt,
        outcome,
        form: (what == 1).then(|| Box::new(form())),
        spent,
        usage: None,
        cache: None,
        found: None,
    };
    table.command(&settle).unwrap();
    // Whoever reports an end twice changes nothing.
    assert_eq!(table.command(&settle), Ok(vec![]));
}

/// A form of which nothing has to be filled in.
fn form() -> OpenForm {
    OpenForm {
        message: "which one?".to_owned(),
        schema: json!({"type": "object", "properties": {"n": {"type": "integer"}}}),
        answered: 0,
    }
}

/// Plays `moves`, then goes on without further crashes until nothing is left to do.
pub(super) fn play(capsule: &Arc<Capsule>, moves: &[Move]) -> Table {
    let mut table = Table::new(capsule);
    for step in moves {
        if table.run.finished().is_some() {
            break;
        }
        go(&mut table, step);
    }
    // At most ten steps with three items each want two moves an item.
    for _ in 0..200 {
        if table.run.finished().is_some() || !go(&mut table, &(0, 30, 1)) {
            break;
        }
    }
    table
}

/// The run that a prefix of the facts makes.
fn replayed(table: &Table, count: usize) -> Run {
    let RunFact::Started(started) = &table.facts[0] else {
        panic!("{:?}", table.facts)
    };
    let mut run = Run::begin((**started).clone(), Arc::clone(table.run.capsule()), 1, table.at[0]);
    for at in 1..count {
        run.apply(&table.facts[at], at as u64 + 1, table.at[at]);
    }
    run
}

/// The steps that are over in `run`.
fn over(run: &Run) -> impl Iterator<Item = Unit> {
    let over = run.steps().iter().filter(|(_, state)| match state {
        StepState::Skipped { .. } | StepState::Completed { .. } => true,
        StepState::Waiting(_) | StepState::Fanned(_) | StepState::Failed { .. } => false,
    });
    over.map(|(step, _)| Unit::step(step))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_run_ends_and_keeps_its_promises(shapes in shapes(), moves in moves()) {
        let capsule = graph(&shapes);
        let table = play(&capsule, &moves);
        prop_assert!(table.run.finished().is_some(), "{:?}", table.facts);

        let mut done: HashSet<Unit> = HashSet::new();
        let mut doubts: HashSet<Unit> = HashSet::new();
        for (at, fact) in table.facts.iter().enumerate() {
            let run = replayed(&table, at + 1);
            let budget = run.budget();
            prop_assert!(budget.spent.plus(budget.reserved).tokens <= LIMIT, "{budget:?}");
            let flying = run.effects(table.at[at]).iter().filter_map(flying).count();
            prop_assert!(flying <= capsule.policies().max_parallel as usize);
            match fact {
                RunFact::InDoubt(doubt) => {
                    doubts.insert(doubt.unit.clone());
                }
                RunFact::Finished(end) => {
                    let named: HashSet<Unit> = end.doubts.iter().cloned().collect();
                    prop_assert_eq!(&doubts, &named);
                }
                RunFact::StepStarted(started) => {
                    doubts.remove(&started.unit);
                    prop_assert!(!done.contains(&started.unit), "{} ran twice", started.unit);
                    let step = capsule.step(&started.unit.step).unwrap();
                    prop_assert!(step.needs.iter().all(|need| done.contains(&Unit::step(need))));
                }
                RunFact::Settled(settled) => {
                    // One that was to run again and was refused before it began is a doubt all the same.
                    let before = replayed(&table, at);
                    let is_open = before.doubts().get(&settled.unit).is_none_or(InDoubt::is_open);
                    if is_open || settled.unit.part != Part::Main {
                        doubts.remove(&settled.unit);
                    }
                    if matches!(settled.outcome, Outcome::Completed { .. }) {
                        done.insert(settled.unit.clone());
                    }
                }
                _ => {}
            }
            // A loop is over with its last item, a step with its condition.
            done.extend(over(&run));
        }
        for (name, budget) in table.run.capsule().steps().iter().map(|step| (&step.name, step.limit)) {
            let spent: u64 = table.facts.iter().map(|fact| match fact {
                RunFact::Settled(settled) if settled.unit.step == *name => settled.spent.tokens,
                _ => 0,
            }).sum();
            prop_assert!(budget.tokens.is_none_or(|most| spent <= most), "{name} spent {spent}");
        }
    }

    #[test]
    fn every_prefix_of_the_facts_makes_the_run_as_it_was(shapes in shapes(), moves in moves()) {
        let capsule = graph(&shapes);
        let mut table = Table::new(&capsule);
        let mut seen = vec![(table.facts.len(), format!("{:?}", table.run))];
        for step in &moves {
            if table.run.finished().is_some() {
                break;
            }
            go(&mut table, step);
            seen.push((table.facts.len(), format!("{:?}", table.run)));
        }
        for (count, live) in seen {
            prop_assert_eq!(format!("{:?}", replayed(&table, count)), live);
        }
    }

    #[test]
    fn what_was_recorded_follows_again_from_what_was_commanded(shapes in shapes(), moves in moves()) {
        let table = play(&graph(&shapes), &moves);
        let replayed = check_facts(&table).unwrap();
        prop_assert_eq!(replayed.facts, table.facts.len());
    }
}

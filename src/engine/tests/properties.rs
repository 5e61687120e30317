//! What holds for every run: random graphs of steps, driven by random judgements, ends and crashes.

use std::collections::HashSet;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::super::command::Ruling;
use super::super::fact::{FaultKind, Outcome, RunFact, Unit};
use super::super::run::{Effect, MAX_IN_FLIGHT, Run};
use super::super::start;
use super::{Labelled, RUN, Table, act, capsule, catalogue, counting, failed, output, tokens, world};
use crate::capsule::Capsule;
use crate::journal::{Journal, Place, Stamp, Stream};

const LIMIT: u64 = 100;

/// One step: what it needs among those before it, its effect, whether it may be skipped or is a loop.
type Shape = (Vec<prop::sample::Index>, usize, bool, bool, Option<u64>);

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
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

fn graph(shapes: &[Shape]) -> Arc<Capsule> {
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
            rest.push_str("foreach: {items: \"inputs.list\", as: one, max_items: 9}, ");
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
type Move = (usize, u8, u64);

fn moves() -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec((0..8_usize, 0..32_u8, 0..40_u64), 0..60)
}

fn ruling(run: &Run, unit: &Unit, what: u8, amount: u64) -> Ruling {
    let step = run.step_of(unit).unwrap();
    let label = world("input:list");
    match what {
        0 => Ruling::Refuse {
            fault: super::Fault::new(FaultKind::Template, "no"),
        },
        1..=4 if step.when.is_some() && unit.item.is_none() => Ruling::Skip { label },
        _ if step.foreach.is_some() && unit.item.is_none() => Ruling::Expand {
            items: (0..amount % 4)
                .map(|n| Arc::new(Labelled::new(json!({"n": n, "x": 0.1}), label.clone())))
                .collect(),
            label,
        },
        _ => act(step, tokens(amount)),
    }
}

/// One move of the world; says whether there was anything to do.
fn go(table: &mut Table, (which, what, amount): &Move) -> bool {
    if *what == 31 {
        table.lease();
        return true;
    }
    let effects = table.run.effects();
    if effects.is_empty() {
        return false;
    }
    match &effects[which % effects.len()] {
        Effect::Conclude => {
            table.conclude();
        }
        Effect::Judge(unit) => {
            let ruling = ruling(&table.run, unit, *what, *amount);
            table.rule(unit, ruling).unwrap();
        }
        Effect::Perform(unit) => {
            let reserved = table.run.progress(unit).unwrap().open.as_ref().unwrap().reserved;
            let spent = tokens(amount % (reserved.tokens + 1));
            let outcome = match what {
                0..=1 => failed(FaultKind::Tool),
                _ => output(json!({"text": "é", "n": amount, "f": 1e-7})),
            };
            table.end(unit, outcome, spent);
        }
    }
    true
}

/// Plays `moves`, then goes on without further crashes until nothing is left to do.
fn play(capsule: &Arc<Capsule>, moves: &[Move]) -> Table {
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
fn replayed(capsule: &Arc<Capsule>, facts: &[RunFact]) -> Run {
    let RunFact::Started(started) = &facts[0] else {
        panic!("{facts:?}")
    };
    let mut run = Run::begin((**started).clone(), Arc::clone(capsule), 1, 1);
    for (run_seq, fact) in (2_u64..).zip(&facts[1..]) {
        run.apply(fact, run_seq, run_seq.cast_signed());
    }
    run
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_run_ends_or_is_in_doubt_and_keeps_its_promises(shapes in shapes(), moves in moves()) {
        let capsule = graph(&shapes);
        let table = play(&capsule, &moves);
        prop_assert!(table.run.finished().is_some() || !table.run.doubts().is_empty(), "{:?}", table.facts);

        let mut over: HashSet<Unit> = HashSet::new();
        for (at, fact) in table.facts.iter().enumerate() {
            let run = replayed(&capsule, &table.facts[..=at]);
            let budget = run.budget();
            prop_assert!(budget.spent.plus(budget.reserved).tokens <= LIMIT, "{budget:?}");
            let flying = run.effects().iter().filter(|effect| matches!(effect, Effect::Perform(_))).count();
            prop_assert!(flying <= MAX_IN_FLIGHT);
            match fact {
                RunFact::StepStarted(started) => {
                    prop_assert!(!over.contains(&started.unit), "{} ran twice", started.unit);
                    let step = capsule.step(&started.unit.step).unwrap();
                    prop_assert!(step.needs.iter().all(|need| over.contains(&Unit::step(need))));
                }
                RunFact::Settled(settled) => {
                    if matches!(settled.outcome, Outcome::Completed { .. }) {
                        over.insert(settled.unit.clone());
                    }
                }
                RunFact::Started(_) | RunFact::Leased(_) | RunFact::Expanded(_) | RunFact::Skipped(_)
                | RunFact::Judged(_) | RunFact::InDoubt(_) | RunFact::Finished(_) => {}
            }
            // A loop is over with its last item, a step with its condition.
            let done = run.steps().keys().filter(|step| run.next_unit(step).is_none());
            over.extend(done.map(Unit::step));
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
            prop_assert_eq!(format!("{:?}", replayed(&capsule, &table.facts[..count])), live);
        }
    }
}

proptest! {
    // Each fact is a commit on a real disk.
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_stored_run_is_the_run_that_was_live(shapes in shapes(), moves in moves()) {
        let table = play(&graph(&shapes), &moves);
        let directory = tempfile::tempdir().unwrap();
        let place = Place {
            database: directory.path().join("somagent.db"),
            blobs: directory.path().join("blobs"),
            checkpoint: directory.path().join("checkpoint"),
            locks: directory.path().join("locks"),
        };
        let journal = Journal::open(&place, ed25519_dalek::SigningKey::from_bytes(&[7; 32])).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let stream = Stream::Run(RUN.to_owned());
        for (at, fact) in table.facts.iter().enumerate() {
            let stamp = Stamp { at: at as i64 + 1, actor: "user:test".to_owned(), trace: None, constitution: None };
            let fact = fact.to_fact().unwrap();
            runtime.block_on(journal.append(&stream, at as u64, &stamp, vec![fact])).unwrap();
        }
        let events = journal.reader().unwrap().events(&stream, 0, usize::MAX).unwrap();
        let facts: Vec<RunFact> = events.iter().map(|event| RunFact::recorded(event).unwrap()).collect();
        prop_assert_eq!(&facts, &table.facts);
        let stored = start::replay(&events, &catalogue(), RUN).unwrap();
        prop_assert_eq!(format!("{stored:?}"), format!("{:?}", table.run));
    }
}

//! What a new owner does with effects that the old one did not see the end of.

use serde_json::json;

use super::super::command::{Act, Command, Ruling};
use super::super::decide::{AnswerError, CommandError, check_contract};
use super::super::fact::question::{APPROVE, About, CALL_SAID, FAIL, HAPPENED, RETRY};
use super::super::fact::{Fault, FaultKind, Outcome, Part, RunFact, Then, Unit, Usage, Why};
use super::super::run::{Effect, MOST_CRASHES, StepState};
use super::table::check_facts;
use super::{Table, capsule, counting, dag, failed, fails, kinds, ms, output, steps, tokens, unit};
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::EffectClass;

/// A run whose only step has this effect and was cut short.
fn cut(effect: &str) -> Table {
    let line = counting("a", &format!("effect: {effect}, "));
    let mut table = Table::new(&capsule("sequence", "tokens: 100", &[&line]));
    table.begin(&unit("a"), tokens(30));
    table
}

/// The same with an `external` step and what settles its doubt.
fn doubtful(rest: &str) -> Table {
    cut(&format!("external, {}", rest.trim_end_matches([',', ' '])))
}

const LOOK: &str = "reconcile: {action: text.count, params: {items: [], by: y}, found_when: \"output.total > 0\"}, ";

fn start_of(facts: &[RunFact]) -> (u32, String, EffectClass) {
    let found = facts.iter().find_map(|fact| match fact {
        RunFact::StepStarted(started) => Some((started.attempt, started.key.clone(), started.effect)),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{facts:?}"))
}

fn then_of(facts: &[RunFact]) -> Vec<Then> {
    let doubts = facts.iter().filter_map(|fact| match fact {
        RunFact::InDoubt(doubt) => Some(doubt.then),
        _ => None,
    });
    doubts.collect()
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
        assert_eq!(table.effects(), [Effect::Judge(unit("a"))]);
        let facts = table.begin(&unit("a"), tokens(30));
        assert_eq!(kinds(&facts), ["step.judged", "step.started"]);
        assert_eq!(start_of(&facts), (2, key, class));
        table.end(&unit("a"), output(json!({})), tokens(5));
        table.conclude();
    }

    let mut table = cut("external");
    let (_, key, _) = start_of(&table.facts);
    let facts = table.lease();
    assert_eq!(kinds(&facts), ["run.leased", "step.in_doubt", "approval.requested"]);
    assert!(matches!(&facts[1], RunFact::InDoubt(doubt) if doubt.key == key && doubt.attempt == 1));
    // Nobody knows, so nothing is tried again, by this owner or by the next.
    assert_eq!(table.effects(), []);
    assert!(table.run.doubts().contains_key(&unit("a")));
    let act = table.act(&unit("a"), tokens(30));
    assert!(table.begin_as(&unit("a"), act).is_err());
    assert_eq!(kinds(&table.lease()), ["run.leased"]);
    assert_eq!(table.effects(), []);
    assert!(table.run.doubts().contains_key(&unit("a")));
}

#[test]
fn a_person_says_what_became_of_an_effect_in_doubt() {
    for (choice, expected) in [
        (HAPPENED, &["approval.resolved", "step.settled"][..]),
        (RETRY, &["approval.resolved"][..]),
        (FAIL, &["approval.resolved", "step.settled"][..]),
    ] {
        let mut table = doubtful("on_uncertain: review, ");
        assert_eq!(then_of(&table.lease()), [Then::Ask]);
        assert_eq!(kinds(&table.answer(choice).unwrap()), expected, "{choice}");
        // It is told from others until it has begun again.
        assert_eq!(table.run.doubts().is_empty(), choice != RETRY, "{choice}");
        match choice {
            HAPPENED => assert!(matches!(table.state("a"), StepState::Completed { .. })),
            // The same key: a side that knows it drops the second one.
            RETRY => {
                let before = start_of(&table.facts);
                let facts = table.begin(&unit("a"), tokens(30));
                assert_eq!(start_of(&facts), (2, before.1, before.2));
                assert!(table.run.doubts().is_empty());
            }
            _ => {
                let failure = &table.run.failure().unwrap().fault;
                assert!(failure.kind == FaultKind::Uncertain && failure.uncertain, "{failure:?}");
            }
        }
    }
}

#[test]
fn what_happened_is_given_in_the_answer_and_checked() {
    let line = counting(
        "a",
        "effect: external, on_uncertain: review, output_schema: {type: object, required: [n]}, ",
    );
    let mut table = Table::new(&capsule("sequence", "steps: 9", &[&line]));
    table.begin(&unit("a"), steps(1));
    table.lease();
    let mut answer = super::table::answer(&table.question().id, HAPPENED);
    let given = |answer: &super::super::fact::Answer| super::super::command::Command::Answer(answer.clone());
    let refused = table.command(&given(&answer)).unwrap_err().to_string();
    assert!(refused.contains("/output"), "{refused}");
    answer.form = json!({"output": {"n": 1}});
    table.command(&given(&answer)).unwrap();
    let StepState::Completed { output, .. } = table.state("a") else {
        panic!("{:?}", table.state("a"))
    };
    assert_eq!(output.value, json!({"n": 1}));
    assert!(output.label.sources.contains("approval:user:ann"), "{:?}", output.label);
}

#[test]
fn what_happened_is_held_against_the_contract_of_its_action() {
    let mut table = doubtful("on_uncertain: review, ");
    table.lease();
    let mut answer = super::table::answer(&table.question().id, HAPPENED);
    let catalogue = super::table::catalogue();
    // Nothing is said of what it gave.
    assert_eq!(check_contract(&table.run, &answer, &catalogue), Ok(()));
    answer.form = json!({"output": null});
    assert_eq!(check_contract(&table.run, &answer, &catalogue), Ok(()));
    answer.form = json!({"output": "{bad"});
    let refused = check_contract(&table.run, &answer, &catalogue).unwrap_err();
    assert!(
        matches!(&refused, AnswerError::Form { place, why } if place == "/output" && why.contains("`text.count`")),
        "{refused}"
    );
    // Other choices say nothing of it.
    answer.choice = FAIL.to_owned();
    assert_eq!(check_contract(&table.run, &answer, &catalogue), Ok(()));
}

/// A run that fails and was cut short while `action` undid its step, with what else the step's line says.
fn undoing(rest: &str, action: &str) -> Table {
    let undo = format!("{rest}compensate: {{action: {action}, params: {{items: [], by: y}}}}, ");
    let lines = [counting("a", &undo), counting("b", "")];
    let mut table = Table::new(&capsule("sequence", "steps: 9", &lines.each_ref().map(String::as_str)));
    table.complete(&unit("a"));
    table.fail(&unit("b"), FaultKind::Tool);
    let undo = unit("a").part(Part::Compensate);
    let act = Act {
        effect: EffectClass::External,
        ..table.act(&undo, steps(1))
    };
    table.begin_as(&undo, act).unwrap();
    assert_eq!(then_of(&table.lease()), [Then::Ask]);
    table
}

#[test]
fn what_undoes_a_step_need_not_give_what_the_step_promises() {
    let mut table = undoing("output_schema: {type: object, required: [n]}, ", "text.count");
    table.answer(HAPPENED).unwrap();
    assert_eq!(table.run.not_undone().count(), 0);
    table.conclude();
    check_facts(&table).unwrap();
}

#[test]
fn a_step_that_may_happen_twice_runs_again_and_one_that_may_not_fails() {
    let mut table = doubtful("on_uncertain: retry, ");
    let facts = table.lease();
    assert_eq!(kinds(&facts), ["run.leased", "step.in_doubt"]);
    assert_eq!(then_of(&facts), [Then::Retry]);
    assert_eq!(table.effects(), [Effect::Judge(unit("a"))]);
    table.begin(&unit("a"), steps(1));
    assert!(table.run.doubts().is_empty());

    let mut table = doubtful("on_uncertain: fail, ");
    let facts = table.lease();
    assert_eq!(kinds(&facts), ["run.leased", "step.in_doubt", "step.settled"]);
    assert_eq!(then_of(&facts), [Then::Fail]);
    assert_eq!(table.run.failure().unwrap().fault.kind, FaultKind::Uncertain);
    assert_eq!(table.effects(), [Effect::Conclude]);
}

#[test]
fn a_reconciliation_comes_before_everything_else() {
    let begun = || {
        let mut table = doubtful(&format!("on_uncertain: fail, {LOOK}"));
        assert_eq!(then_of(&table.lease()), [Then::Reconcile]);
        let look = unit("a").part(Part::Reconcile);
        assert_eq!(table.effects(), [Effect::Judge(look.clone())]);
        table.begin(&look, steps(1));
        (table, look)
    };

    // Found: what was found is the output.
    let (mut table, look) = begun();
    let facts = table.found(&look, output(json!({"total": 1})), Some(true));
    assert_eq!(kinds(&facts), ["step.settled", "step.settled"]);
    let StepState::Completed { output: found, .. } = table.state("a") else {
        panic!("{:?}", table.state("a"))
    };
    assert_eq!(found.value, json!({"total": 1}));
    assert!(table.run.doubts().is_empty());

    // Not found: it runs again, under the same key.
    let (mut table, look) = begun();
    let before = start_of(&table.facts);
    let facts = table.found(&look, output(json!({"total": 0})), Some(false));
    assert_eq!(kinds(&facts), ["step.settled"]);
    let facts = table.begin(&unit("a"), tokens(30));
    assert_eq!(start_of(&facts), (2, before.1, before.2));

    // It cannot tell: what the capsule says about that comes next.
    let (mut table, look) = begun();
    let facts = table.found(&look, failed(FaultKind::Tool), None);
    assert_eq!(kinds(&facts), ["step.settled", "step.in_doubt", "step.settled"]);
    assert_eq!(table.run.failure().unwrap().fault.kind, FaultKind::Uncertain);
}

#[test]
fn a_reconciliation_that_was_cut_short_runs_again() {
    let mut table = doubtful(LOOK);
    table.lease();
    let look = unit("a").part(Part::Reconcile);
    table.begin(&look, steps(1));
    assert_eq!(kinds(&table.lease()), ["run.leased"]);
    assert_eq!(table.effects(), [Effect::Judge(look)]);
}

#[test]
fn an_effect_whose_reply_was_lost_is_in_doubt_too() {
    let lost = || fails(Fault::new(FaultKind::Timeout, "no reply").uncertain(true));
    let mut table = doubtful("on_uncertain: review, ");
    let facts = table.end(&unit("a"), lost(), tokens(7));
    assert_eq!(kinds(&facts), ["step.in_doubt", "approval.requested"]);
    // What it used is known here.
    assert_eq!(
        (table.run.budget().spent, table.run.budget().reserved),
        (tokens(7), tokens(0))
    );

    // One that may run again under its key is no doubt.
    let mut table = cut("keyed");
    let facts = table.end(&unit("a"), lost(), tokens(7));
    assert_eq!(kinds(&facts), ["step.settled"]);
}

/// What the only open question says of the call that it is about, and how it ends.
fn said(table: &Table) -> (Option<String>, String) {
    let question = table.question();
    let About::Doubt { message, .. } = question.about.clone() else {
        panic!("{question:?}")
    };
    assert_eq!(question.prompt.contains("It was interrupted"), message.is_none());
    assert!(!question.ours().contains(CALL_SAID), "{}", question.prompt);
    let end = question.prompt[question.ours().len()..].trim().to_owned();
    (message, end)
}

#[test]
fn a_question_about_a_doubt_says_what_its_call_said_however_it_comes_about() {
    let expected = (Some("no reply".to_owned()), format!("{CALL_SAID}no reply"));
    let mut table = doubtful("on_uncertain: review, ");
    lose(&mut table);
    assert_eq!(said(&table), expected);
    // It says so again when somebody had it done again, and the call fails again.
    table.answer(RETRY).unwrap();
    table.begin(&unit("a"), steps(1));
    let lost = Fault::new(FaultKind::Tool, "no such\n  file").uncertain(true);
    table.end(&unit("a"), fails(lost), steps(1));
    let again = (Some("no such\n  file".to_owned()), format!("{CALL_SAID}no such file"));
    assert_eq!(said(&table), again);
    check_facts(&table).unwrap();

    // Looking for it came to nothing.
    let mut table = doubtful(LOOK);
    lose(&mut table);
    let look = unit("a").part(Part::Reconcile);
    table.begin(&look, steps(1));
    table.found(&look, failed(FaultKind::Tool), None);
    assert_eq!(said(&table), expected);
    check_facts(&table).unwrap();

    // The run was cancelled and is done again.
    let mut table = doubtful("on_uncertain: review, ");
    lose(&mut table);
    table.cancel();
    table.conclude();
    let again = Command::Retry {
        steps: Vec::new(),
        by: "user:ann".to_owned(),
    };
    table.command(&again).unwrap();
    assert_eq!(said(&table), expected);
    check_facts(&table).unwrap();

    // Its owner died: nobody said anything.
    let mut table = doubtful("on_uncertain: review, ");
    table.lease();
    assert_eq!(said(&table), (None, String::new()));
    check_facts(&table).unwrap();
}

#[test]
fn a_question_has_the_beginning_of_a_long_message_and_the_record_all_of_it() {
    let long = "ä".repeat(3_000);
    let mut table = doubtful("on_uncertain: review, ");
    let lost = Fault::new(FaultKind::Tool, long.clone()).uncertain(true);
    table.end(&unit("a"), fails(lost), steps(1));
    let (message, end) = said(&table);
    assert_eq!(message.as_deref(), Some(long.as_str()));
    assert_eq!(end, format!("{CALL_SAID}{}…", "ä".repeat(1_000)));
    assert_eq!(table.run.doubts()[&unit("a")].message, message);
    check_facts(&table).unwrap();
}

#[test]
fn a_step_that_fails_because_of_a_doubt_says_what_its_call_said() {
    let mut table = doubtful("on_uncertain: fail, ");
    lose(&mut table);
    let message = &table.run.failure().unwrap().fault.message;
    assert_eq!(message, "nobody knows whether its effect happened: no reply");
    check_facts(&table).unwrap();
}

#[test]
fn what_a_lent_model_used_is_counted_once_whatever_becomes_of_the_doubt() {
    let usage = Usage {
        model: "m".to_owned(),
        prompt_tokens: 5,
        output_tokens: 2,
        prefill_ms: 0,
        decode_ms: 0,
        confidence: None,
        left_out: 0,
        cut: false,
        escalated_from: None,
    };
    for rest in [LOOK, "on_uncertain: review, ", "on_uncertain: fail, "] {
        let mut table = doubtful(rest);
        let lost = Fault::new(FaultKind::Tool, "it failed").uncertain(true);
        let settle = Command::Settle {
            unit: unit("a"),
            attempt: 1,
            outcome: fails(lost),
            form: None,
            spent: tokens(7),
            usage: Some(usage.clone()),
            cache: None,
            found: None,
        };
        table.command(&settle).unwrap();
        if rest == LOOK {
            let look = unit("a").part(Part::Reconcile);
            table.begin(&look, steps(1));
            table.found(&look, fails(Fault::new(FaultKind::Tool, "no reply")), None);
        }
        assert_eq!(table.run.usage(), [(unit("a"), usage.clone())], "{rest}");
        assert_eq!(table.run.budget().spent.tokens, 7, "{rest}");
    }
}

#[test]
fn other_steps_go_on_while_one_is_in_doubt() {
    let lines = [
        counting("a", "effect: external, on_uncertain: review, "),
        counting("b", ""),
        counting("c", "needs: [a], "),
    ];
    let mut table = Table::new(&capsule("dag", "steps: 9", &lines.each_ref().map(String::as_str)));
    table.begin(&unit("a"), steps(1));
    table.begin(&unit("b"), steps(1));
    table.lease();
    assert_eq!(table.waiting(), ["b"]);
    table.complete(&unit("b"));
    assert_eq!(table.effects(), []);
    table.answer(HAPPENED).unwrap();
    assert_eq!(table.waiting(), ["c"]);
}

#[test]
fn a_run_that_fails_settles_its_doubts_first_and_one_that_is_cancelled_leaves_them() {
    let lines = [
        counting("a", "effect: external, on_uncertain: review, "),
        counting("b", "compensate: {action: text.count, params: {items: [], by: y}}, "),
        counting("c", "needs: [b], "),
    ];
    let capsule = capsule("dag", "steps: 9", &lines.each_ref().map(String::as_str));
    let begun = || {
        let mut table = Table::new(&capsule);
        table.begin(&unit("a"), steps(1));
        table.complete(&unit("b"));
        table
    };
    let mut table = begun();
    table.lease();
    table.fail(&unit("c"), FaultKind::Tool);
    assert_eq!(table.effects(), []);
    table.answer(FAIL).unwrap();
    assert_eq!(table.waiting(), ["b.compensate"]);

    let mut table = begun();
    table.cancel();
    assert_eq!(then_of(&table.lease()), [Then::Leave]);
    assert_eq!(table.waiting(), ["b.compensate"]);
    table.complete(&unit("b").part(Part::Compensate));
    let facts = table.conclude();
    assert_eq!(left(&facts), [unit("a")]);
}

/// The doubts that the end of a run names.
fn left(facts: &[RunFact]) -> &[Unit] {
    match facts {
        [RunFact::Finished(end)] => &end.doubts,
        _ => panic!("{facts:?}"),
    }
}

/// Two steps side by side that are begun: `external`, with what else its line says, and one that cannot be in doubt.
fn beside(rest: &str) -> Table {
    let lines = [counting("a", &format!("effect: external, {rest}")), counting("b", "")];
    let mut table = Table::new(&capsule("dag", "steps: 9", &lines.each_ref().map(String::as_str)));
    table.begin(&unit("a"), steps(1));
    table.begin(&unit("b"), steps(1));
    table
}

/// Ends the call of `a` without a reply.
fn lose(table: &mut Table) -> Vec<RunFact> {
    let lost = Fault::new(FaultKind::Unavailable, "no reply").uncertain(true);
    table.end(&unit("a"), fails(lost), steps(1))
}

#[test]
fn a_run_that_ends_does_nothing_again_and_says_so_to_whoever_wants_it() {
    for is_cancelled in [false, true] {
        for choice in [HAPPENED, FAIL] {
            let mut table = beside("on_uncertain: review, ");
            assert_eq!(then_of(&lose(&mut table)), [Then::Ask]);
            if is_cancelled {
                table.cancel();
            } else {
                table.end(&unit("b"), failed(FaultKind::Tool), steps(1));
            }
            let refused = table.answer(RETRY).unwrap_err();
            assert_eq!(refused, CommandError::Answer(AnswerError::NotAgain { unit: unit("a") }));
            // The question is open as before.
            assert!(table.run.doubts()[&unit("a")].is_open());
            table.answer(choice).unwrap();
            assert!(table.run.doubts().is_empty());
            if is_cancelled {
                table.end(&unit("b"), output(json!({})), steps(1));
            }
            assert_eq!(left(&table.conclude()), []);
            check_facts(&table).unwrap();
        }
    }
}

#[test]
fn a_doubt_whose_unit_was_to_run_again_is_named_by_a_run_that_ended_before() {
    for is_cancelled in [false, true] {
        for rest in ["on_uncertain: review, ", "on_uncertain: retry, "] {
            let mut table = beside(rest);
            let key = start_of(&table.facts).1;
            if then_of(&lose(&mut table)) == [Then::Ask] {
                table.answer(RETRY).unwrap();
            }
            table.now += 60_000;
            assert!(table.waiting().contains(&"a".to_owned()), "{rest}");
            if is_cancelled {
                table.cancel();
                table.end(&unit("b"), output(json!({})), steps(1));
            } else {
                table.end(&unit("b"), failed(FaultKind::Tool), steps(1));
            }
            // Nobody is asked again, and nothing waits for it.
            assert_eq!(table.effects(), [Effect::Conclude], "{rest}");
            assert_eq!(left(&table.conclude()), [unit("a")], "{rest}");

            // Done again, the run does what was said.
            let again = Command::Retry {
                steps: Vec::new(),
                by: "user:ann".to_owned(),
            };
            table.command(&again).unwrap();
            assert!(table.waiting().contains(&"a".to_owned()), "{rest}");
            let facts = table.begin(&unit("a"), steps(1));
            assert_eq!(start_of(&facts).1, key, "{rest}");
            assert!(table.run.doubts().is_empty());
            check_facts(&table).unwrap();
        }
    }
}

#[test]
fn a_doubt_whose_unit_may_not_run_again_is_named() {
    for rest in ["on_uncertain: review, ", "on_uncertain: retry, "] {
        let mut table = beside(rest);
        table.end(&unit("b"), output(json!({})), steps(1));
        if then_of(&lose(&mut table)) == [Then::Ask] {
            table.answer(RETRY).unwrap();
        }
        table.now += 60_000;
        let fault = Fault::new(FaultKind::Denied, "not any more");
        table.rule(&unit("a"), Ruling::Refuse { fault }).unwrap();
        assert_eq!(left(&table.conclude()), [unit("a")], "{rest}");
        check_facts(&table).unwrap();
    }
}

#[test]
fn a_doubt_that_comes_when_the_run_fails_and_is_no_matter_for_people_is_named() {
    let mut table = beside("on_uncertain: retry, ");
    table.end(&unit("b"), failed(FaultKind::Tool), steps(1));
    assert_eq!(kinds(&lose(&mut table)), ["step.in_doubt"]);
    assert_eq!(left(&table.conclude()), [unit("a")]);
    check_facts(&table).unwrap();
}

#[test]
fn what_undoes_a_step_may_be_done_again_while_the_run_fails() {
    let mut table = undoing("", "text.group");
    let prompt = table.question().prompt;
    assert!(
        prompt.starts_with("Did `a.compensate` (text.group) happen?"),
        "{prompt}"
    );
    table.answer(RETRY).unwrap();
    assert_eq!(table.waiting(), ["a.compensate"]);
    table.complete(&unit("a").part(Part::Compensate));
    assert_eq!(left(&table.conclude()), []);
    check_facts(&table).unwrap();
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
    // Before it is begun again, and after.
    assert_eq!(table.settle(&unit("a"), 1, output(json!({})), tokens(1)), Ok(vec![]));
    table.begin(&unit("a"), tokens(30));
    assert_eq!(table.settle(&unit("a"), 1, output(json!({})), tokens(1)), Ok(vec![]));
    assert_eq!(table.effects(), [Effect::Perform(unit("a"))]);
}

#[test]
fn a_crash_loop_cannot_overspend() {
    let one = |of: &str| match of {
        "tokens" => tokens(30),
        "tool_calls" => Spend {
            tool_calls: 30,
            ..Spend::default()
        },
        _ => steps(30),
    };
    for of in ["tokens", "tool_calls", "steps"] {
        let mut table = Table::new(&dag(&format!("{of}: 100"), &[("a", "")]));
        table.begin(&unit("a"), one(of));
        let mut begun = 1;
        loop {
            table.lease();
            let facts = table.begin(&unit("a"), one(of));
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
        let thrice = one(of).plus(one(of)).plus(one(of));
        let spent = Spend {
            wall_ms: 0,
            ..end.spent
        };
        assert_eq!((end.exit_code, spent), (7, thrice));
    }
}

#[test]
fn a_crash_loop_cannot_outlast_its_wall_time() {
    let lines = [counting("a", "timeout: 30s, ")];
    let lines = lines.each_ref().map(String::as_str);
    let mut table = Table::new(&capsule("sequence", "wall: 60s", &lines));
    let mut begun = 0;
    while kinds(&table.begin(&unit("a"), Spend::default())) == ["step.judged", "step.started"] {
        begun += 1;
        assert!(begun < 9, "{:?}", table.run.budget());
        // It lived ten seconds, and died at most one after it was last seen alive.
        table.now += 10_000;
        table.lease();
        assert_eq!(table.run.budget().spent, ms((11_000 * begun).min(60_000)));
    }
    assert_eq!(begun, 6);
}

#[test]
fn wall_time_is_charged_once_for_each_attempt_that_was_cut_short() {
    let mut table = Table::new(&capsule("sequence", "wall: 600s", &[&counting("a", "timeout: 100s, ")]));
    table.begin(&unit("a"), Spend::default());
    table.now += 10_000;
    table.lease();
    assert_eq!(table.run.budget().spent, ms(11_000));
    // The next owners die before they have begun it again: they used nothing of it.
    for _ in 0..3 {
        table.now += 10_000;
        table.lease();
    }
    assert_eq!(table.run.budget().spent, ms(11_000));
}

#[test]
fn an_attempt_that_was_cut_short_counts_as_spent_however_the_run_goes_on() {
    // The second attempt may not begin at all.
    let mut table = cut("none");
    table.lease();
    let fault = Fault::new(FaultKind::Template, "no");
    table
        .rule(&unit("a"), super::super::command::Ruling::Refuse { fault })
        .unwrap();
    assert_eq!(table.run.budget().spent.tokens, 30);
    assert_eq!(table.run.budget().reserved, tokens(0));

    // Another step failed before the crash, so that nothing runs again.
    let mut table = Table::new(&dag("tokens: 100", &[("a", ""), ("b", "")]));
    table.begin(&unit("a"), tokens(30));
    table.begin(&unit("b"), tokens(20));
    table.end(&unit("b"), failed(FaultKind::Tool), tokens(5));
    table.lease();
    let facts = table.conclude();
    assert!(
        matches!(&facts[0], RunFact::Finished(end) if end.spent.tokens == 35),
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

#[test]
fn a_run_whose_owners_die_again_and_again_is_paused() {
    let line = counting("a", "");
    let mut table = Table::new(&capsule("sequence", "", &[&line]));
    for times in 1..=MOST_CRASHES {
        table.begin(&unit("a"), steps(1));
        let facts = table.lease();
        let paused = matches!(facts.last(), Some(RunFact::Paused(paused)) if paused.why == Why::Crashes { times });
        assert_eq!(paused, times == MOST_CRASHES, "{times}: {facts:?}");
    }
    assert_eq!(table.effects(), []);
    table
        .command(&super::super::command::Command::Resume {
            by: "user:ann".to_owned(),
        })
        .unwrap();
    // Somebody looked at it, so counting begins anew.
    table.begin(&unit("a"), steps(1));
    assert_eq!(kinds(&table.lease()), ["run.leased"]);
    assert_eq!(table.run.crashes(), 1);
    table.begin(&unit("a"), steps(1));
    table.end(&unit("a"), output(json!({})), steps(1));
    assert_eq!(table.run.crashes(), 0);
}

#[test]
fn an_owner_that_gave_the_run_back_did_not_die() {
    let mut table = Table::new(&capsule("sequence", "", &[&counting("a", "")]));
    for _ in 0..=MOST_CRASHES {
        table.begin(&unit("a"), steps(1));
        let lease = super::super::command::Command::Lease {
            pid: 2,
            last_beat: None,
        };
        assert_eq!(kinds(&table.command(&lease).unwrap()), ["run.leased"]);
    }
    assert_eq!(table.run.crashes(), 0);
}

/// A run whose step is over and whose first hook after it has begun, with an effect that cannot be repeated; another
/// hook follows.
fn with_a_hook() -> Table {
    let hook = "{name: after, action: http.request, params: {method: POST, url: \"https://example.com/do\"}}";
    let last = format!("{{{}}}", counting("last", ""));
    let hooks = format!("steps: 100\nhooks: {{post: [{hook}, {last}]}}\n");
    let mut table = Table::new(&capsule("sequence", &hooks, &[&counting("a", "")]));
    table.complete(&unit("a"));
    begin_hook(&mut table);
    table
}

/// Begins the hook, which somebody has to approve the first time.
fn begin_hook(table: &mut Table) {
    table.begin(&unit("after"), steps(1));
    if !table.run.questions().is_empty() {
        table.answer(APPROVE).unwrap();
        table.begin(&unit("after"), steps(1));
    }
    assert!(table.run.is_flying(&unit("after")));
}

/// Its effect may have happened.
fn lose_hook(table: &mut Table) -> Vec<Then> {
    let lost = Fault::new(FaultKind::Timeout, "no reply").uncertain(true);
    then_of(&table.end(&unit("after"), fails(lost), steps(1)))
}

#[test]
fn a_cancelled_run_does_not_wait_for_a_hook_in_doubt_and_names_it() {
    for is_asked_before in [true, false] {
        let mut table = with_a_hook();
        if is_asked_before {
            assert_eq!(lose_hook(&mut table), [Then::Ask]);
            assert!(table.effects().is_empty());
            table.cancel();
        } else {
            table.cancel();
            assert_eq!(lose_hook(&mut table), [Then::Leave]);
        }
        assert_eq!(table.effects(), [Effect::Judge(unit("last"))], "{is_asked_before}");
        table.complete(&unit("last"));
        table.conclude();
        let finished = table.run.finished().unwrap();
        assert_eq!(finished.doubts, [unit("after")], "{is_asked_before}");
        check_facts(&table).unwrap();
    }
}

#[test]
fn a_run_that_is_not_cancelled_waits_for_its_hook_in_doubt() {
    let mut table = with_a_hook();
    lose_hook(&mut table);
    assert!(table.effects().is_empty());
    table.answer(RETRY).unwrap();
    assert_eq!(table.effects(), [Effect::Judge(unit("after"))]);
    begin_hook(&mut table);
    table.end(&unit("after"), output(json!({})), steps(1));
    table.complete(&unit("last"));
    table.conclude();
    assert!(table.run.finished().unwrap().doubts.is_empty());
    check_facts(&table).unwrap();
}

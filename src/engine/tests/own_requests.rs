//! Who may agree, and whether they say why: the deployment mode of an answer is one of its inputs.

use super::super::command::{Command, Ruling};
use super::super::decide::{AnswerError, CommandError};
use super::super::fact::{Answer, Resolved, RunFact, Started, question};
use super::table::{answer, check_facts};
use super::{Table, dag, kinds, unit};
use crate::capsule::budget::Spend;
use crate::policy::{Decision, Demand, InForce, Mode};

/// Who began the run of every table.
const BEGAN: &str = "user:test";

/// A run that asks whether it may do something.
fn asking() -> Table {
    let mut table = Table::new(&dag("steps: 9", &[("a", "")]));
    let act = table.act_under(
        &unit("a"),
        Spend::default(),
        vec![Demand {
            decision: Decision::Ask,
            because: "somebody has to look".to_owned(),
        }],
    );
    let facts = table.rule(&unit("a"), Ruling::Act(Box::new(act))).unwrap();
    assert_eq!(kinds(&facts), ["step.judged", "approval.requested"]);
    table
}

fn given(table: &mut Table, by: &str, choice: &str, mode: Mode, reason: &str) -> Result<Vec<RunFact>, AnswerError> {
    let answer = Answer {
        by: by.to_owned(),
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        mode: mode.into(),
        ..answer(&table.question().id, choice)
    };
    table.command(&Command::Answer(answer)).map_err(|error| match error {
        CommandError::Answer(error) => error,
        other => panic!("{other}"),
    })
}

#[test]
fn attack_15_in_production_nobody_agrees_to_their_own_request() {
    for mode in Mode::ALL {
        let is_strict = matches!(mode, Mode::Production | Mode::ProductionEnterprise);
        let mut table = asking();
        let refused = given(&mut table, BEGAN, question::APPROVE, mode, "it is mine");
        let own = AnswerError::OwnRequest {
            mode: mode.into(),
            by: Some(BEGAN.to_owned()),
        };
        assert_eq!(refused.err(), is_strict.then_some(own), "{mode:?}");
        // Somebody else may, and anybody may say no.
        let mut table = asking();
        assert!(
            given(&mut table, "user:ann", question::APPROVE, mode, "it is fine").is_ok(),
            "{mode:?}"
        );
        check_facts(&table).unwrap();
        let mut table = asking();
        assert!(
            given(&mut table, BEGAN, question::REJECT, mode, "I was wrong").is_ok(),
            "{mode:?}"
        );
        check_facts(&table).unwrap();
    }
}

#[test]
fn attack_15_a_run_of_which_nobody_knows_who_began_it_is_everybodys_own() {
    let mut table = asking();
    let mut started = table.run.started().clone();
    started.by = None;
    let capsule = table.run.capsule().clone();
    let mut old = super::super::run::Run::begin(started, capsule, 1, 1_000);
    for (run_seq, fact) in (2..).zip(&table.facts[1..]) {
        old.apply(fact, run_seq, 1_000);
    }
    table.run = old;
    let refused = given(
        &mut table,
        "user:ann",
        question::APPROVE,
        Mode::Production,
        "it is fine",
    );
    assert!(
        matches!(refused, Err(AnswerError::OwnRequest { by: None, .. })),
        "{refused:?}"
    );
    assert!(given(&mut table, "user:ann", question::APPROVE, Mode::Test, "").is_ok());
}

#[test]
fn an_answer_says_why_where_the_mode_wants_it() {
    for (mode, choice, needs) in [
        (Mode::Developer, question::APPROVE, false),
        (Mode::Test, question::REJECT, false),
        (Mode::Production, question::APPROVE, true),
        (Mode::Production, question::REJECT, false),
        (Mode::ProductionEnterprise, question::APPROVE, true),
        (Mode::ProductionEnterprise, question::REJECT, true),
    ] {
        for reason in ["", " \n"] {
            let answered = given(&mut asking(), "user:ann", choice, mode, reason);
            let none = AnswerError::NoReason {
                mode: mode.into(),
                choice: choice.to_owned(),
            };
            assert_eq!(answered.err(), needs.then_some(none), "{mode:?} {choice}");
        }
        assert!(given(&mut asking(), "user:ann", choice, mode, "because").is_ok());
    }
}

#[test]
fn what_was_recorded_before_there_were_modes_is_read() {
    let mut table = asking();
    given(&mut table, "user:ann", question::APPROVE, Mode::Production, "because").unwrap();
    for fact in &table.facts {
        let mut body = fact.to_fact().unwrap().body;
        let (by, mode) = match fact {
            RunFact::Started(_) => {
                body.as_object_mut().unwrap().remove("by");
                let started: Started = serde_json::from_value(body).unwrap();
                (started.by, None)
            }
            RunFact::Resolved(_) => {
                body.as_object_mut().unwrap().remove("mode");
                let resolved: Resolved = serde_json::from_value(body).unwrap();
                (None, Some(resolved.mode))
            }
            _ => continue,
        };
        assert_eq!((by, mode.unwrap_or_default()), (None, InForce::default()));
    }
}

#[test]
fn the_mode_of_an_answer_is_recorded_unless_it_is_where_a_store_begins() {
    for mode in Mode::ALL {
        let facts = given(&mut asking(), "user:ann", question::APPROVE, mode, "because").unwrap();
        let RunFact::Resolved(resolved) = &facts[0] else {
            panic!("{facts:?}")
        };
        assert_eq!(resolved.mode, InForce::from(mode));
        let body = facts[0].to_fact().unwrap().body;
        let text = body.get("mode").and_then(|mode| mode.as_str());
        assert_eq!(text, (mode != Mode::Developer).then(|| mode.name()));
    }
}

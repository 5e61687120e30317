//! What is seen of questions, and which command lines their keys make.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::{EffectClass, Touch};
use crate::engine::fact::{About, Judged, Requested, Unit};
use crate::journal::{ApprovalRow, Parent, RunRow};
use crate::label::{Confidentiality, Integrity, Label, Labelled};
use crate::policy::fixture::{action, law_of, situation};
use crate::policy::{Access, Subject};
use crate::sight::question::Asked;
use crate::tui::act::Refusal;
use crate::tui::watch::{Listed, Seen, Sight};

const ROOT: &str = "0190b0a0-0000-7000-8000-000000000001";
const CHILD: &str = "0190b0a0-0000-7000-8000-000000000002";

fn asked(number: u64, requested: Value) -> Asked {
    let mut requested = requested;
    requested["id"] = json!(format!("{number:016x}"));
    let requested: Requested = serde_json::from_value(requested).unwrap();
    let kind = match requested.about {
        About::Gate { .. } => "gate",
        About::Action { .. } => "action",
        About::Doubt { .. } => "doubt",
        About::Elicited { .. } => "elicited",
        About::Inputs | About::Outputs { .. } => "guardrail",
    };
    Asked {
        row: ApprovalRow {
            id: requested.id.clone(),
            run: CHILD.to_owned(),
            seq: number,
            run_seq: number,
            step: requested.unit.as_ref().map(ToString::to_string),
            kind: kind.to_owned(),
            action: None,
            prompt: requested.prompt.clone(),
            choices: requested.choices.clone(),
            assignees: requested.assignees.clone(),
            requested_at: NOW - 90_000,
            expires_at: requested.expires_at,
            resolved_at: None,
            choice: None,
            by: None,
            void: false,
        },
        requested,
        judged: None,
        given: None,
    }
}

pub(super) fn gate(number: u64) -> Asked {
    asked(
        number,
        json!({"unit": {"step": "sure"}, "about": {"kind": "gate", "own_choices": false},
            "prompt": "Is the directory right?", "choices": ["approve", "reject"]}),
    )
}

fn own_choices(number: u64) -> Asked {
    asked(
        number,
        json!({"unit": {"step": "review"}, "about": {"kind": "gate", "own_choices": true},
            "prompt": "Publish the list?", "choices": ["publish", "drop"],
            "form": {"type": "object", "required": ["note"], "properties": {
                "note": {"type": "string", "description": "a word for the readers"},
                "loud": {"type": "boolean"}}},
            "assignees": ["ann"], "expires_at": NOW + 600_000, "on_expire": "drop"}),
    )
}

/// A question about an action, as the real law asks it, whose arguments come from several places.
pub(super) fn about_action(number: u64, step: &str, target: &str) -> Asked {
    let rule = "  - {id: look, article: A2, decision: ask, access: write, within: workspace}\n";
    let attempted = action(&[(Touch::WritePath, target)]);
    let verdict = law_of(rule).judge(&attempted, &situation());
    let mut args = Labelled::new(
        json!({"path": target, "patch": "@@ -1 +1 @@\n-old\n+new", "tags": ["a", {"b": 1}], "token": "t"}),
        Label::from_source(Integrity::Untrusted, Confidentiality::Private, "tool:fs.read"),
    );
    args.fields.insert(
        "/path".to_owned(),
        Label::from_source(Integrity::User, Confidentiality::Private, "input:path"),
    );
    args.fields.insert(
        "/tags/1".to_owned(),
        Label::from_source(Integrity::Trusted, Confidentiality::Secret, "capsule"),
    );
    let mut question = asked(
        number,
        json!({"unit": {"step": step},
            "about": {"kind": "action", "action": "tool.act", "digest": attempted.digest(), "args": args},
            "prompt": format!("May `{step}` do `tool.act`?"), "choices": ["approve", "reject"]}),
    );
    question.judged = Some(Judged {
        unit: Unit::step(step),
        attempt: 1,
        action: "tool.act".to_owned(),
        label: Label::constant(),
        verdict,
        effect: EffectClass::External,
        estimate: Spend::default(),
        review: None,
        child: None,
    });
    question
}

fn listed(id: &str, status: &str, parent: Option<&str>) -> Listed {
    Listed {
        row: RunRow {
            id: id.to_owned(),
            capsule: "ship".to_owned(),
            version: "1.0.0".to_owned(),
            digest: String::new(),
            workspace: Some("/home/u/project".to_owned()),
            idempotency_key: None,
            parent: parent.map(|run| Parent {
                run: run.to_owned(),
                step: "inner".to_owned(),
                item: None,
            }),
            slot: None,
            first_seq: 1,
            status: "running".to_owned(),
            exit_code: None,
            started_at: NOW - 100_000,
            finished_at: None,
            head: 9,
            epoch: 1,
            steps_started: 1,
            steps_settled: 1,
            questions: 1,
        },
        status: status.to_owned(),
    }
}

pub(super) fn see(app: &mut App, root: &str, questions: Vec<Asked>) {
    let sight = Sight {
        runs: Arc::new(vec![listed(CHILD, "waiting", Some(ROOT)), listed(ROOT, root, None)]),
        approvals: Arc::new(questions),
        ..Sight::default()
    };
    app.update(Msg::Seen(Box::new(Seen::Store(sight))));
}

/// A queue that has been looked at for a while; the run at the root stands as `root` says.
fn queue(root: &str, questions: Vec<Asked>) -> App {
    let mut app = app(80, 24, Screen::Approvals);
    see(&mut app, root, questions);
    later(&mut app);
    app
}

#[test]
fn an_approval_is_followed_by_the_run_that_somebody_began() {
    let mut app = queue("waiting", vec![gate(1)]);
    let acts = letter(&mut app, 'a');
    assert_eq!(
        lines(&acts),
        [
            "somagent approvals approve 0000000000000001",
            "somagent runs resume 0190b0a0-0000-7000-8000-000000000001",
        ]
    );
    assert_eq!(app.going, 1);
    let approved = deed(&acts);
    let resumed = app.update(Msg::Done(approved, Ok(())));
    assert!(deed(&resumed).drives);
    assert_eq!(app.going, 1);
    // Somebody else drives it already.
    let busy = Refusal {
        kind: "busy".to_owned(),
        message: "the run is driven by the process 7".to_owned(),
        hint: None,
    };
    app.toasts.clear();
    assert_eq!(app.update(Msg::Done(deed(&resumed), Err(busy))), []);
    assert!(app.toasts.is_empty());
    assert_eq!(app.going, 0);
}

#[test]
fn a_run_that_pauses_is_not_resumed_by_an_answer() {
    for status in ["paused", "cancelling", "failed"] {
        let mut app = queue(status, vec![gate(1)]);
        let acts = letter(&mut app, 'a');
        assert_eq!(lines(&acts), ["somagent approvals approve 0000000000000001"]);
    }
}

#[test]
fn keys_that_decide_are_ignored_until_the_question_was_seen() {
    let mut app = app(80, 24, Screen::Approvals);
    see(&mut app, "waiting", vec![gate(1), gate(2)]);
    for key in ['a', 's', 'n'] {
        assert_eq!(letter(&mut app, key), []);
    }
    press(&mut app, KeyCode::Enter);
    assert!(app.overlays.is_empty());
    later(&mut app);
    assert_eq!(letter(&mut app, 'a').len(), 1);
    // The next one slides under the cursor.
    see(&mut app, "waiting", vec![gate(2)]);
    assert_eq!(letter(&mut app, 'a'), []);
    later(&mut app);
    assert_eq!(letter(&mut app, 'a').len(), 1);
}

#[test]
fn the_cursor_stays_on_its_question_when_others_go() {
    let mut app = queue("waiting", vec![gate(1), gate(2), gate(3)]);
    letter(&mut app, 'j');
    later(&mut app);
    see(&mut app, "waiting", vec![gate(2), gate(3)]);
    let acts = letter(&mut app, 'a');
    assert_eq!(lines(&acts)[0], "somagent approvals approve 0000000000000002");
}

#[test]
fn a_question_with_choices_of_its_own_is_answered_in_a_form() {
    let mut app = queue("waiting", vec![own_choices(1)]);
    assert_eq!(letter(&mut app, 'a'), []);
    later(&mut app);
    // Nothing is chosen by itself.
    assert_eq!(held(&mut app, 's'), []);
    assert!(drawn(&app).contains("`choice` is required"));
    press(&mut app, KeyCode::Right);
    press(&mut app, KeyCode::Tab);
    typed(&mut app, "it's done");
    press(&mut app, KeyCode::Tab);
    letter(&mut app, 't');
    press(&mut app, KeyCode::Tab);
    typed(&mut app, "read it");
    let acts = press(&mut app, KeyCode::Enter);
    let [Act::Do(deed)] = &acts[..] else { panic!("{acts:?}") };
    assert_eq!(
        deed.args,
        [
            "approvals",
            "answer",
            "0000000000000001",
            "--choice",
            "publish",
            "-p",
            "note=it's done",
            "-p",
            "loud=true",
            "--reason",
            "read it",
        ]
    );
    assert_eq!(
        lines(&deed.then),
        ["somagent runs resume 0190b0a0-0000-7000-8000-000000000001"]
    );
    // It was decided elsewhere: the form says so, and keeps what was typed.
    let refusal = Refusal {
        kind: "already_decided".to_owned(),
        message: "it was decided before".to_owned(),
        hint: None,
    };
    app.update(Msg::Done(deed.clone(), Err(refusal)));
    let seen = drawn(&app);
    assert!(
        seen.contains("it was decided before") && seen.contains("it's done"),
        "{seen}"
    );
    let again = held(&mut app, 's');
    assert_eq!(super::deed(&again), *deed);
    app.update(Msg::Done(deed.clone(), Ok(())));
    assert!(app.overlays.is_empty());
}

#[test]
fn a_denial_asks_for_a_reason() {
    let mut app = queue("running", vec![gate(1)]);
    assert_eq!(letter(&mut app, 'n'), []);
    later(&mut app);
    typed(&mut app, "not yet");
    let acts = held(&mut app, 's');
    assert_eq!(
        lines(&acts),
        [
            "somagent approvals deny 0000000000000001 --reason 'not yet'",
            "somagent runs resume 0190b0a0-0000-7000-8000-000000000001",
        ]
    );
}

#[test]
fn enter_decides_nothing() {
    let mut app = queue("waiting", vec![gate(1)]);
    assert_eq!(press(&mut app, KeyCode::Enter), []);
    later(&mut app);
    for _ in 0..5 {
        assert_eq!(press(&mut app, KeyCode::Enter), []);
    }
    press(&mut app, KeyCode::Esc);
    assert!(app.overlays.is_empty());
}

#[test]
fn the_same_action_is_approved_wherever_the_run_asks_for_it() {
    let questions = vec![
        about_action(1, "one", "notes.md"),
        about_action(2, "two", "other.md"),
        about_action(3, "three", "notes.md"),
        about_action(4, "four", "notes.md"),
    ];
    let mut app = queue("waiting", questions);
    let acts = letter(&mut app, 's');
    assert_eq!(
        lines(&acts),
        [
            "somagent approvals approve 0000000000000001",
            "somagent approvals approve 0000000000000003",
            "somagent approvals approve 0000000000000004",
            "somagent runs resume 0190b0a0-0000-7000-8000-000000000001",
        ]
    );
    letter(&mut app, 'j');
    later(&mut app);
    assert_eq!(letter(&mut app, 's'), []);
    let toast = app.toasts.back().unwrap();
    assert_eq!(
        toast.text,
        "nothing else of this run asks the same: `a` approves this one"
    );
}

#[test]
fn what_a_rule_asks_is_answered_for_the_rest_of_the_run() {
    let mut question = about_action(1, "one", "notes.md");
    let About::Action { subjects, .. } = &mut question.requested.about else {
        panic!("{question:?}")
    };
    subjects.push(Subject {
        rule: "ask".to_owned(),
        access: Access::Infer,
    });
    let mut app = queue("waiting", vec![question]);
    assert_eq!(
        lines(&letter(&mut app, 's')),
        [
            "somagent approvals approve 0000000000000001 --remember run",
            "somagent runs resume 0190b0a0-0000-7000-8000-000000000001",
        ]
    );
}

#[test]
fn a_doubt_is_never_simply_approved() {
    let doubt = asked(
        1,
        json!({"unit": {"step": "send"}, "about": {"kind": "doubt", "attempt": 2, "key": "som1:x"},
            "prompt": "Did `send` happen?", "choices": ["happened", "retry", "fail"],
            "form": {"type": "object", "properties": {"output": {"description": "what it gave"}}}}),
    );
    for key in ['a', 'n'] {
        let mut app = queue("waiting", vec![doubt.clone()]);
        assert_eq!(letter(&mut app, key), []);
        later(&mut app);
        letter(&mut app, 'r');
        let acts = held(&mut app, 's');
        assert_eq!(
            lines(&acts)[0],
            "somagent approvals answer 0000000000000001 --choice retry"
        );
    }
}

#[test]
fn a_doubt_says_what_its_call_was_given_and_what_it_said() {
    let mut doubt = asked(
        1,
        json!({"unit": {"step": "send"},
            "about": {"kind": "doubt", "attempt": 2, "key": "som1:x", "message": "ENOENT: no such file"},
            "prompt": "Did `send` happen?", "choices": ["happened", "retry", "fail"]}),
    );
    doubt.given = Some(Labelled::new(json!({"path": "notes.md"}), Label::constant()));
    let seen = drawn(&queue("waiting", vec![doubt]));
    let row = seen.lines().find(|line| line.contains("ENOENT: no such file"));
    assert!(row.is_some_and(|row| row.contains("failed")), "{seen}");
    assert!(seen.contains("arguments") && seen.contains("notes.md"), "{seen}");
}

#[test]
fn a_form_that_a_server_asks_for_is_not_simply_approved_in_doubt() {
    for in_doubt in [false, true] {
        let form = asked(
            1,
            json!({"unit": {"step": "order"}, "about": {"kind": "elicited", "attempt": 1, "call": "shop.order",
                "message": "How much?", "answered": 0, "fault": {"kind": "tool", "message": "no form: cancel"},
                "in_doubt": in_doubt},
                "prompt": "In the server's own words: How much?", "choices": ["approve", "reject"],
                "form": {"type": "object", "properties": {"count": {"type": "integer"}}}}),
        );
        let mut app = queue("waiting", vec![form]);
        assert_eq!(letter(&mut app, 'a').is_empty(), in_doubt);
    }
}

#[test]
fn a_default_is_seen_before_it_is_sent_and_then_it_is_sent() {
    let form = |required: Value| {
        asked(
            1,
            json!({"unit": {"step": "order"}, "about": {"kind": "elicited", "attempt": 1, "call": "shop.order",
                "message": "How much?", "answered": 0, "fault": {"kind": "tool", "message": "no form: cancel"}},
                "prompt": "In the server's own words: How much?", "choices": ["approve", "reject"],
                "form": {"type": "object", "required": required,
                    "properties": {"count": {"type": "integer", "default": 3}}}}),
        )
    };
    for required in [json!([]), json!(["count"])] {
        let mut app = queue("waiting", vec![form(required)]);
        assert_eq!(letter(&mut app, 'a'), []);
        later(&mut app);
        let acts = held(&mut app, 's');
        assert_eq!(
            lines(&acts)[0],
            "somagent approvals answer 0000000000000001 --choice approve -p count=3"
        );
    }
    let mut app = queue("waiting", vec![form(json!(["count"]))]);
    letter(&mut app, 'n');
    later(&mut app);
    let acts = held(&mut app, 's');
    assert_eq!(lines(&acts)[0], "somagent approvals deny 0000000000000001");
}

#[test]
fn the_whole_question_is_copied_and_opened() {
    let mut app = queue("waiting", vec![about_action(1, "one", "notes.md")]);
    assert_eq!(
        letter(&mut app, 'y'),
        [Act::Copy("somagent approvals show 0000000000000001".to_owned())]
    );
    let [Act::Edit { text, suffix: "json" }] = &letter(&mut app, 'e')[..] else {
        panic!("nothing is opened")
    };
    let opened: Value = serde_json::from_str(text).unwrap();
    assert_eq!(opened["question"]["about"]["args"]["value"]["path"], "notes.md");
    assert_eq!(opened["judged"]["verdict"]["decision"], "ask");
}

#[test]
fn the_mouse_selects_a_question() {
    let mut app = queue("waiting", vec![gate(1), gate(2), gate(3)]);
    click(&mut app, 5, 6);
    later(&mut app);
    let acts = letter(&mut app, 'a');
    assert_eq!(lines(&acts)[0], "somagent approvals approve 0000000000000003");
}

#[test]
fn an_action_is_drawn_with_its_arguments_and_where_they_come_from() {
    let mut app = queue("waiting", vec![about_action(1, "one", "notes.md"), own_choices(2)]);
    app.size = Size::new(120, 40);
    insta::assert_snapshot!(drawn(&app), @r#"
     somagent  1 Overview  2 Runs  3 Approvals (2)  4 Capsules
    ╭ approvals (2) ───────────────────────╮╭ question 0000000000000001 ───────────────────────────────────────────────────╮
    │ ? one · ship                09:28:30 ││ May `one` do `tool.act`?                                                     │
    │   0000000000000001 May `one` do `to… ││                                                                              │
    │ ? review · ship             09:28:30 ││ kind       an action that needs somebody's word                              │
    │   0000000000000002 Publi… 9 min left ││ action     tool.act                                                          │
    │                                      ││ effect     external: it cannot be taken back or safely repeated              │
    │                                      ││ choices    approve · reject                                                  │
    │                                      ││                                                                              │
    │                                      ││ arguments                                                                    │
    │                                      ││   path       notes.md                                                        │
    │                                      ││   ↳ user · private · from input:path                                         │
    │                                      ││   patch                                                                      │
    │                                      ││   │ @@ -1 +1 @@                                                              │
    │                                      ││   │ -old                                                                     │
    │                                      ││   │ +new                                                                     │
    │                                      ││   ↳ untrusted · private · from tool:fs.read                                  │
    │                                      ││   tags                                                                       │
    │                                      ││   │ [                                                                        │
    │                                      ││   │   "a",                                                                   │
    │                                      ││   │   {                                                                      │
    │                                      ││   │     "b": 1                                                               │
    │                                      ││   │   }                                                                      │
    │                                      ││   │ ]                                                                        │
    │                                      ││   ↳ untrusted · private · from tool:fs.read                                  │
    │                                      ││     /tags/1  trusted · secret · from capsule                                 │
    │                                      ││   token      t                                                               │
    │                                      ││   ↳ untrusted · private · from tool:fs.read                                  │
    │                                      ││                                                                              │
    │                                      ││ why it asks                                                                  │
    │                                      ││   A2 look: A2 asks a person before writing `notes.md` in the workspace       │
    │                                      ││                                                                              │
    │                                      ││ step       one                                                               │
    │                                      ││ run        ship 0190b0a0-0000-7000-8000-000000000002                         │
    │                                      ││ works in   /home/u/project                                                   │
    │                                      ││ asked      09:28:30, 2026-11-21T09:28:30.000Z                                │
    │                                      ││ sha3-512   840d08def7674e3a4cedbf06652cc270558862f84cb528b12220685089aa2cb88 │
    │                                      ││            268143160695490b00493efdab47dde929b1a3abcce859c735b30955d77ce77   │
    ╰──────────────────────────────────────╯╰──────────────────────────────────────────────────────────────────────────────╯
     a approve  s for this run  n deny  enter answer  tab detail  y copy  e whole  : commands  ? help  q quit
    "#);
}

#[test]
fn a_gate_is_drawn_with_its_choices_and_its_end() {
    let mut app = queue("waiting", vec![own_choices(2), gate(3)]);
    insta::assert_snapshot!(drawn(&app), @r#"
     somagent  1 Overview  2 Runs  3 Approvals (2)  4 Capsules
    ╭ approvals (2) ─────────╮╭ question 0000000000000002 ─────────────────────────╮
    │ ? review · s… 09:28:30 ││ Publish the list?                                  │
    │   00000000… 9 min left ││                                                    │
    │ ? sure · ship 09:28:30 ││ kind       a gate of the capsule                   │
    │   0000000000000003 Is… ││ choices    publish · drop                          │
    │                        ││ expires    9 min left, at                          │
    │                        ││            2026-11-21T09:40:00.000Z; then `drop`   │
    │                        ││            counts                                  │
    │                        ││ assignees  ann                                     │
    │                        ││                                                    │
    │                        ││ what can be filled in                              │
    │                        ││   note (string, required): a word for the readers  │
    │                        ││   loud (boolean)                                   │
    │                        ││                                                    │
    │                        ││ step       review                                  │
    │                        ││ run        ship                                    │
    │                        ││            0190b0a0-0000-7000-8000-000000000002    │
    │                        ││ works in   /home/u/project                         │
    │                        ││ asked      09:28:30, 2026-11-21T09:28:30.000Z      │
    │                        ││                                                    │
    │                        ││                                                    │
    ╰────────────────────────╯╰────────────────────────────────────────────────────╯
     a approve  s for this run  n deny  enter answer  tab detail  y copy  e whole
    "#);
    press(&mut app, KeyCode::Enter);
    insta::assert_snapshot!(drawn(&app), @r#"
     somagent  1 Overview  2 Runs  3 Approvals (2)  4 Capsules
    ╭ approvals (2) ─────────╮╭ question 0000000000000002 ─────────────────────────╮
    │ ? review · s… 09:28:30 ││ Publish the list?                                  │
    │   00000000… 9 min left ││                                                    │
    ╭ answer ──────────────────────────────────────────────────────────────────────╮
    │ Publish the list?                                                            │
    │                                                                              │
    │ *choice  ‹  publish  drop  ›                                                 │
    │                                                                              │
    │ *note    —                                                                   │
    │          string · a word for the readers                                     │
    │  loud       true  false                                                      │
    │                                                                              │
    │  reason  —                                                                   │
    │          text · why, for the record                                          │
    │                                                                              │
    │ somagent approvals answer 0000000000000002 --choice CHOICE                   │
    │ ctrl-s answer  tab next  ←→ choose  ctrl-y copy  esc back                    │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    │                        ││ asked      09:28:30, 2026-11-21T09:28:30.000Z      │
    │                        ││                                                    │
    │                        ││                                                    │
    ╰────────────────────────╯╰────────────────────────────────────────────────────╯
     a approve  s for this run  n deny  enter answer  tab detail  y copy  e whole
    "#);
    app.size = Size::new(40, 12);
    insta::assert_snapshot!(drawn(&app), @r#"
    ╭ answer ──────────────────────────────╮
    │ Publish the list?                    │
    │ *choice                              │
    │   ‹  publish  drop  ›                │
    │ *note string · a word for the reade… │
    │   —                                  │
    │  loud                                │
    │      true  false                     │
    │                                      │
    │ somagent approvals answer …          │
    │ ctrl-s answer  tab next  ←→ choose   │
    ╰──────────────────────────────────────╯
    "#);
}

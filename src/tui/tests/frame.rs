use std::collections::HashSet;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Size;
use serde_json::json;

use super::super::act::{Act, Deed, Refusal, Topic, line};
use super::super::app::{App, Msg, Screen, Store};
use super::super::keymap::{BINDINGS, Intent, Place, intent};
use super::super::overlay::Overlay;
use super::super::theme::Palette;
use super::super::watch::{Listed, Seen, Sight};
use super::{NOW, drawn as picture};
use crate::journal::RunRow;

/// A dashboard of this size that has seen `sight`.
fn app(width: u16, height: u16, sight: Sight) -> App {
    let mut app = App::new(Palette::Dark, NOW, Size { width, height });
    app.update(Msg::Seen(Box::new(Seen::Store(sight))));
    app
}

/// Presses a key, a while after whatever was before.
fn press(app: &mut App, code: KeyCode) -> Vec<Act> {
    app.update(Msg::Tick(app.now + 1_000));
    app.update(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

/// Presses the keys of a text.
fn type_in(app: &mut App, text: &str) -> Vec<Act> {
    let mut keys = text.chars();
    keys.by_ref()
        .flat_map(|letter| press(app, KeyCode::Char(letter)))
        .collect()
}

fn listed(id: &str, capsule: &str, status: &str, began: i64, ended: Option<i64>) -> Listed {
    let row = RunRow {
        id: id.to_owned(),
        capsule: capsule.to_owned(),
        version: "1.0.0".to_owned(),
        digest: String::new(),
        workspace: None,
        idempotency_key: None,
        parent: None,
        slot: None,
        first_seq: 1,
        status: "running".to_owned(),
        exit_code: None,
        started_at: began,
        finished_at: ended,
        head: 3,
        epoch: 1,
        steps_started: 7,
        steps_settled: 6,
        questions: u64::from(status == "waiting"),
    };
    Listed {
        row,
        status: status.to_owned(),
    }
}

fn three_runs() -> Sight {
    let runs = vec![
        listed(
            "01a1ff80-395d-70e0-8121-834062fdf419",
            "ship",
            "running",
            NOW - 65_000,
            None,
        ),
        listed(
            "01a1ff7f-c2ab-7458-8584-acdd175f6022",
            "repo_digest",
            "waiting",
            NOW - 400_000,
            None,
        ),
        listed(
            "01a1ff7e-0000-7458-8584-acdd175f0001",
            "prüfe_日本",
            "failed",
            NOW - 90_000_000,
            Some(NOW - 89_990_000),
        ),
    ];
    Sight {
        head: 40,
        runs: Arc::new(runs),
        ..Sight::default()
    }
}

#[test]
fn no_key_has_two_meanings_in_one_place() {
    let mut seen = HashSet::new();
    for binding in BINDINGS {
        for key in binding.keys {
            assert!(
                seen.insert((format!("{:?}", binding.place), key.to_string())),
                "{key} in {:?}",
                binding.place
            );
        }
    }
}

#[test]
fn what_is_bound_in_a_place_comes_before_what_is_bound_everywhere() {
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    assert_eq!(intent(Place::Run, key(KeyCode::Char('a'))), Some(Intent::Approve));
    assert_eq!(intent(Place::Anywhere, key(KeyCode::Char('a'))), None);
    let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
    assert_eq!(intent(Place::Runs, shifted), Some(Intent::Last));
}

#[test]
fn numbers_go_to_screens_and_escape_goes_back() {
    let mut app = app(80, 24, three_runs());
    press(&mut app, KeyCode::Char('2'));
    assert_eq!(app.screen(), Screen::Runs);
    let acts = press(&mut app, KeyCode::Enter);
    assert_eq!(
        acts,
        [Act::Open(Some("01a1ff80-395d-70e0-8121-834062fdf419".to_owned()))]
    );
    assert_eq!(app.screen(), Screen::Run);
    assert_eq!(press(&mut app, KeyCode::Esc), [Act::Open(None)]);
    assert_eq!(app.screen(), Screen::Runs);
    press(&mut app, KeyCode::Esc);
    assert_eq!(app.screen(), Screen::Overview);
    assert_eq!(press(&mut app, KeyCode::Char('q')), [Act::Quit]);
}

#[test]
fn a_filter_takes_letters_that_are_keys_elsewhere() {
    let mut app = app(100, 12, three_runs());
    type_in(&mut app, "2/quq");
    assert!(picture(&app).contains("No run is like that"));
    press(&mut app, KeyCode::Esc);
    type_in(&mut app, "/digest");
    press(&mut app, KeyCode::Enter);
    let acts = press(&mut app, KeyCode::Enter);
    assert_eq!(
        acts,
        [Act::Open(Some("01a1ff7f-c2ab-7458-8584-acdd175f6022".to_owned()))]
    );
}

#[test]
fn what_changes_a_run_is_a_command_line() {
    let mut app = app(100, 24, three_runs());
    type_in(&mut app, "2");
    let [Act::Do(pause)] = &type_in(&mut app, "p")[..] else {
        panic!()
    };
    assert_eq!(pause.line(), "somagent runs pause 01a1ff80-395d-70e0-8121-834062fdf419");
    press(&mut app, KeyCode::Down);
    let [Act::Do(resume)] = &type_in(&mut app, "r")[..] else {
        panic!()
    };
    assert_eq!(
        (resume.line().as_str(), resume.drives),
        ("somagent runs resume 01a1ff7f-c2ab-7458-8584-acdd175f6022", true)
    );
}

#[test]
fn a_question_does_not_hear_what_was_typed_before_it_was_seen() {
    let mut app = app(100, 24, three_runs());
    type_in(&mut app, "2R");
    assert!(matches!(app.overlays.last(), Some(Overlay::Confirm(_))));
    let y = || Msg::Key(KeyEvent::new(KeyCode::Char('y'), KeyModifiers::NONE));
    app.update(Msg::Tick(app.now + 299));
    assert_eq!(app.update(y()), []);
    assert_eq!(press(&mut app, KeyCode::Enter), []);
    assert_eq!(app.overlays.len(), 1, "enter decides nothing");
    let acts = app.update(y());
    assert!(
        matches!(&acts[..], [Act::Do(deed)] if deed.args[..2] == ["runs", "retry"]),
        "{acts:?}"
    );
    assert!(app.overlays.is_empty());
}

#[test]
fn the_palette_finds_commands_and_runs_by_a_few_letters() {
    let mut app = app(100, 24, three_runs());
    type_in(&mut app, ":rdig");
    let acts = press(&mut app, KeyCode::Enter);
    assert_eq!(
        acts,
        [Act::Open(Some("01a1ff7f-c2ab-7458-8584-acdd175f6022".to_owned()))]
    );
    type_in(&mut app, ":quit");
    assert_eq!(press(&mut app, KeyCode::Enter), [Act::Quit]);
}

#[test]
fn a_refusal_is_a_message_with_its_hint_and_goes_by_itself() {
    let mut app = app(100, 24, three_runs());
    let refusal = Refusal {
        kind: "stopped".to_owned(),
        message: "somebody else owns it".to_owned(),
        hint: Some("wait".to_owned()),
    };
    app.update(Msg::Done(
        Deed::new(&["runs", "resume", "x"], "on").driving(),
        Err(refusal),
    ));
    assert!(picture(&app).contains("somebody else owns it (wait)"));
    app.update(Msg::Tick(app.now + 7_000));
    assert!(!picture(&app).contains("somebody else"));
}

#[test]
fn the_mouse_goes_to_tabs_and_rows() {
    let mut app = app(100, 24, three_runs());
    let click = |column, row| {
        Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: KeyModifiers::NONE,
        })
    };
    app.update(click(25, 0));
    assert_eq!(app.screen(), Screen::Runs);
    assert_eq!(app.update(click(5, 4)), []);
    let acts = app.update(click(5, 4));
    assert_eq!(
        acts,
        [Act::Open(Some("01a1ff7f-c2ab-7458-8584-acdd175f6022".to_owned()))]
    );
}

#[test]
fn arguments_are_quoted_as_a_shell_wants_them() {
    let args = ["run", "x", "-p", "title=it's a \"test\"", ""].map(str::to_owned);
    assert_eq!(line(&args), r#"somagent run x -p 'title=it'\''s a "test"' ''"#);
}

#[test]
fn states_without_a_store_are_messages() {
    let mut app = App::new(Palette::Mono, NOW, ratatui::layout::Size::new(60, 12));
    assert!(picture(&app).contains("reading the store"));
    app.update(Msg::Seen(Box::new(Seen::Nothing)));
    assert!(picture(&app).contains("There is no store yet"));
    app.update(Msg::Seen(Box::new(Seen::Unreadable("form 9.9\u{1b}[2J".to_owned()))));
    assert_eq!(app.store, Store::Unreadable("form 9.9\u{1b}[2J".to_owned()));
    assert!(picture(&app).contains("form 9.9\u{fffd}[2J"));
}

#[test]
fn it_can_be_drawn_in_every_size_and_palette() {
    for palette in Palette::ALL {
        for (width, height) in [(1, 1), (7, 3), (20, 5), (40, 12), (80, 24), (120, 40), (300, 100)] {
            let mut app = app(width, height, three_runs());
            app.palette = palette;
            app.toast("a message that is longer than a narrow terminal is wide", true);
            for screen in "1234".chars() {
                press(&mut app, KeyCode::Char(screen));
                picture(&app);
            }
            for overlay in ["?", ":"] {
                type_in(&mut app, overlay);
                picture(&app);
                press(&mut app, KeyCode::Esc);
            }
            type_in(&mut app, "2x");
            picture(&app);
        }
    }
}

#[test]
fn the_overview_says_what_is_wrong_first() {
    let mut app = app(120, 12, three_runs());
    let checks = json!({"checks": [
        {"name": "git", "status": "ok", "detail": "2.47"},
        {"name": "mode", "status": "ok", "detail": "production, recorded by user:ann at 2026-11-20T08:30:00Z: others use it"},
        {"name": "model", "status": "warn", "detail": "not here yet"},
    ]});
    app.update(Msg::Answered(Topic::Doctor, Ok(checks)));
    insta::assert_snapshot!(picture(&app), @r#"
     somagent  1 Overview  2 Runs  3 Approvals  4 Capsules
    ╭ runs, 2 not over ──────────────────────────────────────────────────╮╭ lights ────────────────────────────────────────╮
    │ ▶ running     ship                         6/7 steps  09:28:55     ││ ▲ model not here yet                           │
    │ ? waiting     repo_digest                  6/7 steps  09:23:20     ││ ● mode  production, recorded by user:ann at 20…│
    │ ✗ failed      prüfe_日本                   6/7 steps  Nov 20 08:30 ││ ● git   2.47                                   │
    │                                                                    │╰────────────────────────────────────────────────╯
    │                                                                    │╭ newest in the journal ─────────────────────────╮
    │                                                                    ││                                                │
    │                                                                    ││                                                │
    │                                                                    ││                                                │
    ╰────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────╯
     enter open  : commands  ? help  q quit
    "#);
}

#[test]
fn the_list_of_runs_has_the_columns_that_fit() {
    for (width, expected) in [(40_u16, 0), (80, 1), (120, 2)] {
        let mut app = app(width, 8, three_runs());
        type_in(&mut app, "2");
        match expected {
            0 => insta::assert_snapshot!(picture(&app), @r#"
             1 all  2 runs  3 asks  4 caps
            ╭ runs (3) ────────────────────────────╮
            │  CAPSULE           STEPS     RUN     │
            │▶ ship              6/7       62fdf419│
            │? repo_digest       6/7       175f6022│
            │✗ prüfe_日本        6/7       175f0001│
            ╰──────────────────────────────────────╯
             enter open  / filter  r resume
            "#),
            1 => insta::assert_snapshot!(picture(&app), @r#"
             somagent  1 Overview  2 Runs  3 Approvals  4 Capsules
            ╭ runs (3) ────────────────────────────────────────────────────────────────────╮
            │STATUS        CAPSULE               STEPS     TOOK       STARTED      RUN     │
            │▶ running     ship                  6/7       1:06 min   09:28:55     62fdf419│
            │? waiting     repo_digest           6/7                  09:23:20     175f6022│
            │✗ failed      prüfe_日本            6/7       10.0 s     Nov 20 08:30 175f0001│
            ╰──────────────────────────────────────────────────────────────────────────────╯
             enter open  / filter  r resume  x cancel  R retry  : commands  ? help  q quit
            "#),
            _ => insta::assert_snapshot!(picture(&app), @r#"
             somagent  1 Overview  2 Runs  3 Approvals  4 Capsules
            ╭ runs (3) ────────────────────────────────────────────────────────────────────────────────────────────────────────────╮
            │STATUS        CAPSULE                  STEPS     TOOK       STARTED               RUN                                 │
            │▶ running     ship                     6/7       1:06 min   09:28:55              01a1ff80-395d-70e0-8121-834062fdf419│
            │? waiting     repo_digest              6/7                  09:23:20     1 asked  01a1ff7f-c2ab-7458-8584-acdd175f6022│
            │✗ failed      prüfe_日本               6/7       10.0 s     Nov 20 08:30          01a1ff7e-0000-7458-8584-acdd175f0001│
            ╰──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────╯
             enter open  / filter  r resume  x cancel  R retry  : commands  ? help  q quit
            "#),
        }
    }
}

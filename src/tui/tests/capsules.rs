//! What is seen of capsules, and how one is started.

use serde_json::{Value, json};

use super::*;
use crate::tui::act::{Refusal, Topic};

pub(super) fn list() -> Value {
    json!([
        {"name": "repo_digest", "version": "1.0.0", "from": "built in", "description": "What changed in a repository."},
        {"name": "ship", "version": "1.2.0", "from": "/home/u/capsules/ship.yaml", "description": "Reads and asks."},
    ])
}

pub(super) fn spec() -> Value {
    json!({
        "name": "ship", "version": "1.2.0", "description": "Reads and asks.", "digest": "ab".repeat(64),
        "inputs": {"type": "object", "required": ["channel"], "properties": {
            "path": {"type": "string", "default": ".", "description": "Directory that is read"},
            "channel": {"type": "string", "description": "Where it is told"},
            "limit": {"type": "integer", "default": 20},
            "kind": {"type": "string", "enum": ["short", "long"], "default": "short"},
            "loud": {"type": "boolean", "default": false},
        }},
        "outputs": {"type": "object"},
        "budget": {"tokens": null, "micro_usd": 1_500_000, "wall_ms": 60_000, "tool_calls": 50, "steps": null},
        "steps": [
            {"name": "files", "action": "fs.list", "needs": [], "foreach": false, "effect": "none"},
            {"name": "sure", "action": "gate", "needs": ["files"], "foreach": false, "effect": "none"},
            {"name": "tell", "action": "http.request", "needs": ["files", "sure"], "foreach": true, "effect": "external"},
        ],
    })
}

fn graph() -> Value {
    let node = |name: &str, action: &str, layer: u64, foreach: bool, when: Value| json!({"name": name, "action": action, "layer": layer, "effect": "none", "foreach": foreach, "when": when});
    json!({
        "nodes": [
            node("files", "fs.list", 0, false, Value::Null), node("again", "fs.list", 0, false, json!("true")),
            node("sure", "gate", 1, false, Value::Null), node("tell", "http.request", 2, true, Value::Null),
        ],
        "edges": [
            {"from": "files", "to": "sure"}, {"from": "again", "to": "tell"}, {"from": "sure", "to": "tell"},
        ],
    })
}

fn forecast() -> Value {
    let step = |step: &str, action: &str, at_most: u64, decision: Value, because: Value| {
        json!({"step": step, "action": action, "effect": "none", "at_most": at_most, "output_tokens": 0,
            "decision": decision, "because": because})
    };
    json!({"workspace": "/home/u/project", "budget": {"tokens": null}, "steps": [
        step("files", "fs.list", 1, json!("allow"), json!([])),
        step("sure", "gate", 1, Value::Null, json!([])),
        step("tell", "http.request", 5, json!("deny"), json!(["A6 denies reaching `https://example.com:443`"])),
        step("keep", "artifact.put", 1, Value::Null, json!([])),
    ]})
}

fn opened(width: u16, height: u16) -> App {
    let mut app = app(width, height, Screen::Capsules);
    let asked = app.update(Msg::Answered(Topic::Capsules, Ok(list())));
    assert_eq!(lines(&asked), ["asks somagent capsule show repo_digest"]);
    assert_eq!(lines(&letter(&mut app, 'j')), ["asks somagent capsule show ship"]);
    app.update(Msg::Answered(Topic::Capsule("ship".to_owned()), Ok(spec())));
    app
}

/// The form that starts `ship`, with a channel written in it.
fn filled(width: u16, height: u16) -> App {
    let mut app = opened(width, height);
    assert_eq!(letter(&mut app, 'n'), []);
    later(&mut app);
    press(&mut app, KeyCode::Tab);
    typed(&mut app, "news");
    app
}

#[test]
fn what_is_known_of_a_capsule_is_not_asked_again() {
    let mut app = opened(80, 24);
    assert_eq!(letter(&mut app, 'k'), []);
    assert_eq!(letter(&mut app, 'j'), []);
    assert_eq!(lines(&letter(&mut app, ']')), ["asks somagent capsule graph ship"]);
    assert_eq!(lines(&letter(&mut app, ']')), ["asks somagent capsule lint ship"]);
    assert_eq!(lines(&letter(&mut app, ']')), ["asks somagent run ship --dry-run"]);
    assert_eq!(letter(&mut app, ']'), []);
    // The files may be others when the list is read anew.
    let asked = app.update(Msg::Answered(Topic::Capsules, Ok(list())));
    assert_eq!(lines(&asked), ["asks somagent capsule show ship"]);
    assert!(drawn(&app).contains("Where it is told"));
}

#[test]
fn only_what_differs_from_the_defaults_is_given() {
    let mut app = filled(80, 24);
    press(&mut app, KeyCode::Tab);
    press(&mut app, KeyCode::Backspace);
    press(&mut app, KeyCode::Tab);
    press(&mut app, KeyCode::Right);
    press(&mut app, KeyCode::Tab);
    letter(&mut app, ' ');
    let acts = press(&mut app, KeyCode::Enter);
    let deed = deed(&acts);
    assert_eq!(
        deed.args,
        [
            "run",
            "ship",
            "-p",
            "channel=news",
            "-p",
            "limit=2",
            "-p",
            "kind=long",
            "-p",
            "loud=true"
        ]
    );
    assert!(deed.drives);
}

#[test]
fn what_is_required_is_asked_for() {
    let mut app = opened(80, 24);
    letter(&mut app, 's');
    later(&mut app);
    assert_eq!(held(&mut app, 's'), []);
    assert_eq!(held(&mut app, 'f'), []);
    assert!(drawn(&app).contains("`channel` is required"));
    app.update(Msg::Paste("two\nlines\n".to_owned()));
    assert_eq!(
        held(&mut app, 'y'),
        [Act::Copy("somagent run ship -p 'channel=two\nlines'".to_owned())]
    );
    assert_eq!(
        held(&mut app, 'e'),
        [Act::Edit {
            text: "two\nlines".to_owned(),
            suffix: "txt"
        }]
    );
    app.update(Msg::Edited("one\n".to_owned()));
    assert_eq!(lines(&held(&mut app, 's')), ["somagent run ship -p channel=one"]);
}

#[test]
fn a_refused_start_loses_nothing() {
    let mut app = filled(80, 24);
    let first = deed(&held(&mut app, 's'));
    // It is begun once, however often the key is pressed.
    assert_eq!(held(&mut app, 's'), []);
    let refusal = Refusal {
        kind: "bad_input".to_owned(),
        message: "the input `limit` is `x`; expected an integer".to_owned(),
        hint: Some("`somagent capsule show ship` lists the inputs".to_owned()),
    };
    app.update(Msg::Done(first.clone(), Err(refusal)));
    assert!(app.toasts.is_empty());
    insta::assert_snapshot!(drawn(&app), @r#"
     somagent  1 Overview  2 Runs  3 Approvals  4 Capsules
    ╭ capsules (2) ──────────╮╭ Spec  Graph  Lint  Forecast ───────────────────────╮
    ╭ start ship ──────────────────────────────────────────────────────────────────╮
    │ Reads and asks.                                                              │
    │                                                                              │
    │  path     .                                                                  │
    │           string · Directory that is read                                    │
    │ *channel  news                                                               │
    │           string · Where it is told                                          │
    │  limit    20                                                                 │
    │           integer                                                            │
    │  kind       [short] long                                                     │
    │                                                                              │
    │  loud        true [false]                                                    │
    │                                                                              │
    │                                                                              │
    │ somagent run ship -p channel=news                                            │
    │ the input `limit` is `x`; expected an integer (`somagent capsule show ship`  │
    │ lists the inputs)                                                            │
    │ ctrl-s start  tab next  ctrl-e editor  ctrl-f forecast  ctrl-y copy          │
    │ esc back                                                                     │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ╰────────────────────────╯╰────────────────────────────────────────────────────╯
     n start  ] tab  enter detail  y copy  : commands  ? help  q quit
    "#);
    let second = deed(&held(&mut app, 's'));
    assert_eq!(second, first);
    let acts = app.update(Msg::Began(second, "0190b0a0".to_owned()));
    assert!(app.overlays.is_empty());
    assert_eq!(acts, [Act::Open(Some("0190b0a0".to_owned()))]);
}

#[test]
fn the_forecast_is_that_of_the_inputs_written_so_far() {
    let mut app = filled(80, 24);
    let acts = held(&mut app, 'f');
    assert_eq!(lines(&acts), ["asks somagent run ship -p channel=news --dry-run"]);
    let [Act::Ask(ask)] = &acts[..] else { panic!("{acts:?}") };
    app.update(Msg::Answered(ask.topic.clone(), Ok(forecast())));
    insta::assert_snapshot!(drawn(&app), @r#"
    ╭ start ship ──────────────────────────────────────────────────────────────────╮
    │ Reads and asks.                                                              │
    │                                                                              │
    │ 4 steps: 1 allowed, 1 ask, 1 denied, 1 judged later                          │
    │ in /home/u/project; nothing is done yet                                      │
    │                                                                              │
    │ ✓ files  fs.list               allowed                                       │
    │ ? sure   gate                  asks                                          │
    │ ✗ tell   http.request    ×5    denied                                        │
    │     A6 denies reaching `https://example.com:443`                             │
    │ · keep   artifact.put          judged later                                  │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │ somagent run ship -p channel=news                                            │
    │ ctrl-s start  esc back to the fields  ↑↓ scroll                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    "#);
    press(&mut app, KeyCode::Esc);
    assert_eq!(lines(&held(&mut app, 's')), ["somagent run ship -p channel=news"]);
}

#[test]
fn a_start_waits_for_the_inputs_to_be_known() {
    let mut app = app(80, 24, Screen::Capsules);
    app.update(Msg::Answered(Topic::Capsules, Ok(list())));
    assert_eq!(letter(&mut app, 'n'), []);
    assert!(app.overlays.is_empty());
    app.update(Msg::Answered(Topic::Capsule("repo_digest".to_owned()), Ok(spec())));
    assert_eq!(app.overlays.len(), 1);
}

#[test]
fn the_mouse_selects_capsules_tabs_and_fields() {
    let mut app = opened(120, 40);
    click(&mut app, 5, 2);
    let asked = click(&mut app, 52, 1);
    assert_eq!(lines(&asked), ["asks somagent capsule graph repo_digest"]);
    click(&mut app, 5, 4);
    letter(&mut app, 'n');
    later(&mut app);
    let seen = drawn(&app);
    let row = seen.lines().position(|line| line.contains(" kind ")).unwrap();
    click(&mut app, 60, u16::try_from(row).unwrap());
    // A second click on a choice turns it.
    click(&mut app, 60, u16::try_from(row).unwrap());
    assert_eq!(
        held(&mut app, 'y'),
        [Act::Copy("somagent run ship -p kind=long".to_owned())]
    );
}

#[test]
fn each_tab_is_drawn() {
    let mut app = opened(120, 40);
    insta::assert_snapshot!(drawn(&app), @r#"
     somagent  1 Overview  2 Runs  3 Approvals  4 Capsules
    ╭ capsules (2) ────────────────────────╮╭ Spec  Graph  Lint  Forecast ─────────────────────────────────────────────────╮
    │ repo_digest                    1.0.0 ││ ship 1.2.0                                                                   │
    │   What changed in a reposi… built in ││ Reads and asks.                                                              │
    │ ship                           1.2.0 ││                                                                              │
    │   Reads and asks.          ship.yaml ││ inputs                                                                       │
    │                                      ││   path            string            .                                        │
    │                                      ││     Directory that is read                                                   │
    │                                      ││  *channel         string            required                                 │
    │                                      ││     Where it is told                                                         │
    │                                      ││   limit           integer           20                                       │
    │                                      ││   kind            one of short, l…  short                                    │
    │                                      ││   loud            boolean           false                                    │
    │                                      ││                                                                              │
    │                                      ││ outputs                                                                      │
    │                                      ││   whatever it gives                                                          │
    │                                      ││                                                                              │
    │                                      ││ tools                                                                        │
    │                                      ││   fs       list                                                              │
    │                                      ││   gate     a person is asked                                                 │
    │                                      ││   http     request                                                           │
    │                                      ││                                                                              │
    │                                      ││ budget                                                                       │
    │                                      ││   1.500000 USD · 1:00 min · 50 calls of tools                                │
    │                                      ││                                                                              │
    │                                      ││ steps                                                                        │
    │                                      ││   files   fs.list       none                                                 │
    │                                      ││   sure    gate          asks      ← files                                    │
    │                                      ││   tell ×  http.request  external  ← files, sure                              │
    │                                      ││                                                                              │
    │                                      ││ sha3-512   ababababababababababababababababababababababababababababababababa │
    │                                      ││            bababababababababababababababababababababababababababababababab   │
    │                                      ││                                                                              │
    │                                      ││                                                                              │
    │                                      ││                                                                              │
    │                                      ││                                                                              │
    │                                      ││                                                                              │
    │                                      ││                                                                              │
    ╰──────────────────────────────────────╯╰──────────────────────────────────────────────────────────────────────────────╯
     n start  ] tab  enter detail  y copy  : commands  ? help  q quit
    "#);
    app.size = Size::new(80, 24);
    letter(&mut app, ']');
    app.update(Msg::Answered(Topic::Graph("ship".to_owned()), Ok(graph())));
    insta::assert_snapshot!(drawn(&app), @r#"
     somagent  1 Overview  2 Runs  3 Approvals  4 Capsules
    ╭ capsules (2) ──────────╮╭ Spec  Graph  Lint  Forecast ───────────────────────╮
    │ repo_digest      1.0.0 ││  1 ●   files    fs.list            none            │
    │   What chang… built in ││    │ ● again ◇  fs.list            none            │
    │ ship             1.2.0 ││  2 ● │ sure     a person is asked                  │
    │   Reads and… ship.yaml ││  3 ●─┘ tell ×   http.request       none            │
    │                        ││                                                    │
    │                        ││    × once for each item   ◇ only on a condition    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    ╰────────────────────────╯╰────────────────────────────────────────────────────╯
     n start  ] tab  enter detail  y copy  : commands  ? help  q quit
    "#);
    letter(&mut app, ']');
    let problem = json!([{"code": "C012", "severity": "error", "message": "there is no step `nothing`",
        "help": "known here: `files`", "span": [985, 992], "mend": null}]);
    app.update(Msg::Answered(Topic::Lint("ship".to_owned()), Ok(problem)));
    insta::assert_snapshot!(drawn(&app), @r#"
     somagent  1 Overview  2 Runs  3 Approvals  4 Capsules
    ╭ capsules (2) ──────────╮╭ Spec  Graph  Lint  Forecast ───────────────────────╮
    │ repo_digest      1.0.0 ││ 1 error, 0 warnings                                │
    │   What chang… built in ││                                                    │
    │ ship             1.2.0 ││ ✗ C012 there is no step `nothing`                  │
    │   Reads and… ship.yaml ││   known here: `files`                              │
    │                        ││   bytes 985 to 992                                 │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    │                        ││                                                    │
    ╰────────────────────────╯╰────────────────────────────────────────────────────╯
     n start  ] tab  enter detail  y copy  : commands  ? help  q quit
    "#);
    app.update(Msg::Answered(Topic::Lint("ship".to_owned()), Ok(json!([]))));
    assert!(drawn(&app).contains("✓ no problems"));
}

#[test]
fn a_form_fits_the_smallest_screen() {
    let mut app = filled(40, 12);
    press(&mut app, KeyCode::Tab);
    insta::assert_snapshot!(drawn(&app), @r#"
    ╭ start ship ──────────────────────────╮
    │ Reads and asks.                      │
    │  path string · Directory that is re… │
    │   .                                  │
    │ *channel string · Where it is told   │
    │   news                               │
    │  limit integer                       │
    │   20                                 │
    │                                      │
    │ somagent run ship -p channel=news    │
    │ ctrl-s start  tab next               │
    ╰──────────────────────────────────────╯
    "#);
}

//! The screen of runs that were decided by the engine, judged by the law and stored in a journal.

use std::path::PathBuf;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;
use serde_json::{Value, json};

use super::super::super::act::{Act as Wish, Refusal, Topic};
use super::super::super::app::{Msg, Screen, Store};
use super::super::super::theme::Palette;
use super::super::super::watch::{Listed, Sight};
use super::*;
use crate::capsule::budget::Spend;
use crate::capsule::tool_spec::ToolSpec;
use crate::capsule::{Capsule, Catalogue, Work};
use crate::engine::command::{Act, Command, Ruling};
use crate::engine::decide::decide;
use crate::engine::fact::{CapsuleName, Fault, FaultKind, Forked, Outcome, RunFact, Started, Unit};
use crate::engine::run::Run;
use crate::journal::{Journal, Place, Stamp, Stream};
use crate::label::{Label, Labelled};
use crate::policy::{Action, Situation};
use crate::tools::Toolbox;

const RUN: &str = "0190b0a0-0000-7000-8000-000000000001";
const BEGAN: i64 = 1_795_253_400_000;

/// A store with one run, and the clock.
struct Ground {
    _directory: tempfile::TempDir,
    journal: Journal,
    locks: PathBuf,
    tools: Vec<Arc<ToolSpec>>,
    run: Option<Run>,
    now: i64,
}

fn capsule(steps: &[&str], catalogue: &Catalogue) -> Arc<Capsule> {
    let steps: String = steps.iter().map(|step| format!("    - {{{step}}}\n")).collect();
    let text = format!(
        "schema: somagent.dev/capsule/v1\ncapsule_id: tried\nversion: 1.0.0\n\
         inputs: {{type: object, properties: {{list: {{type: array, items: {{type: object}}, default: []}}}}}}\n\
         tools:\n  - {{adapter: text, version: \"^1\", actions: [count]}}\n  - {{adapter: fs, version: \"^1\", actions: [list]}}\n  - {{adapter: artifact, version: \"^1\", actions: [put]}}\n\
         policies:\n  budget: {{tool_calls: 50}}\n\
         execution:\n  mode: dag\n  steps:\n{steps}"
    );
    Arc::new(Capsule::parse(&text, catalogue).unwrap_or_else(|problems| panic!("{problems:?}\n{text}")))
}

impl Ground {
    fn new(steps: &[&str], change: impl FnOnce(&mut Started)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = Place {
            database: directory.path().join("somagent.db"),
            blobs: directory.path().join("blobs"),
            checkpoint: directory.path().join("checkpoint"),
            locks: directory.path().join("locks"),
        };
        let journal = Journal::open(&place, ed25519_dalek::SigningKey::from_bytes(&[7; 32])).unwrap();
        let mut ground = Self {
            _directory: directory,
            journal,
            locks: place.locks,
            tools: Toolbox::contracts().to_vec(),
            run: None,
            now: BEGAN,
        };
        let capsule = capsule(steps, &ground.catalogue());
        let mut started = Started {
            run: RUN.to_owned(),
            capsule: CapsuleName {
                name: capsule.name().to_owned(),
                version: capsule.version().to_owned(),
                digest: capsule.digest(),
            },
            document: capsule.text().to_owned(),
            inputs: json!({"list": []}),
            workspace: PathBuf::from("/workspace"),
            seed: 0,
            idempotency_key: None,
            limit: capsule.limit(),
            model: None,
            offline: true,
            children: Vec::new(),
            parent: None,
            slot: None,
            deadline_at: None,
            forked: None,
            on_exhausted: None,
            by: None,
            heads: Vec::new(),
            escalate: None,
            tools: Vec::new(),
        };
        change(&mut started);
        ground.command(&Command::Start {
            started: Box::new(started),
            capsule,
            pid: 1,
            findings: Vec::new(),
            adopted: Vec::new(),
        });
        ground
    }

    fn catalogue(&self) -> Catalogue {
        Catalogue {
            tools: self.tools.clone(),
            ..Catalogue::default()
        }
    }

    fn command(&mut self, command: &Command) {
        let facts = decide(self.run.as_ref(), command, self.now).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let stream = Stream::Run(RUN.to_owned());
        for fact in &facts {
            let head = self.run.as_ref().map_or(0, Run::run_seq);
            let stamp = Stamp {
                at: self.now,
                actor: "user:ann".to_owned(),
                trace: None,
                constitution: None,
            };
            let stored = vec![fact.to_fact().unwrap()];
            runtime
                .block_on(self.journal.append(&stream, head, &stamp, stored))
                .unwrap();
            match (&mut self.run, fact, command) {
                (Some(run), fact, _) => run.apply(fact, head + 1, self.now),
                (None, RunFact::Started(first), Command::Start { capsule, .. }) => {
                    self.run = Some(Run::begin((**first).clone(), Arc::clone(capsule), 1, self.now));
                }
                (None, fact, _) => panic!("{fact:?}"),
            }
        }
    }

    fn rule(&mut self, unit: &Unit, ruling: Ruling) {
        self.command(&Command::Judge {
            unit: unit.clone(),
            ruling,
        });
    }

    /// Judges the unit by the law and begins it, `after` milliseconds.
    fn begin(&mut self, unit: &Unit, after: i64) {
        self.now += after;
        let run = self.run.as_ref().unwrap();
        let step = run.step_of(unit).unwrap();
        let Work::Tool(call) = &step.work else {
            panic!("`{unit}` calls no tool")
        };
        let spec = self.tools.iter().find(|spec| spec.name == call.tool).unwrap();
        let args = Labelled::new(call.params.clone(), Label::constant());
        let action = Action::new(spec, spec.action(&call.action).unwrap(), step.effect, args).unwrap();
        let situation = Situation {
            workspace: PathBuf::from("/workspace"),
            run: RUN.to_owned(),
            capsule: run.capsule().digest(),
            tenant: "local".to_owned(),
            actor: "user:ann".to_owned(),
            offline: true,
            hosts: Vec::new(),
            request: None,
            control: crate::label::Label::constant(),
            misled: Default::default(),
            cost: 0,
            mode: crate::policy::InForce::default(),
            demands: Vec::new(),
            remembered: Default::default(),
            past: Default::default(),
            separate: None,
            heard: Vec::new(),
        };
        let act = Act {
            label: Label::constant(),
            action: action.name().to_owned(),
            action_digest: action.digest(),
            args: Arc::new(Labelled::new(action.args().clone(), Label::constant())),
            effect: action.effect(),
            verdict: Box::new(crate::policy::fixture::law().judge(&action, &situation)),
            review: None,
            estimate: spend(0),
            child: None,
            findings: Vec::new(),
            cached: None,
        };
        self.rule(unit, Ruling::Act(Box::new(act)));
    }

    /// Ends the unit, `after` milliseconds.
    fn end(&mut self, unit: &Unit, after: i64, outcome: Outcome) {
        self.now += after;
        let run = self.run.as_ref().unwrap();
        let attempt = run.progress(unit).unwrap().attempt;
        self.command(&Command::Settle {
            unit: unit.clone(),
            attempt,
            outcome,
            form: None,
            spent: spend(u64::try_from(after).unwrap()),
            usage: None,
            cache: None,
            found: None,
        });
    }

    fn complete(&mut self, step: &str, took: i64, value: Value) {
        self.begin(&Unit::step(step), 10);
        self.end(&Unit::step(step), took, output(value));
    }

    fn ask(&mut self, step: &str, prompt: &str) {
        let ruling = Ruling::Ask {
            label: Label::constant(),
            prompt: prompt.to_owned(),
            shown: Vec::new(),
        };
        self.rule(&Unit::step(step), ruling);
    }

    fn app(&self, width: u16, height: u16) -> App {
        let reader = self.journal.reader().unwrap();
        let opened = Opened::load(&reader, &Arc::new(self.catalogue()), RUN, &self.locks).unwrap();
        let mut app = App::new(Palette::Dark, self.now, Size { width, height });
        app.store = Store::Here;
        app.open_run(RUN);
        app.sight = Sight {
            runs: Arc::new(vec![Listed {
                row: opened.row.clone(),
                status: opened.status.clone(),
            }]),
            approvals: Arc::new(opened.questions.clone()),
            opened: Some(Arc::new(opened)),
            ..Sight::default()
        };
        app
    }
}

fn spend(wall_ms: u64) -> Spend {
    Spend {
        tool_calls: 1,
        steps: 1,
        wall_ms,
        ..Spend::default()
    }
}

fn output(value: Value) -> Outcome {
    let label = Label::from_source(
        crate::label::Integrity::Untrusted,
        crate::label::Confidentiality::Private,
        "tool:fs.list",
    );
    Outcome::Completed {
        output: Arc::new(Labelled::new(value, label)),
        artifacts: Vec::new(),
    }
}

const STEPS: [&str; 5] = [
    "name: files, action: fs.list",
    "name: each, needs: [files], foreach: {items: inputs.list, as: entry, max_items: 9, max_parallel: 3}, action: fs.list",
    "name: flaky, needs: [files], retry: {max_attempts: 3, on: [unavailable]}, action: fs.list",
    "name: review, needs: [each, flaky], gate: {prompt: x, choices: [publish, drop]}",
    "name: keep, needs: [review, files], action: artifact.put, params: {name: a, content: b}",
];

/// Five steps: one over, a list half way, one that was tried twice, one that will ask.
fn tried() -> Ground {
    let mut ground = Ground::new(&STEPS, |_| {});
    ground.complete("files", 400, json!({"entries": ["a", "b"], "more": false}));
    let items = ["a", "b", "c"].map(|item| Arc::new(Labelled::new(json!(item), Label::constant())));
    let ruling = Ruling::Expand {
        items: items.to_vec(),
        label: Label::constant(),
    };
    ground.rule(&Unit::step("each"), ruling);
    ground.begin(&Unit::item("each", 0), 0);
    ground.begin(&Unit::item("each", 1), 0);
    ground.end(&Unit::item("each", 0), 200, output(json!(1)));
    let fault = Fault::new(FaultKind::Unavailable, "nobody is there").hint("start it");
    ground.begin(&Unit::step("flaky"), 0);
    ground.end(&Unit::step("flaky"), 300, Outcome::Failed { fault });
    ground.now += 60_000;
    ground.command(&Command::Due);
    ground.complete("flaky", 500, json!({"entries": []}));
    ground
}

/// The same, with its question asked.
fn asking() -> Ground {
    let mut ground = tried();
    ground.end(&Unit::item("each", 1), 100, output(json!(2)));
    ground.begin(&Unit::item("each", 2), 0);
    ground.end(&Unit::item("each", 2), 100, output(json!(3)));
    ground.ask("review", "Publish the list?");
    ground
}

fn picture(app: &App) -> String {
    let mut terminal = Terminal::new(TestBackend::new(app.size.width, app.size.height)).unwrap();
    terminal.draw(|frame| frame::draw(app, frame)).unwrap();
    let drawn = terminal.backend().to_string();
    let lines = drawn.lines().map(|line| {
        let line = line.strip_prefix('"').unwrap_or(line);
        line.strip_suffix('"').unwrap_or(line).trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn press(app: &mut App, keys: &str) -> Vec<Wish> {
    let mut acts = Vec::new();
    for key in keys.chars() {
        let code = match key {
            '\t' => KeyCode::Tab,
            '\n' => KeyCode::Enter,
            '>' => KeyCode::Right,
            '\u{1b}' => KeyCode::Esc,
            key => KeyCode::Char(key),
        };
        acts = app.update(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }
    acts
}

fn here(app: &App) -> String {
    let opened = app.sight.opened.clone().unwrap();
    let plan = app.run.plan.of(opened.run.capsule());
    plan.name(selected(&app.run, &opened, &plan)).unwrap().to_owned()
}

#[test]
fn a_run_that_asks_is_drawn_as_a_graph() {
    let app = asking().app(120, 40);
    assert!(picture(&app).contains("│ ? review │"));
}

#[test]
fn a_run_that_goes_on_fits_a_small_terminal() {
    let ground = tried();
    let mut app = ground.app(80, 24);
    app.now += 1_500;
    Arc::make_mut(app.sight.opened.as_mut().unwrap()).status = "running".to_owned();
    assert!(picture(&app).contains("1 of 3 items, 1 in flight"));
}

#[test]
fn forty_columns_show_one_pane_at_a_time() {
    let mut app = asking().app(40, 12);
    assert!(picture(&app).contains("? review"));
    press(&mut app, "\t");
    assert!(picture(&app).contains("publish, drop (a answers)"));
}

#[test]
fn every_tab_tells_of_the_selected_step() {
    let mut app = asking().app(120, 24);
    press(&mut app, "gjjl");
    assert_eq!(here(&app), "flaky");
    assert!(picture(&app).contains("✓ flaky #2"));
    press(&mut app, "]");
    assert!(picture(&app).contains("flaky was given this"));
    press(&mut app, "]");
    assert!(picture(&app).contains("tool:fs.list"));
    press(&mut app, "]");
    assert!(picture(&app).contains("read-workspace"));
    press(&mut app, "]");
    assert!(picture(&app).contains("6 of 50"));
    press(&mut app, "]");
    assert!(picture(&app).contains("step flaky, 6 entries"));
    press(&mut app, "d");
    assert!(picture(&app).contains("nobody is there"));
}

#[test]
fn two_hundred_steps_scroll() {
    let steps: Vec<String> = (0..200).map(|step| format!("name: s{step}, action: fs.list")).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let mut app = Ground::new(&steps, |_| {}).app(80, 24);
    assert!(picture(&app).contains("s0 "));
    press(&mut app, "G");
    let shown = picture(&app);
    assert_eq!(here(&app), "s199");
    assert!(shown.contains("s199 ") && !shown.contains("s100 "), "{shown}");
    press(&mut app, "kkg");
    assert!(picture(&app).contains("s0 "));
}

#[test]
fn the_selection_moves_in_the_capsules_order_and_within_a_layer() {
    let mut app = asking().app(120, 40);
    assert_eq!(here(&app), "review");
    press(&mut app, "k");
    assert_eq!(here(&app), "flaky");
    press(&mut app, "h");
    assert_eq!(here(&app), "each");
    press(&mut app, ">");
    assert_eq!(here(&app), "flaky");
    press(&mut app, "jjjj");
    assert_eq!(here(&app), "keep");
}

#[test]
fn following_ends_with_a_movement() {
    let mut app = tried().app(120, 40);
    press(&mut app, "gf");
    assert_eq!(here(&app), "flaky");
    assert!(picture(&app).contains("follows"));
    press(&mut app, "k");
    assert_eq!(here(&app), "each");
    assert!(!picture(&app).contains("follows"));
    press(&mut app, "ff");
    assert_eq!(here(&app), "flaky");
}

#[test]
fn what_is_done_to_a_step_asks_first() {
    let mut app = asking().app(120, 40);
    press(&mut app, "gR");
    app.now += 1_000;
    let Some(Overlay::Confirm(confirm)) = app.overlays.last() else {
        panic!("nothing is asked")
    };
    assert_eq!(confirm.deed.line(), format!("somagent runs retry {RUN} files"));
    let acts = press(&mut app, "y");
    assert!(matches!(&acts[..], [Wish::Do(deed)] if deed.drives));
    press(&mut app, "jF");
    let Some(Overlay::Confirm(confirm)) = app.overlays.last() else {
        panic!("nothing is asked")
    };
    assert_eq!(confirm.deed.line(), format!("somagent runs fork {RUN} --at each"));
}

#[test]
fn keys_lead_to_what_they_name() {
    let mut app = asking().app(120, 40);
    assert_eq!(press(&mut app, "y"), [Wish::Copy(format!("somagent runs show {RUN}"))]);
    press(&mut app, "a");
    assert_eq!(app.screen(), Screen::Approvals);
    press(&mut app, "\u{1b}g");
    assert_eq!(app.screen(), Screen::Run);
    let acts = press(&mut app, "e");
    assert!(matches!(&acts[..], [Wish::Edit { text, suffix: "json" }] if text.contains("\"more\": false")));
    press(&mut app, "d");
    assert!(app.toasts.back().is_some_and(|toast| toast.text.contains("begun once")));
}

#[test]
fn a_fork_is_compared_with_the_run_it_comes_from() {
    let other = "0190b0a0-0000-7000-8000-000000000002";
    let forked = Forked {
        run: other.to_owned(),
        at: "files".to_owned(),
    };
    let ground = Ground::new(&STEPS, |started| started.forked = Some(forked));
    let mut app = ground.app(120, 24);
    let acts = press(&mut app, "d");
    assert!(matches!(&acts[..], [Wish::Ask(asked)] if asked.args == ["runs", "diff", other, RUN]));
    assert!(picture(&app).contains("comparing"));
    let data = json!({"a": other, "b": RUN, "differences": [{"what": "status", "a": "failed", "b": null}]});
    app.update(Msg::Answered(Topic::Diff(RUN.to_owned()), Ok(data)));
    let shown = picture(&app);
    assert!(
        shown.contains("1 differences") && shown.contains("- failed") && shown.contains("+ none"),
        "{shown}"
    );
    let refusal = Refusal {
        kind: "busy".to_owned(),
        message: "no such run".to_owned(),
        hint: None,
    };
    app.update(Msg::Answered(Topic::Diff(RUN.to_owned()), Err(refusal)));
    assert!(picture(&app).contains("no such run"));
}

#[test]
fn a_click_selects_a_step_or_a_tab() {
    let mut app = asking().app(120, 40);
    let place = |app: &App, word: &str| {
        let shown = picture(app);
        let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains(word)).unwrap();
        let column = line[..line.find(word).unwrap()].chars().count();
        (u16::try_from(column).unwrap(), u16::try_from(row).unwrap())
    };
    let click = |app: &mut App, (column, row): (u16, u16)| {
        app.update(Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: KeyModifiers::NONE,
        }));
    };
    let at = place(&app, "✓ flaky");
    click(&mut app, at);
    assert_eq!(here(&app), "flaky");
    let at = place(&app, "Verdict");
    click(&mut app, at);
    assert_eq!(app.run.tab(), Tab::Verdict);
    assert!(app.run.is_on_detail);
}

#[test]
fn the_detail_scrolls_when_it_has_the_keys() {
    let mut app = asking().app(80, 24);
    press(&mut app, "g/\t");
    let _ = picture(&app);
    press(&mut app, "G");
    let shown = picture(&app);
    assert!(shown.contains("approval.requested"), "{shown}");
    assert_eq!(here(&app), "files");
}

#[test]
fn a_run_that_is_not_there_yet_says_so() {
    let mut app = asking().app(80, 24);
    app.sight.opened = None;
    assert!(picture(&app).contains("opening"));
    app.sight.unopened = Some("there is no such run".to_owned());
    assert!(picture(&app).contains("cannot be shown"));
    assert!(press(&mut app, "jR\n").is_empty());
}

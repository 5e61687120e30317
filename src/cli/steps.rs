//! The steps of a run as a tree of rows, while it goes on. Writes nothing and reads no clock.

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::UnicodeWidthStr as _;

use super::lines;
use super::output::harmless;
use super::paint::{Paint, Tone};
use crate::capsule::Catalogue;
use crate::engine::fact::{RunFact, Status, Unit};
use crate::engine::run::{Run, StepState};
use crate::engine::start;
use crate::journal::{Event, Reader, Stream};
use crate::sight::SightError;
use crate::sight::amount::dollars;
use crate::sight::rails::Signs;
use crate::sight::step::Sign;
use crate::sight::text::cut;
use crate::sight::time::short;

/// The widest column of names.
const WIDEST_NAME: usize = 28;

/// A run with the runs of its steps, as the events tell.
#[derive(Debug)]
pub struct Steps {
    asked: String,
    /// When somebody began to look, in milliseconds since 1970 UTC.
    since: i64,
    runs: BTreeMap<String, Shown>,
}

#[derive(Debug)]
struct Shown {
    run: Run,
    /// By step.
    times: BTreeMap<String, Times>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Times {
    began: Option<i64>,
    ended: Option<i64>,
    items: Option<usize>,
}

impl Times {
    fn pause(&mut self) {
        self.began = self.began.filter(|_| self.ended.is_some());
    }
}

/// How a tree is to look.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// The cells of a line.
    pub width: usize,
    /// The most lines; `None` for all of them.
    pub height: Option<usize>,
    /// The characters.
    pub signs: Signs,
    /// The colours.
    pub paint: Paint,
}

/// A line that is ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// With its colours.
    pub text: String,
    /// The cells that it takes.
    pub width: usize,
}

/// One line before it has a width.
struct Row {
    kind: Kind,
    depth: usize,
    name: String,
    took: String,
    state: String,
}

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Done,
    Skipped,
    Waiting,
    Going,
    Asks,
    Bad,
    Undone,
    /// No step.
    Note,
}

impl Steps {
    /// Nothing is known yet of the run `asked`.
    pub fn new(asked: &str, since: i64) -> Self {
        Self {
            asked: asked.to_owned(),
            since,
            runs: BTreeMap::new(),
        }
    }

    /// Takes in an event of the run, or of one that a step of it has begun.
    ///
    /// # Errors
    /// The record of a run that began earlier cannot be read.
    pub fn take(&mut self, event: &Event, catalogue: &Catalogue, reader: &Reader) -> Result<(), SightError> {
        let id = lines::run_of(event);
        if let Some(shown) = self.runs.get_mut(&id) {
            return shown.take(event);
        }
        let shown = if event.run_seq() == 1 {
            Shown::of(std::slice::from_ref(event), catalogue, &id)?
        } else {
            Shown::of(&reader.events(&Stream::Run(id.clone()), 0, usize::MAX)?, catalogue, &id)?
        };
        self.runs.insert(id, shown);
        Ok(())
    }

    /// The tree at the time `now`.
    pub fn drawn(&self, now: i64, look: Look) -> Vec<Drawn> {
        let Some(shown) = self.runs.get(&self.asked) else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        self.rows(shown, 0, now, &mut rows);
        if let Some(height) = look.height {
            fold(&mut rows, height.saturating_sub(1).max(1));
        }
        let names = rows.iter().map(Row::indented).max().unwrap_or(0);
        let names = names.min(WIDEST_NAME).min(look.width / 2);
        let mut drawn: Vec<Drawn> = rows.iter().map(|row| row.drawn(names, look)).collect();
        drawn.push(self.last(shown, now, look));
        drawn
    }

    fn rows(&self, shown: &Shown, depth: usize, now: i64, rows: &mut Vec<Row>) {
        for step in shown.run.capsule().steps() {
            rows.extend(shown.row(&step.name, depth, now));
            let children = shown.run.begun_others().filter(|(unit, _)| unit.step == step.name);
            for (unit, child) in children {
                let Some(below) = self.runs.get(&child.run) else {
                    continue;
                };
                let mut deeper = depth + 1;
                if let Some(item) = unit.item {
                    rows.push(Row::note(deeper, format!("item {item}")));
                    deeper += 1;
                }
                self.rows(below, deeper, now, rows);
            }
        }
    }

    /// How far the run is, and what it took.
    fn last(&self, shown: &Shown, now: i64, look: Look) -> Drawn {
        let run = &shown.run;
        let states = run.steps().values();
        let is_done = |state: &&StepState| matches!(state, StepState::Completed { .. } | StepState::Skipped { .. });
        let spent = run.finished().map_or(run.budget().spent, |finished| finished.spent);
        let total = run.steps().len();
        let mut parts = vec![
            format!("{} of {total} steps", states.filter(is_done).count()),
            format!("{} tokens", spent.tokens),
            dollars(spent.micro_usd),
            short(u64::try_from(now.saturating_sub(self.since)).unwrap_or(0)),
        ];
        let (word, tone) = match run.finished().map(|finished| finished.status) {
            Some(Status::Succeeded) => ("succeeded", Some(Tone::Good)),
            Some(Status::Failed) => ("failed", Some(Tone::Bad)),
            Some(Status::Denied) => ("denied", Some(Tone::Bad)),
            Some(Status::Cancelled) => ("cancelled", Some(Tone::Warning)),
            None if run.cancelling().is_some() => ("cancelling", Some(Tone::Warning)),
            None if run.failure().is_some() => ("failing", Some(Tone::Bad)),
            None if run.paused().is_some() => ("paused", Some(Tone::Warning)),
            None => ("", None),
        };
        if tone.is_some() {
            parts.insert(0, word.to_owned());
        }
        // A narrow terminal says less.
        while parts.len() > 1 && parts.join(", ").width() > look.width {
            parts.remove(parts.len() - 2);
        }
        let text = cut(&parts.join(", "), look.width);
        let width = text.width();
        let text = tone.map_or(text.clone(), |tone| look.paint.apply(tone, &text));
        Drawn { text, width }
    }
}

impl Shown {
    fn of(events: &[Event], catalogue: &Catalogue, id: &str) -> Result<Self, SightError> {
        let (first, rest) = events.split_at(events.len().min(1));
        let mut shown = Self {
            run: start::replay(first, catalogue, id)?,
            times: BTreeMap::new(),
        };
        rest.iter().try_for_each(|event| shown.take(event))?;
        Ok(shown)
    }

    fn take(&mut self, event: &Event) -> Result<(), SightError> {
        if event.run_seq() <= self.run.run_seq() {
            return Ok(());
        }
        let fact = RunFact::recorded(event)?;
        self.run.apply(&fact, event.run_seq(), event.at());
        if let RunFact::Expanded(expanded) = &fact {
            self.times.entry(expanded.step.clone()).or_default().items = Some(expanded.items.len());
        }
        if let RunFact::Reset(reset) = &fact {
            self.times.retain(|step, _| !reset.steps.contains(step));
        }
        if let RunFact::Leased(_) = &fact {
            // Nobody worked on it between two owners.
            self.times.values_mut().for_each(Times::pause);
        }
        let step = match (&fact, fact.unit()) {
            (_, Some(unit)) => &unit.step,
            (RunFact::Expanded(expanded), None) => &expanded.step,
            (_, None) => return Ok(()),
        };
        let is_over = self.run.steps().get(step).is_some_and(StepState::is_over);
        let times = self.times.entry(step.clone()).or_default();
        times.began = times.began.or(Some(event.at()));
        times.ended = times.ended.or(Some(event.at())).filter(|_| is_over);
        Ok(())
    }

    fn row(&self, step: &str, depth: usize, now: i64) -> Option<Row> {
        let sign = Sign::of(&self.run, step)?;
        let times = self.times.get(step).copied().unwrap_or_default();
        let unit = Unit::step(step);
        let (mut kind, mut state) = match &sign {
            Sign::Waiting => (Kind::Waiting, sign.to_string()),
            Sign::Started => (Kind::Going, "going on".to_owned()),
            Sign::Going(_) => (Kind::Going, sign.to_string()),
            Sign::Asks | Sign::Delayed => (Kind::Asks, sign.to_string()),
            Sign::InDoubt => (Kind::Bad, sign.to_string()),
            Sign::Skipped => (Kind::Skipped, sign.to_string()),
            Sign::Completed => (Kind::Done, sign.to_string()),
            Sign::Failed(_) => (Kind::Bad, sign.to_string()),
        };
        if let (Sign::Completed, Some(items)) = (sign, times.items) {
            state = format!("{items} items {state}");
        }
        if let Some(StepState::Failed { fault, .. }) = self.run.steps().get(step) {
            state = format!("{state}: {}", fault.message);
        }
        if self.run.undone().any(|undone| *undone == unit) {
            (kind, state) = (Kind::Undone, "undone".to_owned());
        }
        let is_timed = matches!(kind, Kind::Done | Kind::Going | Kind::Bad | Kind::Undone);
        let took = times.began.filter(|_| is_timed).map_or_else(String::new, |began| {
            let ended = times.ended.unwrap_or(now);
            short(u64::try_from(ended.saturating_sub(began)).unwrap_or(0))
        });
        Some(Row {
            kind,
            depth,
            name: step.to_owned(),
            took,
            state,
        })
    }
}

impl Row {
    fn note(depth: usize, name: String) -> Self {
        Self {
            kind: Kind::Note,
            depth,
            name,
            took: String::new(),
            state: String::new(),
        }
    }

    /// The cells that its name takes with what stands before it.
    fn indented(&self) -> usize {
        2 * self.depth + self.name.width()
    }

    fn drawn(&self, names: usize, look: Look) -> Drawn {
        let indent = " ".repeat(2 * self.depth);
        // A note has no other columns to leave room for.
        let room = if self.kind == Kind::Note { look.width } else { names };
        let name = cut(&format!("{indent}{}", self.name), room);
        let pad = " ".repeat(names.saturating_sub(name.width()));
        let state = harmless(self.state.lines().next().unwrap_or_default()).into_owned();
        let rest = format!(" {name}{pad}  {:>8}  {state}", self.took);
        let rest = cut(rest.trim_end(), look.width.saturating_sub(1));
        let (mark, tone) = self.kind.mark(look.signs);
        let width = 1 + rest.width();
        let mark = tone.map_or(mark.to_string(), |tone| look.paint.apply(tone, &mark.to_string()));
        Drawn {
            text: format!("{mark}{rest}"),
            width,
        }
    }
}

impl Kind {
    fn mark(self, signs: Signs) -> (char, Option<Tone>) {
        let (boxes, plain, tone) = match self {
            Self::Done => ('✓', '+', Some(Tone::Good)),
            Self::Skipped => ('⤳', '-', None),
            Self::Waiting => ('·', '.', None),
            Self::Going => ('▶', '>', Some(Tone::Strong)),
            Self::Asks => ('?', '?', Some(Tone::Warning)),
            Self::Bad => ('✗', 'x', Some(Tone::Bad)),
            Self::Undone => ('↶', '<', Some(Tone::Warning)),
            Self::Note => (' ', ' ', None),
        };
        match signs {
            Signs::Boxes => (boxes, tone),
            Signs::Plain => (plain, tone),
        }
    }
}

/// Leaves at most `height` rows: the oldest that are over become one, then the last that have not begun.
fn fold(rows: &mut Vec<Row>, height: usize) {
    let over: Vec<usize> = positions(rows, |kind| matches!(kind, Kind::Done | Kind::Skipped));
    let count = (rows.len() + 1).saturating_sub(height).min(over.len());
    if rows.len() > height && count > 1 {
        replace(rows, &over[..count], Kind::Done, "completed");
    }
    let waiting = positions(rows, |kind| kind == Kind::Waiting);
    let count = (rows.len() + 1).saturating_sub(height).min(waiting.len());
    if rows.len() > height && count > 1 {
        replace(rows, &waiting[waiting.len() - count..], Kind::Waiting, "waiting");
    }
    if rows.len() > height {
        let more = rows.len() - (height - 1);
        rows.truncate(height - 1);
        rows.push(Row::note(0, format!("{more} more")));
    }
}

fn positions(rows: &[Row], is: impl Fn(Kind) -> bool) -> Vec<usize> {
    let found = rows.iter().enumerate().filter(|(_, row)| is(row.kind));
    found.map(|(at, _)| at).collect()
}

/// Puts one row in the place of those at `places`.
fn replace(rows: &mut Vec<Row>, places: &[usize], kind: Kind, what: &str) {
    let Some(first) = places.first() else { return };
    let places: BTreeSet<usize> = places.iter().copied().collect();
    let row = Row {
        kind,
        ..Row::note(0, format!("{} {what}", places.len()))
    };
    let kept = std::mem::take(rows).into_iter().enumerate();
    let mut row = Some(row);
    for (at, old) in kept {
        if at == *first {
            rows.extend(row.take());
        }
        if !places.contains(&at) {
            rows.push(old);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use regex::Regex;
    use serde_json::json;

    use super::*;
    use crate::capsule::Capsule;
    use crate::config::Home;
    use crate::engine::drive::{Notice, Stop};
    use crate::engine::{Engine, Job, Options, setup};
    use crate::models::catalogue;

    const CAPSULE: &str = r#"schema: somagent.dev/capsule/v1
capsule_id: some_steps
version: 1.0.0
description: Steps of every kind.
tools:
  - {adapter: fs, version: "^1", actions: [list]}
  - {adapter: text, version: "^1", actions: [count]}
policies: {budget: {tool_calls: 10, steps: 10}}
execution:
  mode: sequence
  steps:
    - {name: list, action: fs.list, params: {path: "."}}
    - {name: never, when: "run.id == ''", action: fs.list, params: {path: "."}}
    - name: each_of_them
      foreach: {items: "[1, 2, 3]", as: n, max_items: 3}
      action: text.count
      params: {items: [{a: "{{ n }}"}], by: a}
    - {name: agreed, gate: {prompt: "Go on?"}}
    - {name: last, action: fs.list, params: {path: "missing"}}
"#;

    const PLAIN: Look = Look {
        width: 80,
        height: None,
        signs: Signs::Boxes,
        paint: Paint::PLAIN,
    };

    /// What a real run of [`CAPSULE`] records until it asks, and what reads its store.
    async fn parked() -> (tempfile::TempDir, Engine, Vec<Event>) {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().join("home");
        let home = Home::from_env(|name| (name == "SOMAGENT_HOME").then(|| root.clone().into_os_string())).unwrap();
        setup::ensure(&home, "user:test", &mut |_| {}).await.unwrap();
        let options = Options {
            actor: "user:test".to_owned(),
            offline: true,
            model: catalogue::Catalogue::built_in().unwrap().entries()[0].clone(),
            escalate: None,
        };
        let engine = Arc::new(Engine::open(&home, options).unwrap());
        let capsule = Arc::new(Capsule::parse(CAPSULE, engine.catalogue()).unwrap());
        let job = Job {
            limit: capsule.limit(),
            capsule,
            inputs: json!({}),
            workspace: scratch.path().canonicalize().unwrap(),
            seed: 0,
            idempotency_key: None,
            children: Vec::new(),
            deadline_ms: None,
            forked: None,
        };
        let (mut owned, command) = engine.begin(job).unwrap();
        let (notices, mut received) = tokio::sync::mpsc::unbounded_channel();
        let stop = Stop::default();
        engine.drive(&mut owned, vec![command], &notices, &stop).await.unwrap();
        drop((owned, notices));
        let mut events = Vec::new();
        while let Some(Notice::Event(event)) = received.recv().await {
            events.push(*event);
        }
        (scratch, Arc::into_inner(engine).unwrap(), events)
    }

    fn text(lines: &[Drawn]) -> String {
        let times = Regex::new(r" +[0-9.]+ m?s\b").unwrap();
        let hidden = |found: &regex::Captures<'_>| format!("{:>1$}", "TIME", found[0].len());
        let total = Regex::new(r", [0-9.]+ m?s$").unwrap();
        let lines = lines.iter().map(|line| {
            let line = total.replace(&line.text, ", TIME");
            times.replace_all(&line, hidden).into_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[tokio::test]
    async fn a_tree_shows_how_far_every_step_is() {
        let (_scratch, engine, events) = parked().await;
        let reader = engine.journal().reader().unwrap();
        let run = lines::run_of(&events[0]);
        let at = |count: usize, look: Look| {
            let mut steps = Steps::new(&run, events[0].at());
            assert_eq!(steps.drawn(0, look), []);
            for event in &events[..count] {
                steps.take(event, engine.catalogue(), &reader).unwrap();
            }
            let drawn = steps.drawn(events[count - 1].at(), look);
            assert!(drawn.iter().all(|line| line.width <= look.width), "{drawn:?}");
            assert!(drawn.iter().all(|line| line.text.width() == line.width), "{drawn:?}");
            text(&drawn)
        };
        let begun = events.iter().position(|event| event.kind() == "step.started").unwrap();
        insta::assert_snapshot!(at(begun + 1, PLAIN), @"
        ▶ list              TIME  going on
        · never                   waiting
        · each_of_them            waiting
        · agreed                  waiting
        · last                    waiting
        0 of 5 steps, 0 tokens, $0.00, TIME
        ");
        insta::assert_snapshot!(at(events.len(), PLAIN), @"
        ✓ list              TIME  completed
        ⤳ never                   skipped
        ✓ each_of_them      TIME  3 items completed
        ? agreed                  asks
        · last                    waiting
        3 of 5 steps, 0 tokens, $0.00, TIME
        ");
        let narrow = Look {
            width: 30,
            height: Some(5),
            ..PLAIN
        };
        insta::assert_snapshot!(at(events.len(), narrow), @"
        ✓ 2 completed
        ✓ each_of_them      TIME  3 i…
        ? agreed                  asks
        · last                    wai…
        3 of 5 steps, 0 tokens, TIME
        ");
        let plain = Look {
            signs: Signs::Plain,
            ..PLAIN
        };
        assert!(at(events.len(), plain).is_ascii());
    }

    #[tokio::test]
    async fn a_run_that_began_earlier_is_read_from_its_record() {
        let (_scratch, engine, events) = parked().await;
        let reader = engine.journal().reader().unwrap();
        let run = lines::run_of(&events[0]);
        let drawn = |events: &[Event]| {
            let mut steps = Steps::new(&run, 0);
            for event in events {
                steps.take(event, engine.catalogue(), &reader).unwrap();
            }
            steps.drawn(0, PLAIN)
        };
        assert_eq!(drawn(&events), drawn(&events[events.len() - 1..]));
    }

    fn row(kind: Kind, name: &str) -> Row {
        Row {
            kind,
            ..Row::note(0, name.to_owned())
        }
    }

    fn folded(kinds: &[Kind], height: usize) -> Vec<String> {
        let mut rows: Vec<Row> = (0..).zip(kinds).map(|(at, kind)| row(*kind, &at.to_string())).collect();
        fold(&mut rows, height);
        rows.into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn what_is_over_is_folded_first_and_then_what_has_not_begun() {
        use Kind::{Bad, Done, Going, Skipped, Waiting};
        let kinds = [Done, Skipped, Bad, Done, Going, Waiting, Waiting, Waiting];
        assert_eq!(folded(&kinds, 8).len(), 8);
        assert_eq!(folded(&kinds, 7), ["2 completed", "2", "3", "4", "5", "6", "7"]);
        assert_eq!(folded(&kinds, 6), ["3 completed", "2", "4", "5", "6", "7"]);
        assert_eq!(folded(&kinds, 5), ["3 completed", "2", "4", "5", "2 waiting"]);
        assert_eq!(folded(&kinds, 4), ["3 completed", "2", "4", "3 waiting"]);
        assert_eq!(folded(&kinds, 3), ["3 completed", "2", "2 more"]);
        assert_eq!(folded(&kinds, 1), ["8 more"].map(|_| "4 more"));
    }
}

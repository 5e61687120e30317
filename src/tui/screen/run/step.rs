//! All that is known of the selected step.

use std::sync::Arc;

use ratatui::text::{Line, Span};

use super::words::{field, tail};
use super::{Rows, View};
use crate::capsule::tool_spec::EffectClass;
use crate::capsule::{Stage, Step, Work};
use crate::engine::fact::{Fault, FaultKind, Outcome, Unit};
use crate::engine::run::{Fan, ItemState, StepState};
use crate::sight::matter::doubted;
use crate::sight::opened::{Attempt, Entry, Opened};
use crate::sight::step::Sign;
use crate::sight::text::cut;
use crate::sight::time;
use crate::sight::time::short;
use crate::tools::Artifact;

/// The most items that are told one by one.
const MOST_ITEMS: usize = 2_000;

/// The most directories that are told, each of an item.
const MOST_DIRECTORIES: usize = 20;

/// The rows about the step.
pub fn rows(view: &View, width: usize) -> Rows<'static> {
    let (theme, opened, step) = (view.theme, view.opened, view.step);
    let run = &opened.run;
    let mut lines = Vec::new();
    let plain = |text: String| vec![Span::raw(text)];
    let mut say = |name: &str, value: Vec<Span<'static>>| lines.extend(field(name, value, width, theme));
    let sign = Sign::of(run, &step.name).unwrap_or(Sign::Waiting);
    let (mark, style) = theme.step(&sign);
    say("step", vec![Span::styled(step.name.clone(), theme.strong)]);
    say(
        "state",
        vec![Span::styled(
            format!("{} {}", theme.sign(mark, ""), state(view, &sign)),
            style,
        )],
    );
    say("does", plain(does(step)));
    if !matches!(step.work, Work::Gate(_)) {
        say("effect", plain(effect(step.effect).to_owned()));
    }
    if !step.needs.is_empty() {
        say("needs", plain(step.needs.join(", ")));
    }
    if let Some(when) = &step.when {
        say("when", plain(when.clone()));
    }
    let progress = run.progress(&Unit::step(&step.name));
    if let Some(due) = progress.and_then(|progress| progress.due) {
        say("again at", plain(view.app.zone.time_of_day(due)));
    }
    match run.generation(&step.name) {
        0 => {}
        times => say("done again", plain(format!("{times} times, under new keys"))),
    }
    for asked in &opened.questions {
        let unit = asked.requested.unit.as_ref();
        if unit.is_some_and(|unit| unit.step == step.name) && asked.row.run == opened.row.id {
            say("asks", vec![Span::styled(asked.requested.prompt.clone(), theme.warn)]);
            let choices = asked.requested.choices.join(", ");
            say("", vec![Span::styled(format!("{choices} (a answers)"), theme.dim)]);
        }
    }
    if let Some((_, doubt)) = run.doubts().iter().find(|(unit, _)| unit.step == step.name) {
        say("in doubt", vec![Span::styled(doubted(doubt), theme.bad)]);
    }
    if let Some(StepState::Failed { fault, .. }) = run.steps().get(&step.name) {
        let text = format!("{}: {}", kind(fault.kind), fault.message);
        say("fault", vec![Span::styled(text, theme.bad)]);
        if let Some(hint) = &fault.hint {
            say("hint", plain(hint.clone()));
        }
    }
    for (row, status) in opened.children.iter().filter(|(row, _)| is_of(row, &step.name)) {
        let (mark, style) = theme.status(status);
        let item = row.parent.as_ref().and_then(|parent| parent.item);
        let item = item.map_or_else(String::new, |item| format!("[{item}] "));
        let text = format!(
            "{mark} {item}{} {status}, {}  (enter opens)",
            row.capsule,
            tail(&row.id)
        );
        say("run", vec![Span::styled(text, style)]);
    }
    for directory in opened.directories(&step.name).take(MOST_DIRECTORIES) {
        say("works in", plain(directory.to_string()));
    }
    for artifact in artifacts(opened, &step.name) {
        let (path, size) = (artifact.path.display(), artifact.size);
        say(
            "artifact",
            plain(format!("{path} ({size} bytes, {}; o opens)", artifact.media_type)),
        );
    }
    if let Some(key) = key(view) {
        say("key", vec![Span::styled(key, theme.dim)]);
    }
    attempts(view, width, &mut lines);
    match run.steps().get(&step.name) {
        Some(StepState::Fanned(fan)) => items(view, fan, width, &mut lines),
        Some(StepState::Failed { fan: Some(fan), .. }) => items(view, fan, width, &mut lines),
        _ => {}
    }
    Rows::of(lines, 0)
}

/// Whether a run is the work of the step.
pub fn is_of(row: &crate::journal::RunRow, step: &str) -> bool {
    row.parent.as_ref().is_some_and(|parent| parent.step == step)
}

fn state(view: &View, sign: &Sign) -> String {
    let adopted = |entry: &Arc<Entry>| entry.kind == "step.adopted" && entry.step.as_deref() == Some(&view.step.name);
    let forked = view.opened.run.started().forked.as_ref();
    match forked.filter(|_| view.opened.entries.iter().any(adopted)) {
        Some(forked) => format!("{sign}, taken over from {}", tail(&forked.run)),
        None => sign.to_string(),
    }
}

fn does(step: &Step) -> String {
    let mut text = match &step.work {
        Work::Gate(_) => "asks a person".to_owned(),
        Work::Capsule(child) => format!("runs the capsule {} {}", child.capsule, child.version),
        Work::Model(_) | Work::Tool(_) => step.action(),
    };
    if let Some(foreach) = &step.foreach {
        text.push_str(&format!(" for each {} of {}", foreach.name, foreach.items));
    }
    match step.stage {
        Stage::Before => text.push_str(", before all else"),
        Stage::Main => {}
        Stage::After => text.push_str(", when all else is over"),
    }
    text
}

fn effect(effect: EffectClass) -> &'static str {
    match effect {
        EffectClass::None => "none: it changes nothing",
        EffectClass::Idempotent => "idempotent: twice is as good as once",
        EffectClass::Keyed => "keyed: the other side knows a repetition",
        EffectClass::External => "external: a repetition happens twice",
    }
}

/// The kind of a fault, as the journal writes it, with spaces.
pub fn kind(kind: FaultKind) -> String {
    let value = serde_json::to_value(kind).unwrap_or_default();
    value.as_str().unwrap_or_default().replace('_', " ")
}

/// The files that a step left.
pub fn artifacts(opened: &Opened, step: &str) -> Vec<Artifact> {
    let attempts = opened.of_step(step).flat_map(|(_, attempts)| attempts);
    let left = attempts.filter_map(|attempt| match attempt.outcome()? {
        Outcome::Completed { artifacts, .. } => Some(artifacts),
        Outcome::Failed { .. } => None,
    });
    left.flatten().cloned().collect()
}

/// The idempotency key of the newest attempt of the step as a whole.
fn key(view: &View) -> Option<String> {
    let mut attempts = view.opened.attempts.get(&Unit::step(&view.step.name))?.iter().rev();
    attempts.find_map(|attempt| Some(attempt.started.as_ref()?.1.key.clone()))
}

fn attempts(view: &View, width: usize, lines: &mut Vec<Line<'static>>) {
    let theme = view.theme;
    let of_step: Vec<_> = view.opened.of_step(&view.step.name).collect();
    if of_step.is_empty() {
        return;
    }
    lines.push(Line::default());
    lines.push(Line::styled("attempts", theme.dim));
    for (unit, attempts) in of_step.into_iter().take(MOST_ITEMS) {
        for (index, attempt) in attempts.iter().enumerate() {
            let (mark, style, ended) = how(view, attempt);
            let name = if unit.item.is_some() || *unit != Unit::step(&view.step.name) {
                unit.to_string()
            } else {
                String::new()
            };
            let took = attempt.took(view.now).map_or_else(String::new, short);
            let began = attempt
                .started
                .as_ref()
                .map_or_else(String::new, |(at, _)| view.app.zone.time_of_day(*at));
            let head = format!(" {} {began:<8} {took:>9}  ", index + 1);
            let rest = cut(&format!("{name} {ended}"), width.saturating_sub(head.len() + 3));
            lines.push(Line::from(vec![
                Span::styled(format!(" {mark}"), style),
                Span::styled(head, theme.dim),
                Span::styled(rest.trim_start().to_owned(), theme.text),
            ]));
        }
    }
}

/// The sign of an attempt and how it ended.
fn how(view: &View, attempt: &Attempt) -> (&'static str, ratatui::style::Style, String) {
    let theme = view.theme;
    let Some((at, settled)) = &attempt.settled else {
        return match attempt.started {
            Some(_) if view.now == view.app.now => (theme.sign("▶", ""), theme.accent, "goes on".to_owned()),
            Some(_) => ("!", theme.warn, "was interrupted, or goes on".to_owned()),
            None => ("?", theme.warn, "judged, not begun".to_owned()),
        };
    };
    match &settled.outcome {
        Outcome::Completed { .. } => {
            let hit = settled.cache.as_ref().and_then(|cache| cache.hit);
            let text = hit.map_or_else(|| "completed".to_owned(), |seq| format!("from the cache, entry {seq}"));
            (theme.sign("✓", ""), theme.good, text)
        }
        Outcome::Failed { fault } => {
            // One that waits for somebody may go on at once when they have answered.
            let later = settled.retry_at.filter(|again| again > at);
            let again = later.map_or_else(String::new, |again| {
                format!(", again at {}", time::rfc3339(again).get(11..23).unwrap_or_default())
            });
            (
                theme.sign("✗", "failed"),
                theme.bad,
                format!("{}: {}{again}", kind(fault.kind), fault.message),
            )
        }
    }
}

fn items(view: &View, fan: &Fan, width: usize, lines: &mut Vec<Line<'static>>) {
    let theme = view.theme;
    lines.push(Line::default());
    lines.push(Line::styled("items", theme.dim));
    for (at, state) in fan.states.iter().enumerate().take(MOST_ITEMS) {
        let unit = Unit::item(&view.step.name, at);
        let (mark, style, said) = match state {
            ItemState::Completed(_) => (theme.sign("✓", "completed"), theme.good, String::new()),
            ItemState::Failed(fault) => (theme.sign("✗", "failed"), theme.bad, said(fault)),
            ItemState::Open(progress) if progress.question.is_some() => ("?", theme.warn, "asks".to_owned()),
            ItemState::Open(progress) if progress.due.is_some() => {
                (theme.sign("↻", ""), theme.warn, "tried again".to_owned())
            }
            ItemState::Open(_) if view.opened.run.is_flying(&unit) => {
                (theme.sign("▶", "goes on"), theme.accent, String::new())
            }
            ItemState::Open(_) => (theme.sign("·", "not begun"), theme.dim, String::new()),
        };
        let item = fan
            .items
            .get(at)
            .map_or_else(String::new, |item| item.value.to_string());
        let text = cut(&format!("{item} {said}"), width.saturating_sub(8));
        lines.push(Line::from(vec![
            Span::styled(format!(" {mark} "), style),
            Span::styled(format!("{at:>3} "), theme.dim),
            Span::styled(text, theme.text),
        ]));
    }
    if fan.states.len() > MOST_ITEMS {
        let more = fan.states.len() - MOST_ITEMS;
        lines.push(Line::styled(format!(" and {more} more"), theme.dim));
    }
}

fn said(fault: &Fault) -> String {
    format!("{}: {}", kind(fault.kind), fault.message)
}

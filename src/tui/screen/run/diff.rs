//! Two attempts side by side, or two runs.

use std::sync::Arc;

use ratatui::text::{Line, Span};
use serde_json::Value;

use super::super::super::act::{Act, Answer, Topic};
use super::super::super::app::{App, ask};
use super::super::super::values;
use super::detail::Tab;
use super::step::kind;
use super::words::{broken, field, tail};
use super::{Rows, View};
use crate::engine::fact::{Outcome, Unit};
use crate::sight::opened::{Attempt, Opened};
use crate::sight::text::{cut, padded};
use crate::sight::time::short;

/// What is said of an attempt.
type Fact = fn(&View, &Attempt) -> String;

/// The most bytes of each output that are compared.
const MOST_BYTES: usize = 256 << 10;

/// Lines that are shown around what differs.
const AROUND: usize = 3;

/// What is compared.
#[derive(Debug, Clone)]
pub enum Diff {
    /// The last two attempts of a unit.
    Attempts(Unit),
    /// The run that was forked from, and the forked one; with what the command line says of them.
    Runs(Option<Answer>),
}

/// Compares the last two attempts of a step, or a forked run with the one that it comes from.
pub fn compare(app: &mut App, opened: &Opened, name: &str) -> Vec<Act> {
    let id = opened.row.id.as_str();
    if let Some(unit) = repeated(opened, name) {
        app.run.diff = Some(Diff::Attempts(unit));
        app.run.show(Tab::Diff);
        return Vec::new();
    }
    let Some(forked) = &opened.run.started().forked else {
        let begun = opened.of_step(name).next().is_some();
        let text = if begun { "was begun once" } else { "was never begun" };
        app.toast(format!("{name} {text}: there is nothing to compare"), false);
        return Vec::new();
    };
    app.run.diff = Some(Diff::Runs(None));
    app.run.show(Tab::Diff);
    vec![ask(&["runs", "diff", &forked.run, id], Topic::Diff(id.to_owned()))]
}

/// The first unit of a step that was begun more than once.
pub fn repeated(opened: &Opened, step: &str) -> Option<Unit> {
    let is_begun = |attempt: &&Arc<Attempt>| attempt.started.is_some() || attempt.settled.is_some();
    let mut units = opened.of_step(step);
    units
        .find(|(_, attempts)| attempts.iter().filter(is_begun).count() > 1)
        .map(|(unit, _)| unit.clone())
}

/// The rows of the comparison.
pub fn rows(view: &View, diff: &Diff, width: usize) -> Rows<'static> {
    match diff {
        Diff::Attempts(unit) => attempts(view, unit, width),
        Diff::Runs(None) => Rows::said("comparing …", view.theme.dim),
        Diff::Runs(Some(Err(refusal))) => {
            let hint = refusal
                .hint
                .as_ref()
                .map_or_else(String::new, |hint| format!("\n{hint}"));
            Rows::said(&format!("{}{hint}", refusal.message), view.theme.bad)
        }
        Diff::Runs(Some(Ok(data))) => runs(view, data, width),
    }
}

fn runs(view: &View, data: &Value, width: usize) -> Rows<'static> {
    let theme = view.theme;
    let differences: Vec<&Value> = data["differences"].as_array().into_iter().flatten().collect();
    let of = |side: &str| tail(data[side].as_str().unwrap_or_default());
    let mut lines = vec![Line::styled(
        format!(
            "run {} against this run {}, {} differences",
            of("a"),
            of("b"),
            differences.len()
        ),
        theme.dim,
    )];
    for difference in differences {
        lines.push(Line::styled(
            cut(difference["what"].as_str().unwrap_or_default(), width),
            theme.strong,
        ));
        for (sign, side, style) in [("-", "a", theme.bad), ("+", "b", theme.good)] {
            let said = match &difference[side] {
                Value::Null => "none".to_owned(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let said = cut(&said, width.saturating_sub(4));
            lines.push(Line::styled(format!("  {sign} {said}"), style));
        }
    }
    Rows::of(lines, 0)
}

fn attempts(view: &View, unit: &Unit, width: usize) -> Rows<'static> {
    let theme = view.theme;
    let all = view.opened.attempts.get(unit).map(Vec::as_slice).unwrap_or_default();
    let [.., before, after] = all else {
        return Rows::said("there is one attempt only", theme.dim);
    };
    let count = all.len();
    let half = width.saturating_sub(12) / 2;
    let mut lines = vec![Line::styled(
        format!(
            "{:<10} {}{}",
            unit.to_string(),
            padded(&format!("attempt {}", count - 1), half),
            format_args!("attempt {count}")
        ),
        theme.strong,
    )];
    let facts: [(&str, Fact); 5] = [
        ("began", |view, attempt| {
            attempt
                .started
                .as_ref()
                .map_or_else(String::new, |(at, _)| view.app.zone.time_of_day(*at))
        }),
        ("took", |view, attempt| {
            attempt.took(view.now).map_or_else(String::new, short)
        }),
        ("law", |_, attempt| {
            let judged = attempt.judged.as_ref();
            judged.map_or_else(String::new, |judged| {
                format!("{:?}", judged.verdict.decision()).to_lowercase()
            })
        }),
        ("tokens", |_, attempt| {
            attempt
                .spent()
                .map_or_else(String::new, |spent| spent.tokens.to_string())
        }),
        ("ended", |_, attempt| match attempt.outcome() {
            Some(Outcome::Completed { .. }) => "completed".to_owned(),
            Some(Outcome::Failed { fault }) => kind(fault.kind),
            None => "not yet".to_owned(),
        }),
    ];
    for (name, of) in facts {
        let (left, right) = (of(view, before), of(view, after));
        let style = if left == right { theme.dim } else { theme.text };
        lines.push(Line::from(vec![
            Span::styled(format!("{name:<10} "), theme.dim),
            Span::styled(padded(&left, half), style),
            Span::styled(cut(&right, half), style),
        ]));
    }
    for (number, attempt) in [(count - 1, before), (count, after)] {
        if let Some(Outcome::Failed { fault }) = attempt.outcome() {
            let text = vec![Span::styled(fault.message.clone(), theme.bad)];
            lines.extend(field(&format!("fault {number}"), text, width, theme));
        }
    }
    if let (Some(Outcome::Completed { output: a, .. }), Some(Outcome::Completed { output: b, .. })) =
        (before.outcome(), after.outcome())
    {
        lines.push(Line::default());
        let of = |value: &Value| broken(&values::text(value, MOST_BYTES), width.saturating_sub(2));
        lines.extend(texts(&of(&a.value), &of(&b.value), view));
    }
    Rows::of(lines, 0)
}

/// What differs between two texts that begin and end alike.
fn texts(a: &[String], b: &[String], view: &View) -> Vec<Line<'static>> {
    let theme = view.theme;
    if a == b {
        return vec![Line::styled("the outputs are the same", theme.dim)];
    }
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let rest = a[head..].iter().rev().zip(b[head..].iter().rev());
    let foot = rest.take_while(|(a, b)| a == b).count();
    let same = |line: &String| Line::styled(format!("  {line}"), theme.dim);
    let mut lines: Vec<Line> = a[head.saturating_sub(AROUND)..head].iter().map(same).collect();
    let gone = a[head..a.len() - foot].iter();
    lines.extend(gone.map(|line| Line::styled(format!("- {line}"), theme.bad)));
    let new = b[head..b.len() - foot].iter();
    lines.extend(new.map(|line| Line::styled(format!("+ {line}"), theme.good)));
    lines.extend(a[a.len() - foot..].iter().take(AROUND).map(same));
    lines
}

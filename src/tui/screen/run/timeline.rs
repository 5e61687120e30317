//! When everything happened: a bar for each attempt and each question.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::{Rows, View};
use crate::engine::fact::{Outcome, Unit};
use crate::sight::text::padded;
use crate::sight::time::short;

/// The width of a duration.
const TOOK: usize = 10;

struct Bar {
    label: String,
    step: Option<String>,
    from: i64,
    /// Absent while it goes on.
    to: Option<i64>,
    mark: &'static str,
    fill: &'static str,
    style: Style,
}

fn bars(view: &View) -> Vec<Bar> {
    let (theme, opened) = (view.theme, view.opened);
    let mut bars = Vec::new();
    for (unit, attempts) in &opened.attempts {
        for (index, attempt) in attempts.iter().enumerate() {
            let Some((from, _)) = attempt.started else { continue };
            let (mark, style) = match attempt.outcome() {
                Some(Outcome::Completed { .. }) => (theme.sign("✓", "completed"), theme.good),
                Some(Outcome::Failed { .. }) => (theme.sign("✗", "failed"), theme.bad),
                None => (theme.sign("▶", "goes on"), theme.accent),
            };
            let again = if index > 0 {
                format!(" #{}", index + 1)
            } else {
                String::new()
            };
            bars.push(Bar {
                label: format!("{unit}{again}"),
                step: Some(unit.step.clone()),
                from,
                to: attempt.settled.as_ref().map(|(at, _)| *at),
                mark,
                fill: "█",
                style,
            });
        }
    }
    for decision in &opened.decisions {
        let unit = decision.requested.unit.as_ref();
        let is_over = opened.row.finished_at;
        bars.push(Bar {
            label: unit.map_or_else(|| "the run".to_owned(), Unit::to_string),
            step: unit.map(|unit| unit.step.clone()),
            from: decision.at,
            to: decision.resolved.as_ref().map(|(at, _)| *at).or(is_over),
            mark: theme.sign("?", "asked"),
            fill: "░",
            style: theme.warn,
        });
    }
    bars.sort_by_key(|bar| bar.from);
    bars
}

/// The rows of the timeline.
pub fn rows<'a>(view: &View<'a>, width: usize) -> Rows<'a> {
    let bars = bars(view);
    if bars.is_empty() {
        return Rows::said("nothing has begun", view.theme.dim);
    }
    let from = view.opened.row.started_at;
    let span = view.now.max(from + 1) - from;
    let names = bars.iter().map(|bar| bar.label.width()).max().unwrap_or(0);
    let names = names.clamp(4, (width / 3).max(8));
    let room = width.saturating_sub(names + TOOK + 4).max(4);
    let (theme, step, now) = (*view.theme, view.step.name.clone(), view.now);
    let at = bars.iter().position(|bar| bar.step.as_deref() == Some(&step));
    let count = bars.len() + 1;
    let row = move |row: usize| {
        let Some(bar) = row.checked_sub(1).and_then(|row| bars.get(row)) else {
            let whole = short(u64::try_from(span).unwrap_or(0));
            if theme.is_spoken {
                return Line::from(format!("{whole} in all"));
            }
            let scale = format!("0{}{whole}", " ".repeat(room.saturating_sub(1 + whole.width())));
            return Line::styled(format!("{}{scale}", " ".repeat(names + 3)), theme.dim);
        };
        let to = bar.to.unwrap_or(now).max(bar.from);
        let cells = room as i64;
        let first = ((bar.from - from) * cells / span).clamp(0, cells - 1);
        let end = ((to - from) * cells).div_euclid(span).clamp(first + 1, cells);
        let [before, long] = [first, end - first].map(|count| usize::try_from(count).unwrap_or(0));
        let took = short(u64::try_from(to - bar.from).unwrap_or(0));
        let is_here = bar.step.as_deref() == Some(&step);
        if theme.is_spoken {
            return Line::from(format!("{}: {}, {took}", bar.mark, bar.label));
        }
        Line::from(vec![
            Span::styled(format!("{} ", bar.mark), bar.style),
            Span::styled(
                padded(&bar.label, names),
                if is_here { theme.strong } else { theme.text },
            ),
            Span::raw(" ".repeat(1 + before)),
            Span::styled(bar.fill.repeat(long), bar.style),
            Span::raw(" ".repeat(room - before - long)),
            Span::styled(format!("{took:>TOOK$}"), theme.dim),
        ])
    };
    Rows {
        count,
        row: Box::new(row),
        about: at.map_or(0, |at| at + 1),
    }
}

//! The steps: as a graph when it fits the pane, else as a list with rails.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::View;
use super::place::Picture;
use super::plan::Plan;
use crate::sight::opened::Opened;
use crate::sight::step::{Items, Sign};
use crate::sight::text::{cut, padded};
use crate::sight::time::short;

/// The most columns of a name in a graph.
const LONGEST_NAME: usize = 24;

/// How far the items of a `foreach` are, such as `3/5`.
fn items(sign: &Sign) -> Option<Items> {
    match sign {
        Sign::Going(items) | Sign::Failed(Some(items)) => Some(*items),
        _ => None,
    }
}

fn count(opened: &Opened, name: &str, sign: &Sign) -> String {
    if let Some(items) = items(sign) {
        return format!("{}/{}", items.completed + items.failed, items.total);
    }
    let has_items = opened
        .run
        .capsule()
        .step(name)
        .is_some_and(|step| step.foreach.is_some());
    if !has_items {
        return String::new();
    }
    match sign {
        Sign::Completed => {
            let items = opened.of_step(name).filter(|(unit, _)| unit.item.is_some()).count();
            if items == 0 {
                "×".to_owned()
            } else {
                format!("{items}/{items}")
            }
        }
        _ => "×".to_owned(),
    }
}

/// How many columns each step needs, by its index.
fn labels(opened: &Opened) -> Vec<u16> {
    let steps = opened.run.capsule().steps().iter();
    let label = |name: &str| {
        let sign = Sign::of(&opened.run, name).unwrap_or(Sign::Waiting);
        let count = count(opened, name, &sign);
        let count = if count.is_empty() { 0 } else { count.width() + 1 };
        u16::try_from(2 + name.width().min(LONGEST_NAME) + count).unwrap_or(u16::MAX)
    };
    steps.map(|step| label(&step.name)).collect()
}

/// The graph on a pane of this size, when it fits and says more than a list.
pub fn picture(opened: &Opened, plan: &Plan, selected: usize, width: u16, height: u16) -> Option<Picture> {
    if plan.is_chain() {
        return None;
    }
    let step = plan.order.get(selected).copied();
    Picture::of(plan, &labels(opened), step, width, height)
}

/// The columns that the steps would like to have on a pane of this size.
pub fn natural(opened: &Opened, plan: &Plan, width: u16, height: u16) -> u16 {
    if let Some(picture) = picture(opened, plan, 0, width, height) {
        return picture.width;
    }
    let rails = plan.rails.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let names = opened.run.capsule().steps().iter().map(|step| step.name.width());
    u16::try_from(rails + names.max().unwrap_or(0) + 18).unwrap_or(u16::MAX)
}

/// Where a picture begins in a pane.
fn origin(picture: &Picture, area: Rect) -> Position {
    Position::new(
        area.x + (area.width - picture.width) / 2,
        area.y + (area.height - picture.height) / 4,
    )
}

/// The place in the order of what is drawn at `at`.
pub fn hit(view: &View, area: Rect, at: Position) -> Option<usize> {
    let (opened, plan) = (view.opened, view.plan);
    if let Some(picture) = picture(opened, plan, view.selected, area.width, area.height) {
        let origin = origin(&picture, area);
        let step = picture.at(at.x.checked_sub(origin.x)?, at.y.checked_sub(origin.y)?)?;
        return plan.order.iter().position(|other| *other == step);
    }
    let first = view
        .app
        .run
        .window(view.selected, plan.order.len(), usize::from(area.height));
    let row = usize::from(at.y.checked_sub(area.y)?) + first;
    (row < plan.order.len()).then_some(row)
}

/// Draws the steps.
pub fn draw(view: &View, area: Rect, frame: &mut Frame) {
    let picture = picture(view.opened, view.plan, view.selected, area.width, area.height);
    match picture.filter(|_| !view.theme.is_spoken) {
        Some(picture) => drawn(view, &picture, area, frame),
        None => listed(view, area, frame),
    }
}

fn drawn(view: &View, picture: &Picture, area: Rect, frame: &mut Frame) {
    let (theme, opened) = (view.theme, view.opened);
    let origin = origin(picture, area);
    let buffer = frame.buffer_mut();
    let steps = opened.run.capsule().steps();
    let selected = view.plan.order.get(view.selected);
    for node in &picture.nodes {
        let Some(step) = steps.get(node.step) else { continue };
        let sign = Sign::of(&opened.run, &step.name).unwrap_or(Sign::Waiting);
        let (mark, style) = theme.step(&sign);
        let is_selected = selected == Some(&node.step);
        let (x, y, width) = (origin.x + node.x, origin.y + node.y, usize::from(node.width));
        let inside = if picture.boxes { width - 2 } else { width };
        let pad = usize::from(picture.boxes);
        let count = count(opened, &step.name, &sign);
        let gap = if count.is_empty() { "" } else { " " };
        let room = inside.saturating_sub(2 * pad + 2 + count.width() + gap.len());
        let name = padded(&step.name, room);
        let base = if is_selected { theme.selected } else { Style::new() };
        let label = Line::from(vec![
            Span::raw(" ".repeat(pad)),
            Span::styled(format!("{mark} "), style),
            Span::styled(name, name_style(view, &sign)),
            Span::styled(format!("{gap}{count}"), theme.dim),
            Span::raw(" ".repeat(pad)),
        ]);
        if picture.boxes {
            let edge = if is_selected {
                theme.focus
            } else {
                box_style(view, &sign)
            };
            let line = "─".repeat(inside);
            buffer.set_string(x, y, format!("╭{line}╮"), edge);
            buffer.set_string(x, y + 2, format!("╰{line}╯"), edge);
            buffer.set_string(x, y + 1, "│", edge);
            buffer.set_string(x + node.width - 1, y + 1, "│", edge);
        }
        let at = if picture.boxes { (x + 1, y + 1) } else { (x, y) };
        buffer.set_line(at.0, at.1, &label, u16::try_from(inside).unwrap_or(u16::MAX));
        buffer.set_style(
            Rect::new(at.0, at.1, u16::try_from(inside).unwrap_or(u16::MAX), 1),
            base,
        );
    }
    for ((y, x), stroke) in &picture.strokes {
        let style = if stroke.is_lit { theme.accent } else { theme.border };
        let place = Position::new(origin.x + x, origin.y + y);
        if let Some(cell) = buffer.cell_mut(place) {
            let is_edge = cell.symbol() == "─";
            let kept = cell.style();
            cell.set_char(stroke.sign);
            // On the edge of a box, the edge keeps its colour.
            cell.set_style(if is_edge { kept } else { style });
        }
    }
}

/// The edge of a box says what is wrong or going on; what is over or not begun stays quiet.
fn box_style(view: &View, sign: &Sign) -> Style {
    match sign {
        Sign::Waiting | Sign::Skipped | Sign::Completed => view.theme.border,
        Sign::Started | Sign::Asks | Sign::InDoubt | Sign::Delayed | Sign::Going(_) | Sign::Failed(_) => {
            view.theme.step(sign).1
        }
    }
}

fn name_style(view: &View, sign: &Sign) -> Style {
    match sign {
        Sign::Waiting | Sign::Skipped => view.theme.dim,
        Sign::Failed(_) | Sign::InDoubt => view.theme.bad,
        Sign::Started | Sign::Asks | Sign::Delayed | Sign::Going(_) | Sign::Completed => view.theme.text,
    }
}

fn listed(view: &View, area: Rect, frame: &mut Frame) {
    let (theme, opened, plan) = (view.theme, view.opened, view.plan);
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let first = view.app.run.window(view.selected, plan.order.len(), height);
    let most = plan.rails.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    // Rails that leave no room for names say nothing.
    let rails = !theme.is_spoken && most > 0 && most + 14 <= width;
    let mut lines = Vec::new();
    for place in first..plan.order.len().min(first + height) {
        let Some(name) = plan.name(place) else { continue };
        let sign = Sign::of(&opened.run, name).unwrap_or(Sign::Waiting);
        let (mark, style) = theme.step(&sign);
        let mut spans = vec![Span::raw(" ")];
        let rail = if rails { plan.rails[place].as_str() } else { "●" };
        let (before, after) = rail.split_once('●').unwrap_or((rail, ""));
        spans.push(Span::styled(before.to_owned(), theme.border));
        spans.push(Span::styled(mark, style));
        let pad = if rails { most - rail.chars().count() } else { 0 };
        spans.push(Span::styled(format!("{after}{} ", " ".repeat(pad)), theme.border));
        let more = more(view, name, &sign);
        let used: usize = spans.iter().map(|span| span.content.width()).sum();
        let more = cut(&more, width.saturating_sub(used + 8));
        let room = width.saturating_sub(used + more.width() + 2);
        spans.push(Span::styled(padded(name, room), name_style(view, &sign)));
        spans.push(Span::styled(format!(" {more} "), theme.dim));
        let line = Line::from(spans);
        lines.push(if place == view.selected {
            line.style(theme.selected)
        } else {
            line
        });
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// What a list says besides the name: items and how long it took.
fn more(view: &View, name: &str, sign: &Sign) -> String {
    let count = count(view.opened, name, sign);
    let attempts = || view.opened.of_step(name).flat_map(|(_, attempts)| attempts);
    let began = attempts().filter_map(|attempt| Some(attempt.started.as_ref()?.0)).min();
    let is_going = attempts().any(|attempt| attempt.started.is_some() && attempt.settled.is_none());
    let ended = attempts().filter_map(|attempt| Some(attempt.settled.as_ref()?.0)).max();
    let ended = if is_going { Some(view.now) } else { ended };
    let took = match (began, ended) {
        (Some(began), Some(ended)) => short(u64::try_from(ended - began).unwrap_or(0)),
        _ => String::new(),
    };
    [count, took]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("  ")
}

//! Questions to people: the queue, everything about the one that is selected, and the answers.

mod about;
mod decide;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Paragraph};
use serde_json::json;

use super::super::act::{Act, line};
use super::super::app::{App, Screen};
use super::super::detail::{self, Scroll, spread};
use super::super::flat::Heading;
use super::super::frame::{self, pane};
use super::super::keymap::Intent;
use super::super::list::List;
use super::super::overlay::DEAF_MS;
use super::super::theme::Theme;
use crate::sight::question::Asked;
use crate::sight::text::harmless;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    list: List,
    scroll: Scroll,
    /// Whether keys are about the detail and not about the queue.
    in_detail: bool,
    /// The question that is under the cursor, and since when.
    under: Option<(String, i64)>,
}

impl State {
    /// Whether `id` is seen for so short a time that keys may have been meant for another one.
    fn is_deaf(&self, id: &str, now: i64) -> bool {
        match &self.under {
            Some((under, since)) if under == id => now < since + DEAF_MS,
            Some(_) | None => true,
        }
    }
}

/// Goes to a question.
pub fn show(app: &mut App, id: &str) -> Vec<Act> {
    if let Some(at) = app.sight.approvals.iter().position(|asked| asked.row.id == id) {
        app.approvals.list.select(at);
    }
    app.go(Screen::Approvals);
    Vec::new()
}

/// Keeps the cursor on its question when others came or went.
pub fn keep(app: &mut App) {
    let Some((under, _)) = &app.approvals.under else { return };
    if let Some(at) = app.sight.approvals.iter().position(|asked| asked.row.id == *under) {
        app.approvals.list.select(at);
    }
}

/// Notes which question is under the cursor, and since when.
pub fn notice(app: &mut App) {
    let is_seen = app.screen() == Screen::Approvals;
    let id = selected(app).filter(|_| is_seen).map(|asked| asked.row.id.clone());
    let state = &mut app.approvals;
    match id {
        Some(id) if state.under.as_ref().is_some_and(|(under, _)| *under == id) => {}
        Some(id) => {
            state.under = Some((id, app.now));
            state.scroll.first();
        }
        None => state.under = None,
    }
}

/// Whether a question is seen that can be answered for a while only.
pub fn counts_down(app: &App) -> bool {
    app.sight.approvals.iter().any(|asked| asked.row.expires_at.is_some())
}

fn selected(app: &App) -> Option<&Asked> {
    let at = app.approvals.list.selected(app.sight.approvals.len())?;
    app.sight.approvals.get(at)
}

/// Does what somebody wants here.
pub fn intend(app: &mut App, intent: Intent) -> Vec<Act> {
    let count = app.sight.approvals.len();
    let state = &mut app.approvals;
    match (intent, state.in_detail) {
        (Intent::Down, false) => state.list.step(1, count),
        (Intent::Up, false) => state.list.step(-1, count),
        (Intent::First, false) => state.list.select(0),
        (Intent::Last, false) => state.list.select(count.saturating_sub(1)),
        (Intent::Down, true) => state.scroll.step(1),
        (Intent::Up, true) => state.scroll.step(-1),
        (Intent::First, true) => state.scroll.first(),
        (Intent::Last, true) => state.scroll.last(),
        (Intent::PageDown, _) => state.scroll.page(1),
        (Intent::PageUp, _) => state.scroll.page(-1),
        (Intent::Pane | Intent::PaneBack, _) => state.in_detail = !state.in_detail,
        (Intent::Left, _) => state.in_detail = false,
        (Intent::Right, _) => state.in_detail = true,
        (intent, _) => {
            if let Some(asked) = selected(app).cloned() {
                return about_one(app, &asked, intent);
            }
        }
    }
    Vec::new()
}

/// The whole question as JSON, labels and judgement included.
fn whole(asked: &Asked) -> String {
    let data = json!({"run": asked.row.run, "question": asked.requested, "judged": asked.judged});
    format!("{data:#}\n")
}

fn about_one(app: &mut App, asked: &Asked, intent: Intent) -> Vec<Act> {
    match intent {
        Intent::Copy => {
            let args = ["approvals", "show", &asked.row.id].map(str::to_owned);
            vec![Act::Copy(line(&args))]
        }
        Intent::Edit => vec![Act::Edit {
            text: whole(asked),
            suffix: "json",
        }],
        Intent::Approve | Intent::ApproveForRun | Intent::Deny | Intent::Open => {
            // A whole line was meant, and its question is asked again before it counts.
            if !app.is_spoken() && app.approvals.is_deaf(&asked.row.id, app.now) {
                return Vec::new();
            }
            decide::decide(app, asked, intent)
        }
        _ => Vec::new(),
    }
}

/// Selects what is under the mouse.
pub fn click(app: &mut App, at: Position) -> Vec<Act> {
    let area = Rect::new(0, 0, app.size.width, app.size.height.saturating_sub(2));
    let count = app.sight.approvals.len();
    let [list, about] = detail::places(area, count);
    app.approvals.in_detail = about.contains(at);
    let inner = Block::bordered().inner(list);
    if inner.contains(at) {
        let each = detail::lines_each(area);
        let first = app.approvals.list.window(count, usize::from(inner.height) / each);
        let row = first + usize::from(at.y - inner.y) / each;
        if row < count {
            app.approvals.list.select(row);
        }
    }
    Vec::new()
}

/// What is said of it first.
pub fn heading(app: &App) -> Heading {
    match selected(app).filter(|_| app.approvals.in_detail) {
        Some(asked) => Heading {
            name: format!("Question {}", asked.row.id),
            rows: None,
        },
        None => Heading {
            name: Screen::Approvals.name().to_owned(),
            rows: Some(app.sight.approvals.len()),
        },
    }
}

/// Draws it.
pub fn draw(app: &App, theme: &Theme, area: Rect, frame: &mut Frame) {
    let asked = &app.sight.approvals;
    if asked.is_empty() {
        let block = pane("approvals", true, theme);
        let inner = block.inner(area);
        frame.render_widget(block, area);
        frame::said(frame, inner, "Nobody is asked anything.", theme.dim);
        return;
    }
    let [list, about] = if app.is_spoken() {
        detail::one(area, app.approvals.in_detail)
    } else {
        detail::places(area, asked.len())
    };
    queue(app, theme, list, detail::lines_each(area), frame);
    let Some(asked) = selected(app) else { return };
    let title = format!("question {}", asked.row.id);
    let block = pane(&title, app.approvals.in_detail, theme);
    let inner = block.inner(about);
    frame.render_widget(block, about);
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(1),
        ..inner
    };
    let lines = about::lines(app, asked, theme, usize::from(inner.width.saturating_sub(1)));
    app.approvals.scroll.draw(lines, theme, inner, frame);
}

fn queue(app: &App, theme: &Theme, area: Rect, each: usize, frame: &mut Frame) {
    let asked = &app.sight.approvals;
    let state = &app.approvals;
    let block = pane(&format!("approvals ({})", asked.len()), !state.in_detail, theme);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let each = if theme.is_spoken { 1 } else { each };
    let height = usize::from(inner.height) / each;
    let first = state.list.window(asked.len(), height);
    let selected = state.list.selected(asked.len());
    let width = usize::from(inner.width);
    let mut lines: Vec<Line> = Vec::new();
    for (row, asked) in asked.iter().enumerate().skip(first).take(height) {
        let is_here = selected == Some(row);
        let dim = if is_here { theme.selected } else { theme.dim };
        let step = asked.row.step.as_deref().unwrap_or("the whole run");
        let capsule = capsule(app, asked);
        let sign = if asked.requested.about.is_in_doubt() {
            theme.sign("⁇", "in doubt:")
        } else {
            theme.sign("?", "")
        };
        let style = if is_here { theme.selected } else { theme.text };
        if theme.is_spoken {
            let until = expiry(app, asked).map_or_else(String::new, |text| format!(", {text}"));
            let since = app.clock(asked.row.requested_at);
            let text = format!("{sign} {step} of {capsule}: {}, since {since}{until}", asked.row.prompt);
            lines.push(Line::styled(harmless(&text).replace('\n', " "), style));
            continue;
        }
        let what = format!(" {sign} {step} · {capsule}");
        let age = format!("{} ", app.clock(asked.row.requested_at));
        let own = [spread((what, theme.warn), (age, dim), width), {
            let until = expiry(app, asked).map_or_else(String::new, |text| format!("{text} "));
            let text = format!("   {} {}", asked.row.id, asked.row.prompt);
            spread((text, dim), (until, theme.warn), width)
        }];
        lines.extend(own.into_iter().take(each).map(|line| line.style(style)));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The name of the capsule whose run asks.
fn capsule<'a>(app: &'a App, asked: &Asked) -> &'a str {
    let runs = app.sight.runs.iter();
    let mut own = runs.filter(|listed| listed.row.id == asked.row.run);
    own.next().map_or("a run", |listed| listed.row.capsule.as_str())
}

/// How long it can still be answered, when that is limited.
fn expiry(app: &App, asked: &Asked) -> Option<String> {
    let left = asked.row.expires_at?.saturating_sub(app.now);
    Some(match left / 1_000 {
        _ if left <= 0 => "expired".to_owned(),
        seconds @ 0..60 => format!("{seconds} s left"),
        seconds @ 60..3_600 => format!("{} min left", seconds / 60),
        seconds @ 3_600..86_400 => format!("{} h left", seconds / 3_600),
        seconds => format!("{} d left", seconds / 86_400),
    })
}

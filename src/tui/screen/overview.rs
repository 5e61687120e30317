//! One sight of everything: lights, what goes on, what waits, what was spent.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::super::act::{Act, Answer};
use super::super::app::{App, Screen};
use super::super::flat::Heading;
use super::super::frame::{self, pane};
use super::super::keymap::Intent;
use super::super::list::List;
use super::super::theme::Theme;
use crate::sight::text::{cut, harmless, padded};

/// A check of `somagent doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Light {
    name: String,
    status: String,
    detail: String,
}

/// The check that says which deployment mode is in force, and where that comes from.
const MODE: &str = "mode";

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    lights: Vec<Light>,
    dark: Option<String>,
    list: List,
}

impl State {
    /// Takes what `somagent doctor` says.
    pub fn answered(&mut self, answer: Answer) {
        match answer {
            Ok(data) => {
                let text = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
                let checks = data["checks"].as_array().into_iter().flatten();
                self.lights = checks
                    .map(|check| Light {
                        name: text(check, "name"),
                        status: text(check, "status"),
                        detail: text(check, "detail"),
                    })
                    .collect();
                // What is wrong comes first, then how strictly the store is used.
                self.lights.sort_by_key(|light| {
                    let badness = match light.status.as_str() {
                        "ok" => 2,
                        "warn" => 1,
                        _ => 0,
                    };
                    (badness, light.name != MODE)
                });
                self.dark = None;
            }
            Err(refusal) => self.dark = Some(refusal.message),
        }
    }
}

/// Rows that can be opened: approvals first, then runs.
fn rows(app: &App) -> usize {
    app.sight.approvals.len().min(MOST) + app.sight.runs.len().min(MOST)
}

/// The most rows of each kind.
const MOST: usize = 50;

/// Does what somebody wants here.
pub fn intend(app: &mut App, intent: Intent) -> Vec<Act> {
    let count = rows(app);
    let list = &mut app.overview.list;
    match intent {
        Intent::Down => list.step(1, count),
        Intent::Up => list.step(-1, count),
        Intent::First => list.select(0),
        Intent::Last => list.select(count.saturating_sub(1)),
        Intent::Open => {
            let Some(at) = list.selected(count) else {
                return Vec::new();
            };
            let asked = app.sight.approvals.len().min(MOST);
            if at < asked {
                let id = app.sight.approvals[at].row.id.clone();
                return super::approvals::show(app, &id);
            }
            let run = app.sight.runs.get(at - asked).map(|listed| listed.row.id.clone());
            return run.map_or_else(Vec::new, |run| app.open_run(&run));
        }
        Intent::Start => app.go(Screen::Capsules),
        _ => {}
    }
    Vec::new()
}

/// What is said of it first.
pub fn heading(app: &App) -> Heading {
    Heading {
        name: Screen::Overview.name().to_owned(),
        rows: Some(rows(app)),
    }
}

/// Draws it.
pub fn draw(app: &App, theme: &Theme, area: Rect, frame: &mut Frame) {
    let is_wide = area.width >= 90 && !app.is_spoken();
    if is_wide {
        let [left, right] = Layout::horizontal([Constraint::Percentage(58), Constraint::Min(30)]).areas(area);
        let [lights, newest] = Layout::vertical([Constraint::Percentage(50), Constraint::Min(4)]).areas(right);
        work(app, theme, left, frame);
        draw_lights(app, theme, lights, frame);
        draw_newest(app, theme, newest, frame);
    } else {
        let lights = u16::try_from(app.overview.lights.len().max(1)).unwrap_or(0) + 2;
        let most = (area.height / 3).max(3);
        let [top, bottom] = Layout::vertical([Constraint::Min(6), Constraint::Length(lights.min(most))]).areas(area);
        work(app, theme, top, frame);
        draw_lights(app, theme, bottom, frame);
    }
}

/// What waits for somebody, and what runs.
fn work(app: &App, theme: &Theme, area: Rect, frame: &mut Frame) {
    let going = app
        .sight
        .runs
        .iter()
        .filter(|listed| listed.row.finished_at.is_none())
        .count();
    let title = match going {
        0 => "runs".to_owned(),
        going => format!("runs, {going} not over"),
    };
    let block = pane(&title, true, theme);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let count = rows(app);
    if count == 0 {
        let text = "Nothing has run yet.\n\nPress 4 for the capsules and start one.";
        frame::said(frame, inner, text, theme.dim);
        return;
    }
    let selected = app.overview.list.selected(count);
    let asked = app.sight.approvals.iter().take(MOST).map(|asked| {
        Line::from(vec![
            Span::styled(theme.sign(" ? ", "question: "), theme.warn),
            Span::styled(harmless(&asked.row.prompt).replace('\n', " "), theme.strong),
            Span::styled(format!("  {}", app.clock(asked.row.requested_at)), theme.dim),
        ])
    });
    // The name gives way: what is left is as wide in every row.
    let names = usize::from(inner.width).saturating_sub(40).clamp(8, 24);
    let runs = app.sight.runs.iter().take(MOST).map(|listed| {
        if theme.is_spoken {
            return Line::from(super::runs::spoken(app, listed));
        }
        let (sign, style) = theme.status(&listed.status);
        let steps = format!("{}/{}", listed.row.steps_settled, listed.row.steps_started);
        let at = listed.row.finished_at.unwrap_or(listed.row.started_at);
        Line::from(vec![
            Span::styled(format!(" {sign} {:<11} ", listed.status), style),
            Span::styled(format!("{} ", padded(&listed.row.capsule, names)), theme.text),
            Span::styled(format!("{steps:>7} steps  {}", app.clock(at)), theme.dim),
        ])
    });
    let height = usize::from(inner.height);
    let first = app.overview.list.window(count, height);
    let lines: Vec<Line> = asked
        .chain(runs)
        .enumerate()
        .skip(first)
        .take(height)
        .map(|(row, line)| {
            if selected != Some(row) {
                return line;
            }
            let rest = usize::from(inner.width).saturating_sub(line.width());
            let mut line = line.style(theme.selected);
            line.push_span(Span::raw(" ".repeat(if theme.is_spoken { 0 } else { rest })));
            line
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

fn draw_lights(app: &App, theme: &Theme, area: Rect, frame: &mut Frame) {
    let block = pane("lights", false, theme);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let state = &app.overview;
    if let Some(dark) = &state.dark {
        frame::said(frame, inner, dark, theme.bad);
        return;
    }
    if state.lights.is_empty() {
        frame::said(frame, inner, "looking …", theme.dim);
        return;
    }
    // Whoever listens hears what is wrong, in which mode everything is, and that the rest is as it should be.
    let is_told = |light: &&Light| !theme.is_spoken || light.status != "ok" || light.name == MODE;
    let names = state.lights.iter().map(|light| light.name.width()).max().unwrap_or(0);
    let details = usize::from(inner.width).saturating_sub(names + 4);
    let mut lines: Vec<Line> = state
        .lights
        .iter()
        .filter(is_told)
        .map(|light| {
            let (sign, style) = match light.status.as_str() {
                "ok" => (theme.sign("●", "ok:"), theme.good),
                "warn" => (theme.sign("▲", "warning:"), theme.warn),
                _ => (theme.sign("✗", "failed:"), theme.bad),
            };
            Line::from(vec![
                Span::styled(format!(" {sign} "), style),
                Span::styled(format!("{:<names$} ", light.name), theme.text),
                Span::styled(cut(&light.detail, details), theme.dim),
            ])
        })
        .collect();
    let untold = state.lights.len() - lines.len();
    if untold > 0 {
        let all = state.lights.len();
        lines.push(Line::from(format!(
            "ok: {untold} of {all} checks; `somagent doctor` names them"
        )));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

fn draw_newest(app: &App, theme: &Theme, area: Rect, frame: &mut Frame) {
    let block = pane("newest in the journal", false, theme);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let lines: Vec<Line> = app
        .sight
        .newest
        .iter()
        .take(usize::from(inner.height))
        .map(|event| {
            let header = event.header();
            Line::from(vec![
                Span::styled(format!(" {:>7} ", event.seq()), theme.dim),
                Span::styled(format!("{:<20} ", harmless(&header.kind)), theme.text),
                Span::styled(app.clock(event.at()), theme.dim),
            ])
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

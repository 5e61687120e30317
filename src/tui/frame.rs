//! The picture: tabs above, a line below, a screen between, and what lies over it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph, Wrap};
use unicode_width::UnicodeWidthStr;

use super::act::Act;
use super::app::{App, Screen, Store};
use super::screen::{approvals, capsules, overview, run, runs};
use super::theme::Theme;

/// Where the parts of the picture are.
fn parts(area: Rect) -> [Rect; 3] {
    Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)]).areas(area)
}

/// Draws everything.
pub fn draw(app: &App, frame: &mut Frame) {
    let theme = app.palette.theme();
    let [above, body, below] = parts(frame.area());
    let area = frame.area();
    frame.buffer_mut().set_style(area, theme.text);
    frame.render_widget(Paragraph::new(tabs(app, &theme).0), above);
    screen(app, &theme, body, frame);
    frame.render_widget(Paragraph::new(hints(app, &theme, below.width)), below);
    toasts(app, &theme, body, frame);
    for overlay in &app.overlays {
        overlay.draw(&theme, frame);
    }
}

/// Draws the screen that is seen, or why there is none.
pub fn screen(app: &App, theme: &Theme, body: Rect, frame: &mut Frame) {
    match (&app.store, app.screen()) {
        (_, Screen::Capsules) | (Store::Here, _) => match app.screen() {
            Screen::Overview => overview::draw(app, theme, body, frame),
            Screen::Runs => runs::draw(app, theme, body, frame),
            Screen::Run => run::draw(app, theme, body, frame),
            Screen::Approvals => approvals::draw(app, theme, body, frame),
            Screen::Capsules => capsules::draw(app, theme, body, frame),
        },
        (Store::Loading, _) => said(frame, body, "reading the store …", theme.dim),
        (Store::Nothing, _) => said(
            frame,
            body,
            "There is no store yet.\n\nPress 4 for the capsules and start one: the first run sets everything up.",
            theme.text,
        ),
        (Store::Unreadable(why), _) => {
            let text = format!("The store cannot be read.\n\n{why}\n\n`somagent doctor` says what would help.");
            said(frame, body, &text, theme.bad);
        }
    }
}

/// The tabs, and where each begins and ends.
fn tabs(app: &App, theme: &Theme) -> (Line<'static>, Vec<(u16, u16)>) {
    let is_narrow = app.size.width < 60;
    let name = if is_narrow { "" } else { " somagent " };
    let mut spans = vec![Span::styled(name, theme.strong)];
    let mut places = Vec::new();
    let mut at = u16::try_from(name.width()).unwrap_or(0);
    for (index, screen) in Screen::TABS.iter().enumerate() {
        let is_here = app.screen() == *screen || (*screen == Screen::Runs && app.screen() == Screen::Run);
        let count = match screen {
            Screen::Approvals if !app.sight.approvals.is_empty() && is_narrow => {
                format!(" {}", app.sight.approvals.len())
            }
            Screen::Approvals if !app.sight.approvals.is_empty() => format!(" ({})", app.sight.approvals.len()),
            _ => String::new(),
        };
        let name = if is_narrow { screen.short() } else { screen.name() };
        let text = format!(" {} {name}{count} ", index + 1);
        let style = match (is_here, count.is_empty()) {
            (true, _) => theme.selected,
            (false, false) => theme.warn,
            (false, true) => theme.dim,
        };
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
        places.push((at, at + width));
        at += width;
        spans.push(Span::styled(text, style));
    }
    if app.going > 0 {
        spans.push(Span::styled("  …", theme.accent));
    }
    (Line::from(spans), places)
}

/// The keys that matter most here.
fn hints(app: &App, theme: &Theme, width: u16) -> Line<'static> {
    let of_screen: &[(&str, &str)] = match app.screen() {
        Screen::Overview => &[("enter", "open")],
        Screen::Runs => &[
            ("enter", "open"),
            ("/", "filter"),
            ("r", "resume"),
            ("x", "cancel"),
            ("R", "retry"),
        ],
        Screen::Run
            if app
                .sight
                .opened
                .as_ref()
                .is_some_and(|opened| opened.row.finished_at.is_some()) =>
        {
            &[
                ("tab", "pane"),
                ("]", "tab"),
                ("R", "retry the step"),
                ("F", "fork"),
                ("d", "diff"),
                ("e", "whole"),
                ("y", "copy"),
            ]
        }
        Screen::Run => &[
            ("tab", "pane"),
            ("]", "tab"),
            ("f", "follow"),
            ("a", "answer"),
            ("p", "pause"),
            ("r", "resume"),
            ("x", "cancel"),
            ("y", "copy"),
        ],
        Screen::Approvals => &[
            ("a", "approve"),
            ("s", "for this run"),
            ("n", "deny"),
            ("enter", "answer"),
            ("tab", "detail"),
            ("y", "copy"),
            ("e", "whole"),
        ],
        Screen::Capsules => &[("n", "start"), ("]", "tab"), ("enter", "detail"), ("y", "copy")],
    };
    let anywhere = [(":", "commands"), ("?", "help"), ("q", "quit")];
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for (key, says) in of_screen.iter().chain(&anywhere) {
        let next = key.width() + says.width() + 3;
        if used + next > usize::from(width) {
            break;
        }
        used += next;
        spans.push(Span::styled((*key).to_owned(), theme.accent));
        spans.push(Span::styled(format!(" {says}  "), theme.dim));
    }
    Line::from(spans)
}

fn toasts(app: &App, theme: &Theme, body: Rect, frame: &mut Frame) {
    let mut below = body.bottom();
    for toast in app.toasts.iter().rev() {
        let most = body.width.saturating_sub(4).min(70);
        let inner = usize::from(most.saturating_sub(4)).max(1);
        let lines = toast.text.width().div_ceil(inner).clamp(1, 4);
        let height = u16::try_from(lines).unwrap_or(1) + 2;
        let width = u16::try_from(toast.text.width() + 4).unwrap_or(most).min(most);
        let Some(top) = below.checked_sub(height).filter(|top| *top >= body.y) else {
            return;
        };
        let area = Rect::new(body.right().saturating_sub(width + 1), top, width, height);
        below = top;
        let style = if toast.is_bad { theme.bad } else { theme.accent };
        frame.render_widget(Clear, area);
        let block = Block::bordered().border_type(BorderType::Rounded).border_style(style);
        let text = crate::sight::text::harmless(&toast.text).into_owned();
        frame.render_widget(
            Paragraph::new(format!(" {text} "))
                .wrap(Wrap { trim: true })
                .block(block),
            area,
        );
    }
}

/// A pane with its title; the edge says whether the keys are about it.
pub fn pane(title: &str, is_focused: bool, theme: &Theme) -> Block<'static> {
    let style = if is_focused { theme.focus } else { theme.border };
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(style)
        .title(Span::styled(
            format!(" {title} "),
            if is_focused { theme.strong } else { theme.dim },
        ))
}

/// A few words in the middle of an empty area.
pub fn said(frame: &mut Frame, area: Rect, text: &str, style: Style) {
    let width = area.width.saturating_sub(4).min(72);
    let lines: usize = text
        .lines()
        .map(|line| line.width().div_ceil(usize::from(width).max(1)).max(1))
        .sum();
    let height = u16::try_from(lines).unwrap_or(u16::MAX).min(area.height);
    let middle = Rect::new(
        area.x + (area.width.saturating_sub(width)) / 2,
        area.y + (area.height - height) / 3,
        width,
        height,
    );
    let text = crate::sight::text::harmless(text).into_owned();
    frame.render_widget(Paragraph::new(text).style(style).wrap(Wrap { trim: false }), middle);
}

/// A box in the middle of the screen, cleared.
pub fn middle(frame: &mut Frame, width: u16, height: u16) -> Rect {
    let area = frame.area();
    let (width, height) = (width.min(area.width), height.min(area.height));
    let middle = Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    );
    frame.render_widget(Clear, middle);
    middle
}

/// What a click means: a tab, or a row of the screen.
pub fn click(app: &mut App, column: u16, row: u16) -> Vec<Act> {
    let [above, body, _] = parts(Rect::new(0, 0, app.size.width, app.size.height));
    let at = Position::new(column, row);
    if above.contains(at) {
        let (_, places) = tabs(app, &app.palette.theme());
        let hit = places.iter().position(|(from, to)| (*from..*to).contains(&column));
        return hit.map_or_else(Vec::new, |screen| app.intend(super::keymap::Intent::Screen(screen)));
    }
    if !body.contains(at) {
        return Vec::new();
    }
    let inside = Position::new(column - body.x, row - body.y);
    match app.screen() {
        Screen::Overview => Vec::new(),
        Screen::Runs => runs::click(app, inside),
        Screen::Run => run::click(app, body, at),
        Screen::Approvals => approvals::click(app, inside),
        Screen::Capsules => capsules::click(app, inside),
    }
}

//! Questions to people.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::super::act::{Act, Deed};
use super::super::app::{App, Screen};
use super::super::frame::{self, pane};
use super::super::keymap::Intent;
use super::super::list::List;
use super::super::theme::Theme;
use crate::sight::text::harmless;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    list: List,
}

/// Goes to a question.
pub fn show(app: &mut App, id: &str) -> Vec<Act> {
    if let Some(at) = app.sight.approvals.iter().position(|asked| asked.row.id == id) {
        app.approvals.list.select(at);
    }
    app.go(Screen::Approvals);
    Vec::new()
}

/// Does what somebody wants here.
pub fn intend(app: &mut App, intent: Intent) -> Vec<Act> {
    let count = app.sight.approvals.len();
    match intent {
        Intent::Down => app.approvals.list.step(1, count),
        Intent::Up => app.approvals.list.step(-1, count),
        Intent::Approve => {
            let Some(at) = app.approvals.list.selected(count) else {
                return Vec::new();
            };
            let id = app.sight.approvals[at].row.id.clone();
            return app.begin(Deed::new(&["approvals", "approve", &id], "approved"));
        }
        _ => {}
    }
    Vec::new()
}

/// Selects what is under the mouse.
pub fn click(_: &mut App, _: Position) -> Vec<Act> {
    Vec::new()
}

/// Draws it.
pub fn draw(app: &App, theme: &Theme, area: Rect, frame: &mut Frame) {
    let block = pane("approvals", true, theme);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if app.sight.approvals.is_empty() {
        frame::said(frame, inner, "Nobody is asked anything.", theme.dim);
        return;
    }
    let lines: Vec<Line> = app
        .sight
        .approvals
        .iter()
        .map(|asked| Line::from(harmless(&asked.row.prompt).into_owned()))
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

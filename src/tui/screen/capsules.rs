//! What can be run.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::super::act::{Act, Answer, Topic};
use super::super::app::{App, Screen};
use super::super::frame::{self, pane};
use super::super::keymap::Intent;
use super::super::list::List;
use super::super::theme::Theme;
use crate::sight::text::harmless;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    names: Vec<String>,
    list: List,
}

impl State {
    /// The names of all capsules.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

/// Goes to a capsule.
pub fn show(app: &mut App, name: &str) -> Vec<Act> {
    if let Some(at) = app.capsules.names.iter().position(|known| known == name) {
        app.capsules.list.select(at);
    }
    app.go(Screen::Capsules);
    Vec::new()
}

/// Takes what a command line says.
pub fn answered(app: &mut App, topic: Topic, answer: Answer) -> Vec<Act> {
    if let (Topic::Capsules, Ok(data)) = (topic, answer) {
        let rows = data.as_array().into_iter().flatten();
        app.capsules.names = rows.filter_map(|row| row["name"].as_str().map(str::to_owned)).collect();
    }
    Vec::new()
}

/// Does what somebody wants here.
pub fn intend(app: &mut App, intent: Intent) -> Vec<Act> {
    let count = app.capsules.names.len();
    match intent {
        Intent::Down => app.capsules.list.step(1, count),
        Intent::Up => app.capsules.list.step(-1, count),
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
    let block = pane("capsules", true, theme);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    if app.capsules.names.is_empty() {
        frame::said(frame, inner, "reading …", theme.dim);
        return;
    }
    let lines: Vec<Line> = app
        .capsules
        .names()
        .map(|name| Line::from(harmless(name).into_owned()))
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

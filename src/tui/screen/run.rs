//! One run.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::act::{Act, Answer};
use super::super::app::App;
use super::super::frame::{self, pane};
use super::super::keymap::Intent;
use super::super::list::List;
use super::super::theme::Theme;
use super::runs::control;
use crate::sight::step::Sign;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    run: String,
    list: List,
}

impl State {
    /// Another run is opened.
    pub fn open(&mut self, run: &str) {
        *self = Self {
            run: run.to_owned(),
            ..Self::default()
        };
    }

    /// Takes a difference.
    pub fn answered(&mut self, _: Answer) {}
}

/// Does what somebody wants here.
pub fn intend(app: &mut App, intent: Intent) -> Vec<Act> {
    let Some(opened) = app.sight.opened.clone() else {
        return Vec::new();
    };
    let count = opened.run.capsule().steps().len();
    match intent {
        Intent::Down => app.run.list.step(1, count),
        Intent::Up => app.run.list.step(-1, count),
        intent => return control(app, &opened.row.id, &opened.status, intent),
    }
    Vec::new()
}

/// Selects what is under the mouse.
pub fn click(_: &mut App, _: Rect, _: Position) -> Vec<Act> {
    Vec::new()
}

/// Draws it.
pub fn draw(app: &App, theme: &Theme, area: Rect, frame: &mut Frame) {
    let Some(opened) = &app.sight.opened else {
        let text = app
            .sight
            .unopened
            .clone()
            .unwrap_or_else(|| format!("opening {} …", app.run.run));
        frame::said(frame, area, &text, theme.dim);
        return;
    };
    let block = pane(&opened.row.capsule, true, theme);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let lines: Vec<Line> = opened
        .run
        .capsule()
        .steps()
        .iter()
        .filter_map(|step| {
            let sign = Sign::of(&opened.run, &step.name)?;
            let (mark, style) = theme.step(&sign);
            Some(Line::from(vec![
                Span::styled(format!(" {mark} "), style),
                Span::raw(step.name.clone()),
                Span::styled(format!("  {sign}"), theme.dim),
            ]))
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

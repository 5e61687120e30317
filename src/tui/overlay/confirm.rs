//! Whether something is meant.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::act::Deed;
use super::super::app::App;
use super::super::frame;
use super::super::theme::Theme;
use super::Verdict;
use crate::sight::text::wrapped;

/// A question with yes and no; nothing but `y` is yes.
#[derive(Debug)]
pub struct Confirm {
    /// What is asked.
    pub text: String,
    /// What is done then.
    pub deed: Deed,
    /// When it opened.
    pub opened: i64,
}

impl Confirm {
    pub(super) fn key(&mut self, key: KeyEvent, app: &mut App) -> Verdict {
        match key.code {
            KeyCode::Char('y') => Verdict::Close(app.at_once(self.deed.clone())),
            KeyCode::Char('n' | 'q') => Verdict::Close(Vec::new()),
            _ => Verdict::Stay,
        }
    }

    pub(super) fn spoken(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.text.lines().map(str::to_owned).collect();
        lines.extend(self.deed.spoken());
        lines.push("yes does it, anything else does not.".to_owned());
        lines
    }

    /// Nothing but the whole word is yes.
    pub(super) fn hear(&self, line: &str, app: &mut App) -> Verdict {
        if line.trim() == "yes" {
            return Verdict::Close(app.at_once(self.deed.clone()));
        }
        app.toast("Nothing was done.", false);
        Verdict::Close(Vec::new())
    }

    pub(super) fn draw(&self, theme: &Theme, frame: &mut Frame) {
        let width = frame.area().width.min(64);
        let inner = usize::from(width.saturating_sub(4));
        let with = |text: &str, style| {
            let lines = wrapped(text, inner).into_iter();
            lines.map(move |line| Line::styled(format!(" {line}"), style))
        };
        let mut lines: Vec<Line> = with(&self.text, theme.text).collect();
        lines.push(Line::default());
        lines.extend(with(&self.deed.line(), theme.dim));
        // The answer is always seen, however long the rest is.
        let most = usize::from(frame.area().height.saturating_sub(4));
        lines.truncate(most);
        lines.push(Line::default());
        lines.push(Line::from(vec![
            Span::styled(" y", theme.accent),
            Span::raw(" yes   "),
            Span::styled("n", theme.accent),
            Span::raw(" no"),
        ]));
        let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX);
        let area = frame::middle(frame, width, height);
        frame.render_widget(Paragraph::new(lines).block(frame::pane("sure?", true, theme)), area);
    }
}

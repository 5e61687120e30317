//! Whether something is meant.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::super::act::Deed;
use super::super::app::App;
use super::super::frame;
use super::super::theme::Theme;
use super::Verdict;

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
            KeyCode::Char('y') => Verdict::Close(app.begin(self.deed.clone())),
            KeyCode::Char('n' | 'q') => Verdict::Close(Vec::new()),
            _ => Verdict::Stay,
        }
    }

    pub(super) fn draw(&self, theme: &Theme, frame: &mut Frame) {
        let area = frame::middle(frame, 64, 8);
        let lines = vec![
            Line::styled(self.text.clone(), theme.text),
            Line::default(),
            Line::styled(self.deed.line(), theme.dim),
            Line::default(),
            Line::from(vec![
                Span::styled("y", theme.accent),
                Span::raw(" yes   "),
                Span::styled("n", theme.accent),
                Span::raw(" no"),
            ]),
        ];
        let shown = Paragraph::new(lines).wrap(Wrap { trim: false });
        frame.render_widget(shown.block(frame::pane("sure?", true, theme)), area);
    }
}

//! Every key, from the key map.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::frame;
use super::super::keymap::{BINDINGS, Binding, Place};
use super::super::theme::Theme;
use super::Verdict;

/// The help of a place.
#[derive(Debug)]
pub struct Help {
    place: Place,
    first: u16,
}

impl Help {
    /// Opens at its first line.
    pub fn new(place: Place) -> Self {
        Self { place, first: 0 }
    }

    pub(super) fn key(&mut self, key: KeyEvent) -> Verdict {
        match key.code {
            KeyCode::Down | KeyCode::Char('j') => self.first += 1,
            KeyCode::Up | KeyCode::Char('k') => self.first = self.first.saturating_sub(1),
            KeyCode::PageDown => self.first += 10,
            KeyCode::PageUp => self.first = self.first.saturating_sub(10),
            _ => return Verdict::Close(Vec::new()),
        }
        Verdict::Stay
    }

    pub(super) fn draw(&self, theme: &Theme, frame: &mut Frame) {
        let mut lines = Vec::new();
        let own: Vec<&Binding> = BINDINGS.iter().filter(|binding| binding.place == self.place).collect();
        let everywhere: Vec<&Binding> = BINDINGS
            .iter()
            .filter(|binding| binding.place == Place::Anywhere)
            .collect();
        let parts = [("on this screen", own), ("everywhere", everywhere)];
        for (title, bindings) in parts {
            if bindings.is_empty() || (title == "on this screen" && self.place == Place::Anywhere) {
                continue;
            }
            lines.push(Line::styled(title, theme.strong));
            for binding in bindings {
                let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
                lines.push(Line::from(vec![
                    Span::styled(format!("  {:<14}", keys.join(" ")), theme.accent),
                    Span::styled(binding.says, theme.text),
                ]));
            }
            lines.push(Line::default());
        }
        lines.push(Line::styled(
            "For a question: a is yes, n is no; enter never decides.",
            theme.dim,
        ));
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
        let area = frame::middle(frame, 62, height.min(frame.area().height));
        let most = height.saturating_sub(area.height);
        let block = frame::pane("keys", true, theme);
        let shown = Paragraph::new(lines).block(block).scroll((self.first.min(most), 0));
        frame.render_widget(shown, area);
    }
}

//! The dashboard without a terminal: messages in, state and pictures out.

mod frame;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use super::act::Act;
use super::app::{App, Msg};
use super::theme::Palette;
use super::watch::{Seen, Sight};

/// When everything happens: 2026-11-21T09:30:00Z.
pub const NOW: i64 = 1_795_253_400_000;

/// A dashboard of this size that has seen `sight`.
pub fn app(width: u16, height: u16, sight: Sight) -> App {
    let mut app = App::new(Palette::Dark, NOW, Size { width, height });
    app.update(Msg::Seen(Box::new(Seen::Store(sight))));
    app
}

/// Presses a key, a while after whatever was before.
pub fn press(app: &mut App, code: KeyCode) -> Vec<Act> {
    app.update(Msg::Tick(app.now + 1_000));
    app.update(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
}

/// Presses the keys of a text.
pub fn type_in(app: &mut App, text: &str) -> Vec<Act> {
    text.chars()
        .flat_map(|letter| press(app, KeyCode::Char(letter)))
        .collect()
}

/// The picture, without colours.
pub fn picture(app: &App) -> String {
    let Size { width, height } = app.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| super::frame::draw(app, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let lines = (0..height).map(|y| {
        let cells = (0..width).map(|x| buffer[(x, y)].symbol());
        cells.collect::<String>().trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

//! The dashboard without an edge: what comes in, what it wants done, and what is seen.

mod approvals;
mod capsules;
mod flat;
mod frame;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use super::act::{Act, Deed};
use super::app::{App, Msg, Screen};
use super::theme::Palette;

/// The time at which everything happens, in milliseconds since 1970 UTC.
const NOW: i64 = 1_795_253_400_000;

fn app(width: u16, height: u16, screen: Screen) -> App {
    let mut app = App::new(Palette::Mono, NOW, Size { width, height });
    app.go(screen);
    app
}

fn press(app: &mut App, code: KeyCode) -> Vec<Act> {
    app.update(Msg::Key(code.into()))
}

fn letter(app: &mut App, letter: char) -> Vec<Act> {
    press(app, KeyCode::Char(letter))
}

fn held(app: &mut App, letter: char) -> Vec<Act> {
    app.update(Msg::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)))
}

fn typed(app: &mut App, text: &str) {
    for one in text.chars() {
        assert_eq!(letter(app, one), []);
    }
}

/// Lets a second go by, after which no key is ignored.
fn later(app: &mut App) {
    app.update(Msg::Tick(app.now + 1_000));
}

fn click(app: &mut App, column: u16, row: u16) -> Vec<Act> {
    app.update(Msg::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }))
}

/// The command lines of `acts` and of what follows each, in order.
fn lines(acts: &[Act]) -> Vec<String> {
    let mut lines = Vec::new();
    for act in acts {
        match act {
            Act::Do(deed) => {
                lines.push(deed.line());
                lines.extend(self::lines(&deed.then));
            }
            Act::Ask(ask) => lines.push(format!("asks {}", super::act::line(&ask.args))),
            other => lines.push(format!("{other:?}")),
        }
    }
    lines
}

fn deed(acts: &[Act]) -> Deed {
    match acts {
        [Act::Do(deed)] => deed.clone(),
        other => panic!("{other:?}"),
    }
}

/// What is seen, without the spaces at the ends of lines.
fn drawn(app: &App) -> String {
    let mut terminal = Terminal::new(TestBackend::new(app.size.width, app.size.height)).unwrap();
    terminal.draw(|frame| super::frame::draw(app, frame)).unwrap();
    let buffer = terminal.backend().buffer().clone();
    let rows = (0..buffer.area.height).map(|y| {
        let mut row = String::new();
        let mut x = 0;
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            row.push_str(symbol);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol).max(1)).unwrap();
        }
        row.trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}

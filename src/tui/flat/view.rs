//! What is there now, as lines: the same screens as elsewhere, drawn off the terminal and read row by row.

use std::io;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::super::app::App;
use super::super::frame;
use super::super::overlay::Overlay;
use super::super::screen::{Screen, approvals, capsules, overview, run, runs};
use super::changes::Line;

/// The size that screens are drawn in: hardly anything a person would hear is cut or broken, and few lists are longer.
pub const SIZE: Size = Size {
    width: 200,
    height: 200,
};

/// What a screen is called where its name stands for its tabs and edges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heading {
    /// What is looked at; another name is another place.
    pub name: String,
    /// How many rows the list has, when it is one.
    pub rows: Option<usize>,
}

/// A place and what is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub heading: Heading,
    /// What is there, line by line.
    pub lines: Vec<Line>,
    /// Whether it lies over a screen.
    pub is_overlay: bool,
}

impl View {
    /// Whether something is still to come that was asked for.
    pub fn is_pending(&self) -> bool {
        self.lines.iter().any(|line| line.text.ends_with(" …"))
    }

    /// What it is called, with how much there is of it.
    pub fn title(&self) -> String {
        let rows = match self.heading.rows {
            None | Some(0) => String::new(),
            Some(1) => ", 1 row".to_owned(),
            Some(rows) => format!(", {rows} rows"),
        };
        format!("{}{rows}", self.heading.name)
    }

    /// All of it as it is said.
    pub fn whole(&self) -> Vec<String> {
        let lines = self.lines.iter().map(Line::said);
        std::iter::once(self.title()).chain(lines).collect()
    }
}

/// What screens are drawn on.
pub struct Canvas(Terminal<TestBackend>);

impl Canvas {
    /// An empty one.
    pub fn new() -> Self {
        // Memory never refuses.
        let Ok(terminal) = Terminal::new(TestBackend::new(SIZE.width, SIZE.height));
        Self(terminal)
    }

    /// What is there now.
    pub fn view(&mut self, app: &App) -> io::Result<View> {
        if let Some(overlay) = app.overlays.last() {
            return Ok(of_overlay(overlay, app));
        }
        let heading = heading(app);
        let Ok(drawn) = self
            .0
            .draw(|frame| frame::screen(app, &app.palette.theme(), frame.area(), frame));
        let mut lines = read(drawn.buffer, heading.rows.is_some());
        if app.screen() != Screen::Overview {
            // There is one pane, and its name is said already.
            lines.retain(|row| !row.is_edge);
        }
        Ok(View {
            heading,
            lines: lines.into_iter().map(|row| row.line).collect(),
            is_overlay: false,
        })
    }
}

fn of_overlay(overlay: &Overlay, app: &App) -> View {
    let lines = overlay.spoken(&app.palette.theme()).into_iter();
    View {
        heading: Heading {
            name: overlay.place(),
            rows: None,
        },
        lines: lines
            .map(|text| Line {
                text,
                is_selected: false,
            })
            .collect(),
        is_overlay: true,
    }
}

fn heading(app: &App) -> Heading {
    match app.screen() {
        Screen::Overview => overview::heading(app),
        Screen::Runs => runs::heading(app),
        Screen::Run => run::heading(app),
        Screen::Approvals => approvals::heading(app),
        Screen::Capsules => capsules::heading(app),
    }
}

/// A row that says something.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// What it says.
    pub line: Line,
    /// Whether it is the upper edge of a pane.
    pub is_edge: bool,
}

/// The rows of a picture that say something; in a list, columns are parted by commas.
pub fn read(buffer: &Buffer, is_list: bool) -> Vec<Row> {
    let mut rows: Vec<Row> = (0..buffer.area.height)
        .filter_map(|y| {
            let (mut text, mut x) = (String::new(), 0);
            let mut is_selected = false;
            while x < buffer.area.width {
                let cell = &buffer[(x, y)];
                text.push_str(cell.symbol());
                is_selected |= cell.modifier.contains(Modifier::REVERSED) && cell.symbol() != " ";
                x += u16::try_from(cell.symbol().width().max(1)).unwrap_or(1);
            }
            let is_edge = text.trim_start().starts_with('╭');
            let text = flat(&text, is_list);
            (!text.is_empty()).then_some(Row {
                line: Line { text, is_selected },
                is_edge,
            })
        })
        .collect();
    let last = buffer.area.width.saturating_sub(1);
    // The bar of a pane that holds more than there is room for.
    if (0..buffer.area.height).any(|y| buffer[(last, y)].symbol() == "┃") {
        rows.push(Row {
            line: Line {
                text: "There is more: pgdn goes on, pgup goes back.".to_owned(),
                is_selected: false,
            },
            is_edge: false,
        });
    }
    rows
}

/// A row without what is drawn, and with one blank between words.
fn flat(row: &str, is_list: bool) -> String {
    let is_drawn = |letter: char| matches!(letter, '\u{2500}'..='\u{259f}');
    let row = row.replace(is_drawn, " ");
    let columns = row.split("  ").map(str::trim).filter(|column| !column.is_empty());
    let mut said = String::new();
    for column in columns {
        // What ends with a sign of its own needs no comma.
        let is_open = said.ends_with(|letter: char| letter.is_alphanumeric() || letter == ')');
        let between = if is_list && is_open { ", " } else { " " };
        if !said.is_empty() {
            said.push_str(between);
        }
        said.push_str(column);
    }
    said
}

//! A list with what is selected in it beside it: the places of both, and lines that are read by scrolling.

use std::cell::Cell;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::theme::Theme;
use crate::sight::text::{cut, padded, wrapped};

/// From this width on, the list stands beside the detail and not above it.
const BESIDE: u16 = 72;

/// The place of a list of `count` entries and that of the detail.
pub fn places(area: Rect, count: usize) -> [Rect; 2] {
    if area.width >= BESIDE {
        let list = (area.width / 3).clamp(26, 56);
        return Layout::horizontal([Constraint::Length(list), Constraint::Min(1)]).areas(area);
    }
    let wanted = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(2);
    let list = wanted.min((area.height / 3).max(3));
    Layout::vertical([Constraint::Length(list), Constraint::Min(1)]).areas(area)
}

/// The place of a list or that of the detail, when only one of them is there at a time.
pub fn one(area: Rect, is_detail: bool) -> [Rect; 2] {
    if is_detail {
        [Rect::default(), area]
    } else {
        [area, Rect::default()]
    }
}

/// How many lines an entry of the list has: two where it stands beside the detail.
pub fn lines_each(area: Rect) -> usize {
    if area.width >= BESIDE { 2 } else { 1 }
}

/// How far lines are scrolled.
///
/// The end is known only when they are drawn; what goes beyond it is taken back then.
#[derive(Debug, Clone, Default)]
pub struct Scroll {
    first: Cell<usize>,
    height: Cell<usize>,
}

impl Scroll {
    /// Goes on by `by` lines.
    pub fn step(&mut self, by: isize) {
        self.first.set(self.first.get().saturating_add_signed(by));
    }

    /// Goes on by pages.
    pub fn page(&mut self, by: isize) {
        let page = self.height.get().saturating_sub(1).max(1);
        self.step(isize::try_from(page).unwrap_or(1).saturating_mul(by));
    }

    /// To the first line.
    pub fn first(&mut self) {
        self.first.set(0);
    }

    /// To the last line.
    pub fn last(&mut self) {
        self.first.set(usize::MAX);
    }

    /// Draws the lines that are seen, and beside them how much there is.
    pub fn draw(&self, lines: Vec<Line<'_>>, theme: &Theme, area: Rect, frame: &mut Frame) {
        let height = usize::from(area.height);
        let count = lines.len();
        let first = self.first.get().min(count.saturating_sub(height));
        self.first.set(first);
        self.height.set(height);
        let seen: Vec<Line> = lines.into_iter().skip(first).take(height).collect();
        frame.render_widget(Paragraph::new(seen), area);
        if count <= height || height == 0 {
            return;
        }
        // The edge of the pane is its bar.
        let length = (height * height / count).max(1);
        let from = (height - length) * first / (count - height);
        for row in from..from + length {
            let y = area.y + u16::try_from(row).unwrap_or(0);
            let at = Rect::new(area.right(), y, 1, 1).intersection(frame.area());
            frame.render_widget(Paragraph::new("┃").style(theme.accent), at);
        }
    }
}

/// `left`, and `right` at the end of `width` columns; the right one stays whole.
pub fn spread(left: (String, Style), right: (String, Style), width: usize) -> Line<'static> {
    let most = width.saturating_sub(right.0.width() + 1);
    Line::from(vec![
        Span::styled(padded(&left.0, most), left.1),
        Span::raw(" "),
        Span::styled(right.0, right.1),
    ])
}

/// `name` in a column of its own, and what belongs to it beside it, in as many lines as it needs.
pub fn fact(name: &str, text: &str, style: Style, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    const NAME: usize = 11;
    let lines = wrapped(text, width.saturating_sub(NAME));
    let with_name = |(row, line): (usize, String)| {
        let name = if row == 0 { theme.named(name) } else { String::new() };
        Line::from(vec![
            Span::styled(padded(&name, NAME), theme.dim),
            Span::styled(line, style),
        ])
    };
    lines.into_iter().enumerate().map(with_name).collect()
}

/// Columns as wide as what stands in them, but for the last, which takes the rest of `width`.
pub fn columns(rows: &[Vec<(String, Style)>], width: usize) -> Vec<Line<'static>> {
    const MOST: usize = 28;
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|(text, _)| text.width()).max().unwrap_or(0).min(MOST)
    };
    let widths: Vec<usize> = (0..count).map(widest).collect();
    let line = |row: &Vec<(String, Style)>| {
        let mut left = width;
        let mut spans = Vec::new();
        for (column, (text, style)) in row.iter().enumerate() {
            let is_last = column + 1 == count;
            let own = if is_last { left } else { widths[column].min(left) };
            let text = if is_last {
                cut(text, own)
            } else {
                padded(text, own) + "  "
            };
            left = left.saturating_sub(own + 2);
            spans.push(Span::styled(text, *style));
        }
        Line::from(spans)
    };
    rows.iter().map(line).collect()
}

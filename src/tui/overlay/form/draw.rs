//! The picture of a form.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};
use unicode_width::UnicodeWidthStr;

use super::super::super::act::Answer;
use super::super::super::frame;
use super::super::super::screen::capsules::forecast;
use super::super::super::theme::{Palette, Theme};
use super::{Form, Purpose, Rehearsed};
use crate::sight::text::{cut, padded, wrapped};

/// Rows of a field: its value and what it is.
const ROWS: u16 = 2;

/// From this width on, a name stands beside its value and not above it.
const BESIDE: u16 = 56;

/// Below this height, only what is needed is drawn.
const TIGHT: u16 = 18;

/// Where the parts of a form are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    whole: Rect,
    lead: Rect,
    pub(super) fields: Rect,
    below: Rect,
}

impl Form {
    /// Where the parts are on a screen of this size.
    pub(super) fn places(&self, screen: Rect) -> Places {
        let width = screen.width.min(88);
        let inner = usize::from(width.saturating_sub(4));
        let is_tight = screen.height < TIGHT;
        let rows = |lines: usize, most: usize| u16::try_from(lines.min(most)).unwrap_or(u16::MAX);
        let lead = rows(wrapped(&self.lead, inner).len(), if is_tight { 1 } else { 6 });
        let below = rows(self.below(inner, is_tight).len(), usize::from(screen.height) / 2);
        let gap = u16::from(!is_tight);
        let fields = match &self.rehearsed {
            Some(rehearsed) => rows(rehearsed.told.as_ref().map_or(5, |told| foreseen(told, inner)), 100),
            None => rows(self.entries.len().max(1), 40) * ROWS,
        };
        let wanted = lead + gap + fields + gap + below + 2;
        let wanted = if self.rehearsed.is_some() {
            wanted.max(24)
        } else {
            wanted
        };
        let height = wanted.min(screen.height);
        let whole = Rect::new(
            screen.x + (screen.width - width) / 2,
            screen.y + (screen.height - height) / 2,
            width,
            height,
        );
        let (x, width) = (whole.x + 2, whole.width.saturating_sub(4));
        let lead = Rect::new(x, whole.y + 1, width, lead);
        let last = whole.bottom().saturating_sub(1);
        let below = Rect::new(x, last.saturating_sub(below), width, below);
        let top = lead.bottom() + gap;
        Places {
            whole,
            lead,
            fields: Rect::new(x, top, width, (below.y.saturating_sub(gap)).saturating_sub(top)),
            below,
        }
    }

    /// The fields that are seen, each with its place; the one that is written in is always among them.
    pub(super) fn seen(&self, area: Rect) -> impl Iterator<Item = (usize, Rect)> {
        let most = usize::from(area.height / ROWS).max(1);
        let first = (self.at + 1).saturating_sub(most);
        let last = self.entries.len().min(first + most);
        (first..last).map(move |index| {
            let row = u16::try_from(index - first).unwrap_or(0) * ROWS;
            let place = Rect::new(area.x, area.y + row, area.width, ROWS);
            (index, place.intersection(area))
        })
    }

    /// What stands below the fields: the command line, what is wrong, and the keys; without styles.
    fn below(&self, width: usize, is_tight: bool) -> Vec<Below> {
        let mut lines = Vec::new();
        let command = wrapped(&self.deed().line(), width);
        let most = if is_tight { 1 } else { 3 };
        let is_long = command.len() > most;
        for (row, text) in command.into_iter().take(most).enumerate() {
            let is_cut = is_long && row + 1 == most;
            lines.push(Below::Command(if is_cut {
                cut(&format!("{text} …"), width)
            } else {
                text
            }));
        }
        if self.sent.is_some() {
            lines.push(Below::Going("waiting for it to begin …"));
        }
        if let Some(wrong) = &self.wrong {
            let most = if is_tight { 2 } else { 4 };
            lines.extend(wrapped(wrong, width).into_iter().take(most).map(Below::Wrong));
        }
        let keys = self.keys();
        let mut row: Vec<(&str, &str)> = Vec::new();
        let mut used = 0;
        for (key, says) in keys {
            let own = key.width() + says.width() + 3;
            if used + own > width + 2 && !row.is_empty() {
                lines.push(Below::Keys(std::mem::take(&mut row)));
                used = 0;
                if is_tight {
                    return lines;
                }
            }
            used += own;
            row.push((key, says));
        }
        lines.push(Below::Keys(row));
        lines
    }

    fn keys(&self) -> Vec<(&'static str, &'static str)> {
        let go = match &self.purpose {
            Purpose::Answer { .. } => "answer",
            Purpose::Start { .. } => "start",
            Purpose::Cancel { .. } => "cancel the run",
        };
        if self.sent.is_some() {
            return vec![("esc", "leave it alone")];
        }
        if self.rehearsed.is_some() {
            return vec![("ctrl-s", go), ("esc", "back to the fields"), ("↑↓", "scroll")];
        }
        let is_choice = self
            .entries
            .get(self.at)
            .is_some_and(|entry| !entry.field.choices.is_empty());
        let mut keys = vec![("ctrl-s", go), ("tab", "next")];
        if is_choice {
            keys.push(("←→", "choose"));
        } else {
            keys.push(("ctrl-e", "editor"));
        }
        if matches!(self.purpose, Purpose::Start { .. }) {
            keys.push(("ctrl-f", "forecast"));
        }
        keys.extend([("ctrl-y", "copy"), ("esc", "back")]);
        keys
    }

    pub(in crate::tui::overlay) fn draw(&self, theme: &Theme, frame: &mut Frame) {
        let places = self.places(frame.area());
        let is_tight = frame.area().height < TIGHT;
        frame.render_widget(Clear, places.whole);
        let title = cut(&self.title, usize::from(places.whole.width.saturating_sub(6)));
        frame.render_widget(frame::pane(&title, true, theme), places.whole);
        let width = usize::from(places.lead.width);
        let lead = wrapped(&self.lead, width).into_iter();
        let lead: Vec<Line> = lead.map(|line| Line::styled(line, theme.dim)).collect();
        frame.render_widget(Paragraph::new(lead), places.lead);
        match &self.rehearsed {
            Some(rehearsed) => foretold(rehearsed, theme, places.fields, frame),
            None => self.fields(theme, places.fields, frame),
        }
        let below = self.below(width, is_tight).into_iter().map(|line| line.drawn(theme));
        frame.render_widget(Paragraph::new(below.collect::<Vec<_>>()), places.below);
    }

    fn fields(&self, theme: &Theme, area: Rect, frame: &mut Frame) {
        if self.entries.is_empty() {
            frame.render_widget(Paragraph::new("It takes no inputs.").style(theme.dim), area);
            return;
        }
        let is_beside = area.width >= BESIDE;
        let names = self.entries.iter().map(|entry| entry.field.name.width());
        let name_width = names.max().unwrap_or(0).clamp(4, 20) + 3;
        for (index, place) in self.seen(area) {
            let entry = &self.entries[index];
            let is_here = index == self.at && self.sent.is_none();
            let name_style = if is_here { theme.strong } else { theme.text };
            let mark = if entry.field.required { "*" } else { " " };
            // Choices say themselves what the value must be.
            let kind = if entry.field.choices.is_empty() {
                entry.field.kind.as_str()
            } else {
                ""
            };
            let parts = [kind, &entry.field.about].into_iter().filter(|part| !part.is_empty());
            let about = parts.collect::<Vec<_>>().join(" · ");
            let indent = u16::try_from(if is_beside { name_width } else { 2 }).unwrap_or(2);
            let name = padded(&format!("{mark}{}", entry.field.name), name_width - 1);
            let (name_row, value_row) = if is_beside {
                (place.y, place.y)
            } else {
                (place.y, place.y + 1)
            };
            let wide = usize::from(place.width);
            let head = if is_beside {
                Line::styled(name, name_style)
            } else {
                let name = format!("{mark}{} ", entry.field.name);
                let rest = cut(&about, wide.saturating_sub(name.width()));
                Line::from(vec![Span::styled(name, name_style), Span::styled(rest, theme.dim)])
            };
            let row = |y: u16| Rect::new(place.x, y, place.width, 1).intersection(place);
            frame.render_widget(Paragraph::new(head), row(name_row));
            let value = Rect {
                x: place.x + indent,
                width: place.width.saturating_sub(indent),
                ..row(value_row)
            };
            self.value(index, is_here, theme, value, frame);
            if is_beside {
                let below = Rect {
                    x: place.x + indent,
                    width: place.width.saturating_sub(indent),
                    ..row(place.y + 1)
                };
                let text = cut(&about, usize::from(below.width));
                frame.render_widget(Paragraph::new(text).style(theme.dim), below);
            }
        }
    }

    fn value(&self, index: usize, is_here: bool, theme: &Theme, area: Rect, frame: &mut Frame) {
        let entry = &self.entries[index];
        let width = usize::from(area.width);
        if area.is_empty() {
            return;
        }
        let all: usize = entry
            .field
            .choices
            .iter()
            .map(|choice| choice.width().min(24) + 2)
            .sum();
        if !entry.field.choices.is_empty() && all + 4 > width {
            let at = entry.field.choices.iter().position(|choice| choice == entry.value());
            let of = at.map_or_else(|| "?".to_owned(), |at| (at + 1).to_string());
            let count = format!(" {of}/{}", entry.field.choices.len());
            let shown = if entry.value().is_empty() {
                "none yet"
            } else {
                entry.value()
            };
            let line = Line::from(vec![
                Span::styled(if is_here { "‹ " } else { "  " }, theme.accent),
                Span::styled(
                    cut(shown, width.saturating_sub(count.width() + 4)),
                    if is_here { theme.selected } else { theme.text },
                ),
                Span::styled(if is_here { " ›" } else { "" }, theme.accent),
                Span::styled(count, theme.dim),
            ]);
            frame.render_widget(Paragraph::new(line), area);
            return;
        }
        if !entry.field.choices.is_empty() {
            let mut spans = vec![Span::styled(if is_here { "‹ " } else { "  " }, theme.accent)];
            for choice in &entry.field.choices {
                let is_chosen = choice == entry.value();
                let (left, right, style) = match (is_chosen, is_here) {
                    (true, true) => ("[", "]", theme.selected),
                    (true, false) => ("[", "]", theme.strong),
                    (false, _) => (" ", " ", theme.dim),
                };
                spans.push(Span::styled(format!("{left}{}{right}", cut(choice, 24)), style));
            }
            spans.push(Span::styled(if is_here { " ›" } else { "" }, theme.accent));
            frame.render_widget(Paragraph::new(Line::from(spans)), area);
            return;
        }
        let window = entry.window(width);
        if is_here {
            let text = padded(&window.text, width);
            frame.render_widget(Paragraph::new(text).style(theme.selected), area);
            let column = u16::try_from(window.cursor).unwrap_or(0).min(area.width - 1);
            frame.set_cursor_position(Position::new(area.x + column, area.y));
        } else if entry.value().is_empty() {
            frame.render_widget(Paragraph::new("—").style(theme.dim), area);
        } else {
            let text = cut(&entry.value().replace('\n', "⏎"), width);
            frame.render_widget(Paragraph::new(text).style(theme.text), area);
        }
    }
}

/// How many lines it takes to say what a run would do.
fn foreseen(told: &Answer, width: usize) -> usize {
    match told {
        Ok(told) => forecast::lines(told, &Palette::Mono.theme(), width).len(),
        Err(_) => 1,
    }
}

fn foretold(rehearsed: &Rehearsed, theme: &Theme, area: Rect, frame: &mut Frame) {
    match &rehearsed.told {
        Some(Ok(told)) => {
            let lines = forecast::lines(told, theme, usize::from(area.width));
            rehearsed.scroll.draw(lines, theme, area, frame);
        }
        Some(Err(_)) | None => frame::said(frame, area, "asking what would happen …", theme.dim),
    }
}

/// A line below the fields.
enum Below {
    Command(String),
    Going(&'static str),
    Wrong(String),
    Keys(Vec<(&'static str, &'static str)>),
}

impl Below {
    fn drawn(self, theme: &Theme) -> Line<'static> {
        match self {
            Self::Command(text) => Line::styled(text, theme.dim),
            Self::Going(text) => Line::styled(text, theme.accent),
            Self::Wrong(text) => Line::styled(text, theme.bad),
            Self::Keys(keys) => keys
                .into_iter()
                .flat_map(|(key, says)| {
                    [
                        Span::styled(key, theme.accent),
                        Span::styled(format!(" {says}  "), theme.dim),
                    ]
                })
                .collect::<Vec<_>>()
                .into(),
        }
    }
}

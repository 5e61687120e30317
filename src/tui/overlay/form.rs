//! What is still to be said: fields, each checked where the command line checks them.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};
use tui_input::{Input, InputRequest};

use super::super::act::{Act, Deed};
use super::super::app::App;
use super::super::frame;
use super::super::theme::Theme;
use super::Verdict;
use crate::sight::question::Field;
use crate::sight::text::harmless;

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// An answer to a question.
    Answer {
        /// The question.
        id: String,
        /// What is chosen.
        choice: String,
        /// What goes on then.
        then: Option<Deed>,
    },
    /// A run.
    Start {
        /// Its capsule.
        capsule: String,
    },
    /// The end of a run.
    Cancel {
        /// The run.
        run: String,
    },
}

/// The name of the field that becomes `--reason`.
pub const REASON: &str = "reason";

/// A field with what is written in it.
#[derive(Debug)]
struct Entry {
    field: Field,
    input: Input,
}

/// Fields to be filled in.
#[derive(Debug)]
pub struct Form {
    title: String,
    lead: String,
    entries: Vec<Entry>,
    at: usize,
    purpose: Purpose,
    wrong: Option<String>,
    pub(super) opened: i64,
}

impl Form {
    /// A form with these fields, each with what it begins with.
    pub fn new(
        title: impl Into<String>,
        lead: impl Into<String>,
        fields: Vec<(Field, String)>,
        purpose: Purpose,
        opened: i64,
    ) -> Self {
        let entries = fields.into_iter().map(|(field, value)| Entry {
            field,
            input: Input::new(value),
        });
        Self {
            title: title.into(),
            lead: lead.into(),
            entries: entries.collect(),
            at: 0,
            purpose,
            wrong: None,
            opened,
        }
    }

    /// A field for words of one's own.
    pub fn reason() -> (Field, String) {
        let field = Field {
            name: REASON.to_owned(),
            kind: "text".to_owned(),
            about: "why, for the record".to_owned(),
            required: false,
        };
        (field, String::new())
    }

    /// What it will do, as far as it is filled in.
    fn deed(&self) -> Deed {
        let filled = || self.entries.iter().filter(|entry| !entry.input.value().is_empty());
        let params = || {
            filled()
                .filter(|entry| entry.field.name != REASON)
                .flat_map(|entry| ["-p".to_owned(), format!("{}={}", entry.field.name, entry.input.value())])
        };
        let reason = || {
            let of = filled().find(|entry| entry.field.name == REASON);
            of.into_iter()
                .flat_map(|entry| ["--reason".to_owned(), entry.input.value().to_owned()])
        };
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        match &self.purpose {
            Purpose::Answer { id, choice, then } => {
                let mut args = words(&["approvals", "answer", id, "--choice", choice]);
                args.extend(params());
                args.extend(reason());
                Deed {
                    args,
                    says: format!("answered: {choice}"),
                    drives: false,
                    then: then.iter().cloned().map(Act::Do).collect(),
                }
            }
            Purpose::Start { capsule } => {
                let mut args = words(&["run", capsule]);
                for entry in &self.entries {
                    let is_said = !entry.input.value().is_empty() || entry.field.required;
                    if is_said {
                        args.push("-p".to_owned());
                        args.push(format!("{}={}", entry.field.name, entry.input.value()));
                    }
                }
                Deed {
                    args,
                    says: format!("started {capsule}"),
                    drives: true,
                    then: Vec::new(),
                }
            }
            Purpose::Cancel { run } => {
                let mut args = words(&["runs", "cancel", run]);
                args.extend(reason());
                Deed {
                    args,
                    says: "the run is being cancelled".to_owned(),
                    drives: false,
                    then: Vec::new(),
                }
            }
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent, app: &mut App) -> Verdict {
        let held = key.modifiers.contains(KeyModifiers::CONTROL);
        let count = self.entries.len();
        let last = self.at + 1 >= count;
        match key.code {
            KeyCode::Char('s') if held => return self.submit(app),
            KeyCode::Char('y') if held => return Verdict::Act(vec![Act::Copy(self.deed().line())]),
            KeyCode::Char('e') if held => {
                if let Some(entry) = self.entries.get(self.at) {
                    let text = entry.input.value().to_owned();
                    return Verdict::Act(vec![Act::Edit { text, suffix: "txt" }]);
                }
            }
            KeyCode::Enter if last => return self.submit(app),
            KeyCode::Tab | KeyCode::Down | KeyCode::Enter => self.at = (self.at + 1) % count.max(1),
            KeyCode::BackTab | KeyCode::Up => self.at = (self.at + count.saturating_sub(1)) % count.max(1),
            _ => {
                if let (Some(entry), Some(request)) = (self.entries.get_mut(self.at), request(key)) {
                    self.wrong = None;
                    entry.input.handle(request);
                }
            }
        }
        Verdict::Stay
    }

    fn submit(&mut self, app: &mut App) -> Verdict {
        let missing = self
            .entries
            .iter()
            .position(|entry| entry.field.required && entry.input.value().is_empty());
        if let Some(missing) = missing {
            self.at = missing;
            self.wrong = Some(format!("`{}` is required", self.entries[missing].field.name));
            return Verdict::Stay;
        }
        Verdict::Close(app.begin(self.deed()))
    }

    pub(super) fn paste(&mut self, text: &str) {
        if let Some(entry) = self.entries.get_mut(self.at) {
            for letter in text.chars().filter(|letter| !letter.is_control()) {
                entry.input.handle(InputRequest::InsertChar(letter));
            }
        }
    }

    pub(super) fn edited(&mut self, text: &str) {
        if let Some(entry) = self.entries.get_mut(self.at) {
            entry.input = Input::new(text.trim_end().to_owned());
        }
    }

    pub(super) fn draw(&self, _: &App, theme: &Theme, frame: &mut Frame) {
        let rows: usize = self
            .entries
            .iter()
            .map(|entry| if entry.field.about.is_empty() { 2 } else { 3 })
            .sum();
        let lead = self.lead.lines().count().min(6);
        let height = u16::try_from(rows + lead + 7).unwrap_or(u16::MAX);
        let area = frame::middle(frame, 76, height);
        let block = frame::pane(&self.title, true, theme);
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let lead = u16::try_from(lead).unwrap_or(0);
        let [top, fields, bottom] =
            Layout::vertical([Constraint::Length(lead + 1), Constraint::Min(1), Constraint::Length(4)]).areas(inner);
        let text = harmless(&self.lead).into_owned();
        frame.render_widget(Paragraph::new(text).style(theme.dim).wrap(Wrap { trim: false }), top);
        self.fields(theme, fields, frame);
        let mut lines = vec![Line::styled(harmless(&self.deed().line()).into_owned(), theme.dim)];
        if let Some(wrong) = &self.wrong {
            lines.push(Line::styled(wrong.clone(), theme.bad));
        }
        let mut keys = Vec::new();
        for (key, says) in [
            ("enter", "next, then go"),
            ("ctrl-s", "go"),
            ("ctrl-e", "editor"),
            ("ctrl-y", "copy"),
            ("esc", "back"),
        ] {
            keys.push(Span::styled(key, theme.accent));
            keys.push(Span::styled(format!(" {says}  "), theme.dim));
        }
        lines.push(Line::from(keys));
        frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), bottom);
    }

    fn fields(&self, theme: &Theme, area: Rect, frame: &mut Frame) {
        let heights: Vec<u16> = self
            .entries
            .iter()
            .map(|entry| if entry.field.about.is_empty() { 2 } else { 3 })
            .collect();
        // The field that is written in is always seen.
        let mut first = 0;
        let seen = |first: usize| heights[first..=self.at].iter().sum::<u16>() <= area.height;
        while first < self.at && !seen(first) {
            first += 1;
        }
        let mut y = area.y;
        for (index, entry) in self.entries.iter().enumerate().skip(first) {
            if y + 1 >= area.bottom() {
                return;
            }
            let is_here = index == self.at;
            let mark = if entry.field.required { "*" } else { " " };
            let style = if is_here { theme.strong } else { theme.text };
            let title = Line::from(vec![
                Span::styled(format!("{mark}{} ", entry.field.name), style),
                Span::styled(format!("({})", entry.field.kind), theme.dim),
            ]);
            frame.render_widget(Paragraph::new(title), Rect::new(area.x, y, area.width, 1));
            let line = Rect::new(area.x + 2, y + 1, area.width.saturating_sub(3), 1);
            let width = usize::from(line.width.max(1));
            let scroll = entry.input.visual_scroll(width.saturating_sub(1));
            let value = harmless(entry.input.value()).into_owned();
            let shown = Paragraph::new(value)
                .style(if is_here { theme.selected } else { theme.text })
                .scroll((0, u16::try_from(scroll).unwrap_or(0)));
            frame.render_widget(shown, line);
            if is_here {
                let cursor = entry.input.visual_cursor().saturating_sub(scroll);
                let x = line.x + u16::try_from(cursor).unwrap_or(0).min(line.width.saturating_sub(1));
                frame.set_cursor_position(Position::new(x, line.y));
            }
            if !entry.field.about.is_empty() && y + 2 < area.bottom() {
                let about = Rect::new(area.x + 2, y + 2, area.width.saturating_sub(3), 1);
                let text = harmless(&entry.field.about).into_owned();
                frame.render_widget(Paragraph::new(text).style(theme.dim), about);
            }
            y += heights[index];
        }
    }
}

/// What a key does to a line of text.
pub(in crate::tui) fn request(key: KeyEvent) -> Option<InputRequest> {
    let held = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match (key.code, held) {
        (KeyCode::Char(letter), false) => InputRequest::InsertChar(letter),
        (KeyCode::Backspace, false) => InputRequest::DeletePrevChar,
        (KeyCode::Backspace, true) | (KeyCode::Char('w'), true) => InputRequest::DeletePrevWord,
        (KeyCode::Delete, _) => InputRequest::DeleteNextChar,
        (KeyCode::Left, false) => InputRequest::GoToPrevChar,
        (KeyCode::Right, false) => InputRequest::GoToNextChar,
        (KeyCode::Left, true) => InputRequest::GoToPrevWord,
        (KeyCode::Right, true) => InputRequest::GoToNextWord,
        (KeyCode::Home, _) | (KeyCode::Char('a'), true) => InputRequest::GoToStart,
        (KeyCode::End, _) => InputRequest::GoToEnd,
        (KeyCode::Char('u'), true) => InputRequest::DeleteLine,
        (KeyCode::Char('k'), true) => InputRequest::DeleteTillEnd,
        _ => return None,
    })
}

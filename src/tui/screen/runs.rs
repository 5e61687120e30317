//! The list of runs.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Constraint, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Row, Table};
use tui_input::Input;

use super::super::act::{Act, Deed, line};
use super::super::app::App;
use super::super::frame::{self, ago, pane, short};
use super::super::keymap::Intent;
use super::super::list::List;
use super::super::overlay::{Confirm, Form, Overlay, Purpose};
use super::super::theme::Theme;
use super::super::watch::Listed;
use crate::sight::text::harmless;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    list: List,
    filter: Input,
    is_filtering: bool,
}

impl State {
    /// Whether keys go into the filter.
    pub fn is_filtering(&self) -> bool {
        self.is_filtering
    }

    /// Takes a key of the filter.
    pub fn filter_key(&mut self, key: KeyEvent) {
        match key.code {
            KeyCode::Enter => self.is_filtering = false,
            KeyCode::Esc => {
                self.is_filtering = false;
                self.filter = Input::default();
            }
            _ => {
                if let Some(request) = super::super::overlay::request(key) {
                    self.filter.handle(request);
                    self.list.select(0);
                }
            }
        }
    }
}

/// The runs that the filter lets through; a word counts where it stands in the id, the capsule or the status.
fn shown(app: &App) -> Vec<&Listed> {
    let filter = app.runs.filter.value().to_lowercase();
    let words: Vec<&str> = filter.split_whitespace().collect();
    let is_meant = |listed: &&Listed| {
        let text = format!("{} {} {}", listed.row.id, listed.row.capsule, listed.status).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    app.sight.runs.iter().filter(is_meant).collect()
}

fn selected(app: &App) -> Option<Listed> {
    let shown = shown(app);
    let at = app.runs.list.selected(shown.len())?;
    shown.get(at).map(|listed| (*listed).clone())
}

/// What can be done to a run, here and on its own screen.
pub fn control(app: &mut App, run: &str, status: &str, intent: Intent) -> Vec<Act> {
    match intent {
        Intent::Pause => app.begin(Deed::new(&["runs", "pause", run], "the run pauses")),
        Intent::Resume if matches!(status, "running" | "queued" | "cancelling") => {
            app.toast("somebody drives it already", true);
            Vec::new()
        }
        Intent::Resume => app.begin(Deed::new(&["runs", "resume", run], "the run goes on").driving()),
        Intent::Retry => {
            let deed = Deed::new(&["runs", "retry", run], "what failed is done again").driving();
            let text = "Do again what failed, with all that needs it?".to_owned();
            app.overlays.push(Overlay::Confirm(Confirm {
                text,
                deed,
                opened: app.now,
            }));
            Vec::new()
        }
        Intent::Cancel => {
            let lead = format!("Run {run} ends: what completed is undone where its step says how.");
            let purpose = Purpose::Cancel { run: run.to_owned() };
            let form = Form::new("cancel the run", lead, vec![Form::reason()], purpose, app.now);
            app.overlays.push(Overlay::Form(Box::new(form)));
            Vec::new()
        }
        Intent::Copy => {
            let args = ["runs", "show", run].map(str::to_owned);
            vec![Act::Copy(line(&args))]
        }
        _ => Vec::new(),
    }
}

/// Does what somebody wants here.
pub fn intend(app: &mut App, intent: Intent) -> Vec<Act> {
    let count = shown(app).len();
    let page = isize::try_from(app.size.height.saturating_sub(5)).unwrap_or(10);
    let list = &mut app.runs.list;
    match intent {
        Intent::Down => list.step(1, count),
        Intent::Up => list.step(-1, count),
        Intent::PageDown => list.step(page, count),
        Intent::PageUp => list.step(-page, count),
        Intent::First => list.select(0),
        Intent::Last => list.select(count.saturating_sub(1)),
        Intent::Filter => app.runs.is_filtering = true,
        Intent::Open => {
            if let Some(listed) = selected(app) {
                return app.open_run(&listed.row.id);
            }
        }
        intent => {
            if let Some(listed) = selected(app) {
                return control(app, &listed.row.id, &listed.status, intent);
            }
        }
    }
    Vec::new()
}

/// Selects the row under the mouse, and opens it when it is selected already.
pub fn click(app: &mut App, at: Position) -> Vec<Act> {
    let count = shown(app).len();
    let height = usize::from(app.size.height.saturating_sub(5));
    let first = app.runs.list.window(count, height);
    // The edge and the heads of the columns come first.
    let Some(row) = usize::from(at.y)
        .checked_sub(2)
        .map(|row| row + first)
        .filter(|row| *row < count)
    else {
        return Vec::new();
    };
    if app.runs.list.selected(count) == Some(row) {
        return intend(app, Intent::Open);
    }
    app.runs.list.select(row);
    Vec::new()
}

/// Draws it.
pub fn draw(app: &App, theme: &Theme, area: Rect, frame: &mut Frame) {
    let shown = shown(app);
    let state = &app.runs;
    let title = if state.is_filtering || !state.filter.value().is_empty() {
        let cursor = if state.is_filtering { "▏" } else { "" };
        format!("runs /{}{cursor} ({})", harmless(state.filter.value()), shown.len())
    } else {
        format!("runs ({})", shown.len())
    };
    let block = pane(&title, true, theme);
    let inner = block.inner(area);
    if shown.is_empty() {
        frame.render_widget(block, area);
        let text = if app.sight.runs.is_empty() {
            "Nothing has run yet.\n\nPress 4 for the capsules and start one."
        } else {
            "No run is like that. Esc in the filter shows all of them."
        };
        frame::said(frame, inner, text, theme.dim);
        return;
    }
    let height = usize::from(inner.height.saturating_sub(1));
    let first = state.list.window(shown.len(), height);
    let selected = state.list.selected(shown.len());
    let is_wide = area.width >= 100;
    let rows = shown.iter().enumerate().skip(first).take(height).map(|(row, listed)| {
        let run = &listed.row;
        let (sign, style) = theme.status(&listed.status);
        let ended = run.finished_at.unwrap_or(app.now);
        let took = short(u64::try_from(ended.saturating_sub(run.started_at)).unwrap_or(0));
        let id = if is_wide {
            run.id.clone()
        } else {
            run.id
                .chars()
                .rev()
                .take(8)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect()
        };
        let indent = if run.parent.is_some() { "└ " } else { "" };
        let questions = if run.questions > 0 {
            format!("{} asked", run.questions)
        } else {
            String::new()
        };
        let cells = [
            Cell::from(Span::styled(format!("{sign} {}", listed.status), style)),
            Cell::from(format!("{indent}{}", harmless(&run.capsule))),
            Cell::from(Line::from(format!("{}/{}", run.steps_settled, run.steps_started)).right_aligned()),
            Cell::from(Line::from(took).right_aligned()),
            Cell::from(Span::styled(ago(app.now, run.started_at), theme.dim)),
            Cell::from(Span::styled(questions, theme.warn)),
            Cell::from(Span::styled(id, theme.dim)),
        ];
        let row_style = if selected == Some(row) {
            theme.selected
        } else {
            theme.text
        };
        Row::new(cells).style(row_style)
    });
    let id = if is_wide { 36 } else { 8 };
    let widths = [
        Constraint::Length(13),
        Constraint::Min(12),
        Constraint::Length(9),
        Constraint::Length(10),
        Constraint::Length(11),
        Constraint::Length(8),
        Constraint::Length(id),
    ];
    let head = ["STATUS", "CAPSULE", "STEPS", "TOOK", "STARTED", "", "RUN"];
    let table = Table::new(rows, widths)
        .header(Row::new(head).style(theme.dim))
        .column_spacing(1)
        .block(block);
    frame.render_widget(table, area);
}

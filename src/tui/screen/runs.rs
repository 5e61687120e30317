//! The list of runs.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Constraint, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Paragraph, Row, Table};
use tui_input::Input;

use super::super::act::{Act, Deed, line};
use super::super::app::{App, Screen};
use super::super::flat::Heading;
use super::super::frame::{self, pane};
use super::super::keymap::Intent;
use super::super::list::List;
use super::super::overlay::{Confirm, Form, Overlay, Purpose};
use super::super::theme::Theme;
use super::super::watch::Listed;
use super::run::tail;
use crate::sight::text::harmless;
use crate::sight::time::short;

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

/// What is said of it first.
pub fn heading(app: &App) -> Heading {
    let filter = app.runs.filter.value();
    let filter = if filter.is_empty() {
        String::new()
    } else {
        format!(" with `{filter}`")
    };
    Heading {
        name: format!("{}{filter}", Screen::Runs.name()),
        rows: Some(shown(app).len()),
    }
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
    if theme.is_spoken {
        let rows = shown.iter().enumerate().skip(first).take(height);
        let lines = rows.map(|(row, listed)| {
            let line = Line::from(spoken(app, listed));
            if selected == Some(row) {
                line.style(theme.selected)
            } else {
                line
            }
        });
        frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()), inner);
        return;
    }
    let columns = Columns::of(area.width);
    let rows = shown.iter().enumerate().skip(first).take(height).map(|(row, listed)| {
        let style = if selected == Some(row) {
            theme.selected
        } else {
            theme.text
        };
        Row::new(columns.cells(app, theme, listed)).style(style)
    });
    let (head, widths): (Vec<&str>, Vec<Constraint>) = columns.0.iter().map(Column::head).unzip();
    let table = Table::new(rows, widths)
        .header(Row::new(head).style(theme.dim))
        .column_spacing(1)
        .block(block);
    frame.render_widget(table, area);
}

/// How long a run has gone on; how long somebody has thought is not how long it took.
fn took(app: &App, listed: &Listed) -> Option<String> {
    let run = &listed.row;
    let until = run.finished_at.or((listed.status == "running").then_some(app.now))?;
    Some(short(u64::try_from(until.saturating_sub(run.started_at)).unwrap_or(0)))
}

/// A run in one line that needs no column heads.
pub fn spoken(app: &App, listed: &Listed) -> String {
    let run = &listed.row;
    let part = if run.parent.is_some() { "part of another, " } else { "" };
    let took = took(app, listed).map_or_else(String::new, |took| format!(", took {took}"));
    let asks = match run.questions {
        0 => String::new(),
        questions => format!(", {questions} asked"),
    };
    let settled = run.steps_settled;
    let (since, end) = (app.clock(run.started_at), tail(&run.id));
    let text = format!(
        "{}: {}, {part}steps over: {settled}{took}{asks}, since {since}, run {end}",
        run.capsule, listed.status
    );
    harmless(&text).replace('\n', " ")
}

/// What is said of a run in a list.
#[derive(Debug, Clone, Copy)]
enum Column {
    Status,
    Sign,
    Capsule,
    Steps,
    Took,
    Started,
    Asked,
    Run,
    RunEnd,
}

impl Column {
    fn head(&self) -> (&'static str, Constraint) {
        match self {
            Self::Status => ("STATUS", Constraint::Length(13)),
            Self::Sign => ("", Constraint::Length(1)),
            Self::Capsule => ("CAPSULE", Constraint::Min(12)),
            Self::Steps => ("STEPS", Constraint::Length(9)),
            Self::Took => ("TOOK", Constraint::Length(10)),
            Self::Started => ("STARTED", Constraint::Length(12)),
            Self::Asked => ("", Constraint::Length(8)),
            Self::Run => ("RUN", Constraint::Length(36)),
            Self::RunEnd => ("RUN", Constraint::Length(8)),
        }
    }

    fn cell(self, app: &App, theme: &Theme, listed: &Listed) -> Cell<'static> {
        let run = &listed.row;
        let (sign, style) = theme.status(&listed.status);
        match self {
            Self::Status => Cell::from(Span::styled(format!("{sign} {}", listed.status), style)),
            Self::Sign => Cell::from(Span::styled(sign, style)),
            Self::Capsule => {
                let indent = if run.parent.is_some() { "└ " } else { "" };
                Cell::from(format!("{indent}{}", harmless(&run.capsule)))
            }
            Self::Steps => Cell::from(format!("{}/{}", run.steps_settled, run.steps_started)),
            Self::Took => Cell::from(took(app, listed).unwrap_or_default()),
            Self::Started => Cell::from(Span::styled(app.clock(run.started_at), theme.dim)),
            Self::Asked if run.questions > 0 => {
                Cell::from(Span::styled(format!("{} asked", run.questions), theme.warn))
            }
            // A default cell spans no column.
            Self::Asked => Cell::from(""),
            Self::Run => Cell::from(Span::styled(run.id.clone(), theme.dim)),
            Self::RunEnd => Cell::from(Span::styled(tail(&run.id), theme.dim)),
        }
    }
}

/// The columns that a width has room for.
struct Columns(&'static [Column]);

impl Columns {
    fn of(width: u16) -> Self {
        Self(match width {
            0..60 => &[Column::Sign, Column::Capsule, Column::Steps, Column::RunEnd],
            60..110 => &[
                Column::Status,
                Column::Capsule,
                Column::Steps,
                Column::Took,
                Column::Started,
                Column::RunEnd,
            ],
            _ => &[
                Column::Status,
                Column::Capsule,
                Column::Steps,
                Column::Took,
                Column::Started,
                Column::Asked,
                Column::Run,
            ],
        })
    }

    fn cells(&self, app: &App, theme: &Theme, listed: &Listed) -> Vec<Cell<'static>> {
        self.0.iter().map(|column| column.cell(app, theme, listed)).collect()
    }
}

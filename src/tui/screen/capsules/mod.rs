//! What can be run: the list, everything about the one that is selected, and the form that starts it.

mod checks;
pub mod forecast;
mod graph;
mod spec;

use std::collections::{BTreeMap, BTreeSet};

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::super::act::{Act, Answer, Refusal, Topic, line};
use super::super::app::{App, Screen, ask};
use super::super::detail::{self, Scroll, spread};
use super::super::flat::Heading;
use super::super::frame::{self, pane};
use super::super::keymap::Intent;
use super::super::list::List;
use super::super::overlay::{Form, Overlay};
use super::super::theme::Theme;
use crate::sight::text::{harmless, wrapped};

/// What is looked at of a capsule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Tab {
    #[default]
    Spec,
    Graph,
    Lint,
    Forecast,
}

impl Tab {
    const ALL: [Self; 4] = [Self::Spec, Self::Graph, Self::Lint, Self::Forecast];

    fn name(self) -> &'static str {
        match self {
            Self::Spec => "Spec",
            Self::Graph => "Graph",
            Self::Lint => "Lint",
            Self::Forecast => "Forecast",
        }
    }

    /// The tab `by` places on.
    fn turned(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        Self::ALL[(at + by) % Self::ALL.len()]
    }

    /// What asks for its data.
    fn question(self, name: &str) -> Act {
        match self {
            Self::Spec => ask(&["capsule", "show", name], Topic::Capsule(name.to_owned())),
            Self::Graph => ask(&["capsule", "graph", name], Topic::Graph(name.to_owned())),
            Self::Lint => ask(&["capsule", "lint", name], Topic::Lint(name.to_owned())),
            Self::Forecast => ask(&["run", name, "--dry-run"], Topic::Forecast(name.to_owned())),
        }
    }
}

/// A capsule, as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    name: String,
    version: String,
    origin: String,
    about: String,
}

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    rows: Vec<Row>,
    /// Why there is no list; absent when there is one, or nobody has said anything.
    unlisted: Option<Refusal>,
    is_listed: bool,
    list: List,
    tab: Tab,
    scroll: Scroll,
    in_detail: bool,
    /// What command lines said, by tab and name.
    told: BTreeMap<(Tab, String), Answer>,
    /// What was asked since the list was read.
    asked: BTreeSet<(Tab, String)>,
    /// What is to be started as soon as its inputs are known.
    starting: Option<String>,
}

impl State {
    /// The names of all capsules.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.name.as_str())
    }

    fn selected(&self) -> Option<&Row> {
        self.rows.get(self.list.selected(self.rows.len())?)
    }

    /// Asks for what is looked at, once.
    fn wanted(&mut self) -> Vec<Act> {
        let Some(name) = self.selected().map(|row| row.name.clone()) else {
            return Vec::new();
        };
        self.want(self.tab, &name)
    }

    fn want(&mut self, tab: Tab, name: &str) -> Vec<Act> {
        if self.asked.insert((tab, name.to_owned())) {
            vec![tab.question(name)]
        } else {
            Vec::new()
        }
    }
}

/// Goes to a capsule.
pub fn show(app: &mut App, name: &str) -> Vec<Act> {
    let at = app.capsules.names().position(|known| known == name);
    if let Some(at) = at {
        app.capsules.list.select(at);
    }
    app.go(Screen::Capsules);
    app.capsules.wanted()
}

/// Takes what a command line says.
pub fn answered(app: &mut App, topic: Topic, answer: Answer) -> Vec<Act> {
    let (tab, name) = match topic {
        Topic::Capsules => return listed(app, answer),
        Topic::Capsule(name) => (Tab::Spec, name),
        Topic::Graph(name) => (Tab::Graph, name),
        Topic::Lint(name) => (Tab::Lint, name),
        Topic::Forecast(name) => {
            let mut forms = app.overlays.iter_mut().filter_map(|overlay| match overlay {
                Overlay::Form(form) => Some(form),
                Overlay::Help(_) | Overlay::Palette(_) | Overlay::Confirm(_) => None,
            });
            if forms.any(|form| form.foretold(&name, &answer)) {
                return Vec::new();
            }
            (Tab::Forecast, name)
        }
        Topic::Doctor | Topic::Diff(_) => return Vec::new(),
    };
    if app.capsules.names().any(|known| known == name) {
        app.capsules.told.insert((tab, name.clone()), answer);
    }
    if tab == Tab::Spec && app.capsules.starting.as_ref() == Some(&name) {
        app.capsules.starting = None;
        return start(app, &name);
    }
    Vec::new()
}

fn listed(app: &mut App, answer: Answer) -> Vec<Act> {
    let state = &mut app.capsules;
    state.is_listed = true;
    match answer {
        Ok(data) => {
            let kept = state.selected().map(|row| row.name.clone());
            let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
            let rows = data.as_array().into_iter().flatten().map(|row| Row {
                name: text(row, "name"),
                version: text(row, "version"),
                origin: text(row, "from"),
                about: text(row, "description"),
            });
            state.rows = rows.collect();
            state.unlisted = None;
            if let Some(at) = state.rows.iter().position(|row| Some(&row.name) == kept.as_ref()) {
                state.list.select(at);
            }
            // Files may be others now: what is known is shown until it is said anew.
            state.asked.clear();
        }
        Err(refusal) => state.unlisted = Some(refusal),
    }
    if app.screen() == Screen::Capsules {
        return app.capsules.wanted();
    }
    Vec::new()
}

/// Opens the form that starts `name`, or asks for its inputs first.
fn start(app: &mut App, name: &str) -> Vec<Act> {
    match app.capsules.told.get(&(Tab::Spec, name.to_owned())) {
        Some(Ok(told)) => {
            let about = told["description"].as_str().unwrap_or_default();
            let form = Form::start(name, about, Some(&told["inputs"]), app.now);
            app.overlays.push(Overlay::Form(Box::new(form)));
            Vec::new()
        }
        Some(Err(refusal)) => {
            let text = format!("`{name}` cannot be run: {}", refusal.message);
            app.toast(text, true);
            Vec::new()
        }
        None => {
            app.capsules.starting = Some(name.to_owned());
            app.capsules.want(Tab::Spec, name)
        }
    }
}

/// Does what somebody wants here.
pub fn intend(app: &mut App, intent: Intent) -> Vec<Act> {
    let count = app.capsules.rows.len();
    // A tab that is not heard would be turned for nothing.
    let turned_in = app.is_spoken();
    let state = &mut app.capsules;
    let before = (state.list.selected(count), state.tab);
    state.in_detail |= turned_in && matches!(intent, Intent::Tab | Intent::TabBack);
    match (intent, state.in_detail) {
        (Intent::Down, false) => state.list.step(1, count),
        (Intent::Up, false) => state.list.step(-1, count),
        (Intent::First, false) => state.list.select(0),
        (Intent::Last, false) => state.list.select(count.saturating_sub(1)),
        (Intent::Down, true) => state.scroll.step(1),
        (Intent::Up, true) => state.scroll.step(-1),
        (Intent::First, true) => state.scroll.first(),
        (Intent::Last, true) => state.scroll.last(),
        (Intent::PageDown, _) => state.scroll.page(1),
        (Intent::PageUp, _) => state.scroll.page(-1),
        (Intent::Pane | Intent::PaneBack, _) => state.in_detail = !state.in_detail,
        (Intent::Left, _) => state.in_detail = false,
        (Intent::Right | Intent::Open, _) => state.in_detail = true,
        (Intent::Tab, _) => state.tab = state.tab.turned(1),
        (Intent::TabBack, _) => state.tab = state.tab.turned(Tab::ALL.len() - 1),
        (intent, _) => {
            let Some(name) = state.selected().map(|row| row.name.clone()) else {
                return Vec::new();
            };
            return about_one(app, &name, intent);
        }
    }
    look(app, before)
}

/// What follows when another capsule or another tab than `before` is looked at.
fn look(app: &mut App, before: (Option<usize>, Tab)) -> Vec<Act> {
    let state = &mut app.capsules;
    if before != (state.list.selected(state.rows.len()), state.tab) {
        state.scroll.first();
    }
    state.wanted()
}

fn about_one(app: &mut App, name: &str, intent: Intent) -> Vec<Act> {
    let args = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
    match intent {
        Intent::Start => start(app, name),
        Intent::Copy => vec![Act::Copy(line(&match app.capsules.tab {
            Tab::Spec => args(&["capsule", "show", name]),
            Tab::Graph => args(&["capsule", "graph", name]),
            Tab::Lint => args(&["capsule", "lint", name]),
            Tab::Forecast => args(&["run", name, "--dry-run"]),
        }))],
        Intent::Edit => match app.capsules.told.get(&(app.capsules.tab, name.to_owned())) {
            Some(Ok(told)) => vec![Act::Edit {
                text: format!("{told:#}\n"),
                suffix: "json",
            }],
            Some(Err(_)) | None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Selects what is under the mouse: a capsule or a tab.
pub fn click(app: &mut App, at: Position) -> Vec<Act> {
    let area = Rect::new(0, 0, app.size.width, app.size.height.saturating_sub(2));
    let count = app.capsules.rows.len();
    let state = &mut app.capsules;
    let before = (state.list.selected(count), state.tab);
    let [list, about] = detail::places(area, count);
    state.in_detail = about.contains(at);
    let inner = Block::bordered().inner(list);
    if inner.contains(at) {
        let each = detail::lines_each(area);
        let first = state.list.window(count, usize::from(inner.height) / each);
        let row = first + usize::from(at.y - inner.y) / each;
        if row < count {
            state.list.select(row);
        }
    } else if at.y == about.y {
        let tab = tabs(about).into_iter().find(|(_, place)| place.contains(at));
        state.tab = tab.map_or(state.tab, |(tab, _)| tab);
    }
    look(app, before)
}

/// The tabs on the edge of the pane.
fn tabs(about: Rect) -> Vec<(Tab, Rect)> {
    let mut x = about.x + 1;
    let mut places = Vec::new();
    for tab in Tab::ALL {
        let width = u16::try_from(tab.name().width() + 2).unwrap_or(0);
        places.push((tab, Rect::new(x, about.y, width, 1).intersection(about)));
        x += width;
    }
    places
}

/// What is said of it first.
pub fn heading(app: &App) -> Heading {
    let state = &app.capsules;
    match state.selected().filter(|_| state.in_detail) {
        Some(row) => Heading {
            name: format!("Capsule {}, {}", row.name, state.tab.name()),
            rows: None,
        },
        None => Heading {
            name: Screen::Capsules.name().to_owned(),
            rows: Some(state.rows.len()),
        },
    }
}

/// Draws it.
pub fn draw(app: &App, theme: &Theme, area: Rect, frame: &mut Frame) {
    let state = &app.capsules;
    if state.rows.is_empty() {
        let block = pane("capsules", true, theme);
        let inner = block.inner(area);
        frame.render_widget(block, area);
        match (&state.unlisted, state.is_listed) {
            (Some(refusal), _) => frame::said(frame, inner, &refused(refusal), theme.bad),
            (None, true) => frame::said(frame, inner, "There is no capsule.", theme.dim),
            (None, false) => frame::said(frame, inner, "reading …", theme.dim),
        }
        return;
    }
    let [list, about] = if app.is_spoken() {
        detail::one(area, state.in_detail)
    } else {
        detail::places(area, state.rows.len())
    };
    names(state, theme, list, detail::lines_each(area), frame);
    let Some(row) = state.selected() else { return };
    let block = pane("", state.in_detail, theme).title(Line::default());
    let inner = block.inner(about);
    frame.render_widget(block, about);
    for (tab, place) in tabs(about) {
        let style = if tab == state.tab { theme.selected } else { theme.dim };
        frame.render_widget(Clear, place);
        frame.render_widget(Paragraph::new(format!(" {} ", tab.name())).style(style), place);
    }
    let inner = Rect {
        x: inner.x + 1,
        width: inner.width.saturating_sub(1),
        ..inner
    };
    let width = usize::from(inner.width.saturating_sub(1));
    let lines = match state.told.get(&(state.tab, row.name.clone())) {
        None => vec![Line::styled("reading …", theme.dim)],
        Some(Err(refusal)) => {
            let lines = wrapped(&refused(refusal), width).into_iter();
            lines.map(|line| Line::styled(line, theme.bad)).collect()
        }
        Some(Ok(told)) => match state.tab {
            Tab::Spec => spec::lines(told, theme, width),
            Tab::Graph => graph::lines(told, theme, width),
            Tab::Lint => checks::lines(told, theme, width),
            Tab::Forecast => forecast::lines(told, theme, width),
        },
    };
    state.scroll.draw(lines, theme, inner, frame);
}

fn names(state: &State, theme: &Theme, area: Rect, each: usize, frame: &mut Frame) {
    let block = pane(&format!("capsules ({})", state.rows.len()), !state.in_detail, theme);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let each = if theme.is_spoken { 1 } else { each };
    let height = usize::from(inner.height) / each;
    let count = state.rows.len();
    let first = state.list.window(count, height);
    let selected = state.list.selected(count);
    let width = usize::from(inner.width);
    let mut lines: Vec<Line> = Vec::new();
    for (at, row) in state.rows.iter().enumerate().skip(first).take(height) {
        let is_here = selected == Some(at);
        let (style, dim) = if is_here {
            (theme.selected, theme.selected)
        } else {
            (theme.text, theme.dim)
        };
        let version = if row.version == "invalid" { theme.bad } else { dim };
        // The end of a path says more than its beginning.
        let origin = row.origin.rsplit('/').next().unwrap_or_default();
        if theme.is_spoken {
            let text = format!("{} {}: {} ({origin})", row.name, row.version, row.about);
            lines.push(Line::styled(harmless(&text).replace('\n', " "), style));
            continue;
        }
        let own = [
            spread(
                (format!(" {}", row.name), style),
                (format!("{} ", row.version), version),
                width,
            ),
            spread((format!("   {}", row.about), dim), (format!("{origin} "), dim), width),
        ];
        lines.extend(own.into_iter().take(each).map(|line| line.style(style)));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

fn refused(refusal: &Refusal) -> String {
    match &refusal.hint {
        Some(hint) => format!("{}\n\n{hint}", refusal.message),
        None => refusal.message.clone(),
    }
}

/// The head of a part of a detail.
fn head(name: &str, theme: &Theme) -> Vec<Line<'static>> {
    vec![Line::default(), Line::from(Span::styled(name.to_owned(), theme.accent))]
}

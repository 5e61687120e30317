//! One run: its steps on the left, everything about one of them on the right.

mod audit;
mod cost;
mod detail;
mod diff;
mod graph;
mod header;
mod input;
mod output;
mod place;
mod plan;
mod route;
mod spoken;
mod step;
mod timeline;
mod verdict;
mod words;

#[cfg(test)]
mod tests;

use std::cell::Cell;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::super::act::{Act, Answer, Deed};
use super::super::app::App;
use super::super::frame::{self, pane};
use super::super::keymap::Intent;
use super::super::overlay::{Confirm, Overlay};
use super::super::theme::Theme;
use super::{approvals, runs};
use crate::capsule::Step;
use crate::sight::opened::Opened;
use crate::sight::step::Sign;
use detail::Tab;
use diff::Diff;
use plan::Plan;
pub use spoken::heading;
pub use words::tail;

/// From this width on, both panes are seen.
const BOTH: u16 = 72;

/// What the screen remembers.
#[derive(Debug, Default)]
pub struct State {
    run: String,
    /// The runs that led here, each by one of its steps.
    trail: Vec<String>,
    /// The place of the selected step; nobody has chosen one at first.
    selected: Option<usize>,
    first: Cell<usize>,
    is_on_detail: bool,
    tab: Tab,
    /// The first row that is seen of the detail, once somebody scrolled.
    scroll: Option<usize>,
    /// What was drawn last: the first row, and the furthest that one can scroll.
    drawn: Cell<(usize, usize)>,
    follows: bool,
    is_whole: bool,
    plan: plan::Kept,
    given: input::Kept,
    text: output::Kept,
    diff: Option<Diff>,
}

impl State {
    /// Another run is opened; the same run again stays as it is.
    pub fn open(&mut self, run: &str) {
        if self.run == run {
            return;
        }
        *self = Self {
            run: run.to_owned(),
            ..Self::default()
        };
    }

    /// Takes a difference.
    pub fn answered(&mut self, answer: Answer) {
        if let Some(Diff::Runs(said)) = &mut self.diff {
            *said = Some(answer);
        }
    }

    /// The run that led here, if one did; it is to be opened.
    pub fn back(&mut self) -> Option<String> {
        let above = self.trail.pop()?;
        let trail = std::mem::take(&mut self.trail);
        self.open(&above);
        self.trail = trail;
        Some(above)
    }

    fn follows(&self) -> bool {
        self.follows
    }

    fn is_whole(&self) -> bool {
        self.is_whole
    }

    fn tab(&self) -> Tab {
        self.tab
    }

    fn given(&self) -> &input::Kept {
        &self.given
    }

    fn text(&self) -> &output::Kept {
        &self.text
    }

    fn diff(&self) -> Option<&Diff> {
        self.diff.as_ref()
    }

    /// The first of `count` rows to be drawn in a window of `height`, so that the selected one is in it.
    fn window(&self, selected: usize, count: usize, height: usize) -> usize {
        let mut first = self.first.get().min(count.saturating_sub(height));
        if selected < first {
            first = selected;
        } else if height > 0 && selected >= first + height {
            first = selected + 1 - height;
        }
        self.first.set(first);
        first
    }

    /// The first row of the detail to be drawn, of which `most` is the last possible.
    fn scroll(&self, most: usize, of: impl FnOnce(Option<usize>) -> usize) -> usize {
        let first = of(self.scroll).min(most);
        self.drawn.set((first, most));
        first
    }

    fn scroll_by(&mut self, by: isize) {
        let (first, most) = self.drawn.get();
        let now = self.scroll.unwrap_or(first).min(most);
        self.scroll = Some(now.saturating_add_signed(by).min(most));
    }

    fn select(&mut self, place: usize) {
        if self.selected != Some(place) {
            self.scroll = None;
            if let Some(Diff::Attempts(_)) = self.diff {
                self.show(Tab::Step);
                self.diff = None;
            }
        }
        self.selected = Some(place);
        self.follows = false;
    }

    fn show(&mut self, tab: Tab) {
        self.tab = tab;
        self.scroll = None;
    }
}

/// What the parts of the picture look at.
#[derive(Debug, Clone, Copy)]
struct View<'a> {
    app: &'a App,
    opened: &'a Opened,
    plan: &'a Plan,
    theme: &'a Theme,
    /// The selected step.
    step: &'a Step,
    /// Its place in the order.
    selected: usize,
    /// Until when what is not over has gone on.
    now: i64,
}

impl<'a> View<'a> {
    /// `None` when the capsule has no step.
    fn new(app: &'a App, opened: &'a Opened, plan: &'a Plan, theme: &'a Theme) -> Option<Self> {
        let selected = selected(&app.run, opened, plan);
        Some(Self {
            app,
            opened,
            plan,
            theme,
            step: opened.run.capsule().step(plan.name(selected)?)?,
            selected,
            now: opened.until(app.now),
        })
    }
}

/// Rows that are made when they are seen.
struct Rows<'a> {
    count: usize,
    row: Box<dyn Fn(usize) -> Line<'static> + 'a>,
    /// The first that is about the selected step.
    about: usize,
}

impl Rows<'static> {
    fn of(lines: Vec<Line<'static>>, about: usize) -> Self {
        Self {
            count: lines.len(),
            row: Box::new(move |row| lines.get(row).cloned().unwrap_or_default()),
            about,
        }
    }

    fn said(text: &str, style: Style) -> Self {
        let text = crate::sight::text::harmless(text).into_owned();
        Self::of(
            text.lines().map(|line| Line::styled(line.to_owned(), style)).collect(),
            0,
        )
    }
}

/// The place of the step that the screen is about: the followed one, the chosen one, or one that matters now.
fn selected(state: &State, opened: &Opened, plan: &Plan) -> usize {
    let newest = || {
        opened
            .entries
            .iter()
            .rev()
            .find_map(|entry| plan.place(entry.step.as_deref()?))
    };
    let last = plan.order.len().saturating_sub(1);
    match (state.follows, state.selected) {
        (true, _) => newest().unwrap_or(0),
        (false, Some(place)) => place.min(last),
        (false, None) => matters(opened, plan).unwrap_or(0),
    }
}

/// The first step that failed, asks or goes on.
fn matters(opened: &Opened, plan: &Plan) -> Option<usize> {
    let rank = |place: &usize| {
        let sign = Sign::of(&opened.run, plan.name(*place)?)?;
        match sign {
            Sign::Failed(_) | Sign::InDoubt => Some(0),
            Sign::Asks => Some(1),
            Sign::Started | Sign::Going(_) | Sign::Delayed => Some(2),
            Sign::Waiting | Sign::Skipped | Sign::Completed => None,
        }
    };
    let places = 0..plan.order.len();
    let ranked = places.filter_map(|place| Some((rank(&place)?, place)));
    ranked.min().map(|(_, place)| place)
}

/// The lines above, the steps and the detail.
struct Areas {
    header: Rect,
    steps: Option<Rect>,
    detail: Option<Rect>,
}

fn areas(view: &View, body: Rect, header: usize) -> Areas {
    let header = u16::try_from(header).unwrap_or(1);
    let [above, below] = Layout::vertical([Constraint::Length(header), Constraint::Min(1)]).areas(body);
    if body.width < BOTH || view.app.is_spoken() {
        let is_detail = view.app.run.is_on_detail;
        return Areas {
            header: above,
            steps: (!is_detail).then_some(below),
            detail: is_detail.then_some(below),
        };
    }
    let most = body.width * 9 / 20;
    let natural = graph::natural(
        view.opened,
        view.plan,
        most.saturating_sub(2),
        below.height.saturating_sub(2),
    );
    let left = natural.saturating_add(4).clamp(28, most.max(28));
    let [steps, detail] = Layout::horizontal([Constraint::Length(left), Constraint::Min(20)]).areas(below);
    Areas {
        header: above,
        steps: Some(steps),
        detail: Some(detail),
    }
}

fn header_rows(body: Rect) -> usize {
    match body.height {
        0..12 => 1,
        12..18 => 2,
        _ => 3,
    }
}

/// Does what somebody wants here.
pub fn intend(app: &mut App, intent: Intent) -> Vec<Act> {
    let Some(opened) = app.sight.opened.clone() else {
        return Vec::new();
    };
    let plan = app.run.plan.of(opened.run.capsule());
    let count = plan.order.len();
    let here = selected(&app.run, &opened, &plan);
    let page = isize::try_from(app.size.height.saturating_sub(8)).unwrap_or(10).max(1);
    let is_spoken = app.is_spoken();
    let state = &mut app.run;
    let turns = matches!(
        intent,
        Intent::Tab | Intent::TabBack | Intent::Log | Intent::Filter | Intent::Diff
    );
    // A tab that is not heard would be turned for nothing.
    state.is_on_detail |= is_spoken && turns;
    let by = match intent {
        Intent::Down => 1,
        Intent::Up => -1,
        Intent::PageDown => page,
        Intent::PageUp => -page,
        Intent::First => isize::MIN / 2,
        Intent::Last => isize::MAX / 2,
        _ => 0,
    };
    match intent {
        _ if by != 0 && state.is_on_detail => state.scroll_by(by),
        _ if by != 0 => state.select(here.saturating_add_signed(by).min(count.saturating_sub(1))),
        Intent::Left | Intent::Right if !state.is_on_detail => {
            let by = if intent == Intent::Left { -1 } else { 1 };
            if let Some(place) = plan.beside(here, by) {
                state.select(place);
            }
        }
        Intent::Pane | Intent::PaneBack => state.is_on_detail = !state.is_on_detail,
        Intent::Tab => state.show(state.tab.beside(1, state.diff.is_some())),
        Intent::TabBack => state.show(state.tab.beside(-1, state.diff.is_some())),
        Intent::Log => state.show(Tab::Timeline),
        Intent::Filter => {
            state.is_whole = state.tab != Tab::Audit || !state.is_whole;
            state.show(Tab::Audit);
        }
        Intent::Follow => {
            // Where the following ends, the selection stays.
            state.selected = Some(here);
            state.follows = !state.follows;
            state.scroll = None;
        }
        Intent::Resume | Intent::Pause | Intent::Cancel | Intent::Copy => {
            return runs::control(app, &opened.row.id, &opened.status, intent);
        }
        intent => {
            if let Some(name) = plan.name(here) {
                return about(app, &opened, name, intent);
            }
        }
    }
    Vec::new()
}

/// Does what somebody wants with a step.
fn about(app: &mut App, opened: &Opened, name: &str, intent: Intent) -> Vec<Act> {
    let run = opened.row.id.as_str();
    match intent {
        Intent::Open => {
            let of_step = || opened.children.iter().filter(|(row, _)| step::is_of(row, name));
            let open = of_step().find(|(row, _)| row.finished_at.is_none());
            let Some((child, _)) = open.or_else(|| of_step().next_back()) else {
                app.run.is_on_detail = true;
                return Vec::new();
            };
            let mut trail = std::mem::take(&mut app.run.trail);
            trail.push(run.to_owned());
            let acts = app.open_run(&child.id);
            app.run.trail = trail;
            return acts;
        }
        Intent::Retry => {
            let deed = Deed::new(&["runs", "retry", run, name], format!("{name} is done again")).driving();
            confirm(app, format!("Do {name} again, with all that needs it?"), deed);
        }
        Intent::Fork => {
            let args = ["runs", "fork", run, "--at", name];
            let deed = Deed::new(&args, format!("another run begins at {name}")).driving();
            let text = format!("Begin another run that takes over what came before {name}, and does the rest?");
            confirm(app, text, deed);
        }
        Intent::Approve => {
            let is_of = |asked: &&crate::sight::question::Asked| {
                asked.row.run == run && asked.requested.unit.as_ref().is_some_and(|unit| unit.step == name)
            };
            let asked = opened.questions.iter().find(is_of).or(opened.questions.first());
            match asked {
                Some(asked) => return approvals::show(app, &asked.row.id),
                None => app.toast("the run asks nothing", false),
            }
        }
        Intent::Artifact => match &step::artifacts(opened, name)[..] {
            [] => app.toast(format!("{name} left no files"), false),
            [artifact] => return vec![Act::Show(artifact.clone())],
            left if app.is_spoken() => {
                let names: Vec<&str> = left.iter().map(|artifact| artifact.name.as_str()).collect();
                app.toast(format!("name one of them: {}", names.join(", ")), false);
            }
            left => app.overlays.push(Overlay::artifacts(left)),
        },
        Intent::Edit if app.run.tab == Tab::Input => match input::whole(opened, name) {
            Some(text) => return vec![Act::Edit { text, suffix: "json" }],
            None => app.toast(format!("what {name} is given is not known"), false),
        },
        Intent::Edit => match output::whole(opened.run.steps().get(name)) {
            Some((text, suffix)) => return vec![Act::Edit { text, suffix }],
            None => app.toast(format!("{name} has no output"), false),
        },
        Intent::Diff => return diff::compare(app, opened, name),
        _ => {}
    }
    Vec::new()
}

fn confirm(app: &mut App, text: String, deed: Deed) {
    app.overlays.push(Overlay::Confirm(Confirm {
        text,
        deed,
        opened: app.now,
    }));
}

/// Selects what is under the mouse.
pub fn click(app: &mut App, body: Rect, at: Position) -> Vec<Act> {
    let Some(opened) = app.sight.opened.clone() else {
        return Vec::new();
    };
    let plan = app.run.plan.of(opened.run.capsule());
    let theme = app.palette.theme();
    let Some(view) = View::new(app, &opened, &plan, &theme) else {
        return Vec::new();
    };
    let header = header::lines(&view, usize::from(body.width), header_rows(body)).len();
    let areas = areas(&view, body, header);
    if let Some(steps) = areas.steps.filter(|area| area.contains(at)) {
        let inner = pane("", true, &theme).inner(steps);
        let hit = Some(at)
            .filter(|at| inner.contains(*at))
            .and_then(|at| graph::hit(&view, inner, at));
        app.run.is_on_detail = false;
        if let Some(place) = hit {
            app.run.select(place);
        }
    } else if let Some(detail) = areas.detail.filter(|area| area.contains(at)) {
        let tab = detail::hit(&view, detail, at);
        app.run.is_on_detail = true;
        if let Some(tab) = tab {
            app.run.show(tab);
        }
    }
    Vec::new()
}

/// Draws it.
pub fn draw(app: &App, theme: &Theme, body: Rect, frame: &mut Frame) {
    let Some(opened) = &app.sight.opened else {
        let (text, style) = match &app.sight.unopened {
            Some(why) => (format!("Run {} cannot be shown.\n\n{why}", app.run.run), theme.bad),
            None => (format!("opening {} …", app.run.run), theme.dim),
        };
        frame::said(frame, body, &text, style);
        return;
    };
    let plan = app.run.plan.of(opened.run.capsule());
    let Some(view) = View::new(app, opened, &plan, theme) else {
        frame::said(frame, body, "The run has no steps.", theme.dim);
        return;
    };
    // Whoever listens heard it with the steps.
    let rows = if app.is_spoken() && app.run.is_on_detail {
        0
    } else {
        header_rows(body)
    };
    let header = header::lines(&view, usize::from(body.width), rows);
    let areas = areas(&view, body, header.len());
    frame.render_widget(Paragraph::new(header), areas.header);
    if let Some(area) = areas.steps {
        let over = plan.order.len() - open(opened, &plan);
        let title = format!("steps {over}/{}", plan.order.len());
        let block = pane(&title, !app.run.is_on_detail, theme);
        let inner = block.inner(area);
        frame.render_widget(block, area);
        graph::draw(&view, inner, frame);
    }
    if let Some(area) = areas.detail {
        detail::draw(&view, area, app.run.is_on_detail, frame);
    }
}

/// How many steps are not over.
fn open(opened: &Opened, plan: &Plan) -> usize {
    let states = opened.run.steps();
    let names = (0..plan.order.len()).filter_map(|place| plan.name(place));
    names
        .filter(|name| !states.get(*name).is_some_and(|state| state.is_over()))
        .count()
}

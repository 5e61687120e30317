//! The state of the dashboard, and what each message makes of it. Pure.

use std::collections::VecDeque;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect, Size};

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::act::{Act, Answer, Ask, Deed, Refusal, Topic};
use super::flat::{self, Dialogue};
use super::keymap::{self, Intent};
use super::live::Live;
use super::overlay::{self, Confirm, Overlay, Verdict};
pub use super::screen::Screen;
use super::screen::{approvals, capsules, overview, run, runs};
use super::theme::Palette;
use super::watch::{Seen, Sight};
use crate::engine::live::Delta;

/// How long a toast is seen, in milliseconds.
const TOAST_MS: i64 = 6_000;

/// Something that happened.
#[derive(Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// A text was pasted.
    Paste(String),
    /// A line was written, where the face is one of lines.
    Line(String),
    /// The terminal has another size.
    Resize(u16, u16),
    /// Time went on; milliseconds since 1970 UTC.
    Tick(i64),
    /// The store was looked at.
    Seen(Box<Seen>),
    /// A model wrote something for a run that somebody drives.
    Delta {
        /// The run.
        run: String,
        /// What it wrote.
        delta: Delta,
    },
    /// A command line answered.
    Answered(Topic, Answer),
    /// A command line that changes something is over.
    Done(Deed, Result<(), Refusal>),
    /// A command line that drives a run has begun it.
    Began(Deed, String),
    /// What the editor left.
    Edited(String),
    /// The process is asked to end.
    Terminated,
    /// A part of the dashboard panicked.
    Broken(String),
    /// The process is asked to stop for a while.
    Stopped,
    /// The process goes on after others had the terminal.
    Continued,
}

/// Whether the store can be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Store {
    /// Nobody looked yet.
    #[default]
    Loading,
    /// There is none.
    Nothing,
    /// It cannot be read, and why.
    Unreadable(String),
    /// It can.
    Here,
}

/// A time zone; that of UTC until another is said.
#[derive(Debug, Clone)]
pub struct Zone(pub TimeZone);

impl Zone {
    fn at(&self, at: i64) -> Option<Zoned> {
        let time = Timestamp::from_millisecond(at).ok()?;
        Some(time.to_zoned(self.0.clone()))
    }

    /// A time of day, whichever day it is.
    pub fn time_of_day(&self, at: i64) -> String {
        let time = self.at(at).map(|time| time.strftime("%H:%M:%S").to_string());
        time.unwrap_or_default()
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

/// A short message that goes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub text: String,
    /// Whether something is wrong.
    pub is_bad: bool,
    /// When it goes.
    pub until: i64,
}

/// Everything that is shown.
#[derive(Debug, Default)]
pub struct App {
    /// What is seen of the store.
    pub sight: Sight,
    /// Whether it can be seen.
    pub store: Store,
    screen: Option<Screen>,
    before: Vec<Screen>,
    /// The state of each screen.
    pub overview: overview::State,
    /// The list of runs.
    pub runs: runs::State,
    /// One run.
    pub run: run::State,
    /// What models write for it.
    pub live: Live,
    /// Approvals.
    pub approvals: approvals::State,
    /// Capsules.
    pub capsules: capsules::State,
    /// What lies over the screen, the topmost last.
    pub overlays: Vec<Overlay>,
    /// Messages that go by themselves, the newest last.
    pub toasts: VecDeque<Toast>,
    /// Command lines that are going on.
    pub going: usize,
    /// Milliseconds since 1970 UTC.
    pub now: i64,
    /// The size of the terminal.
    pub size: Size,
    /// The colours.
    pub palette: Palette,
    /// The zone that times are shown in.
    pub zone: Zone,
    /// What is said in lines, where nothing is drawn.
    pub dialogue: Option<Dialogue>,
}

impl App {
    /// The dashboard as it opens.
    pub fn new(palette: Palette, now: i64, size: Size) -> Self {
        Self {
            palette,
            now,
            size,
            ..Self::default()
        }
    }

    /// The dashboard as it opens for somebody who listens: one pane at a time, and all of it.
    pub fn spoken(now: i64) -> Self {
        Self {
            dialogue: Some(Dialogue::default()),
            ..Self::new(Palette::Spoken, now, flat::SIZE)
        }
    }

    /// Whether somebody listens, so that only one pane is there at a time.
    pub fn is_spoken(&self) -> bool {
        self.dialogue.is_some()
    }

    /// What is asked first.
    pub fn first(&self) -> Vec<Act> {
        [
            (["doctor"].as_slice(), Topic::Doctor),
            (&["capsule", "list"], Topic::Capsules),
        ]
        .into_iter()
        .map(|(args, topic)| ask(args, topic))
        .collect()
    }

    /// The screen that is seen.
    pub fn screen(&self) -> Screen {
        self.screen.unwrap_or(Screen::Overview)
    }

    /// Whether the picture changes with time alone.
    pub fn needs_clock(&self) -> bool {
        let is_going = |status: &str| matches!(status, "running" | "queued" | "cancelling");
        !self.toasts.is_empty()
            || self.sight.runs.iter().any(|listed| is_going(&listed.status))
            || (self.screen() == Screen::Approvals && approvals::counts_down(self))
    }

    /// Goes to a screen, and remembers the one before.
    pub fn go(&mut self, screen: Screen) {
        if self.screen() != screen {
            self.before.push(self.screen());
            self.screen = Some(screen);
        }
    }

    /// Opens a run.
    pub fn open_run(&mut self, id: &str) -> Vec<Act> {
        self.run.open(id);
        self.live.open(id);
        self.sight.opened = None;
        self.sight.unopened = None;
        self.go(Screen::Run);
        vec![Act::Open(Some(id.to_owned()))]
    }

    /// A time of day, with the date when it is another day.
    pub fn clock(&self, at: i64) -> String {
        match (self.zone.at(at), self.zone.at(self.now)) {
            (Some(then), Some(now)) if then.date() == now.date() => self.zone.time_of_day(at),
            (Some(then), _) => then.strftime("%b %d %H:%M").to_string(),
            (None, _) => String::new(),
        }
    }

    /// Says something that goes by itself.
    pub fn toast(&mut self, text: impl Into<String>, is_bad: bool) {
        self.toasts.push_back(Toast {
            text: text.into(),
            is_bad,
            until: self.now + TOAST_MS,
        });
        while self.toasts.len() > 3 {
            self.toasts.pop_front();
        }
    }

    /// Takes a message in; returns what is to be done outside.
    pub fn update(&mut self, message: Msg) -> Vec<Act> {
        let acts = self.take_in(message);
        approvals::notice(self);
        acts
    }

    fn take_in(&mut self, message: Msg) -> Vec<Act> {
        match message {
            Msg::Key(key) => self.key(key),
            Msg::Mouse(mouse) => self.mouse(mouse),
            Msg::Paste(text) => match self.overlays.last_mut() {
                Some(overlay) => {
                    overlay.paste(&text);
                    Vec::new()
                }
                None => Vec::new(),
            },
            Msg::Line(line) => flat::hear(self, &line),
            Msg::Resize(width, height) => {
                self.size = Size { width, height };
                Vec::new()
            }
            Msg::Tick(now) => {
                self.now = now;
                self.toasts.retain(|toast| toast.until > now);
                Vec::new()
            }
            Msg::Seen(seen) => self.seen(*seen),
            Msg::Delta { run, delta } => {
                self.live.hear(&run, delta);
                Vec::new()
            }
            Msg::Answered(topic, answer) => self.answered(topic, answer),
            Msg::Began(deed, run) => {
                overlay::settled(&mut self.overlays, &deed);
                self.toast(deed.says, false);
                if !deed.opens {
                    return Vec::new();
                }
                self.open_run(&run)
            }
            Msg::Done(deed, ended) => {
                self.going = self.going.saturating_sub(1);
                match ended {
                    Ok(()) => {
                        overlay::settled(&mut self.overlays, &deed);
                        if !deed.drives {
                            self.toast(deed.says, false);
                        }
                        self.going += deed.then.iter().filter(|act| matches!(act, Act::Do(_))).count();
                        deed.then
                    }
                    // Somebody drives the run already, which is all that was wanted.
                    Err(refusal) if deed.drives && refusal.kind == "busy" => Vec::new(),
                    Err(refusal) if overlay::refused(&mut self.overlays, &deed, &refusal) => Vec::new(),
                    Err(refusal) => {
                        let hint = refusal.hint.map_or_else(String::new, |hint| format!(" ({hint})"));
                        self.toast(format!("{}{hint}", refusal.message), true);
                        Vec::new()
                    }
                }
            }
            Msg::Edited(text) => match self.overlays.last_mut() {
                Some(overlay) => {
                    overlay.edited(&text);
                    Vec::new()
                }
                None => Vec::new(),
            },
            Msg::Terminated => vec![Act::Quit],
            Msg::Broken(part) => vec![Act::Fail(part)],
            Msg::Stopped => vec![Act::Suspend],
            Msg::Continued => vec![Act::Redraw],
        }
    }

    fn seen(&mut self, seen: Seen) -> Vec<Act> {
        match seen {
            Seen::Nothing => self.store = Store::Nothing,
            Seen::Unreadable(why) => self.store = Store::Unreadable(why),
            Seen::Store(sight) => {
                self.store = Store::Here;
                self.sight = sight;
                approvals::keep(self);
            }
        }
        Vec::new()
    }

    fn answered(&mut self, topic: Topic, answer: Answer) -> Vec<Act> {
        match &topic {
            Topic::Doctor => {
                self.overview.answered(answer);
                Vec::new()
            }
            Topic::Diff(_) => {
                self.run.answered(answer);
                Vec::new()
            }
            Topic::Capsules | Topic::Capsule(_) | Topic::Graph(_) | Topic::Lint(_) | Topic::Forecast(_) => {
                capsules::answered(self, topic, answer)
            }
        }
    }

    /// Begins a deed; whoever listens hears its command line first, and is asked.
    pub fn begin(&mut self, deed: Deed) -> Vec<Act> {
        if self.is_spoken() {
            self.overlays.push(Overlay::Confirm(Confirm {
                text: String::new(),
                deed,
                opened: self.now,
            }));
            return Vec::new();
        }
        self.at_once(deed)
    }

    /// Begins a deed that somebody has agreed to.
    pub fn at_once(&mut self, deed: Deed) -> Vec<Act> {
        self.going += 1;
        vec![Act::Do(deed)]
    }

    /// Puts an overlay back, unless it is to go.
    pub fn settle(&mut self, overlay: Overlay, verdict: Verdict) -> Vec<Act> {
        match verdict {
            Verdict::Stay => {
                self.overlays.push(overlay);
                Vec::new()
            }
            Verdict::Act(acts) => {
                self.overlays.push(overlay);
                acts
            }
            Verdict::Close(acts) => acts,
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent) -> Vec<Act> {
        let is_quit = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        if let (Some(mut overlay), false) = (self.overlays.pop(), is_quit) {
            let verdict = overlay.key(key, self);
            return self.settle(overlay, verdict);
        }
        let screen = self.screen();
        if screen == Screen::Runs && self.runs.is_filtering() {
            self.runs.filter_key(key);
            return Vec::new();
        }
        match keymap::intent(screen.place(), key) {
            Some(intent) => self.intend(intent),
            None => Vec::new(),
        }
    }

    /// Does what somebody wants.
    pub fn intend(&mut self, intent: Intent) -> Vec<Act> {
        match intent {
            Intent::Quit => return vec![Act::Quit],
            Intent::Suspend => return vec![Act::Suspend],
            Intent::Redraw => return vec![Act::Redraw],
            Intent::Help | Intent::Palette if self.is_spoken() => flat::explain(self),
            Intent::Help => self.overlays.push(Overlay::help(self.screen().place())),
            Intent::Palette => self.overlays.push(Overlay::palette(self)),
            Intent::Theme => {
                self.palette = self.palette.next();
                self.toast(format!("colours: {}", self.palette.name()), false);
            }
            // Where there is no filter of its own, everything is searched.
            Intent::Filter if !matches!(self.screen(), Screen::Runs | Screen::Run) => {
                return self.intend(Intent::Palette);
            }
            Intent::Screen(at) => {
                if let Some(screen) = Screen::TABS.get(at) {
                    self.go(*screen);
                    return self.entered();
                }
            }
            Intent::Back => {
                if self.screen() == Screen::Run
                    && let Some(above) = self.run.back()
                {
                    return self.open_run(&above);
                }
                if let Some(before) = self.before.pop() {
                    let left = self.screen.replace(before);
                    if left == Some(Screen::Run) {
                        return vec![Act::Open(None)];
                    }
                }
            }
            intent => {
                return match self.screen() {
                    Screen::Overview => overview::intend(self, intent),
                    Screen::Runs => runs::intend(self, intent),
                    Screen::Run => run::intend(self, intent),
                    Screen::Approvals => approvals::intend(self, intent),
                    Screen::Capsules => capsules::intend(self, intent),
                };
            }
        }
        Vec::new()
    }

    /// What a screen wants to know when it is entered.
    fn entered(&mut self) -> Vec<Act> {
        match self.screen() {
            Screen::Overview => vec![ask(&["doctor"], Topic::Doctor)],
            Screen::Capsules => vec![ask(&["capsule", "list"], Topic::Capsules)],
            Screen::Runs | Screen::Run | Screen::Approvals => Vec::new(),
        }
    }

    fn mouse(&mut self, mouse: MouseEvent) -> Vec<Act> {
        if let Some(mut overlay) = self.overlays.pop() {
            let screen = Rect::new(0, 0, self.size.width, self.size.height);
            let verdict = match mouse.kind {
                MouseEventKind::ScrollDown => overlay.key(KeyCode::Down.into(), self),
                MouseEventKind::ScrollUp => overlay.key(KeyCode::Up.into(), self),
                MouseEventKind::Down(_) => {
                    overlay.click(Position::new(mouse.column, mouse.row), screen);
                    Verdict::Stay
                }
                _ => Verdict::Stay,
            };
            return self.settle(overlay, verdict);
        }
        match mouse.kind {
            MouseEventKind::ScrollDown => self.intend(Intent::Down),
            MouseEventKind::ScrollUp => self.intend(Intent::Up),
            MouseEventKind::Down(_) => super::frame::click(self, mouse.column, mouse.row),
            _ => Vec::new(),
        }
    }
}

/// Asks a command line.
pub fn ask(args: &[&str], topic: Topic) -> Act {
    Act::Ask(Ask {
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        topic,
    })
}

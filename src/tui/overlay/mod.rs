//! What lies over a screen: help, the palette, a question, a form.

mod confirm;
mod form;
mod help;
mod palette;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

pub use confirm::Confirm;
pub(super) use form::request;
pub use form::{Form, Purpose};
pub use palette::Palette;

use super::act::{Act, Deed, Refusal};
use super::app::App;
use super::keymap::Place;
use super::theme::Theme;
use crate::tools::Artifact;

/// How long keys mean nothing after something opened that decides, in milliseconds: whoever typed on meant
/// something else.
pub(super) const DEAF_MS: i64 = 300;

/// Something over the screen.
#[derive(Debug)]
pub enum Overlay {
    /// Every key.
    Help(help::Help),
    /// Every command and object.
    Palette(palette::Palette),
    /// Whether something is meant.
    Confirm(Confirm),
    /// What is still to be said.
    Form(Box<Form>),
}

/// What a key made of an overlay.
#[derive(Debug)]
pub enum Verdict {
    /// It stays.
    Stay,
    /// It stays, and something is done.
    Act(Vec<Act>),
    /// It goes, and something is done.
    Close(Vec<Act>),
}

impl Overlay {
    /// The keys that count in `place`.
    pub fn help(place: Place) -> Self {
        Self::Help(help::Help::new(place))
    }

    /// Everything that can be done and opened.
    pub fn palette(app: &App) -> Self {
        Self::Palette(palette::Palette::new(app))
    }

    /// The files that a step left.
    pub fn artifacts(left: &[Artifact]) -> Self {
        Self::Palette(palette::Palette::artifacts(left))
    }

    /// Takes a key.
    pub fn key(&mut self, key: KeyEvent, app: &mut App) -> Verdict {
        if self.opened().is_some_and(|opened| app.now < opened + DEAF_MS) {
            return Verdict::Stay;
        }
        let is_form = matches!(self, Self::Form(_));
        if key.code == KeyCode::Esc && !is_form {
            return Verdict::Close(Vec::new());
        }
        match self {
            Self::Help(help) => help.key(key),
            Self::Palette(palette) => palette.key(key, app),
            Self::Confirm(confirm) => confirm.key(key, app),
            Self::Form(form) => form.key(key, app),
        }
    }

    /// What it is called where it is said; another name is another place.
    pub fn place(&self) -> String {
        match self {
            Self::Help(_) => "keys".to_owned(),
            Self::Palette(_) => "commands".to_owned(),
            Self::Confirm(_) => "Sure?".to_owned(),
            Self::Form(form) => form.place(),
        }
    }

    /// What it says to somebody who listens; help and the palette are answers there, and never lie over a screen.
    pub fn spoken(&self, theme: &Theme) -> Vec<String> {
        match self {
            Self::Help(_) | Self::Palette(_) => Vec::new(),
            Self::Confirm(confirm) => confirm.spoken(),
            Self::Form(form) => form.spoken(theme),
        }
    }

    /// Whether an empty line is no answer to it.
    pub fn is_question(&self) -> bool {
        match self {
            Self::Help(_) | Self::Palette(_) => false,
            Self::Confirm(_) => true,
            Self::Form(form) => !form.takes_nothing(),
        }
    }

    /// Takes a line of somebody who listens.
    pub fn hear(&mut self, line: &str, app: &mut App) -> Verdict {
        match self {
            Self::Help(_) | Self::Palette(_) => Verdict::Close(Vec::new()),
            Self::Confirm(confirm) => confirm.hear(line, app),
            Self::Form(form) => form.hear(line, app),
        }
    }

    /// When it opened, if it decides something.
    fn opened(&self) -> Option<i64> {
        match self {
            Self::Help(_) | Self::Palette(_) => None,
            Self::Confirm(confirm) => Some(confirm.opened),
            Self::Form(form) => Some(form.opened),
        }
    }

    /// Takes a pasted text.
    pub fn paste(&mut self, text: &str) {
        match self {
            Self::Form(form) => form.paste(text),
            Self::Palette(palette) => palette.paste(text),
            Self::Help(_) | Self::Confirm(_) => {}
        }
    }

    /// Takes what the editor left.
    pub fn edited(&mut self, text: &str) {
        if let Self::Form(form) = self {
            form.edited(text);
        }
    }

    /// Takes a click.
    pub fn click(&mut self, at: Position, screen: Rect) {
        match self {
            Self::Form(form) => form.click(at, screen),
            Self::Help(_) | Self::Palette(_) | Self::Confirm(_) => {}
        }
    }

    /// Draws it.
    pub fn draw(&self, theme: &Theme, frame: &mut Frame) {
        match self {
            Self::Help(help) => help.draw(theme, frame),
            Self::Palette(palette) => palette.draw(theme, frame),
            Self::Confirm(confirm) => confirm.draw(theme, frame),
            Self::Form(form) => form.draw(theme, frame),
        }
    }
}

/// Closes the form that waited for `deed`, which is begun or over well.
pub fn settled(overlays: &mut Vec<Overlay>, deed: &Deed) {
    overlays.retain(|overlay| !matches!(overlay, Overlay::Form(form) if form.waits_for(deed)));
}

/// Tells the form that waits for `deed` that it was refused; says whether there is one.
pub fn refused(overlays: &mut [Overlay], deed: &Deed, refusal: &Refusal) -> bool {
    let waiting = overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Form(form) if form.waits_for(deed) => Some(form),
        Overlay::Help(_) | Overlay::Palette(_) | Overlay::Confirm(_) | Overlay::Form(_) => None,
    });
    match waiting {
        Some(form) => {
            form.refused(refusal);
            true
        }
        None => false,
    }
}

//! Colours and signs: what a thing means decides how it looks, in one place.

use ratatui::style::{Color, Modifier, Style};

use crate::sight::step::Sign;

/// A set of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Palette {
    /// Light text on dark.
    #[default]
    Dark,
    /// Dark text on light.
    Light,
    /// Black, white and few bright colours.
    HighContrast,
    /// Blue and orange instead of green and red.
    ColourBlind,
    /// No colour; signs and weight only.
    Mono,
    /// Words instead of signs, for those who listen; not among those that are tried.
    #[value(skip)]
    Spoken,
}

impl Palette {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 5] = [
        Self::Dark,
        Self::Light,
        Self::HighContrast,
        Self::ColourBlind,
        Self::Mono,
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high contrast",
            Self::ColourBlind => "colour-blind safe",
            Self::Mono => "no colour",
            Self::Spoken => "words",
        }
    }

    /// The one after it.
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|one| *one == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// Its styles.
    pub fn theme(self) -> Theme {
        let fg = |colour| Style::new().fg(colour);
        let rgb = Color::Rgb;
        match self {
            Self::Dark => Theme {
                is_spoken: false,
                text: Style::new(),
                dim: fg(rgb(0x8a, 0x91, 0x9e)),
                strong: Style::new().add_modifier(Modifier::BOLD),
                good: fg(rgb(0x7e, 0xc6, 0x99)),
                warn: fg(rgb(0xe5, 0xc0, 0x7b)),
                bad: fg(rgb(0xf0, 0x71, 0x78)),
                accent: fg(rgb(0x6c, 0xb6, 0xff)),
                selected: Style::new().bg(rgb(0x2d, 0x3b, 0x50)).add_modifier(Modifier::BOLD),
                border: fg(rgb(0x4b, 0x53, 0x63)),
                focus: fg(rgb(0x6c, 0xb6, 0xff)),
            },
            Self::Light => Theme {
                is_spoken: false,
                text: Style::new(),
                dim: fg(rgb(0x5c, 0x64, 0x70)),
                strong: Style::new().add_modifier(Modifier::BOLD),
                good: fg(rgb(0x1a, 0x7f, 0x37)),
                warn: fg(rgb(0x8a, 0x5a, 0x00)),
                bad: fg(rgb(0xb3, 0x1d, 0x28)),
                accent: fg(rgb(0x09, 0x50, 0xb0)),
                selected: Style::new().bg(rgb(0xd6, 0xe4, 0xf7)).add_modifier(Modifier::BOLD),
                border: fg(rgb(0xa0, 0xa8, 0xb4)),
                focus: fg(rgb(0x09, 0x50, 0xb0)),
            },
            Self::HighContrast => Theme {
                is_spoken: false,
                text: fg(Color::White),
                dim: fg(Color::White),
                strong: fg(Color::White).add_modifier(Modifier::BOLD),
                good: fg(Color::LightGreen).add_modifier(Modifier::BOLD),
                warn: fg(Color::LightYellow).add_modifier(Modifier::BOLD),
                bad: fg(Color::LightRed).add_modifier(Modifier::BOLD),
                accent: fg(Color::LightCyan).add_modifier(Modifier::BOLD),
                selected: Style::new()
                    .fg(Color::Black)
                    .bg(Color::White)
                    .add_modifier(Modifier::BOLD),
                border: fg(Color::White),
                focus: fg(Color::LightYellow),
            },
            // P. Okabe, K. Ito, "Color Universal Design", 2008.
            Self::ColourBlind => Theme {
                is_spoken: false,
                text: Style::new(),
                dim: fg(rgb(0x8a, 0x91, 0x9e)),
                strong: Style::new().add_modifier(Modifier::BOLD),
                good: fg(rgb(0x56, 0xb4, 0xe9)),
                warn: fg(rgb(0xf0, 0xe4, 0x42)),
                bad: fg(rgb(0xe6, 0x9f, 0x00)).add_modifier(Modifier::BOLD),
                accent: fg(rgb(0xcc, 0x79, 0xa7)),
                selected: Style::new().bg(rgb(0x2d, 0x3b, 0x50)).add_modifier(Modifier::BOLD),
                border: fg(rgb(0x5a, 0x62, 0x70)),
                focus: fg(rgb(0xcc, 0x79, 0xa7)),
            },
            Self::Mono | Self::Spoken => Theme {
                is_spoken: self == Self::Spoken,
                text: Style::new(),
                dim: Style::new().add_modifier(Modifier::DIM),
                strong: Style::new().add_modifier(Modifier::BOLD),
                good: Style::new(),
                warn: Style::new().add_modifier(Modifier::BOLD),
                bad: Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
                accent: Style::new().add_modifier(Modifier::BOLD),
                selected: Style::new().add_modifier(Modifier::REVERSED),
                border: Style::new().add_modifier(Modifier::DIM),
                focus: Style::new().add_modifier(Modifier::BOLD),
            },
        }
    }
}

/// The styles of a palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Whether words stand for signs.
    pub is_spoken: bool,
    /// What is read.
    pub text: Style,
    /// What is read last.
    pub dim: Style,
    /// What is read first.
    pub strong: Style,
    /// All is well.
    pub good: Style,
    /// Somebody should look.
    pub warn: Style,
    /// It is wrong.
    pub bad: Style,
    /// What can be done.
    pub accent: Style,
    /// What the keys are about.
    pub selected: Style,
    /// The edge of a pane.
    pub border: Style,
    /// The edge of the pane that the keys are about.
    pub focus: Style,
}

impl Theme {
    /// How a status of a run looks: its sign, which says as much without colour, and its style.
    ///
    /// The status itself stands beside it, so that nothing is left to be said.
    pub fn status(&self, status: &str) -> (&'static str, Style) {
        let (sign, style) = self.status_drawn(status);
        (self.sign(sign, ""), style)
    }

    fn status_drawn(&self, status: &str) -> (&'static str, Style) {
        match status {
            "running" => ("▶", self.accent),
            "queued" => ("…", self.dim),
            "waiting" => ("?", self.warn),
            "paused" => ("‖", self.warn),
            "cancelling" => ("↶", self.warn),
            "interrupted" => ("!", self.warn),
            "succeeded" => ("✓", self.good),
            "failed" | "denied" => ("✗", self.bad),
            "cancelled" => ("⊘", self.dim),
            _ => ("·", self.dim),
        }
    }

    /// How a step looks.
    pub fn step(&self, sign: &Sign) -> (&'static str, Style) {
        let (sign, word, style) = match sign {
            Sign::Waiting => ("·", "not begun:", self.dim),
            Sign::Started | Sign::Going(_) => ("▶", "goes on:", self.accent),
            Sign::Asks => ("?", "asks:", self.warn),
            Sign::InDoubt => ("⁇", "in doubt:", self.bad),
            Sign::Delayed => ("↻", "tried again later:", self.warn),
            Sign::Skipped => ("⤳", "skipped:", self.dim),
            Sign::Completed => ("✓", "completed:", self.good),
            Sign::Failed(_) => ("✗", "failed:", self.bad),
        };
        (self.sign(sign, word), style)
    }

    /// The name of a field; where columns are not seen, a colon parts it from its value.
    pub fn named(&self, name: &str) -> String {
        let colon = if self.is_spoken && !name.is_empty() { ":" } else { "" };
        format!("{name}{colon}")
    }

    /// A sign, or the word for it where nobody looks.
    pub fn sign(&self, sign: &'static str, word: &'static str) -> &'static str {
        if self.is_spoken { word } else { sign }
    }
}

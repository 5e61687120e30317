//! Colour: decided once per stream, never needed to understand a text.

use std::ffi::OsString;

use clap::ValueEnum;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR or TERM=dumb says otherwise.
    #[default]
    Auto,
    /// In pipes too.
    Always,
    /// Nowhere.
    Never,
}

/// What a piece of text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// All is well.
    Good,
    /// Worth a look.
    Warning,
    /// Wrong.
    Bad,
    /// A heading.
    Strong,
}

/// Whether one stream gets colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    colour: bool,
}

impl Paint {
    /// No colour.
    pub const PLAIN: Self = Self { colour: false };

    /// Decides for a stream: the flag, then `NO_COLOR` (no-color.org), `CLICOLOR_FORCE`
    /// (bixense.com/clicolors), `TERM=dumb`, and whether it is a terminal.
    pub fn decide(when: When, vars: impl Fn(&str) -> Option<OsString>, terminal: bool) -> Self {
        let set = |name: &str| vars(name).filter(|value| !value.is_empty());
        let colour = match when {
            When::Always => true,
            When::Never => false,
            When::Auto if set("NO_COLOR").is_some() => false,
            When::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            When::Auto => terminal && set("TERM").is_none_or(|term| term != "dumb"),
        };
        Self { colour }
    }

    /// Whether there is colour.
    pub fn is_coloured(self) -> bool {
        self.colour
    }

    /// `text` in the colour of `tone` (ECMA-48 SGR), or as it is.
    pub fn apply(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good => 32,
            Tone::Warning => 33,
            Tone::Bad => 31,
            Tone::Strong => 1,
        };
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_then_the_environment_then_the_terminal() {
        let decide = |when, vars: &[(&str, &str)], terminal| {
            let find = |name: &str| {
                vars.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| OsString::from(value))
            };
            Paint::decide(when, find, terminal).colour
        };
        assert!(decide(When::Auto, &[], true));
        assert!(!decide(When::Auto, &[], false));
        assert!(!decide(When::Auto, &[("NO_COLOR", "1")], true));
        assert!(decide(When::Auto, &[("NO_COLOR", "")], true));
        assert!(!decide(When::Auto, &[("TERM", "dumb")], true));
        assert!(decide(When::Auto, &[("CLICOLOR_FORCE", "1")], false));
        assert!(!decide(When::Auto, &[("CLICOLOR_FORCE", "0")], false));
        assert!(!decide(When::Auto, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], true));
        assert!(decide(When::Always, &[("NO_COLOR", "1")], false));
        assert!(!decide(When::Never, &[("CLICOLOR_FORCE", "1")], true));
        assert_eq!(Paint::PLAIN.apply(Tone::Bad, "x"), "x");
        assert_eq!(Paint { colour: true }.apply(Tone::Bad, "x"), "\x1b[31mx\x1b[0m");
    }
}

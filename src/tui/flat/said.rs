//! What a line means, before it is known where it is said.

use crossterm::event::{KeyCode, KeyEvent};

use super::super::keymap;

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Nothing: the place is to be said again.
    Nothing,
    /// How all this works.
    Help,
    /// What was too much at once.
    More,
    /// The end.
    Quit,
    /// A key, by its name.
    Key(KeyEvent),
    /// What the list is to be filtered by.
    Filter(String),
    /// Words that name a command or an object.
    Words(String),
}

impl Said {
    /// What `line` means.
    pub fn read(line: &str) -> Self {
        let line = line.trim();
        if let Some(filter) = line.strip_prefix('/').filter(|filter| !filter.is_empty()) {
            return Self::Filter(filter.to_owned());
        }
        let mut letters = line.chars();
        match (line.to_lowercase().as_str(), letters.next(), letters.next()) {
            ("", ..) => Self::Nothing,
            ("help", ..) => Self::Help,
            ("more", ..) => Self::More,
            ("quit" | "exit", ..) => Self::Quit,
            (_, Some(letter), None) => Self::Key(KeyCode::Char(letter).into()),
            (name, ..) => keymap::named(name).map_or_else(|| Self::Words(line.to_owned()), Self::Key),
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    #[test]
    fn names_of_keys_are_keys_and_other_words_are_words() {
        let key = |code: KeyCode| Said::Key(code.into());
        for (line, said) in [
            ("", Said::Nothing),
            ("  \n", Said::Nothing),
            ("help\n", Said::Help),
            ("More", Said::More),
            ("exit", Said::Quit),
            ("j", key(KeyCode::Char('j'))),
            ("G", key(KeyCode::Char('G'))),
            ("Down", key(KeyCode::Down)),
            ("enter", key(KeyCode::Enter)),
            ("page down", key(KeyCode::PageDown)),
            ("pgdn", key(KeyCode::PageDown)),
            ("shift-tab", key(KeyCode::BackTab)),
            (
                "ctrl-p",
                Said::Key(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::CONTROL)),
            ),
            ("/", key(KeyCode::Char('/'))),
            ("/failed", Said::Filter("failed".to_owned())),
            ("repo digest", Said::Words("repo digest".to_owned())),
        ] {
            assert_eq!(Said::read(line), said, "{line:?}");
        }
    }
}

//! A field of a form with what is written in it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::Value;
use tui_input::{Input, InputRequest};
use unicode_width::UnicodeWidthChar;

use crate::sight::question::{Field, plain};
use crate::sight::text::harmless;

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is given as `-p name=value`.
    Param,
    /// It is the choice of an answer.
    Choice,
    /// It is given as `--reason`.
    Reason,
}

/// A field with what is written in it.
#[derive(Debug)]
pub(super) struct Entry {
    pub field: Field,
    pub role: Role,
    input: Input,
}

/// What is seen of a value: the letters, and the column of the cursor among them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub text: String,
    pub cursor: usize,
}

impl Entry {
    pub fn new(field: Field, role: Role, value: String) -> Self {
        Self {
            field,
            role,
            input: Input::new(value),
        }
    }

    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// Replaces what is written.
    pub fn write(&mut self, value: String) {
        self.input = Input::new(value);
    }

    /// Whether nothing has to be said about it: it says what counts anyway.
    pub fn is_default(&self) -> bool {
        let default = self.field.default.as_ref();
        self.is_unsaid() || default.is_some_and(|default| self.value() == plain(default))
    }

    /// Whether nothing is said in it; an empty text is something where another one was the default.
    pub fn is_unsaid(&self) -> bool {
        let default = self.field.default.as_ref();
        let is_text = default.is_some_and(Value::is_string) && self.field.choices.is_empty();
        self.value().is_empty() && !is_text
    }

    /// Whether it still has to be filled in.
    pub fn is_missing(&self) -> bool {
        self.field.required && self.field.default.is_none() && self.value().is_empty()
    }

    /// Takes a key; says whether it meant something.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        if !self.field.choices.is_empty() {
            return self.choose(key);
        }
        match request(key) {
            Some(request) => {
                self.input.handle(request);
                true
            }
            None => false,
        }
    }

    fn choose(&mut self, key: KeyEvent) -> bool {
        match key.code {
            KeyCode::Right | KeyCode::Char(' ') => self.turn(1),
            KeyCode::Left => self.turn(-1),
            KeyCode::Backspace | KeyCode::Delete => self.write(String::new()),
            KeyCode::Char(letter) if !key.modifiers.contains(KeyModifiers::CONTROL) => {
                let begins = |choice: &&String| choice.to_lowercase().starts_with(letter.to_ascii_lowercase());
                // The next one that begins like that, so that the same letter finds them all.
                let at = self.chosen().map_or(0, |at| at + 1);
                let choices = &self.field.choices;
                let found = choices.iter().skip(at).chain(choices).find(begins).cloned();
                let Some(found) = found else { return false };
                self.write(found);
            }
            _ => return false,
        }
        true
    }

    fn chosen(&self) -> Option<usize> {
        self.field.choices.iter().position(|choice| choice == self.value())
    }

    /// The next choice, or the one before.
    pub fn turn(&mut self, by: isize) {
        let count = self.field.choices.len();
        let next = match (self.chosen(), by < 0) {
            (Some(at), false) => (at + 1) % count.max(1),
            (Some(at), true) => (at + count.saturating_sub(1)) % count.max(1),
            (None, false) => 0,
            (None, true) => count.saturating_sub(1),
        };
        if let Some(choice) = self.field.choices.get(next) {
            self.input = Input::new(choice.clone());
        }
    }

    pub fn paste(&mut self, text: &str) {
        if self.field.choices.is_empty() {
            let text = text
                .trim_end_matches(['\r', '\n'])
                .replace("\r\n", "\n")
                .replace('\r', "\n");
            for letter in text.chars() {
                self.input.handle(InputRequest::InsertChar(letter));
            }
        } else if self.field.choices.iter().any(|choice| choice == text.trim()) {
            self.write(text.trim().to_owned());
        }
    }

    /// The part of the value around the cursor that `width` columns hold, the end of a line drawn as `⏎`.
    pub fn window(&self, width: usize) -> Window {
        let width = width.max(2);
        let seen = |letter: char| match letter {
            '\n' => '⏎',
            '\t' => '→',
            other => other,
        };
        let text: String = self.value().chars().map(seen).collect();
        let letters: Vec<(char, usize)> = harmless(&text)
            .chars()
            .map(|letter| (letter, letter.width().unwrap_or(0)))
            .collect();
        let cursor = self.input.cursor().min(letters.len());
        let width_of = |letters: &[(char, usize)]| letters.iter().map(|(_, width)| width).sum::<usize>();
        let mut first = 0;
        while first < cursor && width_of(&letters[first..cursor]) + 1 > width {
            first += 1;
        }
        let mut used = 0;
        let shown = letters[first..].iter().take_while(|(_, own)| {
            used += own;
            used <= width
        });
        Window {
            text: shown.map(|(letter, _)| *letter).collect(),
            cursor: width_of(&letters[first..cursor]),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(choices: &[&str], value: &str) -> Entry {
        let field = Field {
            name: "a".to_owned(),
            kind: "string".to_owned(),
            about: String::new(),
            required: false,
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
            default: None,
        };
        Entry::new(field, Role::Param, value.to_owned())
    }

    #[test]
    fn a_long_value_is_seen_around_the_cursor() {
        let mut long = entry(&[], "abcdefgh字");
        let shown = |entry: &Entry| {
            let window = entry.window(5);
            (window.text, window.cursor)
        };
        assert_eq!(shown(&long), ("gh字".to_owned(), 4));
        long.key(KeyCode::Home.into());
        assert_eq!(shown(&long), ("abcde".to_owned(), 0));
        long.write("a\nb\u{1b}".to_owned());
        assert_eq!(shown(&long), ("a⏎b\u{fffd}".to_owned(), 4));
    }

    #[test]
    fn choices_are_turned_and_found_by_their_first_letter() {
        let mut choice = entry(&["short", "long", "line"], "");
        let mut press = |code: KeyCode| {
            choice.key(code.into());
            choice.value().to_owned()
        };
        assert_eq!(press(KeyCode::Right), "short");
        assert_eq!(press(KeyCode::Left), "line");
        assert_eq!(press(KeyCode::Char(' ')), "short");
        assert_eq!(press(KeyCode::Char('l')), "long");
        assert_eq!(press(KeyCode::Char('l')), "line");
        assert_eq!(press(KeyCode::Char('x')), "line");
        assert_eq!(press(KeyCode::Backspace), "");
    }

    #[test]
    fn what_is_pasted_keeps_its_lines_and_never_makes_a_choice_of_its_own() {
        let mut text = entry(&[], "");
        text.paste("one\r\ntwo\n");
        assert_eq!(text.value(), "one\ntwo");
        let mut choice = entry(&["short", "long"], "");
        choice.paste("both");
        assert_eq!(choice.value(), "");
        choice.paste("long\n");
        assert_eq!(choice.value(), "long");
    }
}

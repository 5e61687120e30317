//! A form as a conversation: one field after the other, and the command line before it counts.

use super::super::super::app::App;
use super::super::super::screen::capsules::forecast;
use super::super::super::theme::Theme;
use super::super::Verdict;
use super::entry::Entry;
use super::{Form, KeyCode, KeyEvent, KeyModifiers, Purpose};
use crate::sight::text::{cut, harmless};

/// The most letters of a value that are said.
const MOST_LETTERS: usize = 200;

/// The columns that a forecast is written in.
const WIDTH: usize = 96;

impl Form {
    /// Where in the form somebody is; another name is another place.
    pub(in crate::tui::overlay) fn place(&self) -> String {
        let is_foretold = self.rehearsed.as_ref().map(|rehearsed| rehearsed.told.is_some());
        let part = match (is_foretold, &self.sent) {
            (Some(true), _) => "what it would do".to_owned(),
            (Some(false), _) => "asking".to_owned(),
            (None, Some(_)) => "sent".to_owned(),
            (None, None) => match self.entries.get(self.at) {
                Some(entry) => format!("field {} of {}, {}", self.at + 1, self.entries.len(), entry.field.name),
                None => "all is said".to_owned(),
            },
        };
        harmless(&format!("{}: {part}", self.title)).into_owned()
    }

    /// What is asked now.
    pub(in crate::tui::overlay) fn spoken(&self, theme: &Theme) -> Vec<String> {
        if let Some(rehearsed) = &self.rehearsed {
            return match &rehearsed.told {
                Some(Ok(told)) => forecast::lines(told, theme, WIDTH)
                    .iter()
                    .map(|line| line.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
                    .filter(|line| !line.is_empty())
                    .chain(["An empty line goes back.".to_owned()])
                    .collect(),
                Some(Err(_)) | None => vec!["asking what would happen …".to_owned()],
            };
        }
        if self.sent.is_some() {
            return vec!["waiting for it to begin …".to_owned()];
        }
        let mut lines: Vec<String> = self.wrong.iter().map(|wrong| format!("Not yet: {wrong}")).collect();
        if self.at == 0 && self.wrong.is_none() {
            lines.extend(self.lead.lines().map(str::to_owned));
            if !self.entries.is_empty() {
                let keys = "An empty line takes what is there, esc leaves, shift-tab goes back, ctrl-e opens the editor, = before \
                            a text takes it as it is.";
                lines.push(keys.to_owned());
            }
        }
        match self.entries.get(self.at) {
            Some(entry) => lines.extend(entry.spoken()),
            None => {
                lines.extend(self.deed().spoken());
                let foresee = match &self.purpose {
                    Purpose::Start { .. } => ", forecast says what it would do",
                    Purpose::Answer { .. } | Purpose::Cancel { .. } => "",
                };
                lines.push(format!("yes does it, back goes to the fields, esc leaves{foresee}."));
            }
        }
        lines
    }

    /// Whether it waits for words, so that an empty line is an answer.
    pub(in crate::tui::overlay) fn takes_nothing(&self) -> bool {
        self.entries.get(self.at).is_some() || self.rehearsed.is_some()
    }

    /// Takes a line.
    pub(in crate::tui::overlay) fn hear(&mut self, line: &str, app: &mut App) -> Verdict {
        let line = line.trim_end_matches(['\r', '\n']);
        let word = line.trim();
        let control = |letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        if self.sent.is_some() || self.rehearsed.is_some() || word == "esc" {
            let code = if word == "esc" { KeyCode::Esc } else { KeyCode::Enter };
            return self.key(code.into(), app);
        }
        self.wrong = None;
        let count = self.entries.len();
        let Some(entry) = self.entries.get_mut(self.at) else {
            return match word {
                "yes" => self.submit(app),
                "back" | "shift-tab" => {
                    self.at = 0;
                    Verdict::Stay
                }
                "forecast" | "ctrl-f" => self.key(control('f'), app),
                "ctrl-y" => self.key(control('y'), app),
                _ => {
                    self.wrong = Some(format!("`{word}` is neither yes nor back nor esc"));
                    Verdict::Stay
                }
            };
        };
        match word {
            "shift-tab" => {
                self.at = self.at.saturating_sub(1);
                return Verdict::Stay;
            }
            "ctrl-e" => return self.key(control('e'), app),
            _ => {}
        }
        if let Err(wrong) = entry.hear(line) {
            self.wrong = Some(wrong);
        } else if entry.is_missing() {
            self.wrong = Some(format!("`{}` is required", entry.field.name));
        } else {
            self.at = (self.at + 1).min(count);
        }
        Verdict::Stay
    }
}

impl Entry {
    /// What it is, what it may be, and what is there.
    fn spoken(&self) -> Vec<String> {
        let field = &self.field;
        let needed = if field.required { ", required" } else { "" };
        let kind = if field.choices.is_empty() {
            field.kind.as_str()
        } else {
            "a number chooses"
        };
        let about = if field.about.is_empty() {
            String::new()
        } else {
            format!(": {}", field.about)
        };
        let mut lines = vec![format!("{} ({kind}{needed}){about}", field.name)];
        let choices = field.choices.iter().enumerate();
        lines.extend(choices.map(|(at, choice)| format!("{}: {choice}", at + 1)));
        if !self.value().is_empty() {
            let value = cut(&self.value().replace('\n', " ⏎ "), MOST_LETTERS);
            lines.push(format!("Now: {value}"));
        }
        lines
    }

    /// Takes a line; a refusal says what it may be.
    fn hear(&mut self, line: &str) -> Result<(), String> {
        if line.trim().is_empty() {
            return Ok(());
        }
        let choices = &self.field.choices;
        if choices.is_empty() {
            self.write(line.strip_prefix('=').unwrap_or(line).to_owned());
            return Ok(());
        }
        let word = line.trim();
        if word == "=" {
            self.write(String::new());
            return Ok(());
        }
        // A choice that is a number itself comes before its place.
        let exact = choices.iter().find(|choice| *choice == word);
        let numbered = || choices.get(word.parse::<usize>().ok()?.checked_sub(1)?);
        let begun = || {
            let mut begun = choices.iter().filter(|choice| choice.starts_with(word));
            begun.next().filter(|_| begun.next().is_none())
        };
        match exact.or_else(numbered).or_else(begun).cloned() {
            Some(choice) => {
                self.write(choice);
                Ok(())
            }
            None => Err(format!("`{word}` is none of {}", choices.join(", "))),
        }
    }
}

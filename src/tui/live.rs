//! What models write for the run that is opened, while they write it.

use std::collections::{BTreeMap, VecDeque};

use crate::engine::fact::Unit;
use crate::engine::live::Delta;
use crate::sight::text::harmless;

/// The most lines that are kept of a unit.
const MOST_LINES: usize = 200;

/// The longest line that is kept whole, in bytes.
const LONGEST_LINE: usize = 4_096;

/// The newest text of every unit of one run. It may lack a beginning: nobody records it.
#[derive(Debug, Default)]
pub struct Live {
    run: String,
    texts: BTreeMap<Unit, Text>,
    newest: Option<Unit>,
}

#[derive(Debug, Default)]
struct Text {
    attempt: u32,
    lines: VecDeque<String>,
}

impl Live {
    /// Another run is opened; what was heard of the last one goes.
    pub fn open(&mut self, run: &str) {
        *self = Self {
            run: run.to_owned(),
            ..Self::default()
        };
    }

    /// Takes a piece in, when it is of the run that is opened.
    pub fn hear(&mut self, run: &str, delta: Delta) {
        if self.run != run {
            return;
        }
        let text = self.texts.entry(delta.unit.clone()).or_default();
        if text.attempt != delta.attempt {
            // What an earlier attempt wrote is void.
            *text = Text {
                attempt: delta.attempt,
                ..Text::default()
            };
        }
        text.push(&harmless(&delta.text));
        self.newest = Some(delta.unit);
    }

    /// The unit of `step` that was heard last, if any of them was.
    pub fn newest(&self, step: &str) -> Option<&Unit> {
        let newest = self.newest.as_ref().filter(|unit| unit.step == step);
        newest.or_else(|| self.texts.keys().rev().find(|unit| unit.step == step))
    }

    /// The newest lines of a unit, the last one perhaps not over.
    pub fn lines(&self, unit: &Unit) -> impl DoubleEndedIterator<Item = &str> {
        let text = self.texts.get(unit);
        text.into_iter().flat_map(|text| text.lines.iter().map(String::as_str))
    }
}

impl Text {
    fn push(&mut self, piece: &str) {
        for (at, part) in piece.split('\n').enumerate() {
            match self.lines.back_mut() {
                Some(line) if at == 0 && line.len() < LONGEST_LINE => line.push_str(part),
                _ => self.lines.push_back(part.to_owned()),
            }
        }
        let surplus = self.lines.len().saturating_sub(MOST_LINES);
        self.lines.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::super::app::{App, Msg};
    use super::super::theme::Palette;
    use super::*;

    fn hear(app: &mut App, run: &str, unit: &Unit, attempt: u32, text: &str) {
        let (unit, text) = (unit.clone(), text.to_owned());
        let delta = Delta { unit, attempt, text };
        let run = run.to_owned();
        assert!(app.update(Msg::Delta { run, delta }).is_empty());
    }

    fn lines<'a>(app: &'a App, unit: &Unit) -> Vec<&'a str> {
        app.live.lines(unit).collect()
    }

    #[test]
    fn pieces_become_the_lines_of_their_unit() {
        let mut app = App::new(Palette::default(), 0, Size::new(80, 24));
        app.open_run("r");
        let (first, second) = (Unit::item("lines", 0), Unit::item("lines", 1));
        for piece in ["The ", "first\nThe second", "\n\nThe la"] {
            hear(&mut app, "r", &first, 1, piece);
        }
        hear(&mut app, "r", &second, 1, "\u{1b}[2J");
        hear(&mut app, "another", &first, 1, "unheard");
        assert_eq!(lines(&app, &first), ["The first", "The second", "", "The la"]);
        assert_eq!(lines(&app, &second), ["\u{fffd}[2J"]);
        assert_eq!(
            (app.live.newest("lines"), app.live.newest("other")),
            (Some(&second), None)
        );
    }

    #[test]
    fn another_attempt_and_another_run_begin_anew() {
        let mut app = App::new(Palette::default(), 0, Size::new(80, 24));
        app.open_run("r");
        let unit = Unit::step("s");
        hear(&mut app, "r", &unit, 1, "one\ntwo");
        hear(&mut app, "r", &unit, 2, "again");
        assert_eq!(lines(&app, &unit), ["again"]);
        app.open_run("q");
        assert_eq!(app.live.newest("s"), None);
        hear(&mut app, "q", &unit, 1, "other");
        assert_eq!(lines(&app, &unit), ["other"]);
    }

    #[test]
    fn only_the_newest_lines_are_kept_and_none_grows_without_end() {
        let mut app = App::new(Palette::default(), 0, Size::new(80, 24));
        app.open_run("r");
        let unit = Unit::step("s");
        (0..1_000).for_each(|line| hear(&mut app, "r", &unit, 1, &format!("{line}\n")));
        let kept = lines(&app, &unit);
        assert_eq!((kept.len(), kept[0], kept[198]), (MOST_LINES, "801", "999"));
        (0..1_000).for_each(|_| hear(&mut app, "r", &unit, 1, &"x".repeat(1_000)));
        let kept = lines(&app, &unit);
        assert_eq!(kept.len(), MOST_LINES);
        assert!(kept.iter().all(|line| line.len() < LONGEST_LINE + 1_000));
    }
}

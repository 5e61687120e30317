//! The face of lines: it appends to standard output, and nothing else.

use std::io::{self, Write};

use super::super::app::App;
use super::super::edge::Face;
use super::changes::{Line, changes};
use super::dialogue::{Wish, answer};
use super::news::News;
use super::view::{Canvas, View};
use crate::sight::text::harmless;

/// What stands before what somebody writes.
const PROMPT: &str = "somagent> ";

/// The most lines that are said at once.
const MOST_AT_ONCE: usize = 60;

/// What is said, and what was said before.
pub struct Lines<W: Write> {
    out: W,
    canvas: Canvas,
    last: View,
    /// The last one that lay over nothing.
    screen: View,
    /// What was too much at once.
    rest: Vec<String>,
    news: News,
    is_prompted: bool,
}

impl<W: Write> Lines<W> {
    /// Says nothing yet.
    pub fn new(out: W) -> Self {
        Self {
            out,
            canvas: Canvas::new(),
            last: View::default(),
            screen: View::default(),
            rest: Vec::new(),
            news: News::default(),
            is_prompted: false,
        }
    }

    /// As many of `lines` as are said at once; the rest is kept.
    fn begin(&mut self, mut lines: Vec<String>) -> Vec<String> {
        self.rest = lines.split_off(lines.len().min(MOST_AT_ONCE));
        if !self.rest.is_empty() {
            lines.push(format!("{} lines more: more goes on.", self.rest.len()));
        }
        lines
    }

    /// What is to be said of the place that is seen now.
    fn of_place(&mut self, view: &View, wish: Option<Wish>, is_silent: bool) -> Vec<String> {
        // What was there before something lay over it is known still.
        let before = if view.is_overlay { &self.last } else { &self.screen };
        let is_elsewhere = view.heading.name != before.heading.name || view.is_overlay != before.is_overlay;
        let is_back = self.last.is_overlay && !view.is_overlay;
        let changed = || changes(&before.lines, &view.lines).into_iter().map(Line::said);
        match wish {
            Some(Wish::More) => {
                let rest = std::mem::take(&mut self.rest);
                if rest.is_empty() {
                    vec!["That was all.".to_owned()]
                } else {
                    self.begin(rest)
                }
            }
            Some(Wish::Whole) => self.begin(view.whole()),
            Some(Wish::Changes | Wish::Nothing) | None if is_elsewhere => self.begin(view.whole()),
            Some(Wish::Changes | Wish::Nothing) | None if is_back => {
                let title = format!("Back in {}", view.title());
                let lines = std::iter::once(title).chain(changed()).collect();
                self.begin(lines)
            }
            Some(Wish::Changes) => {
                let lines: Vec<String> = changed().collect();
                if lines.is_empty() && is_silent {
                    return vec!["Nothing is other than before.".to_owned()];
                }
                self.begin(lines)
            }
            None if before.is_pending() => changed().collect(),
            Some(Wish::Nothing) | None => Vec::new(),
        }
    }

    fn say(&mut self, lines: &[String], is_answer: bool) -> io::Result<()> {
        if self.is_prompted && !is_answer && !lines.is_empty() {
            // What somebody has begun to write stays theirs.
            writeln!(self.out)?;
        }
        for line in lines {
            writeln!(self.out, "{}", harmless(line).replace('\n', " "))?;
        }
        // What happens by itself is not an answer: the prompt would only be heard again.
        if is_answer {
            write!(self.out, "{PROMPT}")?;
        }
        self.is_prompted = is_answer || (self.is_prompted && lines.is_empty());
        self.out.flush()
    }
}

impl<W: Write> Face for Lines<W> {
    fn show(&mut self, app: &mut App) -> io::Result<()> {
        let (mut said, wish) = match &mut app.dialogue {
            Some(dialogue) => dialogue.take(),
            None => (Vec::new(), None),
        };
        let view = self.canvas.view(app)?;
        said.extend(self.news.of(app));
        said.extend(self.of_place(&view, wish, said.is_empty()));
        if !view.is_overlay {
            self.screen = view.clone();
        }
        self.last = view;
        self.say(&said, wish.is_some())
    }

    fn lend<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<T> {
        let done = work();
        self.is_prompted = false;
        Ok(done)
    }

    /// Says it: whoever listens to the terminal can take a line from there.
    fn copy(&mut self, app: &mut App, text: &str) -> io::Result<()> {
        answer(app, [format!("Command line: {text}")]);
        Ok(())
    }
}

impl<W: Write> Drop for Lines<W> {
    fn drop(&mut self) {
        // Nobody is left to tell when this fails.
        let _ = writeln!(self.out, "The dashboard is closed.");
    }
}

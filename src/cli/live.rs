//! The tree of steps on a terminal, drawn again in place while a run goes on.
//!
//! Writes to standard error only, from the task that prints, and nothing of it outlives the run. Between two
//! pictures the cursor stands below the tree; whoever writes something else takes the tree away first.

use std::io;
use std::time::Duration;

use crossterm::cursor::{MoveToColumn, MoveUp};
use crossterm::queue;
use crossterm::terminal::{self, Clear, ClearType};

use super::capsule::graph;
use super::output::{Format, Output, harmless, talk};
use super::steps::{Drawn, Look, Steps};
use crate::capsule::Catalogue;
use crate::engine::now_ms;
use crate::journal::{Event, Reader};

/// Between two pictures.
pub const FRAME: Duration = Duration::from_millis(100);

/// What a terminal is taken for that does not say how large it is.
const SIZE: (u16, u16) = (80, 24);

/// A tree on the terminal.
pub struct Live {
    steps: Steps,
    catalogue: Catalogue,
    reader: Reader,
    look: Look,
    /// The lines that stand on the terminal now.
    standing: Vec<Drawn>,
    size: (u16, u16),
}

impl Live {
    /// A tree of the run `asked`, when progress may be drawn here.
    pub fn wanted(output: &Output, asked: &str, catalogue: &Catalogue, reader: Reader) -> Option<Self> {
        let is_wanted = output.draws() && output.format() == Format::Table;
        is_wanted.then(|| Self {
            steps: Steps::new(asked, now_ms()),
            catalogue: catalogue.clone(),
            reader,
            look: Look {
                width: 0,
                height: None,
                signs: graph::signs(|name| std::env::var(name).ok()),
                paint: output.talk_paint(),
            },
            standing: Vec::new(),
            size: SIZE,
        })
    }

    /// Takes in an event; a line that is no part of the tree is written above it.
    pub fn take(&mut self, event: &Event, line: Option<String>) {
        // What cannot be read is not drawn; the run does not depend on that.
        let _ = self.steps.take(event, &self.catalogue, &self.reader);
        if let Some(line) = line {
            self.above(&line);
        }
    }

    /// Writes a line above the tree.
    pub fn above(&mut self, line: &str) {
        self.clear();
        talk(&format!("{}\n", harmless(line)));
    }

    /// Draws the tree as it is now.
    pub fn draw(&mut self) {
        let size = terminal::size().unwrap_or(SIZE);
        let look = Look {
            // A line that fills its row leaves the cursor where terminals disagree.
            width: usize::from(size.0).saturating_sub(1),
            height: Some(usize::from(size.1).saturating_sub(1)),
            ..self.look
        };
        let lines = self.steps.drawn(now_ms(), look);
        if lines != self.standing || size != self.size {
            self.put(lines, size);
        }
    }

    /// Takes the tree away, for somebody else to write.
    pub fn clear(&mut self) {
        if !self.standing.is_empty() {
            let size = terminal::size().unwrap_or(SIZE);
            self.put(Vec::new(), size);
        }
    }

    /// Leaves the whole tree behind.
    pub fn finish(mut self) {
        let size = terminal::size().unwrap_or(SIZE);
        let look = Look {
            width: usize::from(size.0).saturating_sub(1),
            ..self.look
        };
        let lines = self.steps.drawn(now_ms(), look);
        self.put(lines, size);
    }

    /// Puts `lines` in the place of those that stand there.
    fn put(&mut self, lines: Vec<Drawn>, size: (u16, u16)) {
        let mut bytes = Vec::new();
        // Writing to memory cannot fail.
        let _ = picture(&mut bytes, rows(&self.standing, size.0), &lines);
        talk(&String::from_utf8_lossy(&bytes));
        self.standing = lines;
        self.size = size;
    }
}

/// The rows that `lines` take in a terminal of `width`: one that became narrower has wrapped them.
fn rows(lines: &[Drawn], width: u16) -> u16 {
    let width = usize::from(width).max(1);
    let rows: usize = lines.iter().map(|line| line.width.max(1).div_ceil(width)).sum();
    u16::try_from(rows).unwrap_or(u16::MAX)
}

fn picture(bytes: &mut Vec<u8>, above: u16, lines: &[Drawn]) -> io::Result<()> {
    if above > 0 {
        queue!(bytes, MoveToColumn(0), MoveUp(above))?;
    }
    for line in lines {
        bytes.extend_from_slice(line.text.as_bytes());
        queue!(bytes, Clear(ClearType::UntilNewLine))?;
        bytes.push(b'\n');
    }
    queue!(bytes, Clear(ClearType::FromCursorDown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(texts: &[&str]) -> Vec<Drawn> {
        let line = |text: &&str| Drawn {
            text: (*text).to_owned(),
            width: text.chars().count(),
        };
        texts.iter().map(line).collect()
    }

    /// What a terminal of 20 columns shows after these bytes.
    fn shown(bytes: &[u8]) -> String {
        let size = |cells| std::num::NonZero::new(cells).unwrap();
        let mut parser = vt100::Parser::new(size(8), size(20), 0);
        // As the system's terminal driver does.
        let text = String::from_utf8_lossy(bytes).replace('\n', "\r\n");
        parser.process(text.as_bytes());
        parser.screen().contents().trim_end().to_owned()
    }

    #[test]
    fn a_picture_takes_the_place_of_the_last_one() {
        let mut bytes = b"$ somagent run\n".to_vec();
        let first = drawn(&["> one step", ". two", ". three", "0 of 3"]);
        picture(&mut bytes, 0, &first).unwrap();
        assert_eq!(shown(&bytes), "$ somagent run\n> one step\n. two\n. three\n0 of 3");
        let second = drawn(&["+ 2 completed", "3 of 3"]);
        picture(&mut bytes, rows(&first, 20), &second).unwrap();
        assert_eq!(shown(&bytes), "$ somagent run\n+ 2 completed\n3 of 3");
        picture(&mut bytes, rows(&second, 20), &[]).unwrap();
        bytes.extend_from_slice(b"asks: ");
        assert_eq!(shown(&bytes), "$ somagent run\nasks:");
    }

    #[test]
    fn lines_that_a_narrower_terminal_has_wrapped_are_taken_away_whole() {
        let lines = drawn(&["0123456789", "", "0123456789012345"]);
        assert_eq!(rows(&lines, 80), 3);
        assert_eq!(rows(&lines, 10), 4);
        assert_eq!(rows(&lines, 5), 7);
        assert_eq!(rows(&[], 0), 0);
    }
}

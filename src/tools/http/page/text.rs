//! The text of a part of a page, in lines: headings, lists, quotations, tables and code are marked as in Markdown.

use super::choose::{is_around, is_silent};
use super::dom::{Id, Tree};

/// The most lists and quotations in each other that are seen before a line; the deeper ones look like the last of them.
const SHOWN_DEPTH: usize = 20;

/// Writes text, one block after the other.
#[derive(Debug, Default)]
struct Writer {
    out: String,
    /// The line that is being written.
    line: String,
    /// What stands before each line: of quotations and lists.
    before: Vec<String>,
    /// Whether an empty line comes before the next one.
    gap: bool,
    /// Characters so far.
    written: usize,
    /// After how many of them nothing more is written.
    most: usize,
    /// Whether something was not written.
    is_cut: bool,
    /// How many cells of the row came before,
    cells: usize,
    /// and how much was written before it.
    row: usize,
}

/// What is done next: a node is entered, or left.
enum Step {
    Enter(Id),
    Leave(Id),
}

/// The text of `from`, and whether it was cut; where `without_around`, what stands around the text of every page is
/// left out.
///
/// It ends with the line that reaches `most` characters: what a page says may be many times as long as the page.
pub(super) fn of(tree: &Tree, from: Id, without_around: bool, most: usize) -> (String, bool) {
    let mut writer = Writer {
        most,
        ..Writer::default()
    };
    let mut lists: Vec<Option<u64>> = Vec::new();
    let mut open = vec![Step::Enter(from)];
    while let Some(step) = open.pop() {
        if writer.is_cut {
            break;
        }
        let id = match step {
            Step::Leave(id) => {
                leave(tree, id, &mut writer, &mut lists);
                continue;
            }
            Step::Enter(id) => id,
        };
        if id != from && (is_silent(tree, id) || (without_around && is_around(tree, id))) {
            continue;
        }
        if let Some(text) = tree.text(id) {
            writer.words(text);
            continue;
        }
        if tree.name(id) == Some("pre") {
            writer.code(&plain(tree, id));
            continue;
        }
        enter(tree, id, &mut writer, &mut lists);
        open.push(Step::Leave(id));
        open.extend(tree.children(id).iter().rev().map(|child| Step::Enter(*child)));
    }
    writer.end_line();
    writer.out.truncate(writer.out.trim_end().len());
    (writer.out, writer.is_cut)
}

fn enter(tree: &Tree, id: Id, writer: &mut Writer, lists: &mut Vec<Option<u64>>) {
    let Some(name) = tree.name(id) else {
        return;
    };
    match name {
        "br" => writer.end_line(),
        "hr" => writer.block(),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            writer.block();
            let level = usize::from(name.as_bytes()[1] - b'0');
            writer.line = format!("{} ", "#".repeat(level));
        }
        "ul" | "menu" | "ol" => {
            // A list in a list goes on with it.
            if lists.is_empty() {
                writer.block();
            } else {
                writer.end_line();
                writer.gap = false;
            }
            let start = tree.attribute(id, "start").and_then(|start| start.parse().ok());
            lists.push((name == "ol").then(|| start.unwrap_or(1)));
        }
        "li" => {
            writer.end_line();
            let mark = match lists.last_mut() {
                Some(Some(number)) => {
                    let mark = format!("{number}. ");
                    *number = number.saturating_add(1);
                    mark
                }
                Some(None) | None => "- ".to_owned(),
            };
            writer.before.push(" ".repeat(mark.len()));
            writer.line = mark;
        }
        "blockquote" => {
            writer.block();
            writer.before.push("> ".to_owned());
        }
        "tr" => {
            writer.end_line();
            writer.cells = 0;
            writer.row = writer.out.len();
        }
        "dt" => writer.end_line(),
        "td" | "th" => {
            // A row that begins with cells of nothing has its marks all the same; blocks in a cell stand alone.
            let is_behind_nothing = writer.cells > 0 && writer.out.len() == writer.row;
            if is_behind_nothing || !writer.line.trim().is_empty() {
                writer.line.push_str(" | ");
            }
            writer.cells += 1;
        }
        "dd" => {
            writer.end_line();
            writer.before.push("  ".to_owned());
        }
        "img" => {
            if let Some(alt) = tree.attribute(id, "alt").filter(|alt| !alt.trim().is_empty()) {
                writer.words(&format!("[{alt}]"));
            }
        }
        _ if is_block(name) => {
            // The first paragraph of a point stands behind its mark.
            if writer.is_at_mark() {
                return;
            }
            writer.block();
        }
        _ => {}
    }
}

fn leave(tree: &Tree, id: Id, writer: &mut Writer, lists: &mut Vec<Option<u64>>) {
    let Some(name) = tree.name(id) else {
        return;
    };
    match name {
        "ul" | "menu" | "ol" => {
            writer.end_line();
            lists.pop();
            writer.gap |= lists.is_empty();
        }
        "li" => {
            writer.end_line();
            writer.gap = false;
            writer.before.pop();
        }
        "blockquote" => {
            writer.end_line();
            writer.before.pop();
            writer.gap = true;
        }
        "dd" => {
            writer.end_line();
            writer.before.pop();
        }
        "tr" | "dt" => writer.end_line(),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => writer.block(),
        _ if is_block(name) => writer.block(),
        _ => {}
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "nav"
            | "aside"
            | "table"
            | "dl"
            | "figure"
            | "figcaption"
            | "form"
            | "fieldset"
            | "address"
            | "details"
            | "summary"
            | "caption"
    )
}

/// All text in a node, blanks and line ends as they are.
fn plain(tree: &Tree, id: Id) -> String {
    let mut text = String::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        if is_silent(tree, id) {
            continue;
        }
        match tree.name(id) {
            Some("br") => text.push('\n'),
            Some(_) | None => text.push_str(tree.text(id).unwrap_or_default()),
        }
        open.extend(tree.children(id).iter().rev());
    }
    text
}

impl Writer {
    /// Adds words; any number of blanks is one.
    fn words(&mut self, text: &str) {
        let starts_blank = text.starts_with(char::is_whitespace);
        let mut is_first = true;
        for word in text.split_whitespace() {
            let needs_blank = !is_first || starts_blank;
            if needs_blank && !self.line.is_empty() && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
            self.line
                .extend(word.chars().filter(|character| !character.is_control()));
            is_first = false;
        }
        if text.ends_with(char::is_whitespace) && !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
    }

    /// Whether nothing but the mark of a point or a heading stands in the line.
    fn is_at_mark(&self) -> bool {
        let line = self.line.trim_end();
        let number = line.strip_suffix('.').unwrap_or_default();
        line == "-" || (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        let text = line.trim();
        let is_empty = text.is_empty() || text.chars().all(|character| matches!(character, '#' | '|' | ' '));
        if is_empty {
            return;
        }
        let is_mark = text.starts_with("- ")
            || text == "-"
            || text
                .split_once(". ")
                .is_some_and(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
        // The mark of a point stands where its other lines have blanks.
        let hang = self.before.last().filter(|before| before.trim().is_empty() && is_mark);
        let depth = self.before.len() - usize::from(hang.is_some());
        let before: String = self.before[..depth.min(SHOWN_DEPTH)].concat();
        self.put(&before, text);
    }

    fn put(&mut self, before: &str, text: &str) {
        if self.written >= self.most {
            self.is_cut = true;
            return;
        }
        let has_gap = std::mem::take(&mut self.gap) && !self.out.is_empty();
        if has_gap {
            self.out.push_str(before.trim_end());
            self.out.push('\n');
            self.written += before.trim_end().chars().count() + 1;
        }
        self.written += before.chars().count() + text.chars().count() + 1;
        self.out.push_str(before);
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn block(&mut self) {
        self.end_line();
        self.gap = true;
    }

    fn code(&mut self, text: &str) {
        self.block();
        let before = self.before[..self.before.len().min(SHOWN_DEPTH)].concat();
        self.put(&before, "```");
        for line in text.trim_matches('\n').split('\n') {
            if self.is_cut {
                return;
            }
            let line: String = line
                .chars()
                .filter(|character| !character.is_control() || *character == '\t')
                .collect();
            self.put(&before, line.trim_end());
        }
        self.put(&before, "```");
        self.gap = true;
    }
}

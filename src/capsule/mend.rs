//! Changes of a capsule's text that mend a problem, where there is exactly one sensible change.
//!
//! Pure text: nothing here reads or writes a file.

use std::ops::Range;

use super::document::SCHEMA;
use super::node::{Kind, Node};
use super::problem::{Problem, only_candidate};

/// A change of the text that mends a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// The bytes that are replaced; an empty range inserts.
    pub span: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// `text` with every mend of `problems` in place; of those that touch each other, the first.
///
/// What was put off is found again in the text that this gives.
pub fn apply(text: &str, problems: &[Problem]) -> String {
    let mut mends: Vec<&Mend> = problems.iter().filter_map(|problem| problem.mend.as_ref()).collect();
    mends.sort_by_key(|mend| (mend.span.start, mend.span.end));
    let mut mended = String::with_capacity(text.len());
    let mut done = 0;
    let mut last = None;
    for mend in mends {
        let free = mend.span.start >= done && last != Some(mend.span.start);
        let Some(before) = text.get(done..mend.span.start).filter(|_| free) else {
            continue;
        };
        if text.get(mend.span.clone()).is_none() {
            continue;
        }
        mended.push_str(before);
        mended.push_str(&mend.text);
        done = mend.span.end;
        last = Some(mend.span.start);
    }
    mended.push_str(text.get(done..).unwrap_or_default());
    mended
}

/// Puts the one name in `known` that `given` can mean in its place in `span`.
pub(super) fn rename<'n>(
    text: &str,
    span: &Range<usize>,
    given: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Option<Mend> {
    let name = only_candidate(given, known)?;
    if given.is_empty() || !is_plain(name) {
        return None;
    }
    let written = text.get(span.clone())?;
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut places = written.match_indices(given).filter(|(at, _)| {
        let (before, after) = (&written[..*at], &written[at + given.len()..]);
        !before.ends_with(part) && !after.starts_with(part)
    });
    let (at, _) = places.next()?;
    if places.next().is_some() {
        return None;
    }
    let start = span.start + at;
    Some(Mend {
        span: start..start + given.len(),
        text: name.to_owned(),
    })
}

/// Whether YAML reads `name` as a text, with quotes and without.
fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@'))
        && !["true", "false", "null"].contains(&name.to_ascii_lowercase().as_str())
}

/// Puts quotes around the number or the boolean at `span`.
pub(super) fn quote(text: &str, span: &Range<usize>) -> Option<Mend> {
    let written = text.get(span.clone())?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
    (!written.is_empty() && written.chars().all(plain)).then(|| Mend {
        span: span.clone(),
        text: format!("\"{written}\""),
    })
}

/// Puts `schema` in front of a capsule that has none.
pub(super) fn schema_line(text: &str, root: &Node) -> Option<Mend> {
    let start = root.span.start;
    let (at, line) = if text.get(start..)?.starts_with('{') {
        (start + 1, format!("\"schema\": \"{SCHEMA}\", "))
    } else {
        (start, format!("schema: {SCHEMA}\n"))
    };
    let begins_a_line = at > start || text[..start].is_empty() || text[..start].ends_with('\n');
    begins_a_line.then_some(Mend {
        span: at..at,
        text: line,
    })
}

/// Puts `item`, a text of one line, at the end of the list `node`.
pub(super) fn append(text: &str, node: &Node, item: &str) -> Option<Mend> {
    let Kind::List(items) = &node.kind else { return None };
    let flow = text.get(node.span.start..)?.starts_with('[');
    let (at, text) = match (items.last(), flow) {
        (Some(last), true) => (last.span.end, format!(", {item}")),
        (None, true) => (node.span.start + 1, item.to_owned()),
        (Some(last), false) => {
            let line = text.get(..last.span.start)?;
            let indent = &line[line.rfind('\n').map_or(0, |end| end + 1)..];
            if indent.trim() != "-" {
                return None;
            }
            // Whatever stands behind the last item in its line is a remark about that item.
            let rest = text.get(last.span.end..)?.lines().next().unwrap_or_default();
            if !(rest.trim().is_empty() || rest.trim_start().starts_with('#')) {
                return None;
            }
            (last.span.end + rest.len(), format!("\n{indent}{item}"))
        }
        (None, false) => return None,
    };
    Some(Mend { span: at..at, text })
}

/// Puts a tool that no list has yet into `tools`.
pub(super) fn add_tool(text: &str, root: &Node, tool: &str) -> Option<Mend> {
    if let Some(tools) = root.entry("tools") {
        return append(text, &tools.value, tool);
    }
    let at = root.entry("execution")?.key_span.start;
    let before = text.get(..at)?;
    (before.is_empty() || before.ends_with('\n')).then(|| Mend {
        span: at..at,
        text: format!("tools:\n  - {tool}\n"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::problem::Code;
    use super::*;

    fn with(span: Range<usize>, text: &str) -> Problem {
        Problem::error(Code::C001, span.clone(), "x").with_mend(Some(Mend {
            span,
            text: text.to_owned(),
        }))
    }

    #[test]
    fn mends_are_applied_once_each_and_never_over_one_another() {
        let problems = [
            with(7..8, "C"),
            with(0..1, "A"),
            with(7..8, "C"),
            with(0..3, "overlapping"),
            with(2..2, "+"),
            with(2..2, "-"),
            with(50..60, "outside"),
        ];
        assert_eq!(apply("a b é c", &problems), "A +b é C");
        assert_eq!(apply("abc", &[]), "abc");
    }

    #[test]
    fn a_mend_inside_a_character_is_left_out() {
        assert_eq!(apply("éa", &[with(1..2, "x"), with(2..3, "b")]), "éb");
    }

    #[test]
    fn a_name_is_mended_only_where_one_can_be_meant() {
        let text = "needs: [lgo, lgo_2]";
        let mend = rename(text, &(7..19), "lgo", ["log", "draft"]).unwrap();
        assert_eq!((mend.span, mend.text.as_str()), (8..11, "log"));
        assert_eq!(rename(text, &(7..19), "lgo", ["log", "lg"]), None);
        assert_eq!(rename("lgo lgo", &(0..7), "lgo", ["log"]), None);
        assert_eq!(rename("nul", &(0..3), "nul", ["null"]), None);
        assert_eq!(rename("ab", &(0..2), "ab", ["a: b"]), None);
    }
}

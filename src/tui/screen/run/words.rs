//! Texts that fit: cut, wrapped, and amounts in few letters.

use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::super::frame::short;
use super::super::super::theme::Theme;
use crate::capsule::budget::Budget;
use crate::sight::text::harmless;
use crate::sight::time;

/// The width of the names of fields.
const NAMES: usize = 10;

/// At most `width` columns of one line of text; what is left out leaves `…`.
pub fn cut(text: &str, width: usize) -> String {
    let text = harmless(text).replace(['\n', '\t'], " ");
    if text.width() <= width {
        return text;
    }
    let mut used = 1;
    let mut kept: String = text
        .chars()
        .take_while(|character| {
            used += character.width().unwrap_or(0);
            used <= width
        })
        .collect();
    if width > 0 {
        kept.push('…');
    }
    kept
}

/// Exactly `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    let mut text = cut(text, width);
    text.push_str(&" ".repeat(width.saturating_sub(text.width())));
    text
}

/// Lines of at most `width` columns, broken anywhere.
pub fn broken(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for line in harmless(text).replace('\t', "    ").split('\n') {
        let (mut part, mut used) = (String::new(), 0);
        for character in line.chars() {
            let more = character.width().unwrap_or(0);
            if used + more > width {
                lines.push(std::mem::take(&mut part));
                used = 0;
            }
            part.push(character);
            used += more;
        }
        lines.push(part);
    }
    lines
}

/// Lines of at most `width` columns, broken between words where that is possible.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    for line in harmless(text).replace('\t', "    ").split('\n') {
        let mut part = String::new();
        for word in line.split(' ') {
            let gap = usize::from(!part.is_empty());
            if part.width() + gap + word.width() <= width {
                if gap > 0 {
                    part.push(' ');
                }
                part.push_str(word);
                continue;
            }
            if !part.is_empty() {
                lines.push(std::mem::take(&mut part));
            }
            let mut pieces = broken(word, width);
            part = pieces.pop().unwrap_or_default();
            lines.append(&mut pieces);
        }
        lines.push(part);
    }
    lines
}

/// A field with its name before it; the value goes on below itself.
pub fn field(name: &str, value: Vec<Span<'static>>, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let room = width.saturating_sub(NAMES + 1);
    let is_short = value.iter().map(|span| span.content.width()).sum::<usize>() <= room;
    let name = Span::styled(format!("{name:<NAMES$} "), theme.dim);
    if is_short && !value.iter().any(|span| span.content.contains('\n')) {
        let harmless = |span: Span<'static>| Span::styled(harmless(&span.content).replace('\t', " "), span.style);
        return vec![Line::from_iter(
            std::iter::once(name).chain(value.into_iter().map(harmless)),
        )];
    }
    let style = value.first().map(|span| span.style).unwrap_or_default();
    let text: String = value.iter().map(|span| span.content.as_ref()).collect();
    let lines = wrapped(&text, room).into_iter().enumerate();
    lines
        .map(|(row, line)| {
            let head = if row == 0 {
                name.clone()
            } else {
                Span::raw(" ".repeat(NAMES + 1))
            };
            Line::from(vec![head, Span::styled(line, style)])
        })
        .collect()
}

/// Money.
pub fn usd(micro: u64) -> String {
    let (whole, rest) = (micro / 1_000_000, micro % 1_000_000);
    if rest.is_multiple_of(10_000) {
        format!("${whole}.{:02}", rest / 10_000)
    } else {
        format!("${whole}.{rest:06}").trim_end_matches('0').to_owned()
    }
}

/// The time of the day, UTC.
pub fn clock(at: i64) -> String {
    let text = time::rfc3339(at);
    text.get(11..19).map_or_else(|| text.clone(), str::to_owned)
}

/// The end of a long id, which tells runs apart that began at nearly the same time.
pub fn tail(id: &str) -> String {
    let skipped = id.chars().count().saturating_sub(8);
    id.chars().skip(skipped).collect()
}

/// One measure of a budget.
pub struct Measure {
    /// What is measured; money needs no word.
    pub what: &'static str,
    /// What is gone.
    pub spent: u64,
    /// What is held for effects in flight.
    pub held: u64,
    /// The most there may be.
    pub limit: Option<u64>,
    /// An amount as people read it.
    pub text: fn(u64) -> String,
}

/// Every measure of a budget.
pub fn measures(budget: &Budget) -> [Measure; 5] {
    let Budget { limit, reserved, spent } = *budget;
    let plain = |amount: u64| amount.to_string();
    let measure = |what, spent, held, limit, text| Measure {
        what,
        spent,
        held,
        limit,
        text,
    };
    [
        measure("steps", spent.steps, reserved.steps, limit.steps, plain),
        measure(
            "tool calls",
            spent.tool_calls,
            reserved.tool_calls,
            limit.tool_calls,
            plain,
        ),
        measure("tokens", spent.tokens, reserved.tokens, limit.tokens, plain),
        measure("money", spent.micro_usd, reserved.micro_usd, limit.micro_usd, usd),
        measure("of work", spent.wall_ms, reserved.wall_ms, limit.wall_ms, short),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_and_broken_by_their_width() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(padded("日", 4), "日  ");
        assert_eq!(broken("abcdef\ng", 4), ["abcd", "ef", "g"]);
        assert_eq!(wrapped("one two three4567 x", 7), ["one two", "three45", "67 x"]);
        assert_eq!(cut("a\u{1b}[2J\nb", 20), "a\u{fffd}[2J b");
    }

    #[test]
    fn money_is_written_with_as_many_digits_as_it_needs() {
        assert_eq!(usd(0), "$0.00");
        assert_eq!(usd(1_250_000), "$1.25");
        assert_eq!(usd(1_200), "$0.0012");
    }
}

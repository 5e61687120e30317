//! Texts that fit: cut, wrapped, and amounts in few letters.

use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::super::super::theme::Theme;
use crate::capsule::budget::Budget;
use crate::sight::amount::dollars;
use crate::sight::text::{harmless, wrapped};
use crate::sight::time::short;

/// The width of the names of fields.
const NAMES: usize = 10;

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

/// A field with its name before it; the value goes on below itself.
pub fn field(name: &str, value: Vec<Span<'static>>, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let room = width.saturating_sub(NAMES + 1);
    let is_short = value.iter().map(|span| span.content.width()).sum::<usize>() <= room;
    let name = Span::styled(format!("{:<NAMES$} ", theme.named(name)), theme.dim);
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
        measure("money", spent.micro_usd, reserved.micro_usd, limit.micro_usd, dollars),
        measure("of work", spent.wall_ms, reserved.wall_ms, limit.wall_ms, short),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_broken_by_their_width() {
        assert_eq!(broken("abcdef\ng", 4), ["abcd", "ef", "g"]);
    }
}

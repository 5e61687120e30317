//! What the journal says of a step, or of the whole run.

use ratatui::text::{Line, Span};

use super::words::{clock, cut};
use super::{Rows, View};
use crate::sight::opened::Entry;

/// The rows of the record.
pub fn rows<'a>(view: &View<'a>, width: usize) -> Rows<'a> {
    let theme = *view.theme;
    let is_whole = view.app.run.is_whole();
    let name = view.step.name.as_str();
    let is_meant = move |entry: &&Entry| is_whole || entry.step.as_deref() == Some(name);
    let entries: Vec<&Entry> = view.opened.entries.iter().filter(is_meant).collect();
    let said = if is_whole {
        format!("the whole run, {} entries   (/ the step alone)", entries.len())
    } else {
        format!("step {name}, {} entries   (/ the whole run)", entries.len())
    };
    let count = entries.len() + 1;
    let about = if is_whole {
        entries
            .iter()
            .position(|entry| entry.step.as_deref() == Some(name))
            .map_or(0, |at| at + 1)
    } else {
        0
    };
    let row = move |row: usize| {
        let Some(entry) = row.checked_sub(1).and_then(|row| entries.get(row)) else {
            return Line::styled(cut(&said, width), theme.dim);
        };
        let is_wide = width >= 70;
        let unit = entry
            .unit
            .as_ref()
            .map(ToString::to_string)
            .or_else(|| entry.step.clone());
        let hash: String = entry.hash.chars().take(if is_wide { 12 } else { 7 }).collect();
        let mut spans = vec![
            Span::styled(format!("{:>6} ", entry.seq), theme.dim),
            Span::styled(format!("{} ", clock(entry.at)), theme.dim),
            Span::styled(format!("{:<18} ", entry.kind), theme.text),
        ];
        if is_wide {
            spans.push(Span::raw(format!("{:<14} ", cut(&unit.unwrap_or_default(), 14))));
            spans.push(Span::styled(format!("{:<14} ", cut(&entry.actor, 14)), theme.dim));
        } else {
            let room = width.saturating_sub(35 + 8);
            spans.push(Span::styled(format!("{:<room$} ", cut(&entry.actor, room)), theme.dim));
        }
        spans.push(Span::styled(hash, theme.dim));
        Line::from(spans)
    };
    Rows {
        count,
        row: Box::new(row),
        about,
    }
}

//! What the journal says of a step, or of the whole run.

use std::sync::Arc;

use ratatui::text::{Line, Span};

use super::{Rows, View};
use crate::sight::opened::Entry;
use crate::sight::text::{cut, padded};

/// The rows of the record.
pub fn rows<'a>(view: &View<'a>, width: usize) -> Rows<'a> {
    let theme = *view.theme;
    let zone = view.app.zone.clone();
    let is_whole = view.app.run.is_whole();
    let name = view.step.name.as_str();
    let is_meant = move |entry: &&Arc<Entry>| is_whole || entry.step.as_deref() == Some(name);
    let entries: Vec<&Arc<Entry>> = view.opened.entries.iter().filter(is_meant).collect();
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
        let unit = entry.unit.as_ref().map(ToString::to_string);
        let unit = unit.or_else(|| entry.step.clone()).unwrap_or_default();
        let mut spans = vec![
            Span::styled(format!("{:>5} ", entry.seq), theme.dim),
            Span::styled(format!("{} ", zone.time_of_day(entry.at)), theme.dim),
            Span::styled(format!("{:<18} ", entry.kind), theme.text),
        ];
        let room = width.saturating_sub(34);
        let hash = match room {
            0..16 => room.min(7),
            16..40 => 7,
            _ => 12,
        };
        let actor = if room >= 16 { 8.max(room / 3).min(16) } else { 0 };
        let unit_room = room.saturating_sub(hash + actor + 2);
        if unit_room >= 6 {
            spans.push(Span::raw(format!("{} ", padded(&unit, unit_room))));
        }
        if actor > 0 {
            spans.push(Span::styled(format!("{} ", padded(&entry.actor, actor)), theme.dim));
        }
        spans.push(Span::styled(
            entry.hash.chars().take(hash).collect::<String>(),
            theme.dim,
        ));
        Line::from(spans)
    };
    Rows {
        count,
        row: Box::new(row),
        about,
    }
}

//! The lines above: what runs, how it stands, what it spent, what it waits for.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::View;
use super::words::{Measure, measures, tail};
use crate::sight::status::{INTERRUPTED, why_text};
use crate::sight::text::cut;
use crate::sight::time::short;

/// At most `most` lines, the most important first.
pub fn lines(view: &View, width: usize, most: usize) -> Vec<Line<'static>> {
    let waits = waits(view, width);
    let mut lines = vec![identity(view, width)];
    if most == 2 && waits.is_some() {
        lines.extend(waits);
    } else {
        lines.push(Line::from(spent(view, width)));
        lines.extend(waits);
    }
    lines.truncate(most);
    lines
}

fn identity(view: &View, width: usize) -> Line<'static> {
    let (theme, opened) = (view.theme, view.opened);
    let row = &opened.row;
    let (sign, style) = theme.status(&opened.status);
    let took = short(u64::try_from(view.now - row.started_at).unwrap_or(0));
    let mut spans = vec![
        Span::styled(format!(" {sign} {}", opened.status), style),
        Span::styled(format!("  {}", cut(&row.capsule, 40)), theme.strong),
        Span::styled(format!(" {}", cut(&row.version, 16)), theme.dim),
        Span::styled(format!("  {took}"), theme.text),
    ];
    let started = opened.run.started();
    let mut more = vec![format!("  run {}", tail(&row.id))];
    if let Some(parent) = &started.parent {
        more.push(format!("  of {} step {}", tail(&parent.run), parent.unit));
    }
    if let Some(forked) = &started.forked {
        more.push(format!("  forked from {} at {}", tail(&forked.run), forked.at));
    }
    if let Some(model) = &started.model {
        more.push(format!("  {}", model.name));
    }
    let follow = if view.app.run.follows() {
        theme.sign(" ↯ follows ", " follows ")
    } else {
        ""
    };
    let room = width.saturating_sub(follow.width());
    let mut used: usize = spans.iter().map(|span| span.content.width()).sum();
    for text in more {
        if used + text.width() <= room {
            used += text.width();
            spans.push(Span::styled(text, theme.dim));
        }
    }
    if !follow.is_empty() {
        spans.push(Span::raw(" ".repeat(room.saturating_sub(used))));
        spans.push(Span::styled(follow, theme.accent));
    }
    Line::from(spans)
}

/// Amounts against their limits; a measure without either is left out.
fn spent(view: &View, width: usize) -> Vec<Span<'static>> {
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for measure in measures(view.opened.run.budget()) {
        let Measure {
            what,
            spent,
            limit,
            text,
            ..
        } = measure;
        let mut said = text(spent);
        if let Some(limit) = limit {
            said = format!("{said}/{}", text(limit));
        }
        let said = if what == "money" {
            said
        } else {
            format!("{said} {what}")
        };
        let sep = if used > 1 { " · " } else { "" };
        if used + said.width() + sep.width() > width {
            break;
        }
        used += said.width() + sep.width();
        // What is held of it is mostly time that whatever goes on may take, and does not.
        let near = limit.is_some_and(|limit| spent.saturating_mul(10) >= limit.saturating_mul(9));
        spans.push(Span::styled(sep, view.theme.dim));
        spans.push(Span::styled(said, if near { view.theme.warn } else { view.theme.dim }));
    }
    spans
}

/// What it waits for, or why it failed.
fn waits(view: &View, width: usize) -> Option<Line<'static>> {
    let (theme, opened) = (view.theme, view.opened);
    let run = &opened.run;
    let (sign, text, style) = if let Some(asked) = opened.questions.first() {
        let unit = asked.requested.unit.as_ref();
        let place = unit.map_or_else(String::new, |unit| format!("{unit} asks: "));
        let more = match opened.questions.len() {
            1 => "  (a answers)".to_owned(),
            count => format!("  (and {} more; a answers)", count - 1),
        };
        let room = width.saturating_sub(more.width() + 4);
        let text = cut(&format!("{place}{}", asked.requested.prompt), room);
        ("?", format!("{text}{more}"), theme.warn)
    } else if let Some(paused) = run.paused() {
        ("‖", format!("pauses: {}", why_text(&paused.why)), theme.warn)
    } else if let Some(slot) = run.queued().filter(|_| run.finished().is_none()) {
        ("…", format!("waits for its turn among `{}`", slot.key), theme.dim)
    } else if let (Some(cancelling), None) = (run.cancelling(), run.finished()) {
        let reason = cancelling.reason.as_ref();
        let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
        ("↶", format!("{} cancels it{reason}", cancelling.by), theme.warn)
    } else if opened.status == INTERRUPTED {
        (
            "!",
            "nobody drives it, although it could go on (r resumes)".to_owned(),
            theme.warn,
        )
    } else if let Some(failure) = run.failure() {
        let unit = failure.unit.as_ref();
        let place = unit.map_or_else(String::new, |unit| format!("{unit}: "));
        ("✗", format!("{place}{}", failure.fault.message), theme.bad)
    } else {
        return None;
    };
    let text = cut(&text, width.saturating_sub(4));
    // The text says it all but for a failure.
    let sign = theme.sign(sign, if sign == "✗" { "failed:" } else { "" });
    Some(Line::from(vec![
        Span::styled(format!(" {sign} "), style),
        Span::styled(text, style),
    ]))
}

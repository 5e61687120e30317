//! Values with where they come from: texts line by line, differences in their colours, anything else as JSON.

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use serde_json::Value;

use super::detail::fact;
use super::theme::Theme;
use crate::label::{Confidentiality, Integrity, Label, Labelled};
use crate::sight::question::plain;
use crate::sight::text::{cut, wrapped};

/// The most lines of one value.
const MOST_LINES: usize = 2_000;

/// The most parts of a value whose labels are named one by one.
const MOST_PARTS: usize = 12;

/// How far something may be believed and travel, and where it comes from.
pub fn label(label: &Label) -> String {
    let integrity = match label.integrity {
        Integrity::Trusted => "trusted",
        Integrity::User => "user",
        Integrity::Untrusted => "untrusted",
    };
    let confidentiality = match label.confidentiality {
        Confidentiality::Public => "public",
        Confidentiality::Private => "private",
        Confidentiality::Secret => "secret",
    };
    let mut text = format!("{integrity} · {confidentiality}");
    if !label.sources.is_empty() {
        let sources: Vec<&str> = label.sources.iter().map(String::as_str).collect();
        text.push_str(&format!(" · from {}", sources.join(", ")));
    }
    if let Some(readers) = &label.readers {
        let readers: Vec<&str> = readers.iter().map(String::as_str).collect();
        text.push_str(&format!(" · only for {}", readers.join(", ")));
    }
    text
}

/// What a label looks like.
pub fn style(label: &Label, theme: &Theme) -> Style {
    match (label.integrity, label.confidentiality) {
        (_, Confidentiality::Secret) => theme.bad,
        (Integrity::Untrusted, _) => theme.warn,
        (Integrity::Trusted | Integrity::User, _) => theme.dim,
    }
}

/// A value, field by field where it has fields, each with its label.
pub fn labelled(of: &Labelled, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let Value::Object(fields) = &of.value else {
        let mut lines = block("", &of.value, theme, width);
        lines.extend(source(of.label_at(""), theme, width));
        lines.extend(parts(of, "", theme, width));
        return lines;
    };
    let mut lines = Vec::new();
    for (name, value) in fields {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let is_short = !matches!(value, Value::Array(_) | Value::Object(_))
            && !plain(value).contains('\n')
            && !is_difference(name);
        if is_short {
            let text = match value {
                Value::String(text) if text.is_empty() => "\"\"".to_owned(),
                value => plain(value),
            };
            let inner = fact(name, &text, theme.strong, theme, width.saturating_sub(2));
            lines.extend(inner.into_iter().map(indented));
        } else {
            lines.push(Line::styled(
                format!("  {}", cut(name, width.saturating_sub(2))),
                theme.dim,
            ));
            lines.extend(block(name, value, theme, width));
        }
        lines.extend(source(of.label_at(&pointer), theme, width));
        lines.extend(parts(of, &pointer, theme, width));
    }
    if fields.is_empty() {
        lines.push(Line::styled("  none", theme.dim));
    }
    lines
}

fn indented(line: Line<'static>) -> Line<'static> {
    let mut spans = vec![Span::raw("  ")];
    spans.extend(line.spans);
    Line::from(spans)
}

/// Where a value comes from.
fn source(of: &Label, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let text = label(of);
    let style = style(of, theme);
    let lines = wrapped(&text, width.saturating_sub(6)).into_iter().enumerate();
    let sign = |row: usize| {
        if row == 0 {
            theme.sign("  ↳ ", "label: ")
        } else {
            "    "
        }
    };
    lines
        .map(|(row, line)| Line::styled(format!("{}{line}", sign(row)), style))
        .collect()
}

/// The labels of parts within the one at `pointer`.
fn parts(of: &Labelled, pointer: &str, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let within = format!("{pointer}/");
    let inner: Vec<_> = of.fields.iter().filter(|(at, _)| at.starts_with(&within)).collect();
    let mut lines = Vec::new();
    for (at, own) in inner.iter().take(MOST_PARTS) {
        let text = cut(&format!("{at}  {}", label(own)), width.saturating_sub(4));
        lines.push(Line::styled(format!("    {text}"), style(own, theme)));
    }
    if inner.len() > MOST_PARTS {
        let text = format!("    and {} parts more, all in the editor", inner.len() - MOST_PARTS);
        lines.push(Line::styled(text, theme.dim));
    }
    lines
}

fn is_difference(name: &str) -> bool {
    matches!(name, "patch" | "diff")
}

/// A value that takes lines of its own.
fn block(name: &str, value: &Value, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => format!("{other:#}"),
    };
    let mut lines = Vec::new();
    for line in text.lines() {
        if lines.len() >= MOST_LINES {
            lines.push(Line::styled("  … and more, all in the editor", theme.dim));
            break;
        }
        let style = match line.as_bytes().first() {
            Some(b'+') if is_difference(name) => theme.good,
            Some(b'-') if is_difference(name) => theme.bad,
            Some(b'@') if is_difference(name) => theme.accent,
            _ => theme.text,
        };
        for (row, part) in wrapped(line, width.saturating_sub(4)).into_iter().enumerate() {
            let edge = if row == 0 { "  │ " } else { "  ┊ " };
            lines.push(Line::from(vec![
                Span::styled(edge, theme.border),
                Span::styled(part, style),
            ]));
        }
        if line.is_empty() {
            lines.push(Line::styled("  │", theme.border));
        }
    }
    lines
}

//! Values with where they come from: texts line by line, differences in their colours, anything else as JSON.

use std::io::{self, Write};

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use serde_json::Value;

use super::detail::fact;
use super::theme::Theme;
use crate::label::{Confidentiality, Integrity, Label, Labelled};
use crate::sight::question::plain;
use crate::sight::text::{cut, wrapped};

/// The most bytes of one value.
const MOST_BYTES: usize = 256 << 10;

/// The most lines of one value.
const MOST_LINES: usize = 2_000;

/// The most parts of a value whose labels are named one by one.
const MOST_PARTS: usize = 12;

/// How far something may be believed and travel, and where it comes from.
pub fn label(label: &Label) -> String {
    let integrity = label.integrity.name();
    let confidentiality = match label.confidentiality {
        Confidentiality::Unstated => "for nobody said whom",
        stated @ (Confidentiality::Public | Confidentiality::Private | Confidentiality::Secret) => stated.name(),
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
    let text = text(value, MOST_BYTES);
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

/// A text as it is, and anything else as JSON whose longer texts stand on lines of their own; at most `most` bytes
/// and a word about the rest.
pub fn text(value: &Value, most: usize) -> String {
    let mut out = Bounded {
        bytes: Vec::new(),
        most,
    };
    let written = match value {
        Value::String(text) => out.write_all(text.as_bytes()),
        value => written(value, 0, &mut out),
    };
    let mut text = String::from_utf8_lossy(&out.bytes).into_owned();
    if written.is_err() {
        text.push_str("\n… and more: e opens all of it");
    }
    text
}

/// Writes JSON, a text of several lines as the block that YAML has for it.
fn written(value: &Value, indent: usize, out: &mut Bounded) -> io::Result<()> {
    let inner = indent + 2;
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            out.write_all(b"{\n")?;
            for (at, (name, value)) in fields.iter().enumerate() {
                write!(out, "{:inner$}", "")?;
                serde_json::to_writer(&mut *out, name)?;
                out.write_all(b": ")?;
                written(value, inner, out)?;
                out.write_all(if at + 1 < fields.len() { b",\n" } else { b"\n" })?;
            }
            write!(out, "{:indent$}}}", "")
        }
        Value::Array(items) if !items.is_empty() => {
            out.write_all(b"[\n")?;
            for (at, item) in items.iter().enumerate() {
                write!(out, "{:inner$}", "")?;
                written(item, inner, out)?;
                out.write_all(if at + 1 < items.len() { b",\n" } else { b"\n" })?;
            }
            write!(out, "{:indent$}]", "")
        }
        Value::String(text) if text.trim_end().contains('\n') => {
            out.write_all(b"|")?;
            for line in text.lines() {
                write!(out, "\n{:inner$}{line}", "")?;
            }
            Ok(())
        }
        value => Ok(serde_json::to_writer(out, value)?),
    }
}

/// Takes so many bytes and refuses the rest.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.most.saturating_sub(self.bytes.len());
        let taken = &bytes[..bytes.len().min(room)];
        self.bytes.extend_from_slice(taken);
        // Nothing taken of something is the end.
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_output_is_shown_up_to_a_bound() {
        assert_eq!(text(&json!({"a": 1}), 100), "{\n  \"a\": 1\n}");
        assert_eq!(text(&json!("one\ntwo"), 100), "one\ntwo");
        let nested = json!({"a": [1, "x\ny"], "b": {}, "c": "end\n"});
        assert_eq!(
            text(&nested, 100),
            "{\n  \"a\": [\n    1,\n    |\n      x\n      y\n  ],\n  \"b\": {},\n  \"c\": \"end\\n\"\n}"
        );
        let large = json!("x".repeat(3 << 20));
        let most = 1 << 20;
        let shown = text(&large, most);
        assert!(shown.len() < most + 100 && shown.ends_with("e opens all of it"));
    }
}

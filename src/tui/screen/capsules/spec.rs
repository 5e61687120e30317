//! What a capsule is: what it takes, gives, uses and may spend, and its steps.

use std::collections::BTreeMap;

use ratatui::style::Style;
use ratatui::text::Line;
use serde_json::Value;

use super::super::super::detail::{columns, fact};
use super::super::super::theme::Theme;
use super::head;
use crate::sight::question::{fields, plain};
use crate::sight::text::{padded, wrapped};
use crate::sight::time::short;

/// The lines of what `capsule show` says.
pub(super) fn lines(told: &Value, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let text = |name: &str| told[name].as_str().unwrap_or_default();
    let title = format!("{} {}", text("name"), text("version"));
    let mut lines = vec![Line::styled(
        crate::sight::text::harmless(&title).into_owned(),
        theme.strong,
    )];
    let about = wrapped(text("description"), width).into_iter();
    lines.extend(about.map(|line| Line::styled(line, theme.text)));
    lines.extend(head("inputs", theme));
    lines.extend(inputs(&told["inputs"], theme, width));
    lines.extend(head("outputs", theme));
    let outputs = fields(Some(&told["outputs"])).into_iter();
    let rows: Vec<_> = outputs
        .map(|field| {
            vec![
                (format!("  {}", field.name), theme.text),
                (field.kind, theme.dim),
                (field.about, theme.dim),
            ]
        })
        .collect();
    lines.extend(or_none(columns(&rows, width), "  whatever it gives", theme));
    lines.extend(head("tools", theme));
    lines.extend(tools(&told["steps"], theme, width));
    lines.extend(head("budget", theme));
    lines.extend(budget(&told["budget"], theme, width));
    lines.extend(head("steps", theme));
    lines.extend(steps(&told["steps"], theme, width));
    lines.push(Line::default());
    lines.extend(fact("sha3-512", text("digest"), theme.dim, theme, width));
    lines
}

fn or_none(lines: Vec<Line<'static>>, none: &'static str, theme: &Theme) -> Vec<Line<'static>> {
    if lines.is_empty() {
        return vec![Line::styled(none, theme.dim)];
    }
    lines
}

fn inputs(schema: &Value, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for field in fields(Some(schema)) {
        let mark = if field.required { "*" } else { " " };
        let default = match &field.default {
            Some(Value::String(text)) if text.is_empty() => "\"\"".to_owned(),
            Some(default) => plain(default),
            None if field.required => "required".to_owned(),
            None => String::new(),
        };
        let style = if field.required && field.default.is_none() {
            theme.warn
        } else {
            theme.text
        };
        let row = vec![
            (format!(" {mark}{}", padded(&field.name, 14)), theme.strong),
            (padded(&field.kind, 16), theme.dim),
            (default, style),
        ];
        lines.extend(columns(&[row], width));
        let about = wrapped(&field.about, width.saturating_sub(4)).into_iter();
        lines.extend(about.map(|line| Line::styled(format!("    {line}"), theme.dim)));
    }
    or_none(lines, "  none", theme)
}

/// What the steps use, tool by tool.
fn tools(steps: &Value, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let mut used: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let actions = steps.as_array().into_iter().flatten();
    for action in actions.filter_map(|step| step["action"].as_str()) {
        let (tool, verb) = action.split_once('.').unwrap_or((action, ""));
        let verbs = used.entry(tool).or_default();
        if !verbs.contains(&verb) {
            verbs.push(verb);
        }
    }
    let lines = used.into_iter().flat_map(|(tool, verbs)| {
        let (text, style) = match verbs.join(", ") {
            text if text.is_empty() => ("a person is asked".to_owned(), theme.warn),
            text => (text, theme.text),
        };
        fact(&format!("  {tool}"), &text, style, theme, width)
    });
    or_none(lines.collect(), "  none", theme)
}

fn budget(limit: &Value, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let said = |name: &str, words: fn(u64) -> String| limit[name].as_u64().map(words);
    let parts = [
        said("tokens", |count| format!("{count} tokens")),
        said("micro_usd", |amount| {
            format!("{}.{:06} USD", amount / 1_000_000, amount % 1_000_000)
        }),
        said("wall_ms", short),
        said("tool_calls", |count| format!("{count} calls of tools")),
        said("steps", |count| format!("{count} steps")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let lines = wrapped(&parts.join(" · "), width.saturating_sub(2)).into_iter();
    let lines = lines.filter(|line| !line.is_empty());
    let lines = lines.map(|line| Line::styled(format!("  {line}"), theme.text));
    or_none(lines.collect(), "  without bounds", theme)
}

fn steps(steps: &Value, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let text = |step: &Value, name: &str| step[name].as_str().unwrap_or_default().to_owned();
    let rows = steps.as_array().into_iter().flatten().map(|step| {
        let many = if step["foreach"] == true {
            theme.sign(" ×", " for each item")
        } else {
            ""
        };
        let needs = step["needs"].as_array().into_iter().flatten();
        let needs: Vec<&str> = needs.filter_map(Value::as_str).collect();
        let action = text(step, "action");
        let (effect, style) = match (action.as_str(), text(step, "effect")) {
            ("gate", _) => ("asks".to_owned(), theme.warn),
            (_, effect) => (effect.clone(), of_effect(&effect, theme)),
        };
        vec![
            (format!("  {}{many}", text(step, "name")), theme.text),
            (action, theme.dim),
            (effect, style),
            (
                if needs.is_empty() {
                    String::new()
                } else {
                    format!("{} {}", theme.sign("←", "needs"), needs.join(", "))
                },
                theme.dim,
            ),
        ]
    });
    columns(&rows.collect::<Vec<_>>(), width)
}

/// How an effect looks: what cannot be taken back stands out.
pub(super) fn of_effect(effect: &str, theme: &Theme) -> Style {
    match effect {
        "external" => theme.bad,
        "keyed" => theme.warn,
        _ => theme.dim,
    }
}

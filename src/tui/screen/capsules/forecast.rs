//! What a run would do, as far as that is known before it begins.

use ratatui::text::{Line, Span};
use serde_json::Value;

use super::super::super::theme::Theme;
use crate::sight::text::harmless;
use crate::sight::text::{padded, wrapped};

/// What becomes of a step, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Allowed,
    Asks,
    Denied,
    /// The law judges when its arguments are known.
    Later,
}

impl Fate {
    fn of(step: &Value) -> Self {
        match (step["decision"].as_str(), step["action"].as_str()) {
            (Some("allow"), _) => Self::Allowed,
            (Some("ask"), _) | (None, Some("gate")) => Self::Asks,
            (Some("deny"), _) => Self::Denied,
            _ => Self::Later,
        }
    }
}

/// The lines of what `run --dry-run` says.
pub fn lines(told: &Value, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let steps = told["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let count = |fate: Fate| steps.iter().filter(|step| Fate::of(step) == fate).count();
    let counts = [
        (count(Fate::Allowed), "allowed", theme.good),
        (count(Fate::Asks), "ask", theme.warn),
        (count(Fate::Denied), "denied", theme.bad),
        (count(Fate::Later), "judged later", theme.dim),
    ];
    let mut head = vec![Span::styled(format!("{} steps: ", steps.len()), theme.strong)];
    for (place, (count, says, style)) in counts.iter().filter(|(count, ..)| *count > 0).enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        head.push(Span::styled(format!("{comma}{count} {says}"), *style));
    }
    let tokens: u64 = steps.iter().filter_map(|step| step["output_tokens"].as_u64()).sum();
    let bound = match told["budget"]["tokens"].as_u64() {
        Some(limit) => format!("; the budget is {limit} in all"),
        None => String::new(),
    };
    let mut lines = vec![Line::from(head)];
    let mut say = |text: String| {
        let own = wrapped(&text, width).into_iter();
        lines.extend(own.map(|line| Line::styled(line, theme.dim)));
    };
    if tokens > 0 {
        say(format!("a model writes at most {tokens} tokens{bound}"));
    }
    if let Some(workspace) = told["workspace"].as_str() {
        say(format!("in {workspace}; nothing is done yet"));
    }
    lines.push(Line::default());
    let names = steps.iter().filter_map(|step| step["step"].as_str());
    let name_width = names.map(|name| name.chars().count()).max().unwrap_or(0).clamp(4, 20) + 2;
    for step in steps {
        lines.extend(of_step(step, name_width, theme, width));
    }
    lines
}

fn of_step(step: &Value, name_width: usize, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let text = |name: &str| harmless(step[name].as_str().unwrap_or_default()).into_owned();
    let (sign, style, says) = match Fate::of(step) {
        Fate::Allowed => ("✓", theme.good, "allowed"),
        Fate::Asks => ("?", theme.warn, "asks"),
        Fate::Denied => ("✗", theme.bad, "denied"),
        Fate::Later => ("·", theme.dim, "judged later"),
    };
    let times = match step["at_most"].as_u64() {
        Some(times) if times > 1 && theme.is_spoken => format!("at most {times} times"),
        Some(times) if times > 1 => format!("×{times}"),
        Some(_) | None => String::new(),
    };
    let mut spans = vec![
        Span::styled(format!("{} ", theme.sign(sign, "")), style),
        Span::styled(padded(&text("step"), name_width), theme.text),
    ];
    // What becomes of a step is always seen; what it calls only where there is room.
    if name_width + 36 <= width {
        spans.push(Span::styled(padded(&text("action"), 16), theme.dim));
        spans.push(Span::styled(
            padded(&times, if theme.is_spoken { 18 } else { 6 }),
            theme.dim,
        ));
    }
    spans.push(Span::styled(says, style));
    let mut lines = vec![Line::from(spans)];
    for reason in step["because"].as_array().into_iter().flatten() {
        let own = wrapped(reason.as_str().unwrap_or_default(), width.saturating_sub(4)).into_iter();
        lines.extend(own.map(|line| Line::styled(format!("    {line}"), style)));
    }
    lines
}

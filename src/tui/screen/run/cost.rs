//! What was spent: against the budget, by model, by step.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::super::super::theme::Theme;
use super::words::{Measure, measures};
use super::{Rows, View};
use crate::capsule::budget::{Budget, Spend};
use crate::sight::amount::dollars;
use crate::sight::text::padded;
use crate::sight::time::short;

/// The rows of the account.
pub fn rows(view: &View, width: usize) -> Rows<'static> {
    let theme = view.theme;
    let mut lines = bounds(view.opened.run.budget(), width, theme);
    lines.extend(models(view, width));
    lines.push(Line::default());
    let names = view.opened.run.capsule().steps().iter().map(|step| step.name.width());
    let room = names.max().unwrap_or(4).clamp(4, width.saturating_sub(36).max(8));
    lines.push(Line::styled(
        format!(
            "{} {:>8} {:>6} {:>8} {:>10}",
            padded("STEP", room),
            "TOKENS",
            "TOOLS",
            "COST",
            "WORK"
        ),
        theme.dim,
    ));
    let mut about = 0;
    for name in (0..view.plan.order.len()).filter_map(|place| view.plan.name(place)) {
        let attempts = view.opened.of_step(name).flat_map(|(_, attempts)| attempts);
        let spent = attempts
            .filter_map(|attempt| attempt.spent())
            .fold(Spend::default(), Spend::plus);
        let is_here = name == view.step.name;
        if is_here {
            about = lines.len();
        }
        let amount = |amount: u64, text: String| {
            if amount == 0 {
                theme.sign("·", "0").to_owned()
            } else {
                text
            }
        };
        let text = format!(
            " {:>8} {:>6} {:>8} {:>10}",
            amount(spent.tokens, spent.tokens.to_string()),
            amount(spent.tool_calls, spent.tool_calls.to_string()),
            amount(spent.micro_usd, dollars(spent.micro_usd)),
            amount(spent.wall_ms, short(spent.wall_ms)),
        );
        let line = Line::from(vec![
            Span::styled(padded(name, room), theme.text),
            Span::styled(text, theme.dim),
        ]);
        lines.push(if is_here { line.style(theme.selected) } else { line });
    }
    Rows::of(lines, about)
}

/// Each measure with a bar of what is used of its limit.
fn bounds(budget: &Budget, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let line = |measure: Measure| {
        let Measure {
            what,
            spent,
            held,
            limit,
            text,
        } = measure;
        let mut spans = vec![Span::styled(format!("{what:<10} "), theme.dim)];
        let said = match limit {
            Some(limit) => format!("{} of {}", text(spent), text(limit)),
            None => text(spent),
        };
        spans.push(Span::styled(format!("{said:<22}"), theme.text));
        if let Some(limit) = limit {
            let room = width.saturating_sub(36).min(24) as u64;
            let part = |amount: u64| (amount.saturating_mul(room)).div_ceil(limit.max(1)).min(room);
            let used = part(spent);
            let both = part(spent.saturating_add(held)).max(used);
            let style = if spent.saturating_mul(10) >= limit.saturating_mul(9) {
                theme.warn
            } else {
                theme.good
            };
            let times = |sign: &str, count: u64| sign.repeat(usize::try_from(count).unwrap_or(0));
            spans.push(Span::styled(times("█", used), style));
            spans.push(Span::styled(times("▒", both - used), style));
            spans.push(Span::styled(times("░", room - both), theme.border));
        }
        if held > 0 {
            spans.push(Span::styled(format!("  {} held", text(held)), theme.dim));
        }
        Line::from(spans)
    };
    measures(budget).into_iter().map(line).collect()
}

/// What each model used.
fn models(view: &View, width: usize) -> Vec<Line<'static>> {
    let mut by_model: BTreeMap<&str, (u64, u64, u64, u64)> = BTreeMap::new();
    for (_, usage) in view.opened.run.usage() {
        let sum = by_model.entry(&usage.model).or_default();
        sum.0 += 1;
        sum.1 += usage.prompt_tokens;
        sum.2 += usage.output_tokens;
        sum.3 += usage.prefill_ms + usage.decode_ms;
    }
    let line = |(model, (calls, read, written, ms)): (&str, (u64, u64, u64, u64))| {
        let said = format!("{calls} calls, {read} tokens read, {written} written, {}", short(ms));
        super::words::field("model", vec![Span::raw(format!("{model}: {said}"))], width, view.theme)
    };
    by_model.into_iter().flat_map(line).collect()
}

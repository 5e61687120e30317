//! The problems of a capsule.

use ratatui::text::{Line, Span};
use serde_json::Value;

use super::super::super::theme::Theme;
use crate::sight::amount::counted;
use crate::sight::text::wrapped;

/// The lines of what `capsule lint` says.
pub(super) fn lines(told: &Value, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let problems = told.as_array().map(Vec::as_slice).unwrap_or_default();
    if problems.is_empty() {
        return vec![Line::styled(theme.sign("✓ no problems", "no problems"), theme.good)];
    }
    let is_error = |problem: &&Value| problem["severity"] == "error";
    let errors = problems.iter().filter(is_error).count();
    let count = format!(
        "{}, {}",
        counted(errors, "error"),
        counted(problems.len() - errors, "warning")
    );
    let mut lines = vec![Line::styled(count, theme.strong)];
    for problem in problems {
        let text = |name: &str| problem[name].as_str().unwrap_or_default();
        let (sign, style) = if is_error(&problem) {
            (theme.sign("✗", "error:"), theme.bad)
        } else {
            (theme.sign("▲", "warning:"), theme.warn)
        };
        lines.push(Line::default());
        let message = format!("{} {}", text("code"), text("message"));
        for (row, line) in wrapped(&message, width.saturating_sub(2)).into_iter().enumerate() {
            let sign = if row == 0 { sign } else { " " };
            lines.push(Line::from(vec![
                Span::styled(format!("{sign} "), style),
                Span::styled(line, style),
            ]));
        }
        let help = wrapped(text("help"), width.saturating_sub(2)).into_iter();
        lines.extend(help.map(|line| Line::styled(format!("  {line}"), theme.text)));
        let span = &problem["span"];
        if let (Some(from), Some(to)) = (span[0].as_u64(), span[1].as_u64()) {
            let mends = if problem["mend"].is_null() {
                ""
            } else {
                "; `capsule lint --fix` mends it"
            };
            lines.push(Line::styled(format!("  bytes {from} to {to}{mends}"), theme.dim));
        }
    }
    lines
}

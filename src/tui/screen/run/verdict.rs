//! What the law said about the step, and people.

use std::sync::Arc;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::words::field;
use super::{Rows, View};
use crate::engine::fact::{About, Judged, Part};
use crate::policy::Decision;
use crate::sight::opened::Decision as Asked;

/// The most verdicts that are told one by one.
const MOST: usize = 500;

/// The rows of verdicts and answers.
pub fn rows(view: &View, width: usize) -> Rows<'static> {
    let theme = view.theme;
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut before: Option<&Judged> = None;
    let of_step = view.opened.of_step(&view.step.name);
    let judged = of_step.flat_map(|(_, attempts)| attempts.iter().filter_map(|attempt| attempt.judged.as_ref()));
    for judged in judged.take(MOST) {
        let (mark, said, style) = decided(view, judged.verdict.decision());
        let is_same = before.is_some_and(|before| {
            before.verdict.because() == judged.verdict.because()
                && before.verdict.constitution() == judged.verdict.constitution()
        });
        if before.is_some() && !is_same {
            lines.push(Line::default());
        }
        let mut line = Line::from(vec![
            Span::styled(format!("{mark} {said} "), style),
            Span::styled(format!("{} ", judged.action), theme.strong),
            Span::styled(format!("{}, attempt {}", judged.unit, judged.attempt), theme.dim),
        ]);
        if is_same {
            let digest = judged.verdict.action_digest().short();
            line.push_span(Span::styled(format!("  action {digest}"), theme.dim));
        }
        lines.push(line);
        let mut say = |name: &str, text: String, style: Style| {
            lines.extend(field(name, vec![Span::styled(text, style)], width, theme));
        };
        if !is_same {
            for reason in judged.verdict.because() {
                say("because", reason.text.clone(), theme.text);
                let places = [("rule", &reason.rule), ("article", &reason.article)];
                for (what, place) in places {
                    if let Some(place) = place {
                        say(&format!("  {what}"), place.clone(), theme.dim);
                    }
                }
            }
            say("law", judged.verdict.constitution().short(), theme.dim);
            say("action", judged.verdict.action_digest().short(), theme.dim);
        }
        if let Some(review) = &judged.review {
            say("reviewed", review.clone(), theme.warn);
        }
        before = Some(judged);
    }
    answers(view, width, &mut lines);
    if lines.is_empty() {
        return Rows::said("nothing of it was judged, and nobody asked", theme.dim);
    }
    Rows::of(lines, 0)
}

fn decided(view: &View, decision: Decision) -> (&'static str, &'static str, Style) {
    let (sign, says, style) = match decision {
        Decision::Allow => ("✓", "allowed", view.theme.good),
        Decision::Ask => ("?", "asks somebody", view.theme.warn),
        Decision::Deny => ("✗", "denied", view.theme.bad),
    };
    (view.theme.sign(sign, ""), says, style)
}

/// Every question about the step, with who answered it.
fn answers(view: &View, width: usize, lines: &mut Vec<Line<'static>>) {
    let theme = view.theme;
    let is_meant = |asked: &&Arc<Asked>| {
        let unit = asked.requested.unit.as_ref();
        unit.is_none_or(|unit| unit.step == view.step.name)
    };
    for asked in view.opened.decisions.iter().filter(is_meant) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        let what = match &asked.requested.about {
            About::Gate { .. } => "a gate",
            About::Action { .. } => "an action",
            About::Doubt { .. } => "a doubt",
            About::Elicited { .. } => "a form that a server asks for",
            About::Inputs => "the inputs of the run",
            About::Outputs { .. } => "the outputs of the run",
        };
        let unit = asked.requested.unit.as_ref();
        let part = unit.map_or(Part::Main, |unit| unit.part);
        let whose = unit
            .filter(|unit| unit.item.is_some() || part != Part::Main)
            .map_or_else(String::new, |unit| format!(" of {unit}"));
        lines.push(Line::from(vec![
            Span::styled(theme.sign("? ", ""), theme.warn),
            Span::styled(format!("question about {what}{whose}"), theme.strong),
        ]));
        let mut say = |name: &str, text: String, style: Style| {
            lines.extend(field(name, vec![Span::styled(text, style)], width, theme));
        };
        say("asked", view.app.zone.time_of_day(asked.at), theme.dim);
        say("question", asked.requested.prompt.clone(), theme.text);
        if let About::Action { digest, .. } = &asked.requested.about {
            say("action", digest.short(), theme.dim);
        }
        if !asked.requested.assignees.is_empty() {
            say("of", asked.requested.assignees.join(", "), theme.text);
        }
        match &asked.resolved {
            Some((at, resolved)) => {
                let late = if resolved.expired {
                    ", because nobody answered"
                } else {
                    ""
                };
                let text = format!(
                    "{} by {} at {}{late}",
                    resolved.choice,
                    resolved.by,
                    view.app.zone.time_of_day(*at)
                );
                say("answer", text, theme.accent);
                if let Some(reason) = &resolved.reason {
                    say("reason", reason.clone(), theme.text);
                }
                if !resolved.form.is_null() {
                    say("form", resolved.form.to_string(), theme.text);
                }
            }
            None if view.opened.row.finished_at.is_some() => {
                say("answer", "none: the run is over".to_owned(), theme.dim);
            }
            None => {
                let choices = asked.requested.choices.join(", ");
                say("answer", format!("none yet: {choices} (a answers)"), theme.warn);
            }
        }
    }
}

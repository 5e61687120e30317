//! Everything that somebody has to know who decides, line by line.

use ratatui::text::{Line, Span};

use super::super::super::app::App;
use super::super::super::detail::fact;
use super::super::super::theme::Theme;
use super::super::super::values;
use crate::capsule::tool_spec::EffectClass;
use crate::engine::fact::{About, Judged};
use crate::sight::matter::{Weight, rows};
use crate::sight::question::{Asked, fields};
use crate::sight::text::wrapped;
use crate::sight::time::rfc3339;

/// The lines of a question, of at most `width` columns.
pub(super) fn lines(app: &App, asked: &Asked, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let requested = &asked.requested;
    let prompt = wrapped(&requested.prompt, width).into_iter();
    let mut lines: Vec<Line> = prompt.map(|line| Line::styled(line, theme.strong)).collect();
    lines.push(Line::default());
    lines.extend(matter(app, asked, theme, width));
    if let Some(args) = asked.args() {
        lines.extend(headed("arguments", theme));
        lines.extend(values::labelled(args, theme, width));
    }
    for shown in &requested.shown {
        lines.extend(headed(&shown.name, theme));
        lines.extend(values::labelled(&shown.value, theme, width));
    }
    let fields = fields(requested.form.as_ref());
    if !fields.is_empty() {
        lines.extend(headed("what can be filled in", theme));
        for field in fields {
            let lines_of_it = wrapped(&field.to_string(), width.saturating_sub(2)).into_iter();
            lines.extend(lines_of_it.map(|line| Line::styled(format!("  {line}"), theme.text)));
        }
    }
    if let Some(judged) = &asked.judged {
        lines.extend(reasons(judged, theme, width));
    }
    lines.push(Line::default());
    lines.extend(origin(app, asked, theme, width));
    lines
}

/// The head of a part, in the words of somebody else.
fn headed(name: &str, theme: &Theme) -> Vec<Line<'static>> {
    let name = crate::sight::text::harmless(name).replace('\n', " ");
    vec![Line::default(), Line::styled(name, theme.accent)]
}

/// What is asked about, and how it can be answered.
fn matter(app: &App, asked: &Asked, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let requested = &asked.requested;
    let mut lines = Vec::new();
    let mut say = |name: &str, text: &str, style| lines.extend(fact(name, text, style, theme, width));
    let (kind, style) = match &requested.about {
        About::Gate { .. } => ("a gate of the capsule", theme.text),
        About::Action { .. } => ("an action that needs somebody's word", theme.text),
        About::Doubt { .. } => ("a doubt: nobody knows whether it happened", theme.warn),
        About::Elicited { .. } => ("a form that an MCP server asks for, in its words", theme.warn),
        About::Inputs => ("a guardrail found something in the inputs", theme.warn),
        About::Outputs { .. } => ("a guardrail found something in the outputs", theme.warn),
    };
    say("kind", kind, style);
    for row in rows(&requested.about) {
        let style = match row.weight {
            Weight::Plain => theme.text,
            Weight::Subject => theme.strong,
            Weight::Danger => theme.bad,
        };
        say(row.name, &row.text, style);
    }
    if let Some(judged) = &asked.judged {
        let effect = match judged.effect {
            EffectClass::None => "none: it changes nothing",
            EffectClass::Idempotent => "idempotent: done twice is as done once",
            EffectClass::Keyed => "keyed: the other side knows a repetition by its key",
            EffectClass::External => "external: it cannot be taken back or safely repeated",
        };
        let style = match judged.effect {
            EffectClass::External => theme.bad,
            EffectClass::None | EffectClass::Idempotent | EffectClass::Keyed => theme.text,
        };
        say("effect", effect, style);
    }
    say("choices", &requested.choices.join(" · "), theme.accent);
    if let (Some(expires), Some(left)) = (requested.expires_at, super::expiry(app, asked)) {
        let text = format!("{left}, at {}; {}", rfc3339(expires), asked.lapse());
        say("expires", &text, theme.warn);
    }
    if !requested.assignees.is_empty() {
        say("assignees", &requested.assignees.join(", "), theme.text);
    }
    lines
}

/// Who asks, since when, and what is recorded of it.
fn origin(app: &App, asked: &Asked, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let requested = &asked.requested;
    let mut lines = Vec::new();
    let mut say = |name: &str, text: &str, style| lines.extend(fact(name, text, style, theme, width));
    if let Some(unit) = &requested.unit {
        say("step", &unit.to_string(), theme.text);
    }
    say(
        "run",
        &format!("{} {}", super::capsule(app, asked), asked.row.run),
        theme.text,
    );
    let runs = app.sight.runs.iter();
    let workspace = runs
        .filter(|listed| listed.row.id == asked.row.run)
        .find_map(|listed| listed.row.workspace.as_deref());
    match (asked.directory(), workspace) {
        (Some(directory), _) => say("works in", &directory.to_string(), theme.text),
        (None, Some(workspace)) => say("works in", workspace, theme.text),
        (None, None) => {}
    }
    let at = asked.row.requested_at;
    say("asked", &format!("{}, {}", app.clock(at), rfc3339(at)), theme.text);
    if let Some(label) = &requested.label {
        say("decided by", &values::label(label), values::style(label, theme));
    }
    match &requested.about {
        About::Action { digest, .. } | About::Outputs { digest } => {
            say("sha3-512", &digest.to_string(), theme.dim);
        }
        About::Gate { .. } | About::Doubt { .. } | About::Elicited { .. } | About::Inputs => {}
    }
    lines
}

/// Why the law asks, and the capsule where it does.
fn reasons(judged: &Judged, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let mut lines = headed("why it asks", theme);
    let own = judged
        .review
        .iter()
        .map(|text| (String::from("capsule"), text.as_str()));
    let because = judged.verdict.because().iter().map(|reason| {
        let named = [reason.article.as_deref(), reason.rule.as_deref()];
        let name: Vec<&str> = named.into_iter().flatten().collect();
        (name.join(" "), reason.text.as_str())
    });
    for (name, text) in own.chain(because) {
        let indent = "  ";
        let text = if name.is_empty() {
            text.to_owned()
        } else {
            format!("{name}: {text}")
        };
        for line in wrapped(&text, width.saturating_sub(indent.len())) {
            lines.push(Line::from(vec![Span::raw(indent), Span::styled(line, theme.text)]));
        }
    }
    if judged.label != crate::label::Label::constant() {
        let text = format!("attempted because of: {}", values::label(&judged.label));
        let lines_of_it = wrapped(&text, width.saturating_sub(2)).into_iter();
        let style = values::style(&judged.label, theme);
        lines.extend(lines_of_it.map(|line| Line::styled(format!("  {line}"), style)));
    }
    lines
}

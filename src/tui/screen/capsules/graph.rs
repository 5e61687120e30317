//! The steps of a capsule in layers, with a rail from each to those that need it.

use ratatui::text::{Line, Span};
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::super::super::theme::Theme;
use super::spec::of_effect;
use crate::sight::rails::{Signs, rails};
use crate::sight::text::{cut, padded};

/// The lines of what `capsule graph` says.
pub(super) fn lines(told: &Value, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let nodes: Vec<&Value> = told["nodes"].as_array().into_iter().flatten().collect();
    let name = |node: &Value| node["name"].as_str().unwrap_or_default().to_owned();
    let at = |wanted: &Value| nodes.iter().position(|node| node["name"] == *wanted);
    let mut needs: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for edge in told["edges"].as_array().into_iter().flatten() {
        if let (Some(from), Some(to)) = (at(&edge["from"]), at(&edge["to"])) {
            needs[to].push(from);
        }
    }
    let order: Vec<usize> = (0..nodes.len()).collect();
    let marked = |node: &Value| {
        let many = if node["foreach"] == true {
            theme.sign(" ×", " for each item")
        } else {
            ""
        };
        let perhaps = if node["when"].is_null() {
            ""
        } else {
            theme.sign(" ◇", " on a condition")
        };
        format!("{}{many}{perhaps}", name(node))
    };
    let names = nodes.iter().map(|node| marked(node).width());
    let name_width = names.max().unwrap_or(0).min(28);
    let said = |node: &Value| match node["action"].as_str() {
        Some("gate") => "a person is asked".to_owned(),
        action => action.unwrap_or_default().to_owned(),
    };
    let action_width = nodes.iter().map(|node| said(node).width()).max().unwrap_or(0).min(22);
    let drawn = rails(&order, &needs, Signs::Boxes);
    let rail_width = drawn.iter().map(|line| line.width()).max().unwrap_or(0);
    // Where rails would leave no room, the needs are named instead.
    let is_drawn = !theme.is_spoken && rail_width + name_width + action_width + 8 <= width;
    let mut lines = Vec::new();
    let mut layer = None;
    for (row, node) in nodes.iter().enumerate() {
        let own = node["layer"].as_u64();
        let number = match own {
            Some(number) if layer != own => (number + 1).to_string(),
            Some(_) | None => String::new(),
        };
        layer = own;
        let is_gate = node["action"] == "gate";
        let mut spans = vec![Span::styled(format!("{number:>2} "), theme.dim)];
        let mut used = 3;
        if is_drawn {
            let style = if is_gate { theme.warn } else { theme.accent };
            spans.push(Span::styled(padded(&drawn[row], rail_width + 1), style));
            used += rail_width + 1;
        }
        spans.push(Span::styled(padded(&marked(node), name_width + 2), theme.strong));
        used += name_width + 2;
        let effect = node["effect"].as_str().unwrap_or_default();
        let style = if is_gate { theme.warn } else { theme.dim };
        spans.push(Span::styled(
            padded(&cut(&said(node), width.saturating_sub(used)), action_width + 2),
            style,
        ));
        used += action_width + 2;
        if is_drawn && !is_gate {
            spans.push(Span::styled(
                cut(effect, width.saturating_sub(used)),
                of_effect(effect, theme),
            ));
        } else if !is_drawn && !needs[row].is_empty() {
            let needed: Vec<String> = needs[row].iter().map(|need| name(nodes[*need])).collect();
            let text = format!("{} {}", theme.sign("←", "needs"), needed.join(", "));
            spans.push(Span::styled(cut(&text, width.saturating_sub(used)), theme.dim));
        }
        lines.push(Line::from(spans));
    }
    let has = |wanted: fn(&Value) -> bool| nodes.iter().any(|node| wanted(node));
    let mut legend = Vec::new();
    if has(|node| node["foreach"] == true) {
        legend.push("× once for each item");
    }
    if has(|node| !node["when"].is_null()) {
        legend.push("◇ only on a condition");
    }
    if !legend.is_empty() && !theme.is_spoken {
        lines.push(Line::default());
        lines.push(Line::styled(format!("   {}", legend.join("   ")), theme.dim));
    }
    lines
}

//! The steps of a capsule as a picture (SVG 1.1). Writes nothing.
//!
//! It brings its own background, so that it can be read on a light and on a dark page.

use std::collections::HashMap;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::capsule::layout::{Layout, Place};

/// Sizes in pixels.
const HEIGHT: usize = 58;
const GAP: usize = 28;
const BETWEEN_LAYERS: usize = 44;
const PASS: usize = 14;
const MARGIN: usize = 24;
const HEAD: usize = 40;
const LEGEND_LINE: usize = 22;
/// A sign of the legend with what is between it and its text.
const SWATCH: usize = 32;
const NARROWEST: usize = 150;
/// The most cells of a name.
const MOST_CELLS: usize = 36;

/// What the legend says of boxes behind boxes.
const TWICE: &str = "two boxes: once for each item";

/// The colours of a box by its effect: inside and edge; the word stands in the box as well.
const EFFECTS: [(&str, &str, &str); 5] = [
    ("", "#ede9fe", "#6d28d9"),
    ("none", "#ffffff", "#475569"),
    ("idempotent", "#e0f2fe", "#0369a1"),
    ("keyed", "#fef3c7", "#b45309"),
    ("external", "#fee2e2", "#b91c1c"),
];

/// A step in the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// What it does.
    pub action: String,
    /// The class of its effect, in a word; empty for a gate.
    pub effect: &'static str,
    /// Whether it is done once for each item.
    pub is_foreach: bool,
    /// Whether it depends on a condition.
    pub has_condition: bool,
}

/// The picture of `nodes`, of which each needs those that `needs` says.
pub fn svg(title: &str, nodes: &[Node], needs: &[Vec<usize>]) -> String {
    let layout = Layout::of(needs);
    let texts = nodes.iter().flat_map(|node| [cut(&node.name), cut(&node.action)]);
    let width = texts.map(|text| width_of(&text, 13)).max().unwrap_or(0) + 24;
    let picture = Picture::new(&layout, width.max(NARROWEST));
    let legend = legend(nodes);
    let says = legend.iter().map(|(_, says)| width_of(says, 13) + SWATCH);
    let wide = says.chain([picture.width, width_of(title, 15)]).max().unwrap_or(0) + 2 * MARGIN;
    let high = picture.below + MARGIN + legend.len() * LEGEND_LINE;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\" \
         font-family=\"'DejaVu Sans Mono', ui-monospace, Menlo, Consolas, monospace\" font-size=\"13\">\n\
         <title>{0}</title>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#64748b\"/></marker></defs>\n\
         <rect width=\"{wide}\" height=\"{high}\" rx=\"10\" fill=\"#f8fafc\"/>\n\
         <text x=\"{MARGIN}\" y=\"28\" font-size=\"15\" font-weight=\"600\" fill=\"#0f172a\">{0}</text>\n",
        escaped(title),
    );
    // The boxes lie in the middle of what the title or the legend makes wide.
    let shift = (wide - picture.width) / 2;
    for (to, needs) in needs.iter().enumerate() {
        for from in needs {
            out.push_str(&picture.edge(*from, to, shift));
        }
    }
    for (index, node) in nodes.iter().enumerate() {
        if let Some((x, y)) = picture.nodes.get(&index) {
            out.push_str(&node.drawn(x + shift - picture.node / 2, *y, picture.node));
        }
    }
    for (line, (swatch, says)) in legend.iter().enumerate() {
        let y = picture.below + 8 + line * LEGEND_LINE;
        if *says == TWICE {
            let (x, y) = (MARGIN + 3, y + 3);
            let _ = write!(
                out,
                "<rect x=\"{x}\" y=\"{y}\" width=\"22\" height=\"14\" rx=\"3\" {swatch}/>"
            );
        }
        let _ = writeln!(
            out,
            "<rect x=\"{MARGIN}\" y=\"{y}\" width=\"22\" height=\"14\" rx=\"3\" {swatch}/>\
             <text x=\"{}\" y=\"{}\" fill=\"#334155\">{says}</text>",
            MARGIN + SWATCH,
            y + 12,
        );
    }
    out.push_str("</svg>\n");
    out
}

/// Where everything is: the middle of a place from the left, and its upper edge.
struct Picture {
    nodes: HashMap<usize, (usize, usize)>,
    /// Where an edge goes through, from the first layer to the last.
    passes: HashMap<(usize, usize), Vec<(usize, usize)>>,
    node: usize,
    width: usize,
    /// Where the last layer ends.
    below: usize,
}

impl Picture {
    fn new(layout: &Layout, node: usize) -> Self {
        let size = |place: &Place| match place {
            Place::Node(_) => node,
            Place::Pass { .. } => PASS,
        };
        let wide = |layer: &Vec<Place>| {
            let all: usize = layer.iter().map(|place| size(place) + GAP).sum();
            all.saturating_sub(GAP)
        };
        let width = layout.layers.iter().map(wide).max().unwrap_or(0);
        let mut picture = Self {
            nodes: HashMap::new(),
            passes: HashMap::new(),
            node,
            width,
            below: HEAD,
        };
        for layer in &layout.layers {
            let y = picture.below + 8;
            let mut x = (width - wide(layer)) / 2;
            for place in layer {
                let middle = (x + size(place) / 2, y);
                match place {
                    Place::Node(node) => drop(picture.nodes.insert(*node, middle)),
                    Place::Pass { from, to } => picture.passes.entry((*from, *to)).or_default().push(middle),
                }
                x += size(place) + GAP;
            }
            picture.below = y + HEIGHT + BETWEEN_LAYERS - 8;
        }
        picture.below = picture.below.saturating_sub(BETWEEN_LAYERS - 8) + MARGIN;
        picture
    }

    /// The curve from one node to another, through the places that are kept for it.
    fn edge(&self, from: usize, to: usize, shift: usize) -> String {
        let (Some(begin), Some(end)) = (self.nodes.get(&from), self.nodes.get(&to)) else {
            return String::new();
        };
        let mut at = (begin.0 + shift, begin.1 + HEIGHT);
        let mut path = format!("M{} {}", at.0, at.1);
        for (x, y) in self.passes.get(&(from, to)).into_iter().flatten().chain([end]) {
            let x = x + shift;
            let middle = (at.1 + y) / 2;
            let _ = write!(path, "C{} {middle} {x} {middle} {x} {y}", at.0);
            at = (x, *y);
            if *y != end.1 {
                at.1 += HEIGHT;
                let _ = write!(path, "V{}", at.1);
            }
        }
        format!("<path d=\"{path}\" fill=\"none\" stroke=\"#64748b\" stroke-width=\"1.4\" marker-end=\"url(#tip)\"/>\n")
    }
}

impl Node {
    fn is_gate(&self) -> bool {
        self.effect.is_empty()
    }

    fn drawn(&self, x: usize, y: usize, width: usize) -> String {
        let (inside, edge) = colours(self.effect);
        let radius = if self.is_gate() { HEIGHT / 2 } else { 6 };
        let dashes = if self.has_condition {
            " stroke-dasharray=\"6 4\""
        } else {
            ""
        };
        let frame = format!(
            "width=\"{width}\" height=\"{HEIGHT}\" rx=\"{radius}\" fill=\"{inside}\" stroke=\"{edge}\" stroke-width=\"1.5\"{dashes}/>"
        );
        let mut out = String::from("<g>");
        let mut title = format!("{}: {}", self.name, self.action);
        if !self.is_gate() {
            let _ = write!(title, ", effect {}", self.effect);
        }
        let _ = write!(out, "<title>{}</title>", escaped(&title));
        if self.is_foreach {
            let _ = write!(out, "<rect x=\"{}\" y=\"{}\" {frame}", x + 5, y + 5);
        }
        let _ = write!(out, "<rect x=\"{x}\" y=\"{y}\" {frame}");
        let kind = if self.is_gate() {
            "a person is asked"
        } else {
            self.effect
        };
        let lines = [
            (20, "font-weight=\"600\" fill=\"#0f172a\"", self.name.as_str()),
            (36, "font-size=\"12\" fill=\"#334155\"", self.action.as_str()),
            (51, "font-size=\"11\" fill=\"#475569\"", kind),
        ];
        for (down, look, text) in lines {
            let (x, y, text) = (x + width / 2, y + down, escaped(&cut(text)));
            let _ = write!(
                out,
                "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" {look}>{text}</text>"
            );
        }
        out.push_str("</g>\n");
        out
    }
}

fn colours(effect: &str) -> (&'static str, &'static str) {
    let found = EFFECTS.iter().find(|(name, _, _)| *name == effect);
    found.map_or(("#ffffff", "#475569"), |(_, inside, edge)| (inside, edge))
}

/// How each kind of box that is used looks, and what that means.
fn legend(nodes: &[Node]) -> Vec<(String, &'static str)> {
    let mut legend = Vec::new();
    let says = |effect: &str| match effect {
        "" => "a person is asked",
        "none" => "none: no effect outside of the run",
        "idempotent" => "idempotent: doing it again changes nothing",
        "keyed" => "keyed: the other side knows a repetition by its key",
        _ => "external: a repetition would happen again",
    };
    for (effect, inside, edge) in EFFECTS {
        if nodes.iter().any(|node| node.effect == effect) {
            legend.push((format!("fill=\"{inside}\" stroke=\"{edge}\""), says(effect)));
        }
    }
    let plain = "fill=\"#ffffff\" stroke=\"#475569\"";
    if nodes.iter().any(|node| node.has_condition) {
        let swatch = format!("{plain} stroke-dasharray=\"4 3\"");
        legend.push((swatch, "dashed: only on a condition"));
    }
    if nodes.iter().any(|node| node.is_foreach) {
        legend.push((plain.to_owned(), TWICE));
    }
    legend
}

/// About what a text takes in pixels: a cell of a monospaced font is 0.6 of its size wide, seldom more.
fn width_of(text: &str, size: usize) -> usize {
    (text.width() * size * 61).div_ceil(100)
}

fn cut(text: &str) -> String {
    if text.width() <= MOST_CELLS {
        return text.to_owned();
    }
    let mut left = MOST_CELLS - 1;
    let fits = |character: &char| {
        let cells = character.width().unwrap_or(0);
        let fits = cells <= left;
        left = left.saturating_sub(cells);
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// A text between tags (XML 1.0, sections 2.2 and 2.4).
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            character if character.is_control() => out.push('\u{fffd}'),
            character => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, effect: &'static str) -> Node {
        Node {
            name: name.to_owned(),
            action: "fs.list".to_owned(),
            effect,
            is_foreach: name == "b",
            has_condition: name == "c",
        }
    }

    #[test]
    fn a_picture_is_xml_with_every_step_and_every_need() {
        let nodes = [
            node("a", "none"),
            node("b", "keyed"),
            node("c", "external"),
            node("<&\u{1b}\">", ""),
        ];
        let text = svg("two & more", &nodes, &[vec![], vec![0], vec![1], vec![0, 2]]);
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "svg");
        let of = |name: &'static str| {
            root.descendants()
                .filter(move |node| node.has_tag_name(("http://www.w3.org/2000/svg", name)))
        };
        let bold = of("text").filter(|text| text.attribute("font-weight") == Some("600"));
        let names: Vec<&str> = bold.filter_map(|text| text.text()).collect();
        assert_eq!(names, ["two & more", "a", "b", "c", "<&\u{fffd}\">"]);
        assert_eq!(
            of("path").filter(|path| path.attribute("marker-end").is_some()).count(),
            4
        );
        // The longest edge goes down beside the boxes between its ends.
        assert!(text.contains('V'), "{text}");
        let (high, wide) = (root.attribute("height").unwrap(), root.attribute("width").unwrap());
        assert_eq!(root.attribute("viewBox").unwrap(), format!("0 0 {wide} {high}"));
        for says in ["external: ", "keyed: ", "a person is asked", "dashed: ", "two boxes: "] {
            assert!(text.contains(says), "{says}");
        }
        assert!(!text.contains("idempotent: "));
    }

    #[test]
    fn nothing_is_a_picture_too() {
        let text = svg("", &[], &[]);
        assert!(roxmltree::Document::parse(&text).is_ok(), "{text}");
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"x".repeat(60)).width(), MOST_CELLS);
        assert!(cut(&"漢".repeat(60)).width() <= MOST_CELLS);
    }
}

//! `somagent capsule graph`.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::super::failure::Failure;
use super::super::output::{Format, Output};
use super::super::{Context, callable, capsules, table};
use super::png::png;
use super::svg::{Node, svg};
use crate::capsule::layout::Layout;
use crate::capsule::tool_spec::EffectClass;
use crate::capsule::{Capsule, Step, Work};
use crate::exit::Exit;
use crate::sight::rails::{Signs, needs, rails};

/// The widest drawing, in rails; beyond it the needs are named instead.
const MAX_RAILS: usize = 24;

/// Draw the steps of a capsule and what each needs
///
/// One step a line, in layers: a step is in the layer after the last that it needs, and lines lead to it from those.
/// `-o json` prints nodes, edges and layers instead.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A capsule's name or a file
    capsule: String,
    /// The form of the drawing
    #[arg(long, value_enum, default_value = "text")]
    format: Form,
    /// Pixels of a PNG for each of the SVG, along and down
    #[arg(long, value_name = "TIMES", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=8))]
    scale: u8,
    /// Write it to a file, over one that is there
    #[arg(long, value_name = "FILE")]
    output_file: Option<PathBuf>,
}

/// The form of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For a terminal
    Text,
    /// For Graphviz: pipe it into `dot -Tsvg`
    Dot,
    /// A picture, for a page
    Svg,
    /// A picture in pixels, for where SVG is not taken
    Png,
}

/// Runs the command.
///
/// # Errors
/// There is no such capsule, or it is not valid; a picture in pixels is for a terminal or too large; the file cannot be
/// written.
pub fn run(args: &Args, context: &Context, output: &mut Output) -> Result<Exit, Failure> {
    let located = capsules::locate(&args.capsule, context)?;
    let (capsule, _) = callable::checked(&args.capsule, &located, context)?;
    let graph = Graph::of(&capsule);
    let drawing = match (output.format(), args.format) {
        (Format::Json | Format::Jsonl, _) => format!("{}\n", graph.data()).into_bytes(),
        (Format::Table, Form::Text) => graph.drawn(signs(|name| std::env::var(name).ok())).into_bytes(),
        (Format::Table, Form::Dot) => graph.dot().into_bytes(),
        (Format::Table, Form::Svg) => graph.svg().into_bytes(),
        (Format::Table, Form::Png) if args.output_file.is_none() && output.is_terminal() => {
            let message = "a PNG is bytes, not text for a terminal: nothing was written";
            return Err(Failure::new(Exit::Usage, "bytes_on_terminal", message)
                .hint("say where with `--output-file FILE`, or redirect it; `--format text` draws here"));
        }
        (Format::Table, Form::Png) => png(&graph.svg(), args.scale)?,
    };
    let Some(file) = &args.output_file else {
        output.data(&drawing)?;
        return Ok(Exit::Succeeded);
    };
    std::fs::write(context.directory.join(file), &drawing).map_err(|error| {
        let message = format!("cannot write `{}`: {error}", file.display());
        Failure::new(Exit::Storage, "storage", message)
            .hint("check that the directory exists, its space and its rights")
    })?;
    output.say(&format!("drawing   {}  {} bytes", file.display(), drawing.len()));
    Ok(Exit::Succeeded)
}

/// Boxes, unless the terminal or the locale is said not to have them.
pub fn signs(variable: impl Fn(&str) -> Option<String>) -> Signs {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    // The first that is set decides (POSIX.1-2024, XBD 8.2).
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    let utf8 = locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    if utf8 && set("TERM").is_none_or(|term| term != "dumb") {
        Signs::Boxes
    } else {
        Signs::Plain
    }
}

struct Graph<'c> {
    capsule: &'c Capsule,
    steps: &'c [Step],
    /// By the index of the step.
    needs: Vec<Vec<usize>>,
    layers: Vec<Vec<usize>>,
}

impl<'c> Graph<'c> {
    fn of(capsule: &'c Capsule) -> Self {
        let steps = capsule.steps();
        let needs = needs(steps);
        let layers = Layout::of(&needs).nodes().collect();
        Self {
            capsule,
            steps,
            needs,
            layers,
        }
    }

    fn drawn(&self, signs: Signs) -> String {
        let order: Vec<usize> = self.layers.iter().flatten().copied().collect();
        let mut lines = rails(&order, &self.needs, signs);
        let narrow = lines.iter().all(|line| line.chars().count() < 2 * MAX_RAILS);
        if !narrow {
            lines = order.iter().map(|step| self.named_needs(*step)).collect();
        }
        let mut number = self.layers.iter().enumerate().flat_map(|(layer, steps)| {
            let first = (layer + 1).to_string();
            std::iter::once(first).chain(std::iter::repeat_n(String::new(), steps.len() - 1))
        });
        let head = if narrow { "" } else { "NEEDS" };
        let mut rows = vec![["LAYER", head, "STEP", "ACTION", "EFFECT"].map(str::to_owned)];
        let mut used = Vec::new();
        for (step, line) in order.iter().zip(lines) {
            let step = &self.steps[*step];
            let marks = marks(step);
            used.extend(marks.iter().copied());
            let shown: String = marks.iter().map(|mark| mark.sign(signs)).collect();
            rows.push([
                number.next().unwrap_or_default(),
                line,
                format!("{} {shown}", step.name).trim_end().to_owned(),
                step.action(),
                effect(step).to_owned(),
            ]);
        }
        used.sort_unstable();
        used.dedup();
        let legend: Vec<String> = used
            .iter()
            .map(|mark| format!("{} {}", mark.sign(signs), mark.meaning()))
            .collect();
        let mut text = table::columns(&rows);
        if !legend.is_empty() {
            text.push_str(&format!("\n{}\n", legend.join("   ")));
        }
        text
    }

    fn named_needs(&self, step: usize) -> String {
        let names: Vec<&str> = self.needs[step]
            .iter()
            .map(|need| self.steps[*need].name.as_str())
            .collect();
        names.join(", ")
    }

    fn data(&self) -> Value {
        let name = |step: &usize| self.steps[*step].name.as_str();
        let nodes = self.layers.iter().enumerate().flat_map(|(layer, steps)| {
            steps.iter().map(move |step| {
                let step = &self.steps[*step];
                json!({
                    "name": step.name, "action": step.action(), "layer": layer, "effect": step.effect,
                    "foreach": step.foreach.is_some(), "when": step.when,
                })
            })
        });
        let edges = self.needs.iter().enumerate().flat_map(|(to, needs)| {
            needs
                .iter()
                .map(move |from| json!({"from": name(from), "to": name(&to)}))
        });
        let layers = self
            .layers
            .iter()
            .map(|layer| layer.iter().map(name).collect::<Vec<_>>());
        json!({
            "v": 1, "capsule": self.capsule.name(), "version": self.capsule.version(), "digest": self.capsule.digest(),
            "nodes": nodes.collect::<Vec<_>>(), "edges": edges.collect::<Vec<_>>(), "layers": layers.collect::<Vec<_>>(),
        })
    }

    fn svg(&self) -> String {
        let node = |step: &Step| Node {
            name: step.name.clone(),
            action: step.action(),
            effect: effect(step),
            is_foreach: step.foreach.is_some(),
            has_condition: step.when.is_some(),
        };
        let nodes: Vec<Node> = self.steps.iter().map(node).collect();
        let title = format!("{} {}", self.capsule.name(), self.capsule.version());
        svg(&title, &nodes, &self.needs)
    }

    /// The graph in the language of Graphviz (<https://graphviz.org/doc/info/lang.html>).
    fn dot(&self) -> String {
        let mut text = format!(
            "digraph {} {{\n  node [shape=box, fontname=\"sans-serif\"];\n",
            quoted(self.capsule.name())
        );
        for layer in &self.layers {
            text.push_str("  { rank=same;");
            for step in layer {
                text.push_str(&format!(" {};", quoted(&self.steps[*step].name)));
            }
            text.push_str(" }\n");
        }
        for step in self.steps {
            let label = format!("{}\n{}\n{}", step.name, step.action(), effect(step));
            let mut attributes = vec![format!("label={}", quoted(label.trim_end()))];
            for mark in marks(step) {
                attributes.push(
                    match mark {
                        Mark::Gate => "shape=diamond",
                        Mark::Capsule => "shape=component",
                        Mark::Foreach => "peripheries=2",
                        Mark::When => "style=dashed",
                    }
                    .to_owned(),
                );
            }
            text.push_str(&format!("  {} [{}];\n", quoted(&step.name), attributes.join(", ")));
        }
        for (to, needs) in self.needs.iter().enumerate() {
            for from in needs {
                let (from, to) = (&self.steps[*from].name, &self.steps[to].name);
                text.push_str(&format!("  {} -> {};\n", quoted(from), quoted(to)));
            }
        }
        text.push_str("}\n");
        text
    }
}

/// A text in double quotes, as Graphviz reads it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Something about a step that a reader looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Foreach,
    Gate,
    Capsule,
    When,
}

impl Mark {
    fn sign(self, signs: Signs) -> char {
        let (boxes, plain) = match self {
            Self::Foreach => ('×', 'x'),
            Self::Gate => ('?', '?'),
            Self::Capsule => ('▸', '>'),
            Self::When => ('◇', '~'),
        };
        match signs {
            Signs::Boxes => boxes,
            Signs::Plain => plain,
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Self::Foreach => "once for each item",
            Self::Gate => "a person is asked",
            Self::Capsule => "another capsule",
            Self::When => "only on a condition",
        }
    }
}

fn marks(step: &Step) -> Vec<Mark> {
    let work = match &step.work {
        Work::Gate(_) => Some(Mark::Gate),
        Work::Capsule(_) => Some(Mark::Capsule),
        Work::Model(_) | Work::Tool(_) => None,
    };
    let foreach = step.foreach.is_some().then_some(Mark::Foreach);
    let when = step.when.is_some().then_some(Mark::When);
    [foreach, work, when].into_iter().flatten().collect()
}

fn effect(step: &Step) -> &'static str {
    match (&step.work, step.effect) {
        (Work::Gate(_), _) => "",
        (_, EffectClass::None) => "none",
        (_, EffectClass::Idempotent) => "idempotent",
        (_, EffectClass::Keyed) => "keyed",
        (_, EffectClass::External) => "external",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::Catalogue;
    use crate::capsule::starter::STARTERS;
    use crate::tools::toolbox::Toolbox;

    fn parsed(text: &str) -> Capsule {
        let catalogue = Catalogue {
            tools: Toolbox::contracts().to_vec(),
            ..Catalogue::default()
        };
        Capsule::parse(text, &catalogue).unwrap()
    }

    /// Thirty steps: a list, nine chains of three over it that read other chains, and two that gather them.
    fn thirty() -> Capsule {
        let mut steps = String::from("    - {name: list, action: fs.list}\n");
        for chain in 0..9 {
            let other = (chain + 4) % 9;
            let step = |name: &str, needs: &str, more: &str| {
                format!("    - {{name: {name}_{chain}, needs: [{needs}], action: fs.list{more}}}\n")
            };
            steps += &step("read", "list", "");
            steps += &step("count", &format!("read_{chain}"), ", when: \"run.id != ''\"");
            let foreach = ", foreach: {items: steps.list.output.entries, as: entry, max_items: 9}";
            steps += &step("rank", &format!("count_{chain}, read_{other}"), foreach);
        }
        let ranks: Vec<String> = (0..9).map(|chain| format!("rank_{chain}")).collect();
        steps += &format!(
            "    - {{name: table, needs: [{}], action: fs.list}}\n",
            ranks.join(", ")
        );
        steps += "    - {name: keep, needs: [table, list], action: artifact.put, params: {name: a, content: b}}\n";
        parsed(&format!(
            "schema: somagent.dev/capsule/v1\ncapsule_id: thirty\nversion: 1.0.0\ntools:\n  - {{adapter: fs, version: \"^1\", actions: [list]}}\n  - {{adapter: artifact, version: \"^1\", actions: [put]}}\nexecution:\n  mode: dag\n  steps:\n{steps}"
        ))
    }

    #[test]
    fn a_sequence_is_drawn_step_by_step() {
        insta::assert_snapshot!(Graph::of(&parsed(STARTERS[3].1)).drawn(Signs::Boxes), @r#"
        LAYER     STEP        ACTION         EFFECT
        1      ●  log         git.log        none
        2      ●  labels      text.label     none
        3      ●  big         text.label     none
        4      ●  sized       text.join      none
        5      ●  commits     text.join      none
        6      ●  types       text.group     none
        7      ●  risks       text.group     none
        8      ●  areas       text.areas     none
        9      ●  people ×    text.count     none
        10     ●  evidence ×  text.rank      none
        11     ●  quotes ×    text.quotes    none
        12     ●  lines ×     model.call     none
        13     ●  check       text.ground    none
        14     ●  document    text.markdown  none
        15     ●  publish     artifact.put   idempotent

        × once for each item
        "#);
    }

    #[test]
    fn thirty_steps_stay_readable() {
        let capsule = thirty();
        assert_eq!(capsule.steps().len(), 30);
        insta::assert_snapshot!(Graph::of(&capsule).drawn(Signs::Boxes), @r#"
        LAYER                                         STEP       ACTION        EFFECT
        1      ●                                      list       fs.list       none
        2      ├─●                                    read_5     fs.list       none
               ├─│─●                                  read_0     fs.list       none
               ├─│─│─●                                read_1     fs.list       none
               ├─│─│─│─●                              read_6     fs.list       none
               ├─│─│─│─│─●                            read_4     fs.list       none
               ├─│─│─│─│─│─●                          read_2     fs.list       none
               ├─│─│─│─│─│─│─●                        read_7     fs.list       none
               ├─│─│─│─│─│─│─│─●                      read_8     fs.list       none
               ├─│─│─│─│─│─│─│─│─●                    read_3     fs.list       none
        3      │ ├─│─│─│─│─│─│─│─│─●                  count_5 ◇  fs.list       none
               │ │ ├─│─│─│─│─│─│─│─│─●                count_0 ◇  fs.list       none
               │ │ │ ├─│─│─│─│─│─│─│─│─●              count_1 ◇  fs.list       none
               │ │ │ │ ├─│─│─│─│─│─│─│─│─●            count_6 ◇  fs.list       none
               │ │ │ │ │ ├─│─│─│─│─│─│─│─│─●          count_4 ◇  fs.list       none
               │ │ │ │ │ │ ├─│─│─│─│─│─│─│─│─●        count_2 ◇  fs.list       none
               │ │ │ │ │ │ │ ├─│─│─│─│─│─│─│─│─●      count_7 ◇  fs.list       none
               │ │ │ │ │ │ │ │ ├─│─│─│─│─│─│─│─│─●    count_8 ◇  fs.list       none
               │ │ │ │ │ │ │ │ │ ├─│─│─│─│─│─│─│─│─●  count_3 ◇  fs.list       none
        4      │ │ ●─│─│─│─│─│─│─│─┘ │ │ │ │ │ │ │ │  rank_5 ×   fs.list       none
               │ ●─│─│─│─│─│─│─│─│───│─┘ │ │ │ │ │ │  rank_1 ×   fs.list       none
               │ │ │ │ │ ●─│─│─│─│───┘   │ │ │ │ │ │  rank_0 ×   fs.list       none
               │ │ │ ●─│─│─│─│─│─│───────┘ │ │ │ │ │  rank_6 ×   fs.list       none
               │ │ │ │ ●─│─│─│─│─│─────────│─┘ │ │ │  rank_2 ×   fs.list       none
               │ │ │ │ │ │ ●─│─│─│─────────│───┘ │ │  rank_7 ×   fs.list       none
               │ │ │ │ │ │ │ │ ●─│─────────┘     │ │  rank_4 ×   fs.list       none
               │ │ │ │ │ │ │ ●─│─│───────────────│─┘  rank_3 ×   fs.list       none
               │ │ │ │ │ │ │ │ │ ●───────────────┘    rank_8 ×   fs.list       none
        5      │ ●─┴─┴─┴─┴─┴─┴─┴─┘                    table      fs.list       none
        6      ●─┘                                    keep       artifact.put  idempotent

        × once for each item   ◇ only on a condition
        "#);
        let plain = Graph::of(&capsule).drawn(Signs::Plain);
        assert!(plain.is_ascii(), "{plain}");
        assert_eq!(
            plain.lines().count(),
            Graph::of(&capsule).drawn(Signs::Boxes).lines().count()
        );
    }

    #[test]
    fn a_graph_that_is_too_wide_names_its_needs() {
        let roots: String = (0..40)
            .map(|n| format!("    - {{name: a{n}, action: fs.list}}\n"))
            .collect();
        let names: Vec<String> = (0..40).map(|n| format!("a{n}")).collect();
        let capsule = parsed(&format!(
            "schema: somagent.dev/capsule/v1\ncapsule_id: wide\nversion: 1.0.0\ntools: [{{adapter: fs, version: \"^1\", actions: [list]}}]\nexecution:\n  mode: dag\n  steps:\n{roots}    - {{name: all, needs: [{}], action: fs.list}}\n",
            names.join(", ")
        ));
        let drawn = Graph::of(&capsule).drawn(Signs::Boxes);
        assert!(drawn.contains("a0, a1, a2") && !drawn.contains('●'), "{drawn}");
    }

    #[test]
    fn data_and_graphviz_have_every_node_edge_and_layer() {
        let capsule = parsed(
            "schema: somagent.dev/capsule/v1\ncapsule_id: two\nversion: 1.0.0\ntools: [{adapter: fs, version: \"^1\", actions: [list]}]\nexecution: {steps: [{name: node, action: fs.list}, {name: b, action: fs.list, when: \"true\"}]}\n",
        );
        let graph = Graph::of(&capsule);
        let data = graph.data();
        assert_eq!(data["edges"], json!([{"from": "node", "to": "b"}]));
        assert_eq!(data["layers"], json!([["node"], ["b"]]));
        assert_eq!(
            data["nodes"][1],
            json!({"name": "b", "action": "fs.list", "layer": 1, "effect": "none", "foreach": false, "when": "true"})
        );
        insta::assert_snapshot!(graph.dot(), @r#"
        digraph "two" {
          node [shape=box, fontname="sans-serif"];
          { rank=same; "node"; }
          { rank=same; "b"; }
          "node" [label="node\nfs.list\nnone"];
          "b" [label="b\nfs.list\nnone", style=dashed];
          "node" -> "b";
        }
        "#);
        assert_eq!(quoted("a\"b\\c\nd\u{1b}"), "\"a\\\"b\\\\c\\nd\u{fffd}\"");
    }

    #[test]
    fn boxes_need_a_terminal_and_a_locale_that_have_them() {
        let of = |variables: &[(&str, &str)]| {
            signs(|name| {
                variables
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(of(&[]), Signs::Boxes);
        assert_eq!(of(&[("LANG", "C.UTF-8"), ("TERM", "xterm")]), Signs::Boxes);
        assert_eq!(of(&[("LC_ALL", ""), ("LANG", "de_DE.utf8")]), Signs::Boxes);
        assert_eq!(of(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]), Signs::Plain);
        assert_eq!(of(&[("TERM", "dumb")]), Signs::Plain);
    }
}

//! Where the nodes and lines of a graph lie on a grid of characters.
//!
//! Horizontal places are the least squares to those of their neighbours under the order of the layer, found
//! by pooling adjacent violators (M. Ayer and others, "An Empirical Distribution Function for Sampling with
//! Incomplete Information", 1955).

use std::collections::BTreeMap;

use super::plan::Plan;
use super::route::{Band, Pen};
use crate::capsule::layout::Place;

/// How often places are moved towards their neighbours.
const SWEEPS: usize = 6;

/// Columns between two places.
const GAP: i32 = 2;

/// A node on the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// The step.
    pub step: usize,
    /// Columns from the left.
    pub x: u16,
    /// Rows from the top.
    pub y: u16,
    /// Columns.
    pub width: u16,
}

/// A character of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stroke {
    /// What is drawn.
    pub sign: char,
    /// Whether it belongs to a line from or to the selected step.
    pub is_lit: bool,
}

/// A graph on a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Whether nodes are boxes of three rows, and not one row.
    pub boxes: bool,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// All nodes.
    pub nodes: Vec<Node>,
    /// Lines, by row and column.
    pub strokes: BTreeMap<(u16, u16), Stroke>,
}

/// A line from a place to one in the next layer.
#[derive(Debug, Clone, Copy)]
struct Link {
    from: usize,
    to: usize,
    is_lit: bool,
}

impl Picture {
    /// Places a graph in at most `width` × `height` characters; `None` when it does not fit. `labels` are the
    /// columns that each step needs; boxes are preferred.
    pub fn of(plan: &Plan, labels: &[u16], selected: Option<usize>, width: u16, height: u16) -> Option<Self> {
        if plan.layout.layers.len() > usize::from(height) {
            return None;
        }
        let fits = |picture: &Self| picture.width <= width && picture.height <= height;
        [true, false]
            .into_iter()
            .filter_map(|boxes| Some(Grid::new(plan, labels, boxes, selected, i32::from(width))?.picture()))
            .find(fits)
    }

    /// The rows of a node.
    pub fn rows(&self) -> u16 {
        if self.boxes { 3 } else { 1 }
    }

    /// The step at a place of the grid.
    pub fn at(&self, x: u16, y: u16) -> Option<usize> {
        let rows = self.rows();
        let hit = |node: &&Node| (node.x..node.x + node.width).contains(&x) && (node.y..node.y + rows).contains(&y);
        self.nodes.iter().find(hit).map(|node| node.step)
    }
}

struct Grid<'a> {
    layers: &'a [Vec<Place>],
    boxes: bool,
    /// By layer and place.
    widths: Vec<Vec<i32>>,
    x: Vec<Vec<i32>>,
    /// By layer, to the next one.
    links: Vec<Vec<Link>>,
    selected: Option<usize>,
}

impl<'a> Grid<'a> {
    /// `None` when a layer alone is wider than `most`.
    fn new(plan: &'a Plan, labels: &[u16], boxes: bool, selected: Option<usize>, most: i32) -> Option<Self> {
        let layers = &plan.layout.layers;
        let width = |place: &Place| match place {
            Place::Node(step) => labels.get(*step).copied().map_or(1, i32::from) + if boxes { 4 } else { 0 },
            Place::Pass { .. } => 1,
        };
        let widths: Vec<Vec<i32>> = layers.iter().map(|layer| layer.iter().map(width).collect()).collect();
        let mut x = Vec::new();
        for layer in &widths {
            let mut at = 0;
            let places = layer.iter().map(|width| {
                let place = at;
                at += width + GAP;
                place
            });
            x.push(places.collect::<Vec<_>>());
            if at - GAP > most {
                return None;
            }
        }
        let mut grid = Self {
            layers,
            boxes,
            widths,
            x,
            links: Vec::new(),
            selected,
        };
        grid.links = layers.windows(2).map(|pair| grid.links(pair, &plan.needs)).collect();
        let count = layers.len();
        for sweep in 0..SWEEPS {
            let down = sweep % 2 == 1;
            for step in 1..count {
                grid.align(if down { step } else { count - 1 - step }, down);
            }
        }
        let left = grid.x.iter().flatten().copied().min().unwrap_or(0);
        grid.x.iter_mut().flatten().for_each(|x| *x -= left);
        Some(grid)
    }

    /// The lines between two layers.
    fn links(&self, pair: &[Vec<Place>], needs: &[Vec<usize>]) -> Vec<Link> {
        let mut links = Vec::new();
        for (from, above) in pair[0].iter().enumerate() {
            for (to, below) in pair[1].iter().enumerate() {
                let ends = match (*above, *below) {
                    (Place::Node(upper), Place::Node(lower)) => needs[lower].contains(&upper).then_some((upper, lower)),
                    (Place::Pass { from, to }, Place::Node(node)) => (to == node).then_some((from, to)),
                    (Place::Node(node), Place::Pass { from, to }) => (from == node).then_some((from, to)),
                    (Place::Pass { from, to }, Place::Pass { .. }) => (above == below).then_some((from, to)),
                };
                let Some(ends) = ends else { continue };
                let is_lit = self.is_lit(ends);
                links.push(Link { from, to, is_lit });
            }
        }
        links
    }

    fn is_lit(&self, (from, to): (usize, usize)) -> bool {
        self.selected.is_some_and(|selected| from == selected || to == selected)
    }

    /// Where a line meets a place.
    fn anchor(&self, layer: usize, place: usize) -> i32 {
        self.x[layer][place] + self.offset(layer, place)
    }

    fn offset(&self, layer: usize, place: usize) -> i32 {
        if self.boxes { self.widths[layer][place] / 2 } else { 0 }
    }

    /// Moves the places of a layer towards those before it (`down`) or after it, in their order.
    fn align(&mut self, layer: usize, down: bool) {
        let wanted = |grid: &Self, place: usize| {
            let band = if down { layer.checked_sub(1) } else { Some(layer) };
            let links = band.and_then(|band| grid.links.get(band)).into_iter().flatten();
            let near: Vec<i32> = if down {
                let above = links.filter(|link| link.to == place);
                above.map(|link| grid.anchor(layer - 1, link.from)).collect()
            } else {
                let below = links.filter(|link| link.from == place);
                below.map(|link| grid.anchor(layer + 1, link.to)).collect()
            };
            if near.is_empty() {
                return f64::from(grid.x[layer][place]);
            }
            let mean = near.iter().copied().map(f64::from).sum::<f64>() / near.len() as f64;
            mean - f64::from(grid.offset(layer, place))
        };
        // Without the room that the places before it take, the order alone is left to be kept.
        let mut before = 0;
        let mut pools: Vec<(f64, usize)> = Vec::new();
        let mut room = Vec::new();
        for place in 0..self.x[layer].len() {
            room.push(before);
            pools.push((wanted(self, place) - f64::from(before), 1));
            before += self.widths[layer][place] + GAP;
            while let [.., (left, lefts), (right, rights)] = pools[..]
                && left > right
            {
                let both = lefts + rights;
                let mean = (left * lefts as f64 + right * rights as f64) / both as f64;
                pools.truncate(pools.len() - 2);
                pools.push((mean, both));
            }
        }
        let places = pools
            .iter()
            .flat_map(|(mean, count)| std::iter::repeat_n(mean.round() as i32, *count));
        self.x[layer] = places.zip(room).map(|(place, room)| place + room).collect();
    }

    fn picture(self) -> Picture {
        let rows = if self.boxes { 3 } else { 1 };
        let mut pen = Pen::default();
        let mut nodes = Vec::new();
        let (mut y, mut width) = (0, 0);
        for (layer, places) in self.layers.iter().enumerate() {
            for (place, at) in places.iter().enumerate() {
                let x = self.x[layer][place];
                width = width.max(x + self.widths[layer][place]);
                match *at {
                    Place::Node(step) => nodes.push(Node {
                        step,
                        x: u16::try_from(x).unwrap_or(0),
                        y: u16::try_from(y).unwrap_or(u16::MAX),
                        width: u16::try_from(self.widths[layer][place]).unwrap_or(1),
                    }),
                    Place::Pass { from, to } => pen.down(x, y, y + rows, self.is_lit((from, to))),
                }
            }
            y += rows;
            let Some(links) = self.links.get(layer) else { continue };
            let mut band = Band::default();
            for link in links {
                let (from, to) = (self.anchor(layer, link.from), self.anchor(layer + 1, link.to));
                band.link(from, to, link.is_lit);
                if self.boxes && matches!(places[link.from], Place::Node(_)) {
                    pen.leaves(from, y - 1, link.is_lit);
                }
            }
            let high = band.draw(&mut pen, y);
            for link in links.iter().filter(|_| self.boxes) {
                if matches!(self.layers[layer + 1][link.to], Place::Node(_)) {
                    pen.enters(self.anchor(layer + 1, link.to), y + high, link.is_lit);
                }
            }
            y += high;
        }
        Picture {
            boxes: self.boxes,
            width: u16::try_from(width).unwrap_or(u16::MAX),
            height: u16::try_from(y).unwrap_or(u16::MAX),
            nodes,
            strokes: pen.strokes(),
        }
    }
}

//! Where the steps of a graph are drawn: layers, and an order within each that crosses few lines.
//!
//! Knows indexes only, and draws nothing: a terminal and a picture use the same layout.
//!
//! Source: K. Sugiyama, S. Tagawa, M. Toda, "Methods for Visual Understanding of Hierarchical System
//! Structures", IEEE Transactions on Systems, Man, and Cybernetics 11(2), 1981: layers by longest
//! path, long edges through places in between, order by barycentres.

/// Sweeps down and up; more change little (Sugiyama and others, section IV).
const SWEEPS: usize = 8;

/// The most places that long edges take; beyond it they are left out of the ordering.
const MAX_PASSES: usize = 20_000;

/// A place in a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A node.
    Node(usize),
    /// Where an edge over several layers goes through.
    Pass {
        /// The node that comes before.
        from: usize,
        /// The node that needs it.
        to: usize,
    },
}

/// The places of a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Layers from the first to the last, each from left to right. A node is in the layer after the
    /// last of those it needs.
    pub layers: Vec<Vec<Place>>,
}

impl Layout {
    /// Lays out nodes; `needs[i]` are the nodes that come directly before `i`.
    ///
    /// Needs that form a circle, or that are not there, are left out.
    pub fn of(needs: &[Vec<usize>]) -> Self {
        let depth = depths(needs);
        let layers = depth.iter().copied().max().map_or(0, |deepest| deepest + 1);
        let edges = || {
            needs.iter().enumerate().flat_map(|(to, list)| {
                let depth = &depth;
                list.iter()
                    .copied()
                    .filter(move |from| *from < depth.len() && depth[*from] < depth[to])
                    .map(move |from| (from, to))
            })
        };
        let passes: usize = edges()
            .map(|(from, to)| depth[to] - depth[from] - 1)
            .fold(0, usize::saturating_add);
        let mut grid = Grid {
            layers: vec![Vec::new(); layers],
            places: Vec::new(),
            above: Vec::new(),
            below: Vec::new(),
        };
        let nodes: Vec<usize> = (0..needs.len())
            .map(|node| grid.put(depth[node], Place::Node(node)))
            .collect();
        for (from, to) in edges() {
            let mut before = nodes[from];
            if depth[to] - depth[from] > 1 {
                if passes > MAX_PASSES {
                    continue;
                }
                for layer in depth[from] + 1..depth[to] {
                    let pass = grid.put(layer, Place::Pass { from, to });
                    grid.join(before, pass);
                    before = pass;
                }
            }
            grid.join(before, nodes[to]);
        }
        let order = grid.ordered();
        let places = |layer: &Vec<usize>| layer.iter().map(|index| grid.places[*index]).collect();
        Self {
            layers: order.iter().map(places).collect(),
        }
    }

    /// The nodes of each layer, from left to right.
    pub fn nodes(&self) -> impl Iterator<Item = Vec<usize>> {
        self.layers.iter().map(|layer| {
            let nodes = layer.iter().filter_map(|place| match place {
                Place::Node(node) => Some(*node),
                Place::Pass { .. } => None,
            });
            nodes.collect()
        })
    }
}

/// How many needs there are on the longest way to each node.
fn depths(needs: &[Vec<usize>]) -> Vec<usize> {
    let mut open: Vec<usize> = vec![0; needs.len()];
    let mut dependants: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (node, list) in needs.iter().enumerate() {
        for need in list.iter().filter(|need| **need < needs.len()) {
            open[node] += 1;
            dependants[*need].push(node);
        }
    }
    let mut depth = vec![0; needs.len()];
    let mut ready: Vec<usize> = (0..needs.len()).filter(|node| open[*node] == 0).collect();
    while let Some(node) = ready.pop() {
        for dependant in &dependants[node] {
            depth[*dependant] = depth[*dependant].max(depth[node] + 1);
            open[*dependant] -= 1;
            if open[*dependant] == 0 {
                ready.push(*dependant);
            }
        }
    }
    depth
}

/// Places by index, with their neighbours in the layers above and below.
struct Grid {
    layers: Vec<Vec<usize>>,
    places: Vec<Place>,
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl Grid {
    fn put(&mut self, layer: usize, place: Place) -> usize {
        let index = self.places.len();
        self.places.push(place);
        self.above.push(Vec::new());
        self.below.push(Vec::new());
        self.layers[layer].push(index);
        index
    }

    fn join(&mut self, upper: usize, lower: usize) {
        self.below[upper].push(lower);
        self.above[lower].push(upper);
    }

    /// The order with the fewest crossings of those that the sweeps pass through.
    fn ordered(&self) -> Vec<Vec<usize>> {
        let mut order = self.layers.clone();
        let mut best = (self.crossings(&order), order.clone());
        for sweep in 0..SWEEPS {
            if best.0 == 0 {
                break;
            }
            let down = sweep % 2 == 0;
            let count = order.len();
            let mut position = self.positions(&order);
            for step in 1..count {
                let layer = if down { step } else { count - 1 - step };
                let neighbours = if down { &self.above } else { &self.below };
                let centre = |place: &usize| {
                    let near = &neighbours[*place];
                    // One without neighbours keeps its place.
                    if near.is_empty() {
                        return position[*place] as f64;
                    }
                    near.iter().map(|other| position[*other] as f64).sum::<f64>() / near.len() as f64
                };
                order[layer].sort_by(|a, b| centre(a).total_cmp(&centre(b)));
                for (at, place) in order[layer].iter().enumerate() {
                    position[*place] = at;
                }
            }
            let crossings = self.crossings(&order);
            if crossings < best.0 {
                best = (crossings, order.clone());
            }
        }
        best.1
    }

    fn positions(&self, order: &[Vec<usize>]) -> Vec<usize> {
        let mut position = vec![0; self.places.len()];
        for layer in order {
            for (at, place) in layer.iter().enumerate() {
                position[*place] = at;
            }
        }
        position
    }

    /// How many pairs of lines cross: the inversions of their ends, counted in a Fenwick tree.
    ///
    /// Source: W. Barth, M. Jünger, P. Mutzel, "Simple and Efficient Bilayer Cross Counting", 2002.
    fn crossings(&self, order: &[Vec<usize>]) -> u64 {
        let position = self.positions(order);
        let mut crossings = 0;
        for layer in order {
            let widest = layer
                .iter()
                .flat_map(|place| &self.below[*place])
                .map(|lower| position[*lower] + 1)
                .max()
                .unwrap_or(0);
            let mut tree = vec![0_u64; widest + 1];
            let mut seen = 0;
            for place in layer {
                let mut ends: Vec<usize> = self.below[*place].iter().map(|lower| position[*lower] + 1).collect();
                ends.sort_unstable();
                for end in &ends {
                    let mut at = *end;
                    let mut not_beyond = 0;
                    while at > 0 {
                        not_beyond += tree[at];
                        at &= at - 1;
                    }
                    crossings += seen - not_beyond;
                }
                for end in ends {
                    seen += 1;
                    let mut at = end;
                    while at <= widest {
                        tree[at] += 1;
                        at += at & at.wrapping_neg();
                    }
                }
            }
        }
        crossings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
        Layout::of(needs).nodes().collect()
    }

    #[test]
    fn a_node_is_in_the_layer_after_the_last_that_it_needs() {
        let needs = [vec![], vec![0], vec![0], vec![1, 2], vec![3, 0], vec![]];
        assert_eq!(nodes(&needs), [vec![0, 5], vec![1, 2], vec![3], vec![4]]);
        let layout = Layout::of(&needs);
        assert!(layout.layers[1].contains(&Place::Pass { from: 0, to: 4 }));
        assert_eq!(nodes(&[]), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn an_order_takes_crossings_away_that_can_be_taken_away() {
        // 0→5, 1→4, 2→3: written so that all lines cross.
        let needs = [vec![], vec![], vec![], vec![2], vec![1], vec![0]];
        assert_eq!(nodes(&needs), [vec![0, 1, 2], vec![5, 4, 3]]);
    }

    #[test]
    fn circles_and_strangers_do_no_harm_and_large_graphs_are_bounded() {
        Layout::of(&[vec![1], vec![0], vec![9], vec![3]]);
        let needs: Vec<Vec<usize>> = (0..2_000_usize)
            .map(|node| (0..node).rev().step_by(7).collect())
            .collect();
        assert_eq!(Layout::of(&needs).layers.iter().map(Vec::len).sum::<usize>(), 2_000);
    }
}

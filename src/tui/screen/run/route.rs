//! Lines between two layers: each runs down, along a track of its own, and down again.
//!
//! Lines from one place share a track, and so do those that lead to one place only. A line that comes down on a column is never on it together with one
//! that another place goes down on, as far as the tracks can be ordered so.

use std::collections::BTreeMap;

use super::place::Stroke;

const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// The lines from one column.
#[derive(Debug)]
struct Bus {
    x: i32,
    /// Where they end, and whether the line there is lit.
    ends: Vec<(i32, bool)>,
    track: Option<i32>,
}

impl Bus {
    fn span(&self) -> (i32, i32) {
        let ends = self.ends.iter().map(|(end, _)| *end);
        ends.fold((self.x, self.x), |(left, right), end| (left.min(end), right.max(end)))
    }

    fn is_straight(&self) -> bool {
        self.ends.iter().all(|(end, _)| *end == self.x)
    }

    /// Whether both lead to one place only, and to the same, so that they may become one line.
    fn meets(&self, other: &Self) -> bool {
        match (&self.ends[..], &other.ends[..]) {
            ([(one, _)], [(other, _)]) => one == other,
            _ => false,
        }
    }

    fn ends_at(&self, x: i32) -> bool {
        self.ends.iter().any(|(end, _)| *end == x)
    }
}

/// All lines between two layers.
#[derive(Debug, Default)]
pub struct Band {
    buses: Vec<Bus>,
}

impl Band {
    /// A line from one column to another.
    pub fn link(&mut self, from: i32, to: i32, is_lit: bool) {
        match self.buses.iter_mut().find(|bus| bus.x == from) {
            Some(bus) => bus.ends.push((to, is_lit)),
            None => self.buses.push(Bus {
                x: from,
                ends: vec![(to, is_lit)],
                track: None,
            }),
        }
    }

    /// Gives each bus a track; returns how many there are.
    fn tracks(&mut self) -> i32 {
        let mut left: Vec<usize> = (0..self.buses.len())
            .filter(|bus| !self.buses[*bus].is_straight())
            .collect();
        let mut tracks = 0;
        while !left.is_empty() {
            // One that goes down where another comes down has to turn first.
            let before = |one: &usize, other: &usize| {
                let (one, other) = (&self.buses[*one], &self.buses[*other]);
                other.ends_at(one.x) && !one.ends_at(one.x)
            };
            let is_free = |bus: &usize| !left.iter().any(|other| other != bus && before(other, bus));
            let at = left.iter().position(is_free).unwrap_or(0);
            let bus = left.remove(at);
            let (from, to) = self.buses[bus].span();
            let placed = self.buses.iter().enumerate().filter_map(|(other, taken)| {
                let (left, right) = taken.span();
                let track = taken.track?;
                let is_before = before(&other, &bus);
                let overlaps = left <= to && from <= right && !self.buses[bus].meets(taken);
                (is_before || overlaps).then_some((track, is_before))
            });
            let (mut first, mut taken) = (0, Vec::new());
            for (track, is_before) in placed {
                if is_before {
                    first = first.max(track + 1);
                } else {
                    taken.push(track);
                }
            }
            while taken.contains(&first) {
                first += 1;
            }
            self.buses[bus].track = Some(first);
            tracks = tracks.max(first + 1);
        }
        tracks
    }

    /// Draws all lines from row `y` on; returns how many rows they take.
    pub fn draw(mut self, pen: &mut Pen, y: i32) -> i32 {
        let rows = self.tracks().max(1);
        for (owner, bus) in self.buses.iter().enumerate() {
            let track = y + bus.track.unwrap_or(0);
            for (end, is_lit) in &bus.ends {
                if *end == bus.x {
                    pen.column(owner, bus.x, y, y + rows, *is_lit);
                    continue;
                }
                pen.column(owner, bus.x, y, track, *is_lit);
                let (left, right) = (bus.x.min(*end), bus.x.max(*end));
                for x in left + 1..right {
                    pen.put(owner, x, track, LEFT | RIGHT, *is_lit);
                }
                let (out, inn) = if *end > bus.x { (RIGHT, LEFT) } else { (LEFT, RIGHT) };
                pen.put(owner, bus.x, track, UP | out, *is_lit);
                pen.put(owner, *end, track, inn | DOWN, *is_lit);
                pen.column(owner, *end, track + 1, y + rows, *is_lit);
            }
        }
        rows
    }
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    owner: usize,
    mask: u8,
    is_lit: bool,
}

/// What draws lines, piece by piece.
#[derive(Debug, Default)]
pub struct Pen {
    pieces: BTreeMap<(i32, i32), Vec<Piece>>,
}

impl Pen {
    fn put(&mut self, owner: usize, x: i32, y: i32, mask: u8, is_lit: bool) {
        let piece = Piece { owner, mask, is_lit };
        self.pieces.entry((y, x)).or_default().push(piece);
    }

    fn column(&mut self, owner: usize, x: i32, from: i32, to: i32, is_lit: bool) {
        for y in from..to {
            self.put(owner, x, y, UP | DOWN, is_lit);
        }
    }

    /// A line straight down, of the rows `from` up to `to`.
    pub fn down(&mut self, x: i32, from: i32, to: i32, is_lit: bool) {
        self.column(0, x, from, to, is_lit);
    }

    /// A line that leaves a box below.
    pub fn leaves(&mut self, x: i32, y: i32, is_lit: bool) {
        self.put(0, x, y, DOWN | LEFT | RIGHT, is_lit);
    }

    /// A line that enters a box above.
    pub fn enters(&mut self, x: i32, y: i32, is_lit: bool) {
        self.put(0, x, y, UP | LEFT | RIGHT, is_lit);
    }

    /// What is drawn, by row and column.
    pub fn strokes(&self) -> BTreeMap<(u16, u16), Stroke> {
        let known = self.pieces.iter().filter_map(|((y, x), pieces)| {
            let place = (u16::try_from(*y).ok()?, u16::try_from(*x).ok()?);
            Some((place, stroke(pieces)))
        });
        known.collect()
    }
}

fn stroke(pieces: &[Piece]) -> Stroke {
    let upright = pieces.iter().find(|piece| piece.mask == UP | DOWN);
    // A line that crosses another goes over it, so that it does not look joined.
    let is_under = |piece: &Piece| upright.is_some_and(|over| piece.mask == LEFT | RIGHT && piece.owner != over.owner);
    let seen = || pieces.iter().filter(|piece| !is_under(piece));
    let mask = seen().fold(0, |mask, piece| mask | piece.mask);
    let sign = match mask {
        mask if mask == UP | DOWN | LEFT | RIGHT => '┼',
        mask if mask == UP | DOWN | LEFT => '┤',
        mask if mask == UP | DOWN | RIGHT => '├',
        mask if mask == UP | LEFT | RIGHT => '┴',
        mask if mask == DOWN | LEFT | RIGHT => '┬',
        mask if mask == UP | LEFT => '╯',
        mask if mask == UP | RIGHT => '╰',
        mask if mask == DOWN | LEFT => '╮',
        mask if mask == DOWN | RIGHT => '╭',
        mask if mask & (LEFT | RIGHT) == 0 => '│',
        _ => '─',
    };
    Stroke {
        sign,
        is_lit: seen().any(|piece| piece.is_lit),
    }
}

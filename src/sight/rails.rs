//! Draws a graph as lines of text: one node a line, and a rail for each node that others still need.
//!
//! ```text
//! ●      fetch
//! ├─●    lint
//! ● │    test
//! ●─┘    publish
//! ```

/// The characters of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    /// Box drawing (Unicode block 2500).
    Boxes,
    /// ASCII.
    Plain,
}

/// What stands at one place of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Nothing,
    Node,
    Rail,
    Across,
    /// A rail that the node needs, at the left end, the right end, or between; whether it goes on.
    Left(bool),
    Right(bool),
    Between(bool),
}

impl Signs {
    fn of(self, piece: Piece) -> char {
        let (boxes, plain) = match piece {
            Piece::Nothing => (' ', ' '),
            Piece::Node => ('●', '*'),
            Piece::Rail => ('│', '|'),
            Piece::Across => ('─', '-'),
            Piece::Left(true) => ('├', '+'),
            Piece::Left(false) => ('└', '+'),
            Piece::Right(true) => ('┤', '+'),
            Piece::Right(false) => ('┘', '+'),
            Piece::Between(true) => ('┼', '+'),
            Piece::Between(false) => ('┴', '+'),
        };
        match self {
            Self::Boxes => boxes,
            Self::Plain => plain,
        }
    }
}

/// A node whose rail goes on until `open` others have met it.
#[derive(Debug, Clone, Copy)]
struct Rail {
    node: usize,
    open: usize,
}

/// The rails beside each node of `order`, in which every node comes after all that it needs.
pub fn rails(order: &[usize], needs: &[Vec<usize>], signs: Signs) -> Vec<String> {
    let mut dependants = vec![0; needs.len()];
    needs.iter().flatten().for_each(|need| dependants[*need] += 1);
    let mut columns: Vec<Option<Rail>> = Vec::new();
    let mut ended = None;
    let mut lines = Vec::with_capacity(order.len());
    for node in order {
        let mut met = Vec::new();
        for (column, rail) in columns.iter_mut().enumerate() {
            if let Some(rail) = rail
                && needs[*node].contains(&rail.node)
            {
                rail.open -= 1;
                met.push((column, rail.open > 0));
            }
        }
        let own = match met.iter().find(|(_, goes_on)| !goes_on) {
            Some((column, _)) => *column,
            // Straight below a node that nothing needs it would look as if it needed that.
            None => (0..)
                .find(|column| columns.get(*column).is_none_or(Option::is_none) && ended != Some(*column))
                .unwrap_or(columns.len()),
        };
        if own >= columns.len() {
            columns.resize(own + 1, None);
        }
        lines.push(line(&columns, own, &met, signs));
        for (column, goes_on) in met {
            if !goes_on {
                columns[column] = None;
            }
        }
        let open = dependants[*node];
        columns[own] = (open > 0).then_some(Rail { node: *node, open });
        ended = (open == 0).then_some(own);
        while columns.last().is_some_and(Option::is_none) {
            columns.pop();
        }
    }
    lines
}

fn line(columns: &[Option<Rail>], own: usize, met: &[(usize, bool)], signs: Signs) -> String {
    let first = met.first().map_or(own, |(column, _)| own.min(*column));
    let last = met.last().map_or(own, |(column, _)| own.max(*column));
    let mut line = String::new();
    for (column, rail) in columns.iter().enumerate() {
        let inside = (first..=last).contains(&column);
        let piece = match met.iter().find(|(met, _)| *met == column) {
            _ if column == own => Piece::Node,
            Some((_, goes_on)) if column == first => Piece::Left(*goes_on),
            Some((_, goes_on)) if column == last => Piece::Right(*goes_on),
            Some((_, goes_on)) => Piece::Between(*goes_on),
            None if rail.is_some() => Piece::Rail,
            None if inside => Piece::Across,
            None => Piece::Nothing,
        };
        line.push(signs.of(piece));
        let between = if (first..last).contains(&column) {
            Piece::Across
        } else {
            Piece::Nothing
        };
        line.push(signs.of(between));
    }
    line.truncate(line.trim_end().len());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(order: &[usize], needs: &[Vec<usize>], signs: Signs) -> String {
        rails(order, needs, signs).join("\n")
    }

    #[test]
    fn a_sequence_is_one_line_down() {
        let needs = [vec![], vec![0], vec![1]];
        assert_eq!(drawn(&[0, 1, 2], &needs, Signs::Boxes), "●\n●\n●");
    }

    #[test]
    fn rails_part_cross_and_meet() {
        // 0 → 1, 2, 3; 1 → 4; 2 → 5; 3, 4, 5 → 6; 7 and 8 stand alone.
        let needs = [
            vec![],
            vec![0],
            vec![0],
            vec![0],
            vec![1],
            vec![2],
            vec![3, 4, 5],
            vec![],
            vec![],
        ];
        let order = [0, 1, 2, 3, 4, 5, 6, 7, 8];
        insta::assert_snapshot!(drawn(&order, &needs, Signs::Boxes), @r#"
        ●
        ├─●
        ├─│─●
        ● │ │
        │ ● │
        │ │ ●
        ●─┴─┘
          ●
        ●
        "#);
        insta::assert_snapshot!(drawn(&order, &needs, Signs::Plain), @r#"
        *
        +-*
        +-|-*
        * | |
        | * |
        | | *
        *-+-+
          *
        *
        "#);
    }

    #[test]
    fn a_rail_that_is_not_met_is_crossed() {
        // 0 → 3; 1 → 4; 2 → 3, 5.
        let needs = [vec![], vec![], vec![], vec![0, 2], vec![1], vec![2]];
        insta::assert_snapshot!(drawn(&[0, 1, 2, 3, 4, 5], &needs, Signs::Boxes), @r#"
        ●
        │ ●
        │ │ ●
        ●─│─┤
          ● │
            ●
        "#);
    }
}

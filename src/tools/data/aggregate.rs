//! One row for all rows that have the same values: counts, sums, the least, the largest, means.
//!
//! Sums are exact, or an error. Pure.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::ToolError;
use super::super::contract::bad_argument;
use super::cell::{Cell, Row, Table};
use super::number::Decimal;
use super::stage::{column, may_have, unique, wrong};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Worked {
    /// What is worked out; what is missing does not count.
    function: Function,
    /// Of which column; only `count` needs none, and then counts rows.
    #[serde(default)]
    column: Option<String>,
    /// What it is called then: `sum_amount`, `count` when absent.
    #[serde(default)]
    r#as: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Function {
    /// How many there are.
    Count,
    /// How many different ones there are.
    Distinct,
    /// All together, exactly.
    Sum,
    /// The least.
    Min,
    /// The largest.
    Max,
    /// The mean: exact where it has at most 15 digits, else rounded to 15.
    Mean,
}

impl Function {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Distinct => "distinct",
            Self::Sum => "sum",
            Self::Min => "min",
            Self::Max => "max",
            Self::Mean => "mean",
        }
    }
}

/// What is known of a group so far, for one value.
#[derive(Default)]
struct Tally {
    count: u64,
    sum: Option<Decimal>,
    /// The least or the largest.
    extreme: Option<Cell>,
    /// There may be millions of tallies, and few of them need it.
    different: Option<HashSet<String>>,
}

impl Tally {
    fn add(&mut self, function: Function, cell: &Cell, row: &Row, name: &str) -> Result<(), ToolError> {
        if *cell == Cell::Missing {
            return Ok(());
        }
        self.count += 1;
        match function {
            Function::Count => {}
            Function::Distinct => self.different.get_or_insert_default().extend(cell.key()),
            Function::Sum | Function::Mean => {
                let Cell::Number(number) = cell else {
                    let what = match cell {
                        Cell::Text(text) => {
                            let text: String = text.chars().take(40).flat_map(char::escape_debug).collect();
                            format!("expected a number of at most 38 digits, found the text `{text}`")
                        }
                        other => format!("expected a number, found {}", other.kind()),
                    };
                    return Err(wrong(row, name, what));
                };
                let sum = self.sum.unwrap_or(Decimal::ZERO).plus(*number);
                self.sum = Some(sum.ok_or_else(|| wrong(row, name, "the sum has more than 38 digits from here on"))?);
            }
            Function::Min | Function::Max => {
                let is_new = match &self.extreme {
                    None => true,
                    Some(known) => {
                        let order = cell.compare(known).ok_or_else(|| {
                            wrong(
                                row,
                                name,
                                format!("{} cannot be compared with {}", cell.kind(), known.kind()),
                            )
                        })?;
                        if function == Function::Min {
                            order.is_lt()
                        } else {
                            order.is_gt()
                        }
                    }
                };
                if is_new {
                    self.extreme = Some(cell.clone());
                }
            }
        }
        Ok(())
    }

    /// How many different ones are held.
    fn different(&self) -> usize {
        self.different.as_ref().map_or(0, |different| different.len())
    }

    fn told(self, function: Function) -> Cell {
        let count = |count: u64| Cell::Number(Decimal::whole(count.into()));
        let number = |number: Option<Decimal>| number.map_or(Cell::Missing, Cell::Number);
        match function {
            Function::Count => count(self.count),
            Function::Distinct => count(self.different() as u64),
            Function::Sum => number(self.sum),
            Function::Mean => number(self.sum.and_then(|sum| sum.shared(self.count))),
            Function::Min | Function::Max => self.extreme.unwrap_or(Cell::Missing),
        }
    }
}

/// Makes a row of each group.
///
/// # Errors
/// A column is not there, values cannot be summed or compared, or there are too many groups.
pub(super) fn aggregate(table: &Table, by: &[String], values: &[Worked]) -> Result<Table, ToolError> {
    let places = by.iter().map(|name| column(table, name));
    let places: Vec<usize> = places.collect::<Result<_, _>>()?;
    let mut names = by.to_vec();
    let mut of = Vec::with_capacity(values.len());
    for worked in values {
        let at = match (&worked.column, worked.function) {
            (Some(name), _) => Some(column(table, name)?),
            (None, Function::Count) => None,
            (None, function) => {
                return Err(bad_argument(
                    format!("`{}` needs a column", function.name()),
                    "say with `column` of what it is worked out",
                ));
            }
        };
        let usual = || match &worked.column {
            Some(column) => format!("{}_{column}", worked.function.name()),
            None => worked.function.name().to_owned(),
        };
        names.push(worked.r#as.clone().unwrap_or_else(usual));
        of.push((worked.function, at, worked.column.as_deref().unwrap_or_default()));
    }
    if names.is_empty() {
        return Err(bad_argument("nothing is worked out", "give `by` or `values`"));
    }
    unique(&names)?;
    // Groups stand in the order of their first rows; what is missing is a group of its own.
    let mut groups: Vec<(Row, Vec<Tally>)> = Vec::new();
    let mut known: HashMap<Vec<Option<String>>, usize> = HashMap::new();
    let mut different = 0;
    let tallies = || -> Vec<Tally> { of.iter().map(|_| Tally::default()).collect() };
    if by.is_empty() {
        let whole = Row {
            number: 1,
            cells: Vec::new(),
        };
        groups.push((whole, tallies()));
        known.insert(Vec::new(), 0);
    }
    for row in &table.rows {
        let keys: Vec<Option<String>> = places.iter().map(|at| row.cells[*at].key()).collect();
        let at = match known.entry(keys) {
            Entry::Occupied(group) => *group.get(),
            Entry::Vacant(place) => {
                // A group holds as many tallies as its row will have values.
                may_have(groups.len() + 1, names.len())?;
                let cells = places.iter().map(|at| row.cells[*at].clone()).collect();
                let first = Row {
                    number: row.number,
                    cells,
                };
                groups.push((first, tallies()));
                *place.insert(groups.len() - 1)
            }
        };
        for ((function, column, name), tally) in of.iter().zip(&mut groups[at].1) {
            let before = tally.different();
            match column {
                Some(column) => tally.add(*function, &row.cells[*column], row, name)?,
                None => tally.count += 1,
            }
            different += tally.different() - before;
            may_have(1, different)?;
        }
    }
    let rows = groups.into_iter().map(|(mut row, tallies)| {
        let told = tallies
            .into_iter()
            .zip(&of)
            .map(|(tally, (function, ..))| tally.told(*function));
        row.cells.extend(told);
        row
    });
    Ok(Table {
        rows: rows.collect(),
        names,
    })
}

//! What is done to a table: rows are kept, columns chosen, rows sorted, joined, counted together.
//!
//! What is missing joins with nothing, not even with another missing thing, as in SQL. Pure.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::ToolError;
use super::super::aside::Stop;
use super::super::contract::{bad_argument, failed};
use super::aggregate::{Worked, aggregate};
use super::cell::{Cell, Row, Table};
use super::condition::{Condition, Match, filter};
use super::source::{CELLS_MAX, ROWS_MAX};

/// One thing that is done.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Stage {
    /// Keeps the rows that fit.
    Filter {
        /// What has to hold.
        #[schemars(length(min = 1, max = 100))]
        r#where: Vec<Condition>,
        /// Whether all of the conditions have to hold, or any of them.
        #[serde(default)]
        r#match: Match,
    },
    /// Keeps these columns, in this order.
    Select {
        /// Names, or names with new ones.
        #[schemars(length(min = 1, max = 2_000))]
        columns: Vec<Chosen>,
    },
    /// Sorts the rows; those that are equal stay in their order, and what is missing comes last.
    Sort {
        /// By these, the first first.
        #[schemars(length(min = 1, max = 20))]
        by: Vec<SortKey>,
    },
    /// Puts the rows of another table beside those with the same values.
    Join {
        /// The name of the other table.
        table: String,
        /// Which columns have to be equal.
        #[schemars(length(min = 1, max = 20))]
        on: Vec<Pair>,
        /// Whether rows without a match stay.
        #[serde(default)]
        kind: JoinKind,
        /// What stands before the names of the other table's columns.
        #[serde(default)]
        prefix: String,
    },
    /// Makes one row of all that have the same values.
    Aggregate {
        /// The columns that have to be the same; without any, all rows are one group.
        #[serde(default)]
        #[schemars(length(max = 20))]
        by: Vec<String>,
        /// What is worked out for each group.
        #[schemars(length(max = 100))]
        values: Vec<Worked>,
    },
    /// Keeps the first of all rows that are the same.
    Distinct {},
    /// Keeps some rows.
    Limit {
        /// How many.
        rows: usize,
        /// After how many.
        #[serde(default)]
        skip: usize,
    },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Chosen {
    /// As it is called.
    Name(String),
    /// With a new name.
    Renamed(Renamed),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Renamed {
    /// The column.
    column: String,
    /// What it is called then.
    r#as: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SortKey {
    /// The column.
    column: String,
    /// Whether the largest comes first.
    #[serde(default)]
    descending: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    /// A column of the table so far.
    left: String,
    /// A column of the other one; the same name when absent.
    #[serde(default)]
    right: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum JoinKind {
    /// They go.
    #[default]
    Inner,
    /// They stay, with nothing beside them.
    Left,
}

/// Does what a stage says to `table`; `others` are those that it may be joined with.
///
/// # Errors
/// A column is not there, values cannot be compared or summed, or there is too much.
pub(super) fn apply(
    stage: &Stage,
    table: Table,
    others: &BTreeMap<String, Table>,
    stop: &Stop,
) -> Result<Table, ToolError> {
    stop.check()?;
    match stage {
        Stage::Filter { r#where, r#match } => filter(table, r#where, *r#match),
        Stage::Select { columns } => select(table, columns),
        Stage::Sort { by } => sort(table, by),
        Stage::Join {
            table: name,
            on,
            kind,
            prefix,
        } => {
            let other = others.get(name).ok_or_else(|| {
                let known: Vec<&str> = others.keys().map(String::as_str).collect();
                bad_argument(
                    format!("there is no table `{}`", name.escape_debug()),
                    format!("the tables are {}", known.join(", ")),
                )
            })?;
            alike(&table, other, on, name)?;
            join(&table, other, on, *kind, prefix, stop)
        }
        Stage::Aggregate { by, values } => aggregate(&table, by, values),
        Stage::Distinct {} => Ok(distinct(table)),
        Stage::Limit { rows, skip } => {
            let names = table.names;
            let rows = table.rows.into_iter().skip(*skip).take(*rows).collect();
            Ok(Table { names, rows })
        }
    }
}

/// What to do where two columns are of two kinds.
pub(super) const UNLIKE: &str =
    "write both in one way where they come from: 1 and \"1\" are not the same, and no stage makes one of the other";

/// The place of a column.
///
/// # Errors
/// There is none.
pub(super) fn column(table: &Table, name: &str) -> Result<usize, ToolError> {
    table.column(name).ok_or_else(|| {
        let known: Vec<&str> = table.names.iter().take(50).map(String::as_str).collect();
        bad_argument(
            format!("there is no column `{}`", name.escape_debug()),
            format!("the columns are {}", known.join(", ")),
        )
    })
}

/// Something wrong in a row.
pub(super) fn wrong(row: &Row, column: &str, what: impl std::fmt::Display) -> ToolError {
    failed(
        format!("row {}, column `{}`: {what}", row.number, column.escape_debug()),
        "filter such rows out, or correct them",
    )
}

/// Says whether no name is there twice.
///
/// # Errors
/// One is.
pub(super) fn unique(names: &[String]) -> Result<(), ToolError> {
    let mut known = HashSet::new();
    match names.iter().find(|name| !known.insert(name.as_str())) {
        Some(twice) => Err(bad_argument(
            format!("two columns are called `{}`", twice.escape_debug()),
            "give one of them another name",
        )),
        None => Ok(()),
    }
}

/// Says whether a table of so many rows and columns may be made.
///
/// # Errors
/// It would have too many rows or values.
pub(super) fn may_have(rows: usize, columns: usize) -> Result<(), ToolError> {
    if rows > ROWS_MAX || rows.saturating_mul(columns) > CELLS_MAX {
        return Err(failed(
            format!("a stage would make more than {ROWS_MAX} rows or {CELLS_MAX} values"),
            "filter before, select fewer columns, or join on more of them",
        ));
    }
    Ok(())
}

fn select(table: Table, columns: &[Chosen]) -> Result<Table, ToolError> {
    let mut places = Vec::with_capacity(columns.len());
    let mut names = Vec::with_capacity(columns.len());
    for chosen in columns {
        let (from, to) = match chosen {
            Chosen::Name(name) => (name, name),
            Chosen::Renamed(Renamed { column, r#as }) => (column, r#as),
        };
        places.push(column(&table, from)?);
        names.push(to.clone());
    }
    unique(&names)?;
    may_have(table.rows.len(), names.len())?;
    let rows = table.rows.into_iter().map(|row| Row {
        number: row.number,
        cells: places.iter().map(|at| row.cells[*at].clone()).collect(),
    });
    Ok(Table {
        rows: rows.collect(),
        names,
    })
}

fn sort(mut table: Table, by: &[SortKey]) -> Result<Table, ToolError> {
    let keys = by.iter().map(|key| Ok((column(&table, &key.column)?, key.descending)));
    let keys: Vec<(usize, bool)> = keys.collect::<Result<_, ToolError>>()?;
    table.rows.sort_by(|one, other| {
        let orders = keys.iter().map(|(at, descending)| {
            let (one, other) = (&one.cells[*at], &other.cells[*at]);
            match (one, other) {
                (Cell::Missing, Cell::Missing) => Ordering::Equal,
                (Cell::Missing, _) => Ordering::Greater,
                (_, Cell::Missing) => Ordering::Less,
                (_, _) if *descending => other.order(one),
                (_, _) => one.order(other),
            }
        });
        orders.fold(Ordering::Equal, Ordering::then)
    });
    Ok(table)
}

/// The texts of all cells at `places`, one after the other; `None` where one is missing.
fn keys(row: &Row, places: &[usize]) -> Option<Vec<String>> {
    places.iter().map(|at| row.cells[*at].key()).collect()
}

/// Says whether each pair of columns can have anything in common.
///
/// # Errors
/// All values of one are of another kind than all of the other: the tables are written in different ways.
fn alike(left: &Table, right: &Table, on: &[Pair], other: &str) -> Result<(), ToolError> {
    for pair in on {
        let name = pair.right.as_ref().unwrap_or(&pair.left);
        let mine = left.sole(column(left, &pair.left)?);
        let its = right.sole(column(right, name)?);
        if let (Some(mine), Some(its)) = (mine, its)
            && !mine.is_like(its)
        {
            return Err(failed(
                format!(
                    "column `{}` holds {}, `{}` of `{}` {}",
                    pair.left.escape_debug(),
                    mine.kinds(),
                    name.escape_debug(),
                    other.escape_debug(),
                    its.kinds()
                ),
                UNLIKE,
            ));
        }
    }
    Ok(())
}

fn join(
    left: &Table,
    right: &Table,
    on: &[Pair],
    kind: JoinKind,
    prefix: &str,
    stop: &Stop,
) -> Result<Table, ToolError> {
    let mut mine = Vec::with_capacity(on.len());
    let mut its = Vec::with_capacity(on.len());
    for pair in on {
        mine.push(column(left, &pair.left)?);
        its.push(column(right, pair.right.as_ref().unwrap_or(&pair.left))?);
    }
    // Columns that are the same on both sides are there once.
    let rest: Vec<usize> = (0..right.names.len()).filter(|at| !its.contains(at)).collect();
    let added = rest.iter().map(|at| format!("{prefix}{}", right.names[*at]));
    let names: Vec<String> = left.names.iter().cloned().chain(added).collect();
    unique(&names)?;
    let mut matches: HashMap<Vec<String>, Vec<&Row>> = HashMap::new();
    for row in &right.rows {
        if let Some(keys) = keys(row, &its) {
            matches.entry(keys).or_default().push(row);
        }
    }
    let mut rows = Vec::new();
    for (index, row) in left.rows.iter().enumerate() {
        if index.is_multiple_of(1 << 12) {
            stop.check()?;
        }
        let found = keys(row, &mine).and_then(|keys| matches.get(&keys));
        let put = |beside: Option<&Row>| {
            let cells = rest
                .iter()
                .map(|at| beside.map_or(Cell::Missing, |row| row.cells[*at].clone()));
            Row {
                number: row.number,
                cells: row.cells.iter().cloned().chain(cells).collect(),
            }
        };
        let more = match (found, kind) {
            (Some(found), _) => found.len(),
            (None, JoinKind::Left) => 1,
            (None, JoinKind::Inner) => 0,
        };
        may_have(rows.len() + more, names.len())?;
        match (found, kind) {
            (Some(found), _) => rows.extend(found.iter().map(|beside| put(Some(beside)))),
            (None, JoinKind::Left) => rows.push(put(None)),
            (None, JoinKind::Inner) => {}
        }
    }
    Ok(Table { names, rows })
}

fn distinct(mut table: Table) -> Table {
    let mut seen = HashSet::new();
    table.rows.retain(|row| {
        let keys: Vec<Option<String>> = row.cells.iter().map(Cell::key).collect();
        seen.insert(keys)
    });
    table
}

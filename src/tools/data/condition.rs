//! Which rows are kept: conditions are data, not a language.
//!
//! What is missing fits no condition but the one that asks for it, as in SQL. Pure.

use std::collections::HashSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{bad_argument, failed};
use super::cell::{Cell, Row, Table};
use super::stage::{UNLIKE, column, wrong};
use super::tree::Node;

/// A condition about one column.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    /// The column.
    column: String,
    /// How it is compared.
    op: Op,
    /// With what; a list for `in` and `not_in`, nothing for `missing` and `present`.
    #[serde(default)]
    value: Option<Value>,
    /// With which other column, instead of `value`.
    #[serde(default)]
    other: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Op {
    /// It is the same.
    Eq,
    /// It is another.
    Ne,
    /// It is less.
    Lt,
    /// It is less, or the same.
    Le,
    /// It is more.
    Gt,
    /// It is more, or the same.
    Ge,
    /// It is one of these.
    In,
    /// It is none of these.
    NotIn,
    /// The text holds this one.
    Contains,
    /// The text begins with this one.
    StartsWith,
    /// The text ends with this one.
    EndsWith,
    /// It is missing.
    Missing,
    /// It is there.
    Present,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Match {
    /// All of them.
    #[default]
    All,
    /// One of them.
    Any,
}

/// A value of an argument as a cell.
fn cell(value: &Value) -> Cell {
    match Node::from(value) {
        Node::Null => Cell::Missing,
        Node::Boolean(value) => Cell::Boolean(value),
        Node::Number(Ok(number)) => Cell::Number(number),
        Node::Number(Err(text)) | Node::Text(text) => Cell::Text(text.into()),
        node @ (Node::List(_) | Node::Object(_)) => Cell::Tree(Arc::new(node.json())),
    }
}

/// A condition, with its places and values at hand.
struct Test {
    op: Op,
    name: String,
    at: usize,
    with: With,
}

enum With {
    Nothing,
    Column(usize),
    Cell(Cell),
    Cells(HashSet<String>),
}

impl Test {
    fn of(condition: &Condition, table: &Table) -> Result<Self, ToolError> {
        let given = |what: &str, hint: &str| {
            bad_argument(
                format!("the condition on `{}` {what}", condition.column.escape_debug()),
                hint,
            )
        };
        let with = match (condition.op, &condition.value, &condition.other) {
            (Op::Missing | Op::Present, None, None) => With::Nothing,
            (Op::Missing | Op::Present, _, _) => return Err(given("needs no value", "leave `value` and `other` out")),
            (Op::In | Op::NotIn, Some(Value::Array(values)), None) => {
                With::Cells(values.iter().filter_map(|value| cell(value).key()).collect())
            }
            (Op::In | Op::NotIn, _, _) => return Err(given("needs a list", "give `value` as a list")),
            (_, Some(Value::Null), None) => {
                return Err(given("compares with nothing", "ask for `missing` or `present`"));
            }
            (_, Some(value), None) => With::Cell(cell(value)),
            (_, None, Some(other)) => With::Column(column(table, other)?),
            (_, Some(_), Some(_)) | (_, None, None) => {
                return Err(given(
                    "compares with nothing, or with two things",
                    "give `value` or `other`",
                ));
            }
        };
        let is_text_op = matches!(condition.op, Op::Contains | Op::StartsWith | Op::EndsWith);
        if is_text_op && !matches!(with, With::Column(_) | With::Cell(Cell::Text(_))) {
            return Err(given("looks for something that is no text", "give `value` as a text"));
        }
        let at = column(table, &condition.column)?;
        alike(condition, table, at)?;
        Ok(Self {
            op: condition.op,
            at,
            name: condition.column.clone(),
            with,
        })
    }

    fn holds(&self, row: &Row) -> Result<bool, ToolError> {
        let mine = &row.cells[self.at];
        let its = match &self.with {
            With::Nothing => return Ok((*mine == Cell::Missing) == (self.op == Op::Missing)),
            With::Cells(keys) => {
                return Ok(mine.key().is_some_and(|key| keys.contains(&key) == (self.op == Op::In)));
            }
            With::Column(at) => &row.cells[*at],
            With::Cell(cell) => cell,
        };
        if *mine == Cell::Missing || *its == Cell::Missing {
            return Ok(false);
        }
        let order = || {
            mine.compare(its).ok_or_else(|| {
                wrong(
                    row,
                    &self.name,
                    format!("{} cannot be compared with {}", mine.kind(), its.kind()),
                )
            })
        };
        let texts = || match (mine, its) {
            (Cell::Text(mine), Cell::Text(its)) => Ok((mine, its)),
            (_, _) => Err(wrong(
                row,
                &self.name,
                format!("expected a text, found {}", mine.kind()),
            )),
        };
        Ok(match self.op {
            Op::Eq => mine == its,
            Op::Ne => mine != its,
            Op::Lt => order()?.is_lt(),
            Op::Le => order()?.is_le(),
            Op::Gt => order()?.is_gt(),
            Op::Ge => order()?.is_ge(),
            Op::Contains => texts().map(|(mine, its)| mine.contains(its.as_ref()))?,
            Op::StartsWith => texts().map(|(mine, its)| mine.starts_with(its.as_ref()))?,
            Op::EndsWith => texts().map(|(mine, its)| mine.ends_with(its.as_ref()))?,
            Op::In | Op::NotIn | Op::Missing | Op::Present => false,
        })
    }
}

/// Says whether anything in a column can be the same as what it is compared with.
///
/// # Errors
/// All that it holds is of another kind: such a condition holds for no row or for every one, and nobody means that.
fn alike(condition: &Condition, table: &Table, at: usize) -> Result<(), ToolError> {
    if !matches!(condition.op, Op::Eq | Op::Ne | Op::In | Op::NotIn) {
        return Ok(());
    }
    let Some(mine) = table.sole(at) else {
        return Ok(());
    };
    let unlike = |what: String, hint: &str| {
        let name = condition.column.escape_debug();
        failed(format!("column `{name}` holds {}, {what}", mine.kinds()), hint)
    };
    let is_list = matches!(condition.op, Op::In | Op::NotIn);
    match (&condition.value, &condition.other) {
        (Some(Value::Array(values)), _) if is_list => {
            let cells: Vec<Cell> = values.iter().map(cell).filter(|cell| *cell != Cell::Missing).collect();
            if cells.is_empty() || cells.iter().any(|cell| cell.is_like(mine)) {
                return Ok(());
            }
            let hint = format!("give {} in `value`: 1 and \"1\" are not the same", mine.kinds());
            Err(unlike(format!("`value` {}", cells[0].kinds()), &hint))
        }
        (Some(value), _) => {
            let its = cell(value);
            if its.is_like(mine) {
                return Ok(());
            }
            let hint = format!("give {} as `value`: 1 and \"1\" are not the same", mine.kind());
            Err(unlike(format!("`value` is {}", its.kind()), &hint))
        }
        (None, Some(other)) => match table.sole(column(table, other)?) {
            Some(its) if !its.is_like(mine) => {
                Err(unlike(format!("`{}` {}", other.escape_debug(), its.kinds()), UNLIKE))
            }
            Some(_) | None => Ok(()),
        },
        (None, None) => Ok(()),
    }
}

/// Keeps the rows that fit.
///
/// # Errors
/// A column is not there, or values cannot be compared.
pub(super) fn filter(mut table: Table, conditions: &[Condition], how: Match) -> Result<Table, ToolError> {
    let tests = conditions.iter().map(|condition| Test::of(condition, &table));
    let tests: Vec<Test> = tests.collect::<Result<_, _>>()?;
    let mut kept = Vec::new();
    for row in std::mem::take(&mut table.rows) {
        let mut fits = how == Match::All;
        for test in &tests {
            let holds = test.holds(&row)?;
            match how {
                Match::All => fits &= holds,
                Match::Any => fits |= holds,
            }
        }
        if fits {
            kept.push(row);
        }
    }
    table.rows = kept;
    Ok(table)
}

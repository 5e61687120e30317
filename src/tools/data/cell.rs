//! Cells, columns and tables.
//!
//! A cell is what was written: a number stays exact, what is missing is missing and no empty text. Pure.

use std::cmp::Ordering;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::number::Decimal;

/// One value of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// There is none.
    Missing,
    /// True or false.
    Boolean(bool),
    /// A number that is exact.
    Number(Decimal),
    /// A text; also a number with more digits than are kept.
    Text(Arc<str>),
    /// A list or an object.
    Tree(Arc<Value>),
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Type {
    /// Whole numbers.
    Integer,
    /// Numbers, some of them with a fraction.
    Decimal,
    /// True and false.
    Boolean,
    /// Texts.
    Text,
    /// Lists and objects.
    Tree,
    /// Of several kinds.
    Mixed,
    /// None of them is there.
    Missing,
}

/// A column, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Column {
    /// Its name.
    pub name: String,
    /// What its cells are.
    #[serde(rename = "type")]
    pub kind: Type,
    /// How many of them are missing.
    pub missing: u64,
}

/// Rows of cells, as many in each as there are columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// The names of the columns, each once.
    pub names: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Where it stood in what was read, from 1; in a joined or counted table, in that of the left or the first one.
    pub number: u64,
    /// A cell for each column.
    pub cells: Vec<Cell>,
}

impl Cell {
    /// What kind of thing it is, in the order in which kinds are sorted; the missing ones last.
    fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
            Self::Tree(_) => 3,
            Self::Missing => 4,
        }
    }

    /// What people call its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Boolean(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Tree(_) => "a list or an object",
        }
    }

    /// What people call several of its kind.
    pub fn kinds(&self) -> &'static str {
        match self {
            Self::Missing => "nothing",
            Self::Boolean(_) => "true and false",
            Self::Number(_) => "numbers",
            Self::Text(_) => "texts",
            Self::Tree(_) => "lists or objects",
        }
    }

    /// Whether both are of one kind.
    pub fn is_like(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }

    /// How two of one kind are ordered; `None` where they are of two kinds, or of one that has no order.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Boolean(one), Self::Boolean(other)) => Some(one.cmp(other)),
            (Self::Number(one), Self::Number(other)) => Some(one.cmp(other)),
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            (Self::Missing | Self::Boolean(_) | Self::Number(_) | Self::Text(_) | Self::Tree(_), _) => None,
        }
    }

    /// How any two are ordered: by kind, then among their like; lists and objects by their JSON.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Tree(one), Self::Tree(other)) => one.to_string().cmp(&other.to_string()),
            (one, other) => one.compare(other).unwrap_or_else(|| one.rank().cmp(&other.rank())),
        }
    }

    /// A text that two cells share when they are the same; `None` where it is missing.
    pub fn key(&self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Boolean(value) => Some(format!("b{value}")),
            Self::Number(number) => Some(format!("n{number}")),
            Self::Text(text) => Some(format!("t{text}")),
            Self::Tree(value) => Some(format!("j{value}")),
        }
    }

    /// The value for JSON; a number that JSON would change is the text of it.
    pub fn json(&self) -> Value {
        match self {
            Self::Missing => Value::Null,
            Self::Boolean(value) => Value::Bool(*value),
            Self::Number(number) => number.json().unwrap_or_else(|| Value::String(number.to_string())),
            Self::Text(text) => Value::String(text.as_ref().to_owned()),
            Self::Tree(value) => value.as_ref().clone(),
        }
    }
}

impl Table {
    /// The place of the column `name`.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The first cell that is there in a column whose cells are all of one kind; `None` in any other.
    pub fn sole(&self, at: usize) -> Option<&Cell> {
        let cells = self.rows.iter().map(|row| &row.cells[at]);
        let mut there = cells.filter(|cell| !matches!(cell, Cell::Missing));
        let first = there.next()?;
        there.all(|cell| cell.is_like(first)).then_some(first)
    }

    /// What its columns are.
    pub fn columns(&self) -> Vec<Column> {
        let names = self.names.iter().enumerate();
        let columns = names.map(|(at, name)| {
            let mut kind = Type::Missing;
            let mut missing = 0;
            for row in &self.rows {
                let cell = match &row.cells[at] {
                    Cell::Missing => {
                        missing += 1;
                        continue;
                    }
                    Cell::Boolean(_) => Type::Boolean,
                    Cell::Number(number) if number.is_whole() => Type::Integer,
                    Cell::Number(_) => Type::Decimal,
                    Cell::Text(_) => Type::Text,
                    Cell::Tree(_) => Type::Tree,
                };
                kind = match (kind, cell) {
                    (Type::Missing, cell) => cell,
                    (one, other) if one == other => one,
                    (Type::Integer, Type::Decimal) | (Type::Decimal, Type::Integer) => Type::Decimal,
                    _ => Type::Mixed,
                };
            }
            Column {
                name: name.clone(),
                kind,
                missing,
            }
        });
        columns.collect()
    }

    /// A row as an object.
    pub fn object(&self, row: &Row) -> Map<String, Value> {
        let pairs = self.names.iter().zip(&row.cells);
        pairs.map(|(name, cell)| (name.clone(), cell.json())).collect()
    }
}

//! Tables out of CSV, JSON and JSON Lines, from a file of the workspace or from an argument.
//!
//! A column of CSV is of one type where all its cells are; else it is text, as it is written. Everything is bounded.

use std::io::Read as _;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::aside::Stop;
use super::super::beneath::Directory;
use super::super::contract::{bad_argument, failed};
use super::super::fs::inside;
use super::cell::{Cell, Row, Table};
use super::number::Decimal;
use super::quotes;
use super::tree::{NODES_MAX, Node, parse};
use crate::policy::Situation;

/// The most bytes of a table that is read.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The most rows of any table, read or made.
pub(super) const ROWS_MAX: usize = 1_000_000;
/// The most cells of any table.
pub(super) const CELLS_MAX: usize = 4_000_000;
/// The most columns.
const COLUMNS_MAX: usize = 2_000;

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// Values with commas between them (RFC 4180), or with another character.
    Csv,
    /// Values with tabs between them.
    Tsv,
    /// A list of objects.
    Json,
    /// An object in each line.
    Jsonl,
}

/// Where a table comes from: one of `path`, `text` and `rows`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    /// Path of a file, relative to the workspace.
    #[serde(default)]
    #[schemars(with = "String")]
    pub path: Option<String>,
    /// The very text of the table; with `format`.
    #[serde(default)]
    #[schemars(length(max = 16_777_216))]
    text: Option<String>,
    /// The rows as objects, such as an action before gave them.
    #[serde(default)]
    rows: Option<Vec<Value>>,
    /// How it is written; what the name of the file ends with when absent.
    #[serde(default)]
    format: Option<Format>,
    /// What stands between the values of CSV, one character of ASCII; a comma when absent.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1))]
    delimiter: Option<String>,
    /// Whether the first row of CSV has the names of the columns; else they are `column_1`, `column_2` and so on.
    #[serde(default = "yes")]
    header: bool,
    /// Whether quotes stand around values of CSV, and twice within one; else they are characters like others.
    #[serde(default = "yes")]
    quotes: bool,
    /// Texts of CSV that stand for a value that is missing.
    #[serde(default = "empty")]
    #[schemars(length(max = 20))]
    missing: Vec<String>,
    /// Where the list of rows stands in JSON: a JSON pointer such as `/data/items`.
    #[serde(default)]
    at: Option<String>,
}

fn yes() -> bool {
    true
}

fn empty() -> Vec<String> {
    vec![String::new()]
}

/// Something wrong in a table: where it comes from, the row from 1, the column.
fn wrong(place: &str, row: usize, column: Option<&str>, what: &str) -> ToolError {
    let column = column.map_or(String::new(), |name| format!(", column `{}`", name.escape_debug()));
    failed(
        format!("{place}, row {row}{column}: {what}"),
        "correct the table, or say how it is written",
    )
}

impl Source {
    /// Reads the table; `name` is what people call it.
    ///
    /// # Errors
    /// It is not there, too large, or not as its format wants it.
    pub fn read(&self, name: &str, situation: &Situation, stop: &Stop) -> Result<(Table, Format), ToolError> {
        let given = [self.path.is_some(), self.text.is_some(), self.rows.is_some()];
        if given.into_iter().filter(|is_given| *is_given).count() != 1 {
            return Err(bad_argument(
                format!("{name} comes from nowhere, or from several places"),
                "give one of `path`, `text` and `rows`",
            ));
        }
        if let Some(rows) = &self.rows {
            let nodes = rows.iter().map(Node::from).collect();
            return Ok((objects(nodes, name, stop)?, Format::Json));
        }
        let (text, place) = match (&self.path, &self.text) {
            (Some(path), _) => (self.file(path, situation)?, format!("`{path}`")),
            (None, Some(text)) => (text.clone(), name.to_owned()),
            (None, None) => (String::new(), name.to_owned()),
        };
        let by_name = self
            .path
            .as_deref()
            .and_then(|path| path.rsplit_once('.'))
            .map(|(_, end)| end.to_lowercase());
        let by_name = match by_name.as_deref() {
            Some("csv") => Some(Format::Csv),
            Some("tsv" | "tab") => Some(Format::Tsv),
            Some("json") => Some(Format::Json),
            Some("jsonl" | "ndjson") => Some(Format::Jsonl),
            Some(_) | None => None,
        };
        let Some(format) = self.format.or(by_name) else {
            return Err(bad_argument(
                format!("nothing says how {place} is written"),
                "give `format`: csv, tsv, json or jsonl",
            ));
        };
        // Programs on Windows put a mark before a text.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let table = match format {
            Format::Csv | Format::Tsv => self.csv(text, format, &place, stop)?,
            Format::Json => objects(self.list(text, &place)?, &place, stop)?,
            Format::Jsonl => lines(text, &place, stop)?,
        };
        Ok((table, format))
    }

    fn file(&self, path: &str, situation: &Situation) -> Result<String, ToolError> {
        let relative = inside(situation, path)?;
        let (file, _) = Directory::open(&situation.workspace)?.file(&relative)?;
        let mut bytes = Vec::new();
        file.take(BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| failed(format!("cannot read `{path}`: {error}"), "check the file"))?;
        if bytes.len() as u64 > BYTES_MAX {
            return Err(failed(
                format!("`{path}` is longer than {BYTES_MAX} bytes"),
                "cut it with a program of its own",
            ));
        }
        String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            failed(format!("`{path}` is not UTF-8 in line {line}"), "convert it first")
        })
    }

    fn csv(&self, text: &str, format: Format, place: &str, stop: &Stop) -> Result<Table, ToolError> {
        let delimiter = match (&self.delimiter, format) {
            (Some(delimiter), _) => match delimiter.as_bytes() {
                [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r') => *byte,
                _ => {
                    return Err(bad_argument(
                        "`delimiter` is no single character of ASCII",
                        "give one such as `;`",
                    ));
                }
            },
            (None, Format::Tsv) => b'\t',
            (None, Format::Csv | Format::Json | Format::Jsonl) => b',',
        };
        if self.quotes {
            quotes::check(text, delimiter)
                .map_err(|(line, wrong)| failed(format!("{place}, line {line}: {wrong}"), wrong.hint()))?;
        }
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(self.quotes)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut table = Table::default();
        let mut texts: Vec<Vec<String>> = Vec::new();
        let mut record = csv::StringRecord::new();
        let mut number = 0;
        loop {
            let line = reader.position().line();
            let more = reader
                .read_record(&mut record)
                .map_err(|error| wrong(place, number + 1, None, &error.to_string()))?;
            if !more {
                break;
            }
            if table.names.is_empty() {
                table.names = self.names(&record, place)?;
                if self.header {
                    continue;
                }
            }
            number += 1;
            if record.len() != table.names.len() {
                let what = format!(
                    "it has {} values where there are {} columns (line {line})",
                    record.len(),
                    table.names.len()
                );
                return Err(wrong(place, number, None, &what));
            }
            if number > ROWS_MAX || number * table.names.len() > CELLS_MAX {
                return Err(too_much(place));
            }
            if number.is_multiple_of(1 << 12) {
                stop.check()?;
            }
            texts.push(record.iter().map(str::to_owned).collect());
        }
        let kinds: Vec<Guess> = (0..table.names.len())
            .map(|at| {
                let cells = texts.iter().map(|row| row[at].as_str());
                Guess::of(cells.filter(|cell| !self.is_missing(cell)))
            })
            .collect();
        let rows = texts.into_iter().enumerate().map(|(index, row)| Row {
            number: index as u64 + 1,
            cells: row
                .into_iter()
                .zip(&kinds)
                .map(|(text, kind)| {
                    if self.is_missing(&text) {
                        Cell::Missing
                    } else {
                        kind.cell(&text)
                    }
                })
                .collect(),
        });
        table.rows = rows.collect();
        Ok(table)
    }

    fn is_missing(&self, text: &str) -> bool {
        self.missing.iter().any(|missing| missing == text)
    }

    fn names(&self, record: &csv::StringRecord, place: &str) -> Result<Vec<String>, ToolError> {
        if record.len() > COLUMNS_MAX {
            return Err(too_much(place));
        }
        if !self.header {
            return Ok((1..=record.len()).map(|number| format!("column_{number}")).collect());
        }
        let names: Vec<String> = record.iter().map(str::to_owned).collect();
        for (at, name) in names.iter().enumerate() {
            let problem = if name.is_empty() {
                "it has no name"
            } else if names[..at].contains(name) {
                "another column has the same name"
            } else {
                continue;
            };
            return Err(failed(
                format!("{place}, column {} (`{}`): {problem}", at + 1, name.escape_debug()),
                "correct the first row, or set `header` to false",
            ));
        }
        Ok(names)
    }

    fn list(&self, text: &str, place: &str) -> Result<Vec<Node>, ToolError> {
        let mut left = NODES_MAX;
        let node = parse(text, &mut left).map_err(|error| failed(format!("{place}: {error}"), "correct the JSON"));
        let mut node = node?;
        for part in self.at.as_deref().unwrap_or_default().split('/').skip(1) {
            let name = part.replace("~1", "/").replace("~0", "~");
            let inner = match node {
                Node::Object(fields) => fields.into_iter().find(|(key, _)| *key == name).map(|(_, node)| node),
                Node::List(nodes) => name.parse().ok().and_then(|at: usize| nodes.into_iter().nth(at)),
                Node::Null | Node::Boolean(_) | Node::Number(_) | Node::Text(_) => None,
            };
            node = inner.ok_or_else(|| {
                let at = self.at.as_deref().unwrap_or_default().escape_debug();
                bad_argument(
                    format!("there is nothing at `{at}` in {place}"),
                    "give the pointer of a list",
                )
            })?;
        }
        match node {
            Node::List(nodes) => Ok(nodes),
            other => Err(failed(
                format!("{place} holds {} where a list of objects is expected", other.kind()),
                "say with `at` where the list stands",
            )),
        }
    }
}

fn too_much(place: &str) -> ToolError {
    failed(
        format!("{place} has more than {ROWS_MAX} rows, {COLUMNS_MAX} columns or {CELLS_MAX} values"),
        "cut it with a program of its own",
    )
}

/// What all cells of a column of CSV are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guess {
    Number,
    Boolean,
    Text,
}

impl Guess {
    fn of<'a>(cells: impl Iterator<Item = &'a str>) -> Self {
        let (mut number, mut boolean) = (true, true);
        for cell in cells {
            number = number && Decimal::parse(cell).is_some();
            boolean = boolean && truth(cell).is_some();
            if !number && !boolean {
                return Self::Text;
            }
        }
        if number { Self::Number } else { Self::Boolean }
    }

    fn cell(self, text: &str) -> Cell {
        let read = match self {
            Self::Number => Decimal::parse(text).map(Cell::Number),
            Self::Boolean => truth(text).map(Cell::Boolean),
            Self::Text => None,
        };
        read.unwrap_or_else(|| Cell::Text(Arc::from(text)))
    }
}

fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn lines(text: &str, place: &str, stop: &Stop) -> Result<Table, ToolError> {
    let mut nodes = Vec::new();
    let mut left = NODES_MAX;
    for (index, line) in text.split('\n').enumerate() {
        if line.trim_matches([' ', '\t', '\r']).is_empty() {
            continue;
        }
        if nodes.len() >= ROWS_MAX {
            return Err(too_much(place));
        }
        if index.is_multiple_of(1 << 12) {
            stop.check()?;
        }
        let node = parse(line, &mut left).map_err(|error| {
            let (line, column) = (index + 1, error.column);
            failed(
                format!("{place}, line {line}, column {column}: {}", error.what),
                "correct the line",
            )
        })?;
        nodes.push(node);
    }
    objects(nodes, place, stop)
}

/// The rows that objects are; a key that an object lacks, or has as `null`, is missing.
fn objects(nodes: Vec<Node>, place: &str, stop: &Stop) -> Result<Table, ToolError> {
    let mut table = Table::default();
    let mut known = std::collections::HashMap::new();
    if nodes.len() > ROWS_MAX {
        return Err(too_much(place));
    }
    for (index, node) in nodes.into_iter().enumerate() {
        if index.is_multiple_of(1 << 12) {
            stop.check()?;
        }
        let Node::Object(fields) = node else {
            return Err(wrong(
                place,
                index + 1,
                None,
                &format!("expected an object, found {}", node.kind()),
            ));
        };
        let mut cells = vec![Cell::Missing; table.names.len()];
        for (name, node) in fields {
            let at = *known.entry(name.clone()).or_insert_with(|| {
                table.names.push(name);
                table.names.len() - 1
            });
            if at >= cells.len() {
                cells.resize(at + 1, Cell::Missing);
            }
            cells[at] = match node {
                Node::Null => Cell::Missing,
                Node::Boolean(value) => Cell::Boolean(value),
                Node::Number(Ok(number)) => Cell::Number(number),
                Node::Number(Err(text)) | Node::Text(text) => Cell::Text(text.into()),
                node @ (Node::List(_) | Node::Object(_)) => Cell::Tree(Arc::new(node.json())),
            };
        }
        table.rows.push(Row {
            number: index as u64 + 1,
            cells,
        });
        if table.names.len() > COLUMNS_MAX || table.rows.len() * table.names.len() > CELLS_MAX {
            return Err(too_much(place));
        }
    }
    let width = table.names.len();
    for row in &mut table.rows {
        row.cells.resize(width, Cell::Missing);
    }
    Ok(table)
}

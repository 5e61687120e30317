//! The tool `data`: reads tables and works on them, exactly, without a program and without a language.
//!
//! Tables are CSV, JSON and JSON Lines in files of the workspace, or in arguments. Never writes, never rounds but a mean.

mod aggregate;
mod cell;
mod condition;
mod number;
mod quotes;
mod source;
mod stage;
mod tree;

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use self::cell::{Column, Table};
use self::source::{Format, Source};
use self::stage::Stage;
use super::aside::{self, Stop};
use super::contract::{action, arguments, bad_argument, counted, json, shared, sink};
use super::{Call, Calling, Tool, ToolError};
use crate::capsule::tool_spec::{ActionSpec, ToolSpec, Touch};
use crate::policy::Situation;

/// The tool.
#[derive(Debug)]
pub struct Data {
    spec: Arc<ToolSpec>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Read {
    /// The table.
    table: Source,
    /// After how many rows it begins.
    #[serde(default)]
    skip: usize,
    /// The most rows to return.
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 100_000))]
    limit: usize,
    /// The most bytes of rows to return, as JSON.
    #[serde(default = "max_bytes")]
    #[schemars(range(min = 1, max = 8_388_608))]
    max_bytes: usize,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Query {
    /// The tables, by the names that the stages know them by.
    #[schemars(length(min = 1, max = 20))]
    tables: BTreeMap<String, Source>,
    /// The table that the first stage works on; the only one when absent.
    #[serde(default)]
    from: Option<String>,
    /// What is done, one after the other.
    #[serde(default)]
    #[schemars(length(max = 50))]
    stages: Vec<Stage>,
    /// The most rows to return.
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 100_000))]
    limit: usize,
    /// The most bytes of rows to return, as JSON.
    #[serde(default = "max_bytes")]
    #[schemars(range(min = 1, max = 8_388_608))]
    max_bytes: usize,
}

fn limit() -> usize {
    1_000
}

fn max_bytes() -> usize {
    1_048_576
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Given {
    /// How the table was written; null where it was made of several, or by stages.
    format: Option<Format>,
    /// The columns in their order, and what is in them, over all rows.
    columns: Vec<Column>,
    /// The rows as objects; what is missing is null, a number that JSON would change is a text.
    rows: Vec<Map<String, Value>>,
    /// How many rows are returned.
    count: u64,
    /// How many rows there are.
    total: u64,
    /// Whether there are more than returned.
    truncated: bool,
}

impl Data {
    /// The tool.
    pub fn new() -> Self {
        let counts = [
            "/count",
            "/total",
            "/truncated",
            "/columns/*/type",
            "/columns/*/missing",
        ];
        let read = ActionSpec {
            sinks: vec![sink("/table/path", Touch::ReadPath, None)],
            field_trust: counted(&counts),
            ..action::<Read, Given>("read", "Reads a table: its columns with their types, and its rows.")
        };
        let query = ActionSpec {
            sinks: vec![sink("/tables/*/path", Touch::ReadPath, None)],
            field_trust: counted(&counts),
            ..action::<Query, Given>("query", "Filters, joins, sorts and sums tables up, exactly, in stages.")
        };
        Self {
            spec: shared("data", || ToolSpec {
                name: "data".to_owned(),
                version: "1.0.0".to_owned(),
                summary: "Reads tables and works on them exactly.".to_owned(),
                actions: vec![read, query],
            }),
        }
    }
}

impl Default for Data {
    fn default() -> Self {
        Self::new()
    }
}

impl Tool for Data {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    fn perform<'a>(&'a self, call: Call<'a>) -> Calling<'a> {
        aside::perform(&self.spec, call, run)
    }
}

/// Does what `verb` says; `None` where it is none of ours.
fn run(verb: &str, args: &Value, situation: &Situation, stop: &Stop) -> Result<Option<Value>, ToolError> {
    Ok(Some(match verb {
        "read" => json(&read(&arguments(args)?, situation, stop)?),
        "query" => json(&query(&arguments(args)?, situation, stop)?),
        _ => return Ok(None),
    }))
}

/// What a text of JSON says, where nothing of it is lost by that; else why not.
///
/// # Errors
/// It is no JSON, has a key twice, or a number that would be another one.
pub(super) fn exact(text: &str) -> Result<Value, String> {
    let value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let node = tree::parse(text, &mut { tree::NODES_MAX }).map_err(|error| error.to_string())?;
    match node.lost() {
        Some(number) => Err(format!("the number `{number}` would be another one")),
        None => Ok(value),
    }
}

fn read(params: &Read, situation: &Situation, stop: &Stop) -> Result<Given, ToolError> {
    let (table, format) = params.table.read("the table", situation, stop)?;
    Ok(given(&table, Some(format), params.skip, params.limit, params.max_bytes))
}

fn query(params: &Query, situation: &Situation, stop: &Stop) -> Result<Given, ToolError> {
    let mut tables = BTreeMap::new();
    for (name, source) in &params.tables {
        let (table, _) = source.read(&format!("the table `{}`", name.escape_debug()), situation, stop)?;
        tables.insert(name.clone(), table);
    }
    let from = match (&params.from, tables.len()) {
        (Some(from), _) => tables.get(from),
        (None, 1) => tables.values().next(),
        (None, _) => None,
    };
    let Some(table) = from else {
        let known: Vec<&str> = tables.keys().map(String::as_str).collect();
        return Err(bad_argument(
            "`from` names none of the tables",
            format!("the tables are {}", known.join(", ")),
        ));
    };
    let mut table = table.clone();
    for stage in &params.stages {
        table = stage::apply(stage, table, &tables, stop)?;
    }
    Ok(given(&table, None, 0, params.limit, params.max_bytes))
}

fn given(table: &Table, format: Option<Format>, skip: usize, limit: usize, max_bytes: usize) -> Given {
    let mut rows = Vec::new();
    let mut bytes = 0;
    let wanted = table.rows.iter().skip(skip);
    let mut truncated = wanted.len() > limit;
    for row in wanted.take(limit) {
        let object = table.object(row);
        bytes += serde_json::to_string(&object).map_or(0, |text| text.len());
        if bytes > max_bytes {
            truncated = true;
            break;
        }
        rows.push(object);
    }
    Given {
        format,
        columns: table.columns(),
        count: rows.len() as u64,
        rows,
        total: table.rows.len() as u64,
        truncated,
    }
}

#[cfg(test)]
mod tests;

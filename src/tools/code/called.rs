//! `code.called`: what lines call, and a pattern that finds where it is defined.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{arguments, json};

/// Words in front of a bracket that call nothing.
const NO_NAMES: [&str; 27] = [
    "if", "elif", "else", "for", "while", "switch", "match", "return", "and", "or", "not", "in", "is", "await",
    "catch", "def", "fn", "func", "function", "class", "assert", "print", "self", "super", "lambda", "yield", "with",
];

/// How functions are defined: `def` of Python and Ruby, `fn` of Rust, `func` of Go and Swift, `function` of JavaScript.
const DEFINES: &str = "def|fn|func|function";

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// The file.
    #[schemars(length(max = 1_048_576))]
    content: String,
    /// The lines that are looked at, from 1.
    #[schemars(length(max = 1_000))]
    lines: Vec<usize>,
    /// The most names.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1, max = 200))]
    limit: usize,
}

fn twenty() -> usize {
    20
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Called {
    /// The names that are called there, in their order.
    names: Vec<String>,
    /// A regular expression that finds the lines where one of them is defined; one that finds nothing where none is called.
    pattern: String,
    /// How many there are.
    count: u64,
}

/// Finds them.
pub(super) fn run(args: &Value) -> Result<Value, ToolError> {
    let params: Params = arguments(args)?;
    let lines: Vec<&str> = params.content.lines().collect();
    let mut names: Vec<String> = Vec::new();
    let mut known = HashSet::new();
    for line in params
        .lines
        .iter()
        .filter_map(|number| lines.get(number.checked_sub(1)?))
    {
        for name in called(line) {
            if !NO_NAMES.contains(&name) && known.insert(name) {
                names.push(name.to_owned());
            }
        }
    }
    let count = names.len() as u64;
    names.truncate(params.limit);
    let pattern = match names.is_empty() {
        true => "[^\\s\\S]".to_owned(),
        false => format!("\\b(?:{DEFINES})\\s+(?:{})\\b", names.join("|")),
    };
    Ok(json(&Called { names, pattern, count }))
}

/// The words of a line that a bracket follows.
fn called(line: &str) -> impl Iterator<Item = &str> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices('(').filter_map(move |(at, _)| {
        let before = &line[..at];
        let name = before.rsplit(|character| !is_part(character)).next()?;
        name.starts_with(|first: char| first.is_alphabetic() || first == '_')
            .then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_before_brackets_are_called() {
        let content = "import unittest\nself.assertEqual(total([mean(x), ], (1)), größe(2))\nif (a) or b.mean(c):\n";
        let output = run(&json!({"content": content, "lines": [2, 3, 99]})).unwrap();
        assert_eq!(output["names"], json!(["assertEqual", "total", "mean", "größe"]));
        let pattern = regex::Regex::new(output["pattern"].as_str().unwrap()).unwrap();
        for (line, finds) in [
            ("def total(values):", true),
            ("    pub fn mean(a: u8)", true),
            ("def totals(x):", false),
            ("x = total(3)", false),
        ] {
            assert_eq!(pattern.is_match(line), finds, "{line}");
        }
        let output = run(&json!({"content": content, "lines": [1]})).unwrap();
        let pattern = regex::Regex::new(output["pattern"].as_str().unwrap()).unwrap();
        assert!(!pattern.is_match(content));
    }
}

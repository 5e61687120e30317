//! `code.places`: the places in files that the output of a program names.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{arguments, json};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// What the program wrote.
    #[schemars(length(max = 4_194_304))]
    text: String,
    /// The absolute directory that paths are made relative to; places in other absolute paths are left out.
    #[serde(default)]
    root: Option<String>,
    /// Ends of the names that count: `[".py"]`; all where it is empty.
    #[serde(default)]
    ends: Vec<String>,
    /// The most places.
    #[serde(default = "fifty")]
    #[schemars(range(min = 1, max = 1_000))]
    limit: usize,
}

fn fifty() -> usize {
    50
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Places {
    /// The places, in the order in which they are named last: the innermost one of a Python traceback comes last. Numbers
    /// of more than seven digits are no lines.
    places: Vec<Place>,
    /// How many there are, before `limit`.
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Place {
    /// A path without `..`, relative to `root`.
    path: String,
    /// The line, from 1.
    line: u32,
    /// How often it is named.
    times: u64,
}

/// `File "a.py", line 3` of Python; `a/b.rs:3:5`, `(a.js:3:5)`, `a.go:3`, `a.c:3:5: error` of others.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"File "([^"\n]+)", line ([0-9]+)|([\w@./+-]+\.[A-Za-z][A-Za-z0-9]{0,9}):([0-9]+)"#).ok()
});

/// The last line that a file may have here; a larger number is no line.
const LINE_MAX: u32 = 9_999_999;

/// Finds them.
pub(super) fn run(args: &Value) -> Result<Value, ToolError> {
    let params: Params = arguments(args)?;
    // By place: when it was named last, and how often.
    let mut known: HashMap<(String, u32), (usize, u64)> = HashMap::new();
    let found = NAMED.iter().flat_map(|named| named.captures_iter(&params.text));
    for (turn, found) in found.enumerate() {
        let group = |number| found.get(number).map(|found| found.as_str());
        let (Some(path), Some(line)) = (group(1).or_else(|| group(3)), group(2).or_else(|| group(4))) else {
            continue;
        };
        let Ok(line @ 1..=LINE_MAX) = line.parse() else {
            continue;
        };
        let Some(path) = relative(path, params.root.as_deref()) else {
            continue;
        };
        if !params.ends.is_empty() && !params.ends.iter().any(|end| path.ends_with(end.as_str())) {
            continue;
        }
        let (last, times) = known.entry((path, line)).or_default();
        (*last, *times) = (turn, *times + 1);
    }
    let count = known.len() as u64;
    let mut found: Vec<_> = known.into_iter().collect();
    found.sort_unstable_by_key(|(_, (last, _))| *last);
    let listed = found.len().min(params.limit);
    let places = found.drain(found.len() - listed..);
    let places = places.map(|((path, line), (_, times))| Place { path, line, times });
    let places = places.collect();
    Ok(json(&Places { places, count }))
}

/// A path below `root`; `None` where it is another one, or climbs.
fn relative(path: &str, root: Option<&str>) -> Option<String> {
    let path = match (path.strip_prefix('/'), root) {
        (None, _) => path,
        (Some(_), Some(root)) => path.strip_prefix(root.trim_end_matches('/'))?.strip_prefix('/')?,
        (Some(_), None) => return None,
    };
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    let parts: Vec<&str> = parts.collect();
    (!parts.is_empty() && !parts.contains(&"..")).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_are_found_as_programs_write_them() {
        let text = "Traceback (most recent call last):\n  File \"/w/app/test_a.py\", line 7, in test_sum\n    x\n  \
                    File \"/usr/lib/python3/unittest.py\", line 9, in y\n  File \"/w/app/./a.py\", line 2, in total\n\
                    thread 'x' panicked at src/lib.rs:12:5:\n  --> src/main.rs:3:1\n    at f (lib/a.js:4:2)\n\
                    main.go:10 +0x1b\nx.c:5:3: error: no\n../up.py:1: x\nhttp://a.example:80/x 10:20:30 a.b:0\n\
                    src/lib.rs:12:5\n";
        let output = run(&json!({"text": text, "root": "/w/app/"})).unwrap();
        let found: Vec<String> = output["places"]
            .as_array()
            .unwrap()
            .iter()
            .map(|place| {
                format!(
                    "{}:{} {}",
                    place["path"].as_str().unwrap(),
                    place["line"],
                    place["times"]
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "test_a.py:7 1",
                "a.py:2 1",
                "src/main.rs:3 1",
                "lib/a.js:4 1",
                "main.go:10 1",
                "x.c:5 1",
                "src/lib.rs:12 2"
            ]
        );
        let output = run(&json!({"text": text, "root": "/w/app", "ends": [".py"], "limit": 1})).unwrap();
        assert_eq!(
            output,
            json!({"places": [{"path": "a.py", "line": 2, "times": 1}], "count": 2})
        );
        let none = json!({"places": [], "count": 0});
        for text in ["", "./b.py:99999999999: x", "File \"b.py\", line 12345678", "b.py:0"] {
            assert_eq!(run(&json!({"text": text})).unwrap(), none, "{text}");
        }
        let output = run(&json!({"text": "b.py:9999999"})).unwrap();
        assert_eq!(output["places"][0]["line"], 9_999_999);
    }
}

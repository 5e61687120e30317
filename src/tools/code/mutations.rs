//! `code.mutations`: small changes of single lines, as mutation testing makes them (DeMillo, Lipton, Sayward 1978), to be
//! tried as repairs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{arguments, bad_argument, json};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// The path of the file, as the diffs name it; its end tells how comments are written.
    #[schemars(length(min = 1, max = 400))]
    path: String,
    /// The file.
    #[schemars(length(max = 1_048_576))]
    content: String,
    /// The lines to be changed, from 1; the file has to have them.
    #[schemars(length(max = 1_000))]
    lines: Vec<usize>,
    /// How many lines before and after each of them are changed, too.
    #[serde(default)]
    #[schemars(range(max = 50))]
    around: usize,
    /// Lines that somebody wrote anew: each is made a change like the others, and comes first.
    #[serde(default)]
    #[schemars(length(max = 100))]
    own: Vec<Own>,
    /// The most changes.
    #[serde(default = "fifty")]
    #[schemars(range(min = 1, max = 500))]
    limit: usize,
}

/// A line as somebody would have it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Own {
    /// Which line, from 1; one that the file does not have is left out.
    line: usize,
    /// What it says instead; the space before it is that of the line as it is, where it has none.
    #[schemars(length(max = 2_000))]
    after: String,
}

fn fifty() -> usize {
    50
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Mutations {
    /// The changes: those of lines named first come first, those around a line after all lines that are named.
    mutations: Vec<Mutation>,
    /// How many there are, before `limit`.
    count: u64,
    /// Whether there are more than are listed.
    truncated: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Mutation {
    /// `m1`, `m2`, …
    id: String,
    /// Which line.
    line: usize,
    /// What becomes what.
    what: String,
    /// The line as it is, without the space around it.
    before: String,
    /// The line as it would be.
    after: String,
    /// A unified diff that changes it.
    diff: String,
    /// A unified diff that takes the change back.
    undo: String,
}

/// The longest line that is changed, in bytes.
const LONGEST: usize = 2_000;

/// What stands for what. Longer ones come before their beginnings; without anything they are only skipped.
const TOKENS: [(&str, &[&str]); 33] = [
    ("===", &["!=="]),
    ("!==", &["==="]),
    ("**", &[]),
    ("->", &[]),
    ("=>", &[]),
    ("<-", &[]),
    ("<<", &[]),
    (">>", &[]),
    ("++", &[]),
    ("--", &[]),
    ("::", &[]),
    (":=", &[]),
    ("<=", &["<", ">="]),
    (">=", &[">", "<="]),
    ("==", &["!="]),
    ("!=", &["=="]),
    ("&&", &["||"]),
    ("||", &["&&"]),
    ("+=", &["-="]),
    ("-=", &["+="]),
    ("*=", &["/="]),
    ("/=", &["*="]),
    ("//", &["/"]),
    ("<", &["<=", ">"]),
    (">", &[">=", "<"]),
    ("+", &["-"]),
    ("-", &["+"]),
    ("*", &["/", "+"]),
    ("/", &["*", "//"]),
    ("%", &["*"]),
    ("and", &["or"]),
    ("or", &["and"]),
    ("min", &["max"]),
];

/// The same for words that are no operators.
const WORDS: [(&str, &str); 8] = [
    ("max", "min"),
    ("True", "False"),
    ("False", "True"),
    ("true", "false"),
    ("false", "true"),
    ("not", ""),
    ("any", "all"),
    ("all", "any"),
];

/// Makes them.
pub(super) fn run(args: &Value) -> Result<Value, ToolError> {
    let params: Params = arguments(args)?;
    if params
        .path
        .contains(|character: char| character.is_control() || character == '"' || character == '\\')
    {
        let hint = "rename the file, or change it by hand";
        return Err(bad_argument("a diff cannot name this path without quoting it", hint));
    }
    let lines: Vec<&str> = params.content.split_inclusive('\n').collect();
    there(&params, lines.len())?;
    let mut made = Made {
        kept: Vec::new(),
        most: params.limit,
        count: 0,
    };
    for own in &params.own {
        let written = own.line.checked_sub(1).and_then(|index| lines.get(index));
        if let Some(written) = written.filter(|_| !own.after.contains('\n')) {
            rewritten(written, &params.path, own, &mut made);
        }
    }
    let mut done = std::collections::BTreeSet::new();
    for number in wanted(&params, lines.len()) {
        if done.insert(number) {
            changes(lines[number - 1], &params.path, number, &mut made);
        }
    }
    let Made { mut kept, count, .. } = made;
    for (index, mutation) in kept.iter_mut().enumerate() {
        mutation.id = format!("m{}", index + 1);
    }
    Ok(json(&Mutations {
        truncated: count > kept.len() as u64,
        mutations: kept,
        count,
    }))
}

/// Says whether the file has the lines that are named. Programs name an error at the end of a file by the empty line
/// behind its last line feed.
fn there(params: &Params, count: usize) -> Result<(), ToolError> {
    let ends_open = params.content.is_empty() || params.content.ends_with('\n');
    let last = count + usize::from(ends_open);
    let missing = params.lines.iter().filter(|line| !(1..=last).contains(*line));
    let missing: Vec<String> = missing.take(20).map(usize::to_string).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(bad_argument(
        format!(
            "`lines` names what the file does not have: {}; it has {count} lines",
            missing.join(", ")
        ),
        "count from 1, and give the whole file as `content`",
    ))
}

/// The changes so far: all are counted, and no more are made than are wanted.
struct Made {
    kept: Vec<Mutation>,
    most: usize,
    count: u64,
}

impl Made {
    fn add(&mut self, make: impl FnOnce() -> Mutation) {
        self.count += 1;
        if self.kept.len() < self.most {
            self.kept.push(make());
        }
    }
}

/// The lines in the order in which they are changed.
fn wanted(params: &Params, count: usize) -> Vec<usize> {
    let around = (1..=params.around).flat_map(|far| {
        let near = params
            .lines
            .iter()
            .flat_map(move |line| [line.checked_sub(far), line.checked_add(far)]);
        near.flatten()
    });
    let all = params.lines.iter().copied().chain(around);
    all.filter(|number| (1..=count).contains(number)).collect()
}

/// The change that makes a line what somebody wrote, unless it says that already.
fn rewritten(written: &str, path: &str, own: &Own, made: &mut Made) {
    let (line, end) = bare(written);
    let space = &line[..line.len() - line.trim_start().len()];
    let after = match own.after.starts_with([' ', '\t']) {
        true => format!("{}{end}", own.after.trim_end()),
        false => format!("{space}{}{end}", own.after.trim_end()),
    };
    let line = format!("{line}{end}");
    if after != line {
        let what = "it is written anew".to_owned();
        made.add(|| mutation(path, own.line, (&line, &after), written.ends_with('\n'), what));
    }
}

fn mutation(path: &str, number: usize, (before, after): (&str, &str), ends: bool, what: String) -> Mutation {
    Mutation {
        id: String::new(),
        line: number,
        what,
        before: before.trim().to_owned(),
        after: after.trim().to_owned(),
        diff: diff(path, number, (before, after), ends),
        undo: diff(path, number, (after, before), ends),
    }
}

fn changes(written: &str, path: &str, number: usize, made: &mut Made) {
    let (line, end) = bare(written);
    let ends = written.ends_with('\n');
    // Nobody wrote such a line by hand.
    if line.len() > LONGEST {
        return;
    }
    for (at, length, with) in places(line, path) {
        made.add(|| {
            let (old, rest) = (&line[at..at + length], &line[at + length..]);
            let (after, what) = match with.is_empty() {
                // The space behind a word that goes, goes too.
                true => (format!("{}{}", &line[..at], rest.trim_start()), format!("`{old}` goes")),
                false => (
                    format!("{}{with}{rest}", &line[..at]),
                    format!("`{old}` becomes `{with}`"),
                ),
            };
            let (before, after) = (format!("{line}{end}"), format!("{after}{end}"));
            mutation(path, number, (&before, &after), ends, what)
        });
    }
}

/// A line and the carriage return that it ends with, where it does; without its end.
fn bare(written: &str) -> (&str, &str) {
    let line = written.strip_suffix('\n').unwrap_or(written);
    match line.strip_suffix('\r') {
        Some(line) => (line, "\r"),
        None => (line, ""),
    }
}

/// A hunk without context, which fits only where it says.
fn diff(path: &str, number: usize, (before, after): (&str, &str), ends: bool) -> String {
    let end = if ends { "" } else { "\\ No newline at end of file\n" };
    // After a name with spaces programs look for a tab.
    let tab = if path.contains(' ') { "\t" } else { "" };
    format!("--- a/{path}{tab}\n+++ b/{path}{tab}\n@@ -{number} +{number} @@\n-{before}\n{end}+{after}\n{end}")
}

/// What could stand elsewhere in a line: where, how long, and what instead.
fn places(line: &str, path: &str) -> Vec<(usize, usize, String)> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let has_hash = matches!(
        extension,
        "py" | "rb" | "sh" | "pl" | "r" | "yaml" | "yml" | "toml" | "ex" | "jl"
    );
    // In other languages these are also brackets of types.
    let is_tight = matches!(extension, "py" | "rb" | "js" | "lua");
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(character) = line[at..].chars().next() {
        let rest = &line[at..];
        let before = line[..at].trim_end().chars().next_back();
        if matches!(character, '"' | '\'' | '`') {
            at += string(rest);
        } else if (has_hash && character == '#') || (!has_hash && rest.starts_with("//")) {
            break;
        } else if character.is_ascii_digit() {
            let length = rest
                .find(|next: char| !next.is_alphanumeric() && next != '_' && next != '.')
                .unwrap_or(rest.len());
            if let Ok(number) = rest[..length].parse::<u32>() {
                let less = number.checked_sub(1);
                found.extend(
                    number
                        .checked_add(1)
                        .into_iter()
                        .chain(less)
                        .map(|other| (at, length, other.to_string())),
                );
            }
            at += length;
        } else if character.is_alphabetic() || character == '_' {
            let length = rest
                .find(|next: char| !next.is_alphanumeric() && next != '_')
                .unwrap_or(rest.len());
            let word = &rest[..length];
            let operators = TOKENS
                .iter()
                .filter(|(token, _)| *token == word)
                .flat_map(|(_, others)| others.iter().copied());
            let others = WORDS
                .iter()
                .filter(|(known, _)| *known == word)
                .map(|(_, other)| *other);
            found.extend(operators.chain(others).map(|other| (at, length, other.to_owned())));
            at += length;
        } else if let Some((token, others)) = TOKENS.iter().find(|(token, _)| rest.starts_with(token)) {
            let is_spaced = line[..at].ends_with(' ') && rest[token.len()..].starts_with(' ');
            let is_binary =
                before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '_' | ')' | ']' | '"' | '\''));
            let is_bracket = matches!(*token, "<" | ">") && !is_tight && !is_spaced;
            if is_binary && !is_bracket {
                let others = others.iter().filter(|other| **other != "//" || extension == "py");
                found.extend(others.map(|other| (at, token.len(), (*other).to_owned())));
            }
            at += token.len();
        } else {
            at += character.len_utf8();
        }
    }
    found
}

/// How long the string is that `rest` begins with; one that does not end goes to the end of the line, unless its quote
/// is a single one, which may be an apostrophe or a lifetime.
fn string(rest: &str) -> usize {
    let mut characters = rest.char_indices();
    let Some((_, quote)) = characters.next() else { return 0 };
    let mut is_escaped = false;
    for (at, character) in characters {
        match (is_escaped, character) {
            (true, _) => is_escaped = false,
            (false, '\\') => is_escaped = true,
            (false, character) if character == quote => return at + 1,
            (false, _) => {}
        }
    }
    if quote == '\'' { 1 } else { rest.len() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn all(path: &str, line: &str) -> Vec<String> {
        let output = run(&json!({"path": path, "content": line, "lines": [1]})).unwrap();
        let made = output["mutations"].as_array().unwrap().iter();
        made.map(|mutation| mutation["after"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn operators_numbers_and_words_change_and_texts_do_not() {
        assert_eq!(all("a.py", "if a < b:"), ["if a <= b:", "if a > b:"]);
        assert_eq!(
            all("a.py", "x = a - 1  # a + b"),
            ["x = a + 1  # a + b", "x = a - 2  # a + b", "x = a - 0  # a + b"]
        );
        assert_eq!(all("a.py", "x = -1"), ["x = -2", "x = -0"]);
        assert_eq!(
            all("a.py", "return not done and \"a + 1\""),
            ["return done and \"a + 1\"", "return not done or \"a + 1\""]
        );
        assert_eq!(all("a.rs", "let x: Vec<u8> = y; // a + b"), Vec::<String>::new());
        assert_eq!(
            all("a.rs", "fn f<'a>(x: &'a str) -> u8 { x == y }"),
            ["fn f<'a>(x: &'a str) -> u8 { x != y }"]
        );
        assert_eq!(all("a.js", "a === b && 1.5"), ["a !== b && 1.5", "a === b || 1.5"]);
        assert_eq!(
            all("a.py", "x1 = max(a, b) // c"),
            ["x1 = min(a, b) // c", "x1 = max(a, b) / c"]
        );
        assert_eq!(all("a.py", "ä = ö + ü"), ["ä = ö - ü"]);
        assert_eq!(all("a.py", "x = 'it"), Vec::<String>::new());
        assert_eq!(all("a.py", &"a + ".repeat(1_000)), Vec::<String>::new());
    }

    #[test]
    fn lines_that_are_named_come_first_and_none_twice() {
        let content = "a + b\nc + d\ne + f\n";
        let output =
            run(&json!({"path": "a.py", "content": content, "lines": [2, 4, 2], "around": 1, "limit": 2})).unwrap();
        let lines: Vec<&Value> = output["mutations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["line"])
            .collect();
        assert_eq!(
            (lines, &output["count"], &output["truncated"]),
            (vec![&json!(2), &json!(1)], &json!(3), &json!(true))
        );
        assert_eq!(
            output["mutations"][0]["diff"],
            "--- a/a.py\n+++ b/a.py\n@@ -2 +2 @@\n-c + d\n+c - d\n"
        );
        assert!(run(&json!({"path": "a\n.py", "content": "", "lines": []})).is_err());
        for (content, lines, says) in [
            (
                content,
                json!([2, 9, 0, 2, 99]),
                "does not have: 9, 0, 99; it has 3 lines",
            ),
            ("a + b", json!([1, 2]), "does not have: 2; it has 1 lines"),
            ("", json!([2]), "does not have: 2; it has 0 lines"),
        ] {
            let error = run(&json!({"path": "a.py", "content": content, "lines": lines})).unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
        let own = json!([{"line": 2, "after": "c * d"}, {"line": 2, "after": "c + d"}, {"line": 9, "after": "x"}]);
        let output = run(&json!({"path": "a.py", "content": "a\n  c + d\n", "lines": [], "own": own})).unwrap();
        assert_eq!(output["count"], 1);
        assert_eq!(
            output["mutations"][0]["diff"],
            "--- a/a.py\n+++ b/a.py\n@@ -2 +2 @@\n-  c + d\n+  c * d\n"
        );
    }

    #[test]
    fn a_diff_and_its_undoing_fit_the_file() {
        use std::process::{Command, Stdio};

        let patched = |name: &str, content: &str, diff: &str| {
            let scratch = tempfile::tempdir().unwrap();
            std::fs::write(scratch.path().join(name), content).unwrap();
            let mut patch = Command::new("patch")
                .args(["-p1", "--silent", "--binary"])
                .current_dir(scratch.path())
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            std::io::Write::write_all(&mut patch.stdin.take().unwrap(), diff.as_bytes()).unwrap();
            assert!(patch.wait().unwrap().success());
            std::fs::read_to_string(scratch.path().join(name)).unwrap()
        };
        for (name, content) in [
            ("a.py", "x = 1\ny = a < b\n"),
            ("a.py", "x = 1\ny = a < b"),
            ("a.py", "x = 1\r\ny = a < b\r\n"),
            ("my file.py", "x = 1\ny = a < b\n"),
        ] {
            let own = json!([{"line": 2, "after": "y = a"}]);
            let output = run(&json!({"path": name, "content": content, "lines": [2], "own": own})).unwrap();
            for mutation in output["mutations"].as_array().unwrap() {
                let changed = patched(name, content, mutation["diff"].as_str().unwrap());
                assert_eq!(changed.lines().nth(1).unwrap(), mutation["after"]);
                assert_eq!(patched(name, &changed, mutation["undo"].as_str().unwrap()), content);
            }
        }
    }
}

//! `text.ground`: drops lines that say what the evidence they cite does not.
//!
//! A line stays only if it cites known evidence, and each of its words and exact pieces occurs
//! there: numbers, paths and identifiers as written, words in any case and in simple English
//! inflection ([`super::words::forms`]), function words anywhere ([`super::words::is_function_word`]).
//! It checks what a line is made of, not what it claims: order and meaning are not seen.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::ToolError;
use super::super::contract::{Objects, arguments, json};
use super::field::{Field, id_of};
use super::label::id;
use super::pieces::{Piece, pieces, stands_in};
use super::plain::one_line;
use super::words::{fold, forms, is_function_word, words};

/// The fewest characters of an id that may stand for it, as git abbreviates.
const ID_PREFIX: usize = 7;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// The lines to check.
    #[schemars(length(max = 10_000))]
    #[serde(default)]
    lines: Vec<Line>,
    /// Answers that hold lines to check as well.
    #[schemars(length(max = 1_000))]
    #[serde(default)]
    answers: Vec<Answer>,
    /// What may be cited.
    #[serde(default)]
    evidence: Vec<Evidence>,
    /// Items that may be cited as well: their `fields` are the evidence.
    #[serde(default, rename = "items")]
    _items: Option<Objects>,
    /// The key that tells items apart.
    #[serde(default = "id")]
    id: String,
    /// The fields of items that count as evidence.
    #[serde(default = "fields")]
    fields: Vec<String>,
}

fn fields() -> Vec<String> {
    ["subject", "body", "author", "files[].path"]
        .map(str::to_owned)
        .to_vec()
}

/// What a writer gave at once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// Its lines.
    lines: Vec<Line>,
}

/// A written line.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Line {
    /// What it says.
    text: String,
    /// Ids of its evidence; the first seven characters or more suffice.
    #[serde(default)]
    cites: Vec<String>,
    /// Whether whoever wrote it was cut off.
    #[serde(default)]
    cut: bool,
    /// Anything to find it by afterwards.
    #[serde(default)]
    tag: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Evidence {
    /// By what it is cited.
    id: String,
    /// What it says.
    texts: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Grounded {
    /// The lines that stay, in order.
    kept: Vec<Kept>,
    /// The lines that go.
    dropped: Vec<Dropped>,
    /// How many stay.
    kept_count: u64,
    /// How many go.
    dropped_count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Kept {
    /// The line, without bullets and control characters.
    text: String,
    /// Full ids of its evidence.
    cites: Vec<String>,
    /// As given.
    tag: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Dropped {
    /// The line, without bullets and control characters.
    text: String,
    /// Its citations as given.
    cites: Vec<String>,
    /// As given.
    tag: String,
    /// Why it goes.
    why: Why,
    /// What its evidence does not have, in the order of the line.
    missing: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Why {
    /// It holds no word.
    Empty,
    /// Its writer was cut off within a word.
    Cut,
    /// It cites nothing that is known.
    Uncited,
    /// It says something that its evidence does not.
    Unsupported,
    /// An earlier line says the same.
    Duplicate,
}

/// What can be cited, and what was read of it so far.
struct Library<'a> {
    texts: HashMap<String, Vec<Cow<'a, str>>>,
    ids: Vec<String>,
    read: HashMap<String, Page>,
}

/// The evidence of one id, made ready to look things up.
#[derive(Default)]
struct Page {
    lines: Vec<String>,
    vocabulary: HashSet<String>,
}

impl Page {
    fn new(texts: &[Cow<str>]) -> Self {
        let lines: Vec<String> = texts.iter().map(|text| one_line(text)).collect();
        let vocabulary = lines.iter().flat_map(|line| vocabulary(line)).collect();
        Self { lines, vocabulary }
    }
}

impl<'a> Library<'a> {
    fn new(texts: HashMap<String, Vec<Cow<'a, str>>>) -> Self {
        let mut ids: Vec<String> = texts.keys().cloned().collect();
        ids.sort_unstable();
        Self {
            texts,
            ids,
            read: HashMap::new(),
        }
    }

    /// The full id that `cite` stands for, when it stands for exactly one.
    fn resolve(&self, cite: &str) -> Option<&str> {
        let at = self.ids.partition_point(|id| id.as_str() < cite);
        let first = self.ids.get(at).filter(|id| id.starts_with(cite))?;
        let another = self.ids.get(at + 1).is_some_and(|id| id.starts_with(cite));
        let enough = first == cite || (cite.chars().count() >= ID_PREFIX && !another);
        enough.then_some(first.as_str())
    }

    /// What `text` says and none of `ids` does.
    fn missing(&mut self, text: &str, ids: &[String]) -> Vec<String> {
        for id in ids {
            let texts = self.texts.get(id).map(Vec::as_slice).unwrap_or_default();
            self.read.entry(id.clone()).or_insert_with(|| Page::new(texts));
        }
        let pages: Vec<&Page> = ids.iter().filter_map(|id| self.read.get(id)).collect();
        let mut missing: Vec<String> = Vec::new();
        for piece in pieces(text) {
            let (known, name) = match piece {
                Piece::Word(word) => {
                    let forms = forms(&word);
                    let in_page = |page: &&Page| forms.iter().any(|form| page.vocabulary.contains(form));
                    (is_function_word(&word) || pages.iter().any(in_page), word)
                }
                Piece::Exact(exact) => {
                    let mut lines = pages.iter().flat_map(|page| &page.lines);
                    (lines.any(|line| stands_in(exact, line)), exact.to_owned())
                }
            };
            if !known && !missing.contains(&name) {
                missing.push(name);
            }
        }
        missing
    }
}

/// The words of `line` in every form: whole, and the parts of identifiers and paths.
fn vocabulary(line: &str) -> impl Iterator<Item = String> {
    let parts = line.split(|character: char| !character.is_alphanumeric()).map(fold);
    let whole = pieces(line).into_iter().filter_map(|piece| match piece {
        Piece::Word(word) => Some(word),
        Piece::Exact(_) => None,
    });
    words(line).chain(whole).chain(parts).flat_map(|word| forms(&word))
}

/// Checks the lines.
pub(super) fn run(args: &Value) -> Result<Value, ToolError> {
    let params: Params = arguments(args)?;
    let fields: Vec<Field> = params
        .fields
        .iter()
        .map(|field| Field::parse(field))
        .collect::<Result<_, _>>()?;
    let mut texts: HashMap<String, Vec<Cow<str>>> = HashMap::new();
    for evidence in &params.evidence {
        let place = texts.entry(evidence.id.clone()).or_default();
        place.extend(evidence.texts.iter().map(|text| text.as_str().into()));
    }
    if let Some(Value::Array(items)) = args.get("items") {
        for (at, item) in items.iter().enumerate() {
            let place = texts.entry(id_of(item, &params.id, at)?.into_owned()).or_default();
            place.extend(fields.iter().flat_map(|field| field.texts(item)));
        }
    }
    let mut library = Library::new(texts);
    let mut said = HashSet::new();
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    let answered = params.answers.iter().flat_map(|answer| &answer.lines);
    for line in params.lines.iter().chain(answered) {
        let text = unbulleted(&one_line(&line.text)).to_owned();
        let mut cites: Vec<String> = Vec::new();
        for cite in line.cites.iter().filter_map(|cite| library.resolve(cite)) {
            if !cites.iter().any(|other| other == cite) {
                cites.push(cite.to_owned());
            }
        }
        match fault(line, &text, &cites, &mut library, &mut said) {
            None => kept.push(Kept {
                text,
                cites,
                tag: line.tag.clone(),
            }),
            Some((why, missing)) => dropped.push(Dropped {
                text,
                cites: line.cites.clone(),
                tag: line.tag.clone(),
                why,
                missing,
            }),
        }
    }
    Ok(json(&Grounded {
        kept_count: kept.len() as u64,
        dropped_count: dropped.len() as u64,
        kept,
        dropped,
    }))
}

/// Why the line cannot stay, if it cannot.
fn fault(
    line: &Line,
    text: &str,
    cites: &[String],
    library: &mut Library,
    said: &mut HashSet<Vec<String>>,
) -> Option<(Why, Vec<String>)> {
    let sense: Vec<String> = words(text).collect();
    if sense.is_empty() {
        return Some((Why::Empty, Vec::new()));
    }
    if line.cut && text.ends_with(char::is_alphanumeric) {
        return Some((Why::Cut, Vec::new()));
    }
    if cites.is_empty() {
        return Some((Why::Uncited, Vec::new()));
    }
    let missing = library.missing(text, cites);
    if !missing.is_empty() {
        return Some((Why::Unsupported, missing));
    }
    (!said.insert(sense)).then_some((Why::Duplicate, Vec::new()))
}

/// A line without the list marker that models like to begin with.
fn unbulleted(line: &str) -> &str {
    let digits = line.len()
        - line
            .trim_start_matches(|character: char| character.is_ascii_digit())
            .len();
    let after_number = || {
        line.get(digits..)
            .filter(|_| (1..=2).contains(&digits))?
            .strip_prefix(['.', ')'])
    };
    let rest = line.strip_prefix(['-', '*', '•', '+']).or_else(after_number);
    rest.and_then(|rest| rest.strip_prefix(' ')).unwrap_or(line).trim()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn evidence() -> Value {
        json!([
            {"id": "aaaaaaaaaa1", "texts": ["fix(cli): drop the 12 stale rows (#7)", "src/cli/run.rs", "Zoë Müller"]},
            {"id": "aaaaaaaaaa2", "texts": ["Add ToolBox::new and tests", "docs/README.md", "修正 バグ"]},
        ])
    }

    fn check(text: &str, cites: &[&str]) -> (Option<String>, Vec<String>) {
        let output = run(&json!({"lines": [{"text": text, "cites": cites}], "evidence": evidence()})).unwrap();
        assert_eq!(
            output["kept_count"].as_u64().unwrap() + output["dropped_count"].as_u64().unwrap(),
            1
        );
        match output["dropped"].get(0) {
            None => (None, Vec::new()),
            Some(line) => (
                Some(line["why"].as_str().unwrap().to_owned()),
                serde_json::from_value(line["missing"].clone()).unwrap(),
            ),
        }
    }

    #[test]
    fn a_line_made_of_its_evidence_stays() {
        for text in [
            "Dropped the 12 stale rows in src/cli",
            "- zoë müller fixes run.rs (#7).",
            "1. The CLI drops stale rows",
            "**Fixed** `src/cli/run.rs`",
        ] {
            assert_eq!(check(text, &["aaaaaaaaaa1"]), (None, vec![]), "{text}");
        }
        assert_eq!(
            check("Adds tests and ToolBox::new; 修正", &["aaaaaaaaaa2"]),
            (None, vec![])
        );
        assert_eq!(
            check("Drops rows, adds tests", &["aaaaaaaaaa1", "aaaaaaaaaa2"]),
            (None, vec![])
        );
    }

    #[test]
    fn a_name_number_path_or_word_from_elsewhere_drops_the_line() {
        for (text, missing) in [
            ("Drops 13 stale rows", vec!["13"]),
            ("Drops stale rows in src/tui", vec!["src/tui"]),
            ("Anna drops stale rows", vec!["anna"]),
            ("Drops rows and improves performance", vec!["improves", "performance"]),
            ("Does not drop the stale rows", vec!["not"]),
            ("Adds ToolBox::new", vec!["adds", "ToolBox::new"]),
            ("Fixes #8", vec!["#8"]),
            ("Drops twelve rows", vec!["twelve"]),
        ] {
            let missing = missing.into_iter().map(str::to_owned).collect();
            assert_eq!(
                check(text, &["aaaaaaaaaa1"]),
                (Some("unsupported".into()), missing),
                "{text}"
            );
        }
    }

    #[test]
    fn a_line_must_cite_something_known_and_unambiguous() {
        for cites in [&[][..], &["zzz"], &["aaaaaaaaaa"], &["aaaa"], &[""]] {
            assert_eq!(check("Drops rows", cites).0.as_deref(), Some("uncited"), "{cites:?}");
        }
        let output = run(
            &json!({"lines": [{"text": "drop rows", "cites": ["abcdef12", "nothing"]}],
            "items": [{"id": "abcdef1234", "subject": "drop rows"}]}),
        )
        .unwrap();
        assert_eq!(
            output["kept"],
            json!([{"text": "drop rows", "cites": ["abcdef1234"], "tag": ""}])
        );
    }

    #[test]
    fn empty_cut_and_repeated_lines_go() {
        let output = run(&json!({
            "lines": [
                {"text": " \u{7}- ", "cites": ["aaaaaaaaaa1"]},
                {"text": "Drops the stale ro", "cites": ["aaaaaaaaaa1"], "cut": true},
                {"text": "Drops the stale rows.", "cites": ["aaaaaaaaaa1"], "cut": true, "tag": "cli"},
                {"text": "* drops the STALE rows", "cites": ["aaaaaaaaaa1"]},
            ],
            "evidence": evidence(),
        }))
        .unwrap();
        let why: Vec<&str> = output["dropped"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["why"].as_str().unwrap())
            .collect();
        assert_eq!(why, ["empty", "cut", "duplicate"]);
        assert_eq!(
            output["kept"],
            json!([{"text": "Drops the stale rows.", "cites": ["aaaaaaaaaa1"], "tag": "cli"}])
        );
    }

    proptest! {
        #[test]
        fn no_word_from_outside_the_evidence_is_ever_kept(
            said in prop::collection::vec("[bcd]{3}[0-9]?", 1..6),
            known in prop::collection::vec("[bcd]{3}[0-9]?", 0..40),
        ) {
            let output = run(&json!({
                "lines": [{"text": said.join(" "), "cites": ["x"]}], "evidence": [{"id": "x", "texts": known}],
            })).unwrap();
            let supported = said.iter().all(|word| known.contains(word));
            prop_assert_eq!(output["kept_count"] == 1, supported);
        }

        #[test]
        fn a_line_is_grounded_in_itself(text in "\\PC{1,40}") {
            let output = run(&json!({
                "lines": [{"text": text, "cites": ["x"]}], "evidence": [{"id": "x", "texts": [text]}],
            })).unwrap();
            prop_assert!(output["kept_count"] == 1 || output["dropped"][0]["why"] == "empty", "{}", output);
        }
    }
}

//! `text.quotes`: the sentences of items that a summary may quote, and the schema of such a summary.
//!
//! A small model that may say anything says things that are not so. Given this schema it can only
//! point: at an item, and at one of the sentences that the item's author wrote.

use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::ToolError;
use super::super::contract::{Objects, arguments, json, objects};
use super::field::{Field, id_of};
use super::label::id;
use super::plain::one_line;

/// The fewest characters of a sentence that says something.
const SHORTEST: usize = 12;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Params {
    /// The items.
    #[serde(rename = "items")]
    _items: Objects,
    /// The key that an item is cited by.
    #[serde(default = "id")]
    id: String,
    /// The field with the headline of an item.
    #[serde(default = "title")]
    title: String,
    /// The field with its text, in paragraphs.
    #[serde(default = "body")]
    body: String,
    /// What the items are about; the schema demands it as the `tag` of each quotation.
    #[serde(default)]
    about: String,
    /// The most sentences of one item.
    #[serde(default = "most")]
    #[schemars(range(min = 1, max = 20))]
    most: usize,
    /// The most characters of a sentence; longer ones are left out, a longer headline is cut at a word.
    #[serde(default = "longest")]
    #[schemars(range(min = 40, max = 500))]
    longest: usize,
}

fn title() -> String {
    "subject".to_owned()
}

fn body() -> String {
    "body".to_owned()
}

fn most() -> usize {
    3
}

fn longest() -> usize {
    120
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Quotes {
    /// For each item that says something: its id and its sentences, the headline first.
    quotes: Vec<Quote>,
    /// How many items say something.
    count: u64,
    /// As given.
    about: String,
    /// JSON Schema of one quotation: `{tag, cites: [id], text}`, one of the id's sentences. False when there are none.
    #[schemars(with = "Value")]
    schema: Value,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Quote {
    /// The item.
    id: String,
    /// Its sentences.
    texts: Vec<String>,
}

/// Collects quotations.
pub(super) fn run(args: &Value) -> Result<Value, ToolError> {
    let params: Params = arguments(args)?;
    let (title, body) = (Field::parse(&params.title)?, Field::parse(&params.body)?);
    let mut quotes = Vec::new();
    for (at, item) in objects(args, "items")?.iter().enumerate() {
        let mut texts: Vec<String> = Vec::new();
        let headlines = title.texts(item);
        let headlines = headlines.iter().map(|text| shortened(&headline(text), params.longest));
        let bodies = body.texts(item);
        let sentences = bodies.iter().flat_map(|text| sentences(text, params.longest));
        for text in headlines.chain(sentences) {
            if texts.len() < params.most && text.chars().count() >= SHORTEST && !texts.contains(&text) {
                texts.push(text);
            }
        }
        if !texts.is_empty() {
            quotes.push(Quote {
                id: id_of(item, &params.id, at)?.into_owned(),
                texts,
            });
        }
    }
    let choices: Vec<Value> = quotes
        .iter()
        .map(|quote| {
            json!({
                "type": "object", "additionalProperties": false, "required": ["tag", "cites", "text"],
                "properties": {
                    "tag": {"const": params.about}, "cites": {"const": [quote.id]}, "text": {"enum": quote.texts},
                },
            })
        })
        .collect();
    Ok(json(&Quotes {
        count: quotes.len() as u64,
        schema: if choices.is_empty() {
            json!(false)
        } else {
            json!({ "anyOf": choices })
        },
        about: params.about,
        quotes,
    }))
}

/// A commit's subject as a headline: without `type(scope):` (Conventional Commits 1.0.0), on one line, with a capital
/// where it begins with a word and not with a name such as `ignore/walk` or `serde-1.0`.
pub(super) fn headline(subject: &str) -> String {
    static TYPE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^(?i:[a-z][a-z-]{1,15})(?:\([^()]{1,60}\))?!?:\s+(?P<rest>\S.*)$").ok());
    let line = one_line(subject);
    let rest = TYPE
        .as_ref()
        .and_then(|pattern| pattern.captures(&line))
        .and_then(|found| found.name("rest"))
        .map_or(line.as_str(), |rest| rest.as_str());
    let mut first_word = rest
        .split(' ')
        .next()
        .unwrap_or_default()
        .trim_end_matches([',', ':'])
        .chars();
    let is_a_word = first_word.all(|character| character.is_alphabetic() || matches!(character, '-' | '\'' | '’'));
    let mut characters = rest.chars();
    match characters.next() {
        Some(_) if !is_a_word => rest.to_owned(),
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// The first `limit` characters, up to a word's end.
fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => {
            let head = &text[..end];
            head.rfind(' ').map_or(head, |space| &head[..space]).to_owned()
        }
    }
}

/// The sentences of the prose in `body`: no lists, code, quotations or trailers.
fn sentences(body: &str, longest: usize) -> Vec<String> {
    let mut found = Vec::new();
    for paragraph in body.replace('\r', "").split("\n\n") {
        let prose = paragraph.lines().all(|line| {
            let structured = line.starts_with([' ', '\t', '-', '*', '>', '#', '|', '`', '+']);
            let trailer = line.split_once(": ").is_some_and(|(key, _)| {
                key.contains('-')
                    && key
                        .chars()
                        .all(|character| character.is_ascii_alphabetic() || character == '-')
            });
            !structured && !trailer
        });
        if !prose {
            continue;
        }
        let text = one_line(paragraph);
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let end = rest
                .match_indices(['.', '!', '?'])
                .map(|(at, mark)| at + mark.len())
                .find(|end| rest[*end..].starts_with(' '));
            let (sentence, next) = match end {
                Some(end) => (&rest[..end], rest[end..].trim_start()),
                None => (rest, ""),
            };
            // What git writes about a revert names a commit and says nothing.
            let says = sentence.ends_with(['.', '!', '?']) && !sentence.starts_with("This reverts commit");
            if says && sentence.chars().count() <= longest {
                found.push(sentence.trim_end_matches('.').to_owned());
            }
            rest = next;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_lose_their_type_and_nothing_else() {
        for (subject, expected) in [
            ("feat(cli)!: add `--json`", "Add `--json`"),
            ("fix: crash on start", "Crash on start"),
            ("Merge branch 'x'", "Merge branch 'x'"),
            ("see https://example.com: broken", "See https://example.com: broken"),
            ("étendre la portée", "Étendre la portée"),
            ("re-export `Walk`", "Re-export `Walk`"),
            ("ignore/walk: add `empty`", "ignore/walk: add `empty`"),
            ("serde-1.0.2", "serde-1.0.2"),
            ("修复: 崩溃", "修复: 崩溃"),
            ("", ""),
        ] {
            assert_eq!(headline(subject), expected);
        }
    }

    #[test]
    fn only_prose_is_quoted() {
        let body =
            "It read past the end. Now it\nstops there!\n\n- a list. Not prose.\n\n    code.\n\nSigned-off-by: A <a@b>";
        assert_eq!(sentences(body, 120), ["It read past the end", "Now it stops there!"]);
        assert_eq!(sentences(body, 15), [""; 0]);
        assert_eq!(sentences("Uses 1.5 of v2.0 and ends", 120), [""; 0]);
    }

    #[test]
    fn the_schema_admits_an_item_with_its_own_sentences_only() {
        let output = run(&json!({"id": "short", "items": [
            {"short": "a1", "subject": "feat: show the list", "body": "It was hidden before."},
            {"short": "b2", "subject": "fix: crash on an empty list", "body": ""},
            {"short": "c3", "subject": "wip", "body": ""},
        ]}))
        .unwrap();
        assert_eq!(output["count"], 2);
        let validator = jsonschema::validator_for(&output["schema"]).unwrap();
        assert!(validator.is_valid(&json!({"tag": "", "cites": ["a1"], "text": "It was hidden before"})));
        assert!(validator.is_valid(&json!({"tag": "", "cites": ["b2"], "text": "Crash on an empty list"})));
        assert!(!validator.is_valid(&json!({"tag": "", "cites": ["b2"], "text": "Show the list"})));
        assert_eq!(run(&json!({"items": []})).unwrap()["schema"], json!(false));
    }
}

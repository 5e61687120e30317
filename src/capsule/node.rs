//! YAML text to a tree whose every value and key knows its bytes.
//!
//! JSON is a subset. The limits are those of C070, and they hold while parsing: nothing is expanded
//! (anchors and aliases are refused), so the tree is never larger than the text. Booleans and
//! numbers are those of YAML 1.2: `no` is a text. Reads no file.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::Spanned;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::problem::{Code, MAX_PROBLEMS, Problem};

/// The largest capsule, in bytes.
pub const MAX_BYTES: usize = 1024 * 1024;
/// The deepest nesting of mappings and sequences.
pub const MAX_DEPTH: usize = 64;
/// The most values and keys: 2,000 steps of a hundred each.
pub const MAX_NODES: usize = 200_000;

/// A value and the bytes it was written in.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub span: Range<usize>,
    pub kind: Kind,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Scalar(Value),
    List(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One key of a mapping, in the order of the text; a key may come twice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub key: String,
    pub key_span: Range<usize>,
    pub value: Node,
}

impl Node {
    /// The value under `key`; the first one, if it was written twice.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
            Kind::Scalar(_) | Kind::List(_) => None,
        }
    }

    /// The node under one segment of a JSON pointer.
    fn child(&self, segment: &str) -> Option<&Self> {
        match &self.kind {
            Kind::List(items) => items.get(segment.parse::<usize>().ok()?),
            Kind::Mapping(_) => self.entry(segment).map(|entry| &entry.value),
            Kind::Scalar(_) => None,
        }
    }

    /// The node at a JSON pointer (RFC 6901).
    pub fn at(&self, pointer: &str) -> Option<&Self> {
        segments(pointer).try_fold(self, |node, segment| node.child(&segment))
    }

    /// The bytes of the value at `pointer`, or of the nearest value around it.
    pub fn span_at(&self, pointer: &str) -> Range<usize> {
        let mut node = self;
        for segment in segments(pointer) {
            match node.child(&segment) {
                Some(child) => node = child,
                None => break,
            }
        }
        node.span.clone()
    }

    /// The bytes of the key that `pointer` ends with, else of its value.
    pub fn key_span_at(&self, pointer: &str) -> Range<usize> {
        let (parent, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        self.at(parent)
            .and_then(|node| node.entry(&unescape(key)))
            .map_or_else(|| self.span_at(pointer), |entry| entry.key_span.clone())
    }

    /// The way to the innermost value or key that holds these bytes: a key or an index for each level.
    pub fn way_to(&self, bytes: &Range<usize>) -> Vec<String> {
        let holds = |span: &Range<usize>| span.start <= bytes.start && bytes.end <= span.end;
        let (mut node, mut way) = (self, Vec::new());
        loop {
            let below = match &node.kind {
                Kind::Scalar(_) => None,
                Kind::List(items) => {
                    let mut items = items.iter().enumerate();
                    let found = items.find(|(_, item)| holds(&item.span));
                    found.map(|(index, item)| (index.to_string(), item))
                }
                Kind::Mapping(entries) => {
                    let mut entries = entries.iter();
                    let found = entries.find(|entry| holds(&entry.key_span) || holds(&entry.value.span));
                    found.map(|entry| (entry.key.clone(), &entry.value))
                }
            };
            let Some((step, below)) = below else { return way };
            way.push(step);
            if !holds(&below.span) {
                return way;
            }
            node = below;
        }
    }

    /// The tree as JSON. Of a key that was written twice, the first counts.
    pub fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::List(items) => items.iter().map(Self::to_json).collect(),
            Kind::Mapping(entries) => {
                let mut map = Map::with_capacity(entries.len());
                for entry in entries {
                    map.entry(entry.key.clone()).or_insert_with(|| entry.value.to_json());
                }
                Value::Object(map)
            }
        }
    }

    /// Adds C071 for each key that was written before in the same mapping.
    fn duplicate_keys(&self, problems: &mut Vec<Problem>) {
        match &self.kind {
            Kind::Scalar(_) => {}
            Kind::List(items) => items.iter().for_each(|item| item.duplicate_keys(problems)),
            Kind::Mapping(entries) => {
                let mut seen = std::collections::HashSet::with_capacity(entries.len());
                for entry in entries {
                    if !seen.insert(entry.key.as_str()) && problems.len() < MAX_PROBLEMS {
                        problems.push(
                            Problem::error(
                                Code::C071,
                                entry.key_span.clone(),
                                format!("`{}` is written twice in the same mapping", entry.key),
                            )
                            .with_help("keep one of them: a reader cannot know which was meant"),
                        );
                    }
                    entry.value.duplicate_keys(problems);
                }
            }
        }
    }
}

/// Splits a JSON pointer into its unescaped segments.
pub(super) fn segments(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(unescape)
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// Writes one segment of a JSON pointer.
pub(super) fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// Parses `text` within the limits and lists keys that were written twice.
///
/// # Errors
/// The one problem that keeps the text from being a tree at all: C070 for a limit, C002 for YAML
/// that cannot be read.
pub(super) fn parse(text: &str) -> Result<(Node, Vec<Problem>), Problem> {
    if text.len() > MAX_BYTES {
        return Err(Problem::error(
            Code::C070,
            0..0,
            format!("the file has {} bytes; a capsule has at most {MAX_BYTES}", text.len()),
        )
        .with_help("keep data out of the capsule: give it as an input or read it with a tool"));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_anchors: 0,
            max_aliases: 0,
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 3 * MAX_NODES,
            max_documents: 1,
            // Above what the scanner looks ahead, so that the depth is what refuses.
            flow_nesting_limit: 2048,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        emit_comments: false,
        strict_booleans: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options::<Spanned<Tree>>(text, options) {
        Ok(tree) => {
            let mut node = tree.value.0;
            node.span = bytes_of(&tree.referenced);
            widen(text, &mut node);
            let mut problems = Vec::new();
            node.duplicate_keys(&mut problems);
            Ok((node, problems))
        }
        Err(error) => Err(refusal(text, &error)),
    }
}

/// Collections are reported by their first byte only; they end where their last part ends, or at
/// the bracket after it.
fn widen(text: &str, node: &mut Node) {
    let last = match &mut node.kind {
        Kind::Scalar(_) => return,
        Kind::List(items) => {
            items.iter_mut().for_each(|item| widen(text, item));
            items.last().map(|item| item.span.end)
        }
        Kind::Mapping(entries) => {
            entries.iter_mut().for_each(|entry| widen(text, &mut entry.value));
            entries.last().map(|entry| entry.value.span.end.max(entry.key_span.end))
        }
    };
    node.span.end = node.span.end.max(last.unwrap_or(node.span.end));
    let bracket = match text.as_bytes().get(node.span.start) {
        Some(b'{') => '}',
        Some(b'[') => ']',
        Some(_) | None => return,
    };
    let rest = text.get(node.span.end..).unwrap_or_default();
    let after = rest.trim_start_matches([' ', ',', '\t', '\n', '\r']);
    if after.starts_with(bracket) {
        node.span.end = text.len() - after.len() + 1;
    }
}

fn bytes_of(location: &serde_saphyr::Location) -> Range<usize> {
    let span = location.span();
    let start = usize::try_from(span.byte_offset().unwrap_or(0)).unwrap_or(0);
    let length = usize::try_from(span.byte_len().unwrap_or(0)).unwrap_or(0);
    start..start.saturating_add(length)
}

fn refusal(text: &str, error: &serde_saphyr::Error) -> Problem {
    let start = error.location().map_or(0, |location| bytes_of(&location).start);
    let span = start.min(text.len())..start.min(text.len());
    let (code, message, help) = match error.without_snippet() {
        serde_saphyr::Error::Budget { breach, .. } => (
            Code::C070,
            match breach {
                BudgetBreach::Depth { .. } => format!("mappings and lists are nested deeper than {MAX_DEPTH}"),
                BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. } => {
                    "YAML anchors and aliases (`&name`, `*name`) are not taken".to_owned()
                }
                BudgetBreach::Documents { .. } => "a capsule is one YAML document".to_owned(),
                _ => format!("the file has more than {MAX_NODES} values"),
            },
            "limits: 1 MiB, 2,000 steps, depth 64, 200,000 values, no anchors",
        ),
        other => (
            Code::C002,
            format!(
                "the file is not YAML that can be read: {}",
                one_line(&other.to_string())
            ),
            "check the indentation and the quotes around this place",
        ),
    };
    Problem::error(code, span, message).with_help(help)
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}

/// The deserialised form of a node; its span is set by whoever holds it.
struct Tree(Node);

impl From<Spanned<Self>> for Tree {
    fn from(spanned: Spanned<Self>) -> Self {
        let mut node = spanned.value.0;
        node.span = bytes_of(&spanned.referenced);
        Self(node)
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

fn scalar<E>(value: Value) -> Result<Tree, E> {
    Ok(Tree(Node {
        span: 0..0,
        kind: Kind::Scalar(value),
    }))
}

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, number, boolean, null, list or mapping")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        scalar(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        scalar(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        scalar(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Tree, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not a finite number"))?;
        scalar(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        scalar(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        scalar(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        scalar(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        scalar(Value::Null)
    }

    fn visit_some<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element::<Spanned<Tree>>()? {
            items.push(Tree::from(item).0);
        }
        Ok(Tree(Node {
            span: 0..0,
            kind: Kind::List(items),
        }))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            entries.push(Entry {
                key_span: bytes_of(&key.referenced),
                key: key.value,
                value: Tree::from(access.next_value::<Spanned<Tree>>()?).0,
            });
        }
        Ok(Tree(Node {
            span: 0..0,
            kind: Kind::Mapping(entries),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tree(text: &str) -> Node {
        let (node, problems) = parse(text).unwrap();
        assert_eq!(problems, []);
        node
    }

    #[test]
    fn every_value_and_key_knows_its_bytes() {
        let text = "é: {a: [1, 'zwei', null]}\nsteps:\n  - name: x\n    when: \"a b\"\n  - |\n    block\nlast: []\n";
        let node = tree(text);
        let slice = |pointer: &str| &text[node.span_at(pointer)];
        assert_eq!(slice("/é/a/1"), "'zwei'");
        assert_eq!(slice("/steps/0/when"), "\"a b\"");
        assert_eq!(slice("/steps/0/when/absent"), "\"a b\"");
        assert_eq!(&text[node.key_span_at("/steps/0/when")], "when");
        assert_eq!(slice("/steps/0"), "name: x\n    when: \"a b\"");
        assert!(slice("/steps/1").contains("block"), "{:?}", slice("/steps/1"));
        assert_eq!(
            node.to_json(),
            json!({"é": {"a": [1, "zwei", null]}, "steps": [{"name": "x", "when": "a b"}, "block\n"], "last": []})
        );
    }

    #[test]
    fn scalars_are_those_of_yaml_1_2() {
        let node = tree("[no, yes, on, true, False, ~, 0x10, 0o10, 1_000, 1.50, '1', 12e03, 2001-01-01]");
        assert_eq!(
            node.to_json(),
            json!([
                "no",
                "yes",
                "on",
                true,
                false,
                null,
                16,
                8,
                "1_000",
                1.5,
                "1",
                12000.0,
                "2001-01-01"
            ])
        );
        assert_eq!(tree("{\"a\": [1.5, \"x\\ny\"]}").to_json(), json!({"a": [1.5, "x\ny"]}));
        assert_eq!(tree("").to_json(), Value::Null);
    }

    #[test]
    fn what_is_not_one_readable_document_is_refused() {
        for text in [
            "a: [",
            "a: b: c",
            "---\na: 1\n---\nb: 2\n",
            "!thing x",
            "a: !!binary aGk=\n? [x]\n: 1",
            "? ~\n: 1",
            ".nan",
        ] {
            let problem = parse(text).unwrap_err();
            assert!(matches!(problem.code, Code::C002 | Code::C070), "{text}: {problem:?}");
        }
    }

    #[test]
    fn attack_20_billion_laughs() {
        let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
        for level in 1..10 {
            let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        // Refused at the first anchor: nothing was stored, nothing was expanded.
        let problem = parse(&text).unwrap_err();
        assert_eq!((problem.code, problem.span.start), (Code::C070, 8), "{problem:?}");
        // Without anchors a tree is no larger than its text, and the budget of nodes bounds it again.
        let wide = format!("[{}]", "0,".repeat(MAX_NODES));
        assert_eq!(parse(&wide).unwrap_err().code, Code::C070);
    }

    #[test]
    fn attack_21_depth_scalars_and_duplicate_keys() {
        for text in [
            format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)),
            format!("{}x", "- ".repeat(10_000)),
            (0..65).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect(),
            "x".repeat(100_000_000),
        ] {
            assert_eq!(parse(&text).unwrap_err().code, Code::C070, "{}", &text[..20]);
        }
        assert!(parse(&format!("{}{}", "[".repeat(64), "]".repeat(64))).is_ok());
        let text = "a: 1\nb: {c: 1, c: 2}\na: 3\n";
        let (node, problems) = parse(text).unwrap();
        let found: Vec<_> = problems
            .iter()
            .map(|problem| (problem.code, &text[problem.span.clone()]))
            .collect();
        assert_eq!(found, [(Code::C071, "c"), (Code::C071, "a")]);
        assert_eq!(node.to_json(), json!({"a": 1, "b": {"c": 1}}));
    }
}

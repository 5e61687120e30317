//! Information-flow labels: where a value came from and who may see it.
//!
//! Labels only ever get stricter: joining takes the less trusted integrity, the higher
//! confidentiality, the fewer readers and all sources. Never does IO.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far a value may be believed; a join takes the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// Written by the capsule's author or computed from nothing else.
    Trusted,
    /// Given by the person who started the run.
    User,
    /// Read from the world: a tool, a file, a page, a model.
    Untrusted,
}

impl Integrity {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trusted => "trusted",
            Self::User => "user",
            Self::Untrusted => "untrusted",
        }
    }
}

/// How far a value may travel; a join takes the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidentiality {
    /// Anyone may see it.
    Public,
    /// Nobody has said who may see it: it goes where somebody trusted sends it.
    Unstated,
    /// Stays on this machine unless its readers say otherwise.
    Private,
    /// Never leaves the place that resolved it.
    Secret,
}

impl Confidentiality {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unstated => "unstated",
            Self::Private => "private",
            Self::Secret => "secret",
        }
    }
}

/// The label of one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// How far it may be believed.
    pub integrity: Integrity,
    /// How far it may travel.
    pub confidentiality: Confidentiality,
    /// Hosts that may receive it; `None` means no restriction beyond confidentiality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub readers: Option<BTreeSet<String>>,
    /// Where it came from: `capsule`, `input:NAME`, `tool:git.log`, `model:NAME`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub sources: BTreeSet<String>,
}

impl Label {
    /// The label of a constant: trusted, public, from nowhere. Neutral under [`Label::join`].
    pub fn constant() -> Self {
        Self {
            integrity: Integrity::Trusted,
            confidentiality: Confidentiality::Public,
            readers: None,
            sources: BTreeSet::new(),
        }
    }

    /// A label with one source.
    pub fn from_source(integrity: Integrity, confidentiality: Confidentiality, source: impl Into<String>) -> Self {
        Self {
            integrity,
            confidentiality,
            readers: None,
            sources: BTreeSet::from([source.into()]),
        }
    }

    /// Makes this label at least as strict as `other`.
    pub fn join(&mut self, other: &Self) {
        self.integrity = self.integrity.max(other.integrity);
        self.confidentiality = self.confidentiality.max(other.confidentiality);
        self.readers = match (self.readers.take(), &other.readers) {
            (None, readers) => readers.clone(),
            (readers, None) => readers,
            (Some(mine), Some(theirs)) => Some(mine.intersection(theirs).cloned().collect()),
        };
        self.sources.extend(other.sources.iter().cloned());
    }

    /// Whether it is the label of a constant.
    pub fn is_constant(&self) -> bool {
        *self == Self::constant()
    }

    /// The join of this label and `other`.
    #[must_use]
    pub fn joined(mut self, other: &Self) -> Self {
        self.join(other);
        self
    }
}

/// A value with the label of its whole, and of parts that differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Labelled {
    /// The value.
    pub value: Value,
    /// The label of every leaf that `fields` does not name.
    pub label: Label,
    /// Labels of parts, by JSON pointer (RFC 6901); the nearest enclosing pointer counts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Label>,
}

impl Labelled {
    /// A value whose every leaf has one label.
    pub fn new(value: Value, label: Label) -> Self {
        Self {
            value,
            label,
            fields: BTreeMap::new(),
        }
    }

    /// The label at `pointer`: that of the nearest named part around it, else of the whole.
    pub fn label_at(&self, pointer: &str) -> &Label {
        let mut at = pointer;
        loop {
            if let Some(label) = self.fields.get(at) {
                return label;
            }
            match at.rfind('/') {
                Some(cut) => at = &at[..cut],
                None => return &self.label,
            }
        }
    }

    /// The join over the part at `pointer`.
    pub fn label_below(&self, pointer: &str) -> Label {
        let is_inside = |at: &str| at.strip_prefix(pointer).is_some_and(|rest| rest.starts_with('/'));
        let inner = self.fields.iter().filter(|(at, _)| is_inside(at));
        inner.fold(self.label_at(pointer).clone(), |label, (_, inner)| label.joined(inner))
    }

    /// The join over the whole value.
    pub fn joined_label(&self) -> Label {
        self.fields.values().fold(self.label.clone(), Label::joined)
    }
}

/// The parts of `value` that `pattern` names: a JSON pointer (RFC 6901) in which `*` stands for every member of a
/// list or an object.
pub fn places<'a>(value: &'a Value, pattern: &str) -> Vec<(String, &'a Value)> {
    let mut found = vec![(String::new(), value)];
    for part in pattern.split('/').skip(1) {
        found = found
            .into_iter()
            .flat_map(|(at, value)| members(&at, value, part))
            .collect();
    }
    found
}

/// Every text, number, bool and null in `value`, with its JSON pointer.
pub fn leaves(value: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((at, value)) = open.pop() {
        match value {
            Value::Array(_) | Value::Object(_) => {
                let inner = members(&at, value, "*");
                open.extend(inner.into_iter().rev());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push((at, value)),
        }
    }
    found
}

fn members<'a>(at: &str, value: &'a Value, part: &str) -> Vec<(String, &'a Value)> {
    match (value, part) {
        (Value::Array(items), "*") => {
            let items = items.iter().enumerate();
            items.map(|(index, item)| (format!("{at}/{index}"), item)).collect()
        }
        (Value::Object(fields), "*") => {
            let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
            let fields = fields.iter();
            fields
                .map(|(name, field)| (format!("{at}/{}", escaped(name)), field))
                .collect()
        }
        (value, part) => {
            let inner = value.pointer(&format!("/{part}"));
            inner.map(|inner| (format!("{at}/{part}"), inner)).into_iter().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_join_is_never_less_strict() {
        let mut readers = Label::from_source(Integrity::User, Confidentiality::Private, "input:a");
        readers.readers = Some(BTreeSet::from(["a.example".into(), "b.example".into()]));
        let mut others = Label::from_source(Integrity::Untrusted, Confidentiality::Public, "tool:git.log");
        others.readers = Some(BTreeSet::from(["b.example".into()]));
        let joined = readers.clone().joined(&others);
        assert_eq!(joined.integrity, Integrity::Untrusted);
        assert_eq!(joined.confidentiality, Confidentiality::Private);
        assert_eq!(joined.readers, Some(BTreeSet::from(["b.example".into()])));
        assert_eq!(joined.sources.len(), 2);
        assert_eq!(readers.clone().joined(&Label::constant()), readers);
    }

    #[test]
    fn the_nearest_named_part_gives_the_label() {
        let trusted = Label::constant();
        let mut labelled = Labelled::new(
            serde_json::json!({"count": 3, "commits": [{"subject": "x"}]}),
            Label::from_source(Integrity::Untrusted, Confidentiality::Private, "tool:git.log"),
        );
        labelled.fields.insert("/count".into(), trusted.clone());
        assert_eq!(labelled.label_at("/count"), &trusted);
        assert_eq!(labelled.label_at("/commits/0/subject").integrity, Integrity::Untrusted);
    }

    #[test]
    fn a_pattern_names_parts_and_leaves_are_all_there_is() {
        let value = serde_json::json!({"a/b": [{"id": 1, "t": "x"}, {"id": 2}], "n": null});
        let at = |pattern: &str| -> Vec<String> { places(&value, pattern).into_iter().map(|(at, _)| at).collect() };
        assert_eq!(at("/a~1b/*/id"), ["/a~1b/0/id", "/a~1b/1/id"]);
        assert_eq!(at("/a~1b/1"), ["/a~1b/1"]);
        assert_eq!(at("/*"), ["/a~1b", "/n"]);
        assert_eq!(at(""), [""]);
        assert!(at("/none/*").is_empty());
        let all: Vec<String> = leaves(&value).into_iter().map(|(at, _)| at).collect();
        assert_eq!(all, ["/a~1b/0/id", "/a~1b/0/t", "/a~1b/1/id", "/n"]);
    }
}

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

/// How far a value may travel; a join takes the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidentiality {
    /// Anyone may see it.
    Public,
    /// Stays on this machine unless its readers say otherwise.
    Private,
    /// Never leaves the place that resolved it.
    Secret,
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

    /// The join over the whole value.
    pub fn joined_label(&self) -> Label {
        self.fields.values().fold(self.label.clone(), Label::joined)
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
}

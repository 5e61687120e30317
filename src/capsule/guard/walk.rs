//! Every key, text and number of a value, in order, with the way to it.

use std::ops::ControlFlow;

use serde_json::Value;

/// Something that can be read as a text.
#[derive(Debug)]
pub(super) enum Leaf<'a> {
    /// A key of an object.
    Key(&'a str),
    /// A text, and the nearest key above it.
    Text { text: &'a str, key: Option<&'a str> },
    /// A number, in its JSON form.
    Number(String),
}

impl Leaf<'_> {
    /// What is scanned.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Key(text) | Self::Text { text, .. } => text,
            Self::Number(text) => text,
        }
    }
}

/// One step of the way to a leaf.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    /// A member of an object, and its place there, from 0.
    Member { key: &'a str, place: usize },
    /// An item of a list, from 0.
    Item(usize),
}

/// Visits every leaf of `value` until `visit` breaks; the way to a key ends with that key.
pub(super) fn leaves<'a>(
    value: &'a Value,
    visit: &mut impl FnMut(&Leaf<'a>, &[Part<'a>]) -> ControlFlow<()>,
) -> ControlFlow<()> {
    below(value, None, &mut Vec::new(), visit)
}

fn below<'a>(
    value: &'a Value,
    key: Option<&'a str>,
    path: &mut Vec<Part<'a>>,
    visit: &mut impl FnMut(&Leaf<'a>, &[Part<'a>]) -> ControlFlow<()>,
) -> ControlFlow<()> {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => visit(&Leaf::Number(number.to_string()), path)?,
        Value::String(text) => visit(&Leaf::Text { text, key }, path)?,
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Part::Item(index));
                below(item, key, path, visit)?;
                path.pop();
            }
        }
        Value::Object(members) => {
            for (place, (key, member)) in members.iter().enumerate() {
                path.push(Part::Member { key, place });
                visit(&Leaf::Key(key), path)?;
                below(member, Some(key), path, visit)?;
                path.pop();
            }
        }
    }
    ControlFlow::Continue(())
}

//! What the arguments of a tool may aim, as far as their schema tells.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::capsule::tool_spec::{Sink, Touch};

/// What each argument may aim, by what it is called; one that cannot be told says which thing is meant.
///
/// `params` is self-contained. Where it takes more than it names, everything that it takes is meant.
pub(super) fn sinks(params: &Value) -> Vec<Sink> {
    let mut sinks: Vec<Sink> = Vec::new();
    let mut contents: Vec<Sink> = Vec::new();
    let mut names = BTreeSet::new();
    let mut members = Vec::new();
    let is_open = named(params, &mut members);
    if is_open {
        sinks.push(Sink {
            param: "/*".to_owned(),
            touch: Touch::Id,
            default: None,
        });
    }
    for (name, property) in members {
        if !names.insert(name) {
            continue;
        }
        let sink = |touch| Sink {
            param: pointer(name, property),
            touch,
            default: property.get("default").and_then(Value::as_str).map(str::to_owned),
        };
        match touch(name, property) {
            Some(touch) => sinks.push(sink(touch)),
            None => contents.push(sink(Touch::Id)),
        }
    }
    // An action that aims nothing would only compute.
    if sinks.is_empty() { contents } else { sinks }
}

/// Whether a schema of an object, which is self-contained, names this member in any part of it.
pub fn has_member(schema: &Value, name: &str) -> bool {
    let mut members = Vec::new();
    named(schema, &mut members);
    members.iter().any(|(member, _)| *member == name)
}

/// Collects the members that a schema of an object names, in whatever part of it; says whether it takes others as well.
fn named<'a>(schema: &'a Value, members: &mut Vec<(&'a String, &'a Value)>) -> bool {
    let Some(object) = schema.as_object() else {
        return false;
    };
    members.extend(
        object
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten(),
    );
    let takes = |keyword: &str| object.get(keyword).is_some_and(|more| *more != Value::Bool(false));
    let mut is_open =
        takes("additionalProperties") || takes("unevaluatedProperties") || object.contains_key("patternProperties");
    let one = ["if", "then", "else", "not"]
        .into_iter()
        .filter_map(|keyword| object.get(keyword));
    let lists = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter_map(|keyword| object.get(keyword)?.as_array());
    let dependent = object
        .get("dependentSchemas")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::values);
    for part in one.chain(lists.flatten()).chain(dependent) {
        is_open |= named(part, members);
    }
    is_open
}

/// A list's members are meant one by one.
fn pointer(name: &str, property: &Value) -> String {
    if property.get("type").is_some_and(|kind| kind == "array") {
        format!("/{}/*", name.replace('~', "~0").replace('/', "~1"))
    } else if name.starts_with('/') {
        format!("/{}", name.replace('~', "~0").replace('/', "~1"))
    } else {
        name.to_owned()
    }
}

fn touch(name: &str, property: &Value) -> Option<Touch> {
    let name = name.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    let is = |words: &[&str]| words.contains(&name.as_str());
    let format = property.get("format").and_then(Value::as_str).unwrap_or_default();
    let kind = property.get("type").and_then(Value::as_str).unwrap_or_default();
    if kind == "boolean" {
        return None;
    }
    if matches!(format, "uri" | "url" | "uri-reference" | "iri") || has(&["url", "uri", "href", "endpoint", "webhook"])
    {
        return Some(Touch::RemoteUrl);
    }
    if format == "email"
        || has(&["email", "recipient", "channel", "phone"])
        || is(&["to", "cc", "bcc", "user", "account"])
    {
        return Some(Touch::Recipient);
    }
    if has(&["path", "file", "directory", "folder", "repo"]) || is(&["dir", "root", "source", "destination"]) {
        return Some(Touch::RemotePath);
    }
    if has(&["command", "query", "sql", "script", "code", "expression", "program"]) || is(&["cmd", "args"]) {
        return Some(Touch::Command);
    }
    if has(&["amount", "price", "quantity"]) {
        return Some(Touch::Amount);
    }
    let is_content = is(&[
        "text",
        "content",
        "contents",
        "message",
        "body",
        "title",
        "description",
        "summary",
        "note",
        "comment",
    ]);
    (!is_content).then_some(Touch::Id)
}

//! Capsules that others run: found by name, and checked with all that they run themselves.
//!
//! A name means the file `NAME.yaml` beside the file that says it, else one of the user's own capsules, else a
//! built-in one.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::Context;
use super::capsules::{self, Located};
use super::failure::Failure;
use crate::capsule::starter::is_name;
use crate::capsule::{Callable, Capsule, Catalogue, Problem, read_value};
use crate::digest::Digest;

/// The most capsules that one may run, directly or not; the rules allow eight below each other.
const MOST: usize = 256;

/// What a capsule may use, with the capsules that it runs.
#[derive(Debug)]
pub struct Surroundings {
    /// Tools and capsules.
    pub catalogue: Catalogue,
    /// Capsules among them that are not valid themselves.
    pub broken: Vec<Broken>,
}

/// A capsule that another runs and that is not valid.
#[derive(Debug)]
pub struct Broken {
    /// Its file, or its name when it is built in.
    place: String,
    text: String,
    problems: Vec<Problem>,
}

impl Broken {
    /// Its problems as a failure.
    pub fn failure(&self) -> Failure {
        capsules::refusal(&self.place, &self.text, &self.problems)
    }
}

/// What the capsule in `located` may use here.
///
/// `base` is what every capsule may use ([`capsules::catalogue`]).
pub fn surroundings(located: &Located, base: &Catalogue, context: &Context) -> Surroundings {
    let mut catalogue = base.clone();
    let mut found: Vec<Located> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = called(&located.text, located.file.as_ref());
    while let Some((name, beside)) = open.pop() {
        if !seen.insert(name.clone()) || found.len() >= MOST {
            continue;
        }
        // What is not there is a problem of the capsule that names it.
        let Some(child) = locate(&name, beside, context) else {
            continue;
        };
        open.extend(called(&child.text, child.file.as_ref()));
        catalogue.capsules.extend(as_written(&child.text));
        found.push(child);
    }
    let mut broken = Vec::new();
    let mut checked = Vec::new();
    for child in found {
        match Capsule::parse(&child.text, &catalogue) {
            Ok(capsule) => checked.push(Callable::of(&capsule)),
            Err(problems) => {
                // Kept as it is written, so that what runs it can be checked all the same.
                checked.extend(as_written(&child.text));
                broken.push(Broken {
                    place: child
                        .file
                        .map_or_else(|| "built in".to_owned(), |file| file.display().to_string()),
                    text: child.text,
                    problems,
                });
            }
        }
    }
    catalogue.capsules = checked;
    Surroundings { catalogue, broken }
}

/// The capsule in `located`, called `name` by whoever asked for it, checked with all that it runs.
///
/// # Errors
/// It is not valid, or one that it runs is not.
pub fn checked(name: &str, located: &Located, context: &Context) -> Result<(Capsule, Catalogue), Failure> {
    let Surroundings { catalogue, broken } = surroundings(located, &capsules::catalogue(context), context);
    let capsule = capsules::parse(name, &located.text, &catalogue)?;
    match broken.first() {
        Some(broken) => Err(broken.failure()),
        None => Ok((capsule, catalogue)),
    }
}

fn locate(name: &str, beside: Option<PathBuf>, context: &Context) -> Option<Located> {
    if !is_name(name) {
        return None;
    }
    let sibling = beside.map(|directory| directory.join(format!("{name}.yaml")));
    match sibling.filter(|file| file.is_file()) {
        Some(file) => capsules::from_file(&file).ok(),
        None => capsules::known(name, context)?.ok(),
    }
}

/// The names of capsules in a text that `capsule.run` runs, each with the directory where it is looked for first.
fn called(text: &str, file: Option<&PathBuf>) -> Vec<(String, Option<PathBuf>)> {
    let directory = file.and_then(|file| file.parent()).map(PathBuf::from);
    let mut names = Vec::new();
    // What cannot be read calls nothing; its rules say why.
    let root = read_value(text).unwrap_or(Value::Null);
    let mut open = vec![&root];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                if map.get("action").is_some_and(|action| action == "capsule.run")
                    && let Some(capsule) = map.get("params").and_then(|params| params.get("capsule"))
                    && let Some(text) = capsule.as_str()
                {
                    let name = text.split_once('@').map_or(text, |(name, _)| name);
                    names.push((name.to_owned(), directory.clone()));
                }
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    names
}

/// What others need to know of a capsule, from its text alone: enough to see circles in what runs what.
fn as_written(text: &str) -> Option<Callable> {
    let root = read_value(text).ok()?;
    let field = |name: &str| root[name].as_str().map(str::to_owned);
    let schema = |name: &str| match &root[name] {
        schema @ Value::Object(_) => schema.clone(),
        _ => json!({"type": "object"}),
    };
    Some(Callable {
        name: field("capsule_id")?,
        version: field("version").unwrap_or_default(),
        digest: Digest::of(text.as_bytes()),
        document: text.to_owned(),
        inputs: schema("inputs"),
        outputs: schema("outputs"),
        calls: called(text, None).into_iter().map(|(name, _)| name).collect(),
        asks_a_model: false,
        heads: Vec::new(),
        tools: Vec::new(),
    })
}

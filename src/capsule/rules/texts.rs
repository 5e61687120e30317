//! Templates and expressions: are they well formed, and is what they name there to be used?

use std::ops::Range;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::super::expression::{self, Analysis, Read};
use super::super::flow::{Found, types_of, walk};
use super::super::node::escape;
use super::super::problem::{Code, one_of};
use super::super::syntax::{Outcome, is_template};
use super::Checker;

/// Where a text stands.
#[derive(Default)]
pub(super) struct Surroundings {
    /// The step it belongs to; `None` after all steps.
    pub step: Option<usize>,
    /// The name and the schema of the item of a `foreach` around it.
    pub item: Option<(String, Option<Value>)>,
    /// What its `when` proves.
    pub guards: Vec<String>,
    /// Whether the step's `when` was true where the text is used.
    pub after_when: bool,
}

/// Code, message and help of a value that cannot be used.
type Wrong = (Code, String, String);

static RUN: LazyLock<Value> = LazyLock::new(|| {
    let number = json!({"type": "integer"});
    json!({"type": "object", "properties": {
        "id": {"type": "string"},
        "usage": {"type": "object", "properties": {
            "tokens": number, "usd": {"type": "number"}, "micro_usd": number, "wall_ms": number,
            "tool_calls": number, "steps": number,
        }},
    }})
});

static STEP: LazyLock<Value> =
    LazyLock::new(|| json!({"type": "object", "properties": {"status": {"type": "string"}, "output": {}}}));

static INDEX: LazyLock<Value> = LazyLock::new(|| json!({"type": "integer"}));

impl Checker<'_> {
    /// Checks a bare expression; `condition` for one whose truth counts.
    pub(super) fn expression(&mut self, at: &Surroundings, pointer: &str, text: &str, condition: bool) -> Outcome {
        let analysis = expression::expression(text, &at.guards, condition);
        self.analysed(at, pointer, text, analysis)
    }

    /// Checks every template in `value`; gives what each is known to give, by pointer below `pointer`.
    pub(super) fn templates(&mut self, at: &Surroundings, pointer: &str, value: &Value) -> Vec<(String, Outcome)> {
        let mut found = Vec::new();
        let mut open = vec![(String::new(), value)];
        while let Some((below, value)) = open.pop() {
            match value {
                Value::String(text) if is_template(text) => {
                    let analysis = expression::template(text, &at.guards);
                    let outcome = self.analysed(at, &format!("{pointer}{below}"), text, analysis);
                    found.push((below, outcome));
                }
                Value::Array(items) => {
                    open.extend(
                        items
                            .iter()
                            .enumerate()
                            .map(|(index, item)| (format!("{below}/{index}"), item)),
                    );
                }
                Value::Object(map) => {
                    open.extend(map.iter().map(|(key, item)| (format!("{below}/{}", escape(key)), item)));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        found
    }

    /// The JSON types that a result may have; `None` when nothing is known.
    pub(super) fn types_of(&self, at: &Surroundings, outcome: &Outcome) -> Option<Vec<String>> {
        match outcome {
            Outcome::Unknown => None,
            Outcome::Type(name) => Some(vec![(*name).to_owned()]),
            Outcome::Path(path) => match self.found(at, path) {
                Found::Schema(schema) => Some(types_of(schema)?.into_iter().map(str::to_owned).collect()),
                Found::Unknown | Found::Absent(_) => None,
            },
        }
    }

    /// The schema of the items that a `foreach` over `outcome` gives.
    pub(super) fn item_schema(&self, at: &Surroundings, outcome: &Outcome) -> Option<Value> {
        let Outcome::Path(path) = outcome else { return None };
        let mut path = path.clone();
        path.push("0".to_owned());
        match self.found(at, &path) {
            Found::Schema(schema) => Some(schema.clone()),
            Found::Unknown | Found::Absent(_) => None,
        }
    }

    fn analysed(&mut self, at: &Surroundings, pointer: &str, text: &str, analysis: Analysis) -> Outcome {
        for fault in analysis.faults {
            let span = self.inside(pointer, text, fault.span);
            self.error(Code::C002, span, fault.message, fault.help);
        }
        for read in &analysis.reads {
            if self.full() {
                break;
            }
            if let Some((code, message, help)) = self.read(at, read) {
                let span = self.inside(pointer, text, read.span.clone());
                self.error(code, span, message, help);
            }
        }
        analysis.result
    }

    /// The bytes of the file that a part of a text came from; the whole scalar where quoting hides it.
    fn inside(&self, pointer: &str, text: &str, part: Range<usize>) -> Range<usize> {
        let whole = self.span(pointer);
        let (Some(written), Some(wanted)) = (self.source.get(whole.clone()), text.get(part.clone())) else {
            return whole;
        };
        if let Some(start) = written.find(text) {
            return whole.start + start + part.start..whole.start + start + part.end;
        }
        // A block scalar is indented line by line: the same occurrence of the same part.
        let before = text[..part.start].matches(wanted).count();
        match written.match_indices(wanted).nth(before) {
            Some((start, _)) if !wanted.is_empty() => whole.start + start..whole.start + start + wanted.len(),
            Some(_) | None => whole,
        }
    }

    /// What is known about the value at a path.
    fn found<'s>(&'s self, at: &'s Surroundings, path: &'s [String]) -> Found<'s> {
        let rest = |from: usize| path.iter().skip(from).map(String::as_str);
        match path.first().map(String::as_str) {
            Some("inputs") => walk(&self.inputs, rest(1)),
            Some("run") => walk(&RUN, rest(1)),
            Some("loop_index") if at.item.is_some() => walk(&INDEX, rest(1)),
            Some("steps") => {
                let output = path
                    .get(1)
                    .and_then(|name| self.names.get(name.as_str()))
                    .and_then(|step| self.outputs.get(*step));
                match (output, path.get(2).map(String::as_str)) {
                    (Some(output), Some("output")) => walk(output, rest(3)),
                    _ => walk(&STEP, rest(2)),
                }
            }
            Some(name) => match &at.item {
                Some((item, Some(schema))) if item == name => walk(schema, rest(1)),
                _ => Found::Unknown,
            },
            None => Found::Unknown,
        }
    }

    /// What is wrong with using a value here, if anything is.
    fn read(&self, at: &Surroundings, read: &Read) -> Option<Wrong> {
        let path = &read.path;
        match path[0].as_str() {
            "inputs" => {
                let name = path.get(1)?;
                if let Found::Absent(known) = self.found(at, &path[..2]) {
                    return Some((Code::C012, format!("there is no input `{name}`"), one_of(name, known)));
                }
                if !read.guarded && self.may_be_missing(name) {
                    let message = format!("the input `{name}` may be missing: it is not required and has no default");
                    let help =
                        format!("add it to `required`, give it a default, or write `inputs.{name} | default(…)`");
                    return Some((Code::C014, message, help));
                }
                self.field(at, path)
            }
            "steps" => self.step(at, read).or_else(|| self.field(at, path)),
            "run" => self.field(at, path),
            name => {
                let item = at.item.as_ref().map(|(item, _)| item.as_str());
                if item == Some(name) || (item.is_some() && name == "loop_index") {
                    return self.field(at, path);
                }
                let help = one_of(name, ["inputs", "steps", "run"].into_iter().chain(item));
                Some((Code::C012, format!("`{name}` is not defined here"), help))
            }
        }
    }

    /// Whether the step that is read may be read here.
    fn step(&self, at: &Surroundings, read: &Read) -> Option<Wrong> {
        let Some(name) = read.path.get(1) else {
            let help = "write `steps.NAME.output`: the order of steps must be known before they run".to_owned();
            return Some((
                Code::C012,
                "`steps` is used without the name of a step".to_owned(),
                help,
            ));
        };
        let Some(other) = self.names.get(name.as_str()).copied() else {
            let help = one_of(
                name,
                self.document.execution.steps.iter().map(|step| step.name.as_str()),
            );
            return Some((Code::C012, format!("there is no step `{name}`"), help));
        };
        if let Some(step) = at
            .step
            .filter(|step| *step == other || !self.graph.is_before(other, *step))
        {
            let (message, help) = if step == other {
                (
                    format!("`{name}` uses its own output"),
                    "a step has no output before it ran".to_owned(),
                )
            } else if self.graph.is_before(step, other) {
                (
                    format!("`{name}` runs after this step"),
                    "change the order of the steps".to_owned(),
                )
            } else {
                (
                    format!("`{name}` need not have run before this step"),
                    format!("add `{name}` to `needs`"),
                )
            };
            return Some((Code::C012, message, help));
        }
        let uses_output = read.path.get(2).is_some_and(|part| part == "output");
        if uses_output && !read.guarded && self.may_have_been_skipped(at, other) {
            let message = format!("`{name}` has a `when`: it may be skipped, and its output is `none` then");
            let help = format!("write `… | default(…)`, or give this step `when: steps.{name}.status == 'done'`");
            return Some((Code::C014, message, help));
        }
        None
    }

    fn may_have_been_skipped(&self, at: &Surroundings, other: usize) -> bool {
        let steps = &self.document.execution.steps;
        let Some(when) = &steps[other].when else { return false };
        let Some(step) = at.step.filter(|_| at.after_when) else {
            return true;
        };
        // The same condition over the same values has the same truth.
        let same = steps[step].when.as_deref().map(str::trim) == Some(when.trim());
        !same && !self.ran.has(step, other)
    }

    fn may_be_missing(&self, name: &str) -> bool {
        let Some(schema) = self.inputs.get("properties").and_then(|all| all.get(name)) else {
            return false;
        };
        let required = self.inputs.get("required").and_then(Value::as_array);
        schema.get("default").is_none() && !required.is_some_and(|all| all.iter().any(|one| one == name))
    }

    /// C013 for the first part of a path that its schema does not have.
    fn field(&self, at: &Surroundings, path: &[String]) -> Option<Wrong> {
        if !matches!(self.found(at, path), Found::Absent(_)) {
            return None;
        }
        let (depth, known) = (1..=path.len()).find_map(|depth| match self.found(at, &path[..depth]) {
            Found::Absent(known) => Some((depth, known)),
            Found::Schema(_) | Found::Unknown => None,
        })?;
        let (parent, field) = (path[..depth - 1].join("."), &path[depth - 1]);
        let help = if known.is_empty() {
            format!("`{parent}` has no fields")
        } else {
            one_of(field, known)
        };
        Some((Code::C013, format!("`{parent}` has no field `{field}`"), help))
    }
}

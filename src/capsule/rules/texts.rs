//! Templates and expressions: are they well formed, and is what they name there to be used?

use std::ops::Range;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::super::expression::{self, Analysis, Read};
use super::super::flow::{Found, types_of, walk};
use super::super::node::escape;
use super::super::problem::Code;
use super::super::step::{OnItemError, Stage};
use super::super::syntax::{Outcome, is_template};
use super::Checker;

/// The names that are there wherever a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Roots {
    /// `inputs`, `steps` and `run`.
    #[default]
    All,
    /// `inputs` alone: nothing ran yet.
    Inputs,
    /// None of them: there is no run yet.
    Nothing,
}

/// Where a text stands.
#[derive(Clone, Default)]
pub(super) struct Surroundings {
    /// The step it belongs to; `None` after all steps.
    pub step: Option<usize>,
    /// The name and the schema of the item of a `foreach` around it.
    pub item: Option<(String, Option<Value>)>,
    /// What its `when` proves.
    pub guards: Vec<String>,
    /// Whether the step's `when` was true where the text is used.
    pub after_when: bool,
    /// A name that is there besides, and its schema: `output`, `event`.
    pub extra: Option<(&'static str, Value)>,
    /// The names that are there.
    pub roots: Roots,
}

/// Why a value cannot be used.
struct Wrong {
    code: Code,
    message: String,
    help: Help,
}

/// What would change it.
enum Help {
    Say(String),
    /// Another name in place of the first: one of the others.
    Rename(String, Vec<String>),
}

impl Wrong {
    fn new(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: Help::Say(help.into()),
        }
    }

    fn name<'n>(code: Code, message: String, given: &str, known: impl IntoIterator<Item = &'n str>) -> Self {
        let known = known.into_iter().map(str::to_owned).collect();
        Self {
            code,
            message,
            help: Help::Rename(given.to_owned(), known),
        }
    }
}

static RUN: LazyLock<Value> = LazyLock::new(|| run_schema(false));

/// What hooks after a run see of it.
static RUN_OVER: LazyLock<Value> = LazyLock::new(|| run_schema(true));

fn run_schema(over: bool) -> Value {
    let number = json!({"type": "integer"});
    let mut schema = json!({"type": "object", "properties": {
        "id": {"type": "string"},
        "usage": {"type": "object", "properties": {
            "tokens": number, "usd": {"type": "number"}, "micro_usd": number, "wall_ms": number,
            "tool_calls": number, "steps": number,
        }},
    }});
    if over {
        schema["properties"]["status"] = json!({"type": "string"});
    }
    schema
}

static STEP: LazyLock<Value> =
    LazyLock::new(|| json!({"type": "object", "properties": {"status": {"type": "string"}, "output": {}}}));

/// What `foreach` with `on_item_error: collect` says about the items that failed.
static ERRORS: LazyLock<Value> = LazyLock::new(|| {
    json!({"type": "array", "items": {"type": "object", "properties": {
        "item": {}, "kind": {"type": "string"}, "message": {"type": "string"},
    }}})
});

/// How sure a model was of its choice; null where an answer came out of the cache.
static CONFIDENCE: LazyLock<Value> = LazyLock::new(|| json!({"type": ["number", "null"]}));

static INDEX: LazyLock<Value> = LazyLock::new(|| json!({"type": "integer"}));

impl Surroundings {
    fn has(&self, root: &str) -> bool {
        match self.roots {
            Roots::All => true,
            Roots::Inputs => root == "inputs",
            Roots::Nothing => false,
        }
    }

    fn not_there(&self, root: &str) -> Wrong {
        let help = match (&self.extra, self.roots) {
            (Some((extra, _)), _) => format!("there is `{extra}` here"),
            (None, Roots::Inputs) => "there are `inputs` here".to_owned(),
            (None, Roots::All | Roots::Nothing) => "write a constant".to_owned(),
        };
        Wrong::new(Code::C012, format!("there is no `{root}` here before a run"), help)
    }
}

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
            if let Some(wrong) = self.read(at, read) {
                let span = self.inside(pointer, text, read.span.clone());
                match wrong.help {
                    Help::Say(help) => self.error(wrong.code, span, wrong.message, help),
                    Help::Rename(given, known) => {
                        let known = known.iter().map(String::as_str);
                        self.unknown(wrong.code, span, wrong.message, &given, known);
                    }
                }
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
            Some("run") if at.step.is_some_and(|step| self.steps[step].stage == Stage::After) => {
                walk(&RUN_OVER, rest(1))
            }
            Some("run") => walk(&RUN, rest(1)),
            Some("loop_index") if at.item.is_some() => walk(&INDEX, rest(1)),
            Some("steps") => {
                let step = path.get(1).and_then(|name| self.names.get(name.as_str())).copied();
                let output = step.and_then(|step| self.outputs.get(step));
                match (output, path.get(2).map(String::as_str)) {
                    (Some(output), Some("output")) => walk(output, rest(3)),
                    (Some(_), Some("errors")) if step.is_some_and(|step| self.collects(step)) => walk(&ERRORS, rest(3)),
                    (Some(_), Some("confidence")) if step.is_some_and(|step| self.has_confidence(step)) => {
                        walk(&CONFIDENCE, rest(3))
                    }
                    _ => walk(&STEP, rest(2)),
                }
            }
            Some(name) => match (&at.item, &at.extra) {
                (Some((item, Some(schema))), _) if item == name => walk(schema, rest(1)),
                (_, Some((extra, schema))) if *extra == name => walk(schema, rest(1)),
                (_, _) => Found::Unknown,
            },
            None => Found::Unknown,
        }
    }

    /// What is wrong with using a value here, if anything is.
    fn read(&self, at: &Surroundings, read: &Read) -> Option<Wrong> {
        let path = &read.path;
        match path[0].as_str() {
            name if at.extra.as_ref().is_some_and(|(extra, _)| *extra == name) => self.field(at, path),
            "inputs" | "steps" | "run" if !at.has(&path[0]) => Some(at.not_there(&path[0])),
            "secrets" => {
                let help = "list its name under `secrets` of the step: the tool gets it, and no text does";
                Some(Wrong::new(Code::C030, "a secret is not for templates", help))
            }
            "inputs" => {
                let name = path.get(1)?;
                if let Found::Absent(known) = self.found(at, &path[..2]) {
                    let message = format!("there is no input `{name}`");
                    return Some(Wrong::name(Code::C012, message, name, known));
                }
                if !read.guarded && self.may_be_missing(name) {
                    let message = format!("the input `{name}` may be missing: it is not required and has no default");
                    let help =
                        format!("add it to `required`, give it a default, or write `inputs.{name} | default(…)`");
                    return Some(Wrong::new(Code::C014, message, help));
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
                let extra = at.extra.as_ref().map(|(extra, _)| *extra);
                let roots = ["inputs", "steps", "run"].into_iter().filter(|root| at.has(root));
                let message = format!("`{name}` is not defined here");
                Some(Wrong::name(Code::C012, message, name, roots.chain(item).chain(extra)))
            }
        }
    }

    /// Whether the step that is read may be read here.
    fn step(&self, at: &Surroundings, read: &Read) -> Option<Wrong> {
        let Some(name) = read.path.get(1) else {
            let help = "write `steps.NAME.output`: the order of steps must be known before they run";
            return Some(Wrong::new(
                Code::C012,
                "`steps` is used without the name of a step",
                help,
            ));
        };
        let Some(other) = self.names.get(name.as_str()).copied() else {
            let known = self.steps.iter().map(|placed| placed.step.name.as_str());
            return Some(Wrong::name(
                Code::C012,
                format!("there is no step `{name}`"),
                name,
                known,
            ));
        };
        if let Some(step) = at.step.filter(|step| *step == other || !self.precedes(other, *step)) {
            let (message, help) = if step == other {
                (
                    format!("`{name}` uses its own output"),
                    "a step has no output before it ran".to_owned(),
                )
            } else if self.precedes(step, other) {
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
            return Some(Wrong::new(Code::C012, message, help));
        }
        if at.step.is_none() && self.steps[other].stage == Stage::After {
            let message = format!("`{name}` is a hook that runs when the outputs are there already");
            return Some(Wrong::new(Code::C012, message, "use a step before"));
        }
        let part = read.path.get(2).map(String::as_str);
        if part == Some("confidence") && !self.has_confidence(other) {
            let message = match self.steps[other].step.foreach {
                Some(_) => format!("`{name}` is a `foreach`, and has no confidence of its own"),
                None => format!("`{name}` has no confidence: it chooses nothing"),
            };
            let help = "only a `model.call` with `choices` and without `foreach` has one";
            return Some(Wrong::new(Code::C013, message, help));
        }
        let uses_output = matches!(part, Some("output" | "errors" | "confidence"));
        if uses_output && !read.guarded && self.may_have_been_skipped(at, other) {
            let message = if at.step.is_some_and(|step| self.is_after_all(step, other)) {
                format!(
                    "`{name}` may not have run: this hook runs however the run ended, and its output is `none` then"
                )
            } else {
                format!("`{name}` has a `when`: it may be skipped, and its output is `none` then")
            };
            let help = format!("write `… | default(…)`, or give this step `when: steps.{name}.status == 'done'`");
            return Some(Wrong::new(Code::C014, message, help));
        }
        None
    }

    fn may_have_been_skipped(&self, at: &Surroundings, other: usize) -> bool {
        let when = &self.steps[other].step.when;
        let Some(step) = at.step else { return when.is_some() };
        if self.is_after_all(step, other) {
            return !(at.after_when && self.ran.has(step, other));
        }
        let Some(when) = when else { return false };
        // The same condition over the same values has the same truth.
        let same = self.steps[step].step.when.as_deref().map(str::trim) == Some(when.trim());
        !(at.after_when && (same || self.ran.has(step, other)))
    }

    /// Whether a step says what became of items that failed.
    fn collects(&self, step: usize) -> bool {
        let foreach = self.steps[step].step.foreach.as_ref();
        foreach.is_some_and(|foreach| foreach.on_item_error == OnItemError::Collect)
    }

    /// Whether it is known how sure a step was of its answer.
    fn has_confidence(&self, step: usize) -> bool {
        let step = &self.steps[step].step;
        step.action.as_deref() == Some("model.call") && step.choices.is_some() && step.foreach.is_none()
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
        let message = format!("`{parent}` has no field `{field}`");
        Some(if known.is_empty() {
            Wrong::new(Code::C013, message, format!("`{parent}` has no fields"))
        } else {
            Wrong::name(Code::C013, message, field, known)
        })
    }
}

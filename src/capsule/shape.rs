//! Checks a tree against the JSON Schema of the format and mends what is wrong, so that the later
//! rules can be checked in the same pass. A mended tree never becomes a capsule.

use std::sync::LazyLock;

use jsonschema::Validator;
use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind};
use serde_json::{Value, json};

use super::document::{Document, SCHEMA, schema_json};
use super::mend;
use super::node::{Kind, Node, escape};
use super::problem::{Code, MAX_PROBLEMS, Problem, did_you_mean, quoted};
use super::violation::{expected, short, type_name, types};

/// The most steps of a capsule.
pub const MAX_STEPS: usize = 2_000;

/// Keys of the format that this version does not have yet.
const NOT_YET: [&str; 1] = ["persona"];

struct Format {
    schema: Value,
    validator: Option<Validator>,
}

/// Compiled once: the schema is a constant of the program, and a unit test compiles it.
static FORMAT: LazyLock<Format> = LazyLock::new(|| {
    let schema = schema_json();
    let validator = jsonschema::validator_for(&schema).ok();
    Format { schema, validator }
});

/// Reads the document out of `root`, adding every problem of shape.
///
/// `None` when nothing can be said about the rest: another version of the format, or too many steps.
pub(super) fn read(text: &str, root: &Node, problems: &mut Vec<Problem>) -> Option<Document> {
    if !matches!(root.kind, Kind::Mapping(_)) {
        problems.push(
            Problem::error(
                Code::C002,
                root.span.clone(),
                "a capsule is a mapping of keys to values",
            )
            .with_help(format!("begin with `schema: {SCHEMA}`")),
        );
        return None;
    }
    if !check_version(root, problems) || too_many_steps(root, problems) {
        return None;
    }
    if let (None, Some(missing)) = (
        root.entry("schema"),
        problems.iter_mut().find(|problem| problem.code == Code::C003),
    ) {
        missing.mend = mend::schema_line(text, root);
    }
    let mut value = root.to_json();
    if let Some(map) = value.as_object_mut() {
        map.insert("schema".to_owned(), SCHEMA.into());
    }
    let before = problems.len();
    let mut patches = Vec::new();
    match &FORMAT.validator {
        Some(validator) => {
            for error in validator.iter_errors(&value).take(MAX_PROBLEMS) {
                report(text, root, &error, problems, &mut patches);
            }
        }
        None => problems.push(Problem::error(
            Code::C002,
            0..0,
            "the schema of the format does not compile",
        )),
    }
    for patch in patches {
        patch.apply(&mut value);
    }
    match serde_json::from_value(value) {
        Ok(document) => Some(document),
        Err(error) => {
            if problems.len() == before {
                problems.push(Problem::error(Code::C002, root.span.clone(), error.to_string()));
            }
            None
        }
    }
}

fn check_version(root: &Node, problems: &mut Vec<Problem>) -> bool {
    let Some(entry) = root.entry("schema") else {
        problems.push(
            Problem::error(Code::C003, root.span.start..root.span.start, "`schema` is missing").with_help(format!(
                "put `schema: {SCHEMA}` first: the file has keys that older formats do not have"
            )),
        );
        return true;
    };
    if entry.value.kind == Kind::Scalar(SCHEMA.into()) {
        return true;
    }
    let found = match &entry.value.kind {
        Kind::Scalar(Value::String(text)) => format!("`schema: {text}` is not known here"),
        Kind::Scalar(_) | Kind::List(_) | Kind::Mapping(_) => "`schema` is not a text".to_owned(),
    };
    problems.push(
        Problem::error(Code::C003, entry.value.span.clone(), found)
            .with_help(format!("this version reads `schema: {SCHEMA}`")),
    );
    false
}

fn too_many_steps(root: &Node, problems: &mut Vec<Problem>) -> bool {
    let mut count = 0;
    for pointer in ["/execution/steps", "/hooks/pre", "/hooks/post"] {
        let Some(Node {
            kind: Kind::List(steps),
            span,
        }) = root.at(pointer)
        else {
            continue;
        };
        count += steps.len();
        if count > MAX_STEPS {
            let message = format!("there are {count} steps; a capsule has at most {MAX_STEPS}");
            problems.push(
                Problem::error(Code::C070, span.start..span.start, message)
                    .with_help("use `foreach` for work that repeats, or several capsules"),
            );
            return true;
        }
    }
    false
}

/// A change of the tree that lets the later rules look at the rest.
enum Patch {
    Remove(String),
    Neutral(String),
}

impl Patch {
    fn apply(self, value: &mut Value) {
        match self {
            Self::Remove(pointer) => {
                let Some((parent, key)) = pointer.rsplit_once('/') else {
                    return;
                };
                if let Some(Value::Object(map)) = value.pointer_mut(parent) {
                    map.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
                }
            }
            Self::Neutral(pointer) => {
                let Some((parent, key)) = pointer.rsplit_once('/') else {
                    return;
                };
                let neutral = neutral(parent, key);
                match value.pointer_mut(parent) {
                    Some(Value::Object(map)) => match neutral {
                        Some(neutral) => drop(map.insert(key.to_owned(), neutral)),
                        None => drop(map.shift_remove(key)),
                    },
                    Some(Value::Array(items)) => {
                        let item = key.parse::<usize>().ok().and_then(|index| items.get_mut(index));
                        if let (Some(item), Some(neutral)) = (item, neutral) {
                            *item = neutral;
                        }
                    }
                    Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {}
                }
            }
        }
    }
}

/// What stands for a required value that is missing or of the wrong type; `None` for an optional one.
fn neutral(parent: &str, key: &str) -> Option<Value> {
    let is_item = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    let list = parent.rsplit('/').next().filter(|_| is_item);
    Some(match (key, list) {
        (_, Some("steps" | "pre" | "post")) => json!({"name": "", "action": ""}),
        (_, Some("tools")) => json!({"adapter": "", "version": "*", "actions": []}),
        (_, Some("artifacts")) => json!({"name": "", "path": ""}),
        (_, Some("triggers")) => json!({}),
        (_, Some("knowledge")) => json!({"node_id": ""}),
        (_, Some("input" | "output")) => json!({"use": ""}),
        (_, Some("on")) => "unavailable".into(),
        (_, Some("redact")) => "secrets".into(),
        (
            _,
            Some("needs" | "actions" | "hosts" | "secrets" | "show" | "choices" | "assignees" | "fallback" | "key"),
        ) => "".into(),
        ("execution", None) => json!({"steps": []}),
        ("steps", None) if parent == "/execution" => json!([]),
        ("actions", None) => json!([]),
        (
            "capsule_id" | "version" | "name" | "action" | "adapter" | "items" | "as" | "path" | "prompt"
            | "found_when" | "cron" | "glob" | "use" | "node_id",
            None,
        ) => "".into(),
        ("key", None) if parent.ends_with("/concurrency") => "".into(),
        (_, _) => return None,
    })
}

fn report(text: &str, root: &Node, error: &ValidationError<'_>, problems: &mut Vec<Problem>, patches: &mut Vec<Patch>) {
    let pointer = error.instance_path().to_string();
    let span = root.span_at(&pointer);
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            for key in unexpected.iter().take(MAX_PROBLEMS) {
                let at = format!("{pointer}/{}", escape(key));
                problems.push(unknown_key(text, root, error, &at, key));
                patches.push(Patch::Remove(at));
            }
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            patches.push(Patch::Neutral(format!("{pointer}/{name}")));
            if name != "schema" {
                problems.push(
                    Problem::error(
                        Code::C002,
                        span.start..first_line_end(root, &span),
                        format!("`{name}` is missing"),
                    )
                    .with_help(description(error, &["properties", name]).unwrap_or_default()),
                );
            }
        }
        ValidationErrorKind::Type { kind } => {
            patches.push(Patch::Neutral(pointer.clone()));
            problems.push(wrong_type(text, error, span, kind));
        }
        ValidationErrorKind::Enum { options } => {
            patches.push(Patch::Neutral(pointer.clone()));
            let options = options.as_array().into_iter().flatten().filter_map(Value::as_str);
            problems.push(not_among(text, error, span, &options.collect::<Vec<_>>()));
        }
        ValidationErrorKind::OneOfNotValid { .. } => {
            patches.push(Patch::Neutral(pointer.clone()));
            problems.push(not_among(text, error, span, &constants(error)));
        }
        ValidationErrorKind::Pattern { .. } => problems.push(
            Problem::error(
                Code::C002,
                span,
                format!("`{}` is not written as it must be", short(error.instance())),
            )
            .with_help(description(error, &[]).unwrap_or_default()),
        ),
        _ => problems.push(
            Problem::error(Code::C002, span, format!("expected {}", expected(error)))
                .with_help(description(error, &[]).unwrap_or_default()),
        ),
    }
}

/// A value that is not one of the words that the format has for its place.
fn not_among(text: &str, error: &ValidationError<'_>, span: std::ops::Range<usize>, options: &[&str]) -> Problem {
    let given = error.instance().as_str();
    if given == Some("hash_only") {
        return Problem::error(Code::C001, span, "this version does not know `hash_only` yet")
            .with_help("write `full`, or leave it out");
    }
    let help = match given.and_then(|given| did_you_mean(given, options.iter().copied())) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("one of {}", quoted(options)),
    };
    let message = format!("`{}` is not allowed here", short(error.instance()));
    let mend = given.and_then(|given| mend::rename(text, &span, given, options.iter().copied()));
    Problem::error(Code::C002, span, message)
        .with_help(help)
        .with_mend(mend)
}

/// The words of an enumeration whose words are explained one by one.
fn constants(error: &ValidationError<'_>) -> Vec<&'static str> {
    let all = scheme(error).and_then(|schema| schema["oneOf"].as_array());
    all.into_iter()
        .flatten()
        .filter_map(|one| one["const"].as_str())
        .collect()
}

fn unknown_key(text: &str, root: &Node, error: &ValidationError<'_>, at: &str, key: &str) -> Problem {
    let span = root.key_span_at(at);
    let event = key == "event" && at.starts_with("/triggers/");
    if NOT_YET.contains(&key) || event {
        return Problem::error(Code::C001, span, format!("this version does not know `{key}` yet"))
            .with_help("remove it: it would have no effect");
    }
    let known: Vec<&str> = scheme(error)
        .and_then(|schema| schema["properties"].as_object())
        .map(|properties| properties.keys().map(String::as_str).collect())
        .unwrap_or_default();
    let mend = mend::rename(text, &span, key, known.iter().copied());
    Problem::error(Code::C001, span, format!("`{key}` is not a key of the format here"))
        .with_help(super::problem::one_of(key, known))
        .with_mend(mend)
}

fn wrong_type(text: &str, error: &ValidationError<'_>, span: std::ops::Range<usize>, kind: &TypeKind) -> Problem {
    let expected = types(kind);
    let message = format!("expected {expected}, found {}", type_name(error.instance()));
    let quoted = mend::quote(text, &span);
    let problem = Problem::error(Code::C002, span, message);
    match (error.instance().as_ref(), expected.contains("a text")) {
        (Value::Number(_) | Value::Bool(_), true) => problem.with_help("put it in quotes").with_mend(quoted),
        _ => match description(error, &[]) {
            Some(description) => problem.with_help(description),
            None => problem,
        },
    }
}

/// The part of the format's schema whose keyword refused.
fn scheme(error: &ValidationError<'_>) -> Option<&'static Value> {
    let path = error.schema_path().to_string();
    let (parent, _) = path.rsplit_once('/')?;
    FORMAT.schema.pointer(parent)
}

fn description(error: &ValidationError<'_>, below: &[&str]) -> Option<String> {
    let schema = below.iter().try_fold(scheme(error)?, |schema, key| schema.get(*key))?;
    schema["description"]
        .as_str()
        .map(|text| text.trim_end_matches('.').to_owned())
}

/// The first line of a large span: what is missing is missing from all of it.
fn first_line_end(root: &Node, span: &std::ops::Range<usize>) -> usize {
    match root.kind {
        Kind::Mapping(ref entries) if *span == root.span => entries.first().map_or(span.end, |e| e.key_span.end),
        Kind::Mapping(_) | Kind::List(_) | Kind::Scalar(_) => span.end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_the_format_compiles() {
        assert!(FORMAT.validator.is_some());
    }
}
